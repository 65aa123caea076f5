"""The schemas declare every field of API 5.28, and others for a reason that stands here.

Field for field they are compared with the models of `pinterestsdk`, which its authors generate from Pinterest's own
description of the API: a field that a later version brings fails here by name. The fields that the official connector
declares are among these.
"""

from pathlib import Path
from typing import Any

from airbyte_cdk.sources.utils.schema_helpers import ResourceSchemaLoader
from pinterestsdk import models
from pydantic import BaseModel

import source_pinterest
from integration_tests.simulator.contract import is_newer, sdk_item
from source_pinterest.streams import STREAMS as STREAM_CLASSES
from tools.stream_table import operation_of
from unit_tests.field_types import model_types, nodes
from unit_tests.streams.pinterest import Planned

PACKAGE = Path(source_pinterest.__file__).parent
STREAMS = sorted(path.stem for path in (PACKAGE / "schemas").glob("*.json"))


class NoModel(BaseModel):
    """Stands for a stream whose rows no model of `pinterestsdk` describes."""


CLASSES = {stream.stream_name(): stream for stream in STREAM_CLASSES}
SPLITS = [stream for stream in STREAMS if stream.startswith("user_account_analytics_by_")]
OTHER_MODELS: dict[str, type[BaseModel]] = {
    "catalogs_distribution_stats": models.CatalogsReportDistributionStats,
    "catalogs_feed_ingestion_stats": models.CatalogsReportFeedIngestionStats,
    "featured_trend_topics": models.TrendingTopic,
    "keyword_metrics": models.KeywordMetricsResponse,
    "pin_analytics": models.PinAnalyticsDailyMetrics,
    "pins": models.PinRead,
    "targeting_options": models.SingleInterestTargetingOption,
    "top_pins": models.TopPinsAnalyticsResponsePinsItems,
    "top_video_pins": models.TopVideoPinsAnalyticsResponsePinsItems,
    "trending_keyword_weeks": NoModel,
    "trending_keywords": models.TrendingKeyword,
    **dict.fromkeys(("user_account_analytics", *SPLITS), models.AnalyticsDailyMetrics),
}
"""The models of streams whose records are not the items of an answer, nor a whole answer."""
MODELS: dict[str, type[BaseModel]] = {
    stream: OTHER_MODELS.get(stream) or sdk_item(operation_of(CLASSES[stream]))
    for stream in STREAMS
    if not is_newer(operation_of(CLASSES[stream]))
}

ORIGINALS = "originals originals.height originals.url originals.width"
VIDEO_METRICS = (
    "QUARTILE_95_PERCENT_VIEW VIDEO_10S_VIEW VIDEO_AVG_WATCH_TIME VIDEO_MRC_VIEW VIDEO_START VIDEO_V50_WATCH_TIME"
)
PIN_METRICS = f"IMPRESSION OUTBOUND_CLICK PIN_CLICK PROFILE_VISIT SAVE SAVE_RATE USER_FOLLOW {VIDEO_METRICS}"
TOP_METRICS = (
    "ENGAGEMENT ENGAGEMENT_RATE IMPRESSION OUTBOUND_CLICK OUTBOUND_CLICK_RATE PIN_CLICK PIN_CLICK_RATE SAVE SAVE_RATE"
)
TOP_VIDEO_METRICS = f"IMPRESSION OUTBOUND_CLICK SAVE {VIDEO_METRICS}"
PROFILE_METRICS = f"{TOP_METRICS} PROFILE_VISIT {VIDEO_METRICS}"


def below(field: str, names: str) -> list[str]:
    return [f"{field}.{name}" for name in names.split()]


PIN_ADDED = [
    *("note", "product_tags", "product_tags[]"),  # the official connector declares them
    "is_removable",  # seen in live answers
    *below("media.images", ORIGINALS),  # the official connector declares them
    *below("media.items[].images", ORIGINALS),  # the same shape
    *below("pin_metrics", "90d lifetime_metrics"),  # the model is a map without keys; the API's examples have these
]
RANKING_ADDED = [
    *("sort_by", "start_date", "end_date", "pin_format", "source", "from_claimed_content"),  # stamped from the call
    *("date_availability", *below("date_availability", "is_realtime latest_available_timestamp")),  # of the ranking
]
ADDED: dict[str, list[str]] = {
    "ad_pins": [
        *("ad_created_time", "is_readable", "pin_id"),  # of the ad, of the answer, and where a key can name it
        *(
            "image_url",
            "video_cover_url",
            *below("media.images", ORIGINALS),
        ),  # out of the media, which are those of pins
        *below("media.items[].images", ORIGINALS),
    ],
    "ad_groups": [
        # The official connector declares the first one, the others were seen in live answers.
        "optimization_goal_metadata.conversion_tag_v3_goal_metadata.learning_mode_type",
        *("enabled_catalog_expansion", "is_automated_campaign", "is_creative_expansion"),
    ],
    "audiences": ["is_ctv_enabled"],  # seen in live answers
    "board_pins": PIN_ADDED,
    "board_section_pins": PIN_ADDED,
    "boards": ["media.media_type"],  # the official connector declares it
    "business_members": ["is_system_user"],  # what the call is about
    "business_partners": ["partner_type"],  # what the call is about
    "campaigns": ["ext_features"],  # seen in live answers
    "catalogs_product_group_products": ["pin_id", *(f"pin.{path}" for path in PIN_ADDED)],  # where a key can name it
    "featured_trend_topics": ["interest", "market", "rank"],  # of the interest above, and the place in the answer
    "following_boards": ["media.media_type"],  # as in boards
    "keyword_metrics": ["country_code", "metrics.KEYWORD_QUERY_VOLUME"],  # live answers have this spelling
    "pin_analytics": [
        "lifetime_metrics",  # of the pin, beside its days
        # The models are maps; these are their metric_types.
        *below("lifetime_metrics", "TOTAL_COMMENTS TOTAL_REACTIONS"),
        *below("metrics", PIN_METRICS),
    ],
    "pins": PIN_ADDED,
    "targeting_options": ["parent_id", "targeting_type"],  # the interest above, and the word of analytics
    "top_pins": [*RANKING_ADDED, *below("metrics", TOP_METRICS), *below("data_status", TOP_METRICS)],
    "top_video_pins": [*RANKING_ADDED, *below("metrics", TOP_VIDEO_METRICS), *below("data_status", TOP_VIDEO_METRICS)],
    "trending_keyword_weeks": ["is_forecast", "keyword", "volume", "week"],  # one entry of a series
    "trending_keywords": ["rank"],  # the place in the answer
    "trending_product_categories": ["rank"],
    # The model is a map. The official connector declares clicks and closeups; the others are metric_types.
    **dict.fromkeys(
        ("user_account_analytics", *SPLITS),
        below("metrics", f"CLICKTHROUGH CLICKTHROUGH_RATE CLOSEUP CLOSEUP_RATE {PROFILE_METRICS}"),
    ),
}
"""Fields that the models do not name, and why they are declared all the same."""

AS_TEXT: dict[str, set[str]] = {"trending_product_categories": {"pinterest_product_category_id"}}
"""Ids that the model calls numbers: as texts they join, and keep each digit."""

SKIPPED: dict[str, tuple[str, ...]] = {
    # What pins have beside their content, and what is about the user who asks.
    "ad_pins": (
        *("ai_disclosures", "board_owner", "board_section_id", "has_been_promoted", "id", "is_owner", "is_product"),
        *("is_standard", "parent_pin_id", "pin_metrics"),
    ),
    # Maps from a code to a count or to an attribute: Planned has hundreds of codes.
    "catalogs_feed_item_issues": ("errors.", "warnings."),
    "catalogs_feed_processing_results": (
        *("ingestion_details.errors.", "ingestion_details.warnings."),
        *("validation_details.errors.", "validation_details.warnings."),
    ),
    "catalogs_feeds": ("credentials",),  # what Pinterest signs in to the merchant's server with
    "catalogs_product_groups": ("filters.",),  # a tree of filters as deep as the merchant likes
    "targeting_options": ("child_interests",),  # each child names its parent
    "trending_keywords": (
        *("demographics.age_distribution.", "demographics.gender_distribution."),  # maps from a bucket to a share
        *("predicted_time_series", "time_series"),  # the rows of trending_keyword_weeks
    ),
}
"""The beginnings of paths, for each stream."""


# The models say number. Pinterest was seen to send whole ones, as in all other streams.
EPOCHS = {
    "conversion_tags": {"last_fired_time_ms": "integer"},
    "customer_lists": {"created_time": "integer", "updated_time": "integer"},
    "order_lines": {"end_time": "integer", "start_time": "integer"},
    "top_pins": {"date_availability.latest_available_timestamp": "integer"},
    "top_video_pins": {"date_availability.latest_available_timestamp": "integer"},
}


def load(stream: str) -> dict[str, Any]:
    return ResourceSchemaLoader("source_pinterest").get_schema(stream)


def declared_types(stream: str) -> dict[str, str]:
    """The type of each field of a stream's schema, null aside, by its path."""
    return {
        path: " or ".join(name for name in node["type"] if name != "null")
        for path, node in nodes(load(stream)).items()
        if path
    }


def undescribed(node: dict[str, Any]) -> dict[str, Any]:
    """A field's schema without what it is said to mean."""
    return {key: value for key, value in node.items() if key != "description"}


def test_every_field_of_the_api_is_declared_with_its_type() -> None:
    for stream, model in MODELS.items():
        of_the_api = {path: kind for path, kind in model_types(model).items() if path} | EPOCHS.get(stream, {})
        of_the_api |= dict.fromkeys(AS_TEXT.get(stream, ()), "string")
        skipped = SKIPPED.get(stream, ())
        declared = declared_types(stream)

        assert {path: declared.get(path) for path in of_the_api if not path.startswith(skipped)} == {
            path: kind for path, kind in of_the_api.items() if not path.startswith(skipped)
        }, stream
        for beginning in skipped:
            assert any(path.startswith(beginning) for path in of_the_api), (stream, beginning)
            assert not any(path.startswith(beginning) for path in declared), (stream, beginning)


def test_fields_beyond_the_contract_have_a_reason() -> None:
    """The ids of what a slice is about are stamped on its records, and need no other reason."""
    sync = Planned().sync
    for stream, model in MODELS.items():
        added = declared_types(stream).keys() - model_types(model).keys()

        assert added - set(sync.stream(CLASSES[stream]).parent_fields) == set(ADDED.get(stream, ())), stream


def test_epochs_are_integers() -> None:
    for stream in STREAMS:
        found = nodes(load(stream))
        times = {path for path in found if path.endswith(("_time", "_timestamp", "_time_ms"))}
        described = {path for path, node in found.items() if "epoch" in node.get("description", "")}

        assert times <= described, stream
        assert [path for path in described if found[path]["type"] != ["null", "integer"]] == [], stream


def test_times_of_boards_pins_and_feeds_are_timestamps_without_a_zone() -> None:
    timestamp = {"type": ["null", "string"], "format": "date-time", "airbyte_type": "timestamp_without_timezone"}
    pins = ("boards", "board_pins", "board_section_pins", "pins")
    for stream in (*pins, "catalogs", "catalogs_feeds", "catalogs_feed_processing_results"):
        times = [undescribed(node) for path, node in nodes(load(stream)).items() if path.endswith("_at")]

        assert times, stream
        assert [node for node in times if node != timestamp] == [], stream


def test_days_are_dates() -> None:
    for stream in ("user_account_analytics", "pin_analytics"):
        assert undescribed(load(stream)["properties"]["date"]) == {"type": ["null", "string"], "format": "date"}

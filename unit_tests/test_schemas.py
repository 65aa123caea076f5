"""The schemas declare every field of API 5.28 and of the official connector, and nothing that breaks a destination.

Field for field they are compared with the models of `pinterestsdk`, which its authors generate from Pinterest's own
description of the API: a field that a later version brings fails here by name.
"""

from pathlib import Path
from typing import Any

import jsonschema
import pytest
from airbyte_cdk.sources.utils.schema_helpers import ResourceSchemaLoader
from pinterestsdk import models
from pydantic import BaseModel

import source_pinterest
from integration_tests.simulator.contract import sdk_item
from integration_tests.tools.stream_table import operation_of
from source_pinterest.streams import STREAMS as STREAM_CLASSES
from unit_tests.field_types import model_types, nodes

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
    stream: OTHER_MODELS.get(stream) or sdk_item(operation_of(CLASSES[stream]).replace("-", "/")) for stream in STREAMS
}

# What the models do not name, and why it is declared all the same.
OFFICIAL = "the official connector declares it"
FREE_KEYS = "the model is a map without keys; the API's examples have this one"
METRIC = "the model is a map; this is one of its metric_types"
LIVE = "seen in live answers"
OLDER_METRIC = "the model is a map; the API's older examples have this one"


def because(reason: str, paths: str) -> dict[str, str]:
    return dict.fromkeys(paths.split(), reason)


ORIGINALS = ("originals", "originals.height", "originals.url", "originals.width")
PIN_ADDED = {
    **because(OFFICIAL, "note product_tags product_tags[]"),
    **because(LIVE, "is_removable"),
    **{f"media.images.{path}": OFFICIAL for path in ORIGINALS},
    **{f"media.items[].images.{path}": "the same shape as media.images" for path in ORIGINALS},
    **because(FREE_KEYS, "pin_metrics.90d pin_metrics.lifetime_metrics"),
}
STAMPED = "stamped from the call"
OF_THE_CALL = "what the call is about"
ABOVE = "of the interest that has the topics"
PLACE = "the place in the answer"
SERIES = "one entry of a series"
VIDEO_METRICS = (
    "QUARTILE_95_PERCENT_VIEW VIDEO_10S_VIEW VIDEO_AVG_WATCH_TIME VIDEO_MRC_VIEW VIDEO_START VIDEO_V50_WATCH_TIME"
)
PIN_METRICS = f"IMPRESSION OUTBOUND_CLICK PIN_CLICK PROFILE_VISIT SAVE SAVE_RATE USER_FOLLOW {VIDEO_METRICS}"
TOP_METRICS = (
    "ENGAGEMENT ENGAGEMENT_RATE IMPRESSION OUTBOUND_CLICK OUTBOUND_CLICK_RATE PIN_CLICK PIN_CLICK_RATE SAVE SAVE_RATE"
)
TOP_VIDEO_METRICS = f"IMPRESSION OUTBOUND_CLICK SAVE {VIDEO_METRICS}"


def metrics(names: str, *fields: str) -> dict[str, str]:
    return {f"{field}.{name}": METRIC for field in fields for name in names.split()}


RANKING_ADDED = {
    **because(STAMPED, "sort_by start_date end_date"),
    **because(
        "of the whole ranking",
        "date_availability date_availability.is_realtime date_availability.latest_available_timestamp",
    ),
}
ADDED: dict[str, dict[str, str]] = {
    "ad_accounts": {},
    "ad_groups": {
        **because(OFFICIAL, "optimization_goal_metadata.conversion_tag_v3_goal_metadata.learning_mode_type"),
        **because(LIVE, "enabled_catalog_expansion is_automated_campaign is_creative_expansion"),
    },
    "ads": {},
    "board_pins": PIN_ADDED,
    "board_section_pins": PIN_ADDED,
    "boards": because(OFFICIAL, "media.media_type"),
    "campaigns": because(LIVE, "ext_features"),
    "pin_analytics": {
        **because("of the pin, beside its days", "lifetime_metrics"),
        **metrics("TOTAL_COMMENTS TOTAL_REACTIONS", "lifetime_metrics"),
        **metrics(PIN_METRICS, "metrics"),
    },
    "pins": PIN_ADDED,
    "top_pins": {**RANKING_ADDED, **metrics(TOP_METRICS, "metrics", "data_status")},
    "top_video_pins": {**RANKING_ADDED, **metrics(TOP_VIDEO_METRICS, "metrics", "data_status")},
    "user_account": {},
    "user_account_analytics": {
        **because(OFFICIAL, "metrics.CLICKTHROUGH metrics.CLICKTHROUGH_RATE metrics.CLOSEUP metrics.CLOSEUP_RATE"),
        **because(
            METRIC, "metrics.ENGAGEMENT metrics.IMPRESSION metrics.OUTBOUND_CLICK metrics.PIN_CLICK metrics.SAVE"
        ),
        **because(METRIC, "metrics.ENGAGEMENT_RATE metrics.OUTBOUND_CLICK_RATE metrics.PIN_CLICK_RATE"),
        **because(METRIC, "metrics.SAVE_RATE"),
        **because(OLDER_METRIC, "metrics.PROFILE_VISIT metrics.QUARTILE_95_PERCENT_VIEW metrics.VIDEO_10S_VIEW"),
        **because(OLDER_METRIC, "metrics.VIDEO_AVG_WATCH_TIME metrics.VIDEO_MRC_VIEW metrics.VIDEO_START"),
        **because(OLDER_METRIC, "metrics.VIDEO_V50_WATCH_TIME"),
    },
    "audiences": {"is_ctv_enabled": "seen in live answers"},
    "business_members": {"is_system_user": OF_THE_CALL},
    "business_partners": {"partner_type": OF_THE_CALL},
    "catalogs_product_group_products": {
        "pin_id": "the id of the pin, where a key can name it",
    },
    "following_boards": {"media.media_type": "as in boards"},
    "keyword_metrics": {
        "country_code": OF_THE_CALL,
        "metrics.KEYWORD_QUERY_VOLUME": "live answers have this spelling",
    },
    "featured_trend_topics": {"interest": ABOVE, "market": ABOVE, "rank": PLACE},
    "targeting_options": {
        "parent_id": "of the interest above, which names its children",
        "targeting_type": "the word of analytics",
    },
    "trending_keyword_weeks": {
        "is_forecast": SERIES,
        "keyword": "of the keyword that has the series",
        "volume": SERIES,
        "week": SERIES,
    },
    "trending_keywords": {"rank": PLACE},
    "trending_product_categories": {"rank": PLACE},
}

ADDED |= dict.fromkeys(SPLITS, ADDED["user_account_analytics"])
ADDED["catalogs_product_group_products"] |= {f"pin.{path}": reason for path, reason in PIN_ADDED.items()}

AS_TEXT: dict[str, set[str]] = {"trending_product_categories": {"pinterest_product_category_id"}}
"""Ids that the model calls numbers: as texts they join, and keep each digit."""

SECRET = "what Pinterest signs in to the merchant's server with"
COUNTS = "a map from a code to a count: Pinterest has hundreds of codes, and adds some with each version"
TREE = "a tree of filters as deep as the merchant likes"
ITEM_CODES = "a map from a code to an attribute and its value: Pinterest has hundreds of codes"
BUCKETS = "a map from a bucket to a share"
WEEKS = "the rows of trending_keyword_weeks"
LEFT_OUT: dict[str, dict[str, str]] = {
    "catalogs_feed_item_issues": {"errors.": ITEM_CODES, "warnings.": ITEM_CODES},
    "catalogs_feed_processing_results": {
        "ingestion_details.errors.": COUNTS,
        "ingestion_details.warnings.": COUNTS,
        "validation_details.errors.": COUNTS,
        "validation_details.warnings.": COUNTS,
    },
    "catalogs_feeds": {"credentials": SECRET},
    "targeting_options": {"child_interests": "each child names its parent"},
    "trending_keywords": {
        "demographics.age_distribution.": BUCKETS,
        "demographics.gender_distribution.": BUCKETS,
        "predicted_time_series": WEEKS,
        "time_series": WEEKS,
    },
    "catalogs_product_groups": {"filters.": TREE},
}
"""The beginnings of paths, for each stream."""


def is_left_out(stream: str, path: str) -> bool:
    """Whether a field of the API is not declared, on purpose."""
    return path.startswith(tuple(LEFT_OUT.get(stream, ())))


# The models say number. Pinterest was seen to send whole ones, as in all other streams.
EPOCHS = {
    "conversion_tags": {"last_fired_time_ms": "integer"},
    "customer_lists": {"created_time": "integer", "updated_time": "integer"},
    "order_lines": {"end_time": "integer", "start_time": "integer"},
    "top_pins": {"date_availability.latest_available_timestamp": "integer"},
    "top_video_pins": {"date_availability.latest_available_timestamp": "integer"},
}

# Tables made with the official connector have these columns. Its `property1` and `property2` of `targeting_spec` are
# left out: placeholders of a generator, which the API never had.
OFFICIAL_FIELDS = {
    "ad_accounts": "id name country currency owner.id owner.username created_time updated_time permissions[]",
    "ad_groups": """
        id name status budget_type placement_group placement_traffic_type pacing_delivery_type
        conversion_learning_mode_type summary_status feed_profile_id campaign_id billable_event type ad_account_id
        bid_strategy_type budget_in_micro_currency bid_in_micro_currency start_time end_time lifetime_frequency_cap
        created_time updated_time auto_targeting_enabled targeting_spec tracking_urls.impression[] tracking_urls.click[]
        tracking_urls.engagement[] tracking_urls.buyable_button[] tracking_urls.audience_verification[]
        optimization_goal_metadata.conversion_tag_v3_goal_metadata.attribution_windows.click_window_days
        optimization_goal_metadata.conversion_tag_v3_goal_metadata.attribution_windows.engagement_window_days
        optimization_goal_metadata.conversion_tag_v3_goal_metadata.attribution_windows.view_window_days
        optimization_goal_metadata.conversion_tag_v3_goal_metadata.conversion_event
        optimization_goal_metadata.conversion_tag_v3_goal_metadata.conversion_tag_id
        optimization_goal_metadata.conversion_tag_v3_goal_metadata.cpa_goal_value_in_micro_currency
        optimization_goal_metadata.conversion_tag_v3_goal_metadata.is_roas_optimized
        optimization_goal_metadata.conversion_tag_v3_goal_metadata.learning_mode_type
        optimization_goal_metadata.frequency_goal_metadata.frequency
        optimization_goal_metadata.frequency_goal_metadata.timerange
        optimization_goal_metadata.scrollup_goal_metadata.scrollup_goal_value_in_micro_currency
    """,
    "ads": """
        ad_group_id android_deep_link click_tracking_url creative_type destination_url ios_deep_link name pin_id status
        view_tracking_url lead_form_id ad_account_id campaign_id collection_items_destination_url_template id
        review_status type summary_status carousel_android_deep_links[] carousel_destination_urls[]
        carousel_ios_deep_links[] rejected_reasons[] rejection_labels[] is_pin_deleted is_removable created_time
        updated_time tracking_urls
    """,
    "board_pins": """
        id link title description alt_text note board_id board_section_id dominant_color parent_pin_id creative_type
        created_at is_standard is_owner has_been_promoted product_tags[] board_owner.username media.media_type
        pin_metrics
    """,
    "board_section_pins": """
        id link title description alt_text board_id board_section_id created_at board_owner.username pin_metrics
        media.media_type media.images.150x150.url media.images.150x150.width media.images.150x150.height
        media.images.400x300.url media.images.400x300.width media.images.400x300.height
        media.images.600x.url media.images.600x.width media.images.600x.height
        media.images.1200x.url media.images.1200x.width media.images.1200x.height
        media.images.originals.url media.images.originals.width media.images.originals.height
    """,
    "board_sections": "id name",
    "boards": """
        id name description privacy owner.username follower_count collaborator_count pin_count media.media_type
        created_at board_pins_modified_at
    """,
    "campaigns": """
        id ad_account_id name status order_line_id objective_type type summary_status lifetime_spend_cap
        daily_spend_cap created_time updated_time start_time end_time is_campaign_budget_optimization
        is_flexible_daily_budgets tracking_urls.impression[] tracking_urls.click[] tracking_urls.engagement[]
        tracking_urls.buyable_button[] tracking_urls.audience_verification[]
    """,
    "user_account_analytics": """
        date data_status metrics.ENGAGEMENT metrics.ENGAGEMENT_RATE metrics.CLICKTHROUGH metrics.CLICKTHROUGH_RATE
        metrics.CLOSEUP metrics.CLOSEUP_RATE metrics.SAVE metrics.SAVE_RATE metrics.IMPRESSION
    """,
}

# The questions and answers of a quiz are counted, not identified: Pinterest numbers them. The product of an audience
# rule is the advertiser's own number. The quality of events tells how many of them carry an id, not which.
NUMBERED = {
    "quality_components.advertiser_external_id",
    "quality_components.external_event_id",
    "quality_components.order_id",
    "quality_components.product_id",
    "rule.event_data.line_items.product_id",
    "quiz_pin_data.questions[].options[].id",
    "quiz_pin_data.questions[].question_id",
    "quiz_pin_data.results[].result_id",
    "quiz_pin_data.tie_breaker_custom_result.result_id",
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
    for stream in STREAMS:
        of_the_api = {path: kind for path, kind in model_types(MODELS[stream]).items() if path} | EPOCHS.get(stream, {})
        of_the_api = {path: kind for path, kind in of_the_api.items() if not is_left_out(stream, path)}
        of_the_api |= dict.fromkeys(AS_TEXT.get(stream, ()), "string")
        declared = declared_types(stream)

        assert {path: declared.get(path) for path in of_the_api} == of_the_api, stream


def test_what_the_api_does_not_name_is_added_for_a_reason() -> None:
    """The ids of what a slice is about are stamped on its records, and need no other reason."""
    for stream in STREAMS:
        added = declared_types(stream).keys() - model_types(MODELS[stream]).keys()

        assert added - set(CLASSES[stream].partition_keys) == ADDED.get(stream, {}).keys(), stream


def test_what_is_left_out_is_a_field_of_the_api_and_not_declared() -> None:
    for stream, left_out in LEFT_OUT.items():
        of_the_api = model_types(MODELS[stream])
        for beginning in left_out:
            assert any(path.startswith(beginning) for path in of_the_api), (stream, beginning)
            assert not any(path.startswith(beginning) for path in declared_types(stream)), (stream, beginning)


def test_every_field_of_the_official_connector_is_declared() -> None:
    for stream in OFFICIAL_FIELDS:
        assert set(OFFICIAL_FIELDS.get(stream, "").split()) - declared_types(stream).keys() == set(), stream


def test_schema_is_resolved_and_free_of_what_destinations_cannot_read() -> None:
    for stream in STREAMS:
        schema = load(stream)
        jsonschema.Draft7Validator.check_schema(schema)
        assert schema["$schema"] == "http://json-schema.org/draft-07/schema#", stream

        for path, node in nodes(schema).items():
            assert node.keys() & {"$ref", "definitions", "enum", "const", "allOf", "anyOf", "oneOf", "not"} == set(), (
                stream,
                path,
            )
            assert "required" not in node, (stream, path)


def test_every_field_is_nullable_and_every_object_open() -> None:
    for stream in STREAMS:
        for path, node in nodes(load(stream)).items():
            assert len(node["type"]) == 2, (stream, path)
            assert node["type"][0] == "null", (stream, path)
            assert ("object" in node["type"]) == (node.get("additionalProperties") is True), (stream, path)


def test_ids_are_strings() -> None:
    for stream in STREAMS:
        ids = {
            path: kind
            for path, kind in declared_types(stream).items()
            if path.split(".")[-1] == "id" or path.removesuffix("[]").endswith(("_id", "_ids"))
        }

        assert {path for path, kind in ids.items() if kind not in {"string", "array"}} == NUMBERED & ids.keys(), stream


def test_epochs_are_integers() -> None:
    for stream in STREAMS:
        found = nodes(load(stream))
        times = {path for path in found if path.endswith(("_time", "_timestamp", "_time_ms"))}
        described = {path for path, node in found.items() if "epoch" in node.get("description", "")}

        assert times <= described, stream
        assert [path for path in described if found[path]["type"] != ["null", "integer"]] == [], stream


@pytest.mark.parametrize(
    "stream",
    [
        *("boards", "board_pins", "board_section_pins", "pins"),
        *("catalogs", "catalogs_feeds", "catalogs_feed_processing_results"),
    ],
)
def test_times_of_boards_pins_and_feeds_are_timestamps_without_a_zone(stream: str) -> None:
    times = {path: node for path, node in nodes(load(stream)).items() if path.endswith("_at")}

    assert times
    for node in times.values():
        assert undescribed(node) == {
            "type": ["null", "string"],
            "format": "date-time",
            "airbyte_type": "timestamp_without_timezone",
        }


@pytest.mark.parametrize("stream", ["user_account_analytics", "pin_analytics"])
def test_days_are_dates(stream: str) -> None:
    assert undescribed(load(stream)["properties"]["date"]) == {"type": ["null", "string"], "format": "date"}

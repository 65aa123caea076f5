"""There is a stream for each level of Pinterest's reports, with a key that fits its rows."""

from collections.abc import Iterable

from source_pinterest.columns import AD_COLUMNS, ASYNC_COLUMNS
from source_pinterest.config.reports import LEVELS, is_targeting
from source_pinterest.streams.analytics.level_reports import LEVEL_REPORTS, REPORTS, LevelReport
from source_pinterest.streams.analytics.report import ReportStream
from unit_tests.streams.pinterest import Pinterest

TARGETING = ("TARGETING_TYPE", "TARGETING_VALUE")
OF_ADS = ("CAMPAIGN_ID", "AD_GROUP_ID", "AD_ID", "PIN_ID", "PRODUCT_GROUP_ID", "ENTITY_ID")
OF_ITEMS = ("CAMPAIGN_ID", "AD_GROUP_ID", "PIN_ID", "PRODUCT_GROUP_ID", "PRODUCT_ITEM_ID", "ENTITY_ID")
"""Of levels that may be finer than an entity a day."""

KEYS: dict[str, tuple[str, Iterable[str]]] = {
    "advertiser_report": ("ADVERTISER", ["AD_ACCOUNT_ID", "DATE"]),
    "advertiser_targeting_report": ("ADVERTISER_TARGETING", ["AD_ACCOUNT_ID", *TARGETING, "DATE"]),
    "campaign_analytics_report": ("CAMPAIGN", ["CAMPAIGN_ID", "DATE"]),
    "campaign_targeting_report": ("CAMPAIGN_TARGETING", ["CAMPAIGN_ID", *TARGETING, "DATE"]),
    "ad_group_report": ("AD_GROUP", ["AD_GROUP_ID", "DATE"]),
    "ad_group_targeting_report": ("AD_GROUP_TARGETING", ["AD_GROUP_ID", *TARGETING, "DATE"]),
    "pin_promotion_report": ("PIN_PROMOTION", ["PIN_PROMOTION_ID", "DATE"]),
    "pin_promotion_targeting_report": ("PIN_PROMOTION_TARGETING", ["PIN_PROMOTION_ID", *TARGETING, "DATE"]),
    "product_group_report": ("PRODUCT_GROUP", [*OF_ADS, "DATE"]),
    "product_group_targeting_report": ("PRODUCT_GROUP_TARGETING", [*OF_ADS, *TARGETING, "DATE"]),
    "product_item_report": ("PRODUCT_ITEM", [*OF_ITEMS, "DATE"]),
    "product_item_targeting_report": ("PRODUCT_ITEM_TARGETING", [*OF_ITEMS, *TARGETING, "DATE"]),
    "keyword_report": ("KEYWORD", [*OF_ADS, *TARGETING, "DATE"]),
}


def test_every_level_has_its_stream_under_the_name_that_users_know() -> None:
    assert {stream.stream_name(): stream.level for stream in REPORTS} == {
        name: kind for name, (kind, _) in KEYS.items()
    }
    assert {stream.level for stream in REPORTS} == set(LEVELS)


def test_a_row_of_the_table_is_a_stream_of_its_own() -> None:
    """Whose docstring is what the tables of streams say of it."""
    for row in LEVEL_REPORTS:
        stream = row.stream()
        docs = "https://developers.pinterest.com/docs/api/v5/analytics-create_report"

        assert issubclass(stream, ReportStream), row
        assert (stream.__name__, stream.__module__) == (row.name, LevelReport.__module__), row
        assert stream.__doc__ == f"Level {row.level}. {docs}.", row


def test_keys_and_columns_are_what_the_level_has(pinterest: Pinterest) -> None:
    for stream in REPORTS:
        subject = pinterest.stream(stream)
        refused = AD_COLUMNS if subject.level.startswith("PRODUCT_ITEM") else frozenset()
        is_broken_down = is_targeting(subject.level) or subject.level == "KEYWORD"
        declared = set(subject.get_json_schema()["properties"])

        assert (subject.primary_key, subject.cursor_field) == (KEYS[subject.name][1], "DATE"), stream
        assert set(subject.primary_key) <= declared, stream
        assert set(subject.columns) <= ASYNC_COLUMNS - refused, stream
        assert {"AD_ACCOUNT_ID", *subject.id_columns} & ASYNC_COLUMNS <= set(subject.columns), stream
        assert len(subject.columns) > 50, stream
        assert subject.body["columns"] == list(subject.columns), stream
        assert not set(subject.columns) & set(TARGETING), f"{stream}: they come unasked"
        assert (set(TARGETING) <= declared) is is_broken_down, stream
        for column in ("TOTAL_IMPRESSION_USER", "TOTAL_IMPRESSION_FREQUENCY"):
            assert (column in subject.columns) is not is_broken_down, stream
            assert (column in declared) is not is_broken_down, stream


def test_exactly_targeting_levels_name_targeting_types_at_most_five_a_request(pinterest: Pinterest) -> None:
    for stream in REPORTS:
        variants = pinterest.stream(stream).variants()
        named = [name for variant in variants for name in variant.get("targeting_types", ())]

        assert all(len(variant.get("targeting_types", ())) <= 5 for variant in variants), stream
        assert len(named) == len(set(named)), stream
        assert len(named) >= 12 if is_targeting(stream.level) else variants == [{}], stream
        assert ("MEDIA_TYPE" in named) is (stream.level == "PRODUCT_ITEM_TARGETING"), stream
        assert ("AUDIENCE_MULTIPLIER" in named) is (stream.level == "CAMPAIGN_TARGETING"), stream

"""Custom reports as the user defines them, and the names of their streams."""

import pytest
from airbyte_cdk.utils import AirbyteTracedException

from source_pinterest import limits
from source_pinterest.columns import AD_COLUMNS, ASYNC_COLUMNS, REACH_COLUMNS
from source_pinterest.config.options import choices
from source_pinterest.config.reports import (
    day_limits_of,
    is_targeting,
)
from source_pinterest.dates import Granularity
from unit_tests.report_configs import read_report, read_reports, report

LEVELS = choices("custom_reports", "level")


@pytest.mark.parametrize(
    ("field", "levels"),
    [
        ("campaign_statuses", {"CAMPAIGN", "AD_GROUP", "PIN_PROMOTION", "PRODUCT_GROUP", "KEYWORD"}),
        ("ad_group_statuses", {"AD_GROUP", "PIN_PROMOTION", "PRODUCT_GROUP", "KEYWORD"}),
        ("ad_statuses", {"PIN_PROMOTION"}),
    ],
)
def test_more_than_six_statuses_are_taken_at_their_level_and_below_it(field: str, levels: set[str]) -> None:
    seven = choices("custom_reports", field)[:7]
    for level in LEVELS:
        if level.removesuffix("_TARGETING") in levels:
            assert getattr(read_report(level=level, **{field: list(seven)}), field) == seven, level
        else:
            with pytest.raises(AirbyteTracedException, match=f"Statuses: .* level {level}"):
                read_report(level=level, **{field: list(seven)})


def test_a_stream_has_the_name_that_states_know() -> None:
    for name, stream_name in [
        ("MyReport One", "custom__my_report _one"),
        ("weekly", "custom_weekly"),
        ("ROAS by Age7Group", "custom_roas by _age7_group"),
        (" Grüße 👩\u200d💻 ", "custom_ _grüße 👩\u200d💻 "),
        ("x" * 200, f"custom_{'x' * 200}"),
    ]:
        assert read_report(name=name).stream_name == stream_name, name


def test_the_window_of_a_report_stands_for_the_three_fields_of_the_official_form() -> None:
    three = {"click_window_days": 7, "engagement_window_days": 0, "view_window_days": 0}

    assert read_report(attribution_window="7/0/0") == read_report(**three)
    assert read_report(attribution_window="60/30/1", **three) == read_report(attribution_window="60/30/1")
    assert read_report(attribution_window=" ", **three) == read_report(**three)


def test_a_targeting_level_is_broken_down_by_all_that_every_account_has() -> None:
    for level in LEVELS:
        chosen = set(read_report(level=level).targeting_types)

        assert bool(chosen) is is_targeting(level), level
        assert chosen <= set(choices("custom_reports", "targeting_types")), level
        assert not chosen & {"AGE_BUCKET_AND_GENDER", "CREATIVE_ENHANCEMENTS", "LOCAL_ADS_STORE_CODE"}, level
        assert ("AUDIENCE_MULTIPLIER" in chosen) is (level == "CAMPAIGN_TARGETING"), level
        assert ("MEDIA_TYPE" in chosen) is (level == "PRODUCT_ITEM_TARGETING"), level


def test_a_report_reaches_as_far_as_its_level_and_granularity() -> None:
    for level, granularity, reach, earliest in [
        ("CAMPAIGN", "DAY", (913, limits.REPORT_WINDOW_DAYS), "2023-12-31"),
        ("PRODUCT_ITEM_TARGETING", "MONTH", (91, limits.PRODUCT_ITEM_WINDOW_DAYS), "2026-04-01"),
        ("CAMPAIGN", "HOUR", (7, 3), "2026-06-24"),
        ("PRODUCT_ITEM", "HOUR", (7, 3), "2026-06-24"),
    ]:
        fields = {"level": level, "granularity": granularity}
        kept = read_reports(report(**fields, start_date=earliest))

        assert day_limits_of(level, Granularity(granularity)) == reach, fields
        assert (str(kept.custom_reports[0].start_date), kept.notices) == (earliest, ()), fields


@pytest.mark.parametrize(
    ("names", "table"),
    [
        (("weekly-campaigns", "weekly campaigns"), "custom_weekly_campaigns"),
        (("umsatz_größe", "umsatz_grö?e"), "custom_umsatz_gr__e"),
        ((60 * "x" + "1", 60 * "x" + "2"), f"custom_{56 * 'x'}"),
    ],
)
def test_names_are_compared_as_destinations_compare_them(names: tuple[str, str], table: str) -> None:
    with pytest.raises(AirbyteTracedException) as rejected:
        read_reports(*(report(name=name) for name in names))
    assert f"{names[0]!r} and {names[1]!r} would both become the table {table}." in str(rejected.value.message)


def test_names_that_differ_within_63_characters_have_tables_of_their_own() -> None:
    names = ("weekly_campaigns", "weekly__campaigns", 55 * "a" + "1", 55 * "a" + "2")
    assert len(read_reports(*(report(name=name) for name in names)).custom_reports) == 4


def test_columns_keep_their_order_without_what_every_row_has() -> None:
    columns = ["ctr", "DATE", "TARGETING_VALUE", "SPEND_IN_DOLLAR", "TARGETING_TYPE", "CTR", "currency"]

    assert read_report(columns=columns).columns == ("CTR", "SPEND_IN_DOLLAR")


def test_every_column_of_a_level_can_be_requested() -> None:
    items = ASYNC_COLUMNS - AD_COLUMNS
    for level, possible in [
        ("CAMPAIGN", ASYNC_COLUMNS),
        ("PRODUCT_ITEM", items),
        ("PRODUCT_ITEM_TARGETING", items - REACH_COLUMNS),
    ]:
        assert set(read_report(level=level, columns=sorted(possible)).columns) == possible, level

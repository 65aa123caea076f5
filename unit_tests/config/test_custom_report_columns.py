"""The columns of custom reports."""

import pytest

from source_pinterest.columns import AD_COLUMNS, ASYNC_COLUMNS, REACH_COLUMNS
from source_pinterest.config.reports import read_custom_reports
from unit_tests.configs import TODAY
from unit_tests.report_configs import read_report, report


def test_columns_keep_their_order_without_what_comes_unasked() -> None:
    columns = ["ctr", "DATE", "TARGETING_VALUE", "SPEND_IN_DOLLAR", "TARGETING_TYPE", "CTR"]

    assert read_report(columns=columns).columns == ("CTR", "SPEND_IN_DOLLAR")


def test_a_column_that_no_document_lists_is_taken_with_a_notice() -> None:
    (report_read,), (notice,) = read_custom_reports([report(columns=["WEB_LEAD_ROA", "CTR"])], TODAY)

    assert report_read.columns == ("WEB_LEAD_ROA", "CTR")
    assert notice.startswith(
        "Custom Reports: 'Weekly', Columns: Pinterest's documentation does not list WEB_LEAD_ROA (did you mean "
        "WEB_LEAD_ROAS?) here."
    )


@pytest.mark.parametrize("level", ["KEYWORD", "CAMPAIGN_TARGETING", "PRODUCT_ITEM_TARGETING"])
def test_how_many_people_were_reached_does_not_go_with_parts_of_an_entity(level: str) -> None:
    columns = ["TOTAL_IMPRESSION_USER", "CTR", "TOTAL_IMPRESSION_FREQUENCY"]
    (report_read,), (notice,) = read_custom_reports([report(level=level, columns=columns)], TODAY)

    assert report_read.columns == ("CTR",)
    assert notice == (
        "Custom Reports: 'Weekly', Columns: TOTAL_IMPRESSION_USER, TOTAL_IMPRESSION_FREQUENCY does not go with level "
        f"{level} and is left out."
    )


def test_a_column_in_doubt_and_one_that_is_left_out_are_both_told() -> None:
    columns = ["TOTAL_IMPRESSION_USER", "TOTAL_HUGS"]
    _, notices = read_custom_reports([report(level="KEYWORD", columns=columns)], TODAY)

    assert ["does not list TOTAL_HUGS here" in notices[0], "TOTAL_IMPRESSION_USER does not go" in notices[1]] == [
        True
    ] * 2


def test_every_column_of_reports_can_be_asked_for() -> None:
    assert set(read_report(columns=sorted(ASYNC_COLUMNS)).columns) == ASYNC_COLUMNS


@pytest.mark.parametrize("level", ["PRODUCT_ITEM", "PRODUCT_ITEM_TARGETING"])
def test_product_items_have_every_column_but_those_of_an_ad(level: str) -> None:
    possible = ASYNC_COLUMNS - AD_COLUMNS - (REACH_COLUMNS if level.endswith("_TARGETING") else set())

    assert set(read_report(level=level, columns=sorted(possible)).columns) == possible

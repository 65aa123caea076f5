"""Reports with endpoints of their own are requested as those endpoints want it."""

import pytest
import requests_mock

from source_pinterest.dates import DateWindow, parse_day
from source_pinterest.state.period import Setup
from source_pinterest.streams.analytics.own_reports import BrandConversionsReport, MarketingMixReport
from unit_tests.streams.pinterest import Pinterest


def test_columns_that_may_split_rows_belong_to_the_key(mock: requests_mock.Mocker) -> None:
    parts = ["SPEND_ORDER_LINE_PAID_TYPE", "PINNER_LIST_NAME"]
    stream = Pinterest(mock, marketing_mix_report={"columns": parts}).stream(MarketingMixReport)

    assert {*stream.primary_key} == {"CAMPAIGN_ID", "TARGETING_TYPE", "TARGETING_VALUE", *parts, "DATE"}


def test_reports_on_products_have_the_attribution_windows_of_the_connection(mock: requests_mock.Mocker) -> None:
    asked = Pinterest(mock, attribution_window="7/0/0").stream(BrandConversionsReport).spec.fields

    assert (asked["click_window_days"], asked["view_window_days"]) == (7, 0)


def test_a_column_that_only_the_user_knows_is_requested(mock: requests_mock.Mocker) -> None:
    usual = Pinterest(mock).stream(BrandConversionsReport)
    own = Pinterest(mock, brand_category_sku_reports={"columns": ["TOTAL_HUGS"]}).stream(BrandConversionsReport)

    assert own.spec.columns == ("CAMPAIGN_ID", "CONVERSION_PRODUCT_BRAND", "TOTAL_HUGS")
    assert "AD_ACCOUNT_ID" not in usual.spec.columns, "these reports know no such column"
    assert usual.spec.columns[:2] == own.spec.columns[:2]


@pytest.mark.parametrize(
    ("today", "earliest"), [("2026-07-01", "2024-03-17"), ("2025-03-17", "2024-03-17"), ("2027-01-01", "2024-07-02")]
)
def test_reports_on_products_begin_with_pinterests_first_day_of_them(
    mock: requests_mock.Mocker, today: str, earliest: str
) -> None:
    sync = Pinterest(mock).sync
    setup = Setup(sync.stream(BrandConversionsReport).day_range, sync.config, None)

    assert str(setup.period(parse_day(today)).earliest) == earliest


def test_a_single_week_is_requested_with_the_one_before_it(pinterest: Pinterest) -> None:
    spec = pinterest.stream(BrandConversionsReport).spec

    def asked(start: str, end: str) -> list[str]:
        return spec.requests("11", DateWindow.from_pair([start, end]))[0].requested_window.as_pair()

    assert asked("2026-06-22", "2026-06-28") == ["2026-06-15", "2026-06-28"]
    assert asked("2026-06-29", "2026-07-01") == ["2026-06-22", "2026-07-01"]
    assert asked("2024-03-18", "2024-03-24") == ["2024-03-18", "2024-03-31"]

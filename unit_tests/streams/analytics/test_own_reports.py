"""Reports with endpoints of their own are requested as those endpoints want it."""

from collections.abc import Sequence
from typing import Any

import pytest
import requests_mock

from source_pinterest.api import DEFAULT_BASE_URL
from source_pinterest.api.errors import PinterestError
from source_pinterest.config.reports import OBJECTIVES
from source_pinterest.dates import DateWindow, parse_day
from source_pinterest.reporting.client import ReportRequest
from source_pinterest.state.period import Period, Setup
from source_pinterest.streams.analytics.own_reports import (
    BrandAndCategoryConversionsReport,
    BrandConversionsReport,
    CategoryConversionsReport,
    MarketingMixReport,
    SkuConversionsReport,
)
from source_pinterest.streams.analytics.report import ReportStream
from unit_tests.configs import TODAY
from unit_tests.streams.analytics.syncs import DEDUP, Sync, ago
from unit_tests.streams.pinterest import Pinterest


def planned(mock: requests_mock.Mocker, stream: type[ReportStream], **options: Any) -> list[ReportRequest]:
    pinterest = Pinterest(mock, **options)
    return list(pinterest.stream(stream).report_requests())


def test_more_than_five_targeting_types_take_two_requests(mock: requests_mock.Mocker) -> None:
    every = ["APPTYPE", "COUNTRY", "CREATIVE_TYPE", "GENDER", "LOCATION", "PLACEMENT", "AUDIENCE_INCLUDE"]
    requests = planned(mock, MarketingMixReport, start_date=ago(10), marketing_mix_report={"targeting_types": every})

    assert [len(request.body["targeting_types"]) for request in requests] == [5, 2]


def test_columns_that_may_split_rows_belong_to_the_key(mock: requests_mock.Mocker) -> None:
    parts = ["SPEND_ORDER_LINE_PAID_TYPE", "PINNER_LIST_NAME"]
    stream = Pinterest(mock, marketing_mix_report={"columns": parts}).stream(MarketingMixReport)

    assert {*stream.primary_key} == {"CAMPAIGN_ID", "TARGETING_TYPE", "TARGETING_VALUE", *parts, "DATE"}


@pytest.mark.parametrize(
    ("stream", "breakdown", "products"),
    [
        (BrandConversionsReport, "PRODUCT_BRAND", ["CONVERSION_PRODUCT_BRAND"]),
        (CategoryConversionsReport, "PRODUCT_CATEGORY", ["CONVERSION_PRODUCT_CATEGORY"]),
        (
            BrandAndCategoryConversionsReport,
            "PRODUCT_BRAND_AND_CATEGORY",
            ["CONVERSION_PRODUCT_BRAND", "CONVERSION_PRODUCT_CATEGORY"],
        ),
        (SkuConversionsReport, "PRODUCT_SKU", ["CONVERSION_PRODUCT_ID"]),
    ],
)
def test_a_report_on_products_names_what_its_endpoint_wants(
    mock: requests_mock.Mocker, stream: type[ReportStream], breakdown: str, products: list[str]
) -> None:
    requests = planned(mock, stream, start_date=ago(30), attribution_window="7/7/0")
    first, second = (request.as_json() for request in requests)

    assert {request.endpoint.path for request in requests} == {"ad_accounts/{ad_account_id}/reports/brand_category_sku"}
    assert [len(one.pop("campaign_objective_types")) for one in (first, second)] == [5, 4]
    assert first == second
    assert first["columns"][: 1 + len(products)] == ["CAMPAIGN_ID", *products]
    assert {name: value for name, value in first.items() if name not in ("columns", "start_date", "end_date")} == {
        "report_name": "source-pinterest conversions",
        "level": "CAMPAIGN",
        "granularity": "WEEK",
        "conversion_product_breakdown": breakdown,
        "click_window_days": 7,
        "view_window_days": 0,
    }
    assert Pinterest(mock).stream(stream).primary_key == ["CAMPAIGN_ID", *products, "DATE"]


def test_the_attribution_is_named_but_that_of_products_only_if_it_is_not_the_default(
    mock: requests_mock.Mocker,
) -> None:
    chosen = "conversion_product_attribution_type"
    own = {"brand_category_sku_reports": {"attribution_type": "BRAND_ATTRIBUTION"}}
    usual, other = (
        planned(mock, BrandConversionsReport, start_date=ago(30), **options)[0].as_json() for options in ({}, own)
    )

    assert (usual["click_window_days"], usual["view_window_days"], usual.get(chosen)) == (30, 1, None)
    assert other[chosen] == "BRAND_ATTRIBUTION"


def test_a_column_that_only_the_user_knows_is_requested(
    mock: requests_mock.Mocker,
) -> None:
    usual = Pinterest(mock).stream(BrandConversionsReport)
    own = Pinterest(mock, brand_category_sku_reports={"columns": ["TOTAL_HUGS"]}).stream(BrandConversionsReport)

    assert own.spec.columns == ("CAMPAIGN_ID", "CONVERSION_PRODUCT_BRAND", "TOTAL_HUGS")
    assert "AD_ACCOUNT_ID" not in usual.spec.columns, "these reports know no such column"
    assert usual.spec.columns[:2] == own.spec.columns[:2]


def test_windows_are_whole_weeks_of_a_year_at_most_and_of_eight_days_at_least(mock: requests_mock.Mocker) -> None:
    windows = [request.requested_window for request in planned(mock, BrandConversionsReport)[::2]]

    assert len(windows) == 3
    assert all(8 <= window.days <= 365 and window.start.day_of_week == 0 for window in windows)
    assert windows[-1].end == TODAY


@pytest.mark.parametrize(
    ("today", "earliest"), [("2026-07-01", "2024-03-17"), ("2025-03-17", "2024-03-17"), ("2027-01-01", "2024-07-02")]
)
def test_reports_on_products_begin_with_pinterests_first_day_of_them(
    mock: requests_mock.Mocker, today: str, earliest: str
) -> None:
    sync = Pinterest(mock).sync
    setup = Setup(sync.stream(BrandConversionsReport).days, sync.config, None)

    assert str(Period.of(setup, parse_day(today)).earliest) == earliest


def test_a_single_week_is_requested_with_the_one_before_it(mock: requests_mock.Mocker) -> None:
    first = planned(mock, BrandConversionsReport, start_date=ago(30))[0]

    def asked(start: str, end: str) -> list[str]:
        window = DateWindow(parse_day(start), parse_day(end))
        return ReportRequest("11", window, first.body, endpoint=first.endpoint).requested_window.as_pair()

    assert asked("2026-06-22", "2026-06-28") == ["2026-06-15", "2026-06-28"]
    assert asked("2026-06-29", "2026-07-01") == ["2026-06-22", "2026-07-01"]
    assert asked("2024-03-18", "2024-03-24") == ["2024-03-18", "2024-03-31"]


# ---- What Pinterest refuses


BRANDS = [{"CAMPAIGN_ID": "7", "CONVERSION_PRODUCT_BRAND": "Shop", "DATE": "2026-06-01"}]


def conversions(
    mock: requests_mock.Mocker, refused: Sequence[str] = (), sentence: str = "", rows: Any = BRANDS
) -> tuple[list[str], list[PinterestError], list[dict[str, Any]]]:
    """Read the brands of account 11 where Pinterest refuses objectives or columns: brands, failures, and cursors."""

    def create(request: Any, context: Any) -> dict[str, Any]:
        asked = request.json()
        is_refused = not set(refused).isdisjoint([*asked["campaign_objective_types"], *asked["columns"]])
        context.status_code = 400 if is_refused else 200
        return {"code": 1, "message": sentence} if is_refused else {"token": "t", "report_status": "IN_PROGRESS"}

    path = "ad_accounts/11/reports/brand_category_sku"
    pinterest = Pinterest(mock, start_date="2026-06-01")
    mock.post(f"{DEFAULT_BASE_URL}/{path}", json=create)
    pinterest.answers(path, {"json": {"report_status": "FINISHED", "url": "https://files.example/11"}})
    mock.get("https://files.example/11", json={"7": rows})
    sync = Sync(pinterest.attached(pinterest.sync.stream(BrandConversionsReport), DEDUP))
    failures = [failure for one in sync.slices if (failure := one.error)]
    records = [record for one in sync.slices if not one.error for record in sync.read(one)]
    return [record["CONVERSION_PRODUCT_BRAND"] for record in records], failures, sync.cursors


def test_a_conversion_without_a_brand_is_a_row(mock: requests_mock.Mocker) -> None:
    brands, failures, _ = conversions(mock, rows=[{"CAMPAIGN_ID": "7", "DATE": "2026-06-01"}])

    assert (brands, failures) == (["", ""], [])


@pytest.mark.parametrize(
    ("refused", "sentence"),
    [(OBJECTIVES, "What is an objective?"), (("CAMPAIGN_ID",), "There is no CAMPAIGN_ID")],
    ids=["the older objectives", "the id of a row"],
)
def test_other_refusals_are_of_the_whole_request(
    mock: requests_mock.Mocker, refused: Sequence[str], sentence: str
) -> None:
    _, failures, _ = conversions(mock, refused, sentence)

    assert {str(failure.message).partition(". ")[0] for failure in failures} == {"Pinterest refuses this report"}

"""A report requests what the user defined, as its endpoint takes it."""

import pytest

from source_pinterest.api.errors import ConfigError
from source_pinterest.dates import parse_day
from source_pinterest.state.period import Period
from source_pinterest.streams import STREAMS
from source_pinterest.streams.analytics.special_reports import BrandConversionsReport, MarketingMixReport
from source_pinterest.streams.selection import streams_by_name
from unit_tests.report_configs import report
from unit_tests.streams.pinterest import Planned

NAME = "custom__weekly"


def test_a_report_takes_its_open_options_from_the_connection() -> None:
    pinterest = Planned(attribution_window="7/7/1", conversion_report_time="TIME_OF_CONVERSION")
    own = {"attribution_types": ["HOUSEHOLD"], "conversion_report_time": "TIME_OF_AD_ACTION"}
    fields = pinterest.custom(click_window_days=0, **own).spec.fields

    assert fields == {"click_window_days": 0, "engagement_window_days": 7, "view_window_days": 1, **own}
    fields = pinterest.custom(engagement_window_days=14, view_window_days=30).spec.fields
    assert (fields["engagement_window_days"], fields["view_window_days"]) == (14, 30)


def test_a_report_that_is_called_like_a_stream_is_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(STREAMS[0], "stream_name", classmethod(lambda _: NAME))
    pinterest = Planned(custom_reports=[report()])

    with pytest.raises(ConfigError, match=f"Weekly would become the stream {NAME}"):
        streams_by_name(pinterest.sync)


def test_columns_that_may_split_rows_belong_to_the_key() -> None:
    parts = ["SPEND_ORDER_LINE_PAID_TYPE", "PINNER_LIST_NAME"]
    stream = Planned(marketing_mix_report={"columns": parts}).stream(MarketingMixReport)

    assert {*stream.primary_key} == {"CAMPAIGN_ID", "TARGETING_TYPE", "TARGETING_VALUE", *parts, "DATE"}


def test_reports_on_products_have_the_attribution_windows_of_the_connection() -> None:
    fields = Planned(attribution_window="7/0/0").stream(BrandConversionsReport).spec.fields

    assert (fields["click_window_days"], fields["view_window_days"]) == (7, 0)


def test_a_column_that_only_the_user_knows_is_requested() -> None:
    usual = Planned().stream(BrandConversionsReport)
    own = Planned(brand_category_sku_reports={"columns": ["TOTAL_HUGS"]}).stream(BrandConversionsReport)

    assert own.spec.columns == ("CAMPAIGN_ID", "CONVERSION_PRODUCT_BRAND", "TOTAL_HUGS")
    assert "AD_ACCOUNT_ID" not in usual.spec.columns, "these reports know no such column"
    assert usual.spec.columns[:2] == own.spec.columns[:2]


@pytest.mark.parametrize(
    ("today", "earliest"), [("2026-07-01", "2024-03-17"), ("2025-03-17", "2024-03-17"), ("2027-01-01", "2024-07-02")]
)
def test_reports_on_products_begin_with_pinterests_first_day_of_them(today: str, earliest: str) -> None:
    sync = Planned().sync
    day_range = sync.stream(BrandConversionsReport).day_range

    assert str(Period.of(day_range, sync.config, None, parse_day(today)).earliest) == earliest

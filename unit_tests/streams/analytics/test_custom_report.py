"""A report asks for what the user defined, as its endpoint takes it, under a key that fits its rows."""

import pytest

from source_pinterest.api.errors import ConfigError
from source_pinterest.config.options import choices
from source_pinterest.dates import DateWindow, days_before, parse_day
from source_pinterest.reporting.client import ReportRequest
from source_pinterest.state.cursor import StatelessCursor
from source_pinterest.state.days import DaySet
from source_pinterest.state.period import Period
from source_pinterest.streams import STREAMS
from source_pinterest.streams.ads.metrics_ready import MetricsReadyState
from source_pinterest.streams.analytics.report import ReportStream
from source_pinterest.streams.analytics.special_reports import BrandConversionsReport, MarketingMixReport
from source_pinterest.streams.selection import streams_by_name
from unit_tests.configs import TODAY
from unit_tests.report_configs import report
from unit_tests.streams.analytics.syncs import APPEND, DEDUP, ago
from unit_tests.streams.pinterest import Planned, configured, state_of

NAME = "custom__weekly"


def planned(stream: ReportStream) -> list[ReportRequest]:
    return list(stream.report_requests())


def windows(stream: ReportStream) -> list[list[str]]:
    return [one.window.as_pair() for one in planned(stream)]


def test_a_report_takes_its_open_options_from_the_connection() -> None:
    pinterest = Planned(attribution_window="7/7/1", conversion_report_time="TIME_OF_CONVERSION")
    own = {"attribution_types": ["HOUSEHOLD"], "conversion_report_time": "TIME_OF_AD_ACTION"}
    asked = pinterest.custom(click_window_days=0, **own).spec.fields

    assert asked == {"click_window_days": 0, "engagement_window_days": 7, "view_window_days": 1, **own}
    asked = pinterest.custom(engagement_window_days=14, view_window_days=30).spec.fields
    assert (asked["engagement_window_days"], asked["view_window_days"]) == (14, 30)


def test_filters_and_targeting_types_are_split_in_every_combination() -> None:
    pinterest = Planned()
    few = {"ad_statuses": ["PAUSED"], "product_group_statuses": ["RUNNING", "PAUSED"]}
    many = {name: list(choices("custom_reports", name)[:7]) for name in ("campaign_statuses", "ad_group_statuses")}
    variants = pinterest.custom(level="AD_GROUP_TARGETING", **many, **few).spec.variants
    asked = [
        (kind, campaign, ad_group)
        for variant in variants
        for kind in variant["targeting_types"]
        for campaign in variant["campaign_statuses"]
        for ad_group in variant["ad_group_statuses"]
    ]

    assert len(variants) == 3 * 2 * 2
    assert len(asked) == len(set(asked)) == 12 * 7 * 7
    assert all(len(variant[name]) <= 6 for variant in variants for name in many)
    assert all(variant[name] == few[name] for variant in variants for name in few)
    assert pinterest.custom().spec.variants == [{}]


@pytest.mark.parametrize("start_date", ["2024-01-01", "2026-06-24"], ids=["as before", "moved later"])
def test_a_lookback_reaches_outward_to_a_whole_bucket(start_date: str) -> None:
    pinterest = Planned(state_of(NAME, "11", DATE="2026-06-30", **{"from": "2024-01-01"}))
    stream = pinterest.custom(DEDUP, granularity="MONTH", start_date=start_date)

    assert windows(stream)[-1] == ["2026-05-01", "2026-07-01"]


def test_a_missing_week_that_touches_the_lookback_is_read_with_it() -> None:
    """Its end lies in the lookback, which begins in the middle of a week."""
    owed = [["2026-05-11", "2026-05-31"]]
    pinterest = Planned(state_of(NAME, "11", DATE="2026-06-28", missing=owed, **{"from": "2024-01-01"}))

    assert windows(pinterest.custom(DEDUP, start_date="2024-01-01")) == [["2026-05-11", "2026-07-01"]]


def test_an_appending_destination_gets_a_week_when_its_last_day_has_settled(monkeypatch: pytest.MonkeyPatch) -> None:
    pinterest = Planned()
    monkeypatch.setattr(MetricsReadyState, "last_final_day", lambda _: days_before(TODAY, 2))

    assert windows(pinterest.custom(APPEND, start_date="2026-06-01")) == [["2026-06-01", "2026-06-28"]]


def test_a_total_is_read_whole_in_the_longest_windows_of_each_filter() -> None:
    pinterest = Planned()
    filters = {"campaign_statuses": list(choices("custom_reports", "campaign_statuses")[:7])}
    stream = pinterest.custom(configured("full_refresh", "overwrite"), granularity="TOTAL", **filters)
    requests = planned(stream)

    assert isinstance(stream.state_cursor, StatelessCursor)
    assert DaySet().union(one.window for one in requests[::2]) == DaySet.between(days_before(TODAY, 913), TODAY)
    assert [one.window.days for one in requests[1::2]] == [186, 186, 186, 186, 170]
    assert [(one.number, len(one.body["campaign_statuses"])) for one in requests] == [(0, 6), (1, 1)] * 5


@pytest.mark.parametrize(("own", "start"), [(None, "2026-05-01"), ("2026-06-01", "2026-06-01")])
def test_a_report_begins_with_its_own_start_date_or_that_of_all(own: str | None, start: str) -> None:
    pinterest = Planned(start_date="2026-05-01")

    assert windows(pinterest.custom(granularity="TOTAL", start_date=own)) == [[start, ago(0)]]
    assert windows(pinterest.custom(DEDUP, granularity="DAY", start_date=own)) == [[start, ago(0)]]


OF_ADS = ("CAMPAIGN_ID", "AD_GROUP_ID", "AD_ID", "PIN_ID", "PRODUCT_GROUP_ID", "ENTITY_ID")
OF_ITEMS = ("CAMPAIGN_ID", "AD_GROUP_ID", "PIN_ID", "PRODUCT_GROUP_ID", "PRODUCT_ITEM_ID", "ENTITY_ID")


@pytest.mark.parametrize(
    ("level", "granularity", "key"),
    [
        ("AD_GROUP_TARGETING", "MONTH", ["AD_GROUP_ID", "TARGETING_TYPE", "TARGETING_VALUE", "DATE"]),
        ("KEYWORD", "TOTAL", [*OF_ADS, "TARGETING_TYPE", "TARGETING_VALUE", "START_DATE", "END_DATE"]),
        ("PRODUCT_ITEM", "HOUR", [*OF_ITEMS, "DATE", "HOUR"]),
    ],
)
def test_the_key_identifies_rows(level: str, granularity: str, key: list[str]) -> None:
    pinterest = Planned()
    stream = pinterest.custom(level=level, granularity=granularity)

    assert stream.primary_key == key
    for column in key:
        assert "string" in stream.get_json_schema()["properties"][column]["type"]


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
    asked = Planned(attribution_window="7/0/0").stream(BrandConversionsReport).spec.fields

    assert (asked["click_window_days"], asked["view_window_days"]) == (7, 0)


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
    kept = sync.stream(BrandConversionsReport).day_range

    assert str(Period.of(kept, sync.config, None, parse_day(today)).earliest) == earliest


def test_a_single_week_is_requested_with_the_one_before_it() -> None:
    pinterest = Planned()
    spec = pinterest.stream(BrandConversionsReport).spec

    def asked(start: str, end: str) -> list[str]:
        return spec.requests("11", DateWindow.from_pair([start, end]))[0].requested_window.as_pair()

    assert asked("2026-06-22", "2026-06-28") == ["2026-06-15", "2026-06-28"]
    assert asked("2026-06-29", "2026-07-01") == ["2026-06-22", "2026-07-01"]
    assert asked("2024-03-18", "2024-03-24") == ["2024-03-18", "2024-03-31"]

"""The estimate that a stream logs counts the requests that it will send."""

import logging

import pytest
from pendulum import Date

from source_pinterest.dates import DateWindow
from source_pinterest.reporting.client import ReportRequest
from source_pinterest.streams.analytics.levels import AdAnalytics, CampaignAnalytics
from source_pinterest.streams.analytics.report import Estimate
from source_pinterest.streams.organic.pin_analytics import PinAnalytics
from unit_tests.streams.pinterest import Pinterest

BORDER = Date(2026, 1, 1)


def test_days_before_the_border_are_reports() -> None:
    long_unread = [DateWindow(Date(2025, 1, 1), Date(2026, 3, 30))]
    recent = [DateWindow(Date(2026, 3, 1), Date(2026, 3, 30))]
    found = Estimate.of_days([long_unread, recent, []], first_synchronous_day=BORDER)
    assert found == Estimate(accounts=2, windows=4, reports=2, requests=6)
    assert Estimate.of_days([[], []]) == Estimate(0, 0, 0, 0)


def test_days_of_profiles_are_never_reports() -> None:
    unread = [[DateWindow(Date(2025, 1, 1), Date(2025, 3, 30)), DateWindow(Date(2026, 1, 1), Date(2026, 1, 2))], []]
    assert Estimate.of_days(unread, requests_per_window=2) == Estimate(accounts=1, windows=2, reports=0, requests=4)


def test_reports_of_one_window_are_counted_each() -> None:
    window = DateWindow(Date(2025, 1, 1), Date(2025, 1, 31))
    requests = [ReportRequest("1", window, {}, number) for number in range(3)]
    other = ReportRequest("2", window, {})
    assert Estimate.of_reports([*requests, other]) == Estimate(accounts=2, windows=2, reports=4, requests=8)


def test_the_minutes_of_all_streams_of_a_rate_category_are_logged(
    pinterest: Pinterest, caplog: pytest.LogCaptureFixture
) -> None:
    ads = Estimate(accounts=1, windows=2_000, reports=1_000, requests=3_001)
    with caplog.at_level(logging.INFO, "airbyte"):
        ads.log(pinterest.stream(AdAnalytics), "ads_analytics")
        ads.log(pinterest.stream(CampaignAnalytics), "ads_analytics")
        Estimate(1, 1, 0, requests=61).log(pinterest.stream(PinAnalytics), "org_analytics")
    first, second, organic = caplog.messages
    assert first.startswith("ad_analytics: Estimate: 1 account, 2,000 windows, 1,000 reports, at least 3,001 requests")
    minutes = [text.partition(" take about ")[2].partition(" min")[0] for text in (first, second, organic)]
    assert minutes == ["12", "22", "2"]

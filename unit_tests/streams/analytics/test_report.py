"""The days that reports and analytics are requested for."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from airbyte_cdk.models import AirbyteStateMessage

from integration_tests.support.expected_records.reports import REPORT_STREAMS
from source_pinterest.config.options import choices
from source_pinterest.reporting.client import ReportRequest
from source_pinterest.streams.ads.entities import Campaigns
from source_pinterest.streams.analytics.level_reports import REPORTS
from source_pinterest.streams.analytics.levels import CampaignAnalytics
from source_pinterest.streams.analytics.report import ReportTasks
from unit_tests.streams.analytics.syncs import DEDUP, ago, known, window
from unit_tests.streams.pinterest import Planned, state_of

NAME, ANALYTICS = "ad_group_report", "campaign_analytics"

BY_NAME = {stream.__name__: stream for stream in REPORTS}
AdGroupReport = BY_NAME["AdGroupReport"]


def planned(pinterest: Planned) -> list[ReportRequest]:
    return list(pinterest.stream(AdGroupReport, DEDUP).report_requests())


def test_every_level_has_its_stream_under_the_name_that_users_know() -> None:
    levels = {stream.stream_name(): stream.level for stream in REPORTS}
    assert levels == {name: stream.level for name, stream in REPORT_STREAMS.items()}
    assert {*levels.values()} == {*choices("custom_reports", "level")}


def test_reports_begin_with_the_account_that_is_furthest_behind() -> None:
    pinterest = Planned(state_of(NAME, "12", DATE=ago(5)), ("12", "13"))

    assert [one.ad_account_id for one in planned(pinterest)] == ["13"] * 5 + ["12"]


@pytest.mark.parametrize(
    ("state", "start_ago", "expected"),
    [
        (known(NAME, 200, 1), 500, [(500, 315), (314, 201), (34, 0)]),
        (known(NAME, 913, 1, window(600, 590), window(300, 200)), 913, [(600, 590), (300, 200), (34, 0)]),
        (known(NAME, 913, 1, window(600, 590)), 30, [(600, 590), (34, 0)]),
    ],
    ids=["an earlier start", "missing days come first", "and a later start hides none"],
)
def test_a_later_sync_reads_what_is_unread_and_then_the_lookback(
    state: list[AirbyteStateMessage],
    start_ago: int,
    expected: list[tuple[int, int]],
) -> None:
    requests = planned(Planned(state, start_date=ago(start_ago)))

    assert [one.window for one in requests] == [window(*one) for one in expected]


@pytest.mark.parametrize(
    ("state", "start_ago", "by_report", "by_request"),
    [
        (known(ANALYTICS, 913, 56), 913, [], [(89, 0)]),
        (known(ANALYTICS, 913, 60), 913, [(93, 90)], [(89, 0)]),
        (known(ANALYTICS, 300, 1), 700, [(700, 515), (514, 329), (328, 301)], [(34, 0)]),
        (known(ANALYTICS, 50, 1), 200, [(200, 90)], [(89, 51), (34, 0)]),
        (known(ANALYTICS, 913, 1, window(200, 150), window(95, 80)), 913, [(200, 150), (95, 90)], [(89, 80), (34, 0)]),
    ],
    ids=["the lookback", "a long pause", "an earlier start", "one that both reach", "missing days"],
)
def test_days_of_analytics_that_are_older_than_89_come_from_reports(
    monkeypatch: pytest.MonkeyPatch,
    state: list[AirbyteStateMessage],
    start_ago: int,
    by_report: list[tuple[int, int]],
    by_request: list[tuple[int, int]],
) -> None:
    pinterest = Planned(state, start_date=ago(start_ago))
    pinterest.has_listed(Campaigns, ("11",), "7")
    ordered: list[ReportRequest] = []

    @contextmanager
    def order(_: ReportTasks, requests: list[ReportRequest]) -> Iterator[None]:
        ordered.extend(requests)
        yield

    monkeypatch.setattr(ReportTasks, "submit", order)
    monkeypatch.setattr(ReportTasks, "tasks", lambda *_args, **_how: iter(()))
    tasks = list(pinterest.stream(CampaignAnalytics, DEDUP).tasks())

    assert [one.required_window for one in tasks] == [window(*one) for one in by_request]
    assert [one.window for one in ordered] == [window(*one) for one in by_report]

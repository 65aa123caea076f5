"""The reports that a stream requests, and what their rows and the state become."""

from typing import Any

import pytest
import requests_mock
from airbyte_cdk.models import AirbyteStateMessage

from integration_tests.support.truth.reports import REPORT_STREAMS
from source_pinterest.config.options import choices
from source_pinterest.reporting.client import ReportRequest
from source_pinterest.streams.analytics.level_reports import REPORTS
from source_pinterest.streams.analytics.levels import CampaignAnalytics, CampaignTargetingAnalytics
from source_pinterest.streams.analytics.report import ReportStream
from unit_tests.streams.analytics.syncs import DEDUP, Sync, ago, known, window
from unit_tests.streams.pinterest import Pinterest, state_of

NAME = "ad_group_report"

BY_NAME = {stream.__name__: stream for stream in REPORTS}
AdGroupReport, CampaignTargetingReport = BY_NAME["AdGroupReport"], BY_NAME["CampaignTargetingReport"]


def planned(pinterest: Pinterest) -> list[ReportRequest]:
    return list(pinterest.attached(pinterest.sync.stream(AdGroupReport), DEDUP).report_requests())


def test_every_level_has_its_stream_under_the_name_that_users_know() -> None:
    levels = {stream.stream_name(): stream.level for stream in REPORTS}
    assert levels == {name: stream.level for name, stream in REPORT_STREAMS.items()}
    assert {*levels.values()} == {*choices("custom_reports", "level")}


def test_a_request_names_level_columns_and_days(mock: requests_mock.Mocker) -> None:
    [request] = planned(Pinterest(mock, start_date=ago(1), attribution_window="7/0/0"))
    asked = request.as_json()

    assert (asked["start_date"], asked["end_date"]) == (ago(1), ago(0))
    assert (asked["level"], asked["granularity"], asked["report_format"]) == ("AD_GROUP", "DAY", "JSON")
    assert (asked["click_window_days"], asked["engagement_window_days"], asked["view_window_days"]) == (7, 0, 0)
    assert asked["columns"][:2] == ["AD_GROUP_ID", "AD_ACCOUNT_ID"]
    assert not {"DATE", "targeting_types"} & {*asked["columns"], *asked}


def test_every_account_is_asked_for_the_one_longest_unread_first(mock: requests_mock.Mocker) -> None:
    pinterest = Pinterest(mock, state_of(NAME, "12", DATE=ago(5)))
    pinterest.lists("ad_accounts", "12", "13")

    assert [one.ad_account_id for one in planned(pinterest)] == ["13"] * 5 + ["12"]


@pytest.mark.parametrize(
    ("state", "start_ago", "expected"),
    [
        (known(NAME, 200, 1), 500, [(314, 201), (500, 315), (34, 0)]),
        (known(NAME, 913, 1, window(600, 590), window(300, 200)), 913, [(600, 590), (300, 200), (34, 0)]),
        (known(NAME, 913, 1, window(600, 590)), 30, [(600, 590), (34, 0)]),
    ],
    ids=["an earlier start is read backwards", "missing days come first", "and a later start hides none"],
)
def test_a_later_sync_reads_what_is_unread_and_then_the_lookback(
    mock: requests_mock.Mocker,
    state: list[AirbyteStateMessage],
    start_ago: int,
    expected: list[tuple[int, int]],
) -> None:
    requests = planned(Pinterest(mock, state, start_date=ago(start_ago)))

    assert [one.window for one in requests] == [window(*one) for one in expected]


def sync_of(pinterest: Pinterest, of: type[ReportStream] = AdGroupReport) -> Sync:
    return Sync(pinterest.attached(pinterest.sync.stream(of), DEDUP))


def row(ad_group: Any = "7", date: str = "2026-06-01", **more: Any) -> dict[str, Any]:
    return {"AD_GROUP_ID": ad_group, "DATE": date, **more}


def test_a_window_counts_when_all_its_requests_are_read(
    mock: requests_mock.Mocker, caplog: pytest.LogCaptureFixture
) -> None:
    pinterest = Pinterest(mock, start_date=ago(9))
    pinterest.reports({"7": [row(date=ago(9), CAMPAIGN_ID="1")]})
    sync = sync_of(pinterest, CampaignTargetingReport)
    with caplog.at_level("INFO", "airbyte"):
        first, *others = sync.slices
    assert f"{sync.stream.name}: Estimate: 1 account, 1 window, 3 reports, at least 6 requests" in caplog.text
    assert [sync.read(one)[0]["DATE"] for one in others] == [ago(9)] * 2
    assert sync.cursors == [{"DATE": ago(0), "from": ago(9), "missing": [[ago(9), ago(0)]]}]

    sync.read(first)
    assert sync.cursors == [{"DATE": ago(0), "from": ago(9)}]


def test_a_report_that_is_too_slow_counts_half_by_half(mock: requests_mock.Mocker) -> None:
    pinterest = Pinterest(mock, start_date=ago(9), report_timeout_minutes=0.01)
    asked = pinterest.reports({"7": []})
    busy, done = {"report_status": "IN_PROGRESS"}, {"report_status": "FINISHED", "url": "https://files.example/11"}
    pinterest.answers(
        "ad_accounts/11/reports",
        {"json": lambda request, _: busy if request.qs["token"] == ["token-1"] else done},
    )
    sync = sync_of(pinterest)
    older, newer = sorted(sync.slices, key=lambda one: str(one["start_date"]))
    sync.read(newer)
    missing = [window(9, 5).as_pair()]
    assert sync.cursors == [{"DATE": ago(0), "from": ago(9), "missing": missing}]

    sync.read(older)
    assert sync.cursors == [{"DATE": ago(0), "from": ago(9)}]
    assert [(one["start_date"], one["end_date"]) for one in asked[1:]] == [(ago(9), ago(5)), (ago(4), ago(0))]


def test_columns_that_a_user_chooses_and_attribution_are_changes(mock: requests_mock.Mocker) -> None:
    ctr = {"analytics_columns": ["CTR"]}
    options = [ctr, {"analytics_columns": ["CTR", "TOTAL_IMPRESSION"]}, {**ctr, "attribution_window": "7/7/1"}]
    for one in (CampaignAnalytics, CampaignTargetingAnalytics):
        asked = {Pinterest(mock, **some).stream(one).checkpoint.state["asked"] for some in options}
        assert len(asked) == len(options), one

"""The reports that a stream requests, and what their rows and the state become."""

from collections.abc import Callable
from typing import Any

import pytest
import requests_mock
from airbyte_cdk.models import AirbyteStateMessage, AirbyteStateMessageSerializer

from source_pinterest.api.errors import UnavailableError
from source_pinterest.config.reports import default_targeting_types
from source_pinterest.dates import DateWindow, merge_windows
from source_pinterest.reporting.job import ReportRequest
from source_pinterest.state.period import fingerprint
from source_pinterest.streams.analytics.level_reports import REPORTS
from source_pinterest.streams.analytics.levels import CampaignAnalytics, CampaignTargetingAnalytics
from source_pinterest.streams.analytics.own_reports import MarketingMixReport
from source_pinterest.streams.analytics.query import QueryAnalytics
from source_pinterest.streams.analytics.report import ReportStream
from unit_tests.streams.analytics.syncs import APPEND, DEDUP, Sync, ago, window
from unit_tests.streams.pinterest import Pinterest, read_slice, refused, run_of, state_of
from unit_tests.threads import PATIENCE_SECONDS, in_thread, waits

NAME = "ad_group_report"

BY_NAME = {stream.__name__: stream for stream in REPORTS}
AdGroupReport, CampaignTargetingReport = BY_NAME["AdGroupReport"], BY_NAME["CampaignTargetingReport"]
ProductGroupReport, ProductItemReport = BY_NAME["ProductGroupReport"], BY_NAME["ProductItemReport"]


def planned(pinterest: Pinterest, of: type[ReportStream] = AdGroupReport, how: Any = DEDUP) -> list[ReportRequest]:
    return list(pinterest.attached(pinterest.sync.stream(of), how).report_requests())


def known(first_ago: int, last_ago: int, *missing: DateWindow, account: str = "11") -> list[AirbyteStateMessage]:
    owed = [one.as_pair() for one in missing]
    return state_of(NAME, account, DATE=ago(last_ago), missing=owed, **{"from": ago(first_ago)})


@pytest.fixture
def after(mock: requests_mock.Mocker) -> Callable[..., Pinterest]:
    """A sync of account 11 that finds a state."""

    def make(state: list[AirbyteStateMessage], **options: Any) -> Pinterest:
        pinterest = Pinterest(mock, state, **options)
        pinterest.lists("ad_accounts", "11")
        return pinterest

    return make


@pytest.fixture
def first(pinterest: Pinterest) -> Pinterest:
    """A first sync of account 11."""
    pinterest.lists("ad_accounts", "11")
    return pinterest


# ---- Which reports


@pytest.mark.parametrize(
    ("of", "first_ago", "lengths"),
    [(AdGroupReport, 913, [186, 186, 186, 186, 170]), (ProductItemReport, 91, [31, 31, 30])],
)
def test_a_first_sync_reads_all_that_pinterest_has_in_the_fewest_reports(
    first: Pinterest, of: type[ReportStream], first_ago: int, lengths: list[int]
) -> None:
    requests = planned(first, of)

    assert merge_windows([one.window for one in requests]) == [window(first_ago, 0)]
    assert [one.window.days for one in requests] == lengths
    assert first.asked("resources/metrics_ready_state") == []


def test_a_request_names_level_columns_and_days(after: Callable[..., Pinterest]) -> None:
    [request] = planned(after([], start_date=ago(1), attribution_window="7/7/0"))
    asked = request.as_json()

    assert (asked["start_date"], asked["end_date"]) == (ago(1), ago(0))
    assert (asked["level"], asked["granularity"], asked["report_format"]) == ("AD_GROUP", "DAY", "JSON")
    assert (asked["click_window_days"], asked["engagement_window_days"], asked["view_window_days"]) == (7, 7, 0)
    assert asked["columns"][:2] == ["AD_GROUP_ID", "AD_ACCOUNT_ID"]
    assert not {"DATE", "targeting_types"} & {*asked["columns"], *asked}


def test_every_account_is_asked_for_the_one_longest_unread_first(mock: requests_mock.Mocker) -> None:
    pinterest = Pinterest(mock, state_of(NAME, "12", DATE=ago(5)))
    pinterest.lists("ad_accounts", "12", "13")

    assert [one.ad_account_id for one in planned(pinterest)] == ["13"] * 5 + ["12"]


@pytest.mark.parametrize(
    ("state", "start_ago", "expected"),
    [
        (known(200, 1), 500, [(314, 201), (500, 315), (34, 0)]),
        (known(913, 1, window(600, 590), window(300, 200)), 913, [(600, 590), (300, 200), (34, 0)]),
        (known(913, 1, window(600, 590)), 30, [(600, 590), (34, 0)]),
    ],
    ids=["an earlier start is read backwards", "missing days come first", "and a later start hides none"],
)
def test_a_later_sync_reads_what_is_unread_and_then_the_lookback(
    after: Callable[..., Pinterest],
    state: list[AirbyteStateMessage],
    start_ago: int,
    expected: list[tuple[int, int]],
) -> None:
    requests = planned(after(state, start_date=ago(start_ago)))

    assert [one.window for one in requests] == [window(*one) for one in expected]


def test_a_cursor_for_all_accounts_holds_for_each_of_them(after: Callable[..., Pinterest]) -> None:
    """As the official connector keeps it."""
    entry = {"stream_descriptor": {"name": NAME}, "stream_state": {"DATE": ago(3)}}
    pinterest = after([AirbyteStateMessageSerializer.load({"type": "STREAM", "stream": entry})])

    assert [one.window for one in planned(pinterest)] == [window(36, 0)]
    [entry] = pinterest.stream(AdGroupReport).checkpoint.state["states"]
    assert (entry["partition"], entry["cursor"]["DATE"]) == ({"ad_account_id": "11"}, ago(3))


def test_targeting_types_are_split_over_requests_for_each_window(first: Pinterest) -> None:
    requests = planned(first, CampaignTargetingReport)

    assert [len(one.body["targeting_types"]) for one in requests] == [5, 5, 3] * 5
    assert [one.number for one in requests] == [0, 1, 2] * 5
    for number in range(3):
        assert merge_windows([one.window for one in requests if one.number == number]) == [window(913, 0)]


def test_an_appending_destination_gets_the_days_that_have_settled(first: Pinterest) -> None:
    ready = first.answers("resources/metrics_ready_state", {"json": {"conversion_metrics_ready": False}})

    assert merge_windows([one.window for one in planned(first, how=APPEND)]) == [window(913, 8)]
    asked = ready.call_count
    planned(first, ProductItemReport, APPEND)
    assert ready.call_count == asked, "asked once for all reports"


# ---- Slices and the state


def sync_of(pinterest: Pinterest, of: type[ReportStream] = AdGroupReport) -> Sync:
    return Sync(pinterest.attached(pinterest.sync.stream(of), DEDUP))


def row(ad_group: Any = "7", date: str = "2026-06-01", **more: Any) -> dict[str, Any]:
    return {"AD_GROUP_ID": ad_group, "DATE": date, **more}


def test_a_window_counts_when_all_its_requests_are_read(
    after: Callable[..., Pinterest], caplog: pytest.LogCaptureFixture
) -> None:
    pinterest = after([], start_date=ago(9))
    pinterest.reports({"7": [row(date=ago(9), CAMPAIGN_ID="1")]})
    sync = sync_of(pinterest, CampaignTargetingReport)
    with caplog.at_level("INFO", "airbyte"):
        first, *others = sync.slices
    assert f"{sync.stream.name}: Estimate: 1 account, 1 window, 3 reports, at least 6 requests" in caplog.text
    assert [sync.read(one)[0]["DATE"] for one in others] == [ago(9)] * 2
    assert sync.cursors == [{"DATE": ago(10), "from": ago(9)}]

    sync.read(first)
    assert sync.cursors == [{"DATE": ago(0), "from": ago(9), "settled": ago(2)}]


def test_a_report_that_fails_is_owed_and_holds_up_no_newer_one(after: Callable[..., Pinterest]) -> None:
    pinterest = after([], start_date=ago(200))
    pinterest.reports({"7": []})
    pinterest.creates(refused(503), {"json": {"token": "t", "report_status": "IN_PROGRESS"}})
    sync = sync_of(pinterest)
    good, failed = sorted(sync.slices, key=lambda one: one.error is not None)
    with pytest.raises(UnavailableError):
        sync.read(failed)
    sync.read(good)

    failing = window(200, 15).as_pair()
    assert sync.cursors == [{"DATE": ago(0), "from": ago(200), "missing": [failing], "settled": ago(2)}]


def test_a_report_that_is_too_slow_counts_half_by_half(after: Callable[..., Pinterest]) -> None:
    pinterest = after([], start_date=ago(9), report_timeout_minutes=0.01)
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
    assert sync.cursors == [{"DATE": ago(0), "from": ago(9), "missing": missing, "settled": ago(2)}]

    sync.read(older)
    assert sync.cursors == [{"DATE": ago(0), "from": ago(9), "settled": ago(2)}]
    assert [(one["start_date"], one["end_date"]) for one in asked[1:]] == [(ago(9), ago(5)), (ago(4), ago(0))]


def test_the_next_report_is_made_once_a_slice_has_ended(after: Callable[..., Pinterest]) -> None:
    pinterest = after([], start_date=ago(200), num_report_jobs=1)
    created = pinterest.reports({})
    stream = pinterest.stream(AdGroupReport)
    stream.select()
    slices = iter(run_of(stream).tasks())
    first = next(slices)
    following = in_thread(lambda: next(slices))
    assert waits(following)
    assert len(created) == 1

    list(read_slice(stream, first))
    following.result(PATIENCE_SECONDS)
    assert len(created) == 2


# ---- Rows


def test_a_file_becomes_lines_of_the_stream_and_what_is_left_out_is_told(
    after: Callable[..., Pinterest], mock: requests_mock.Mocker, caplog: pytest.LogCaptureFixture
) -> None:
    pinterest = after([], start_date=ago(0))
    pinterest.reports({})
    kept, other = (f'{{"AD_GROUP_ID": 7, "DATE": "{ago(days)}", "CTR": 1e999}}' for days in (0, 1))
    mock.get("https://files.example/11", text=f'{{"7": [{kept}, {other}]}}')
    sync = sync_of(pinterest)
    [page] = run_of(sync.stream).read(sync.slices[0])

    assert page.lines.count(b'"stream":"ad_group_report"') == 1
    assert list(page.records()) == [row(date=ago(0), AD_ACCOUNT_ID="11")]
    assert "ad_group_report: Pinterest sent numbers out of range; they are replaced by null." in caplog.messages
    assert f"ad_group_report: Pinterest sent rows of days that were not asked for, such as {ago(1)}" in caplog.text


# ---- Columns that Pinterest refuses


def refusing(pinterest: Pinterest, column: str, rows: dict[str, Any]) -> list[list[str]]:
    """Script reports of which Pinterest refuses a column by its name; the columns of each request fill the list."""
    asked: list[list[str]] = []

    def create(request: Any, context: Any) -> dict[str, Any]:
        asked.append(request.json()["columns"])
        context.status_code = 400 if column in asked[-1] else 200
        refusal = {"code": 1, "message": f"There is no {column}"}
        return refusal if column in asked[-1] else {"token": "t", "report_status": "IN_PROGRESS"}

    pinterest.reports(rows)
    pinterest.creates({"json": create})
    return asked


def test_a_column_that_pinterest_refuses_costs_itself_and_no_row(after: Callable[..., Pinterest]) -> None:
    pinterest = after([], start_date=ago(0))
    asked = refusing(pinterest, "CTR", {"7": [row(date=ago(0))]})
    sync = sync_of(pinterest)

    assert [one["AD_GROUP_ID"] for one in sync.read(sync.slices[0])] == ["7"]
    assert asked[-1] == [column for column in sync.stream.spec.columns if column != "CTR"]


@pytest.mark.parametrize(
    ("of", "column", "value"), [(AdGroupReport, "AD_GROUP_ID", "7"), (ProductGroupReport, "AD_ACCOUNT_ID", "11")]
)
def test_an_id_whose_column_is_refused_is_known_from_the_file_or_the_request(
    after: Callable[..., Pinterest], of: type[ReportStream], column: str, value: str
) -> None:
    pinterest = after([], start_date=ago(0))
    refusing(pinterest, column, {"7": [{"DATE": ago(0)}]})
    sync = sync_of(pinterest, of)

    assert [one[column] for one in sync.read(sync.slices[0])] == [value]


@pytest.mark.parametrize("keyed", [{}, {"keyed": ["AD_GROUP_ID", "AD_ID"], "partly": ["AD_GROUP_ID"]}])
def test_an_id_that_rows_may_lack_is_no_loss_whatever_an_older_state_says_of_it(
    after: Callable[..., Pinterest], keyed: dict[str, list[str]]
) -> None:
    state = state_of("product_group_report", "11", DATE=ago(1), **keyed)
    pinterest = after(state, start_date=ago(0), lookback_days=3)
    refusing(pinterest, "AD_GROUP_ID", {"7": [{"DATE": ago(0), "AD_ID": "5"}]})
    sync = sync_of(pinterest, ProductGroupReport)

    [one] = sync.read_all()
    assert (one["AD_ID"], one["AD_GROUP_ID"], one["ENTITY_ID"]) == ("5", "", "7")
    assert not {"keyed", "partly"} & sync.cursors[0].keys()


def test_a_state_has_the_digest_of_the_whole_request(mock: requests_mock.Mocker) -> None:
    stream = Pinterest(mock, attribution_window="7/7/1").stream(CampaignTargetingReport)
    windows = {"click_window_days": 7, "engagement_window_days": 7, "view_window_days": 1}
    body = {"level": "CAMPAIGN_TARGETING", "granularity": "DAY", "columns": list(stream.spec.columns), **windows}
    types = default_targeting_types("CAMPAIGN_TARGETING")
    variants = [{"targeting_types": list(some)} for some in (types[:5], types[5:10], types[10:])]

    assert stream.checkpoint.state["asked"] == fingerprint({**body, "variants": variants}, by_default=True)


def test_days_and_lookback_do_not_change_the_digest(mock: requests_mock.Mocker) -> None:
    options = ({}, {"start_date": ago(5), "lookback_days": 7, "account_ids": ["11"]})

    assert len({Pinterest(mock, **some).stream(AdGroupReport).spec.digest for some in options}) == 1


@pytest.mark.parametrize(
    ("stream", "asked"),
    [
        (CampaignAnalytics, "0b082e6a45641736"),
        (CampaignTargetingAnalytics, "02ab781d12051332"),
        (AdGroupReport, "a7cfbdf43cd3810f"),
        (MarketingMixReport, "f60004bb802f7c44"),
    ],
)
def test_a_column_that_joined_the_default_is_no_change(
    pinterest: Pinterest, stream: type[QueryAnalytics] | type[ReportStream], asked: str
) -> None:
    """The digests are those of states that were written before it joined."""
    subject = pinterest.stream(stream)
    assert subject.checkpoint.state["asked"] == asked
    assert stream is MarketingMixReport or "TOTAL_IMPRESSION" in subject.get_json_schema()["properties"]


def test_a_column_that_joined_the_default_is_a_change_where_a_user_chooses_it(mock: requests_mock.Mocker) -> None:
    choices = (["CTR"], ["CTR", "TOTAL_IMPRESSION"])
    for one in (CampaignAnalytics, CampaignTargetingAnalytics):
        chosen = [Pinterest(mock, analytics_columns=columns).stream(one) for columns in choices]
        assert len({stream.checkpoint.state["asked"] for stream in chosen}) == 2
    reports = [Pinterest(mock).custom(columns=columns) for columns in choices]
    assert len({report.spec.digest for report in reports}) == 2

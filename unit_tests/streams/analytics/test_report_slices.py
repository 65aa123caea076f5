"""Reports become slices that the cursor knows, and their files are fetched by the reader of a slice."""

import copy
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
import requests_mock
from airbyte_cdk.sources.types import StreamSlice

from source_pinterest.api.client import PinterestClient
from source_pinterest.api.errors import ConfigError, GoneError, ReportRefusedError, UnavailableError
from source_pinterest.dates import DateWindow
from source_pinterest.engine.pages import Page, pages_of
from source_pinterest.engine.progress import Notices
from source_pinterest.engine.refused_names import RefusedNames
from source_pinterest.engine.slices import batch_slice, failure_of
from source_pinterest.reporting.file import Filed
from source_pinterest.reporting.job import JobStatus, Polled, ReadyReport, ReportRequest
from source_pinterest.reporting.runner import FailedReport, Outcome, ReportRunner, SplitReport
from source_pinterest.state.day_cursor import DayCursor, planned_window
from source_pinterest.state.history import PlannedWindow, Purpose, WindowProgress
from source_pinterest.state.period import Period
from source_pinterest.streams.analytics.report import ReportSlices, is_report
from unit_tests.configs import TODAY
from unit_tests.state.stores import store
from unit_tests.streams.pinterest import Pinterest, records_of, refused
from unit_tests.threads import PATIENCE_SECONDS, in_thread, waits

NAME = "campaign_report"
PLANNED = PlannedWindow(DateWindow.from_pair(["2026-01-01", "2026-01-10"]))
HALF = DateWindow.from_pair(["2026-01-01", "2026-01-05"])
FILE = "https://files.example/report"


def request(window: DateWindow = PLANNED.window, number: int = 0) -> ReportRequest:
    return ReportRequest("11", window, {"level": "CAMPAIGN", "granularity": "DAY"}, PLANNED, number)


def read(asked: ReportRequest, rows: Iterable[Filed]) -> tuple[list[Page], None]:
    """Pages that say which request they are of."""
    shown = ({**row, "filed": entity, "until": str(asked.window.end)} for entity, row in rows)
    return list(pages_of(NAME, shown)), None


def report_slices(pinterest: Pinterest) -> ReportSlices:
    client = PinterestClient(pinterest.sync.api, NAME, ("ads:read",))
    return ReportSlices(
        pinterest.sync, client, NAME, read, on_replacement=pytest.fail, refused=RefusedNames(Notices(NAME))
    )


def finished(asked: ReportRequest, token: str, url: str) -> ReadyReport:
    return ReadyReport(asked, token, Polled(JobStatus.FINISHED, url))


class Scripted(ReportRunner):
    """A runner that makes nothing, and whose outcomes are given."""

    def __init__(self, outcomes: Iterable[Outcome]) -> None:
        super().__init__(windows=1, timeout_seconds=1)
        self._scripted = outcomes

    def outcomes(self, _: Any) -> Iterator[Outcome]:
        return iter(self._scripted)


@pytest.fixture
def cursor() -> DayCursor:
    """A cursor that has one window of account 11 planned, in one slice."""
    period = Period(PLANNED.window.start, PLANNED.window.start, PLANNED.window.end, None)
    found = DayCursor(store(), lambda: period, lambda: TODAY)
    found.plan("11", [WindowProgress(PLANNED.window, Purpose.TAIL)], [1])
    return found


@pytest.fixture
def after(pinterest: Pinterest, cursor: DayCursor) -> Any:
    """The slices that come of outcomes."""

    def slices(*outcomes: Outcome) -> list[StreamSlice]:
        vars(pinterest.sync)["reports"] = Scripted(outcomes)
        subject = report_slices(pinterest)
        subject.order(list)
        return list(subject.slices(cursor))

    return slices


# ---- Slices


def test_nothing_was_ordered(pinterest: Pinterest, cursor: DayCursor) -> None:
    assert list(report_slices(pinterest).slices(cursor)) == []


def test_a_finished_report_is_a_slice_of_the_window_that_was_planned(after: Any) -> None:
    [one] = after(finished(request(HALF, number=2), "token", FILE))

    assert one.partition == {"ad_account_id": "11"}
    assert one.cursor_slice == {"start_date": "2026-01-01", "end_date": "2026-01-10", "batch": 2, "token": "token"}
    assert planned_window(one) == PLANNED
    assert is_report(one)
    assert failure_of(one) is None


def test_halves_of_one_window_are_slices_apart(after: Any) -> None:
    first, second = after(*(finished(request(HALF), token, FILE) for token in ("one", "two")))

    assert first != second


def test_a_window_whose_report_became_two_waits_for_both(after: Any, cursor: DayCursor) -> None:
    ready = (finished(request(HALF), token, FILE) for token in ("one", "two"))
    first, second = after(SplitReport(request()), *ready)
    cursor.commit(first)
    assert cursor.state["states"] == []

    cursor.commit(second)
    assert cursor.state["states"][0]["cursor"] == {"DATE": "2026-01-10", "from": "2026-01-01", "settled": "2026-01-10"}


def test_a_total_knows_no_cursor(pinterest: Pinterest) -> None:
    vars(pinterest.sync)["reports"] = Scripted([SplitReport(request()), finished(request(HALF), "one", FILE)])
    subject = report_slices(pinterest)
    subject.order(list)

    assert [is_report(one) for one in subject.slices(None)] == [True]


def test_a_failed_report_is_a_slice_of_its_window_that_raises(after: Any) -> None:
    error = UnavailableError(NAME, "path", "", 6)
    [one] = after(FailedReport(request(HALF), error))

    assert failure_of(one) is error
    assert (one["ad_account_id"], one["start_date"], one["end_date"]) == ("11", "2026-01-01", "2026-01-10")
    assert planned_window(one) == PLANNED
    assert not is_report(one)


def test_a_slice_survives_a_copy(after: Any) -> None:
    """The framework makes deep ones."""
    [one] = after(finished(request(), "token", FILE))

    assert copy.deepcopy(one).extra_fields == one.extra_fields


def test_a_call_is_no_report() -> None:
    assert not is_report(batch_slice({"ad_account_id": "11"}, PLANNED, ("1",), 0))


# ---- From the order to the pages


def test_reports_are_created_polled_and_fetched(pinterest: Pinterest) -> None:
    created = pinterest.reports({"1": [{"CAMPAIGN_ID": "1"}], "2": [{"CAMPAIGN_ID": "2"}]})
    subject = report_slices(pinterest)
    subject.order(lambda: [request(), request(HALF)])
    rows = [row for one in subject.slices(None) for row in records_of(subject.pages(one))]

    assert created == [request().as_json(), request(HALF).as_json()]
    assert rows == [
        {"CAMPAIGN_ID": entity, "filed": entity, "until": until}
        for until in ("2026-01-10", "2026-01-05")
        for entity in "12"
    ]


def test_the_next_report_is_made_once_a_slice_has_come_to_its_end(mock: requests_mock.Mocker) -> None:
    pinterest = Pinterest(mock, num_report_jobs=1)
    created = pinterest.reports({})
    subject = report_slices(pinterest)
    other = PlannedWindow(DateWindow(TODAY, TODAY), 1)
    subject.order(lambda: [request(), ReportRequest("11", other.window, {"granularity": "DAY"}, other)])
    slices = subject.slices(None)
    first = next(slices)
    following = in_thread(lambda: next(slices))
    assert waits(following)
    assert len(created) == 1

    subject.release(first)
    assert planned_window(following.result(PATIENCE_SECONDS)) == other


def test_a_report_that_pinterest_refuses_is_a_slice_that_raises_its_words(pinterest: Pinterest) -> None:
    created = pinterest.creates(refused(400, 1, "No such column"))
    subject = report_slices(pinterest)
    subject.order(lambda: [request(), request(HALF)])
    one, other = subject.slices(None)
    failure = failure_of(one)

    assert isinstance(failure, ReportRefusedError)
    assert "No such column" in str(failure.message)
    assert failure_of(other) is failure
    assert created.call_count == 1


def test_an_error_of_the_plan_ends_the_slices(pinterest: Pinterest) -> None:
    def plan() -> Iterable[ReportRequest]:
        raise ConfigError("Scripted")

    subject = report_slices(pinterest)
    subject.order(plan)
    with pytest.raises(ConfigError, match="Scripted"):
        list(subject.slices(None))


def test_a_report_that_nobody_fetches_is_only_created(pinterest: Pinterest, mock: requests_mock.Mocker) -> None:
    created = pinterest.creates({"json": {"token": "t", "report_status": "IN_PROGRESS"}})
    report_slices(pinterest).try_out(request())

    assert created.call_count == mock.call_count == 1


def test_an_account_that_is_gone_is_its_own_failure(pinterest: Pinterest) -> None:
    pinterest.creates(refused(404, 1))
    subject = report_slices(pinterest)
    subject.order(lambda: [request(), request(HALF)])

    assert [type(failure_of(one)) for one in subject.slices(None)] == [GoneError, GoneError]


def test_a_link_that_has_expired_is_asked_for_again_by_the_name_of_the_report(mock: requests_mock.Mocker) -> None:
    pinterest = Pinterest(mock, max_retries=1)
    mock.get(FILE, status_code=403)
    mock.get(f"{FILE}/anew", json={"1": [{"CAMPAIGN_ID": "1"}]})
    pinterest.answers("ad_accounts/11/reports", {"json": {"report_status": "FINISHED", "url": f"{FILE}/anew"}})
    vars(pinterest.sync)["reports"] = Scripted([finished(request(), "token", FILE)])
    subject = report_slices(pinterest)
    subject.order(list)
    [one] = subject.slices(None)

    assert [row["CAMPAIGN_ID"] for row in records_of(subject.pages(one))] == ["1"]
    assert pinterest.asked("ad_accounts/11/reports") == [{"token": ["token"]}]


def test_a_file_that_can_not_be_had_fails_the_slice(pinterest: Pinterest, mock: requests_mock.Mocker) -> None:
    mock.get(requests_mock.ANY, json={"report_status": "FINISHED", "url": "http://files.example/report"})
    vars(pinterest.sync)["reports"] = Scripted([finished(request(), "token", "http://files.example/report")])
    subject = report_slices(pinterest)
    subject.order(list)
    [one] = subject.slices(None)

    with pytest.raises(UnavailableError):
        list(subject.pages(one))

"""Failed and lost reports are created again. Reports that are too slow or too large are halved.

The steps of the runner are taken one by one on a clock of the test's own; nothing waits.
"""

from collections import Counter
from collections.abc import Iterable

import pytest

from source_pinterest.api.errors import NotFoundError, ResponseTooLargeError, TaskError, UnavailableError
from source_pinterest.reporting.client import PollResult, ReadyReport, ReportRequest, ReportStatus
from source_pinterest.reporting.runner import FailedReport, SplitReport
from unit_tests.reporting.clients import FIRST_DAY, days, request
from unit_tests.reporting.scheduler import (
    BUSY,
    DONE,
    FAILED,
    TIMEOUT_SECONDS,
    UNKNOWN,
    NoMoreReports,
    Pinterest,
    Scheduler,
    came,
    outcomes,
)


@pytest.mark.parametrize(("status", "length"), [(ReportStatus.CANCELLED, 10), (FAILED, 1)])
def test_a_lost_report_is_created_four_times(status: ReportStatus, length: int) -> None:
    """One that has failed, too, where its days can't be split."""
    pinterest, wanted = Pinterest(status), request(days(length))
    failed, end = came(pinterest, wanted, seconds=300)

    assert (pinterest.created, end) == ([wanted] * 4, NoMoreReports())
    assert isinstance(failed, FailedReport)
    assert isinstance(failed.error, TaskError)
    assert f"does not finish the report of {wanted.window}: {status.value}, creations: 4." in str(failed.error.message)


def test_two_equal_requests_have_a_report_each() -> None:
    assert kinds_of(came(Pinterest(), request(), request())) == {ReadyReport: 2, NoMoreReports: 1}


@pytest.mark.parametrize(
    ("replies", "created"),
    [([UNKNOWN] * 3 + [DONE], 1), ([UNKNOWN], 2), ([BUSY, BUSY, BUSY, UNKNOWN], 2), ([BUSY, UNKNOWN, DONE], 1)],
)
def test_a_report_counts_as_lost_if_pinterest_does_not_know_it_at_the_fourth_poll(
    replies: list[ReportStatus], created: int
) -> None:
    pinterest = Pinterest(*replies)
    came(pinterest, request(), seconds=76)

    assert len(pinterest.created) == created


def test_a_report_whose_polls_get_no_answer_fails_at_its_deadline() -> None:
    pinterest, wanted, error = Pinterest(BUSY), request(), UnavailableError("Scripted")
    pinterest.poll = lambda *_: PollResult(BUSY, failure=error)  # type: ignore[method-assign]

    assert came(pinterest, wanted, seconds=TIMEOUT_SECONDS - 1) == []
    assert came(pinterest, wanted, seconds=2 * TIMEOUT_SECONDS) == [
        FailedReport(wanted, error, ends_stream=True),
        NoMoreReports(),
    ]


def split_of(wanted: ReportRequest) -> SplitReport:
    halves = wanted.halves()
    assert halves
    return SplitReport(wanted, halves)


def sizes(pinterest: Pinterest) -> list[int]:
    return [wanted.window.days for wanted in pinterest.created]


def test_a_report_that_fails_twice_is_halved() -> None:
    """As long reports fail at an account with much traffic."""
    pinterest = failing_above(60)
    found = came(pinterest, request(days(186)), seconds=600)

    assert kinds_of(found) == {SplitReport: 3, ReadyReport: 4, NoMoreReports: 1}
    assert sorted(sizes(pinterest), reverse=True) == [186, 186, 93, 93, 93, 93, 47, 47, 46, 46]


def failing_above(most: int) -> Pinterest:
    """Reports on more days than these fail, and all of a bad account."""
    pinterest = Pinterest()
    create = pinterest.create

    def create_one(wanted: ReportRequest) -> str:
        pinterest.then(FAILED if wanted.window.days > most or wanted.ad_account_id == "bad" else DONE)
        return create(wanted)

    pinterest.create = create_one  # type: ignore[method-assign]
    return pinterest


def kinds_of(found: Iterable[object]) -> Counter[type[object]]:
    return Counter(map(type, found))


def read(found: Iterable[object]) -> Counter[str]:
    """The days that were read of each account."""
    days_read = Counter[str]()
    for outcome in found:
        if isinstance(outcome, ReadyReport):
            days_read[outcome.request.ad_account_id] += outcome.request.window.days
    return days_read


def windows_of(account: str, count: int = 4) -> list[ReportRequest]:
    """The reports on 186 days each of an account."""
    return [request(days(186, FIRST_DAY.add(days=186 * number)), account) for number in range(count)]


@pytest.mark.parametrize("jobs", [1, 10])
def test_an_account_that_always_fails_costs_the_others_no_day(jobs: int) -> None:
    """The first account of ten, and the reports of all others have to be split twice."""
    pinterest, others = failing_above(60), [str(number) for number in range(1, 10)]
    wanted = [one for account in ("bad", *others) for one in windows_of(account)]
    found = came(pinterest, *wanted, seconds=36_000, jobs=jobs)

    assert read(found) == dict.fromkeys(others, 4 * 186)


def test_a_report_that_always_fails_is_created_down_to_its_eighths_and_each_twice() -> None:
    pinterest = Pinterest(FAILED)
    found = came(pinterest, request(days(80)), seconds=900)

    assert kinds_of(found) == {SplitReport: 7, FailedReport: 8, NoMoreReports: 1}
    assert Counter(sizes(pinterest)) == {80: 2, 40: 2 * 2, 20: 4 * 2, 10: 8 * 2}


def test_no_report_of_an_account_that_is_no_longer_read_is_created() -> None:
    """The stream's ledger has stopped it, so that the file would not be read."""
    scheduler, pinterest, stopped = Scheduler(jobs=1), Pinterest(NotFoundError("Scripted")), set[str]()
    stream = scheduler.open(pinterest, *windows_of("1"), request(account="2"), may_read=lambda one: one not in stopped)
    scheduler.work(0)
    stopped.add("1")
    scheduler.work(10)

    assert [wanted.ad_account_id for wanted in pinterest.created] == ["1", "2"]
    assert [one.request for one in outcomes(stream) if isinstance(one, FailedReport)] == [
        *windows_of("1"),
        request(account="2"),
    ]


def test_while_one_account_after_another_fails_a_report_is_created_once() -> None:
    """An outage, of which the stream's ledger knows."""
    pinterest, wanted = Pinterest(FAILED), request(days(80))
    pinterest.is_worth_retrying = lambda: False
    failed, _ = came(pinterest, wanted)

    assert isinstance(failed, FailedReport)
    assert "FAILED, creations: 1." in str(failed.error.message)
    assert pinterest.created == [wanted]


def test_a_bad_day_costs_an_eighth_of_its_window_and_makes_no_other_report_shorter() -> None:
    pinterest = failing_above(200)
    pinterest.refuses = lambda wanted: pinterest.then(FAILED) if wanted.window.start == FIRST_DAY else None
    found = came(pinterest, *windows_of("1"), seconds=900)

    assert [one.request.window for one in found if isinstance(one, FailedReport)] == [days(24)]
    assert read(found) == {"1": 4 * 186 - 24}
    assert Counter(sizes(pinterest)) == {186: 2 + 3, 93: 2 + 1, 47: 2, 46: 1, 24: 2, 23: 1}


def test_parts_that_stay_too_slow_fail_each_by_itself() -> None:
    scheduler, pinterest = Scheduler(jobs=100), Pinterest(BUSY)
    stream = scheduler.open(pinterest, request(days(80)), request(account="12"))
    scheduler.work(1)
    pinterest.left["token-2"][:] = [DONE]
    scheduler.work(10 * TIMEOUT_SECONDS)
    finished, *found = outcomes(stream)

    assert isinstance(finished, ReadyReport)
    assert kinds_of(found) == {SplitReport: 7, FailedReport: 8, NoMoreReports: 1}
    failures = [outcome for outcome in found if isinstance(outcome, FailedReport)]
    assert all(isinstance(failed.error, TaskError) for failed in failures)
    assert all(f"the report of {failed.request.window} for more" in str(failed.error.message) for failed in failures)


@pytest.mark.parametrize(
    ("status", "length", "timeouts", "created"),
    [(BUSY, 80, 4, 4 * 8), (BUSY, 1, 1, 8), (ReportStatus.UNKNOWN, 80, 1, 8)],
    ids=["an eighth", "a smallest window", "a window of unknown status"],
)
def test_a_stream_none_of_whose_reports_is_finished_stops(
    status: ReportStatus, length: int, timeouts: int, created: int
) -> None:
    """Forty accounts, eight at once: they would take dozens of timeouts, one after another."""
    scheduler, pinterest = Scheduler(jobs=8), Pinterest(status)
    stream = scheduler.open(pinterest, *(request(days(length), account=str(number)) for number in range(40)))
    scheduler.work(timeouts * (TIMEOUT_SECONDS + 10))
    *_, failed, end = outcomes(stream)

    assert isinstance(failed, FailedReport)
    assert "No report of this stream has finished in this sync" in str(failed.error.message)
    assert end == NoMoreReports()
    assert len(pinterest.created) == created


A_DAY = request(days(1))


def test_a_report_of_unknown_status_is_polled_until_its_time_is_up_and_not_split() -> None:
    pinterest, wanted = Pinterest(ReportStatus.UNKNOWN), request(days(80))
    failed, _ = came(pinterest, wanted, seconds=2 * TIMEOUT_SECONDS)

    assert isinstance(failed, FailedReport)
    assert isinstance(failed.error, TaskError)
    assert f"gives the report of {wanted.window} a status that this version" in str(failed.error.message)
    assert (pinterest.created, len(pinterest.polled)) == ([wanted], 18)
    assert isinstance(came(Pinterest(ReportStatus.UNKNOWN, DONE), wanted)[0], ReadyReport)


def test_each_creation_has_a_deadline_of_its_own() -> None:
    scheduler, pinterest = Scheduler(), Pinterest(*[BUSY] * 6, FAILED)
    stream = scheduler.open(pinterest, request(days(10)))
    scheduler.work(TIMEOUT_SECONDS / 4)
    pinterest.then(BUSY)
    scheduler.work(60 + TIMEOUT_SECONDS)
    assert len(pinterest.created) == 2
    assert outcomes(stream) == []

    scheduler.work(TIMEOUT_SECONDS / 2)
    assert outcomes(stream)[0] == split_of(request(days(10)))


def test_a_report_whose_creation_is_too_large_is_halved_or_fails_alone() -> None:
    pinterest, wanted, error = Pinterest(), request(), ResponseTooLargeError("Scripted")
    pinterest.refuses = lambda asked: error if asked in (wanted, A_DAY) else None
    split, *found = came(pinterest, wanted, A_DAY)

    assert split == split_of(wanted)
    assert FailedReport(A_DAY, error) in found
    first, second = [one.request.window for one in found if isinstance(one, ReadyReport)]
    assert first.end.add(days=1) == second.start


def without_link(pinterest: Pinterest, size: float | None = None) -> None:
    link = pinterest.poll
    pinterest.poll = lambda account, token: link(account, token)._replace(url="", seems_empty=size is None)  # type: ignore[method-assign]


def test_a_finished_report_without_link_and_size_is_empty_after_half_a_minute() -> None:
    scheduler, pinterest, wanted = Scheduler(), Pinterest(BUSY, DONE), request(days(2))
    without_link(pinterest)
    stream = scheduler.open(pinterest, wanted)
    scheduler.work(41)
    assert outcomes(stream) == [ReadyReport(wanted, "token-1", PollResult(DONE, seems_empty=True)), NoMoreReports()]


def test_a_finished_report_that_has_a_size_and_gets_no_link_fails() -> None:
    pinterest, wanted = Pinterest(), request(days(2))
    without_link(pinterest, size=3)
    failed, _ = came(pinterest, wanted, seconds=2 * TIMEOUT_SECONDS)

    assert isinstance(failed, FailedReport)
    assert isinstance(failed.error, TaskError)
    assert f"the report of {wanted.window} finished" in str(failed.error.message)
    assert pinterest.created == [wanted], "halves would be finished as well"

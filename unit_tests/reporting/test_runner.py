"""Is every report created, asked for, created anew or halved when it should be, and told of exactly once?

The scheduler's steps are taken one by one on a clock of the test's own; nothing waits.
"""

import itertools
import threading
from collections.abc import Callable, Iterable
from typing import cast

import pytest
from pendulum import Date

from source_pinterest.api.errors import (
    AnswerTooLargeError,
    ConfigError,
    GoneError,
    QuotaExhaustedError,
    ReportLostError,
    ReportRefusedError,
    ReportTooSlowError,
    UnavailableError,
)
from source_pinterest.reporting.client import ReportClient
from source_pinterest.reporting.job import JobStatus, ReportRequest
from source_pinterest.reporting.orders import Desk, FailedReport, NoMoreReports, Outcome, ReadyReport, SplitReport
from source_pinterest.reporting.runner import ReportRunner
from unit_tests.reporting.requests_for_reports import days, request
from unit_tests.threads import PATIENCE_SECONDS, in_thread

TIMEOUT_SECONDS = 100
BUSY, DONE, UNKNOWN = JobStatus.IN_PROGRESS, JobStatus.FINISHED, JobStatus.DOES_NOT_EXIST
FAILED = JobStatus.FAILED

Reply = JobStatus | Exception | Callable[[], JobStatus]


class Pinterest:
    """Creates reports, and answers each poll of a report with the next of its scripted replies, the last for ever."""

    def __init__(self, *replies: Reply) -> None:
        self._replies = replies or (DONE,)
        self._left: dict[str, list[Reply]] = {}
        self.created: list[ReportRequest] = []
        self.polled: list[str] = []
        self.refuses: Callable[[ReportRequest], Exception | None] = lambda _: None

    def create(self, wanted: ReportRequest) -> str:
        self.created.append(wanted)
        if error := self.refuses(wanted):
            raise error
        token = f"token-{len(self.created)}"
        self._left[token] = list(self._replies)
        return token

    def poll(self, ad_account_id: str, token: str) -> tuple[JobStatus, str | None]:
        del ad_account_id
        self.polled.append(token)
        left = self._left[token]
        reply = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(reply, Exception):
            raise reply
        status = reply if isinstance(reply, JobStatus) else reply()
        return status, f"https://files.example/{token}" if status is DONE else None

    def then(self, *replies: Reply) -> None:
        """What reports that are created from now on answer."""
        self._replies = replies


class Scheduler:
    """A runner whose steps a test takes itself."""

    def __init__(self, jobs: int = 10, calls_per_second: float = float("inf")) -> None:
        self.now = 0.0
        self.fetches = True
        self.runner = ReportRunner(jobs, TIMEOUT_SECONDS, lambda: calls_per_second, clock=lambda: self.now)

    def open(self, pinterest: Pinterest, *wanted: ReportRequest, is_served: bool = True) -> Desk:
        desk = self.runner.open(cast("ReportClient", pinterest), lambda: wanted)
        desk.is_served = is_served
        return desk

    def step(self) -> bool:
        """Do the next thing; False if nothing is due."""
        step = self.runner._next_step()
        if step:
            step()
        for desk in self.runner._desks:
            while self.fetches and desk.unfetched:
                self.runner.fetched(desk, desk.unfetched[0])
        return step is not None

    def work(self, seconds: float = 0) -> None:
        """Do all that is due until then, at the times when it is due."""
        end = self.now + seconds
        while True:
            while self.step():
                pass
            pause = self.runner._seconds_to_next_poll()
            if pause is None or self.now + pause > end:
                self.now = end
                return
            self.now += pause


def told(desk: Desk) -> list[Outcome | NoMoreReports]:
    return [desk.told.get_nowait() for _ in range(desk.told.qsize())]


def kinds(desk: Desk) -> list[type[object]]:
    return [type(outcome) for outcome in told(desk)]


# ---- All goes well


def test_a_finished_report_is_told_once_and_ends_the_desk() -> None:
    scheduler, pinterest, wanted = Scheduler(), Pinterest(), request()
    desk = scheduler.open(pinterest, wanted)
    scheduler.work(1)

    assert told(desk) == [ReadyReport(wanted, "token-1", "https://files.example/token-1"), NoMoreReports()]
    assert pinterest.created == [wanted]
    assert pinterest.polled == ["token-1"]
    scheduler.work(1_000)
    assert (told(desk), len(pinterest.polled)) == ([], 1)


def test_without_a_request_the_desk_ends_at_once() -> None:
    scheduler = Scheduler()
    desk = scheduler.open(Pinterest())
    scheduler.work()

    assert told(desk) == [NoMoreReports()]


def test_a_report_is_asked_for_less_and_less_often() -> None:
    scheduler, pinterest = Scheduler(), Pinterest(BUSY)
    scheduler.open(pinterest, request())
    times = []
    for _ in range(60):
        asked = len(pinterest.polled)
        scheduler.work()
        times += [scheduler.now] * (len(pinterest.polled) - asked)
        scheduler.now += 1

    assert times == [1, 3, 7, 15, 25, 35, 45, 55]


def test_each_report_has_a_rhythm_of_its_own() -> None:
    scheduler, pinterest = Scheduler(), Pinterest(BUSY, DONE)
    desk = scheduler.open(pinterest, request(days(1)), request(days(2)))
    scheduler.work(3)

    assert kinds(desk) == [ReadyReport, ReadyReport, NoMoreReports]
    assert sorted(pinterest.polled) == ["token-1", "token-1", "token-2", "token-2"]


def test_a_finished_report_without_a_link_is_asked_for_again() -> None:
    scheduler, pinterest = Scheduler(), Pinterest(DONE)
    link = pinterest.poll
    pinterest.poll = lambda account, token: (link(account, token)[0], None)  # type: ignore[method-assign]
    desk = scheduler.open(pinterest, request())
    scheduler.work(2)
    assert told(desk) == []

    pinterest.poll = link  # type: ignore[method-assign]
    scheduler.work(2)
    assert kinds(desk) == [ReadyReport, NoMoreReports]


# ---- How many at once


def test_only_so_many_reports_of_a_stream_are_at_work_at_once() -> None:
    scheduler, pinterest = Scheduler(jobs=3), Pinterest(BUSY)
    desk = scheduler.open(pinterest, *(request(days(count)) for count in range(1, 9)))
    scheduler.work(30)
    assert len(pinterest.created) == len(desk.jobs) == 3

    for replies in pinterest._left.values():
        replies[:] = [DONE]
    scheduler.work(10)
    assert len(pinterest.created) == 6
    assert kinds(desk) == [ReadyReport] * 3


def test_a_finished_report_takes_its_room_until_it_is_fetched() -> None:
    scheduler, pinterest = Scheduler(jobs=2), Pinterest()
    scheduler.fetches = False
    desk = scheduler.open(pinterest, *(request(days(count)) for count in range(1, 6)))
    scheduler.work(60)
    assert kinds(desk) == [ReadyReport] * 2
    assert len(pinterest.created) == 2

    scheduler.runner.fetched(desk, desk.unfetched[0])
    scheduler.work(60)
    assert kinds(desk) == [ReadyReport]
    assert len(pinterest.created) == 3


def test_reports_of_all_streams_are_at_work_while_only_one_stream_is_served() -> None:
    scheduler = Scheduler(jobs=2)
    served, other = Pinterest(BUSY), Pinterest(DONE)
    first = scheduler.open(served, request())
    second = scheduler.open(other, *(request(days(count)) for count in range(1, 5)), is_served=False)
    scheduler.work(60)

    assert len(served.created) == 1
    assert len(other.created) == 2
    assert other.polled == [], "a link that nobody follows expires"
    assert first.jobs
    second.is_served = True
    scheduler.work(30)
    assert kinds(second) == [*[ReadyReport] * 4, NoMoreReports]


def test_all_streams_are_planned_before_any_report_is_created() -> None:
    scheduler, pinterest = Scheduler(), Pinterest()
    desks = [scheduler.open(pinterest, request(), is_served=False) for _ in range(3)]
    for _ in desks:
        scheduler.step()

    assert all(desk.is_planned for desk in desks)
    assert pinterest.created == []


def test_a_stream_that_is_not_served_does_not_keep_the_scheduler_awake() -> None:
    scheduler = Scheduler()
    scheduler.open(Pinterest(BUSY), request(), is_served=False)
    scheduler.work()

    assert scheduler.runner._seconds_to_next_poll() is None


# ---- Pinterest fails or loses a report


@pytest.mark.parametrize("status", [JobStatus.FAILED, JobStatus.CANCELLED, JobStatus.EXPIRED])
def test_a_lost_report_is_created_anew_so_many_times(status: JobStatus) -> None:
    scheduler, pinterest, wanted = Scheduler(), Pinterest(status), request()
    desk = scheduler.open(pinterest, wanted)
    scheduler.work(60)
    failed, end = told(desk)

    assert pinterest.created == [wanted] * 4
    assert isinstance(failed, FailedReport)
    assert isinstance(failed.error, ReportLostError)
    for words in (status.value, "4 times", str(wanted.window)):
        assert words in str(failed.error.message)
    assert end == NoMoreReports()


def test_a_report_that_works_the_second_time_is_told_once() -> None:
    scheduler, pinterest, wanted = Scheduler(), Pinterest(FAILED), request()
    desk = scheduler.open(pinterest, wanted)
    scheduler.work(0.5)
    pinterest.then(BUSY, DONE)
    scheduler.work(60)

    assert told(desk) == [ReadyReport(wanted, "token-2", "https://files.example/token-2"), NoMoreReports()]
    assert len(pinterest.created) == 2
    assert pinterest.polled == ["token-1", "token-2", "token-2"]


def test_one_lost_report_does_not_touch_the_others() -> None:
    scheduler, pinterest = Scheduler(), Pinterest(DONE)
    bad, good = request(days(1)), request(days(2))
    create = pinterest.create

    def creating(wanted: ReportRequest) -> str:
        pinterest.then(FAILED if wanted is bad else DONE)
        return create(wanted)

    pinterest.create = creating  # type: ignore[method-assign]
    desk = scheduler.open(pinterest, bad, good)
    scheduler.work(60)
    outcomes = told(desk)

    assert [type(outcome) for outcome in outcomes] == [ReadyReport, FailedReport, NoMoreReports]
    assert outcomes[0].request is good  # type: ignore[union-attr]
    assert pinterest.created.count(good) == 1


def test_equal_requests_are_not_taken_for_one() -> None:
    scheduler, pinterest = Scheduler(), Pinterest(DONE)
    desk = scheduler.open(pinterest, request(), request())
    scheduler.work(10)

    assert kinds(desk) == [ReadyReport, ReadyReport, NoMoreReports]


def test_a_report_that_is_not_known_yet_is_asked_for_again_before_it_counts_as_lost() -> None:
    scheduler, pinterest = Scheduler(), Pinterest(UNKNOWN, UNKNOWN, UNKNOWN, DONE)
    desk = scheduler.open(pinterest, request())
    scheduler.work(60)

    assert kinds(desk) == [ReadyReport, NoMoreReports]
    assert len(pinterest.created) == 1


def test_a_report_that_stays_unknown_is_created_anew() -> None:
    scheduler, pinterest = Scheduler(), Pinterest(UNKNOWN)
    desk = scheduler.open(pinterest, request())
    scheduler.work(7)
    assert len(pinterest.created) == 1

    pinterest.then(DONE)
    scheduler.work(10)
    assert len(pinterest.created) == 2
    assert kinds(desk) == [ReadyReport, NoMoreReports]


def test_a_report_that_was_known_and_is_not_any_more_is_created_anew_at_once() -> None:
    scheduler, pinterest = Scheduler(), Pinterest(BUSY, BUSY, BUSY, UNKNOWN)
    scheduler.open(pinterest, request())
    scheduler.work(14)
    assert len(pinterest.created) == 1
    scheduler.work(1)

    assert len(pinterest.created) == 2


# ---- Pinterest is too slow


def test_a_report_that_takes_too_long_is_asked_for_in_halves_of_its_window() -> None:
    scheduler, pinterest, wanted = Scheduler(), Pinterest(BUSY), request(days(10))
    desk = scheduler.open(pinterest, wanted)
    scheduler.work(TIMEOUT_SECONDS - 1)
    assert told(desk) == []

    pinterest.then(DONE)
    scheduler.work(20)
    split, first, second, end = told(desk)
    assert split == SplitReport(wanted)
    assert end == NoMoreReports()
    assert [outcome.request.window.days for outcome in (first, second)] == [5, 5]  # type: ignore[union-attr]
    assert {outcome.request.planned for outcome in (first, second)} == {wanted.window}  # type: ignore[union-attr]
    assert len(pinterest.created) == 3


def test_halves_are_halved_so_many_times_and_then_fail() -> None:
    scheduler, pinterest = Scheduler(jobs=100), Pinterest(BUSY)
    desk = scheduler.open(pinterest, request(days(80)))
    scheduler.work(10 * TIMEOUT_SECONDS)
    outcomes = told(desk)

    assert [type(outcome) for outcome in outcomes] == [SplitReport] * 7 + [FailedReport] * 8 + [NoMoreReports]
    failures = [outcome for outcome in outcomes if isinstance(outcome, FailedReport)]
    assert {failed.request.window.days for failed in failures} == {10}
    assert all(isinstance(failed.error, ReportTooSlowError) for failed in failures)


A_DAY, A_TOTAL = request(days(1)), request(days(30), granularity="TOTAL")
A_WEEK = request(days(7, Date(2026, 1, 5)), granularity="WEEK")


@pytest.mark.parametrize("wanted", [A_DAY, A_WEEK, A_TOTAL])
def test_a_report_that_can_not_be_halved_fails(wanted: ReportRequest) -> None:
    scheduler, pinterest = Scheduler(), Pinterest(BUSY)
    desk = scheduler.open(pinterest, wanted)
    scheduler.work(10 * TIMEOUT_SECONDS)
    failed, _ = told(desk)

    assert isinstance(failed, FailedReport)
    assert isinstance(failed.error, ReportTooSlowError)
    assert pinterest.created == [wanted]


def test_each_creation_has_a_deadline_of_its_own() -> None:
    scheduler, pinterest = Scheduler(), Pinterest(*[BUSY] * 6, FAILED)
    desk = scheduler.open(pinterest, request(days(10)))
    scheduler.work(TIMEOUT_SECONDS / 4)
    pinterest.then(BUSY)
    scheduler.work(TIMEOUT_SECONDS)
    assert len(pinterest.created) == 2
    assert told(desk) == []

    scheduler.work(TIMEOUT_SECONDS / 2)
    assert told(desk)[0] == SplitReport(request(days(10)))


def test_a_report_that_is_finished_when_its_time_is_up_is_taken() -> None:
    scheduler, pinterest = Scheduler(), Pinterest(BUSY)
    desk = scheduler.open(pinterest, request())
    scheduler.work(TIMEOUT_SECONDS - 1)
    pinterest._left["token-1"][:] = [DONE]
    scheduler.work(60)

    assert kinds(desk) == [ReadyReport, NoMoreReports]


# ---- Errors


def test_an_error_of_one_report_fails_it_alone() -> None:
    scheduler, pinterest = Scheduler(), Pinterest(DONE)
    bad, good = request(account="11"), request(account="12")
    error = GoneError("Scripted")
    pinterest.refuses = lambda wanted: error if wanted is bad else None
    desk = scheduler.open(pinterest, bad, good)
    scheduler.work(10)

    assert told(desk) == [
        FailedReport(bad, error),
        ReadyReport(good, "token-2", "https://files.example/token-2"),
        NoMoreReports(),
    ]


def test_an_error_while_polling_fails_the_report_alone() -> None:
    scheduler, pinterest = Scheduler(), Pinterest(UnavailableError("s", "path", 6, ""))
    desk = scheduler.open(pinterest, request())
    scheduler.work(60)

    assert kinds(desk) == [FailedReport, NoMoreReports]
    assert len(pinterest.created) == len(pinterest.polled) == 1


@pytest.mark.parametrize("error", [QuotaExhaustedError("ads_analytics", 4_000, 900), ReportRefusedError("Scripted")])
def test_a_fatal_error_ends_the_desk_and_no_other(error: Exception) -> None:
    scheduler, pinterest, other = Scheduler(), Pinterest(), Pinterest()
    pinterest.refuses = lambda _: error
    wanted = [request(days(count)) for count in range(1, 4)]
    desk, neighbour = scheduler.open(pinterest, *wanted), scheduler.open(other, request())
    scheduler.work(60)

    assert told(desk) == [*(FailedReport(one, error) for one in wanted), NoMoreReports()]  # type: ignore[arg-type]
    assert len(pinterest.created) == 1, "no other report is created"
    assert kinds(neighbour) == [ReadyReport, NoMoreReports]


def test_a_quota_that_ends_while_polling_ends_the_desk() -> None:
    scheduler, pinterest = Scheduler(), Pinterest(QuotaExhaustedError("ads_analytics", 4_000, 900))
    desk = scheduler.open(pinterest, request(days(1)), request(days(2)))
    scheduler.work(60)

    assert kinds(desk) == [FailedReport, FailedReport, NoMoreReports]
    assert len(pinterest.polled) == 1
    assert desk.jobs == []


def test_an_error_that_nobody_foresaw_ends_the_desk_without_its_details() -> None:
    scheduler, pinterest = Scheduler(), Pinterest(KeyError("false-client-secret"))
    desk = scheduler.open(pinterest, request())
    scheduler.work(60)
    failed, end = told(desk)

    assert isinstance(failed, FailedReport)
    assert "KeyError" in str(failed.error.message)
    assert "false-client-secret" not in str(failed.error.message)
    assert end == NoMoreReports()


def test_a_failed_plan_is_told_and_touches_no_other_stream() -> None:
    scheduler, pinterest = Scheduler(), Pinterest()
    error = ConfigError("Scripted")

    def plan() -> Iterable[ReportRequest]:
        yield request()
        raise error

    desk = scheduler.runner.open(cast("ReportClient", pinterest), plan)
    neighbour = scheduler.open(pinterest, request())
    scheduler.work(10)

    assert told(desk) == [NoMoreReports(error)]
    assert kinds(neighbour) == [ReadyReport, NoMoreReports]
    assert len(pinterest.created) == 1, "half a plan is none"


# ---- A desk that is closed


def test_a_closed_desk_is_left_alone() -> None:
    scheduler, pinterest = Scheduler(jobs=1), Pinterest(BUSY)
    desk = scheduler.open(pinterest, request(days(1)), request(days(2)))
    scheduler.work(1)
    desk.close()
    calls = (len(pinterest.created), len(pinterest.polled))
    scheduler.work(1_000)

    assert (len(pinterest.created), len(pinterest.polled)) == calls


@pytest.mark.parametrize("status", [DONE, FAILED, BUSY])
def test_a_desk_that_is_closed_during_a_call_hears_nothing_more(status: JobStatus) -> None:
    scheduler, pinterest = Scheduler(), Pinterest(status)
    desk = scheduler.open(pinterest, request(days(1)), request(days(2)))
    scheduler.work(0.5)
    poll = pinterest.poll

    def closing(account: str, token: str) -> tuple[JobStatus, str | None]:
        desk.close()
        return poll(account, token)

    pinterest.poll = closing  # type: ignore[method-assign]
    scheduler.work(1_000)
    assert told(desk) == [NoMoreReports()]
    assert (len(pinterest.created), len(pinterest.polled)) == (2, 1)


def test_a_report_that_is_created_while_its_desk_closes_is_not_waited_for() -> None:
    scheduler, pinterest = Scheduler(), Pinterest()
    desk = scheduler.open(pinterest, request())
    pinterest.refuses = lambda _: desk.close()
    scheduler.work(60)

    assert desk.jobs == []
    assert pinterest.polled == []


# ---- With its thread


def leaping() -> Callable[[], float]:
    """A clock on which everything is due when it is looked at."""
    hours = itertools.count(0, 3_600)
    return lambda: float(next(hours))


def outcomes_of(runner: ReportRunner, desk: Desk) -> list[Outcome]:
    return in_thread(lambda: list(fetching(runner, desk))).result(PATIENCE_SECONDS)


def fetching(runner: ReportRunner, desk: Desk) -> Iterable[Outcome]:
    for outcome in runner.outcomes(desk):
        runner.fetched(desk, outcome.request)
        yield outcome


def test_a_stream_hears_of_its_reports_until_the_last() -> None:
    runner, wanted = ReportRunner(10, float("inf"), clock=leaping()), [request(days(count)) for count in range(1, 30)]
    desk = runner.open(cast("ReportClient", Pinterest(BUSY, DONE)), lambda: wanted)

    assert {outcome.request.window.days for outcome in outcomes_of(runner, desk)} == set(range(1, 30))


def test_streams_are_served_one_after_the_other() -> None:
    runner = ReportRunner(10, float("inf"), clock=leaping())
    pinterest = cast("ReportClient", Pinterest(BUSY, DONE))
    desks = [runner.open(pinterest, lambda: [request(), request()]) for _ in range(4)]

    for desk in reversed(desks):
        assert len(outcomes_of(runner, desk)) == 2


def test_a_stream_that_opens_late_is_served_and_no_thread_stays_behind() -> None:
    runner, pinterest = ReportRunner(10, float("inf"), clock=leaping()), cast("ReportClient", Pinterest())
    assert len(outcomes_of(runner, runner.open(pinterest, lambda: [request()]))) == 1
    assert len(outcomes_of(runner, runner.open(pinterest, lambda: [request(), request()]))) == 2

    for thread in threading.enumerate():
        if thread.name == "reports":
            assert thread.daemon, "it never holds the process"
            thread.join(PATIENCE_SECONDS)
    assert runner._thread is None


def test_an_error_of_the_plan_reaches_the_stream() -> None:
    runner, error = ReportRunner(10, float("inf"), clock=leaping()), ConfigError("Scripted")

    def plan() -> Iterable[ReportRequest]:
        raise error

    desk = runner.open(cast("ReportClient", Pinterest()), plan)
    with pytest.raises(ConfigError, match="Scripted"):
        outcomes_of(runner, desk)


def test_no_thread_is_started_before_a_stream_waits() -> None:
    runner = ReportRunner(10, float("inf"), clock=leaping())
    runner.open(cast("ReportClient", Pinterest()), lambda: pytest.fail("It is planned."))

    assert runner._thread is None


def test_a_stream_that_stops_listening_closes_its_desk() -> None:
    runner, pinterest, stopped = ReportRunner(1, float("inf"), clock=leaping()), Pinterest(DONE), threading.Event()

    def hold_the_third(_: ReportRequest) -> None:
        if len(pinterest.created) == 3:
            stopped.wait(PATIENCE_SECONDS)

    pinterest.refuses = hold_the_third
    desk = runner.open(cast("ReportClient", pinterest), lambda: [request() for _ in range(100)])
    outcomes = runner.outcomes(desk)
    next(outcomes)
    outcomes.close()  # type: ignore[attr-defined]
    assert desk.is_closed

    stopped.set()
    neighbour = runner.open(cast("ReportClient", Pinterest()), lambda: [request()])
    assert len(outcomes_of(runner, neighbour)) == 1
    assert len(pinterest.created) <= 3


def test_a_report_that_is_too_large_to_ask_for_is_asked_for_in_halves() -> None:
    scheduler, pinterest, wanted = Scheduler(), Pinterest(), request()
    pinterest.refuses = lambda asked: AnswerTooLargeError("Scripted") if asked is wanted else None
    desk = scheduler.open(pinterest, wanted)
    scheduler.work(5)

    split, first, second, _ = told(desk)
    assert split == SplitReport(wanted)
    assert isinstance(first, ReadyReport)
    assert isinstance(second, ReadyReport)
    assert first.request.window.end.add(days=1) == second.request.window.start


def test_a_hundred_reports_that_take_equally_long_cost_little_more_than_a_poll_each() -> None:
    scheduler = Scheduler(jobs=100, calls_per_second=5)
    pinterest = Pinterest(lambda: DONE if scheduler.now >= 20 else BUSY)
    desk = scheduler.open(pinterest, *(request(days(count)) for count in range(1, 101)))
    scheduler.work(25)

    assert kinds(desk) == [ReadyReport] * 100 + [NoMoreReports]
    assert len(pinterest.polled) == 100 + 4, "only the first was asked for in vain"


def test_the_reports_of_one_window_are_asked_for_together() -> None:
    scheduler, pinterest = Scheduler(jobs=1), Pinterest(BUSY)
    desk = scheduler.open(pinterest, request(number=0), request(number=1), request(number=2))
    scheduler.work(0)

    assert len(desk.jobs) == 3


def test_once_a_minute_the_log_says_what_is_waited_for(caplog: pytest.LogCaptureFixture) -> None:
    scheduler = Scheduler(jobs=1)
    scheduler.open(Pinterest(BUSY), request(days(1)), request(days(2)))
    with caplog.at_level("INFO", "airbyte"):
        scheduler.work(1)
        for seconds in (0, 59, 60, 61, 119, 120):
            scheduler.now = seconds
            scheduler.runner._tell_of_waiting()
    assert caplog.messages == ["Waiting for Pinterest to finish 1 reports; 1 more are to be asked for."] * 2


def test_the_scheduler_says_what_it_waits_for_while_it_works(caplog: pytest.LogCaptureFixture) -> None:
    minutes = itertools.count(step=61)
    runner = ReportRunner(10, timeout_seconds=1_000_000, clock=lambda: next(minutes))
    desk = runner.open(cast("ReportClient", Pinterest(BUSY, DONE)), lambda: [request()])
    with caplog.at_level("INFO", "airbyte"):
        assert [type(outcome) for outcome in runner.outcomes(desk)] == [ReadyReport]
    assert "Waiting for Pinterest to finish 1 reports; 0 more are to be asked for." in caplog.messages

"""Is every report created, asked for, created anew or halved when it should be, and reported exactly once?

The scheduler's steps are taken one by one on a clock of the test's own; nothing waits.
"""

import itertools
import re
import threading
from collections.abc import Callable, Iterable
from typing import cast
from unittest.mock import create_autospec

import pytest
from pendulum import Date

from source_pinterest.api.errors import (
    AnswerTooLargeError,
    ConfigError,
    GoneError,
    QuotaExhaustedError,
    UnavailableError,
)
from source_pinterest.api.outage import Outage
from source_pinterest.api.pauses import Pauses
from source_pinterest.api.retries import HandedBackTries, RetryPolicy
from source_pinterest.engine.circuit_breaker import FAILURES_IN_A_ROW
from source_pinterest.reporting.client import ReportClient
from source_pinterest.reporting.errors import (
    ReportLostError,
    ReportRefusedError,
    ReportTooSlowError,
    ReportWithoutLinkError,
)
from source_pinterest.reporting.job import JobStatus, ReportRequest
from source_pinterest.reporting.orders import FailedReport, NoMoreReports, Orders, Outcome, ReadyReport, SplitReport
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
        self.replies = replies or (DONE,)
        self.left: dict[str, list[Reply]] = {}
        self.created: list[ReportRequest] = []
        self.polled: list[str] = []
        self.refuses: Callable[[ReportRequest], Exception | None] = lambda _: None
        self.stream = "campaign_report"

    def create(self, wanted: ReportRequest, before: HandedBackTries | None = None) -> str:
        del before
        self.created.append(wanted)
        if error := self.refuses(wanted):
            raise error
        token = f"token-{len(self.created)}"
        self.left[token] = list(self.replies)
        return token

    def poll(self, ad_account_id: str, token: str) -> tuple[JobStatus, str | None]:
        del ad_account_id
        self.polled.append(token)
        left = self.left[token]
        reply = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(reply, Exception):
            raise reply
        status = reply if isinstance(reply, JobStatus) else reply()
        return status, f"https://files.example/{token}" if status is DONE else None

    def then(self, *replies: Reply) -> None:
        """What reports that are created from now on answer."""
        self.replies = replies


class Scheduler:
    """A runner whose steps a test takes itself."""

    def __init__(self, jobs: int = 10, calls_per_second: float = float("inf")) -> None:
        self.now = 0.0
        self.fetches = True
        self.calls_left = float("inf")
        self.runner = ReportRunner(
            jobs,
            TIMEOUT_SECONDS,
            lambda: calls_per_second,
            clock=lambda: self.now,
            calls_left=lambda: self.calls_left,
        )
        self._streams: list[tuple[Orders, Pinterest]] = []

    def open(self, pinterest: Pinterest, *wanted: ReportRequest, is_served: bool = True) -> Orders:
        orders = self.runner.open(cast("ReportClient", pinterest), lambda: wanted)
        self._streams.append((orders, pinterest))
        if is_served:
            orders.serve()
        return orders

    def step(self) -> bool:
        """Do the next thing; False if nothing is due."""
        step = self.runner.next_step()
        if step:
            step()
        for orders, pinterest in self._streams if self.fetches else ():
            for wanted in pinterest.created:
                self.runner.release(orders, wanted)
        return step is not None

    def work(self, seconds: float = 0) -> None:
        """Do all that is due until then, at the times when it is due."""
        end = self.now + seconds
        while True:
            while self.step():
                pass
            pause = self.runner.seconds_to_next_poll()
            if pause is None or self.now + pause > end:
                self.now = end
                return
            self.now += pause


def outcomes(orders: Orders) -> list[Outcome | NoMoreReports]:
    return [orders.outcomes.get_nowait() for _ in range(orders.outcomes.qsize())]


def kinds(orders: Orders) -> list[type[object]]:
    return [type(outcome) for outcome in outcomes(orders)]


# ---- All goes well


def test_a_finished_report_is_reported_once_and_ends_the_orders() -> None:
    scheduler, pinterest, wanted = Scheduler(), Pinterest(), request()
    orders = scheduler.open(pinterest, wanted)
    scheduler.work(1)

    assert outcomes(orders) == [ReadyReport(wanted, "token-1", "https://files.example/token-1"), NoMoreReports()]
    assert pinterest.created == [wanted]
    assert pinterest.polled == ["token-1"]
    scheduler.work(1_000)
    assert (outcomes(orders), len(pinterest.polled)) == ([], 1)


def test_without_a_request_the_orders_end_at_once() -> None:
    scheduler = Scheduler()
    orders = scheduler.open(Pinterest())
    scheduler.work()

    assert outcomes(orders) == [NoMoreReports()]


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
    orders = scheduler.open(pinterest, request(days(1)), request(days(2)))
    scheduler.work(3)

    assert kinds(orders) == [ReadyReport, ReadyReport, NoMoreReports]
    assert sorted(pinterest.polled) == ["token-1", "token-1", "token-2", "token-2"]


def test_a_finished_report_without_a_link_is_asked_for_again() -> None:
    scheduler, pinterest = Scheduler(), Pinterest(DONE)
    link = pinterest.poll
    pinterest.poll = lambda account, token: (link(account, token)[0], None)  # type: ignore[method-assign]
    orders = scheduler.open(pinterest, request())
    scheduler.work(2)
    assert outcomes(orders) == []

    pinterest.poll = link  # type: ignore[method-assign]
    scheduler.work(2)
    assert kinds(orders) == [ReadyReport, NoMoreReports]


def test_a_finished_report_that_gets_no_link_is_not_called_slow() -> None:
    scheduler, pinterest = Scheduler(), Pinterest()
    link = pinterest.poll
    pinterest.poll = lambda account, token: (link(account, token)[0], None)  # type: ignore[method-assign]
    wanted = request(days(2))
    orders = scheduler.open(pinterest, wanted)
    scheduler.work(2 * TIMEOUT_SECONDS)
    failed, end = outcomes(orders)

    assert isinstance(failed, FailedReport)
    assert isinstance(failed.error, ReportWithoutLinkError)
    assert f"the report of {wanted.window} finished" in str(failed.error.message)
    assert pinterest.created == [wanted], "halves would be finished as well"
    assert end == NoMoreReports()


# ---- How many at once


def test_only_so_many_reports_of_a_stream_are_at_work_at_once() -> None:
    scheduler, pinterest = Scheduler(jobs=3), Pinterest(BUSY)
    orders = scheduler.open(pinterest, *(request(days(count)) for count in range(1, 9)))
    scheduler.work(30)
    assert len(pinterest.created) == len(orders.jobs) == 3

    for replies in pinterest.left.values():
        replies[:] = [DONE]
    scheduler.work(10)
    assert len(pinterest.created) == 6
    assert kinds(orders) == [ReadyReport] * 3


def test_where_calls_run_short_reports_are_ended_before_others_are_created() -> None:
    """What is only ordered is lost with the sync; each day would then order them all anew, and read none."""
    scheduler, pinterest = Scheduler(), Pinterest(BUSY)
    scheduler.calls_left = 8
    orders = scheduler.open(pinterest, *(request(days(count)) for count in range(1, 5)))
    scheduler.work(30)
    assert len(orders.jobs) == 2

    scheduler.calls_left = 1
    pinterest.left["token-1"][:] = [DONE]
    scheduler.work(15)
    assert (len(pinterest.created), kinds(orders)) == (2, [ReadyReport])

    pinterest.left["token-2"][:] = [DONE]
    scheduler.work(15)
    assert len(pinterest.created) == 3, "with none in flight it is tried, and Pinterest tells"


@pytest.mark.parametrize(("left", "created"), [(1, 1), (5, 1), (6, 2), (8, 2), (9, 3), (11, 3), (12, 4)])
def test_each_report_that_is_created_leaves_three_calls_for_itself_and_for_each_in_flight(
    left: int, created: int
) -> None:
    scheduler, pinterest = Scheduler(), Pinterest(BUSY)
    scheduler.calls_left = left
    scheduler.open(pinterest, *(request(days(count)) for count in range(1, 9)))
    scheduler.work(30)

    assert len(pinterest.created) == created


def test_where_calls_run_short_none_is_created_that_nobody_asks_for_yet() -> None:
    scheduler, served, unserved = Scheduler(), Pinterest(BUSY), Pinterest(BUSY)
    scheduler.calls_left = 1
    scheduler.open(unserved, request(), is_served=False)
    scheduler.open(served, request())
    scheduler.work(10)

    assert (len(unserved.created), len(served.created)) == (0, 1)


def test_a_finished_report_takes_its_room_until_it_is_fetched() -> None:
    scheduler, pinterest = Scheduler(jobs=2), Pinterest()
    scheduler.fetches = False
    orders = scheduler.open(pinterest, *(request(days(count)) for count in range(1, 6)))
    scheduler.work(60)
    assert kinds(orders) == [ReadyReport] * 2
    assert len(pinterest.created) == 2

    scheduler.runner.release(orders, request(days(1)))
    scheduler.work(60)
    assert kinds(orders) == [ReadyReport]
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
    second.serve()
    scheduler.work(30)
    assert kinds(second) == [*[ReadyReport] * 4, NoMoreReports]


@pytest.mark.parametrize(("now", "seconds"), [(0, 1), (0.75, 0.25), (1, 0), (60, 0)])
def test_the_scheduler_rests_until_a_report_is_due(now: float, seconds: float) -> None:
    scheduler = Scheduler()
    scheduler.open(Pinterest(BUSY), request())
    scheduler.work()
    scheduler.now = now

    assert scheduler.runner.seconds_to_next_poll() == seconds


def test_the_scheduler_rests_for_a_minute_at_most_so_that_the_log_goes_on() -> None:
    scheduler = Scheduler(calls_per_second=0.01)
    scheduler.open(Pinterest(BUSY), request())
    scheduler.work(1)

    assert scheduler.runner.seconds_to_next_poll() == 60


def test_all_streams_are_planned_before_any_report_is_created() -> None:
    scheduler, pinterest = Scheduler(), Pinterest()
    of_all = [scheduler.open(pinterest, request(), is_served=False) for _ in range(3)]
    for _ in of_all:
        scheduler.step()

    assert all(orders.is_planned for orders in of_all)
    assert pinterest.created == []


def test_a_stream_that_is_not_served_does_not_keep_the_scheduler_awake() -> None:
    scheduler = Scheduler()
    scheduler.open(Pinterest(BUSY), request(), is_served=False)
    scheduler.work()

    assert scheduler.runner.seconds_to_next_poll() is None


# ---- Pinterest fails or loses a report


@pytest.mark.parametrize("status", [JobStatus.FAILED, JobStatus.CANCELLED, JobStatus.EXPIRED])
def test_a_lost_report_is_created_anew_so_many_times(status: JobStatus) -> None:
    scheduler, pinterest, wanted = Scheduler(), Pinterest(status), request()
    orders = scheduler.open(pinterest, wanted)
    scheduler.work(60)
    failed, end = outcomes(orders)

    assert pinterest.created == [wanted] * 4
    assert isinstance(failed, FailedReport)
    assert isinstance(failed.error, ReportLostError)
    for words in (status.value, "4 times", str(wanted.window)):
        assert words in str(failed.error.message)
    assert end == NoMoreReports()


def test_a_report_that_works_the_second_time_is_reported_once() -> None:
    scheduler, pinterest, wanted = Scheduler(), Pinterest(FAILED), request()
    orders = scheduler.open(pinterest, wanted)
    scheduler.work(0.5)
    pinterest.then(BUSY, DONE)
    scheduler.work(60)

    assert outcomes(orders) == [ReadyReport(wanted, "token-2", "https://files.example/token-2"), NoMoreReports()]
    assert len(pinterest.created) == 2
    assert pinterest.polled == ["token-1", "token-2", "token-2"]


def test_one_lost_report_does_not_touch_the_others() -> None:
    scheduler, pinterest = Scheduler(), Pinterest(DONE)
    bad, good = request(days(1)), request(days(2))
    create = pinterest.create

    def creating(wanted: ReportRequest, _: HandedBackTries | None = None) -> str:
        pinterest.then(FAILED if wanted is bad else DONE)
        return create(wanted)

    pinterest.create = creating  # type: ignore[method-assign]
    orders = scheduler.open(pinterest, bad, good)
    scheduler.work(60)
    came = outcomes(orders)

    assert [type(outcome) for outcome in came] == [ReadyReport, FailedReport, NoMoreReports]
    assert came[0].request is good  # type: ignore[union-attr]
    assert pinterest.created.count(good) == 1


def test_equal_requests_are_not_taken_for_one() -> None:
    scheduler, pinterest = Scheduler(), Pinterest(DONE)
    orders = scheduler.open(pinterest, request(), request())
    scheduler.work(10)

    assert kinds(orders) == [ReadyReport, ReadyReport, NoMoreReports]


def test_a_report_that_is_not_known_yet_is_asked_for_again_before_it_counts_as_lost() -> None:
    scheduler, pinterest = Scheduler(), Pinterest(UNKNOWN, UNKNOWN, UNKNOWN, DONE)
    orders = scheduler.open(pinterest, request())
    scheduler.work(60)

    assert kinds(orders) == [ReadyReport, NoMoreReports]
    assert len(pinterest.created) == 1


def test_a_report_that_stays_unknown_is_created_anew() -> None:
    scheduler, pinterest = Scheduler(), Pinterest(UNKNOWN)
    orders = scheduler.open(pinterest, request())
    scheduler.work(7)
    assert len(pinterest.created) == 1

    pinterest.then(DONE)
    scheduler.work(10)
    assert len(pinterest.created) == 2
    assert kinds(orders) == [ReadyReport, NoMoreReports]


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
    orders = scheduler.open(pinterest, wanted)
    scheduler.work(TIMEOUT_SECONDS - 1)
    assert outcomes(orders) == []

    pinterest.then(DONE)
    scheduler.work(20)
    split, first, second, end = outcomes(orders)
    assert split == SplitReport(wanted)
    assert end == NoMoreReports()
    assert [outcome.request.window.days for outcome in (first, second)] == [5, 5]  # type: ignore[union-attr]
    assert {outcome.request.planned for outcome in (first, second)} == {wanted.planned}  # type: ignore[union-attr]
    assert len(pinterest.created) == 3


def test_halves_are_halved_so_many_times_and_then_fail() -> None:
    scheduler, pinterest = Scheduler(jobs=100), Pinterest(BUSY)
    orders = scheduler.open(pinterest, request(days(80)))
    scheduler.work(10 * TIMEOUT_SECONDS)
    came = outcomes(orders)

    assert [type(outcome) for outcome in came] == [SplitReport] * 7 + [FailedReport] * 8 + [NoMoreReports]
    failures = [outcome for outcome in came if isinstance(outcome, FailedReport)]
    assert {failed.request.window.days for failed in failures} == {10}
    assert all(isinstance(failed.error, ReportTooSlowError) for failed in failures)
    assert [failed.error.message for failed in failures] == [
        f"Pinterest has worked on the report of {failed.request.window} for more than 1.66667 minutes. The next sync "
        "asks for it again."
        for failed in failures
    ]


A_DAY, A_TOTAL = request(days(1)), request(days(30), granularity="TOTAL")
A_WEEK = request(days(7, Date(2026, 1, 5)), granularity="WEEK")


@pytest.mark.parametrize("wanted", [A_DAY, A_WEEK, A_TOTAL])
def test_a_report_that_can_not_be_halved_fails(wanted: ReportRequest) -> None:
    scheduler, pinterest = Scheduler(), Pinterest(BUSY)
    orders = scheduler.open(pinterest, wanted)
    scheduler.work(10 * TIMEOUT_SECONDS)
    failed, _ = outcomes(orders)

    assert isinstance(failed, FailedReport)
    assert isinstance(failed.error, ReportTooSlowError)
    assert pinterest.created == [wanted]


def test_each_creation_has_a_deadline_of_its_own() -> None:
    scheduler, pinterest = Scheduler(), Pinterest(*[BUSY] * 6, FAILED)
    orders = scheduler.open(pinterest, request(days(10)))
    scheduler.work(TIMEOUT_SECONDS / 4)
    pinterest.then(BUSY)
    scheduler.work(TIMEOUT_SECONDS)
    assert len(pinterest.created) == 2
    assert outcomes(orders) == []

    scheduler.work(TIMEOUT_SECONDS / 2)
    assert outcomes(orders)[0] == SplitReport(request(days(10)))


def test_a_report_that_is_finished_when_its_time_is_up_is_taken() -> None:
    scheduler, pinterest = Scheduler(), Pinterest(BUSY)
    orders = scheduler.open(pinterest, request())
    scheduler.work(TIMEOUT_SECONDS - 1)
    pinterest.left["token-1"][:] = [DONE]
    scheduler.work(60)

    assert kinds(orders) == [ReadyReport, NoMoreReports]


# ---- Errors


def test_an_error_of_one_report_fails_it_alone() -> None:
    scheduler, pinterest = Scheduler(), Pinterest(DONE)
    bad, good = request(account="11"), request(account="12")
    error = GoneError("Scripted")
    pinterest.refuses = lambda wanted: error if wanted is bad else None
    orders = scheduler.open(pinterest, bad, good)
    scheduler.work(10)

    assert outcomes(orders) == [
        FailedReport(bad, error),
        ReadyReport(good, "token-2", "https://files.example/token-2"),
        NoMoreReports(),
    ]


def test_an_error_while_polling_fails_the_report_alone() -> None:
    scheduler, pinterest = Scheduler(), Pinterest(UnavailableError("s", "path", "", 6))
    orders = scheduler.open(pinterest, request())
    scheduler.work(60)

    assert kinds(orders) == [FailedReport, NoMoreReports]
    assert len(pinterest.created) == len(pinterest.polled) == 1


@pytest.mark.parametrize("error", [QuotaExhaustedError("ads_analytics", 4_000, 900), ReportRefusedError("Scripted")])
def test_a_fatal_error_ends_the_orders_of_its_stream_alone(error: Exception) -> None:
    scheduler, pinterest, other = Scheduler(), Pinterest(), Pinterest()
    pinterest.refuses = lambda _: error
    wanted = [request(days(count)) for count in range(1, 4)]
    orders, neighbour = scheduler.open(pinterest, *wanted), scheduler.open(other, request())
    scheduler.work(60)

    assert outcomes(orders) == [*(FailedReport(one, error) for one in wanted), NoMoreReports()]  # type: ignore[arg-type]
    assert len(pinterest.created) == 1, "no other report is created"
    assert kinds(neighbour) == [ReadyReport, NoMoreReports]


def test_a_quota_that_ends_while_polling_ends_the_orders() -> None:
    scheduler, pinterest = Scheduler(), Pinterest(QuotaExhaustedError("ads_analytics", 4_000, 900))
    orders = scheduler.open(pinterest, request(days(1)), request(days(2)))
    scheduler.work(60)

    assert kinds(orders) == [FailedReport, FailedReport, NoMoreReports]
    assert len(pinterest.polled) == 1
    assert orders.jobs == []


def test_an_error_that_nobody_foresaw_ends_the_orders_without_its_details() -> None:
    unforeseen = KeyError("false-client-secret")
    scheduler, pinterest = Scheduler(), Pinterest(unforeseen)
    orders = scheduler.open(pinterest, request())
    scheduler.work(60)
    failed, end = outcomes(orders)

    assert isinstance(failed, FailedReport)
    assert failed.error.__cause__ is unforeseen
    assert re.match("campaign_report: .*KeyError", str(failed.error.message))
    assert "false-client-secret" not in str(failed.error.message)
    assert end == NoMoreReports()


def test_a_failed_plan_is_raised_and_touches_no_other_stream() -> None:
    scheduler, pinterest = Scheduler(), Pinterest()
    error = ConfigError("Scripted")

    def plan() -> Iterable[ReportRequest]:
        yield request()
        raise error

    orders = scheduler.runner.open(cast("ReportClient", pinterest), plan)
    neighbour = scheduler.open(pinterest, request())
    scheduler.work(10)

    assert outcomes(orders) == [NoMoreReports(error)]
    assert kinds(neighbour) == [ReadyReport, NoMoreReports]
    assert len(pinterest.created) == 1, "half a plan is none"


# ---- Orders that are closed


def test_closed_orders_are_left_alone() -> None:
    scheduler, pinterest = Scheduler(jobs=1), Pinterest(BUSY)
    orders = scheduler.open(pinterest, request(days(1)), request(days(2)))
    scheduler.work(1)
    orders.close()
    calls = (len(pinterest.created), len(pinterest.polled))
    scheduler.work(1_000)

    assert (len(pinterest.created), len(pinterest.polled)) == calls


@pytest.mark.parametrize("status", [DONE, FAILED, BUSY])
def test_orders_that_are_closed_during_a_call_hears_nothing_more(status: JobStatus) -> None:
    scheduler, pinterest = Scheduler(), Pinterest(status)
    orders = scheduler.open(pinterest, request(days(1)), request(days(2)))
    scheduler.work(0.5)
    poll = pinterest.poll

    def closing(account: str, token: str) -> tuple[JobStatus, str | None]:
        orders.close()
        return poll(account, token)

    pinterest.poll = closing  # type: ignore[method-assign]
    scheduler.work(1_000)
    assert outcomes(orders) == [NoMoreReports()]
    assert (len(pinterest.created), len(pinterest.polled)) == (2, 1)


def test_a_report_that_is_created_while_its_orders_close_is_not_waited_for() -> None:
    scheduler, pinterest = Scheduler(), Pinterest()
    orders = scheduler.open(pinterest, request())
    pinterest.refuses = lambda _: orders.close()
    scheduler.work(60)

    assert orders.jobs == []
    assert pinterest.polled == []


# ---- With its thread


def leaping() -> Callable[[], float]:
    """A clock on which everything is due when it is looked at."""
    hours = itertools.count(0, 3_600)
    return lambda: float(next(hours))


def outcomes_of(runner: ReportRunner, orders: Orders) -> list[Outcome]:
    return in_thread(lambda: list(fetching(runner, orders))).result(PATIENCE_SECONDS)


def fetching(runner: ReportRunner, orders: Orders) -> Iterable[Outcome]:
    for outcome in runner.outcomes(orders):
        runner.release(orders, outcome.request)
        yield outcome


def test_a_stream_hears_of_its_reports_until_the_last() -> None:
    runner, wanted = ReportRunner(10, float("inf"), clock=leaping()), [request(days(count)) for count in range(1, 30)]
    orders = runner.open(cast("ReportClient", Pinterest(BUSY, DONE)), lambda: wanted)

    assert {outcome.request.window.days for outcome in outcomes_of(runner, orders)} == set(range(1, 30))


def test_streams_are_served_one_after_the_other() -> None:
    runner = ReportRunner(10, float("inf"), clock=leaping())
    pinterest = cast("ReportClient", Pinterest(BUSY, DONE))
    of_all = [runner.open(pinterest, lambda: [request(), request()]) for _ in range(4)]

    for orders in reversed(of_all):
        assert len(outcomes_of(runner, orders)) == 2


def test_a_stream_that_opens_late_is_served_and_no_thread_stays_behind() -> None:
    before = set(threading.enumerate())
    runner, pinterest = ReportRunner(10, float("inf"), clock=leaping()), cast("ReportClient", Pinterest())
    for count in (1, 2):
        orders = runner.open(pinterest, lambda count=count: [request()] * count)  # type: ignore[misc]
        assert len(outcomes_of(runner, orders)) == count

    for thread in set(threading.enumerate()) - before:
        assert thread.daemon, "it never holds the process"
        thread.join(PATIENCE_SECONDS)
        assert not thread.is_alive()


def test_what_is_not_due_yet_is_waited_for_and_then_asked_for() -> None:
    """The clock goes on by less than a report's first pause between two looks, and by more in all that follow."""
    looks = itertools.count()
    runner = ReportRunner(10, float("inf"), clock=lambda: 0.4 * next(looks))
    orders = runner.open(cast("ReportClient", Pinterest(DONE)), lambda: [request()])

    assert [type(outcome) for outcome in outcomes_of(runner, orders)] == [ReadyReport]


def test_an_error_of_the_plan_reaches_the_stream() -> None:
    runner, error = ReportRunner(10, float("inf"), clock=leaping()), ConfigError("Scripted")

    def plan() -> Iterable[ReportRequest]:
        raise error

    orders = runner.open(cast("ReportClient", Pinterest()), plan)
    with pytest.raises(ConfigError, match="Scripted"):
        outcomes_of(runner, orders)


def test_the_thread_never_holds_the_process() -> None:
    runner, pinterest, daemons = ReportRunner(10, float("inf"), clock=leaping()), Pinterest(DONE), list[bool]()
    pinterest.refuses = lambda _: daemons.append(threading.current_thread().daemon)
    orders = runner.open(cast("ReportClient", pinterest), lambda: [request()])

    assert [type(outcome) for outcome in runner.outcomes(orders)] == [ReadyReport]
    assert daemons == [True]


def test_no_thread_is_started_before_a_stream_waits() -> None:
    before = set(threading.enumerate())
    runner = ReportRunner(10, float("inf"), clock=leaping())
    runner.open(cast("ReportClient", Pinterest()), lambda: pytest.fail("It is planned."))

    assert set(threading.enumerate()) <= before


def test_a_stream_that_stops_listening_closes_its_orders() -> None:
    runner, pinterest, stopped = ReportRunner(1, float("inf"), clock=leaping()), Pinterest(DONE), threading.Event()

    def hold_the_third(_: ReportRequest) -> None:
        if len(pinterest.created) == 3:
            stopped.wait(PATIENCE_SECONDS)

    pinterest.refuses = hold_the_third
    orders = runner.open(cast("ReportClient", pinterest), lambda: [request() for _ in range(100)])
    outcomes = runner.outcomes(orders)
    next(outcomes)
    outcomes.close()  # type: ignore[attr-defined]
    assert orders.is_closed

    stopped.set()
    neighbour = runner.open(cast("ReportClient", Pinterest()), lambda: [request()])
    assert len(outcomes_of(runner, neighbour)) == 1
    assert len(pinterest.created) <= 3


def test_a_report_that_is_too_large_to_ask_for_is_asked_for_in_halves() -> None:
    scheduler, pinterest, wanted = Scheduler(), Pinterest(), request()
    pinterest.refuses = lambda asked: AnswerTooLargeError("Scripted") if asked is wanted else None
    orders = scheduler.open(pinterest, wanted)
    scheduler.work(5)

    split, first, second, _ = outcomes(orders)
    assert split == SplitReport(wanted)
    assert isinstance(first, ReadyReport)
    assert isinstance(second, ReadyReport)
    assert first.request.window.end.add(days=1) == second.request.window.start


def test_a_report_of_one_day_that_is_too_large_to_ask_for_fails_alone() -> None:
    scheduler, pinterest, error = Scheduler(), Pinterest(), AnswerTooLargeError("Scripted")
    pinterest.refuses = lambda asked: error if asked is A_DAY else None
    orders = scheduler.open(pinterest, A_DAY, request(days(2)))
    scheduler.work(5)

    failed, ready, _ = outcomes(orders)
    assert failed == FailedReport(A_DAY, error)
    assert isinstance(ready, ReadyReport)


def test_a_hundred_reports_that_take_equally_long_cost_little_more_than_a_poll_each() -> None:
    scheduler = Scheduler(jobs=100, calls_per_second=5)
    scheduler.now = 1_000
    pinterest = Pinterest(lambda: DONE if scheduler.now >= 1_020 else BUSY)
    orders = scheduler.open(pinterest, *(request(days(count)) for count in range(1, 101)))
    scheduler.work(25)

    assert kinds(orders) == [ReadyReport] * 100 + [NoMoreReports]
    assert len(pinterest.polled) == 100 + 4, "only the first was asked for in vain"


def test_a_report_that_was_lost_is_asked_for_early_whatever_else_is_in_flight() -> None:
    scheduler = Scheduler(jobs=100, calls_per_second=5)
    pinterest = Pinterest(BUSY)
    orders = scheduler.open(pinterest, *(request(days(count)) for count in range(1, 101)))
    scheduler.work(0.5)
    pinterest.left["token-1"][:] = [FAILED]
    scheduler.work(1)

    assert len(pinterest.created) == 101
    assert [job.token for job in orders.jobs if job.next_poll - job.created_at < 2] == ["token-101"]


def test_halves_are_asked_for_early_whatever_else_is_in_flight() -> None:
    scheduler, wanted = Scheduler(jobs=100, calls_per_second=5), [request(days(count)) for count in range(1, 101)]
    pinterest = Pinterest(BUSY)
    pinterest.refuses = lambda asked: AnswerTooLargeError("Scripted") if asked is wanted[-1] else None
    orders = scheduler.open(pinterest, *wanted)
    scheduler.work()

    early = [job.request.window.days for job in orders.jobs if job.next_poll - job.created_at < 2]
    assert early == [1, 50, 50]


def test_the_reports_of_one_window_are_asked_for_together() -> None:
    scheduler, pinterest = Scheduler(jobs=1), Pinterest(BUSY)
    orders = scheduler.open(pinterest, request(number=0), request(number=1), request(number=2))
    scheduler.work(0)

    assert len(orders.jobs) == 3


def test_once_a_minute_the_log_says_what_is_waited_for(caplog: pytest.LogCaptureFixture) -> None:
    scheduler = Scheduler(jobs=1)
    scheduler.open(Pinterest(BUSY), request(days(1)), request(days(2)))
    with caplog.at_level("INFO", "airbyte"):
        scheduler.work(1)
        for seconds in (0, 59, 60, 61, 119, 120):
            scheduler.now = seconds
            scheduler.runner.log_waiting()
    assert caplog.messages == ["Waiting for Pinterest to finish 1 reports; 1 more are to be ordered."] * 2


def test_the_scheduler_says_what_it_waits_for_while_it_works(caplog: pytest.LogCaptureFixture) -> None:
    minutes = itertools.count(step=61)
    runner = ReportRunner(10, timeout_seconds=1_000_000, clock=lambda: next(minutes))
    orders = runner.open(cast("ReportClient", Pinterest(BUSY, DONE)), lambda: [request()])
    with caplog.at_level("INFO", "airbyte"):
        assert [type(outcome) for outcome in runner.outcomes(orders)] == [ReadyReport]
    assert "Waiting for Pinterest to finish 1 reports; 0 more are to be ordered." in caplog.messages


# ---- A report that can't be created is tried again, and holds up no other


class Failing:
    """Fails the creations of some requests, each as often as a policy allows, the last time for good."""

    def __init__(self, pinterest: Pinterest, *bad: ReportRequest, retries: int = 5) -> None:
        self._policy = RetryPolicy(retries, Pauses(), create_autospec(Outage, answers=0))
        self._bad, self._create = bad, pinterest.create
        self.pays = True
        pinterest.create = self.create  # type: ignore[method-assign]

    def create(self, wanted: ReportRequest, before: HandedBackTries | None = None) -> str:
        tries = before or HandedBackTries(self._policy, "campaign_report", "reports", retries_pay=lambda: self.pays)
        tries.go_on()
        token = self._create(wanted)
        if any(wanted is bad for bad in self._bad):
            tries.failed("HTTP 500")
        return token


def test_a_finished_report_is_asked_for_while_another_can_not_be_created() -> None:
    scheduler, pinterest = Scheduler(), Pinterest(BUSY, DONE)
    bad, good = request(account="1"), request(account="2")
    Failing(pinterest, bad)
    orders = scheduler.open(pinterest, bad, good)
    scheduler.work(4)

    assert kinds(orders) == [ReadyReport]
    scheduler.work(27)
    [failed, _] = outcomes(orders)
    assert isinstance(failed, FailedReport)
    assert isinstance(failed.error, UnavailableError)
    assert (failed.request, pinterest.created.count(bad)) == (bad, 6)


def test_the_pauses_between_the_tries_grow_as_those_of_any_call() -> None:
    scheduler, pinterest, at = Scheduler(), Pinterest(), []
    pinterest.refuses = lambda _: at.append(scheduler.now)  # type: ignore[func-returns-value]
    Failing(pinterest, bad := request())
    scheduler.open(pinterest, bad)
    scheduler.work(60)

    assert at == [0, 1, 3, 7, 15, 31]


def test_so_many_failing_reports_are_waited_for_at_once_and_no_other_is_created_meanwhile() -> None:
    scheduler, pinterest = Scheduler(), Pinterest()
    bad = [request(account=str(number)) for number in range(FAILURES_IN_A_ROW + 3)]
    failing = Failing(pinterest, *bad)
    orders = scheduler.open(pinterest, *bad)
    scheduler.work(30)
    assert {wanted.ad_account_id for wanted in pinterest.created} == set("01234")
    failing.pays = False
    scheduler.work(60)

    assert kinds(orders) == [FailedReport] * len(bad) + [NoMoreReports]
    assert len(pinterest.created) == 5 * FAILURES_IN_A_ROW + 3


def test_accounts_that_fail_in_a_row_end_the_tries_before_the_stream_hears_of_them() -> None:
    scheduler, pinterest = Scheduler(), Pinterest()
    bad = [request(account=str(number)) for number in range(10 * FAILURES_IN_A_ROW)]
    Failing(pinterest, *bad, retries=2)
    orders = scheduler.open(pinterest, *bad)
    scheduler.work(300)

    assert kinds(orders) == [FailedReport] * len(bad) + [NoMoreReports]
    assert len(pinterest.created) <= len(bad) + 2 * FAILURES_IN_A_ROW


def test_a_report_that_can_be_created_restores_the_tries() -> None:
    scheduler, pinterest = Scheduler(), Pinterest()
    bad = [request(account=str(number)) for number in range(FAILURES_IN_A_ROW + 1)]
    good = request(account="good")
    Failing(pinterest, *bad, retries=2)
    scheduler.open(pinterest, *bad[:FAILURES_IN_A_ROW], good, bad[-1])
    scheduler.work(300)

    assert pinterest.created.count(bad[-1]) == 3


def test_a_report_that_waits_for_its_next_try_keeps_its_room() -> None:
    scheduler, pinterest = Scheduler(jobs=1), Pinterest()
    bad, other = request(account="1"), request(account="2")
    Failing(pinterest, bad, retries=1)
    scheduler.open(pinterest, bad, other)
    scheduler.work(0.5)
    assert pinterest.created == [bad]
    scheduler.work(1)

    assert pinterest.created == [bad, bad, other]


def test_where_calls_run_short_a_next_try_does_not_keep_the_scheduler_awake() -> None:
    scheduler, pinterest = Scheduler(), Pinterest(BUSY)
    bad, good = request(account="1"), request(account="2")
    Failing(pinterest, bad)
    scheduler.open(pinterest, bad, good)
    while scheduler.step():
        pass
    scheduler.now, scheduler.calls_left = 1.5, 0
    while scheduler.step():
        pass

    assert scheduler.runner.seconds_to_next_poll() > 0  # type: ignore[operator]


def test_a_try_that_is_handed_back_while_its_orders_close_is_not_made_again() -> None:
    scheduler, pinterest = Scheduler(), Pinterest()
    orders = scheduler.open(pinterest, bad := request())
    Failing(pinterest, bad)
    pinterest.refuses = lambda _: orders.close()  # type: ignore[func-returns-value]
    scheduler.work(10)

    assert pinterest.created == [bad]
    assert kinds(orders) == [NoMoreReports]

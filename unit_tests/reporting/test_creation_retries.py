"""The creation of a report is retried without delaying other reports."""

from unittest.mock import create_autospec

from source_pinterest.api.errors import UnavailableError
from source_pinterest.api.retries import HandedBackTries, Outage, Pauses, RetryPolicy
from source_pinterest.engine.failures import FAILURES_IN_A_ROW
from source_pinterest.reporting.job import ReportRequest
from source_pinterest.reporting.runner import FailedReport, NoMoreReports, ReadyReport
from unit_tests.reporting.requests_for_reports import request
from unit_tests.reporting.scheduler import BUSY, DONE, Pinterest, Scheduler, kinds, outcomes


class Failing:
    """Fails the creations of some requests, each as often as a policy allows, the last time for good."""

    def __init__(self, pinterest: Pinterest, *bad: ReportRequest, retries: int = 5) -> None:
        self._policy = RetryPolicy(retries, Pauses(), create_autospec(Outage, responses=0))
        self._bad, self._create = bad, pinterest.create
        self.pays = True
        pinterest.create = self.create  # type: ignore[method-assign]

    def create(self, wanted: ReportRequest, before: HandedBackTries | None = None) -> str:
        tries = before or HandedBackTries(
            self._policy, "campaign_report", "reports", is_worth_retrying=lambda: self.pays
        )
        tries.go_on()
        token = self._create(wanted)
        if any(wanted is bad for bad in self._bad):
            tries.failed("HTTP 500")
        return token


def test_a_finished_report_is_asked_for_while_another_can_not_be_created() -> None:
    scheduler, pinterest = Scheduler(), Pinterest(BUSY, DONE)
    bad, good = request(account="1"), request(account="2")
    Failing(pinterest, bad)
    reports = scheduler.open(pinterest, bad, good)
    scheduler.work(4)

    assert kinds(reports) == [ReadyReport]
    scheduler.work(27)
    [failed, _] = outcomes(reports)
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
    reports = scheduler.open(pinterest, *bad)
    scheduler.work(30)
    assert {wanted.ad_account_id for wanted in pinterest.created} == set("01234")
    failing.pays = False
    scheduler.work(60)

    assert kinds(reports) == [FailedReport] * len(bad) + [NoMoreReports]
    assert len(pinterest.created) == 5 * FAILURES_IN_A_ROW + 3


def test_accounts_that_fail_in_a_row_end_the_tries_before_the_stream_hears_of_them() -> None:
    scheduler, pinterest = Scheduler(), Pinterest()
    bad = [request(account=str(number)) for number in range(10 * FAILURES_IN_A_ROW)]
    Failing(pinterest, *bad, retries=2)
    reports = scheduler.open(pinterest, *bad)
    scheduler.work(300)

    assert kinds(reports) == [FailedReport] * len(bad) + [NoMoreReports]
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
    scheduler.now, scheduler.requests_left = 1.5, 0
    while scheduler.step():
        pass

    assert scheduler.runner.seconds_to_next_action() > 0  # type: ignore[operator]


def test_a_creation_that_fails_while_its_stream_closes_is_not_retried() -> None:
    scheduler, pinterest = Scheduler(), Pinterest()
    reports = scheduler.open(pinterest, bad := request())
    Failing(pinterest, bad)
    pinterest.refuses = lambda _: reports.close()  # type: ignore[func-returns-value]
    scheduler.work(10)

    assert pinterest.created == [bad]
    assert kinds(reports) == [NoMoreReports]

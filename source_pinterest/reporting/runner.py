"""Creates and polls the asynchronous reports of all streams, in one thread of its own.

So the reports of all streams are in flight at the same time, while the framework still generates the slices of the
first stream. A report that Pinterest loses is created again, a report that is too slow is split into two. A finished
report becomes a slice, and the worker that reads the slice downloads the file.

`StreamReports` has the reports of one stream, `PollSchedule` spaces out the polls, `StepChooser` decides which step
comes next, and `ReportRunner` takes the steps.
"""

import logging
import math
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextvars import copy_context
from dataclasses import dataclass
from functools import partial
from itertools import islice, takewhile
from queue import SimpleQueue
from threading import Thread
from typing import NamedTuple

from source_pinterest.api.errors import (
    PinterestError,
    ReportLostError,
    ReportTooSlowError,
    ReportWithoutLinkError,
    ResponseTooLargeError,
    SliceError,
    UnavailableError,
    connector_error,
)
from source_pinterest.api.retries import HandedBackTries, Pauses, TryLaterError
from source_pinterest.api.threads import ClosedError, Signal, starting
from source_pinterest.engine.failures import FAILURES_IN_A_ROW
from source_pinterest.reporting.client import ReportClient
from source_pinterest.reporting.job import Job, JobStatus, ReportRequest

LOGGER = logging.getLogger("airbyte")

_LOG_EVERY_SECONDS = 60.0

_CREATIONS = 4
"""The number of times that a report is created before its failure or loss is final."""

_SPLITS = 3
"""The number of times that a window is halved because its report is too slow: down to an eighth."""

_POLLS_BEFORE_IT_EXISTS = 3
"""The number of polls for which Pinterest may not know a report that was just created."""

_QUOTA_FOR_POLLS = 2 / 3
"""The share of the quota for polls. The rest is for creating reports and for synchronous analytics."""

_REQUESTS_PER_REPORT_IN_FLIGHT = 3
"""Requests that are kept for each report in flight if the quota is not renewed in this sync. A report that is created
and not read before the end of the sync is lost, and would have to be created again."""


@dataclass(frozen=True)
class ReadyReport:
    """A finished report, whose file can be downloaded."""

    request: ReportRequest
    token: str
    url: str


@dataclass(frozen=True)
class FailedReport:
    """A report that can't be had."""

    request: ReportRequest
    error: PinterestError


@dataclass(frozen=True)
class SplitReport:
    """A report that was too slow and was split into two, so that its window has one more slice."""

    request: ReportRequest


@dataclass(frozen=True)
class NoMoreReports:
    """The end of a stream's outcomes: all its reports have ended, or they could not be planned."""

    error: BaseException | None = None


Outcome = ReadyReport | FailedReport | SplitReport


class Waiting(NamedTuple):
    """A request whose report is not created yet.

    Attributes:
        request: the request.
        splits: how often its window was halved.
        creation: the number of the next creation, counted from 1.
        tries: the tries of a creation that failed and is to be retried.
        due: the time of the retry, on the runner's clock.
    """

    request: ReportRequest
    splits: int = 0
    creation: int = 1
    tries: HandedBackTries | None = None
    due: float = 0


class StreamReports:
    """The reports of one stream: those that wait to be created, and those in flight.

    Args:
        client: sends the requests.
        plan: returns the requests for all reports. The runner calls it once.
    """

    def __init__(self, client: ReportClient, plan: Callable[[], Iterable[ReportRequest]]) -> None:
        self.client = client
        self.plan = plan
        self.outcomes: SimpleQueue[Outcome | NoMoreReports] = SimpleQueue()
        self.is_planned = self.is_polled = self.is_closed = False
        self.waiting: deque[Waiting] = deque()
        self.jobs: list[Job] = []
        self._unfetched: list[ReportRequest] = []
        self._failing_accounts: set[str] = set()

    @property
    def is_worth_retrying(self) -> bool:
        """Whether a creation that fails should be retried. The stream's circuit breaker learns of failures too late."""
        return len(self._failing_accounts) < FAILURES_IN_A_ROW

    def add_planned(self, requests: Iterable[ReportRequest]) -> None:
        """Add the planned requests."""
        self.waiting.extend(map(Waiting, requests))
        self.is_planned = True
        self.close_if_done()

    def allow_polls(self) -> None:
        """Allow polls, because the stream reads outcomes from now on. Before, a link would expire unused."""
        self.is_polled = True

    def due(self, now: float) -> Job | None:
        """Return the job to poll now: the one that has been due for longest."""
        if not self.is_polled:
            return None
        due = (job for job in self.jobs if job.next_poll <= now)
        return min(due, key=lambda job: job.next_poll, default=None)

    @property
    def postponed(self) -> list[Waiting]:
        """The requests whose creation failed and is to be retried. They stand before the others."""
        return list(takewhile(lambda waiting: waiting.tries, self.waiting))

    def next_to_create(self, windows: int, now: float) -> Waiting | None:
        """Remove and return a request to create now, or return None.

        The reports of one window are created together, and the number of windows in flight is bounded. A finished
        report counts as in flight until its file is downloaded, a failed creation until its last retry. Failed
        creations are bounded too, because a failure that concerns all reports should not be retried for each of them.

        Args:
            windows: the maximum number of windows in flight.
            now: the time on the runner's clock.
        """
        postponed = self.postponed
        following = next((waiting for waiting in postponed if waiting.due <= now), None)
        first = next(islice(self.waiting, len(postponed), None), None)
        if following is None and first and len(postponed) < FAILURES_IN_A_ROW:
            under_way = (*(job.request for job in self.jobs), *self._unfetched, *(one.request for one in postponed))
            in_flight = {(request.ad_account_id, request.planned) for request in under_way}
            if len(in_flight) < windows or (first.request.ad_account_id, first.request.planned) in in_flight:
                following = first
        if following:
            self.waiting.remove(following)
        return following

    def postpone(self, waiting: Waiting, later: TryLaterError, now: float) -> None:
        """Put back a request whose creation failed, to be retried."""
        if not self.is_closed:
            self.waiting.appendleft(waiting._replace(tries=later.tries, due=now + later.seconds))

    def start(self, job: Job) -> None:
        """Add a report that Pinterest has begun to make."""
        self._failing_accounts.clear()
        if not self.is_closed:
            self.jobs.append(job)

    def create_again(self, job: Job) -> None:
        """Put back the request of a lost report."""
        self._remove(job.request)
        self.waiting.append(Waiting(job.request, job.splits, job.creations + 1))

    def split(self, request: ReportRequest, halves: Iterable[ReportRequest], splits: int) -> None:
        """Replace a request by its halves."""
        self._remove(request)
        self.outcomes.put(SplitReport(request))
        self.waiting.extend(Waiting(half, splits + 1) for half in halves)

    def end(self, outcome: ReadyReport | FailedReport) -> None:
        """Remove a report that is finished or has failed, and pass its outcome to the stream."""
        self._remove(outcome.request)
        if isinstance(outcome, FailedReport) and isinstance(outcome.error, UnavailableError):
            self._failing_accounts.add(outcome.request.ad_account_id)
        if not self.is_closed:
            if isinstance(outcome, ReadyReport):
                self._unfetched.append(outcome.request)
            self.outcomes.put(outcome)
        self.close_if_done()

    def release(self, request: ReportRequest) -> bool:
        """Free the place of a finished report whose slice has ended. Return whether it still had one."""
        if request not in self._unfetched:
            return False
        self._unfetched.remove(request)
        return True

    def fail_all(self, request: ReportRequest, error: PinterestError) -> None:
        """Fail this request and all others with an error that concerns the whole stream."""
        if not self.is_closed:
            others = [*(job.request for job in self.jobs), *(waiting.request for waiting in self.waiting)]
            for failed in (request, *(other for other in others if other is not request)):
                self.outcomes.put(FailedReport(failed, error))
            self.close()

    def close(self, error: BaseException | None = None) -> None:
        """Create and poll no further report. Reports in flight are abandoned."""
        if not self.is_closed:
            self.is_closed = True
            self.waiting.clear()
            self.jobs.clear()
            self._unfetched.clear()
            self.outcomes.put(NoMoreReports(error))

    def close_if_done(self) -> None:
        """Close if all planned reports have ended."""
        if self.is_planned and not self.waiting and not self.jobs:
            self.close()

    def _remove(self, request: ReportRequest) -> None:
        self.jobs[:] = [job for job in self.jobs if job.request is not request]


class PollSchedule:
    """Spaces out the polls of all reports.

    Args:
        requests_per_second: returns the rate that the quota allows.
        pauses: the pauses between the polls of a report that is alone.
    """

    def __init__(self, requests_per_second: Callable[[], float], pauses: Pauses) -> None:
        self._requests_per_second = requests_per_second
        self._pauses = pauses

    def pause(self, job: Job, others: Sequence[Job], soon: int) -> float:
        """Return the seconds until the next poll of a job.

        The pause grows with each poll, and is long enough for the polls of all reports to stay within the quota.

        Args:
            job: the report.
            others: all reports in flight.
            soon: the number of reports that are about to be created.
        """
        is_early = job.is_polled_early or job.polls
        rivals = sum(other.is_polled_early or other.polls > 0 for other in others) if is_early else len(others) + soon
        fair_pause = rivals / (self._requests_per_second() * _QUOTA_FOR_POLLS)
        return max(self._pauses.before_poll(job.polls), min(fair_pause, self._pauses.longest_poll_seconds))

    def expect(self, jobs: Sequence[Job], seconds: float) -> None:
        """Poll the jobs that were never polled as soon as they are as old as a report that just finished.

        Args:
            jobs: all reports in flight.
            seconds: the age of the finished report.
        """
        for job in jobs:
            if not job.polls:
                job.next_poll = min(job.next_poll, job.created_at + seconds)


class Plan(NamedTuple):
    """The step of planning the reports of a stream."""

    reports: StreamReports


class Poll(NamedTuple):
    """The step of requesting the status of a report."""

    reports: StreamReports
    job: Job


class Creation(NamedTuple):
    """The step of creating a report."""

    reports: StreamReports
    waiting: Waiting


Step = Plan | Poll | Creation


class StepChooser:
    """Chooses the runner's next step among the reports of all streams. The runner holds its lock while it uses this.

    Args:
        windows: the maximum number of windows of one stream in flight.
        clock: returns seconds that never decrease.
        requests_left: returns the number of requests that the quota still allows in this sync.
    """

    def __init__(self, windows: int, clock: Callable[[], float], requests_left: Callable[[], float]) -> None:
        self._windows = windows
        self._clock, self._requests_left = clock, requests_left
        self._kinds = deque((self._next_poll, self._next_creation))

    def take(self, streams: Sequence[StreamReports]) -> Step | None:
        """Return the next step: a plan, else alternately a poll and a creation, so that slow ones delay neither."""
        open_streams = [reports for reports in streams if not reports.is_closed]
        for reports in open_streams:
            if not reports.is_planned:
                return Plan(reports)
        for kind in tuple(self._kinds):
            if step := kind(open_streams):
                self._kinds.remove(kind)
                self._kinds.append(kind)
                return step
        return None

    def seconds_to_next(self, streams: Sequence[StreamReports]) -> float | None:
        """Return the seconds until the next step, or None if there is none before a stream changes something."""
        due = [job.next_poll for reports in streams if reports.is_polled for job in reports.jobs]
        open_streams = [reports for reports in streams if not reports.is_closed]
        due += [one.due for reports in self._may_create(open_streams) for one in reports.postponed]
        return max(0.0, min(due) - self._clock()) if due else None

    def _next_poll(self, open_streams: Sequence[StreamReports]) -> Step | None:
        """Return the poll of the job that has been due for longest, of any stream."""
        now = self._clock()
        due = [Poll(reports, job) for reports in open_streams if (job := reports.due(now))]
        return min(due, key=lambda poll: poll.job.next_poll, default=None)

    def _next_creation(self, open_streams: Sequence[StreamReports]) -> Step | None:
        now = self._clock()
        for reports in self._may_create(open_streams):
            if waiting := reports.next_to_create(self._windows, now):
                return Creation(reports, waiting)
        return None

    def _may_create(self, open_streams: Sequence[StreamReports]) -> Sequence[StreamReports]:
        """Return the streams of which a report may be created. If requests run short, reports in flight go first."""
        requests_left = self._requests_left()
        if math.isinf(requests_left):
            return open_streams
        polled = [reports for reports in open_streams if reports.is_polled]
        jobs = sum(len(reports.jobs) for reports in polled)
        return polled if not jobs or requests_left >= _REQUESTS_PER_REPORT_IN_FLIGHT * (jobs + 1) else ()


Action = Callable[[], None]


class ReportRunner:
    """Creates and polls the reports of all streams.

    Args:
        windows: the maximum number of windows of one stream in flight.
        timeout_seconds: the time after which a report is too slow and is split.
        requests_per_second: returns the rate that the quota allows.
        clock: returns seconds that never decrease.
        pauses: the pauses between the polls of a report.
        requests_left: returns the number of requests that the quota still allows in this sync.
    """

    def __init__(
        self,
        windows: int,
        timeout_seconds: float,
        requests_per_second: Callable[[], float] = lambda: math.inf,
        clock: Callable[[], float] = time.monotonic,
        pauses: Pauses | None = None,
        requests_left: Callable[[], float] = lambda: math.inf,
    ) -> None:
        self._windows = windows
        self._timeout_seconds = timeout_seconds
        self._schedule = PollSchedule(requests_per_second, pauses or Pauses())
        self._clock = clock
        self._changed = Signal()
        self._streams: list[StreamReports] = []
        self._thread: Thread | None = None
        self._logged_at = clock()
        self._chooser = StepChooser(windows, clock, requests_left)

    def open(self, client: ReportClient, plan: Callable[[], Iterable[ReportRequest]]) -> StreamReports:
        """Add the reports of a stream. They are created once any stream waits for its outcomes."""
        reports = StreamReports(client, plan)
        with self._changed:
            self._streams.append(reports)
            self._changed.notify_all()
        return reports

    def outcomes(self, reports: StreamReports) -> Iterator[Outcome]:
        """Return the outcomes of a stream's reports, each as soon as there is one.

        Raises:
            PinterestError: the reports could not be planned.
        """
        try:
            with self._changed:
                reports.allow_polls()
                if self._thread is None:
                    thread = Thread(target=copy_context().run, args=(self._work,), name="reports", daemon=True)
                    with starting():
                        thread.start()
                    self._thread = thread
                self._changed.notify_all()
            while not isinstance(outcome := reports.outcomes.get(), NoMoreReports):
                yield outcome
            if outcome.error:
                raise outcome.error
        finally:
            with self._changed:
                reports.close()
                self._changed.notify_all()

    def release(self, reports: StreamReports, request: ReportRequest) -> None:
        """Free the place of a finished report whose slice has ended, so that another report can be created."""
        with self._changed:
            if reports.release(request):
                self._changed.notify_all()

    def _work(self) -> None:
        try:
            self._take_steps()
        except ClosedError as closed:
            with self._changed:
                self._thread = None
                for reports in self._streams:
                    reports.close(closed)

    def _take_steps(self) -> None:
        while True:
            with self._changed:
                action = self.next_action()
                if action is None and all(reports.is_closed for reports in self._streams):
                    self._thread = None
                    return
                if action is None:
                    self._changed.wait(self.seconds_to_next_action())
            if action:
                action()
            self.log_waiting()

    def next_action(self) -> Action | None:
        """Return the action of the next step, or None if no step is due."""
        match self._chooser.take(self._streams):
            case Plan(reports):
                return partial(self._plan, reports)
            case Poll(reports, job):
                return partial(self._guarded, reports, job.request, partial(self._poll, reports, job))
            case Creation(reports, waiting):
                return partial(self._guarded, reports, waiting.request, partial(self._create, reports, waiting))
        return None

    def seconds_to_next_action(self) -> float | None:
        """Return the seconds to wait, at most until the next log line, or None to wait until a stream calls."""
        seconds = self._chooser.seconds_to_next(self._streams)
        return None if seconds is None else min(seconds, _LOG_EVERY_SECONDS)

    def log_waiting(self) -> None:
        """Log the number of reports in flight once a minute."""
        now = self._clock()
        if now - self._logged_at < _LOG_EVERY_SECONDS:
            return
        with self._changed:
            jobs = sum(len(reports.jobs) for reports in self._streams)
            waiting = sum(len(reports.waiting) for reports in self._streams)
        self._logged_at = now
        if jobs:
            LOGGER.info(f"Waiting for Pinterest to finish {jobs} reports; {waiting} more are not created yet.")

    def _plan(self, reports: StreamReports) -> None:
        try:
            requests = list(reports.plan())
        except Exception as error:  # noqa: BLE001 - any error is raised in the stream
            with self._changed:
                reports.close(error)
            return
        with self._changed:
            reports.add_planned(requests)

    def _guarded(self, reports: StreamReports, request: ReportRequest, action: Action) -> None:
        """Create or poll a report. A `SliceError` fails the report, any other error all reports of the stream."""
        try:
            action()
        except SliceError as error:
            with self._changed:
                reports.end(FailedReport(request, error))
        except Exception as error:  # noqa: BLE001 - any error is raised in the stream
            fatal = error if isinstance(error, PinterestError) else connector_error(reports.client.stream, error)
            with self._changed:
                reports.fail_all(request, fatal)
        else:
            with self._changed:
                reports.close_if_done()

    def _create(self, reports: StreamReports, waiting: Waiting) -> None:
        if waiting.tries and not reports.is_worth_retrying:
            waiting.tries.give_up()
        try:
            token = reports.client.create(waiting.request, waiting.tries)
        except TryLaterError as later:
            if not reports.is_worth_retrying:
                later.tries.give_up()
            with self._changed:
                reports.postpone(waiting, later, self._clock())
            return
        except ResponseTooLargeError as error:
            self._split(reports, waiting.request, waiting.splits, error)
            return
        now = self._clock()
        with self._changed:
            is_early = not reports.jobs or waiting.creation > 1 or waiting.splits > 0
            deadline = now + self._timeout_seconds
            job = Job(waiting.request, token, now, deadline, is_early, waiting.splits, waiting.creation)
            job.next_poll = now + self._schedule.pause(job, self._jobs(), self._soon())
            reports.start(job)

    def _poll(self, reports: StreamReports, job: Job) -> None:
        status, url = reports.client.poll(job.request, job.token)
        if status is JobStatus.FINISHED and url:
            with self._changed:
                self._schedule.expect(self._jobs(), self._clock() - job.created_at)
                reports.end(ReadyReport(job.request, job.token, url))
        elif status.is_lost and not (status is JobStatus.DOES_NOT_EXIST and job.polls < _POLLS_BEFORE_IT_EXISTS):
            self._create_again(reports, job, status)
        elif self._clock() >= job.deadline:
            if status is JobStatus.FINISHED:
                raise ReportWithoutLinkError(job.request.window)
            self._split(reports, job.request, job.splits, ReportTooSlowError(job.request.window, self._timeout_seconds))
        else:
            with self._changed:
                job.polls += 1
                job.next_poll = self._clock() + self._schedule.pause(job, self._jobs(), self._soon())

    def _jobs(self) -> list[Job]:
        return [job for reports in self._streams for job in reports.jobs]

    def _soon(self) -> int:
        """Return the number of reports that are about to be created."""
        return sum(min(len(reports.waiting), self._windows) for reports in self._streams)

    def _create_again(self, reports: StreamReports, job: Job, status: JobStatus) -> None:
        if job.creations >= _CREATIONS:
            raise ReportLostError(job.request.window, status.value, job.creations)
        window = job.request.window
        LOGGER.info(f"The report of {window.start} to {window.end} is {status.value}. It is created again.")
        with self._changed:
            reports.create_again(job)

    def _split(self, reports: StreamReports, request: ReportRequest, splits: int, error: PinterestError) -> None:
        """Replace a request by two requests for half of its days.

        Raises:
            PinterestError: the given error, if the request can't be split.
        """
        halves = request.halves()
        if halves is None or splits >= _SPLITS:
            raise error
        with self._changed:
            reports.split(request, halves, splits)

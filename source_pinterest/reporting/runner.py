"""Creates and polls the asynchronous reports of all streams.

The reports of all streams are in progress at the same time, while the framework still generates the tasks of the
first stream. One thread waits for the next step that is due, and starts a thread for it. A step plans the reports of a
stream, creates a report or polls one; `api/client.py` retries its request, so that a slow response holds up no other
report. A report that Pinterest loses is created again, a report that fails again or is too slow is split into two. A
finished report becomes a task, and the worker that reads the task downloads the file.
"""

import itertools
import logging
import math
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextvars import copy_context
from dataclasses import dataclass
from functools import partial
from heapq import heappop, heappush
from queue import SimpleQueue
from threading import Thread
from typing import NamedTuple

from airbyte_cdk.models import FailureType

from source_pinterest import limits
from source_pinterest.api.errors import FatalError, PinterestError, ResponseTooLargeError, SliceError
from source_pinterest.api.retries import Pauses
from source_pinterest.api.threads import ClosedError, NoThreadError, Signal, starting
from source_pinterest.dates import DateWindow
from source_pinterest.reporting.client import ReportClient
from source_pinterest.reporting.job import Job, JobStatus, ReadyReport, ReportRequest

LOGGER = logging.getLogger("airbyte")

_LOG_EVERY_SECONDS = 60.0

_CREATIONS = 4
"""The number of times that a report is created before its failure or loss is final."""

_CREATIONS_OF_HALVES = 2
"""The same for a half of a report, and the number of failures after which a report is split."""

_SPLITS = 3
"""The number of times that a window is halved because its report fails or is too slow: down to an eighth."""

_POLLS_FOR_A_LINK = 5
"""The number of polls after the first one that calls a report finished and gives no link. A report that Pinterest gives
no size either then has no rows, as a connector in production reads it."""

_POLLS_BEFORE_IT_EXISTS = 3
"""The number of polls for which Pinterest may not know a report that was just created."""

_QUOTA_FOR_POLLS = 2 / 3
"""The share of the quota for polls. The rest is for creating reports and for synchronous analytics."""

_REQUESTS_PER_REPORT = 3
"""Requests that are kept for each report in progress if the quota is not renewed in this sync. A report that is created
and not read before the end of the sync is lost, and would have to be created again."""

_CREATION_HEAD_START_SECONDS = 1.0
"""The time for which a creation holds up the next one of its stream. What Pinterest refuses is then refused once."""


@dataclass(frozen=True)
class FailedReport:
    """A report that can't be had."""

    request: ReportRequest
    error: PinterestError


@dataclass(frozen=True)
class SplitReport:
    """A report that failed or was too slow and is replaced by two, each of half of its days."""

    request: ReportRequest
    halves: tuple[ReportRequest, ReportRequest]


@dataclass(frozen=True)
class NoMoreReports:
    """The end of a stream's outcomes: all its reports have ended, or they could not be planned."""

    error: BaseException | None = None


Outcome = ReadyReport | FailedReport | SplitReport


class StreamJobs:
    """The jobs of one stream: those that wait, those in progress, and what has become of them.

    Attributes:
        outcomes: what has become of the reports, for the stream to take.
        waiting: reports that are not created yet.
        running: reports in progress. A job that is not among them any more has ended or been given up.

    Args:
        client: sends the requests.
        plan: returns the requests for all reports. The runner calls it once.
    """

    def __init__(self, client: ReportClient, plan: Callable[[], Iterable[ReportRequest]]) -> None:
        self.client, self.plan = client, plan
        self.outcomes: SimpleQueue[Outcome | NoMoreReports] = SimpleQueue()
        self.waiting: deque[Job] = deque()
        self.running: list[Job] = []
        self.unread: list[ReportRequest] = []
        """Reports that have ended and whose outcome the stream has yet to handle."""
        self.due = math.inf
        """The time of the plan or of the next creation; infinite if it is not scheduled."""
        self.next_creation = 0.0
        """The earliest time of the next creation."""
        self.is_planned = self.is_closed = False
        self.first_split: tuple[str, DateWindow] | None = None
        """The ad account and the window of the report that was split first."""
        self.is_split_in_vain = False
        """Whether even an eighth of a report has failed, so that no other report is split."""
        self.has_finished = False
        """Whether Pinterest has finished a report."""
        self.is_polled = False
        """Whether the stream takes outcomes. Before, a link would expire unused."""

    def has_room(self, windows: int) -> bool:
        """Return whether the next report can be created with at most this many windows in progress.

        The reports of one window are created together. A report is in progress until its outcome is handled.
        """
        requests = (*(job.request for job in self.running), *self.unread)
        in_progress = {(request.ad_account_id, request.planned) for request in requests}
        following = self.waiting[0].request
        return len(in_progress) < windows or (following.ad_account_id, following.planned) in in_progress

    def end(self, job: Job, outcome: ReadyReport | FailedReport) -> None:
        """Pass the outcome of a report to the stream."""
        if job in self.running:
            self.running.remove(job)
            self.unread.append(job.request)
            self.outcomes.put(outcome)

    def fail(self, job: Job, error: Exception) -> None:
        """Fail a report. An error that is no `SliceError` concerns all reports of the stream, and fails them too."""
        if isinstance(error, SliceError):
            self.end(job, FailedReport(job.request, error))
        elif job in self.running:
            fatal = error if isinstance(error, PinterestError) else self._connector_error(error)
            self.running.remove(job)
            for failed in (job, *self.running, *self.waiting):
                self.outcomes.put(FailedReport(failed.request, fatal))
            self.close()

    def _connector_error(self, error: Exception) -> FatalError:
        """Return the error for a bug of the connector. Its stack trace has the details."""
        fatal = FatalError(
            f"{self.client.stream}: reports can't be created because of an error in the connector "
            f"({type(error).__name__}). Please report the problem."
        )
        fatal.__cause__ = error
        return fatal

    def put_back(self, job: Job, *instead: Job) -> None:
        """Replace a report in progress by others that wait to be created.

        They wait behind the reports of other windows. Only the parts of the window that was split first are created
        next, so that it shows soon whether splitting helps.
        """
        if job in self.running:
            self.running.remove(job)
            window = (job.request.ad_account_id, job.request.planned)
            if instead[0].splits:
                self.first_split = self.first_split or window
            if window == self.first_split:
                self.waiting.extendleft(reversed(instead))
            else:
                self.waiting.extend(instead)

    def close(self, error: BaseException | None = None) -> None:
        """Create and poll no further report. Reports in progress are given up."""
        if not self.is_closed:
            self.is_closed = True
            self.waiting.clear()
            self.running.clear()
            self.unread.clear()
            self.outcomes.put(NoMoreReports(error))


class _Step(NamedTuple):
    """A step that may be taken from a time on: the poll of a report, or else the plan of a stream or its next creation.

    A step is stale once the report, or the stream, has another `due`. Of two steps that are due at the same time, the
    one with the lower number comes first.
    """

    due: float
    number: int
    stream: StreamJobs
    job: Job | None


class ReportRunner:
    """Creates and polls the reports of all streams.

    Args:
        windows: the maximum number of windows of one stream in progress.
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
        self._requests_per_second = requests_per_second
        self._clock = clock
        self._pauses = pauses or Pauses()
        self._requests_left = requests_left
        self._changed = Signal()
        self._streams: list[StreamJobs] = []
        self._steps: list[_Step] = []
        """A heap. A stale step stays in it until it is due."""
        self._numbers = itertools.count()
        self._held_up: list[_Step] = []
        """Creations that were due and that the quota does not allow at present."""
        self._thread: Thread | None = None
        self._requests = 0
        self._logged_at = clock()

    def open(self, client: ReportClient, plan: Callable[[], Iterable[ReportRequest]]) -> StreamJobs:
        """Add the reports of a stream. They are created once any stream waits for its outcomes."""
        stream = StreamJobs(client, plan)
        with self._changed:
            self._streams.append(stream)
            self._schedule(-math.inf, stream)
            self._changed.notify_all()
        return stream

    def outcomes(self, stream: StreamJobs) -> Iterator[Outcome]:
        """Return the outcomes of a stream's reports, each as soon as there is one.

        Raises:
            PinterestError: the reports could not be planned.
        """
        try:
            with self._changed:
                self.begin_polls(stream)
                if self._thread is None:
                    self._thread = self._start(self._work)
            while not isinstance(outcome := stream.outcomes.get(), NoMoreReports):
                yield outcome
                if isinstance(outcome, FailedReport):
                    self.release(stream, outcome.request)
            if outcome.error:
                raise outcome.error
        finally:
            with self._changed:
                stream.close()
                self._changed.notify_all()

    def begin_polls(self, stream: StreamJobs) -> None:
        """Schedule the polls of a stream that takes outcomes from now on. Before, a link would expire unused."""
        with self._changed:
            stream.is_polled = True
            for job in stream.running:
                self._schedule(job.due, stream, job)
            self._changed.notify_all()

    def release(self, stream: StreamJobs, request: ReportRequest) -> None:
        """Free the place of a report whose outcome was handled, so that another report can be created."""
        with self._changed:
            if request in stream.unread:
                stream.unread.remove(request)
                self._schedule_creation(stream)
                self._changed.notify_all()

    def _schedule(self, due: float, stream: StreamJobs, job: Job | None = None) -> None:
        """Schedule the poll of a report, or else the plan of a stream or its next creation.

        The poll of a stream that takes no outcomes yet waits for `begin_polls`.
        """
        (job or stream).due = due
        if job is None or stream.is_polled:
            heappush(self._steps, _Step(due, next(self._numbers), stream, job))

    def _schedule_creation(self, stream: StreamJobs) -> None:
        """Schedule the next creation of a stream, unless it is scheduled for that time or an earlier one."""
        if stream.waiting and stream.next_creation < stream.due:
            self._schedule(stream.next_creation, stream)

    @staticmethod
    def _start(work: Callable[[], None]) -> Thread:
        thread = Thread(target=copy_context().run, args=(work,), name="reports", daemon=True)
        with starting():
            thread.start()
        return thread

    def _work(self) -> None:
        """Start a thread for each step that is due, until the reports of all streams have ended."""
        try:
            while True:
                with self._changed:
                    if all(stream.is_closed for stream in self._streams):
                        self._thread = None
                        return
                    step = self.pop_step()
                    if step is None:
                        self._changed.wait(self.seconds_to_next_step())
                if step:
                    self._start(step)
                self.log_waiting()
        except (ClosedError, NoThreadError) as error:
            with self._changed:
                self._thread = None
                for stream in self._streams:
                    stream.close(error)

    def pop_step(self) -> Callable[[], None] | None:
        """Remove the step that has been due for longest from the heap, and return it.

        Return None if no step is due, or if too many requests are under way. Plans come first, and are not limited in
        number.
        """
        now = self._clock()
        while self._held_up:
            heappush(self._steps, self._held_up.pop())
        while self._steps:
            due, _, stream, job = step = self._steps[0]
            if due > now or (stream.is_planned and self._requests >= limits.REPORT_THREADS):
                break
            heappop(self._steps)
            if stream.is_closed or due != (job or stream).due:
                continue
            (job or stream).due = math.inf
            if stream.is_planned:
                job = job or self._next_creation(step, now)
                if job is None:
                    continue
                self._requests += 1
            return partial(self._take, stream, job)
        return None

    def _next_creation(self, step: _Step, now: float) -> Job | None:
        """Return the next report of a stream to create, which is in progress from now on.

        Return None if the stream has no room, or if the quota does not allow the report. If the quota is not renewed in
        this sync, reports in progress go first.
        """
        stream = step.stream
        if not stream.has_room(self._windows):
            return None
        running = sum(len(other.running) for other in self._streams if other.is_polled)
        reserve = _REQUESTS_PER_REPORT * (running + 1) if running else 0
        left = self._requests_left()
        if not math.isinf(left) and (left < reserve or not stream.is_polled):
            stream.due = step.due
            self._held_up.append(step)
            return None
        job = stream.waiting.popleft()
        stream.running.append(job)
        stream.next_creation = now + _CREATION_HEAD_START_SECONDS
        self._schedule_creation(stream)
        return job

    def seconds_to_next_step(self) -> float:
        """Return the seconds to wait, at most until the next log line, unless something changes before."""
        if not self._steps or self._requests >= limits.REPORT_THREADS:
            return _LOG_EVERY_SECONDS
        return min(max(0.0, self._steps[0].due - self._clock()), _LOG_EVERY_SECONDS)

    def log_waiting(self) -> None:
        """Log the number of reports in progress once a minute."""
        now = self._clock()
        if now - self._logged_at < _LOG_EVERY_SECONDS:
            return
        with self._changed:
            jobs, waiting = len(self._jobs()), sum(len(stream.waiting) for stream in self._streams)
        self._logged_at = now
        if jobs:
            LOGGER.info(f"Waiting for Pinterest to finish {jobs} reports; {waiting} more are not created yet.")

    def _take(self, stream: StreamJobs, job: Job | None) -> None:
        """Take a step. Its failure fails its report, and that of a plan is raised in the stream."""
        try:
            if job is None:
                self._plan(stream)
            elif job.token:
                self._poll(stream, job)
            else:
                self._create(stream, job)
        except (Exception, ClosedError) as error:  # noqa: BLE001 - the stream takes any error
            with self._changed:
                if job is None or isinstance(error, ClosedError):
                    stream.close(error)
                else:
                    stream.fail(job, error)
        finally:
            with self._changed:
                if job:
                    self._requests -= 1
                if stream.is_planned and not stream.waiting and not stream.running:
                    stream.close()
                self._schedule_creation(stream)
                self._changed.notify_all()

    def _plan(self, stream: StreamJobs) -> None:
        jobs = list(map(Job, stream.plan()))
        with self._changed:
            if not stream.is_closed:
                stream.waiting.extend(jobs)
                stream.is_planned = True

    def _create(self, stream: StreamJobs, job: Job) -> None:
        try:
            token = stream.client.create(job.request)
        except ResponseTooLargeError:
            if not self._split(stream, job):
                raise
            return
        finally:
            stream.next_creation = self._clock()
        with self._changed:
            is_alone = not any(other.token for other in stream.running)
            job.is_polled_early = is_alone or job.creations > 0 or job.splits > 0
            job.token, job.created_at, job.creations = token, self._clock(), job.creations + 1
            self._schedule(self._next_poll(job), stream, job)

    def _poll(self, stream: StreamJobs, job: Job) -> None:
        polled = stream.client.poll(job.request, job.token)
        status, age, window = polled.status, self._clock() - job.created_at, job.request.window
        is_late = age >= self._timeout_seconds
        job.polls_without_link += status is JobStatus.FINISHED and not polled.url
        may_be_empty = status is JobStatus.FINISHED and polled.may_lack_rows()
        is_empty = may_be_empty and job.polls_without_link > _POLLS_FOR_A_LINK
        if status is JobStatus.FINISHED and (polled.url or is_empty):
            if not polled.url:
                LOGGER.warning(
                    f"{stream.client.stream}: The report of {window} has no link and no size, so it has no rows."
                )
            with self._changed:
                self._expect(age)
                stream.has_finished = True
                stream.end(job, ReadyReport(job.request, job.token, polled))
        elif status.is_lost and not (status is JobStatus.DOES_NOT_EXIST and job.polls < _POLLS_BEFORE_IT_EXISTS):
            self._replace(stream, job, status)
        elif is_late and not may_be_empty:
            self._end_late(stream, job, status)
        else:
            with self._changed:
                job.polls += 1
                self._schedule(self._next_poll(job), stream, job)

    def _end_late(self, stream: StreamJobs, job: Job, status: JobStatus) -> None:
        """Split or fail a report whose time is up.

        Raises:
            SliceError: it is finished, and its status has no link to the file.
        """
        window, minutes = job.request.window, f"{self._timeout_seconds / 60:g} minutes"
        if status is JobStatus.FINISHED:
            raise SliceError(
                f"Pinterest calls the report of {window} finished and gives no link to its file. The next sync asks "
                "for it again.",
                kind=FailureType.transient_error,
            )
        if status is JobStatus.UNKNOWN:
            self._give_up(
                stream,
                job,
                f"Pinterest gives the report of {window} a status that this version of the connector does not know, "
                f"and has not finished it within {minutes}. The next sync asks for it again. If it happens again, "
                "please report it.",
            )
        elif not self._split(stream, job):
            self._give_up(
                stream,
                job,
                f"Pinterest has worked on the report of {window} for more than {minutes}. The next sync asks for it "
                "again.",
            )

    def _replace(self, stream: StreamJobs, job: Job, status: JobStatus) -> None:
        """Create a report again that Pinterest has failed or lost. One that has failed twice is split, if it can be.

        Raises:
            SliceError: it was created often enough.
        """
        window = job.request.window
        if status is JobStatus.FAILED and job.creations >= _CREATIONS_OF_HALVES and self._split(stream, job):
            return
        if job.creations >= (_CREATIONS_OF_HALVES if job.splits else _CREATIONS):
            raise SliceError(
                f"Pinterest does not finish the report of {window}: {status.value}, {job.creations} times. This "
                "usually passes: the next sync asks for it again.",
                kind=FailureType.transient_error,
            )
        LOGGER.info(f"The report of {window.start} to {window.end} is {status.value}. It is created again.")
        with self._changed:
            stream.put_back(job, Job(job.request, job.splits, job.creations))

    def _give_up(self, stream: StreamJobs, job: Job, sentence: str) -> None:
        """Fail a report whose time is up. If Pinterest has finished none of the stream, all others are given up too.

        They would take as long, one after another.
        """
        with self._changed:
            none_has_finished = not stream.has_finished
            if none_has_finished:
                sentence += (
                    " No report of this stream has finished in this sync, so no other one is waited for. Their days "
                    "stay unread."
                )
            stream.fail(job, SliceError(sentence, kind=FailureType.transient_error))
            if none_has_finished:
                stream.close()

    def _next_poll(self, job: Job) -> float:
        """Return the time of the next poll of a report.

        The pause grows with each poll, and is long enough for the polls of all reports to stay within the quota. A
        report that is alone, or takes the place of another one, is polled early, to learn how long reports take.
        """
        if job.is_polled_early or job.polls:
            rivals = sum(other.is_polled_early or other.polls > 0 for other in self._jobs())
        else:
            rivals = len(self._jobs()) + sum(min(len(stream.waiting), self._windows) for stream in self._streams)
        fair_pause = rivals / (self._requests_per_second() * _QUOTA_FOR_POLLS)
        pause = max(self._pauses.before_poll(job.polls), min(fair_pause, self._pauses.longest_poll_seconds))
        return self._clock() + pause

    def _expect(self, age: float) -> None:
        """Poll the reports that were never polled as soon as they are as old as a report that just finished."""
        for stream in self._streams:
            for job in stream.running:
                if not job.polls and job.created_at + age < job.due < math.inf:
                    self._schedule(job.created_at + age, stream, job)

    def _jobs(self) -> list[Job]:
        return [job for stream in self._streams for job in stream.running if job.token]

    def _split(self, stream: StreamJobs, job: Job) -> bool:
        """Replace a report by two reports on half of its days each. Return False if it can't or should not be split."""
        with self._changed:
            stream.is_split_in_vain = stream.is_split_in_vain or job.splits >= _SPLITS
            if not stream.is_split_in_vain and (halves := job.request.halves()):
                if job in stream.running:
                    stream.outcomes.put(SplitReport(job.request, halves))
                    stream.put_back(job, *(Job(half, job.splits + 1) for half in halves))
                return True
            return False

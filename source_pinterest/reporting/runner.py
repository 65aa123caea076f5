"""When is a report created, asked for, created anew, or split? One scheduler for all streams of a sync.

It works in a thread of its own, so that the jobs of all streams are in flight at once while the framework still
generates the slices of the first. It only creates and polls; whoever reads a slice fetches the file.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial

from source_pinterest.api.errors import (
    AnswerTooLargeError,
    FatalError,
    PinterestError,
    ReportLostError,
    ReportTooSlowError,
    SliceError,
)
from source_pinterest.reporting.client import ReportClient
from source_pinterest.reporting.job import Job, JobStatus, ReportRequest
from source_pinterest.reporting.orders import Desk, FailedReport, NoMoreReports, Outcome, ReadyReport, SplitReport
from source_pinterest.reporting.schedule import PollSchedule

LOGGER = logging.getLogger("airbyte")

_TELL_EVERY_SECONDS = 60.0

_CREATIONS = 4
"""How often a report that Pinterest fails or loses is created in all."""

_SPLITS = 3
"""How often a window is halved because its report is too slow: down to an eighth."""

_POLLS_BEFORE_IT_EXISTS = 3
"""A report that was just created may not be known yet where it is asked for."""


class ReportRunner:
    """Has the reports of all streams made.

    Args:
        windows: for how many windows of one stream Pinterest works on reports at once.
        timeout_seconds: how long it may work on one before that is asked for in halves.
        calls_per_second: how many the quota allows.
        clock: seconds that only grow.
    """

    def __init__(
        self,
        windows: int,
        timeout_seconds: float,
        calls_per_second: Callable[[], float] = lambda: float("inf"),
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._windows = windows
        self._timeout_seconds = timeout_seconds
        self._schedule = PollSchedule(calls_per_second)
        self._clock = clock
        self._changed = threading.Condition()
        self._desks: list[Desk] = []
        self._thread: threading.Thread | None = None
        self._told_at = clock()

    def open(self, client: ReportClient, plan: Callable[[], Iterable[ReportRequest]]) -> Desk:
        """Take a stream's orders; they are carried out once any stream waits for its own."""
        desk = Desk(client, plan)
        with self._changed:
            self._desks.append(desk)
            self._changed.notify_all()
        return desk

    def outcomes(self, desk: Desk) -> Iterator[Outcome]:
        """What becomes of a stream's reports, as it happens.

        Raises:
            PinterestError: they could not even be planned.
        """
        with self._changed:
            desk.is_served = True
            if self._thread is None:
                self._thread = threading.Thread(target=self._serve, name="reports", daemon=True)
                self._thread.start()
            self._changed.notify_all()
        try:
            while not isinstance(told := desk.told.get(), NoMoreReports):
                yield told
            if told.error:
                raise told.error
        finally:
            with self._changed:
                desk.close()
                self._changed.notify_all()

    def fetched(self, desk: Desk, request: ReportRequest) -> None:
        """Tell that a finished report was fetched, or that nobody will, so that another may take its place."""
        with self._changed:
            if request in desk.unfetched:
                desk.unfetched.remove(request)
                self._changed.notify_all()

    def _serve(self) -> None:
        while True:
            with self._changed:
                step = self._next_step()
                if step is None and all(desk.is_closed for desk in self._desks):
                    self._thread = None
                    return
                if step is None:
                    self._changed.wait(self._seconds_to_next_poll())
            if step:
                step()
            self._tell_of_waiting()

    def _next_step(self) -> Callable[[], None] | None:
        """What to do now: plan, ask for a job that is due, or create one, in this order."""
        desks = [desk for desk in self._desks if not desk.is_closed]
        for desk in desks:
            if not desk.is_planned:
                return partial(self._plan, desk)
        now = self._clock()
        for desk in desks:
            due = next((job for job in desk.jobs if desk.is_served and job.next_poll <= now), None)
            if due:
                return partial(self._guarded, desk, due.request, partial(self._poll, desk, due))
        for desk in desks:
            if desk.waiting and desk.has_room(self._windows):
                request, splits, creations = desk.waiting.popleft()
                return partial(self._guarded, desk, request, partial(self._create, desk, request, splits, creations))
        return None

    def _seconds_to_next_poll(self) -> float | None:
        due = [job.next_poll for desk in self._desks if desk.is_served for job in desk.jobs]
        return min(max(0.0, min(due) - self._clock()), _TELL_EVERY_SECONDS) if due else None

    def _tell_of_waiting(self) -> None:
        """Say once a minute what is waited for."""
        now = self._clock()
        if now - self._told_at < _TELL_EVERY_SECONDS:
            return
        with self._changed:
            jobs, more = sum(len(desk.jobs) for desk in self._desks), sum(len(desk.waiting) for desk in self._desks)
        self._told_at = now
        if jobs:
            LOGGER.info(f"Waiting for Pinterest to finish {jobs} reports; {more} more are to be asked for.")

    def _plan(self, desk: Desk) -> None:
        try:
            requests = list(desk.plan())
        except Exception as error:  # noqa: BLE001 - whatever it is, the stream must hear of it
            desk.close(error)
            return
        with self._changed:
            desk.waiting.extend((request, 0, 1) for request in requests)
            desk.is_planned = True
            desk.close_if_done()

    def _guarded(self, desk: Desk, request: ReportRequest, act: Callable[[], None]) -> None:
        """Create or poll; an error ends the request, a fatal one all of the stream's."""
        try:
            act()
        except SliceError as error:
            self._end(desk, request, FailedReport(request, error))
        except Exception as error:  # noqa: BLE001 - as above
            fatal = error if isinstance(error, PinterestError) else FatalError(f"Reports: {type(error).__name__}.")
            with self._changed:
                desk.fail(request, fatal)
        else:
            with self._changed:
                desk.close_if_done()

    def _create(self, desk: Desk, request: ReportRequest, splits: int, creations: int) -> None:
        try:
            token = desk.client.create(request)
        except AnswerTooLargeError as error:
            self._split(desk, request, splits, error)
            return
        now = self._clock()
        with self._changed:
            if not desk.is_closed:
                scouts = not desk.jobs or creations > 1 or splits > 0
                job = Job(request, token, now, now + self._timeout_seconds, scouts, splits, creations)
                job.next_poll = now + self._schedule.pause(job, self._jobs(), self._soon())
                desk.jobs.append(job)

    def _poll(self, desk: Desk, job: Job) -> None:
        status, url = desk.client.poll(job.request.ad_account_id, job.token)
        if status is JobStatus.FINISHED and url:
            self._schedule.expect(self._jobs(), self._clock() - job.created_at)
            self._end(desk, job.request, ReadyReport(job.request, job.token, url))
        elif status.is_lost and not (status is JobStatus.DOES_NOT_EXIST and job.polls < _POLLS_BEFORE_IT_EXISTS):
            self._create_again(desk, job, status)
        elif self._clock() >= job.deadline:
            self._split(desk, job.request, job.splits, ReportTooSlowError(job.request.window, self._timeout_seconds))
        else:
            job.polls += 1
            job.next_poll = self._clock() + self._schedule.pause(job, self._jobs(), self._soon())

    def _jobs(self) -> list[Job]:
        with self._changed:
            return [job for desk in self._desks for job in desk.jobs]

    def _soon(self) -> int:
        """How many reports are about to join those in flight."""
        with self._changed:
            return sum(min(len(desk.waiting), self._windows) for desk in self._desks)

    def _create_again(self, desk: Desk, job: Job, status: JobStatus) -> None:
        if job.creations >= _CREATIONS:
            raise ReportLostError(job.request.window, status.value, job.creations)
        LOGGER.info(f"A report of {job.request.window.start} to {job.request.window.end} is {status.value}; once more.")
        with self._changed:
            self._forget(desk, job.request)
            desk.waiting.append((job.request, job.splits, job.creations + 1))

    def _split(self, desk: Desk, request: ReportRequest, splits: int, error: PinterestError) -> None:
        """Ask for halves; the error is told where there are none."""
        halves = request.halves()
        if halves is None or splits >= _SPLITS:
            raise error
        with self._changed:
            self._forget(desk, request)
            desk.told.put(SplitReport(request))
            desk.waiting.extend((half, splits + 1, 1) for half in halves)

    def _end(self, desk: Desk, request: ReportRequest, outcome: Outcome) -> None:
        with self._changed:
            self._forget(desk, request)
            if not desk.is_closed:
                if isinstance(outcome, ReadyReport):
                    desk.unfetched.append(request)
                desk.told.put(outcome)
            desk.close_if_done()

    @staticmethod
    def _forget(desk: Desk, request: ReportRequest) -> None:
        desk.jobs[:] = [job for job in desk.jobs if job.request is not request]

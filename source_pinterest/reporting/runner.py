"""When is a report created, asked for, created anew, or split? One scheduler for all streams of a sync.

It works in a thread of its own, so that the jobs of all streams are in flight at once while the framework still
generates the slices of the first. It only creates and polls; whoever reads a slice fetches the file.
"""

import logging
import math
import time
from collections.abc import Callable, Iterable, Iterator
from contextvars import copy_context
from functools import partial
from threading import Thread

from source_pinterest.api.errors import AnswerTooLargeError, PinterestError, SliceError
from source_pinterest.api.pauses import Pauses
from source_pinterest.api.retries import TryLaterError
from source_pinterest.api.threads import ClosedError, Signal, starting
from source_pinterest.reporting.client import ReportClient
from source_pinterest.reporting.errors import ReportLostError, ReportTooSlowError, ReportWithoutLinkError, unforeseen
from source_pinterest.reporting.job import Job, JobStatus, ReportRequest
from source_pinterest.reporting.orders import FailedReport, NoMoreReports, Orders, Outcome, ReadyReport, Waiting
from source_pinterest.reporting.schedule import PollSchedule
from source_pinterest.reporting.turns import Creation, Plan, Poll, Turns

LOGGER = logging.getLogger("airbyte")

Step = Callable[[], None]

_LOG_EVERY_SECONDS = 60.0

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
        pauses: between two polls of a report.
        calls_left: how many the quota allows in this sync.
    """

    def __init__(
        self,
        windows: int,
        timeout_seconds: float,
        calls_per_second: Callable[[], float] = lambda: math.inf,
        clock: Callable[[], float] = time.monotonic,
        pauses: Pauses | None = None,
        calls_left: Callable[[], float] = lambda: math.inf,
    ) -> None:
        self._windows = windows
        self._timeout_seconds = timeout_seconds
        self._schedule = PollSchedule(calls_per_second, pauses or Pauses())
        self._clock = clock
        self._changed = Signal()
        self._orders: list[Orders] = []
        self._thread: Thread | None = None
        self._logged_at = clock()
        self._turns = Turns(windows, clock, calls_left)

    def open(self, client: ReportClient, plan: Callable[[], Iterable[ReportRequest]]) -> Orders:
        """Take a stream's orders; they are carried out once any stream waits for its own."""
        orders = Orders(client, plan)
        with self._changed:
            self._orders.append(orders)
            self._changed.notify_all()
        return orders

    def outcomes(self, orders: Orders) -> Iterator[Outcome]:
        """What becomes of a stream's reports, as it happens.

        Raises:
            PinterestError: they could not even be planned.
        """
        try:
            with self._changed:
                orders.serve()
                if self._thread is None:
                    thread = Thread(target=copy_context().run, args=(self._serve,), name="reports", daemon=True)
                    with starting():
                        thread.start()
                    self._thread = thread
                self._changed.notify_all()
            while not isinstance(outcome := orders.outcomes.get(), NoMoreReports):
                yield outcome
            if outcome.error:
                raise outcome.error
        finally:
            with self._changed:
                orders.close()
                self._changed.notify_all()

    def release(self, orders: Orders, request: ReportRequest) -> None:
        """A finished report was fetched, or nobody will, so that another may take its place."""
        with self._changed:
            if orders.release(request):
                self._changed.notify_all()

    def _serve(self) -> None:
        try:
            self._take_steps()
        except ClosedError as closed:
            with self._changed:
                self._thread = None
                for orders in self._orders:
                    orders.close(closed)

    def _take_steps(self) -> None:
        while True:
            with self._changed:
                step = self.next_step()
                if step is None and all(orders.is_closed for orders in self._orders):
                    self._thread = None
                    return
                if step is None:
                    self._changed.wait(self.seconds_to_next_step())
            if step:
                step()
            self.log_waiting()

    def next_step(self) -> Step | None:
        """What to do now; None for nothing."""
        match self._turns.take(self._orders):
            case Plan(orders):
                return partial(self._plan, orders)
            case Poll(orders, job):
                return partial(self._guarded, orders, job.request, partial(self._poll, orders, job))
            case Creation(orders, waiting):
                return partial(self._guarded, orders, waiting.request, partial(self._create, orders, waiting))
        return None

    def seconds_to_next_step(self) -> float | None:
        """How long to wait, in seconds, at most until the log is due; None where only a stream can change that."""
        seconds = self._turns.seconds_to_next(self._orders)
        return None if seconds is None else min(seconds, _LOG_EVERY_SECONDS)

    def log_waiting(self) -> None:
        """Say once a minute what is waited for."""
        now = self._clock()
        if now - self._logged_at < _LOG_EVERY_SECONDS:
            return
        with self._changed:
            jobs = sum(len(orders.jobs) for orders in self._orders)
            more = sum(len(orders.waiting) for orders in self._orders)
        self._logged_at = now
        if jobs:
            LOGGER.info(f"Waiting for Pinterest to finish {jobs} reports; {more} more are to be ordered.")

    def _plan(self, orders: Orders) -> None:
        try:
            requests = list(orders.plan())
        except Exception as error:  # noqa: BLE001 - whatever it is, the stream must hear of it
            with self._changed:
                orders.close(error)
            return
        with self._changed:
            orders.place(requests)

    def _guarded(self, orders: Orders, request: ReportRequest, act: Step) -> None:
        """Create or poll; an error ends the request, a fatal one all of the stream's."""
        try:
            act()
        except SliceError as error:
            with self._changed:
                orders.end(FailedReport(request, error))
        except Exception as error:  # noqa: BLE001 - as above
            fatal = error if isinstance(error, PinterestError) else unforeseen(orders.client.stream, error)
            with self._changed:
                orders.fail(request, fatal)
        else:
            with self._changed:
                orders.close_if_done()

    def _create(self, orders: Orders, waiting: Waiting) -> None:
        if waiting.tries and not orders.is_worth_retrying:
            waiting.tries.give_up()
        try:
            token = orders.client.create(waiting.request, waiting.tries)
        except TryLaterError as later:
            if not orders.is_worth_retrying:
                later.tries.give_up()
            with self._changed:
                orders.postpone(waiting, later, self._clock())
            return
        except AnswerTooLargeError as error:
            self._split(orders, waiting.request, waiting.splits, error)
            return
        now = self._clock()
        with self._changed:
            is_scout = not orders.jobs or waiting.creation > 1 or waiting.splits > 0
            deadline = now + self._timeout_seconds
            job = Job(waiting.request, token, now, deadline, is_scout, waiting.splits, waiting.creation)
            job.next_poll = now + self._schedule.pause(job, self._jobs(), self._soon())
            orders.start(job)

    def _poll(self, orders: Orders, job: Job) -> None:
        status, url = orders.client.poll(job.request, job.token)
        if status is JobStatus.FINISHED and url:
            with self._changed:
                self._schedule.expect(self._jobs(), self._clock() - job.created_at)
                orders.end(ReadyReport(job.request, job.token, url))
        elif status.is_lost and not (status is JobStatus.DOES_NOT_EXIST and job.polls < _POLLS_BEFORE_IT_EXISTS):
            self._create_again(orders, job, status)
        elif self._clock() >= job.deadline:
            if status is JobStatus.FINISHED:
                raise ReportWithoutLinkError(job.request.window)
            self._split(orders, job.request, job.splits, ReportTooSlowError(job.request.window, self._timeout_seconds))
        else:
            with self._changed:
                job.polls += 1
                job.next_poll = self._clock() + self._schedule.pause(job, self._jobs(), self._soon())

    def _jobs(self) -> list[Job]:
        return [job for orders in self._orders for job in orders.jobs]

    def _soon(self) -> int:
        """How many reports are about to join those in flight."""
        return sum(min(len(orders.waiting), self._windows) for orders in self._orders)

    def _create_again(self, orders: Orders, job: Job, status: JobStatus) -> None:
        if job.creations >= _CREATIONS:
            raise ReportLostError(job.request.window, status.value, job.creations)
        LOGGER.info(
            f"A report of {job.request.window.start} to {job.request.window.end} is {status.value}; ordering it again."
        )
        with self._changed:
            orders.create_again(job)

    def _split(self, orders: Orders, request: ReportRequest, splits: int, error: PinterestError) -> None:
        """Ask for halves; the error is raised where there are none."""
        halves = request.halves()
        if halves is None or splits >= _SPLITS:
            raise error
        with self._changed:
            orders.split(request, halves, splits)

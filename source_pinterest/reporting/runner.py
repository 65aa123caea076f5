"""When is a report created, asked for, created anew, or split? One scheduler for all streams of a sync.

It works in a thread of its own, so that the jobs of all streams are in flight at once while the framework still
generates the slices of the first. It only creates and polls; whoever reads a slice fetches the file.
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
    unforeseen,
)
from source_pinterest.api.retries import HandedBackTries, Pauses, TryLaterError
from source_pinterest.api.threads import ClosedError, Signal, starting
from source_pinterest.engine.failures import FAILURES_IN_A_ROW
from source_pinterest.reporting.client import ReportClient
from source_pinterest.reporting.job import Job, JobStatus, ReportRequest


@dataclass(frozen=True)
class ReadyReport:
    """A finished report, to be fetched."""

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
    """A report that was too slow and became two: its window has one slice more."""

    request: ReportRequest


@dataclass(frozen=True)
class NoMoreReports:
    """The last outcome of the stream has come, or its planning failed."""

    error: BaseException | None = None


Outcome = ReadyReport | FailedReport | SplitReport


class Waiting(NamedTuple):
    """A request that is not created yet.

    Attributes:
        request: what is asked for.
        splits: how often its window was halved.
        creation: the how many-th creation this is going to be.
        tries: those of a creation that failed, and is made again.
        due: when that is.
    """

    request: ReportRequest
    splits: int = 0
    creation: int = 1
    tries: HandedBackTries | None = None
    due: float = 0


class Orders:
    """The reports of one stream.

    Args:
        client: asks Pinterest.
        plan: says what is ordered; called once, by the runner.
    """

    def __init__(self, client: ReportClient, plan: Callable[[], Iterable[ReportRequest]]) -> None:
        self.client = client
        self.plan = plan
        self.outcomes: SimpleQueue[Outcome | NoMoreReports] = SimpleQueue()
        self.is_planned = self.is_open_for_polls = self.is_closed = False
        self.waiting: deque[Waiting] = deque()
        self.jobs: list[Job] = []
        self._unfetched: list[ReportRequest] = []
        self._failing: set[str] = set()

    @property
    def is_worth_retrying(self) -> bool:
        """Whether a creation that fails should be made again; the stream's breaker hears of failures later."""
        return len(self._failing) < FAILURES_IN_A_ROW

    def place(self, requests: Iterable[ReportRequest]) -> None:
        """Take what the plan says."""
        self.waiting.extend(map(Waiting, requests))
        self.is_planned = True
        self.close_if_done()

    def serve(self) -> None:
        """The stream takes outcomes from now on; only then is it worth asking for a link that soon expires."""
        self.is_open_for_polls = True

    def due(self, now: float) -> Job | None:
        """The job to ask for now: the one that has been due for longest."""
        if not self.is_open_for_polls:
            return None
        due = (job for job in self.jobs if job.next_poll <= now)
        return min(due, key=lambda job: job.next_poll, default=None)

    @property
    def postponed(self) -> list[Waiting]:
        """The requests whose creation failed, and is made again; they stand before the others."""
        return list(takewhile(lambda waiting: waiting.tries, self.waiting))

    def next_to_create(self, windows: int, now: float) -> Waiting | None:
        """A request to create now: all of one window go together, and so many windows at once.

        A report that is finished takes its room until its file is fetched, and one whose creation failed keeps it. Of
        those there are only so many, because what fails for all of them is not asked for again.
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
        """Put back a request whose creation failed."""
        if not self.is_closed:
            self.waiting.appendleft(waiting._replace(tries=later.tries, due=now + later.seconds))

    def start(self, job: Job) -> None:
        """Pinterest works on a job."""
        self._failing.clear()
        if not self.is_closed:
            self.jobs.append(job)

    def create_again(self, job: Job) -> None:
        """Put a lost job back."""
        self._forget(job.request)
        self.waiting.append(Waiting(job.request, job.splits, job.creations + 1))

    def split(self, request: ReportRequest, halves: Iterable[ReportRequest], splits: int) -> None:
        """Put halves in the place of a request."""
        self._forget(request)
        self.outcomes.put(SplitReport(request))
        self.waiting.extend(Waiting(half, splits + 1) for half in halves)

    def end(self, outcome: ReadyReport | FailedReport) -> None:
        """A request has come to its end."""
        self._forget(outcome.request)
        if isinstance(outcome, FailedReport) and isinstance(outcome.error, UnavailableError):
            self._failing.add(outcome.request.ad_account_id)
        if not self.is_closed:
            if isinstance(outcome, ReadyReport):
                self._unfetched.append(outcome.request)
            self.outcomes.put(outcome)
        self.close_if_done()

    def release(self, request: ReportRequest) -> bool:
        """The file of a report was fetched, or nobody will; whether that makes room for another."""
        if request not in self._unfetched:
            return False
        self._unfetched.remove(request)
        return True

    def fail(self, request: ReportRequest, error: PinterestError) -> None:
        """This request, and every other one, fails alike: end the orders."""
        if not self.is_closed:
            others = [*(job.request for job in self.jobs), *(waiting.request for waiting in self.waiting)]
            for failed in (request, *(other for other in others if other is not request)):
                self.outcomes.put(FailedReport(failed, error))
            self.close()

    def close(self, error: BaseException | None = None) -> None:
        """End the orders; what Pinterest still works on is left to it."""
        if not self.is_closed:
            self.is_closed = True
            self.waiting.clear()
            self.jobs.clear()
            self._unfetched.clear()
            self.outcomes.put(NoMoreReports(error))

    def close_if_done(self) -> None:
        """End the orders when nothing is left."""
        if self.is_planned and not self.waiting and not self.jobs:
            self.close()

    def _forget(self, request: ReportRequest) -> None:
        self.jobs[:] = [job for job in self.jobs if job.request is not request]


_QUOTA_FOR_POLLS = 2 / 3
"""The rest is for creating reports, and for the synchronous analytics beside them."""


class PollSchedule:
    """Spaces out the polls of all reports.

    Args:
        requests_per_second: how many the quota allows.
        pauses: of a report that is alone.
    """

    def __init__(self, requests_per_second: Callable[[], float], pauses: Pauses) -> None:
        self._calls_per_second = requests_per_second
        self._pauses = pauses

    def pause(self, job: Job, others: Sequence[Job], soon: int) -> float:
        """How long a job is left alone, in seconds: longer each time, and so that all polls stay within the quota.

        Args:
            job: the report in question.
            others: all that are in flight.
            soon: how many are about to join them.
        """
        early = job.scouts or job.polls
        rivals = sum(other.scouts or other.polls > 0 for other in others) if early else len(others) + soon
        turn = rivals / (self._calls_per_second() * _QUOTA_FOR_POLLS)
        return max(self._pauses.before_poll(job.polls), min(turn, self._pauses.longest_poll_seconds))

    def expect(self, jobs: Sequence[Job], seconds: float) -> None:
        """One report came out after so many seconds: ask for the others when they are as old."""
        for job in jobs:
            if not job.polls:
                job.next_poll = min(job.next_poll, job.created_at + seconds)


_CALLS_KEPT_FOR_A_REPORT = 3
"""Where a quota will not be renewed in this sync: what is only ordered is lost with it, what is fetched is read."""


class Plan(NamedTuple):
    """Ask a stream which reports it wants."""

    orders: Orders


class Poll(NamedTuple):
    """Ask Pinterest how far a report is."""

    orders: Orders
    job: Job


class Creation(NamedTuple):
    """Have Pinterest create a report."""

    orders: Orders
    waiting: Waiting


Turn = Plan | Poll | Creation


class Turns:
    """Decides what the runner does next, among the reports of all streams. Only the runner asks, with its lock held.

    Args:
        windows: for how many windows of one stream Pinterest works on reports at once.
        clock: seconds that only grow.
        requests_left: how many the quota allows in this sync.
    """

    def __init__(self, windows: int, clock: Callable[[], float], requests_left: Callable[[], float]) -> None:
        self._windows = windows
        self._clock, self._calls_left = clock, requests_left
        self._kinds = deque((self._next_poll, self._next_creation))

    def take(self, all_orders: Sequence[Orders]) -> Turn | None:
        """What to do now: plan; else poll or create, by turns, so that slow answers keep neither waiting."""
        open_orders = [orders for orders in all_orders if not orders.is_closed]
        for orders in open_orders:
            if not orders.is_planned:
                return Plan(orders)
        for kind in tuple(self._kinds):
            if turn := kind(open_orders):
                self._kinds.remove(kind)
                self._kinds.append(kind)
                return turn
        return None

    def seconds_to_next(self, all_orders: Sequence[Orders]) -> float | None:
        """How long there is nothing to do, in seconds; None where only a stream can change that."""
        due = [job.next_poll for orders in all_orders if orders.is_open_for_polls for job in orders.jobs]
        open_orders = [orders for orders in all_orders if not orders.is_closed]
        due += [one.due for orders in self._may_create(open_orders) for one in orders.postponed]
        return max(0.0, min(due) - self._clock()) if due else None

    def _next_poll(self, open_orders: Sequence[Orders]) -> Turn | None:
        """The job that has been due for longest, whichever stream's it is."""
        now = self._clock()
        due = [Poll(orders, job) for orders in open_orders if (job := orders.due(now))]
        return min(due, key=lambda poll: poll.job.next_poll, default=None)

    def _next_creation(self, open_orders: Sequence[Orders]) -> Turn | None:
        now = self._clock()
        for orders in self._may_create(open_orders):
            if waiting := orders.next_to_create(self._windows, now):
                return Creation(orders, waiting)
        return None

    def _may_create(self, open_orders: Sequence[Orders]) -> Sequence[Orders]:
        """The orders of which another report may be created: where calls run short, first those in flight are ended."""
        left = self._calls_left()
        if math.isinf(left):
            return open_orders
        polled = [orders for orders in open_orders if orders.is_open_for_polls]
        jobs = sum(len(orders.jobs) for orders in polled)
        return polled if not jobs or left >= _CALLS_KEPT_FOR_A_REPORT * (jobs + 1) else ()


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
        requests_per_second: how many the quota allows.
        clock: seconds that only grow.
        pauses: between two polls of a report.
        requests_left: how many the quota allows in this sync.
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
        self._orders: list[Orders] = []
        self._thread: Thread | None = None
        self._logged_at = clock()
        self._turns = Turns(windows, clock, requests_left)

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
        except ResponseTooLargeError as error:
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

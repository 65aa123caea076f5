"""What has one stream ordered, what does Pinterest work on, and what has become of it?

Only the runner touches orders, and always with its lock held.
"""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice, takewhile
from queue import SimpleQueue
from typing import NamedTuple

from source_pinterest.api.errors import PinterestError, UnavailableError
from source_pinterest.api.retries import HandedBackTries, TryLaterError
from source_pinterest.engine.circuit_breaker import FAILURES_IN_A_ROW
from source_pinterest.reporting.client import ReportClient
from source_pinterest.reporting.job import Job, ReportRequest


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

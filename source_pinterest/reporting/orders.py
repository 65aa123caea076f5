"""What is one stream waiting for? Its requests, its jobs, and what has become of them."""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from queue import SimpleQueue

from source_pinterest.api.errors import PinterestError
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
    """The last report of the stream has been told, or its planning failed."""

    error: Exception | None = None


Outcome = ReadyReport | FailedReport | SplitReport


@dataclass(eq=False)
class Desk:
    """The reports of one stream.

    Attributes:
        client: talks to Pinterest.
        plan: says what is asked for; called once, by the scheduler.
        waiting: requests that are not created yet, with how often each was halved and created.
        jobs: what Pinterest works on.
        unfetched: finished reports whose file nobody has fetched yet; its link does not live long.
        told: what has become of them, in that order.
        is_planned: whether `plan` was called.
        is_served: whether the stream takes what is told; only then is it worth asking for a link that soon expires.
        is_closed: whether nothing more is wanted or to come.
    """

    client: ReportClient
    plan: Callable[[], Iterable[ReportRequest]]
    waiting: "deque[tuple[ReportRequest, int, int]]" = field(default_factory=deque)
    jobs: list[Job] = field(default_factory=list)
    unfetched: list[ReportRequest] = field(default_factory=list)
    told: "SimpleQueue[Outcome | NoMoreReports]" = field(default_factory=SimpleQueue)
    is_planned: bool = False
    is_served: bool = False
    is_closed: bool = False

    def has_room(self, windows: int) -> bool:
        """Whether the next request may be created: all of one window go together, and so many windows at once.

        A report that is finished takes its room until its file is fetched.
        """
        under_way = (*(job.request for job in self.jobs), *self.unfetched)
        in_flight = {(request.ad_account_id, request.planned) for request in under_way}
        following = self.waiting[0][0]
        return len(in_flight) < windows or (following.ad_account_id, following.planned) in in_flight

    def fail(self, request: ReportRequest, error: PinterestError) -> None:
        """Tell that this request, and every other one, fails alike, and end the desk."""
        if not self.is_closed:
            others = [*(job.request for job in self.jobs), *(waiting for waiting, _, _ in self.waiting)]
            for failed in (request, *(other for other in others if other is not request)):
                self.told.put(FailedReport(failed, error))
            self.close()

    def close(self, error: Exception | None = None) -> None:
        """End the desk; what Pinterest still works on is left to it."""
        if not self.is_closed:
            self.is_closed = True
            self.waiting.clear()
            self.jobs.clear()
            self.unfetched.clear()
            self.told.put(NoMoreReports(error))

    def close_if_done(self) -> None:
        """End the desk when nothing is left."""
        if self.is_planned and not self.waiting and not self.jobs:
            self.close()

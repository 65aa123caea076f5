"""A runner of reports whose steps a test takes itself, and a Pinterest for it. Nothing waits."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast
from unittest import mock

from pendulum import Date

from source_pinterest import limits
from source_pinterest.dates import DateWindow
from source_pinterest.reporting.client import PollResult, ReportClient, ReportRequest, ReportStatus
from source_pinterest.reporting.runner import Outcome, ReportRunner, StreamReports

TIMEOUT_SECONDS = 100
BUSY, DONE, FAILED = ReportStatus.IN_PROGRESS, ReportStatus.FINISHED, ReportStatus.FAILED
FIRST_DAY = Date(2026, 1, 1)


def days(count: int) -> DateWindow:
    return DateWindow(FIRST_DAY, FIRST_DAY.add(days=count - 1))


def request(window: DateWindow | None = None, account: str = "11", **body: Any) -> ReportRequest:
    """A report on the campaigns of an account, by default of ten days."""
    return ReportRequest(account, window or days(10), {"level": "CAMPAIGN", "granularity": "DAY", **body})


@dataclass(frozen=True)
class NoMoreReports:
    """All reports of a stream have ended."""


Reply = ReportStatus | Callable[[], ReportStatus]


class Pinterest:
    """Creates reports, and answers each poll of a report with the next of its scripted replies, the last for ever."""

    def __init__(self, *replies: Reply) -> None:
        self.replies = replies or (DONE,)
        self.left: dict[str, list[Reply]] = {}
        self.created: list[ReportRequest] = []
        self.polled: list[str] = []
        self.rejects: Callable[[ReportRequest], Exception | None] = lambda _: None
        self.stream = "campaign_report"
        self.is_worth_retrying = lambda: True

    def create(self, request: ReportRequest) -> str:
        self.created.append(request)
        if error := self.rejects(request):
            raise error
        token = f"token-{len(self.created)}"
        self.left[token] = list(self.replies)
        return token

    def poll(self, _request: ReportRequest, token: str) -> PollResult:
        self.polled.append(token)
        left = self.left[token]
        reply = left.pop(0) if len(left) > 1 else left[0]
        status = reply if isinstance(reply, ReportStatus) else reply()
        return PollResult(status, f"https://files.example/{token}" if status is DONE else "")


class Scheduler:
    """A runner whose steps a test takes itself."""

    def __init__(
        self, jobs: int = 10, requests_per_second: float = float("inf"), timeout_seconds: float = TIMEOUT_SECONDS
    ) -> None:
        self.now, self._jobs = 0.0, jobs
        self.fetches = True
        self.requests_left = float("inf")
        self.runner = ReportRunner(
            timeout_seconds,
            lambda: requests_per_second,
            clock=lambda: self.now,
            requests_left=lambda: self.requests_left,
        )
        self._streams: list[StreamReports] = []

    def open(self, pinterest: Pinterest, *requests: ReportRequest) -> StreamReports:
        with mock.patch.object(limits, "REPORT_THREADS", 0):
            stream = self.runner.open(cast("ReportClient", pinterest), requests)
        self._streams.append(stream)
        return stream

    def step(self) -> bool:
        """Make the next request; False if none is due."""
        if report := self.runner.pop_due():
            self.runner.advance(report)
        for stream in self._streams if self.fetches else ():
            while stream.unhandled:
                self.runner.release(stream)
        return report is not None

    def work(self, seconds: float = 0) -> None:
        """Do all that is due until then, at the times when it is due."""
        end = self.now + seconds
        with mock.patch.object(limits, "REPORTS_IN_PROGRESS", self._jobs):
            while True:
                while self.step():
                    pass
                pause = self.runner.seconds_to_next_request()
                if self.now + pause > end:
                    self.now = end
                    return
                self.now += pause


def outcomes(stream: StreamReports) -> list[Outcome | NoMoreReports]:
    """The outcomes of the reports that have ended since the last look."""
    ended: list[Outcome | NoMoreReports] = list(stream.outcomes)
    stream.outcomes.clear()
    return ended if stream.waiting or stream.running else [*ended, NoMoreReports()]


def outcomes_of(
    pinterest: Pinterest, *requests: ReportRequest, seconds: float = 60, jobs: int = 10
) -> list[Outcome | NoMoreReports]:
    """The outcomes of these reports after so many seconds."""
    scheduler = Scheduler(jobs)
    stream = scheduler.open(pinterest, *requests)
    scheduler.work(seconds)
    return outcomes(stream)


def kinds(stream: StreamReports) -> list[type[object]]:
    return [type(outcome) for outcome in outcomes(stream)]

"""Takes the lives of all streams' reports further, each when it is due.

The reports of all streams are in progress at the same time, while the framework still generates the tasks of the first
stream. One thread waits for the next request that is due, and starts a thread for it; `api/client.py` retries the
request, so that a slow response holds up no other report. A finished report becomes a task, and the worker that reads
the task downloads the file.
"""

import logging
import math
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from contextvars import copy_context
from dataclasses import dataclass, field
from functools import partial
from threading import Thread

from source_pinterest import limits
from source_pinterest.api.errors import PinterestError, SliceError, understood
from source_pinterest.api.retries import Pauses
from source_pinterest.api.threads import ClosedError, NoThreadError, Signal, starting
from source_pinterest.reporting.client import ReportClient, ReportRequest
from source_pinterest.reporting.life import (
    FailedReport,
    Life,
    NoMoreReports,
    Outcome,
    Pace,
    Plan,
    Report,
    StreamReports,
)

LOGGER = logging.getLogger("airbyte")

_LOG_EVERY_SECONDS = 60.0

_QUOTA_FOR_POLLS = 2 / 3
"""The share of the quota for polls. The rest is for creating reports and for synchronous analytics."""

_REQUESTS_PER_REPORT = 3
"""Requests that are kept for each report in progress if the quota is not renewed in this sync. A report that is created
and not read before the end of the sync is lost, and would have to be created again."""

_CREATION_HEAD_START_SECONDS = 1.0
"""The time for which a creation holds up the next one of its stream. What Pinterest refuses is then refused once."""


@dataclass
class ReportRunner:
    """Creates and polls the reports of all streams.

    Attributes:
        windows: the maximum number of windows of one stream that are in progress or wait for the stream to read them.
        timeout_seconds: the time after which a report is too slow and is split.
        requests_per_second: returns the rate that the quota allows.
        clock: returns seconds that never decrease.
        pauses: the pauses between the polls of a report.
        requests_left: returns the number of requests that the quota still allows in this sync.
    """

    windows: int
    timeout_seconds: float
    requests_per_second: Callable[[], float] = lambda: math.inf
    clock: Callable[[], float] = time.monotonic
    pauses: Pauses = Pauses()  # noqa: RUF009 - it is frozen
    requests_left: Callable[[], float] = lambda: math.inf
    _changed: Signal = field(default_factory=Signal, init=False)
    _streams: list[StreamReports] = field(default_factory=list, init=False)
    _thread: Thread | None = field(default=None, init=False)
    _requests: int = field(default=0, init=False)
    """Requests that are under way."""
    _logged_at: float = field(init=False)

    def __post_init__(self) -> None:
        self._logged_at = self.clock()

    # ---- What streams call

    def open(self, client: ReportClient, plan: Plan, may_read: Callable[[str], bool] = lambda _: True) -> StreamReports:
        """Add the reports of a stream. They are created once any stream waits for its outcomes.

        Args:
            client: sends the requests.
            plan: returns the requests for all reports.
            may_read: returns whether the reports of an ad account are still read.
        """
        stream = StreamReports(client, plan, may_read)
        with self._changed:
            self._streams.append(stream)
            self._changed.notify_all()
        return stream

    def outcomes(self, stream: StreamReports) -> Iterator[Outcome]:
        """Return the outcomes of a stream's reports, each as soon as there is one.

        Raises:
            PinterestError: the reports could not be planned.
        """
        try:
            with self._changed:
                stream.is_polled = True
                self._thread = self._thread or self._start(self._work)
                self._changed.notify_all()
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

    def release(self, stream: StreamReports, request: ReportRequest) -> None:
        """Free the place of a report whose outcome was handled, so that another report can be created."""
        with self._changed:
            if handled := next((report for report in stream.unread if report.request == request), None):
                stream.unread.remove(handled)
                self._changed.notify_all()

    # ---- Which report goes on

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

    @staticmethod
    def _start(work: Callable[[], None]) -> Thread:
        thread = Thread(target=copy_context().run, args=(_until_closed, work), name="reports", daemon=True)
        with starting():
            thread.start()
        return thread

    def pop_step(self) -> Callable[[], None] | None:
        """Return the plan of a stream, or else the request that has been due for longest, which is then under way.

        Return None if none is due, or if too many are under way. Plans are not limited in number.
        """
        for stream in self._streams:
            if plan := stream.plan:
                stream.plan = None
                return partial(self._plan, stream, plan)
        now, (due, report) = self.clock(), self._next_request()
        if report is None or due > now:
            return None
        if report.life is None:
            pace = Pace(self.clock, self.timeout_seconds, self.pauses.longest_seconds, self._pause_before)
            report.life = report.live(pace)
            report.stream.waiting.remove(report)
            report.stream.running.append(report)
            report.stream.next_creation = now + _CREATION_HEAD_START_SECONDS
        self._requests, report.due = self._requests + 1, math.inf
        return partial(self._advance, report, report.life)

    def seconds_to_next_step(self) -> float:
        """Return the seconds to wait, at most until the next log line, unless something changes before."""
        due, _ = self._next_request()
        return min(max(0.0, due - self.clock()), _LOG_EVERY_SECONDS)

    def _next_request(self) -> tuple[float, Report | None]:
        """Return when the next request is due, and its report; infinity and None if there is none."""
        if self._requests >= limits.REPORT_THREADS:
            return math.inf, None
        new = [(stream.next_creation, report) for stream in self._streams if (report := self._next_creation(stream))]
        polls = [(report.due, report) for stream in self._streams if stream.is_polled for report in stream.running]
        return min(new + polls, key=lambda request: request[0], default=(math.inf, None))

    def _next_creation(self, stream: StreamReports) -> Report | None:
        """Return the next report of a stream to create, if there is a place for it and the quota suffices to read it.

        If the quota is not renewed in this sync, reports in progress go first.
        """
        running = sum(len(other.running) for other in self._streams if other.is_polled)
        reserve = _REQUESTS_PER_REPORT * (running + 1) if running else 0
        left = self.requests_left()
        if math.isinf(left) or (stream.is_polled and left >= reserve):
            return stream.next_report(self.windows)
        return None

    def _pause_before(self, polls: int) -> float:
        """Return the seconds before a poll of a report, enough for all polls to stay within their share of the quota.

        Args:
            polls: the number of polls and creations of the report so far, with which the seconds grow.
        """
        reports = sum(len(stream.running) + min(len(stream.waiting), self.windows) for stream in self._streams)
        fair_pause = reports / (self.requests_per_second() * _QUOTA_FOR_POLLS)
        return max(self.pauses.before_poll(polls), min(fair_pause, self.pauses.longest_poll_seconds))

    def _plan(self, stream: StreamReports, plan: Plan) -> None:
        """Let the reports of a stream wait to be created. An error is raised in the stream."""
        error: Exception | None = None
        try:
            reports = [Report(stream, request) for request in plan()]
        except Exception as raised:  # noqa: BLE001 - the stream takes any error
            reports, error = [], raised
        with self._changed:
            if not stream.is_closed:
                stream.waiting.extend(reports)
            if not reports:
                stream.close(error)
            self._changed.notify_all()

    def _advance(self, report: Report, life: Life) -> None:
        """Make the next request of a report. Its error fails the report, and that of a bug is raised in the stream."""
        stream, outcome, bug, due = report.stream, None, None, math.inf
        try:
            pause = next(life)
            due = self.clock() + pause  # the clock is read after the request
        except StopIteration as end:
            outcome = end.value
        except Exception as raised:  # noqa: BLE001 - the stream takes any error
            error = understood(stream.client.stream, raised)
            if isinstance(error, PinterestError):
                outcome = FailedReport(report.request, error, ends_stream=not isinstance(error, SliceError))
            else:
                bug = error
        with self._changed:
            self._requests, report.due = self._requests - 1, due
            stream.next_creation = min(stream.next_creation, self.clock())
            if outcome:
                stream.end(report, outcome)
            if bug:
                stream.close(bug)
            self._changed.notify_all()

    def log_waiting(self) -> None:
        """Log the number of reports in progress once a minute."""
        now = self.clock()
        if now - self._logged_at < _LOG_EVERY_SECONDS:
            return
        self._logged_at = now
        with self._changed:
            running, waiting = (sum(len(getattr(s, name)) for s in self._streams) for name in ("running", "waiting"))
        if running:
            LOGGER.info(f"Waiting for Pinterest to finish {running} reports; {waiting} more are not created yet.")


def _until_closed(work: Callable[[], None]) -> None:
    with suppress(ClosedError):  # the thread of `_work` gets this error as well, and closes the streams
        work()

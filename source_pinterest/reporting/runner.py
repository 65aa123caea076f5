"""Takes the lives of all streams' reports further, each when it is due.

The reports of all streams are in progress at the same time. Sixteen equal threads at most make the request that has
been due for longest, so that a slow response holds up no other report. A finished report becomes a task, and the worker
that reads the task downloads the file.
"""

import logging
import math
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from contextvars import copy_context
from dataclasses import dataclass, field
from threading import Thread

from source_pinterest import limits
from source_pinterest.api.errors import SliceError, as_slice_error
from source_pinterest.api.retries import Pauses
from source_pinterest.api.threads import ClosableCondition, ClosedError, starting
from source_pinterest.reporting.client import ReadyReport, ReportClient, ReportRequest
from source_pinterest.reporting.life import FailedReport, Outcome, Report, SplitReport

LOGGER = logging.getLogger("airbyte")

_LOG_EVERY_SECONDS = 60.0

_QUOTA_FOR_POLLS = 2 / 3
"""The share of the quota for polls. The rest is for creating reports and for synchronous analytics."""

_AGE_OF_A_POLL = 1 / 8
"""The share of a report's age for which it is not polled again."""

_OF_THE_QUICKEST = 0.8
"""No report is expected to be finished before this share of the time that the stream's quickest report took."""

_REQUESTS_PER_REPORT = 3
"""Requests that are kept for each report in progress if the quota is not renewed in this sync. A report that is created
and not read before the end of the sync is lost, and would have to be created again."""

_CREATION_HEAD_START_SECONDS = 1.0
"""A creation holds up the next one of its stream for this long, so that a column is refused once."""


class StreamReports:
    """The reports of one stream.

    Attributes:
        waiting: the reports that are not created yet.
        running: the reports in progress.
        outcomes: what has become of the others, for the stream to take.
        unhandled: how many outcomes the stream has not handled yet.
        next_creation: the earliest time of the next creation.
        quickest: the shortest time in which a report was finished; infinite before the first.

    Args:
        client: sends the requests.
        requests: asks for all reports.
        may_read: returns whether the reports of an ad account are still read.
    """

    def __init__(
        self, client: ReportClient, requests: Iterable[ReportRequest], may_read: Callable[[str], bool]
    ) -> None:
        self.client, self.may_read = client, may_read
        self.waiting = deque(Report(self, request) for request in requests)
        self.running: list[Report] = []
        self.outcomes: deque[Outcome] = deque()
        self.unhandled = 0
        self.next_creation = -math.inf
        self.quickest = math.inf

    def end(self, report: Report, outcome: Outcome) -> None:
        """Pass the outcome of a report to the stream. Halves are created next: they show soon if none is finished."""
        self.running.remove(report)
        self.outcomes.append(outcome)
        self.unhandled += 1
        if isinstance(outcome, SplitReport):
            self.waiting.extendleft(Report(self, half, report.splits + 1) for half in reversed(outcome.halves))
        elif isinstance(outcome, FailedReport) and outcome.ends_stream:
            self.give_up()

    def give_up(self) -> None:
        """Create and poll no further report."""
        self.waiting.clear()
        self.running.clear()


@dataclass
class ReportRunner:
    """Creates and polls the reports of all streams.

    Attributes:
        jobs: the most reports of all streams that are in progress or wait to be read.
        timeout_seconds: the time after which a report is too slow and is split.
        requests_per_second: returns the rate that the quota allows.
        clock: returns seconds that never decrease.
        pauses: the pauses between the polls of a report.
        requests_left: returns the number of requests that the quota still allows in this sync.
    """

    jobs: int
    timeout_seconds: float
    requests_per_second: Callable[[], float] = lambda: math.inf
    clock: Callable[[], float] = time.monotonic
    pauses: Pauses = Pauses()  # noqa: RUF009 - it is frozen
    requests_left: Callable[[], float] = lambda: math.inf
    _changed: ClosableCondition = field(default_factory=ClosableCondition, init=False)
    _streams: list[StreamReports] = field(default_factory=list, init=False)
    _threads: int = field(default=0, init=False)
    _logged_at: float = field(init=False)

    def __post_init__(self) -> None:
        self._logged_at = self.clock()

    def open(
        self, client: ReportClient, requests: Iterable[ReportRequest], may_read: Callable[[str], bool] = lambda _: True
    ) -> StreamReports:
        """Begin with the reports of a stream.

        Args:
            client: sends the requests.
            requests: asks for the reports.
            may_read: returns whether the reports of an ad account are still read.

        Raises:
            NoThreadError: a thread can't be started.
        """
        stream = StreamReports(client, requests, may_read)
        with self._changed:
            for _ in range(min(len(stream.waiting), limits.REPORT_THREADS - self._threads)):
                with starting():
                    Thread(target=copy_context().run, args=(self._work,), name="reports", daemon=True).start()
                self._threads += 1
            self._streams.append(stream)
            self._changed.notify_all()
        return stream

    def outcomes(self, stream: StreamReports, *, waits: bool = True) -> Iterator[Outcome]:
        """Return the outcomes of a stream's reports, each as soon as there is one; without waiting, those by now."""
        while True:
            with self._changed:
                while waits and not stream.outcomes and (stream.waiting or stream.running):
                    self._changed.wait()
                if not stream.outcomes:
                    return
                outcome = stream.outcomes.popleft()
            yield outcome
            if not isinstance(outcome, ReadyReport):
                self.release(stream)

    def release(self, stream: StreamReports) -> None:
        """Free the place of a report whose outcome was handled, so that another report can be created."""
        with self._changed:
            stream.unhandled -= 1
            self._changed.notify_all()

    def close(self, stream: StreamReports) -> None:
        """Give up the reports of a stream that have not ended."""
        with self._changed:
            self._streams.remove(stream)
            stream.give_up()
            self._changed.notify_all()

    def _work(self) -> None:
        """Make the request that has been due for longest, until all streams, or the sync, are closed."""
        with suppress(ClosedError):
            while True:
                with self._changed:
                    if not self._streams:
                        self._threads -= 1
                        return
                    report = self.pop_due()
                    if not report:
                        self._changed.wait(self.seconds_to_next_request())
                if report:
                    self.advance(report)
                self.log_waiting()

    def pop_due(self) -> Report | None:
        """Return the report whose request has been due for longest, and is then under way; None if none is due."""
        now, (due, report) = self.clock(), self._next_request()
        if report is None or due > now:
            return None
        if report.life is None:
            stream, report.life = report.stream, report.live(self)
            stream.running.append(stream.waiting.popleft())
            stream.next_creation = now + _CREATION_HEAD_START_SECONDS
        report.due = math.inf
        return report

    def seconds_to_next_request(self) -> float:
        """Return the seconds to wait, at most until the next log line, unless something changes before."""
        due, _ = self._next_request()
        return min(max(0.0, due - self.clock()), _LOG_EVERY_SECONDS)

    def _next_request(self) -> tuple[float, Report | None]:
        """Return when the next request is due, and its report; infinity and None if there is none."""
        requests = [(report.due, report) for stream in self._streams for report in stream.running]
        if self._has_place():
            requests += [(stream.next_creation, stream.waiting[0]) for stream in self._streams if stream.waiting]
        return min(requests, key=lambda request: request[0], default=(math.inf, None))

    def _has_place(self) -> bool:
        """Return whether another report may be created, and the quota suffices to read it.

        If the quota is not renewed in this sync, reports in progress go first.
        """
        running = sum(len(stream.running) for stream in self._streams)
        reserve = _REQUESTS_PER_REPORT * (running + 1) if running else 0
        places = self.jobs - running - sum(stream.unhandled for stream in self._streams)
        return places > 0 and self.requests_left() >= reserve

    def pause_before_poll(self, stream: StreamReports, polls: int, age: float) -> float:
        """Return the seconds before the next poll of a report.

        The pauses grow with its age, and are long enough for all polls to stay within their share of the quota. The
        first one lasts until the stream's quickest report was about to be finished.

        Args:
            stream: the report's stream.
            polls: the number of polls of the report so far.
            age: the seconds since its creation.
        """
        reports = min(self.jobs, sum(len(other.running) + len(other.waiting) for other in self._streams))
        fair_pause = reports / (self.requests_per_second() * _QUOTA_FOR_POLLS)
        long_pause = min(max(fair_pause, age * _AGE_OF_A_POLL), self.pauses.longest_poll_seconds)
        until_quickest = 0 if math.isinf(stream.quickest) else _OF_THE_QUICKEST * stream.quickest - age
        return max(self.pauses.before_poll(polls), long_pause, until_quickest)

    def advance(self, report: Report) -> None:
        """Make the next request of a report. Its error fails the report."""
        stream, outcome, due = report.stream, None, math.inf
        try:
            pause = next(report.life) if report.life else 0
            due = self.clock() + pause  # the clock is read after the request
        except StopIteration as end:
            outcome = end.value
        except Exception as raised:  # noqa: BLE001 - the stream takes any error
            error = as_slice_error(stream.client.stream, raised)
            outcome = FailedReport(report.request, error, ends_stream=not isinstance(error, SliceError))
        with self._changed:
            report.due = due
            stream.next_creation = min(stream.next_creation, self.clock())
            if outcome and report in stream.running:
                stream.end(report, outcome)
            self._changed.notify_all()

    def log_waiting(self) -> None:
        """Log the number of reports in progress once a minute."""
        with self._changed:
            now = self.clock()
            if now - self._logged_at < _LOG_EVERY_SECONDS:
                return
            self._logged_at = now
            running = sum(len(stream.running) for stream in self._streams)
            waiting = sum(len(stream.waiting) for stream in self._streams)
        if running:
            LOGGER.info(f"Waiting for Pinterest to finish {running} reports; {waiting} more are not created yet.")

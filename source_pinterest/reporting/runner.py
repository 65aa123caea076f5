"""Takes the lives of all streams' reports further, each when it is due.

Up to sixteen equal threads make one request after another, so that a slow response holds up no other report. A finished
report becomes a task, and the worker that reads the task downloads the file. Which request comes next:

Rule                                                    What it buys in a first sync of 100 ad accounts: 1,000 reports
                                                        of 30 to 120 s, unless another world is named
------------------------------------------------------  ----------------------------------------------------------------
1. A creation goes before a poll.                       Pinterest prepares many reports at once. Most are finished at
                                                        their first poll: 1.1 polls a report.
2. At most limits.REPORTS_IN_PROGRESS reports are in    Each is found within the hour for which Pinterest keeps it. With
   progress.                                            a bound of 100: 986 instead of 496 s, and 3.4 polls a report.
3. The stream with the fewest in progress creates next. No stream waits for the end of another one.
4. A stream's first creation holds up its next one, for Pinterest refuses a column once, and not in sixteen requests.
   one second at most.
5. Of the polls, the one due for longest goes first.    No report is forgotten.
6. A pause lasts 5 s, or 2 s for a report that is       A report of 1 to 3 s is found 1 s after its end on average.
   younger than 5 s, and at least
   - an eighth of the report's age,                     100 reports of 300 to 900 s: 2,029 instead of 4,068 requests.
   - the time in which the quota allows a poll of each  Trial access (1,000 requests) reads 500 instead of no report.
     report, at most 500 and 120 s.                     The bounds keep a link, which holds for 300 s, from expiring.
7. While limits.REPORTS_TO_READ outcomes wait for their No link expires. At 6 s a file, 361 of 1,000 reports are lost
   stream, nothing is created or polled.                without this rule. A stream's circuit breaker stops creations.
8. If the quota is not renewed in this sync, it keeps   Trial access reads 500 instead of 250 reports, or 152 instead of
   limits.REQUESTS_KEPT_PER_REPORT for each report in   none of 300 to 900 s. A report that is created and not read is
   progress.                                            lost.
"""

import logging
import math
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from threading import Condition, Thread

from source_pinterest import limits
from source_pinterest.api.errors import SliceError, as_slice_error
from source_pinterest.api.retries import Pauses
from source_pinterest.reporting.client import ReadyReport, ReportClient, ReportRequest
from source_pinterest.reporting.life import FailedReport, Outcome, Report, SplitReport

LOGGER = logging.getLogger("airbyte")

_LOG_EVERY_SECONDS = 60.0

_AGE_OF_A_POLL = 1 / 8
"""The share of a report's age for which it is not polled again."""

_CREATION_HEAD_START_SECONDS = 1.0
"""A creation that is under way holds up the next one of its stream for this long."""


class StreamReports:
    """The reports of one stream.

    Attributes:
        waiting: the reports that are not created yet.
        running: the reports in progress.
        outcomes: what has become of the others, for the stream to take.
        unhandled: how many outcomes the stream has not handled yet.
        next_creation: the earliest time of the next creation.
        has_created: whether Pinterest has responded to a creation.
        has_finished: whether Pinterest has finished a report.

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
        self.has_created = self.has_finished = False

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
        timeout_seconds: the time after which a report is too slow and is split.
        requests_per_second: returns the rate that the quota allows.
        clock: returns seconds that never decrease.
        pauses: the pauses between the polls of a report.
        requests_left: returns the number of requests that the quota still allows in this sync.
    """

    timeout_seconds: float
    requests_per_second: Callable[[], float] = lambda: math.inf
    clock: Callable[[], float] = time.monotonic
    pauses: Pauses = Pauses()  # noqa: RUF009 - it is frozen
    requests_left: Callable[[], float] = lambda: math.inf
    _changed: Condition = field(default_factory=Condition, init=False)
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
        """
        stream = StreamReports(client, requests, may_read)
        with self._changed:
            for _ in range(min(len(stream.waiting), limits.REPORT_THREADS - self._threads)):
                Thread(target=self._work, name="reports", daemon=True).start()
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
        """Note that the stream has handled an outcome."""
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
        """Make the request that has been due for longest, until all streams are closed."""
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
        """Return the report whose request comes next, and is then under way; None if none is due."""
        now, (due, report) = self.clock(), self._next_request()
        if report is None or due > now:
            return None
        if report.life is None:
            stream, report.life = report.stream, report.live(self)
            stream.running.append(stream.waiting.popleft())
            stream.next_creation = -math.inf if stream.has_created else now + _CREATION_HEAD_START_SECONDS
        report.due = math.inf
        return report

    def seconds_to_next_request(self) -> float:
        """Return the seconds to wait, at most until the next log line, unless something changes before."""
        due, _ = self._next_request()
        return min(max(0.0, due - self.clock()), _LOG_EVERY_SECONDS)

    def _next_request(self) -> tuple[float, Report | None]:
        """Return when the next request is due, and its report; infinity and None if there is none."""
        if sum(stream.unhandled for stream in self._streams) >= limits.REPORTS_TO_READ:
            return math.inf, None
        requests = [(report.due, report) for report in self._running()]
        if self._may_create(len(requests)):
            fewest_first = sorted(self._streams, key=lambda stream: len(stream.running))
            requests += [(stream.next_creation, stream.waiting[0]) for stream in fewest_first if stream.waiting]
        return min(requests, key=lambda request: request[0], default=(math.inf, None))

    def _running(self) -> list[Report]:
        return [report for stream in self._streams for report in stream.running]

    def _may_create(self, running: int) -> bool:
        """Return whether another report may be created beside those in progress.

        If none is in progress, one is created whatever is left of the quota: Pinterest's response is what counts.
        """
        reserve = limits.REQUESTS_KEPT_PER_REPORT * (running + 1) if running else 0
        return running < limits.REPORTS_IN_PROGRESS and self.requests_left() >= reserve

    def pause_before_poll(self, age: float) -> float:
        """Return the seconds before the next poll of a report of this age, in seconds."""
        reports = sum(len(stream.running) + len(stream.waiting) for stream in self._streams)
        turn_of_all = min(reports, limits.REPORTS_IN_PROGRESS) / self.requests_per_second()
        pause = max(self.pauses.before_poll(age), age * _AGE_OF_A_POLL, turn_of_all)
        return min(pause, self.pauses.longest_poll_seconds)

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
            stream.has_created = True
            stream.next_creation = -math.inf
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
            running = len(self._running())
            waiting = sum(len(stream.waiting) for stream in self._streams)
        if running:
            LOGGER.info(f"Waiting for Pinterest to finish {running} reports; {waiting} more are not created yet.")

"""The life of a report, and which report makes the next request.

`Report.run_lifecycle` creates one report and polls it until it is finished. The report is created again if Pinterest
fails or loses it, and halved after two failures or if it is too slow or too large. `run_lifecycle` makes one request at
a time, and yields the seconds until the next one. `ReportRunner` runs the lifecycles of all streams' reports.

Up to sixteen equal threads make one request after another, so that a slow response delays no other report. A finished
report becomes a task, and the worker that reads the task downloads the file. Which request comes next:

Rule                                                    What it buys in a first sync of 100 ad accounts: 1,000 reports
                                                        of 30 to 120 s, unless another world is named
------------------------------------------------------  ----------------------------------------------------------------
1. A creation goes before a poll.                       Pinterest prepares many reports at once. Most are finished at
                                                        their first poll: 1.1 polls a report.
2. At most limits.REPORTS_IN_PROGRESS reports are in    Each is found within the hour for which Pinterest keeps it. With
   progress.                                            a bound of 100: 986 instead of 496 s, and 3.4 polls a report.
3. The stream with the fewest in progress creates next. No stream waits for the end of another one.
4. A stream's next creation waits for its first one, so that a column is rejected in one request, not in sixteen.
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
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass, field
from threading import Condition, Thread

from airbyte_cdk.models import FailureType

from source_pinterest import limits
from source_pinterest.api.errors import ResponseTooLargeError, TaskError, as_task_error
from source_pinterest.api.retries import BackoffDelays
from source_pinterest.reporting.client import PollResult, ReadyReport, ReportClient, ReportRequest, ReportStatus

LOGGER = logging.getLogger("airbyte")

_LOG_EVERY_SECONDS = 60.0

_AGE_OF_A_POLL = 1 / 8
"""The share of a report's age for which it is not polled again."""

_CREATION_HEAD_START_SECONDS = 1.0
"""The seconds for which a stream's next creation waits for the current one."""

_CREATIONS = (4, 2, 2, 2)
"""The number of times that a report is created before its failure or loss is final.

The four numbers are of a whole window, a half, a quarter, and an eighth, which is not halved any more.
"""

_FAILURES_OF_A_WHOLE = 2
"""The number of times that a report is created before it is halved because it has failed."""

_POLLS_FOR_A_LINK = 8
"""A report may have the status FINISHED without a link or a size. The report is polled eight more times, which
take half a minute. If Pinterest still gives none, the report has no rows. A connector in production reads it so."""

_MAY_STILL_FINISH = (ReportStatus.IN_PROGRESS, ReportStatus.FINISHED, ReportStatus.UNKNOWN)
_POLLS_BEFORE_IT_EXISTS = 3
"""The number of polls for which Pinterest may not know a report that was just created."""

_ACCOUNT_STOPPED = (
    "The report of {window} is not created, because other reports of ad account {account} have failed. The next sync "
    "requests it."
)
_UNFINISHED = (
    "Pinterest does not finish the report of {window}: {status}, creations: {creations}. This usually passes: the next "
    "sync requests it again."
)
_WITHOUT_LINK = (
    "The report of {window} is finished, but Pinterest gives no link to its file. The next sync requests it again."
)
_TOO_SLOW = "Pinterest has worked on the report of {window} for more than {minutes}. The next sync requests it again."
_UNKNOWN_STATUS = (
    "Pinterest gives the report of {window} a status that this version of the connector does not know, and has not "
    "finished it within {minutes}. The next sync requests it again. If it happens again, please report it."
)
_NONE_FINISHED = (
    " No report of this stream has finished in this sync, so no other one is waited for. Their days stay unread."
)


@dataclass(frozen=True)
class FailedReport:
    """A report that can't be had.

    Attributes:
        request: the report's request.
        error: why.
        ends_stream: whether the other reports of the stream are given up, since they would fail in the same way.
    """

    request: ReportRequest
    error: Exception
    ends_stream: bool = False


@dataclass(frozen=True)
class SplitReport:
    """A report that is replaced by two, each of half of its days, because it is too much."""

    request: ReportRequest
    halves: tuple[ReportRequest, ReportRequest]


Outcome = ReadyReport | FailedReport | SplitReport
ReportLifecycle = Generator[float, None, Outcome]
"""Makes one request at a time, yields the seconds until the next one, and returns the outcome of the report."""


@dataclass(eq=False)
class Report:
    """A report that waits to be created, or is in progress.

    Attributes:
        stream: the reports of its stream.
        request: its request.
        splits: how often its window was halved.
        lifecycle: its life; None until it is created.
        next_request_at: the time of its next request; infinite before the first one, and while one is under way.
    """

    stream: "StreamReports"
    request: ReportRequest
    splits: int = 0
    lifecycle: ReportLifecycle | None = None
    next_request_at: float = math.inf

    def run_lifecycle(self, runner: "ReportRunner") -> ReportLifecycle:
        """Create the report, and poll it until it is finished. Create it again if that fails, or halve it.

        Raises:
            PinterestError: it can't be created or polled, was created often enough, or is finished without a link.
        """
        client, window, account, creations = self.stream.client, self.request.window, self.request.ad_account_id, 0
        while self.stream.may_read(account):
            try:
                token = client.create(self.request)
            except ResponseTooLargeError as error:
                return self._halves() or FailedReport(self.request, error)
            end, creations = (yield from self._poll(token, runner)), creations + 1
            if not isinstance(end, ReportStatus):
                return end
            has_failed_again = end is ReportStatus.FAILED and creations >= _FAILURES_OF_A_WHOLE
            if has_failed_again and (halves := self._halves()):
                return halves
            if creations >= _CREATIONS[self.splits] or not client.is_worth_retrying():
                raise _transient(_UNFINISHED, window=window, status=end.value, creations=creations)
            LOGGER.info(f"The report of {window} is {end.value}. It is created again.")
            yield runner.pauses.longest_seconds  # so that an outage of minutes costs no report
        return FailedReport(self.request, _transient(_ACCOUNT_STOPPED, window=window, account=account))

    def _halves(self) -> SplitReport | None:
        """Return the halves of the report; None if it can't be halved.

        `RequestSplitter.read` would read one half after the other. A report takes minutes, so its halves are created
        side by side.
        """
        halves = self.request.halves() if self.splits + 1 < len(_CREATIONS) else None
        return SplitReport(self.request, halves) if halves else None

    def _poll(self, token: str, runner: "ReportRunner") -> Generator[float, None, Outcome | ReportStatus]:
        """Poll the report until it is finished, its time is up, or Pinterest gives it up. Return its status then."""
        stream, created_at, polls, empty_polls = self.stream, runner.clock(), 0, 0
        while True:
            yield runner.pause_before_poll(runner.clock() - created_at)
            polled, polls = stream.client.poll(self.request, token), polls + 1
            if polled.seems_empty:
                empty_polls += 1
            if polled.url or empty_polls > _POLLS_FOR_A_LINK:
                stream.has_finished = True
                return ReadyReport(self.request, token, polled)
            is_new = polled.status is ReportStatus.DOES_NOT_EXIST and polls <= _POLLS_BEFORE_IT_EXISTS
            if polled.status not in _MAY_STILL_FINISH and not is_new:
                return polled.status
            if runner.clock() - created_at >= runner.timeout_seconds:
                return self._end_late(polled, runner.timeout_seconds)

    def _end_late(self, polled: PollResult, seconds: float) -> Outcome:
        """Return the halves of a report whose time is up, or its failure.

        If Pinterest has finished no report of the stream in this sync, the failure ends the stream: the others would
        take as long, one after another.
        """
        window, minutes, status = self.request.window, f"{seconds / 60:g} minutes", polled.status
        ends_stream = not self.stream.has_finished
        if polled.failure:
            return FailedReport(self.request, polled.failure, ends_stream)
        if status is ReportStatus.FINISHED:
            raise _transient(_WITHOUT_LINK, window=window)
        if status is not ReportStatus.UNKNOWN and (halves := self._halves()):
            return halves
        message = _UNKNOWN_STATUS if status is ReportStatus.UNKNOWN else _TOO_SLOW
        if ends_stream:
            message += _NONE_FINISHED
        error = _transient(message, window=window, minutes=minutes)
        return FailedReport(self.request, error, ends_stream)


def _transient(message: str, **facts: object) -> TaskError:
    return TaskError(message.format(**facts), kind=FailureType.transient_error)


class StreamReports:
    """The reports of one stream.

    Attributes:
        waiting: the reports that are not created yet.
        running: the reports in progress.
        outcomes: the results of the ended reports, for the stream to take.
        unhandled: how many outcomes the stream has not handled yet.
        next_creation: the earliest time of the next creation.
        has_created: whether Pinterest has responded to a creation.
        has_finished: whether Pinterest has finished a report.

    Args:
        client: sends the requests.
        requests: the requests for all reports.
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
    pauses: BackoffDelays = BackoffDelays()  # noqa: RUF009 - it is frozen
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
            requests: the requests for the reports.
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
        now, (next_request_at, report) = self.clock(), self._next_request()
        if report is None or next_request_at > now:
            return None
        if report.lifecycle is None:
            stream, report.lifecycle = report.stream, report.run_lifecycle(self)
            stream.running.append(stream.waiting.popleft())
            stream.next_creation = -math.inf if stream.has_created else now + _CREATION_HEAD_START_SECONDS
        report.next_request_at = math.inf
        return report

    def seconds_to_next_request(self) -> float:
        """Return the seconds to wait, at most until the next log line, unless something changes before."""
        next_request_at, _ = self._next_request()
        return min(max(0.0, next_request_at - self.clock()), _LOG_EVERY_SECONDS)

    def _next_request(self) -> tuple[float, Report | None]:
        """Return when the next request is due, and its report; infinity and None if there is none."""
        if sum(stream.unhandled for stream in self._streams) >= limits.REPORTS_TO_READ:
            return math.inf, None
        requests = [(report.next_request_at, report) for report in self._running()]
        running = len(requests)
        # If none is in progress, one is created whatever is left of the quota: Pinterest's response is what counts.
        reserve = limits.REQUESTS_KEPT_PER_REPORT * (running + 1) if running else 0
        if running < limits.REPORTS_IN_PROGRESS and self.requests_left() >= reserve:
            fewest_first = sorted(self._streams, key=lambda stream: len(stream.running))
            requests += [(stream.next_creation, stream.waiting[0]) for stream in fewest_first if stream.waiting]
        return min(requests, key=lambda request: request[0], default=(math.inf, None))

    def _running(self) -> list[Report]:
        return [report for stream in self._streams for report in stream.running]

    def pause_before_poll(self, age: float) -> float:
        """Return the seconds before the next poll of a report of this age, in seconds."""
        reports = sum(len(stream.running) + len(stream.waiting) for stream in self._streams)
        turn_of_all = min(reports, limits.REPORTS_IN_PROGRESS) / self.requests_per_second()
        pauses = self.pauses
        least = pauses.first_poll_seconds if age < pauses.poll_seconds else pauses.poll_seconds
        return min(max(least, age * _AGE_OF_A_POLL, turn_of_all), pauses.longest_poll_seconds)

    def advance(self, report: Report) -> None:
        """Make the next request of a report. Its error fails the report."""
        stream, outcome, next_request_at = report.stream, None, math.inf
        try:
            pause = next(report.lifecycle) if report.lifecycle else 0
            next_request_at = self.clock() + pause  # the clock is read after the request
        except StopIteration as end:
            outcome = end.value
        except Exception as raised:  # noqa: BLE001 - the stream takes any error
            error = as_task_error(stream.client.stream, raised)
            outcome = FailedReport(report.request, error, ends_stream=not isinstance(error, TaskError))
        with self._changed:
            report.next_request_at = next_request_at
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

"""The life of a report, from its creation to the link to its file.

`Report.live` is the whole story: a report is created, polled until it is finished, created again if Pinterest loses it,
and halved if it fails again, is too slow or too large. It makes one request at a time, and yields the seconds until the
next one. `reporting/runner.py` says when a life goes on. `StreamReports` keeps what the lives of a stream share: what
waits, what is in progress, and how long the reports of an account may be.
"""

import logging
import math
from collections import defaultdict, deque
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass
from queue import SimpleQueue

from airbyte_cdk.models import FailureType

from source_pinterest.api.errors import PinterestError, ResponseTooLargeError, SliceError
from source_pinterest.dates import DateWindow
from source_pinterest.reporting.client import ReportClient
from source_pinterest.reporting.job import JobStatus, ReadyReport, ReportRequest

LOGGER = logging.getLogger("airbyte")

_CREATIONS = 4
"""The number of times that a report is created before its failure or loss is final."""

_CREATIONS_OF_HALVES = 2
"""The same for a half of a report, and the number of failures after which a report is halved."""

_SPLITS = 3
"""The number of times that a window is halved because its report fails or is too slow: down to an eighth."""

_FAILED_EIGHTHS = 2
"""The number of eighths that fail before an account counts as one whose reports all fail. One may have a bad day."""

_POLLS_FOR_A_LINK = 5
"""The number of polls after the first one that calls a report finished and gives no link. A report that Pinterest gives
no size either then has no rows, as a connector in production reads it."""

_POLLS_BEFORE_IT_EXISTS = 3
"""The number of polls for which Pinterest may not know a report that was just created."""

_TOO_SLOW = "Pinterest has worked on the report of {window} for more than {minutes}. The next sync asks for it again."
_UNKNOWN_STATUS = (
    "Pinterest gives the report of {window} a status that this version of the connector does not know, and has not "
    "finished it within {minutes}. The next sync asks for it again. If it happens again, please report it."
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
    error: PinterestError
    ends_stream: bool = False


@dataclass(frozen=True)
class SplitReport:
    """A report that is replaced by two, each of half of its days, because it is too much."""

    request: ReportRequest
    halves: tuple[ReportRequest, ReportRequest]


@dataclass(frozen=True)
class NoMoreReports:
    """The end of a stream's outcomes: all its reports have ended, or they could not be planned."""

    error: BaseException | None = None


Plan = Callable[[], Iterable[ReportRequest]]
Outcome = ReadyReport | FailedReport | SplitReport
Life = Generator[float, None, Outcome]
"""Makes one request at a time, yields the seconds until the next one, and returns what has become of the report."""


@dataclass(frozen=True)
class Pace:
    """How long a report is waited for.

    Attributes:
        clock: returns seconds that never decrease.
        timeout_seconds: the time after which a report is too slow.
        seconds_after_failure: the pause before a report that has failed is created again, so that an outage of minutes
            costs no report.
        pause_before: returns the seconds before a poll, which grow with the number of polls and creations before it.
    """

    clock: Callable[[], float]
    timeout_seconds: float
    seconds_after_failure: float
    pause_before: Callable[[int], float]


@dataclass
class Lengths:
    """How many days the reports of one account may have, as far as this sync has shown.

    Attributes:
        finished: the most days of a report that was finished; 0 if none was.
        too_long: the fewest days of one that was too much; infinite if none was.
        failed_eighths: the eighths of windows that have failed.
    """

    finished: int = 0
    too_long: float = math.inf
    failed_eighths: int = 0

    def exclude(self, days: int) -> bool:
        """Return whether reports on so many days, or on fewer, were too much, and none on so many was finished."""
        return self.finished < days >= self.too_long

    @property
    def are_in_doubt(self) -> bool:
        """Whether reports were too much and none was finished, but shorter ones may be."""
        return not self.finished and self.too_long < math.inf and self.failed_eighths < _FAILED_EIGHTHS

    @property
    def are_hopeless(self) -> bool:
        """Whether none was finished, however short."""
        return not self.finished and self.failed_eighths >= _FAILED_EIGHTHS


@dataclass(eq=False)
class Report:
    """A report that waits to be created, or is in progress.

    Attributes:
        stream: the reports of its stream.
        request: its request.
        splits: how often its window was halved.
        life: its life; None until it is created.
        due: the time of its next request; infinite while one is under way.
    """

    stream: "StreamReports"
    request: ReportRequest
    splits: int = 0
    life: Life | None = None
    due: float = math.inf

    @property
    def place(self) -> tuple[str, DateWindow]:
        """The account and the window, of which there may be several reports."""
        return self.request.ad_account_id, self.request.window

    @property
    def series(self) -> tuple[str, int]:
        """The account, and the number of the report among those on one window: reports that differ in days alone."""
        return self.request.ad_account_id, self.request.number

    @property
    def size(self) -> float:
        """The part of a place that the report takes: all as long as its series is in doubt, else that of its window."""
        return 1 if self.lengths.are_in_doubt else 0.5**self.splits

    @property
    def lengths(self) -> Lengths:
        """How long the reports of its series may be."""
        return self.stream.lengths[self.series]

    @property
    def is_too_long(self) -> bool:
        """Whether reports of its series that are as long were too much."""
        return self.lengths.exclude(self.request.window.days)

    @property
    def is_worth_retrying(self) -> bool:
        """Whether to ask for the report again, or for its halves, if it fails.

        Not after all reports of its series have failed, and not while the reports of one account after another fail.
        """
        return not self.lengths.are_hopeless and self.stream.client.is_worth_retrying()

    def halves(self) -> SplitReport | None:
        """Return the halves of the report; None if it can't or should not be halved."""
        halves = self.request.halves() if self.splits < _SPLITS and self.is_worth_retrying else None
        return SplitReport(self.request, halves) if halves else None

    def live(self, pace: Pace) -> Life:
        """Create the report, poll it until it ends, create it again if it is lost, and halve it if it is too much.

        Raises:
            PinterestError: it can't be created or polled, was created often enough, or is finished without a link.
        """
        creations, window = 0, self.request.window
        while True:
            try:
                token = self.stream.client.create(self.request)
            except ResponseTooLargeError:
                if halves := self.halves():
                    return halves
                raise
            end = yield from self._poll(token, creations, pace)
            creations += 1
            if not isinstance(end, JobStatus):
                return end
            is_too_much = end is JobStatus.FAILED and (creations >= _CREATIONS_OF_HALVES or self.is_too_long)
            if is_too_much and (halves := self.halves()):
                return halves
            if creations >= self._most_creations():
                times = "once" if creations == 1 else f"{creations} times"
                raise _transient(
                    f"Pinterest does not finish the report of {window}: {end.value}, {times}. This usually passes: the "
                    "next sync asks for it again."
                )
            LOGGER.info(f"The report of {window} is {end.value}. It is created again.")
            yield pace.seconds_after_failure if end is JobStatus.FAILED else 0

    def _most_creations(self) -> int:
        if not self.is_worth_retrying:
            return 1
        return _CREATIONS_OF_HALVES if self.splits else _CREATIONS

    def _poll(self, token: str, creations: int, pace: Pace) -> Generator[float, None, Outcome | JobStatus]:
        """Poll the report until it is finished, late or lost. Return its status if it is lost.

        The more often it was created before, the later the first poll.
        """
        client, window, created_at, polls, without_link = self.stream.client, self.request.window, pace.clock(), 0, 0
        while True:
            yield pace.pause_before(creations + polls)
            polled = client.poll(self.request, token)
            is_late, status = pace.clock() - created_at >= pace.timeout_seconds, polled.status
            if status is JobStatus.FINISHED and polled.url:
                return ReadyReport(self.request, token, polled)
            may_be_empty = status is JobStatus.FINISHED and polled.may_lack_rows()
            if may_be_empty and without_link >= _POLLS_FOR_A_LINK:
                LOGGER.warning(f"{client.stream}: The report of {window} has no link and no size, so it has no rows.")
                return ReadyReport(self.request, token, polled)
            may_come = status is JobStatus.DOES_NOT_EXIST and polls < _POLLS_BEFORE_IT_EXISTS
            if status.is_lost and not may_come:
                return status
            if is_late and not may_be_empty:
                return self._end_late(status, pace)
            polls, without_link = polls + 1, without_link + (status is JobStatus.FINISHED)

    def _end_late(self, status: JobStatus, pace: Pace) -> Outcome:
        """Halve a report whose time is up, or fail it; if Pinterest has finished none of the stream, all others too.

        They would take as long, one after another.
        """
        window, minutes = self.request.window, f"{pace.timeout_seconds / 60:g} minutes"
        if status is JobStatus.FINISHED:
            raise _transient(
                f"Pinterest calls the report of {window} finished and gives no link to its file. The next sync asks "
                "for it again."
            )
        if status is not JobStatus.UNKNOWN and (halves := self.halves()):
            return halves
        sentence = _UNKNOWN_STATUS if status is JobStatus.UNKNOWN else _TOO_SLOW
        ends_stream = not self.stream.has_finished
        why = sentence.format(window=window, minutes=minutes) + _NONE_FINISHED * ends_stream
        return FailedReport(self.request, _transient(why), ends_stream)


class StreamReports:
    """The reports of one stream: those that wait, those in progress, and what has become of them.

    Attributes:
        outcomes: what has become of the reports, for the stream to take.
        waiting: reports that are not created yet.
        running: reports in progress. One that is not among them any more has ended or been given up.
        unread: reports that have ended and whose outcome the stream has yet to handle.

    Args:
        client: sends the requests.
        plan: returns the requests for all reports. The runner calls it once.
    """

    def __init__(self, client: ReportClient, plan: Plan) -> None:
        self.client = client
        self.plan: Plan | None = plan
        self.outcomes: SimpleQueue[Outcome | NoMoreReports] = SimpleQueue()
        self.waiting: deque[Report] = deque()
        self.running: list[Report] = []
        self.unread: list[Report] = []
        self.lengths: defaultdict[tuple[str, int], Lengths] = defaultdict(Lengths)
        """How long the reports of each series may be."""
        self.next_creation = -math.inf
        """The earliest time of the next creation."""
        self.is_closed = False
        self.is_polled = False
        """Whether the stream takes outcomes. Before, a link would expire unused."""
        self.has_finished = False
        """Whether Pinterest has finished a report."""

    def end(self, report: Report, outcome: Outcome) -> None:
        """Pass the outcome of a report to the stream, and learn from it. The halves of one wait to be created."""
        if report not in self.running:
            return
        self.running.remove(report)
        self.outcomes.put(outcome)
        match outcome:
            case SplitReport():
                self._add_halves(report, outcome)
            case ReadyReport():
                report.lengths.finished = max(report.lengths.finished, report.request.window.days)
                self.has_finished = True
            case FailedReport() if report.splits >= _SPLITS:
                report.lengths.failed_eighths += 1
                # The other parts wait behind what is more likely to be finished.
                self.waiting = deque(sorted(self.waiting, key=lambda one: one.lengths.are_hopeless and one.splits > 0))
        if not isinstance(outcome, SplitReport):
            self.unread.append(report)
        if report.lengths.finished:
            self.waiting = deque(part for one in self.waiting for part in self._in_length(one))
        if (isinstance(outcome, FailedReport) and outcome.ends_stream) or not (self.waiting or self.running):
            self.close()

    def _add_halves(self, report: Report, split: SplitReport) -> None:
        """Let the halves of a report wait: first, or last if the length of the report was not too much before."""
        lengths, days = report.lengths, report.request.window.days
        lengths.too_long = min(lengths.too_long, days)
        halves = [Report(self, half, report.splits + 1) for half in split.halves]
        self.waiting = deque((*halves, *self.waiting) if lengths.finished < days else (*self.waiting, *halves))

    def _in_length(self, report: Report) -> Iterator[Report]:
        """Return a report that waits, or its parts if it is too long and shorter ones of its series were finished."""
        if report.lengths.finished and report.is_too_long and (split := report.halves()):
            self.outcomes.put(split)
            for half in split.halves:
                yield from self._in_length(Report(self, half, report.splits + 1))
        else:
            yield report

    def next_report(self, windows: int) -> Report | None:
        """Return the report to create next, with at most so many windows in progress; None if there is none.

        The reports of one window share its place, and its parts take a part of it each. A report is in progress until
        its outcome is handled. Of a series that is in doubt, one report is in progress at a time.
        """
        in_progress = (*self.running, *self.unread)
        places, busy = {one.place: one.size for one in in_progress}, {one.series for one in in_progress}
        for report in self.waiting:
            if not (report.lengths.are_in_doubt and report.series in busy):
                has_room = report.place in places or sum(places.values()) + report.size <= windows
                return report if has_room else None
        return None

    def close(self, error: BaseException | None = None) -> None:
        """Create and poll no further report. Reports in progress are given up."""
        if not self.is_closed:
            self.is_closed, self.plan = True, None
            self.waiting.clear()
            self.running.clear()
            self.unread.clear()
            self.outcomes.put(NoMoreReports(error))


def _transient(sentence: str) -> SliceError:
    return SliceError(sentence, kind=FailureType.transient_error)

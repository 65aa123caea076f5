"""The life of a report, from its creation to the link to its file.

`Report.live` is the whole story: a report is created, polled until it is finished, created again if Pinterest loses it,
and halved if it fails again, is too slow or too large. It makes one request at a time, and yields the seconds until the
next one. `reporting/runner.py` says when a life goes on. `StreamReports` keeps the reports of a stream, and counts
those that were too much, so that later ones are shorter.
"""

import logging
import math
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass
from queue import SimpleQueue

from airbyte_cdk.models import FailureType

from source_pinterest.api.errors import PinterestError, ResponseTooLargeError, SliceError
from source_pinterest.dates import DateWindow
from source_pinterest.reporting.client import Polled, ReadyReport, ReportClient, ReportRequest, ReportStatus

LOGGER = logging.getLogger("airbyte")

_CREATIONS = 4
"""The number of times that a report is created before its failure or loss is final."""

_CREATIONS_OF_HALVES = 2
"""The same for a half of a report, and the number of failures after which a report is halved."""

_SPLITS = 3
"""The number of times that a window is halved because its report fails or is too slow: down to an eighth."""

_TOO_LONG = 2
"""The number of reports that are too much, after which others that are as long are halved at once. A single report may
be too much because of one of its days."""

_POLLS_FOR_A_LINK = 5
"""The number of polls that follow the first one that calls a report finished and gives no link. If no link comes, and
Pinterest gives no size of the file either, the report has no rows. A connector in production reads it so."""

_POLLS_BEFORE_IT_EXISTS = 3
"""The number of polls for which Pinterest may not know a report that was just created."""

_ACCOUNT_STOPPED = (
    "The report of {window} is not created, because other reports of ad account {account} have failed. The next sync "
    "asks for it."
)
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
Series = tuple[str, int]
"""The account of a report, and its number among the reports on one window. Those of a series differ in their days."""

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
        pause_before: returns the seconds before a poll, which grow with the number of polls before it.
    """

    clock: Callable[[], float]
    timeout_seconds: float
    seconds_after_failure: float
    pause_before: Callable[[int], float]


@dataclass(eq=False)
class Report:
    """A report that waits to be created, or is in progress.

    Attributes:
        stream: the reports of its stream.
        request: its request.
        splits: how often its window was halved.
        life: its life; None until it is created.
        due: the time of its next request; infinite before the first one, and while one is under way.
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
    def series(self) -> Series:
        """The reports from which it differs in its days alone."""
        return self.request.ad_account_id, self.request.number

    @property
    def size(self) -> float:
        """How much of the place of a whole window the report takes."""
        return 0.5**self.splits

    @property
    def times_too_long(self) -> int:
        """How many reports of its series that are as long were too much; for a half, one more: the whole.

        Once a report that is as long was finished, single days are the cause, and the number is 0.
        """
        if self.request.window.days <= self.stream.finished[self.series]:
            return 0
        return self.stream.too_long[self.series, self.splits] + (self.splits > 0)

    def halves(self) -> SplitReport | None:
        """Return the halves of the report; None if it can't be halved."""
        halves = self.request.halves() if self.splits < _SPLITS else None
        return SplitReport(self.request, halves) if halves else None

    def live(self, pace: Pace) -> Life:
        """Create a report, poll it until it ends, create it again if it failed or got lost, halve it if it is too much.

        Raises:
            PinterestError: it can't be created or polled, was created often enough, or is finished without a link.
        """
        creations, end, window, account = 0, None, self.request.window, self.request.ad_account_id
        while self.stream.may_read(account):
            has_failed_again = end is ReportStatus.FAILED and creations >= _CREATIONS_OF_HALVES
            if (has_failed_again or self.times_too_long >= _TOO_LONG) and (halves := self.halves()):
                return halves
            if end:
                self._check_creations(creations, end)
                yield pace.seconds_after_failure if end is ReportStatus.FAILED else 0
            try:
                token = self.stream.client.create(self.request)
            except ResponseTooLargeError:
                if halves := self.halves():
                    return halves
                raise
            found = yield from self._poll(token, pace)
            if not isinstance(found, ReportStatus):
                return found
            creations, end = creations + 1, found
        return FailedReport(self.request, _transient(_ACCOUNT_STOPPED.format(window=window, account=account)))

    def _check_creations(self, creations: int, end: ReportStatus) -> None:
        """Check that the report may be created again.

        It may not if one account after another fails, or if two reports of its series that are as long were too much.

        Raises:
            SliceError: it was created often enough.
        """
        most_creations = _CREATIONS_OF_HALVES if self.splits else _CREATIONS
        if not self.stream.client.is_worth_retrying() or self.times_too_long >= _TOO_LONG:
            most_creations = 1
        if creations >= most_creations:
            times = "once" if creations == 1 else f"{creations} times"
            raise _transient(
                f"Pinterest does not finish the report of {self.request.window}: {end.value}, {times}. This usually "
                "passes: the next sync asks for it again."
            )
        LOGGER.info(f"The report of {self.request.window} is {end.value}. It is created again.")

    def _poll(self, token: str, pace: Pace) -> Generator[float, None, Outcome | ReportStatus]:
        """Poll the report until it is finished or late, has failed or is lost. Return its status in the last cases."""
        client, window, created_at, polls, without_link = self.stream.client, self.request.window, pace.clock(), 0, 0
        while True:
            yield pace.pause_before(polls)
            polled = client.poll(self.request, token)
            is_late, status = pace.clock() - created_at >= pace.timeout_seconds, polled.status
            if status is ReportStatus.FINISHED and polled.url:
                return ReadyReport(self.request, token, polled)
            may_be_empty = status is ReportStatus.FINISHED and polled.may_lack_rows()
            if may_be_empty and without_link >= _POLLS_FOR_A_LINK:
                LOGGER.warning(f"{client.stream}: The report of {window} has no link and no size, so it has no rows.")
                return ReadyReport(self.request, token, polled)
            may_come = status is ReportStatus.DOES_NOT_EXIST and polls < _POLLS_BEFORE_IT_EXISTS
            if status.is_lost and not may_come:
                return status
            if is_late and not may_be_empty:
                return self._end_late(polled, pace)
            polls, without_link = polls + 1, without_link + (status is ReportStatus.FINISHED)

    def _end_late(self, polled: Polled, pace: Pace) -> Outcome:
        """Return the halves of a report whose time is up, or its failure.

        If Pinterest has finished no report of the stream in this sync, the failure ends the stream: the others would
        take as long, one after another.
        """
        window, minutes, status = self.request.window, f"{pace.timeout_seconds / 60:g} minutes", polled.status
        if polled.failure:
            return FailedReport(self.request, polled.failure, ends_stream=not self.stream.finished)
        if status is ReportStatus.FINISHED:
            raise _transient(
                f"Pinterest calls the report of {window} finished and gives no link to its file. The next sync asks "
                "for it again."
            )
        if status is not ReportStatus.UNKNOWN and (halves := self.halves()):
            return halves
        sentence = _UNKNOWN_STATUS if status is ReportStatus.UNKNOWN else _TOO_SLOW
        ends_stream = not self.stream.finished
        why = sentence.format(window=window, minutes=minutes) + _NONE_FINISHED * ends_stream
        return FailedReport(self.request, _transient(why), ends_stream)


class StreamReports:
    """The reports of one stream: those that wait, those in progress, and what has become of them.

    Attributes:
        outcomes: what has become of the reports, for the stream to take.
        waiting: reports that are not created yet.
        running: reports that the runner is creating or polling. One that is not among them any more has ended or
            been given up.
        unread: reports that have ended, and that keep their place until the stream has handled their outcome.

    Args:
        client: sends the requests.
        plan: returns the requests for all reports. The runner calls it once.
        may_read: returns whether the reports of an ad account are still read.
    """

    def __init__(self, client: ReportClient, plan: Plan, may_read: Callable[[str], bool]) -> None:
        self.client, self.may_read = client, may_read
        self.plan: Plan | None = plan
        self.outcomes: SimpleQueue[Outcome | NoMoreReports] = SimpleQueue()
        self.waiting: deque[Report] = deque()
        self.running: list[Report] = []
        self.unread: list[Report] = []
        self.finished: Counter[Series] = Counter()
        """The most days of a finished report of each series."""
        self.too_long: Counter[tuple[Series, int]] = Counter()
        """The reports that were too much, by their series and by how often their windows were halved."""
        self.next_creation = -math.inf
        """The earliest time of the next creation."""
        self.is_closed = False
        self.is_polled = False
        """Whether the stream waits for outcomes. Its reports are not polled before: a link would expire unused."""

    def end(self, report: Report, outcome: Outcome) -> None:
        """Pass the outcome of a report to the stream, and learn from it. Halves wait to be created."""
        if report not in self.running:
            return
        self.running.remove(report)
        self.outcomes.put(outcome)
        if isinstance(outcome, ReadyReport):
            self.finished[report.series] = max(self.finished[report.series], report.request.window.days)
        elif isinstance(outcome, SplitReport) or report.splits:
            self.too_long[report.series, report.splits] += 1
        if isinstance(outcome, SplitReport):
            self._add_halves(report, outcome)
        else:
            self.unread.append(report)
        if (isinstance(outcome, FailedReport) and outcome.ends_stream) or not (self.waiting or self.running):
            self.close()

    def _add_halves(self, report: Report, split: SplitReport) -> None:
        """Let the halves of a report wait behind all others, or before them if no other was halved more often.

        The shortest reports then show soon how short reports have to be, and a series that always fails holds up no
        other one.
        """
        halves = [Report(self, half, report.splits + 1) for half in split.halves]
        if all(other.splits <= report.splits for other in (*self.waiting, *self.running)):
            self.waiting.extendleft(reversed(halves))
        else:
            self.waiting.extend(halves)

    def next_report(self, windows: int) -> Report | None:
        """Return the report to create next, if there is a place for it; None if there is none.

        The reports on one window share a place, and one on half of a window takes half a place. A report keeps its
        place until its outcome is handled. After a first report that was too much, its series has one report in
        progress at a time, until a second one is too much or one as long is finished.

        Args:
            windows: the number of places.
        """
        in_progress = (*self.running, *self.unread)
        places, busy = {one.place: one.size for one in in_progress}, {one.series for one in in_progress}
        for report in self.waiting:
            if report.times_too_long == 0 or report.times_too_long >= _TOO_LONG or report.series not in busy:
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

"""The life of a report, from its creation to the link to its file.

`Report.live` is the whole story. A report is created, and polled until it is finished. It is created again if Pinterest
fails or loses it. It is halved if it fails twice, is too slow or too large. `live` makes one request at a time, and
yields the seconds until the next one. `reporting/runner.py` decides which report makes the next request.
"""

import logging
import math
from collections.abc import Generator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from airbyte_cdk.models import FailureType

from source_pinterest.api.errors import ResponseTooLargeError, SliceError
from source_pinterest.reporting.client import Polled, ReadyReport, ReportRequest, ReportStatus

if TYPE_CHECKING:
    from source_pinterest.reporting.runner import ReportRunner, StreamReports

LOGGER = logging.getLogger("airbyte")

_CREATIONS = (4, 2, 2, 2)
"""The number of times that a report is created before its failure or loss is final.

The four numbers are of a whole window, a half, a quarter, and an eighth, which is not halved any more.
"""

_FAILURES_OF_A_WHOLE = 2
"""The number of times that a report is created before it is halved because it has failed."""

_POLLS_FOR_A_LINK = 8
"""Pinterest may call a report finished and give neither a link nor a size. The report is polled eight more times, which
take half a minute. If Pinterest still gives none, the report has no rows. A connector in production reads it so."""

_POLLS_BEFORE_IT_EXISTS = 3
"""The number of polls for which Pinterest may not know a report that was just created."""

_ACCOUNT_STOPPED = (
    "The report of {window} is not created, because other reports of ad account {account} have failed. The next sync "
    "asks for it."
)
_UNFINISHED = (
    "Pinterest does not finish the report of {window}: {status}, creations: {creations}. This usually passes: the next "
    "sync asks for it again."
)
_WITHOUT_LINK = (
    "Pinterest calls the report of {window} finished and gives no link to its file. The next sync asks for it again."
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
    error: Exception
    ends_stream: bool = False


@dataclass(frozen=True)
class SplitReport:
    """A report that is replaced by two, each of half of its days, because it is too much."""

    request: ReportRequest
    halves: tuple[ReportRequest, ReportRequest]


Outcome = ReadyReport | FailedReport | SplitReport
Life = Generator[float, None, Outcome]
"""Makes one request at a time, yields the seconds until the next one, and returns what has become of the report."""


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

    def live(self, runner: "ReportRunner") -> Life:
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

        Not by `Asks.read`: a report takes minutes, so that its halves are created side by side and wait for their turn.
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
            if polled.status.is_given_up and not is_new:
                return polled.status
            if runner.clock() - created_at >= runner.timeout_seconds:
                return self._end_late(polled, runner.timeout_seconds)

    def _end_late(self, polled: Polled, seconds: float) -> Outcome:
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
        sentence = _UNKNOWN_STATUS if status is ReportStatus.UNKNOWN else _TOO_SLOW
        error = _transient(sentence + _NONE_FINISHED * ends_stream, window=window, minutes=minutes)
        return FailedReport(self.request, error, ends_stream)


def _transient(sentence: str, **facts: object) -> SliceError:
    return SliceError(sentence.format(**facts), kind=FailureType.transient_error)

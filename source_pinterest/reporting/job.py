"""What is a report on its way from the request to the file?"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

from pendulum import Date

from source_pinterest.api.errors import PinterestError, ReportRefusedError
from source_pinterest.api.rows import OnReplacement
from source_pinterest.dates import DateWindow, Granularity
from source_pinterest.reporting.file import Filed, rows_of_any_form, rows_of_unseen_reports
from source_pinterest.state.history import PlannedWindow

ReadRows = Callable[[Iterable[bytes], Collection[str], OnReplacement | None], Iterator[Filed]]
"""Takes a file in chunks, the columns that were asked for, and a sentence on what of a row could not be kept."""


@dataclass(frozen=True)
class ReportEndpoint:
    """A POST of the path creates a report, a GET asks how far it is.

    Attributes:
        path: with the ad account's id left open.
        always: what every request says.
        least_days: how many days a request covers at least, first and last day included.
        first_day: before which no request may begin; None where only the age of a day counts.
        read: makes rows of a file.
        refused: what it means that Pinterest calls a request wrong, from its body and Pinterest's words.
    """

    path: str
    always: Mapping[str, Any] = field(default_factory=dict)
    least_days: int = 1
    first_day: Date | None = None
    read: ReadRows = rows_of_unseen_reports
    refused: Callable[[Mapping[str, Any], str], PinterestError] = lambda _, answer: ReportRefusedError(answer)


ANALYTICS_REPORTS = ReportEndpoint(
    "ad_accounts/{ad_account_id}/reports", {"report_format": "JSON"}, read=rows_of_any_form
)


class JobStatus(Enum):
    """Pinterest's `report_status`: https://developers.pinterest.com/docs/api/v5/analytics-get_report."""

    IN_PROGRESS = "IN_PROGRESS"
    FINISHED = "FINISHED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"
    DOES_NOT_EXIST = "DOES_NOT_EXIST"

    @classmethod
    def _missing_(cls, value: object) -> "JobStatus":
        """A status that is new to us counts as work in progress, which has a deadline."""
        del value
        return cls.IN_PROGRESS

    @property
    def is_lost(self) -> bool:
        """Whether the job has to be created anew."""
        return self not in (JobStatus.IN_PROGRESS, JobStatus.FINISHED)


@dataclass(frozen=True)
class ReportRequest:
    """What is asked of Pinterest.

    Attributes:
        ad_account_id: whose report it is.
        window: the days whose rows are wanted.
        body: the rest of the request; the days are put in when it is sent.
        planned: the window that the cursor knows; a request that was split covers a part of it.
        number: tells several requests for one window apart.
        endpoint: where it is asked for.
    """

    ad_account_id: str
    window: DateWindow
    body: Mapping[str, Any]
    planned: PlannedWindow
    number: int = 0
    endpoint: ReportEndpoint = ANALYTICS_REPORTS

    @property
    def asked(self) -> DateWindow:
        """The days to ask for: more than are wanted where those are too few for a report."""
        if self.window.days >= self.endpoint.least_days:
            return self.window
        granularity = Granularity(self.body["granularity"])
        return granularity.widened(self.window, self.endpoint.least_days, self.endpoint.first_day)

    def halves(self) -> "tuple[ReportRequest, ReportRequest] | None":
        """The request as two of half the days; None where its rows can't be had in parts."""
        windows = Granularity(self.body["granularity"]).halves(self.window)
        return (replace(self, window=windows[0]), replace(self, window=windows[1])) if windows else None

    def as_json(self) -> dict[str, Any]:
        """The body to send."""
        start, end = self.asked.as_pair()
        return {"start_date": start, "end_date": end, **self.endpoint.always, **self.body}


@dataclass
class Job:
    """A report that Pinterest works on.

    Attributes:
        request: what was asked.
        token: Pinterest's name for it.
        created_at: when it was asked for, on the runner's clock.
        deadline: when it counts as too slow.
        scouts: whether it is asked for early, to learn how long reports take.
        splits: how often its window was halved.
        creations: how often it was created.
        polls: how often it was asked for.
        next_poll: when to ask again.
    """

    request: ReportRequest
    token: str
    created_at: float
    deadline: float
    scouts: bool = True
    splits: int = 0
    creations: int = 1
    polls: int = 0
    next_poll: float = 0

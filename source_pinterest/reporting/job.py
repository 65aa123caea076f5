"""The endpoints, requests, states and jobs of asynchronous reports."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any, NamedTuple

from pendulum import Date

from source_pinterest.api.errors import ConfigError, PinterestError
from source_pinterest.api.rows import OnReplacement
from source_pinterest.dates import DateWindow, Granularity
from source_pinterest.reporting.file import Filed, rows_of_file, rows_of_undocumented_file

ReadRows = Callable[[Iterable[bytes], Collection[str], OnReplacement | None], Iterator[Filed]]
"""Reads a file. Its arguments: the chunks, the requested columns, and a function that takes a warning."""


CHANGE_THE_REPORT = "Change the report's columns or attribution windows."


def report_refused(_: "ReportRequest", quote: str) -> PinterestError:
    """Return the error if Pinterest rejects a request as it would reject all of its stream."""
    return ConfigError(f"Pinterest refuses this report. {quote}. {CHANGE_THE_REPORT}", quote=quote)


@dataclass(frozen=True)
class ReportEndpoint:
    """An endpoint of reports. A POST creates a report, a GET returns its status.

    Attributes:
        path: the path, with a placeholder for the ad account's id.
        fixed_fields: fields of the body that are the same in all requests.
        least_days: the minimum number of days of a request, including the first and the last day.
        first_day: the earliest day of a request, or None if only the age of a day is limited.
        read: reads the rows of a file.
        rejection_error: returns the error for a rejected request, from the request and Pinterest's words.
    """

    path: str
    fixed_fields: Mapping[str, Any] = field(default_factory=dict)
    least_days: int = 1
    first_day: Date | None = None
    read: ReadRows = rows_of_undocumented_file
    rejection_error: "Callable[[ReportRequest, str], PinterestError]" = report_refused


ANALYTICS_REPORTS = ReportEndpoint(
    "ad_accounts/{ad_account_id}/reports",
    {"report_format": "JSON"},
    read=lambda chunks, _columns, on_replacement: rows_of_file(chunks, on_replacement),
)


class JobStatus(Enum):
    """Pinterest's `report_status`: https://developers.pinterest.com/docs/api/v5/analytics-get_report."""

    IN_PROGRESS = "IN_PROGRESS"
    FINISHED = "FINISHED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"
    EXPIRED = "EXPIRED"
    DOES_NOT_EXIST = "DOES_NOT_EXIST"
    UNKNOWN = "UNKNOWN"
    """Any other status, and none. It is polled like a report in progress, which has a deadline."""

    @classmethod
    def _missing_(cls, value: object) -> "JobStatus":
        """Ignore the case of a status."""
        return next((status for status in cls if status.value == str(value).upper()), cls.UNKNOWN)

    @property
    def is_lost(self) -> bool:
        """Whether the report has to be created again."""
        return self not in (JobStatus.IN_PROGRESS, JobStatus.FINISHED, JobStatus.UNKNOWN)


class Polled(NamedTuple):
    """The response to a poll.

    Attributes:
        status: the report's status.
        url: the link to the file; empty if there is none.
        size: the bytes of the file as Pinterest states them, or None.
    """

    status: JobStatus
    url: str = ""
    size: float | None = None

    def may_lack_rows(self, received: int = 0) -> bool:
        """Return whether a file of this many bytes may be all there is, if it has no rows."""
        return self.size is None or self.size <= max(received, len("{}"))


@dataclass(frozen=True)
class ReportRequest:
    """A request for a report.

    Attributes:
        ad_account_id: the ad account.
        window: the days whose rows are wanted.
        body: the body without the days, which are added when it is sent.
        number: tells several requests for one window apart.
        endpoint: the endpoint that creates the report.
    """

    ad_account_id: str
    window: DateWindow
    body: Mapping[str, Any]
    number: int = 0
    endpoint: ReportEndpoint = ANALYTICS_REPORTS

    @property
    def requested_window(self) -> DateWindow:
        """The days to request: more than the wanted days if the endpoint has a minimum number of days."""
        if self.window.days >= self.endpoint.least_days:
            return self.window
        granularity = Granularity(self.body["granularity"])
        return granularity.widened(self.window, self.endpoint.least_days, self.endpoint.first_day)

    def halves(self) -> "tuple[ReportRequest, ReportRequest] | None":
        """Return two requests for half of the days each, or None if the days can't be split."""
        windows = Granularity(self.body["granularity"]).halves(self.window)
        return (replace(self, window=windows[0]), replace(self, window=windows[1])) if windows else None

    def as_json(self) -> dict[str, Any]:
        """Return the body to send."""
        start, end = self.requested_window.as_pair()
        return {"start_date": start, "end_date": end, **self.endpoint.fixed_fields, **self.body}


@dataclass(frozen=True)
class ReadyReport:
    """A finished report, whose file can be downloaded.

    Attributes:
        request: the report's request.
        token: Pinterest's token of the report.
        polled: the response that called it finished. If it has no link, the report has no rows.
    """

    request: ReportRequest
    token: str
    polled: Polled

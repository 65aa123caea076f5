"""Creates, polls and downloads the reports of one stream.

The file of a report is hosted elsewhere, behind a signed link that expires after five minutes. The download sends no
token and no credentials of that host. The file is downloaded to its end before its first row is emitted.
"""

import logging
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import partial
from itertools import chain
from typing import Any, NamedTuple, TypeVar

import requests
from airbyte_cdk.models import FailureType
from pendulum import Date

from source_pinterest import limits
from source_pinterest.api import Api
from source_pinterest.api.bodies import parse_body
from source_pinterest.api.client import PinterestClient
from source_pinterest.api.error_mapping import ErrorResponse, Retry
from source_pinterest.api.errors import (
    AccessDeniedError,
    AccessLostError,
    BadRequestError,
    ConfigError,
    ErrorReason,
    FormError,
    InvalidRequestError,
    MalformedResponseError,
    NotFoundError,
    TaskError,
)
from source_pinterest.api.retries import RetryingSender
from source_pinterest.api.session import ApiResponse, is_local, path_of
from source_pinterest.config.reports import STATUS_FILTERS
from source_pinterest.dates import DateWindow, Granularity
from source_pinterest.engine.request_splitting import RejectedNames, RequestSpec, RequestSplitter, named_in
from source_pinterest.reporting.file import Filed, rows_of_file

LOGGER = logging.getLogger("airbyte")

T = TypeVar("T")

_PUBLIC_URL = re.compile(
    r"https://([a-z\d-]+\.)+(?!(internal|local|localhost)\b)[a-z]+\.?(:\d+)?([/?][!-\[\]-~]*)?",
    re.ASCII | re.IGNORECASE,
)
"""A URL whose host is a name of the internet, in characters that all libraries read alike."""

_LISTS_OF_NAMES = ("columns", "targeting_types", "campaign_objective_types", *STATUS_FILTERS)
"""The fields of a request from which names that Pinterest rejects are removed."""

CHANGE_THE_REPORT = "Change the report's columns, filters or attribution windows."


@dataclass(frozen=True)
class ReportEndpoint:
    """An endpoint of reports. A POST creates a report, a GET returns its status.

    Attributes:
        path: the path, with a placeholder for the ad account's id.
        fixed_fields: fields of the body that are the same in all requests.
        least_days: the minimum number of days of a request, including the first and the last day.
        first_day: the earliest day of a request, or None if only the age of a day is limited.
    """

    path: str
    fixed_fields: Mapping[str, Any] = field(default_factory=dict)
    least_days: int = 1
    first_day: Date | None = None


ANALYTICS_REPORTS = ReportEndpoint(
    "ad_accounts/{ad_account_id}/reports",
    {"report_format": "JSON"},
)


class ReportStatus(Enum):
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
    def _missing_(cls, value: object) -> "ReportStatus":
        """Ignore the case of a status."""
        return next((status for status in cls if status.value == str(value).upper()), cls.UNKNOWN)


class PollResult(NamedTuple):
    """The response to a poll.

    Attributes:
        status: the report's status.
        url: the link to the file of a finished report; empty if there is none.
        failure: the error of a poll that Pinterest did not answer, which says nothing of the report; else None.
        seems_empty: whether the status is FINISHED, without a link or a size.
    """

    status: ReportStatus
    url: str = ""
    failure: TaskError | None = None
    seems_empty: bool = False


@dataclass(frozen=True)
class ReportRequest:
    """A request for a report.

    Attributes:
        ad_account_id: the ad account.
        window: the days whose rows are wanted.
        body: the body without the days, which are added when it is sent.
        number: distinguishes several requests for one window.
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
        polled: the response that called it finished, with the link.
    """

    request: ReportRequest
    token: str
    polled: PollResult


class ReportClient:
    """Creates, polls and downloads the reports of one stream.

    Args:
        api: downloads the files.
        client: the stream's client for Pinterest's API.
        stream: the stream's name, for messages.
        rejected: the columns and targeting types that Pinterest rejects.
    """

    def __init__(self, api: Api, client: PinterestClient, stream: str, rejected: RejectedNames) -> None:
        self._api = api
        self._client = client
        self.stream, self._splitter = stream, RequestSplitter(rejected=rejected)
        self.is_worth_retrying = client.is_worth_retrying

    def create(self, request: ReportRequest) -> str:
        """Create a report without the names that Pinterest rejects, and return its token.

        Raises:
            NotFoundError: the ad account does not exist for this token.
            ConfigError: Pinterest rejects names without which no report of the stream can be read.
            TaskError: Pinterest rejects this report and names nothing in it.
            PinterestError: the error for the response, see `api/error_mapping.py`.
        """
        spec = _spec_of(request)
        try:
            [token] = self._splitter.read(spec, partial(self._post, request))
        except InvalidRequestError as error:
            if named_in(error.quote, spec.all_names()):
                raise ConfigError(f"Pinterest rejects this report. {error.quote}. {CHANGE_THE_REPORT}") from error
            raise TaskError(
                f"Pinterest rejects the report on {request.window} of ad account {request.ad_account_id}. "
                f"{error.quote}. The next sync requests it again. If every account is rejected, change the columns, "
                "filters or attribution windows. If only this one is, add it to Excluded Ad Account IDs.",
                kind=FailureType.config_error if isinstance(error, BadRequestError) else error.kind,
                quote=error.quote,
            ) from error
        return token

    def _post(self, request: ReportRequest, spec: RequestSpec) -> str:
        body = {**request.as_json(), **{name: list(values) for name, values in spec.names.items()}}
        return self._client.send(_path(request), {}, _token_in, body=body).value

    def poll(self, request: ReportRequest, token: str) -> PollResult:
        """Return the status of a report, and the link to its file once it is finished.

        A report counts as in progress if the poll times out, is cut off or is answered with HTTP 500 or higher, or with
        code 1105 and any status.

        Raises:
            AccessLostError: Pinterest rejects the status of a report that it created.
            PinterestError: the error for the response, see `api/error_mapping.py`.
        """
        try:
            report = self._client.send(_path(request), {"token": token}, _report_in).value
        except NotFoundError:
            return PollResult(ReportStatus.DOES_NOT_EXIST)
        except AccessDeniedError as error:
            raise AccessLostError(self.stream, _path(request), str(error.message)) from error
        except TaskError as error:
            if error.reason is ErrorReason.REPORT_IN_PROGRESS:
                return PollResult(ReportStatus.IN_PROGRESS)
            if error.reason in {ErrorReason.SERVER_ERROR, ErrorReason.BROKE_OFF}:
                return PollResult(ReportStatus.IN_PROGRESS, failure=error)
            raise
        status = ReportStatus(report.get("report_status"))
        url = report.get("url") if status is ReportStatus.FINISHED else ""
        has_no_rows = str(report.get("size") or 0) in ("0", "2")  # the file of a report without rows is {}
        seems_empty = status is ReportStatus.FINISHED and not url and has_no_rows
        return PollResult(status, url or "", seems_empty=seems_empty)

    def fetch(self, report: ReadyReport, read: Callable[[Iterator[Filed]], T]) -> T:
        """Download the file of a finished report, and return what `read` returns.

        Args:
            report: the report.
            read: takes the rows of the file, each after the id under which the file lists it.

        Raises:
            UnavailableError: the file can't be downloaded to its end.
        """
        if report.polled.seems_empty:
            LOGGER.warning(f"{self.stream}: The report of {report.request.window} has no link, so it has no rows.")
            return read(iter(()))
        # After a try that failed, the report is polled first: a link expires after five minutes.
        polls = chain((report.polled,), iter(lambda: self.poll(report.request, report.token), None))

        def download() -> ApiResponse[T] | ErrorResponse:
            link = next(polls).url or report.polled.url
            # If the API is on this machine, so may be the file. Names of hosts are not looked up.
            if not _PUBLIC_URL.fullmatch(link) and not (is_local(link) and is_local(self._api.base_url)):
                raise MalformedResponseError("The report's link is not an https URL of a public host.")
            request = requests.Request("GET", link)
            return self._api.downloads.exchange(request, lambda chunks: read(rows_of_file(chunks)), limits.REPORT_BYTES)

        tries = RetryingSender(self._api.retry_policy, self.stream, "the file of a report")
        return tries.response(download, lambda rejected: Retry(why=f"HTTP {rejected.status}.")).value


def _spec_of(request: ReportRequest) -> RequestSpec:
    """Return the spec of a request, with the names that Pinterest may reject."""
    names = {name: request.body[name] for name in _LISTS_OF_NAMES if name in request.body}
    return RequestSpec(request.ad_account_id, window=request.window, names=names)


def _path(request: ReportRequest) -> str:
    return path_of(request.endpoint.path, {"ad_account_id": request.ad_account_id})


def _token_in(chunks: Iterator[bytes]) -> str:
    """Return the token in the response to a creation."""
    report = _report_in(chunks)
    token = report.get("token")
    if not isinstance(token, str | int) or not 0 < len(str(token)) <= limits.URL_CHARACTERS:
        raise FormError("The response has no token of the report.")
    return str(token)


def _report_in(chunks: Iterator[bytes]) -> Mapping[str, Any]:
    """Return the report in a response."""
    report = parse_body(chunks)
    if isinstance(report, Mapping) and isinstance(wrapped := report.get("data"), Mapping):
        report = wrapped  # the form of marketing mix reports before version 5.28 of the API
    if not isinstance(report, Mapping):
        raise FormError("The response is not a JSON object.")
    return report

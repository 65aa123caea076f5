"""How do asynchronous reports become slices and pages of a stream?"""

from collections.abc import Callable, Generator, Iterable, Iterator
from functools import partial

from airbyte_cdk.sources.types import StreamSlice

from source_pinterest.api.bodies import OnReplacement
from source_pinterest.api.client import PinterestClient
from source_pinterest.engine.pages import Page
from source_pinterest.engine.refused_names import RefusedNames
from source_pinterest.reporting.client import ReportClient
from source_pinterest.reporting.job import ReportRequest
from source_pinterest.reporting.orders import FailedReport, Orders, ReadyReport, SplitReport
from source_pinterest.reporting.reader import Filed
from source_pinterest.state.day_cursor import DayCursor
from source_pinterest.state.keyed import KeyColumns
from source_pinterest.streams.base.context import Sync
from source_pinterest.streams.base.slices import failed_slice, window_slice

_REPORT = "report"

FileRead = tuple[Iterable[Page], KeyColumns | None]
ReadFile = Callable[[ReportRequest, Iterable[Filed]], FileRead]
"""Makes pages of the rows of a report's file, before the first of which is emitted the last row has been looked at."""


class ReportSlices:
    """The reports of one stream.

    Args:
        sync: has the runner.
        client: asks Pinterest on behalf of the stream.
        stream: whose reports they are.
        read: makes pages of a file.
        on_replacement: takes a sentence on what of a file could not be kept.
        refused: the columns and targeting types that Pinterest refuses.
    """

    def __init__(
        self,
        sync: Sync,
        client: PinterestClient,
        stream: str,
        read: ReadFile,
        on_replacement: OnReplacement,
        refused: RefusedNames,
    ) -> None:
        self._runner = sync.reports
        self._client = ReportClient(sync.api, client, stream, refused)
        self._read, self._on_replacement = read, on_replacement
        self._orders: Orders | None = None

    def try_out(self, request: ReportRequest) -> None:
        """Ask for a report that nobody fetches."""
        self._client.try_out(request)

    def order(self, plan: Callable[[], Iterable[ReportRequest]]) -> None:
        """Have reports made, once somebody waits for any."""
        self._orders = self._runner.open(self._client, plan)

    def release(self, stream_slice: StreamSlice) -> None:
        """A slice has come to its end, read or not, so that the next report may be made."""
        if self._orders and is_report(stream_slice):
            self._runner.release(self._orders, stream_slice.extra_fields[_REPORT].request)

    def slices(self, cursor: DayCursor | None) -> Iterator[StreamSlice]:
        """A slice for each report as it comes to its end.

        Args:
            cursor: expects one slice more for a report that became two.
        """
        if self._orders is None:
            return
        for outcome in self._runner.outcomes(self._orders):
            request = outcome.request
            parents = {"ad_account_id": request.ad_account_id}
            if isinstance(outcome, FailedReport):
                yield failed_slice(parents, outcome.error, request.planned)
            elif isinstance(outcome, ReadyReport):
                named = {"batch": request.number, "token": outcome.token}
                yield window_slice(parents, request.planned, named, **{_REPORT: outcome})
            elif isinstance(outcome, SplitReport) and cursor:
                cursor.expect_one_more(request.ad_account_id, request.planned)

    def pages(self, stream_slice: StreamSlice) -> Generator[Page, None, KeyColumns | None]:
        """The rows of a finished report; returns what the cursor has to know of their keys."""
        ready: ReadyReport = stream_slice.extra_fields[_REPORT]
        read = partial(self._pages_in, ready.request)
        pages, keyed = self._client.fetch(ready.request, ready.token, ready.url, read)
        yield from pages
        return keyed

    def _pages_in(self, request: ReportRequest, chunks: Iterable[bytes]) -> FileRead:
        rows = request.endpoint.read(chunks, request.body.get("columns", ()), self._on_replacement)
        return self._read(request, rows)


def is_report(stream_slice: StreamSlice) -> bool:
    """Whether the slice is a report's."""
    return _REPORT in stream_slice.extra_fields

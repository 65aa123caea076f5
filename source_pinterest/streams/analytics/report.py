"""Streams of asynchronous reports: one report per ad account and window, created, polled and downloaded."""

from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property, partial
from itertools import product
from typing import Any

from source_pinterest.api.errors import PinterestError
from source_pinterest.columns import AD_ACCOUNT_ID, DATE, analytics_schema, key_schema
from source_pinterest.dates import DateWindow
from source_pinterest.engine.record_batches import RecordBatch
from source_pinterest.engine.request_splitting import RejectedNames
from source_pinterest.engine.tasks import Task
from source_pinterest.reporting.client import ANALYTICS_REPORTS, ReadyReport, ReportClient, ReportRequest
from source_pinterest.reporting.runner import SplitReport, StreamReports
from source_pinterest.state.cursor import PinterestCursor, StatelessCursor, StateStore
from source_pinterest.state.day_cursor import AccountDayCursor
from source_pinterest.state.days import DaySet
from source_pinterest.state.period import Period
from source_pinterest.streams.ads.accounts import AdAccountStream
from source_pinterest.streams.ads.metrics_ready import MetricsReadyState
from source_pinterest.streams.analytics.entity_keys import report_keys
from source_pinterest.streams.analytics.report_spec import ReportSpec
from source_pinterest.streams.analytics.row_validation import ReportKey, ReportRows
from source_pinterest.streams.base.declaration import ReadPriority
from source_pinterest.streams.base.sync import SyncContext


class ReportTasks:
    """The reports of one stream as tasks.

    Args:
        stream: the stream. Its sync has the runner of all reports.
        spec: what its reports are.
    """

    def __init__(self, stream: AdAccountStream, spec: ReportSpec) -> None:
        rejected = RejectedNames(stream.notices, spec.needed)
        optional, entity = (spec.ids, "") if spec.may_lack_ids else ((), spec.ids[0])
        key = ReportKey(spec.key, optional, rejected.names_of, spec.breakdowns, entity)
        self._rows = ReportRows(
            stream.name, stream.notices, key, spec.columns, spec.stamped, stream.ad_accounts.currency_of
        )
        self._client = ReportClient(stream.api, stream.client, stream.name, rejected)
        self._runner, self._tracker, self._usage = stream.shared.reports, stream.tracker, stream.usage

    @contextmanager
    def submit(self, requests: Sequence[ReportRequest]) -> Generator[StreamReports, None, None]:
        """Have reports created and polled within the block."""
        self._usage.count("reports", len(requests))
        reports = self._runner.open(self._client, requests, lambda account: self._tracker.allows((account,)))
        try:
            yield reports
        finally:
            self._runner.close(reports)

    def tasks(self, reports: StreamReports, cursor: AccountDayCursor | None, *, waits: bool = True) -> Iterator[Task]:
        """Return a task for each report that is finished or has failed.

        Args:
            reports: the reports that were ordered.
            cursor: learns of split reports.
            waits: whether to wait until the last report has ended, or to return the tasks of those that have by now.
        """
        for outcome in self._runner.outcomes(reports, waits=waits):
            request = outcome.request
            self._usage.count("reports done")
            parents = {"ad_account_id": request.ad_account_id}
            if isinstance(outcome, ReadyReport):
                named, release = {"report": request.number}, partial(self._runner.release, reports)
                yield Task(parents, partial(self._read, outcome), request.window, named, on_end=release)
            elif isinstance(outcome, SplitReport):
                self._usage.count("reports", len(outcome.halves))
                if cursor:
                    cursor.split(request.ad_account_id, request.window, [half.window for half in outcome.halves])
            elif isinstance(outcome.error, PinterestError):
                yield Task.failed(parents, outcome.error, request.window)
            else:
                raise outcome.error

    def _read(self, ready: ReadyReport, task: Task) -> Generator[RecordBatch, None, None]:
        """Read a finished report: fetch its file, check its rows, and hand them out.

        A file that breaks off is fetched again, from a new link, as `ReportClient.fetch` does.
        """
        del task
        yield from self._client.fetch(ready, partial(self._rows.record_batches, ready.request))


class ReportStream(AdAccountStream):
    """One report per ad account and window, with a row per entity and day, or a finer one at some levels.

    https://developers.pinterest.com/docs/api/v5/analytics-create_report.

    Args:
        sync: the sync.
        spec: what the reports are.
        name: the stream's name, if it is not the one of its class.
    """

    path_template = ANALYTICS_REPORTS.path
    needs_user_token = True
    cursor_field: str | list[str] = DATE  # of the class, since the framework's constructor reads it
    state_cursor: AccountDayCursor
    rank = ReadPriority.ADS

    def __init__(self, sync: SyncContext, spec: ReportSpec, name: str = "") -> None:
        super().__init__(sync, name)
        self.spec, self.day_range, self.cost = spec, spec.day_range, spec.cost
        self.key = (*spec.key, *spec.stamped)
        if spec.is_total:
            self.cursor_field = []
        self.foreign_keys = report_keys(spec.level, spec.key, spec.columns)
        self.report_tasks = ReportTasks(self, spec)

    def new_cursor(self, store: StateStore) -> PinterestCursor:
        """Return a cursor over the days of each account. Each sync reads the whole of a total."""
        if self.spec.is_total:
            return StatelessCursor(store)
        ready = self.shared.stream(MetricsReadyState).last_final_day
        return AccountDayCursor(store, self.period(), self.spec.digest, ready)

    @cached_property
    def _schema(self) -> Mapping[str, Any]:
        schema = analytics_schema((*self.spec.columns, AD_ACCOUNT_ID))
        keys = key_schema(column for column in self.key if column not in schema["properties"])
        return {**schema, "properties": {**schema["properties"], **keys}}

    def get_json_schema(self) -> Mapping[str, Any]:  # type: ignore[override]
        return self._schema

    def report_requests(self) -> list[ReportRequest]:
        """Return the requests for the days that are to be read of all accounts."""
        if self.spec.is_total:
            return self._requests_of_totals()
        requests: list[ReportRequest] = []
        for account, unread in self.state_cursor.begin(list(self.ad_accounts.ids.get(()))).items():
            windows = self._windows(account, unread)
            self.state_cursor.plan(account, ((window, len(self.spec.variants)) for window in windows))
            requests += [request for window in windows for request in self.spec.requests(account, window)]
        return requests

    def _requests_of_totals(self) -> list[ReportRequest]:
        accounts = list(self.ad_accounts.ids.get(()))
        period = Period.of(self.day_range, self.config, None, self.config.today)
        period.explain(self.name)
        pairs = product(accounts, DateWindow(period.start, period.end).cut(self.spec.window_days))
        return [request for account, window in pairs for request in self.spec.requests(account, window)]

    def _windows(self, account: str, unread: DaySet) -> list[DateWindow]:
        """Return the unread days of an account in windows of one report each, of whole buckets.

        The bucket of the first day is skipped if it begins before. An attempt of a full refresh skips a bucket of
        which an earlier attempt has read days: it was emitted, and the present week has one day more when the next
        attempt begins after midnight.
        """
        period, days, granularity = self.state_cursor.period, self.state_cursor.days_of(account), self.spec.granularity
        first_day = max(period.earliest, min(period.start, days.first))
        reach = (
            DateWindow(max(granularity.expand_to_buckets(window).start, first_day), window.end) for window in unread
        )
        whole = DaySet().union(filter(None, map(granularity.buckets_starting_in, reach)))
        left = whole.difference(map(granularity.expand_to_buckets, days.read if self.is_refresh else ()))
        return [piece for window in left for piece in granularity.cut(window, self.spec.window_days, period.today)]

    def account_tasks(self, accounts: Iterable[str]) -> Iterator[Task]:
        """Return a task for each report that is finished or has failed."""
        del accounts
        requests = self.report_requests()
        with self.report_tasks.submit(requests) as reports:
            yield from self.report_tasks.tasks(reports, self.state_cursor)

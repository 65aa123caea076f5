"""Which reports are ordered? A small one of each level, an hourly one, and one that only asks whether it may be asked.

The levels whose rows may be finer than one entity a day come first.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from integration_tests.tools.live.calls import Calls
from integration_tests.tools.live.reports import Reports
from integration_tests.tools.live.seen import Seen
from integration_tests.tools.live.shapes import shape_of
from source_pinterest.columns import REACH_COLUMNS, text_columns
from source_pinterest.dates import DateWindow, days_before
from source_pinterest.reporting.job import ReportRequest
from source_pinterest.state.history import PlannedWindow
from source_pinterest.streams.analytics.level_reports import REPORTS
from source_pinterest.streams.analytics.own_reports import PRODUCT_CONVERSIONS, MarketingMixReport
from source_pinterest.streams.analytics.report import ReportStream
from source_pinterest.streams.base.stream import Sync

HOURLY, REACH = "hourly", "reach_columns"
"""What no stream asks for: hours, and the columns that the connector leaves out."""

OWN_ENDPOINTS: tuple[type[ReportStream], ...] = (MarketingMixReport, *PRODUCT_CONVERSIONS)
_DAYS, _HOURLY_DAYS = 7, 2
_HOURLY_COLUMNS = ("CAMPAIGN_ID", "AD_ACCOUNT_ID", "SPEND_IN_DOLLAR", "IMPRESSION_1", "CLICKTHROUGH_1")
_FIRST = ("KEYWORD", "PRODUCT_GROUP", "PRODUCT_ITEM", "CAMPAIGN", "CAMPAIGN_TARGETING")

Account = Callable[[], str]
Step = tuple[str, Callable[[], object]]


class Orders:
    """The reports of a look.

    Args:
        sync: the connector's streams.
        calls: asks Pinterest.
        seen: takes what came of them.
    """

    def __init__(self, sync: Sync, calls: Calls, seen: Seen) -> None:
        self._sync, self._calls = sync, calls
        self._seen, self._reports = seen, Reports(calls, seen.reports)
        self._ranked = sorted(map(sync.stream, REPORTS), key=_rank)

    def first_steps(self, account: Account) -> Iterator[Step]:
        """A step for each of the levels that come first, and for what no stream asks for."""
        for stream in self._ranked[: len(_FIRST)]:
            yield stream.name, partial(self._order, stream, account)
        yield HOURLY, partial(self._order_hours, account)
        yield REACH, partial(self._try_reach, account)

    def further_steps(self, account: Account) -> Iterator[Step]:
        """A step for each other level."""
        for stream in self._ranked[len(_FIRST) :]:
            yield stream.name, partial(self._order, stream, account)

    def steps_of_own_endpoints(self, account: Account) -> Iterator[Step]:
        """A step for each report that has an endpoint of its own, to which few apps have a right."""
        for stream in map(self._sync.stream, OWN_ENDPOINTS):
            yield stream.name, partial(self._order_elsewhere, stream, account)

    def collect(self) -> None:
        """Fetch those that become ready, and compare their rows with the schemas of their streams."""
        self._reports.collect()
        for stream in map(self._sync.stream, (*REPORTS, *OWN_ENDPOINTS)):
            if (seen := self._seen.reports.get(stream.name)) and seen.rows:
                texts = {*text_columns(stream.columns), *stream.key_columns}
                self._seen.shapes[stream.name] = shape_of(seen.columns, stream.get_json_schema(), texts)

    def _order(self, stream: ReportStream, account: Account) -> None:
        body = {**self._days(_DAYS), **stream.body, **stream.variants()[0]}
        self._reports.order(stream.name, _path(account), body, stream.key_columns)

    def _order_elsewhere(self, stream: ReportStream, account: Account) -> None:
        today, of = self._sync.config.today, account()
        window = DateWindow(days_before(today, _DAYS), days_before(today, 1))
        body = {**stream.body, **stream.variants()[0]}
        request = ReportRequest(of, window, body, PlannedWindow(window), endpoint=stream.endpoint)
        path = stream.endpoint.path.format(ad_account_id=of)
        self._reports.order(stream.name, path, request.as_json(), stream.key_columns, stream.endpoint.read)

    def _order_hours(self, account: Account) -> None:
        body = {"level": "CAMPAIGN", "granularity": "HOUR", "columns": list(_HOURLY_COLUMNS)}
        key = ("CAMPAIGN_ID", "DATE", "HOUR")
        self._reports.order(HOURLY, _path(account), {**self._days(_HOURLY_DAYS), **body}, key)

    def _try_reach(self, account: Account) -> None:
        """Nobody fetches this one."""
        columns = ["CAMPAIGN_ID", *sorted(REACH_COLUMNS)]
        body = {"level": "CAMPAIGN_TARGETING", "granularity": "DAY", "columns": columns, "targeting_types": ["GENDER"]}
        self._calls.order(REACH, _path(account), {**self._days(1), **body}, columns)

    def _days(self, days: int) -> dict[str, Any]:
        today = self._sync.config.today
        window = {"start_date": str(days_before(today, days)), "end_date": str(days_before(today, 1))}
        return {**window, "report_format": "JSON"}


def _path(account: Account) -> str:
    return f"ad_accounts/{account()}/reports"


def _rank(stream: ReportStream) -> int:
    return _FIRST.index(stream.level) if stream.level in _FIRST else len(_FIRST)

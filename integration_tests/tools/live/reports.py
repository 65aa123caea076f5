"""The small reports of a look: which are ordered, and what their files hold.

They are ordered early, the levels first whose rows may be finer than one entity a day. They are polled late, and of a
file only the beginning is read.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import chain, islice
from typing import Any
from urllib.parse import urlsplit

from integration_tests.tools.live.calls import Calls, CallsUsedUpError
from integration_tests.tools.live.seen import EMPTY_FORMS, FILED_UNDER, LevelSeen, Seen
from integration_tests.tools.live.shapes import shape_of
from source_pinterest.api.errors import MalformedResponseError, SliceError
from source_pinterest.columns import REACH_COLUMNS, text_columns
from source_pinterest.dates import DateWindow, days_before
from source_pinterest.reporting.file import Filed
from source_pinterest.reporting.job import ANALYTICS_REPORTS, JobStatus, ReadRows, ReportRequest
from source_pinterest.streams.analytics.level_reports import REPORTS
from source_pinterest.streams.analytics.own_reports import PRODUCT_CONVERSIONS, MarketingMixReport
from source_pinterest.streams.analytics.report import ReportStream
from source_pinterest.streams.base.stream import Sync

MOST_ROWS = 5_000
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS, PATIENCE_SECONDS = 15.0, 120.0, 900.0
_RECORDED_HOST = "pinterest-waterloo.s3.amazonaws.com"

_LISTS = ("columns", "targeting_types")
_LEVELS_THAT_SUFFICE = 2
"""What so many levels have refused is not asked of others."""

_FORMS = {b"[": "a list", b"{": "an object of lists by ID"}


@dataclass
class _Ordered:
    what: str
    path: str
    token: str
    seen: LevelSeen
    read: ReadRows


class Reports:
    """The reports of a look.

    Args:
        calls: asks Pinterest.
        seen: takes what came of each.
    """

    def __init__(self, calls: Calls, seen: dict[str, LevelSeen]) -> None:
        self._calls, self._seen = calls, seen
        self._pending: deque[_Ordered] = deque()
        self._refusals: Counter[str] = Counter()
        self._patience = PATIENCE_SECONDS

    def order(
        self,
        what: str,
        path: str,
        body: Mapping[str, Any],
        key: Sequence[str],
        read: ReadRows = ANALYTICS_REPORTS.read,
    ) -> None:
        """Have a report made; once more without the names that Pinterest refuses.

        Args:
            what: a stream, or a question that no stream asks.
            path: where such a report is asked for.
            body: what is asked for.
            key: the columns that the connector tells its rows apart by.
            read: makes rows of the file.
        """
        left_out = frozenset(name for name, levels in self._refusals.items() if levels >= _LEVELS_THAT_SUFFICE)
        seen = self._ordered(what, path, body, key, left_out)
        if seen.order.named and not seen.order.named & set(key):
            self._refusals.update(seen.order.named)
            seen = self._ordered(what, path, body, key, left_out | seen.order.named)
        if isinstance(seen.order.body, Mapping) and (token := seen.order.body.get("token")):
            self._pending.append(_Ordered(what, path, str(token), seen, read))
            self._calls.hold_back_for(len(self._pending))

    def _ordered(
        self, what: str, path: str, body: Mapping[str, Any], key: Sequence[str], left_out: frozenset[str]
    ) -> LevelSeen:
        lists = {name: [one for one in body[name] if one not in left_out] for name in _LISTS if name in body}
        answer = self._calls.order(what, path, {**body, **lists}, [one for names in lists.values() for one in names])
        seen = self._seen[what] = LevelSeen(body["level"], tuple(key), tuple(lists["columns"]), answer, left_out)
        return seen

    def collect(self) -> None:
        """Fetch what becomes ready, as long as calls and patience last."""
        pause = FIRST_PAUSE_SECONDS
        while self._pending:
            ordered = self._pending.popleft()
            try:
                is_over = self._asked_for(ordered)
            except CallsUsedUpError:
                break
            self._calls.hold_back_for(len(self._pending))
            if is_over or pause > self._patience:
                continue
            self._pending.append(ordered)
            self._calls.pause(pause)
            self._patience -= pause
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
        self._pending.clear()
        self._calls.hold_back_for(0)

    def _asked_for(self, ordered: _Ordered) -> bool:
        """Whether the report has come to its end; its file is read by then."""
        answer, seen = self._calls.poll(ordered.what, ordered.path, ordered.token), ordered.seen
        body = answer.body if isinstance(answer.body, Mapping) else {}
        status = str(body.get("report_status"))
        other = "another status" if body else f"HTTP {answer.status}"
        seen.ended = status if status in JobStatus.__members__ else other
        if status == JobStatus.FINISHED.value and (url := body.get("url")):
            self._read(ordered, str(url))
            size = body.get("size")
            seen.states_size = size if seen.is_empty and isinstance(size, int) else None
        return seen.ended != JobStatus.IN_PROGRESS.value

    def _read(self, ordered: _Ordered, url: str) -> None:
        seen = ordered.seen
        host = urlsplit(url).hostname or ""
        is_s3 = host.endswith(".amazonaws.com") and "s3" in host
        seen.host = "as recorded" if host == _RECORDED_HOST else "another one of S3" if is_s3 else "elsewhere"
        found = self._calls.file(url, partial(_beginning, seen.asked, ordered.read))
        seen.form, rows = found or ("can't be had", [])
        seen.rows = [{**row, FILED_UNDER: entity} for entity, row in rows[:MOST_ROWS]]
        seen.has_more = len(rows) > MOST_ROWS


def _beginning(columns: Sequence[str], read: ReadRows, chunks: Iterator[bytes]) -> tuple[str, list[Filed]]:
    """The form of a file, and its first rows."""
    first = next(chunks, b"")
    opening = first.lstrip()[:1]
    try:
        rows = list(islice(read(chain([first], chunks), columns, None), MOST_ROWS + 1))
    except (MalformedResponseError, SliceError):
        return f"begins with {opening.decode()}, another shape" if opening in (
            b"[",
            b"{",
        ) else "another shape, not JSON", []
    return (_FORMS if rows else EMPTY_FORMS)[opening], rows


HOURLY, REACH = "hourly", "reach_columns"
"""What no stream asks for: hours, and the columns that the connector leaves out."""

OWN_ENDPOINTS: tuple[type[ReportStream], ...] = (MarketingMixReport, *PRODUCT_CONVERSIONS)
_ORDERED_DAYS, _HOURLY_DAYS = 7, 2
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
        body = {**self._days(_ORDERED_DAYS), **stream.body, **stream.variants()[0]}
        self._reports.order(stream.name, _path(account), body, stream.key_columns)

    def _order_elsewhere(self, stream: ReportStream, account: Account) -> None:
        today, of = self._sync.config.today, account()
        window = DateWindow(days_before(today, _ORDERED_DAYS), days_before(today, 1))
        body = {**stream.body, **stream.variants()[0]}
        request = ReportRequest(of, window, body, window, endpoint=stream.endpoint)
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

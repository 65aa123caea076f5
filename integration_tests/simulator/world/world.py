"""What would a perfect sync of the simulated world hold?

`World.records` gives each stream's records as the API gives them, and `World.expected` the same by primary key, with
ids as strings, for tests to compare with.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from integration_tests.simulator.ads import entities
from integration_tests.simulator.analytics import columns
from integration_tests.simulator.analytics.day_rows import DEFAULT_ATTRIBUTION, Attribution, DayRows
from integration_tests.simulator.analytics.product_groups import KEY as PRODUCT_GROUP_ID
from integration_tests.simulator.analytics.product_groups import product_groups
from integration_tests.simulator.analytics.subjects import Subject, subjects
from integration_tests.simulator.analytics.targeting import STREAMS as TARGETING_STREAMS
from integration_tests.simulator.analytics.targeting import TARGETING_KEYS, broken_down, open_types
from integration_tests.simulator.list_streams import LIST_KEYS, LIST_RECORDS
from integration_tests.simulator.organic_streams import ORGANIC_KEYS, organic_records
from integration_tests.simulator.report_streams import REPORT_KEYS, REPORT_STREAMS
from integration_tests.simulator.reports import columns as report_columns
from integration_tests.simulator.reports.request import ReportRequest
from integration_tests.simulator.reports.rows import as_reported, report_rows
from integration_tests.simulator.world.layout import Kind, Layout
from integration_tests.simulator.world.listing import Record

ANY_STATUS = {"entity_statuses": ("ACTIVE", "PAUSED", "ARCHIVED", "DRAFT", "DELETED_DRAFT")}
DAYS_BACK = 89

PRIMARY_KEYS: Mapping[str, tuple[str, ...]] = {
    **ORGANIC_KEYS,
    "ad_accounts": ("id",),
    "campaigns": ("id",),
    "ad_groups": ("id",),
    "ads": ("id",),
    "ad_account_analytics": ("AD_ACCOUNT_ID", "DATE"),
    "campaign_analytics": ("CAMPAIGN_ID", "DATE"),
    "ad_group_analytics": ("AD_GROUP_ID", "DATE"),
    "ad_analytics": ("AD_ID", "DATE"),
    **LIST_KEYS,
}
_ENTITIES: Mapping[str, Callable[[Layout, Mapping[str, Any]], Any]] = {
    "campaigns": entities.campaigns,
    "ad_groups": entities.ad_groups,
    "ads": entities.ads,
}
_LEVELS = {
    "ad_account_analytics": "ad_accounts",
    "campaign_analytics": "campaigns",
    "ad_group_analytics": "ad_groups",
    "ad_analytics": "ads",
    "product_group_analytics": "product_groups",
}
BREAKDOWN_KEYS: Mapping[str, tuple[str, ...]] = {
    **TARGETING_KEYS,
    "product_group_analytics": (PRODUCT_GROUP_ID, "DATE"),
}
"""Analytics by targeting and by product group."""
_IDS = frozenset((*columns.IDS, *report_columns.IDS, "TARGETING_VALUE"))


@dataclass(kw_only=True)
class World(Layout):
    """A layout that can tell its whole truth."""

    def records(
        self,
        stream: str,
        *,
        start: date | None = None,
        end: date | None = None,
        wanted_columns: Sequence[str] = columns.DEFAULT_COLUMNS,
        attribution: Attribution = DEFAULT_ATTRIBUTION,
        targeting_types: Sequence[str] | None = None,
        on_behalf_of: str | None = None,
    ) -> Iterator[Record]:
        """The records of a stream.

        `on_behalf_of` is the ad account whose owner's organic content is meant. All other options matter to analytics
        and reports only. Analytics begin 89 days back unless told otherwise, reports
        as far back as Pinterest keeps them; days of analytics that lie further back are as reports show them.
        """
        if stream in REPORT_STREAMS:
            types = None if targeting_types is None else tuple(targeting_types)
            wanted = tuple(wanted_columns)
            return self.report(REPORT_STREAMS[stream].request(self, start, end, wanted, attribution, types))
        first, last = start or self.today - timedelta(days=DAYS_BACK), end or self.today
        if stream in TARGETING_STREAMS:
            broken_by = open_types(TARGETING_STREAMS[stream]) if targeting_types is None else targeting_types
            maker = DayRows(self, (*wanted_columns, *TARGETING_KEYS[stream]), attribution)
            return self._targeting_analytics(TARGETING_STREAMS[stream], broken_by, maker, first, last)
        if stream in _LEVELS:
            return self._analytics(_LEVELS[stream], DayRows(self, wanted_columns, attribution), first, last)
        if stream in ORGANIC_KEYS:
            arguments = {"ad_account_id": on_behalf_of, "start_date": first, "end_date": last}
            return organic_records(self, stream, arguments)
        if stream in _ENTITIES:
            return self._entities(stream)
        return _LISTS[stream](self)

    def expected(self, stream: str, **window: Any) -> dict[tuple[Any, ...], Record]:
        """The records of a stream by primary key, every id a string; options as for `records`."""
        keys = {**PRIMARY_KEYS, **REPORT_KEYS, **BREAKDOWN_KEYS}[stream]
        return by_key(keys, self.records(stream, **window))

    def report(self, request: ReportRequest) -> Iterator[Record]:
        """The rows of a report of every account, whatever its level and granularity, and however long."""
        for account in self.account_indexes():
            for row in report_rows(self, account, request):
                yield row.record

    def _analytics(self, level: str, maker: DayRows, start: date, end: date) -> Iterator[Record]:
        first_sync_day = (self.today - timedelta(days=DAYS_BACK)).isoformat()
        for subject in self._subjects(level):
            for row in maker.rows(subject, start, end):
                shown = row if row["DATE"] >= first_sync_day else as_reported(row, maker.wanted)
                if shown is not None:
                    yield shown

    def _targeting_analytics(
        self, level: str, types: Sequence[str], maker: DayRows, start: date, end: date
    ) -> Iterator[Record]:
        for subject in self._subjects(level):
            for part in broken_down(subject, types):
                yield from maker.rows(part, start, end)

    def _subjects(self, level: str) -> Iterator[Subject]:
        """Every entity of a level, of all accounts."""
        for account in self.account_indexes():
            if level == "product_groups":
                yield from product_groups(self, account)
                continue
            ids = (
                None
                if level == "ad_accounts"
                else [self.entity_id(Kind(level), account, index) for index in range(self.count(Kind(level), account))]
            )
            yield from subjects(self, level, account, ids)

    def _entities(self, stream: str) -> Iterator[Record]:
        for account in self.account_indexes():
            yield from _ENTITIES[stream](self, {**ANY_STATUS, "ad_account_id": self.account_id(account)})


def by_key(keys: Sequence[str], records: Iterable[Record]) -> dict[tuple[Any, ...], Record]:
    """Records by primary key, every id a string."""
    found: dict[tuple[Any, ...], Record] = {}
    for record in records:
        exact = {name: str(value) if name in _IDS and value is not None else value for name, value in record.items()}
        found[tuple(exact[key] for key in keys)] = exact
    return found


_LISTS: Mapping[str, Callable[[Layout], Iterator[Record]]] = {
    "ad_accounts": lambda world: iter(entities.ad_accounts(world, {})),
    **LIST_RECORDS,
}

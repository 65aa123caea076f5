"""Compute the records of a perfect sync of this connector from the simulated world.

`World.records` gives each stream's records as the API gives them, and `World.expected` the same by primary key, with
ids as strings, for tests to compare with.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any

from integration_tests import simulator
from integration_tests.simulator.ads.entities import ad_account
from integration_tests.simulator.analytics.columns import IDS
from integration_tests.simulator.analytics.day_rows import DEFAULT_ATTRIBUTION, Attribution
from integration_tests.simulator.reports.columns import IDS as REPORT_IDS
from integration_tests.simulator.reports.request import ReportRequest
from integration_tests.simulator.reports.rows import report_rows
from integration_tests.simulator.world.listing import Record
from integration_tests.support.expected_records.analytics import (
    ANALYTICS_KEYS,
    BREAKDOWN_KEYS,
    DAYS_BACK,
    TARGETING_KEYS,
    by_entity,
    by_targeting,
)
from integration_tests.support.expected_records.columns import ANALYTICS_COLUMNS, DEFAULT_COLUMNS
from integration_tests.support.expected_records.lists import (
    AUDIENCE_KEYS,
    AUDIENCE_RECORDS,
    CATALOG_ITEM_KEYS,
    CATALOG_ITEM_RECORDS,
    ENTITY_KEYS,
    ENTITY_RECORDS,
    LIST_KEYS,
    LIST_RECORDS,
    ORGANISATION_KEYS,
    ORGANISATION_RECORDS,
    RecordsOf,
)
from integration_tests.support.expected_records.organic import ORGANIC_KEYS, ORGANIC_RECORDS
from integration_tests.support.expected_records.reports import (
    OWN_REPORT_KEYS,
    OWN_REPORTS,
    REPORT_KEYS,
    REPORT_STREAMS,
    usual_targeting_types_of,
    with_its_key,
)
from integration_tests.support.expected_records.resources import RESOURCE_KEYS, RESOURCE_RECORDS

Key = tuple[Any, ...]

PRIMARY_KEYS: Mapping[str, tuple[str, ...]] = {
    **ORGANIC_KEYS,
    **ENTITY_KEYS,
    **ANALYTICS_KEYS,
    **LIST_KEYS,
    **AUDIENCE_KEYS,
    **CATALOG_ITEM_KEYS,
    **ORGANISATION_KEYS,
    **RESOURCE_KEYS,
}
_RECORDS: Mapping[str, RecordsOf] = {
    **ORGANIC_RECORDS,
    **ENTITY_RECORDS,
    **LIST_RECORDS,
    **AUDIENCE_RECORDS,
    **CATALOG_ITEM_RECORDS,
    **ORGANISATION_RECORDS,
    **RESOURCE_RECORDS,
}
KEYS: Mapping[str, tuple[str, ...]] = {**PRIMARY_KEYS, **REPORT_KEYS, **OWN_REPORT_KEYS, **BREAKDOWN_KEYS}
"""Of every stream but custom reports."""
_KEPT_DAYS: Mapping[str, int] = {
    **dict.fromkeys((*ORGANIC_KEYS, *TARGETING_KEYS), DAYS_BACK),
    **{name: stream.days_back for name, stream in REPORT_STREAMS.items()},
}
"""How many days back a sync can read at most, of streams that have fewer than others."""
_IDS = frozenset((*IDS, *REPORT_IDS, "PRODUCT_ITEM_ID", "TARGETING_VALUE"))


class World(simulator.World):
    """A simulated world that can tell what this connector would read of it."""

    def records(
        self,
        stream: str,
        *,
        start: date | None = None,
        end: date | None = None,
        wanted_columns: Sequence[str] = (),
        attribution: Attribution = DEFAULT_ATTRIBUTION,
        targeting_types: Sequence[str] | None = None,
        on_behalf_of: str | None = None,
        filters: Mapping[str, str] = MappingProxyType({}),
    ) -> Iterator[Record]:
        """The records of a stream.

        `on_behalf_of` is the ad account whose owner's organic content is meant, and `filters` are those of rankings
        of pins. All other options matter to analytics and reports only. Analytics begin 89 days back unless told
        otherwise, reports as far back as Pinterest keeps them; days of analytics that lie further back are as reports
        show them.
        """
        types = None if targeting_types is None else tuple(targeting_types)
        if stream in OWN_REPORTS:
            own = OWN_REPORTS[stream]
            return self.with_currency(own.rows(self, own.request(self, start, end, attribution, types)))
        if stream in REPORT_STREAMS:
            columns = tuple(wanted_columns or DEFAULT_COLUMNS)
            request = REPORT_STREAMS[stream].request(self, start, end, columns, attribution, types)
            return self.report(request)
        first, last = start or self.today - timedelta(days=DAYS_BACK), end or self.today
        if stream in _RECORDS:
            window = {"start_date": first, "end_date": last}
            return _RECORDS[stream](self, {"ad_account_id": on_behalf_of, **window, **filters})
        asked = self, stream, wanted_columns or ANALYTICS_COLUMNS, attribution, (first, last)
        return self.with_currency(by_targeting(*asked, types) if stream in TARGETING_KEYS else by_entity(*asked))

    def synced(self, stream: str, start: date) -> Iterator[Record]:
        """What a sync with this start date holds today where nobody chooses columns or targeting types."""
        kept = self.today - timedelta(days=_KEPT_DAYS.get(stream, (self.today - start).days))
        of = REPORT_STREAMS.get(stream)
        types = usual_targeting_types_of(of.level) if of else None
        return self.records(stream, start=max(start, kept), targeting_types=types)

    def expected(self, stream: str, **window: Any) -> dict[Key, Record]:
        """The records of a stream by primary key, every id a string; options as for `records`."""
        return by_key(KEYS[stream], self.records(stream, **window))

    def report(self, request: ReportRequest) -> Iterator[Record]:
        """The rows of a report of every account, whatever its level and granularity, and however long."""
        for account in self.account_indexes():
            rows = (with_its_key(request.level, row) for row in report_rows(self, account, request))
            yield from self.with_currency(rows)

    def with_currency(self, rows: Iterable[Record]) -> Iterator[Record]:
        """Rows with the currency of the ad account that they name, which the connector adds."""
        accounts = (ad_account(self, account) for account in self.account_indexes())
        currencies = {account["id"]: account["currency"] for account in accounts}
        for row in rows:
            yield {**row, "CURRENCY": currencies[str(row["AD_ACCOUNT_ID"])]} if "AD_ACCOUNT_ID" in row else row


def by_key(keys: Sequence[str], records: Iterable[Record]) -> dict[Key, Record]:
    """Records by primary key, every id a string."""
    found: dict[Key, Record] = {}
    for record in records:
        exact = {name: _text(value) if name in _IDS and value is not None else value for name, value in record.items()}
        found[tuple(exact[key] for key in keys)] = exact
    return found


def _text(value: Any) -> str:
    return str(int(value)) if isinstance(value, float) else str(value)

"""How are a few days of analytics asked for? As the connector does, and in addresses longer than it makes them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import count
from typing import Any, ClassVar

from integration_tests.tools.live.calls import Calls, Sighting
from integration_tests.tools.live.pages import Pages
from integration_tests.tools.live.seen import Seen
from integration_tests.tools.live.shapes import Record, may_be_told
from source_pinterest import limits
from source_pinterest.columns import LIVE_COLUMNS, SYNC_COLUMNS, may_be_requested, text_columns
from source_pinterest.dates import DateWindow, days_before
from source_pinterest.streams.ads.entities import Campaigns
from source_pinterest.streams.analytics.levels import CampaignAnalytics
from source_pinterest.streams.analytics.query import QueryAnalytics

_DAYS, _IDS = 14, 50
_CDN_CHARACTERS = 8_192
_BEYOND = 200
_COLUMNS_TRIED = 3

Account = Callable[[], str]


class Analytics:
    """The calls for analytics of a look.

    Args:
        pages: has the ids.
        calls: asks Pinterest.
        seen: takes the rows.
    """

    LONG_ADDRESSES: ClassVar[str] = "long_addresses"
    UNDOCUMENTED: ClassVar[str] = "undocumented_columns"

    def __init__(self, pages: Pages, calls: Calls, seen: Seen) -> None:
        self._pages, self._calls, self._seen = pages, calls, seen

    def read(self, account: Account, of: type[QueryAnalytics]) -> None:
        """Ask for two weeks of the entities that were edited last; once more without columns that Pinterest refuses."""
        stream = self._pages.sync.stream(of)
        ids = self._pages.ids(of.entities)[:_IDS] if of.entities else ()
        columns = [name for name in stream.columns if may_be_requested(name, SYNC_COLUMNS)]
        path = stream.path(stream_slice={"ad_account_id": account()})

        def ask(names: Sequence[str]) -> Sighting:
            params = stream.query(ids, self._days(_DAYS), {"columns": names, **stream.breakdown_names()})
            return self._calls.get(stream.name, path, params, names)

        sighting = ask(columns)
        if sighting.named:
            sighting = ask([name for name in columns if name not in sighting.named])
        self._seen.asked[stream.name] = len(ids), _DAYS
        if sighting.is_fine:
            rows = self._seen.rows[stream.name] = list(_rows(sighting.body))
            self._pages.note(stream, rows, {*text_columns(stream.columns), *stream.breakdown})

    def try_long_addresses(self, account: Account) -> None:
        """Ask for a day in the longest address that the connector would make, and in one beyond what a CDN takes."""
        for length in (limits.URL_CHARACTERS, _CDN_CHARACTERS + _BEYOND):
            params = self._params_of_length(account(), length)
            if length <= _CDN_CHARACTERS or self._length(account(), params) > _CDN_CHARACTERS:
                self._calls.get(self.LONG_ADDRESSES, self._path(account()), params)

    def try_undocumented_columns(self, account: Account) -> None:
        """Ask for columns that Pinterest was seen to offer and lists for no endpoint."""
        columns = [name for name in sorted(LIVE_COLUMNS) if may_be_told(name)][:_COLUMNS_TRIED]
        params = self._params(self._pages.ids(Campaigns)[:1], ["CAMPAIGN_ID", *columns])
        self._calls.get(self.UNDOCUMENTED, self._path(account()), params, columns)

    def _params_of_length(self, account: str, most: int) -> Mapping[str, Any]:
        """All columns, of as many campaigns as there are and the address has room for."""
        ids, columns = self._pages.ids(Campaigns), ["CAMPAIGN_ID", *sorted(SYNC_COLUMNS - {"CAMPAIGN_ID"})]
        fitting = self._params(ids[:1], columns)
        while self._length(account, fitting) > most:
            columns.pop()
            fitting = self._params(ids[:1], columns)
        for size in count(2):
            larger = self._params(ids[:size], columns)
            if size > len(ids) or self._length(account, larger) > most:
                return fitting
            fitting = larger
        return fitting

    def _params(self, ids: tuple[str, ...], columns: list[str]) -> Mapping[str, Any]:
        stream = self._pages.sync.stream(CampaignAnalytics)
        return stream.query(ids, self._days(1), {"columns": columns})

    def _path(self, account: str) -> str:
        return self._pages.sync.stream(CampaignAnalytics).path(stream_slice={"ad_account_id": account})

    def _length(self, account: str, params: Mapping[str, Any]) -> int:
        return self._calls.url_length(self._path(account), params)

    def _days(self, days: int) -> DateWindow:
        today = self._pages.sync.config.today
        return DateWindow(days_before(today, days), days_before(today, 1))


def _rows(body: Any) -> Iterator[Record]:
    """The rows of an answer; those of targeting analytics flat, as the connector emits them."""
    rows = body.get("data") if isinstance(body, Mapping) else body
    for row in rows if isinstance(rows, list) else ():
        if isinstance(row, Mapping):
            metrics = row.get("metrics")
            outer = {name.upper(): value for name, value in row.items() if name != "metrics"}
            yield {**metrics, **outer} if isinstance(metrics, Mapping) else row

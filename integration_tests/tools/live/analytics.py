"""Requests a few days of analytics, as the connector does, and in URLs longer than it makes them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import count
from typing import Any, ClassVar

from integration_tests.tools.live.calls import Calls, Sighting
from integration_tests.tools.live.pages import Pages
from integration_tests.tools.live.seen import Seen
from integration_tests.tools.live.shapes import Record, may_be_told
from source_pinterest import limits
from source_pinterest.columns import LIVE_COLUMNS, SYNC_COLUMNS, may_be_requested, text_columns
from source_pinterest.dates import DateWindow, days_before, parse_day
from source_pinterest.streams.ads.entities import Campaigns
from source_pinterest.streams.analytics.levels import CampaignAnalytics
from source_pinterest.streams.analytics.query import QueryAnalytics
from source_pinterest.streams.organic.pin_analytics import PIN_METRICS, PinAnalytics
from source_pinterest.streams.organic.pins import Pins
from source_pinterest.streams.organic.profile import METRICS, ProfileAnalytics
from source_pinterest.streams.organic.rankings import RankingStream

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


_PINS_AT_ONCE = 3
SEVERAL_PINS, LAG = "several_pins", "profile_lag"


class OrganicDays:
    """The calls for organic analytics of a look.

    Args:
        pages: has the ids.
        calls: asks Pinterest.
        seen: takes what came.
    """

    def __init__(self, pages: Pages, calls: Calls, seen: Seen) -> None:
        self._pages, self._calls, self._seen = pages, calls, seen

    def of_profile(self, of: type[ProfileAnalytics]) -> None:
        """Two weeks of the profile, as a whole or split."""
        stream = self._pages.sync.stream(of)
        metrics = {"metric_types": ",".join(METRICS)} if of.split else {}
        params = {**stream.request_params(), **self._days(), **stream.request_variants()[0], **metrics}
        sighting = self._calls.get(stream.name, of.path_template, params)
        if not sighting.is_fine:
            return
        days = list(_daily(sighting.body))
        self._pages.note(stream, days)
        if not of.split:
            self._seen.counts[LAG] = self._lag(days)

    def of_pins(self) -> None:
        """Two weeks of a few pins at once, and where Pinterest does not open that, of one."""
        stream, ids = self._pages.sync.stream(PinAnalytics), self._pages.ids(Pins)
        params = {**stream.request_params(), **self._days(), "metric_types": ",".join(PIN_METRICS)}
        several = self._calls.get(
            SEVERAL_PINS, "pins/analytics", {**params, "pin_ids": list(ids[:_PINS_AT_ONCE])}, PIN_METRICS
        )
        if several.is_fine:
            parts = several.body.values() if isinstance(several.body, Mapping) else ()
            self._pages.note(stream, [day for part in parts for day in _daily(part)])
            return
        one = self._calls.get(stream.name, f"pins/{ids[0]}/analytics", params, PIN_METRICS)
        if one.is_fine:
            self._pages.note(stream, list(_daily(one.body)))

    def of_ranking(self, of: type[RankingStream]) -> None:
        """The best pins by one metric."""
        stream = self._pages.sync.stream(of)
        sighting = self._calls.get(stream.name, of.path_template, {**stream.request_params(), "sort_by": of.values[0]})
        if sighting.is_fine and isinstance(sighting.body, Mapping):
            self._pages.note(stream, [pin for pin in sighting.body.get("pins") or () if isinstance(pin, Mapping)])

    def _lag(self, days: list[Record]) -> int | None:
        """How many days before today the newest day with numbers is."""
        newest = max(
            (parse_day(str(day["date"])) for day in days if day.get("metrics") and day.get("date")), default=None
        )
        return None if newest is None else self._pages.sync.config.today.toordinal() - newest.toordinal()

    def _days(self) -> dict[str, Any]:
        today = self._pages.sync.config.today
        return {"start_date": str(days_before(today, _DAYS)), "end_date": str(today)}


def _daily(parts: Any) -> Iterator[Record]:
    """The days of each part of an answer, with what a pin has had in its life."""
    for part in parts.values() if isinstance(parts, Mapping) else ():
        if isinstance(part, Mapping):
            more = {name: part[name] for name in ("lifetime_metrics",) if name in part}
            yield from ({**day, **more} for day in part.get("daily_metrics") or () if isinstance(day, Mapping))

"""Request daily analytics of a profile and of pins, and rankings of pins."""

from collections.abc import Iterator, Mapping
from typing import Any

from integration_tests.tools.live.calls import Calls
from integration_tests.tools.live.pages import Pages
from integration_tests.tools.live.seen import Seen
from integration_tests.tools.live.shapes import Record
from source_pinterest.dates import days_before, parse_day
from source_pinterest.streams.organic.pin_analytics import PIN_METRICS, PinAnalytics
from source_pinterest.streams.organic.pins import Pins
from source_pinterest.streams.organic.profile import METRICS, ProfileAnalytics
from source_pinterest.streams.organic.rankings import RankingStream

_DAYS = 14
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

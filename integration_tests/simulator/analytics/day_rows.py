"""Compute the daily numbers of an ad account, a campaign, an ad group or an ad.

https://developers.pinterest.com/docs/api/v5/campaigns-analytics and its sisters. A value is a function of the seed,
the entity, the day, the column, the attribution asked for and how often the day has been restated.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from enum import StrEnum
from itertools import chain, zip_longest
from typing import NamedTuple

from integration_tests.simulator.analytics import columns
from integration_tests.simulator.analytics.formulas import COUNTS_AND_AMOUNTS, RATES, formulas
from integration_tests.simulator.analytics.magnitudes import SHIFT
from integration_tests.simulator.analytics.subjects import Subject
from integration_tests.simulator.analytics.volumes import Volume, Volumes
from integration_tests.simulator.reports import columns as report_columns
from integration_tests.simulator.world.listing import Record
from integration_tests.simulator.world.seeding import mix
from integration_tests.simulator.world.world import World


class Attribution(NamedTuple):
    """How conversions are credited to ads."""

    click_window_days: int = 30
    engagement_window_days: int = 30
    view_window_days: int = 1
    conversion_report_time: str = "TIME_OF_AD_ACTION"

    def reaches(self) -> tuple[int, int, int]:
        """How much is counted of what follows a click, an engagement and a view, in 64ths: more in a longer window."""
        return _reach(self.click_window_days), _reach(self.engagement_window_days), _reach(self.view_window_days)


def _reach(window_days: int) -> int:
    return 16 + 48 * window_days // (window_days + 9) if window_days else 0


class RowForm(StrEnum):
    """How rows write ids, counts, days, and metrics without activity."""

    PLAIN = "plain"  # as documented: ids are texts, and a metric without activity is left out, null or 0
    RECORDED = "recorded"  # as seen: the parents' ids are integers, a metric without activity is left out
    OTHER = "other"  # as nobody has seen: each id is an integer, but ADVERTISER_ID a float, and days have a midnight


DEFAULT_ATTRIBUTION = Attribution()
_TEXTS = frozenset({"AD_ACCOUNT_ID"})
"""Ids that were seen as texts, beside that of the row's own level."""
_SEEN_AS_INTEGERS = frozenset(
    {"IMPRESSION_1_GROSS", "REPIN_1", "TOTAL_CLICKTHROUGH", "TOTAL_ENGAGEMENT", "TOTAL_IMPRESSION_USER"}
)
"""Of another count, 1000.0 was seen."""
_CHANCE = 0xFF


class DayRows:
    """Makes the rows of one request: its columns and its attribution."""

    def __init__(self, world: World, wanted: Sequence[str], attribution: Attribution) -> None:
        self._world = world
        self.wanted = frozenset(wanted)
        self._reaches = attribution.reaches() if any(map(columns.is_conversion, self.wanted)) else None
        self._other_time = attribution.conversion_report_time != DEFAULT_ATTRIBUTION.conversion_report_time
        self._formulas = formulas(wanted)
        self._form = RowForm(world.row_form)
        self._floats = () if self._form is RowForm.PLAIN else tuple((self.wanted & _COUNTS) - _SEEN_AS_INTEGERS)

    def rows(self, subject: Subject, start: date, end: date) -> Iterator[Record]:
        """One row for each day with activity, the first and the last day included."""
        world = self._world
        fixed = {name: value for name, value in subject.fixed.items() if name in self.wanted or name == subject.row_key}
        fixed = {name: self._id(name, value, subject) if _is_id(name) else value for name, value in fixed.items()}
        for ordinal, amounts in self._amounts(subject, start, end):
            row = {**fixed, "DATE": date.fromordinal(ordinal).isoformat()}
            yield self._measured(row, mix(world.seed, subject.number, ordinal), amounts)

    def _amounts(self, subject: Subject, start: date, end: date) -> Iterator[tuple[int, list[int]]]:
        """The counts and amounts of each day with activity: those of the subject, or the sums of its ads'."""
        if subject.made_of is not None:
            sums: dict[int, list[int]] = {}
            for ad in subject.made_of:
                for ordinal, amounts in self._amounts(replace(ad, part=subject.part), start, end):
                    sums[ordinal] = self._added(sums[ordinal], amounts) if ordinal in sums else amounts
            yield from sorted(sums.items())
            return
        world, volumes = self._world, Volumes(self._world.seed, subject, self._reaches)
        for ordinal in _days(world, subject, start, end):
            bits = mix(world.seed, subject.number, ordinal)
            if bits % 100 < world.active_percent:
                later = mix(bits, 1) if self._other_time else bits >> 8 & _CHANCE
                revision = world.revision(date.fromordinal(ordinal))
                yield ordinal, self._shares(volumes.of_day(ordinal, bits, later, revision))

    def _shares(self, volumes: Sequence[int]) -> list[int]:
        values = [volumes[volume] * share >> SHIFT for volume, share in self._formulas.parts]
        for first, second, third, price in self._formulas.amounts:
            values.append((values[first] + values[second] + values[third]) * price)
        return values

    def _added(self, some: Sequence[int], more: Sequence[int]) -> list[int]:
        """The sums of two ads; what is the same every day, such as a budget, is no sum."""
        constant = [volume >= Volume.BUDGET for volume, _ in self._formulas.parts]
        return [
            one if is_constant else one + other
            for one, other, is_constant in zip_longest(some, more, constant, fillvalue=False)
        ]

    def _measured(self, row: Record, bits: int, amounts: Sequence[int]) -> Record:
        names, places, _, _, rates = self._formulas
        values: list[float] = [*amounts]
        values += [values[above] / values[below] * scale if values[below] else 0 for above, below, scale in rates]
        found = [values[place] for place in places]
        row.update(zip(names, [value or 1 for value in found] if self._world.full_rows else found, strict=True))
        row.update((name, float(row[name])) for name in self._floats)
        if self._world.full_rows:
            return row
        if self._form is RowForm.RECORDED:
            return {name: value for name, value in row.items() if value or name not in MEASURES}
        return _thinned(row, bits)

    def _id(self, name: str, value: str, subject: Subject) -> str | int | float:
        if self._form is RowForm.OTHER:
            return float(value) if name == "ADVERTISER_ID" else int(value)
        is_text = self._form is RowForm.PLAIN or name == subject.row_key or name in _TEXTS
        return value if is_text else int(value)


BUCKETS: Mapping[str, Callable[[date], date | None]] = {
    "TOTAL": lambda _day: None,
    "WEEK": lambda day: day - timedelta(days=day.weekday()),
    "MONTH": lambda day: day.replace(day=1),
}


def gathered(rows: Iterator[Record], granularity: str) -> list[Record]:
    """The daily rows of one entity added up to the granularity asked for; TOTAL has no DATE."""
    if granularity == "DAY":
        return list(rows)
    buckets: dict[date | None, Record] = {}
    for row in rows:
        start = BUCKETS[granularity](date.fromisoformat(row.pop("DATE")))
        held = buckets.setdefault(start, {} if start is None else {"DATE": start.isoformat()})
        for name, value in row.items():
            held[name] = (held.get(name) or 0) + (value or 0) if name in MEASURES else value
    return list(buckets.values())


def as_sent(world: World, row: Record) -> Record:
    """A row of days, weeks or months as it goes out."""
    if world.row_form != RowForm.OTHER or "DATE" not in row:
        return row
    midnight = "T00:00:00" if int(row["DATE"][-1]) % 2 else " 00:00:00Z"
    return {**row, "DATE": f"{row['DATE']}{midnight}"}


def _days(world: World, subject: Subject, start: date, end: date) -> Iterator[int]:
    first = max(start, world.first_day or start)
    known = range(first.toordinal(), min(end, world.today).toordinal() + 1)
    return chain.from_iterable(subject.flight.spans(known) if subject.flight else (known,))


def _thinned(row: Record, bits: int) -> Record:
    """A column without a value is left out of some rows, null in others, 0 in the rest."""
    match bits >> 8 & 3:
        case 0:
            return {name: value for name, value in row.items() if value}
        case 1:
            return {name: value or None for name, value in row.items()}
        case _:
            return row


def _is_id(name: str) -> bool:
    return name in _ID_COLUMNS


_COUNTS = frozenset((*columns.COUNTS, *report_columns.COUNTS))
_ID_COLUMNS = frozenset((*columns.IDS, *report_columns.IDS))
MEASURES = COUNTS_AND_AMOUNTS | RATES

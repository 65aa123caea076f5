"""What did an ad account, a campaign, an ad group or an ad bring on a day?

https://developers.pinterest.com/docs/api/v5/campaigns-analytics and its sisters. A value is a function of the seed,
the entity, the day, the column, the attribution asked for and how often the day has been restated.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from integration_tests.simulator.analytics import columns
from integration_tests.simulator.analytics.subjects import Subject
from integration_tests.simulator.reports import columns as report_columns
from integration_tests.simulator.world.listing import Record
from integration_tests.simulator.world.seeding import mix
from integration_tests.simulator.world.world import World

_MULTIPLIER = 0x9E3779B1
_COUNT_RANGE = 9_000
_MICRO_RANGE = 90_000_000


class Attribution(NamedTuple):
    """How conversions are credited to ads."""

    click_window_days: int = 30
    engagement_window_days: int = 30
    view_window_days: int = 1
    conversion_report_time: str = "TIME_OF_AD_ACTION"

    def salt(self) -> int:
        return (
            self.click_window_days
            + 61 * self.engagement_window_days
            + 3_721 * self.view_window_days
            + 226_981
            * len(
                self.conversion_report_time,
            )
        )


DEFAULT_ATTRIBUTION = Attribution()


class _Group(NamedTuple):
    """Columns whose values are made in the same way."""

    names: tuple[str, ...]
    multipliers: tuple[int, ...]
    limit: int
    divisor: int
    is_conversion: bool


class DayRows:
    """Makes the rows of one request: its columns and its attribution."""

    def __init__(self, world: World, wanted: Sequence[str], attribution: Attribution) -> None:
        self._world = world
        self.wanted = frozenset(wanted)
        self._salt = attribution.salt() if attribution != DEFAULT_ATTRIBUTION else 0
        self._groups = list(_groups(wanted))

    def rows(self, subject: Subject, start: date, end: date) -> Iterator[Record]:
        """One row for each day with activity, the first and the last day included."""
        fixed = {name: value for name, value in subject.fixed.items() if name in self.wanted or name == subject.row_key}
        as_numbers = (
            {name: int(value) for name, value in fixed.items() if _is_id(name)} if self._world.numeric_ids else {}
        )
        for ordinal in _known_days(self._world, start, end):
            bits = mix(self._world.seed, subject.number, ordinal)
            if bits % 100 < self._world.active_percent:
                day = date.fromordinal(ordinal)
                row = {**fixed, **(as_numbers if ordinal % 2 else {}), "DATE": day.isoformat()}
                yield self._measured(row, bits, self._world.revision(day))

    def _measured(self, row: Record, bits: int, revision: int) -> Record:
        later = mix(bits, revision, self._salt) if revision or self._salt else bits
        floor = 1 if self._world.full_rows else None
        for names, multipliers, limit, divisor, is_conversion in self._groups:
            base = later if is_conversion else bits
            values: list[Any] = [(base * multiplier >> 24) % limit for multiplier in multipliers]
            values = [value + 1 for value in values] if floor else [max(0, value - limit // 3) for value in values]
            row.update(zip(names, [value / divisor for value in values] if divisor > 1 else values, strict=True))
        return row if self._world.full_rows else _thinned(row, bits)


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


def _groups(wanted: Sequence[str]) -> Iterator[_Group]:
    asked = set(wanted)
    for names, limit, divisor in (
        ((*columns.COUNTS, *report_columns.COUNTS), _COUNT_RANGE, 1),
        ((*columns.MICROS, *report_columns.MICROS), _MICRO_RANGE, 1),
        ((*columns.NUMBERS, *report_columns.NUMBERS), _MICRO_RANGE, 10_000),
    ):
        for is_conversion in (False, True):
            chosen = tuple(name for name in names if name in asked and columns.is_conversion(name) is is_conversion)
            if chosen:
                multipliers = tuple(_MULTIPLIER + 2 * _POSITIONS[name] for name in chosen)
                yield _Group(chosen, multipliers, limit, divisor, is_conversion)


def _known_days(world: World, start: date, end: date) -> range:
    first = max(start, world.first_day or start)
    last = min(end, world.today)
    return range(first.toordinal(), (last + timedelta(days=1)).toordinal())


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


_POSITIONS = {name: index for index, name in enumerate((*columns.SYNC_COLUMNS, *report_columns.ADDED_COLUMNS))}
_ID_COLUMNS = frozenset((*columns.IDS, *report_columns.IDS))
MEASURES = frozenset(
    name for table in (columns, report_columns) for name in (*table.COUNTS, *table.MICROS, *table.NUMBERS)
)

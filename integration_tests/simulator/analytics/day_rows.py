"""Compute the rows of an ad account, a campaign, an ad group or an ad, of a day or of several.

https://developers.pinterest.com/docs/api/v5/campaigns-analytics and its sisters. A number is a share of the account's,
which is a function of the seed, the day, the column, the attribution requested and how often the day has been restated.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from operator import add, sub
from typing import NamedTuple

from integration_tests.simulator.analytics import columns, volumes
from integration_tests.simulator.analytics.magnitudes import COUNTS_AND_AMOUNTS, RATES, SHIFT, formulas
from integration_tests.simulator.analytics.shares import ALL, BITS, Division, Spans, within
from integration_tests.simulator.analytics.subjects import Subject
from integration_tests.simulator.reports import columns as report_columns
from integration_tests.simulator.world.listing import Record
from integration_tests.simulator.world.world import World


class Attribution(NamedTuple):
    """How conversions are credited to ads."""

    click_window_days: int = 30
    engagement_window_days: int = 30
    view_window_days: int = 1
    conversion_report_time: str = "TIME_OF_AD_ACTION"

    def reaches(self) -> volumes.Reaches:
        """How much is counted of what follows a click, an engagement and a view, in 64ths: more in a longer window."""
        return _reach(self.click_window_days), _reach(self.engagement_window_days), _reach(self.view_window_days)


def _reach(window_days: int) -> int:
    return 16 + 48 * window_days // (window_days + 9) if window_days else 0


DEFAULT_ATTRIBUTION = Attribution()
_TEXTS = frozenset({"AD_ACCOUNT_ID"})
"""Ids that were seen as texts, beside that of the row's own level."""
_SEEN_AS_INTEGERS = frozenset(
    {"IMPRESSION_1_GROSS", "REPIN_1", "TOTAL_CLICKTHROUGH", "TOTAL_ENGAGEMENT", "TOTAL_IMPRESSION_USER"}
)
"""Of another count, 1000.0 was seen."""


BUCKETS: Mapping[str, Callable[[date], date | None]] = {
    "DAY": lambda day: day,
    "WEEK": lambda day: day - timedelta(days=day.weekday()),
    "MONTH": lambda day: day.replace(day=1),
    "TOTAL": lambda _day: None,
}
"""The first day of what a row is about; TOTAL has no DATE."""


class DayRows:
    """Makes the rows of one request: its columns and its attribution."""

    def __init__(self, world: World, wanted: Sequence[str], attribution: Attribution) -> None:
        self._world = world
        self.wanted = frozenset(wanted)
        self._reaches = attribution.reaches() if any(map(columns.is_conversion, self.wanted)) else None
        self._other_time = attribution.conversion_report_time != DEFAULT_ATTRIBUTION.conversion_report_time
        self._formulas = formulas(wanted)
        self._floats = (self.wanted & _COUNTS) - _SEEN_AS_INTEGERS
        self._account = -1
        self._division = Division(world, 0)
        self._days: dict[tuple[int, int], list[list[int]]] = {}
        self._last_ends: dict[tuple[int, int], tuple[Sequence[int], list[int]]] = {}
        """By day and revision: the parts of the account's day, and what of them lies below the last end."""

    def rows(self, subject: Subject, start: date, end: date, granularity: str = "DAY") -> Iterator[Record]:
        """One row for each day, week or month with activity, the first and the last day included."""
        fixed = {name: value for name, value in subject.fixed.items() if name in self.wanted or name == subject.row_key}
        fixed = {name: self._id(name, value, subject) if _is_id(name) else value for name, value in fixed.items()}
        gathered: dict[date | None, list[int]] = {}
        for ordinal, numbers in self._numbers(subject, start, end):
            first = BUCKETS[granularity](date.fromordinal(ordinal))
            before = gathered.get(first)
            gathered[first] = numbers if before is None else list(map(add, before, numbers))
        undivided = volumes.of_entity(self._world.seed, subject.number)
        constants = [undivided[volume] * share >> SHIFT for volume, share in self._formulas.parts[-1]]
        for first, numbers in gathered.items():
            row = {**fixed, "DATE": first.isoformat()} if first else dict(fixed)
            yield self._measured(row, [*numbers, *constants])

    def _numbers(self, subject: Subject, start: date, end: date) -> Iterator[tuple[int, list[int]]]:
        """The divided parts of each day with activity."""
        if subject.parts:
            gathered: dict[int, list[int]] = {}
            for part in subject.parts:
                for ordinal, numbers in self._numbers(part, start, end):
                    gathered[ordinal] = list(map(add, numbers, gathered.get(ordinal, [0] * len(numbers))))
            yield from sorted(gathered.items())
            return
        world = self._world
        if subject.account != self._account:
            self._account, self._division = subject.account, Division(world, subject.account)
            self._days, self._last_ends = {}, {}
        for ordinal in range(max(start, world.first_day or start).toordinal(), min(end, world.today).toordinal() + 1):
            if share := self._division.share(subject.campaign, ordinal):
                spans = share if subject.share is ALL else within(share, subject.share)
                numbers = self._divided(ordinal, 0, spans)
                for revision in range(1, world.revision(date.fromordinal(ordinal)) + 1):
                    numbers = list(map(add, numbers, self._divided(ordinal, revision, spans)))
                yield ordinal, numbers

    def _divided(self, ordinal: int, revision: int, share: Spans) -> list[int]:
        """What a share has of the numbers that a revision adds; of two neighbours, one begins where the other ends."""
        starts, ends = zip(*share, strict=True)
        before, below_start = self._last_ends.get((ordinal, revision), (None, []))
        if before != starts:
            below_start = self._below(ordinal, revision, starts)
        below_end = self._below(ordinal, revision, ends)
        self._last_ends[ordinal, revision] = ends, below_end
        return list(map(sub, below_end, below_start))

    def _below(self, ordinal: int, revision: int, ends: Sequence[int]) -> list[int]:
        if (ordinal, revision) not in self._days:
            self._days[ordinal, revision] = self._added(ordinal, revision)
        families = self._days[ordinal, revision]
        return [number * end >> BITS for end, family in zip(ends, families, strict=True) for number in family]

    def _added(self, ordinal: int, revision: int) -> list[list[int]]:
        """The parts of the account's day by family, without what the revision before had.

        Each revision is divided by itself, so that late conversions make no number less.
        """
        found = volumes.of_day(
            self._world, self._account, ordinal, revision, self._reaches, other_time=self._other_time
        )
        parts = [[found[volume] * share >> SHIFT for volume, share in family] for family in self._formulas.parts[:-1]]
        for earlier in range(revision):
            parts = [list(map(sub, *both)) for both in zip(parts, self._added(ordinal, earlier), strict=True)]
        return parts

    def _measured(self, row: Record, parts: Sequence[int]) -> Record:
        names, places, _, amounts, rates = self._formulas
        values: list[float] = [*parts]
        values += [(parts[first] + parts[second] + parts[third]) * price for first, second, third, price in amounts]
        values += [values[above] / values[below] * scale if values[below] else 0 for above, below, scale in rates]
        row.update(zip(names, [values[place] for place in places], strict=True))
        for name in self._floats:
            row[name] = float(row[name])
        if self._world.full_rows:
            return row
        return {name: value for name, value in row.items() if value or name not in MEASURES}

    def _id(self, name: str, value: str, subject: Subject) -> str | int:
        return value if name == subject.row_key or name in _TEXTS else int(value)


def _is_id(name: str) -> bool:
    return name in _ID_COLUMNS


_COUNTS = frozenset((*columns.COUNTS, *report_columns.COUNTS))
_ID_COLUMNS = frozenset((*columns.IDS, *report_columns.IDS))
MEASURES = COUNTS_AND_AMOUNTS | RATES

"""The days of one owner that have been read.

A state holds them as `{"DATE": last day, "from": first day, "missing": [[start, end], ...]}`. Nothing here reads the
clock or takes a lock.

A day is final by its age. Where the destination replaces rows, each sync reads the days again that were young when the
last one read them. Where it appends, no sync reads young days.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pendulum import Date

from source_pinterest.dates import DateWindow, days_before, parse_day
from source_pinterest.state.period import Period

Owner = str | None
"""An ad account: the days are its own, or those of the user who owns it. None: they are those of the token's user."""

OPEN_START = Date(1000, 1, 1)
"""The first day of a set that is open at its start. No state and no response has an earlier day."""


@dataclass(frozen=True)
class DaySet:
    """A set of days, as separate windows, oldest first."""

    windows: tuple[DateWindow, ...] = ()

    @classmethod
    def between(cls, start: Date, end: Date) -> "DaySet":
        """Return the days from `start` to `end`; none if `end` is before `start`."""
        return cls((DateWindow(start, end),) if start <= end else ())

    @classmethod
    def from_state(cls, pairs: Iterable[Sequence[str]] | None) -> "DaySet":
        """Read windows of a state, which a user may have edited.

        Raises:
            ValueError, TypeError: a window is invalid.
        """
        return cls().union(map(DateWindow.from_pair, pairs or ()))

    def to_state(self) -> list[list[str]]:
        """Return the windows for the state."""
        return [window.as_pair() for window in self]

    def __iter__(self) -> Iterator[DateWindow]:
        return iter(self.windows)

    def __bool__(self) -> bool:
        return bool(self.windows)

    def union(self, windows: Iterable[DateWindow]) -> "DaySet":
        """Return the days of this set and of the windows."""
        merged: list[DateWindow] = []
        for window in sorted((*self.windows, *windows)):
            if merged and window.start <= merged[-1].end.add(days=1):
                merged[-1] = DateWindow(merged[-1].start, max(merged[-1].end, window.end))
            else:
                merged.append(window)
        return DaySet(tuple(merged))

    def difference(self, windows: Iterable[DateWindow]) -> "DaySet":
        """Return the days of this set that are in none of the windows."""
        left = list(self.windows)
        for taken in DaySet().union(windows):
            parts: list[DateWindow] = []
            for window in left:
                if window.end < taken.start or taken.end < window.start:
                    parts.append(window)
                    continue
                if window.start < taken.start:
                    parts.append(DateWindow(window.start, days_before(taken.start, 1)))
                if taken.end < window.end:
                    parts.append(DateWindow(taken.end.add(days=1), window.end))
            left = parts
        return DaySet(tuple(left))

    def intersection(self, windows: Iterable[DateWindow]) -> "DaySet":
        """Return the days of this set that are in one of the windows."""
        return self.difference(self.difference(windows))

    def within(self, start: Date, end: Date) -> "DaySet":
        """Return the days of this set from `start` to `end`."""
        return self.intersection(DaySet.between(start, end))

    def before(self, day: Date) -> "DaySet":
        """Return the days of this set before a day."""
        return self.within(OPEN_START, days_before(day, 1))

    def has(self, day: Date) -> bool:
        """Return whether a day is in the set."""
        return any(window.start <= day <= window.end for window in self)

    @property
    def first(self) -> Date | None:
        """The first day of the set; None if it is empty."""
        return self.windows[0].start if self.windows else None

    @property
    def last(self) -> Date | None:
        """The last day of the set; None if it is empty."""
        return self.windows[-1].end if self.windows else None

    @property
    def span(self) -> DateWindow:
        """The window from the first day to the last of a set that has some."""
        return DateWindow(self.windows[0].start, self.windows[-1].end)


@dataclass(frozen=True)
class Days:
    """The days of an owner that were read.

    Attributes:
        first: the first day that a sync was to read, or an earlier one that was read since. A state of the official
            connector does not name it: then it is the first day of all.
        last: the last day of which anything was read, ever; the day before `first` if nothing was.
        read: the days that were read. The missing ones are the others from `first` to `last`.
    """

    first: Date
    last: Date
    read: DaySet = DaySet()

    @classmethod
    def between(cls, first: Date, last: Date, missing: Iterable[DateWindow] = ()) -> "Days":
        """Return all days from the first to the last but the missing ones."""
        return cls(first, last, DaySet.between(first, last).difference(missing))

    @classmethod
    def unread_from(cls, first: Date) -> "Days":
        """Return the days of an owner of which none has been read yet. `first` is the first one to read."""
        return cls(first, days_before(first, 1))

    @classmethod
    def from_state(cls, position: Mapping[str, Any], field: str) -> "Days":
        """Read the position of an owner in a state, whose windows a user may have edited.

        Raises:
            ValueError, TypeError: a value is not a day or not a window.
        """
        first = parse_day(position["from"]) if position.get("from") else OPEN_START
        return cls.between(first, parse_day(position[field]), DaySet.from_state(position.get("missing")))

    def to_state(self, field: str) -> dict[str, Any]:
        """Return the position for the state."""
        since = {"from": str(self.first)} if self.first > OPEN_START else {}
        missing = {"missing": self.missing.to_state()} if self.missing else {}
        return {field: str(self.last), **since, **missing}

    @property
    def has_any(self) -> bool:
        """Whether any day of the set was read, ever."""
        return self.last >= self.first

    @property
    def missing(self) -> DaySet:
        """The days between the first and the last that have not been read."""
        return DaySet.between(self.first, self.last).difference(self.read)

    def up_to(self, day: Date) -> "Days":
        """Return the days without those after a day."""
        return Days(self.first, max(day, days_before(self.first, 1)), self.read.within(OPEN_START, day))

    def union(self, read: Iterable[DateWindow], unread: Collection[DateWindow] = ()) -> "Days":
        """Return the days after some tasks. The order in which these have ended does not matter.

        A day was read if it was before or a task has read it, and if no task that covers it is waiting or has failed.

        Args:
            read: the windows of tasks that were read. Another task about the same window may be unread.
            unread: the windows of tasks that are waiting or have failed.
        """
        new = DaySet().union(read)
        first, last = (new.first or self.first), (new.last or self.last)
        last = max(self.last, last) if self.has_any else last  # without any, `self.last` was not read
        return Days(min(self.first, first), last, self.read.union(new).difference(unread))

    def unread(self, period: Period) -> DaySet:
        """Return the days to read: those before `first`, missing ones, and the newest.

        The newest include days that have been read and may have been restated since.
        """
        earlier = DaySet.between(period.start, min(days_before(self.first, 1), period.end))
        newest = DaySet.between(self._newest_from(period), period.end)
        return self.missing.within(period.earliest, period.end).union((*earlier, *newest))

    def outside_lookback(self, period: Period) -> DaySet:
        """Return the days up to `last` that a sync could read again, and does not."""
        end = min(self.last, days_before(self._newest_from(period), 1))
        return DaySet.between(max(self.first, period.earliest), end)

    def expired(self, period: Period) -> DaySet:
        """Return the unread days that Pinterest no longer has."""
        after = DaySet.between(self.last.add(days=1), days_before(period.earliest, 1))
        return self.missing.before(period.earliest).union(after)

    def _newest_from(self, period: Period) -> Date:
        """Return the first of the newest days to read. Where rows are replaced, some days are read again."""
        start = self.last.add(days=1)
        if period.lookback_days is not None:
            start = days_before(self.last, max(period.lookback_days, period.final_after))
        return max(start, self.first, period.earliest)  # `period.start` limits only the days before `first`

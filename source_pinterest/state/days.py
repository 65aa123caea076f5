"""The days of one owner that have been read, and `fold`, which adds what the tasks of a sync have read.

A state holds them as `{"DATE": last day, "from": first day, "missing": [[start, end], ...], "stale": those of the
missing days that counted before, "settled": last day that was final when it was read, "read": last day that was
emitted, if that is later than DATE}`. Nothing here reads the clock or takes a lock.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from pendulum import Date

from source_pinterest import limits
from source_pinterest.dates import DateWindow, days_before, merge_windows, parse_day, subtract_window
from source_pinterest.state.period import Period

_OPEN_START = Date(1000, 1, 1)
"""The first day of a set that is open at its start. No state and no response has an earlier day."""


@dataclass(frozen=True)
class DaySet:
    """A set of days, as windows that neither touch nor overlap, oldest first."""

    windows: tuple[DateWindow, ...] = ()

    @classmethod
    def between(cls, start: Date, end: Date) -> "DaySet":
        """Return the days from `start` to `end`; none if `end` lies before `start`."""
        return cls((DateWindow(start, end),) if start <= end else ())

    def __iter__(self) -> Iterator[DateWindow]:
        return iter(self.windows)

    def __bool__(self) -> bool:
        return bool(self.windows)

    def plus(self, windows: Iterable[DateWindow]) -> "DaySet":
        """Return the days of this set and of the windows."""
        return DaySet(tuple(merge_windows([*self.windows, *windows])))

    def minus(self, windows: Iterable[DateWindow]) -> "DaySet":
        """Return the days of this set that lie in none of the windows."""
        left = list(self.windows)
        for window in merge_windows(windows):
            left = subtract_window(left, window)
        return DaySet(tuple(left))

    def shared(self, windows: Iterable[DateWindow]) -> "DaySet":
        """Return the days of this set that lie in one of the windows."""
        return self.minus(self.minus(windows))

    def within(self, start: Date, end: Date) -> "DaySet":
        """Return the days of this set from `start` to `end`."""
        return self.shared(DaySet.between(start, end))

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
class Read:
    """What a task about days has read. A task that has failed has none.

    Attributes:
        window: the days that were asked for.
        final: the last final day. All days of the window before it are final too.
        counts: the last day that counts as read, if that is later than the last final one.
        newest: the last day with a row that was emitted; None where it is not tracked.
    """

    window: DateWindow
    final: Date
    counts: Date | None = None
    newest: Date | None = None

    @property
    def final_days(self) -> DaySet:
        """The days that are final."""
        return self._up_to(self.final)

    @property
    def days(self) -> DaySet:
        """The days that count as read."""
        return self._up_to(max(self.final, self.counts or self.final))

    def _up_to(self, day: Date) -> DaySet:
        return DaySet.between(self.window.start, min(self.window.end, day))


@dataclass(frozen=True)
class Days:
    """The days of an owner that count as read.

    Attributes:
        last: the last day that ever counted; the day before `first` if none did, and None before the first sync.
        first: the first day that a sync was to read, or an earlier one that was read since; None in a state of an
            older connector, which did not keep it.
        read: the days that count as read. Without a first day, the set is open at its start.
        settled: the last day up to which all numbers were final when they were read; None in a state without it.
        newest: the last day that was ever emitted, in streams that emit days before they count as read; `read` in the
            state.
        stale: the missing days that counted before and could not be read again. Their rows were emitted.
    """

    last: Date | None = None
    first: Date | None = None
    read: DaySet = DaySet()
    settled: Date | None = None
    newest: Date | None = None
    stale: DaySet = DaySet()

    @classmethod
    def between(
        cls, first: Date | None, last: Date, missing: Iterable[DateWindow] = (), settled: Date | None = None
    ) -> "Days":
        """Return all days from the first to the last but the missing ones."""
        return cls(last, first, DaySet.between(first or _OPEN_START, last).minus(missing), settled)

    @classmethod
    def unread_from(cls, first: Date) -> "Days":
        """Return the days of an owner of which none has been read yet. `first` is the first one to read."""
        return cls(days_before(first, 1), first)

    @classmethod
    def from_state(cls, position: Mapping[str, Any], field: str) -> "Days":
        """Read the position of an owner in a state, whose windows a user may have edited.

        Raises:
            ValueError, TypeError: a value is not a day or not a window.
        """
        first, settled, newest = (
            parse_day(position[name]) if position.get(name) else None for name in ("from", "settled", "read")
        )
        missing, stale = (map(DateWindow.from_pair, position.get(name) or ()) for name in ("missing", "stale"))
        days = cls.between(first, parse_day(position[field]), missing, settled)
        return replace(days, newest=newest, stale=days.missing.shared(stale))

    def to_state(self, field: str) -> dict[str, Any]:
        """Return the position for the state."""
        later = self.newest if self.newest and self.last and self.newest > self.last else None
        missing, stale = ([window.as_pair() for window in days] for days in (self.missing, self.stale))
        position = {field: self.last, "from": self.first, "missing": missing, "stale": stale}
        position |= {"settled": self.settled, "read": later}
        return {name: str(value) if isinstance(value, Date) else value for name, value in position.items() if value}

    @property
    def missing(self) -> DaySet:
        """The days between the first and the last that have not been read."""
        return DaySet.between(self.first or _OPEN_START, self.last).minus(self.read) if self.last else DaySet()

    @property
    def last_final_day(self) -> Date | None:
        """The last day that was final when it was read. States without it: two days before `last`."""
        return self.settled or (days_before(self.last, limits.FINAL_AFTER_DAYS) if self.last else None)

    def as_of(self, today: Date) -> "Days":
        """Return the days of a state that lies in the future, cut back to the last settled one.

        Without a settled day before today, the last 89 days are read again.
        """
        last = days_before(today, limits.SYNC_HISTORY_DAYS + 1)
        if self.last_final_day and self.last_final_day < today:
            last = self.last_final_day
        if self.first and self.first > last:
            return Days()
        return Days(last, self.first, self.read.within(_OPEN_START, last), settled=last)

    def unread(self, period: Period) -> list[DateWindow]:
        """Return the windows to read: missing ones, then days before `first`, then the newest days.

        The newest days include missing days among them, and days that have been read and may have been restated since.
        """
        newest = DaySet.between(self._rereading_from(period), period.end)
        missing = self.missing.within(period.earliest, period.end).minus(newest)
        start = max(period.start, period.earliest)
        head = DaySet.between(start, days_before(self.first, 1)) if self.first else DaySet()
        return [*missing, *head, *newest]

    def in_reading_order(self, windows: Iterable[DateWindow]) -> list[DateWindow]:
        """Return the pieces of an unread window, oldest first.

        Days before `first` are read backwards, so that a sync that breaks off leaves no gap before `first`.
        """
        in_order = sorted(windows)
        return in_order[::-1] if in_order and self.first and in_order[0].start < self.first else in_order

    def not_reread(self, period: Period) -> DaySet:
        """Return the days up to `last` that a sync does not read again."""
        if self.last is None:
            return DaySet()
        end = min(self.last, days_before(self._rereading_from(period), 1))
        return DaySet.between(self.first or min(end, period.earliest), end)

    def duplicated(self, period: Period) -> DaySet:
        """Return the days that this sync emits a second time, because they were read before they were final.

        There are none unless the period emits each day once. Weeks and months are emitted as a whole.
        """
        if not period.is_emitted_once or not self.last:
            return DaySet()
        end = min(period.end, max(self.last, self.newest or self.last))
        days = DaySet.between(self._rereading_from(period), end)
        return days.plus([DateWindow(period.granularity.bucket_of(days.first).start, end)] if days.first else [])

    def out_of_reach(self, period: Period) -> DaySet:
        """Return the unread days that Pinterest no longer has."""
        last_gone = days_before(period.earliest, 1)
        after = DaySet.between(self.last.add(days=1), last_gone) if self.last else DaySet()
        return self.missing.within(_OPEN_START, last_gone).plus(after)

    def with_lost(self, days: DaySet) -> "Days":
        """Count lost days, which Pinterest no longer has, as read, so that the state does not name them."""
        return replace(self, read=self.read.plus(days), stale=self.stale.minus(days))

    def _rereading_from(self, period: Period) -> Date:
        """Return the first of the newest days to read. Days from there to `last` are read again."""
        if self.last is None:
            return max(period.start, period.earliest)
        start = days_before(self.last, -1 if period.lookback_days is None else period.lookback_days)
        if period.is_emitted_once and self.last_final_day:
            start = self.last_final_day.add(days=1)
        elif period.lookback_days is not None and self.settled:
            start = min(start, self.settled.add(days=1))
        return max(start, self.first or start, period.earliest)  # `period.start` limits only the days before `first`


def fold(before: Days, reads: Collection[Read], earliest: Date, unread: Collection[DateWindow] = ()) -> Days:
    """Return the days after some tasks. The order in which these have ended does not matter.

    A day counts as read if it did before or a task has read it, and if no task that covers it is waiting or has failed.

    Args:
        before: the days before the first of the tasks.
        reads: what tasks have read.
        earliest: the first day that Pinterest still has.
        unread: the windows of tasks that are waiting or have failed.
    """
    new = DaySet().plus(window for one in reads for window in one.days).minus(unread)
    final = DaySet().plus(window for one in reads for window in one.final_days).shared(new)
    if before.last is None:
        before = Days.unread_from(min(window.start for window in (*unread, *(one.window for one in reads))))
    read = before.read.minus(unread).plus(new)
    return Days(
        last=_latest(before.last, read.last),
        first=before.first and min(before.first, read.first or before.first),
        read=read,
        settled=_settled(before, read, final, earliest) if new else before.settled,
        newest=_latest(before.newest, *(one.newest for one in reads)),
        stale=before.stale.plus(before.read.shared(unread)).minus(new),
    )


def _settled(before: Days, read: DaySet, final: DaySet, earliest: Date) -> Date | None:
    """Return the last day up to which all days that count were final when they were read.

    Args:
        before: the days before some tasks.
        read: the days that count after them.
        final: those that the tasks have read, and that were final then.
        earliest: the first day that Pinterest still has. Days before it can't be read again.
    """
    known = before.last_final_day
    settled_or_gone = DaySet.between(_OPEN_START, max(known or _OPEN_START, days_before(earliest, 1)))
    early = read.minus(final).minus(settled_or_gone)
    return _latest(known, days_before(early.first, 1) if early.first else final.last)


def _latest(*days: Date | None) -> Date | None:
    return max((day for day in days if day), default=None)

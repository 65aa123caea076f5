"""The days of one owner that have been read, as a set, and what the tasks of a sync change in it.

A state holds them as `{"DATE": last day, "from": first day, "missing": [[start, end], ...], "settled": last day that
was final when it was read}`. Nothing here reads the clock or takes a lock.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from pendulum import Date

from source_pinterest import limits
from source_pinterest.dates import DateWindow, days_before, merge_windows, parse_day, subtract_window
from source_pinterest.state.period import Period

_OPEN_START = Date(1000, 1, 1)
"""The first day of a set that is open at its start. No state and no response has an earlier one."""


@dataclass(frozen=True)
class ReadDays:
    """A set of days, as windows that neither touch nor overlap, oldest first."""

    windows: tuple[DateWindow, ...] = ()

    def plus(self, windows: Iterable[DateWindow]) -> "ReadDays":
        """Return the days of this set and of the windows."""
        return ReadDays(tuple(merge_windows([*self.windows, *windows])))

    def minus(self, windows: Iterable[DateWindow]) -> "ReadDays":
        """Return the days of this set that lie in none of the windows."""
        left = list(self.windows)
        for window in windows:
            left = subtract_window(left, window)
        return ReadDays(tuple(left))

    def up_to(self, day: Date) -> "ReadDays":
        """Return the days up to `day`."""
        return ReadDays(tuple(part for window in self.windows if (part := window.before(day.add(days=1)))))

    def within(self, start: Date, end: Date) -> "ReadDays":
        """Return the days from `start` to `end`."""
        return ReadDays(tuple(part for window in self.up_to(end).windows if (part := window.clamp(start))))

    def has(self, day: Date) -> bool:
        """Return whether a day is in the set."""
        return any(window.start <= day <= window.end for window in self.windows)

    def unread(self, start: Date, end: Date) -> list[DateWindow]:
        """Return the windows from `start` to `end` whose days are not in the set."""
        left = _window(start, end)
        for window in self.windows:
            left = subtract_window(left, window)
        return left

    @property
    def first(self) -> Date | None:
        """The first day of the set; None if it is empty."""
        return self.windows[0].start if self.windows else None

    @property
    def last(self) -> Date | None:
        """The last day of the set; None if it is empty."""
        return self.windows[-1].end if self.windows else None


@dataclass(frozen=True)
class AccountHistory:
    """The days of an owner that count as read.

    Attributes:
        last: the last day that ever counted; None before the first sync.
        first: the first day that a sync planned to read, later the first that counts; None in a state of an older
            connector, which did not keep it.
        read: the days that count as read. Without a first day, the set is open at its start.
        settled: the last day up to which all numbers were final when they were read; None in a state without it.
    """

    last: Date | None = None
    first: Date | None = None
    read: ReadDays = ReadDays()
    settled: Date | None = None

    @classmethod
    def between(
        cls,
        first: Date | None,
        last: Date,
        missing: Iterable[DateWindow] = (),
        settled: Date | None = None,
    ) -> "AccountHistory":
        """Return the history of all days from the first to the last but the missing ones."""
        return cls(last, first, ReadDays(tuple(_window(first or _OPEN_START, last))).minus(missing), settled)

    @classmethod
    def from_state(cls, cursor: Mapping[str, Any], field: str) -> "AccountHistory":
        """Read the cursor of a state, whose windows a user may have edited.

        Raises:
            ValueError, TypeError: a value is not a day or not a window.
        """
        first, settled = (parse_day(cursor[name]) if cursor.get(name) else None for name in ("from", "settled"))
        missing = [DateWindow.from_pair(pair) for pair in cursor.get("missing") or ()]
        return cls.between(first, parse_day(cursor[field]), missing, settled)

    def to_state(self, field: str) -> dict[str, Any]:
        """Return the cursor for the state."""
        state: dict[str, Any] = {field: str(self.last)}
        if self.first:
            state["from"] = str(self.first)
        if missing := self.missing:
            state["missing"] = [window.as_pair() for window in missing]
        if self.settled:
            state["settled"] = str(self.settled)
        return state

    @property
    def missing(self) -> list[DateWindow]:
        """The windows between the first and the last day that have not been read."""
        return self.read.unread(self.first or _OPEN_START, self.last) if self.last else []

    @property
    def last_final_day(self) -> Date | None:
        """The last day that was final when it was read. States without it: two days before `last`."""
        return self.settled or (days_before(self.last, limits.FINAL_AFTER_DAYS) if self.last else None)

    def as_of(self, today: Date) -> "AccountHistory":
        """Return the history of a state that lies in the future, cut back to its last settled day.

        Without a settled day before today, the last 89 days are read again.
        """
        last = days_before(today, limits.SYNC_HISTORY_DAYS + 1)
        if self.last_final_day and self.last_final_day < today:
            last = self.last_final_day
        if self.first and self.first > last:
            return AccountHistory()
        return replace(self, last=last, settled=last, read=self.read.up_to(last))

    def unread(self, period: Period) -> list[DateWindow]:
        """Return the windows to read: missing ones, then days before `first`, then the newest days.

        Some of the newest days have been read before, and may have been restated since.
        """
        newest = _window(self._rereading_from(period), period.end)
        missing = [part for window in self.missing if (part := window.clamp(period.earliest))]
        missing = [part for window in missing if (part := window.before(period.end.add(days=1)))]
        head = _window(max(period.start, period.earliest), days_before(self.first, 1)) if self.first else []
        return [*ReadDays(tuple(missing)).minus(newest).windows, *head, *newest]

    def in_reading_order(self, windows: Iterable[DateWindow]) -> list[DateWindow]:
        """Return the parts of an unread window, oldest first. Days before `first` are read backwards."""
        in_order = sorted(windows)
        return in_order[::-1] if in_order and self.first and in_order[0].start < self.first else in_order

    def not_reread(self, period: Period) -> DateWindow | None:
        """Return the days up to `last` that a sync does not read again; None if it reads all of them again."""
        if self.last is None:
            return None
        end = min(self.last, days_before(self._rereading_from(period), 1))
        start = self.first or min(end, period.earliest)
        return next(iter(_window(start, end)), None)

    def duplicated(self, period: Period, newest: Date | None = None) -> list[DateWindow]:
        """Return the days that this sync emits a second time, because they were read before they were final.

        There are none unless the period emits each day once.

        Args:
            period: the days that this sync reads.
            newest: the last day ever emitted, if it is later than the last that counts as read.
        """
        if not period.is_emitted_once or not self.last:
            return []
        return _window(self._rereading_from(period), min(period.end, max(self.last, newest or self.last)))

    def out_of_reach(self, period: Period) -> list[DateWindow]:
        """Return the unread days that Pinterest no longer has."""
        last_gone = days_before(period.earliest, 1)
        after = _window(self.last.add(days=1), last_gone) if self.last else []
        return merge_windows([*ReadDays(tuple(self.missing)).up_to(last_gone).windows, *after])

    def without(self, windows: Iterable[DateWindow]) -> "AccountHistory":
        """Return the history in which these days, which Pinterest no longer has, are not missing."""
        return replace(self, read=self.read.plus(windows))

    def with_days(self, window: DateWindow, settled: Date, emitted: Date | None = None) -> "AccountHistory":
        """Return the history once a window was read.

        Args:
            window: the requested days.
            settled: the last day that is final.
            emitted: the last day that counts as read if days after `settled` do too; None if they don't.
        """
        done = _window(window.start, min(max(settled, emitted or settled), window.end))
        if not done:
            return self
        read = self.read.plus(done)
        if self.last and self.first and window.end < self.first:
            return replace(self, first=window.start, read=read)
        last = done[0].end
        final = min(settled, last)
        if self.settled and self.last and self.settled < min(self.last, window.start.subtract(days=1)):
            final = self.settled  # days that count although they were not final are not read again with this window
        return AccountHistory(
            last=max(self.last or last, last),
            first=self.first if self.last else window.start,
            read=read,
            settled=max(self.last_final_day or final, final),
        )

    def _rereading_from(self, period: Period) -> Date:
        """Return the first of the newest days to read, some of which are read again."""
        if self.last is None:
            return max(period.start, period.earliest)
        start = days_before(self.last, -1 if period.lookback_days is None else period.lookback_days)
        if period.is_emitted_once and self.last_final_day:
            start = self.last_final_day.add(days=1)
        elif period.lookback_days is not None and self.settled:
            start = min(start, self.settled.add(days=1))
        return max(start, self.first or start, period.earliest)  # the start date limits the days before `first` alone


class DayTasks:
    """The tasks of one account in this sync by their windows, and what has become of them.

    Args:
        before: the history of the account before the sync.
    """

    def __init__(self, before: AccountHistory) -> None:
        self._before = before
        self._open: Counter[DateWindow] = Counter()
        self._pending = 0
        self._done: set[DateWindow] = set()
        self._failed: set[DateWindow] = set()
        self._emitted: set[DateWindow] = set()

    def add(self, window: DateWindow, tasks: int = 1) -> None:
        """Add tasks of a window. A window without any is done, since there is nothing to read in it."""
        self._open[window] += tasks
        self._pending += tasks
        if not tasks:
            self._done.add(window)

    def end(self, window: DateWindow, *, failed: bool) -> None:
        """Record that a task was read whole, or that it failed."""
        self._open[window] -= 1
        self._pending -= 1
        (self._failed if failed else self._done).add(window)

    def split(self, window: DateWindow, parts: Iterable[DateWindow]) -> None:
        """Replace a task by tasks of parts of its window."""
        for part in parts:
            self.add(part)
        self._open[window] -= 1
        self._pending -= 1

    def note_emitted(self, window: DateWindow) -> None:
        """Record that rows of a task were emitted."""
        self._emitted.add(window)

    @property
    def are_done(self) -> bool:
        """Whether every task was read whole."""
        return not self._failed and not self._pending

    def history(self, period: Period) -> AccountHistory:
        """Return the present history of the account. It does not depend on the order in which tasks have ended.

        A day counts as read if it did before or a task of it is done, and if no task of it has failed. A day that did
        not count before waits for all of its tasks. No day after the last one that counted begins to count if it lies
        after the last final day, if the period names one.
        """
        before = self._before
        waiting = [window for window, tasks in self._open.items() if tasks]
        done = ReadDays().plus(self._done).minus([*self._failed, *waiting])
        limit = period.last_countable_day
        counted = done.up_to(max(limit, before.last or limit)) if limit else done
        read = before.read.minus(self._failed).plus(counted.windows)
        last = max(filter(None, (before.last, read.last)), default=None)
        if last is None:
            return before
        final = min(period.final_day, last)
        stale = self._stale(read, done).within(period.earliest, final)
        settled = max(before.last_final_day or final, days_before(stale.first, 1) if stale.first else final)
        return AccountHistory(last, self._first(read), read, settled if counted.windows else before.settled)

    def emitted_in_part(self, history: AccountHistory, last: Date) -> list[DateWindow]:
        """Return the days up to `last` whose rows were emitted although they don't count as read.

        Args:
            history: the present history of the account.
            last: the last day that is not read again because it may be restated.
        """
        return list(ReadDays().plus(self._emitted).minus(history.read.windows).up_to(last).windows)

    def _first(self, read: ReadDays) -> Date | None:
        if self._before.last is None:
            return min(self._open).start
        return min(self._before.first, read.first or self._before.first) if self._before.first else None

    def _stale(self, read: ReadDays, done: ReadDays) -> ReadDays:
        """Return the days that count as read, were not final then, and have not been read again."""
        settled = self._before.last_final_day
        return (read.minus(_window(_OPEN_START, settled)) if settled else read).minus(done.windows)


def _window(start: Date, end: Date) -> list[DateWindow]:
    """Return the window from the first day to the last, or nothing if there are no days between them."""
    return [DateWindow(start, end)] if start <= end else []

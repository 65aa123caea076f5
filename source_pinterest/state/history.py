"""The days of one ad account that have been read, and the plan of the windows that a sync still reads.

A state holds a history as `{"DATE": last finished day, "from": first day ever read, "missing": [[start, end], ...],
"settled": last day that was final when it was read}`. Nothing here reads the clock or takes a lock.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import Any

from pendulum import Date

from source_pinterest import limits
from source_pinterest.dates import DateWindow, days_before, merge_windows, parse_day, subtract_window
from source_pinterest.state.period import Period, Restatement


class WindowStatus(Enum):
    """The progress of reading a window."""

    OPEN = auto()
    DONE = auto()
    FAILED = auto()


class Purpose(Enum):
    """Why a window is read."""

    MISSING = auto()
    """An earlier sync failed to read it, or never reached it."""
    HEAD = auto()
    """It lies before the first day ever read, because the start date has moved back."""
    TAIL = auto()
    """It is new, or recent enough to be restated."""


@dataclass(frozen=True)
class PlannedWindow:
    """A window as a slice carries it.

    Attributes:
        window: the days.
        number: the index of the window in the plan of its account.
    """

    window: DateWindow
    number: int = 0


@dataclass
class WindowProgress:
    """A window of a plan, with the reason why it is read and how far that has come."""

    window: DateWindow
    purpose: Purpose
    status: WindowStatus = WindowStatus.OPEN


@dataclass(frozen=True)
class AccountHistory:
    """The days of an account that count as read.

    Attributes:
        last: the last finished day; None before the first sync.
        first: the first day ever read; None in a state of an older connector, which did not keep it.
        missing: the windows between `first` and `last` that have not been read.
        settled: the last day that was final when it was read; None in a state without it.
    """

    last: Date | None = None
    first: Date | None = None
    missing: tuple[DateWindow, ...] = ()
    settled: Date | None = None

    @classmethod
    def from_state(cls, cursor: Mapping[str, Any], field: str) -> "AccountHistory":
        """Read the cursor of a state, whose windows a user may have edited.

        Raises:
            ValueError, TypeError: a value is not a day or not a window.
        """
        last = parse_day(cursor[field])
        first, settled = (parse_day(cursor[name]) if cursor.get(name) else None for name in ("from", "settled"))
        missing = merge_windows(DateWindow.from_pair(pair) for pair in cursor.get("missing") or ())
        missing = [window for window in (w.before(last.add(days=1)) for w in missing) if window]
        if first:
            missing = [window for window in (w.clamp(first) for w in missing) if window]
        return cls(last, first, tuple(missing), settled)

    def to_state(self, field: str) -> dict[str, Any]:
        """Return the cursor for the state."""
        state: dict[str, Any] = {field: str(self.last)}
        if self.first:
            state["from"] = str(self.first)
        if self.missing:
            state["missing"] = [window.as_pair() for window in self.missing]
        if self.settled:
            state["settled"] = str(self.settled)
        return state

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
        missing = [window for window in (w.before(last.add(days=1)) for w in self.missing) if window]
        return replace(self, last=last, settled=last, missing=tuple(missing))

    def unread(self, period: Period) -> list[WindowProgress]:
        """Return the windows to read: missing ones, then days before `first`, then the newest days."""
        tail = _window(self._tail_start(period), period.end)
        missing = list(self.missing)
        if tail:
            missing = subtract_window(missing, tail)
        within = [window for window in (w.before(period.end.add(days=1)) for w in missing) if window]
        readable = [window for window in (w.clamp(period.earliest) for w in within) if window]
        head = _window(max(period.start, period.earliest), self.first.subtract(days=1)) if self.first else None
        return (
            [WindowProgress(window, Purpose.MISSING) for window in readable]
            + [WindowProgress(window, Purpose.HEAD) for window in (head,) if window]
            + [WindowProgress(window, Purpose.TAIL) for window in (tail,) if window]
        )

    def duplicated(self, period: Period, newest: Date | None = None) -> DateWindow | None:
        """Return the days that this sync emits a second time, because they were read before they were final.

        There are none unless the period emits each day once.

        Args:
            period: the days that this sync reads.
            newest: the last day ever emitted, if it is later than the last finished one.
        """
        if not period.is_emitted_once or not self.last:
            return None
        return _window(self._tail_start(period), min(period.end, max(self.last, newest or self.last)))

    def out_of_reach(self, period: Period) -> list[DateWindow]:
        """Return the unread days that Pinterest no longer has."""
        last_gone = period.earliest.subtract(days=1)
        unread = list(self.missing)
        if self.last:
            unread += [w for w in (_window(self.last.add(days=1), last_gone),) if w]
        return merge_windows([DateWindow(w.start, min(w.end, last_gone)) for w in unread if w.start <= last_gone])

    def after(
        self, windows: Iterable[WindowProgress], limit: Date | None = None, final: Date | None = None
    ) -> "AccountHistory":
        """Return the history once these windows have come as far as their status says.

        Args:
            windows: the windows of the plan, in its order.
            limit: the last day that may count as read; None for any.
            final: the last day that is final now.
        """
        planned = list(windows)
        history = self
        for item in planned:
            if item.purpose is Purpose.MISSING and item.status is WindowStatus.DONE:
                history = replace(history, missing=tuple(subtract_window(history.missing, item.window)))
        for item in (item for item in planned if item.purpose is Purpose.HEAD):
            if item.status is not WindowStatus.DONE:
                break
            history = replace(history, first=item.window.start)
        history = _after_tail(history, [item for item in planned if item.purpose is Purpose.TAIL], final)
        return _up_to(limit, history, self) if limit else history

    def with_days(self, window: DateWindow, settled: Date | None) -> "AccountHistory":
        """Return the history once a window was read. Days after `settled` do not count as read.

        Args:
            window: the requested days.
            settled: the last day that counts as read; None if no day does.
        """
        done = _window(window.start, min(settled, window.end)) if settled else None
        if done is None:
            return self
        if self.first and window.end < self.first:
            left = _window(done.end.add(days=1), window.end)
            return replace(
                self, first=window.start, missing=tuple(merge_windows([*self.missing, *([left] if left else [])]))
            )
        return AccountHistory(
            last=max(self.last or done.end, done.end),
            first=self.first if self.last else window.start,
            missing=tuple(subtract_window(self.missing, done)),
            settled=max(self.last_final_day or done.end, done.end),
        )

    def without(self, windows: Iterable[DateWindow]) -> "AccountHistory":
        """Return the history without these missing days, which Pinterest no longer has."""
        missing = list(self.missing)
        for window in windows:
            missing = subtract_window(missing, window)
        return replace(self, missing=tuple(missing))

    def _tail_start(self, period: Period) -> Date:
        """Return the first of the newest days to read, some of which are read again."""
        if self.last is None:
            return max(period.start, period.earliest)
        start = days_before(self.last, -1 if period.lookback_days is None else period.lookback_days)
        if period.is_emitted_once and self.last_final_day:
            start = self.last_final_day.add(days=1)
        elif period.restatement is Restatement.READ_AGAIN and self.settled:
            start = min(start, self.settled.add(days=1))
        return max(start, self.first or start, period.earliest)  # the start date limits the days before `first` alone


class Plan:
    """The windows of one account in this sync, and how many slices of each are still to be read.

    Args:
        baseline: the history of the account before the sync.
    """

    def __init__(self, baseline: AccountHistory) -> None:
        self.baseline = baseline
        self.windows: list[WindowProgress] = []
        self._pending: list[int] = []
        self._failed: list[bool] = []
        self._unusable: set[int] = set()
        self._emitted: set[int] = set()

    def add(self, windows: list[WindowProgress], slices: list[int]) -> list[PlannedWindow]:
        """Add windows to the plan and number them.

        Args:
            windows: in the order in which they are read.
            slices: the number of slices of each window; a window without any is done.
        """
        first = len(self.windows)
        for window, count in zip(windows, slices, strict=True):
            if count == 0:
                window.status = WindowStatus.DONE
        self.windows += windows
        self._pending += slices
        self._failed += [False] * len(windows)
        return [PlannedWindow(item.window, first + number) for number, item in enumerate(windows)]

    @property
    def is_done(self) -> bool:
        """Whether every window was read whole."""
        return all(window.status is WindowStatus.DONE for window in self.windows)

    def resolve(self, number: int, *, failed: bool) -> None:
        """Record that a slice of a window was read or failed."""
        self._pending[number] -= 1
        self._failed[number] = self._failed[number] or failed
        if self._pending[number] == 0:
            self.windows[number].status = WindowStatus.FAILED if self._failed[number] else WindowStatus.DONE

    def note_unusable(self, number: int) -> None:
        """Record that the rows of a window can't be used: its days become missing, if they were read before."""
        self._unusable.add(number)

    def note_emitted(self, number: int) -> None:
        """Record that rows of a window were emitted."""
        self._emitted.add(number)

    def duplicated(self, history: AccountHistory, period: Period) -> list[DateWindow]:
        """Return the days whose rows were emitted and that have to be read again nevertheless.

        Args:
            history: the present history of the account.
            period: the period without any day that is read again because it may be restated.
        """
        unread = [item.window for item in history.unread(period)]
        emitted = [self.windows[number].window for number in self._emitted]
        return [both for window in emitted for other in unread if (both := window.overlap(other))]

    def expect_one_more(self, number: int) -> None:
        """Add one slice to a window."""
        self._pending[number] += 1

    def history(self, limit: Date | None, final: Date) -> AccountHistory:
        """Return the present history of the account; see `AccountHistory.after`."""
        return self._with_unusable_missing(self.baseline.after(self.windows, limit, final))

    def _with_unusable_missing(self, history: AccountHistory) -> AccountHistory:
        """Return the history in which windows with unusable rows are missing."""
        if history.last is None:
            return history
        after = history.last.add(days=1)
        for number in self._unusable:
            read_before = self.windows[number].window.before(after)
            missing = read_before.clamp(history.first or read_before.start) if read_before else None
            if missing:
                history = replace(history, missing=tuple(merge_windows([*history.missing, missing])))
        return history


def split_by_age(item: WindowProgress, border: Date) -> list[WindowProgress]:
    """Split a window at a border, the first day of the second part; the parts are in reading order."""
    parts = [window for window in (item.window.before(border), item.window.clamp(border)) if window]
    return [WindowProgress(window, item.purpose) for window in in_reading_order(parts, item.purpose)]


def in_reading_order(windows: Sequence[DateWindow], purpose: Purpose) -> list[DateWindow]:
    """Return windows oldest first. The days before `first` are read backwards, so that read days have no gap."""
    return list(reversed(windows)) if purpose is Purpose.HEAD else list(windows)


def _window(start: Date, end: Date) -> DateWindow | None:
    return DateWindow(start, end) if start <= end else None


def _after_tail(known: AccountHistory, tail: Sequence[WindowProgress], final: Date | None) -> AccountHistory:
    """Move `last` to the end of the last done window without an open one before it; failed ones become missing."""
    resolved = next((i for i, item in enumerate(tail) if item.status is WindowStatus.OPEN), len(tail))
    reached = max((i + 1 for i in range(resolved) if tail[i].status is WindowStatus.DONE), default=0)
    history = known
    for item in tail[:reached]:
        gap = _window(history.last.add(days=1), item.window.start.subtract(days=1)) if history.last else None
        missing = [*history.missing, *([gap] if gap else [])]
        failed = item.status is WindowStatus.FAILED
        missing = [*missing, item.window] if failed else subtract_window(missing, item.window)
        history = replace(
            history,
            last=max(history.last, item.window.end) if history.last else item.window.end,
            first=history.first if known.last else tail[0].window.start,
            missing=tuple(merge_windows(missing)),
        )
    if reached and final:
        settled = min(final, tail[reached - 1].window.end)
        history = replace(history, settled=max(known.last_final_day or settled, settled))
    return history


def _up_to(limit: Date, history: AccountHistory, before: AccountHistory) -> AccountHistory:
    """Return the history without the days after the limit; the next sync reads these again."""
    last = max(limit, before.last) if before.last else limit
    if history.last is None or history.last <= last:
        return history
    if history.first and last < history.first:
        return before
    after_it = DateWindow(last.add(days=1), history.last)
    return replace(history, last=last, missing=tuple(subtract_window(history.missing, after_it)))

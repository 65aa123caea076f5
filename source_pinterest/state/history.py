"""Which days of one ad account have been read? Pure bookkeeping; no clock, no locks.

Kept in the state as `{"DATE": last finished day, "from": first day ever read, "missing": [[start, end], ...],
"settled": last day whose numbers stood still when they were read}`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import Any

from pendulum import Date

from source_pinterest import limits
from source_pinterest.dates import DateWindow, days_before, merge_windows, parse_day, subtract_window
from source_pinterest.state.period import Period, Settling


class WindowStatus(Enum):
    """How far reading a window has come."""

    OPEN = auto()
    DONE = auto()
    FAILED = auto()


class Purpose(Enum):
    """Why a window is read."""

    MISSING = auto()
    """It failed, or could not be reached, before."""
    HEAD = auto()
    """The start date now lies before the first day ever read."""
    TAIL = auto()
    """It is new, or young enough to be restated."""


@dataclass(frozen=True)
class PlannedWindow:
    """A window as a slice carries it.

    Attributes:
        window: the days.
        number: its place in the plan of its account; a slice is committed by it.
    """

    window: DateWindow
    number: int = 0


@dataclass
class WindowProgress:
    """A window on its way."""

    window: DateWindow
    purpose: Purpose
    status: WindowStatus = WindowStatus.OPEN


@dataclass(frozen=True)
class AccountHistory:
    """The days of an account that are read for good.

    Attributes:
        last: the last finished day; None before the first sync.
        first: the first day ever read; None if an older connector read it and did not say.
        missing: windows between the two that are still owed.
        settled: the last day whose numbers stood still when they were read; None if a state does not say.
    """

    last: Date | None = None
    first: Date | None = None
    missing: tuple[DateWindow, ...] = ()
    settled: Date | None = None

    @classmethod
    def from_state(cls, cursor: Mapping[str, Any], field: str) -> "AccountHistory":
        """Read a cursor; raises ValueError for a day that is none. Windows may have been edited by hand."""
        last = parse_day(cursor[field])
        first, settled = (parse_day(cursor[name]) if cursor.get(name) else None for name in ("from", "settled"))
        owed = merge_windows(DateWindow.from_pair(pair) for pair in cursor.get("missing") or ())
        owed = [window for window in (w.before(last.add(days=1)) for w in owed) if window]
        if first:
            owed = [window for window in (w.clamp(first) for w in owed) if window]
        return cls(last, first, tuple(owed), settled)

    def to_state(self, field: str) -> dict[str, Any]:
        """Write the cursor."""
        state: dict[str, Any] = {field: str(self.last)}
        if self.first:
            state["from"] = str(self.first)
        if self.missing:
            state["missing"] = [window.as_pair() for window in self.missing]
        if self.settled:
            state["settled"] = str(self.settled)
        return state

    @property
    def last_settled(self) -> Date | None:
        """The last day whose numbers stood still when they were read; of an older state, that of two days before."""
        return self.settled or (days_before(self.last, limits.SETTLED_AFTER_DAYS) if self.last else None)

    def as_of(self, today: Date) -> "AccountHistory":
        """The history of a state that lies in the future, where what it says of days to come is not so."""
        first, settled = (day if day and day <= today else None for day in (self.first, self.settled))
        return replace(self, last=today, first=first, settled=settled)

    def unread(self, period: Period) -> list[WindowProgress]:
        """What is to be read: what is missing, then an earlier start, then the newest days."""
        tail = _window(self._resume(period), period.end)
        owed = list(self.missing)
        if tail:
            owed = subtract_window(owed, tail)
        within = [window for window in (w.before(period.end.add(days=1)) for w in owed) if window]
        readable = [window for window in (w.clamp(period.earliest) for w in within) if window]
        head = _window(max(period.start, period.earliest), self.first.subtract(days=1)) if self.first else None
        return (
            [WindowProgress(window, Purpose.MISSING) for window in readable]
            + [WindowProgress(window, Purpose.HEAD) for window in (head,) if window]
            + [WindowProgress(window, Purpose.TAIL) for window in (tail,) if window]
        )

    def emitted_again(self, period: Period, newest: Date | None = None) -> DateWindow | None:
        """The days that stand twice after this sync, where each is emitted once and they were read too early.

        Args:
            period: the days this sync is about.
            newest: the last day that was ever emitted, where that is not the last finished one.
        """
        if not period.is_emitted_once or not self.last:
            return None
        return _window(self._resume(period), min(period.end, max(self.last, newest or self.last)))

    def out_of_reach(self, period: Period) -> list[DateWindow]:
        """Days that are owed but too old to be read any more."""
        owed = list(self.missing)
        if self.last:
            owed += [w for w in (_window(self.last.add(days=1), period.earliest.subtract(days=1)),) if w]
        edge = period.earliest.subtract(days=1)
        return merge_windows([DateWindow(w.start, min(w.end, edge)) for w in owed if w.start <= edge])

    def after(
        self, windows: Iterable[WindowProgress], settled: Date | None = None, final: Date | None = None
    ) -> "AccountHistory":
        """The history once these windows, in the order they were planned, have come so far.

        Args:
            windows: the plan.
            settled: the day that the history does not pass.
            final: the last day whose numbers stand still by now.
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
        return _not_past(settled, history, self) if settled else history

    def with_days(self, window: DateWindow, settled: Date | None) -> "AccountHistory":
        """The history once a window was read, of whose days those up to `settled` count; the others are owed.

        Args:
            window: days that were asked for.
            settled: the last one that counts; None for none.
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
            settled=max(self.last_settled or done.end, done.end),
        )

    def without(self, windows: Iterable[DateWindow]) -> "AccountHistory":
        """The history without days that are owed for ever."""
        missing = list(self.missing)
        for window in windows:
            missing = subtract_window(missing, window)
        return replace(self, missing=tuple(missing))

    def _resume(self, period: Period) -> Date:
        if self.last is None:
            return max(period.start, period.earliest)
        next_day = self.last.add(days=1)
        again = next_day if period.lookback_days is None else days_before(self.last, period.lookback_days)
        if period.is_emitted_once and self.last_settled:
            again = self.last_settled.add(days=1)
        elif period.settling is Settling.READ_AGAIN and self.settled:
            again = min(again, self.settled.add(days=1))
        again = max(again, min(period.start, next_day))
        return max(again, self.first or again, period.earliest)  # days before `first` belong to the head


def _window(start: Date, end: Date) -> DateWindow | None:
    return DateWindow(start, end) if start <= end else None


def _after_tail(known: AccountHistory, tail: Sequence[WindowProgress], final: Date | None) -> AccountHistory:
    """Move to the end of the last window that is done with none open before it; what failed before it is owed."""
    resolved = next((i for i, item in enumerate(tail) if item.status is WindowStatus.OPEN), len(tail))
    reached = max((i + 1 for i in range(resolved) if tail[i].status is WindowStatus.DONE), default=0)
    history = known
    for item in tail[:reached]:
        gap = _window(history.last.add(days=1), item.window.start.subtract(days=1)) if history.last else None
        owed = [*history.missing, *([gap] if gap else [])]
        owed = [*owed, item.window] if item.status is WindowStatus.FAILED else subtract_window(owed, item.window)
        history = replace(
            history,
            last=max(history.last, item.window.end) if history.last else item.window.end,
            first=history.first if known.last else tail[0].window.start,
            missing=tuple(merge_windows(owed)),
        )
    if reached and final:
        settled = min(final, tail[reached - 1].window.end)
        history = replace(history, settled=max(known.last_settled or settled, settled))
    return history


def _not_past(settled: Date, history: AccountHistory, before: AccountHistory) -> AccountHistory:
    """The history without the days that are still moving, which are read again."""
    last = max(settled, before.last) if before.last else settled
    if history.last is None or history.last <= last:
        return history
    if history.first and last < history.first:
        return before
    after_it = DateWindow(last.add(days=1), history.last)
    return replace(history, last=last, missing=tuple(subtract_window(history.missing, after_it)))


def by_age(item: WindowProgress, border: Date) -> list[WindowProgress]:
    """The days before the border and those from it on, in the order in which they are read."""
    parts = [window for window in (item.window.before(border), item.window.clamp(border)) if window]
    return [WindowProgress(window, item.purpose) for window in in_reading_order(parts, item.purpose)]


def in_reading_order(windows: Sequence[DateWindow], purpose: Purpose) -> list[DateWindow]:
    """Oldest first; an earlier start is read backwards, so that what was read stays in one piece."""
    return list(reversed(windows)) if purpose is Purpose.HEAD else list(windows)


class Plan:
    """The windows of one account in this sync, and how many slices of each are still out."""

    def __init__(self, baseline: AccountHistory) -> None:
        self.baseline = baseline
        self.windows: list[WindowProgress] = []
        self._left: list[int] = []
        self._failed: list[bool] = []
        self._in_doubt: set[int] = set()
        self._emitted: set[int] = set()

    def add(self, windows: list[WindowProgress], slices: list[int]) -> list[PlannedWindow]:
        """Number windows from where the last one ended."""
        first = len(self.windows)
        for window, count in zip(windows, slices, strict=True):
            if count == 0:
                window.status = WindowStatus.DONE
        self.windows += windows
        self._left += slices
        self._failed += [False] * len(windows)
        return [PlannedWindow(item.window, first + number) for number, item in enumerate(windows)]

    @property
    def is_done(self) -> bool:
        """Whether every window was read whole."""
        return all(window.status is WindowStatus.DONE for window in self.windows)

    def resolve(self, number: int, *, failed: bool) -> None:
        """A slice of a window has come to its end."""
        self._left[number] -= 1
        self._failed[number] = self._failed[number] or failed
        if self._left[number] == 0:
            self.windows[number].status = WindowStatus.FAILED if self._failed[number] else WindowStatus.DONE

    def doubt(self, number: int) -> None:
        """The rows of a window came, and can't be used: those of its days that were read before are owed again."""
        self._in_doubt.add(number)

    def note_emitted(self, number: int) -> None:
        """Rows of a window were emitted."""
        self._emitted.add(number)

    def emitted_again(self, history: AccountHistory, period: Period) -> list[DateWindow]:
        """The days whose rows were emitted, as far as they have to be read again.

        Args:
            history: of the account, now.
            period: the days this sync is about, none of which is read again for its own sake.
        """
        owed = [item.window for item in history.unread(period)]
        emitted = [self.windows[number].window for number in self._emitted]
        return [both for window in emitted for other in owed if (both := window.overlap(other))]

    def expect_one_more(self, number: int) -> None:
        """A window has one slice more than was planned."""
        self._left[number] += 1

    def history(self, settled: Date | None, final: Date) -> AccountHistory:
        """The history of the account, now that its windows have come so far."""
        return self._owing_again(self.baseline.after(self.windows, settled, final))

    def _owing_again(self, history: AccountHistory) -> AccountHistory:
        if history.last is None:
            return history
        after = history.last.add(days=1)
        for number in self._in_doubt:
            read_before = self.windows[number].window.before(after)
            owed = read_before.clamp(history.first or read_before.start) if read_before else None
            if owed:
                history = replace(history, missing=tuple(merge_windows([*history.missing, owed])))
        return history

"""Which windows of one account does a sync read, and how many slices of each are still out?"""

from dataclasses import replace

from pendulum import Date

from source_pinterest.dates import DateWindow, merge_windows
from source_pinterest.state.history import AccountHistory, PlannedWindow, WindowProgress, WindowStatus
from source_pinterest.state.period import Period


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

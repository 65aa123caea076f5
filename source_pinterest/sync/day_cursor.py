"""Which days of which ad account are still to be read, and how far is this sync with them?"""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from airbyte_cdk.sources.connector_state_manager import ConnectorStateManager
from airbyte_cdk.sources.message import MessageRepository
from airbyte_cdk.sources.types import StreamSlice
from pendulum import Date

from source_pinterest.dates import DateWindow, parse_day
from source_pinterest.sync.cursors import PinterestCursor, reading_state
from source_pinterest.sync.history import AccountHistory, Outcome, Period, WindowProgress
from source_pinterest.sync.state import ACCOUNT_KEY, SavedState, read_state, write_state

LOGGER = logging.getLogger("airbyte")

START, END = "start_date", "end_date"
"""What a slice calls the borders of its window."""


def window_of(stream_slice: Mapping[str, Any]) -> DateWindow:
    """The days a slice is about."""
    return DateWindow(parse_day(stream_slice[START]), parse_day(stream_slice[END]))


class _Plan:
    """The windows of one account in this sync, and how many slices of each are still out."""

    def __init__(self, baseline: AccountHistory, windows: list[WindowProgress], slices: list[int]) -> None:
        self.baseline = baseline
        self.windows = windows
        self._left = slices
        self._failed = [False] * len(windows)
        for position, count in enumerate(slices):
            if count == 0:
                windows[position].outcome = Outcome.DONE

    def resolve(self, window: DateWindow, *, failed: bool) -> None:
        position = next(i for i, item in enumerate(self.windows) if item.window == window)
        self._left[position] -= 1
        self._failed[position] = self._failed[position] or failed
        if self._left[position] == 0:
            self.windows[position].outcome = Outcome.FAILED if self._failed[position] else Outcome.DONE

    def history(self) -> AccountHistory:
        return self.baseline.after(self.windows)


class DayCursor(PinterestCursor):
    """Per ad account, the days that are read for good.

    Args:
        stream_name: whose cursor it is.
        state_manager: knows the incoming state.
        repository: takes the outgoing ones.
        period: the days this sync is about.
        today: Pinterest's day, in UTC.
    """

    field = "DATE"

    def __init__(
        self,
        stream_name: str,
        state_manager: ConnectorStateManager,
        repository: MessageRepository,
        period: Period,
        today: Date,
    ) -> None:
        super().__init__(stream_name, state_manager, repository)
        self._period = period
        self._today = today
        with reading_state(stream_name):
            saved = self._read(state_manager.get_stream_state(stream_name, None))
            self._flat = parse_day(saved.flat) if saved.flat is not None else None
            self._histories = {
                account: AccountHistory.from_state(cursor, self.field) for account, cursor in saved.accounts.items()
            }
        self._incoming = frozenset(self._histories)
        self._plans: dict[str, _Plan] = {}

    @property
    def state(self) -> dict[str, Any]:
        """What to hand out now."""
        accounts = {
            account: history.to_state(self.field) for account, history in self._histories.items() if history.last
        }
        return write_state(SavedState(accounts, str(self._flat) if self._flat else None), self.field)

    def accounts(self) -> Iterable[str]:
        """Ad accounts that the incoming state names."""
        return self._incoming

    def oldest_first(self, accounts: Iterable[str]) -> list[str]:
        """Accounts in the order of their cursors, so that each gets its turn under a small daily quota."""
        return sorted(accounts, key=lambda account: str(self.history_of(account).last or ""))

    def history_of(self, account: str) -> AccountHistory:
        """What is known of an account; a flat cursor holds for those that have no entry yet."""
        return self._histories.get(account) or AccountHistory(last=self._flat)

    def keep_place(self, account: str) -> None:
        """Give an account an entry of its own before the flat cursor is dropped."""
        with self._lock:
            self._histories[account] = self.history_of(account)

    def retire_flat(self) -> None:
        """Tell that every account has an entry of its own."""
        with self._lock:
            self._flat = None

    def unread(self, account: str) -> list[WindowProgress]:
        """The windows that an account still lacks."""
        history = self.history_of(account)
        if history.last and history.last > self._today:
            LOGGER.warning(
                f"{self._stream_name}: the state of ad account {account} lies in the future ({history.last}). It "
                f"counts as today ({self._today}), and nothing is read this time.",
            )
            self._histories[account] = replace(history, last=self._today)
            return []
        for window in history.out_of_reach(self._period):
            LOGGER.warning(
                f"{self._stream_name}: the days {window.start} to {window.end} of ad account {account} were never "
                f"read and are too old for Pinterest's synchronous analytics, which reach back to "
                f"{self._period.earliest}. They stay noted in the state.",
            )
        return history.unread(self._period)

    def plan(self, account: str, windows: list[WindowProgress], slices: list[int]) -> None:
        """Register an account's windows, and how many slices each has, before the first of them is read."""
        with self._lock:
            self._plans[account] = _Plan(self.history_of(account), windows, slices)
            self._histories[account] = self._plans[account].history()

    def fail(self, stream_slice: StreamSlice) -> None:
        """Tell that a slice could not be read."""
        if ACCOUNT_KEY in stream_slice and START in stream_slice:
            with self._lock:
                self._resolve(stream_slice, failed=True)

    def _commit(self, stream_slice: StreamSlice, finding: Any) -> None:
        del finding
        self._resolve(stream_slice, failed=False)

    def _resolve(self, stream_slice: StreamSlice, *, failed: bool) -> None:
        account = stream_slice[ACCOUNT_KEY]
        self._plans[account].resolve(window_of(stream_slice), failed=failed)
        self._histories[account] = self._plans[account].history()

    def _read(self, state: Mapping[str, Any]) -> SavedState:
        return read_state(state, self.field, min)


class UserDayCursor(PinterestCursor):
    """The days of the token's own user: a flat `{"date": last settled day}`, as the official connector keeps it."""

    field = "date"

    def __init__(
        self,
        stream_name: str,
        state_manager: ConnectorStateManager,
        repository: MessageRepository,
        period: Period,
        today: Date,
    ) -> None:
        super().__init__(stream_name, state_manager, repository)
        self._period = period
        self._today = today
        value = read_state(state_manager.get_stream_state(stream_name, None), self.field, min).flat
        with reading_state(stream_name):
            self._history = AccountHistory(last=parse_day(value) if value else None)

    @property
    def state(self) -> dict[str, Any]:
        """What to hand out now."""
        return {self.field: str(self._history.last)} if self._history.last else {}

    def unread(self) -> list[DateWindow]:
        """The days that are still to be read."""
        last = self._history.last
        if last and last > self._today:
            LOGGER.warning(f"{self._stream_name}: the state lies in the future ({last}). It counts as {self._today}.")
            self._history = AccountHistory(last=self._today)
            return []
        for window in self._history.out_of_reach(self._period):
            LOGGER.warning(
                f"{self._stream_name}: the days {window.start} to {window.end} were never read, and Pinterest no "
                f"longer has them: it keeps the days from {self._period.earliest} on.",
            )
        return [item.window for item in self._history.unread(self._period)]

    def _commit(self, stream_slice: StreamSlice, finding: Date | None) -> None:
        """Move to the last settled day of the slice, and not past one that Pinterest is still counting."""
        del stream_slice
        if finding and (self._history.last is None or finding > self._history.last):
            self._history = AccountHistory(last=finding)

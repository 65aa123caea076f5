"""Which days of which ad account are still to be read, and how far is this sync with them?"""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from airbyte_cdk.sources.types import StreamSlice
from pendulum import Date

from source_pinterest import limits
from source_pinterest.dates import DateWindow, days_before, parse_day
from source_pinterest.state.cursor import PinterestCursor, StateStore, reading_state
from source_pinterest.state.formats import ACCOUNT_KEY, SavedState, read_state, write_state
from source_pinterest.state.history import AccountHistory, PlannedWindow, Purpose, WindowProgress
from source_pinterest.state.keyed import KeyColumns, KeyedAccounts
from source_pinterest.state.period import Period, Settling
from source_pinterest.state.plan import Plan
from source_pinterest.state.sentences import days_twice, in_future, never_read, old_values, parts_twice

LOGGER = logging.getLogger("airbyte")

_ASKED, _FAILED = "asked", "failed"

WINDOW = "window"
"""What a slice calls its planned window."""


def planned_window(stream_slice: StreamSlice) -> PlannedWindow:
    """The window of a slice."""
    return stream_slice.extra_fields[WINDOW]  # type: ignore[no-any-return]


class DayCursor(PinterestCursor):
    """Per ad account, the days that are read for good: `{"DATE": last, "from": first, "missing": [[start, end], ...]}`.

    Beside them stands `settled`, the last day whose numbers stood still when they were read, and with which id columns
    rows were keyed.

    Args:
        store: has the incoming state and takes the outgoing ones.
        period: the days this sync is about.
        today: Pinterest's day, in UTC.
        asked: stands for the columns and the attribution that are asked for.
    """

    field = "DATE"

    def __init__(
        self,
        store: StateStore,
        period: Period,
        today: Date,
        asked: str = "",
    ) -> None:
        super().__init__(store)
        self._asked = asked
        self._period = period
        self._today = today
        incoming = store.incoming()
        with reading_state(store.stream_name):
            saved = self._read(incoming)
            self._flat = parse_day(saved.flat) if saved.flat is not None else None
            self._failed = set(map(str, incoming.get(_FAILED) or ()))
            self._histories = {
                account: AccountHistory.from_state(cursor, self.field) for account, cursor in saved.accounts.items()
            }
            self.keyed = KeyedAccounts(
                {account: KeyColumns.from_state(cursor) for account, cursor in saved.accounts.items()}
            )
        self._incoming = frozenset(self._histories)
        self._plans: dict[str, Plan] = {}
        if incoming.get(_ASKED, asked) != asked:
            self._warn_of_old_values()

    @property
    def state(self) -> dict[str, Any]:
        """What to hand out now."""
        accounts = {
            account: {**history.to_state(self.field), **self.keyed.to_state(account)}
            for account, history in self._histories.items()
            if history.last
        }
        state = write_state(SavedState(accounts, str(self._flat) if self._flat else None), self.field)
        failed = {_FAILED: sorted(self._failed)} if self._failed else {}
        return {**state, **failed, **({_ASKED: self._asked} if self._asked else {})}

    def explain(self) -> None:
        """Log which days the sync is about, where a user may expect others."""
        self._period.explain(self._stream_name)

    def accounts(self) -> Iterable[str]:
        """Ad accounts that the incoming state names."""
        return self._incoming

    @property
    def first_day(self) -> Date:
        """The first day that this sync is about."""
        return self._period.start

    def oldest_first(self, accounts: Iterable[str]) -> list[str]:
        """Accounts in the order of their cursors, so that each gets its turn under a small daily quota.

        Those that failed last time come last, so that they don't keep the others from theirs.
        """
        listed = list(accounts)
        self._failed.intersection_update(listed)
        return sorted(listed, key=self._place_of)

    def _place_of(self, account: str) -> tuple[bool, str]:
        history = self.history_of(account)
        is_owed = any(window.end >= self._period.earliest for window in history.missing)
        return account in self._failed or is_owed, str(history.last or "")

    def history_of(self, account: str) -> AccountHistory:
        """What is known of an account; a flat cursor holds for those that have no entry yet."""
        return self._histories.get(account) or AccountHistory(last=self._flat)

    def keep_place(self, account: str) -> None:
        """Give an account an entry of its own before the flat cursor is dropped."""
        with self._lock:
            self._histories[account] = self.history_of(account)

    def retire_flat(self) -> None:
        """Drop the flat cursor, now that every account has an entry of its own."""
        with self._lock:
            self._flat = None

    def settle(self, last_final_day: Callable[[], Date]) -> None:
        """Find out which days are still moving, where the lookback is too short to see to them."""
        if self._period.settling is not Settling.BY_LOOKBACK:
            day = last_final_day()
            self._period = self._period.up_to(day)
            if self._period.settling is Settling.EMIT_ONCE:
                self._period = replace(self._period, end=min(day, self._period.end))
                self._warn_of_days_twice()

    def unread(self, account: str) -> list[WindowProgress]:
        """The windows that an account still lacks."""
        history = self.history_of(account)
        if history.last and history.last > self._today:
            LOGGER.warning(in_future(self._stream_name, account, history.last, self._today))
            self._histories[account] = history.as_of(self._today)
            return []
        for window in history.out_of_reach(self._period):
            LOGGER.warning(never_read(self._stream_name, account, window, self._period.earliest))
        return history.unread(self._period)

    def owed(self, account: str) -> list[DateWindow]:
        """The days of those windows, for whoever only wants to know how many."""
        return [item.window for item in self.history_of(account).unread(self._period)]

    def plan(self, account: str, windows: list[WindowProgress], slices: list[int]) -> list[PlannedWindow]:
        """Number an account's windows before the first of them is read; those of an earlier plan stay out.

        Args:
            account: whose windows they are.
            windows: in the order in which they are read.
            slices: how many slices each window has.
        """
        with self._lock:
            plan = self._plans.setdefault(account, Plan(self.history_of(account)))
            planned = plan.add(windows, slices)
            self._histories[account] = self._history_now(account)
        return planned

    def expect_one_more(self, account: str, planned: PlannedWindow) -> None:
        """Expect one slice more of a window than was planned."""
        with self._lock:
            self._plans[account].expect_one_more(planned.number)

    def doubt(self, stream_slice: StreamSlice) -> None:
        """Owe the days of a slice again, if they were read before."""
        with self._lock:
            self._plans[stream_slice[ACCOUNT_KEY]].doubt(planned_window(stream_slice).number)

    def count(self, records: int, stream_slice: StreamSlice) -> None:
        """Count records that are about to be queued, and remember of which window they are."""
        super().count(records, stream_slice)
        if records:
            with self._lock:
                self._plans[stream_slice[ACCOUNT_KEY]].note_emitted(planned_window(stream_slice).number)

    def ensure_at_least_one_state_emitted(self) -> None:
        """Emit the last state of the stream, and tell which days come again though rows of them were emitted."""
        self._warn_of_parts_twice()
        super().ensure_at_least_one_state_emitted()

    def fail(self, stream_slice: StreamSlice) -> None:
        """Leave the window of a slice that could not be read to the next sync."""
        if WINDOW in stream_slice.extra_fields:
            with self._lock:
                self._resolve(stream_slice, failed=True)

    def note_failure(self, stream_slice: StreamSlice) -> None:
        """Remember that an account failed, until all that it lacks was read."""
        with self._lock:
            self._failed.add(stream_slice[ACCOUNT_KEY])

    def _move(self, stream_slice: StreamSlice, finding: Any) -> None:
        if isinstance(finding, KeyColumns):
            self.keyed.note(stream_slice[ACCOUNT_KEY], finding)
        self._resolve(stream_slice, failed=False)

    def _resolve(self, stream_slice: StreamSlice, *, failed: bool) -> None:
        account = stream_slice[ACCOUNT_KEY]
        plan = self._plans[account]
        plan.resolve(planned_window(stream_slice).number, failed=failed)
        self._histories[account] = self._history_now(account)
        if plan.is_done:
            self._failed.discard(account)

    def _history_now(self, account: str) -> AccountHistory:
        """What is known of an account whose windows have come so far; numbers settle by age, unless it was asked."""
        by_age = days_before(self._today, limits.SETTLED_AFTER_DAYS)
        asked = self._period.settled
        final = min(by_age, asked or by_age) if self._period.settling is Settling.BY_LOOKBACK else asked or by_age
        return self._plans[account].history(asked, final)

    def _warn_of_days_twice(self) -> None:
        known = [*self._histories.values(), AccountHistory(last=self._flat)]
        if twice := [window for history in known if (window := history.emitted_again(self._period))]:
            LOGGER.warning(days_twice(self._stream_name, twice))

    def _warn_of_parts_twice(self) -> None:
        if self._period.merges_by_key:
            return
        once, plans = self._period.without_rereading(), self._plans.items()
        with self._lock:
            twice = [days for account, plan in plans for days in plan.emitted_again(self._histories[account], once)]
        if twice:
            LOGGER.warning(parts_twice(self._stream_name, twice, is_refresh=self._store.refresh is not None))

    def _warn_of_old_values(self) -> None:
        kept = [window for history in self._histories.values() if (window := self._kept(history))]
        if kept:
            LOGGER.warning(old_values(self._stream_name, kept))

    def _kept(self, history: AccountHistory) -> DateWindow | None:
        """The days that this sync does not read again."""
        if history.last is None:
            return None
        tail = next((item.window for item in history.unread(self._period) if item.purpose is Purpose.TAIL), None)
        end = min(history.last, days_before(tail.start, 1)) if tail else history.last
        start = history.first or min(end, self._period.earliest)
        return DateWindow(start, end) if start <= end else None

    def _read(self, state: Mapping[str, Any]) -> SavedState:
        return read_state(state, self.field, min)

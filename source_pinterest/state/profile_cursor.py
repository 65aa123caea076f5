"""Which days of a profile are still to be read?"""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from airbyte_cdk.sources.types import StreamSlice
from pendulum import Date

from source_pinterest.dates import DateWindow, parse_day
from source_pinterest.state.cursor import PinterestCursor, StateStore, reading_state
from source_pinterest.state.day_cursor import planned_window
from source_pinterest.state.formats import ACCOUNT_KEY, SavedState, read_state, write_state
from source_pinterest.state.history import AccountHistory
from source_pinterest.state.period import Period
from source_pinterest.state.sentences import days_twice

LOGGER = logging.getLogger("airbyte")

Owner = str | None
"""The ad account on behalf of whose owner days are read; None for the token's own user."""

_NEWEST = "read"


@dataclass(frozen=True)
class DaysRead:
    """What the answers about a window of days held.

    Attributes:
        newest: the last day that they held.
        settled: the last day that is counted to its end, and all days before it.
    """

    newest: Date
    settled: Date


class ProfileCursor(PinterestCursor):
    """The days of the token's own user, as a flat `{"date": last settled day}`, which the official connector keeps too.

    Beside it stand `from`, `missing` and `settled` as in other states of days, and `read`, the last day that was
    emitted, where that is a later one. Those of owners of ad accounts are kept for each account.
    """

    field = "date"

    def __init__(self, store: StateStore, period: Period, today: Date) -> None:
        super().__init__(store)
        self._period = period
        self._today = today
        self._histories: dict[Owner, AccountHistory] = {}
        self._newest: dict[Owner, Date] = {}
        with reading_state(store.stream_name):
            for owner, cursor in _cursors(store.incoming(), self.field):
                self._histories[owner] = AccountHistory.from_state(cursor, self.field)
                if cursor.get(_NEWEST):
                    self._newest[owner] = parse_day(cursor[_NEWEST])

    @property
    def state(self) -> dict[str, Any]:
        """What to emit now."""
        cursors = {owner: self._cursor_of(owner, known) for owner, known in self._histories.items() if known.last}
        accounts = {owner: cursor for owner, cursor in cursors.items() if owner is not None}
        return {**cursors.get(None, {}), **(write_state(SavedState(accounts), self.field) if accounts else {})}

    def explain(self) -> None:
        """Log which days the sync is about, where a user may expect others."""
        self._period.explain(self._stream_name)
        known = [
            history.emitted_again(self._period, self._newest.get(owner)) for owner, history in self._histories.items()
        ]
        if twice := [window for window in known if window]:
            LOGGER.warning(days_twice(self._stream_name, twice))

    @property
    def emits_once(self) -> bool:
        """Whether a day that Pinterest is still counting waits for the next sync instead of being emitted twice."""
        return self._period.is_emitted_once

    def unread(self, owner: Owner = None) -> list[DateWindow]:
        """The days that are still to be read."""
        history = self._histories.get(owner, AccountHistory())
        if history.last and history.last > self._today:
            LOGGER.warning(
                f"{self._stream_name}: the state lies in the future ({history.last}). It counts as {self._today}.",
            )
            with self._lock:
                self._histories[owner] = history.as_of(self._today)
            return []
        gone = history.out_of_reach(self._period)
        for window in gone:
            LOGGER.warning(
                f"{self._stream_name}: the days {window.start} to {window.end} were never read, and Pinterest no "
                f"longer has them: it keeps the days from {self._period.earliest} on.",
            )
        if gone:
            with self._lock:
                self._histories[owner] = self._histories[owner].without(gone)
        return [item.window for item in history.unread(self._period)]

    def _move(self, stream_slice: StreamSlice, finding: DaysRead | None) -> None:
        """Move to the last settled day of the slice; an empty answer moves nothing."""
        if finding is not None:
            self._take(stream_slice.get(ACCOUNT_KEY), planned_window(stream_slice).window, finding)

    def _take(self, owner: Owner, window: DateWindow, days: DaysRead) -> None:
        """Take note of what was read of a window."""
        self._newest[owner] = max(days.newest, self._newest.get(owner, days.newest))
        self._histories[owner] = self._histories.get(owner, AccountHistory()).with_days(window, days.settled)

    def _cursor_of(self, owner: Owner, history: AccountHistory) -> dict[str, Any]:
        cursor, newest = history.to_state(self.field), self._newest.get(owner)
        return {**cursor, _NEWEST: str(newest)} if newest and history.last and newest > history.last else cursor


def _cursors(state: Mapping[str, Any], field: str) -> Iterator[tuple[Owner, Mapping[str, Any]]]:
    """The cursor of each owner, the token's own user last."""
    saved = read_state(state, field, min)
    yield from saved.accounts.items()
    if saved.flat:
        own = state if state.get(field) is not None else {}
        yield None, {**own, field: saved.flat}

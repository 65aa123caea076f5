"""Which days of a profile are still to be read?"""

import logging
from typing import Any

from airbyte_cdk.sources.types import StreamSlice
from pendulum import Date

from source_pinterest.dates import DateWindow, parse_day
from source_pinterest.state.cursor import PinterestCursor, StateStore, reading_state
from source_pinterest.state.formats import ACCOUNT_KEY, SavedState, read_state, write_state
from source_pinterest.state.history import AccountHistory
from source_pinterest.state.period import Period

LOGGER = logging.getLogger("airbyte")

Owner = str | None
"""The ad account on behalf of whose owner days are read; None for the token's own user."""


class ProfileCursor(PinterestCursor):
    """The days of the token's own user, as a flat `{"date": last settled day}`, which the official connector keeps too.

    Those of owners of ad accounts are kept for each account beside it.
    """

    field = "date"

    def __init__(self, store: StateStore, period: Period, today: Date) -> None:
        super().__init__(store)
        self._period = period
        self._today = today
        self._histories: dict[Owner, AccountHistory] = {}
        with reading_state(store.stream_name):
            saved = read_state(store.incoming(), self.field, min)
            for owner, cursor in saved.accounts.items():
                self._histories[owner] = AccountHistory(last=parse_day(cursor[self.field]))
            if saved.flat:
                self._histories[None] = AccountHistory(last=parse_day(saved.flat))

    @property
    def state(self) -> dict[str, Any]:
        """What to emit now."""
        cursors = {owner: {self.field: str(known.last)} for owner, known in self._histories.items() if known.last}
        accounts = {owner: cursor for owner, cursor in cursors.items() if owner is not None}
        return {**cursors.get(None, {}), **(write_state(SavedState(accounts), self.field) if accounts else {})}

    def explain(self) -> None:
        """Log which days the sync is about, where a user may expect others."""
        self._period.explain(self._stream_name)

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
                self._histories[owner] = AccountHistory(last=self._today)
            return []
        for window in history.out_of_reach(self._period):
            LOGGER.warning(
                f"{self._stream_name}: the days {window.start} to {window.end} were never read, and Pinterest no "
                f"longer has them: it keeps the days from {self._period.earliest} on.",
            )
        return [item.window for item in history.unread(self._period)]

    def _move(self, stream_slice: StreamSlice, finding: Date | None) -> None:
        """Move to the last settled day of the slice, and not past one that Pinterest is still counting."""
        owner = stream_slice.get(ACCOUNT_KEY)
        last = self._histories.get(owner, AccountHistory()).last
        if finding and (last is None or finding > last):
            self._histories[owner] = AccountHistory(last=finding)

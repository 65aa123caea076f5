"""Which days of the token's own user are still to be read?"""

import logging
from typing import Any

from airbyte_cdk.sources.connector_state_manager import ConnectorStateManager
from airbyte_cdk.sources.message import MessageRepository
from airbyte_cdk.sources.types import StreamSlice
from pendulum import Date

from source_pinterest.dates import DateWindow, parse_day
from source_pinterest.sync.cursors import PinterestCursor, reading_state
from source_pinterest.sync.history import AccountHistory, Period
from source_pinterest.sync.state import read_state

LOGGER = logging.getLogger("airbyte")


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

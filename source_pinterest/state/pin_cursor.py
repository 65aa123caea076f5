"""Up to which day are the analytics of all pins read, and how far has a reading come that takes more than one sync?"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from pendulum import Date

from source_pinterest.dates import DateWindow, parse_day
from source_pinterest.state.cursor import StateStore, reading_state
from source_pinterest.state.formats import ACCOUNT_KEY
from source_pinterest.state.history import AccountHistory
from source_pinterest.state.period import Period
from source_pinterest.state.profile_cursor import Owner, ProfileCursor

_READINGS = "reading"


@dataclass(frozen=True)
class Reading:
    """One pass over all pins of an owner, from the lowest pin id to the highest.

    Attributes:
        window: the days that are read of each pin.
        settled: the last day that Pinterest has finished counting for all pins so far.
        after: the last pin that was read; 0 before the first.
    """

    window: DateWindow
    settled: Date
    after: int = 0

    @classmethod
    def from_state(cls, entry: Mapping[str, Any]) -> Self:
        """Read an entry of the state; raises ValueError or TypeError for one that is none."""
        start, end, settled, after = (entry.get(name) for name in ("start_date", "end_date", "settled", "after"))
        return cls(DateWindow.from_pair((start, end)), parse_day(settled), int(after))  # type: ignore[arg-type]

    def to_state(self) -> dict[str, str]:
        """Write the entry."""
        start, end = self.window.as_pair()
        return {"start_date": start, "end_date": end, "settled": str(self.settled), "after": str(self.after)}


class PinCursor(ProfileCursor):
    """The days of all pins of an owner together: `{"date": last day that is read of every pin}`.

    A pass over the pins that a sync could not finish is kept beside it, and the next sync goes on with it.
    """

    def __init__(self, store: StateStore, period: Period, today: Date) -> None:
        super().__init__(store, period, today)
        self._done: set[Owner] = set()
        with reading_state(store.stream_name):
            self._readings = dict(_readings(store.incoming()))

    @property
    def state(self) -> dict[str, Any]:
        """What to emit now."""
        readings = [
            {**({ACCOUNT_KEY: owner} if owner else {}), **reading.to_state()}
            for owner, reading in sorted(self._readings.items(), key=lambda item: item[0] or "")
            if reading.after
        ]
        return {**super().state, **({_READINGS: readings} if readings else {})}

    def reading(self, owner: Owner) -> Reading | None:
        """The pass to go on with: the one that is unfinished, else a new one up to the last day wanted."""
        if owner in self._done:
            return None
        known = self._readings.get(owner)
        window = known.window.clamp(self._period.earliest) if known else None
        if known and window:
            return replace(known, window=window)
        days = self.unread(owner)
        return Reading(days[0], settled=days[0].end) if days else None

    def advance(self, owner: Owner, reading: Reading) -> None:
        """Note how far a pass has come, and emit a state if it is time for one."""
        with self._lock:
            self._readings[owner] = reading
            if self._is_time_for_a_state():
                self._emit()

    def finish(self, owner: Owner, reading: Reading) -> None:
        """Note that a pass has seen every pin, and move to the last day that is settled for all of them."""
        with self._lock:
            self._readings.pop(owner, None)
            last = self._histories.get(owner, AccountHistory()).last
            if last is None or reading.settled > last:
                self._histories[owner] = AccountHistory(last=reading.settled)
            if reading.window.end >= self._period.end:
                self._done.add(owner)


def _readings(state: Mapping[str, Any]) -> Iterator[tuple[Owner, Reading]]:
    for entry in state.get(_READINGS) or ():
        yield entry.get(ACCOUNT_KEY), Reading.from_state(entry)

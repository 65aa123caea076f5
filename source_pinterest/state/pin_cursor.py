"""Up to which day are the analytics of all pins read, and how far has a reading come that takes more than one sync?"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from pendulum import Date

from source_pinterest.dates import DateWindow, parse_day, subtract_window
from source_pinterest.state.cursor import StateStore, reading_state
from source_pinterest.state.formats import ACCOUNT_KEY
from source_pinterest.state.period import Period
from source_pinterest.state.profile_cursor import DaysRead, Owner, ProfileCursor

_READINGS = "reading"


@dataclass(frozen=True)
class Reading:
    """One pass over all pins of an owner, from the lowest pin id to the highest.

    Attributes:
        window: the days that are read of each pin.
        settled: the last day that Pinterest has finished counting for all pins so far.
        newest: the last day that an answer has held so far; None before the first.
        after: the last pin that was read; 0 before the first.
    """

    window: DateWindow
    settled: Date
    newest: Date | None = None
    after: int = 0

    @classmethod
    def from_state(cls, entry: Mapping[str, Any]) -> Self:
        """Read an entry of the state; raises ValueError or TypeError for one that is none."""
        start, end, settled, after = (entry.get(name) for name in ("start_date", "end_date", "settled", "after"))
        newest = parse_day(day) if (day := entry.get("newest", settled)) else None
        return cls(DateWindow.from_pair((start, end)), parse_day(settled), newest, int(after))  # type: ignore[arg-type]

    def to_state(self) -> dict[str, str | None]:
        """Write the entry."""
        start, end = self.window.as_pair()
        newest = str(self.newest) if self.newest else None
        return {
            "start_date": start,
            "end_date": end,
            "settled": str(self.settled),
            "newest": newest,
            "after": str(self.after),
        }

    def with_days(self, newest: Iterable[Date], settled: Date) -> Self:
        """The pass after one more batch of pins, with the last day of each and the last settled one of all."""
        seen = [*newest, *([self.newest] if self.newest else [])]
        return replace(self, newest=max(seen, default=None), settled=min(self.settled, settled))


class PinCursor(ProfileCursor):
    """The days of all pins of an owner together: `{"date": last day that is read of every pin}`.

    A pass over the pins that a sync could not finish is kept beside it, and the next sync goes on with it.
    """

    def __init__(self, store: StateStore, period: Period, today: Date) -> None:
        super().__init__(store, period, today)
        self._begun: dict[Owner, list[DateWindow]] = {}
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
        """The pass to go on with: an unfinished one, else a new one over days that this sync has not asked for."""
        known = self._readings.get(owner)
        window = known.window.clamp(self._period.earliest) if known else None
        if known and window:
            return replace(known, window=window)
        begun, unread = self._begun.setdefault(owner, []), self.unread(owner)
        for window in begun:
            unread = subtract_window(unread, window)
        if not unread:
            return None
        begun.append(unread[0])
        return Reading(unread[0], settled=unread[0].end)

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
            if reading.window.end >= self._period.end:  # begun by an earlier sync, perhaps, and up to date all the same
                self._begun.setdefault(owner, []).append(reading.window)
            if newest := reading.newest:
                self._take(owner, reading.window, DaysRead(newest, min(newest, reading.settled)))


def _readings(state: Mapping[str, Any]) -> Iterator[tuple[Owner, Reading]]:
    for entry in state.get(_READINGS) or ():
        yield entry.get(ACCOUNT_KEY), Reading.from_state(entry)

"""The cursor of pins: where a pass over all of them has come to, and which of them could not be read."""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from pendulum import Date

from source_pinterest import limits
from source_pinterest.dates import DateWindow, days_before, parse_day, subtract_window
from source_pinterest.engine.tasks import Task
from source_pinterest.state.cursor import StateStore, reading_state
from source_pinterest.state.day_cursor import DayCursor, Owner
from source_pinterest.state.days import Days, DaySet, Read
from source_pinterest.state.formats import ACCOUNT_KEY, Cursor
from source_pinterest.state.period import Period

LOGGER = logging.getLogger("airbyte")

_FULL, _SKIPPED = "full", "skipped"
_READINGS, _READINGS_OF_ACTIVE = "reading", "reading_active"


@dataclass(frozen=True)
class Reading:
    """A pass over all pins of an owner, from the lowest pin id to the highest.

    Attributes:
        window: the days that are read of each pin.
        settled: the last day that is final for all pins so far.
        newest: the last day with a row so far; None before the first row.
        after: the id of the last pin that was read; 0 before the first.
        only_active: whether pins without activity are left out. The days of such a pass do not count as read.
    """

    window: DateWindow
    settled: Date
    newest: Date | None = None
    after: int = 0
    only_active: bool = False

    @classmethod
    def from_state(cls, entry: Mapping[str, Any]) -> Self:
        """Read an entry of the state.

        Raises:
            ValueError, TypeError: a value is missing, or not a day or a pin id.
        """
        start, end, settled, after = (entry.get(name) for name in ("start_date", "end_date", "settled", "after"))
        newest = parse_day(day) if (day := entry.get("newest", settled)) else None
        return cls(DateWindow.from_pair((start, end)), parse_day(settled), newest, int(after))  # type: ignore[arg-type]

    def to_state(self) -> dict[str, str | None]:
        """Return the entry for the state."""
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
        """Return the pass after one more batch of pins.

        Args:
            newest: the last day of each pin.
            settled: the last day that is final for all pins of the batch.
        """
        seen = [*newest, *([self.newest] if self.newest else [])]
        return replace(self, newest=max(seen, default=None), settled=min(self.settled, settled))

    def up_to(self, day: Date) -> Self:
        """Return the pass as one that has read no later day."""
        return replace(self, newest=min(self.newest, day) if self.newest else None, settled=day)


@dataclass(frozen=True)
class SkippedPin:
    """A pin that could not be read, while passes went on without it.

    Attributes:
        unread: the days of these passes.
        failures: the number of syncs in which it failed; 0 once it answers and lags behind the others.
    """

    unread: DaySet
    failures: int

    @classmethod
    def from_state(cls, entry: Mapping[str, Any]) -> Self:
        """Read an entry of the state.

        Raises:
            KeyError, ValueError, TypeError: a value is missing, or of another type.
        """
        return cls(DaySet().plus(map(DateWindow.from_pair, entry["unread"])), int(entry["failures"]))

    def to_state(self) -> dict[str, Any]:
        """Return the entry for the state."""
        return {"unread": [window.as_pair() for window in self.unread.windows], "failures": self.failures}


class PinCursor(DayCursor):
    """Keeps the days of all pins of an owner together, and where an unfinished pass over them has come to.

    Pins that could not be read are kept apart, each with its own days, so that they hold up no others.

    A pass over the pins with activity leaves the days that count as read as they are, so that the next pass over all
    pins covers all days since the last one. The state has its progress under a name of its own: older versions start
    anew there, with all pins.

    Args:
        store: has the incoming state and takes the outgoing ones.
        period: returns the days that this sync reads, as in `DayCursor`.
        only_active: whether passes over the pins with activity alone may come between those over all pins.
    """

    def __init__(self, store: StateStore, period: Callable[[], Period], *, only_active: bool = False) -> None:
        super().__init__(store, period)
        self._only_active = only_active
        with reading_state(store.stream_name):
            self._full = {owner: parse_day(one[_FULL]) for owner, one in self._saved.items() if one.get(_FULL)}
            self._readings: dict[Owner, Reading] = {
                entry.get(ACCOUNT_KEY): replace(Reading.from_state(entry), only_active=name == _READINGS_OF_ACTIVE)
                for name in (_READINGS, _READINGS_OF_ACTIVE)
                for entry in store.incoming().get(name) or ()
            }
            self._skipped: dict[tuple[Owner, int], SkippedPin] = {
                (entry.get(ACCOUNT_KEY), int(entry["pin_id"])): SkippedPin.from_state(entry)
                for entry in store.incoming().get(_SKIPPED) or ()
            }
        self._started: dict[Owner, list[DateWindow]] = {}

    @property
    def state(self) -> dict[str, Any]:
        """The state to emit."""
        readings: dict[str, list[dict[str, Any]]] = {}
        for owner, reading in sorted(self._readings.items(), key=lambda item: item[0] or ""):
            if reading.after:
                name = _READINGS_OF_ACTIVE if reading.only_active else _READINGS
                readings.setdefault(name, []).append({**_of_owner(owner), **reading.to_state()})
        skipped = [
            {**_of_owner(owner), "pin_id": str(pin), **self._skipped[owner, pin].to_state()}
            for owner, pin in sorted(self._skipped, key=lambda key: (key[0] or "", key[1]))
        ]
        state = {**super().state, **readings}
        # Without a position, everything is read anew, and an older version could read nothing else in the state.
        return {**state, **({_SKIPPED: skipped} if skipped and state else {})}

    def _cursor_of(self, owner: Owner, days: Days) -> Cursor:
        full = self._full.get(owner) if self._only_active else None
        return {**super()._cursor_of(owner, days), **({_FULL: str(full)} if full else {})}

    def reading(self, owner: Owner, *, only_active: bool = False) -> Reading | None:
        """Return the unfinished pass of an owner, or a new one over days that this sync has not requested yet.

        Args:
            owner: the owner of the pins.
            only_active: whether it is known which pins have activity, so that a pass may be over these alone. If not,
                an unfinished pass over these is dropped.
        """
        known = self._readings.get(owner)
        window = known.window.clamp(self._period.earliest) if known else None
        if known and window and (only_active or not known.only_active):
            return replace(known, window=window)
        started = self._started.setdefault(owner, [])
        unread = self.unread(owner)
        for window in started:
            unread = subtract_window(unread, window)
        if not unread:
            return None
        started.append(unread[0])
        is_newest = unread[0].end >= self._period.end
        return Reading(
            unread[0],
            settled=unread[0].end,
            only_active=only_active and is_newest and self._has_recent_full_pass(owner),
        )

    def _has_recent_full_pass(self, owner: Owner) -> bool:
        full, today = self._full.get(owner), self._period.today
        return full is not None and days_before(today, limits.ALL_PINS_AFTER_DAYS) < full <= today

    def skipped(self, owner: Owner) -> dict[int, SkippedPin]:
        """Return the pins of an owner that could not be read, lowest id first."""
        return {pin: self._skipped[of, pin] for of, pin in sorted(self._skipped, key=lambda key: key[1]) if of == owner}

    def owed(self, owner: Owner, pin: int) -> tuple[DaySet, DateWindow]:
        """Return the unread days of a skipped pin that count as read for the others, and the days to ask for.

        The first are what the destination lacks of this pin alone. Without any, the pin's rows come with the next pass,
        and the answer only tells whether the pin is readable again. An unfinished pass that has passed by the pin emits
        all of its days if days may be emitted more than once.
        """
        read, unread = self.days_of(owner).read, self._skipped[owner, pin].unread
        if gone := unread.minus(DaySet.between(self._period.earliest, self._period.today)):
            unread = unread.minus(gone)
            self._skipped[owner, pin] = replace(self._skipped[owner, pin], unread=unread)
            LOGGER.warning(
                f"{self._stream_name}: the days {gone.span} of pin {pin} could not be read and are too old now: "
                f"Pinterest keeps the days from {self._period.earliest} on.",
            )
        unread = unread.within(self._period.earliest, self._period.end)
        known = self._readings.get(owner)
        is_passed = known is not None and pin <= known.after
        if known and is_passed:
            settled = known.window.end if self._store.refresh else known.settled
            settled = min(settled, self.last_idle_day) if self.emits_once else settled
            read = read.plus(DaySet.between(known.window.start, settled))
        owed = unread.shared(read)
        asked = owed if owed.windows and (self.emits_once or not is_passed) else unread
        return owed, DateWindow(asked.first or self._period.end, asked.last or self._period.end)

    def skip(self, owner: Owner, pin: int, window: DateWindow) -> SkippedPin:
        """Record that a pin could not be read in a pass over a window, or once more in this sync."""
        known = self._skipped.get((owner, pin)) or SkippedPin(DaySet((window,)), 0)
        with self._lock:
            self._skipped[owner, pin] = failed = replace(known, failures=known.failures + 1)
        return failed

    def go_without(self, owner: Owner, window: DateWindow) -> None:
        """Record that a pass over a window leaves out the pins that are skipped."""
        with self._lock:
            for pin, known in self.skipped(owner).items():
                self._skipped[owner, pin] = replace(known, unread=known.unread.plus([window]))

    def catch_up(self, owner: Owner, pin: int, settled: Date | None = None) -> None:
        """Record that a skipped pin was read up to the last day that is final for it; without one, that it is gone."""
        with self._lock:
            owed, _ = self.owed(owner, pin)
            unread = self._skipped.pop((owner, pin)).unread
            is_behind = settled and owed.last and settled < owed.last  # the other pins have been read further
            if settled and is_behind and not self._store.refresh:
                left = unread.within(settled.add(days=1), self._period.end)
                self._skipped[owner, pin] = SkippedPin(left, 0)
        self._emit_if_due()

    def advance(self, owner: Owner, reading: Reading) -> None:
        """Record the progress of a pass, and emit a state if one is due."""
        with self._lock:
            self._readings[owner] = reading
        self._emit_if_due()

    def finish(self, owner: Owner, reading: Reading) -> None:
        """Record that a pass has ended. After one over all pins, move to the last day that is final for all of them."""
        with self._lock:
            self._readings.pop(owner, None)
            if reading.window.end >= self._period.end:  # a pass of an earlier sync may be up to date as well
                self._started.setdefault(owner, []).append(reading.window)
            settled = None
            if not reading.only_active:
                settled = min(reading.settled, max(reading.newest or self.last_idle_day, self.last_idle_day))
                self._full[owner] = max(reading.window.end, self._full.get(owner, reading.window.end))
            final = settled or days_before(reading.window.start, 1)
            newest = reading.newest if self.is_refresh and settled else None
            self._end(owner, Read(reading.window, final, newest, reading.newest))

    def _move(self, task: Task, finding: Any) -> None:
        """Do nothing: `finish` moves the days of each owner."""


def _of_owner(owner: Owner) -> dict[str, str]:
    return {ACCOUNT_KEY: owner} if owner else {}

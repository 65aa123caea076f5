"""The cursor of pins: the window that a pass over all of them reads, the pin that it has come to, and what is owed."""

import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self

from source_pinterest import limits
from source_pinterest.dates import DateWindow, days_before
from source_pinterest.engine.tasks import Task
from source_pinterest.state import opening
from source_pinterest.state.cursor import StateStore, reading_state
from source_pinterest.state.day_cursor import DayCursor
from source_pinterest.state.days import OPEN_START, DaySet, Owner
from source_pinterest.state.formats import ACCOUNT_KEY
from source_pinterest.state.opening import Positions, Sentences
from source_pinterest.state.owed import PIN_KEY, Owed
from source_pinterest.state.period import Period

LOGGER = logging.getLogger("airbyte")

PINS_KEY, AFTER_KEY = "pin_ids", "after"
_PASSES, _PASSES_OVER_ACTIVE, _OWED = "reading", "reading_active", "owed"


@dataclass(frozen=True)
class Pass:
    """A pass over the pins of an owner, from the lowest pin id to the highest.

    Attributes:
        window: the days that are read of each pin.
        after: the id of the last pin that the pass has come past; 0 before the first.
        only_active: whether pins without activity are left out. The days of such a pass do not count as read.
        is_over: whether the pass has come past the last pin.
    """

    window: DateWindow
    after: int = 0
    only_active: bool = False
    is_over: bool = field(default=False, compare=False)

    @classmethod
    def from_state(cls, entry: Mapping[str, Any], *, only_active: bool = False) -> Self:
        """Read an entry of the state.

        Raises:
            KeyError, ValueError, TypeError: a value is missing, or not a day or a pin id.
        """
        return cls(DateWindow.from_pair((entry["start_date"], entry["end_date"])), int(entry["after"]), only_active)

    def to_state(self) -> dict[str, str]:
        """Return the entry for the state."""
        start, end = self.window.as_pair()
        return {"start_date": start, "end_date": end, "after": str(self.after)}

    def is_past(self, pin: str) -> bool:
        """Return whether the pass has come past a pin."""
        return self.is_over or int(pin) <= self.after


class PinCursor(DayCursor):
    """Keeps the days of all pins of an owner together.

    Each pin that a pass has come past was read, is gone or refused, or is owed the days of the pass. No pass asks for a
    pin that is owed.

    A pass over the pins with activity leaves the days that count as read as they are, so that the next pass over all
    pins covers all days since the last pass over all pins. The state has its progress under a name of its own.

    Args:
        store: has the incoming state and takes the outgoing ones.
        period: returns the days that this sync reads, as in `DayCursor`.

    Attributes:
        owed: the pins that could not be read.
    """

    def __init__(self, store: StateStore, period: Callable[[], Period]) -> None:
        super().__init__(store, period)
        incoming = store.incoming()
        with reading_state(store.stream_name):
            self._passes: dict[Owner, Pass] = {
                entry.get(ACCOUNT_KEY): Pass.from_state(entry, only_active=name == _PASSES_OVER_ACTIVE)
                for name in (_PASSES, _PASSES_OVER_ACTIVE)
                for entry in incoming.get(name) or ()
            }
            self.owed = Owed({**entry, PIN_KEY: int(entry[PIN_KEY])} for entry in incoming.get(_OWED) or ())

    @property
    def state(self) -> dict[str, Any]:
        """The state to emit."""
        more: dict[str, list[dict[str, Any]]] = {}
        for owner, begun in sorted(self._passes.items(), key=lambda item: item[0] or ""):
            name = _PASSES_OVER_ACTIVE if begun.only_active else _PASSES
            if begun.after:
                more.setdefault(name, []).append({**({ACCOUNT_KEY: owner} if owner else {}), **begun.to_state()})
        if owed := self.owed.to_state():
            more[_OWED] = owed
        return {**super().state, **more}

    def _without_young(self) -> tuple[Positions, Sentences]:
        """Drop also the passes of a sync that replaced rows."""
        read = {owner: days.read for owner, days in self._before.items()}
        begun = [
            window
            for owner, unfinished in self._passes.items()
            for window in DaySet((unfinished.window,)).minus(read.get(owner, ()))
        ]
        self._passes.clear()
        return opening.without_young(self._before, self.period, begun)

    def passes(self, owner: Owner, *, knows_activity: bool = False) -> Iterator[Pass]:
        """Yield the unfinished pass of an owner, and then one over each window of days that is unread by then.

        A pass that does not end is the last one.

        Args:
            owner: the owner of the pins.
            knows_activity: whether it is known which pins have activity, so that a pass may be over these alone. If
                not, an unfinished pass over these is dropped.
        """
        unfinished, just_read = self._unfinished(owner), DaySet()
        self._passes.pop(owner, None)
        if unfinished and (knows_activity or not unfinished.only_active):
            yield self._begin_pass(owner, unfinished)
            just_read = DaySet((unfinished.window,) if unfinished.window.end == self.period.end else ())
        for unread in self.unread(owner):
            for window in DaySet((unread,)).minus(just_read):
                if owner in self._passes:
                    return
                only_active = knows_activity and self._may_leave_out_idle_pins(owner, window)
                yield self._begin_pass(owner, Pass(window, only_active=only_active))

    def _unfinished(self, owner: Owner) -> Pass | None:
        """Return the pass that an earlier sync has not ended, over the days that may still be read."""
        known = self._passes.get(owner)
        window = known.window.clamp(self.period.earliest) if known else None
        return replace(known, window=window) if known and window and window.end <= self.period.end else None

    def _begin_pass(self, owner: Owner, begun: Pass) -> Pass:
        with self._lock:
            self._passes[owner] = begun
        return begun

    def _may_leave_out_idle_pins(self, owner: Owner, window: DateWindow) -> bool:
        """Return whether a window is of the newest days, and the last pass over all pins less than a week old."""
        days, today = self.days_of(owner), self.period.today
        is_recent = days_before(today, limits.ALL_PINS_AFTER_DAYS) < days.last <= today
        return is_recent and window.end == self.period.end and days.read.has(days.last)

    def forget_days(self, owner: Owner) -> None:
        """Take days out of the pins that are owed: those that no other pin has either, since a pass is to read them.

        Those that Pinterest no longer has go too, with a warning. A pin that has lost all of its days is forgotten.
        """
        unfinished, read, lost = self._unfinished(owner), self.days_of(owner).read, dict[str, DaySet]()
        read_in_pass = read.plus([unfinished.window]) if unfinished else read
        with self._lock:
            for pin, debt in self.owed.debts(owner).items():
                gone = debt.days.within(OPEN_START, days_before(self.period.earliest, 1))
                kept = debt.days.minus(gone)
                if gone:
                    lost[pin] = gone
                is_passed = unfinished is not None and unfinished.is_past(pin)
                self.owed.set_days(owner, pin, kept.shared(read_in_pass if is_passed else read))
                if gone and not kept:
                    self.owed.settle(owner, pin)
        if lost:
            pin, days = next(iter(lost.items()))
            others = f" and of {len(lost) - 1:,} more pins" if len(lost) > 1 else ""
            LOGGER.warning(
                f"{self._stream_name}: the days {days.span} of pin {pin}{others} could not be read and are too old "
                f"now: Pinterest keeps the days from {self.period.earliest} on.",
            )

    def fail(self, task: Task, error: Exception) -> None:
        """Owe pins that could not be read. The pass moves if the task says up to which pin."""
        del error
        if task.window:
            owner = task.get(ACCOUNT_KEY)
            with self._lock:
                for pin in task.get(PINS_KEY) or ():
                    self.owed.fail(owner, pin, [task.window])
                if after := task.get(AFTER_KEY):
                    self._come_to(owner, replace(self._passes[owner], after=int(after)))

    def leave_out(self, task: Task, error: Exception) -> None:
        """Count the refusal of a pin that is owed as one of its failures. It stays owed, since it may answer again."""
        owner, pins = task.get(ACCOUNT_KEY), task.get(PINS_KEY)
        if not pins:
            super().leave_out(task, error)
            return
        with self._lock:
            for pin in self.owed.debts(owner).keys() & pins:
                self.owed.fail(owner, pin)

    def _move(self, task: Task, finding: Any) -> None:
        """Take the progress of a pass, with the pins that it owes, or forget pins that were owed and have answered."""
        owner, pins = task.get(ACCOUNT_KEY), task.get(PINS_KEY) or ()
        if not isinstance(finding, Pass):
            for pin in pins:
                self.owed.settle(owner, pin)
            return
        self._come_to(owner, finding)
        for pin in pins:
            self.owed.set_days(owner, pin, DaySet((finding.window,)))
        if finding.is_over:
            del self._passes[owner]
            if not finding.only_active:
                self._read[owner].add(finding.window)

    def _come_to(self, owner: Owner, reached: Pass) -> None:
        """Move a pass. Pins that are owed, and that it comes past, are owed its days as well."""
        before = self._passes[owner]
        self._passes[owner] = reached
        for pin, debt in self.owed.debts(owner).items():
            if reached.is_past(pin) and not before.is_past(pin):
                self.owed.set_days(owner, pin, debt.days.plus([reached.window]))

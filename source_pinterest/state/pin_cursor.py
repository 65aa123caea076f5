"""The cursor of pins: the window of a pass over all of them, the pin that it has come to, and what single pins lack."""

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from pendulum import Date

from source_pinterest import limits
from source_pinterest.api.errors import AccessDeniedError, NotFoundError, TaskError
from source_pinterest.dates import DateWindow, days_before
from source_pinterest.engine.tasks import Task
from source_pinterest.state.cursor import StateStore, reading_state
from source_pinterest.state.day_cursor import AnyOwner, DayCursor
from source_pinterest.state.days import DaySet, Owner
from source_pinterest.state.formats import ACCOUNT_KEY, PIN_KEY
from source_pinterest.state.period import Period

LOGGER = logging.getLogger("airbyte")

_PASSES, _UNREAD_PINS = "reading", "owed"
_ONLY_ACTIVE = "only_active"


@dataclass
class PinScan:
    """A scan of the pins of an owner, in the order of `place_in_pass`.

    Attributes:
        window: the days that are read of each pin.
        after: the id of the last scanned pin; empty before the first.
        only_active: whether pins without activity are skipped. The days of such a pass do not count as read.
    """

    window: DateWindow
    after: str = ""
    only_active: bool = False

    @classmethod
    def from_state(cls, entry: Mapping[str, Any]) -> Self:
        """Read an entry of the state. A missing value, or one that is not a day, is an error."""
        window = DateWindow.from_pair((entry["start_date"], entry["end_date"]))
        return cls(window, str(entry["after"]), bool(entry.get(_ONLY_ACTIVE)))

    def to_state(self, owner: Owner) -> dict[str, Any]:
        """Return the entry for the state."""
        start, end = self.window.as_pair()
        more = {**({ACCOUNT_KEY: owner} if owner else {}), **({_ONLY_ACTIVE: True} if self.only_active else {})}
        return {"start_date": start, "end_date": end, "after": self.after, **more}

    def is_past(self, pin: str) -> bool:
        """Return whether a pin has been scanned."""
        return place_in_pass(pin) <= place_in_pass(self.after)


def place_in_pass(pin: str) -> str:
    """Return the key by which a pass sorts pins: the digits of the id, the last one first.

    So the pins of a board or section, whose ids may be neighbours, are spread over the whole pass. If it turns secret,
    each part of the pass still has other pins.
    """
    return pin[::-1]


class PinCursor(DayCursor):
    """Keeps the days of all pins of an owner together, and the days that single pins lack of these.

    Each scanned pin was read, or lacks the days of the pass. A pin that lacks days is requested
    first, and by no pass until it is read: it lacks the days of each pass that begins meanwhile.

    A pass over the pins with activity leaves the days that count as read as they are, so that the next pass over all
    pins covers all days since the last pass over all pins.

    Attributes:
        unread_pins: the days that pins lack, and the number of syncs in which each has failed, by owner and pin.
        served: the owners with a pin that this sync has read.
    """

    def __init__(self, store: StateStore, period: Period) -> None:
        super().__init__(store, period)
        self.served = set[Owner]()
        self.unread_pins: defaultdict[Owner, dict[str, tuple[DaySet, int]]] = defaultdict(dict)
        incoming = store.incoming()
        with reading_state(store.stream_name):
            self._passes: dict[Owner, PinScan] = {
                entry.get(ACCOUNT_KEY): PinScan.from_state(entry) for entry in incoming.get(_PASSES) or ()
            }
            for entry in incoming.get(_UNREAD_PINS) or ():
                lacking = DaySet.from_state(entry["unread"]), int(entry["failures"])
                self.unread_pins[entry.get(ACCOUNT_KEY)][str(entry[PIN_KEY])] = lacking

    @property
    def state(self) -> dict[str, Any]:
        """The state to emit."""
        passes = sorted(self._passes.items(), key=lambda item: item[0] or "")
        begun = [unfinished.to_state(owner) for owner, unfinished in passes if unfinished.after]
        unread = [
            {
                **({ACCOUNT_KEY: owner} if owner else {}),
                PIN_KEY: pin,
                "unread": days.to_state(),
                "failures": failed_syncs,
            }
            for owner, pins in self.unread_pins.items()
            for pin, (days, failed_syncs) in pins.items()
        ]
        more = {_PASSES: begun, _UNREAD_PINS: unread}
        return {**super().state, **{name: entries for name, entries in more.items() if entries}}

    def begin(self, owners: Iterable[AnyOwner]) -> dict[AnyOwner, DaySet]:
        """Cut the days that pins lack to those that all others have, since a pass reads the other days of all pins.

        A pin that then lacks no day is forgotten: the next pass requests it. So are days that Pinterest no longer has.
        """
        unread, lost = super().begin(owners), dict[str, DaySet]()
        for owner in unread.keys() - self._future:
            read, begun = self._before[owner].read, self._unfinished(owner)
            for pin, (days, failed_syncs) in self.unread_pins.pop(owner, {}).items():
                if gone := days.before(self.period.earliest):
                    lost[pin] = gone
                others_have = read.union([begun.window]) if begun and begun.is_past(pin) else read
                if lacking := days.difference(gone).intersection(others_have):
                    self.unread_pins[owner][pin] = lacking, failed_syncs
        if lost:
            pin, days = next(iter(lost.items()))
            others = f" and of {len(lost) - 1:,} more pins" if len(lost) > 1 else ""
            LOGGER.warning(
                f"{self._stream_name}: the days {days.span} of pin {pin}{others} could not be read and are too old "
                f"now: Pinterest keeps the days from {self.period.earliest} on."
            )
        return unread

    def _last_saved_day(self, owner: Owner) -> Date:
        """Return the last day that the saved state names of an owner, also in an unfinished pass."""
        last = super()._last_saved_day(owner)
        return max(last, self._passes[owner].window.end) if owner in self._passes else last

    def passes(self, owner: Owner, *, knows_activity: bool = False) -> Iterator[PinScan]:
        """Yield the unfinished pass of an owner, and then one over each window of days that is still unread.

        A pass that does not end is the last one. If it is not known which pins have activity, each pass is over all
        pins, and an unfinished one over the active pins is dropped.
        """
        if owner in self._future:
            return
        unfinished, just_read = self._unfinished(owner), DaySet()
        self._passes.pop(owner, None)
        if unfinished and (knows_activity or not unfinished.only_active):
            yield self._begin_pass(owner, unfinished)
            just_read = DaySet((unfinished.window,) if unfinished.window.end == self.period.end else ())
        for window in self.unread(owner).difference(just_read):
            if owner in self._passes:
                return
            only_active = knows_activity and self._may_skip_idle_pins(owner, window)
            yield self._begin_pass(owner, PinScan(window, only_active=only_active))

    def _unfinished(self, owner: Owner) -> PinScan | None:
        """Return the pass that an earlier sync has not ended, over the days that may still be read."""
        known = self._passes.get(owner)
        window = known.window.clamp(self.period.earliest) if known else None
        return replace(known, window=window) if known and window else None

    def _begin_pass(self, owner: Owner, begun: PinScan) -> PinScan:
        self._passes[owner] = begun
        for pin in self.unread_pins[owner]:
            self._note_unread(owner, pin, begun)
        return begun

    def _may_skip_idle_pins(self, owner: Owner, window: DateWindow) -> bool:
        """Return whether a window is of the newest days, and the last pass over all pins less than a week old."""
        days, today = self.days_of(owner), self.period.today
        is_recent = days_before(today, limits.ALL_PINS_AFTER_DAYS) < days.last <= today
        return is_recent and window.end == self.period.end and days.read.has(days.last)

    def advance(self, owner: Owner, pin: str, error: TaskError | None = None) -> None:
        """Move the pass of an owner behind a pin.

        The pin lacks the days of the pass if it could not be read. If Pinterest rejects it, `skip` decides about
        it after the last pin.
        """
        with self._lock:
            begun = self._passes[owner]
            begun.after = pin
            if error is None:
                self.served.add(owner)
            else:
                self._note_unread(
                    owner, pin, begun, has_failed=not isinstance(error, AccessDeniedError | NotFoundError)
                )
            if self._is_state_due():
                self._emit()

    def end_pass(self, owner: Owner) -> None:
        """End the scan of an owner after its last pin."""
        begun = self._passes.pop(owner)
        if not begun.only_active:
            self._read[owner].add(begun.window)

    def fail(self, task: Task, error: Exception) -> None:
        """Count a failure of a pin that has failed before. The scan has already counted its pins."""
        if PIN_KEY in task and isinstance(error, TaskError):
            self._note_unread(task.get(ACCOUNT_KEY), task[PIN_KEY], has_failed=True)

    def _note_unread(self, owner: Owner, pin: str, begun: PinScan | None = None, *, has_failed: bool = False) -> None:
        """Note that a pin lacks the days of a pass, and whether it has failed."""
        days, failed_syncs = self.unread_pins[owner].get(pin, (DaySet(), 0))
        days = days.union([begun.window] if begun else ())
        self.unread_pins[owner][pin] = days, failed_syncs + has_failed

    def skip(self, task: Task, error: Exception) -> None:
        """Settle a rejected pin if another one of its owner was read. Else Pinterest may reject all of them."""
        owner, pin = task.get(ACCOUNT_KEY), task.get(PIN_KEY)
        if pin is None:
            super().skip(task, error)
        elif owner in self.served:
            self.unread_pins[owner].pop(pin, None)
        else:
            self.fail(task, error)

    def _move(self, task: Task, finding: Any) -> None:
        """Settle a pin that has failed before and was read. Its scan has already moved."""
        del finding
        if PIN_KEY in task:
            self.served.add(task.get(ACCOUNT_KEY))
            self.unread_pins[task.get(ACCOUNT_KEY)].pop(task[PIN_KEY], None)

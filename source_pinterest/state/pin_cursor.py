"""The cursor of pins: where a pass over all of them has come to, and which of them are behind the others."""

import logging
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any, Self

from pendulum import Date

from source_pinterest import limits
from source_pinterest.api.errors import GoneError
from source_pinterest.dates import DateWindow, days_before, parse_day, subtract_window
from source_pinterest.engine.tasks import Task
from source_pinterest.state.cursor import StateStore, reading_state
from source_pinterest.state.day_cursor import DayCursor, Owner
from source_pinterest.state.days import Days, DaySet, Read
from source_pinterest.state.formats import ACCOUNT_KEY, Position
from source_pinterest.state.owed import PIN_KEY
from source_pinterest.state.period import Period

LOGGER = logging.getLogger("airbyte")

PINS_KEY = "pin_ids"
_PASSES, _PASSES_OVER_ACTIVE, _BEHIND, _FULL = "reading", "reading_active", "skipped", "full"


@dataclass(frozen=True)
class Pass:
    """A pass over all pins of an owner, from the lowest pin id to the highest.

    Attributes:
        window: the days that are read of each pin.
        settled: the last day that is final for all pins that the pass has read so far.
        newest: the last day with a row so far; None before the first row.
        after: the id of the last pin that the pass is done with; 0 before the first.
        served: the id of the last pin that Pinterest has served in this pass; 0 if there is none yet. Pins that it
            refuses may lie between this one and `after`.
        only_active: whether pins without activity are left out. The days of such a pass do not count as read.
        is_over: whether the pass is done with the last pin.
    """

    window: DateWindow
    settled: Date
    newest: Date | None = None
    after: int = 0
    served: int = 0
    only_active: bool = False
    is_over: bool = field(default=False, compare=False)

    @classmethod
    def from_state(cls, entry: Mapping[str, Any], *, only_active: bool = False) -> Self:
        """Read an entry of the state.

        Raises:
            ValueError, TypeError: a value is missing, or not a day or a pin id.
        """
        start, end, settled, after = (entry.get(name) for name in ("start_date", "end_date", "settled", "after"))
        newest = parse_day(day) if (day := entry.get("newest", settled)) else None
        window = DateWindow.from_pair((start, end))  # type: ignore[arg-type]
        served = int(entry.get("served", after))
        return cls(window, parse_day(settled), newest, int(after), served, only_active)  # type: ignore[arg-type]

    def to_state(self) -> dict[str, str | None]:
        """Return the entry for the state."""
        start, end = self.window.as_pair()
        newest = str(self.newest) if self.newest else None
        days = {"start_date": start, "end_date": end, "settled": str(self.settled), "newest": newest}
        served = {"served": str(self.served)} if self.served != self.after else {}
        return {**days, "after": str(self.after), **served}

    def plus(self, read: Read, pin: int) -> Self:
        """Return the pass after one more batch of pins, the last of which was served."""
        newest = max((day for day in (self.newest, read.newest) if day), default=None)
        settled = min(self.settled, read.final)
        return replace(self, settled=settled, newest=newest, after=pin, served=pin)

    def up_to(self, day: Date) -> Self:
        """Return the pass as one that has read no later day."""
        return replace(self, newest=min(self.newest, day) if self.newest else None, settled=min(self.settled, day))

    def outcome(self, idle: Date) -> Read:
        """Return what the pass has read. The days of a pass over active pins do not count.

        Args:
            idle: the last day that counts as a day without activity if no pin has a row of it. Days after it count up
                to the newest row, since rows of the others may still come.
        """
        final = min(self.settled, max(self.newest or idle, idle))
        return Read(self.window, days_before(self.window.start, 1) if self.only_active else final, newest=self.newest)


@dataclass(frozen=True)
class Behind:
    """A pin that is behind the others: it could not be read, or its numbers come later.

    Attributes:
        lacks: the days of the passes that went on without it.
        failed_syncs: the number of syncs in which it failed; 0 once it answers.
    """

    lacks: DaySet
    failed_syncs: int = 0

    @classmethod
    def from_state(cls, entry: Mapping[str, Any]) -> Self:
        """Read an entry of the state.

        Raises:
            KeyError, ValueError, TypeError: a value is missing, or of another type.
        """
        return cls(DaySet().plus(map(DateWindow.from_pair, entry["unread"])), int(entry["failures"]))

    def to_state(self) -> dict[str, Any]:
        """Return the entry for the state."""
        return {"unread": [window.as_pair() for window in self.lacks], "failures": self.failed_syncs}


class PinCursor(DayCursor):
    """Keeps the days of all pins of an owner together.

    Pins that are behind the others are kept apart, each with the days that it lacks, in the order in which they were
    asked for last.

    A pass over the pins with activity leaves the days that count as read as they are, so that the next pass over all
    pins covers all days since the last pass over all pins. The state has its progress under a name of its own. Older
    versions of the connector ignore that name and begin a pass over all pins.

    Args:
        store: has the incoming state and takes the outgoing ones.
        period: returns the days that this sync reads, as in `DayCursor`.
        only_active: whether passes over the pins with activity alone may come between those over all pins.
    """

    def __init__(self, store: StateStore, period: Callable[[], Period], *, only_active: bool = False) -> None:
        super().__init__(store, period)
        self._only_active, incoming = only_active, store.incoming()
        # `_full` has the last day of the newest pass over all pins that has ended.
        with reading_state(store.stream_name):
            self._full = {owner: parse_day(one[_FULL]) for owner, one in self._saved.items() if one.get(_FULL)}
            self._passes: dict[Owner, Pass] = {
                entry.get(ACCOUNT_KEY): Pass.from_state(entry, only_active=name == _PASSES_OVER_ACTIVE)
                for name in (_PASSES, _PASSES_OVER_ACTIVE)
                for entry in incoming.get(name) or ()
            }
            self._behind: dict[tuple[Owner, int], Behind] = {
                (entry.get(ACCOUNT_KEY), int(entry[PIN_KEY])): Behind.from_state(entry)
                for entry in incoming.get(_BEHIND) or ()
            }
        self._begun: dict[Owner, list[DateWindow]] = {}
        """The windows of the passes that this sync has begun, so that it begins no second one over the same days."""

    @property
    def state(self) -> dict[str, Any]:
        """The state to emit."""
        more: dict[str, list[dict[str, Any]]] = {}
        for owner, one in sorted(self._passes.items(), key=lambda item: item[0] or ""):
            name = _PASSES_OVER_ACTIVE if one.only_active else _PASSES
            more.setdefault(name, []).append({**_of(owner), **one.to_state()})
        for (owner, pin), behind in self._behind.items():
            more.setdefault(_BEHIND, []).append({**_of(owner), PIN_KEY: str(pin), **behind.to_state()})
        return {**super().state, **more}

    def _position_of(self, owner: Owner, days: Days) -> Position:
        full = self._full.get(owner) if self._only_active else None
        return {**super()._position_of(owner, days), **({_FULL: str(full)} if full else {})}

    def next_pass(self, owner: Owner, *, only_active: bool = False) -> Pass | None:
        """Return the unfinished pass of an owner, or a new one over days that this sync has not requested yet.

        A new pass leaves out the pins that are behind by now: they lack its days too.

        Args:
            owner: the owner of the pins.
            only_active: whether it is known which pins have activity, so that a pass may be over these alone. If not,
                an unfinished pass over these is dropped.
        """
        known = self._passes.get(owner)
        window = known.window.clamp(self._period.earliest) if known else None
        if known and window and (only_active or not known.only_active):
            return replace(known, window=window)
        unread, begun = self.unread(owner), self._begun.setdefault(owner, [])
        for window in begun:
            unread = subtract_window(unread, window)
        if not unread:
            return None
        begun.append(unread[0])
        with self._lock:
            self._passes.pop(owner, None)
            for pin, one in self.behind(owner).items():
                self._behind[owner, pin] = replace(one, lacks=one.lacks.plus([unread[0]]))
        is_newest = unread[0].end >= self._period.end
        only_active = only_active and is_newest and self._has_recent_full_pass(owner)
        return Pass(unread[0], settled=unread[0].end, only_active=only_active)

    def _has_recent_full_pass(self, owner: Owner) -> bool:
        full, today = self._full.get(owner), self._period.today
        return full is not None and days_before(today, limits.ALL_PINS_AFTER_DAYS) < full <= today

    def behind(self, owner: Owner) -> Mapping[int, Behind]:
        """Return the pins of an owner that are behind the others, those first that were asked for longest ago."""
        return {pin: one for (of, pin), one in self._behind.items() if of == owner}

    def asked_for(self, owners: Collection[Owner]) -> frozenset[tuple[Owner, int]]:
        """Return the pins behind of some owners that a sync asks for: those that were asked for longest ago."""
        behind = (key for key in self._behind if key[0] in owners)
        return frozenset(islice(behind, limits.PINS_OWED_IN_A_SYNC))

    def forget_old_days(self, owner: Owner) -> None:
        """Take the days out of the pins behind that Pinterest no longer has, with a warning."""
        earliest = self._period.earliest
        lost = {
            pin: one.lacks.minus(DaySet.between(earliest, one.lacks.last or earliest))
            for pin, one in self.behind(owner).items()
        }
        lost = {pin: days for pin, days in lost.items() if days}
        if not lost:
            return
        with self._lock:
            for pin, days in lost.items():
                one = self._behind[owner, pin]
                self._behind[owner, pin] = replace(one, lacks=one.lacks.minus(days))
        pin, days = next(iter(lost.items()))
        others = f" and of {len(lost) - 1:,} more pins" if len(lost) > 1 else ""
        LOGGER.warning(
            f"{self._stream_name}: the days {days.span} of pin {pin}{others} could not be read and are too old now: "
            f"Pinterest keeps the days from {earliest} on.",
        )

    def owed(self, owner: Owner, pin: int) -> tuple[DaySet, DateWindow]:
        """Return the days that a pin behind lacks and that the others have, and the window to ask for.

        Without any such day, the answer only tells whether the pin can be read again.
        """
        lacks, end = self._behind[owner, pin].lacks.within(self._period.earliest, self._period.end), self._period.end
        read, unfinished = self.days_of(owner).read, self._passes.get(owner)
        if unfinished and self._is_passed(owner, pin):
            emitted = unfinished.settled if self.emits_once else unfinished.window.end
            read = read.plus(DaySet.between(unfinished.window.start, emitted))
        owed = lacks.shared(read)
        return owed, (owed or lacks or DaySet.between(end, end)).span

    def _is_passed(self, owner: Owner, pin: int) -> bool:
        """Return whether an unfinished pass has come past a pin."""
        unfinished = self._passes.get(owner)
        return unfinished is not None and pin <= unfinished.after

    def fail(self, task: Task, error: Exception | None = None) -> None:
        """Leave pins that could not be read behind the others, which are not held up by them."""
        owner = task.get(ACCOUNT_KEY)
        with self._lock:
            for pin in map(int, task.get(PINS_KEY) or () if error and task.window else ()):
                known = self._behind.pop((owner, pin), None) or Behind(DaySet((task.days,)))
                self._behind[owner, pin] = replace(known, failed_syncs=known.failed_syncs + 1)

    def leave_out(self, task: Task, error: Exception) -> None:
        """Forget a pin behind that is gone. A pin behind that is refused stays, and moves behind all others."""
        owner, pins = task.get(ACCOUNT_KEY), task.get(PINS_KEY)
        if not pins:
            super().leave_out(task, error)
        with self._lock:
            for pin in map(int, pins or ()):
                known = self._behind.pop((owner, pin), None)
                if known and not isinstance(error, GoneError):
                    self._behind[owner, pin] = known

    def _move(self, task: Task, finding: Any) -> None:
        """Take the progress of a pass, or its end, or the days of a pin that was behind the others."""
        owner = task.get(ACCOUNT_KEY)
        match finding:
            case Pass(is_over=True):
                self._end_pass(owner, finding)
            case Pass() if finding.after:
                self._passes[owner] = finding
            case Read():
                self._catch_up(owner, task[PINS_KEY], finding)

    def _end_pass(self, owner: Owner, ended: Pass) -> None:
        self._passes.pop(owner, None)
        if ended.window.end >= self._period.end:  # a pass of an earlier sync may be up to date as well
            self._begun.setdefault(owner, []).append(ended.window)
        if not ended.only_active:
            self._full[owner] = max(ended.window.end, self._full.get(owner, ended.window.end))
        read = ended.outcome(self.last_idle_day)
        self._end(owner, replace(read, counts=read.newest if self.is_refresh else None))

    def _catch_up(self, owner: Owner, pins: Collection[str], read: Read) -> None:
        """Take pins that have answered out of those behind. A pin stays for the days that it still lacks."""
        for pin in map(int, pins):
            owed, _ = self.owed(owner, pin)
            got = owed if self.is_refresh else owed.minus(_after(read.final, owed))
            # A pass that has not come to the pin yet reads its other days.
            lacks = self._behind[owner, pin].lacks if self._is_passed(owner, pin) else owed
            del self._behind[owner, pin]
            if left := lacks.minus(got):
                self._behind[owner, pin] = Behind(left)


def _after(day: Date, days: DaySet) -> DaySet:
    return DaySet.between(day.add(days=1), days.last or day)


def _of(owner: Owner) -> dict[str, str]:
    return {ACCOUNT_KEY: owner} if owner else {}

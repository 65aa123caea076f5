"""The cursors of streams that are read by days: of profiles and pins, and of ad accounts.

The `Days` of an owner are those of the incoming state, to which `fold` adds what the tasks of this sync have read, and
from which it takes the windows of tasks that are still to be read or have failed.
"""

import logging
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cached_property
from typing import Any, TypeVar

from pendulum import Date

from source_pinterest import limits
from source_pinterest.api.errors import FatalError, NothingLeftError
from source_pinterest.dates import DateWindow, days_before
from source_pinterest.engine.tasks import Task
from source_pinterest.state.cursor import PinterestCursor, StateStore, reading_state
from source_pinterest.state.days import Days, DaySet, Read, fold
from source_pinterest.state.formats import ACCOUNT_KEY, Position, SavedState, read_state, write_state
from source_pinterest.state.period import Period

LOGGER = logging.getLogger("airbyte")

_FINGERPRINT, _FAILED = "asked", "failed"

Owner = str | None
"""An ad account: the days are its own, or those of the user who owns it. None: they are those of the token's user."""

AnyOwner = TypeVar("AnyOwner", bound=Owner)


class DayCursor(PinterestCursor):
    """Keeps the days of each owner that count as read.

    The state of the token's own user is flat, as in the official connector's.

    Args:
        store: has the incoming state and takes the outgoing ones.
        period: returns the days that this sync reads. It is called when they are first needed, because a response has
            told Pinterest's day by then.

    Attributes:
        field: the name of the last day in the state.
        keeps_lost_days: whether days that were never read and that Pinterest no longer has stay missing in the state.
    """

    field = "date"
    keeps_lost_days = False

    def __init__(self, store: StateStore, period: Callable[[], Period]) -> None:
        super().__init__(store)
        self._get_period = period
        with reading_state(store.stream_name):
            self._saved = self._positions_in(store.incoming())
            self._before = {owner: Days.from_state(one, self.field) for owner, one in self._saved.items()}
        self._reads: dict[Owner, set[Read]] = {}
        """What tasks of this sync have read."""
        self._unread: dict[Owner, Counter[DateWindow]] = {}
        """The number of tasks about each window that are still to be read or have failed."""
        self._new: set[Owner] = set()
        """Owners without a position in the incoming state."""

    def _positions_in(self, state: Mapping[str, Any]) -> dict[Owner, Position]:
        saved = read_state(state, self.field, min)
        positions: dict[Owner, Position] = dict(saved.accounts.items())
        if saved.flat is not None:
            own = state if state.get(self.field) is not None else {}
            positions[None] = {**own, self.field: saved.flat}
        return positions

    @property
    def state(self) -> dict[str, Any]:
        """The state to emit."""
        accounts, own = self._positions()
        return {**own, **(write_state(SavedState(accounts), self.field) if accounts else {})}

    def _positions(self) -> tuple[dict[str, Position], Position]:
        """Return the position of each ad account, and the one that belongs to none."""
        known = {owner: self.days_of(owner) for owner in {**self._before, **self._unread, **self._reads}}
        positions = {owner: self._position_of(owner, days) for owner, days in known.items() if days.last}
        return {owner: position for owner, position in positions.items() if owner}, positions.get(None, {})

    def _position_of(self, owner: Owner, days: Days) -> Position:
        del owner
        return days.to_state(self.field)

    def accounts(self) -> Iterable[str]:
        """Return the ad accounts of the incoming state."""
        return frozenset(filter(None, self._saved))

    def unread_since(self, account: str) -> Date | None:
        """Return the first day that is unread of an account in the incoming state; None without one."""
        days = self._before.get(account)
        return (days.missing.first or days.last.add(days=1)) if days and days.last else None

    def days_of(self, owner: Owner) -> Days:
        """Return the days of an owner at this point of the sync."""
        before, reads = self._before.get(owner, Days()), self._reads.get(owner, ())
        unread = self._unread_of(owner)
        return fold(before, reads, self._period.earliest, unread) if reads or unread else before

    def _unread_of(self, owner: Owner) -> Collection[DateWindow]:
        """Return the windows of tasks that have not been read: they are still to be read, or have failed."""
        return [window for window, tasks in self._unread.get(owner, {}).items() if tasks > 0]

    def oldest_first(self, owners: Iterable[AnyOwner]) -> list[AnyOwner]:
        """Sort owners by their last day. If a daily quota is too small for all, each has its turn within some days.

        The state keeps the first day of new owners. If this sync does not reach them, a later one still reads from that
        day on, although the start date may have moved on.
        """
        listed = list(owners)
        whole = (self._period.granularity.inward(window) for window in Days().unread(self._period))
        first = next((window.start for window in whole if window), None)
        new = [owner for owner in listed if first and owner not in self._before]
        with self._lock:
            self._new.update(new)
            self._before.update({owner: Days.unread_from(first) for owner in new if first})
        return sorted(listed, key=lambda owner: str(self.days_of(owner).last or ""))

    def unread(self, owner: Owner = None) -> list[DateWindow]:
        """Return the windows of an owner that are still to be read, and warn of days that Pinterest no longer has."""
        of_owner = f" of ad account {owner}" if owner else ""
        self._cut_back(owner, of_owner)
        self._tell_lost_days(owner, of_owner)
        return self.days_of(owner).unread(self._period)

    def _cut_back(self, owner: Owner, of_owner: str) -> None:
        """Cut a state that lies in the future back to its last settled day, and warn of it."""
        days, period = self.days_of(owner), self._period
        if days.last is None or days.last <= period.today:
            return
        cut = days.as_of(period.today)
        with self._lock:
            self._before[owner] = cut
        since = cut.last.add(days=1) if cut.last else period.start
        twice = "" if period.merges_by_key else f" Rows of the days {since} to {period.today} may stand twice."
        LOGGER.warning(
            f"{self._stream_name}: the state{of_owner} lies in the future ({days.last}; today is {period.today}). "
            f"The days from {since} on are read again.{twice}",
        )

    def _tell_lost_days(self, owner: Owner, of_owner: str) -> None:
        """Warn of unread days that Pinterest no longer has."""
        days, kept = self.days_of(owner), f"Pinterest keeps the days from {self._period.earliest} on."
        lost = days.out_of_reach(self._period)
        stale = lost.shared(days.stale)
        for window in stale:
            LOGGER.warning(
                f"{self._stream_name}: the days {window}{of_owner} could not be read again and are too old now: {kept} "
                "They keep the numbers of an earlier sync.",
            )
        for window in lost.minus(stale):
            LOGGER.warning(
                f"{self._stream_name}: the days {window}{of_owner} were never read and are too old now: {kept}"
                f"{' They stay in the state as missing.' if self.keeps_lost_days else ''}",
            )
        if forgotten := stale if self.keeps_lost_days else lost:
            with self._lock:
                self._before[owner] = self._before[owner].with_lost(forgotten)

    def unread_windows(self, owner: Owner = None) -> list[DateWindow]:
        """Return the windows of an owner that are still to be read, without a warning, for an estimate."""
        return self.days_of(owner).unread(self._period)

    def first_day(self, owner: Owner) -> Date:
        """Return the first day that may be read of an owner: the period's, or an earlier one that was read before."""
        start = self._period.start
        return max(self._period.earliest, min(start, self.days_of(owner).first or start))

    @property
    def emits_once(self) -> bool:
        """Whether each day is emitted only once, when it is final."""
        return self._period.is_emitted_once

    @property
    def is_refresh(self) -> bool:
        """Whether the sync is a full refresh.

        Days then count as read before they are final, so that another attempt does not emit them again.
        """
        return self._store.refresh is not None

    @property
    def last_idle_day(self) -> Date:
        """The last day that counts as a day without activity if a response lacks it. Later days may still come."""
        return days_before(self._period.today, limits.IDLE_AFTER_DAYS)

    @cached_property
    def _period(self) -> Period:
        period = self._get_period()
        period.explain(self._stream_name)
        self._warn_beforehand(period)
        return period

    def _warn_beforehand(self, period: Period) -> None:
        """Warn of days that the destination has twice after this sync."""
        if twice := DaySet().plus(window for days in self._before.values() for window in days.duplicated(period)):
            LOGGER.warning(
                f"{self._stream_name}: the days {twice.span} were read while their numbers were still moving, and "
                "are emitted once more, now that they are final. The destination appends, so these days appear twice "
                "in the table: keep the row with the newest _airbyte_extracted_at, or clear the stream's data.",
            )

    def expect(self, owner: Owner, windows: Iterable[tuple[DateWindow, int]]) -> None:
        """Expect tasks of an owner, before the first of them is read: a day waits for all of its tasks.

        Args:
            owner: the owner.
            windows: the windows, each with the number of its tasks. A window without tasks counts as read.
        """
        with self._lock:
            for window, tasks in windows:
                self._unread.setdefault(owner, Counter())[window] += tasks
                if not tasks:
                    self._end(owner, self._whole(owner, window))

    def split(self, owner: Owner, window: DateWindow, pieces: Iterable[DateWindow]) -> None:
        """Expect tasks of the pieces of a window in place of its own."""
        with self._lock:
            self._unread[owner].update(pieces)
            self._unread[owner][window] -= 1

    def leave_out(self, task: Task, error: Exception) -> None:
        """Wait no longer for a task that Pinterest refuses, so that its days stay as they were before the sync."""
        del error
        owner = task.get(ACCOUNT_KEY)
        with self._lock:
            if task.window:
                self._note_end(task)
            if owner in self._new and owner not in self._reads and not self._unread_of(owner):
                self._before.pop(owner, None)

    def _move(self, task: Task, finding: Any) -> None:
        """Take what a task has read, as its reader tells it: by default all of its days."""
        owner = task.get(ACCOUNT_KEY)
        self._note_end(task)
        self._end(owner, finding if isinstance(finding, Read) else self._whole(owner, task.days))

    def _note_end(self, task: Task) -> None:
        """Count a task that was read or left out. Its window stays unread for the others, also for failed ones."""
        if unread := self._unread.get(task.get(ACCOUNT_KEY)):
            unread[task.days] -= 1

    def _end(self, owner: Owner, read: Read) -> None:
        self._reads.setdefault(owner, set()).add(read)

    def _whole(self, owner: Owner, window: DateWindow) -> Read:
        """Return what a task has read that has read its whole window.

        Days after the last countable one don't count, except those up to the last day that counted before.
        """
        limit, last = self._period.last_countable_day, self._before.get(owner, Days()).last
        counts = max(limit, last or limit) if limit else window.end
        return Read(window, self._period.final_day, counts)


class AccountDayCursor(DayCursor):
    """Keeps the days of ad accounts.

    Beside the accounts, the state has those that `failed`, and a fingerprint of the request. A flat position, which
    comes from the official connector and names no account, stands in for accounts without an entry. Where the
    destination replaces rows by their key, it is dropped once the accounts that a sync lists have entries.

    Args:
        store: has the incoming state and takes the outgoing ones.
        period: returns the days that this sync reads, as in `DayCursor`.
        fingerprint: a digest of the requested columns and attribution windows.
    """

    field = "DATE"
    keeps_lost_days = True

    def __init__(self, store: StateStore, period: Callable[[], Period], fingerprint: str = "") -> None:
        super().__init__(store, period)
        incoming = store.incoming()
        with reading_state(store.stream_name):
            self._failed_accounts = set(map(str, incoming.get(_FAILED) or ()))
        self._emitted: dict[Owner, set[DateWindow]] = {}
        self._fingerprint = fingerprint
        self._asks_otherwise = incoming.get(_FINGERPRINT, fingerprint) != fingerprint

    @property
    def state(self) -> dict[str, Any]:
        """The state to emit."""
        accounts, flat = self._positions()
        failed = (account for account in self._failed_accounts if not self._is_read_whole(account))
        more = {_FAILED: sorted(failed), _FINGERPRINT: self._fingerprint}
        state = write_state(SavedState(accounts, flat.get(self.field)), self.field)
        return {**state, **{name: value for name, value in more.items() if value}}

    def _is_read_whole(self, account: str) -> bool:
        return account in self._reads and not self._unread_of(account)

    def oldest_first(self, owners: Iterable[AnyOwner]) -> list[AnyOwner]:
        """Sort accounts as for any cursor of days, but those that failed in the last sync come last.

        They then take no requests from the others. Accounts of which days are missing because a quota was used up did
        not fail, and come with the others.
        """
        listed = list(owners)
        self._failed_accounts.intersection_update(map(str, listed))
        if flat := self._before.get(None):
            self._give_place(listed, flat)
        return sorted(super().oldest_first(listed), key=lambda account: account in self._failed_accounts)

    def _give_place(self, accounts: Iterable[Owner], flat: Days) -> None:
        """Give each account without an entry the days of the flat position.

        The flat position stays where the destination keeps every row: an account that was not listed for a moment would
        else be emitted once more as a whole.
        """
        new = [account for account in accounts if account not in self._before]
        is_kept = not self._period.merges_by_key
        if is_kept and new and any(self._before):
            LOGGER.warning(
                f"{self._stream_name}: the saved state has no entry for the ad accounts {', '.join(map(str, new))}. It "
                f"comes from the official connector and covers every account until {flat.last}: their days until then "
                "count as read. Clear the stream's data to read them.",
            )
        with self._lock:
            self._before = {**dict.fromkeys(new, flat), **self._before}
            if not is_kept:
                del self._before[None]

    def count(self, records: int, task: Task) -> None:
        """Count records that are about to be queued, and record that their window was emitted in part."""
        super().count(records, task)
        if records:
            with self._lock:
                self._emitted.setdefault(task[ACCOUNT_KEY], set()).add(task.days)

    def fail(self, task: Task, error: Exception | None = None) -> None:
        """Record that the account of a task failed, unless the error is about the whole stream.

        The window of the task stays unread, so that its days do not count as read. A later sync that reads all of
        the account's windows clears the record.
        """
        if error and not isinstance(error, FatalError | NothingLeftError):
            with self._lock:
                self._failed_accounts.add(task[ACCOUNT_KEY])

    def ensure_at_least_one_state_emitted(self) -> None:
        """Emit the last state of the stream, and warn of days that were emitted in part."""
        if twice := self._emitted_in_part():
            self._warn_of_copies("days", str(twice.span))
        super().ensure_at_least_one_state_emitted()

    def _emitted_in_part(self) -> DaySet:
        """Return the days of which the destination gets rows again, since not all of them could be read."""
        if not self._emitted or self._period.merges_by_key:
            return DaySet()
        last = min(self._period.end, self._period.last_countable_day or self._period.end)
        with self._lock:
            found = (DaySet().plus(days).minus(self.days_of(owner).read) for owner, days in self._emitted.items())
            return DaySet().plus(window for days in found for window in days).within(self._period.earliest, last)

    def _warn_beforehand(self, period: Period) -> None:
        """Warn also of days that were read with other columns or attribution windows and are not read again."""
        super()._warn_beforehand(period)
        kept = DaySet().plus(window for days in self._before.values() for window in days.not_reread(period))
        if kept and self._asks_otherwise:
            LOGGER.warning(
                f"{self._stream_name}: the columns or the attribution window have changed since the last sync. The "
                f"days {kept.span} keep their old values; clear the stream's data to read them again.",
            )

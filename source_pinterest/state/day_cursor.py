"""The cursors of streams that are read by days: of profiles and pins, and of ad accounts.

The `Days` of an owner are those of the incoming state, with what the tasks of this sync have read, and without the
windows of tasks that are still to be read or have failed.
"""

import logging
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any, TypeVar

from pendulum import Date

from source_pinterest import limits
from source_pinterest.api.errors import FatalError, NothingLeftError, PartsUnreadError
from source_pinterest.dates import DateWindow, days_before
from source_pinterest.engine.tasks import Task
from source_pinterest.state.cursor import PinterestCursor, StateStore, reading_state
from source_pinterest.state.days import Days, DaySet
from source_pinterest.state.formats import ACCOUNT_KEY, FINAL_KEY, Position, SavedState, read_state, write_state
from source_pinterest.state.period import Period

LOGGER = logging.getLogger("airbyte")

_FINGERPRINT, _FAILED, _OWED = "asked", "failed", "owed"

OWED_ID = "owed_id"
"""The name of the id that a task is about alone, because it is owed days."""

Owner = str | None
"""An ad account: the days are its own, or those of the user who owns it. None: they are those of the token's user."""

AnyOwner = TypeVar("AnyOwner", bound=Owner)


class DayCursor(PinterestCursor):
    """Keeps the days of each owner that were read.

    The state of the token's own user is flat, as in the official connector's. A sync that emits each day once, when it
    is final, writes `"final": true` into the state.

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
        incoming = store.incoming()
        self._is_final = incoming.get(FINAL_KEY) is True
        with reading_state(store.stream_name):
            saved = self._positions_in(incoming)
            self._before = {owner: Days.from_state(position, self.field) for owner, position in saved.items()}
        self._accounts = frozenset(owner for owner, days in self._before.items() if owner and days.has_any)
        self._read: defaultdict[Owner, set[DateWindow]] = defaultdict(set)
        """The windows that tasks of this sync have read."""
        self._unread: defaultdict[Owner, Counter[DateWindow]] = defaultdict(Counter)
        """The number of tasks about each window that are still to be read or have failed."""

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
        return {**own, **(write_state(SavedState(accounts), self.field) if accounts else {}), **self._finality()}

    def _finality(self) -> dict[str, bool]:
        return {FINAL_KEY: True} if self._is_final and (self._before or self._read) else {}

    def _positions(self) -> tuple[dict[str, Position], Position]:
        """Return the position of each ad account, and the one that belongs to none."""
        known = {**self._before, **self._read}
        positions = {owner: self.days_of(owner).to_state(self.field) for owner in known}
        return {owner: position for owner, position in positions.items() if owner}, positions.get(None, {})

    def accounts(self) -> Iterable[str]:
        """Return the ad accounts of which the incoming state has days that were read."""
        return self._accounts

    def unread_since(self, account: str) -> Date | None:
        """Return the first day that is unread of an account in the incoming state; None without one."""
        days = self._before.get(account)
        return (days.missing.first or days.last.add(days=1)) if days else None

    def days_of(self, owner: Owner) -> Days:
        """Return the days of an owner at this point of the sync."""
        before = self._before.get(owner) or self._none_read
        read, unread = self._read.get(owner, ()), self._unread_of(owner)
        return before.plus(read, unread) if read or unread else before

    @property
    def _none_read(self) -> Days:
        """The days of a new owner, from the first week or month on that begins at the start date or later."""
        bucket = self._period.granularity.bucket_of(start := self._period.start)
        return Days.unread_from(start if start == bucket.start else bucket.end.add(days=1))

    def _unread_of(self, owner: Owner) -> Collection[DateWindow]:
        """Return the windows of tasks that have not been read: they are still to be read, or have failed."""
        return [window for window, tasks in self._unread.get(owner, {}).items() if tasks > 0]

    def oldest_first(self, owners: Iterable[AnyOwner]) -> list[AnyOwner]:
        """Sort owners by their last day. If a daily quota is too small for all, each has its turn within some days.

        The state keeps the first day of new owners, unless it is still to come. If this sync reads nothing of them, a
        later one still reads from that day on, although the start date may have moved on.
        """
        listed, none_read = list(owners), self._none_read
        if none_read.first <= self._period.today:
            with self._lock:
                self._before = {**dict.fromkeys(listed, none_read), **self._before}
        return sorted(listed, key=lambda owner: self.days_of(owner).last)

    def unread(self, owner: Owner = None) -> list[DateWindow]:
        """Return the windows of an owner that are still to be read, and warn of days that Pinterest no longer has."""
        of_owner = f" of ad account {owner}" if owner else ""
        self._cut_back(owner, of_owner)
        self._tell_lost_days(owner, of_owner)
        return self.days_of(owner).unread(self._period)

    def _cut_back(self, owner: Owner, of_owner: str) -> None:
        """Have a state that lies in the future end before the last 89 days, and warn of it."""
        days, period = self._before.get(owner), self._period
        if days is None or days.last <= period.today:
            return
        cut = days.up_to(days_before(period.today, limits.SYNC_HISTORY_DAYS + 1))
        with self._lock:
            self._before[owner] = cut
        since = cut.last.add(days=1)
        twice = "" if period.merges_by_key else f" Rows of the days {since} to {period.today} may stand twice."
        LOGGER.warning(
            f"{self._stream_name}: the state{of_owner} lies in the future ({days.last}; today is {period.today}). "
            f"The days from {since} on are read again.{twice}",
        )

    def _tell_lost_days(self, owner: Owner, of_owner: str) -> None:
        """Warn of unread days that Pinterest no longer has."""
        lost = self.days_of(owner).out_of_reach(self._period)
        for window in lost:
            LOGGER.warning(
                f"{self._stream_name}: the days {window}{of_owner} could not be read and are too old now: Pinterest "
                f"keeps the days from {self._period.earliest} on. Rows of an earlier sync keep their numbers."
                f"{' They stay in the state as missing.' if self.keeps_lost_days else ''}",
            )
        if lost and not self.keeps_lost_days:  # they count as read
            with self._lock:
                self._before[owner] = replace(self._before[owner], read=self._before[owner].read.plus(lost))

    @property
    def emits_once(self) -> bool:
        """Whether each day is emitted only once, when it is final."""
        return self._period.emits_once

    def first_day(self, owner: Owner) -> Date:
        """Return the first day that may be read of an owner: the period's, or an earlier one that was read before."""
        return max(self._period.earliest, min(self._period.start, self.days_of(owner).first))

    @cached_property
    def _period(self) -> Period:
        period = self._get_period()
        period.explain(self._stream_name)
        self._begin(period)
        return period

    def _begin(self, period: Period) -> None:
        """Have days read again that were young when they were read, and warn of them where rows are appended."""
        is_young = period.emits_once and not (self._is_final or self._store.refresh)
        twice = self._cut_young(period) if is_young else DaySet()
        self._is_final = period.emits_once
        if twice:
            LOGGER.warning(
                f"{self._stream_name}: the days {twice.span} were read while their numbers were still moving, and "
                "are emitted once more, now that they are final. The destination appends, so these days appear twice "
                "in the table: keep the row with the newest _airbyte_extracted_at, or clear the stream's data.",
            )

    def _cut_young(self, period: Period) -> DaySet:
        """Take the days out that were young when they were read, and return them.

        Their state is of a sync that replaced rows, or of the official connector, which emits every day at once.
        """
        twice = DaySet()
        for owner, days in self._before.items():
            self._before[owner] = days.up_to(min(days.last, period.last_final(days.last)))
            twice = twice.plus(days.read.minus(self._before[owner].read))
        return twice

    def plan(self, owner: Owner, windows: Iterable[tuple[DateWindow, int]]) -> None:
        """Note the tasks of an owner before the first of them is read: a day waits for all of its tasks.

        Args:
            owner: the owner.
            windows: the windows, each with the number of its tasks. A window without tasks counts as read.
        """
        with self._lock:
            for window, tasks in windows:
                self._unread[owner][window] += tasks
                if not tasks:
                    self._read[owner].add(window)

    def split(self, owner: Owner, window: DateWindow, pieces: Iterable[DateWindow]) -> None:
        """Note tasks of the pieces of a window in place of its own."""
        with self._lock:
            self._unread[owner].update(pieces)
            self._unread[owner][window] -= 1

    def leave_out(self, task: Task, error: Exception) -> None:
        """Wait no longer for a task that Pinterest refuses, so that its days stay as they were before the sync."""
        del error
        owner = task.get(ACCOUNT_KEY)
        with self._lock:
            if task.window:
                self._unread[owner][task.window] -= 1
            before = self._before.get(owner)
            if before and not before.has_any and owner not in self._read and not self._unread_of(owner):
                del self._before[owner]

    def _move(self, task: Task, finding: Any) -> None:
        """Take the days of a task that was read. Its window stays unread as long as another task about it does."""
        del finding
        owner = task.get(ACCOUNT_KEY)
        self._unread[owner][task.required_window] -= 1
        self._read[owner].add(task.required_window)


class AccountDayCursor(DayCursor):
    """Keeps the days of ad accounts.

    A position may have the days that single ids of the account are `owed`: all others of these days were read. Beside
    the accounts, the state has those that `failed`, and a fingerprint of the request. A flat position, which
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
        self._owed: defaultdict[Owner, defaultdict[str, DaySet]] = defaultdict(lambda: defaultdict(DaySet))
        incoming = store.incoming()
        with reading_state(store.stream_name):
            self._failed_accounts = set(map(str, incoming.get(_FAILED) or ()))
            for owner, position in self._positions_in(incoming).items():
                for entity, days in (position.get(_OWED) or {}).items():
                    self._owed[owner][str(entity)] = DaySet.from_state(days)
        self._owed_before = {owner: frozenset(owed) for owner, owed in self._owed.items()}
        self._emitted: defaultdict[Owner, set[DateWindow]] = defaultdict(set)
        self._fingerprint = fingerprint
        self._asks_otherwise = incoming.get(_FINGERPRINT, fingerprint) != fingerprint

    @property
    def state(self) -> dict[str, Any]:
        """The state to emit."""
        accounts, flat = self._positions()
        for account, position in accounts.items():
            if owed := {entity: days.to_state() for entity, days in self._owed.get(account, {}).items() if days}:
                position[_OWED] = owed
        failed = [account for account in self._failed_accounts if account not in self._read or self._unread_of(account)]
        return {
            **write_state(SavedState(accounts, flat.get(self.field)), self.field),
            **({_FAILED: sorted(failed)} if failed else {}),
            **({_FINGERPRINT: self._fingerprint} if self._fingerprint else {}),
            **self._finality(),
        }

    def owed_before(self, account: str) -> frozenset[str]:
        """Return the ids of an account that were owed days when the sync began."""
        return self._owed_before.get(account, frozenset())

    def owe(self, account: str, windows: Iterable[DateWindow]) -> Mapping[str, DaySet]:
        """Owe some windows to the ids that were owed days before, and return what each is to be asked for."""
        with self._lock:
            owed = self._owed[account]
            owed.update({entity: owed[entity].plus(windows) for entity in self.owed_before(account)})
            return {entity: owed[entity] for entity in self.owed_before(account)}

    def unread(self, owner: Owner = None) -> list[DateWindow]:
        """Return the windows of an account that are still to be read.

        Days that single ids are owed, and that only reports have by now, become unread again where rows are replaced.
        """
        border = days_before(self._period.today, limits.SYNC_HISTORY_DAYS)
        for entity, days in self._owed.get(owner, {}).items():
            recent = days.within(border, self._period.today)
            old = days.minus(recent)
            if old and self._period.merges_by_key:
                self._before[owner] = self._before[owner].plus((), old.windows)
            elif old:
                LOGGER.warning(
                    f"{self._stream_name}: the days {old.span} of {entity}, of ad account {owner}, could not be read "
                    "and are too old now. Their rows are missing in the table."
                )
            self._owed[owner][entity] = recent
        return super().unread(owner)

    def oldest_first(self, owners: Iterable[AnyOwner]) -> list[AnyOwner]:
        """Sort accounts as for any cursor of days, but those that failed in the last sync come last.

        They then take no requests from the others. Accounts of which days are missing because a quota was used up did
        not fail, and come with the others.
        """
        accounts = list(owners)
        self._failed_accounts.intersection_update(map(str, accounts))
        is_kept = not self._period.merges_by_key  # the period first: it cuts young days off the flat position
        if flat := self._before.get(None):
            self._give_place(accounts, flat, is_kept=is_kept)
        return sorted(super().oldest_first(accounts), key=lambda account: account in self._failed_accounts)

    def _give_place(self, accounts: Iterable[Owner], flat: Days, *, is_kept: bool) -> None:
        """Give each account without an entry the days of the flat position.

        The flat position stays where the destination keeps every row: an account that was not listed for a moment would
        else be emitted once more as a whole.
        """
        new = [account for account in accounts if account not in self._before]
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
        """Count records that are about to be queued. Where every row is kept, remember the window of the records."""
        super().count(records, task)
        if records and not self._period.merges_by_key:
            with self._lock:
                self._emitted[task[ACCOUNT_KEY]].add(task.required_window)

    def fail(self, task: Task, error: Exception) -> None:
        """Record that the account of a task failed, unless the error is about the whole stream.

        The window of the task stays unread, so that its days do not count as read. A later sync that reads all of
        the account's windows clears the record. If only parts of the window were not read, these alone stay unread.
        """
        if isinstance(error, PartsUnreadError):
            account = task[ACCOUNT_KEY]
            with self._lock:
                self._move(task, None)
                for ids, window in error.parts:
                    if not ids:  # the account as a whole
                        self._unread[account][window] += 1
                    for entity in ids:
                        self._owed[account][entity] = self._owed[account][entity].plus((window,))
        elif not isinstance(error, FatalError | NothingLeftError):
            with self._lock:
                self._failed_accounts.add(task[ACCOUNT_KEY])

    def leave_out(self, task: Task, error: Exception) -> None:
        """Wait no longer for a task that Pinterest refuses, and owe nothing to an id that it refuses alone."""
        if OWED_ID not in task.named:
            super().leave_out(task, error)
            return
        with self._lock:
            self._move(task, None)

    def _move(self, task: Task, finding: Any) -> None:
        """Take the days of a task that was read, which may be those of a single id."""
        if entity := task.named.get(OWED_ID):
            owed = self._owed[task[ACCOUNT_KEY]]
            owed[entity] = owed[entity].minus((task.required_window,))
        else:
            super()._move(task, finding)

    def ensure_at_least_one_state_emitted(self) -> None:
        """Emit the last state of the stream, and warn of days that were emitted in part."""
        in_part = DaySet()
        with self._lock:
            for owner, windows in self._emitted.items():
                in_part = in_part.plus(DaySet().plus(windows).minus(self.days_of(owner).read))
        if in_part:
            self._warn_of_copies("days", str(in_part.span))
        super().ensure_at_least_one_state_emitted()

    def _begin(self, period: Period) -> None:
        """Warn also of days that were read with other columns or attribution windows and are not read again."""
        super()._begin(period)
        kept = DaySet().plus(window for days in self._before.values() for window in days.not_reread(period))
        if kept and self._asks_otherwise:
            LOGGER.warning(
                f"{self._stream_name}: the columns or the attribution window have changed since the last sync. The "
                f"days {kept.span} keep their old values; clear the stream's data to read them again.",
            )

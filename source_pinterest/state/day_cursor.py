"""The cursors of streams that are read by days: of profiles and pins, and of ad accounts.

The `Days` of an owner are those of the incoming state, with what the tasks of this sync have read, and without the
windows of tasks that are still to be read or have failed. After `begin`, only the planning and the ends of tasks change
anything.

A state names its form: how rows were emitted, and how much time each covers. A sync of another form does not continue
it. Nothing is read of an owner whose position is in the future.
"""

import logging
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from itertools import chain
from typing import Any, TypeVar

from pendulum import Date

from source_pinterest.api.errors import AllTasksDeniedError, ConfigError, FatalError
from source_pinterest.dates import DateWindow
from source_pinterest.engine.tasks import Task
from source_pinterest.state.cursor import PinterestCursor, StateStore, reading_state
from source_pinterest.state.days import OPEN_START, Days, DaySet, Owner
from source_pinterest.state.formats import ACCOUNT_KEY, FORM_KEY, Position, SavedState, read_state, write_state
from source_pinterest.state.period import FINAL, GRANULARITY, REPLACED, ROWS, Period

LOGGER = logging.getLogger("airbyte")

_FINGERPRINT, _FAILED = "asked", "failed"

_WORDS = {FINAL: "each day once, when it is final", REPLACED: "rows that are replaced by key"}

AnyOwner = TypeVar("AnyOwner", bound=Owner)


class DayCursor(PinterestCursor):
    """Keeps the days of each owner that were read.

    The state of the token's own user is flat, as in the official connector's.

    Args:
        store: has the incoming state and takes the outgoing ones.
        period: the days that this sync reads.
        ready: asks Pinterest for the last final day. `begin` calls it if each day is emitted once.

    Attributes:
        period: the days that this sync reads.
        field: the name of the last day in the state.
        keeps_lost_days: whether days that were never read and that Pinterest no longer has stay missing in the state.
    """

    field = "date"
    keeps_lost_days = False

    def __init__(self, store: StateStore, period: Period, ready: Callable[[], Date] | None = None) -> None:
        super().__init__(store)
        self.period, self._ready = period, ready
        incoming = store.incoming()
        with reading_state(store.stream_name):
            saved = self._positions_in(incoming)
            self._before = {owner: Days.from_state(position, self.field) for owner, position in saved.items()}
            self._check_form(incoming)
        self._future: frozenset[Owner] = frozenset()
        """The owners whose saved position is in the future."""
        self._accounts = frozenset(owner for owner, days in self._before.items() if owner and days.has_any)
        self._read: defaultdict[Owner, set[DateWindow]] = defaultdict(set)
        """The windows that tasks of this sync have read."""
        self._unread: defaultdict[Owner, Counter[DateWindow]] = defaultdict(Counter)
        """The number of tasks about each window that are still to be read or have failed."""
        self._new: frozenset[Owner] = frozenset()
        """The owners that the incoming state does not know."""
        self._rejected: set[Owner] = set()
        """The owners of which Pinterest has rejected a task."""

    def _positions_in(self, state: Mapping[str, Any]) -> dict[Owner, Position]:
        saved = read_state(state, self.field, min)
        positions: dict[Owner, Position] = dict(saved.accounts.items())
        if saved.flat is not None:
            own = state if state.get(self.field) is not None else {}
            positions[None] = {**own, self.field: saved.flat}
        return positions

    def _check_form(self, state: Mapping[str, Any]) -> None:
        """Compare the form of a saved state with that of this sync.

        Raises:
            ConfigError: it is another one.
        """
        saved, own = state.get(FORM_KEY), self.period.form
        if saved is None:
            has_past = any(days.last <= self.period.today for days in self._before.values())
            if has_past and not self.period.merges_by_key:
                raise ConfigError(
                    f"{self._stream_name}: the saved state is of the official connector, which emits days before they "
                    "are final. The destination appends, so their rows would appear twice in the table. Clear the "
                    "stream's data, or choose Incremental | Append + Deduped."
                )
        elif saved != own:
            was, now = (f"{_WORDS[form[ROWS]]} (granularity {form[GRANULARITY]})" for form in (saved, own))
            changed = "the sync mode or Lookback Window" if saved[ROWS] != own[ROWS] else "the granularity"
            raise ConfigError(
                f"{self._stream_name}: the saved state is of {was}; this sync emits {now}. Clear the stream's data, or "
                f"change {changed} back."
            )

    @property
    def state(self) -> dict[str, Any]:
        """The state to emit."""
        accounts, own = self._positions()
        positions = write_state(SavedState(accounts), self.field) if accounts else {}
        return {**own, **positions, FORM_KEY: self.period.form}

    def _positions(self) -> tuple[dict[str, Position], Position]:
        """Return the position of each ad account, and the one that belongs to none."""
        positions = {owner: self.days_of(owner).to_state(self.field) for owner in self._before if self._is_kept(owner)}
        return {owner: position for owner, position in positions.items() if owner}, positions.get(None, {})

    def _is_kept(self, owner: Owner) -> bool:
        """Return whether the state has an owner. A new one whose tasks are all denied is not saved."""
        is_rejected = owner in self._new & self._rejected
        return not is_rejected or owner in self._read or bool(self._unread_of(owner))

    def accounts(self) -> Iterable[str]:
        """Return the ad accounts of which the incoming state has days that were read."""
        return self._accounts

    def unread_since(self, account: str) -> Date | None:
        """Return the first day that is unread of an account in the incoming state; None without one."""
        days = self._before.get(account)
        return (days.missing.first or days.last.add(days=1)) if days else None

    def days_of(self, owner: Owner) -> Days:
        """Return the days of an owner at this point of the sync."""
        before = self._before[owner]
        read, unread = self._read.get(owner, ()), self._unread_of(owner)
        return before.union(read, unread) if read or unread else before

    def _unread_of(self, owner: Owner) -> Collection[DateWindow]:
        """Return the windows of tasks that have not been read: they are still to be read, or have failed."""
        return [window for window, tasks in self._unread.get(owner, {}).items() if tasks > 0]

    def begin(self, owners: Iterable[AnyOwner]) -> dict[AnyOwner, DaySet]:
        """Return the days to read, and warn of saved positions that need a user's attention.

        The first day of a new owner stays in the state from now on. A later sync reads from that day on, although this
        one may read nothing and the start date may move on.

        Args:
            owners: those that can be read.

        Returns:
            The unread days of each owner. The owner whose last day is the oldest comes first: if a daily quota is
            too small for all, each has its turn within some days.
        """
        listed = list(owners)
        if self._ready and self.period.final_days_only:
            self.period = replace(self.period, ready=self._ready())
        self.period.explain(self._stream_name)
        self._new = frozenset(listed) - self._before.keys()
        self._before = {**dict.fromkeys(listed, self._none_read()), **self._before}
        self._future = frozenset(owner for owner in listed if self._last_saved_day(owner) > self.period.today)
        for owner in listed:
            whose = f" of ad account {owner}" if owner else ""
            if owner in self._future:
                LOGGER.warning(
                    f"{self._stream_name}: the saved state{whose} is in the future ({self._last_saved_day(owner)}; "
                    f"today is {self.period.today}), so nothing is read. Clear the stream's data to start again."
                )
            else:
                self._settle_lost_days(owner, whose)
        return {owner: self.unread(owner) for owner in sorted(listed, key=self._turn)}

    def _none_read(self) -> Days:
        """Return the days of a new owner, from the first week or month on that begins at the start date or later."""
        start = self.period.start
        bucket = self.period.granularity.bucket_of(start)
        return Days.unread_from(start if start == bucket.start else bucket.end.add(days=1))

    def _last_saved_day(self, owner: Owner) -> Date:
        """Return the last day that the saved state names of an owner; the day 1000-01-01 if nothing was read."""
        days = self._before[owner]
        return OPEN_START if days == Days.unread_from(days.first) else max(days.first, days.last)

    def _settle_lost_days(self, owner: Owner, whose: str) -> None:
        """Warn of unread days that Pinterest no longer has. They stay missing, or count as read."""
        days = self._before[owner]
        lost = days.expired(self.period) if owner not in self._new else DaySet()
        for window in lost:
            LOGGER.warning(
                f"{self._stream_name}: the days {window}{whose} could not be read and are too old now: Pinterest keeps "
                f"the days from {self.period.earliest} on. Rows of an earlier sync keep their numbers."
                f"{' They stay in the state as missing.' if self.keeps_lost_days else ''}"
            )
        if lost and not self.keeps_lost_days:
            self._before[owner] = replace(days, read=days.read.union(lost))

    def _turn(self, owner: Owner) -> tuple[bool, Date]:
        """Return the key by which owners are sorted."""
        return False, self.days_of(owner).last

    def unread(self, owner: Owner = None) -> DaySet:
        """Return the days of an owner that are still to be read."""
        return DaySet() if owner in self._future else self.days_of(owner).unread(self.period)

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
        """Replace the task of a window by tasks of its parts."""
        with self._lock:
            self._unread[owner].update(pieces)
            self._unread[owner][window] -= 1

    def skip(self, task: Task, error: Exception) -> None:
        """Wait no longer for a task that Pinterest rejects, so that its days stay as they were before the sync.

        The state has a new owner only if a task of it was read or has failed.
        """
        del error
        owner = task.get(ACCOUNT_KEY)
        with self._lock:
            if task.window:
                self._unread[owner][task.window] -= 1
            self._rejected.add(owner)

    def _move(self, task: Task, finding: Any) -> None:
        """Take the days of a task that was read. Its window stays unread as long as another task about it does."""
        del finding
        owner = task.get(ACCOUNT_KEY)
        self._unread[owner][task.required_window] -= 1
        self._read[owner].add(task.required_window)


class AccountDayCursor(DayCursor):
    """Keeps the days of ad accounts.

    Beside the accounts, the state has those that `failed`, and a fingerprint of the request. A flat position, which
    comes from the official connector and names no account, is that of each listed account without an entry.

    Args:
        store: has the incoming state and takes the outgoing ones.
        period: the days that this sync reads.
        fingerprint: a digest of the requested columns and attribution windows.
        ready: asks Pinterest for the last final day, as in `DayCursor`.
    """

    field = "DATE"
    keeps_lost_days = True

    def __init__(
        self, store: StateStore, period: Period, fingerprint: str = "", ready: Callable[[], Date] | None = None
    ) -> None:
        super().__init__(store, period, ready)
        incoming = store.incoming()
        with reading_state(store.stream_name):
            self._failed_accounts = set(map(str, incoming.get(_FAILED) or ()))
        self._emitted: defaultdict[Owner, set[DateWindow]] = defaultdict(set)
        self._fingerprint = fingerprint
        self._has_request_changed = incoming.get(_FINGERPRINT, fingerprint) != fingerprint

    @property
    def state(self) -> dict[str, Any]:
        """The state to emit."""
        accounts, flat = self._positions()
        failed = [account for account in self._failed_accounts if account not in self._read or self._unread_of(account)]
        return {
            **write_state(SavedState(accounts, flat.get(self.field)), self.field),
            **({_FAILED: sorted(failed)} if failed else {}),
            **({_FINGERPRINT: self._fingerprint} if self._fingerprint else {}),
            FORM_KEY: self.period.form,
        }

    def begin(self, owners: Iterable[AnyOwner]) -> dict[AnyOwner, DaySet]:
        """Give accounts without a position the flat one. Warn also of changed columns."""
        listed = list(owners)
        self._failed_accounts.intersection_update(map(str, listed))
        if flat := self._before.pop(None, None):
            self._before = {**dict.fromkeys(listed, flat), **self._before}
        unchanged = DaySet().union(
            chain.from_iterable(days.outside_lookback(self.period) for days in self._before.values())
        )
        unread = super().begin(listed)
        if self._has_request_changed and unchanged:
            LOGGER.warning(
                f"{self._stream_name}: the columns or the attribution window have changed since the last sync. The "
                f"days {unchanged.span} keep their old values; clear the stream's data to read them again."
            )
        return unread

    def _turn(self, owner: Owner) -> tuple[bool, Date]:
        """Accounts that failed in the last sync come last: they then take no requests from the others.

        Accounts of which days are missing because a quota was used up did not fail.
        """
        return owner in self._failed_accounts, self.days_of(owner).last

    def count(self, records: int, task: Task) -> None:
        """Count records that are about to be queued. Where every row is kept, remember the window of the records."""
        super().count(records, task)
        if records and not self.period.merges_by_key:
            with self._lock:
                self._emitted[task[ACCOUNT_KEY]].add(task.required_window)

    def fail(self, task: Task, error: Exception) -> None:
        """Record that the account of a task failed, unless the error is about the whole stream.

        The window of the task stays unread, so that its days do not count as read. A later sync that reads all of
        the account's windows clears the record.
        """
        account = task[ACCOUNT_KEY]
        with self._lock:
            if not isinstance(error, FatalError | AllTasksDeniedError):
                self._failed_accounts.add(account)

    def emit_last(self) -> None:
        """Emit the last state of the stream, and warn of days that were emitted in part."""
        in_part = DaySet()
        with self._lock:
            for owner, windows in self._emitted.items():
                in_part = in_part.union(DaySet().union(windows).difference(self.days_of(owner).read))
        if in_part:
            self._warn_of_copies("days", str(in_part.span))
        super().emit_last()

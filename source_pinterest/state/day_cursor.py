"""The cursors of streams that are read by days: of profiles and pins, and of ad accounts.

The `Days` of an owner are those of the incoming state, with what the tasks of this sync have read, and without the
windows of tasks that are still to be read or have failed. `begin` decides once which saved positions hold. After that,
only the planning and the ends of tasks change anything.
"""

import logging
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, TypeVar

from pendulum import Date

from source_pinterest.api.errors import FatalError, NothingLeftError, PartsUnreadError
from source_pinterest.dates import DateWindow
from source_pinterest.engine.tasks import Task
from source_pinterest.state import opening
from source_pinterest.state.cursor import PinterestCursor, StateStore, reading_state
from source_pinterest.state.days import Days, DaySet, Owner
from source_pinterest.state.formats import ACCOUNT_KEY, FINAL_KEY, Position, SavedState, read_state, write_state
from source_pinterest.state.opening import Positions, Sentences
from source_pinterest.state.period import Period

LOGGER = logging.getLogger("airbyte")

_FINGERPRINT, _FAILED = "asked", "failed"

AnyOwner = TypeVar("AnyOwner", bound=Owner)


class DayCursor(PinterestCursor):
    """Keeps the days of each owner that were read.

    The state of the token's own user is flat, as in the official connector's. A sync that emits each day once, when it
    is final, writes `"final": true` into the state.

    Args:
        store: has the incoming state and takes the outgoing ones.
        period: returns the days that this sync reads.

    Attributes:
        period: the days that this sync reads, from `begin` on.
        field: the name of the last day in the state.
        keeps_lost_days: whether days that were never read and that Pinterest no longer has stay missing in the state.
    """

    field = "date"
    keeps_lost_days = False
    period: Period

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
        self._new: frozenset[Owner] = frozenset()
        """The owners that the incoming state does not know."""
        self._refused: set[Owner] = set()
        """The owners of which Pinterest has refused a task."""

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
        positions = {owner: self.days_of(owner).to_state(self.field) for owner in self._before if self._is_kept(owner)}
        return {owner: position for owner, position in positions.items() if owner}, positions.get(None, {})

    def _is_kept(self, owner: Owner) -> bool:
        """Return whether the state has an owner: not a new one that Pinterest refuses as a whole."""
        is_refused = owner in self._new & self._refused
        return not is_refused or owner in self._read or bool(self._unread_of(owner))

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
        return before.plus(read, unread) if read or unread else before

    def _unread_of(self, owner: Owner) -> Collection[DateWindow]:
        """Return the windows of tasks that have not been read: they are still to be read, or have failed."""
        return [window for window, tasks in self._unread.get(owner, {}).items() if tasks > 0]

    def begin(self, owners: Iterable[AnyOwner]) -> dict[AnyOwner, DaySet]:
        """Decide which saved positions hold, log what a user has to know of them, and return what is to be read.

        The first day of a new owner stays in the state from now on. A later sync reads from that day on, although this
        one may read nothing and the start date may move on.

        Args:
            owners: those that can be read.

        Returns:
            The unread days of each owner. The owner whose last day is the oldest comes first: if a daily quota is
            too small for all, each has its turn within some days.
        """
        listed = list(owners)
        self.period = self._get_period()
        self.period.explain(self._stream_name)
        held, sentences = self._open(listed)
        self._new = frozenset(listed) - held.keys()
        self._before = {**dict.fromkeys(listed, opening.none_read(self.period)), **held}
        self._is_final = self.period.emits_once
        for sentence in sentences:
            LOGGER.warning(f"{self._stream_name}: {sentence}")
        return {owner: self.unread(owner) for owner in sorted(listed, key=self._turn)}

    def _open(self, listed: Sequence[Owner]) -> tuple[Positions, Sentences]:
        """Return the saved positions that hold in this period, and what a user has to know of them."""
        held, sentences = dict(self._before), Sentences()
        if self.period.emits_once and not (self._is_final or self._store.refresh):
            held, sentences = self._without_young()
        for owner in (owner for owner in listed if owner in held):
            days, of_future = opening.in_the_past(owner, held[owner], self.period)
            held[owner], of_lost = opening.without_lost(owner, days, self.period, stay_missing=self.keeps_lost_days)
            sentences += of_future + of_lost
        return held, sentences

    def _without_young(self) -> tuple[Positions, Sentences]:
        """Return the positions without the days that were young when they were read, and what comes twice."""
        return opening.without_young(self._before, self.period)

    def _turn(self, owner: Owner) -> tuple[bool, Date]:
        """Return the key by which owners are sorted."""
        return False, self.days_of(owner).last

    def unread(self, owner: Owner = None) -> DaySet:
        """Return the days of an owner that are still to be read."""
        return self.days_of(owner).unread(self.period)

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
        """Wait no longer for a task that Pinterest refuses, so that its days stay as they were before the sync.

        The state has a new owner only if a task of it was read or has failed.
        """
        del error
        owner = task.get(ACCOUNT_KEY)
        with self._lock:
            if task.window:
                self._unread[owner][task.window] -= 1
            self._refused.add(owner)

    def _move(self, task: Task, finding: Any) -> None:
        """Take the days of a task that was read. Its window stays unread as long as another task about it does."""
        del finding
        owner = task.get(ACCOUNT_KEY)
        self._unread[owner][task.required_window] -= 1
        self._read[owner].add(task.required_window)


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
        self._emitted: defaultdict[Owner, set[DateWindow]] = defaultdict(set)
        self._fingerprint = fingerprint
        self._asks_otherwise = incoming.get(_FINGERPRINT, fingerprint) != fingerprint

    @property
    def state(self) -> dict[str, Any]:
        """The state to emit."""
        accounts, flat = self._positions()
        failed = [account for account in self._failed_accounts if account not in self._read or self._unread_of(account)]
        return {
            **write_state(SavedState(accounts, flat.get(self.field)), self.field),
            **({_FAILED: sorted(failed)} if failed else {}),
            **({_FINGERPRINT: self._fingerprint} if self._fingerprint else {}),
            **self._finality(),
        }

    def _open(self, listed: Sequence[Owner]) -> tuple[Positions, Sentences]:
        """Give accounts without a position the flat one. Tell also of changed columns."""
        self._failed_accounts.intersection_update(map(str, listed))
        self._before, of_flat = opening.with_flat(self._before, listed, self.period)
        held, sentences = super()._open(listed)
        of_columns = opening.asked_otherwise(held.values(), self.period) if self._asks_otherwise else []
        return held, of_flat + sentences + of_columns

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
        the account's windows clears the record. If only parts of the window were not read, the error says which days
        stay unread.
        """
        account = task[ACCOUNT_KEY]
        with self._lock:
            if isinstance(error, PartsUnreadError):
                self._move(task, None)
                self._unread[account].update(error.unread)
            elif not isinstance(error, FatalError | NothingLeftError):
                self._failed_accounts.add(account)

    def emit_last(self) -> None:
        """Emit the last state of the stream, and warn of days that were emitted in part."""
        in_part = DaySet()
        with self._lock:
            for owner, windows in self._emitted.items():
                in_part = in_part.plus(DaySet().plus(windows).minus(self.days_of(owner).read))
        if in_part:
            self._warn_of_copies("days", str(in_part.span))
        super().emit_last()

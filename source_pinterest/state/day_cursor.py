"""The cursors of days: of ad accounts, of profiles, and of a pass over all pins.

Each keeps an `AccountHistory` for every owner of days. An ad account's days count once all tasks about them have ended,
a profile's up to the last final day of each response, and those of pins once a pass has read every pin.
"""

import logging
from abc import ABC
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Self

from pendulum import Date

from source_pinterest import limits
from source_pinterest.api.errors import FatalError, NothingLeftError
from source_pinterest.dates import DateWindow, days_before, parse_day, subtract_window
from source_pinterest.engine.tasks import Task
from source_pinterest.state.cursor import PinterestCursor, StateStore, reading_state
from source_pinterest.state.days import AccountHistory, DayTasks, ReadDays
from source_pinterest.state.formats import ACCOUNT_KEY, Cursor, SavedState, read_state, write_state
from source_pinterest.state.period import Period

LOGGER = logging.getLogger("airbyte")

_FINGERPRINT, _FAILED, _SEEN, _PARTLY = "asked", "failed", "keyed", "partly"
_NEWEST, _FULL, _SKIPPED = "read", "full", "skipped"
_READINGS, _READINGS_OF_ACTIVE = "reading", "reading_active"

Owner = str | None
"""The ad account whose owner the days belong to; None for the token's own user."""


@dataclass(frozen=True)
class KeyColumns:
    """The id columns that hold an id in some rows.

    Attributes:
        seen: the columns that hold an id in at least one row.
        partly: those of them that are empty in at least one row.
    """

    seen: frozenset[str]
    partly: frozenset[str] = frozenset()

    @classmethod
    def counted(cls, columns: Collection[str], rows: int, lacking: Mapping[str, int]) -> Self | None:
        """Return the columns of counted rows; None if there are no rows.

        Args:
            columns: the columns that rows may have.
            rows: the number of rows.
            lacking: the number of rows without an id, by column.
        """
        seen = frozenset(column for column in columns if lacking.get(column, 0) < rows)
        return cls(seen, frozenset(column for column in seen if lacking.get(column))) if rows else None

    @classmethod
    def from_state(cls, cursor: Mapping[str, Any]) -> Self | None:
        """Read the columns from a cursor; None if it has none."""
        seen, partly = cursor.get(_SEEN), cursor.get(_PARTLY)
        if not isinstance(seen, list):
            return None
        return cls(frozenset(map(str, seen)), frozenset(map(str, partly if isinstance(partly, list) else ())))

    def to_state(self) -> dict[str, Any]:
        """Return the part of a cursor that holds the columns."""
        partly = {_PARTLY: sorted(self.partly)} if self.partly else {}
        return {_SEEN: sorted(self.seen), **partly}

    def change_to(self, found: "KeyColumns", refused: Collection[str]) -> str:
        """Describe how the key of other rows differs, as in "with A and without B"; empty if it does not.

        A column that only some rows have may be absent by chance, unless Pinterest refuses it.

        Args:
            found: the columns of the other rows.
            refused: the columns that Pinterest refuses.
        """
        new = sorted(found.seen - self.seen)
        lost = sorted(
            column for column in self.seen - found.seen if column not in self.partly or column in set(refused)
        )
        parts = ((word, names) for word, names in (("with", new), ("without", lost)) if names)
        return " and ".join(f"{word} {', '.join(names)}" for word, names in parts)

    def joined(self, other: "KeyColumns") -> "KeyColumns":
        """Return the columns of the rows of both."""
        return KeyColumns(self.seen | other.seen, self.partly | other.partly | (self.seen ^ other.seen))


class KeyedAccounts:
    """The key columns of each account, from the state and from the rows of this sync.

    Args:
        before: the key columns in the state, by account.
    """

    def __init__(self, before: Mapping[str, KeyColumns | None]) -> None:
        self._before = {account: columns for account, columns in before.items() if columns}
        self._now: dict[str, KeyColumns] = {}

    def before(self, account: str) -> KeyColumns | None:
        """Return the key columns of the rows of earlier syncs; None if the state has none."""
        return self._before.get(account)

    def note(self, account: str, columns: KeyColumns) -> None:
        """Record the key columns of emitted rows."""
        known = self._now.get(account)
        self._now[account] = known.joined(columns) if known else columns

    def to_state(self, account: str) -> dict[str, Any]:
        """Return the part of an account's cursor that holds its key columns."""
        columns = self._now.get(account) or self._before.get(account)
        return columns.to_state() if columns else {}


@dataclass(frozen=True)
class DaysRead:
    """The days of the responses about a window.

    Attributes:
        newest: the last day with a row; None without any row.
        settled: the last day that is final, together with all days before it.
    """

    newest: Date | None
    settled: Date


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

    unread: ReadDays
    failures: int

    @classmethod
    def from_state(cls, entry: Mapping[str, Any]) -> Self:
        """Read an entry of the state.

        Raises:
            KeyError, ValueError, TypeError: a value is missing, or of another type.
        """
        return cls(ReadDays().plus(map(DateWindow.from_pair, entry["unread"])), int(entry["failures"]))

    def to_state(self) -> dict[str, Any]:
        """Return the entry for the state."""
        return {"unread": [window.as_pair() for window in self.unread.windows], "failures": self.failures}


class DayCursor(PinterestCursor, ABC):
    """Keeps the days of each owner that count as read.

    Args:
        store: has the incoming state and takes the outgoing ones.
        period: returns the days that this sync reads. It is called when they are needed first, since a request has told
            Pinterest's day by then.

    Attributes:
        field: the name of the last day in the state.
    """

    field: str
    _advice_on_lost_days = ""

    def __init__(self, store: StateStore, period: Callable[[], Period]) -> None:
        super().__init__(store)
        self._get_period = period
        self._histories: dict[Owner, AccountHistory] = {}
        self._incoming: frozenset[str] = frozenset()

    def first_day(self, owner: Owner) -> Date:
        """Return the first day that may be read of an owner: the period's, or an earlier one that was read before."""
        start = self._period.start
        return max(self._period.earliest, min(start, self.history_of(owner).first or start))

    @property
    def emits_once(self) -> bool:
        """Whether each day is emitted only once, when it is final."""
        return self._period.is_emitted_once

    @property
    def last_idle_day(self) -> Date:
        """The last day that had no activity if Pinterest leaves it out; later days may still come."""
        return days_before(self._period.today, limits.IDLE_AFTER_DAYS)

    @cached_property
    def _period(self) -> Period:
        period = self._get_period()
        period.explain(self._stream_name)
        self._warn_beforehand(period)
        return period

    def accounts(self) -> Iterable[str]:
        """Return the ad accounts of the incoming state."""
        return self._incoming

    def history_of(self, owner: Owner) -> AccountHistory:
        """Return the history of an owner."""
        return self._histories.get(owner) or AccountHistory()

    def unread(self, owner: Owner = None) -> list[DateWindow]:
        """Return the windows of an owner that are still to be read, and warn of those that can't be."""
        history, of_owner = self.history_of(owner), f" of ad account {owner}" if owner else ""
        if history.last and history.last > self._period.today:
            history = self._cut_back(owner, history, of_owner)
        gone = history.out_of_reach(self._period)
        for window in gone:
            LOGGER.warning(
                f"{self._stream_name}: the days {window}{of_owner} were never read and are too old now: Pinterest "
                f"keeps the days from {self._period.earliest} on.{self._advice_on_lost_days}",
            )
        self._forget(owner, gone)
        return history.unread(self._period)

    def unread_windows(self, owner: Owner = None) -> list[DateWindow]:
        """Return the days of the unread windows, without a warning, for an estimate."""
        return self.history_of(owner).unread(self._period)

    def _forget(self, owner: Owner, gone: list[DateWindow]) -> None:
        """Take days that Pinterest no longer has out of the state, for cursors that don't keep them."""

    def _cut_back(self, owner: Owner, history: AccountHistory, of_owner: str) -> AccountHistory:
        """Take a history that lies in the future back to its last settled day, and warn of it."""
        today = self._period.today
        cut = history.as_of(today)
        since = cut.last.add(days=1) if cut.last else self._period.start
        twice = "" if self._period.merges_by_key else f" Rows of the days {since} to {today} may stand twice."
        LOGGER.warning(
            f"{self._stream_name}: the state{of_owner} lies in the future ({history.last}; today is {today}). "
            f"The days from {since} on are read again.{twice}",
        )
        with self._lock:
            self._histories[owner] = cut
        return cut

    def _newest_of(self, owner: Owner) -> Date | None:
        """Return the last day of an owner that was ever emitted; None if it is the last one that counts as read."""
        del owner
        return None

    def _warn_beforehand(self, period: Period) -> None:
        """Warn of days that the destination has twice after this sync."""
        histories = self._histories.items()
        if twice := [w for owner, history in histories for w in history.duplicated(period, self._newest_of(owner))]:
            LOGGER.warning(
                f"{self._stream_name}: the days {_span(twice)} were read while their numbers were still moving, and "
                "are emitted once more, now that they are final. The destination appends, so these days appear twice "
                "in the table: keep the row with the newest _airbyte_extracted_at, or clear the stream's data.",
            )


class AccountDayCursor(DayCursor):
    """Keeps the days of ad accounts.

    The state holds for each account its `AccountHistory` and its `KeyColumns`. Beside the accounts stand those that
    `failed`, and a fingerprint of the request. A flat cursor stands in for accounts without an entry.

    Args:
        store: has the incoming state and takes the outgoing ones.
        period: returns the days that this sync reads, as in `DayCursor`.
        fingerprint: a digest of the requested columns and attribution windows.
    """

    field = "DATE"
    _advice_on_lost_days = " They stay in the state as missing."

    def __init__(self, store: StateStore, period: Callable[[], Period], fingerprint: str = "") -> None:
        super().__init__(store, period)
        self._fingerprint = fingerprint
        incoming = store.incoming()
        with reading_state(store.stream_name):
            saved = read_state(incoming, self.field, min)
            flat = {} if saved.flat is None else {None: {self.field: saved.flat}}
            self._histories.update(_histories_of({**saved.accounts, **flat}, self.field))
            self._failed_accounts = set(map(str, incoming.get(_FAILED) or ()))
            self.keyed = KeyedAccounts(
                {account: KeyColumns.from_state(cursor) for account, cursor in saved.accounts.items()}
            )
        self._incoming = frozenset(saved.accounts)
        self._tasks: dict[str, DayTasks] = {}
        self._asks_otherwise = incoming.get(_FINGERPRINT, fingerprint) != fingerprint

    @property
    def state(self) -> dict[str, Any]:
        """The state to emit."""
        present = {account: self._present_history(account) for account in self._histories if account}
        accounts = {
            account: {**history.to_state(self.field), **self.keyed.to_state(account)}
            for account, history in present.items()
            if history.last
        }
        flat = self._histories.get(None)
        state = write_state(SavedState(accounts, str(flat.last) if flat else None), self.field)
        more = {_FAILED: sorted(self._failed_accounts), _FINGERPRINT: self._fingerprint}
        return {**state, **{name: value for name, value in more.items() if value}}

    def history_of(self, owner: Owner) -> AccountHistory:
        """Return the history of an account before this sync; a flat cursor stands in for accounts without an entry."""
        return self._histories.get(owner) or super().history_of(None)

    def oldest_first(self, accounts: Iterable[str]) -> list[str]:
        """Sort accounts by their cursors, so that each is read in turn under a small daily quota.

        Accounts that failed in the last sync come last, so that they take no requests from the others. Those of which
        days are missing because a quota was used up did not fail, and have their turn.
        """
        listed = list(accounts)
        self._failed_accounts.intersection_update(listed)
        return sorted(listed, key=self._rank_of)

    def keep_place(self, account: str) -> None:
        """Give an account an entry of its own before the flat cursor is dropped."""
        with self._lock:
            self._histories[account] = self.history_of(account)

    def retire_flat(self) -> None:
        """Drop the flat cursor, now that every account has an entry of its own."""
        with self._lock:
            self._histories.pop(None, None)

    def plan(self, account: str, windows: Iterable[tuple[DateWindow, int]]) -> None:
        """Add tasks of an account, before the first of them is read.

        Args:
            account: the ad account.
            windows: the windows, each with the number of its tasks. A window without tasks counts as read.
        """
        with self._lock:
            self._histories.setdefault(account, self.history_of(account))
            tasks = self._tasks.setdefault(account, DayTasks(self._histories[account]))
            for window, count in windows:
                tasks.add(window, count)

    def split(self, account: str, window: DateWindow, parts: Iterable[DateWindow]) -> None:
        """Replace a task by tasks of parts of its window."""
        with self._lock:
            self._tasks[account].split(window, parts)

    def count(self, records: int, task: Task) -> None:
        """Count records that are about to be queued, and record that their window was emitted in part."""
        super().count(records, task)
        if records:
            with self._lock:
                self._tasks[task[ACCOUNT_KEY]].note_emitted(task.days)

    def fail(self, task: Task, error: Exception | None = None) -> None:
        """Leave the days of a task to the next sync, and record that its account failed, if the error says so.

        A later sync that reads all of the account's windows clears the record.
        """
        with self._lock:
            if task.window:
                self._end(task, failed=True)
            if error and not isinstance(error, FatalError | NothingLeftError):
                self._failed_accounts.add(task[ACCOUNT_KEY])

    def ensure_at_least_one_state_emitted(self) -> None:
        """Emit the last state of the stream, and warn of days that were emitted in part."""
        if twice := self._emitted_in_part():
            self._warn_of_parts("days", str(_span(twice)))
        super().ensure_at_least_one_state_emitted()

    def _move(self, task: Task, finding: Any) -> None:
        """Add the days of a task that was read."""
        if isinstance(finding, KeyColumns):
            self.keyed.note(task[ACCOUNT_KEY], finding)
        self._end(task, failed=False)

    def _end(self, task: Task, *, failed: bool) -> None:
        account = task[ACCOUNT_KEY]
        tasks = self._tasks[account]
        tasks.end(task.days, failed=failed)
        if tasks.are_done:
            self._failed_accounts.discard(account)

    def _present_history(self, account: str) -> AccountHistory:
        """Return the history of an account at this point of the sync."""
        if tasks := self._tasks.get(account):
            return tasks.history(self._period)
        return self._histories[account]

    def _rank_of(self, account: str) -> tuple[bool, str]:
        return account in self._failed_accounts, str(self.history_of(account).last or "")

    def _emitted_in_part(self) -> list[DateWindow]:
        """Return the days of which the destination gets rows again, since not all of them could be read."""
        if not self._tasks or self._period.merges_by_key:
            return []
        last = min(self._period.end, self._period.last_countable_day or self._period.end)
        with self._lock:
            tasks = self._tasks.items()
            return [w for account, one in tasks for w in one.emitted_in_part(self._present_history(account), last)]

    def _warn_beforehand(self, period: Period) -> None:
        """Warn also of days that were read with other columns or attribution windows and are not read again."""
        super()._warn_beforehand(period)
        if not self._asks_otherwise:
            return
        histories = self._histories.values()
        if kept := [window for history in histories if (window := history.not_reread(period))]:
            LOGGER.warning(
                f"{self._stream_name}: the columns or the attribution window have changed since the last sync. The "
                f"days {_span(kept)} keep their old values; clear the stream's data to read them again.",
            )


class OwnerDayCursor(DayCursor, ABC):
    """Keeps the days of the token's own user and of owners of ad accounts, up to the last final one.

    The state of the token's own user is flat, as in the official connector's. Each owner also has the last day that was
    emitted (`read`), if that is later than the last one that counts as read. Pins may have the day on which the last
    pass over all of them began (`full`).
    """

    field = "date"

    def __init__(self, store: StateStore, period: Callable[[], Period]) -> None:
        super().__init__(store, period)
        incoming = store.incoming()
        with reading_state(store.stream_name):
            saved = read_state(incoming, self.field, min)
            cursors: dict[Owner, Mapping[str, Any]] = dict(saved.accounts.items())
            if saved.flat is not None:
                own = incoming if incoming.get(self.field) is not None else {}
                cursors[None] = {**own, self.field: saved.flat}
            self._histories.update(_histories_of(cursors, self.field))
            self._newest, self._full = (
                {owner: parse_day(cursor[name]) for owner, cursor in cursors.items() if cursor.get(name)}
                for name in (_NEWEST, _FULL)
            )
        self._incoming = frozenset(saved.accounts)

    @property
    def state(self) -> dict[str, Any]:
        """The state to emit."""
        cursors = {owner: self._cursor_of(owner, history) for owner, history in self._histories.items() if history.last}
        own = cursors.pop(None, {})
        accounts = {account: cursor for account, cursor in cursors.items() if account is not None}
        return {**own, **(write_state(SavedState(accounts), self.field) if accounts else {})}

    def _cursor_of(self, owner: Owner, history: AccountHistory) -> Cursor:
        cursor, newest = history.to_state(self.field), self._newest.get(owner)
        if newest and history.last and newest > history.last:
            cursor[_NEWEST] = str(newest)
        return cursor

    def _cut_back(self, owner: Owner, history: AccountHistory, of_owner: str) -> AccountHistory:
        self._newest.pop(owner, None)
        return super()._cut_back(owner, history, of_owner)

    def _newest_of(self, owner: Owner) -> Date | None:
        return self._newest.get(owner)

    def _forget(self, owner: Owner, gone: list[DateWindow]) -> None:
        """Take the days out of the state, so that the warning is not repeated."""
        if gone:
            with self._lock:
                self._histories[owner] = self.history_of(owner).without(gone)

    def _take(self, owner: Owner, window: DateWindow, newest: Date | None, settled: Date | None) -> None:
        """Add the days of a window to the history of an owner. Another attempt of a full refresh reads none again.

        Args:
            owner: the owner.
            window: the requested days.
            newest: the last day with a row; None without any row.
            settled: the last day that is final; None if no day counts as read.
        """
        if newest and not self.emits_once:
            self._newest[owner] = max(newest, self._newest.get(owner, newest))
        if settled:
            emitted = newest if self._store.refresh else None
            self._histories[owner] = self.history_of(owner).with_days(window, settled, emitted)


class ProfileCursor(OwnerDayCursor):
    """Keeps the days of profiles. Only the final days of a response count as read."""

    def _move(self, task: Task, finding: DaysRead | None) -> None:
        if finding:
            self._take(task.get(ACCOUNT_KEY), task.days, finding.newest, finding.settled)


class PinCursor(OwnerDayCursor):
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

    def _cursor_of(self, owner: Owner, history: AccountHistory) -> Cursor:
        full = self._full.get(owner) if self._only_active else None
        return {**super()._cursor_of(owner, history), **({_FULL: str(full)} if full else {})}

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

    def owed(self, owner: Owner, pin: int) -> tuple[ReadDays, DateWindow]:
        """Return the unread days of a skipped pin that count as read for the others, and the days to ask for.

        The first are what the destination lacks of this pin alone. Without any, the pin's rows come with the next pass,
        and the answer only tells whether the pin is readable again. An unfinished pass that has passed by the pin emits
        all of its days if days may be emitted more than once.
        """
        read, unread = self.history_of(owner).read, self._skipped[owner, pin].unread
        if gone := unread.up_to(days_before(self._period.earliest, 1)).windows:
            unread = unread.minus(gone)
            self._skipped[owner, pin] = replace(self._skipped[owner, pin], unread=unread)
            LOGGER.warning(
                f"{self._stream_name}: the days {_span(gone)} of pin {pin} could not be read and are too old now: "
                f"Pinterest keeps the days from {self._period.earliest} on.",
            )
        unread = unread.up_to(self._period.end)
        known = self._readings.get(owner)
        is_passed = known is not None and pin <= known.after
        if known and is_passed:
            settled = known.window.end if self._store.refresh else known.settled
            settled = min(settled, self.last_idle_day) if self.emits_once else settled
            read = read.plus([DateWindow(known.window.start, settled)] if known.window.start <= settled else [])
        owed = unread.minus(unread.minus(read.windows).windows)
        asked = owed if owed.windows and (self.emits_once or not is_passed) else unread
        return owed, DateWindow(asked.first or self._period.end, asked.last or self._period.end)

    def skip(self, owner: Owner, pin: int, window: DateWindow) -> SkippedPin:
        """Record that a pin could not be read in a pass over a window, or once more in this sync."""
        known = self._skipped.get((owner, pin)) or SkippedPin(ReadDays((window,)), 0)
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
            self._take(owner, reading.window, reading.newest, settled)

    def _move(self, task: Task, finding: Any) -> None:
        """Do nothing: `finish` moves the days of each owner."""


def _of_owner(owner: Owner) -> dict[str, str]:
    return {ACCOUNT_KEY: owner} if owner else {}


def _histories_of(cursors: Mapping[Any, Mapping[str, Any]], field: str) -> Iterator[tuple[Owner, AccountHistory]]:
    return ((owner, AccountHistory.from_state(cursor, field)) for owner, cursor in cursors.items())


def _span(windows: Collection[DateWindow]) -> DateWindow:
    """Return the window from the first day of all windows to the last."""
    return DateWindow(min(window.start for window in windows), max(window.end for window in windows))

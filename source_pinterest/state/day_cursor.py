"""Which days of which ad account are still to be read, and how far is this sync with them?"""

import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Self

from airbyte_cdk.sources.types import StreamSlice
from pendulum import Date

from source_pinterest import limits
from source_pinterest.dates import DateWindow, days_before, parse_day, subtract_window
from source_pinterest.state.cursor import PinterestCursor, StateStore, reading_state
from source_pinterest.state.formats import ACCOUNT_KEY, SavedState, read_state, write_state
from source_pinterest.state.history import AccountHistory, Plan, PlannedWindow, Purpose, WindowProgress
from source_pinterest.state.period import Period, Settling

_SEEN, _PARTLY = "keyed", "partly"


@dataclass(frozen=True)
class KeyColumns:
    """The id columns of some rows, where they hold an id.

    Attributes:
        seen: those that any row had.
        partly: those of them that any row lacked.
    """

    seen: frozenset[str]
    partly: frozenset[str] = frozenset()

    @classmethod
    def counted(cls, columns: Collection[str], rows: int, lacking: Mapping[str, int]) -> Self | None:
        """Of so many rows, so many of which lack a column; None where there are no rows.

        Args:
            columns: those that rows may have.
            rows: how many there are.
            lacking: how many of them have no id in a column.
        """
        seen = frozenset(column for column in columns if lacking.get(column, 0) < rows)
        return cls(seen, frozenset(column for column in seen if lacking.get(column))) if rows else None

    @classmethod
    def from_state(cls, cursor: Mapping[str, Any]) -> Self | None:
        """Read a cursor; None where it does not say."""
        seen, partly = cursor.get(_SEEN), cursor.get(_PARTLY)
        if not isinstance(seen, list):
            return None
        return cls(frozenset(map(str, seen)), frozenset(map(str, partly if isinstance(partly, list) else ())))

    def to_state(self) -> dict[str, Any]:
        """What the cursor says of them."""
        partly = {_PARTLY: sorted(self.partly)} if self.partly else {}
        return {_SEEN: sorted(self.seen), **partly}

    def change_to(self, found: "KeyColumns", refused: Collection[str]) -> str:
        """How other rows differ in a way that gives the same row another key, in words; nothing where they don't.

        A column that only some rows have may be missing by chance, unless Pinterest refuses it.
        """
        new = sorted(found.seen - self.seen)
        lost = sorted(
            column for column in self.seen - found.seen if column not in self.partly or column in set(refused)
        )
        parts = ((word, names) for word, names in (("with", new), ("without", lost)) if names)
        return " and ".join(f"{word} {', '.join(names)}" for word, names in parts)

    def joined(self, other: "KeyColumns") -> "KeyColumns":
        """The columns of both."""
        return KeyColumns(self.seen | other.seen, self.partly | other.partly | (self.seen ^ other.seen))


class KeyedAccounts:
    """What is known of each account, from the state and from the rows of this sync.

    Args:
        before: what the state says.
    """

    def __init__(self, before: Mapping[str, KeyColumns | None]) -> None:
        self._before = {account: columns for account, columns in before.items() if columns}
        self._now: dict[str, KeyColumns] = {}

    def before(self, account: str) -> KeyColumns | None:
        """With which columns the rows of earlier syncs were keyed; None if nobody knows."""
        return self._before.get(account)

    def note(self, account: str, columns: KeyColumns) -> None:
        """Rows with these columns have been emitted."""
        known = self._now.get(account)
        self._now[account] = known.joined(columns) if known else columns

    def to_state(self, account: str) -> dict[str, Any]:
        """What the cursor of an account says."""
        columns = self._now.get(account) or self._before.get(account)
        return columns.to_state() if columns else {}


def days_twice(stream_name: str, windows: Iterable[DateWindow]) -> str:
    """The sentence on days of several accounts that stand twice after this sync."""
    return (
        f"{stream_name}: the days {_span(windows)} were read while their numbers were still moving, and are emitted "
        "once more, now that they are settled. The destination appends, so these days appear twice in the table: "
        "keep the row with the newest _airbyte_extracted_at, or clear the stream's data."
    )


def parts_twice(stream_name: str, windows: Iterable[DateWindow], *, is_refresh: bool) -> str:
    """The sentence on days of several accounts that were emitted in part and don't count as read.

    Args:
        stream_name: whose days they are.
        windows: the days.
        is_refresh: whether they are read again by another attempt of a full refresh, and not by the next sync.
    """
    who = "another attempt" if is_refresh else "the next sync"
    return (
        f"{stream_name}: the days {_span(windows)} were emitted in part, because not all of them could be read, and "
        f"{who} emits them whole. The destination keeps every row, so rows of these days then appear twice in the "
        "table: keep the row with the newest _airbyte_extracted_at, or clear the stream's data."
    )


def in_future(stream_name: str, account: str, last: Date, today: Date) -> str:
    """The sentence on an account whose state names a day to come as the last one."""
    return (
        f"{stream_name}: the state of ad account {account} lies in the future ({last}). It counts as today ({today}), "
        "and nothing is read this time."
    )


def never_read(stream_name: str, account: str, window: DateWindow, earliest: Date) -> str:
    """The sentence on days of an account that Pinterest has no longer."""
    return (
        f"{stream_name}: the days {window} of ad account {account} were never read and are too old now: Pinterest "
        f"keeps the days from {earliest} on. They stay noted in the state."
    )


def old_values(stream_name: str, windows: Iterable[DateWindow]) -> str:
    """The sentence on days of several accounts that were read with other columns or another attribution."""
    return (
        f"{stream_name}: the columns or the attribution window have changed since the last sync. The days "
        f"{_span(windows)} keep their old values; clear the stream's data to read them again."
    )


def _span(windows: Iterable[DateWindow]) -> DateWindow:
    """From the first day of all to the last."""
    spans = list(windows)
    return DateWindow(min(span.start for span in spans), max(span.end for span in spans))


LOGGER = logging.getLogger("airbyte")

_ASKED, _FAILED = "asked", "failed"

WINDOW = "window"
"""What a slice calls its planned window."""


def planned_window(stream_slice: StreamSlice) -> PlannedWindow:
    """The window of a slice."""
    return stream_slice.extra_fields[WINDOW]  # type: ignore[no-any-return]


class DayCursor(PinterestCursor):
    """Per ad account, the days that are read for good: `{"DATE": last, "from": first, "missing": [[start, end], ...]}`.

    Beside them stands `settled`, the last day whose numbers stood still when they were read, and with which id columns
    rows were keyed.

    Args:
        store: has the incoming state and takes the outgoing ones.
        period: the days this sync is about.
        today: Pinterest's day, in UTC.
        asked: stands for the columns and the attribution that are asked for.
    """

    field = "DATE"

    def __init__(
        self,
        store: StateStore,
        period: Period,
        today: Date,
        asked: str = "",
    ) -> None:
        super().__init__(store)
        self._asked = asked
        self._period = period
        self._today = today
        incoming = store.incoming()
        with reading_state(store.stream_name):
            saved = self._read(incoming)
            self._flat = parse_day(saved.flat) if saved.flat is not None else None
            self._failed = set(map(str, incoming.get(_FAILED) or ()))
            self._histories = {
                account: AccountHistory.from_state(cursor, self.field) for account, cursor in saved.accounts.items()
            }
            self.keyed = KeyedAccounts(
                {account: KeyColumns.from_state(cursor) for account, cursor in saved.accounts.items()}
            )
        self._incoming = frozenset(self._histories)
        self._plans: dict[str, Plan] = {}
        if incoming.get(_ASKED, asked) != asked:
            self._warn_of_old_values()

    @property
    def state(self) -> dict[str, Any]:
        """What to hand out now."""
        accounts = {
            account: {**history.to_state(self.field), **self.keyed.to_state(account)}
            for account, history in self._histories.items()
            if history.last
        }
        state = write_state(SavedState(accounts, str(self._flat) if self._flat else None), self.field)
        failed = {_FAILED: sorted(self._failed)} if self._failed else {}
        return {**state, **failed, **({_ASKED: self._asked} if self._asked else {})}

    def explain(self) -> None:
        """Log which days the sync is about, where a user may expect others."""
        self._period.explain(self._stream_name)

    def accounts(self) -> Iterable[str]:
        """Ad accounts that the incoming state names."""
        return self._incoming

    @property
    def first_day(self) -> Date:
        """The first day that this sync is about."""
        return self._period.start

    def oldest_first(self, accounts: Iterable[str]) -> list[str]:
        """Accounts in the order of their cursors, so that each gets its turn under a small daily quota.

        Those that failed last time come last, so that they don't keep the others from theirs.
        """
        listed = list(accounts)
        self._failed.intersection_update(listed)
        return sorted(listed, key=self._place_of)

    def _place_of(self, account: str) -> tuple[bool, str]:
        history = self.history_of(account)
        is_owed = any(window.end >= self._period.earliest for window in history.missing)
        return account in self._failed or is_owed, str(history.last or "")

    def history_of(self, account: str) -> AccountHistory:
        """What is known of an account; a flat cursor holds for those that have no entry yet."""
        return self._histories.get(account) or AccountHistory(last=self._flat)

    def keep_place(self, account: str) -> None:
        """Give an account an entry of its own before the flat cursor is dropped."""
        with self._lock:
            self._histories[account] = self.history_of(account)

    def retire_flat(self) -> None:
        """Drop the flat cursor, now that every account has an entry of its own."""
        with self._lock:
            self._flat = None

    def settle(self, last_final_day: Callable[[], Date]) -> None:
        """Find out which days are still moving, where the lookback is too short to see to them."""
        if self._period.settling is not Settling.BY_LOOKBACK:
            day = last_final_day()
            self._period = self._period.up_to(day)
            if self._period.settling is Settling.EMIT_ONCE:
                self._period = replace(self._period, end=min(day, self._period.end))
                self._warn_of_days_twice()

    def unread(self, account: str) -> list[WindowProgress]:
        """The windows that an account still lacks."""
        history = self.history_of(account)
        if history.last and history.last > self._today:
            LOGGER.warning(in_future(self._stream_name, account, history.last, self._today))
            self._histories[account] = history.as_of(self._today)
            return []
        for window in history.out_of_reach(self._period):
            LOGGER.warning(never_read(self._stream_name, account, window, self._period.earliest))
        return history.unread(self._period)

    def owed(self, account: str) -> list[DateWindow]:
        """The days of those windows, for whoever only wants to know how many."""
        return [item.window for item in self.history_of(account).unread(self._period)]

    def plan(self, account: str, windows: list[WindowProgress], slices: list[int]) -> list[PlannedWindow]:
        """Number an account's windows before the first of them is read; those of an earlier plan stay out.

        Args:
            account: whose windows they are.
            windows: in the order in which they are read.
            slices: how many slices each window has.
        """
        with self._lock:
            plan = self._plans.setdefault(account, Plan(self.history_of(account)))
            planned = plan.add(windows, slices)
            self._histories[account] = self._history_now(account)
        return planned

    def expect_one_more(self, account: str, planned: PlannedWindow) -> None:
        """Expect one slice more of a window than was planned."""
        with self._lock:
            self._plans[account].expect_one_more(planned.number)

    def doubt(self, stream_slice: StreamSlice) -> None:
        """Owe the days of a slice again, if they were read before."""
        with self._lock:
            self._plans[stream_slice[ACCOUNT_KEY]].doubt(planned_window(stream_slice).number)

    def count(self, records: int, stream_slice: StreamSlice) -> None:
        """Count records that are about to be queued, and remember of which window they are."""
        super().count(records, stream_slice)
        if records:
            with self._lock:
                self._plans[stream_slice[ACCOUNT_KEY]].note_emitted(planned_window(stream_slice).number)

    def ensure_at_least_one_state_emitted(self) -> None:
        """Emit the last state of the stream, and tell which days come again though rows of them were emitted."""
        self._warn_of_parts_twice()
        super().ensure_at_least_one_state_emitted()

    def fail(self, stream_slice: StreamSlice) -> None:
        """Leave the window of a slice that could not be read to the next sync."""
        if WINDOW in stream_slice.extra_fields:
            with self._lock:
                self._resolve(stream_slice, failed=True)

    def note_failure(self, stream_slice: StreamSlice) -> None:
        """Remember that an account failed, until all that it lacks was read."""
        with self._lock:
            self._failed.add(stream_slice[ACCOUNT_KEY])

    def _move(self, stream_slice: StreamSlice, finding: Any) -> None:
        if isinstance(finding, KeyColumns):
            self.keyed.note(stream_slice[ACCOUNT_KEY], finding)
        self._resolve(stream_slice, failed=False)

    def _resolve(self, stream_slice: StreamSlice, *, failed: bool) -> None:
        account = stream_slice[ACCOUNT_KEY]
        plan = self._plans[account]
        plan.resolve(planned_window(stream_slice).number, failed=failed)
        self._histories[account] = self._history_now(account)
        if plan.is_done:
            self._failed.discard(account)

    def _history_now(self, account: str) -> AccountHistory:
        """What is known of an account whose windows have come so far; numbers settle by age, unless it was asked."""
        by_age = days_before(self._today, limits.SETTLED_AFTER_DAYS)
        asked = self._period.settled
        final = min(by_age, asked or by_age) if self._period.settling is Settling.BY_LOOKBACK else asked or by_age
        return self._plans[account].history(asked, final)

    def _warn_of_days_twice(self) -> None:
        known = [*self._histories.values(), AccountHistory(last=self._flat)]
        if twice := [window for history in known if (window := history.emitted_again(self._period))]:
            LOGGER.warning(days_twice(self._stream_name, twice))

    def _warn_of_parts_twice(self) -> None:
        if self._period.merges_by_key:
            return
        once, plans = self._period.without_rereading(), self._plans.items()
        with self._lock:
            twice = [days for account, plan in plans for days in plan.emitted_again(self._histories[account], once)]
        if twice:
            LOGGER.warning(parts_twice(self._stream_name, twice, is_refresh=self._store.refresh is not None))

    def _warn_of_old_values(self) -> None:
        kept = [window for history in self._histories.values() if (window := self._kept(history))]
        if kept:
            LOGGER.warning(old_values(self._stream_name, kept))

    def _kept(self, history: AccountHistory) -> DateWindow | None:
        """The days that this sync does not read again."""
        if history.last is None:
            return None
        tail = next((item.window for item in history.unread(self._period) if item.purpose is Purpose.TAIL), None)
        end = min(history.last, days_before(tail.start, 1)) if tail else history.last
        start = history.first or min(end, self._period.earliest)
        return DateWindow(start, end) if start <= end else None

    def _read(self, state: Mapping[str, Any]) -> SavedState:
        return read_state(state, self.field, min)


Owner = str | None
"""The ad account on behalf of whose owner days are read; None for the token's own user."""

_NEWEST = "read"


@dataclass(frozen=True)
class DaysRead:
    """What the answers about a window of days held.

    Attributes:
        newest: the last day that they held.
        settled: the last day that is counted to its end, and all days before it.
    """

    newest: Date
    settled: Date


class ProfileCursor(PinterestCursor):
    """The days of the token's own user, as a flat `{"date": last settled day}`, which the official connector keeps too.

    Beside it stand `from`, `missing` and `settled` as in other states of days, and `read`, the last day that was
    emitted, where that is a later one. Those of owners of ad accounts are kept for each account.
    """

    field = "date"

    def __init__(self, store: StateStore, period: Period, today: Date) -> None:
        super().__init__(store)
        self._period = period
        self._today = today
        self._histories: dict[Owner, AccountHistory] = {}
        self._newest: dict[Owner, Date] = {}
        with reading_state(store.stream_name):
            for owner, cursor in _cursors(store.incoming(), self.field):
                self._histories[owner] = AccountHistory.from_state(cursor, self.field)
                if cursor.get(_NEWEST):
                    self._newest[owner] = parse_day(cursor[_NEWEST])

    @property
    def state(self) -> dict[str, Any]:
        """What to emit now."""
        cursors = {owner: self._cursor_of(owner, known) for owner, known in self._histories.items() if known.last}
        accounts = {owner: cursor for owner, cursor in cursors.items() if owner is not None}
        return {**cursors.get(None, {}), **(write_state(SavedState(accounts), self.field) if accounts else {})}

    def explain(self) -> None:
        """Log which days the sync is about, where a user may expect others."""
        self._period.explain(self._stream_name)
        known = [
            history.emitted_again(self._period, self._newest.get(owner)) for owner, history in self._histories.items()
        ]
        if twice := [window for window in known if window]:
            LOGGER.warning(days_twice(self._stream_name, twice))

    @property
    def emits_once(self) -> bool:
        """Whether a day that Pinterest is still counting waits for the next sync instead of being emitted twice."""
        return self._period.is_emitted_once

    def unread(self, owner: Owner = None) -> list[DateWindow]:
        """The days that are still to be read."""
        history = self._histories.get(owner, AccountHistory())
        if history.last and history.last > self._today:
            LOGGER.warning(
                f"{self._stream_name}: the state lies in the future ({history.last}). It counts as {self._today}.",
            )
            with self._lock:
                self._histories[owner] = history.as_of(self._today)
            return []
        gone = history.out_of_reach(self._period)
        for window in gone:
            LOGGER.warning(
                f"{self._stream_name}: the days {window.start} to {window.end} were never read, and Pinterest no "
                f"longer has them: it keeps the days from {self._period.earliest} on.",
            )
        if gone:
            with self._lock:
                self._histories[owner] = self._histories[owner].without(gone)
        return [item.window for item in history.unread(self._period)]

    def _move(self, stream_slice: StreamSlice, finding: DaysRead | None) -> None:
        """Move to the last settled day of the slice; an empty answer moves nothing."""
        if finding is not None:
            self._take(stream_slice.get(ACCOUNT_KEY), planned_window(stream_slice).window, finding)

    def _take(self, owner: Owner, window: DateWindow, days: DaysRead) -> None:
        """Take note of what was read of a window."""
        self._newest[owner] = max(days.newest, self._newest.get(owner, days.newest))
        self._histories[owner] = self._histories.get(owner, AccountHistory()).with_days(window, days.settled)

    def _cursor_of(self, owner: Owner, history: AccountHistory) -> dict[str, Any]:
        cursor, newest = history.to_state(self.field), self._newest.get(owner)
        return {**cursor, _NEWEST: str(newest)} if newest and history.last and newest > history.last else cursor


def _cursors(state: Mapping[str, Any], field: str) -> Iterator[tuple[Owner, Mapping[str, Any]]]:
    """The cursor of each owner, the token's own user last."""
    saved = read_state(state, field, min)
    yield from saved.accounts.items()
    if saved.flat:
        own = state if state.get(field) is not None else {}
        yield None, {**own, field: saved.flat}


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
            if self._is_state_due():
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

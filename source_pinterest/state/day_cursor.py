"""The cursor of days: of ad accounts, of profiles and of pins.

It keeps an `AccountHistory` for each ad account, and for the token's own user. Analytics and reports of ad accounts
commit windows that are split into slices, profiles move to the last final day of each response, and pins also have an
unfinished pass over all pins.
"""

import logging
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Self

from airbyte_cdk.sources.types import StreamSlice
from pendulum import Date

from source_pinterest import limits
from source_pinterest.dates import DateWindow, days_before, parse_day, subtract_window
from source_pinterest.state.cursor import PinterestCursor, StateStore, reading_state
from source_pinterest.state.formats import ACCOUNT_KEY, SavedState, read_state, write_state
from source_pinterest.state.history import AccountHistory, Plan, PlannedWindow, Purpose, WindowProgress
from source_pinterest.state.period import Period, Restatement

LOGGER = logging.getLogger("airbyte")

WINDOW = "window"
"""The extra field of a slice that holds its planned window."""

_FINGERPRINT, _FAILED, _SEEN, _PARTLY = "asked", "failed", "keyed", "partly"
_NEWEST, _READINGS = "read", "reading"

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
    """

    window: DateWindow
    settled: Date
    newest: Date | None = None
    after: int = 0

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


class DayCursor(PinterestCursor):
    """Keeps the days of each owner that count as read.

    The state holds for each owner its `AccountHistory`, its `KeyColumns` and the last day that was emitted (`read`), if
    that is later than the last one that counts as read. Beside the owners stand those that `failed`, a fingerprint of
    the request and the unfinished passes over pins.

    Args:
        store: has the incoming state and takes the outgoing ones.
        period: returns the days that this sync reads. It is called when they are needed first, and their explanation
            logged, since a request has told Pinterest's day by then.
        today: returns Pinterest's day, in UTC.
        fingerprint: a digest of the requested columns and attribution windows.
        organic: whether the days are those of profiles or pins. A flat cursor is then that of the token's own user, as
            in the official connector's state; else it stands in for ad accounts without an entry.
    """

    def __init__(
        self,
        store: StateStore,
        period: Callable[[], Period],
        today: Callable[[], Date],
        fingerprint: str = "",
        *,
        organic: bool = False,
    ) -> None:
        super().__init__(store)
        self.field = "date" if organic else "DATE"
        self._organic = organic
        self._fingerprint = fingerprint
        self._get_period, self._get_today = period, today
        incoming = store.incoming()
        with reading_state(store.stream_name):
            saved = read_state(incoming, self.field, min)
            cursors: dict[Owner, Mapping[str, Any]] = dict(saved.accounts.items())
            if saved.flat is not None:
                own = incoming if organic and incoming.get(self.field) is not None else {}
                cursors[None] = {**own, self.field: saved.flat}
            self._histories = {
                owner: AccountHistory.from_state(cursor, self.field) for owner, cursor in cursors.items()
            }
            self._newest = {
                owner: parse_day(cursor[_NEWEST]) for owner, cursor in cursors.items() if cursor.get(_NEWEST)
            }
            self._readings: dict[Owner, Reading] = {
                entry.get(ACCOUNT_KEY): Reading.from_state(entry) for entry in incoming.get(_READINGS) or ()
            }
            self._failed_accounts = set(map(str, incoming.get(_FAILED) or ()))
            self.keyed = KeyedAccounts(
                {account: KeyColumns.from_state(cursor) for account, cursor in saved.accounts.items()}
            )
        self._incoming = frozenset(saved.accounts)
        self._plans: dict[str, Plan] = {}
        self._started: dict[Owner, list[DateWindow]] = {}
        if incoming.get(_FINGERPRINT, fingerprint) != fingerprint:
            self._warn_of_old_values()

    @property
    def state(self) -> dict[str, Any]:
        """The state to emit."""
        cursors = {owner: self._cursor_of(owner, history) for owner, history in self._histories.items() if history.last}
        own = cursors.pop(None, {})
        accounts = {account: cursor for account, cursor in cursors.items() if account is not None}
        if self._organic:
            state = {**own, **(write_state(SavedState(accounts), self.field) if accounts else {})}
        else:
            state = write_state(SavedState(accounts, own.get(self.field)), self.field)
        readings = [
            {**({ACCOUNT_KEY: owner} if owner else {}), **reading.to_state()}
            for owner, reading in sorted(self._readings.items(), key=lambda item: item[0] or "")
            if reading.after
        ]
        more = {_FAILED: sorted(self._failed_accounts), _FINGERPRINT: self._fingerprint, _READINGS: readings}
        return {**state, **{name: value for name, value in more.items() if value}}

    def first_day(self, owner: Owner) -> Date:
        """Return the first day that may be read of an owner: the period's, or an earlier one that was read before."""
        start = self._period.start
        return max(self._period.earliest, min(start, self.history_of(owner).first or start))

    @property
    def emits_once(self) -> bool:
        """Whether each day is emitted only once, when it is final."""
        return self._period.is_emitted_once

    @cached_property
    def _period(self) -> Period:
        period = self._get_period()
        period.explain(self._stream_name)
        return period

    @cached_property
    def _today(self) -> Date:
        return self._get_today()

    @property
    def _final_by_age(self) -> Date:
        return days_before(self._today, limits.FINAL_AFTER_DAYS)

    @property
    def last_idle_day(self) -> Date:
        """The last day that had no activity if Pinterest leaves it out; later days may still come."""
        return days_before(self._today, limits.IDLE_AFTER_DAYS)

    def accounts(self) -> Iterable[str]:
        """Return the ad accounts of the incoming state."""
        return self._incoming

    def history_of(self, owner: Owner) -> AccountHistory:
        """Return the history of an owner; a flat cursor stands in for ad accounts without an entry."""
        stand_in = None if self._organic else self._histories.get(None)
        return self._histories.get(owner) or stand_in or AccountHistory()

    def oldest_first(self, accounts: Iterable[str]) -> list[str]:
        """Sort accounts by their cursors, so that each is read in turn under a small daily quota.

        Accounts that failed in the last sync come last, so that they take no requests from the others.
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

    def limit_to_final_days(self, last_final_day: Callable[[], Date] | None = None) -> None:
        """Limit the period to final days, unless the lookback is long enough to read the others again.

        Args:
            last_final_day: asks Pinterest for the last final day; called only if it is needed. By default, days are
                final at a certain age.
        """
        if self._period.restatement is not Restatement.BY_LOOKBACK:
            day = last_final_day() if last_final_day else self._final_by_age
            self._period = self._period.final_up_to(day)
            if self.emits_once:
                self._period = replace(self._period, end=min(day, self._period.end))
                self._warn_of_duplicates()

    def unread(self, owner: Owner = None) -> list[WindowProgress]:
        """Return the windows of an owner that are still to be read, and warn of those that can't be."""
        history, of_owner = self.history_of(owner), f" of ad account {owner}" if owner else ""
        if history.last and history.last > self._today:
            history = self._cut_back(owner, history, of_owner)
        gone, kept = history.out_of_reach(self._period), "" if self._organic else " They stay in the state as missing."
        for window in gone:
            LOGGER.warning(
                f"{self._stream_name}: the days {window}{of_owner} were never read and are too old now: Pinterest "
                f"keeps the days from {self._period.earliest} on.{kept}",
            )
        if gone and self._organic:
            with self._lock:
                self._histories[owner] = history.without(gone)
        return history.unread(self._period)

    def _cut_back(self, owner: Owner, history: AccountHistory, of_owner: str) -> AccountHistory:
        """Take a history that lies in the future back to its last settled day, and warn of it."""
        cut = history.as_of(self._today)
        since = cut.last.add(days=1) if cut.last else self._period.start
        twice = "" if self._period.merges_by_key else f" Rows of the days {since} to {self._today} may stand twice."
        LOGGER.warning(
            f"{self._stream_name}: the state{of_owner} lies in the future ({history.last}; today is {self._today}). "
            f"The days from {since} on are read again.{twice}",
        )
        with self._lock:
            self._histories[owner] = cut
            self._newest.pop(owner, None)
        return cut

    def unread_windows(self, account: str) -> list[DateWindow]:
        """Return the days of the unread windows, without a warning, for an estimate."""
        return [item.window for item in self.history_of(account).unread(self._period)]

    def plan(self, account: str, windows: list[WindowProgress], slices: list[int]) -> list[PlannedWindow]:
        """Add windows to the plan of an account before the first of them is read.

        Args:
            account: the ad account.
            windows: the windows, in the order in which they are read.
            slices: the number of slices of each window.
        """
        with self._lock:
            plan = self._plans.setdefault(account, Plan(self.history_of(account)))
            planned = plan.add(windows, slices)
            self._histories[account] = self._present_history(account)
        return planned

    def expect_one_more(self, account: str, planned: PlannedWindow) -> None:
        """Add one slice to a planned window."""
        with self._lock:
            self._plans[account].expect_one_more(planned.number)

    def note_unusable(self, stream_slice: StreamSlice) -> None:
        """Mark the days of a slice as missing if they were read before, because its rows can't be used."""
        if not self._organic:  # their days stay unread, since the cursor does not move
            with self._lock:
                self._plans[stream_slice[ACCOUNT_KEY]].note_unusable(planned_window(stream_slice).number)

    def count(self, records: int, stream_slice: StreamSlice) -> None:
        """Count records that are about to be queued, and record that their window was emitted in part."""
        super().count(records, stream_slice)
        if records and not self._organic:
            with self._lock:
                self._plans[stream_slice[ACCOUNT_KEY]].note_emitted(planned_window(stream_slice).number)

    def fail(self, stream_slice: StreamSlice) -> None:
        """Leave the window of a slice that could not be read to the next sync."""
        if WINDOW in stream_slice.extra_fields and not self._organic:
            with self._lock:
                self._resolve(stream_slice, failed=True)

    def note_failure(self, stream_slice: StreamSlice) -> None:
        """Record that an account failed; a later sync that reads all of its windows clears the record."""
        if not self._organic:
            with self._lock:
                self._failed_accounts.add(stream_slice[ACCOUNT_KEY])

    def reading(self, owner: Owner) -> Reading | None:
        """Return the unfinished pass of an owner, or a new one over days that this sync has not requested yet."""
        known = self._readings.get(owner)
        window = known.window.clamp(self._period.earliest) if known else None
        if known and window:
            return replace(known, window=window)
        started = self._started.setdefault(owner, [])
        unread = [item.window for item in self.unread(owner)]
        for window in started:
            unread = subtract_window(unread, window)
        if not unread:
            return None
        started.append(unread[0])
        return Reading(unread[0], settled=unread[0].end)

    def advance(self, owner: Owner, reading: Reading) -> None:
        """Record the progress of a pass, and emit a state if one is due."""
        with self._lock:
            self._readings[owner] = reading
            if self._is_state_due():
                self._emit()

    def finish(self, owner: Owner, reading: Reading) -> None:
        """Record that a pass has read every pin, and move to the last day that is final for all of them."""
        with self._lock:
            self._readings.pop(owner, None)
            if reading.window.end >= self._period.end:  # a pass of an earlier sync may be up to date as well
                self._started.setdefault(owner, []).append(reading.window)
            settled = min(reading.settled, max(reading.newest or self.last_idle_day, self.last_idle_day))
            self._take(owner, reading.window, DaysRead(reading.newest, settled))

    def ensure_at_least_one_state_emitted(self) -> None:
        """Emit the last state of the stream, and warn of days that were emitted in part."""
        self._warn_of_parts()
        super().ensure_at_least_one_state_emitted()

    def _move(self, stream_slice: StreamSlice, finding: Any) -> None:
        """Add the days of a slice that was read. Of a profile, only the final days of its response count."""
        if isinstance(finding, DaysRead):
            self._take(stream_slice.get(ACCOUNT_KEY), planned_window(stream_slice).window, finding)
        if isinstance(finding, KeyColumns):
            self.keyed.note(stream_slice[ACCOUNT_KEY], finding)
        if not self._organic:
            self._resolve(stream_slice, failed=False)

    def _take(self, owner: Owner, window: DateWindow, days: DaysRead) -> None:
        """Add the days of a window to the history of an owner."""
        if days.newest and not self.emits_once:
            self._newest[owner] = max(days.newest, self._newest.get(owner, days.newest))
        self._histories[owner] = self.history_of(owner).with_days(window, days.settled)

    def _cursor_of(self, owner: Owner, history: AccountHistory) -> dict[str, Any]:
        cursor, newest = history.to_state(self.field), self._newest.get(owner)
        if newest and history.last and newest > history.last:
            cursor[_NEWEST] = str(newest)
        return {**cursor, **self.keyed.to_state(owner)} if owner else cursor

    def _resolve(self, stream_slice: StreamSlice, *, failed: bool) -> None:
        account = stream_slice[ACCOUNT_KEY]
        plan = self._plans[account]
        plan.resolve(planned_window(stream_slice).number, failed=failed)
        self._histories[account] = self._present_history(account)
        if plan.is_done:
            self._failed_accounts.discard(account)

    def _present_history(self, account: str) -> AccountHistory:
        """Return the history of an account at this point of the sync.

        Days are final at a certain age. Where Pinterest was asked for the last final day, that day is taken instead.
        """
        by_age, limit = self._final_by_age, self._period.last_final_day
        is_by_lookback = self._period.restatement is Restatement.BY_LOOKBACK
        final = min(by_age, limit or by_age) if is_by_lookback else limit or by_age
        return self._plans[account].history(limit, final)

    def _rank_of(self, account: str) -> tuple[bool, str]:
        history = self.history_of(account)
        has_missing = any(window.end >= self._period.earliest for window in history.missing)
        return account in self._failed_accounts or has_missing, str(history.last or "")

    def _warn_of_duplicates(self) -> None:
        """Warn of days that the destination has twice after this sync."""
        histories = self._histories.items()
        known = [history.duplicated(self._period, self._newest.get(owner)) for owner, history in histories]
        if twice := [window for window in known if window]:
            LOGGER.warning(
                f"{self._stream_name}: the days {_span(twice)} were read while their numbers were still moving, and "
                "are emitted once more, now that they are final. The destination appends, so these days appear twice "
                "in the table: keep the row with the newest _airbyte_extracted_at, or clear the stream's data.",
            )

    def _warn_of_parts(self) -> None:
        """Warn of days whose rows were emitted although they don't count as read."""
        if self._period.merges_by_key:
            return
        once, plans = self._period.without_rereading(), self._plans.items()
        with self._lock:
            twice = [days for account, plan in plans for days in plan.duplicated(self._histories[account], once)]
        if not twice:
            return
        who = "the next sync" if self._store.refresh is None else "another attempt"
        LOGGER.warning(
            f"{self._stream_name}: the days {_span(twice)} were emitted in part, because not all of them could be "
            f"read, and {who} emits them whole. The destination keeps every row, so rows of these days then appear "
            "twice in the table: keep the row with the newest _airbyte_extracted_at, or clear the stream's data.",
        )

    def _warn_of_old_values(self) -> None:
        """Warn of days that were read with other columns or attribution windows and are not read again."""
        kept = [window for history in self._histories.values() if (window := self._not_reread(history))]
        if kept:
            LOGGER.warning(
                f"{self._stream_name}: the columns or the attribution window have changed since the last sync. The "
                f"days {_span(kept)} keep their old values; clear the stream's data to read them again.",
            )

    def _not_reread(self, history: AccountHistory) -> DateWindow | None:
        """Return the days of a history that this sync does not read again."""
        if history.last is None:
            return None
        tail = next((item.window for item in history.unread(self._period) if item.purpose is Purpose.TAIL), None)
        end = min(history.last, days_before(tail.start, 1)) if tail else history.last
        start = history.first or min(end, self._period.earliest)
        return DateWindow(start, end) if start <= end else None


def planned_window(stream_slice: StreamSlice) -> PlannedWindow:
    """Return the window of a slice."""
    return stream_slice.extra_fields[WINDOW]  # type: ignore[no-any-return]


def _span(windows: Collection[DateWindow]) -> DateWindow:
    """Return the window from the first day of all windows to the last."""
    return DateWindow(min(window.start for window in windows), max(window.end for window in windows))

"""Daily metrics of pins.

The tasks of all pins are planned and read in turn by one worker, so that their quota, 60 requests a minute, does not
hold up the workers of other streams.

A pin that can't be read is a task that has failed: the run of the stream decides what it costs, and the cursor keeps
the pin behind the others, with its own days. The next sync asks for it first, once and without retries. A pin that
Pinterest refuses is left out, and asked for by the next pass.

With the option Only Pins with Activity, a pass leaves out pins without activity in the last 90 days, by their totals in
the list of pins. At least once a week, a pass covers all pins, and all days since the last such pass.

Pins may lag apart. A day is final once it is final for every pin that has rows. A day that a pin lacks is final at a
certain age, because Pinterest leaves out days without activity.
"""

import logging
import math
from collections.abc import Collection, Generator, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import partial

from airbyte_cdk.models import DestinationSyncMode
from pendulum import Date

from source_pinterest import limits
from source_pinterest.api.errors import (
    ConfigError,
    GoneError,
    NothingLeftError,
    PinterestError,
    RefusedError,
    SliceError,
    UnavailableError,
)
from source_pinterest.api.rows import Record
from source_pinterest.config import ONLY_ACTIVE_PINS
from source_pinterest.dates import DateWindow, days_before, parse_day
from source_pinterest.engine.asks import Ids
from source_pinterest.engine.bundles import Bundle
from source_pinterest.engine.ledger import FAILURES_IN_A_ROW
from source_pinterest.engine.tasks import END, START, Task, or_failed
from source_pinterest.state.cursor import StateStore
from source_pinterest.state.day_cursor import Owner
from source_pinterest.state.days import Read
from source_pinterest.state.formats import ACCOUNT_KEY
from source_pinterest.state.owed import PIN_KEY, Debt
from source_pinterest.state.period import DayRange, Setup
from source_pinterest.state.pin_cursor import PINS_KEY, Pass, PinCursor
from source_pinterest.streams.analytics.report import Estimate
from source_pinterest.streams.base.listing import number_or_text
from source_pinterest.streams.base.owed import tasks_of_owed
from source_pinterest.streams.base.stream import ForeignKey, Rank, Sync
from source_pinterest.streams.organic.base import OrganicStream
from source_pinterest.streams.organic.pin_requests import Answer, PinRequests, Query
from source_pinterest.streams.organic.pins import Pins
from source_pinterest.streams.organic.profile import PROVISIONAL, days_of, final_day

LOGGER = logging.getLogger("airbyte")


class PinAnalytics(OrganicStream):
    """Daily metrics of pins. https://developers.pinterest.com/docs/api/v5/pins-analytics."""

    primary_key: str | list[str] = ["pin_id", "date"]  # noqa: RUF012 - an attribute of the framework's
    path_template = "pins/{pin_id}/analytics"
    page_size = None
    scopes = ("boards:read", "pins:read")
    parent_fields = ("pin_id",)
    foreign_keys = (ForeignKey("pins", ("pin_id",)),)
    cursor_field = "date"
    cost = (
        "one request for each pin and 90 days, or for each "
        f"{limits.PINS_PER_ANALYTICS_REQUEST} pins if Pinterest has let your app into its beta"
    )
    rank = Rank.EACH_PIN
    checkpoint: PinCursor
    needs = (Pins,)
    days = DayRange(limits.SYNC_HISTORY_DAYS)

    def __init__(self, sync: Sync) -> None:
        super().__init__(sync)
        self._pins = sync.stream(Pins)
        self._only_active = False
        self._due: Collection[tuple[Owner, str]] = ()
        self._requests = PinRequests(self, self._pins)

    def select(self) -> None:
        """Have the list of pins ask for totals, which tell the pins without activity."""
        super().select()
        self._pins.keeps_totals = True

    def new_cursor(self, setup: Setup, store: StateStore) -> PinCursor:
        """Return a cursor that holds the days of all pins of an owner together.

        Raises:
            ConfigError: the destination appends, and the option asks for pins with activity only.
        """
        self._only_active = self.config.pin_analytics_only_active and not store.refresh
        how = setup.configured
        if self._only_active and how and how.destination_sync_mode is DestinationSyncMode.append:
            raise ConfigError(
                f"{self.name}: the option {ONLY_ACTIVE_PINS} needs a destination that merges rows by their key, since "
                "numbers may come later than those of other pins. Choose Append + Deduped, or turn the option off."
            )
        return PinCursor(store, self.period_of(setup), only_active=self._only_active)

    def tasks(self) -> Iterator[Task]:
        """Yield one task that stands for those of all pins, once the pins of every owner are listed."""
        owners = list(super().tasks())
        for owner in (owner for owner in owners if not owner.error):
            with suppress(SliceError):  # raised again when the tasks of the owner are planned
                self._pins.ids.of(owner.parent_ids)
        yield Task.in_turn({}, lambda: self.tasks_in_turn(owners))

    def tasks_in_turn(self, owners: Sequence[Task]) -> Iterator[Task]:
        """Yield the tasks of the pins of each owner. Those that have waited longest come first."""
        yield from (owner for owner in owners if owner.error)
        readable = {owner.get(ACCOUNT_KEY): owner for owner in owners if not owner.error}
        self._due = {(account, str(pin)) for account, pin in self.checkpoint.asked_for(readable)}
        for account in self.checkpoint.oldest_first(readable):
            yield from or_failed(readable[account].parents, self._tasks_of(readable[account]))

    def _tasks_of(self, owner: Task) -> Iterator[Task]:
        """Yield the tasks of an owner's pins: first of those that are behind the others, then of each pass."""
        account, pins = owner.get(ACCOUNT_KEY), self._pins_of(owner)
        only_active = self._only_active and self._knows_activity(account, pins)
        yield from self._tasks_of_those_behind(owner)
        while self.ledger.may_read(owner.parent) and (
            current := self.checkpoint.next_pass(account, only_active=only_active)
        ):
            behind = self.checkpoint.behind(account)
            ahead = [str(pin) for pin in sorted(pins) if pin > current.after and pin not in behind]
            unread = list(filter(self._pins.is_active, ahead)) if current.only_active else ahead
            Estimate(1, 1, 0, requests=self._requests_for(unread)).log(self.name, self.shared.organic_pace())
            if current.only_active:
                self._log_saving("saves at least", ahead, unread)
            yield from self._tasks_of_pass(owner, current, tuple(unread))
            if current.only_active:
                self._log_saving("saved", ahead, unread)

    def _pins_of(self, owner: Task) -> set[int]:
        """Return the ids of an owner's pins, by whose order a pass goes on, without those that are no number."""
        found = list(map(number_or_text, self._pins.ids.of(owner.parent_ids)))
        if others := [pin for pin in found if isinstance(pin, str)]:
            left_out = f"{len(others):,} pins whose id is no number, such as {others[0]:.20}, are left out."
            self.notices.warn(left_out, left_out)
        return {pin for pin in found if isinstance(pin, int)}

    def _knows_activity(self, account: str | None, pins: Collection[int]) -> bool:
        if self._pins.has_totals(account):
            return True
        if pins:
            LOGGER.warning(
                f"{self.name}: no pin in Pinterest's list has totals of the last 90 days (pin_metrics), so the option "
                f"{ONLY_ACTIVE_PINS} is off in this sync, and all pins are asked for."
            )
        return False

    def _requests_for(self, pins: Sequence[str]) -> int:
        return math.ceil(len(pins) / self._requests.pins_in_a_request)

    def _log_saving(self, saves: str, pins: Sequence[str], read: Sequence[str]) -> None:
        """Log how many requests a pass saves by leaving out the pins without activity."""
        saved = self._requests_for(pins) - self._requests_for(read)
        LOGGER.info(
            f"{self.name}: {len(read):,} of {len(pins):,} pins had activity in the last 90 days. The option "
            f"{ONLY_ACTIVE_PINS} {saves} {saved:,} requests."
        )

    # ---- Pins behind the others

    def _tasks_of_those_behind(self, owner: Task) -> Iterator[Task]:
        """Ask for the pins behind. Yield tasks that emit the days that they lack and the others have."""
        account = owner.get(ACCOUNT_KEY)
        self.checkpoint.forget_old_days(account)
        owed = {str(pin): Debt(one.lacks, one.failed_syncs) for pin, one in self.checkpoint.behind(account).items()}
        return tasks_of_owed(self, owner.parents, owed, self._due, partial(self._task_of_one_behind, owner))

    def _task_of_one_behind(self, owner: Task, pin: str) -> Task:
        """Request a pin once, without retries. Return the task that emits its days, or a failed one."""
        owed, asked = self.checkpoint.owed(owner.get(ACCOUNT_KEY), int(pin))
        [answer] = self._requests.answers((pin,), self._query(owner, asked, max_retries=0))
        if error := answer.error or _absence(answer):
            return self._failed(owner, answer.pins, asked, error, is_isolated=not isinstance(error, UnavailableError))
        read = self._read_of(asked, answer.rows)
        rows = [row for row in answer.rows if owed.has(parse_day(row["date"]))]
        return self._task(owner, self._up_to(read.final, rows), read, answer.pins)

    # ---- Passes over all pins

    def _tasks_of_pass(self, owner: Task, begun: Pass, pins: Ids) -> Iterator[Task]:
        """Yield a task for each batch of pins, and one that ends the pass.

        If each day is emitted once, days that are not old enough are held until the last pin is read, since a later pin
        may lag behind. A pass that an earlier sync began, or that has too many such rows, leaves them to the next.

        Raises:
            SliceError: Pinterest refuses pins that it has served before.
        """
        current, window = begun, begun.window
        old = min(begun.settled, self.checkpoint.last_idle_day) if self.checkpoint.emits_once else window.end
        held: list[Record] | None = None if begun.after else []
        # A pass of young days emits nothing before its end, so that a later sync has to begin it anew.
        may_go_on = old >= window.start or begun.after > 0
        left_out = refused_in_a_row = 0
        last = int(pins[-1]) if pins else 0
        for answer in self._requests.answers(pins, self._query(owner, window)):
            if answer.error:
                yield self._failed(owner, answer.pins, window, answer.error)
                left_out += isinstance(answer.error, RefusedError | GoneError)
                refused_in_a_row += isinstance(answer.error, RefusedError)
                if refused_in_a_row == FAILURES_IN_A_ROW:
                    refused_in_a_row = 0
                    current, last = self._past_refused(owner, current, int(answer.pins[-1]), last), 0
                    yield self._task(owner, [], current.up_to(old) if may_go_on else begun)
            elif absence := _absence(answer):
                yield self._failed(owner, answer.lacking, window, absence)
            if not self.ledger.may_read(owner.parent):
                return
            if answer.error or len(answer.lacking) == len(answer.pins):
                continue
            refused_in_a_row = 0
            current = current.plus(self._read_of(window, answer.rows), int(answer.pins[-1]))
            rows = [row for row in answer.rows if window.start <= parse_day(row["date"]) <= window.end]
            if held is not None:
                held += [row for row in rows if str(row["date"]) > str(old)]
                held = held if len(held) <= limits.HELD_ROWS else None
            yield self._task(owner, self._up_to(old, rows), current.up_to(old) if may_go_on else begun)
        yield from self._end_of_pass(owner, current.up_to(current.settled if held else old), held or [], left_out)

    def _end_of_pass(self, owner: Task, ended: Pass, held: list[Record], left_out: int) -> Iterator[Task]:
        """Yield the task that ends a pass. If several pins were left out and none was served, it has failed."""
        if ended.served or not left_out:
            yield self._task(owner, self._up_to(ended.settled, held), replace(ended, is_over=True))
        elif left_out > 1:
            error = NothingLeftError(self.name, left_out, f"The path was {self.path_template}.")
            yield Task.failed(owner.parents, error)

    def _past_refused(self, owner: Task, current: Pass, after: int, last: int) -> Pass:
        """Return the pass past several refused pins, if Pinterest still serves another one.

        Args:
            owner: the owner of the pins.
            current: the pass.
            after: the id of the last of the refused pins.
            last: the id of the last pin of the pass, which is asked for if none has been served yet; 0 if it was.

        Raises:
            SliceError: Pinterest refuses a pin that it has served in this pass, and so all of them.
        """
        pin = current.served or last
        if not pin:
            return current
        [answer] = self._requests.answers((str(pin),), self._query(owner, current.window))
        if isinstance(answer.error, RefusedError) and current.served:
            raise SliceError(
                f"{self.name}: Pinterest refuses {FAILURES_IN_A_ROW} pins in a row, and pin {pin}, which it has served "
                f"before. The next sync goes on there. {answer.error.message}",
                kind=answer.error.kind,
            )
        return current if answer.error else replace(current, after=after, served=pin)

    # ---- Tasks and their ends

    def _task(self, owner: Task, rows: list[Record], finding: Pass | Read, behind: Ids = ()) -> Task:
        """Return the task that emits rows that were fetched, and tells the cursor what was found."""

        def read(_: Task) -> Generator[Bundle, None, Pass | Read]:
            yield from self.to_bundles([{**owner.parents, **row} for row in rows])
            return finding

        return Task(owner.parents, read, finding.window, {PINS_KEY: behind} if behind else None)

    def _failed(
        self, owner: Task, pins: Ids, window: DateWindow, error: PinterestError, *, is_isolated: bool = False
    ) -> Task:
        """Return the failed task of pins."""
        if not isinstance(error, RefusedError | GoneError):
            which = f"pin {pins[0]}" if len(pins) == 1 else f"{len(pins):,} pins, such as {pins[0]},"
            error = SliceError(
                f"{self.name}: {which} can't be read. The state keeps the days since {window.start} as unread, and "
                f"the next sync asks for them once. {error.quote or error.message}",
                kind=error.kind,
                is_isolated=is_isolated,
            )
        task = Task.failed({**owner.parents, PIN_KEY: pins[0]}, error, window, {PINS_KEY: pins})
        task.parent = owner.parent
        return task

    def _query(self, owner: Task, window: DateWindow, max_retries: int | None = None) -> Query:
        """Return what is asked of pins to know the days of a window.

        The request covers a few days before it too, to tell a pin that lags behind the window from an idle one. If the
        window reaches as far back as the totals in the list of pins, so does the request, and it ends as they do.
        """
        today = self.shared.today()
        covers_totals = window.start <= days_before(today, limits.SYNC_HISTORY_DAYS)
        asked = DateWindow(min(window.start, self.checkpoint.last_idle_day), today if covers_totals else window.end)
        start, end = asked.as_pair()
        params = {**self.request_params(stream_slice=owner), START: start, END: end}
        return Query(owner.get(ACCOUNT_KEY), params, covers_totals, max_retries)

    def _read_of(self, window: DateWindow, rows: list[Record]) -> Read:
        """Return up to which day of a window the rows of some pins are final: for every pin that has recent ones."""
        idle = self.checkpoint.last_idle_day
        final = final_day(window.end, rows, PIN_KEY, idle)
        final = max(final, min(window.end, idle)) if self.checkpoint.emits_once else final
        newest = max((day for day in days_of(rows) if window.start <= day <= window.end), default=None)
        return Read(window, final, newest=newest)

    def _up_to(self, day: Date | None, rows: list[Record]) -> list[Record]:
        """Return the rows to emit: if each day is emitted once, those up to a day, else all.

        Rows that Pinterest still counts, although they are old enough, are then left out.
        """
        if not self.checkpoint.emits_once:
            return rows
        old = [row for row in rows if str(row["date"]) <= str(day)]
        final = [row for row in old if row.get("data_status") not in PROVISIONAL]
        if len(final) < len(old):
            self.notices.warn(
                "provisional days",
                f"Pinterest still counts days up to {day} of some pins. The destination appends, so they are left out.",
            )
        return final


def _absence(answer: Answer) -> SliceError | None:
    """Return the error of the pins that a response lacks although they had activity; None if it lacks none."""
    if not answer.lacking:
        return None
    return SliceError(
        f"Pinterest leaves out {len(answer.lacking):,} of {len(answer.pins):,} pins, although they had activity."
    )

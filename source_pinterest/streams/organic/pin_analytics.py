"""Daily metrics of pins.

The tasks of all pins are planned and read in turn by one worker, so that their quota, 60 requests a minute, does not
hold up the workers of other streams.

A pin that can't be read is a task that has failed: the run of the stream decides what it costs, and the cursor owes its
days. The next sync asks for it first, once and without retries. A pin that Pinterest refuses is left out, and asked for
by the next pass.

With the option Only Pins with Activity, a pass leaves out pins without activity in the last 90 days, by their totals in
the list of pins. At least once a week, a pass covers all pins, and all days since the last such pass.

Pinterest shows the newest days late, of one pin later than of another. So a day is final at a certain age.
"""

import logging
import math
from collections.abc import Collection, Generator, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace

from airbyte_cdk.models import DestinationSyncMode, FailureType

from source_pinterest import limits
from source_pinterest.api.bodies import Record
from source_pinterest.api.errors import (
    ConfigError,
    GoneError,
    PinterestError,
    RefusedError,
    SliceError,
    UnavailableError,
)
from source_pinterest.config import ONLY_ACTIVE_PINS
from source_pinterest.dates import DateWindow, days_before, parse_day
from source_pinterest.engine.asks import Ids
from source_pinterest.engine.bundles import Bundle
from source_pinterest.engine.ledger import FAILURES_IN_A_ROW
from source_pinterest.engine.listed_ids import number_or_text
from source_pinterest.engine.tasks import Task, batches
from source_pinterest.state.cursor import StateStore
from source_pinterest.state.days import DaySet, Owner
from source_pinterest.state.formats import ACCOUNT_KEY
from source_pinterest.state.owed import PIN_KEY
from source_pinterest.state.period import DayRange, Setup
from source_pinterest.state.pin_cursor import AFTER_KEY, PINS_KEY, Pass, PinCursor
from source_pinterest.streams.analytics.report import Estimate
from source_pinterest.streams.base.declaration import ForeignKey, Parent, Rank
from source_pinterest.streams.base.owed import tasks_of_owed
from source_pinterest.streams.base.sync import Sync
from source_pinterest.streams.organic.base import OrganicStream
from source_pinterest.streams.organic.pin_requests import Answer, PinRequests, Query
from source_pinterest.streams.organic.pins import TOTALS, Pins
from source_pinterest.streams.organic.profile import provisional_days, warn_of_provisional

LOGGER = logging.getLogger("airbyte")


class PinAnalytics(OrganicStream):
    """Daily metrics of pins. https://developers.pinterest.com/docs/api/v5/pins-analytics."""

    key = ("pin_id", "date")
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
    parents = (Parent(Pins, wants=TOTALS),)
    day_range = DayRange(limits.SYNC_HISTORY_DAYS, final_after=limits.ORGANIC_FINAL_AFTER_DAYS)

    def __init__(self, sync: Sync) -> None:
        super().__init__(sync)
        self._pins = sync.stream(Pins)
        self._only_active = False
        self._requests = PinRequests(self, self._pins)
        self._provisional: list[str] = []
        """The days of rows that Pinterest still counts, and that the destination gets once."""

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
        return PinCursor(store, self.period_of(setup))

    def tasks(self) -> Iterator[Task]:
        """Yield one task that stands for those of all pins, once the pins of every owner are listed."""
        owners = list(super().tasks())
        for owner in (owner for owner in owners if not owner.error):
            with suppress(SliceError):  # raised again when the tasks of the owner are planned
                self._pins.ids.get(owner.parent_ids)
        yield Task.in_turn({}, lambda: self.tasks_in_turn(owners))

    def tasks_in_turn(self, owners: Sequence[Task]) -> Iterator[Task]:
        """Yield the tasks of the pins of each owner. Those that have waited longest come first."""
        yield from (owner for owner in owners if owner.error)
        readable = {owner.get(ACCOUNT_KEY): owner for owner in owners if not owner.error}
        due = self.checkpoint.owed.due(readable)
        for account in self.checkpoint.begin(readable):
            try:
                yield from self._tasks_of(readable[account], due)
            except SliceError as error:  # the pins can't be listed, or are all refused
                yield Task.failed(readable[account].parents, error)
        warn_of_provisional(self, self._provisional)

    def _tasks_of(self, owner: Task, due: Collection[tuple[Owner, str]]) -> Iterator[Task]:
        """Yield the tasks of an owner's pins: first of those that are owed and due, then of each pass."""
        account, pins = owner.get(ACCOUNT_KEY), self._pins_of(owner)
        knows_activity = self._only_active and self._knows_activity(account, pins)
        self.checkpoint.forget_days(account)
        owed = self.checkpoint.owed.debts(account)
        yield from tasks_of_owed(
            self, owner.parents, owed, due, lambda pin: self._task_of_owed(owner, pin, owed[pin].days)
        )
        for begun in self.checkpoint.passes(account, knows_activity=knows_activity):
            if not self.ledger.may_read(owner.group):
                return
            yield from self._tasks_of_pass(owner, begun, sorted(pins))

    def _pins_of(self, owner: Task) -> set[int]:
        """Return the ids of an owner's pins, by whose order a pass goes on, without those that are no number."""
        pins = list(map(number_or_text, self._pins.ids.get(owner.parent_ids)))
        if others := [pin for pin in pins if isinstance(pin, str)]:
            left_out = f"{len(others):,} pins whose id is no number, such as {others[0]:.20}, are left out."
            self.notices.warn(left_out, left_out)
        return {pin for pin in pins if isinstance(pin, int)}

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

    def _task_of_owed(self, owner: Task, pin: str, days: DaySet) -> Task:
        """Request a pin once, without retries. Return the task that emits the days that it lacks, or a failed one."""
        today = self.shared.today()
        window = (days or DaySet.between(today, today)).span
        [answer] = self._requests.answers((pin,), self._query(owner, window, max_retries=0))
        if error := answer.error or _failure_of(answer):
            return self._failed(owner, answer.pins, window, error, is_isolated=not isinstance(error, UnavailableError))
        rows = [row for row in answer.rows if days.has(parse_day(row["date"]))]
        return self._task(owner, window, rows, pins=answer.pins)

    def _tasks_of_pass(self, owner: Task, begun: Pass, pins: Sequence[int]) -> Iterator[Task]:
        """Yield the tasks of a pass, and one that ends it."""
        owed = self.checkpoint.owed.debts(owner.get(ACCOUNT_KEY))
        wanted = [pin for pin in map(str, pins) if pin not in owed]
        ahead = [pin for pin in wanted if not begun.is_past(pin)]
        passed = wanted[: len(wanted) - len(ahead)]
        unread = list(filter(self._pins.is_active, ahead)) if begun.only_active else ahead
        Estimate(1, 1, 0, requests=self._requests_for(unread)).log(self, "org_analytics")
        if begun.only_active:
            self._log_saving("saves at least", ahead, unread)
        for part in batches(unread, limits.PINS_PER_ANALYTICS_REQUEST):
            if not (yield from self._tasks_of_part(owner, begun, part, passed)):
                return
            passed += part
        yield self._task(owner, begun.window, [], replace(begun, is_over=True))
        if begun.only_active:
            self._log_saving("saved", ahead, unread)

    def _tasks_of_part(self, owner: Task, begun: Pass, pins: Ids, passed: Sequence[str]) -> Generator[Task, None, bool]:
        """Yield a task for each batch of pins that was read, and a failed one for those that weren't.

        A few refusals after a pin that was served concern these pins alone. Other refusals are judged after the last
        pin, by asking again for a pin that was served. Until then, no failed pin moves the pass.

        Args:
            owner: the owner of the pins.
            begun: the pass.
            pins: the next pins of the pass, a hundred at most.
            passed: those that it has come past.

        Returns:
            Whether the pass goes on behind these pins; False if it ends here in this sync.
        """
        window, query = begun.window, self._query(owner, begun.window)
        served, refusals = Ids(), list[PinterestError]()
        for answer in self._requests.answers(pins, query):
            after = int(answer.pins[-1])
            if isinstance(answer.error, RefusedError | GoneError):
                refusals.append(answer.error)
                yield self._failed(owner, answer.pins, window, answer.error)
            elif answer.served:
                served, refusals = answer.served[-1:], []
                yield self._task(owner, window, answer.rows, replace(begun, after=after), answer.lacking)
            if error := _failure_of(answer):
                moved_to = after if _are_of_single_pins(refusals, served) else 0
                yield self._failed(owner, answer.lacking or answer.pins, window, error, moved_to)
            if not self.ledger.may_read(owner.group):
                return False
        if not self._are_judged(refusals, served, passed, query):
            return False
        if refusals:
            yield self._task(owner, window, [], replace(begun, after=int(pins[-1])))
        return True

    def _are_judged(self, refusals: Sequence[PinterestError], served: Ids, passed: Sequence[str], query: Query) -> bool:
        """Return whether refusals are those of single pins, since Pinterest still serves another one.

        The refusal of an owner's only pin stays open.

        Raises:
            SliceError: Pinterest refuses several pins, and serves no other pin.
        """
        others = served or tuple(passed[:: 1 + len(passed) // FAILURES_IN_A_ROW])
        if _are_of_single_pins(refusals, served) or any(
            answer.served for answer in self._requests.answers(others, query)
        ):
            return True
        if passed or len(refusals) > 1:
            raise SliceError(
                f"{self.name}: Pinterest refuses {len(refusals):,} pins and serves no other one of the same user. The "
                "next sync asks for them again. If this happens again, check what the token's user may see, or leave "
                f"the stream out. {refusals[-1].quote or refusals[-1].message}",
                kind=FailureType.transient_error,
            )
        return False

    def _task(
        self, owner: Task, window: DateWindow, rows: list[Record], reached: Pass | None = None, pins: Ids = ()
    ) -> Task:
        """Return the task that emits those rows that were fetched which lie in a window.

        Args:
            owner: the owner of the pins.
            window: the days.
            rows: the rows.
            reached: the pass up to these pins; None if they were owed.
            pins: the pins that were owed and have answered, or those that the pass owes.
        """

        def read(_: Task) -> Generator[Bundle, None, Pass | None]:
            in_window = [row for row in rows if window.start <= parse_day(row["date"]) <= window.end]
            if self.checkpoint.emits_once:
                self._provisional += provisional_days(in_window)
            yield from self.to_bundles([{**owner.parents, **row} for row in in_window])
            return reached

        return Task(owner.parents, read, window, {PINS_KEY: pins} if pins else None)

    def _failed(
        self,
        owner: Task,
        pins: Ids,
        window: DateWindow,
        error: PinterestError,
        after: int = 0,
        *,
        is_isolated: bool = False,
    ) -> Task:
        """Return the failed task of pins, which moves a pass behind the pin `after`."""
        if not isinstance(error, RefusedError | GoneError):
            which = f"pin {pins[0]}" if len(pins) == 1 else f"{len(pins):,} pins, such as {pins[0]},"
            error = SliceError(
                f"{self.name}: {which} can't be read. The state keeps the days since {window.start} as unread, and "
                f"the next sync asks for them once. {error.quote or error.message}",
                kind=error.kind,
                is_isolated=is_isolated,
            )
        task = Task.failed({**owner.parents, PIN_KEY: pins[0]}, error, window, {PINS_KEY: pins, AFTER_KEY: after})
        task.group = owner.group
        return task

    def _query(self, owner: Task, window: DateWindow, max_retries: int | None = None) -> Query:
        """Return what is asked of pins to know the days of a window.

        If the window reaches as far back as the totals in the list of pins, the request ends as they do.
        """
        today = self.shared.today()
        covers_totals = window.start <= days_before(today, limits.SYNC_HISTORY_DAYS)
        requested = DateWindow(window.start, today if covers_totals else window.end)
        params = self.request_params(stream_slice=owner)
        return Query(owner.get(ACCOUNT_KEY), params, requested, covers_totals, max_retries)


def _are_of_single_pins(refusals: Sequence[PinterestError], served: Ids) -> bool:
    """Return whether at most a few pins were refused since one was served."""
    return not refusals or (len(served) > 0 and len(refusals) < FAILURES_IN_A_ROW)


def _failure_of(answer: Answer) -> SliceError | None:
    """Return why pins could not be read, which Pinterest neither refuses nor calls gone: also those that it lacks."""
    if isinstance(answer.error, RefusedError | GoneError):
        return None
    if answer.lacking:
        lacking = f"{len(answer.lacking):,} of {len(answer.pins):,} pins, although they had activity."
        return SliceError(f"Pinterest leaves out {lacking}")
    return answer.error

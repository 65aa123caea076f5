"""Daily metrics of pins.

The tasks of all pins are planned and read in turn by one worker, so that their quota, 60 requests a minute, does not
block the workers of other streams.

A pass over the pins of an owner is read in parts of a hundred pins, each a task. The pass moves behind each response,
so that the next sync continues there if a part breaks off. How pins that are not read are treated:

| Pinterest                    | the pin                                                                             |
|------------------------------|-------------------------------------------------------------------------------------|
| rejects it, or calls it gone | is skipped if another pin of its owner was read in the sync; else it stays unread  |
| says anything else           | stays unread: the next sync requests its days first, once and without retries       |

If Pinterest rejects a whole part and no other pin of the owner was read, or if five pins in a row fail, the next sync
continues behind these pins.

With the option Only Pins with Activity, a pass skips pins without activity in the last 90 days, by their totals in
the list of pins. At least once a week, a pass covers all pins, and all days since the last such pass.

Pinterest shows the newest days late, of one pin later than of another. So a day is final at a certain age.
"""

import logging
import math
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import partial

from source_pinterest import limits
from source_pinterest.api.bodies import Record
from source_pinterest.api.errors import (
    AccessDeniedError,
    AllTasksDeniedError,
    ConfigError,
    NotFoundError,
    PinterestError,
    TaskError,
    UnavailableError,
)
from source_pinterest.config import ONLY_ACTIVE_PINS
from source_pinterest.dates import parse_day
from source_pinterest.engine.record_batches import RecordBatch
from source_pinterest.engine.request_splitting import Ids
from source_pinterest.engine.task_tracker import FAILURES_IN_A_ROW
from source_pinterest.engine.tasks import Task, batches, or_failed
from source_pinterest.state.cursor import StateStore
from source_pinterest.state.days import DaySet
from source_pinterest.state.formats import ACCOUNT_KEY, PIN_KEY
from source_pinterest.state.period import DayRange
from source_pinterest.state.pin_cursor import PinCursor, PinScan, place_in_pass
from source_pinterest.streams.base.declaration import ForeignKey, Parent, ReadPriority
from source_pinterest.streams.base.sync import SyncContext
from source_pinterest.streams.organic.base import OrganicStream
from source_pinterest.streams.organic.pin_requests import PinRequests
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
    rank = ReadPriority.EACH_PIN
    state_cursor: PinCursor
    parents = (Parent(Pins, wants=TOTALS),)
    day_range = DayRange(limits.SYNC_HISTORY_DAYS, final_after=limits.ORGANIC_FINAL_AFTER_DAYS)

    def __init__(self, sync: SyncContext) -> None:
        super().__init__(sync)
        self._pins = sync.stream(Pins).listed
        self._only_active = False
        self._requests = PinRequests(self, self._pins)
        self._provisional: list[str] = []
        """The days of rows that Pinterest still counts, and that the destination gets once."""

    def new_cursor(self, store: StateStore) -> PinCursor:
        """Return a cursor that holds the days of all pins of an owner together.

        Raises:
            ConfigError: the destination appends, and the option requests pins with activity only.
        """
        self._only_active = self.config.pin_analytics_only_active and not store.refresh
        if self._only_active and not self.merges_by_key:
            raise ConfigError(
                f"{self.name}: the option {ONLY_ACTIVE_PINS} needs a destination that merges rows by their key, since "
                "numbers may come later than those of other pins. Choose Append + Deduped, or turn the option off."
            )
        return PinCursor(store, self.period())

    def tasks(self) -> Iterator[Task]:
        """Yield one task that represents those of all pins, once the pins of every owner are listed."""
        owners = list(super().tasks())
        for owner in (owner for owner in owners if not owner.error):
            with suppress(TaskError):  # raised again when the tasks of the owner are planned
                self.shared.stream(Pins).ids.get(owner.parent_ids)
        yield Task.in_turn({}, lambda: self.tasks_in_turn(owners))

    def tasks_in_turn(self, owners: Sequence[Task]) -> Iterator[Task]:
        """Yield the tasks of the pins of each owner. Those that have waited longest come first."""
        yield from (owner for owner in owners if owner.error)
        readable = {owner.get(ACCOUNT_KEY): owner for owner in owners if not owner.error}
        for account in self.state_cursor.begin(readable):
            yield from or_failed(readable[account].parents, self._tasks_of(readable[account]))
        warn_of_provisional(self, self._provisional)
        if absent := self._requests.absent:
            LOGGER.warning(
                f"{self.name}: responses about several pins lacked {len(absent):,} of them, such as {max(absent)}. "
                "They count as pins without activity in the requested days. If the table lacks days of them, clear the "
                "stream's data."
            )

    def _tasks_of(self, owner: Task) -> Iterator[Task]:
        """Yield the tasks of an owner's pins: first of those that have failed before, then of each pass.

        Raises:
            TaskError: the pins can't be listed, or several were rejected and none was read.
        """
        self.shared.stream(Pins).ids.check(owner.parent_ids)
        account, pins = owner.get(ACCOUNT_KEY), sorted(set(self._pins.recent(owner.parent_ids)), key=place_in_pass)
        knows_activity = self._only_active and self._knows_activity(account, pins)

        unread = self.state_cursor.unread_pins[account]
        for pin, (days, failed_syncs) in sorted(unread.items(), key=lambda item: item[1][1]):
            task = Task({**owner.parents, PIN_KEY: pin}, partial(self._read_unread, days), days.span)
            task.group, task.failed_syncs = (*owner.parent_ids, "unread"), failed_syncs
            yield task
        for begun in self.state_cursor.passes(account, knows_activity=knows_activity):
            yield from self._tasks_of_pass(owner, begun, pins)
        rejected = [error for task, error in self.tracker.denied if task.get(ACCOUNT_KEY) == account]
        if len(rejected) > 1 and account not in self.state_cursor.served:
            raise AllTasksDeniedError(self.name, len(rejected), str(rejected[-1].message))

    def _knows_activity(self, account: str | None, pins: Sequence[str]) -> bool:
        if self._pins.has_totals(account):
            return True
        if pins:
            LOGGER.warning(
                f"{self.name}: no pin in Pinterest's list has totals of the last 90 days (pin_metrics), so the option "
                f"{ONLY_ACTIVE_PINS} is off in this sync, and all pins are requested."
            )
        return False

    def _tasks_of_pass(self, owner: Task, begun: PinScan, pins: Sequence[str]) -> Iterator[Task]:
        """Yield a task for each part of a pass. The pass ends early behind an outage, or a part that shows no pin."""
        account = owner.get(ACCOUNT_KEY)
        failed = self.state_cursor.unread_pins[account]
        ahead = [pin for pin in pins if pin not in failed and not begun.is_past(pin)]
        unread = list(filter(self._pins.is_active, ahead)) if begun.only_active else ahead
        is_resumed = bool(begun.after)
        for part in batches(unread, limits.PINS_PER_ANALYTICS_REQUEST):
            yield Task(owner.parents, partial(self._read_part, part), begun.window)
            is_end = is_resumed and part[-1] == unread[-1]  # days left by an earlier sync delay no newer day
            if not begun.is_past(part[-1]) or not (is_end or account in self.state_cursor.served):
                return
        self.state_cursor.end_pass(account)
        if begun.only_active:
            LOGGER.info(
                f"{self.name}: {len(unread):,} of {len(ahead):,} pins had activity in the last 90 days. The option "
                f"{ONLY_ACTIVE_PINS} saved {self._requests_for(ahead) - self._requests_for(unread):,} requests."
            )

    def _requests_for(self, pins: Sequence[str]) -> int:
        return math.ceil(len(pins) / self._requests.pins_in_a_request)

    def _read_part(self, pins: Ids, task: Task) -> Generator[RecordBatch, None, None]:
        """Read the next pins of a pass, and move it behind each response. Five failures in a row are an outage.

        A denied pin is not a failure. The run of the stream names it after the last task.

        Raises:
            TaskError: pins could not be read.
        """
        owner, failures, in_a_row = task.get(ACCOUNT_KEY), dict[str, TaskError](), 0
        for requested, rows, error in self._requests.read(task, pins):
            pin = requested[-1]
            yield from self._record_batches(task, rows)
            self.state_cursor.advance(owner, pin, error)
            if isinstance(error, AccessDeniedError | NotFoundError):
                self.tracker.denied.append((Task.failed({**task.parents, PIN_KEY: pin}, error, task.window), error))
            elif error:
                failures[pin] = error
            in_a_row = in_a_row + 1 if pin in failures else 0
            if in_a_row == FAILURES_IN_A_ROW:
                break
        if failures:
            raise self._unread(task, failures, is_isolated=in_a_row < FAILURES_IN_A_ROW)

    def _read_unread(self, days: DaySet, task: Task) -> Generator[RecordBatch, None, None]:
        """Request a pin that has failed before once, without retries, and yield the days that it lacks.

        Raises:
            TaskError: Pinterest rejects it, or it can't be read.
        """
        pin = task[PIN_KEY]
        [(_, rows, error)] = self._requests.read(task, (pin,))
        if isinstance(error, AccessDeniedError | NotFoundError):
            raise error
        if error:
            raise self._unread(task, {pin: error}, is_isolated=not isinstance(error, UnavailableError))
        yield from self._record_batches(task, [row for row in rows if days.has(parse_day(row["date"]))])

    def skip(self, task: Task, error: PinterestError) -> None:
        """Warn that a pin can't be read, of which days, and how to read them later."""
        if PIN_KEY not in task:
            super().skip(task, error)
            return
        skipped = f"{', '.join(task.parent_ids)} is skipped: its days {task.window} are not read."
        later = "To read them once Pinterest shows the pin, clear the stream's data, or refresh the stream."
        if self.notices.warn(skipped, f"{skipped} {later} {str(error.message).rstrip('.')}."):
            self.usage.count("skipped")

    def _unread(self, task: Task, failures: Mapping[str, TaskError], *, is_isolated: bool) -> TaskError:
        """Return the error of a task some of whose pins could not be read."""
        pin, error = next(iter(failures.items()))
        which = f"pin {pin}" if len(failures) == 1 else f"{len(failures):,} pins, such as {pin},"
        return TaskError(
            f"{self.name}: {which} can't be read. The state keeps the days since {task.required_window.start} as "
            f"unread, and the next sync requests them once. {error.quote or error.message}",
            kind=error.kind,
            is_isolated=is_isolated,
        )

    def _record_batches(self, task: Task, rows: Sequence[Record]) -> Iterator[RecordBatch]:
        if self.state_cursor.period.final_days_only:
            self._provisional += provisional_days(rows)
        owner = {ACCOUNT_KEY: task[ACCOUNT_KEY]} if ACCOUNT_KEY in task else {}
        return self.to_record_batches([{**owner, **row} for row in rows])

"""Daily metrics of pins.

One request names 100 pins if the app is in Pinterest's beta. Otherwise pins are read one by one, 60 a minute. All pins
are one task and are read by one worker, so that their quota does not hold up the workers of other streams.

Pinterest may refuse the video metrics of a picture and name none. From then on pictures are requested without them,
and apart from videos, so that no video loses its metrics.

A pin that can't be read is skipped, and the state keeps it with its own days. The next sync begins with it. Passes go
by id, so that the same pin would otherwise end each of them.

With the option Only Pins with Activity, a pass leaves out pins without activity in the last 90 days, by their totals in
the list of pins. At least once a week, a pass covers all pins, and all days since the last such pass.

Pins may lag apart. A day is final once it is final for every pin that has rows. A day that a pin lacks is final at a
certain age, because Pinterest leaves out days without activity.
"""

import itertools
import logging
import math
from collections.abc import Callable, Collection, Generator, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from airbyte_cdk.models import DestinationSyncMode, FailureType
from pendulum import Date

from source_pinterest import limits
from source_pinterest.api.client import PinterestClient
from source_pinterest.api.errors import (
    BadRequestError,
    ConfigError,
    FormError,
    GoneError,
    NothingLeftError,
    PinterestError,
    Reason,
    RefusedError,
    RejectedError,
    ResponseTooLargeError,
    RightMissingError,
    SliceError,
    form_error,
)
from source_pinterest.api.rows import OnReplacement, Record, list_in, parse_body
from source_pinterest.api.session import path_of
from source_pinterest.config import ONLY_ACTIVE_PINS
from source_pinterest.dates import DateWindow, parse_day
from source_pinterest.engine.asks import Ask, Asks, Ids, RefusedNames
from source_pinterest.engine.ledger import FAILURES_IN_A_ROW
from source_pinterest.engine.pages import Page
from source_pinterest.engine.progress import Notices
from source_pinterest.engine.tasks import END, START, Task
from source_pinterest.state.cursor import StateStore
from source_pinterest.state.formats import ACCOUNT_KEY
from source_pinterest.state.period import DayRange, PeriodPlan
from source_pinterest.state.pin_cursor import PinCursor, Reading
from source_pinterest.streams.analytics.report import Estimate
from source_pinterest.streams.analytics.rows import Expected, RowGate
from source_pinterest.streams.base.stream import ForeignKey, Rank, Sync
from source_pinterest.streams.organic.base import OrganicStream
from source_pinterest.streams.organic.pins import Pins
from source_pinterest.streams.organic.profile import PROVISIONAL, days_of, final_day

LOGGER = logging.getLogger("airbyte")

STANDARD_METRICS = (
    "IMPRESSION",
    "OUTBOUND_CLICK",
    "PIN_CLICK",
    "SAVE",
    "SAVE_RATE",
    "TOTAL_COMMENTS",
    "TOTAL_REACTIONS",
    "USER_FOLLOW",
    "PROFILE_VISIT",
)
VIDEO_METRICS = (
    "VIDEO_MRC_VIEW",
    "VIDEO_10S_VIEW",
    "QUARTILE_95_PERCENT_VIEW",
    "VIDEO_V50_WATCH_TIME",
    "VIDEO_START",
    "VIDEO_AVG_WATCH_TIME",
)
PIN_METRICS = (*STANDARD_METRICS, *VIDEO_METRICS)
"""Metrics of all pins, and those of videos. Pinterest's API description lets one request name both."""

_HIDDEN_IN_A_ROW = 100
"""Pins that may be refused in a row once a pin was readable. Pins of a secret board stand side by side."""

_ODD = (Reason.STILL_REFUSED, Reason.UNKNOWN_FORM)
"""Reasons of an error that concerns a pin, unless many have it in a row. So does any rejection."""

Days = list[Record]
"""The days of one pin: `{"pin_id", "date", "data_status", "metrics", "lifetime_metrics"}`."""


class PinAnalytics(OrganicStream):
    """Daily metrics of pins. https://developers.pinterest.com/docs/api/v5/pins-analytics."""

    primary_key: str | list[str] = ["pin_id", "date"]  # noqa: RUF012 - an attribute of the framework's
    path_template = "pins/{pin_id}/analytics"
    page_size = None
    scopes = ("boards:read", "pins:read")
    partition_keys = ("pin_id",)
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
        self._metrics = PinMetrics(self.client, self.notices, RowGate(self), self._pins.is_video)
        self._owners: list[Task] = []
        # None may be lost: a pass goes on from the last pin that was read.
        self._asks = Asks(limits.PINS_PER_ANALYTICS_REQUEST, halves_on=_may_be_halved, max_lost=0)
        self._refusals_in_a_row, self._max_refusals_in_a_row = 0, FAILURES_IN_A_ROW
        self._left_out_pins, self._any_readable = 0, False
        self._odd_pins = self._odd_pins_in_a_row = 0
        self._last_error: PinterestError | None = None
        self._are_pictures_apart = False

    def new_cursor(self, plan: PeriodPlan, store: StateStore) -> PinCursor:
        """Return a cursor that holds the days of all pins of an owner together.

        Raises:
            ConfigError: the destination appends, and the option asks for pins with activity only.
        """
        self._only_active = self.config.pin_analytics_only_active and not store.refresh
        how = plan.configured
        if self._only_active and how and how.destination_sync_mode is DestinationSyncMode.append:
            raise ConfigError(
                f"{self.name}: the option {ONLY_ACTIVE_PINS} needs a destination that merges rows by their key, since "
                "numbers may come later than those of other pins. Choose Append + Deduped, or turn the option off."
            )
        return PinCursor(store, self.period_of(plan), only_active=self._only_active)

    def tasks(self) -> Iterator[Task]:
        """Yield one task for all pins of all owners, once the pins are listed."""
        self._owners = list(super().tasks())
        for owner in (owner for owner in self._owners if not owner.error):
            with suppress(SliceError):  # raised again when the owner's pins are read
                self._pins.ids.of(owner.key)
        yield self.task({})

    def read_list(self, task: Task) -> Generator[Page, None, None]:
        """Yield the days of all pins, owner by owner. If one owner fails, the others are still read.

        Raises:
            SliceError: the first failure, raised after the last owner.
            NothingLeftError: none of several owners can be read.
        """
        del task
        failures: list[SliceError] = []
        left_out: list[PinterestError] = []
        for owner in self._owners:
            try:
                yield from self._read_owner(owner)
            except (RefusedError, GoneError) as error:
                if not owner.partition:
                    raise
                self.leave_out(owner, error)
                left_out.append(error)
            except SliceError as error:
                LOGGER.warning(f"{self.name}: not all pins could be read. {error.message}")
                failures.append(error)
        if failures:
            raise failures[0]
        if len(left_out) > 1 and len(left_out) == len(self._owners):
            raise NothingLeftError(self.name, len(left_out), str(left_out[0].message))

    def _read_owner(self, owner: Task) -> Iterator[Page]:
        if failure := owner.error:
            raise failure
        self._refusals_in_a_row, self._max_refusals_in_a_row = 0, FAILURES_IN_A_ROW
        self._odd_pins = self._odd_pins_in_a_row = 0
        account, pins = owner.get(ACCOUNT_KEY), set(map(int, self._pins.ids.of(owner.key)))
        for pin in self.checkpoint.skipped(account):
            if pin in pins:
                yield from self._read_skipped(owner, pin)
            else:
                self.checkpoint.catch_up(account, pin)
        only_active = self._only_active and self._knows_activity(account, pins)
        while reading := self.checkpoint.reading(account, only_active=only_active):
            self.checkpoint.go_without(account, reading.window)
            skipped = self.checkpoint.skipped(account)
            ahead = [str(pin) for pin in sorted(pins) if pin > reading.after and pin not in skipped]
            unread = list(filter(self._pins.is_active, ahead)) if reading.only_active else ahead
            estimate = Estimate(1, 1, 0, requests=self._requests_for(unread))
            estimate.log(self.name, self.shared.organic_pace())
            if reading.only_active:
                self._log_saving("saves at least", ahead, unread)
            yield from self._read_pass(owner, reading, tuple(unread))
            if reading.only_active:
                self._log_saving("saved", ahead, unread)
        failures = {pin: known.failures for pin, known in self.checkpoint.skipped(account).items()}
        new = [pin for pin in failures if 0 < failures[pin] <= limits.SYNCS_UNTIL_A_PIN_ONLY_WARNS]
        if new and self._last_error:
            raise SliceError(
                f"{self.name}: {len(new):,} of the pins can't be read, such as {min(new)}. The others are not "
                f"affected, and the next sync asks for these again. After {limits.SYNCS_UNTIL_A_PIN_ONLY_WARNS} failed "
                f"syncs a pin gets a warning only. {self._last_error.quote or self._last_error.message}",
                kind=self._last_error.kind,
            )

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
        return math.ceil(len(pins) / self._asks.ids)

    def _log_saving(self, saves: str, pins: Sequence[str], read: Sequence[str]) -> None:
        """Log how many requests a pass saves by leaving out the pins without activity."""
        saved = self._requests_for(pins) - self._requests_for(read)
        LOGGER.info(
            f"{self.name}: {len(read):,} of {len(pins):,} pins had activity in the last 90 days. The option "
            f"{ONLY_ACTIVE_PINS} {saves} {saved:,} requests."
        )

    def _read_skipped(self, owner: Task, pin: int) -> Iterator[Page]:
        """Ask once for a pin that earlier syncs skipped. Yield the days that the other pins have been read of."""
        account = owner.get(ACCOUNT_KEY)
        owed, asked = self.checkpoint.owed(account, pin)
        before = self.checkpoint.skipped(account)[pin]
        for reading, rows in self._parts(owner, Reading(asked, settled=asked.end), (str(pin),)):
            if self.checkpoint.skipped(account).get(pin) == before:  # it has not failed again
                found = rows if owed.windows else []
                if self.checkpoint.emits_once:
                    found = [row for row in found if owed.has(parse_day(str(row["date"])))]
                    found = self._up_to(reading.settled, found)
                yield from self.to_pages(found)
                self.checkpoint.catch_up(account, pin, reading.settled)

    def _read_pass(self, owner: Task, reading: Reading, pin_ids: Ids) -> Iterator[Page]:
        """Yield the days of the pins that a pass has not read yet, and save its progress in the state.

        Raises:
            NothingLeftError: none of several pins can be read.
        """
        account = owner.get(ACCOUNT_KEY)
        self._left_out_pins, self._any_readable = 0, reading.after > 0
        so_far, parts = reading, self._parts(owner, reading, pin_ids)
        for so_far, rows in self._final_rows(reading, parts) if self.checkpoint.emits_once else parts:
            yield from self.to_pages(rows)
            self.checkpoint.advance(account, so_far)
        if self._may_move:
            self.checkpoint.finish(account, so_far)
        elif self._left_out_pins > 1:
            raise NothingLeftError(self.name, self._left_out_pins, f"The path was {self.path_template}.")

    def _final_rows(
        self, begun: Reading, parts: Iterator[tuple[Reading, list[Record]]]
    ) -> Iterator[tuple[Reading, list[Record]]]:
        """Yield the rows of the days that are final for every pin, with the pass that the state may keep.

        Days that are old enough are yielded at once. Younger ones are held until the last pin is read, since a later
        pin may lag behind. A pass that an earlier sync began, or that has too many such rows, leaves them to the next.
        """
        limit = min(begun.settled, self.checkpoint.last_idle_day)
        has_only_young_days = limit < begun.window.start
        held: list[Record] | None = None if begun.after else []
        so_far = begun
        for so_far, rows in parts:
            if held is not None:
                held += [row for row in rows if str(row["date"]) > str(limit)]
                held = held if len(held) <= limits.HELD_ROWS else None
            # A pass of young days emits nothing before its end, so that a later sync has to begin it anew.
            kept = begun if has_only_young_days and not begun.after else so_far.up_to(limit)
            yield kept, self._up_to(limit, rows)
        if held:
            yield so_far.up_to(so_far.settled), self._up_to(so_far.settled, held)

    def _up_to(self, day: Date, rows: list[Record]) -> list[Record]:
        """Return the rows up to a day, without those that Pinterest still counts although they are old enough."""
        old = [row for row in rows if str(row["date"]) <= str(day)]
        final = [row for row in old if row.get("data_status") not in PROVISIONAL]
        if len(final) < len(old):
            self.notices.warn(
                "provisional days",
                f"Pinterest still counts days up to {day} of some pins. The destination appends, so they are left out.",
            )
        return final

    def _parts(self, owner: Task, reading: Reading, pin_ids: Ids) -> Iterator[tuple[Reading, list[Record]]]:
        """Yield the rows of each batch of pins, and the pass after it.

        The request covers a few days before the window too, to tell a pin that lags behind the window from an idle one.
        """
        window, idle = reading.window, self.checkpoint.last_idle_day
        asked = DateWindow(min(window.start, idle), window.end)
        start, end = asked.as_pair()
        params = {**self.request_params(stream_slice=owner), START: start, END: end}

        def send(ask: Ask) -> tuple[Ask, Mapping[str, Days]]:
            return ask, self._metrics_of(params, owner.get(ACCOUNT_KEY), window, ask)

        for part, found in self._asks.read(Ask(ids=pin_ids), send) if pin_ids else ():
            all_rows = list(itertools.chain.from_iterable(found.values()))
            rows = [{**owner.partition, **row} for row in all_rows if str(row["date"]) >= str(window.start)]
            settled = self._settled(all_rows, reading.settled)
            reading = replace(reading.with_days(days_of(rows), settled), after=int(part.ids[-1]))
            if self._may_move and not self._refusals_in_a_row:
                yield reading, rows
            in_a_row, in_all = self._odd_pins_in_a_row, self._odd_pins
            if self._last_error and (in_a_row >= limits.ODD_PINS_IN_A_ROW or in_all >= limits.ODD_PINS_IN_ALL):
                raise self._last_error

    @property
    def _may_move(self) -> bool:
        """Whether a pass may move on: a pin was readable, or all so far are odd, and the cursor keeps these."""
        return self._any_readable or (self._odd_pins > 0 and not self._left_out_pins)

    def _settled(self, rows: list[Record], limit: Date) -> Date:
        """Return the last day up to `limit` that is final for every pin that has recent rows."""
        idle = self.checkpoint.last_idle_day
        settled = final_day(limit, rows, "pin_id", idle)
        return max(settled, min(limit, idle)) if self.checkpoint.emits_once else settled

    def _metrics_of(
        self, params: Mapping[str, Any], account: str | None, days: DateWindow, part: Ask
    ) -> Mapping[str, Days]:
        """Return the metrics of a batch of pins; none of a pin that is skipped or left out.

        Raises:
            PinterestError: the batch has to be halved, or too many pins in a row were refused.
        """
        batch, self._metrics.max_retries = part.ids, part.max_retries
        try:
            found = self._fetch(batch, params)
        except SliceError as error:
            if is_closed := error.reason is Reason.BETA_CLOSED:
                self._asks.limit_ids(1)
                LOGGER.info(
                    f"{self.name}: Pinterest does not let this app read many pins in one request, so they are read one "
                    f"by one, about {limits.REQUESTS_PER_MINUTE['org_analytics']} a minute. {error.message}.",
                )
            if len(batch) > 1 or not _may_be_halved(error):
                raise
            if is_closed:
                return self._metrics_of(params, account, days, part)
            self._skip_pin(account, days, int(batch[0]), error)
            return {}
        self._refusals_in_a_row, self._max_refusals_in_a_row, self._any_readable = 0, _HIDDEN_IN_A_ROW, True
        self._odd_pins_in_a_row = 0
        if absent := [pin for pin in batch if pin not in found]:
            LOGGER.warning(
                f"{self.name}: Pinterest leaves out {len(absent)} of {len(batch)} pins, such as {absent[0]}."
            )
        return found

    def _fetch(self, batch: Ids, params: Mapping[str, Any]) -> Mapping[str, Days]:
        """Request the metrics of a batch of pins, pictures apart from the others if they have to be.

        Raises:
            BadRequestError: Pinterest refuses the metrics of several pins, of one that is no picture, or the standard
                metrics of a picture.
        """
        if self._are_pictures_apart:
            pictures = tuple(filter(self._pins.is_picture, batch))
            others = tuple(itertools.filterfalse(self._pins.is_picture, batch))
            found = self._fetch_part(pictures, params, STANDARD_METRICS) if pictures else {}
            return {**found, **self._fetch_part(others, params, PIN_METRICS)} if others else found
        try:
            return self._fetch_part(batch, params, PIN_METRICS)
        except BadRequestError as error:
            if len(batch) > 1 or not self._pins.is_picture(batch[0]):
                raise
            found = self._fetch_part(batch, params, STANDARD_METRICS)
            self._are_pictures_apart = True
            LOGGER.info(
                f"{self.name}: Pinterest refuses the video metrics of pictures, so pictures are read without them, and "
                f"apart from videos. {error.quote}.",
            )
            return found

    def _fetch_part(self, pins: Ids, params: Mapping[str, Any], metrics: Sequence[str]) -> Mapping[str, Days]:
        """Request these metrics of pins. Pins that a response lacks are requested once more."""
        if self._asks.most_ids > 1:
            found = self._metrics.of_several(pins, params, metrics)
            if absent := tuple(pin for pin in pins if pin not in found):
                with suppress(GoneError, RefusedError):
                    return {**found, **self._metrics.of_several(absent, params, metrics)}
            return found
        return {pin_id: self._metrics.of_one(pin_id, params, metrics) for pin_id in pins}

    def _skip_pin(self, account: str | None, days: DateWindow, pin: int, error: PinterestError) -> None:
        """Skip a pin that is deleted, refused or odd. Raise other errors, and the last of too many refusals in a row.

        Of these, the cursor keeps the odd ones, and those that it has.
        """
        is_known = pin in self.checkpoint.skipped(account)
        if isinstance(error, GoneError):
            self._left_out_pins += 1
            LOGGER.warning(f"{self.name}: pin {pin} was deleted during the sync.")
            if is_known:
                self.checkpoint.catch_up(account, pin)
        elif is_known or _is_odd(error):
            skipped, self._last_error = self.checkpoint.skip(account, pin, days), error
            if not is_known:
                self._odd_pins, self._odd_pins_in_a_row = self._odd_pins + 1, self._odd_pins_in_a_row + 1
            LOGGER.warning(
                f"{self.name}: pin {pin} is skipped; syncs in which it failed so far: {skipped.failures}. The state "
                f"keeps its days since {skipped.unread.first} as unread, and each sync asks for them once. "
                f"{error.quote or error.message}"
            )
        else:
            self._left_out_pins, self._refusals_in_a_row = self._left_out_pins + 1, self._refusals_in_a_row + 1
            if isinstance(error, ResponseTooLargeError) or self._refusals_in_a_row >= self._max_refusals_in_a_row:
                raise error
            LOGGER.warning(f"{self.name}: pin {pin} is left out. {error.message}.")


def _is_odd(error: PinterestError) -> bool:
    """Return whether an error concerns the pin alone."""
    return isinstance(error, RejectedError) or error.reason in _ODD


def _may_be_halved(error: PinterestError) -> bool:
    """Return whether Pinterest may serve a request for fewer pins."""
    if isinstance(error, GoneError | RefusedError | ResponseTooLargeError):
        return True
    return error.reason is Reason.BETA_CLOSED or _is_odd(error)


class PinMetrics:
    """Requests the metrics of pins by their ids, and leaves out metrics that Pinterest refuses.

    Args:
        client: makes the stream's requests.
        notices: takes the stream's warnings.
        gate: the stream's gate.
        is_video: whether a pin is known to be a video.

    Attributes:
        max_retries: how often the next requests are sent again at most; None: as often as any other.
    """

    def __init__(
        self, client: PinterestClient, notices: Notices, gate: RowGate, is_video: Callable[[str], bool]
    ) -> None:
        self._client, self._gate, self._is_video, self._notices = client, gate, is_video, notices
        self._asks = Asks(refused=RefusedNames(notices))
        self.max_retries: int | None = None

    def of_one(self, pin_id: str, params: Mapping[str, Any], metrics: Sequence[str]) -> Days:
        """Return the days of one pin. https://developers.pinterest.com/docs/api/v5/pins-analytics."""
        path = path_of("pins/{pin_id}/analytics", {"pin_id": pin_id})
        return self._fetch(path, params, metrics, (pin_id,), lambda parts: {pin_id: parts})[pin_id]

    def of_several(self, pin_ids: Ids, params: Mapping[str, Any], metrics: Sequence[str]) -> Mapping[str, Days]:
        """Return the days of several pins by their ids. https://developers.pinterest.com/docs/api/v5/multi_pins-analytics.

        Raises:
            SliceError: with the reason `BETA_CLOSED`, the app may not use this endpoint.
        """
        try:
            return self._fetch("pins/analytics", {**params, "pin_ids": list(pin_ids)}, metrics, pin_ids, _by_pin)
        except PinterestError as error:
            if not isinstance(error, RightMissingError) and error.reason is not Reason.FORBIDDEN:
                raise
            words = error.quote or str(error.message)
            raise SliceError(words, kind=FailureType.config_error, reason=Reason.BETA_CLOSED) from error

    def _fetch(
        self,
        path: str,
        params: Mapping[str, Any],
        metrics: Sequence[str],
        pin_ids: Ids,
        by_pin: Callable[[Any], Mapping[str, Any]],
    ) -> Mapping[str, Days]:
        """Return the days of each pin in the response, without the metrics that Pinterest refuses.

        What it refuses because of a picture, it does not refuse for videos.
        """
        window = DateWindow.from_pair((params[START], params[END]))
        expected = Expected(key=("pin_id", "date"), days=window, day="date", entities=frozenset(pin_ids))

        def parse(chunks: Iterator[bytes]) -> Mapping[str, Days]:
            pins = by_pin(parse_body(chunks))
            days: dict[str, Days] = {pin_id: [] for pin_id in pin_ids if pin_id in pins}
            for row in self._gate.records(_rows(pins, self._notices.replacement), expected):
                days[row["pin_id"]].append(row)
            return days

        def request(ask: Ask) -> Mapping[str, Days]:
            joined = {name: ",".join(values) for name, values in ask.names.items()}
            return self._client.get(path, {**params, **joined}, parse, self.max_retries).value

        doubtful = () if all(map(self._is_video, pin_ids)) else VIDEO_METRICS
        account, names = params.get("ad_account_id", ""), {"metric_types": metrics}
        return self._asks.one(Ask(account, window=window, names=names, doubtful=doubtful), request)


def _by_pin(pins: Any) -> Mapping[str, Any]:
    if not isinstance(pins, dict):
        raise FormError("The metrics of several pins are not an object of pin ids.", "the whole response")
    return pins


def _rows(pins: Mapping[str, Any], on_replacement: OnReplacement) -> Iterator[Record]:
    """Yield the days of each pin, which are not split.

    Raises:
        MalformedResponseError: a pin has none.
    """
    for pin_id, parts in pins.items():
        found = parts.get("all") if isinstance(parts, dict) else None
        metrics = found if isinstance(found, dict) else {}
        days = list_in(metrics, "daily_metrics", on_replacement)
        if not isinstance(days, list):
            whole = parts if isinstance(parts, dict) else pins
            raise form_error(whole, "The metrics of a pin have no daily_metrics under the key all.", "daily_metrics")
        for day in days:
            yield {"pin_id": pin_id, **day, "lifetime_metrics": metrics.get("lifetime_metrics")}

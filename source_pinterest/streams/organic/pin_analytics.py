"""What did each pin do on each day?

100 pins a call where Pinterest lets the app do that, else one by one, 60 a minute. All pins are read in one partition,
one call after the other, so that the quota does not hold up the workers of other streams.
"""

import itertools
import logging
import math
from collections import deque
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any, TypeVar

from airbyte_cdk.sources.types import StreamSlice

from source_pinterest import limits
from source_pinterest.api.client import PinterestClient
from source_pinterest.api.errors import (
    AnswerTooLargeError,
    BetaClosedError,
    ForbiddenError,
    GoneError,
    MalformedAnswerError,
    NothingLeftError,
    PinterestError,
    RefusedError,
    RightMissingError,
    SliceError,
)
from source_pinterest.api.rows import Record, parse_json
from source_pinterest.api.session import path_of
from source_pinterest.dates import days_before
from source_pinterest.engine.failures import FAILURES_IN_A_ROW
from source_pinterest.engine.pages import Page
from source_pinterest.engine.parents import ParentIds
from source_pinterest.engine.progress import Notices
from source_pinterest.engine.refused_names import Names, RefusedNames
from source_pinterest.engine.slices import END, START, batches, failure_of, key_of_parent, partition_slice
from source_pinterest.state.cursor import StateStore
from source_pinterest.state.day_cursor import PinCursor, Reading
from source_pinterest.state.formats import ACCOUNT_KEY
from source_pinterest.state.period import DayRange, Period
from source_pinterest.streams.analytics.report import Estimate
from source_pinterest.streams.base.listing import within
from source_pinterest.streams.base.stream import ForeignKey, Sync
from source_pinterest.streams.organic.base import OrganicStream
from source_pinterest.streams.organic.pins import Pins
from source_pinterest.streams.organic.profile import days_counting, days_shown

T = TypeVar("T")

PIN_METRICS = (
    "IMPRESSION",
    "OUTBOUND_CLICK",
    "PIN_CLICK",
    "SAVE",
    "SAVE_RATE",
    "TOTAL_COMMENTS",
    "TOTAL_REACTIONS",
    "USER_FOLLOW",
    "PROFILE_VISIT",
    "VIDEO_MRC_VIEW",
    "VIDEO_10S_VIEW",
    "QUARTILE_95_PERCENT_VIEW",
    "VIDEO_V50_WATCH_TIME",
    "VIDEO_START",
    "VIDEO_AVG_WATCH_TIME",
)
"""Those of all pins and those of videos, which Pinterest's description lets a request mix."""

Metrics = Mapping[str, Any]
"""What a pin did: `{"daily_metrics": [{"date", "data_status", "metrics"}, ...], "lifetime_metrics": {...}}`."""


class PinMetrics:
    """Metrics of pins by their ids.

    Args:
        client: asks Pinterest on behalf of the stream.
        notices: of the stream.
    """

    def __init__(self, client: PinterestClient, notices: Notices) -> None:
        self._client, self._refused = client, RefusedNames(notices)

    def of_one(self, pin_id: str, params: Mapping[str, Any]) -> Metrics:
        """What one pin did. https://developers.pinterest.com/docs/api/v5/pins-analytics."""
        return self._asked(path_of("pins/{pin_id}/analytics", {"pin_id": pin_id}), params, _one)

    def of_several(self, pin_ids: tuple[str, ...], params: Mapping[str, Any]) -> Mapping[str, Metrics]:
        """What each of several pins did. https://developers.pinterest.com/docs/api/v5/multi_pins-analytics.

        Raises:
            BetaClosedError: Pinterest does not open this endpoint to the app.
        """
        try:
            return self._asked("pins/analytics", {**params, "pin_ids": list(pin_ids)}, _several)
        except (ForbiddenError, RightMissingError) as error:
            raise BetaClosedError(error.answer or str(error.message)) from error

    def _asked(self, path: str, params: Mapping[str, Any], parse: Callable[[Iterator[bytes]], T]) -> T:
        """What the parser makes of the answer, without the metrics that Pinterest refuses."""

        def ask(names: Names) -> T:
            asked = {name: ",".join(values) for name, values in names.items()}
            return self._client.get(path, {**params, **asked}, parse).value

        return self._refused.ask({"metric_types": PIN_METRICS}, ask, ask)


def _one(chunks: Iterator[bytes]) -> Metrics:
    return _metrics_of(parse_json(b"".join(chunks)))


def _several(chunks: Iterator[bytes]) -> Mapping[str, Metrics]:
    pins = parse_json(b"".join(chunks))
    if not isinstance(pins, dict):
        raise MalformedAnswerError("Metrics of several pins come pin by pin.")
    return {pin_id: _metrics_of(parts) for pin_id, parts in pins.items()}


def _metrics_of(parts: Any) -> Metrics:
    """The metrics of one pin, which is not split.

    Raises:
        MalformedAnswerError: there are none.
    """
    everything = parts.get("all") if isinstance(parts, dict) else None
    if not isinstance(everything, dict) or not isinstance(everything.get("daily_metrics"), list):
        raise MalformedAnswerError("The metrics of a pin stand under the key all.")
    return everything


LOGGER = logging.getLogger("airbyte")

_HIDDEN_IN_A_ROW = 100
"""So many pins may be refused in a row where others are shown: those of a secret board lie side by side."""

PinIds = tuple[str, ...]


class PinAnalytics(OrganicStream):
    """Daily metrics of pins. https://developers.pinterest.com/docs/api/v5/pins-analytics."""

    primary_key: str | list[str] = ["pin_id", "date"]  # noqa: RUF012 - an attribute of the framework's
    path_template = "pins/{pin_id}/analytics"
    page_size = None
    scopes = ("boards:read", "pins:read")
    partition_keys = ("pin_id",)
    foreign_keys = (ForeignKey("pins", ("pin_id",)),)
    cursor_field = "date"
    cost = f"1 for 90 days of a pin, or of {limits.PINS_PER_ANALYTICS_CALL} pins in Pinterest's beta"
    checkpoint: PinCursor
    days = DayRange(limits.SYNC_HISTORY_DAYS)

    def __init__(self, sync: Sync) -> None:
        super().__init__(sync)
        self._pins = sync.stream(Pins)
        self._metrics = PinMetrics(self.client, self.notices)
        self._owners: list[StreamSlice] = []
        self._pins_per_call = limits.PINS_PER_ANALYTICS_CALL
        self._refusals_in_a_row, self._refusals_borne = 0, FAILURES_IN_A_ROW
        self._lost, self._is_any_left = 0, False

    def new_cursor(self, period: Period, store: StateStore) -> PinCursor:
        """The days of all pins of an owner together."""
        return PinCursor(store, period.settled_by_age(), self.config.today)

    def needed_ids(self) -> Iterator[ParentIds]:
        """Those of the pins."""
        yield from super().needed_ids()
        yield self._pins.ids

    def slices(self) -> Iterator[StreamSlice]:
        """One slice for all pins of all owners, as soon as they are listed."""
        self._owners = list(super().slices())
        for owner in itertools.filterfalse(failure_of, self._owners):
            with suppress(SliceError):  # which is raised again where the owner's pins are read
                self._pins.ids.of(key_of_parent(owner))
        yield partition_slice({})

    def read_slice(self, stream_slice: StreamSlice) -> Generator[Page, None, None]:
        """The days of all pins, owner by owner; one that fails does not keep the others from being read.

        Raises:
            SliceError: the first failure.
        """
        del stream_slice
        failures: list[SliceError] = []
        left_out: list[PinterestError] = []
        for owner in self._owners:
            try:
                yield from self._read_owner(owner)
            except (RefusedError, GoneError) as error:
                self.leave_out(owner, error)
                left_out.append(error)
            except SliceError as error:
                LOGGER.warning(f"{self.name}: not all pins could be read. {error.message}")
                failures.append(error)
        if failures:
            raise failures[0]
        if len(left_out) > 1 and len(left_out) == len(self._owners):
            raise NothingLeftError(self.name, len(left_out), str(left_out[0].message))

    def _read_owner(self, owner: StreamSlice) -> Iterator[Page]:
        if failure := failure_of(owner):
            raise failure
        self._refusals_in_a_row, self._refusals_borne = 0, FAILURES_IN_A_ROW
        pins = sorted(set(map(int, self._pins.ids.of(key_of_parent(owner)))))
        while reading := self.checkpoint.reading(owner.get(ACCOUNT_KEY)):
            left = [str(pin) for pin in pins if pin > reading.after]
            estimate = Estimate(1, 1, 0, calls=math.ceil(len(left) / self._pins_per_call))
            estimate.log(self.name, self.shared.organic_pace())
            yield from self._read_pass(owner, reading, left)

    def _read_pass(self, owner: StreamSlice, reading: Reading, pin_ids: list[str]) -> Iterator[Page]:
        """The days of the pins that a pass has still before it; the state says how far it has come.

        Raises:
            NothingLeftError: of several pins Pinterest shows not one.
        """
        account = owner.get(ACCOUNT_KEY)
        self._lost, self._is_any_left = 0, reading.after > 0
        start, end = reading.window.as_pair()
        params = {**self.request_params(stream_slice=owner), START: start, END: end}
        work = deque(batches(pin_ids, limits.PINS_PER_ANALYTICS_CALL))
        while work:
            batch = work.popleft()
            found = self._metrics_of(batch, params)
            if found is None:
                work.extendleft(reversed(batches(batch, (len(batch) + 1) // 2)))
                continue
            rows = [{**owner.partition, **row} for row in within(_rows(found), reading.window, "date", self.notices)]
            reading = replace(self._with_rows(reading, rows), after=int(batch[-1]))
            yield from self.to_pages(rows)
            if self._is_any_left and not self._refusals_in_a_row:
                self.checkpoint.advance(account, reading)
        if self._lost > 1 and not self._is_any_left:
            raise NothingLeftError(self.name, self._lost, f"The path was {self.path_template}.")
        self.checkpoint.finish(account, reading)

    def _with_rows(self, reading: Reading, rows: list[Record]) -> Reading:
        """The pass after these rows: which day is the newest, and which is the last that is counted to its end."""
        newest = days_shown(rows)
        if self.checkpoint.emits_once:  # the days that are read are old enough, whatever Pinterest says of each pin
            return reading.with_days(newest, reading.settled)
        counting = (days_before(day, 1) for day in days_counting(rows))
        return reading.with_days(newest, min((reading.settled, *counting)))

    def _metrics_of(self, batch: PinIds, params: Mapping[str, Any]) -> Mapping[str, Metrics] | None:
        """What a batch of pins did; None where they have to be asked for in smaller calls."""
        if len(batch) > self._pins_per_call:
            return None
        try:
            found = self._asked(batch, params)
        except BetaClosedError as error:
            self._pins_per_call = 1
            LOGGER.info(
                f"{self.name}: Pinterest does not let this app read many pins in one call, so they are read one "
                f"by one, about {limits.CALLS_PER_MINUTE['org_analytics']} a minute. {error.message}.",
            )
            return None
        except (GoneError, RefusedError, AnswerTooLargeError) as error:
            return None if len(batch) > 1 else self._pass_over(batch[0], error)
        self._refusals_in_a_row, self._refusals_borne, self._is_any_left = 0, _HIDDEN_IN_A_ROW, True
        if absent := [pin for pin in batch if pin not in found]:
            LOGGER.warning(
                f"{self.name}: Pinterest leaves out {len(absent)} of {len(batch)} pins, such as {absent[0]}."
            )
        return found

    def _asked(self, batch: PinIds, params: Mapping[str, Any]) -> Mapping[str, Metrics]:
        """What a batch of pins did; pins that an answer about several lacks are asked for once more."""
        if self._pins_per_call > 1:
            found = self._metrics.of_several(batch, params)
            if absent := tuple(pin for pin in batch if pin not in found):
                with suppress(GoneError, RefusedError):
                    return {**found, **self._metrics.of_several(absent, params)}
            return found
        return {pin_id: self._metrics.of_one(pin_id, params) for pin_id in batch}

    def _pass_over(self, pin_id: str, error: PinterestError) -> Mapping[str, Metrics]:
        """Go on without a pin that is deleted or not shown; raise the error if it is more than a matter of that pin."""
        self._lost += 1
        if isinstance(error, GoneError):
            LOGGER.warning(f"{self.name}: pin {pin_id} was deleted during the sync.")
            return {}
        self._refusals_in_a_row += 1
        if isinstance(error, AnswerTooLargeError) or self._refusals_in_a_row >= self._refusals_borne:
            raise error
        LOGGER.warning(f"{self.name}: pin {pin_id} is left out. {error.message}.")
        return {}


def _rows(found: Mapping[str, Metrics]) -> Iterator[Record]:
    for pin_id, metrics in found.items():
        for day in metrics["daily_metrics"]:
            yield {"pin_id": pin_id, **day, "lifetime_metrics": metrics.get("lifetime_metrics")}

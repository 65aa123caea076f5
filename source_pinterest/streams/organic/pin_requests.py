"""Requests for the metrics of pins.

One request names 100 pins if the app is in Pinterest's beta. Otherwise pins are requested one by one.

Pinterest may refuse the video metrics of a pin and name none. The pin is then requested without them. If it is a
picture, from then on all pictures are, and apart from videos, so that no video loses its metrics.
"""

import itertools
import logging
import math
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from source_pinterest import limits
from source_pinterest.api.bodies import OnReplacement, Record, parse_body
from source_pinterest.api.errors import (
    BadRequestError,
    FormError,
    GoneError,
    PinterestError,
    Reason,
    RefusedError,
    RightMissingError,
    SliceError,
    UnavailableError,
    form_error,
)
from source_pinterest.api.session import path_of
from source_pinterest.dates import DateWindow
from source_pinterest.engine.asks import Ask, Ids, RefusedNames
from source_pinterest.engine.tasks import END, START, batches
from source_pinterest.streams.analytics.gate import Expected, RowGate
from source_pinterest.streams.base.stream import PinterestStream
from source_pinterest.streams.organic.pins import Pins
from source_pinterest.streams.organic.profile import daily_metrics_in

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


class Query(NamedTuple):
    """What is asked of pins.

    Attributes:
        account: the ad account on whose owner's behalf they are requested; None for the token's own user.
        params: the parameters beside the pins, the days and the metrics.
        window: the days.
        covers_totals: whether the days are those of the totals in the list of pins.
        max_retries: how often a request is sent again at most; None: as often as any other.
    """

    account: str | None
    params: Mapping[str, Any]
    window: DateWindow
    covers_totals: bool = False
    max_retries: int | None = None


class Answer(NamedTuple):
    """How requests for some pins have ended.

    Attributes:
        pins: the pins.
        rows: the days of those that were read.
        lacking: the pins of which the list says that they had activity, and of which no response says anything.
        error: why the pin can't be read, which is then the only one; None if the pins were read.
    """

    pins: Ids
    rows: list[Record] = []  # noqa: RUF012 - never changed
    lacking: Ids = ()
    error: SliceError | None = None

    @property
    def served(self) -> Ids:
        """The pins that were read. Those without activity may be among them."""
        return () if self.error else tuple(pin for pin in self.pins if pin not in self.lacking)


class PinRequests:
    """Requests the metrics of pins by their ids, and leaves out metrics that Pinterest refuses.

    Args:
        stream: the stream that makes the requests.
        pins: knows which pins are pictures, which are videos, and which had activity.
    """

    def __init__(self, stream: PinterestStream, pins: Pins) -> None:
        self._stream, self._pins, self._gate = stream, pins, RowGate(stream)
        self._refused = RefusedNames(stream.notices)
        self._is_beta_open: bool | None = None
        """Whether Pinterest lets the app read several pins in a request; None until a response shows it."""
        self._are_pictures_apart = False

    @property
    def pins_in_a_request(self) -> int:
        """How many pins a request names at present."""
        return 1 if self._is_beta_open is False else limits.PINS_PER_ANALYTICS_REQUEST

    def answers(self, pins: Ids, query: Query) -> Iterator[Answer]:
        """Request pins in batches. A batch that fails is halved, down to the pin that is the cause."""
        pending = deque([(pins, query)] if pins else ())
        while pending:
            pins, query = pending.popleft()
            pins, *later = batches(pins, self.pins_in_a_request)
            pending.extendleft((others, query) for others in reversed(later))
            try:
                rows = self._fetch(pins, query)
                if again := self._wrongly_absent(pins, rows, query):
                    with suppress(GoneError, RefusedError):
                        rows |= self._fetch(again, query)
            except SliceError as error:
                if len(pins) == 1:
                    yield Answer(pins, error=error)
                    continue
                half = math.ceil(len(pins) / 2)
                retried = query._replace(max_retries=1) if isinstance(error, UnavailableError) else query
                pending.extendleft([(pins[half:], retried), (pins[:half], retried)])
            else:
                yield Answer(pins, [*itertools.chain(*rows.values())], self._lacking(again, rows, pins, query))

    def _wrongly_absent(self, pins: Ids, rows: Mapping[str, list[Record]], query: Query) -> Ids:
        """Return the pins that a response lacks although it should have them.

        Pinterest may leave out pins without activity. Which these are is known if the list has totals, and if the days
        are those of the totals. In fewer days most pins with activity may still have some.
        """
        absent = tuple(pin for pin in pins if pin not in rows)
        if not self._pins.has_totals(query.account):
            return absent
        active, lacking = (tuple(filter(self._pins.is_active, some)) for some in (pins, absent))
        return lacking if query.covers_totals or 2 * len(lacking) > len(active) else ()

    def _lacking(self, again: Ids, rows: Mapping[str, list[Record]], pins: Ids, query: Query) -> Ids:
        """Return the pins that two responses lack. Without totals, nothing says that they had activity."""
        lacking = tuple(pin for pin in again if pin not in rows)
        if not lacking or self._pins.has_totals(query.account):
            return lacking
        LOGGER.warning(
            f"{self._stream.name}: Pinterest leaves out {len(lacking)} of {len(pins)} pins, such as {lacking[0]}."
        )
        return ()

    def _fetch(self, pins: Ids, query: Query) -> dict[str, list[Record]]:
        """Return the days of each pin in the response, without the metrics that Pinterest refuses.

        Pictures are requested apart from the others if they have to be. A single pin of which Pinterest refuses the
        metrics of videos is read without them.

        Raises:
            PinterestError: the pins can't be read. Fewer of them may be.
        """
        pictures = tuple(pin for pin in pins if self._pins.facts_of(pin).is_picture) if self._are_pictures_apart else ()
        others = tuple(pin for pin in pins if pin not in set(pictures))
        rows = self._request(pictures, query, STANDARD_METRICS) if pictures else {}
        if not others:
            return rows
        try:
            return rows | self._request(others, query, PIN_METRICS)
        except BadRequestError as error:
            if len(others) > 1:
                raise
            without = self._request(others, query, STANDARD_METRICS)
            self._note_refused_video_metrics(others[0], error)
            return rows | without

    def _note_refused_video_metrics(self, pin: str, error: BadRequestError) -> None:
        if self._pins.facts_of(pin).is_picture:
            self._are_pictures_apart = True
            LOGGER.info(
                f"{self._stream.name}: Pinterest refuses the video metrics of pictures, so pictures are read without "
                f"them, and apart from videos. {error.quote}.",
            )
        else:
            about = f"Pinterest refuses the video metrics of pin {pin}, so it is read without them."
            self._stream.notices.warn(about, f"{about} {error.quote}.")

    def _request(self, pins: Ids, query: Query, metrics: Sequence[str]) -> dict[str, list[Record]]:
        """Request metrics of pins, without those that Pinterest refuses: of several pins at once, or else of one.

        What Pinterest refuses because of a picture, it does not refuse for videos. It may refuse a request for several
        pins because of one of them, or because the app is not in its beta. A single pin shows which: if it is refused
        in such a request, it is requested alone.
        """
        account, names = query.params.get("ad_account_id", ""), {"metric_types": metrics}
        doubtful = () if all(self._pins.facts_of(pin).is_video for pin in pins) else VIDEO_METRICS
        wanted = Ask(account, window=query.window, names=names, doubtful=doubtful)
        is_alone, refusal = self._is_beta_open is False, None
        while True:
            tried = wanted.without(self._refused.names_of(account))
            path, params, parse = self._form_of(pins, query, tried, is_alone=is_alone)
            try:
                rows = self._stream.client.send(path, params, parse, query.max_retries).value
            except PinterestError as error:
                if not self._refused.learn(tried, error):
                    is_alone, refusal = True, self._refusal_of_one(pins, error, is_alone=is_alone)
            else:
                self._refused.warn(wanted, tried)
                if not is_alone:
                    self._is_beta_open = True
                elif refusal and self._is_beta_open is None:
                    self._close_beta(refusal)
                return rows

    def _form_of(
        self, pins: Ids, query: Query, ask: Ask, *, is_alone: bool
    ) -> tuple[str, dict[str, Any], Callable[[Iterator[bytes]], dict[str, list[Record]]]]:
        """Return the path and the parameters of a request, and what parses the response.

        https://developers.pinterest.com/docs/api/v5/pins-analytics, https://developers.pinterest.com/docs/api/v5/multi_pins-analytics.

        Raises:
            SliceError: the beta has closed within a batch, which is then requested in halves.
        """
        if is_alone and len(pins) > 1:
            raise SliceError("The beta has closed within a batch.")
        expected = Expected(key=("pin_id", "date"), window=ask.window, day="date", entities=frozenset(pins))

        def parse(chunks: Iterator[bytes]) -> dict[str, list[Record]]:
            metrics = {pins[0]: parse_body(chunks)} if is_alone else parse_body(chunks)
            rows = self._gate.records(_rows(metrics, self._stream.notices.replacement), expected)
            days: dict[str, list[Record]] = {pin: [] for pin in pins if pin in metrics}
            for row in rows:
                days[row["pin_id"]].append(row)
            return days

        start, end = ask.window.as_pair()
        params = {**query.params, START: start, END: end}
        names = {name: ",".join(values) for name, values in ask.names.items()}
        if is_alone:
            return path_of("pins/{pin_id}/analytics", {"pin_id": pins[0]}), {**params, **names}, parse
        return "pins/analytics", {**params, "pin_ids": list(pins), **names}, parse

    def _refusal_of_one(self, pins: Ids, error: PinterestError, *, is_alone: bool) -> PinterestError:
        """Return the refusal of a single pin in a request that may be for several.

        Raises:
            PinterestError: any other error. Pins that are refused together are requested in halves.
        """
        lacks_right = isinstance(error, RightMissingError)
        if is_alone or not (lacks_right or error.reason is Reason.FORBIDDEN):
            raise error
        if lacks_right:
            self._close_beta(error)
        if len(pins) > 1:
            raise SliceError(error.quote or str(error.message)) from error
        return error

    def _close_beta(self, refusal: PinterestError) -> None:
        """Have later requests name one pin each."""
        self._is_beta_open = False
        LOGGER.info(
            f"{self._stream.name}: Pinterest does not let this app read many pins in one request, so they are read one "
            f"by one, about {limits.REQUESTS_PER_MINUTE['org_analytics']} a minute. "
            f"{refusal.quote or refusal.message}.",
        )


def _rows(pins: Any, on_replacement: OnReplacement) -> Iterator[Record]:
    """Yield the days of each pin, which are not split.

    Raises:
        MalformedResponseError: the pins are no object of pin ids, or a pin has no days.
    """
    if not isinstance(pins, dict):
        raise FormError("The metrics of several pins are not an object of pin ids.", "the whole response")
    for pin_id, parts in pins.items():
        metrics: Any = parts.get("all") if isinstance(parts, dict) else None
        days = daily_metrics_in(metrics, on_replacement)
        if days is None:
            whole = parts if isinstance(parts, dict) else pins
            raise form_error(whole, "The metrics of a pin have no daily_metrics under the key all.", "daily_metrics")
        for day in days:
            yield {"pin_id": pin_id, **day, "lifetime_metrics": metrics.get("lifetime_metrics")}

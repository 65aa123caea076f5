"""Requests for the metrics of pins.

One request names 100 pins if the app is in Pinterest's beta. Otherwise pins are requested one by one.

Pinterest may refuse the video metrics of a pin and name none. The pin is then requested without them. If it is a
picture, from then on all pictures are, and apart from videos, so that no video loses its metrics.
"""

import logging
import math
from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from source_pinterest import limits
from source_pinterest.api.bodies import OnReplacement, Record, parse_body
from source_pinterest.api.errors import (
    BadRequestError,
    FormError,
    PinterestError,
    Reason,
    RefusedError,
    RightMissingError,
    SliceError,
    UnavailableError,
    form_error,
)
from source_pinterest.api.session import path_of
from source_pinterest.engine.asks import Ask, Asks, Ids, RefusedNames
from source_pinterest.engine.tasks import END, START, batches
from source_pinterest.state.formats import ACCOUNT_KEY
from source_pinterest.streams.analytics.gate import Expected, RowGate
from source_pinterest.streams.base.stream import PinterestStream
from source_pinterest.streams.organic.listed_pins import ListedPins
from source_pinterest.streams.organic.profile import VIDEO_METRICS, daily_metrics_in

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
"""The metrics of all pins. Pinterest's API description lets one request name those of videos too."""
_STANDARD, _ALL = {"metric_types": STANDARD_METRICS}, {"metric_types": (*STANDARD_METRICS, *VIDEO_METRICS)}

Found = list[Record] | SliceError
"""The days of some pins, or why a single one can't be read."""


class PinRequests:
    """Requests the metrics of pins by their ids, and leaves out metrics that Pinterest refuses.

    Args:
        stream: the stream that makes the requests.
        pins: knows which pins are pictures, and which are videos.

    Attributes:
        absent: how often a response about several pins has left one out, as Pinterest does without activity.
        last_absent: the last of these pins.
    """

    def __init__(self, stream: PinterestStream, pins: ListedPins) -> None:
        self._stream, self._pins, self._gate = stream, pins, RowGate(stream)
        self._asks = Asks(refused=RefusedNames(stream.notices))
        self._is_beta_open: bool | None = None
        """Whether Pinterest lets the app read several pins in a request; None until a response shows it."""
        self._are_pictures_apart = False
        self.absent, self.last_absent = 0, ""

    @property
    def pins_in_a_request(self) -> int:
        """How many pins a request names at present."""
        return 1 if self._is_beta_open is False else limits.PINS_PER_ANALYTICS_REQUEST

    def read(self, whole: Ask) -> Iterator[tuple[Ids, Found]]:
        """Request pins in order. A batch that fails is halved, down to the pin that is the cause."""
        pending = deque([whole])
        while pending:
            whole = pending.popleft()
            ask, *later = (replace(whole, ids=ids) for ids in batches(whole.ids, self.pins_in_a_request))
            pending.extendleft(reversed(later))
            try:
                yield ask.ids, self._fetch(ask)
            except SliceError as error:
                if len(ask.ids) == 1:
                    yield ask.ids, error
                    continue
                retried = replace(ask, max_retries=1) if isinstance(error, UnavailableError) else ask
                halves = batches(ask.ids, math.ceil(len(ask.ids) / 2))
                pending.extendleft(replace(retried, ids=ids) for ids in reversed(halves))

    def _fetch(self, ask: Ask) -> list[Record]:
        """Return the days of pins, without the metrics that Pinterest refuses.

        Pictures are requested apart from the others if they have to be. A single pin of which Pinterest refuses the
        metrics of videos is read without them.

        Raises:
            PinterestError: the pins can't be read. Fewer of them may be.
        """
        pictures = tuple(pin for pin in ask.ids if self._pins.facts_of(pin).is_picture and self._are_pictures_apart)
        others = tuple(pin for pin in ask.ids if pin not in set(pictures))
        rows = self._request(replace(ask, ids=pictures, names=_STANDARD)) if pictures else []
        if not others:
            return rows
        is_of_videos = all(self._pins.facts_of(pin).is_video for pin in others)  # else the refusal may be of a picture
        asked = replace(ask, ids=others, names=_ALL, doubtful=() if is_of_videos else VIDEO_METRICS)
        try:
            return rows + self._request(asked)
        except BadRequestError as error:
            if len(others) > 1:
                raise
            rows += self._request(replace(asked, names=_STANDARD))
            if self._pins.facts_of(others[0]).is_picture:
                self._are_pictures_apart = True
                LOGGER.info(
                    f"{self._stream.name}: Pinterest refuses the video metrics of pictures, so pictures are read "
                    f"without them, and apart from videos. {error.quote}."
                )
            else:
                about = f"Pinterest refuses the video metrics of pin {others[0]}, so it is read without them."
                self._stream.notices.warn(about, f"{about} {error.quote}.")
            return rows

    def _request(self, ask: Ask) -> list[Record]:
        """Request metrics of pins: of several at once, or else of one.

        Pinterest may refuse a request for several pins because of one of them, or because the app is not in its beta.
        A single pin shows which: if it is refused in such a request, it is requested alone.

        Raises:
            PinterestError: the pins can't be read. Fewer of them may be, also because the beta has turned out closed.
        """
        refusal: PinterestError | None = None
        if self._is_beta_open is not False:
            try:
                [rows] = self._asks.read(ask, partial(self._send, is_alone=False))
            except (RightMissingError, RefusedError) as error:
                refusal = error
                if isinstance(error, RightMissingError):
                    self._close_beta(error)
                elif error.reason is not Reason.FORBIDDEN or len(ask.ids) > 1:
                    raise
            else:
                self._is_beta_open = True
                return rows
        if len(ask.ids) > 1:
            raise SliceError("Pins are requested one by one.")
        [rows] = self._asks.read(ask, partial(self._send, is_alone=True))
        if refusal and self._is_beta_open is None:
            self._close_beta(refusal)
        return rows

    def _send(self, ask: Ask, *, is_alone: bool) -> list[Record]:
        """Send a request, and return the days in the response.

        https://developers.pinterest.com/docs/api/v5/pins-analytics, https://developers.pinterest.com/docs/api/v5/multi_pins-analytics.
        """
        expected = Expected(key=("pin_id", "date"), window=ask.window, day="date", entities=frozenset(ask.ids))

        def parse(chunks: Iterator[bytes]) -> list[Record]:
            metrics = {ask.ids[0]: parse_body(chunks)} if is_alone else parse_body(chunks)
            rows = self._gate.records(_rows(metrics, self._stream.notices.replacement), expected)
            if absent := set(ask.ids).difference(metrics):
                self.absent, self.last_absent = self.absent + len(absent), max(absent)
            return rows

        path = path_of("pins/{pin_id}/analytics", {"pin_id": ask.ids[0]}) if is_alone else "pins/analytics"
        start, end = ask.window.as_pair()
        params = {
            **self._stream.request_params(stream_slice={ACCOUNT_KEY: ask.account}),
            **({} if is_alone else {"pin_ids": list(ask.ids)}),
            START: start,
            END: end,
            **{name: ",".join(values) for name, values in ask.names.items()},
        }
        return self._stream.client.send(path, params, parse, ask.max_retries).value

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

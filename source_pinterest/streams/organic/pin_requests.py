"""Requests for the metrics of pins.

One request names 100 pins if the app is in Pinterest's beta. Otherwise pins are requested one by one.

Pinterest may reject the video metrics of a pin and name none. The pin is then requested without them. If it is a
picture, from then on all pictures are, separately from videos, so that no video loses its metrics.
"""

import logging
from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

from source_pinterest import limits
from source_pinterest.api.bodies import Record, parse_body
from source_pinterest.api.errors import (
    AccessDeniedError,
    BadRequestError,
    ErrorReason,
    FormError,
    MissingEntitlementError,
    PinterestError,
    TaskError,
)
from source_pinterest.api.session import path_of
from source_pinterest.engine.request_splitting import Ids, RejectedNames, RequestSpec, RequestSplitter
from source_pinterest.engine.tasks import END, START, Task, batches
from source_pinterest.state.formats import ACCOUNT_KEY, PIN_KEY
from source_pinterest.streams.analytics.row_validation import ExpectedRows, admitted
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


class PinRequests:
    """Requests the metrics of pins by their ids, and skips metrics that Pinterest rejects.

    Args:
        stream: the stream that makes the requests.
        pins: knows which pins are pictures, and which are videos.
    """

    def __init__(self, stream: PinterestStream, pins: ListedPins) -> None:
        self._stream, self._pins = stream, pins
        self._splitter = RequestSplitter(rejected=RejectedNames(stream.notices))
        self._is_beta_open: bool | None = None
        """Whether Pinterest lets the app read several pins in a request; None until a response shows it."""
        self._are_pictures_apart = False
        self.absent = set[str]()
        """The pins that a response about several did not have."""

    @property
    def pins_in_a_request(self) -> int:
        """How many pins a request names at present."""
        return 1 if self._is_beta_open is False else limits.PINS_PER_ANALYTICS_REQUEST

    def read(self, task: Task, pins: Ids) -> Iterator[tuple[Ids, list[Record], TaskError | None]]:
        """Request the days of a task for some pins, in order. Yield pins with their days, or a pin with its error.

        A request about several pins that fails is halved, down to the pin that is the cause. A pin that has failed
        before is requested without retries.

        Raises:
            PinterestError: no further pin can be read.
        """
        retries = 0 if PIN_KEY in task else None
        pending = deque([RequestSpec(task.get(ACCOUNT_KEY) or "", pins, task.required_window, max_retries=retries)])
        while pending:
            whole = pending.popleft()
            spec, *later = (replace(whole, ids=ids) for ids in batches(whole.ids, self.pins_in_a_request))
            pending.extendleft(reversed(later))
            try:
                yield spec.ids, self._fetch(spec), None
            except MissingEntitlementError as error:
                if self._is_beta_open is not None:
                    raise
                self._is_beta_open = False
                pending.appendleft(spec)
                self._log_closed_beta(error)
            except TaskError as error:
                if len(spec.ids) == 1:
                    yield spec.ids, [], error
                else:
                    middle = len(spec.ids) // 2
                    halves = (replace(spec, ids=ids, max_retries=1) for ids in (spec.ids[middle:], spec.ids[:middle]))
                    pending.extendleft(halves)

    def _fetch(self, spec: RequestSpec) -> list[Record]:
        """Return the days of pins, without the metrics that Pinterest rejects.

        Pictures are requested separately if necessary. A single pin of which Pinterest rejects the
        metrics of videos is read without them.

        Raises:
            PinterestError: the pins can't be read. Fewer of them may be.
        """
        pictures = tuple(pin for pin in spec.ids if self._pins.facts_of(pin).is_picture and self._are_pictures_apart)
        others = tuple(pin for pin in spec.ids if pin not in set(pictures))
        rows = self._request(replace(spec, ids=pictures, names=_STANDARD)) if pictures else []
        if not others:
            return rows
        is_of_videos = all(
            self._pins.facts_of(pin).is_video for pin in others
        )  # else the rejection may be of a picture
        smaller = replace(spec, ids=others, names=_ALL, doubtful=() if is_of_videos else VIDEO_METRICS)
        try:
            return rows + self._request(smaller)
        except BadRequestError as error:
            if len(others) > 1:
                raise
            rows += self._request(replace(smaller, names=_STANDARD))
            if self._pins.facts_of(others[0]).is_picture:
                self._are_pictures_apart = True
                LOGGER.info(
                    f"{self._stream.name}: Pinterest rejects the video metrics of pictures, so pictures are read "
                    f"without them, separately from videos. {error.quote}."
                )
            else:
                about = f"Pinterest rejects the video metrics of pin {others[0]}, so it is read without them."
                self._stream.notices.warn(about, f"{about} {error.quote}.")
            return rows

    def _request(self, spec: RequestSpec) -> list[Record]:
        """Request pins without the names that Pinterest rejects.

        An HTTP 403 may be about a pin, or about an app that is not in the beta: a single pin is then requested.
        """
        try:
            [rows] = self._splitter.read(spec, partial(self._send, is_alone=self._is_beta_open is False))
        except AccessDeniedError as error:
            if self._is_beta_open is not None or len(spec.ids) > 1 or error.reason is not ErrorReason.FORBIDDEN:
                raise
            [rows] = self._splitter.read(spec, partial(self._send, is_alone=True))
            self._log_closed_beta(error)
        return rows

    def _log_closed_beta(self, rejection: PinterestError) -> None:
        LOGGER.info(
            f"{self._stream.name}: Pinterest does not let this app read many pins in one request, so they are read one "
            f"by one, about {limits.REQUESTS_PER_MINUTE['org_analytics']} a minute. "
            f"{rejection.quote or rejection.message}."
        )

    def _send(self, spec: RequestSpec, *, is_alone: bool) -> list[Record]:
        """Request metrics of pins: of several in one request, otherwise of one. Return the days in the response.

        https://developers.pinterest.com/docs/api/v5/pins-analytics, https://developers.pinterest.com/docs/api/v5/multi_pins-analytics.
        """
        expected = ExpectedRows(key=("pin_id", "date"), window=spec.window, day="date", entities=frozenset(spec.ids))

        def parse(chunks: Iterator[bytes]) -> list[Record]:
            metrics = {spec.ids[0]: parse_body(chunks)} if is_alone else parse_body(chunks)
            rows = list(admitted(_rows(metrics), expected, self._stream.notices))
            absent = set(spec.ids).difference(metrics)
            if len(absent) == len(spec.ids):
                raise FormError("The response has none of the requested pins.")
            self.absent.update(absent)
            return rows

        path = path_of("pins/{pin_id}/analytics", {"pin_id": spec.ids[0]}) if is_alone else "pins/analytics"
        start, end = spec.window.as_pair()
        params = {
            **self._stream.request_params(stream_slice={ACCOUNT_KEY: spec.account}),
            **({} if is_alone else {"pin_ids": list(spec.ids)}),
            START: start,
            END: end,
            **{name: ",".join(values) for name, values in spec.names.items()},
        }
        rows = self._stream.client.send(path, params, parse, spec.max_retries).value
        self._is_beta_open = not is_alone
        return rows


def _rows(pins: Any) -> Iterator[Record]:
    """Yield the days of each pin, which are not split.

    Raises:
        MalformedResponseError: the pins are no object of pin ids, or a pin has no days.
    """
    if not isinstance(pins, dict):
        raise FormError("The metrics of several pins are not an object of pin ids.")
    for pin_id, parts in pins.items():
        metrics: Any = parts.get("all") if isinstance(parts, dict) else None
        days = daily_metrics_in(metrics)
        if days is None:
            raise FormError("The metrics of a pin have no daily_metrics under the key all.")
        for day in days:
            yield {"pin_id": pin_id, **day, "lifetime_metrics": metrics.get("lifetime_metrics")}

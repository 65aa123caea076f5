"""In which two ways does Pinterest tell what pins did? One pin a call, and for few apps a hundred."""

from abc import ABC
from collections.abc import Mapping
from typing import Any

import orjson
import requests
from airbyte_cdk.sources.streams.http.error_handlers import ErrorHandler

from source_pinterest.api.errors import MalformedAnswerError
from source_pinterest.api.handler import BetaErrorHandler
from source_pinterest.state.day_cursor import END, START
from source_pinterest.streams.organic.boards import OrganicDocument

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


def _metrics_of(parts: Any) -> Mapping[str, Any]:
    """The metrics of one pin, which is not split.

    Raises:
        MalformedAnswerError: there are none.
    """
    everything = parts.get("all") if isinstance(parts, dict) else None
    if not isinstance(everything, dict) or not isinstance(everything.get("daily_metrics"), list):
        raise MalformedAnswerError("The metrics of a pin stand under the key all.")
    return everything


class PinMetrics(OrganicDocument, ABC):
    """Metrics of one pin. https://developers.pinterest.com/docs/api/v5/pins-analytics."""

    path_template = "pins/{pin_id}/analytics"
    scopes = ("boards:read", "pins:read")

    def request_params(self, *_: Any, stream_slice: Mapping[str, Any] | None = None, **__: Any) -> dict[str, Any]:
        """The days, and every metric."""
        wanted = stream_slice or {}
        params = super().request_params(stream_slice=stream_slice)
        return {**params, START: wanted[START], END: wanted[END], "metric_types": ",".join(PIN_METRICS)}

    def parse(self, response: requests.Response) -> None:
        """Parse the metrics of one pin."""
        response.page = _metrics_of(orjson.loads(response.content))  # type: ignore[attr-defined]

    def metrics(self, call: Mapping[str, Any], pin_ids: tuple[str, ...]) -> Mapping[str, Mapping[str, Any]]:
        """What the pin did."""
        return {pin_id: self.fetch({**call, "pin_id": pin_id}).page for pin_id in pin_ids}  # type: ignore[attr-defined]


class MultiPinMetrics(PinMetrics):
    """Metrics of 100 pins a call, for few apps. https://developers.pinterest.com/docs/api/v5/multi_pins-analytics."""

    path_template = "pins/analytics"

    @property
    def name(self) -> str:
        """Whose calls these are, in messages and in sums: this is not a stream of its own."""
        return "pin_analytics"

    def get_json_schema(self) -> Mapping[str, Any]:  # type: ignore[override]
        """No records, no fields."""
        return {"properties": {}}

    def get_error_handler(self) -> ErrorHandler:
        """Tells an app that is not let in from a pin that is not shown."""
        return BetaErrorHandler(self.name, self.scopes, self.api.authenticator, self.api.max_retries, self.parse)

    def request_params(self, *_: Any, stream_slice: Mapping[str, Any] | None = None, **__: Any) -> dict[str, Any]:
        """The days, every metric, and the pins."""
        params = super().request_params(stream_slice=stream_slice)
        return {**params, "pin_ids": list((stream_slice or {})["pin_ids"])}

    def parse(self, response: requests.Response) -> None:
        """Parse the metrics of several pins.

        Raises:
            MalformedAnswerError: they are not told pin by pin.
        """
        pins = orjson.loads(response.content)
        if not isinstance(pins, dict):
            raise MalformedAnswerError("Metrics are told pin by pin.")
        response.page = {pin_id: _metrics_of(parts) for pin_id, parts in pins.items()}  # type: ignore[attr-defined]

    def metrics(self, call: Mapping[str, Any], pin_ids: tuple[str, ...]) -> Mapping[str, Mapping[str, Any]]:
        """What each pin did."""
        return self.fetch({**call, "pin_ids": pin_ids}).page  # type: ignore[attr-defined, no-any-return]

"""In which two ways does Pinterest give what pins did? One pin a call, and for few apps a hundred."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from source_pinterest.api.addresses import path_of
from source_pinterest.api.bodies import parse_json
from source_pinterest.api.client import PinterestClient
from source_pinterest.api.errors import BetaClosedError, ForbiddenError, MalformedAnswerError
from source_pinterest.api.rights import RightMissingError
from source_pinterest.engine.notices import Notices
from source_pinterest.engine.refused_names import Names, RefusedNames

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

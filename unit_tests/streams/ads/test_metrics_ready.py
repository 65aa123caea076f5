"""The last day whose numbers are final, as Pinterest says."""

import json
from types import SimpleNamespace
from typing import Any

import pytest

from source_pinterest.api.errors import AccessDeniedError, ErrorReason, FatalError, FormError, PinterestError, TaskError
from source_pinterest.dates import days_before
from source_pinterest.streams.ads.metrics_ready import MetricsReadyState
from unit_tests.configs import TODAY
from unit_tests.streams.pinterest import Planned


def state(conversions: Any, others: Any = True) -> dict[str, Any]:
    return {"conversion_metrics_ready": conversions, "non_conversion_metrics_ready": others}


MOVING = state(False)
NOT_SERVED = TaskError("not served", reason=ErrorReason.NOT_SERVED)


@pytest.mark.parametrize(
    ("responses", "age"),
    [
        ([state(True)], 2),
        ([MOVING, {"conversion_metrics_ready": True}], 3),
        ([state(True, False), state(True)], 3),
        ([state("false", "true"), state("true", "false"), state("True", "true")], 4),
        ([MOVING], 8),
        *(([error], 2) for error in (AccessDeniedError("forbidden"), NOT_SERVED)),
        *(([MOVING, unknown], 8) for unknown in ([], {"conversion_metrics_read": True}, state(True, "soon"), state(1))),
    ],
)
def test_a_day_is_final_as_soon_as_pinterest_says_so_and_after_8_days_if_it_says_nothing(
    monkeypatch: pytest.MonkeyPatch, responses: list[Any], age: int
) -> None:
    """After 2 days, if the app may not ask."""
    days: list[str] = []

    def send(_path: str, params: dict[str, str], parse: Any) -> Any:
        response = responses[min(len(days), len(responses) - 1)]
        days.append(params["date"])
        if isinstance(response, PinterestError):
            raise response
        try:
            return SimpleNamespace(value=parse(iter([json.dumps(response).encode()])))
        except FormError as error:
            raise TaskError(str(error)) from error

    stream = MetricsReadyState(Planned().sync)
    monkeypatch.setattr(stream._client, "send", send)

    assert [stream.last_final_day() for _ in range(2)] == [days_before(TODAY, age)] * 2
    assert days == [str(days_before(TODAY, ago)) for ago in range(2, 2 + len(days))]


def test_an_error_that_ends_the_stream_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    def send(*_: Any) -> Any:
        raise FatalError("Pinterest allows no more")

    stream = MetricsReadyState(Planned().sync)
    monkeypatch.setattr(stream._client, "send", send)
    with pytest.raises(FatalError, match="Pinterest allows no more"):
        stream.last_final_day()

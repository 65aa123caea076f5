"""The last day whose numbers are final, as Pinterest says."""

import json
from types import SimpleNamespace
from typing import Any

import pytest

from source_pinterest.api.errors import (
    AccessDeniedError,
    ErrorReason,
    FatalError,
    FormError,
    NotFoundError,
    PinterestError,
    TaskError,
)
from source_pinterest.dates import days_before
from source_pinterest.streams.ads.metrics_ready import MetricsReadyState
from unit_tests.configs import TODAY
from unit_tests.streams.pinterest import Planned


def state(conversions: Any, others: Any = None) -> dict[str, Any]:
    found = {"conversion_metrics_ready": conversions}
    return found if others is None else {**found, "non_conversion_metrics_ready": others}


MOVING = state(False, True)


def last_final_day(monkeypatch: pytest.MonkeyPatch, *answers: Any) -> tuple[int, list[str]]:
    """The age of the last final day, and the days that were requested; the last answer is repeated."""
    stream, asked = MetricsReadyState(Planned().sync), list[str]()

    def send(_path: str, params: dict[str, str], parse: Any) -> Any:
        answer = answers[min(len(asked), len(answers) - 1)]
        asked.append(params["date"])
        if isinstance(answer, PinterestError):
            raise answer
        try:
            return SimpleNamespace(value=parse(iter([json.dumps(answer).encode()])))
        except FormError as error:
            raise TaskError(str(error)) from error

    monkeypatch.setattr(stream._client, "send", send)
    found = {stream.last_final_day() for _ in range(3)}
    [age] = [age for age in range(10) if days_before(TODAY, age) in found]
    return age, asked


@pytest.mark.parametrize(
    ("answers", "age"),
    [
        ([state(True, True)], 2),
        ([MOVING, state(True)], 3),
        ([MOVING], 8),
        ([state(True, False), state(True)], 3),
        ([state("false", "true"), state("true", "false"), state("True", "true")], 4),
    ],
)
def test_days_are_requested_once_from_the_age_of_two_until_one_is_final(
    monkeypatch: pytest.MonkeyPatch, answers: list[Any], age: int
) -> None:
    days = [str(days_before(TODAY, ago)) for ago in range(2, min(age, 7) + 1)]
    assert last_final_day(monkeypatch, *answers) == (age, days)


NOT_THE_APPS = (
    AccessDeniedError("forbidden"),
    NotFoundError("gone"),
    TaskError("not served", reason=ErrorReason.NOT_SERVED),
    FatalError("restricted", reason=ErrorReason.FEATURE_CLOSED),
)
NO_ANSWERS = (TaskError("down"), [], {"conversion_metrics_read": True}, state(True, "soon"), state(1))


@pytest.mark.parametrize(
    ("answers", "age"), [*(([one], 2) for one in NOT_THE_APPS), *(([MOVING, one], 8) for one in NO_ANSWERS)]
)
def test_a_day_is_final_after_2_days_without_access_and_8_without_an_answer(
    monkeypatch: pytest.MonkeyPatch, answers: list[Any], age: int
) -> None:
    assert last_final_day(monkeypatch, *answers)[0] == age


def test_an_error_that_reaches_the_stream_is_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(FatalError, match="Pinterest allows no more"):
        last_final_day(monkeypatch, FatalError("Pinterest allows no more"))

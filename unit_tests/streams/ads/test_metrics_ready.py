"""The last day whose numbers are final, as Pinterest says, and how often it is asked."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from source_pinterest.api.errors import FatalError, PinterestError, RightMissingError
from source_pinterest.dates import days_before
from source_pinterest.streams.ads.metrics_ready import MetricsReadyState
from unit_tests.answers import refused
from unit_tests.configs import TODAY
from unit_tests.streams.pinterest import Pinterest

PATH = "resources/metrics_ready_state"


def state(conversions: Any, others: Any = None) -> dict[str, Any]:
    found = {"conversion_metrics_ready": conversions}
    return {"json": found if others is None else {**found, "non_conversion_metrics_ready": others}}


READY, MOVING = state(True, True), state(False, True)


def days_asked(pinterest: Pinterest) -> list[str]:
    return [parameters["date"][0] for parameters in pinterest.asked(PATH)]


@pytest.mark.parametrize(
    ("answers", "age"),
    [
        ([READY], 2),
        ([MOVING, READY], 3),
        ([MOVING] * 6, 8),
        ([state(True, False), state(True)], 3),
        ([state("false", "true"), state("true", "false"), state("True", "true")], 4),
        ([{"json": {**READY["json"], "more": [0] * 70_000}}], 2),
    ],
)
def test_days_are_requested_from_the_age_of_two_until_one_is_final(
    pinterest: Pinterest, answers: list[dict[str, Any]], age: int
) -> None:
    pinterest.answers(PATH, *answers)

    assert pinterest.sync.stream(MetricsReadyState).last_final_day() == days_before(TODAY, age)
    assert days_asked(pinterest) == [str(days_before(TODAY, ago)) for ago in range(2, min(age, 7) + 1)]


def test_the_day_is_the_same_for_the_whole_sync(pinterest: Pinterest) -> None:
    pinterest.answers(PATH, MOVING, READY, MOVING, MOVING)
    stream = pinterest.sync.stream(MetricsReadyState)
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: stream.last_final_day(), range(20)))

    assert found == {days_before(TODAY, 3)}
    assert len(days_asked(pinterest)) == 2


NOT_THE_APPS = (
    refused(403, 29),
    refused(404, 40),
    refused(501, 4181),
    refused(401, 3, "Your application does not have access to this restricted feature"),
)
NO_ANSWERS = (
    refused(503),
    refused(400, 1),
    {"status_code": 404, "content": b""},
    {"json": []},
    {"json": {"conversion_metrics_read": True}},
    state(True, "soon"),
    state(1),
)


@pytest.mark.parametrize(
    ("answers", "age"), [*(([one], 2) for one in NOT_THE_APPS), *(([MOVING, one], 8) for one in NO_ANSWERS)]
)
def test_a_day_is_final_after_2_days_without_access_and_8_without_an_answer(
    pinterest: Pinterest, caplog: pytest.LogCaptureFixture, answers: list[dict[str, Any]], age: int
) -> None:
    pinterest.answers(PATH, *answers)

    assert pinterest.sync.stream(MetricsReadyState).last_final_day() == days_before(TODAY, age)
    assert len(days_asked(pinterest)) == len(answers)
    warned = [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]
    assert ["did not say which of the last 7 days are final" in warning for warning in warned] == [True] * (age == 8)


@pytest.mark.parametrize(
    ("answer", "error", "says"),
    [
        (refused(401, 3), RightMissingError, r"^metrics_ready_state can't be read: .*permission ads:read"),
        (refused(429, 8), FatalError, "Pinterest allows no more"),
    ],
)
def test_an_error_that_reaches_the_stream_is_raised(
    pinterest: Pinterest, answer: dict[str, Any], error: type[PinterestError], says: str
) -> None:
    pinterest.answers(PATH, answer)

    with pytest.raises(error, match=says):
        pinterest.sync.stream(MetricsReadyState).last_final_day()

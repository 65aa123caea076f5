"""Each day of profiles and pins is read for good, though Pinterest is late with it, or the user wants more of them."""

from datetime import timedelta

import pytest

from integration_tests.support.assertions import assert_succeeded
from integration_tests.support.courses import APPEND, MERGE, StreamCourse
from integration_tests.support.pinterest import World

SPLIT, BY_CONTENT = "user_account_analytics_by_app_type", "user_account_analytics_by_content_type"
LAG_DAYS = 4
"""Pinterest shows the newest days so late."""

each_stream = pytest.mark.parametrize("stream", ["user_account_analytics", SPLIT, BY_CONTENT, "pin_analytics"])


def course_of(stream: str, destination: str, start: int, **options: int) -> StreamCourse:
    course = StreamCourse(
        stream, destination, World(boards=1, pins_per_board=3, organic_lag_days=LAG_DAYS), start=start
    )
    course.options |= options if destination == MERGE else {}
    return course


@each_stream
@pytest.mark.parametrize(("destination", "days", "newest"), [(APPEND, (0, 3, 3), 7), (MERGE, (0, 10), LAG_DAYS)])
def test_a_day_that_pinterest_shows_late_arrives(
    stream: str, destination: str, days: tuple[int, ...], newest: int
) -> None:
    """Where rows are merged, days are read again until they are final, which is after a week."""
    course = course_of(stream, destination, 20, lookback_days=0)
    *earlier, last = days
    outputs = [course.read(day) for day in earlier]
    course.world.organic_lag_days = 0
    outputs.append(course.read(last))
    assert_succeeded(outputs[-1], [stream])
    assert not [text for output in outputs for text in output.warnings()]
    begun = course.world.today - timedelta(days=last)
    assert max(row["date"] for row in outputs[0].records[stream]) == str(begun - timedelta(days=newest))
    course.assert_complete()
    if destination == MERGE:
        assert min(row["date"] for row in outputs[-1].records[stream]) == str(begun - timedelta(days=7))


@each_stream
@pytest.mark.parametrize("destination", [APPEND, MERGE])
def test_an_earlier_start_date_is_read_back_once(stream: str, destination: str) -> None:
    course = course_of(stream, destination, 40, lookback_days=3)
    course.world.organic_lag_days = 0
    early = course.options["start_date"]
    course.options["start_date"] = str(course.world.today - timedelta(days=15))
    course.read(0)
    course.options["start_date"] = early
    output = course.read(0)
    assert_succeeded(output, [stream])
    assert min(row["date"] for row in output.records[stream]) == output.states[stream]["from"] == early
    course.assert_complete()
    again = {row["date"] for row in course.read(0).records[stream]}
    week = {str(course.world.today - timedelta(days=age)) for age in range(8)}
    assert again == (week if destination == MERGE else set())

"""After ten syncs with faults and one without, a destination holds the truth, less what a warning names.

The same courses in every run; `make courses` plays 300 new ones.
"""

from hypothesis import HealthCheck, given, settings

from integration_tests.fault_table.columns import COLUMNS
from integration_tests.fault_table.course import OVERWRITE, Course, Played
from integration_tests.fault_tests.fault_courses import courses, ids, of_a_key, of_a_pin, without_id
from integration_tests.simulator import FaultKind
from integration_tests.support.courses import FIRST_COURSE


@settings(
    max_examples=300 if FIRST_COURSE else 6,
    derandomize=not FIRST_COURSE,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(course=courses())
def test_a_sync_without_faults_makes_up_for_a_course_of_ten_with_faults(course: Course) -> None:
    Played(course).play()


def test_overwritten_tables_are_complete_in_four_attempts_beside_what_cannot_be_read() -> None:
    """A destination swaps a table in once its stream is COMPLETE, and a platform tries a sync again a few times."""
    columns = tuple(column for column in COLUMNS if column.name in {"child list", "pin days", "custom report"})
    pin, odd, *_ = ids("pins")
    faults = [
        without_id("boards/list_pins", pin, 0, 3),
        of_a_pin(odd, FaultKind.LAST_90_DAYS_400, 0, 3),
        of_a_key(ids("ad_groups")[0], 0, 3),
    ]
    played = Played(Course(columns, OVERWRITE, None, (0,) * 5, tuple(faults)))
    attempts = [played.sync() for _ in range(4)]

    for column in columns:
        assert "COMPLETE" in [output.status(column.stream) for output in attempts], column.name
    assert attempts[0].status("pin_analytics") == "INCOMPLETE"
    played.play()

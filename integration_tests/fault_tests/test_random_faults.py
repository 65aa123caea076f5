"""After ten syncs with faults at random and one without, a destination holds the truth, less what a warning names.

The same courses in every run; `pytest -m full_size integration_tests/fault_tests/test_random_faults.py` plays 300 new
ones.
"""

import pytest
from hypothesis import HealthCheck, given, settings

from integration_tests.fault_table.columns import COLUMNS
from integration_tests.fault_table.course import OVERWRITE, Course, Played
from integration_tests.fault_tests.random_faults import courses, ids, of_a_key, of_a_pin, without_id
from integration_tests.simulator import FaultKind

repeatable = settings(
    max_examples=6, derandomize=True, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow]
)
searching = settings(repeatable, max_examples=300, derandomize=False)


@repeatable
@given(course=courses())
def test_a_sync_without_faults_makes_up_for_ten_with_faults(course: Course) -> None:
    Played(course).play()


@pytest.mark.full_size
@pytest.mark.timeout(3_600)
@searching
@given(course=courses())
def test_a_sync_without_faults_makes_up_for_ten_with_faults_in_any_course(course: Course) -> None:
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

"""After ten syncs with faults at random and one without, a destination holds the truth, less what a warning names.

The same courses in every run; `pytest -m full_size integration_tests/fault_tests/test_random_faults.py` plays 300 new
ones.
"""

import pytest
from hypothesis import HealthCheck, given, settings

from integration_tests.fault_table.course import Course, Played
from integration_tests.fault_tests.random_faults import courses

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

"""Each fault ends as the table promises, and loses nothing of days that are read again.

`make faults` writes the table into docs/development/reliability.md.
"""

from collections.abc import Mapping

import pytest
from hypothesis import HealthCheck, given, settings

from integration_tests.fault_table import document
from integration_tests.fault_table.columns import COLUMNS, Column
from integration_tests.fault_table.outcomes import CallPosition, ExpectedOutcome
from integration_tests.fault_table.rows import ROWS, Row
from integration_tests.fault_table.scenario import run_scenario, scenarios
from integration_tests.fault_table.sync_sequence import FaultSequence, from_a_state, has_days, may_be_played
from integration_tests.fault_tests.fault_sequences import ids, of_a_pin, sequences
from integration_tests.simulator import FaultKind
from integration_tests.support.sync_sequences import FIRST_COURSE, OVERWRITE

AGAIN = [
    (row, column)
    for row in ROWS
    if may_be_played(row) and (row.on_all or len(set(row.ends.values())) > 1)
    for column in row.run_on()
    if has_days(column)
]
"""Faults that end in several ways or are played on all kinds of stream, on the kinds that read days again."""


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.fault)
def test_each_fault_ends_as_the_table_promises(row: Row) -> None:
    for scenario in scenarios(row):
        ended = _named(run_scenario(scenario))
        assert ended == _named({column: row.cell(column.name)[place] for column, place in scenario.places.items()})


def _named(endings: Mapping[Column, ExpectedOutcome]) -> dict[str, str]:
    return {column.name: str(ending) for column, ending in endings.items()}


@pytest.mark.parametrize(("row", "column"), AGAIN, ids=lambda one: one.fault if isinstance(one, Row) else one.name)
def test_days_that_fail_on_being_read_again_are_not_lost(row: Row, column: Column) -> None:
    cell = row.cell(column.name)
    from_a_state(row, column, CallPosition.ALL_BUT_FIRST if CallPosition.ALL_BUT_FIRST in cell else max(cell)).run()


def test_the_table_has_every_fault_of_the_simulator() -> None:
    assert {row.kind for row in ROWS} == set(FaultKind)
    assert len({row.fault for row in ROWS}) == len(ROWS)


def test_the_document_has_the_table_that_is_played() -> None:
    assert document.DOCUMENT.read_text(encoding="utf-8") == document.written(), "Run `make faults`."


@settings(
    max_examples=300 if FIRST_COURSE else 6,
    derandomize=not FIRST_COURSE,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(sequence=sequences())
def test_a_sync_without_faults_makes_up_for_a_course_of_ten_with_faults(sequence: FaultSequence) -> None:
    sequence.run()


def test_overwritten_tables_are_complete_in_four_attempts_beside_what_cannot_be_read() -> None:
    """A destination swaps a table in once its stream is COMPLETE, and a platform tries a sync again a few times."""
    columns = tuple(column for column in COLUMNS if column.name == "pin days")
    odd = of_a_pin(ids("pins")[0], FaultKind.LAST_90_DAYS_400, 0, 3)
    sequence = FaultSequence(columns, OVERWRITE, None, (0,) * 5, [odd])
    statuses = [sequence.sync().status("pin_analytics") for _ in range(4)]
    assert statuses[0] == "INCOMPLETE"
    assert "COMPLETE" in statuses
    sequence.run()

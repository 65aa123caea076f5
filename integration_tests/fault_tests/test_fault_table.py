"""Each fault ends as the table promises, and loses nothing of days that are read again.

`make faults` writes the table into docs/development/reliability.md.
"""

from collections.abc import Mapping

import pytest

from integration_tests.fault_table import document
from integration_tests.fault_table.columns import Column
from integration_tests.fault_table.course import Played, from_a_state, has_days, may_be_played
from integration_tests.fault_table.endings import Ending, Place
from integration_tests.fault_table.rows import ROWS, Row
from integration_tests.fault_table.trial import play, trials
from integration_tests.simulator import FaultKind

AGAIN = [
    (row, column)
    for row in ROWS
    if may_be_played(row) and (row.on_all or len(set(row.ends.values())) > 1)
    for column in row.played_on()
    if has_days(column)
]
"""Faults that end in several ways or are played on all kinds of stream, on the kinds that read days again."""


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.fault)
def test_each_fault_ends_as_the_table_promises(row: Row) -> None:
    for trial in trials(row):
        ended = _named(play(trial))
        assert ended == _named({column: row.cell(column.name)[place] for column, place in trial.places.items()})


def _named(endings: Mapping[Column, Ending]) -> dict[str, str]:
    return {column.name: str(ending) for column, ending in endings.items()}


@pytest.mark.parametrize(("row", "column"), AGAIN, ids=lambda one: getattr(one, "fault", None) or one.name)
def test_days_that_fail_on_being_read_again_are_not_lost(row: Row, column: Column) -> None:
    cell = row.cell(column.name)
    Played(from_a_state(row, column, Place.ALL_BUT_FIRST if Place.ALL_BUT_FIRST in cell else max(cell))).play()


def test_the_table_has_every_fault_of_the_simulator() -> None:
    assert {row.kind for row in ROWS} == set(FaultKind)
    assert len({row.fault for row in ROWS}) == len(ROWS)


def test_the_document_has_the_table_that_is_played() -> None:
    assert document.DOCUMENT.read_text(encoding="utf-8") == document.written(), "Run `make faults`."

"""Each fault ends as the table promises, on some kinds of stream, and for good on one.

Every other fault also hits a sync that begins from a state and reads days again. The same cells are played in every
run, picked by the name of the fault. `make faults` plays every cell without a state, `pytest -m full_size` from one.
"""

import random
from collections.abc import Iterator, Mapping

import pytest

from integration_tests.fault_table.columns import COLUMNS, Column
from integration_tests.fault_table.course import Played, from_a_state, has_days, may_be_played
from integration_tests.fault_table.endings import ONCE, Ending, Place, Spread
from integration_tests.fault_table.rows import ROWS, Row
from integration_tests.fault_table.trial import Trial, play, together
from integration_tests.simulator import FaultKind

KINDS = {Spread.NOWHERE: 6, Spread.QUOTA: 3, Spread.EVERYWHERE: 2}
"""On so many kinds of stream a fault is played once; on few where they take syncs of their own."""


def some_trials(row: Row) -> Iterator[Trial]:
    """One hit on some kinds of stream, in one sync if they do not disturb each other; and on one kind hits for good."""
    dice = random.Random(row.fault)  # noqa: S311 - to be repeated, not to be secret
    cells = {column: row.cell(column.name) for column in COLUMNS}
    hit = [column for column, cell in cells.items() if set(ONCE) & set(cell)]
    some = dice.sample(hit, min(KINDS[row.spreads], len(hit)))
    for group in together(row, some, lasts=False):
        places = {column: dice.choice([place for place in ONCE if place in cells[column]]) for column in group}
        yield Trial(row, places)
    if lasting := [column for column, cell in cells.items() if Place.ALL_BUT_FIRST in cell]:
        yield Trial(row, {dice.choice(lasting): Place.ALL_BUT_FIRST})


def cells_with_days(row: Row) -> list[tuple[Column, Place]]:
    """The cells in which a fault may hit days that are read again: what stays if there is any, else one hit."""
    cells = [(column, place) for column in COLUMNS if has_days(column) for place in row.cell(column.name)]
    lasting = [cell for cell in cells if cell[1] is Place.ALL_BUT_FIRST]
    return (lasting or cells) if may_be_played(row) else []


def assert_as_promised(trial: Trial) -> None:
    """Each stream ends as its cell says."""
    ended = play(trial)
    assert _named(ended) == _named(
        {column: trial.row.cell(column.name)[place] for column, place in trial.places.items()}
    )


def _named(endings: Mapping[Column, Ending]) -> dict[str, str]:
    return {column.name: str(ending) for column, ending in endings.items()}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.fault)
def test_each_fault_ends_as_the_table_promises(row: Row) -> None:
    for trial in some_trials(row):
        assert_as_promised(trial)


@pytest.mark.parametrize("row", list(filter(cells_with_days, ROWS))[::2], ids=lambda row: row.fault)
def test_days_that_fail_on_being_read_again_are_not_lost(row: Row) -> None:
    dice = random.Random(row.fault)  # noqa: S311 - to be repeated, not to be secret
    Played(from_a_state(row, *dice.choice(cells_with_days(row)))).play()


@pytest.mark.full_size
@pytest.mark.parametrize("row", list(filter(cells_with_days, ROWS)), ids=lambda row: row.fault)
def test_days_of_any_stream_that_fail_on_being_read_again_are_not_lost(row: Row) -> None:
    for column, place in cells_with_days(row):
        Played(from_a_state(row, column, place)).play()


def test_an_empty_file_of_a_report_loses_nothing() -> None:
    """An empty body is what a report without rows might be taken for."""
    [row] = [row for row in ROWS if row.kind is FaultKind.EMPTY_BODY]
    reports = [column for column in COLUMNS if column.takes_reports]
    for group in together(row, reports, lasts=False):
        assert_as_promised(Trial(row, dict.fromkeys(group, Place.LAST)))


def test_the_table_has_every_fault_of_the_simulator() -> None:
    assert {row.kind for row in ROWS} == set(FaultKind)
    assert len({row.fault for row in ROWS}) == len(ROWS)

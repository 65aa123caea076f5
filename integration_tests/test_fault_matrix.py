"""Each fault on each kind of stream, once, at a place that the seed picks; `make faults` runs every place.

The seed is pytest-randomly's, printed at the head of every run: `--randomly-seed=N` picks the same places again.
"""

import random
from collections.abc import Iterator

import pytest

from integration_tests.fault_matrix.cases import CASES, Case
from integration_tests.fault_matrix.kinds import KINDS
from integration_tests.fault_matrix.trial import Cell, run_trial
from integration_tests.simulator import FaultKind


def trials(case: Case, seed: int) -> Iterator[list[Cell]]:
    """Cells that do not disturb each other go into one sync."""
    kinds = [kind for kind in KINDS if kind.name in case.on]
    dice = random.Random(f"{seed}/{case.title}")  # noqa: S311 - to be repeated, not to be secret
    cells = [Cell(case, kind, dice.choice(case.places)) for kind in kinds]
    if case.spreads:
        yield from ([cell] for cell in cells)
    else:
        yield cells


def test_the_matrix_has_every_fault_of_the_simulator() -> None:
    assert {case.kind for case in CASES} == set(FaultKind)
    assert len({case.title for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_it_ends_exact_or_honest(case: Case, request: pytest.FixtureRequest) -> None:
    seed = request.config.getoption("randomly_seed", 0)
    for cells in trials(case, seed):
        run_trial(cells)

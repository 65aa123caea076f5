"""Each fault on each kind of stream, once, at a place that the seed picks; `make faults` runs every place.

The seed is pytest-randomly's, printed at the head of every run: `--randomly-seed=N` picks the same places again.
"""

import random
from collections.abc import Iterator

import pytest

from integration_tests.fault_matrix.cases import CASES, ONE_HIT, Case
from integration_tests.fault_matrix.kinds import KINDS, Place
from integration_tests.fault_matrix.trial import Cell, run_trial
from integration_tests.simulator import FaultKind


def trials(case: Case, seed: int) -> Iterator[list[Cell]]:
    """One hit on each kind, in one sync if they do not disturb each other; and on one kind hits without end."""
    dice = random.Random(f"{seed}/{case.title}")  # noqa: S311 - to be repeated, not to be secret
    kinds = [kind for kind in KINDS if kind.name in case.on]
    once = [Cell(case, kind, dice.choice([p for p in case.places_on(kind.name) if p in ONE_HIT])) for kind in kinds]
    yield from ([cell] for cell in once) if case.spreads else [once]
    if Place.FROM_THEN_ON in case.places and case.on != ("report",):  # those take a minute of patience
        yield [Cell(case, dice.choice(kinds), Place.FROM_THEN_ON)]


def test_the_matrix_has_every_fault_of_the_simulator() -> None:
    assert {case.kind for case in CASES} == set(FaultKind)
    assert len({case.title for case in CASES}) == len(CASES)


def test_an_empty_file_of_a_report_loses_nothing() -> None:
    [case] = [case for case in CASES if case.kind is FaultKind.EMPTY_BODY]
    run_trial([Cell(case, kind, Place.LAST) for kind in KINDS if kind.name == "report"])


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_it_ends_exact_or_honest(case: Case, request: pytest.FixtureRequest) -> None:
    seed = request.config.getoption("randomly_seed", 0)
    for cells in trials(case, seed):
        run_trial(cells)

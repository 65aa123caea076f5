"""Runs the whole matrix, and writes it into docs/reliability.md. `python -m integration_tests.fault_matrix --help`."""

import argparse
import os
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor
from itertools import groupby

from integration_tests.fault_matrix.cases import CASES
from integration_tests.fault_matrix.kinds import KINDS, Place
from integration_tests.fault_matrix.trial import Cell, run_trial
from integration_tests.network_guard import confine_to_loopback
from integration_tests.support.documents import DOCS, provenance, table, write_section

COMMAND = "make faults"
FAILED = "**FAILED**"


def cells() -> list[Cell]:
    """Every fault, on every kind of stream it can hit, at every place."""
    return [
        Cell(case, kind, place)
        for case in CASES
        for kind in KINDS
        if kind.name in case.on
        for place in case.places_on(kind.name)
    ]


def main() -> int:
    """Run the matrix; 1 if a cell ended neither exact nor honest."""
    parser = argparse.ArgumentParser(prog="python -m integration_tests.fault_matrix", description=__doc__)
    parser.add_argument("--processes", type=int, default=4)
    parser.add_argument("--only", default="", help="the faults whose title holds this, and nothing is written")
    arguments = parser.parse_args()
    wanted = [cell for cell in cells() if arguments.only in cell.case.title]
    with ProcessPoolExecutor(arguments.processes, initializer=_prepare) as pool:
        told = list(pool.map(_told, wanted))
    endings: dict[tuple[str, str], dict[Place, str]] = defaultdict(dict)
    for cell, (ending, trouble) in zip(wanted, told, strict=True):
        endings[cell.case.title, cell.kind.name][cell.place] = ending
        if trouble or arguments.only:
            sys.stderr.write(f"{cell.case.title}, {cell.kind.name}, {cell.place}: {ending} {trouble}\n")
    failures = sum(bool(trouble) for _, trouble in told)
    verdict = f"{len(wanted)} cells, {failures} of which ended neither exact nor honest."
    sys.stderr.write(f"{verdict}\n")
    if not arguments.only:
        _write(endings, verdict)
    return int(failures > 0)


def _prepare() -> None:
    """Each process is silent but for its results."""
    confine_to_loopback()
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(nowhere, stream.fileno())


def _told(cell: Cell) -> tuple[str, str]:
    try:
        return str(run_trial([cell])[0]), ""
    except Exception as error:  # noqa: BLE001 - whatever it is, it goes into the table
        return FAILED, repr(error)


def _write(endings: Mapping[tuple[str, str], Mapping[Place, str]], verdict: str) -> None:
    rows = [[case.title, *(_summary(endings.get((case.title, kind.name), {})) for kind in KINDS)] for case in CASES]
    head = ["Fault", *(kind.name for kind in KINDS)]
    text = "\n\n".join([provenance(COMMAND), verdict, table(head, rows)])
    write_section(DOCS / "reliability.md", "faults", text)


def _summary(endings: Mapping[Place, str]) -> str:
    """How a fault ended at its first, middle and last call, in one word if alike; then what came of it for good."""
    if not endings:
        return "—"
    once = _joined(endings[place] for place in endings if place is not Place.FROM_THEN_ON)
    lasting = endings.get(Place.FROM_THEN_ON, once)
    return once if lasting == once else f"{once}; for good: {lasting}"


def _joined(endings: Iterable[str]) -> str:
    return ", ".join(ending for ending, _ in groupby(endings))


if __name__ == "__main__":
    sys.exit(main())

"""Prints how each cell of a checkout's fault table ends, on one fixed day: `python -P cells.py PROCESSES PART`.

It is run in the folder of that checkout and plays the checkout's own table, of which it needs `ROWS`, `trials` and
`play` only. PART is a part of the name of the faults that are played.
"""

import os
import sys
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime

import time_machine

from integration_tests.fault_table.rows import ROWS
from integration_tests.fault_table.trial import Trial, play, trials

DAY = datetime(2027, 1, 20, 6, 30, tzinfo=UTC)
FAILED = "FAILED"


def main() -> None:
    """Print a line for each cell and place: fault, kind, place, ending."""
    processes, part = int(sys.argv[1]), sys.argv[2]
    wanted = [trial for row in ROWS if part in row.fault for trial in trials(row)]
    with ProcessPoolExecutor(processes, initializer=prepare) as pool:
        for lines in pool.map(played, wanted):
            sys.stdout.writelines(lines)


def prepare() -> None:
    """Set the day of a process that plays, and silence it."""
    time_machine.travel(DAY, tick=True).start()
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(nowhere, stream.fileno())


def played(trial: Trial) -> list[str]:
    """The lines of a trial; where a promise is broken, its cells have failed."""
    try:
        endings = {column: str(ending) for column, ending in play(trial).items()}
    except Exception:  # noqa: BLE001 - whatever it is, the cell says so
        endings = dict.fromkeys(trial.places, FAILED)
    return [f"{trial.row.fault}\t{column.name}\t{place}\t{endings[column]}\n" for column, place in trial.places.items()]


if __name__ == "__main__":
    main()

"""Prints how each cell of a checkout's fault table ends, on one fixed day: `python -P cells.py PROCESSES PART`.

It is run in the folder of that checkout and plays the checkout's own table, of which it needs `ROWS`, `trials`, `play`
and the name of a column only. PART is a part of the name of the faults that are played.
"""

import os
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime

import time_machine

from integration_tests.fault_table.columns import Column
from integration_tests.fault_table.rows import ROWS
from integration_tests.fault_table.trial import Trial, play, trials
from integration_tests.network_guard import confine_to_loopback

DAY = datetime(2027, 1, 20, 6, 30, tzinfo=UTC)
FAILED = "FAILED"


def main() -> None:
    """Print a line for each cell and place: fault, kind, place, ending."""
    processes, part = int(sys.argv[1]), sys.argv[2]
    for trial, endings, _ in play_all(processes, part):
        lines = (f"{trial.row.fault}\t{column.name}\t{trial.places[column]}\t{endings[column]}\n" for column in endings)
        sys.stdout.writelines(lines)


def play_all(
    processes: int, part: str, day: datetime | None = DAY
) -> Iterator[tuple[Trial, Mapping[Column, str], str]]:
    """Play the faults whose name holds a part: how each kind of stream ended, and what broke where one has failed."""
    wanted = [trial for row in ROWS if part in row.fault for trial in trials(row)]
    with ProcessPoolExecutor(processes, initializer=_prepare, initargs=(day,)) as pool:
        for trial, (endings, trouble) in zip(wanted, pool.map(_played, wanted), strict=True):
            yield trial, endings, trouble


def _prepare(day: datetime | None) -> None:
    """Set the day of a process that plays, and silence it."""
    if day:
        time_machine.travel(day, tick=True).start()
    confine_to_loopback()
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(nowhere, stream.fileno())


def _played(trial: Trial) -> tuple[Mapping[Column, str], str]:
    try:
        return {column: str(ending) for column, ending in play(trial).items()}, ""
    except Exception as error:  # noqa: BLE001 - whatever it is, the cell says so
        return dict.fromkeys(trial.places, FAILED), repr(error)


if __name__ == "__main__":
    main()

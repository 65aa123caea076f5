"""Plays the whole table, and writes it into docs/development/reliability.md.

`python -m integration_tests.fault_table --help` lists the options.
"""

import argparse
import os
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor

from integration_tests.fault_table import document
from integration_tests.fault_table.columns import COLUMNS, Column
from integration_tests.fault_table.endings import Place, write_cell
from integration_tests.fault_table.rows import ROWS, Row
from integration_tests.fault_table.trial import Trial, play, trials
from integration_tests.network_guard import confine_to_loopback
from integration_tests.support.documents import DOCS, provenance, write_section

COMMAND = "make faults"
FAILED = "FAILED"


def main() -> int:
    """Play the table; 1 if a cell ended otherwise than it says."""
    parser = argparse.ArgumentParser(prog="python -m integration_tests.fault_table", description=__doc__)
    parser.add_argument("--processes", type=int, default=4)
    parser.add_argument("--only", default="", help="the faults whose name holds this, and nothing is written")
    arguments = parser.parse_args()
    ended: dict[str, dict[Column, dict[Place, str]]] = defaultdict(lambda: defaultdict(dict))
    played = otherwise = 0
    for trial, endings, trouble in _play_all(arguments.processes, arguments.only):
        if trouble:
            sys.stderr.write(f"{trial.row.fault}: {trouble}\n")
        for column, place in trial.places.items():
            ended[trial.row.fault][column][place] = endings[column]
            played += 1
            if endings[column] != trial.row.cell(column.name)[place]:
                otherwise += 1
                sys.stderr.write(f"{trial.row.fault}, {column.name}, {place}: {endings[column]}\n")
    verdict = f"{played} cells, {otherwise} of which ended otherwise than they say."
    sys.stderr.write(f"{verdict}\n")
    if not arguments.only:
        _write(ended, verdict)
    return int(otherwise > 0)


def _play_all(processes: int, part: str) -> Iterator[tuple[Trial, Mapping[Column, str], str]]:
    """Play the faults whose name holds a part: how each kind of stream ended, and what broke where one has failed."""
    wanted = [trial for row in ROWS if part in row.fault for trial in trials(row)]
    with ProcessPoolExecutor(processes, initializer=_prepare) as pool:
        for trial, (endings, trouble) in zip(wanted, pool.map(_played, wanted), strict=True):
            yield trial, endings, trouble


def _prepare() -> None:
    """Silence a process that plays, and keep it from the network."""
    confine_to_loopback()
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(nowhere, stream.fileno())


def _played(trial: Trial) -> tuple[Mapping[Column, str], str]:
    try:
        return {column: str(ending) for column, ending in play(trial).items()}, ""
    except Exception as error:  # noqa: BLE001 - whatever it is, the cell says so
        return dict.fromkeys(trial.places, FAILED), repr(error)


def _write(ended: Mapping[str, Mapping[Column, Mapping[Place, str]]], verdict: str) -> None:
    cells = {
        row.fault: {column.name: _cell(row, column, ended[row.fault].get(column, {})) for column in COLUMNS}
        for row in ROWS
    }
    text = "\n\n".join([document.kinds(), provenance(COMMAND), verdict, document.faults(cells)])
    write_section(DOCS / "development" / "reliability.md", "faults", text)


def _cell(row: Row, column: Column, endings: Mapping[Place, str]) -> str:
    """How it ended; in bold if that is not what the table says."""
    text = write_cell(endings)
    return text if endings == row.cell(column.name) else f"**{text}**"


if __name__ == "__main__":
    sys.exit(main())

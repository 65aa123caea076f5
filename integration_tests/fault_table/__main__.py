"""Plays the whole table, and writes it into docs/development/reliability.md.

`python -m integration_tests.fault_table --help` lists the options.
"""

import argparse
import sys
from collections import defaultdict
from collections.abc import Mapping

from integration_tests.fault_table import document
from integration_tests.fault_table.beside import print_changes
from integration_tests.fault_table.cells import play_all
from integration_tests.fault_table.columns import COLUMNS, Column
from integration_tests.fault_table.endings import Place, write_cell
from integration_tests.fault_table.rows import ROWS, Row
from integration_tests.support.documents import DOCS, provenance, write_section
from integration_tests.support.worktree import short_name

COMMAND = "make faults"


def main() -> int:
    """Play the table; 1 if a cell ended otherwise than it says, or than at another commit."""
    parser = argparse.ArgumentParser(prog="python -m integration_tests.fault_table", description=__doc__)
    parser.add_argument("--processes", type=int, default=4)
    parser.add_argument("--only", default="", help="the faults whose name holds this, and nothing is written")
    parser.add_argument(
        "--with", dest="commit", metavar="COMMIT", help="list what ended otherwise there; write nothing"
    )
    arguments = parser.parse_args()
    if arguments.commit:
        try:
            return print_changes(short_name(arguments.commit), arguments.processes, arguments.only)
        except (argparse.ArgumentTypeError, ImportError, OSError) as error:
            sys.stderr.write(f"{error}\n")
            return 2
    ended: dict[str, dict[Column, dict[Place, str]]] = defaultdict(lambda: defaultdict(dict))
    played = otherwise = 0
    for trial, endings, trouble in play_all(arguments.processes, arguments.only, day=None):
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

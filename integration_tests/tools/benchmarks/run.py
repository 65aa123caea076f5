"""Runs every benchmark, and writes docs/development/benchmarks.md with its picture: `make bench`."""

import argparse
import sys
from collections.abc import Sequence
from contextlib import nullcontext

from integration_tests.support.documents import DOCS, provenance, write_section
from integration_tests.support.worktree import short_name
from integration_tests.tools.benchmarks.measure import Taken, take
from integration_tests.tools.benchmarks.picture import draw
from integration_tests.tools.benchmarks.readers import (
    BARE_LOOP,
    CONNECTOR,
    OFFICIAL_CONNECTOR,
    Reader,
    connector_at,
    official_is_installed,
)
from integration_tests.tools.benchmarks.runs import BY_STREAM, Run, cells, differences, report, runs


def main() -> int:
    """Run them one after the other, since they share the machine; the exit code, 0."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument(
        "--beside",
        metavar="COMMIT",
        type=short_name,
        help="measure an earlier commit too, and print the difference",
    )
    arguments = parser.parse_args()
    with connector_at(arguments.beside) if arguments.beside else nullcontext() as earlier:
        official = OFFICIAL_CONNECTOR if official_is_installed() else None
        measured, unfinished = measure([one for one in (BARE_LOOP, CONNECTOR, earlier, official) if one])
    if earlier:
        sys.stdout.write(f"{differences(measured, earlier)}\n")
        measured = {run: taken for run, taken in measured.items() if run.reader is not earlier}
    told = "\n\n".join([provenance("make bench"), report(measured), *unfinished])
    write_section(DOCS / "development" / "benchmarks.md", "benchmarks", told)
    draw(measured, DOCS / "development" / "benchmarks.svg")
    return 0


def measure(readers: Sequence[Reader]) -> tuple[dict[Run, Taken], list[str]]:
    """What each run took, and a sentence for each that failed.

    Raises:
        RuntimeError: this connector or the bare loop failed.
    """
    measured: dict[Run, Taken] = {}
    unfinished: list[str] = []
    for run in runs(readers):
        options = {} if run.workers is None else {"num_workers": run.workers}
        workload = BY_STREAM[run.stream].scaled(run.reader.share)
        try:
            measured[run] = take(run.reader, workload, run.latency_ms, **options)
        except RuntimeError as error:
            if run.reader in (BARE_LOOP, CONNECTOR):
                raise
            unfinished.append(f"`{run.stream}` at {run.latency_ms} ms: {error}")
            continue
        place = f"{run.stream} | {run.latency_ms} ms | {run.reader.name} | {run.workers or 'default'}"
        sys.stderr.write(f"{place} | {' | '.join(cells(run, measured))}\n")
    return measured, unfinished

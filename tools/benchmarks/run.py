"""Runs every benchmark; writes docs/development/benchmarks.md, its picture and README's table: `make bench`."""

import argparse
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace

from integration_tests.support.documents import DOCS, provenance, write_section
from integration_tests.support.processes import ROOT
from integration_tests.support.worktree import short_name
from tools.benchmarks.measure import Taken, take
from tools.benchmarks.picture import draw
from tools.benchmarks.readers import (
    BARE_LOOP,
    CONNECTOR,
    OFFICIAL_CONNECTOR,
    Reader,
    connector_at,
    official_is_installed,
)
from tools.benchmarks.runs import BY_STREAM, Run, cells, differences, in_short, report, runs


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
    write_section(ROOT / "README.md", "benchmarks", in_short(measured))
    draw(measured, DOCS / "development" / "benchmarks.svg")
    return 0


def measure(readers: Sequence[Reader]) -> tuple[dict[Run, Taken], list[str]]:
    """What each run took, and a sentence for each that failed.

    Raises:
        RuntimeError: this connector or the bare loop failed, or they read different records.
    """
    measured: dict[Run, Taken] = {}
    unfinished: list[str] = []
    loop: Taken | None = None
    for run in runs(readers):
        options = {} if run.workers is None else {"num_workers": run.workers}
        try:
            taken = take(run.reader, BY_STREAM[run.stream].scaled(run.share), run.latency_ms, **options)
        except RuntimeError as error:
            if run.reader in (BARE_LOOP, CONNECTOR):
                raise
            unfinished.append(f"`{run.stream}` at {run.latency_ms} ms: {error}")
            continue
        if run.reader is BARE_LOOP or loop is None:
            loop = taken
        elif run.reader is CONNECTOR and (taken.records, taken.keys) != (loop.records, loop.keys):
            raise RuntimeError(f"{run.stream}: the connector and the bare loop read different records.")
        measured[run] = replace(taken, keys=frozenset(), skipped=len(loop.keys - taken.keys))
        place = f"{run.stream} | {run.latency_ms} ms | {run.reader.name} | {run.workers or 'default'}"
        sys.stderr.write(f"{place} | {' | '.join(cells(run, measured))}\n")
    return measured, unfinished

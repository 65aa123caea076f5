"""Runs every benchmark, and writes docs/benchmarks.md with a plot. `python -m integration_tests.benchmarks --help`."""

import argparse
import sys
from collections.abc import Sequence
from typing import NamedTuple

from integration_tests.benchmarks.measure import Taken, take
from integration_tests.benchmarks.plot import draw
from integration_tests.benchmarks.readers import (
    BARE_LOOP,
    CONNECTOR,
    OFFICIAL_CONNECTOR,
    Reader,
    official_is_installed,
)
from integration_tests.benchmarks.workloads import WORKLOADS, Workload
from integration_tests.support.documents import DOCS, provenance, table, write_section

COMMAND = "make bench"
LATENCIES_MS = (0, 50, 200)
WORKERS = (1, 4, 10, 20)
REACH_MS = 100
SHARES = {CONNECTOR: 1.0, BARE_LOOP: 1.0, OFFICIAL_CONNECTOR: 0.04}
"""The official connector reads so small a part: it asks for 25 records a call, one call after the other."""
HEAD = (
    "Stream",
    "Reader",
    "Latency",
    "Workers",
    "Records",
    "Records/s",
    "CPU s per 100,000",
    "Times the loop's CPU",
    "Peak MiB",
    "Calls per 1,000",
)


class Run(NamedTuple):
    """One benchmark."""

    reader: Reader
    workload: str
    latency_ms: int
    workers: int | None = None


def runs() -> list[Run]:
    """Everybody at each latency, and the connector with few and many workers."""
    readers = [BARE_LOOP, CONNECTOR, *([OFFICIAL_CONNECTOR] if official_is_installed() else [])]
    found = []
    for name in BY_NAME:
        found += [Run(reader, name, latency) for latency in LATENCIES_MS for reader in readers]
        found += [Run(CONNECTOR, name, 50, workers) for workers in WORKERS]
    return found + [Run(reader, PINS, REACH_MS) for reader in readers]


BY_NAME: dict[str, Workload] = {workload.name: workload for workload in WORKLOADS}
PINS = "list"


def main() -> None:
    """Run them one after the other, since they share the machine."""
    parser = argparse.ArgumentParser(prog="python -m integration_tests.benchmarks", description=__doc__)
    parser.add_argument("--scale", type=float, default=1, help="a part of each workload, for a first look")
    parser.add_argument("--dry", action="store_true", help="write no document")
    arguments = parser.parse_args()
    measured: dict[Run, Taken] = {}
    unfinished: list[str] = []
    for run in runs():
        options = {} if run.workers is None else {"num_workers": run.workers}
        workload = BY_NAME[run.workload].scaled(arguments.scale * SHARES[run.reader])
        try:
            measured[run] = take(run.reader, workload, run.latency_ms, **options)
        except RuntimeError as error:
            if run.reader is not OFFICIAL_CONNECTOR:
                raise
            unfinished.append(f"`{workload.stream}` at {run.latency_ms} ms: {error}")
            continue
        sys.stderr.write(f"{' | '.join(_row(run, measured))}\n")
    if not arguments.dry:
        command = COMMAND if arguments.scale == 1 else f"{parser.prog} --scale {arguments.scale}"
        text = [provenance(command), _reach(measured), table(HEAD, [_row(run, measured) for run in measured])]
        write_section(DOCS / "benchmarks.md", "benchmarks", "\n\n".join([*text, *unfinished]))
        draw({(r.workload, r.reader.name, r.latency_ms): t for r, t in measured.items() if r.workers is None})


def _row(run: Run, measured: dict[Run, Taken]) -> Sequence[str]:
    taken, floor = measured[run], measured[Run(BARE_LOOP, run.workload, run.latency_ms)]
    return (
        f"`{BY_NAME[run.workload].stream}`",
        run.reader.name,
        f"{run.latency_ms} ms",
        str(run.workers or "default") if run.reader is CONNECTOR else "",
        f"{taken.records:,}",
        f"{taken.records_per_second:,.0f}",
        f"{taken.cpu_per_100k:.1f}",
        f"{taken.cpu_per_100k / floor.cpu_per_100k:.1f}",
        f"{taken.peak_mib:.0f}",
        f"{taken.calls_per_1k:.2f}",
    )


def _reach(measured: dict[Run, Taken]) -> str:
    """What the table comes to, in three sentences."""
    ours, loop = measured[Run(CONNECTOR, PINS, 0)], measured[Run(BARE_LOOP, PINS, 0)]
    sentences = [f"On pins, the connector takes {ours.cpu_per_100k / loop.cpu_per_100k:.1f} times the bare loop's CPU."]
    if official_is_installed():
        theirs = measured[Run(OFFICIAL_CONNECTOR, PINS, 0)]
        sentences.append(f"The official connector takes {theirs.cpu_per_100k / ours.cpu_per_100k:.1f} times as much.")
        far = [measured[Run(reader, PINS, REACH_MS)].records_per_second for reader in (CONNECTOR, OFFICIAL_CONNECTOR)]
        sentences.append(f"At {REACH_MS} ms, the connector brings {far[0] / far[1]:.0f} times its records per second.")
    return " ".join(sentences)


if __name__ == "__main__":
    main()

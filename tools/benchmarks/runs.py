"""The runs of a benchmark, and the tables of docs/development/benchmarks.md and README.md."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from integration_tests.support.documents import table
from tools.benchmarks.measure import Taken
from tools.benchmarks.readers import BARE_LOOP, CONNECTOR, OFFICIAL_CONNECTOR, WORKLOADS, Reader

LATENCIES_MS = (0, 50, 200)
WORKERS = (1, 4, 10, 20)
WORKERS_LATENCY_MS = 50
SMALL = 0.04
"""The share of a workload that the official connector can end: it requests 25 records a call, call after call."""
SMALL_LATENCY_MS = 50
BY_STREAM = {workload.stream: workload for workload in WORKLOADS}


class Run(NamedTuple):
    """One benchmark.

    Attributes:
        stream: the stream of its workload.
        latency_ms: how much longer each call takes.
        workers: the `num_workers` of the config; None leaves the default.
        share: the part of the workload that is read.
    """

    reader: Reader
    stream: str
    latency_ms: int
    workers: int | None = None
    share: float = 1


Measured = Mapping[Run, Taken]
"""What each run took, in the order of the runs; one that failed is missing."""


def runs(readers: Sequence[Reader]) -> list[Run]:
    """List the runs. The bare loop reads each world first, since the others are compared with it.

    Readers of the same world at the same latency come one after the other, while the machine is the same. The official
    connector reads the small worlds alone, and an earlier commit the large ones.
    """
    in_small = [reader for reader in readers if reader in (BARE_LOOP, CONNECTOR, OFFICIAL_CONNECTOR)]
    in_large = [reader for reader in readers if reader is not OFFICIAL_CONNECTOR]
    found = []
    for stream in BY_STREAM:
        found += [Run(reader, stream, SMALL_LATENCY_MS, share=SMALL) for reader in in_small]
        found += [Run(reader, stream, latency) for latency in LATENCIES_MS for reader in in_large]
        found += [Run(CONNECTOR, stream, WORKERS_LATENCY_MS, workers) for workers in WORKERS]
    return found


_TAKEN = ("CPU s per 100,000", "Times the bare loop's", "Records/s", "Peak MiB", "Requests per 1,000")


def report(measured: Measured) -> str:
    """The tables of docs/development/benchmarks.md."""
    small = [run for run in measured if run.share < 1]
    usual = [run for run in measured if run.share == 1 and run.workers is None]
    near, far = ([run for run in usual if bool(run.latency_ms) is is_far] for is_far in (False, True))
    workers = [run for run in measured if run.workers is not None]

    def rows(runs: Sequence[Run], *columns: Callable[[Run], object]) -> Iterator[Sequence[object]]:
        return ((f"`{run.stream}`", *(column(run) for column in columns), *cells(run, measured)) for run in runs)

    def name(run: Run) -> str:
        return run.reader.name

    parts = [
        f"## The same world for all, at {SMALL_LATENCY_MS} ms",
        table(
            ("Stream", "Reader", "Records", "Skipped", "Requests", "Seconds", "CPU s", "Peak MiB"),
            (
                (
                    f"`{run.stream}`",
                    name(run),
                    f"{taken.records:,}",
                    f"{taken.skipped:,}",
                    taken.calls,
                    f"{taken.seconds:.1f}",
                    f"{taken.cpu_seconds:.1f}",
                    f"{taken.peak_mib:.0f}",
                )
                for run, taken in ((run, measured[run]) for run in small)
            ),
        ),
        "## Large worlds without latency",
        table(("Stream", "Reader", "Records", *_TAKEN), rows(near, name, lambda run: f"{measured[run].records:,}")),
        "## Large worlds with latency",
        table(("Stream", "Latency", "Reader", *_TAKEN), rows(far, lambda run: f"{run.latency_ms} ms", name)),
        f"## With fewer and more workers, at {WORKERS_LATENCY_MS} ms",
        table(("Stream", "Workers", *_TAKEN), rows(workers, lambda run: run.workers)),
    ]
    return "\n\n".join(parts)


def in_short(measured: Measured) -> str:
    """The table of README.md: what both connectors read of the same worlds. Empty without the official connector."""

    def read(run: Run) -> str:
        return f"{measured[run].records:,} with {measured[run].calls} requests" if run in measured else "failed"

    rows = [
        (
            f"`{run.stream}`",
            f"{taken.records:,}",
            read(run._replace(reader=CONNECTOR)),
            read(run._replace(reader=OFFICIAL_CONNECTOR)),
        )
        for run, taken in measured.items()
        if run.share < 1 and run.reader is BARE_LOOP
    ]
    if not any(run.reader is OFFICIAL_CONNECTOR for run in measured):
        return ""
    return table(("Stream", "Records there are", "This connector reads", "The official connector reads"), rows)


def differences(measured: Measured, earlier: Reader) -> str:
    """What this connector takes in multiples of what it took at an earlier commit."""
    pairs = [(run, measured.get(run._replace(reader=earlier))) for run in measured if run.reader is CONNECTOR]
    rows = [
        (
            f"{run.stream}, {run.latency_ms} ms",
            f"{measured[run].cpu_seconds / before.cpu_seconds:.2f}",
            f"{measured[run].seconds / before.seconds:.2f}",
            f"{measured[run].peak_mib / before.peak_mib:.2f}",
        )
        for run, before in pairs
        if before and run.workers is None
    ]
    return table((f"Times that of {earlier.name}", "CPU s", "Seconds", "Peak MiB"), rows)


def cells(run: Run, measured: Measured) -> Sequence[str]:
    """The cells of what a run took."""
    found, loop = measured[run], measured[run._replace(reader=BARE_LOOP, workers=None)]
    return (
        f"{found.cpu_per_100k:.2f}",
        f"{found.cpu_per_100k / loop.cpu_per_100k:.1f}",
        f"{found.records_per_second:,.0f}",
        f"{found.peak_mib:.0f}",
        f"{found.calls_per_1k:.2f}",
    )

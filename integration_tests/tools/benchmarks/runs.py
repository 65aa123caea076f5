"""The runs of a benchmark, and the tables of docs/development/benchmarks.md: each beside the bare loop."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from integration_tests.support.documents import table
from integration_tests.tools.benchmarks.measure import Taken
from integration_tests.tools.benchmarks.readers import BARE_LOOP, CONNECTOR, OFFICIAL_CONNECTOR, WORKLOADS, Reader

LATENCIES_MS = (0, 50, 200)
WORKERS = (1, 4, 10, 20)
WORKERS_LATENCY_MS = 50
REACH_MS = 100
PINS = "board_pins"
BY_STREAM = {workload.stream: workload for workload in WORKLOADS}


class Run(NamedTuple):
    """One benchmark.

    Attributes:
        stream: the stream of its workload.
        latency_ms: how much longer each call takes.
        workers: the `num_workers` of the config; None leaves the default.
    """

    reader: Reader
    stream: str
    latency_ms: int
    workers: int | None = None


Measured = Mapping[Run, Taken]
"""What each run took, in the order of the runs; one that failed is missing."""


def runs(readers: Sequence[Reader]) -> list[Run]:
    """Readers of the same workload at the same latency come one after the other, while the machine is the same."""
    found = []
    for stream in BY_STREAM:
        found += [Run(reader, stream, latency) for latency in LATENCIES_MS for reader in readers]
        found += [Run(CONNECTOR, stream, WORKERS_LATENCY_MS, workers) for workers in WORKERS]
    return found + [Run(reader, PINS, REACH_MS) for reader in readers]


_TAKEN = ("CPU s per 100,000", "Times the bare loop's", "Records/s", "Peak MiB", "Calls per 1,000")


def report(measured: Measured) -> str:
    """What it comes to in a few sentences, and three tables."""
    usual = [run for run in measured if run.workers is None]
    usual.sort(key=lambda run: (list(BY_STREAM).index(run.stream), run.latency_ms))
    near, far = ([run for run in usual if bool(run.latency_ms) is is_far] for is_far in (False, True))
    workers = [run for run in measured if run.workers is not None]

    def rows(runs: Sequence[Run], *columns: Callable[[Run], object]) -> Iterator[Sequence[object]]:
        return ((f"`{run.stream}`", *(column(run) for column in columns), *cells(run, measured)) for run in runs)

    def name(run: Run) -> str:
        return run.reader.name

    parts = [
        _in_short(measured),
        "## Without latency",
        table(("Stream", "Reader", "Records", *_TAKEN), rows(near, name, lambda run: f"{measured[run].records:,}")),
        "## With latency",
        table(("Stream", "Latency", "Reader", *_TAKEN), rows(far, lambda run: f"{run.latency_ms} ms", name)),
        f"## With fewer and more workers, at {WORKERS_LATENCY_MS} ms",
        table(("Stream", "Workers", *_TAKEN), rows(workers, lambda run: run.workers)),
    ]
    return "\n\n".join(parts)


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
    found, loop = measured[run], measured[Run(BARE_LOOP, run.stream, run.latency_ms)]
    return (
        f"{found.cpu_per_100k:.2f}",
        f"{found.cpu_per_100k / loop.cpu_per_100k:.1f}",
        f"{found.records_per_second:,.0f}",
        f"{found.peak_mib:.0f}",
        f"{found.calls_per_1k:.2f}",
    )


def _in_short(measured: Measured) -> str:
    """Of pins, the longest workload: everybody's processor time without latency, and the speed from far away."""
    pins = {run.reader: measured[run] for run in measured if run == Run(run.reader, PINS, 0)}
    loop = pins.pop(BARE_LOOP)
    times = [f"{reader.name} {found.cpu_per_100k / loop.cpu_per_100k:.1f}" for reader, found in pins.items()]
    text = f"`{PINS}`, in multiples of the bare loop's processor time: {', '.join(times)}."
    ours, theirs = (measured.get(Run(reader, PINS, REACH_MS)) for reader in (CONNECTOR, OFFICIAL_CONNECTOR))
    if ours is None or theirs is None:
        return text
    ratio = f"{ours.records_per_second / theirs.records_per_second:.0f} times as many pins per second"
    return f"{text} At {REACH_MS} ms a call, this connector reads {ratio} as the official connector."

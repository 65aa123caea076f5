"""The runs of a benchmark: each workload at each latency, and with fewer and more workers."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from integration_tests.tools.benchmarks.measure import Taken
from integration_tests.tools.benchmarks.readers import CONNECTOR, Reader
from integration_tests.tools.benchmarks.workloads import WORKLOADS

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

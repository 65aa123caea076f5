"""Measures a read in a process of its own: records, seconds, processor seconds, memory and calls."""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from integration_tests.support import measured
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.syncs import SYNCHRONOUS_DAYS
from integration_tests.tools.benchmarks.readers import NO_API, Reader, Workload

_RECORD = b'{"type":"RECORD"'
_STARTS = 3


@dataclass(frozen=True)
class Taken:
    """What one read took. Seconds and processor seconds are those beyond the start of its process.

    Attributes:
        peak_mib: the memory of the whole process.
        start_mib: that of a start without a read, which depends on the machine.
    """

    records: int
    seconds: float
    cpu_seconds: float
    peak_mib: float
    calls: int
    start_mib: float = 0

    @property
    def records_per_second(self) -> float:
        """By the clock on the wall."""
        return self.records / self.seconds

    @property
    def cpu_per_100k(self) -> float:
        """Processor seconds for 100,000 records."""
        return 100_000 * self.cpu_seconds / self.records

    @property
    def calls_per_1k(self) -> float:
        """API calls for 1,000 records, that for a token included."""
        return 1_000 * self.calls / self.records


class Usage(NamedTuple):
    """What a whole process took."""

    exit_code: int
    records: int
    seconds: float
    cpu_seconds: float
    peak_mib: float


def take(reader: Reader, workload: Workload, latency_ms: int = 0, **config: Any) -> Taken:
    """Read a workload from a local Pinterest.

    Raises:
        RuntimeError: the reader failed.
    """
    start = start_of(reader)
    with (
        tempfile.TemporaryDirectory() as name,
        Simulator(World(**workload.world), profile="ample", report_seconds=2, latency=latency_ms / 1000) as sim,
    ):
        given = {**sim.config(start_date=str(sim.world.today - timedelta(days=SYNCHRONOUS_DAYS))), **config}
        arguments = reader.command(sim.url, given, workload, Path(name))
        sim.log.clear()
        usage = _run(reader, arguments, Path(name), sim.url)
    if usage.exit_code or not usage.records:
        raise RuntimeError(f"The {reader.name} gave {usage.records} records and exit code {usage.exit_code}.")
    cpu_seconds = usage.cpu_seconds - start.cpu_seconds
    # A busy machine may make a start longer than a short read, which yet takes no less than its processor seconds.
    seconds = max(usage.seconds - start.seconds, cpu_seconds)
    return Taken(usage.records, seconds, cpu_seconds, usage.peak_mib, len(sim.log), start.peak_mib)


@cache
def start_of(reader: Reader) -> Usage:
    """What it takes without records: the least of a few starts. The first one may compile the package."""
    with tempfile.TemporaryDirectory() as name:
        starts = [_run(reader, reader.start, Path(name), NO_API) for _ in range(_STARTS)]
    seconds, cpu_seconds, peak_mib = (min(found) for found in zip(*(usage[2:] for usage in starts), strict=True))
    return Usage(0, 0, seconds, cpu_seconds, peak_mib)


def _run(reader: Reader, arguments: Sequence[str], folder: Path, url: str) -> Usage:
    """Run it to its end, then count its records."""
    began, said = time.monotonic(), folder / "stdout"
    with said.open("wb") as out:
        done = subprocess.run(
            [sys.executable, measured.__file__, f"{folder}/usage.json", *arguments],
            cwd=reader.checkout or folder,
            env=reader.environment(url),
            stdout=out,
            check=False,
        )
    seconds = time.monotonic() - began
    with said.open("rb") as lines:
        records = sum(line.startswith(_RECORD) for line in lines)
    found = json.loads((folder / "usage.json").read_text(encoding="utf-8"))
    return Usage(done.returncode, records, seconds, found["cpu_seconds"], found["peak_bytes"] / 1024**2)

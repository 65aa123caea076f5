"""Measures a read in a process of its own: records, seconds, processor seconds, memory and calls."""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from integration_tests.support import measured
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.syncs import SYNCHRONOUS_DAYS
from tools.benchmarks.readers import NO_API, Reader, Workload

_RECORD = b'{"type":"RECORD"'
_STARTS = 3

Key = tuple[str, ...]


@dataclass(frozen=True)
class Taken:
    """What one read took.

    Attributes:
        records: the number of records that arrived.
        seconds: by the clock on the wall.
        cpu_seconds: user and system time.
        peak_mib: the memory of the whole process.
        calls: the number of API calls, that for a token included.
        keys: of the records.
        start_mib: the memory of a start without a read, which depends on the machine.
        skipped: the number of records that the bare loop read in the same world, and this reader did not.
    """

    records: int
    seconds: float
    cpu_seconds: float
    peak_mib: float
    calls: int
    keys: frozenset[Key] = frozenset()
    start_mib: float = 0
    skipped: int = 0

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
    seconds: float
    cpu_seconds: float
    peak_mib: float


def take(reader: Reader, workload: Workload, latency_ms: int = 0, **config: Any) -> Taken:
    """Read a workload, and subtract the start of the process from its seconds and processor seconds.

    Raises:
        RuntimeError: the reader failed.
    """
    start, whole = start_of(reader), read(reader, workload, latency_ms, **config)
    cpu_seconds = whole.cpu_seconds - start.cpu_seconds
    # A busy machine may make a start longer than a short read, which yet takes no less than its processor seconds.
    seconds = max(whole.seconds - start.seconds, cpu_seconds)
    return replace(whole, seconds=seconds, cpu_seconds=cpu_seconds, start_mib=start.peak_mib)


def read(reader: Reader, workload: Workload, latency_ms: int = 0, *, report_seconds: float = 2, **config: Any) -> Taken:
    """Read a workload from a local Pinterest.

    Args:
        reader: that reads.
        workload: to read.
        latency_ms: how much longer each call takes.
        report_seconds: the time that Pinterest works on a report.
        config: options of the connectors.

    Raises:
        RuntimeError: the reader failed.
    """
    with (
        tempfile.TemporaryDirectory() as name,
        Simulator(
            World(**workload.world), profile="ample", report_seconds=report_seconds, latency=latency_ms / 1000
        ) as sim,
    ):
        given = {**sim.config(start_date=str(sim.world.today - timedelta(days=SYNCHRONOUS_DAYS))), **config}
        arguments = reader.command(sim.url, given, workload, Path(name))
        sim.log.clear()
        usage = _run(reader, arguments, Path(name), sim.url)
        keys = _keys(Path(name), workload.key)
    if usage.exit_code or not keys:
        raise RuntimeError(f"The {reader.name} gave {len(keys)} records and exit code {usage.exit_code}.")
    return Taken(len(keys), usage.seconds, usage.cpu_seconds, usage.peak_mib, len(sim.log), frozenset(keys))


@cache
def start_of(reader: Reader) -> Usage:
    """What it takes without records: the least of a few starts. The first one may compile the package."""
    with tempfile.TemporaryDirectory() as name:
        starts = [_run(reader, reader.start, Path(name), NO_API) for _ in range(_STARTS)]
    seconds, cpu_seconds, peak_mib = (min(found) for found in zip(*(usage[1:] for usage in starts), strict=True))
    return Usage(0, seconds, cpu_seconds, peak_mib)


def _run(reader: Reader, arguments: Sequence[str], folder: Path, url: str) -> Usage:
    """Run it to its end, with its output in a file of the folder."""
    began = time.monotonic()
    with (folder / "stdout").open("wb") as out:
        done = subprocess.run(
            [sys.executable, measured.__file__, f"{folder}/usage.json", *arguments],
            cwd=reader.checkout or folder,
            env=reader.environment(url),
            stdout=out,
            check=False,
        )
    seconds = time.monotonic() - began
    found = json.loads((folder / "usage.json").read_text(encoding="utf-8"))
    return Usage(done.returncode, seconds, found["cpu_seconds"], found["peak_bytes"] / 1024**2)


def _keys(folder: Path, key: Sequence[str]) -> list[Key]:
    """The key of each record that was printed."""
    with (folder / "stdout").open("rb") as lines:
        records = (orjson.loads(line)["record"]["data"] for line in lines if line.startswith(_RECORD))
        return [tuple(_text(record[field]) for field in key) for record in records]


def _text(value: object) -> str:
    """An ID or a day. The official connector gives some IDs as floats."""
    return str(int(value) if isinstance(value, float) else value)

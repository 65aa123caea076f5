"""What does a read take? Records, seconds, processor seconds, memory and calls, of a process of its own."""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import requests

from integration_tests.benchmarks.readers import OFFICIAL_CONNECTOR, Reader
from integration_tests.benchmarks.workloads import Workload
from integration_tests.support import measured
from integration_tests.support.pinterest import oauth_config
from integration_tests.support.syncs import ROOT, SYNCHRONOUS_DAYS, clean_environment

_RECORD = b'{"type":"RECORD"'


@dataclass(frozen=True)
class Taken:
    """What one read took; processor seconds beyond those of its start."""

    records: int
    seconds: float
    cpu_seconds: float
    peak_mib: float
    calls: int

    @property
    def records_per_second(self) -> float:
        """By the clock on the wall, start included."""
        return self.records / self.seconds

    @property
    def cpu_per_100k(self) -> float:
        """Processor seconds for 100,000 records."""
        return 100_000 * self.cpu_seconds / max(1, self.records)

    @property
    def calls_per_1k(self) -> float:
        """API calls for 1,000 records, that for a token included."""
        return 1_000 * self.calls / max(1, self.records)


def take(reader: Reader, workload: Workload, latency_ms: int = 0, **config: Any) -> Taken:
    """Read a workload from a simulator of its own process.

    Raises:
        RuntimeError: the reader failed.
    """
    with tempfile.TemporaryDirectory() as name, _simulator(workload, latency_ms) as (url, given):
        folder = Path(name)
        start = (datetime.now(UTC).date() - timedelta(days=SYNCHRONOUS_DAYS)).isoformat()
        arguments = reader.command(url, {"start_date": start, **given, **config}, workload, folder)
        requests.delete(_control(url, "log"), timeout=60)
        began = time.monotonic()
        with _process(reader, arguments, folder, url) as process:
            records = sum(line.startswith(_RECORD) for line in process.stdout or ())
        seconds = time.monotonic() - began
        if process.returncode or not records:
            raise RuntimeError(f"The {reader.name} gave {records} records and exit code {process.returncode}.")
        usage = _usage(folder)
        calls = len(requests.get(_control(url, "log"), timeout=60).json())
    return Taken(records, seconds, usage["cpu_seconds"] - _start_seconds(reader), usage["peak_bytes"] / 1024**2, calls)


@cache
def _start_seconds(reader: Reader) -> float:
    """Processor seconds that it takes whether there are records or not."""
    with tempfile.TemporaryDirectory() as name:
        with _process(reader, list(reader.start), Path(name), "http://127.0.0.1/v5") as process:
            process.communicate()
        return _usage(Path(name))["cpu_seconds"]


def _process(reader: Reader, arguments: list[str], folder: Path, url: str) -> subprocess.Popen[bytes]:
    """In the official connector's folder there must not be another package of its name."""
    return subprocess.Popen(
        [sys.executable, measured.__file__, f"{folder}/usage.json", *arguments],
        cwd=folder if reader is OFFICIAL_CONNECTOR else ROOT,
        env={name: value for name, value in clean_environment(url).items() if not name.startswith("COVERAGE_")},
        stdout=subprocess.PIPE,
    )


def _usage(folder: Path) -> dict[str, float]:
    found: dict[str, float] = json.loads((folder / "usage.json").read_text(encoding="utf-8"))
    return found


@contextmanager
def _simulator(workload: Workload, latency_ms: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """A Pinterest in a process of its own: where to reach it, and a config for it."""
    world = [text for name, value in workload.world.items() for text in (f"--{name}", str(value))]
    command = [sys.executable, "-m", "integration_tests.simulator", *world, "--latency", str(latency_ms / 1000)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE) as process:
        try:
            if process.stdout is None:
                raise RuntimeError("The simulator says nothing.")
            credentials = json.loads(process.stdout.readline())
            yield credentials.pop("url"), oauth_config(credentials)
        finally:
            process.terminate()


def _control(url: str, command: str) -> str:
    return url.replace("/v5", f"/_simulator/{command}")

"""Measures a long sync: its memory as time goes by, and the size of its states."""

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from integration_tests.support.catalogs import catalog_of
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.processes import ROOT, clean_environment
from integration_tests.support.syncs import read_arguments, since_recently

SAMPLE_EVERY_LINES = 100
WARM_UP_SHARE = 0.4
"""Of all records; by then every worker has had its largest page."""


@dataclass
class Soaked:
    """What was seen of one sync."""

    exit_code: int = 1
    records: Counter[str] = field(default_factory=Counter)
    samples: list[tuple[int, float]] = field(default_factory=list)
    states: int = 0
    state_bytes: int = 0
    largest_state_bytes: int = 0
    seconds: float = 0

    @property
    def growth(self) -> float:
        """The greatest memory after the warm-up, as a multiple of the greatest at its end."""
        total = sum(self.records.values())
        warm = [mib for count, mib in self.samples if count <= WARM_UP_SHARE * total]
        later = [mib for count, mib in self.samples if count > WARM_UP_SHARE * total]
        return max(later) / max(warm)

    @property
    def peak_mib(self) -> float:
        """The greatest memory of all."""
        return max(mib for _, mib in self.samples)


def soak(world: World, streams: Sequence[str], folder: Path, config: Mapping[str, object]) -> Soaked:
    """Read streams with `main.py`, counting its lines and looking at its memory all the while."""
    seen, began = Soaked(), time.monotonic()
    with Simulator(world, profile="ample") as sim:
        arguments = read_arguments(folder, catalog_of(streams), since_recently(sim, sim.config(**config)))
        environment = {k: v for k, v in clean_environment(sim.url).items() if not k.startswith("COVERAGE_")}
        command = [sys.executable, "main.py", *arguments]
        with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE) as process:
            for number, line in enumerate(process.stdout or ()):
                _count(line, seen)
                if number % SAMPLE_EVERY_LINES == 0:
                    _sample(process.pid, seen)
        seen.exit_code, seen.seconds = process.returncode, time.monotonic() - began
    return seen


def _count(line: bytes, seen: Soaked) -> None:
    if line.startswith(b'{"type":"RECORD","record":{"stream":"'):
        seen.records[line[37 : line.index(b'"', 37)].decode()] += 1
    elif line.startswith(b'{"type":"STATE"'):
        json.loads(line)
        seen.states += 1
        seen.state_bytes += len(line)
        seen.largest_state_bytes = max(seen.largest_state_bytes, len(line))


def _sample(pid: int, seen: Soaked) -> None:
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    for line in status.splitlines():  # a process that has ended has no such line
        if line.startswith("VmRSS"):
            seen.samples.append((sum(seen.records.values()), int(line.split()[1]) / 1024))

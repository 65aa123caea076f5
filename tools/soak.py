"""Measure the memory and the states of long syncs; writes docs/development/reliability.md: `make soak`."""

import json
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from integration_tests.support.catalogs import catalog_of
from integration_tests.support.documents import DOCS, provenance, table, write_section
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.processes import ROOT, clean_environment
from integration_tests.support.syncs import read_arguments, since_recently

LARGEST_GROWTH = 1.15
MOST_STATE_BYTES_PER_RECORD = 20
HEAD = ("World", "Records", "Minutes", "Peak MiB", "Growth after warm-up", "States", "Largest state", "All states")
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


def accounts_world(accounts: int) -> World:
    """Many ad accounts, with five campaigns each, over the last ten days."""
    world = World(boards=0, ad_accounts=accounts, campaigns=5, ad_groups=0, ads=0)
    world.first_day = world.today - timedelta(days=10)
    return world


def main() -> int:
    """Run them; 1 if one failed, grew, or spent too much on states."""
    pins = World(boards=100_000, pins_per_board=10, sections_per_board=0, ad_accounts=0)
    worlds = {
        "100,000 boards of 10 pins": (pins, ["board_pins"]),
        "1,000 ad accounts": (accounts_world(1_000), ["campaigns", "campaign_analytics"]),
    }
    rows, is_fine = [], True
    for name, (world, streams) in worlds.items():
        with tempfile.TemporaryDirectory() as folder:
            seen = soak(world, streams, Path(folder), {"lookback_days": 0})
        rows.append(_row(name, seen))
        sys.stderr.write(f"{' | '.join(rows[-1])}\n")
        is_fine = is_fine and seen.exit_code == 0 and seen.growth <= LARGEST_GROWTH
        is_fine = is_fine and seen.state_bytes <= MOST_STATE_BYTES_PER_RECORD * seen.records.total()
    write_section(DOCS / "development" / "reliability.md", "soak", f"{provenance('make soak')}\n\n{table(HEAD, rows)}")
    return int(not is_fine)


def _row(name: str, seen: Soaked) -> list[str]:
    return [
        name,
        f"{seen.records.total():,}",
        f"{seen.seconds / 60:.1f}",
        f"{seen.peak_mib:.0f}",
        f"{100 * (seen.growth - 1):+.0f} %",
        f"{seen.states}",
        f"{seen.largest_state_bytes / 1024:.0f} KiB",
        f"{seen.state_bytes / 1024:,.0f} KiB",
    ]


if __name__ == "__main__":
    sys.exit(main())

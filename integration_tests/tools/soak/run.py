"""The long syncs, in their full size; writes docs/development/reliability.md.

`python -m integration_tests.tools.soak --help` lists the options.
"""

import argparse
import sys
import tempfile
from datetime import timedelta
from pathlib import Path

from integration_tests.support.documents import DOCS, provenance, table, write_section
from integration_tests.support.pinterest import World
from integration_tests.tools.soak.soak import Soaked, soak

COMMAND = "make soak"
LARGEST_GROWTH = 1.15
MOST_STATE_BYTES_PER_RECORD = 20
HEAD = ("World", "Records", "Minutes", "Peak MiB", "Growth after warm-up", "States", "Largest state", "All states")


def accounts_world(accounts: int) -> World:
    """Many ad accounts, with five campaigns each, over the last ten days."""
    world = World(boards=0, ad_accounts=accounts, campaigns=5, ad_groups=0, ads=0)
    world.first_day = world.today - timedelta(days=10)
    return world


def main() -> int:
    """Run them; 1 if one failed, grew, or spent too much on states."""
    parser = argparse.ArgumentParser(prog="python -m integration_tests.tools.soak", description=__doc__)
    parser.add_argument("--scale", type=float, default=1, help="a part of the worlds, for a first look")
    scale: float = parser.parse_args().scale
    boards, accounts = round(100_000 * scale), round(1_000 * scale)
    worlds = {
        f"{boards:,} boards of 10 pins": (
            World(boards=boards, pins_per_board=10, sections_per_board=0, ad_accounts=0),
            ["board_pins"],
        ),
        f"{accounts:,} ad accounts": (accounts_world(accounts), ["campaigns", "campaign_analytics"]),
    }
    rows, is_fine = [], True
    for name, (world, streams) in worlds.items():
        with tempfile.TemporaryDirectory() as folder:
            seen = soak(world, streams, Path(folder), {"lookback_days": 0})
        rows.append(_row(name, seen))
        sys.stderr.write(f"{' | '.join(rows[-1])}\n")
        is_fine = is_fine and seen.exit_code == 0 and seen.growth <= LARGEST_GROWTH
        is_fine = is_fine and seen.state_bytes <= MOST_STATE_BYTES_PER_RECORD * seen.records.total()
    command = COMMAND if scale == 1 else f"{parser.prog} --scale {scale}"
    write_section(DOCS / "development" / "reliability.md", "soak", f"{provenance(command)}\n\n{table(HEAD, rows)}")
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

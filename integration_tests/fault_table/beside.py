"""Plays the fault tables of an earlier commit and of the working tree, each its own, and tells what ends otherwise."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from integration_tests import network_guard
from integration_tests.support.worktree import ROOT, worktree_of

NO_CELL = "no such cell"
Endings = Mapping[tuple[str, str, str], str]
"""How each cell ended, by fault, kind of stream and place."""

_CELLS = str(Path(__file__).with_name("cells.py"))


def print_changes(commit: str, processes: int, part: str) -> int:
    """Print a line for each cell whose ending has changed; 1 if there is one.

    Args:
        commit: to compare with.
        processes: of both together.
        part: of the names of the faults that are played.

    Raises:
        ImportError: a table can't be played with these packages.
        OSError: git made no worktree.
    """
    with worktree_of(commit, "faults") as checkout:
        playing = [_started(folder, max(1, processes // 2), part) for folder in (checkout, ROOT)]
        older, newer = map(_endings, playing)
    lines = changes(older, newer)
    sys.stdout.writelines(f"{line}\n" for line in lines)
    sys.stdout.write(f"{len({**older, **newer})} cells, {len(lines)} of which end otherwise than at {commit}.\n")
    return int(bool(lines))


def changes(older: Endings, newer: Endings) -> list[str]:
    """A line for each cell that ends otherwise or that only one side has."""
    cells = [cell for cell in {**older, **newer} if older.get(cell) != newer.get(cell)]
    return [f"{', '.join(cell)}: {older.get(cell, NO_CELL)} -> {newer.get(cell, NO_CELL)}" for cell in cells]


def _started(checkout: Path, processes: int, part: str) -> "subprocess.Popen[str]":
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join([network_guard.FOLDER, str(checkout)])}
    return subprocess.Popen(
        [sys.executable, "-P", _CELLS, str(processes), part],
        cwd=checkout,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def _endings(process: "subprocess.Popen[str]") -> Endings:
    out, errors = process.communicate()
    if process.returncode:
        *_, reason = errors.strip().splitlines() or ["it ended without a word"]
        raise ImportError(f"The fault table can't be played with these packages ({reason}).")
    rows = (line.split("\t") for line in out.splitlines())
    return {(fault, kind, place): ending for fault, kind, place, ending in rows}

"""Checks out an earlier commit beside the working tree, for as long as it is used."""

import argparse
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]


def short_name(commit: str) -> str:
    """Return the short hash of a commit, however it was named.

    Raises:
        argparse.ArgumentTypeError: the repository has no such commit.
    """
    found = _git("rev-parse", "--short", "--verify", "--quiet", f"{commit}^{{commit}}")
    if found.returncode:
        raise argparse.ArgumentTypeError(f"This repository has no commit {commit}.")
    return found.stdout.strip()


@contextmanager
def worktree_of(commit: str, name: str) -> Iterator[Path]:
    """Check out a commit into `.tmp`.

    Args:
        commit: to check out.
        name: of the folder.

    Raises:
        OSError: git made no worktree.
    """
    checkout = ROOT / ".tmp" / name
    _remove(checkout)
    try:
        made = _git("worktree", "add", "--detach", "--force", str(checkout), commit)
        if made.returncode:
            raise OSError(made.stderr.strip())
        yield checkout
    finally:
        _remove(checkout)


def _remove(checkout: Path) -> None:
    """Remove the worktree, also one that an interrupted run left behind."""
    if checkout.exists():
        _git("worktree", "remove", "--force", str(checkout))
        shutil.rmtree(checkout, ignore_errors=True)


def _git(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["git", *arguments],  # noqa: S607 - whichever git there is
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

"""Checks out an earlier commit beside the working tree, for as long as it is used."""

import argparse
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]


def short_name(commit: str, repository: Path = ROOT) -> str:
    """Return the short hash of a commit, however it was named.

    Raises:
        argparse.ArgumentTypeError: the repository has no such commit.
    """
    found = _git(repository, "rev-parse", "--short", "--verify", "--quiet", f"{commit}^{{commit}}")
    if found.returncode:
        raise argparse.ArgumentTypeError(f"This repository has no commit {commit}.")
    return found.stdout.strip()


@contextmanager
def worktree_of(commit: str, name: str, repository: Path = ROOT) -> Iterator[Path]:
    """Check out a commit into `.tmp`.

    Args:
        commit: to check out.
        name: of the folder.
        repository: whose commit it is.

    Raises:
        OSError: git made no worktree.
    """
    checkout = repository / ".tmp" / name
    _remove(repository, checkout)
    try:
        made = _git(repository, "worktree", "add", "--detach", "--force", str(checkout), commit)
        if made.returncode:
            raise OSError(made.stderr.strip())
        yield checkout
    finally:
        _remove(repository, checkout)


def _remove(repository: Path, checkout: Path) -> None:
    """Remove the worktree, also one that an interrupted run left behind."""
    if checkout.exists():
        _git(repository, "worktree", "remove", "--force", str(checkout))
        shutil.rmtree(checkout, ignore_errors=True)


def _git(repository: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["git", *arguments],  # noqa: S607 - whichever git there is
        cwd=repository,
        capture_output=True,
        text=True,
        check=False,
    )

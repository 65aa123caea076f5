"""How did an earlier commit read? In a worktree of its own for as long as it is measured, with the same .venv."""

import argparse
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from integration_tests.benchmarks.readers import Reader, connector
from integration_tests.support.processes import ROOT

_NO_API = "http://127.0.0.1/v5"
_SAY_WHENCE = "import source_pinterest.run; print(source_pinterest.run.__file__)"


def short_name(commit: str, repository: Path = ROOT) -> str:
    """The short hash of a commit, however it was named.

    Raises:
        argparse.ArgumentTypeError: the repository has no such commit.
    """
    found = _git(repository, "rev-parse", "--short", "--verify", "--quiet", f"{commit}^{{commit}}")
    if found.returncode:
        raise argparse.ArgumentTypeError(f"This repository has no commit {commit}.")
    return found.stdout.strip()


@contextmanager
def connector_at(commit: str, repository: Path = ROOT) -> Iterator[Reader]:
    """The connector as it was at a commit.

    Raises:
        ImportError: with these packages it can't be imported, or not from its worktree.
        OSError: git made no worktree.
    """
    checkout = repository / ".tmp" / "beside"
    _remove(repository, checkout)
    try:
        made = _git(repository, "worktree", "add", "--detach", "--force", str(checkout), commit)
        if made.returncode:
            raise OSError(made.stderr.strip())
        reader = connector(checkout, f"this connector at {commit}")
        _check_imports(reader, checkout)
        yield reader
    finally:
        _remove(repository, checkout)


def _check_imports(reader: Reader, checkout: Path) -> None:
    """That it reads with its own package, since the environment knows another one of the same name."""
    done = subprocess.run(
        [sys.executable, "-c", _SAY_WHENCE],
        cwd=checkout,
        env=reader.environment(_NO_API),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        *_, reason = done.stderr.strip().splitlines()
        raise ImportError(
            f"{reader.name} can't be imported ({reason}). Install what it needs with {sys.executable} -m pip."
        )
    if not Path(done.stdout.strip()).resolve().is_relative_to(checkout.resolve()):
        raise ImportError(f"{reader.name} imports {done.stdout.strip()}, which is not in its worktree.")


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

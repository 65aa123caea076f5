"""Measures an earlier commit, in a worktree of its own and with the same .venv."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from integration_tests.support.worktree import ROOT, worktree_of
from integration_tests.tools.benchmarks.readers import Reader, connector

_NO_API = "http://127.0.0.1/v5"
_SAY_WHENCE = "import source_pinterest.run; print(source_pinterest.run.__file__)"


@contextmanager
def connector_at(commit: str, repository: Path = ROOT) -> Iterator[Reader]:
    """The connector as it was at a commit.

    Raises:
        ImportError: with these packages it can't be imported, or not from its worktree.
        OSError: git made no worktree.
    """
    with worktree_of(commit, "beside", repository) as checkout:
        reader = connector(checkout, f"this connector at {commit}")
        _check_imports(reader, checkout)
        yield reader


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

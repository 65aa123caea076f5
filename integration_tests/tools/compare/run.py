"""Compares the connector at a commit with this one. `python -m integration_tests.tools.compare --help`."""

import argparse
import re
import sys
import tempfile
import time
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import AbstractContextManager, ExitStack, nullcontext
from pathlib import Path

from integration_tests.support.worktree import ROOT, short_name, worktree_of
from integration_tests.tools.compare.course import Course, play
from integration_tests.tools.compare.differences import differences
from integration_tests.tools.compare.reader import reader_of
from integration_tests.tools.compare.worlds import (
    SWAP_NEWER,
    courses,
    main_courses,
    short_course,
    special_courses,
    swap_of,
)

ACCEPTED = Path(__file__).with_name("accepted.tsv")
_PROCESSES = 4
"""Twice the processors: for half of its time, a sync of a small world waits for reports."""
_OLDER, _NEWER = "older", "newer"

Checkouts = Mapping[str, Path]
"""The folder of each side."""


def main(arguments: Sequence[str] | None = None, repository: Path = ROOT) -> int:
    """Print a line for each difference; 1 if one of them is not accepted, 2 if nothing could be compared.

    Args:
        arguments: of the command line, by default those of this process.
        repository: with the working tree and the commit.
    """
    parser = argparse.ArgumentParser(prog="python -m integration_tests.tools.compare", description=__doc__)
    parser.add_argument("--with", dest="commit", metavar="COMMIT", help="by default, the working tree itself")
    parser.add_argument("--short", action="store_true", help="four days of one course")
    given = parser.parse_args(arguments)
    chosen = [short_course()] if given.short else [*main_courses(), *special_courses()]
    with ExitStack() as stack:
        try:
            checkout = stack.enter_context(_checkout_of(given.commit, repository))
            alone = _streams_of_one_side(checkout, given.commit, repository) if given.commit else frozenset[str]()
        except (argparse.ArgumentTypeError, ImportError, OSError) as error:
            sys.stderr.write(f"{error}\n")
            return 2
        checkouts = {_OLDER: checkout, _NEWER: repository}
        for stream in sorted(alone):
            sys.stdout.write(f"{stream}: only one side has this stream, so that no course reads it\n")
        return _compare(checkouts, chosen, alone)


def _checkout_of(commit: str | None, repository: Path) -> AbstractContextManager[Path]:
    """The folder of a commit; without one, the working tree."""
    return worktree_of(short_name(commit, repository), "compare", repository) if commit else nullcontext(repository)


def _streams_of_one_side(checkout: Path, commit: str, repository: Path) -> frozenset[str]:
    return _streams_of(checkout, f"commit {commit}") ^ _streams_of(repository, "the working tree")


def _streams_of(checkout: Path, whose: str) -> frozenset[str]:
    try:
        with reader_of(checkout) as reader:
            return reader.streams
    except ImportError as error:
        raise ImportError(f"The connector of {whose} can't be imported with these packages ({error}).") from error


def _compare(checkouts: Checkouts, chosen: Sequence[Course], alone: frozenset[str]) -> int:
    """Play the courses on both sides, without some streams; then, in some of them, have the sides take turns."""
    began_at, lines = time.monotonic(), list[str]()
    with tempfile.TemporaryDirectory() as base, ProcessPoolExecutor(_PROCESSES) as pool:
        played = {
            (course.name, side): pool.submit(_play, course.name, alone, checkouts, side, Path(base, course.name, side))
            for course in chosen
            for side in checkouts
        }
        swaps = []
        for course in chosen:
            older, newer = (played[course.name, side].result() for side in (_OLDER, _NEWER))
            lines += _printed(differences(course, older, newer))
            if course.swaps:
                swap = swap_of(course)
                folder = Path(base, swap.name)
                swaps.append((swap, older, pool.submit(_play_in_turn, swap.name, alone, checkouts, folder)))
        for swap, older, future in swaps:
            lines += _printed(differences(swap, older, future.result()))
    return judge(lines, accepted_in(ACCEPTED), time.monotonic() - began_at)


def _play(name: str, alone: frozenset[str], checkouts: Checkouts, side: str, folder: Path) -> Path:
    """Play a course on one side; return where it is kept."""
    folder.mkdir(parents=True)
    with reader_of(checkouts[side]) as reader:
        play(courses()[name].without(alone), lambda _: reader, folder)
    return folder


def _play_in_turn(name: str, alone: frozenset[str], checkouts: Checkouts, folder: Path) -> Path:
    """Have the older side begin, the newer one go on from its state, then the older one again, as after a rollback."""
    folder.mkdir(parents=True)
    with reader_of(checkouts[_OLDER]) as older, reader_of(checkouts[_NEWER]) as newer:
        play(courses()[name].without(alone), lambda number: newer if number in SWAP_NEWER else older, folder)
    return folder


def _printed(lines: Iterable[str]) -> list[str]:
    """Print lines as they are found."""
    found = list(lines)
    sys.stdout.writelines(f"{line}\n" for line in found)
    sys.stdout.flush()
    return found


def judge(lines: Sequence[str], accepted: Sequence[str], seconds: float) -> int:
    """Tell how many of the differences fit a pattern that is accepted; 1 if any does not."""
    unused = [pattern for pattern in accepted if not any(re.search(pattern, line) for line in lines)]
    for pattern in unused:
        sys.stdout.write(f"{ACCEPTED.name}: {pattern} fits no difference\n")
    others = [line for line in lines if not any(re.search(pattern, line) for pattern in accepted)]
    known = len(lines) - len(others)
    sys.stdout.write(f"{len(lines)} differences, {known} of them accepted ({seconds:.0f} s)\n")
    return int(bool(others))


def accepted_in(file: Path) -> list[str]:
    """The patterns of the differences that are meant; the file has the reason of each."""
    _head, *rows = file.read_text(encoding="utf-8").splitlines()
    return [pattern for pattern, _reason in (row.split("\t") for row in rows)]

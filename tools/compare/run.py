"""Compares the connector at a commit with this one. `python -m tools.compare --help`."""

import argparse
import re
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from pathlib import Path

from integration_tests.support.worktree import ROOT, short_name, worktree_of
from tools.compare.differences import differences
from tools.compare.reader import reader_of
from tools.compare.sync_sequence import SyncSequence, run_sequence
from tools.compare.worlds import main_sequences, sequences, short_sequence, special_sequences

ACCEPTED = Path(__file__).with_name("accepted.tsv")
_PROCESSES = 4
"""Twice the processors: for half of its time, a sync of a small world waits for reports."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Print a line for each difference; 1 if one of them is not accepted, 2 if nothing could be compared."""
    parser = argparse.ArgumentParser(prog="python -m tools.compare", description=__doc__)
    parser.add_argument("--with", dest="commit", metavar="COMMIT", help="by default, the working tree itself")
    parser.add_argument("--short", action="store_true", help="four days of one course")
    given = parser.parse_args(arguments)
    chosen = [short_sequence()] if given.short else [*main_sequences(), *special_sequences()]
    older, alone = ROOT, frozenset[str]()
    with ExitStack() as stack:
        try:
            if given.commit:
                older = stack.enter_context(worktree_of(short_name(given.commit), "compare"))
                alone = _streams_of(older) ^ _streams_of(ROOT)
        except (argparse.ArgumentTypeError, ImportError, OSError) as error:
            sys.stderr.write(f"{error}\n")
            return 2
        for stream in sorted(alone):
            sys.stdout.write(f"{stream}: only one side has this stream, so that no course reads it\n")
        return _compare(older, chosen, alone)


def _streams_of(checkout: Path) -> frozenset[str]:
    try:
        with reader_of(checkout) as reader:
            return reader.streams
    except ImportError as error:
        raise ImportError(f"The connector in {checkout} can't be imported with these packages ({error}).") from error


def _compare(older: Path, chosen: Sequence[SyncSequence], alone: frozenset[str]) -> int:
    """Play the courses on both sides, without some streams."""
    began_at, lines = time.monotonic(), list[str]()
    with tempfile.TemporaryDirectory() as base, ProcessPoolExecutor(_PROCESSES) as pool:
        played = [
            [
                pool.submit(_play, sequence.name, alone, Path(base, side, sequence.name), checkout)
                for side, checkout in (("older", older), ("newer", ROOT))
            ]
            for sequence in chosen
        ]
        for sequence, sides in zip(chosen, played, strict=True):
            before, after = (side.result() for side in sides)
            lines += _printed(differences(sequence, before, after))
    return judge(lines, accepted_in(ACCEPTED), time.monotonic() - began_at)


def _play(name: str, alone: frozenset[str], folder: Path, checkout: Path) -> Path:
    """Play a course with the connector of a checkout, and return where it is kept."""
    folder.mkdir(parents=True)
    with reader_of(checkout) as reader:
        run_sequence(sequences()[name].without(alone), reader, folder)
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

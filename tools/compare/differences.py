"""Compares two sides of a course, stream by stream and day by day."""

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import orjson

from integration_tests.support.outputs import Record
from tools.compare.outcome import OF_NO_STREAM, Outcome
from tools.compare.sync_sequence import SyncSequence, kept

_SHOWN = 160
"""Characters of a value that a line shows."""


def differences(sequence: SyncSequence, older: Path, newer: Path) -> Iterator[str]:
    """A line for each difference: `stream, sequence and day, what: older -> newer`.

    Args:
        sequence: that both sides have played.
        older: the folder with what each sync of the commit given was.
        newer: the same of the present code.
    """
    for stream, number, what, before, after in _found(sequence, older, newer):
        place = f"{sequence.name} {sequence.date_of(number)}"
        yield f"{stream}, {place}, {what}: {_short(before)} -> {_short(after)}"


def _found(sequence: SyncSequence, older: Path, newer: Path) -> Iterator[tuple[str, int, str, Any, Any]]:
    for number in sequence.played():
        one, other = kept(older, number), kept(newer, number)
        for stream, what, before, after in (
            *_records(sequence, one, other),
            *_requests(one, other),
            *_endings(one, other),
        ):
            yield stream, number, what, before, after


def _records(sequence: SyncSequence, older: Outcome, newer: Outcome) -> Iterator[tuple[str, str, Any, Any]]:
    """Records that only one side has, as often as it has them; those of the same key as changed values."""
    for stream in sorted(older.records.keys() | newer.records.keys()):
        one, other = (Counter(side.records.get(stream, ())) for side in (older, newer))
        lost, added = list((one - other).elements()), list((other - one).elements())
        yield from _told(sequence, stream, lost, added)


def _told(
    sequence: SyncSequence, stream: str, lost: Sequence[bytes], added: Sequence[bytes]
) -> Iterator[tuple[str, str, Any, Any]]:
    """One line each for what was lost, what was added and what has changed in the same fields, with a first example.

    A line for each set of fields: an example alone would hide that other records differ in more than it does.
    """
    one, other = (_keyed(sequence, stream, rows) for rows in (lost, added))
    changed: dict[tuple[str, ...], list[Hashable]] = {}
    for key in one.keys() & other.keys():
        before, after = one[key], other[key]
        if before != after:
            differing = sorted(name for name in (before | after) if before.get(name) != after.get(name))
            changed.setdefault(tuple(differing), []).append(key)
    for names, keys in sorted(changed.items()):
        before, after = one[first := min(keys, key=str)], other[first]
        yield (
            stream,
            f"{len(keys)} records changed, such as {_named(sequence, stream, before)}",
            {name: before.get(name) for name in names},
            {name: after.get(name) for name in names},
        )
    for rows, theirs, what in ((lost, other, "lost"), (added, one, "added")):
        rest = [row for row in map(orjson.loads, rows) if _key(sequence, stream, row) not in theirs or not changed]
        if rest:
            counts = (len(rest), 0) if what == "lost" else (0, len(rest))
            yield stream, f"records {what}, such as {_named(sequence, stream, rest[0])}", *counts


def _keyed(sequence: SyncSequence, stream: str, rows: Iterable[bytes]) -> dict[Hashable, Record]:
    return {_key(sequence, stream, record): record for record in map(orjson.loads, rows)}


def _key(sequence: SyncSequence, stream: str, record: Record) -> Hashable:
    return tuple(str(record.get(name)) for name in sequence.key_of(stream))


def _named(sequence: SyncSequence, stream: str, record: Record) -> str:
    return " ".join(f"{name}={record.get(name)}" for name in sequence.key_of(stream))


def _requests(older: Outcome, newer: Outcome) -> Iterator[tuple[str, str, Any, Any]]:
    for operation in sorted(older.accepted.keys() | newer.accepted.keys()):
        if older.accepted[operation] != newer.accepted[operation]:
            yield OF_NO_STREAM, f"accepted requests {operation}", older.accepted[operation], newer.accepted[operation]
    for rejection in sorted(older.rejected ^ newer.rejected):
        yield OF_NO_STREAM, f"rejected requests {rejection}", rejection in older.rejected, rejection in newer.rejected


def _endings(older: Outcome, newer: Outcome) -> Iterator[tuple[str, str, Any, Any]]:
    for stream in sorted(older.endings.keys() | newer.endings.keys()):
        if older.endings.get(stream) != newer.endings.get(stream):
            yield stream, "ending", older.endings.get(stream), newer.endings.get(stream)
    if older.exit_code != newer.exit_code:
        yield OF_NO_STREAM, "exit code", older.exit_code, newer.exit_code


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else orjson.dumps(value).decode()
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."

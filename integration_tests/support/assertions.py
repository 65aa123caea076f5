"""Assert that a sync emitted each of Pinterest's records once and complete."""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from integration_tests.simulator import Entry
from integration_tests.support.catalogs import ALL_STREAMS
from integration_tests.support.expected_records import KEYS, Key
from integration_tests.support.outputs import Output, Record
from integration_tests.support.pinterest import Simulator

SHOWN = 5
"""So many keys of each kind are named in a failure."""

ADVICE = (
    *("Sign in again", "Enter a new one", "next sync", "Ask its owner", "move them into sections"),
    *("leave the stream out", "Please report it"),
)


def key_of(stream: str, record: Record) -> Key:
    """The primary key of a record."""
    return tuple(record.get(name) for name in KEYS[stream])


def keys_of(stream: str, records: Iterable[Record]) -> Counter[Key]:
    """How often each key was emitted."""
    return Counter(key_of(stream, record) for record in records)


def upserted(stream: str, *outputs: Output) -> list[Record]:
    """What a destination that merges rows by their key holds."""
    return list({key_of(stream, record): record for output in outputs for record in output.records[stream]}.values())


def without_nulls(record: Record) -> Record:
    """A record as it leaves the process: the protocol's serializer skips columns that are null."""
    return {name: value for name, value in record.items() if value is not None}


def assert_same(stream: str, records: Iterable[Record], expected: Mapping[Key, Record]) -> None:
    """Every expected record is there, whole and once, and no other."""
    emitted = list(records)
    keys = keys_of(stream, emitted)
    missing, invented = set(expected) - set(keys), set(keys) - set(expected)
    twice = [key for key, count in keys.items() if count > 1]
    trouble = {"missing": sorted(missing), "invented": sorted(invented, key=str), "twice": twice}
    told = {name: (len(found), found[:SHOWN]) for name, found in trouble.items() if found}
    assert not told, f"{stream}: {told}"
    for record in emitted:
        key = key_of(stream, record)
        assert record == without_nulls(expected[key]), f"{stream}: {key} differs"


def assert_exact(output: Output, sim: Simulator, streams: Iterable[str] = ALL_STREAMS, **window: Any) -> None:
    """Each stream holds exactly what the simulator does; `window` is what `World.expected` takes."""
    for stream in streams:
        assert_same(stream, output.records[stream], sim.expected(stream, **window))


def assert_succeeded(output: Output, streams: Iterable[str] = ALL_STREAMS) -> None:
    """The sync ended well, and so did each stream."""
    assert output.exit_code == 0, output.text()
    assert not output.errors, output.text()
    for stream in streams:
        assert output.status(stream) == "COMPLETE", stream


def assert_lawful(requests: Iterable[Entry]) -> None:
    """Each request keeps the rules of Pinterest's that the simulator has. `run_sync` asks this of every sync."""
    broken = [
        f"{entry.method} {entry.path}: {entry.broken_rule or 'no operation has this path'}"
        for entry in requests
        if entry.category and (entry.broken_rule or not entry.operation_id)
    ]
    assert not broken, f"{len(broken)} requests, such as {broken[:SHOWN]}"


def assert_failed(output: Output, stream: str, failure_type: str, *words: str) -> None:
    """One stream ended INCOMPLETE, with an error of this type whose sentence holds the words."""
    assert output.exit_code != 0
    assert output.status(stream) == "INCOMPLETE"
    found = [error for error in output.errors_of(stream) if error.failure_type.value == failure_type]
    assert found, output.text()
    said = " ".join(str(error.message) for error in found)
    for word in words:
        assert word in said, said


def assert_understandable(sentence: str) -> None:
    """An error says what to do, in words."""
    assert sentence.endswith((".", ")")), sentence
    assert "Traceback" not in sentence
    assert not sentence.startswith("Exhausted"), sentence
    assert any(advice in sentence for advice in ADVICE), sentence

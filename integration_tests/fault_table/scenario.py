"""A trial is a fault on some kinds of stream in one sync; `run_scenario` says how each of them ends.

Unless all end exactly, a second sync from the emitted state, without the fault, completes the set.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from integration_tests.fault_table.columns import Column
from integration_tests.fault_table.outcomes import CallPosition, ExpectedOutcome, Spread
from integration_tests.fault_table.rows import Row
from integration_tests.fault_table.sync_sequence import OWNERS, FaultSequence, InjectedFault
from integration_tests.support.assertions import assert_same, assert_understandable, key_of
from integration_tests.support.expected_records import Key
from integration_tests.support.outputs import Output, Record
from integration_tests.support.sync_sequences import MERGE

ExpectedRecords = Mapping[Key, Record]

_FAILURES = {ExpectedOutcome.TRANSIENT, ExpectedOutcome.SYSTEM, ExpectedOutcome.CONFIG}
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class FaultScenario:
    """One fault on some kinds of stream in the same sync, on each at a place of its own."""

    row: Row
    places: Mapping[Column, CallPosition]


def run_scenario(scenario: FaultScenario) -> dict[Column, ExpectedOutcome]:
    """How each stream ended.

    Without a lookback, nothing but the state makes the second sync read what failed. It does not wait for the end of a
    permanent fault.
    """
    injected_faults = [
        InjectedFault.of_the_table(scenario.row, column, place, 0, 0) for column, place in scenario.places.items()
    ]
    waits = CallPosition.ALL_BUT_FIRST not in scenario.places.values()
    sequence = FaultSequence(tuple(scenario.places), MERGE, 0, (0, 0), injected_faults, waits=waits)
    expected_records = {column: column.expected_records(sequence.world) for column in scenario.places}
    first = sequence.sync()
    hit = {entry.operation_id for entry in sequence.log if entry.fault == scenario.row.kind}
    assert hit, "the fault hit no call"
    assert hit >= {injected_fault.on for injected_fault in injected_faults}, hit
    endings = {column: _ending(first, column, expected_records[column]) for column in scenario.places}
    fails = any(ending in _FAILURES for ending in endings.values())
    assert bool(first.exit_code) == fails, first.text()
    if any(ending is not ExpectedOutcome.EXACT for ending in endings.values()):
        sequence.run()
    return endings


def _ending(output: Output, column: Column, expected_records: ExpectedRecords) -> ExpectedOutcome:
    stream = column.stream
    records = output.records[stream]
    if output.status(stream) == "COMPLETE":
        assert not output.errors_of(stream), output.text()
        if marked := _marked(output, column, expected_records):
            assert_same(column.known_as, records, {**expected_records, **marked})
            return ExpectedOutcome.MARKED
        missing = set(expected_records) - {key_of(column.known_as, record) for record in records}
        assert_same(
            column.known_as, records, {key: record for key, record in expected_records.items() if key not in missing}
        )
        warnings = " ".join(text for text in output.warnings() if text.startswith(f"{stream}: "))
        unnamed = [key for key in missing if not _owners(expected_records[key]) & set(_WORD.findall(warnings))]
        assert not unnamed, f"{stream}: no word of {unnamed} in {warnings!r}"
        if not missing:
            return ExpectedOutcome.EXACT
        return ExpectedOutcome.PIN_SKIPPED if column.skips_pins else ExpectedOutcome.SKIPPED
    assert output.status(stream) == "INCOMPLETE"
    assert output.errors_of(stream), output.text()
    for error in output.errors_of(stream):
        assert_understandable(str(error.message))
    types = {str(error.failure_type.value).removesuffix("_error") for error in output.errors_of(stream)}
    assert len(types) == 1, types
    return ExpectedOutcome(types.pop())


def _marked(output: Output, column: Column, expected_records: ExpectedRecords) -> ExpectedRecords:
    """The records that say of a readable pin that it can't be read."""
    found = {key_of(column.known_as, record): record for record in output.records[column.stream]}
    return {
        key: record
        for key, record in found.items()
        if record.get("is_readable") != expected_records.get(key, record).get("is_readable")
    }


def _owners(record: Record) -> set[str]:
    return {str(record[name]) for name in (*OWNERS, "pin_id") if name in record}


def scenarios(row: Row) -> list[FaultScenario]:
    """All of a row: in the same sync are the kinds of stream that do not disturb each other."""
    cells = {column: row.cell(column.name) for column in row.run_on()}
    found = []
    for place in CallPosition:
        columns = [column for column, endings in cells.items() if place in endings]
        lasts = place is CallPosition.ALL_BUT_FIRST
        found += [FaultScenario(row, dict.fromkeys(group, place)) for group in _together(row, columns, lasts=lasts)]
    return found


def _together(row: Row, columns: Iterable[Column], *, lasts: bool) -> list[list[Column]]:
    """Which kinds of stream a fault may hit in the same sync: those of the same days that it does not spoil too."""
    groups: list[list[Column]] = []
    for column in columns:
        for group in groups:
            if column.days == group[0].days and not any(_disturb(row, column, other, lasts) for other in group):
                group.append(column)
                break
        else:
            groups.append([column])
    return groups


def _disturb(row: Row, column: Column, other: Column, lasts: bool) -> bool:
    if row.spreads is Spread.EVERYWHERE:
        return True
    if row.spreads is Spread.QUOTA and column.quotas & other.quotas:
        return True
    return lasts and (column.is_about(other) or other.is_about(column))

"""How does a sync end whose calls go wrong, and does the next one complete it?

Whatever is neither exact nor honest is a failed assertion: a record that is missing without a word, an error that does
not say what to do, a state from which the next sync does not complete the set, a secret in the output.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from integration_tests.fault_table.columns import COLUMNS, METRICS, PAGE_CAP, Column, small_world
from integration_tests.fault_table.endings import Ending, Place
from integration_tests.fault_table.rows import Row
from integration_tests.simulator import Fault
from integration_tests.support.assertions import Key, assert_same, assert_succeeded, assert_understandable, key_of
from integration_tests.support.outputs import Output, Record
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.secrets import assert_no_secret
from integration_tests.support.syncs import State, run_sync
from integration_tests.support.truth import REPORT_KEYS

Truth = Mapping[Key, Record]


@dataclass(frozen=True)
class Trial:
    """One fault on some kinds of stream in the same sync, on each at a place of its own."""

    row: Row
    places: Mapping[Column, Place]

    @property
    def streams(self) -> list[str]:
        """The examples of its kinds of stream."""
        return [column.stream for column in self.places]


def play(trial: Trial) -> dict[Column, Ending]:
    """How each stream ended."""
    world, row = small_world(), trial.row
    truth = {stream: _truth(world, stream, row) for stream in trial.streams}
    faults = [_fault(row, column, place, world) for column, place in trial.places.items()]
    with Simulator(world, faults=faults, page_cap=PAGE_CAP, profile="ample", **row.settings) as sim:
        first = _sync(sim, trial, **_patience(trial), **row.config)
        assert_no_secret(first, sim.secrets)
        hit = {entry.operation_id for entry in sim.log if entry.fault == row.kind}
        assert hit, "the fault hit no call"
        assert hit >= {fault.on for fault in faults} - {"*"}, hit
    endings = {column: _ending(first, column.stream, truth[column.stream]) for column in trial.places}
    fails = any(ending not in {Ending.EXACT, Ending.LEFT_OUT} for ending in endings.values())
    assert bool(first.exit_code) == fails, first.text()
    if any(ending is not Ending.EXACT for ending in endings.values()):
        _assert_completed(first, world, trial, truth)
    return endings


def _sync(sim: Simulator, trial: Trial, *, state: State | None = None, **options: Any) -> Output:
    """Without a look back, nothing but the state makes the next sync read what failed."""
    config = sim.config(
        **{
            "start_date": _start(sim.world, trial.row).isoformat(),
            "analytics_columns": list(METRICS),
            "lookback_days": 0,
            **options,
        }
    )
    return run_sync(sim, trial.streams, config=config, state=state)


def _start(world: World, row: Row) -> date:
    return world.today - timedelta(days=row.days)


def _patience(trial: Trial) -> dict[str, Any]:
    """What never ends is not waited for."""
    lasts = Place.ALL_BUT_FIRST in trial.places.values()
    return {"max_retries": 1, "max_wait_minutes": 0.01, "report_timeout_minutes": 0.01} if lasts else {}


def _fault(row: Row, column: Column, place: Place, world: World) -> Fault:
    if place is Place.ALL_BUT_FIRST:
        return column.lasting_fault(row.kind, world, row.details, of_one=row.refuses)
    return column.fault(row.kind, place, world, row.details)


def _truth(world: World, stream: str, row: Row) -> dict[Key, Record]:
    columns = {} if stream in REPORT_KEYS else {"wanted_columns": METRICS}
    return world.expected(stream, start=_start(world, row), **columns)


def _ending(output: Output, stream: str, truth: Truth) -> Ending:
    records = output.records[stream]
    if output.status(stream) == "COMPLETE":
        assert not output.errors_of(stream), output.text()
        missing = set(truth) - {key_of(stream, record) for record in records}
        assert_same(stream, records, {key: record for key, record in truth.items() if key not in missing})
        warnings = " ".join(text for text in output.warnings() if text.startswith(f"{stream}: "))
        unnamed = [key for key in missing if not _owners(truth[key]) & set(warnings.replace(".", " ").split())]
        assert not unnamed, f"{stream}: no word of {unnamed} in {warnings!r}"
        return Ending.LEFT_OUT if missing else Ending.EXACT
    assert output.status(stream) == "INCOMPLETE"
    assert output.errors_of(stream), output.text()
    for error in output.errors_of(stream):
        assert_understandable(str(error.message))
    types = {str(error.failure_type.value).removesuffix("_error") for error in output.errors_of(stream)}
    assert len(types) == 1, types
    return Ending(types.pop())


def _owners(record: Record) -> set[str]:
    names = ("board_id", "ad_account_id", "AD_ACCOUNT_ID", "trend_type")
    return {str(record[name]) for name in names if name in record}


def _assert_completed(first: Output, world: World, trial: Trial, truth: Mapping[str, Truth]) -> None:
    """What still exists is there after a second sync; what came before it went may be there as well."""
    gone = [world.account_id(index) for index in range(world.ad_accounts) if index not in world.account_indexes()]
    with Simulator(world, page_cap=PAGE_CAP, profile="ample") as sim:
        second = _sync(sim, trial, state=first.states, exclude_account_ids=gone)
        assert_succeeded(second, truth)
    for stream, whole in truth.items():
        united: dict[Key, Record] = {}
        for record in [*first.records[stream], *second.records[stream]]:
            united[key_of(stream, record)] = record
        owed = set(_truth(world, stream, trial.row))
        assert_same(stream, united.values(), {key: whole[key] for key in whole if key in owed or key in united})


def trials(row: Row) -> list[Trial]:
    """All of a row: once on every kind of stream in one sync, unless they disturb each other; for good by itself."""
    cells = {column: row.cell(column.name) for column in COLUMNS}
    found = []
    for place in Place:
        columns = [column for column, endings in cells.items() if place in endings]
        if place is Place.ALL_BUT_FIRST or row.spreads:
            found += [Trial(row, {column: place}) for column in columns]
        elif columns:
            found.append(Trial(row, dict.fromkeys(columns, place)))
    return found

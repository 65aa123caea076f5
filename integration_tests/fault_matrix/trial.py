"""How does a sync end whose calls go wrong, and does the next one complete it?

Exact with exit code 0; or honest: an exit code that is not 0, the stream INCOMPLETE with a reason; or, where one board
or account refuses that was never read before, complete with a warning that names it. In the last two, reading again
from the emitted state must complete the set. Whatever else happens is a failed assertion.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, partial
from typing import Any
from unittest import mock

import backoff

from integration_tests.fault_matrix.cases import Case
from integration_tests.fault_matrix.kinds import KINDS, PAGE_CAP, Place, StreamKind, small_world
from integration_tests.simulator import Entry, Fault, FaultKind
from integration_tests.support.assertions import Key, assert_same, assert_succeeded, key_of
from integration_tests.support.outputs import Output, Record
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.secrets import assert_no_secret
from integration_tests.support.syncs import run_sync


class Ending(StrEnum):
    """How a stream ended."""

    EXACT = "exact"
    LEFT_OUT = "left out"
    TRANSIENT = "transient"
    SYSTEM = "system"
    CONFIG = "config"


@dataclass(frozen=True)
class Cell:
    """One fault on one kind of stream at one place."""

    case: Case
    kind: StreamKind
    place: Place


Truth = Mapping[Key, Record]


QUICK = partial(backoff.expo, factor=0.1)
"""The framework's pauses between tries, a tenth as long; no option of ours sets them."""


@mock.patch("backoff.expo", QUICK)
def run_trial(cells: Sequence[Cell]) -> list[Ending]:
    """Run cells of one case in one sync, each on a stream of its own, and tell how each ended, in their order."""
    case = cells[0].case
    world, streams = small_world(), [cell.kind.stream for cell in cells]
    truth = {stream: world.expected(stream) for stream in streams}
    faults = [_fault(cell, world) for cell in cells]
    with Simulator(world, faults=faults, page_cap=PAGE_CAP, **case.settings) as sim:
        first = run_sync(sim, streams, config=_config(sim, cells))
        assert_no_secret(first, sim.secrets)
        hit = {"*", *(entry.operation_id for entry in sim.log if entry.fault == case.kind)}
        assert sim.fired(case.kind), "the fault hit no call"
        assert hit >= set(map(_operation, cells)), f"the fault hit only {hit}"
    endings = [_ending(first, stream, whole) for stream, whole in truth.items()]
    incomplete = any(ending not in {Ending.EXACT, Ending.LEFT_OUT} for ending in endings)
    assert bool(first.exit_code) == incomplete, first.text()
    if any(ending is not Ending.EXACT for ending in endings):
        _assert_completed(first, world, truth)
    return endings


def _fault(cell: Cell, world: World) -> Fault:
    details: dict[str, Any] = dict(cell.case.details)
    if cell.case.kind is FaultKind.ACCOUNT_VANISHES:
        details["account"] = world.account_id(1)
    fault = Fault(cell.case.kind, on=_operation(cell), **details)
    calls = sum(map(fault.covers, clean_log()))
    after = {Place.FIRST: 0, Place.LAST: calls - 1}.get(cell.place, calls // 2)
    times = None if cell.place is Place.FROM_THEN_ON else 1
    return Fault(cell.case.kind, on=_operation(cell), after=after, times=times, **details)


def _operation(cell: Cell) -> str:
    """Faults of reports know by themselves which step they hit."""
    return "*" if cell.case.on == ("report",) else cell.kind.operation_at(cell.place)


@cache
def clean_log() -> tuple[Entry, ...]:
    """The calls of a sync without a fault."""
    with Simulator(small_world(), page_cap=PAGE_CAP) as sim:
        streams = [kind.stream for kind in KINDS]
        assert_succeeded(run_sync(sim, streams), streams)
        return tuple(sim.log)


def _config(sim: Simulator, cells: Iterable[Cell]) -> dict[str, Any]:
    """Without a look back, nothing but the state makes the next sync read what failed."""
    case_options = {name: value for cell in cells for name, value in cell.case.config.items()}
    lasts = any(cell.place is Place.FROM_THEN_ON for cell in cells)
    patience = {"max_retries": 1, "max_wait_minutes": 0.02} if lasts else {}
    return sim.config(lookback_days=0, **patience, **case_options)


def _ending(output: Output, stream: str, truth: Truth) -> Ending:
    records = output.records[stream]
    missing = set(truth) - {key_of(stream, record) for record in records}
    if output.status(stream) == "COMPLETE":
        assert not output.errors_of(stream), output.text()
        assert_same(stream, records, {key: record for key, record in truth.items() if key not in missing})
        warnings = " ".join(text for text in output.warnings() if text.startswith(f"{stream}: "))
        unnamed = [key for key in missing if not _parents(truth[key]) & set(warnings.replace(".", " ").split())]
        assert not unnamed, f"{stream}: no word of {unnamed} in {warnings!r}"
        return Ending.LEFT_OUT if missing else Ending.EXACT
    assert output.status(stream) == "INCOMPLETE"
    assert output.errors_of(stream), output.text()
    assert all(str(error.message).endswith((".", ")")) for error in output.errors_of(stream)), output.text()
    kinds = {str(error.failure_type.value).removesuffix("_error") for error in output.errors_of(stream)}
    assert len(kinds) == 1, kinds
    return Ending(kinds.pop())


def _parents(record: Record) -> set[str]:
    names = ("board_id", "ad_account_id", "AD_ACCOUNT_ID")
    return {str(record[name]) for name in names if name in record}


def _assert_completed(first: Output, world: World, truth: Mapping[str, Truth]) -> None:
    """What still exists is there after a second sync; what came before it went may be there as well."""
    with Simulator(world, page_cap=PAGE_CAP) as sim:
        second = run_sync(sim, truth, config=sim.config(lookback_days=0), state=first.states)
        assert_succeeded(second, truth)
        for stream, whole in truth.items():
            united: dict[Key, Record] = {}
            for record in [*first.records[stream], *second.records[stream]]:
                united[key_of(stream, record)] = record
            owed = set(sim.expected(stream))
            assert_same(stream, united.values(), {key: whole[key] for key in whole if key in owed or key in united})

"""Run a sync whose requests fail, and check that the next sync completes it.

Whatever is neither exact nor honest is a failed assertion: a record that is missing without a word, an error that does
not say what to do, a state from which the next sync does not complete the set, a secret in the output.
"""

import re
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from integration_tests.fault_table.columns import COLUMNS, Column
from integration_tests.fault_table.endings import Ending, Place
from integration_tests.fault_table.rows import Row
from integration_tests.fault_table.spread import Spread
from integration_tests.fault_table.world import OPTIONS, PAGE_CAP, small_world
from integration_tests.simulator import Fault
from integration_tests.support.assertions import assert_same, assert_succeeded, assert_understandable, key_of
from integration_tests.support.outputs import Output, Record
from integration_tests.support.pauses import SHORT_PAUSES
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.secrets import assert_no_secret
from integration_tests.support.syncs import State, run_sync
from integration_tests.support.truth import Key
from source_pinterest.api.retries import Pauses

Truth = Mapping[Key, Record]

_OWNERS = (
    *("board_id", "feed_id", "pin_id", "ad_account_id", "AD_ACCOUNT_ID", "ad_group_id", "parent_id", "trend_type"),
)
"""The fields that name what a record is left out with."""
_FAILURES = {Ending.TRANSIENT, Ending.SYSTEM, Ending.CONFIG}
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class PassingPauses(Pauses):
    """The pauses between two tries that a user has; nobody waits, and Pinterest's clock goes forward instead.

    Threads that pause at the same time pause together: the clock shows the time of the one that has paused longest.

    Attributes:
        advance: moves that clock by so many seconds.
    """

    advance: Callable[[float], object] = field(kw_only=True)
    _paused: dict[int, float] = field(default_factory=dict, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False)

    def before_retry(self, retry: int) -> float:
        """Nothing, once the clock has moved on."""
        with self._lock:
            shown, thread = max(self._paused.values(), default=0.0), threading.get_ident()
            self._paused[thread] = self._paused.get(thread, 0.0) + super().before_retry(retry)
            self.advance(max(0.0, self._paused[thread] - shown))
        return 0.0


@dataclass(frozen=True)
class Trial:
    """One fault on some kinds of stream in the same sync, on each at a place of its own."""

    row: Row
    places: Mapping[Column, Place]

    @property
    def streams(self) -> list[str]:
        """The examples of its kinds of stream."""
        return [column.stream for column in self.places]

    def truth(self, world: World) -> dict[Column, Truth]:
        """What a perfect sync of each of them holds."""
        return {column: column.truth(world) for column in self.places}


def play(trial: Trial) -> dict[Column, Ending]:
    """How each stream ended."""
    world, row = small_world(), trial.row
    truth = trial.truth(world)
    faults = [_fault(row, column, place, world) for column, place in trial.places.items()]
    with Simulator(world, faults=faults, page_cap=PAGE_CAP, profile="ample", **row.settings) as sim:
        first = _sync(sim, trial, **_patience(trial), **row.config)
        assert_no_secret(first, sim.secrets)
        hit = {entry.operation_id for entry in sim.log if entry.fault == row.kind}
        assert hit, "the fault hit no call"
        assert hit >= {fault.on for fault in faults}, hit
    endings = {column: _ending(first, column, truth[column]) for column in trial.places}
    fails = any(ending in _FAILURES for ending in endings.values())
    assert bool(first.exit_code) == fails, first.text()
    if any(ending is not Ending.EXACT for ending in endings.values()):
        _assert_completed(first, world, trial, truth, endings)
    return endings


def _sync(sim: Simulator, trial: Trial, *, state: State | None = None, **options: Any) -> Output:
    """Without a look back, nothing but the state makes the next sync read what failed."""
    [start] = {column.start(sim.world) for column in trial.places}
    config = sim.config(**{"start_date": start.isoformat(), "lookback_days": 0, **OPTIONS, **options})
    pauses = _as_a_user_has_them(sim) if "lasts" in trial.row.details else SHORT_PAUSES
    return run_sync(sim, trial.streams, config=config, state=state, pauses=pauses)


def _as_a_user_has_them(sim: Simulator) -> Pauses:
    """The pauses between tries; polls of reports have no part in it."""
    return PassingPauses(poll_seconds=SHORT_PAUSES.poll_seconds, advance=sim.advance)


def _patience(trial: Trial) -> dict[str, Any]:
    """What never ends is not waited for."""
    lasts = Place.ALL_BUT_FIRST in trial.places.values()
    return {"max_retries": 1, "max_wait_minutes": 0.01, "report_timeout_minutes": 0.01} if lasts else {}


def _fault(row: Row, column: Column, place: Place, world: World) -> Fault:
    if place is Place.ALL_BUT_FIRST:
        return column.lasting_fault(row.kind, world, row.details, of_one=row.refuses)
    return column.fault(row.kind, place, world, row.details)


def _ending(output: Output, column: Column, truth: Truth) -> Ending:
    stream = column.stream
    records = output.records[stream]
    if output.status(stream) == "COMPLETE":
        assert not output.errors_of(stream), output.text()
        if marked := _marked(output, column, truth):
            assert_same(column.known_as, records, {**truth, **marked})
            return Ending.MARKED
        missing = set(truth) - {key_of(column.known_as, record) for record in records}
        assert_same(column.known_as, records, {key: record for key, record in truth.items() if key not in missing})
        warnings = " ".join(text for text in output.warnings() if text.startswith(f"{stream}: "))
        unnamed = [key for key in missing if not _owners(truth[key]) & set(_WORD.findall(warnings))]
        assert not unnamed, f"{stream}: no word of {unnamed} in {warnings!r}"
        if not missing:
            return Ending.EXACT
        return Ending.PASSED_OVER if column.passes_over else Ending.LEFT_OUT
    assert output.status(stream) == "INCOMPLETE"
    assert output.errors_of(stream), output.text()
    for error in output.errors_of(stream):
        assert_understandable(str(error.message))
    types = {str(error.failure_type.value).removesuffix("_error") for error in output.errors_of(stream)}
    assert len(types) == 1, types
    return Ending(types.pop())


def _marked(output: Output, column: Column, truth: Truth) -> Truth:
    """The records that say of a readable pin that it can't be read."""
    found = {key_of(column.known_as, record): record for record in output.records[column.stream]}
    return {
        key: record
        for key, record in found.items()
        if record.get("is_readable") != truth.get(key, record).get("is_readable")
    }


def _owners(record: Record) -> set[str]:
    return {str(record[name]) for name in _OWNERS if name in record}


def _assert_completed(
    first: Output,
    world: World,
    trial: Trial,
    truth: Mapping[Column, Truth],
    endings: Mapping[Column, Ending],
) -> None:
    """What still exists is there after a second sync; what came before it went may be there as well."""
    gone = [world.account_id(index) for index in range(world.ad_accounts) if index not in world.account_indexes()]
    with Simulator(world, page_cap=PAGE_CAP, profile="ample") as sim:
        second = _sync(sim, trial, state=first.states, exclude_account_ids=gone)
        assert_succeeded(second, trial.streams)
    for column, perfect in truth.items():
        whole = {**perfect, **_marked(first, column, perfect)}
        united: dict[Key, Record] = {}
        for record in [*first.records[column.stream], *second.records[column.stream]]:
            united[key_of(column.known_as, record)] = record
        owed = set(column.truth(world))
        if endings[column] is Ending.PASSED_OVER:
            owed &= {key_of(column.known_as, record) for record in first.records[column.stream]}
        assert_same(
            column.known_as, united.values(), {key: whole[key] for key in whole if key in owed or key in united}
        )


def trials(row: Row) -> list[Trial]:
    """All of a row: in the same sync are the kinds of stream that do not disturb each other."""
    cells = {column: row.cell(column.name) for column in COLUMNS}
    found = []
    for place in Place:
        columns = [column for column, endings in cells.items() if place in endings]
        lasts = place is Place.ALL_BUT_FIRST
        found += [Trial(row, dict.fromkeys(group, place)) for group in together(row, columns, lasts=lasts)]
    return found


def together(row: Row, columns: Iterable[Column], *, lasts: bool) -> list[list[Column]]:
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

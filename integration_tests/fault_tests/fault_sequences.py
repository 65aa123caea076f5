"""Courses of syncs with faults, as hypothesis draws them, and what a destination holds after each of the syncs."""

from collections.abc import Callable, Iterator

from hypothesis import strategies as st

from integration_tests.fault_table.columns import COLUMNS, Column
from integration_tests.fault_table.outcomes import CallPosition
from integration_tests.fault_table.rows import ROWS
from integration_tests.fault_table.sync_sequence import (
    LONGEST_LOOKBACK_DAYS,
    FaultSequence,
    InjectedFault,
    may_be_played,
)
from integration_tests.fault_table.world import small_world
from integration_tests.simulator import Fault, FaultKind
from integration_tests.support.pinterest import Simulator
from integration_tests.support.sync_sequences import APPEND, MERGE, OVERWRITE, has_cursor

SYNCS = 10
_LOOKBACKS = (0, 5, None, LONGEST_LOOKBACK_DAYS)
"""None, a short one, the default, and the longest."""

_ROWS = list(filter(may_be_played, ROWS))
_ODD_IDS = (
    *(FaultKind.FORBIDDEN, FaultKind.GONE, FaultKind.ACCOUNT_REJECTED_400),
    *(FaultKind.FORBIDDEN_WITHOUT_WORDS, FaultKind.SERVER_ERROR, FaultKind.CUT_BODY),
)
_ODD_ANSWERS = (FaultKind.NOT_FOUND_EMPTY, FaultKind.LAST_90_DAYS_400, FaultKind.OTHER_FORM)
_LISTS = {
    "boards/list": "boards",
    "boards/list_pins": "board_pins",
    "campaigns/list": "campaigns",
    "ad_groups/list": "ad_groups",
    "pins/list": "pins",
    "feeds/list": "catalogs_feeds",
}
"""Lists that may break off after a page."""


@st.composite
def sequences(draw: st.DrawFn) -> FaultSequence:
    """Any course."""
    destination = draw(st.sampled_from([MERGE, APPEND, OVERWRITE]))
    # Weeks are appended up to another day than all others.
    kinds = [column for column in COLUMNS if destination != APPEND or column.name != "conversions"]
    kinds += [column for column in kinds if has_cursor(column.stream)] * 2  # of which more can go wrong
    columns = draw(st.lists(st.sampled_from(kinds), min_size=1, max_size=2, unique=True))
    columns = [column for column in columns if column.days == columns[0].days]
    days = [0] if destination == OVERWRITE else [0, 1, 1, 2]  # all attempts of a refresh see the same numbers
    return FaultSequence(
        columns=tuple(columns),
        destination=destination,
        lookback_days=draw(st.sampled_from(_LOOKBACKS)) if destination == MERGE else None,
        days=tuple(draw(st.lists(st.sampled_from(days), min_size=SYNCS + 1, max_size=SYNCS + 1))),
        injected_faults=tuple(
            _incident(draw, draw(st.sampled_from(columns)), may_kill=destination == MERGE)
            for _ in range(draw(st.integers(2, 5)))
        ),
    )


def _incident(draw: st.DrawFn, column: Column, *, may_kill: bool) -> InjectedFault:
    first = draw(st.integers(0, SYNCS - 1))
    last = min(SYNCS - 1, first + draw(st.sampled_from([0, 0, 1, 2, 4, SYNCS])))
    kills = [_kill] if may_kill else []  # a destination that keeps every row has some of a killed sync twice
    make = draw(st.sampled_from([_of_the_table, _of_the_table, *kills, *_of_one_thing(column)]))
    return make(draw, column, first, last)


_Make = Callable[[st.DrawFn, Column, int, int], InjectedFault]


def _of_one_thing(column: Column) -> Iterator[_Make]:
    """The faults of single pages, ids and pins that may hit a kind of stream."""
    if _lists_of(column):
        yield _breaking_off
    if column.name == "analytics":
        yield _of_an_id
        yield _of_an_id
    if column.name == "pin days":
        yield _of_a_pin


def _of_the_table(draw: st.DrawFn, column: Column, first: int, last: int) -> InjectedFault:
    row = draw(st.sampled_from([row for row in _ROWS if row.cell(column.name)]))
    places = sorted(row.cell(column.name))
    often = [place for place in places if place is CallPosition.ALL_BUT_FIRST]  # most others pass with a retry
    place = draw(st.sampled_from([*often, *often, *places]))
    return InjectedFault.of_the_table(row, column, place, first, last)


def _kill(draw: st.DrawFn, _column: Column, first: int, last: int) -> InjectedFault:
    share = draw(st.sampled_from([0.2, 0.5, 0.8, 0.95]))
    return InjectedFault(first, last, f"killed after {share:.0%}", lambda _: None, kill=share)


def _breaking_off(draw: st.DrawFn, column: Column, first: int, last: int) -> InjectedFault:
    operation = draw(st.sampled_from(_lists_of(column)))

    def alter(sim: Simulator) -> None:
        sim.alter(operation, lambda entry, page: {} if entry.values("bookmark") else page)

    return InjectedFault(first, last, f"{operation} breaks off", alter)


def _of_a_pin(draw: st.DrawFn, column: Column, first: int, last: int) -> InjectedFault:
    del column
    return of_a_pin(draw(st.sampled_from(ids("pins"))), draw(st.sampled_from(_ODD_ANSWERS)), first, last)


def _of_an_id(draw: st.DrawFn, column: Column, first: int, last: int) -> InjectedFault:
    kind, one = draw(st.sampled_from(_ODD_IDS)), draw(st.sampled_from(ids("campaigns")))
    fault = Fault(kind, on=column.steps[0], entity=one, times=None)
    return InjectedFault(first, last, f"campaign {one}: {kind}", lambda sim: sim.add_fault(fault))


def of_a_pin(pin: str, kind: FaultKind, first: int, last: int) -> InjectedFault:
    """The analytics of a pin can't be read."""
    fault = Fault(kind, on="pins/analytics", pin=pin, times=None)
    return InjectedFault(first, last, f"pin {pin}: {kind}", lambda sim: sim.add_fault(fault))


def ids(stream: str) -> list[str]:
    """The IDs of a list."""
    return sorted({str(record["id"]) for record in small_world().expected(stream).values()})


def _lists_of(column: Column) -> list[str]:
    return sorted({*column.steps, *column.needs} & set(_LISTS))

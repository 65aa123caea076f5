"""No day is promised that was not read, or passed over, whichever slices end well, badly or never.

Several syncs in a row, each from the state of the one before, a few days later, with another start date, cut short
anywhere: no state promises a day that was not read whole, and the last sync, in which all goes well, leaves none out.
"""

import random
from collections import Counter
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

from airbyte_cdk.sources.types import StreamSlice
from hypothesis import given
from hypothesis import strategies as st

from source_pinterest.dates import DateWindow, days_before
from source_pinterest.engine.slices import batch_slice
from source_pinterest.state.day_cursor import DayCursor
from source_pinterest.state.history import PlannedWindow, WindowProgress, in_reading_order
from source_pinterest.state.period import Period, Restatement
from unit_tests.properties.days import TODAY, days_of
from unit_tests.state.stores import store

KEPT_DAYS = 89
ACCOUNTS = ("1", "2")
SliceOf = tuple[str, PlannedWindow, int]


class End(Enum):
    """How a slice ends."""

    READ = auto()
    FAILED = auto()
    DOUBTED = auto()
    NEVER = auto()


@dataclass
class Plan:
    """How one sync goes.

    Attributes:
        later: days since the one before.
        start: how many days before its today it begins.
    """

    later: int
    start: int
    lookback: int | None
    days_per_call: int
    batches: int
    order: int
    ends: list[End] = field(default_factory=list)


syncs = st.builds(
    Plan,
    later=st.integers(0, 20),
    start=st.integers(0, 30),
    lookback=st.none() | st.integers(0, 12),
    days_per_call=st.integers(1, 31),
    batches=st.integers(1, 3),
    order=st.integers(0, 2**32),
    ends=st.lists(st.sampled_from(End), min_size=1, max_size=12),
)


@dataclass
class Destination:
    """What has been read for good, day by day."""

    read: dict[str, set[int]] = field(default_factory=lambda: {account: set() for account in ACCOUNTS})

    def sync(self, plan: Plan, period: Period, state: dict[str, Any] | None) -> dict[str, Any]:
        """Go through one sync, and give its last state."""
        cursor = DayCursor(store(state), lambda: period, lambda: period.end)
        wanted = [slice_of for account in ACCOUNTS for slice_of in _planned(cursor, account, plan)]
        asked = [(account, day) for account, planned, _ in wanted[:: plan.batches] for day in days_of([planned.window])]
        assert len(asked) == len(set(asked)), "a day is planned twice"
        left = Counter((account, planned) for account, planned, _ in wanted)
        for position, (account, planned, batch) in enumerate(_shuffled(wanted, plan.order)):
            end = plan.ends[position % len(plan.ends)]
            if end is End.READ:
                left[account, planned] -= 1
                if not left[account, planned]:
                    self.read[account] |= days_of([planned.window])
                cursor.commit(_stream_slice(account, planned, batch))
            elif end is not End.NEVER:
                if end is End.DOUBTED:
                    self.read[account] -= days_of([planned.window])
                    cursor.note_unusable(_stream_slice(account, planned, batch))
                cursor.fail(_stream_slice(account, planned, batch))
            self.assert_honest(cursor.state)
        return cursor.state

    def assert_honest(self, state: dict[str, Any]) -> None:
        """No day is promised that was not read."""
        for account, promised in _promised(state).items():
            assert promised <= self.read[account]


def _planned(cursor: DayCursor, account: str, plan: Plan) -> list[SliceOf]:
    pieces = [
        WindowProgress(piece, item.purpose)
        for item in cursor.unread(account)
        for piece in in_reading_order(item.window.cut(plan.days_per_call), item.purpose)
    ]
    planned = cursor.plan(account, pieces, [plan.batches] * len(pieces))
    return [(account, one, batch) for one in planned for batch in range(plan.batches)]


def _shuffled(wanted: list[SliceOf], order: int) -> list[SliceOf]:
    """Some order, of which there are as many as numbers."""
    return random.Random(order).sample(wanted, len(wanted))  # noqa: S311 - to be repeated, not to be secret


def _stream_slice(account: str, planned: PlannedWindow, batch: int) -> StreamSlice:
    return batch_slice({"ad_account_id": account}, planned, (), batch)


def _promised(state: dict[str, Any]) -> dict[str, set[int]]:
    """The days that no later sync will bring, unless it looks back."""
    found = {}
    for entry in state["states"]:
        cursor = entry["cursor"]
        whole = days_of([DateWindow.from_pair((cursor["from"], cursor["DATE"]))])
        missing = days_of(DateWindow.from_pair(pair) for pair in cursor.get("missing", ()))
        found[entry["partition"]["ad_account_id"]] = whole - missing
    return found


def _period(today_offset: int, plan: Plan, settled_back: int | None = None) -> Period:
    today = TODAY.add(days=today_offset)
    start, earliest = days_before(today, plan.start), days_before(today, KEPT_DAYS)
    settled = None if settled_back is None else days_before(today, settled_back)
    return Period(start, earliest, today, plan.lookback, Restatement.BY_LOOKBACK, settled)


ALL_WELL = [End.READ]


@given(st.lists(syncs, min_size=1, max_size=4), syncs, st.none() | st.integers(0, 9))
def test_no_day_is_promised_unread_and_none_is_passed_over(plans: list[Plan], last: Plan, settled: int | None) -> None:
    destination = Destination()
    state, offset = None, 0
    last.ends = ALL_WELL
    for plan in [*plans, last]:
        offset += plan.later
        period = _period(offset, plan, settled)
        state = destination.sync(plan, period, state)
    for account in ACCOUNTS:
        assert days_of([DateWindow(period.start, period.end)]) <= destination.read[account]


@given(st.lists(syncs, min_size=1, max_size=3), syncs)
def test_a_sync_in_which_all_went_well_leaves_nothing_to_do(plans: list[Plan], last: Plan) -> None:
    destination = Destination()
    state, offset = None, 0
    last.ends, last.lookback = ALL_WELL, None
    for plan in [*plans, last]:
        offset += plan.later
        period = _period(offset, plan)
        state = destination.sync(plan, period, state)
    again = DayCursor(store(state), lambda: period, lambda: period.end)
    assert [again.unread(account) for account in ACCOUNTS] == [[], []]


@given(st.lists(syncs, min_size=1, max_size=3), st.permutations(range(8)))
def test_the_order_of_slices_makes_no_difference_to_what_is_promised(plans: list[Plan], order: list[int]) -> None:
    first, second = Destination(), Destination()
    states = []
    for destination, orders in ((first, range(8)), (second, order)):
        state, offset = None, 0
        for plan in plans:
            offset += plan.later
            everything = Plan(
                plan.later, plan.start, plan.lookback, plan.days_per_call, plan.batches, orders[0], ALL_WELL
            )
            state = destination.sync(everything, _period(offset, plan), state)
        states.append(state)
    assert states[0] == states[1]

"""No day is promised that was not read, or passed over, whichever tasks end well, badly, in parts or never.

Several syncs in a row, each from the state of the one before, a few days later, with another start date, cut short
anywhere: no state promises a day that was not read completely or goes back, and the last sync, in which all goes well,
leaves no day out.
"""

import random
from collections import Counter
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from source_pinterest.api.errors import UnavailableError
from source_pinterest.dates import DateWindow, Granularity, days_before
from source_pinterest.engine.tasks import Task
from source_pinterest.state.day_cursor import AccountDayCursor
from source_pinterest.state.period import Period
from unit_tests.properties.days import TODAY, days_of
from unit_tests.state.day_cursors import unread
from unit_tests.state.stores import store

KEPT_DAYS = 89
ACCOUNTS = ("1", "2")
Planned = tuple[str, DateWindow, int]
"""An account, its days, and the number of the batch."""


class End(Enum):
    """How a task ends."""

    READ = auto()
    FAILED = auto()
    SPLIT = auto()
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
    batches=st.integers(1, 5),
    order=st.integers(0, 2**32),
    ends=st.lists(st.sampled_from(End), min_size=1, max_size=12),
)


@dataclass
class Destination:
    """What has been read permanently, day by day."""

    read: dict[str, set[int]] = field(default_factory=lambda: {account: set() for account in ACCOUNTS})
    last: dict[str, str] = field(default_factory=dict)

    def sync(self, plan: Plan, period: Period, state: dict[str, Any] | None) -> dict[str, Any]:
        """Go through one sync, and give its last state."""
        cursor = AccountDayCursor(store(state), period)
        unread_windows = cursor.begin(ACCOUNTS)
        assert AccountDayCursor(store(state), period).begin(ACCOUNTS) == unread_windows, "read twice"
        begun = cursor.state
        assert {account: cursor.unread(account) for account in ACCOUNTS} == unread_windows
        assert cursor.state == begun, "what only reads moves nothing"
        wanted = [task for account in ACCOUNTS for task in _planned(cursor, account, plan)]
        asked = [(account, day) for account, window, _ in wanted[:: plan.batches] for day in days_of([window])]
        assert len(asked) == len(set(asked)), "a day is planned twice"
        done: Counter[tuple[str, int]] = Counter()
        now: dict[str, set[int]] = {account: set() for account in ACCOUNTS}
        pending, position = _shuffled(wanted, plan.order), 0
        while pending:
            account, window, batch = pending.pop()
            end = plan.ends[position % len(plan.ends)]
            position += 1
            if end is End.SPLIT and (halves := Granularity.DAY.halves(window)):
                cursor.split(account, window, halves)
                pending = _shuffled([*pending, *((account, half, batch) for half in halves)], plan.order)
            elif end is End.READ:
                done.update((account, day) for day in days_of([window]))
                now[account] |= {day for day in days_of([window]) if done[account, day] == plan.batches}
                self.read[account] |= now[account]
                cursor.commit(_stream_slice(account, window, batch))
            elif end is not End.NEVER:
                cursor.fail(_stream_slice(account, window, batch), UnavailableError("It failed"))
            self.assert_honest(cursor.state)
        for account, promised in _promised(cursor.state).items():
            assert promised & {day for of, day in asked if of == account} <= now[account], "not read again"
        return cursor.state

    def assert_honest(self, state: dict[str, Any]) -> None:
        """No day is promised that was not read, and no state goes back."""
        for account, promised in _promised(state).items():
            assert promised <= self.read[account]
        positions = {entry["partition"]["ad_account_id"]: entry["cursor"] for entry in state["states"]}
        last = {account: held["DATE"] for account, held in positions.items() if held["from"] <= held["DATE"]}
        assert all(last[account] >= before for account, before in self.last.items())
        self.last = last


def _planned(cursor: AccountDayCursor, account: str, plan: Plan) -> list[Planned]:
    pieces = [piece for window in cursor.unread(account) for piece in window.cut(plan.days_per_call)]
    cursor.plan(account, ((piece, plan.batches) for piece in pieces))
    return [(account, piece, batch) for piece in pieces for batch in range(plan.batches)]


def _shuffled(wanted: list[Planned], order: int) -> list[Planned]:
    """Some order, of which there are as many as numbers."""
    return random.Random(order).sample(wanted, len(wanted))  # noqa: S311 - to be repeated, not to be secret


def _stream_slice(account: str, window: DateWindow, batch: int) -> Task:
    return Task({"ad_account_id": account}, unread, window, {"batch": batch})


def _promised(state: dict[str, Any]) -> dict[str, set[int]]:
    """The days that no later sync will bring, unless it looks back."""
    found = {}
    for entry in state["states"]:
        cursor = entry["cursor"]
        promised = (cursor["from"], cursor["DATE"])
        whole = days_of([DateWindow.from_pair(promised)] if promised[0] <= promised[1] else [])
        missing = days_of(DateWindow.from_pair(pair) for pair in cursor.get("missing", ()))
        found[entry["partition"]["ad_account_id"]] = whole - missing
    return found


def _period(today_offset: int, plan: Plan, *, final_days_only: bool = False) -> Period:
    today = TODAY.add(days=today_offset)
    start, earliest = days_before(today, plan.start), days_before(today, KEPT_DAYS)
    lookback = None if final_days_only else plan.lookback
    return Period(start, earliest, today, lookback, final_days_only=final_days_only)


ALL_WELL = [End.READ]


@given(st.lists(syncs, min_size=1, max_size=4), syncs, st.booleans())
def test_no_unread_day_counts_as_read_and_none_is_skipped(plans: list[Plan], last: Plan, final_days_only: bool) -> None:
    destination = Destination()
    state, offset = None, 0
    last.ends = ALL_WELL
    for plan in [*plans, last]:
        offset += plan.later
        period = _period(offset, plan, final_days_only=final_days_only)
        state = destination.sync(plan, period, state)
    for account in ACCOUNTS:
        wanted = [DateWindow(period.start, period.end)] if period.start <= period.end else []
        assert days_of(wanted) <= destination.read[account]


@given(st.lists(syncs, min_size=1, max_size=3), syncs)
def test_a_sync_in_which_all_went_well_leaves_nothing_to_do(plans: list[Plan], last: Plan) -> None:
    destination = Destination()
    state, offset = None, 0
    last.ends, last.lookback = ALL_WELL, None
    for plan in [*plans, last]:
        offset += plan.later
        period = _period(offset, plan)
        state = destination.sync(plan, period, state)
    assert not any(AccountDayCursor(store(state), period).begin(ACCOUNTS).values())


@given(st.lists(syncs, min_size=1, max_size=2), st.integers(1, 30), st.booleans())
def test_failed_syncs_leave_the_state_that_one_leaves(plans: list[Plan], times: int, fails: bool) -> None:
    destination, state = Destination(), None
    for plan in plans:
        state = destination.sync(plan, _period(0, plan), state)
    plan.ends = [End.FAILED if fails else End.NEVER]
    once = destination.sync(plan, _period(0, plan), state)
    again = once
    for _ in range(times):
        again = destination.sync(plan, _period(0, plan), again)
    assert again == once

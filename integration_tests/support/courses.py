"""A course is some syncs of a stream in a row, and what its destination holds after each of them."""

import os
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from integration_tests.simulator import Entry
from integration_tests.support.assertions import key_of, without_nulls
from integration_tests.support.days import last_final_day
from integration_tests.support.interrupted import committed, killed_after
from integration_tests.support.outputs import Output, Record
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.syncs import SYNCHRONOUS_DAYS, State, run_sync
from integration_tests.support.truth import Key

APPEND, MERGE = "append", "append_dedup"

FIRST_COURSE = int(os.environ.get("FIRST_COURSE", "0"))
"""The seed of the first of 300 new courses, which `make courses` plays; 0: the same few courses are played as ever."""


def seeds(few: int) -> range:
    """The seeds of the courses that a test plays."""
    return range(FIRST_COURSE, FIRST_COURSE + 300) if FIRST_COURSE else range(few)


class StreamCourse:
    """Syncs of a stream that has a row for each day. Each row that they bring is one that Pinterest has.

    Where the destination appends, the row is of a final day, and comes once.

    Args:
        stream: its name.
        destination: append or append_dedup.
        world: of the Pinterest that is read.
        start: how many days before the first sync are wanted; None for the default start date, which moves.
        owners: ad accounts, if an organic stream is read for the owner of each.
        **settings: of the simulator.

    Attributes:
        arrived: the rows of the destination. The key begins with the ad account of an owner, if there is one.
        state: the last one.
        log: the requests of the last sync.
    """

    def __init__(
        self,
        stream: str,
        destination: str,
        world: World,
        *,
        start: int | None = 20,
        owners: Sequence[str] = (),
        **settings: Any,
    ) -> None:
        self.world, self.arrived, self.log = world, dict[Key, Record](), list[Entry]()
        self.state: State | None = None
        self.options: dict[str, Any] = {"max_retries": 0, "max_wait_minutes": 0.01}
        self._stream, self._destination, self._owners = stream, destination, owners or [""]
        self._settings = {"profile": "ample", **settings}
        self._begun = world.now
        self._first = world.today - timedelta(days=SYNCHRONOUS_DAYS if start is None else start)
        self.options["start_date"] = None if start is None else str(self._first)
        self.options |= {"organic_per_ad_account": True} if owners else {}

    def read(self, day: int, prepare: Callable[[Simulator], object] = lambda _: None, kill: float = 1) -> Output:
        """Run a sync.

        Args:
            day: how many days after the first one.
            prepare: adds faults to a simulated Pinterest.
            kill: the share of its messages after which the sync is killed.
        """
        self.world.now = self._begun + timedelta(days=day)
        truth = self.truth()
        with Simulator(self.world, **self._settings) as sim:
            prepare(sim)
            config, state = sim.config(**self.options), self.state
            output = killed_after(
                kill, lambda: run_sync(sim, [self._stream], config=config, state=state, destination=self._destination)
            )
            self.log = sim.log
        for row in committed(output, self._stream):
            key = (row.get("ad_account_id", ""), *key_of(self._stream, row))
            assert row == truth.get(key), f"{key} is not what Pinterest has"
            assert self._destination == MERGE or key not in self.arrived, f"{key} comes twice"
            self.arrived[key] = row
        self.state = {**(self.state or {}), **output.states}
        return output

    @property
    def last_day(self) -> date:
        """The last day that a sync emits."""
        today = self.world.today
        return last_final_day(self._stream, today) if self._destination == APPEND else today

    def truth(self) -> dict[Key, Record]:
        """The rows that a perfect destination has of the days that Pinterest still has."""
        first = max(self._first, self.world.today - timedelta(days=SYNCHRONOUS_DAYS))
        truth = dict[Key, Record]()
        for owner in self._owners:
            stamp = {"ad_account_id": owner} if owner else {}
            rows = self.world.expected(self._stream, start=first, end=self.last_day, on_behalf_of=owner or None)
            truth |= {(owner, *key): without_nulls({**row, **stamp}) for key, row in rows.items()}
        return truth

    def assert_complete(self, truth: Mapping[Key, Record] | None = None) -> None:
        """Everything that Pinterest has is there, or these rows of it."""
        truth = self.truth() if truth is None else truth
        lacking = [key for key, row in truth.items() if self.arrived.get(key) != row]
        some = [(key, "stale" if key in self.arrived else "missing") for key in lacking[:4]]
        assert not lacking, f"{len(lacking)} of {len(truth)} rows on {self.world.today}, such as {some}"

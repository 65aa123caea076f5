"""A course is some syncs in a row, each with the state of those before it, and what a destination then holds."""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any

from airbyte_cdk.models import ConfiguredAirbyteCatalog

from integration_tests.simulator import Entry
from integration_tests.support.assertions import key_of, without_nulls
from integration_tests.support.catalogs import ENTITIES, catalog_of
from integration_tests.support.days import last_final_day
from integration_tests.support.expected_records import Key
from integration_tests.support.interrupted import committed, killed_after
from integration_tests.support.outputs import Output, Record
from integration_tests.support.pauses import SHORT_PAUSES
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.syncs import SYNCHRONOUS_DAYS, State, run_catalog
from source_pinterest.api.retries import BackoffDelays

APPEND, MERGE, OVERWRITE = "append", "append_dedup", "overwrite"

FIRST_COURSE = int(os.environ.get("FIRST_COURSE", "0"))
"""The seed of the first of 300 new courses, which `make courses` plays; 0: the same few courses are played as ever."""


def seeds(few: int) -> range:
    """The seeds of the courses that a test plays."""
    return range(FIRST_COURSE, FIRST_COURSE + 300) if FIRST_COURSE else range(few)


FEW_WAITS: Mapping[str, Any] = {"max_retries": 0, "max_wait_minutes": 0.01}


class SyncSequence:
    """Syncs of some streams in a row.

    Args:
        world: of the Pinterest that is read. Its time continues with the syncs.
        streams: their names.
        destination: append, append_dedup, or overwrite: full refreshes, each tried until its stream is COMPLETE.
        options: of the connector; by default it tries nothing again.
        **settings: of the simulator.

    Attributes:
        state: after the last sync; None before the first one.
        outputs: of the syncs so far.
        log: the requests of the last sync.
        secrets: of the Pinterest of the last sync.
    """

    def __init__(
        self,
        world: World,
        streams: Iterable[str],
        destination: str = MERGE,
        options: Mapping[str, Any] | None = None,
        **settings: Any,
    ) -> None:
        self.world, self.streams, self.destination = world, tuple(streams), destination
        self.options = dict(FEW_WAITS if options is None else options)
        self.settings = {"profile": "ample", **settings}
        self.state: State | None = None
        self.outputs, self.log, self.secrets = list[Output](), list[Entry](), set[str]()
        self._begun = world.now

    def read(
        self, day: int = 0, prepare: Callable[[Simulator], object] = lambda _: None, kill: float = 1, **settings: Any
    ) -> Output:
        """Run the next sync.

        Args:
            day: how many days after the first one.
            prepare: alters the simulated Pinterest.
            kill: the share of its messages after which the sync is killed.
            **settings: of this sync's simulator, such as its faults.
        """
        self.world.now = self._begun + timedelta(days=day)
        with Simulator(self.world, **{**self.settings, **settings}) as sim:
            prepare(sim)
            read = partial(run_catalog, sim, self.catalog(), config=sim.config(**self.options), state=self.state)
            output = killed_after(kill, partial(read, pauses=self.pauses(sim)))
            self.log, self.secrets = sim.log, set(sim.secrets)
        self.state = {**(self.state or {}), **output.states}
        self.outputs.append(output)
        return output

    def pauses(self, _sim: Simulator) -> BackoffDelays:
        """The pauses of the next sync."""
        return SHORT_PAUSES

    def catalog(self) -> ConfiguredAirbyteCatalog:
        """The catalog of the next sync. As on the platform, a refresh has one generation until it is COMPLETE."""
        mode = "full_refresh" if self.destination == OVERWRITE else "incremental"
        catalog = catalog_of(self.streams, self.destination, mode)
        for configured in catalog.streams:
            configured.generation_id = len(self.refreshes(configured.stream.name))
        return catalog

    def refreshes(self, stream: str) -> list[int]:
        """The numbers of the syncs that would be the first attempt of a refresh."""
        ended = (number for number, output in enumerate(self.outputs, 1) if output.status(stream) == "COMPLETE")
        return [0, *ended]

    def table(self, stream: str, known_as: str = "") -> list[Record]:
        """The rows that a destination holds of a stream.

        Args:
            stream: its name.
            known_as: the stream that has the same key, if its own name is one that a user chose.
        """
        begins, table = self.refreshes(stream), list[Record]()
        for number, output in enumerate(self.outputs):
            new = self.arrived_in(output, stream)
            if has_cursor(stream) and not (self.destination == OVERWRITE and number in begins):
                table = [*table, *new]
            elif new or number in begins:  # an attempt after one that was killed after its last record emits none
                table = new
        if has_cursor(stream) and (self.destination == MERGE or stream in ENTITIES):  # these arrive at least once
            return list({key_of(known_as or stream, row): row for row in table}.values())
        return table

    def arrived_in(self, output: Output, stream: str) -> list[Record]:
        """The rows that a destination keeps of a sync."""
        return committed(output, stream)


def has_cursor(stream: str) -> bool:
    """Whether an incremental sync brings only the new records of a stream."""
    [configured] = catalog_of([stream]).streams
    return str(configured.sync_mode.value) == "incremental"


class StreamSequence(SyncSequence):
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
        super().__init__(world, [stream], destination, **settings)
        self.arrived = dict[Key, Record]()
        self._stream, self._owners = stream, owners or [""]
        self._first = world.today - timedelta(days=SYNCHRONOUS_DAYS if start is None else start)
        self.options["start_date"] = None if start is None else str(self._first)
        self.options |= {"organic_per_ad_account": True} if owners else {}

    def read(self, day: int = 0, *args: Any, **more: Any) -> Output:
        """Run a sync, and compare its rows with what Pinterest has."""
        output = super().read(day, *args, **more)
        expected_records = self.expected_records()
        for row in committed(output, self._stream):
            key = (row.get("ad_account_id", ""), *key_of(self._stream, row))
            assert row == expected_records.get(key), f"{key} is not what Pinterest has"
            assert self.destination == MERGE or key not in self.arrived, f"{key} comes twice"
            self.arrived[key] = row
        return output

    @property
    def last_day(self) -> date:
        """The last day that a sync emits."""
        today = self.world.today
        return last_final_day(self._stream, today) if self.destination == APPEND else today

    def expected_records(self) -> dict[Key, Record]:
        """The rows that a perfect destination has of the days that Pinterest still has."""
        first = max(self._first, self.world.today - timedelta(days=SYNCHRONOUS_DAYS))
        expected_records = dict[Key, Record]()
        for owner in self._owners:
            stamp = {"ad_account_id": owner} if owner else {}
            rows = self.world.expected(self._stream, start=first, end=self.last_day, on_behalf_of=owner or None)
            expected_records |= {(owner, *key): without_nulls({**row, **stamp}) for key, row in rows.items()}
        return expected_records

    def assert_complete(self, expected_records: Mapping[Key, Record] | None = None) -> None:
        """Everything that Pinterest has is there, or these rows of it."""
        expected_records = self.expected_records() if expected_records is None else expected_records
        lacking = [key for key, row in expected_records.items() if self.arrived.get(key) != row]
        some = [(key, "stale" if key in self.arrived else "missing") for key in lacking[:4]]
        assert not lacking, f"{len(lacking)} of {len(expected_records)} rows on {self.world.today}, such as {some}"

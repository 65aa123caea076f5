"""A destination that swaps an overwritten table in once its stream is COMPLETE gets every table in every sync.

One item without its key, one odd pin and one keyword with two match types stay for ten syncs, a day apart.
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

import pytest

from integration_tests.simulator import DOWNLOAD, Fault, FaultKind
from integration_tests.simulator.faults.alterations import with_two_rows_a_day, without
from integration_tests.support.assertions import assert_same, key_of
from integration_tests.support.catalogs import catalog_of
from integration_tests.support.days import days_later
from integration_tests.support.outputs import Output, Record
from integration_tests.support.pinterest import Simulator
from integration_tests.support.syncs import State, run_catalog, run_sync
from integration_tests.support.truth import KEYS, Key
from integration_tests.support.worlds import small_world

SYNCS, ATTEMPTS, FAILED_SYNCS = 10, 5, 3
"""Airbyte tries a sync again up to four times. A pin makes its stream INCOMPLETE in three."""

ITEMS = {
    "followers/list": ("username", "followers", {"followers": "username"}),
    "ad_groups/list": ("id", "ad_groups", {"ad_groups": "id", "product_group_promotions": "ad_group_id"}),
    "board_sections/list": (
        "id",
        "board_sections",
        {"board_sections": "id", "board_section_pins": "board_section_id"},
    ),
}
"""Lists of which one item lacks this field: the stream of the list, and the streams that the item is missing in."""

PINS, KEYWORDS = "pin_analytics", "keyword_report"
STREAMS = (*(stream for _, _, hits in ITEMS.values() for stream in hits), PINS, KEYWORDS)


class Faulty:
    """A Pinterest of which single items, one pin and one keyword can't be read.

    Attributes:
        pin: the odd pin.
        keyword: has two rows of a key each day.
        items: of each stream, the field and the ID of the item that it lacks.
        start: the first day of analytics.
    """

    def __init__(self, sim: Simulator) -> None:
        self.sim, self.start = sim, sim.world.today - timedelta(days=3)
        self.pin = min(sim.expected("pins"))[0]
        self.keyword = max(sim.expected(KEYWORDS))[KEYS[KEYWORDS].index("ENTITY_ID")]
        self.items: dict[str, tuple[str, str]] = {}
        for operation, (field, listed, hits) in ITEMS.items():
            victim = min(sim.expected(listed).values(), key=lambda item: item.get("updated_time", 0))[hits[listed]]
            self.items |= {stream: (name, victim) for stream, name in hits.items()}
            sim.alter(operation, without(field, victim))
        sim.alter(DOWNLOAD, with_two_rows_a_day(self.keyword))
        sim.add_fault(Fault(FaultKind.LAST_90_DAYS_400, on="pins/analytics", pin=self.pin, times=None))

    def config(self) -> dict[str, Any]:
        return self.sim.config(start_date=str(self.start), max_retries=0)

    def readable(self, stream: str) -> dict[Key, Record]:
        """What can be read of a stream today."""
        days = {"start": self.start} if stream in (PINS, KEYWORDS) else {}
        field, victim = {**self.items, PINS: ("pin_id", self.pin)}.get(stream, ("", ""))
        return {key: record for key, record in self.sim.expected(stream, **days).items() if record.get(field) != victim}

    def assert_all_are_named(self, warnings: str, *, is_replaced: bool) -> None:
        """Each list, the pin and, where its rows would replace each other, each row of the keyword has its warning."""
        for _, listed, _ in ITEMS.values():
            assert f"{listed}: items of " in warnings
        assert "later syncs may not read them" not in warnings
        assert f"pin {self.pin} can't be read" in warnings
        doubled = [key for key in self.sim.expected(KEYWORDS, start=self.start) if self.keyword in key]
        assert doubled
        assert all((", ".join(map(str, key)) in warnings) is is_replaced for key in doubled)


@pytest.fixture
def faulty() -> Iterator[Faulty]:
    world = small_world(keywords=1, ads=3, ad_accounts=1, active_percent=100)
    with Simulator(world, profile="ample", open_betas=[]) as sim:
        yield Faulty(sim)


def test_every_overwritten_table_arrives_in_every_sync_beside_what_cannot_be_read(faulty: Faulty) -> None:
    for number in range(SYNCS):
        with days_later(faulty.sim.world, number):
            tables, attempts = swapped(faulty, number)
            assert len(attempts) == FAILED_SYNCS + 1
            for stream in STREAMS:
                doubled, whole = parted(faulty, stream, tables[stream])
                expected = faulty.readable(stream)
                assert_same(stream, whole, {key: row for key, row in expected.items() if faulty.keyword not in key})
                assert sorted({key_of(stream, row) for row in doubled}) == sorted(
                    key for key in expected if faulty.keyword in key
                )
            told = " ".join(text for output in attempts for text in output.warnings())
            faulty.assert_all_are_named(told, is_replaced=False)


def swapped(faulty: Faulty, generation: int) -> tuple[Mapping[str, list[Record]], list[Output]]:
    """A full refresh, tried until every stream was COMPLETE: the tables that are swapped in, and the attempts."""
    tables: dict[str, list[Record]] = {}
    written: dict[str, list[Record]] = {stream: [] for stream in STREAMS}
    attempts: list[Output] = []
    catalog = catalog_of(STREAMS, "overwrite", "full_refresh")
    for configured in catalog.streams:
        configured.generation_id = generation
    while len(attempts) < ATTEMPTS and len(tables) < len(STREAMS):
        state = attempts[-1].states if attempts else None
        output = run_catalog(faulty.sim, catalog, config=faulty.config(), state=state)
        attempts.append(output)
        for stream in STREAMS:
            written[stream] += output.records[stream]
            if output.status(stream) == "COMPLETE":
                tables[stream] = written[stream]
    return tables, attempts


def parted(faulty: Faulty, stream: str, table: list[Record]) -> tuple[list[Record], list[Record]]:
    """The rows of the keyword, and all others."""
    return (
        [row for row in table if faulty.keyword in key_of(stream, row)],
        [row for row in table if faulty.keyword not in key_of(stream, row)],
    )


def test_every_merged_table_has_all_that_can_be_read_after_every_sync(faulty: Faulty) -> None:
    tables: dict[str, dict[Key, Record]] = {stream: {} for stream in STREAMS}
    state: State | None = None
    for number in range(SYNCS):
        with days_later(faulty.sim.world, number):
            output = run_sync(faulty.sim, STREAMS, config=faulty.config(), state=state)
            state = output.states
            for stream in STREAMS:
                is_over = stream != PINS or number >= FAILED_SYNCS
                assert output.status(stream) == ("COMPLETE" if is_over else "INCOMPLETE"), output.text()
                tables[stream] |= {key_of(stream, record): record for record in output.records[stream]}
                expected = faulty.readable(stream)
                assert_same(
                    stream,
                    tables[stream].values(),
                    {key: row for key, row in expected.items() if faulty.keyword not in key},
                )
            faulty.assert_all_are_named(" ".join(output.warnings()), is_replaced=True)

"""Faults that stay for some syncs and then end: what arrives at once, what after them, and what they cost."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from integration_tests.simulator import Fault, FaultKind
from integration_tests.simulator.faults.alterations import without
from integration_tests.support.assertions import assert_failed, assert_same, assert_succeeded, key_of
from integration_tests.support.catalogs import ENTITIES
from integration_tests.support.outputs import Output, Record
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.syncs import SYNCHRONOUS_DAYS, State, run_sync
from integration_tests.support.truth import Key
from integration_tests.support.worlds import small_world
from source_pinterest.config.options import NumberOption

HISTORY, REPORT = "campaign_analytics", "campaign_analytics_report"
CREATE, ANALYTICS = "analytics/create_report", "campaigns/analytics"
SYNCS = 3
DAYS = 160
"""Of these, 71 are older than what Pinterest tells without a report."""


# -- Analytics and reports


@dataclass(frozen=True, kw_only=True)
class Staying:
    """A fault that stays.

    Attributes:
        stream: the stream that it hits.
        fault: hits every call.
        arrives: the days of the first sync, as the number of days ago of the first one; 0: none.
        requests: how many analytics requests and reports each sync makes at most.
        start: since how many days ago the stream is read.
        warning: words of a warning of each sync.
        config: of the connection.
    """

    stream: str
    fault: Fault
    arrives: int
    requests: int
    start: int = DAYS
    warning: str = ""
    config: dict[str, Any] = field(default_factory=dict)


IMPATIENT = {"report_timeout_minutes": 0.0005}
FAULTS = {
    "503 for more than 60 rows": Staying(
        stream=HISTORY,
        fault=Fault(FaultKind.UNAVAILABLE, on=ANALYTICS, times=None, more_than=60),
        arrives=SYNCHRONOUS_DAYS,
        requests=2 + 2,
        start=SYNCHRONOUS_DAYS,
    ),
    "503 for everything": Staying(
        stream=HISTORY,
        fault=Fault(FaultKind.UNAVAILABLE, on=ANALYTICS, times=None),
        arrives=0,
        requests=2 * 8,
        start=63,
    ),
    "every report fails": Staying(
        stream=REPORT, fault=Fault(FaultKind.REPORT_FAILED, times=None), arrives=0, requests=2 + 4 + 8 + 16
    ),
    "older days stay in progress": Staying(
        stream=HISTORY,
        fault=Fault(FaultKind.REPORT_IN_PROGRESS, times=None),
        arrives=SYNCHRONOUS_DAYS,
        requests=1 + 1 + 2 + 4 + 8,
        config=IMPATIENT,
    ),
    "every status is unknown": Staying(
        stream=REPORT,
        fault=Fault(FaultKind.REPORT_UNKNOWN_STATUS, times=None),
        arrives=0,
        warning="the status 'QUEUED'",
        requests=1,
        config=IMPATIENT,
    ),
}


@pytest.fixture
def sim() -> Iterator[Simulator]:
    """A campaign with a row of each day."""
    world = World(boards=0, ad_accounts=1, shared_ad_accounts=0, campaigns=1, active_percent=100)
    world.first_day = world.today - timedelta(days=DAYS)
    with Simulator(world, profile="ample") as simulator:
        yield simulator


@pytest.mark.parametrize("staying", FAULTS.values(), ids=FAULTS)
def test_a_fault_that_stays_costs_what_it_hits_and_a_bounded_number_of_requests(
    sim: Simulator, staying: Staying, monkeypatch: pytest.MonkeyPatch
) -> None:
    any_timeout = NumberOption("report_timeout_minutes", "Report Timeout", 0, 1_440)
    monkeypatch.setattr("source_pinterest.config._REPORT_TIMEOUT", any_timeout)
    stream = staying.stream
    sim.add_fault(staying.fault)
    arrived: dict[Key, Record] = {}
    state: State | None = None
    for number in range(SYNCS):
        output = sync(sim, staying, state, **staying.config)
        arrived |= {key_of(stream, record): record for record in output.records[stream]}
        assert_same(stream, arrived.values(), since(sim, stream, staying.arrives))
        if staying.arrives == staying.start:
            assert_succeeded(output, [stream])
        else:
            assert_failed(output, stream, "transient_error", "next sync")
        assert staying.warning in " ".join(output.warnings())
        requests = len(sim.calls(CREATE)) + len(sim.calls(ANALYTICS))
        assert requests <= staying.requests * (number + 1), "some arrive after the end of their sync"
        state = output.states
    sim.clear_faults()
    output = sync(sim, staying, state)
    assert_succeeded(output, [stream])
    arrived |= {key_of(stream, record): record for record in output.records[stream]}
    assert_same(stream, arrived.values(), since(sim, stream, staying.start))


def sync(sim: Simulator, staying: Staying, state: State | None, **options: Any) -> Output:
    """Without a lookback, nothing but the state makes the next sync read what failed."""
    start = str(sim.world.today - timedelta(days=staying.start))
    usual = {"start_date": start, "lookback_days": 0, "max_retries": 1, "report_timeout_minutes": 0.1}
    return run_sync(sim, [staying.stream], config=sim.config(**{**usual, **options}), state=state)


def since(sim: Simulator, stream: str, days: int) -> dict[Key, Record]:
    """What a perfect sync of these days holds."""
    return sim.expected(stream, start=sim.world.today - timedelta(days=days)) if days else {}


# -- Lists

KEYS = {"followers/list": "username", "catalogs_product_group_pins/list": "pin"}
"""What an item of these lists is named by. Others have an ID."""
LACKING = {
    "followers/list": {"followers": "username"},
    "catalogs_product_group_pins/list": {"catalogs_product_group_products": "pin_id"},
    "ad_groups/list": {"ad_groups": "id", "product_group_promotions": "ad_group_id"},
    "board_sections/list": {"board_sections": "id", "board_section_pins": "board_section_id"},
}
"""Lists of which one item stays without its key: the streams that lack its records, with the field that names it."""
NEVER = ("ad_groups", "board_section_pins")
"""Streams that do not ask for an item again where the destination appends."""
BROKEN_OFF = {
    "boards/list": {"boards": "id", "board_sections": "board_id", "board_pins": "board_id"},
    "catalogs_product_groups/list": {
        "catalogs_product_groups": "id",
        "catalogs_product_group_products": "product_group_id",
    },
    "ad_groups/list": {
        "ad_groups": "id",
        "product_group_promotions": "ad_group_id",
        "keywords": "parent_id",
        "ad_group_analytics": "AD_GROUP_ID",
    },
}
"""Lists whose second page stays broken: their own stream and its children, with the field that names an item."""


@pytest.mark.parametrize("destination", ["append_dedup", "append"])
@pytest.mark.parametrize("operation", LACKING)
def test_an_item_without_its_key_costs_itself_until_it_has_one(operation: str, destination: str) -> None:
    fields = LACKING[operation]
    first, *_ = fields
    with Simulator(small_world(), profile="ample") as sim:
        oldest = min(sim.expected(first).values(), key=lambda record: record.get("updated_time", 0))
        victim = oldest[fields[first]]
        sim.alter(operation, without(KEYS.get(operation, "id"), victim))
        arrived: dict[str, list[Record]] = {stream: [] for stream in fields}
        state: State | None = None
        for number in range(SYNCS + 1):
            is_hit = number < SYNCS
            if not is_hit:
                sim.clear_alterations()
            output = run_sync(sim, fields, state=state, destination=destination)
            state = output.states
            assert_succeeded(output, fields)
            told = " ".join(output.warnings())
            assert ("without " in told and ": 1. They are left out" in told) is is_hit
            for stream, field in fields.items():
                is_lost = is_hit or (destination == "append" and stream in NEVER)
                arrived[stream] = held(stream, arrived[stream], output, destination)
                assert_same(stream, arrived[stream], less(sim, stream, field, [victim] if is_lost else []))
            is_final = is_hit and destination == "append" and first in NEVER
            assert ("keeps every record" in told) is is_final


@pytest.mark.parametrize("is_emitted", [True, False], ids=["emitted", "not emitted"])
@pytest.mark.parametrize("operation", BROKEN_OFF)
def test_a_list_that_breaks_off_costs_the_children_of_its_rest(operation: str, *, is_emitted: bool) -> None:
    own, *children = BROKEN_OFF[operation]
    streams = [*([own] if is_emitted else []), *children]
    with Simulator(small_world(boards=3, ad_accounts=1, catalog_product_groups=3), profile="ample", page_cap=2) as sim:
        rest = [record["id"] for record in sim.expected(own).values()][2:]
        assert rest
        sim.alter(operation, lambda entry, page: {} if entry.values("bookmark") else page)
        arrived: dict[str, list[Record]] = {stream: [] for stream in streams}
        state: State | None = None
        for is_hit in (True, True, False):
            if not is_hit:
                sim.clear_alterations()
            output = run_sync(sim, streams, state=state)
            state = output.states
            for stream in streams:
                if is_hit:
                    assert_failed(output, stream, "system_error", "a form that this version does not know")
                else:
                    assert_succeeded(output, [stream])
                arrived[stream] = held(stream, arrived[stream], output, "append_dedup")
                field = BROKEN_OFF[operation][stream]
                assert_same(stream, arrived[stream], less(sim, stream, field, rest if is_hit else []))


def less(sim: Simulator, stream: str, field: str, lost: Sequence[str]) -> dict[Key, Record]:
    """What a perfect sync holds, without the records of items that are lost."""
    return {key: record for key, record in sim.expected(stream).items() if record[field] not in lost}


def held(stream: str, before: list[Record], output: Output, destination: str) -> list[Record]:
    """What a destination holds of a stream after a sync; where it appends, what was edited last comes each time."""
    records = output.records[stream]
    if output.states[stream].get("__ab_no_cursor_state_message"):
        return records
    if destination == "append" and stream not in ENTITIES:
        return [*before, *records]
    return list({key_of(stream, record): record for record in [*before, *records]}.values())

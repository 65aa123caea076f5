"""Faults that stay for five syncs and then end: what arrives at once, what after them, and what the states say."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pytest

from integration_tests.simulator import DOWNLOAD, Fault, FaultKind
from integration_tests.simulator.faults.alterations import with_two_rows_a_day, without
from integration_tests.support.assertions import assert_failed, assert_same, assert_succeeded, key_of
from integration_tests.support.catalogs import ENTITIES
from integration_tests.support.outputs import Output, Record
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.syncs import SYNCHRONOUS_DAYS, State, run_sync
from integration_tests.support.truth import KEYS, Key
from integration_tests.support.worlds import small_world
from integration_tests.sync_tests.keyed_reports import KEYWORDS, read, world
from source_pinterest.config.options import NumberOption

HISTORY, REPORT = "campaign_analytics", "campaign_analytics_report"
CREATE, ANALYTICS = "analytics/create_report", "campaigns/analytics"
SYNCS = 5
DAYS = 160
"""Of these, 71 are older than what Pinterest tells without a report."""


@dataclass(frozen=True, kw_only=True)
class Staying:
    """A fault that stays.

    Attributes:
        stream: the stream that it hits.
        fault: hits every call from the first on.
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


def of_reports(kind: FaultKind, **details: Any) -> Fault:
    return Fault(kind, times=None, **details)


def of_analytics(kind: FaultKind, **details: Any) -> Fault:
    return Fault(kind, on=ANALYTICS, times=None, **details)


OVERLOADED = (FaultKind.SERVER_ERROR, FaultKind.BAD_GATEWAY_HTML, FaultKind.UNAVAILABLE, FaultKind.GATEWAY_TIMEOUT)

PATIENT, IMPATIENT = {"report_timeout_minutes": 0.1}, {"report_timeout_minutes": 0.0005}
FAULTS = {
    **{
        f"{kind} for more than 60 rows": Staying(
            stream=HISTORY,
            fault=of_analytics(kind, more_than=60),
            arrives=SYNCHRONOUS_DAYS,
            requests=2 + 2,
            start=SYNCHRONOUS_DAYS,
        )
        for kind in OVERLOADED
    },
    "503 for everything": Staying(
        stream=HISTORY, fault=of_analytics(FaultKind.UNAVAILABLE), arrives=0, requests=2 * 8, start=63
    ),
    "reports of more than 60 days fail": Staying(
        stream=REPORT, fault=of_reports(FaultKind.REPORT_FAILED, more_than=60), arrives=DAYS, requests=2 + 4 + 4
    ),
    "older days fail in reports of more than 60 days": Staying(
        stream=HISTORY, fault=of_reports(FaultKind.REPORT_FAILED, more_than=60), arrives=DAYS, requests=1 + 2 + 2
    ),
    "every report fails": Staying(
        stream=REPORT, fault=of_reports(FaultKind.REPORT_FAILED), arrives=0, requests=2 + 4 + 8 + 16
    ),
    "every report stays in progress": Staying(
        stream=REPORT,
        fault=of_reports(FaultKind.REPORT_IN_PROGRESS),
        arrives=0,
        requests=1 + 2 + 4 + 8,
        config=IMPATIENT,
    ),
    "older days stay in progress": Staying(
        stream=HISTORY,
        fault=of_reports(FaultKind.REPORT_IN_PROGRESS),
        arrives=SYNCHRONOUS_DAYS,
        requests=1 + 1 + 2 + 4 + 8,
        config=IMPATIENT,
    ),
    "every status is unknown": Staying(
        stream=REPORT,
        fault=of_reports(FaultKind.REPORT_UNKNOWN_STATUS),
        arrives=0,
        warning="the status 'QUEUED'",
        requests=1,
        config=IMPATIENT,
    ),
    "every status is missing": Staying(
        stream=REPORT,
        fault=of_reports(FaultKind.REPORT_WITHOUT_STATUS),
        arrives=0,
        warning="the status 'None'",
        requests=1,
        config=IMPATIENT,
    ),
    "every status is in lower case": Staying(
        stream=REPORT, fault=of_reports(FaultKind.REPORT_IN_LOWER_CASE), arrives=DAYS, requests=1
    ),
}


@pytest.fixture
def sim() -> Any:
    """A campaign with a row of each day."""
    world = World(boards=0, ad_accounts=1, shared_ad_accounts=0, campaigns=1, active_percent=100)
    world.first_day = days_ago(world, DAYS)
    with Simulator(world, profile="ample") as simulator:
        yield simulator


def days_ago(world: World, days: int) -> date:
    return world.today - timedelta(days=days)


@pytest.mark.parametrize("staying", FAULTS.values(), ids=FAULTS)
def test_a_fault_that_stays_for_five_syncs_costs_what_it_hits(
    sim: Simulator, staying: Staying, monkeypatch: pytest.MonkeyPatch
) -> None:
    any_timeout = NumberOption("report_timeout_minutes", "Report Timeout", 0, 1_440)
    monkeypatch.setattr("source_pinterest.config._REPORT_TIMEOUT", any_timeout)
    stream, expected = staying.stream, since(sim, staying.stream, staying.start)
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
        assert requests(sim) <= staying.requests * (number + 1), "some arrive after the end of their sync"
        assert_counts_only_what_arrived(output, stream, expected, arrived)
        state = output.states
        assert number or staying.arrives or not counted(output, stream)
    sim.clear_faults()
    output = sync(sim, staying, state)
    assert_succeeded(output, [stream])
    arrived |= {key_of(stream, record): record for record in output.records[stream]}
    assert_same(stream, arrived.values(), expected)


def test_a_keyword_with_two_match_types_for_five_syncs_costs_its_own_rows() -> None:
    with Simulator(world(ads=2)) as sim:
        everything = sim.expected(KEYWORDS)
        keyword = max(everything)[KEYS[KEYWORDS].index("ENTITY_ID")]
        others = {key: record for key, record in everything.items() if keyword not in key}
        sim.alter(DOWNLOAD, with_two_rows_a_day(keyword))
        state: State | None = None
        for _ in range(SYNCS):
            output = read(sim, KEYWORDS, state=state)
            assert_succeeded(output, [KEYWORDS])
            assert_same(KEYWORDS, output.records[KEYWORDS], others)
            [warning] = output.warnings()
            assert_names(warning, everything.keys() - others.keys())
            state = output.states
        assert len(sim.calls(DOWNLOAD)) == SYNCS * sim.world.ad_accounts, "no file is read again to compare its rows"
        sim.clear_alterations()
        output = read(sim, KEYWORDS, state=state)
        assert_succeeded(output, [KEYWORDS])
        assert_same(KEYWORDS, output.records[KEYWORDS], everything)
        assert not output.warnings()


def assert_names(warning: str, keys: Iterable[Key]) -> None:
    """A warning names each key once."""
    named = [", ".join(map(str, key)) for key in keys]
    assert [warning.count(key) for key in named] == [1] * len(named), warning


def requests(sim: Simulator) -> int:
    return len(sim.calls(CREATE)) + len(sim.calls(ANALYTICS))


def sync(sim: Simulator, staying: Staying, state: State | None, **options: Any) -> Output:
    """Without a lookback, nothing but the state makes the next sync read what failed."""
    start = days_ago(sim.world, staying.start).isoformat()
    config = sim.config(**{"start_date": start, "lookback_days": 0, "max_retries": 1, **PATIENT, **options})
    return run_sync(sim, [staying.stream], config=config, state=state)


def since(sim: Simulator, stream: str, days: int) -> dict[Key, Record]:
    """What a perfect sync of these days holds."""
    return sim.expected(stream, start=days_ago(sim.world, days)) if days else {}


def counted(output: Output, stream: str) -> dict[str, set[str]]:
    """The days that the state counts as read, by account."""
    found = {}
    for entry in output.states[stream]["states"]:
        cursor = entry["cursor"]
        read = days_between(cursor["from"], cursor["DATE"])
        for start, end in cursor.get("missing", ()):
            read -= days_between(start, end)
        found[entry["partition"]["ad_account_id"]] = read
    return {account: days for account, days in found.items() if days}


def days_between(first: str, last: str) -> set[str]:
    start, end = date.fromisoformat(first), date.fromisoformat(last)
    return {str(start + timedelta(days=number)) for number in range((end - start).days + 1)}


def assert_counts_only_what_arrived(
    output: Output, stream: str, expected: dict[Key, Record], arrived: dict[Key, Record]
) -> None:
    read = counted(output, stream)
    lost = [
        key
        for key, record in expected.items()
        if key not in arrived and record["DATE"] in read.get(record["AD_ACCOUNT_ID"], ())
    ]
    assert not lost, lost[:5]


# ---- Lists


@dataclass(frozen=True, kw_only=True)
class Lacking:
    """A list of which one item stays without its key.

    Attributes:
        operation: the list.
        hits: the streams that can't have the records of this item, with the field that names the item.
        field: of the item, which it lacks.
        never: the streams that do not ask for it again where the destination appends.
    """

    operation: str
    hits: dict[str, str]
    field: str = "id"
    never: tuple[str, ...] = ()

    def is_over(self, destination: str) -> bool:
        """Whether only the first sync asks for the list: that of a board that does not change."""
        return destination == "append" and self.operation == "boards/list_pins"


LACKING = [
    Lacking(operation="followers/list", hits={"followers": "username"}, field="username"),
    Lacking(
        operation="catalogs_product_group_pins/list", hits={"catalogs_product_group_products": "pin_id"}, field="pin"
    ),
    Lacking(
        operation="ad_groups/list",
        hits={"ad_groups": "id", "product_group_promotions": "ad_group_id"},
        never=("ad_groups",),
    ),
    Lacking(operation="boards/list", hits={"boards": "id", "board_sections": "board_id", "board_pins": "board_id"}),
    Lacking(operation="boards/list_pins", hits={"board_pins": "id"}, never=("board_pins",)),
    Lacking(
        operation="board_sections/list",
        hits={"board_sections": "id", "board_section_pins": "board_section_id"},
        never=("board_section_pins",),
    ),
]


@pytest.mark.parametrize("destination", ["append_dedup", "append"])
@pytest.mark.parametrize("lacking", LACKING, ids=[lacking.operation for lacking in LACKING])
def test_an_item_without_its_key_costs_itself_until_it_has_one(lacking: Lacking, destination: str) -> None:
    streams = list(lacking.hits)
    first, *_ = streams
    with Simulator(small_world(), profile="ample") as sim:
        oldest = min(sim.expected(first).values(), key=lambda record: record.get("updated_time", 0))
        victim = oldest[lacking.hits[first]]
        sim.alter(lacking.operation, without(lacking.field, victim))
        arrived: dict[str, list[Record]] = {stream: [] for stream in streams}
        state: State | None = None
        for number in range(SYNCS + 1):
            if number == SYNCS:
                sim.clear_alterations()
            output = run_sync(sim, streams, state=state, destination=destination)
            state = output.states
            assert_succeeded(output, streams)
            is_asked = number < SYNCS and (number == 0 or not lacking.is_over(destination))
            told = " ".join(output.warnings())
            assert ("without " in told and ": 1. They are left out" in told) is is_asked
            assert ("keeps every record" in told) is (is_asked and destination == "append" and first in lacking.never)
            for stream, field in lacking.hits.items():
                is_lost = number < SYNCS or (destination == "append" and stream in lacking.never)
                expected = without_records(sim, stream, lambda record, field=field: record[field] == victim, is_lost)
                arrived[stream] = held(stream, arrived[stream], output, destination)
                assert_same(stream, arrived[stream], expected)


@dataclass(frozen=True, kw_only=True)
class BrokenOff:
    """A list whose second page stays broken.

    Attributes:
        operation: the list.
        stream: the stream of the list.
        children: the streams that read what is there of the items before, with the field that names an item.
    """

    operation: str
    stream: str
    children: dict[str, str]


BROKEN_OFF = [
    BrokenOff(
        operation="boards/list", stream="boards", children={"board_sections": "board_id", "board_pins": "board_id"}
    ),
    BrokenOff(
        operation="catalogs_product_groups/list",
        stream="catalogs_product_groups",
        children={"catalogs_product_group_products": "product_group_id"},
    ),
    BrokenOff(
        operation="ad_groups/list",
        stream="ad_groups",
        children={
            "product_group_promotions": "ad_group_id",
            "keywords": "parent_id",
            "ad_group_analytics": "AD_GROUP_ID",
        },
    ),
]


@pytest.mark.parametrize("is_emitted", [True, False], ids=["emitted", "not emitted"])
@pytest.mark.parametrize("broken", BROKEN_OFF, ids=[broken.operation for broken in BROKEN_OFF])
def test_a_list_that_breaks_off_costs_the_children_of_its_rest(broken: BrokenOff, *, is_emitted: bool) -> None:
    streams = [*([broken.stream] if is_emitted else []), *broken.children]
    world = small_world(boards=3, ad_accounts=1, catalog_product_groups=3)
    with Simulator(world, profile="ample", page_cap=2) as sim:
        read = {record["id"] for record in list(sim.expected(broken.stream).values())[:2]}
        rest = {record["id"] for record in list(sim.expected(broken.stream).values())[2:]}
        sim.alter(broken.operation, lambda entry, page: {} if entry.values("bookmark") else page)
        arrived: dict[str, list[Record]] = {stream: [] for stream in streams}
        state: State | None = None
        for number in range(SYNCS + 1):
            if number == SYNCS:
                sim.clear_alterations()
            output = run_sync(sim, streams, state=state)
            state = output.states
            for stream in streams:
                if number == SYNCS:
                    assert_succeeded(output, [stream])
                else:
                    assert_failed(output, stream, "system_error", "a form that this version does not know")
                field = broken.children.get(stream, "id")
                is_lost = number < SYNCS
                expected = without_records(sim, stream, lambda record, field=field: record[field] in rest, is_lost)
                arrived[stream] = held(stream, arrived[stream], output, "append_dedup")
                assert_same(stream, arrived[stream], expected)
        assert read
        assert rest


def without_records(sim: Simulator, stream: str, is_hit: Callable[[Record], bool], is_lost: bool) -> dict[Key, Record]:
    """What a perfect sync holds, without those that are lost."""
    return {key: record for key, record in sim.expected(stream).items() if not (is_lost and is_hit(record))}


def held(stream: str, before: list[Record], output: Output, destination: str) -> list[Record]:
    """What a destination holds of a stream after a sync; where it appends, what was edited last comes each time."""
    records = output.records[stream]
    if output.states[stream].get("__ab_no_cursor_state_message"):
        return records
    if destination == "append" and stream not in ENTITIES:
        return [*before, *records]
    return list({key_of(stream, record): record for record in [*before, *records]}.values())

"""A sync makes the fewest requests.

The expected numbers come from the simulated world and Pinterest's published limits, not from the connector.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from integration_tests.cost_tests.fewest_calls import (
    AD_PINS,
    ANALYTICS,
    BOARDS,
    DAYS_PER_CALL,
    HISTORY_DAYS,
    IDS_PER_CALL,
    PINS,
    ROWS_PER_CALL,
    SECTION_PINS,
    SECTIONS,
    everything,
    fewest_calls,
    other_calls,
    pages,
    profile_calls,
)
from integration_tests.support.assertions import assert_exact, assert_succeeded
from integration_tests.support.catalogs import ADS_ANALYTICS
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.syncs import run_sync
from integration_tests.support.worlds import small_world

LOOKBACK_DAYS = 33

TRENDS = ("featured_topics", "product_categories_details", "product_categories_trending")
UNPAGED = {
    "conversion_tags/list",
    "conversion_eqs/list",
    "trending_keywords/list",
    *(f"trends_{name}/list" for name in TRENDS),
}
STATUSES = ["ACTIVE", "PAUSED", "ARCHIVED"]


def calls_of(sim: Simulator) -> dict[str, int]:
    return dict(Counter(entry.operation_id for entry in sim.log))


@pytest.fixture
def sim() -> Iterator[Simulator]:
    world = World(
        keyword_batches="answered",
        boards=4,
        sections_per_board=(1, 0, 1, 0),
        pins_per_board=(251, 0, 0, 1),
        pins_per_section=(1, 250),
        ad_accounts=3,
        campaigns=(11, 0, 1),
        ad_groups=(15, 5, 0),
        ads=(251, 0, 250),
        first_day=datetime.now(UTC).date(),
    )
    with Simulator(world, profile="ample", open_betas=["multi_pins/analytics"]) as simulator:
        yield simulator


def test_everything_takes_what_the_world_takes_in_the_largest_pages(sim: Simulator) -> None:
    first = run_sync(sim)
    assert_succeeded(first)
    assert calls_of(sim) == everything(sim.world, HISTORY_DAYS)
    lists = [entry for entry in sim.log if "list" in entry.operation_id and entry.operation_id not in UNPAGED]
    assert {tuple(entry.values("page_size")) for entry in lists} == {("250",)}
    sim.log.clear()
    second = run_sync(sim, state=first.states)
    assert_succeeded(second)
    expected = everything(sim.world, LOOKBACK_DAYS + 1)
    known = {PINS, SECTION_PINS, AD_PINS}
    assert calls_of(sim) == {name: calls for name, calls in expected.items() if name not in known}


@pytest.mark.parametrize("boards", [0, 250, 251])
def test_a_list_takes_its_pages_and_no_more(boards: int) -> None:
    with Simulator(World(boards=boards)) as sim:
        output = run_sync(sim, ["boards"])
        assert len(output.records["boards"]) == boards
        assert calls_of(sim) == {"oauth/token": 1, BOARDS: pages(boards)}


def test_parents_are_listed_once_whether_they_are_emitted_or_not(sim: Simulator) -> None:
    children = ("board_sections", "board_pins", "board_section_pins", *ADS_ANALYTICS)
    run_sync(sim, children)
    others = {**profile_calls(sim.world), **other_calls(sim.world)}
    expected = everything(sim.world, HISTORY_DAYS)
    assert calls_of(sim) == {name: calls for name, calls in expected.items() if name not in others}


@pytest.mark.parametrize(
    ("stream", "parents"),
    [
        ("board_section_pins", {BOARDS, SECTIONS}),
        ("ad_account_analytics", {"ad_accounts/list"}),
        ("ad_analytics", {"ad_accounts/list", "ads/list"}),
    ],
)
def test_a_stream_alone_calls_its_own_parents_only(stream: str, parents: set[str]) -> None:
    with Simulator(World(boards=2, pins_per_board=1)) as sim:
        run_sync(sim, [stream])
        operations = [entry.operation_id for entry in sim.log if entry.operation_id != "oauth/token"]
    assert set(operations) > parents
    assert len(set(operations)) == len(parents) + 1


def test_analytics_calls_keep_within_the_limits(sim: Simulator) -> None:
    run_sync(sim, ADS_ANALYTICS)
    for kind, operation in ANALYTICS.items():
        asked: Counter[tuple[str, str]] = Counter()
        for entry in sim.calls(operation):
            ids = entry.values(f"{kind.removesuffix('s')}_ids")
            start, end = (datetime.fromisoformat(entry.values(name)[0]) for name in ("start_date", "end_date"))
            days = (end - start).days + 1
            assert len(ids) <= IDS_PER_CALL
            assert days <= DAYS_PER_CALL
            assert len(ids) * days <= ROWS_PER_CALL
            asked.update((identity, str(start + timedelta(days=day))) for identity in ids for day in range(days))
        count = sum(sim.world.count(kind, account) for account in range(sim.world.ad_accounts))
        assert len(asked) == count * HISTORY_DAYS
        assert set(asked.values()) == {1}


@pytest.mark.parametrize(("ids", "days"), [(111, 90), (112, 90), (251, 41), (227, 88)])
def test_ids_and_days_are_cut_into_the_fewest_calls(ids: int, days: int) -> None:
    today = datetime.now(UTC).date()
    with Simulator(World(ad_accounts=1, campaigns=ids, first_day=today)) as sim:
        start = (today - timedelta(days=days - 1)).isoformat()
        output = run_sync(sim, ["campaign_analytics"], config=sim.config(start_date=start))
        assert_exact(output, sim, ["campaign_analytics"])
        assert len(sim.calls("campaigns/analytics")) == fewest_calls(ids, days)


def test_pinterest_filters_by_status_where_nobody_needs_the_other_ids() -> None:
    with Simulator(World(ad_accounts=1, campaigns=600)) as sim:
        wanted = sum(record["status"] == "ACTIVE" for record in sim.expected("campaigns").values())
        assert wanted not in {0, 600}
        output = run_sync(sim, ["campaigns"], config=sim.config(status=["ACTIVE"]))
        assert len(output.records["campaigns"]) == wanted
        assert len(sim.calls("campaigns/list")) == pages(wanted)
        assert {tuple(entry.values("entity_statuses")) for entry in sim.calls("campaigns/list")} == {("ACTIVE",)}


def test_pinterest_lists_every_status_where_analytics_need_the_ids() -> None:
    with Simulator(World(ad_accounts=1, campaigns=300, first_day=datetime.now(UTC).date())) as sim:
        run_sync(sim, ["campaigns", "campaign_analytics"], config=sim.config(status=["ACTIVE"], lookback_days=0))
        assert len(sim.calls("campaigns/list")) == pages(300)
        assert [sorted(entry.values("entity_statuses")) for entry in sim.calls("campaigns/list")] == [
            sorted(STATUSES),
            sorted(STATUSES),
        ]


def test_one_named_account_is_asked_for_by_itself() -> None:
    with Simulator(World(ad_accounts=3)) as sim:
        account = sim.world.account_id(1)
        run_sync(sim, ["ad_accounts", "campaigns"], config=sim.config(account_id=account))
        assert calls_of(sim) == {"oauth/token": 1, "ad_accounts/get": 1, "campaigns/list": 1}
        assert [entry.path_parameters["ad_account_id"] for entry in sim.calls("ad_accounts/get")] == [account]


def test_several_named_accounts_are_picked_from_the_list() -> None:
    with Simulator(World(ad_accounts=3)) as sim:
        named = [sim.world.account_id(2), sim.world.account_id(0)]
        run_sync(sim, ["ad_accounts", "campaigns"], config=sim.config(account_ids=named))
        assert calls_of(sim) == {"oauth/token": 1, "ad_accounts/list": 1, "campaigns/list": 2}


def test_an_excluded_account_costs_no_call() -> None:
    with Simulator(small_world(ad_accounts=3), profile="ample") as sim:
        excluded = sim.world.account_id(1)
        run_sync(sim, ["campaigns", *ADS_ANALYTICS, "audiences"], config=sim.config(exclude_account_ids=[excluded]))
        assert len(sim.calls("campaigns/list")) == 2
        assert excluded not in {entry.path_parameters.get("ad_account_id") for entry in sim.log}

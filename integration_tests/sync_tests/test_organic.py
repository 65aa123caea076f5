"""Are profiles, pins and their analytics read whole, for the user and for the owner of each ad account?"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from airbyte_cdk.models import Type

from integration_tests.simulator import Fault, NoAccess
from integration_tests.stream_table import every_stream
from integration_tests.support.assertions import (
    assert_exact,
    assert_failed,
    assert_same,
    assert_succeeded,
    key_of,
    without_nulls,
)
from integration_tests.support.days import days_later
from integration_tests.support.foreign_keys import assert_foreign_keys_hold
from integration_tests.support.outputs import Output, Record, state_of
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.syncs import run_sync
from integration_tests.support.truth import PRIMARY_KEYS
from source_pinterest import limits

SPLITS = tuple(name for name in PRIMARY_KEYS if name.startswith("user_account_analytics_by_"))
RANKINGS = ("top_pins", "top_video_pins")
ANALYTICS = (*SPLITS, *RANKINGS, "pin_analytics")
EVERYTHING = tuple(
    name for name in PRIMARY_KEYS if name.startswith(("user_account", "board", "pin", "top_", "following"))
)


@pytest.fixture
def world() -> World:
    """Boards of every privacy, for pins that are hidden unless asked for."""
    return World(boards=4, pins_per_board=6, sections_per_board=1, pins_per_section=2)


@pytest.fixture
def sim(world: World) -> Iterator[Simulator]:
    with Simulator(world, profile="ample", open_betas=["multi_pins/analytics"]) as simulator:
        yield simulator


def queries(sim: Simulator, operation_id: str) -> list[dict[str, str]]:
    return [dict(entry.query) for entry in sim.calls(operation_id)]


def test_everything_organic_is_read(sim: Simulator) -> None:
    output = run_sync(sim, EVERYTHING)

    assert_succeeded(output, EVERYTHING)
    assert_exact(output, sim, EVERYTHING)


def test_a_sync_takes_the_fewest_calls(sim: Simulator) -> None:
    sim.world.pins_per_board = 30
    run_sync(sim, EVERYTHING)

    pins = len(sim.expected("pins"))
    made = {name: len(sim.calls(name)) for name in ("pins/list", "multi_pins/analytics", "pins/analytics")}
    assert made == {
        "pins/list": 1,
        "multi_pins/analytics": -(-pins // limits.PINS_PER_ANALYTICS_CALL),
        "pins/analytics": 0,
    }
    assert len(sim.calls("user_account/analytics/top_pins")) == 5
    assert len(sim.calls("user_account/analytics/top_video_pins")) == 9
    assert len(sim.calls("user_account/analytics")) == 1 + len(SPLITS) + 1
    assert len(sim.calls("boards/list")) == 1


def test_totals_of_pins_come_along_if_wanted(sim: Simulator) -> None:
    output = run_sync(sim, ["pins", "board_pins", "board_section_pins"], config=sim.config(pin_metrics=True))

    assert_succeeded(output, ["pins", "board_pins", "board_section_pins"])
    assert all(record["pin_metrics"]["lifetime_metrics"] for record in output.records["pins"])
    assert all(record["pin_metrics"]["lifetime_metrics"] for record in output.records["board_pins"])


# -- one slice for each owner of an ad account


def per_owner(world: World, stream: str, accounts: list[str]) -> dict[tuple[Any, ...], Record]:
    """What the owners of these ad accounts have, by primary key."""
    return {
        (account, *key): {**record, "ad_account_id": account}
        for account in accounts
        for key, record in world.expected(stream, on_behalf_of=account).items()
    }


def assert_owners(output: Output, world: World, streams: tuple[str, ...], accounts: list[str]) -> None:
    for stream in streams:
        expected = per_owner(world, stream, accounts)
        emitted = {(record["ad_account_id"], *key_of(stream, record)): record for record in output.records[stream]}
        assert len(emitted) == len(output.records[stream]), stream
        assert set(emitted) == set(expected), stream
        for key, record in emitted.items():
            assert record == without_nulls(expected[key]), stream


@pytest.fixture
def agency() -> Iterator[Simulator]:
    """The user owns two ad accounts, and clients own one each."""
    world = World(
        boards=3, pins_per_board=4, sections_per_board=1, pins_per_section=2, ad_accounts=4, shared_ad_accounts=2
    )
    with Simulator(world, profile="ample", open_betas=["multi_pins/analytics"]) as simulator:
        yield simulator


def owners_of(world: World) -> list[str]:
    return [world.account_id(index) for index in (0, 2, 3)]


def test_each_owner_is_read_once(agency: Simulator) -> None:
    output = run_sync(agency, EVERYTHING, config=agency.config(organic_per_ad_account=True))

    assert_succeeded(output, EVERYTHING)
    assert_owners(output, agency.world, EVERYTHING, owners_of(agency.world))
    assert len(agency.calls("ad_accounts/list")) == 1
    asked = {account for entry in agency.log for account in entry.values("ad_account_id")}
    assert asked == set(owners_of(agency.world))


@pytest.mark.parametrize("workers", [1, 2, 10])
def test_owners_come_from_the_ad_accounts_that_are_emitted_too(agency: Simulator, workers: int) -> None:
    streams = (*EVERYTHING, "ad_accounts")
    output = run_sync(agency, streams, config=agency.config(organic_per_ad_account=True, num_workers=workers))

    assert_succeeded(output, streams)
    assert_owners(output, agency.world, EVERYTHING, owners_of(agency.world))
    assert len(agency.calls("ad_accounts/list")) == 1
    assert_foreign_keys_hold(every_stream(organic_per_ad_account=True), output.records)


def test_the_options_of_accounts_limit_the_owners(agency: Simulator) -> None:
    world = agency.world
    chosen, second, third = (world.account_id(index) for index in (1, 2, 3))
    config = agency.config(organic_per_ad_account=True, account_ids=[chosen, second, third])
    assert_owners(run_sync(agency, ["boards"], config=config), world, ("boards",), [chosen, second, third])

    config = agency.config(organic_per_ad_account=True, exclude_account_ids=[second])
    assert_owners(run_sync(agency, ["boards"], config=config), world, ("boards",), [world.account_id(0), third])


def test_the_single_account_of_old_is_one_of_them(agency: Simulator) -> None:
    account = agency.world.account_id(2)
    output = run_sync(agency, ["boards"], config=agency.config(organic_per_ad_account=True, account_id=account))

    assert_owners(output, agency.world, ("boards",), [account])


def test_an_account_that_refuses_is_left_out_with_a_warning(agency: Simulator) -> None:
    world = agency.world
    refusing, streams = world.account_id(2), ("boards", "board_pins", "user_account_analytics", "pin_analytics")
    agency.add_faults(
        Fault("forbidden", on=operation, account=refusing, times=None)
        for operation in ("boards/list", "user_account/analytics", "pins/list")
    )
    output = run_sync(agency, streams, config=agency.config(organic_per_ad_account=True, num_workers=1))

    assert_succeeded(output, streams)
    assert_owners(output, world, streams, [world.account_id(0), world.account_id(3)])
    for stream in streams:
        assert any(stream in text and refusing in text for text in output.warnings()), stream
    assert [entry["partition"] for entry in output.states["user_account_analytics"]["states"]] == [
        {"ad_account_id": world.account_id(0)},
        {"ad_account_id": world.account_id(3)},
    ]


def test_where_every_account_refuses_the_role_is_missing(agency: Simulator) -> None:
    agency.add_fault(Fault("forbidden", on="boards/list", times=None))
    output = run_sync(agency, ["boards", "pins"], config=agency.config(organic_per_ad_account=True))

    assert_failed(output, "boards", "config_error", "the role Admin on the ad account")
    assert output.status("pins") == "COMPLETE"


def test_a_named_account_that_can_not_be_read_fails_alone(agency: Simulator) -> None:
    named, foreign = agency.world.account_id(2), agency.world.foreign_account_id
    streams = ("boards", "board_pins", "user_account_analytics", "pin_analytics", "top_pins")
    config = agency.config(organic_per_ad_account=True, account_ids=[named, foreign])
    output = run_sync(agency, streams, config=config)

    for stream in streams:
        assert_failed(output, stream, "config_error", foreign)
    assert_owners(output, agency.world, streams, [named])


def settled_two_days_ago(world: World, since: int = 89) -> dict[str, str]:
    """The cursor of an owner whose days were read up to today, the last two of which are still counted."""
    first, settled, today = (str(world.today - timedelta(days=age)) for age in (since, 2, 0))
    return {"date": settled, "from": first, "settled": settled, "read": today}


def test_each_account_has_a_state_of_its_own(agency: Simulator) -> None:
    config, world = agency.config(organic_per_ad_account=True), agency.world
    streams = ("user_account_analytics", "user_account_analytics_by_app_type", "pin_analytics")
    first = run_sync(agency, streams, config=config)
    cursor = settled_two_days_ago(world)

    for stream in streams:
        assert first.states[stream] == {
            "states": [{"partition": {"ad_account_id": account}, "cursor": cursor} for account in owners_of(world)]
        }
    with days_later(world, 3):
        second = run_sync(agency, streams, config=config, state=first.states, destination="append")
        settled = {str(world.today - timedelta(days=age)) for age in (2, 3, 4)}
        assert {record["date"] for record in second.records["pin_analytics"]} == settled


# -- pin analytics


@pytest.mark.parametrize("refusal", [NoAccess.RESTRICTED, NoAccess.NO_SCOPE, NoAccess.BETA_CLOSED])
def test_without_the_beta_pins_are_read_one_by_one(world: World, refusal: NoAccess) -> None:
    with Simulator(world, profile="ample", no_access={"multi_pins/analytics": refusal}) as sim:
        output = run_sync(sim, ["pin_analytics"])

        assert_succeeded(output, ["pin_analytics"])
        assert_exact(output, sim, ["pin_analytics"])
        assert len(sim.calls("multi_pins/analytics")) == 1
        assert len(sim.calls("pins/analytics")) == len(sim.expected("pins"))
    assert any("one by one" in text for _, text in output.logs)


@pytest.mark.parametrize("open_betas", [["multi_pins/analytics"], []], ids=["beta", "no-beta"])
def test_a_pin_that_is_deleted_meanwhile_is_passed_over(world: World, open_betas: list[str]) -> None:
    """A ranking may name it all the same."""
    with Simulator(world, profile="ample", open_betas=open_betas) as sim:
        streams = ("pin_analytics", "top_pins")
        ranked = {pin for _, pin in sim.expected("top_pins")}
        gone = sorted(pin_id for (pin_id,) in sim.expected("pins") if pin_id in ranked)[17]
        sim.after("pins/list", 1, lambda later: later.delete_pin(gone))
        output = run_sync(sim, streams)

        assert_succeeded(output, streams)
        assert_exact(output, sim, streams)
        assert gone in {record["pin_id"] for record in output.records["top_pins"]}
    assert any(gone in text for _, text in output.logs)


def test_old_pins_are_left_out_if_wanted(sim: Simulator) -> None:
    created = sorted(record["created_at"][:10] for record in sim.expected("pins").values())
    middle = created[len(created) // 2]
    age = (sim.world.today - type(sim.world.today).fromisoformat(middle)).days
    streams = ["pins", "pin_analytics"]
    output = run_sync(sim, streams, config=sim.config(pin_analytics_max_age_days=age))

    young = {pin for (pin,), record in sim.expected("pins").items() if record["created_at"][:10] >= middle}
    assert 0 < len(young) < len(created)
    expected = {key: record for key, record in sim.expected("pin_analytics").items() if key[0] in young}
    assert_exact(output, sim, ["pins"])
    assert_same("pin_analytics", output.records["pin_analytics"], expected)


def test_pin_analytics_are_restated(sim: Simulator) -> None:
    first = run_sync(sim, ["pin_analytics"])
    with days_later(sim.world, 1):
        second = run_sync(sim, ["pin_analytics"], state=first.states)
        start = sim.world.today - timedelta(
            days=3 + limits.DEFAULT_ATTRIBUTION_WINDOW_DAYS + limits.LOOKBACK_MARGIN_DAYS
        )
        assert_exact(second, sim, ["pin_analytics"], start=start)


def test_where_the_destination_appends_a_pins_day_comes_once(sim: Simulator) -> None:
    first = run_sync(sim, ["pin_analytics"], destination="append")
    with days_later(sim.world, 5):
        second = run_sync(sim, ["pin_analytics"], destination="append", state=first.states)
        records = first.records["pin_analytics"] + second.records["pin_analytics"]
        settled = sim.world.today - timedelta(days=2)
        assert_same(
            "pin_analytics", records, sim.expected("pin_analytics", start=settled - timedelta(days=92), end=settled)
        )


def test_a_quota_that_ends_in_between_is_gone_on_with(world: World) -> None:
    world.pins_per_board = 30  # 128 pins, one call each, and 100 calls a day
    records: list[Record] = []
    with Simulator(world, profile="trial", daily_share=0.1) as sim:
        config = sim.config(start_date=str(world.today - timedelta(days=3)))
        first = run_sync(sim, ["pin_analytics"], config=config)
        assert_failed(first, "pin_analytics", "transient_error", "org_analytics")
        (reading,) = first.states["pin_analytics"]["reading"]
        assert "date" not in first.states["pin_analytics"]
        assert reading["after"] == max((record["pin_id"] for record in first.records["pin_analytics"]), key=int)

        sim.advance(86_400)
        second = run_sync(sim, ["pin_analytics"], config=config, state=first.states)
        assert_succeeded(second, ["pin_analytics"])
        assert second.states["pin_analytics"] == settled_two_days_ago(world, since=3)
        records = first.records["pin_analytics"] + second.records["pin_analytics"]
        assert_same("pin_analytics", records, sim.expected("pin_analytics", start=world.today - timedelta(days=3)))


def test_a_state_follows_the_records_that_it_covers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "STATE_EVERY_SECONDS", 0)
    with Simulator(World(boards=2)) as sim:
        output = run_sync(sim, ["pin_analytics"])
        pins = sorted(int(pin_id) for (pin_id,) in sim.expected("pins"))
    emitted: set[int] = set()
    told = []
    for message in output.messages:
        if message.type is Type.RECORD:
            emitted.add(int(message.record.data["pin_id"]))
        elif message.type is Type.STATE and (readings := state_of(message).get("reading")):
            told.append(int(readings[0]["after"]))
            assert emitted == {pin for pin in pins if pin <= told[-1]}
    assert told == pins


def test_pins_of_which_all_are_refused_are_not_left_out_one_by_one(world: World) -> None:
    with Simulator(world) as sim:
        sim.add_fault(Fault("forbidden", on="pins/analytics", times=None))
        output = run_sync(sim, ["pin_analytics"])

        assert_failed(output, "pin_analytics", "config_error", "leave the stream out")
        assert len(sim.calls("pins/analytics")) == 5
        assert output.states["pin_analytics"] == {}


# -- profile analytics and rankings


@pytest.mark.parametrize("stream", SPLITS)
def test_a_split_is_incremental(sim: Simulator, stream: str) -> None:
    first = run_sync(sim, [stream])
    assert first.states[stream] == settled_two_days_ago(sim.world)

    with days_later(sim.world, 4):
        second = run_sync(sim, [stream], state=first.states, destination="append")
        settled = sim.world.today - timedelta(days=2)
        assert_exact(second, sim, [stream], start=settled - timedelta(days=3), end=settled)


def test_a_ranking_begins_with_the_start_date(sim: Simulator) -> None:
    start = sim.world.today - timedelta(days=10)
    output = run_sync(sim, RANKINGS, config=sim.config(start_date=str(start)))

    assert_exact(output, sim, RANKINGS, start=start)
    assert {query["num_of_pins"] for query in queries(sim, "user_account/analytics/top_pins")} == {"50"}

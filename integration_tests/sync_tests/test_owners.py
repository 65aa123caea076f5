"""Everything organic is read for the owner of each ad account, once, and shards read an agency together."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest

from integration_tests.simulator import Fault, FaultKind, Rotation
from integration_tests.support.assertions import assert_failed, assert_same, assert_succeeded, key_of, without_nulls
from integration_tests.support.expected_records import PRIMARY_KEYS
from integration_tests.support.foreign_keys import assert_foreign_keys_hold
from integration_tests.support.outputs import Output, Record
from integration_tests.support.pinterest import Simulator, World, oauth_config
from integration_tests.support.sign_in import sign_in
from integration_tests.support.syncs import read_with_main, run_sync
from integration_tests.support.worlds import simulated, small_world
from tools.stream_table import every_stream

EVERYTHING = tuple(
    name for name in PRIMARY_KEYS if name.startswith(("user_account", "board", "pin", "top_", "following"))
)
"""The streams of profiles, boards and pins."""


@pytest.fixture
def world() -> World:
    """Boards of every privacy, for pins that are hidden unless requested."""
    return World(boards=4, pins_per_board=6, sections_per_board=1, pins_per_section=2)


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


agency = simulated(
    lambda: small_world(pins_per_section=1, ad_accounts=4, shared_ad_accounts=2),
    profile="ample",
    open_betas=["multi_pins/analytics"],
)
"""The user owns two ad accounts, and clients own one each."""


def owners_of(world: World) -> list[str]:
    return [world.account_id(index) for index in (0, 2, 3)]


@pytest.mark.parametrize("others", [(), ("ad_accounts",)], ids=["alone", "with the ad accounts"])
def test_each_owner_of_ad_accounts_is_read_once(agency: Simulator, others: tuple[str, ...]) -> None:
    streams = (*EVERYTHING, *others)
    output = run_sync(agency, streams, config=agency.config(organic_per_ad_account=True, num_workers=2))

    assert_succeeded(output, streams)
    assert_owners(output, agency.world, EVERYTHING, owners_of(agency.world))
    assert len(agency.calls("ad_accounts/list")) == 1
    asked = {account for entry in agency.log for account in entry.values("ad_account_id")}
    assert asked == set(owners_of(agency.world))
    assert_foreign_keys_hold(every_stream(organic_per_ad_account=True), output.records)


def test_account_options_limit_the_owners(agency: Simulator) -> None:
    world = agency.world
    chosen, second, third = (world.account_id(index) for index in (1, 2, 3))
    config = agency.config(organic_per_ad_account=True, account_ids=[chosen, second, third])
    assert_owners(run_sync(agency, ["boards"], config=config), world, ("boards",), [chosen, second, third])

    config = agency.config(organic_per_ad_account=True, exclude_account_ids=[second])
    assert_owners(run_sync(agency, ["boards"], config=config), world, ("boards",), [world.account_id(0), third])


def test_an_account_that_rejects_is_skipped_with_a_warning(agency: Simulator) -> None:
    world = agency.world
    rejecting, streams = world.account_id(2), ("boards", "board_pins", "user_account_analytics", "pin_analytics")
    agency.add_faults(
        Fault("forbidden", on=operation, account=rejecting, times=None)
        for operation in ("boards/list", "user_account/analytics", "pins/list")
    )
    output = run_sync(agency, streams, config=agency.config(organic_per_ad_account=True, num_workers=1))

    assert_succeeded(output, streams)
    assert_owners(output, world, streams, [world.account_id(0), world.account_id(3)])
    for stream in streams:
        assert any(stream in text and rejecting in text for text in output.warnings()), stream
    assert [entry["partition"] for entry in output.states["user_account_analytics"]["states"]] == [
        {"ad_account_id": world.account_id(0)},
        {"ad_account_id": world.account_id(3)},
    ]


def test_a_named_account_that_can_not_be_read_fails_alone(agency: Simulator) -> None:
    named, foreign = agency.world.account_id(2), agency.world.foreign_account_id
    streams = ("boards", "board_pins", "user_account_analytics", "pin_analytics", "top_pins")
    config = agency.config(organic_per_ad_account=True, account_ids=[named, foreign])
    output = run_sync(agency, streams, config=config)

    for stream in streams:
        assert_failed(output, stream, "config_error", foreign)
    assert_owners(output, agency.world, streams, [named])


def test_each_account_has_a_state_of_its_own(agency: Simulator) -> None:
    config, world = agency.config(organic_per_ad_account=True), agency.world
    streams = ("user_account_analytics", "user_account_analytics_by_app_type", "pin_analytics")
    first = run_sync(agency, streams, config=config)
    cursor = {"date": str(world.today), "from": str(world.today - timedelta(days=89))}
    accounts = {key: record for key, record in agency.expected("ad_accounts").items() if key[0] in owners_of(world)}

    for stream in streams:
        assert first.states[stream] == {
            "states": [{"partition": {"ad_account_id": account}, "cursor": cursor} for account in owners_of(world)],
            "owners": {record["owner"]["id"]: account for (account,), record in accounts.items()},
            "form": {"rows": "replaced", "granularity": "DAY"},
        }


X, Y = 1, 2
"""Users, as the simulator numbers them."""


def read_before_and_after(owners: list[int], later_owners: list[int]) -> tuple[Simulator, Output, list[str]]:
    """Two syncs of the profiles of three ad accounts: the later output, and the accounts that it named in requests."""
    world = World(boards=1, ad_accounts=3)
    accounts = [world.account_id(index) for index in range(3)]
    with Simulator(world, profile="ample") as sim:
        outputs: list[Output] = []
        for present in (owners, later_owners):
            sim.log.clear()
            setattr(world, "owner_of", dict(zip(accounts, present, strict=True)).get)  # noqa: B010 - of this world alone
            state = outputs[-1].states if outputs else None
            config = sim.config(organic_per_ad_account=True)
            outputs.append(run_sync(sim, ["user_account_analytics"], config=config, state=state))
            assert_succeeded(outputs[-1], ["user_account_analytics"])
        named = sorted(entry.values("ad_account_id")[0] for entry in sim.calls("user_account/analytics"))
        return sim, outputs[-1], named


def assert_content(sim: Simulator, output: Output, key: str, account: str) -> None:
    """The rows under the id `key` are those of the owner of an ad account."""
    expected = per_owner(sim.world, "user_account_analytics", [account])
    rows = {row["date"]: row for row in output.records["user_account_analytics"] if row["ad_account_id"] == key}
    assert rows
    for day, row in rows.items():
        assert row == without_nulls({**expected[account, day], "ad_account_id": key})


def test_an_owner_keeps_the_key_of_an_account_that_moves_to_another_owner() -> None:
    sim, output, named = read_before_and_after([X, Y, X], [Y, Y, X])
    first, second, third = (sim.world.account_id(index) for index in range(3))
    assert named == [second, third]
    assert_content(sim, output, first, third)
    assert_content(sim, output, second, second)
    assert not output.warnings()


def test_an_owner_whose_only_account_is_another_ones_key_is_named() -> None:
    sim, output, named = read_before_and_after([X, X, X], [Y, X, X])
    first, second, _ = (sim.world.account_id(index) for index in range(3))
    assert named == [second]
    assert_content(sim, output, first, second)
    [warning] = output.warnings()
    assert f"ad account {first}" in warning


STREAMS = ("campaigns", "ads", "campaign_analytics")
PER_SHARD = 4


@contextmanager
def shards() -> Iterator[tuple[Simulator, list[str]]]:
    """A Pinterest that keeps one refresh token alive for each sign-in; and its ad accounts."""
    world = small_world(ad_accounts=2 * PER_SHARD, shared_ad_accounts=0)
    with Simulator(world, refresh_rotation=Rotation.REVOKE) as sim:
        yield sim, sorted(key[0] for key in sim.expected("ad_accounts"))


def test_two_shards_at_once_give_the_union_though_some_requests_are_throttled() -> None:
    with shards() as (sim, accounts):
        shares = (accounts[:PER_SHARD], accounts[PER_SHARD:])
        first = sim.config(account_ids=shares[0])
        token = sign_in(sim.url, sim.credentials)
        second = oauth_config({**sim.credentials, "refresh_token": token}, account_ids=shares[1])
        assert first["credentials"]["refresh_token"] != token
        # Each finds the quota used up by the other, since the quota is the user's.
        sim.add_faults(
            Fault(FaultKind.RATE_LIMITED, on=on, after=1, times=4, seconds=0.5)
            for on in ("campaigns/list", "campaigns/analytics")
        )
        with ThreadPoolExecutor() as pool:
            outputs: list[Output] = list(
                pool.map(lambda config: read_with_main(sim, STREAMS, config=config), (first, second))
            )
        for output, share in zip(outputs, shares, strict=True):
            assert_succeeded(output, STREAMS)
            assert {record["ad_account_id"] for record in output.records["campaigns"]} == set(share)
        assert sum(entry.status == 429 for entry in sim.log) == sim.fired(FaultKind.RATE_LIMITED) == 8
        for stream in STREAMS:
            united = [record for output in outputs for record in output.records[stream]]
            assert_same(stream, united, sim.expected(stream))


def test_two_shards_with_one_token_fail_with_a_clear_message() -> None:
    with shards() as (sim, accounts):
        shared = sim.config()
        first = run_sync(sim, ["campaigns"], config={**shared, "account_ids": accounts[:PER_SHARD]})
        assert_succeeded(first, ["campaigns"])
        second = run_sync(sim, ["campaigns"], config={**shared, "account_ids": accounts[PER_SHARD:]})
        assert_failed(second, "campaigns", "config_error", "replaced elsewhere", "Sign in again")

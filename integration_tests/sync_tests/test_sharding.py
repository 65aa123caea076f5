"""Several connections share the ad accounts of an agency, each with a token of its own, and lose nothing."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from integration_tests.simulator import Fault, FaultKind, Rotation
from integration_tests.support.assertions import assert_failed, assert_same, assert_succeeded
from integration_tests.support.outputs import Output
from integration_tests.support.pinterest import Simulator, oauth_config
from integration_tests.support.sign_in import sign_in
from integration_tests.support.syncs import read_with_main, run_sync
from integration_tests.support.worlds import small_world

STREAMS = ("campaigns", "ads", "campaign_analytics")
PER_SHARD = 4


@contextmanager
def agency() -> Iterator[tuple[Simulator, list[str]]]:
    """A Pinterest that keeps one refresh token alive for each sign-in; and its ad accounts."""
    world = small_world(ad_accounts=2 * PER_SHARD, shared_ad_accounts=0)
    with Simulator(world, refresh_rotation=Rotation.REVOKE) as sim:
        yield sim, sorted(key[0] for key in sim.expected("ad_accounts"))


def test_two_shards_at_once_give_the_union_though_some_requests_are_throttled() -> None:
    with agency() as (sim, accounts):
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
    with agency() as (sim, accounts):
        shared = sim.config()
        first = run_sync(sim, ["campaigns"], config={**shared, "account_ids": accounts[:PER_SHARD]})
        assert_succeeded(first, ["campaigns"])
        second = run_sync(sim, ["campaigns"], config={**shared, "account_ids": accounts[PER_SHARD:]})
        assert_failed(second, "campaigns", "config_error", "replaced elsewhere", "Sign in again")

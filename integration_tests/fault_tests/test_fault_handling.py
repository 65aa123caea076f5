"""The requests and traces that a failure costs, and how a request that is too large is made smaller."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import timedelta

import pytest

from integration_tests.simulator import Entry, Fault, FaultKind
from integration_tests.support.assertions import assert_exact, assert_failed, assert_succeeded
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.syncs import run_sync
from integration_tests.support.worlds import small_world

PINS, CAMPAIGNS = "boards/list_pins", "campaigns/list"
STREAM, ANALYTICS = "campaign_analytics", "campaigns/analytics"
UNREACHED = FaultKind.RESET_BEFORE_BODY
ACCOUNTS, IDS = 6, 40


@pytest.fixture
def sim() -> Iterator[Simulator]:
    """Accounts of one call each."""
    world = World(boards=0, ad_accounts=ACCOUNTS, shared_ad_accounts=0, campaigns=IDS)
    world.first_day = world.today - timedelta(days=1)
    with Simulator(world) as simulator:
        yield simulator


def ids(entry: Entry) -> int:
    return len(entry.values("campaign_ids"))


# -- traces


@pytest.mark.parametrize("status", [400, 401])
def test_a_revoked_permission_costs_one_refresh_and_one_trace_a_stream(status: int) -> None:
    streams = ("boards", "board_pins", "campaigns", "campaign_analytics")
    with Simulator(small_world(), faults=[Fault(FaultKind.TOKEN_REVOKED, on="oauth/token", status=status)]) as sim:
        output = run_sync(sim, streams)
        assert len(sim.calls("oauth/token")) == 1
        for stream in streams:
            assert len(output.errors_of(stream)) == 1
            assert_failed(output, stream, "config_error", "Sign in again")


@pytest.mark.parametrize(
    ("kinds", "closing"),
    [
        ((FaultKind.MISSING_SCOPE, FaultKind.UNAVAILABLE), "transient_error"),
        ((FaultKind.REPEATED_BOOKMARK, FaultKind.MISSING_SCOPE), "system_error"),
    ],
)
def test_the_closing_error_is_the_most_retryable(kinds: tuple[FaultKind, FaultKind], closing: str) -> None:
    faults = [Fault(kind, on=on, times=None) for kind, on in zip(kinds, (PINS, CAMPAIGNS), strict=True)]
    with Simulator(World(boards=1, pins_per_board=3, campaigns=1), faults=faults, page_cap=1) as sim:
        output = run_sync(sim, ["board_pins", "campaigns"], config=sim.config(max_retries=0))
        assert output.errors[-1].stream_descriptor is None
        assert output.errors[-1].failure_type.value == closing


def test_an_error_with_http_200_is_no_record_of_a_stream_of_single_objects() -> None:
    operations = {
        "audience_insights": "audience_insights/get",
        "targeting_options": "targeting_options/get",
        "user_account": "user_account/get",
        "catalogs_product_group_counts": "catalogs_product_groups/product_counts_get",
    }
    faults = [Fault(FaultKind.ERROR_WITH_200, on=operation, times=None) for operation in operations.values()]
    with Simulator(small_world(), faults=faults) as sim:
        output = run_sync(sim, operations, config=sim.config(max_retries=1))
        for stream in operations:
            assert_failed(output, stream, "transient_error")
            assert not [record for record in output.records[stream] if "code" in record]


# -- no connection can be made


def test_an_outage_costs_the_calls_that_hit_it_and_makes_none_smaller(sim: Simulator) -> None:
    sim.add_fault(Fault(UNREACHED, after=ACCOUNTS, times=15))
    output = run_sync(sim, [STREAM], config=sim.config(num_workers=4, max_retries=2))
    assert_succeeded(output, [STREAM])
    assert_exact(output, sim, [STREAM])
    hit = [entry for entry in sim.log if entry.fault == UNREACHED]
    assert len(hit) == 15
    assert {ids(entry) for entry in sim.calls(ANALYTICS)} == {IDS}
    assert len(sim.calls(ANALYTICS)) == ACCOUNTS + sum(entry.operation_id == ANALYTICS for entry in hit)


def test_an_outage_of_the_token_endpoint_is_waited_for(sim: Simulator) -> None:
    sim.add_fault(Fault(UNREACHED, on="oauth/token", times=5))
    output = run_sync(sim, [STREAM], config=sim.config(max_retries=1))
    assert_succeeded(output, [STREAM])


# -- a request or a response is too large


@pytest.mark.parametrize("kind", [FaultKind.CUT_BODY, FaultKind.NEVER_ANSWERS])
def test_a_response_that_breaks_twice_splits_that_request_alone(sim: Simulator, kind: FaultKind) -> None:
    broken = sim.world.account_id(3)
    sim.add_fault(Fault(kind, on=ANALYTICS, account=broken, times=2))
    output = run_sync(sim, [STREAM], config=sim.config(num_workers=2, request_timeout_seconds=0.5))
    assert_succeeded(output, [STREAM])
    assert_exact(output, sim, [STREAM])
    asked: dict[str, list[int]] = defaultdict(list)
    for entry in sim.calls(ANALYTICS):
        asked[entry.account].append(ids(entry))
    assert asked.pop(broken) == [IDS, IDS, IDS // 2, IDS // 2]
    assert list(asked.values()) == [[IDS]] * (ACCOUNTS - 1)


def test_a_request_that_is_too_large_is_halved_and_the_size_that_worked_is_kept() -> None:
    with Simulator(small_world(ad_accounts=6, campaigns=40), max_rows=1_000) as sim:
        output = run_sync(sim, [STREAM], config=sim.config(num_workers=1))
        assert_succeeded(output, [STREAM])
        assert_exact(output, sim, [STREAM])
        refused = [entry for entry in sim.calls(ANALYTICS) if entry.status == 413]
        # The two workers that the framework needs at least may each learn it in two steps, and no account after them.
        assert 2 <= len(refused) <= 4
        assert {ids(entry) for entry in sim.calls(ANALYTICS) if entry.status == 200} == {10}


def test_a_single_campaign_is_halved_by_its_days_and_then_fails() -> None:
    with Simulator(small_world(ad_accounts=1, shared_ad_accounts=0, campaigns=1), max_rows=50) as sim:
        output = run_sync(sim, [STREAM])
        assert_succeeded(output, [STREAM])
        assert_exact(output, sim, [STREAM])
        assert [entry.status for entry in sim.calls(ANALYTICS)] == [413, 200, 200]
        sim.add_fault(Fault(FaultKind.TOO_LARGE_413, on=ANALYTICS, times=None))
        output = run_sync(sim, [STREAM])
        assert_failed(output, STREAM, "transient_error", "next sync")
        [entry] = output.states[STREAM]["states"]
        assert entry["cursor"]["DATE"] < entry["cursor"]["from"], "no day was read"


@pytest.mark.parametrize(("status", "expected"), [(400, [400, 200, 200]), (503, [503, 503, 200, 200])])
def test_a_url_that_a_cdn_finds_too_long_is_halved_with_503_after_the_retries(status: int, expected: list[int]) -> None:
    world = small_world(days=1, ad_accounts=1, shared_ad_accounts=0, campaigns=200)
    with Simulator(world, max_url_length=5_000, long_url_status=status) as sim:
        output = run_sync(sim, [STREAM], config=sim.config(max_retries=1, start_date=str(world.today)))
        assert_succeeded(output, [STREAM])
        assert [entry.status for entry in sim.calls(ANALYTICS)] == expected


def test_no_url_is_longer_than_8000_characters_by_default() -> None:
    world = small_world(days=1, ad_accounts=1, shared_ad_accounts=0, campaigns=250)
    with Simulator(world, max_url_length=8_000 - len("https://api.pinterest.com")) as sim:
        output = run_sync(sim, [STREAM], config=sim.config(start_date=str(world.today)))
        assert_succeeded(output, [STREAM])
        assert [ids(entry) for entry in sim.calls(ANALYTICS)] == [250]

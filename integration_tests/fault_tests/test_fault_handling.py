"""What a sync does about a fault, beside its ending.

How many calls and traces a failure costs, what an error says, and how a call that is too large is made smaller.
"""

import re

import pytest

from integration_tests.simulator import Entry, Fault, FaultKind
from integration_tests.support.assertions import assert_exact, assert_failed, assert_succeeded, keys_of
from integration_tests.support.catalogs import ALL_STREAMS
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.syncs import run_sync
from integration_tests.support.worlds import small_world
from source_pinterest import __version__

PINS = "boards/list_pins"
CAMPAIGNS = "campaigns/list"
ANALYTICS = "campaigns/analytics"


def test_after_a_fatal_error_the_other_slices_make_no_calls_and_one_trace_tells_it() -> None:
    with Simulator(World(boards=40), faults=[Fault(FaultKind.MISSING_SCOPE, on=PINS, times=None)]) as sim:
        output = run_sync(sim, ["board_pins"], config=sim.config(num_workers=3))
        assert len(sim.calls(PINS)) <= 3
        assert len(output.errors_of("board_pins")) == 1
        assert_failed(output, "board_pins", "config_error", "boards:read and pins:read", "Authenticate again")


def test_when_nothing_works_each_board_is_tried_once() -> None:
    with Simulator(World(boards=40), faults=[Fault(FaultKind.UNAVAILABLE, on=PINS, times=None)]) as sim:
        output = run_sync(sim, ["board_pins"], config=sim.config(num_workers=3, max_retries=1))
        assert 40 <= len(sim.calls(PINS)) <= 40 + 8
        assert_failed(output, "board_pins", "transient_error", "next sync")


def test_one_board_that_fails_costs_no_other() -> None:
    with Simulator(World(boards=4)) as sim:
        failing = min(sim.expected("boards"))[0]
        sim.add_fault(Fault(FaultKind.UNAVAILABLE, on=PINS, path=failing, times=None))
        output = run_sync(sim, ["board_pins"], config=sim.config(max_retries=0))
        assert_failed(output, "board_pins", "transient_error", failing)
        others = {key for key in sim.expected("board_pins") if key[0] != failing}
        assert set(keys_of("board_pins", output.records["board_pins"])) == others


@pytest.mark.parametrize("status", [400, 401])
def test_a_revoked_permission_costs_one_refresh_and_one_trace_a_stream(status: int) -> None:
    with Simulator(small_world(), faults=[Fault(FaultKind.TOKEN_REVOKED, on="oauth/token", status=status)]) as sim:
        output = run_sync(sim, ALL_STREAMS)
        assert len(sim.calls("oauth/token")) == 1
        for stream in ALL_STREAMS:
            assert len(output.errors_of(stream)) == 1
            assert_failed(output, stream, "config_error", "Authenticate again")


def test_a_permission_revoked_in_mid_sync_costs_one_more_refresh() -> None:
    with Simulator(World(boards=20), faults=[Fault(FaultKind.TOKEN_REVOKED, on=PINS, after=5)]) as sim:
        output = run_sync(sim, ["boards", "board_pins"])
        assert [entry.status for entry in sim.calls("oauth/token")] == [200, 401]
        assert output.status("boards") == "COMPLETE"
        assert len(output.errors_of("board_pins")) == 1
        assert_failed(output, "board_pins", "config_error", "Authenticate again")


@pytest.mark.parametrize(
    ("kinds", "closing"),
    [
        ((FaultKind.MISSING_SCOPE, FaultKind.UNAVAILABLE), "transient_error"),
        ((FaultKind.UNAVAILABLE, FaultKind.MISSING_SCOPE), "transient_error"),
        ((FaultKind.REPEATED_BOOKMARK, FaultKind.MISSING_SCOPE), "system_error"),
        ((FaultKind.MISSING_SCOPE, FaultKind.MISSING_SCOPE), "config_error"),
    ],
)
def test_the_closing_error_is_the_most_retryable(kinds: tuple[FaultKind, FaultKind], closing: str) -> None:
    faults = [Fault(kind, on=on, times=None) for kind, on in zip(kinds, (PINS, CAMPAIGNS), strict=True)]
    with Simulator(World(boards=1, pins_per_board=600), faults=faults) as sim:
        output = run_sync(sim, ["board_pins", "campaigns"], config=sim.config(max_retries=0))
        assert output.errors[-1].stream_descriptor is None
        assert output.errors[-1].failure_type.value == closing


@pytest.mark.parametrize("kind", [FaultKind.UNAVAILABLE, FaultKind.MISSING_SCOPE, FaultKind.TOO_LARGE_413])
def test_an_error_carries_the_request_id(kind: FaultKind) -> None:
    with Simulator(World(ad_accounts=1), faults=[Fault(kind, on=CAMPAIGNS, times=None)]) as sim:
        output = run_sync(sim, ["campaigns"], config=sim.config(max_retries=0))
        [error] = output.errors_of("campaigns")
        assert re.search(r"request id \d{16}\b", str(error.message)), error.message


def test_each_call_carries_our_name() -> None:
    with Simulator(small_world(), profile="ample") as sim:
        run_sync(sim)
        assert {entry.headers["user-agent"] for entry in sim.log} == {f"source-pinterest/{__version__}"}


def test_a_bookmark_that_repeats_ends_the_list() -> None:
    world = World(boards=1, pins_per_board=700)
    with Simulator(world, faults=[Fault(FaultKind.REPEATED_BOOKMARK, on=PINS, times=None)]) as sim:
        output = run_sync(sim, ["board_pins"])
        assert len(sim.calls(PINS)) == 2
        assert_failed(output, "board_pins", "system_error", "same bookmark comes twice")


def test_a_call_that_is_too_large_is_halved_and_the_size_that_worked_is_kept() -> None:
    with Simulator(small_world(ad_accounts=6, campaigns=40), max_rows=1_000) as sim:
        output = run_sync(sim, ["campaign_analytics"], config=sim.config(num_workers=1))
        assert_succeeded(output, ["campaign_analytics"])
        assert_exact(output, sim, ["campaign_analytics"])
        refused = [entry for entry in sim.calls(ANALYTICS) if entry.status == 413]
        # The two workers that the framework needs at least may each learn it in two steps, and no account after them.
        assert 2 <= len(refused) <= 4
        assert {_ids(entry) for entry in sim.calls(ANALYTICS) if entry.status == 200} == {10}


def test_a_call_that_is_called_too_large_is_asked_for_in_halves() -> None:
    with Simulator(_one_account(campaigns=9), faults=[Fault(FaultKind.TOO_LARGE_413, on=ANALYTICS)]) as sim:
        output = run_sync(sim, ["campaign_analytics"])
        assert_succeeded(output, ["campaign_analytics"])
        assert_exact(output, sim, ["campaign_analytics"])
        assert [_ids(entry) for entry in sim.calls(ANALYTICS)] == [9, 5, 4]


@pytest.mark.parametrize("kind", [FaultKind.NEVER_ANSWERS, FaultKind.RESET_INSIDE_BODY, FaultKind.CUT_BODY])
def test_a_connection_that_breaks_twice_halves_the_ids(kind: FaultKind) -> None:
    with Simulator(_one_account(campaigns=9), faults=[Fault(kind, on=ANALYTICS, times=2)]) as sim:
        output = run_sync(sim, ["campaign_analytics"], config=sim.config(request_timeout_seconds=0.5))
        assert_succeeded(output, ["campaign_analytics"])
        assert_exact(output, sim, ["campaign_analytics"])
        assert [_ids(entry) for entry in sim.calls(ANALYTICS)] == [9, 9, 5, 4]


def test_a_single_campaign_is_halved_by_its_days() -> None:
    with Simulator(_one_account(campaigns=1), max_rows=50) as sim:
        output = run_sync(sim, ["campaign_analytics"])
        assert_succeeded(output, ["campaign_analytics"])
        assert_exact(output, sim, ["campaign_analytics"])
        assert [entry.status for entry in sim.calls(ANALYTICS)] == [413, 200, 200]


def test_calls_in_which_something_goes_wrong_now_and_then_are_made_again() -> None:
    streams = ("campaigns", "campaign_analytics", "campaign_analytics_report")
    with Simulator(_one_account(campaigns=9), faults=[Fault(FaultKind.TRANSIENT_400, times=None, every=3)]) as sim:
        output = run_sync(sim, streams)
        assert_succeeded(output, streams)
        assert_exact(output, sim, streams)
        wrong = [entry.fault == FaultKind.TRANSIENT_400 for entry in sim.log if entry.operation_id != "oauth/token"]
        assert wrong.count(True) > 2


@pytest.mark.parametrize("status", [400, 414, 431])
def test_an_address_that_a_cdn_finds_too_long_is_halved(status: int) -> None:
    with Simulator(_one_account(campaigns=200), max_url_length=5_000, long_url_status=status) as sim:
        output = run_sync(sim, ["campaign_analytics"], config=sim.config(max_retries=1, start_date=_today(sim)))
        assert_succeeded(output, ["campaign_analytics"])
        assert_exact(output, sim, ["campaign_analytics"], start=sim.world.today)
        assert [entry.status for entry in sim.calls(ANALYTICS)].count(status) == 1


def test_a_503_for_a_long_address_is_an_outage_as_any_other() -> None:
    with Simulator(_one_account(campaigns=200), max_url_length=5_000, long_url_status=503) as sim:
        output = run_sync(sim, ["campaign_analytics"], config=sim.config(max_retries=1, start_date=_today(sim)))
        assert_failed(output, "campaign_analytics", "transient_error", "Pinterest failed 2 times in a row", "next sync")
        assert [entry.status for entry in sim.calls(ANALYTICS)] == [503, 503]


def test_no_address_is_longer_than_8000_characters_by_default() -> None:
    with Simulator(_one_account(campaigns=250), max_url_length=8_000 - len("https://api.pinterest.com")) as sim:
        output = run_sync(sim, ["campaign_analytics"], config=sim.config(start_date=_today(sim)))
        assert_exact(output, sim, ["campaign_analytics"], start=sim.world.today)
        assert [_ids(entry) for entry in sim.calls(ANALYTICS)] == [250]


def _today(sim: Simulator) -> str:
    return sim.world.today.isoformat()


def test_a_call_that_cannot_be_smaller_fails() -> None:
    with Simulator(_one_account(campaigns=1), faults=[Fault(FaultKind.TOO_LARGE_413, on=ANALYTICS, times=None)]) as sim:
        output = run_sync(sim, ["campaign_analytics"])
        assert_failed(output, "campaign_analytics", "transient_error", "next sync")
        assert output.states["campaign_analytics"]["states"] == []


def _one_account(campaigns: int) -> World:
    return small_world(days=60, ad_accounts=1, shared_ad_accounts=0, campaigns=campaigns)


def _ids(entry: Entry) -> int:
    return len(entry.values("campaign_ids"))

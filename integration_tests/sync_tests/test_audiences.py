"""Audiences, targeting, events and searches for keywords arrive whole, in the fewest requests."""

from collections.abc import Iterator

import pytest

from integration_tests.simulator import Fault, NoAccess
from integration_tests.support.assertions import assert_exact, assert_failed, assert_succeeded
from integration_tests.support.list_calls import audience_calls
from integration_tests.support.operations import OPERATIONS
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.syncs import run_sync
from integration_tests.support.truth import AUDIENCE_KEYS

STREAMS = tuple(AUDIENCE_KEYS)


@pytest.fixture
def small() -> Iterator[Simulator]:
    with Simulator(World(boards=0, campaigns=1, ad_groups=2, ads=0)) as simulator:
        yield simulator


def test_everything_arrives_whole_in_the_fewest_calls() -> None:
    """45 records of the quality of events are all that there can be."""
    world = World(boards=0, ad_accounts=3, campaigns=1, ad_groups=(3, 0, 1), ads=0, account_list_items=(45, 0, 1))
    with Simulator(world) as sim:
        output = run_sync(sim, STREAMS)
        assert_succeeded(output, STREAMS)
        assert_exact(output, sim, STREAMS)
        assert not output.warnings()
        formulas = audience_calls(sim.world)
        assert {operation: len(sim.calls(operation)) for operation in formulas} == formulas


def test_an_account_that_refuses_is_left_out_with_a_warning(small: Simulator) -> None:
    account = small.world.account_id(0)
    small.add_faults(Fault("forbidden", on=OPERATIONS[stream], account=account, times=None) for stream in STREAMS)
    output = run_sync(small, STREAMS)
    assert_succeeded(output, STREAMS)
    for stream in STREAMS:
        theirs = {key for key, record in small.expected(stream).items() if record["ad_account_id"] != account}
        assert len(output.records[stream]) == len(theirs) > 0
        assert any(text.startswith(f"{stream}: {account} is left out") for text in output.warnings()), stream


def test_labels_of_before_come_out_of_their_bundles(small: Simulator) -> None:
    small.world.bundled_labels, small.world.account_list_items = True, 5
    output = run_sync(small, ["labels"])
    assert_succeeded(output, ["labels"])
    assert_exact(output, small, ["labels"])
    assert {record["status"] for record in output.records["labels"]} == {"ACTIVE", "ARCHIVED"}


def test_labels_say_that_they_are_a_beta() -> None:
    with Simulator(World(boards=0, campaigns=0, ads=0), no_access={"labels/list": NoAccess.FORBIDDEN}) as sim:
        output = run_sync(sim, ["labels", "customer_segments"])
        assert_exact(output, sim, ["customer_segments"])
    assert_failed(output, "labels", "config_error", "beta of labels")
    assert output.status("customer_segments") == "COMPLETE"


# -- searches


def test_keywords_are_listed_once_for_themselves_and_for_their_searches(small: Simulator) -> None:
    run_sync(small, ["keywords"])
    alone = len(small.calls("keywords/get"))
    output = run_sync(small, ["keyword_metrics", "keywords"])
    assert_exact(output, small, ["keyword_metrics", "keywords"])
    assert len(small.calls("keywords/get")) == 2 * alone


def test_an_account_whose_keywords_cannot_be_listed_costs_only_its_own(small: Simulator) -> None:
    account = small.world.account_id(0)
    small.add_fault(Fault("503", on="ad_groups/list", account=account, times=None))
    output = run_sync(small, ["keyword_metrics"], config=small.config(max_retries=0))
    assert_failed(output, "keyword_metrics", "transient_error", "Pinterest failed")
    theirs = {key for key, record in small.expected("keyword_metrics").items() if record["ad_account_id"] != account}
    assert len(output.records["keyword_metrics"]) == len(theirs) > 0

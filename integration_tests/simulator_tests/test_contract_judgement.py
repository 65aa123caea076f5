"""The judgement over a log of requests passes what is legal and finds what is not."""

from dataclasses import replace
from datetime import timedelta

import pytest

from integration_tests.simulator import Entry
from integration_tests.simulator.contract import violations
from integration_tests.simulator.endpoints import ENDPOINTS
from integration_tests.support.api_client import Client
from integration_tests.support.pinterest import Simulator, World

OPERATIONS = {operation.operation_id: operation for operation in ENDPOINTS}


@pytest.fixture
def legal_entry(sim: Simulator, api: Client) -> Entry:
    assert api.call("campaigns/analytics").status_code == 200
    return sim.log[-1]


def test_every_legal_call_passes_the_judgement(sim: Simulator, api: Client) -> None:
    first = len(sim.log)
    for operation_id in OPERATIONS:
        assert api.call(operation_id).status_code == 200, operation_id

    assert violations(sim.log[first:]) == []


def test_an_illegal_call_is_judged(legal_entry: Entry) -> None:
    for name, value, complaint in [
        ("page_size", "25", "unknown parameter"),
        ("granularity", "DAILY", "granularity"),
        ("columns", "SPEND", "columns"),
        ("start_date", "yesterday", "start_date"),
        ("campaign_ids", ",".join(map(str, range(251))), "too_long"),
        ("ad_account_id", "1", "the SDK sends"),
    ]:
        query = [pair for pair in legal_entry.query if pair[0] != name] + [(name, value)]

        assert complaint in "".join(violations([replace(legal_entry, query=query)])), (name, value, complaint)


def test_ids_of_analytics_may_be_joined(legal_entry: Entry) -> None:
    """As Pinterest was seen to take them; those of lists are repeated."""
    query = [pair for pair in legal_entry.query if pair[0] != "campaign_ids"]
    joined = replace(legal_entry, query=[*query, ("campaign_ids", "1,2")])

    assert violations([joined]) == []
    listed = replace(joined, operation_id="campaigns/list", path=joined.path.removesuffix("/analytics"))
    listed.query = [("campaign_ids", "1,2")]
    assert "the SDK sends" in "".join(violations([listed]))


def test_a_missing_parameter_is_judged(legal_entry: Entry) -> None:
    query = [pair for pair in legal_entry.query if pair[0] != "start_date"]

    assert "start_date" in "".join(violations([replace(legal_entry, query=query)]))


def test_a_rule_that_the_sdk_does_not_know_is_judged(sim: Simulator, api: Client) -> None:
    api.call("campaigns/analytics", start_date=str(sim.world.today - timedelta(days=100)))

    assert "last 90 days" in "".join(violations(sim.log[-1:]))


def test_a_refusal_that_a_test_asks_for_is_no_fault_of_the_request() -> None:
    with Simulator(World(keyword_batches="rejected")) as picky, Client(picky) as api:
        assert api.call("keywords/get").status_code == 400

        assert violations(picky.log) == []


def test_a_call_of_no_operation_is_judged(sim: Simulator, api: Client) -> None:
    api.get("/nothing")

    assert "no operation" in violations(sim.log[-1:])[0]

"""Businesses and the connections of a profile arrive whole, for users who selected them."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml
from airbyte_cdk.models import Status

from integration_tests.simulator import ALL_SCOPES, Fault
from integration_tests.support.assertions import assert_exact, assert_failed, assert_succeeded
from integration_tests.support.commands import run_here
from integration_tests.support.list_calls import organisation_calls
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.processes import ROOT
from integration_tests.support.syncs import run_sync
from integration_tests.support.truth import ORGANISATION_KEYS

STREAMS = tuple(ORGANISATION_KEYS)
BUSINESS = tuple(stream for stream in STREAMS if stream.startswith("business"))
CHILDREN = BUSINESS[1:]
WITHOUT_BUSINESSES = tuple(scope for scope in ALL_SCOPES if scope != "biz_access:read")


@pytest.fixture
def sim() -> Iterator[Simulator]:
    with Simulator(World(boards=1, ad_accounts=1, employers=2)) as simulator:
        yield simulator


def test_everything_arrives_whole_in_the_fewest_calls() -> None:
    with Simulator(World(boards=0, ad_accounts=0, employers=3, connections=251)) as sim:
        output = run_sync(sim, STREAMS)
        assert_succeeded(output, STREAMS)
        assert_exact(output, sim, STREAMS)
        assert not output.warnings()
        formulas = organisation_calls(sim.world)
        assert {operation: len(sim.calls(operation)) for operation in formulas} == formulas


def test_employers_that_cannot_be_listed_cost_their_children_those_alone(sim: Simulator) -> None:
    sim.add_fault(Fault("503", on="get/business_employers", times=None))
    output = run_sync(sim, STREAMS, config=sim.config(max_retries=0))
    assert {name for name in STREAMS if output.status(name) == "INCOMPLETE"} == set(BUSINESS)
    own = next(iter(sim.expected("user_account")))[0]
    for stream in CHILDREN:
        assert {record["business_id"] for record in output.records[stream]} == {own}


# -- the permission that the consent form does not ask for


def test_a_plain_access_token_that_tells_no_permission_is_no_riddle() -> None:
    with Simulator(World(boards=1, ad_accounts=1), scopes=WITHOUT_BUSINESSES) as narrow:
        output = run_sync(narrow, BUSINESS, config=narrow.access_token_config())
    for stream in BUSINESS:
        assert_failed(output, stream, "config_error", "biz_access:read", "leave the stream out")


@pytest.mark.parametrize("how", ["config", "access_token_config"])
def test_check_does_not_miss_it(how: str, tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    with Simulator(World(boards=1, ad_accounts=1), scopes=WITHOUT_BUSINESSES) as narrow:
        path.write_text(json.dumps(getattr(narrow, how)()), encoding="utf-8")
        output = run_here(narrow, "check", "--config", str(path))
        assert not [entry for entry in narrow.log if "/businesses/" in entry.path]
    [status] = [message.connectionStatus for message in output.messages if message.connectionStatus]
    assert status.status is Status.SUCCEEDED
    assert status.message in (None, "")
    said = [message.log.message for message in output.messages if message.log]
    assert not [text for text in said if "biz_access" in text]


def test_the_streams_about_businesses_are_not_suggested() -> None:
    metadata = yaml.safe_load((ROOT / "metadata.yaml").read_text(encoding="utf-8"))["data"]
    assert not set(metadata["suggestedStreams"]["streams"]) & set(STREAMS)


def test_the_form_asks_nobody_for_the_permission() -> None:
    assert "biz_access" not in (ROOT / "source_pinterest" / "spec.json").read_text(encoding="utf-8")


# -- on whose behalf


def test_followed_profiles_are_read_for_each_owner_if_chosen() -> None:
    streams = ("following", "following_boards")
    with Simulator(World(boards=1, ad_accounts=3, shared_ad_accounts=2)) as sim:
        output = run_sync(sim, STREAMS, config=sim.config(organic_per_ad_account=True))
        assert_succeeded(output, STREAMS)
        for stream in streams:
            for account in map(sim.world.account_id, range(3)):
                theirs = [record for record in output.records[stream] if record["ad_account_id"] == account]
                assert len(theirs) == len(sim.expected(stream, on_behalf_of=account)) > 0
        assert_exact(output, sim, [stream for stream in STREAMS if stream not in streams])

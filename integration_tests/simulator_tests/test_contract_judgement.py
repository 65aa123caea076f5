"""The judgement over a log of requests passes what is legal and finds what is not."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from integration_tests.simulator.contract import violations
from integration_tests.simulator.endpoints import CREATE_REPORTS, ENDPOINTS
from integration_tests.simulator_tests.api_client import Client
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.syncs import run_sync
from integration_tests.support.worlds import small_world
from source_pinterest.streams import STREAMS

EVERY_OPTION = Path(__file__).parents[1] / "sample_configs" / "every_option.json"


def test_every_legal_call_is_answered_and_passes_the_judgement(sim: Simulator, api: Client) -> None:
    first = len(sim.log)
    for operation in ENDPOINTS:
        answer = api.call(operation.operation_id)
        assert answer.status_code == 200, operation.operation_id
        assert answer.json(), operation.operation_id
    assert api.order().status_code == 200

    assert violations(sim.log[first:]) == []


def test_the_sdk_would_have_sent_each_request_of_a_sync() -> None:
    """Of every stream: all lists, analytics with every option, reports of each kind."""
    world = small_world(keyword_batches="answered", hour_column="HOUR")
    with Simulator(world, profile="ample", open_betas=["multi_pins/analytics"]) as sim:
        options = {
            **json.loads(EVERY_OPTION.read_text(encoding="utf-8")),
            **sim.config(start_date=str(world.today - timedelta(days=120))),
            "account_ids": [world.account_id(0)],
            "exclude_account_ids": [],
        }
        output = run_sync(sim, (*(stream.stream_name() for stream in STREAMS), "custom_hourly_spend"), config=options)

        assert output.exit_code == 0, output.text()
        assert violations(sim.log) == []
        assert {one.operation_id for one in CREATE_REPORTS} < {entry.operation_id for entry in sim.log}


def test_an_illegal_query_is_judged(sim: Simulator, api: Client) -> None:
    assert api.call("campaigns/analytics").status_code == 200
    legal = sim.log[-1]
    for name, value, complaint in [
        ("page_size", "25", "unknown parameter"),
        ("granularity", "DAILY", "granularity"),
        ("columns", "SPEND", "columns"),
        ("start_date", "yesterday", "start_date"),
        ("start_date", None, "start_date"),
        ("campaign_ids", ",".join(map(str, range(251))), "too_long"),
        ("ad_account_id", "1", "the SDK sends"),
    ]:
        query = [pair for pair in legal.query if pair[0] != name] + ([(name, value)] if value else [])
        assert complaint in "".join(violations([replace(legal, query=query)])), (name, value)


def test_a_refusal_that_a_test_asks_for_is_no_fault_of_the_request() -> None:
    with Simulator(World(keyword_batches="rejected")) as picky, Client(picky) as api:
        assert api.call("keywords/get").status_code == 400

        assert violations(picky.log) == []

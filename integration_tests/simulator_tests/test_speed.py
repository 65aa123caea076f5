"""The simulator is fast enough that tests and benchmarks do not wait for it."""

import time
from datetime import timedelta

import pytest

from integration_tests.simulator.organic.places import board_id
from integration_tests.simulator_tests.small_worlds import CAMPAIGN, small_world
from integration_tests.support.api_client import Client
from integration_tests.support.pinterest import Simulator
from integration_tests.support.truth import DEFAULT_COLUMNS


@pytest.mark.full_size
def test_a_page_of_250_pins_takes_a_few_milliseconds() -> None:
    with Simulator(small_world(boards=100, pins_per_board=2_500), profile="ample") as sim, Client(sim) as api:
        path = f"/boards/{board_id(50)}/pins"
        began = time.process_time()
        pages = api.pages(path, page_size=250)
        spent = time.process_time() - began

    assert len(pages) == 11
    assert spent / len(pages) < 0.03


@pytest.mark.full_size
def test_a_small_answer_takes_no_time_on_the_wire() -> None:
    with Simulator(small_world()) as sim, Client(sim) as api:
        began = time.perf_counter()
        for _ in range(10):
            assert api.get("/boards").json()
        spent = time.perf_counter() - began

    assert spent / 10 < 0.03


@pytest.mark.full_size
def test_an_answer_of_10000_full_rows_takes_no_more_than_seconds() -> None:
    """125 campaigns on 80 days: beside all columns, an address has no room for 250 ids."""
    world = small_world(ad_accounts=1, campaigns=125, full_rows=True, active_percent=100)
    with Simulator(world, profile="ample") as sim, Client(sim) as api:
        began = time.process_time()
        answer = api.call(
            "campaigns/analytics",
            columns=",".join(DEFAULT_COLUMNS),
            start_date=str(world.today - timedelta(days=79)),
            campaign_ids=[world.entity_id(CAMPAIGN, 0, index) for index in range(125)],
        )
        spent = time.process_time() - began

    assert answer.content.count(b'"DATE"') == 10_000
    assert spent < 2.5

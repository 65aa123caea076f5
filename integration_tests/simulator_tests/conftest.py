"""The local Pinterest of a module, unless the module has one of its own, and a caller of it."""

from collections.abc import Iterator

import pinterestsdk
import pytest

from integration_tests.simulator_tests.api_client import Client
from integration_tests.support.pinterest import Simulator, World


@pytest.fixture(scope="module")
def sim() -> Iterator[Simulator]:
    """As much of everything as it takes for each field to appear, quotas that last, and the beta of many pins."""
    world = World(
        boards=5,
        pins_per_board=40,
        ad_accounts=3,
        campaigns=40,
        ad_groups=40,
        ads=40,
        keywords=6,
        product_groups=6,
        account_list_items=8,
        catalogs=3,
        feeds=6,
        feed_results=6,
        catalog_product_groups=6,
        trends=6,
    )
    with Simulator(world, profile="ample", open_betas=["multi_pins/analytics"]) as simulator:
        yield simulator


@pytest.fixture(scope="module")
def api(sim: Simulator) -> Iterator[Client]:
    """A signed-in caller of it."""
    with Client(sim) as client:
        yield client


@pytest.fixture(scope="module")
def sdk(sim: Simulator) -> Iterator[pinterestsdk.ApiClient]:
    """Pinterest's own client, signed in."""
    with pinterestsdk.ApiClient(pinterestsdk.Configuration(host=sim.url, access_token=sim.access_token())) as client:
        yield client
        client.rest_client.pool_manager.clear()

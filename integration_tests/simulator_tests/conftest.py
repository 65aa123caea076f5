"""The local Pinterest of a module, unless the module has one of its own, and whoever calls it."""

from collections.abc import Iterator

import pytest

from integration_tests.support.api_client import Client
from integration_tests.support.pinterest import Simulator, World


@pytest.fixture(scope="module")
def sim() -> Iterator[Simulator]:
    """A few of everything, quotas that nobody uses up, and the beta of many pins."""
    with Simulator(
        World(pins_per_board=40, ad_accounts=3, keyword_batches="answered"),
        profile="ample",
        open_betas=["multi_pins/analytics"],
    ) as simulator:
        yield simulator


@pytest.fixture(scope="module")
def api(sim: Simulator) -> Iterator[Client]:
    """A signed-in caller of it."""
    with Client(sim) as client:
        yield client

"""Whoever calls the local Pinterest of a module."""

from collections.abc import Iterator

import pytest

from integration_tests.support.api_client import Client
from integration_tests.support.pinterest import Simulator


@pytest.fixture(scope="module")
def api(sim: Simulator) -> Iterator[Client]:
    """A signed-in caller of the `sim` that the module has."""
    with Client(sim) as client:
        yield client

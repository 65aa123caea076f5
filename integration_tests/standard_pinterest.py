"""The local Pinterest that Airbyte's standard tests read."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from integration_tests.network_guard import confine_to_loopback
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.syncs import SYNCHRONOUS_DAYS

confine_to_loopback()

# Every stream has records, and each is checked against its schema, one by one.
SMALL = World(ad_accounts=1, shared_ad_accounts=0, campaigns=1, ad_groups=1, ads=1, active_percent=15)
SMALL.first_day = SMALL.today - timedelta(days=SYNCHRONOUS_DAYS + 2)


@pytest.fixture(scope="module", autouse=True)
def pinterest() -> Iterator[Simulator]:
    with Simulator(SMALL, profile="ample") as simulator, pytest.MonkeyPatch.context() as environment:
        environment.setenv("PINTEREST_API_URL", simulator.url)
        yield simulator

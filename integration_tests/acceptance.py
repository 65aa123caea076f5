"""Airbyte's standard tests for sources, with the local Pinterest in the place of the real one.

What is run on which configuration stands in acceptance-test-config.yml.
"""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from airbyte_cdk.test.standard_tests import SourceTestSuiteBase
from airbyte_cdk.test.standard_tests.pytest_hooks import pytest_generate_tests  # noqa: F401 - pytest finds it by name

from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.syncs import SYNCHRONOUS_DAYS
from source_pinterest import SourcePinterest

# Every stream has records, and each is checked against its schema, one by one.
SMALL = World(ad_accounts=1, shared_ad_accounts=0, campaigns=1, ad_groups=1, ads=1, active_percent=15)
SMALL.first_day = SMALL.today - timedelta(days=SYNCHRONOUS_DAYS + 2)


@pytest.fixture(scope="module", autouse=True)
def pinterest() -> Iterator[Simulator]:
    with Simulator(SMALL) as simulator, pytest.MonkeyPatch.context() as environment:
        environment.setenv("PINTEREST_API_URL", simulator.url)
        yield simulator


class TestStandard(SourceTestSuiteBase):
    """One scenario for each configuration that acceptance-test-config.yml names."""

    connector = SourcePinterest

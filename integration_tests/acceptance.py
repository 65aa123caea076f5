"""Airbyte's standard tests for sources, with the local Pinterest in the place of the real one.

What is run on which configuration stands in acceptance-test-config.yml.
"""

from collections.abc import Iterator

import pytest
from airbyte_cdk.test.standard_tests import SourceTestSuiteBase
from airbyte_cdk.test.standard_tests.pytest_hooks import pytest_generate_tests  # noqa: F401 - pytest finds it by name

from integration_tests.simulator import Simulator, World
from source_pinterest import SourcePinterest


@pytest.fixture(scope="module", autouse=True)
def pinterest() -> Iterator[Simulator]:
    with Simulator(World()) as simulator, pytest.MonkeyPatch.context() as environment:
        environment.setenv("PINTEREST_API_URL", simulator.url)
        yield simulator


class TestStandard(SourceTestSuiteBase):
    """One scenario for each configuration that acceptance-test-config.yml names."""

    connector = SourcePinterest

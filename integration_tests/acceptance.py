"""Airbyte's standard tests for sources, with the local Pinterest instead of the real one.

What is run on which configuration stands in acceptance-test-config.yml. `airbyte-cdk connector test` runs the same.
"""

from airbyte_cdk.test.models import ConnectorTestScenario
from airbyte_cdk.test.standard_tests import SourceTestSuiteBase
from airbyte_cdk.test.standard_tests.connector_base import IConnector
from airbyte_cdk.test.standard_tests.pytest_hooks import pytest_generate_tests  # noqa: F401 - pytest finds it by name

from integration_tests.standard_pinterest import pinterest  # noqa: F401 - so it does this fixture
from integration_tests.support.pauses import SHORT_PAUSES
from source_pinterest import SourcePinterest


class TestStandard(SourceTestSuiteBase):
    """One scenario for each configuration that acceptance-test-config.yml names."""

    connector = SourcePinterest

    @classmethod
    def create_connector(cls, scenario: ConnectorTestScenario | None) -> IConnector:
        """A connector that does not wait for reports as long as for Pinterest's."""
        del scenario
        return SourcePinterest(SHORT_PAUSES)

"""What does `airbyte-cdk connector test` need here? The local Pinterest, which acceptance.py has for the same tests.

The command writes its tests into `.tmp/`, which no other conftest.py looks after.
"""

from pathlib import Path

import pytest

STANDARD_TESTS = "test_airbyte_standards.py"


def pytest_configure(config: pytest.Config) -> None:
    """Load it for that file alone."""
    if any(Path(argument).name == STANDARD_TESTS for argument in config.args):
        config.pluginmanager.import_plugin("integration_tests.standard_pinterest")

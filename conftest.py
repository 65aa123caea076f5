"""Settings of every test session: the day on which it plays, Ctrl-C, and the Pinterest of Airbyte's standard tests.

`airbyte-cdk connector test` writes those tests into `.tmp/`, which no other conftest.py looks after.
"""

import logging
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from integration_tests.network_guard.clock import play_on_the_test_day

STANDARD_TESTS = "test_airbyte_standards.py"
DAY = play_on_the_test_day()

# A shell starts what it runs in the background with Ctrl-C ignored, and the processes of tests would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_configure(config: pytest.Config) -> None:
    """Load the local Pinterest for the standard tests alone."""
    if any(Path(argument).name == STANDARD_TESTS for argument in config.args):
        config.pluginmanager.import_plugin("integration_tests.standard_pinterest")


def pytest_report_header() -> str:
    """Tell the day."""
    return f"tests play on {DAY} (TEST_DAY)"


@pytest.fixture(autouse=True)
def _no_log_level_of_another_test() -> Iterator[None]:
    """A command that a test calls in this process leaves the framework's logger as it has set it."""
    logger = logging.getLogger("airbyte")
    level = logger.level
    yield
    logger.setLevel(level)

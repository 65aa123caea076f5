"""What every whole sync stands on: no network but loopback, child processes included."""

import os
from collections.abc import Iterator

import pytest

from integration_tests.network_guard import confine_to_loopback
from integration_tests.support.haste import hasty_polls

# Set by a platform or by a developer's shell, either would change what the connector does.
OUTSIDE_SETTINGS = ("DEPLOYMENT_MODE", "PINTEREST_API_URL", "PINTEREST_SAVE_TOKENS")

confine_to_loopback()
for setting in OUTSIDE_SETTINGS:
    os.environ.pop(setting, None)


@pytest.fixture(scope="session", autouse=True)
def _hasty_polls() -> Iterator[None]:
    """A report of the simulator is ready at once."""
    with hasty_polls():
        yield

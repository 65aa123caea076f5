"""What every unit test stands on: no network, and no setting of the machine that would change the connector."""

import logging
from collections.abc import Generator

import pytest

from integration_tests.network_guard import confine_to_loopback
from source_pinterest.masking import SECRETS, Secrets

confine_to_loopback()


@pytest.fixture(autouse=True)
def _no_secret_of_another_test(monkeypatch: pytest.MonkeyPatch) -> None:
    """A secret of one letter, as some tests have, would be masked in the sentences of all that follow."""
    monkeypatch.setattr(SECRETS, "__dict__", vars(Secrets()))


@pytest.fixture(autouse=True)
def _no_log_level_of_another_test() -> Generator[None, None, None]:
    """A command that a test calls in this process may show errors only."""
    logger = logging.getLogger("airbyte")
    level = logger.level
    yield
    logger.setLevel(level)

"""What every unit test stands on: no network, and no setting of the machine that would change the connector."""

from collections.abc import Iterator

import pytest
import requests_mock

from integration_tests.network_guard import confine_to_loopback
from source_pinterest.masking import SECRETS, Secrets

confine_to_loopback()


@pytest.fixture(autouse=True)
def _no_secret_of_another_test(monkeypatch: pytest.MonkeyPatch) -> None:
    """A secret of one letter, as some tests have, would be masked in the sentences of all that follow."""
    monkeypatch.setattr(SECRETS, "__dict__", vars(Secrets()))


@pytest.fixture
def mock() -> Iterator[requests_mock.Mocker]:
    """A Pinterest to script."""
    with requests_mock.Mocker() as mocker:
        yield mocker

"""What tests of a call have: a Pinterest to script, and pauses that take no time."""

from collections.abc import Iterator

import pytest
import requests_mock


@pytest.fixture
def mock() -> Iterator[requests_mock.Mocker]:
    with requests_mock.Mocker() as mocker:
        yield mocker


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses, which are noted and not slept."""
    pauses: list[float] = []
    monkeypatch.setattr("source_pinterest.api.retries.pause", pauses.append)
    return pauses

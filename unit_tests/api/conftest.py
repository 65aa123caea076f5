"""What tests of a call have: a Pinterest to script, and pauses that take no time."""

from collections.abc import Iterator

import pytest
import requests_mock

from unit_tests.api.callers import Caller
from unit_tests.api.token_endpoint import Endpoint


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


@pytest.fixture
def endpoint(mock: requests_mock.Mocker) -> Endpoint:
    return Endpoint(mock)


@pytest.fixture
def caller() -> Caller:
    return Caller(max_wait_seconds=900)

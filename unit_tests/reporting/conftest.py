"""Fixtures for tests of reports: scripted responses, and clients."""

from collections.abc import Iterator

import pytest
import requests_mock

from unit_tests.reporting.clients import Client


@pytest.fixture
def mock() -> Iterator[requests_mock.Mocker]:
    with requests_mock.Mocker() as mocker:
        yield mocker


@pytest.fixture
def client(mock: requests_mock.Mocker) -> Client:
    """Asks for everything once."""
    return Client(mock, max_retries=0)


@pytest.fixture
def patient(mock: requests_mock.Mocker) -> Client:
    """Asks for everything up to five times."""
    return Client(mock, max_retries=4)

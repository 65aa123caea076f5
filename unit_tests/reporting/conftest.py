"""Clients for tests of reports."""

import pytest
import requests_mock

from unit_tests.reporting.clients import Client


@pytest.fixture
def client(mock: requests_mock.Mocker) -> Client:
    """Asks for everything once."""
    return Client(mock, max_retries=0)


@pytest.fixture
def retrying_client(mock: requests_mock.Mocker) -> Client:
    """Asks for everything up to five times."""
    return Client(mock, max_retries=4)

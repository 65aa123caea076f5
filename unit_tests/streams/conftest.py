"""The scripted Pinterest of all tests of streams."""

from collections.abc import Iterator

import pytest
import requests_mock

from unit_tests.streams.pinterest import Pinterest


@pytest.fixture
def mock() -> Iterator[requests_mock.Mocker]:
    with requests_mock.Mocker() as mocker:
        yield mocker


@pytest.fixture
def pinterest(mock: requests_mock.Mocker) -> Pinterest:
    return Pinterest(mock)

"""The scripted Pinterest of all tests of streams."""

import pytest
import requests_mock

from unit_tests.streams.pinterest import Pinterest


@pytest.fixture
def pinterest(mock: requests_mock.Mocker) -> Pinterest:
    return Pinterest(mock)

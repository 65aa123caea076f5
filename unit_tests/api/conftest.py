"""What every test of a call has: a Pinterest to script."""

from collections.abc import Iterator

import pytest
import requests_mock


@pytest.fixture
def mock() -> Iterator[requests_mock.Mocker]:
    with requests_mock.Mocker() as mocker:
        yield mocker

"""An id in a response leads no request elsewhere, whichever stream sends it."""

from urllib.parse import quote

import requests_mock

from source_pinterest.api import DEFAULT_BASE_URL
from source_pinterest.api.client import PinterestClient
from source_pinterest.engine.slices import partition_slice
from source_pinterest.streams.analytics.levels import AdAccountAnalytics
from source_pinterest.streams.analytics.rows import RowGate
from source_pinterest.streams.organic.boards import BoardSections
from source_pinterest.streams.organic.pin_analytics import PinAnalytics, PinMetrics
from unit_tests.configs import TODAY
from unit_tests.streams.pinterest import Pinterest

STRANGE = "../../oauth/token?grant=1#x"
PIECE = quote(STRANGE, safe="")


def paths(mock: requests_mock.Mocker) -> set[str]:
    """The addresses that were asked, without their parameters."""
    return {request.url.partition("?")[0].removeprefix(f"{DEFAULT_BASE_URL}/") for request in mock.request_history}


def test_that_of_a_parent_is_one_piece_of_the_path_of_a_list(pinterest: Pinterest, mock: requests_mock.Mocker) -> None:
    mock.get(requests_mock.ANY, json={"items": []})
    pinterest.read(BoardSections, partition_slice({"board_id": STRANGE}))

    assert paths(mock) == {f"boards/{PIECE}/sections"}


def test_that_of_an_account_is_one_of_the_path_of_its_numbers(mock: requests_mock.Mocker) -> None:
    pinterest = Pinterest(mock, start_date=str(TODAY))
    mock.get(requests_mock.ANY, json=[])
    pinterest.lists("ad_accounts", STRANGE)
    for stream_slice in pinterest.slices(AdAccountAnalytics):
        pinterest.read(AdAccountAnalytics, stream_slice)

    assert paths(mock) == {"ad_accounts", f"ad_accounts/{PIECE}/analytics"}


def test_that_of_a_pin_is_one_of_the_path_of_its_numbers(pinterest: Pinterest, mock: requests_mock.Mocker) -> None:
    mock.get(requests_mock.ANY, json={"all": {"daily_metrics": []}})
    client, stream = PinterestClient(pinterest.sync.api, "pin_analytics", ()), pinterest.stream(PinAnalytics)
    days = {"start_date": str(TODAY), "end_date": str(TODAY)}
    PinMetrics(client, stream.notices, RowGate(stream)).of_one(STRANGE, days)

    assert paths(mock) == {f"pins/{PIECE}/analytics"}

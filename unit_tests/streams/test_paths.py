"""An id in a response leads no request elsewhere, whichever stream sends it."""

from urllib.parse import quote

import requests_mock

from source_pinterest.api import DEFAULT_BASE_URL
from source_pinterest.dates import DateWindow
from source_pinterest.engine.asks import Ask
from source_pinterest.streams.analytics.levels import AdAccountAnalytics
from source_pinterest.streams.organic.boards import BoardSections
from source_pinterest.streams.organic.pin_analytics import PinAnalytics
from source_pinterest.streams.organic.pin_requests import PinRequests
from source_pinterest.streams.organic.pins import Pins
from unit_tests.configs import TODAY
from unit_tests.streams.pinterest import Pinterest, slice_of

STRANGE = "../../oauth/token?grant=1#x"
PIECE = quote(STRANGE, safe="")


def test_the_id_of_a_parent_an_account_or_a_pin_is_one_piece_of_a_path(mock: requests_mock.Mocker) -> None:
    pinterest = Pinterest(mock, start_date=str(TODAY))
    mock.get(requests_mock.ANY, json={"items": [], "all": {"daily_metrics": []}})
    pinterest.read(BoardSections, slice_of({"board_id": STRANGE}))
    ask = Ask(ids=(STRANGE,), window=DateWindow(TODAY, TODAY))
    requests = PinRequests(pinterest.stream(PinAnalytics), pinterest.stream(Pins))
    mock.get(f"{DEFAULT_BASE_URL}/pins/analytics", status_code=401, json={"code": 3, "message": "No beta"})
    assert [*requests.read(ask)] == [((STRANGE,), [])]
    mock.get(requests_mock.ANY, json=[])
    pinterest.lists("ad_accounts", STRANGE)
    for stream_slice in pinterest.tasks(AdAccountAnalytics):
        pinterest.read(AdAccountAnalytics, stream_slice)

    asked = {request.url.partition("?")[0].removeprefix(f"{DEFAULT_BASE_URL}/") for request in mock.request_history}
    assert asked == {
        f"boards/{PIECE}/sections",
        f"pins/{PIECE}/analytics",
        "pins/analytics",
        "ad_accounts",
        f"ad_accounts/{PIECE}/analytics",
    }

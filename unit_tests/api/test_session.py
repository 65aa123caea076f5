"""Does a call leave with timeout, name and quota, and go out again as told when it was throttled?"""

from collections.abc import Iterator
from typing import Any

import pytest
import requests
import requests_mock

from source_pinterest.api.budget import Budget
from source_pinterest.api.errors import QuotaExhaustedError
from source_pinterest.api.session import PatientSession, PinterestSession

URL = "https://api.pinterest.com/v5/ad_accounts/1/campaigns"


class Books(Budget):
    """A budget that only keeps books."""

    def __init__(self) -> None:
        super().__init__(900)
        self.entries: list[tuple[Any, ...]] = []

    def acquire(self, category: str) -> None:
        self.entries.append(("acquire", category))

    def settle(self, category: str, headers: Any) -> None:
        self.entries.append(("settle", category, None if headers is None else headers.get("x-ratelimit-remaining")))

    def throttled(self, category: str, hint_seconds: float | None) -> None:
        self.entries.append(("throttled", category, hint_seconds))

    def accepted(self, category: str) -> None:
        self.entries.append(("accepted", category))


@pytest.fixture
def mock() -> Iterator[requests_mock.Mocker]:
    with requests_mock.Mocker() as mocker:
        yield mocker


@pytest.fixture
def books() -> Books:
    return Books()


@pytest.fixture
def session(books: Books) -> PinterestSession:
    return PinterestSession(books, "source-pinterest/test", 120, connections=4)


def test_a_call_is_paced_by_its_category(session: PinterestSession, books: Books, mock: requests_mock.Mocker) -> None:
    mock.get(URL, headers={"x-ratelimit-remaining": "7"})
    session.get(URL)

    assert books.entries == [("acquire", "ads_read"), ("settle", "ads_read", "7"), ("accepted", "ads_read")]


def test_a_call_has_our_name_and_a_timeout_whatever_the_caller_says(
    session: PinterestSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: dict[str, Any] = {}

    def send(_: requests.Session, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        sent.update(kwargs, headers=request.headers)
        response = requests.Response()
        response.status_code = 200
        return response

    monkeypatch.setattr(requests.Session, "send", send)
    session.send(requests.Request("GET", URL, headers=session.headers).prepare(), timeout=None, allow_redirects=True)

    assert sent["timeout"] == (10, 120)
    assert sent["allow_redirects"] is False
    assert sent["headers"]["User-Agent"] == "source-pinterest/test"


def test_a_short_timeout_also_bounds_the_connection() -> None:
    assert PatientSession("source-pinterest/test", 2)._timeout == (2, 2)


def test_a_throttled_call_goes_out_again_after_its_pause(
    session: PinterestSession, books: Books, mock: requests_mock.Mocker
) -> None:
    throttled = {"status_code": 429, "json": {"code": 8, "message": "slow"}, "headers": {"Retry-After": "3"}}
    by_message = {"status_code": 400, "json": {"code": 8, "message": "Retry after 5 seconds"}}
    mock.get(URL, [throttled, by_message, {"json": {"items": []}}])

    assert session.get(URL).status_code == 200
    assert mock.call_count == 3
    assert [entry for entry in books.entries if entry[0] != "settle"] == [
        ("acquire", "ads_read"),
        ("throttled", "ads_read", 3),
        ("acquire", "ads_read"),
        ("throttled", "ads_read", 5),
        ("acquire", "ads_read"),
        ("accepted", "ads_read"),
    ]


@pytest.mark.parametrize("status", [401, 403, 404, 500, 502])
def test_other_refusals_are_left_to_the_error_table(
    session: PinterestSession, mock: requests_mock.Mocker, status: int
) -> None:
    mock.get(URL, status_code=status)

    assert session.get(URL).status_code == status
    assert mock.call_count == 1


def test_a_lost_call_is_settled(session: PinterestSession, books: Books, mock: requests_mock.Mocker) -> None:
    mock.get(URL, exc=requests.ReadTimeout)

    with pytest.raises(requests.ReadTimeout):
        session.get(URL)
    assert books.entries == [("acquire", "ads_read"), ("settle", "ads_read", None)]


def test_a_redirect_takes_the_token_nowhere(session: PinterestSession, mock: requests_mock.Mocker) -> None:
    mock.get(URL, status_code=302, headers={"Location": "https://elsewhere.invalid/"})
    elsewhere = mock.get("https://elsewhere.invalid/")

    assert session.get(URL).status_code == 302
    assert elsewhere.call_count == 0


def test_an_exhausted_quota_ends_the_call_and_leaves_nothing_in_flight(mock: requests_mock.Mocker) -> None:
    budget = Budget(60)
    session = PinterestSession(budget, "source-pinterest/test", 120, connections=1)
    mock.get(URL, status_code=429, headers={"x-ratelimit-reset": "40000"})

    with pytest.raises(QuotaExhaustedError):
        session.get(URL)
    assert mock.call_count == 1
    assert budget._in_flight["ads_read"] == 0

"""A stream gets what it asked for, and a request is sent again when it should be."""

import pytest
import requests
import requests_mock

from source_pinterest.api import errors
from source_pinterest.api.client import PinterestClient
from unit_tests.answers import refused
from unit_tests.api.calls import PAGE, PATH, URL, Calls, parse
from unit_tests.api.connections import connected


def test_a_path_is_requested_and_its_parsed_body_returned(mock: requests_mock.Mocker) -> None:
    calls = Calls(mock, {"json": {"items": [1]}, "headers": {"Date": "Wed, 01 Jul 2026 00:00:05 GMT"}})
    response = calls.client.get(PATH, {"page_size": 250, "campaign_ids": "1,2"}, parse)

    assert (response.value, response.server_time) == ({"items": [1]}, 1_782_864_005)
    assert "false-access-token" not in repr(response)
    assert calls.authenticator.taken == ["false-access-token"]


def test_a_request_carries_the_token_and_its_query_or_body(mock: requests_mock.Mocker) -> None:
    mock.get(URL, **PAGE)
    mock.post(URL, **PAGE)
    client = PinterestClient(connected(), "ads", ("ads:read",))
    client.get(PATH, {"page_size": 250, "campaign_ids": "1,2"}, parse)
    client.post(PATH, {"start_date": "2026-01-01"}, parse)

    got, posted = mock.request_history
    assert got.qs == {"page_size": ["250"], "campaign_ids": ["1,2"]}
    assert got.headers["Authorization"] == "Bearer false-access-token"
    assert (posted.json(), posted.qs) == ({"start_date": "2026-01-01"}, {})


def test_requests_are_counted_for_their_stream(mock: requests_mock.Mocker) -> None:
    calls = Calls(mock, refused(503), {**refused(429), "headers": {"Retry-After": "0.01"}}, PAGE, max_wait_minutes=1)
    calls.get()
    calls.get()
    cost = calls.api.usage.of("board_pins")

    assert (cost.requested, cost.sent, cost.retries) == (2, 4, 2)
    assert cost.waited_seconds > 0


@pytest.mark.parametrize(
    ("trouble", "max_retries", "words"),
    [
        ({"content": b""}, 2, ("failed 3 times in a row for", "not JSON")),
        ({"content": b"{}"}, 2, ("failed 3 times in a row for", "not a list")),
        ({"exc": requests.ReadTimeout}, 2, ("failed 3 times in a row for", "did not respond in time")),
        (refused(206), 1, ("failed 2 times in a row for", "HTTP 206")),
        (refused(500, 12, "Sorry", x_pinterest_rid="77"), 0, ("failed for", '"Sorry"', "request id 77")),
    ],
)
def test_trouble_of_the_server_is_retried_as_often_as_the_config_says(
    mock: requests_mock.Mocker, trouble: dict[str, object], max_retries: int, words: tuple[str, ...]
) -> None:
    calls = Calls(mock, trouble, max_retries=max_retries)

    with pytest.raises(errors.UnavailableError) as raised:
        calls.get()
    assert calls.made == max_retries + 1
    assert calls.authenticator.taken == []
    assert [word for word in ("board_pins", PATH, *words) if word not in str(raised.value.message)] == []


def test_a_connection_that_can_not_be_made_is_no_try(mock: requests_mock.Mocker) -> None:
    trouble = [{"exc": error} for error in (requests.ConnectionError, requests.ConnectTimeout)]

    assert Calls(mock, *trouble, PAGE, max_retries=0, max_wait_minutes=1).get() == {"items": []}
    with pytest.raises(errors.UnavailableError, match=r"could not be reached.*ConnectionError"):
        Calls(mock, *trouble[:1]).get()


def test_a_rejected_token_is_replaced_and_the_request_sent_again_which_is_no_retry(mock: requests_mock.Mocker) -> None:
    calls = Calls(mock, refused(401, 2, "Authentication failed."), PAGE, max_retries=0)

    assert calls.get() == {"items": []}
    assert calls.authenticator.rejected == ["false-access-token"]
    assert calls.authenticator.taken == ["false-access-token"]


@pytest.mark.parametrize(
    ("max_retries", "is_last"),
    [(0, [True, True]), (1, [False, True, True]), (3, [False, False, True, True, True])],
)
def test_a_request_takes_two_new_tokens_if_it_may_be_retried(
    mock: requests_mock.Mocker, max_retries: int, is_last: list[bool]
) -> None:
    calls = Calls(mock, refused(401, 2, "Authentication failed."), max_retries=max_retries)

    with pytest.raises(errors.UnavailableError, match=r"Authentication failed\."):
        calls.get()
    assert calls.authenticator.is_last == is_last

"""A stream gets what it asked for, and a request is sent again when it should be."""

import pytest
import requests
import requests_mock

from source_pinterest.api import errors
from source_pinterest.api.client import PinterestClient
from unit_tests.answers import refused
from unit_tests.api.calls import PAGE, PATH, URL, Calls, parse
from unit_tests.api.connections import connected


def test_a_path_is_asked_for_and_its_parsed_body_given(mock: requests_mock.Mocker) -> None:
    mock.get(URL, json={"items": [1]}, headers={"Date": "Wed, 01 Jul 2026 00:00:05 GMT"})
    client = PinterestClient(connected(), "ads", ("ads:read",))
    answer = client.get(PATH, {"page_size": 250, "campaign_ids": "1,2"}, parse)

    assert (answer.value, answer.server_time) == ({"items": [1]}, 1_782_864_005)
    [sent] = mock.request_history
    assert sent.qs == {"page_size": ["250"], "campaign_ids": ["1,2"]}
    assert sent.headers["Authorization"] == "Bearer false-access-token"
    assert "false-access-token" not in repr(answer)


def test_a_body_is_posted_as_json(mock: requests_mock.Mocker) -> None:
    mock.post(URL, json={"items": []})
    PinterestClient(connected(), "ads", ("ads:read",)).post(PATH, {"start_date": "2026-01-01"}, parse)

    [sent] = mock.request_history
    assert (sent.json(), sent.qs) == ({"start_date": "2026-01-01"}, {})


def test_a_page_proves_its_token(mock: requests_mock.Mocker) -> None:
    calls = Calls(mock, PAGE)

    assert calls.get() == {"items": []}
    assert calls.authenticator.taken == ["false-access-token"]


def test_calls_are_counted_for_their_stream(mock: requests_mock.Mocker) -> None:
    calls = Calls(mock, refused(503), {**refused(429), "headers": {"Retry-After": "0.01"}}, PAGE, max_wait_minutes=1)
    calls.get()
    calls.get()
    cost = calls.api.usage.of("board_pins")

    assert (cost.requested, cost.sent, cost.retries) == (2, 4, 2)
    assert cost.waited_seconds > 0


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"items": [', b"{}"])
def test_a_broken_body_is_asked_for_again_and_proves_no_token(mock: requests_mock.Mocker, body: bytes) -> None:
    calls = Calls(mock, {"content": body}, max_retries=2)

    with pytest.raises(errors.UnavailableError):
        calls.get()
    assert calls.made == 3
    assert calls.authenticator.taken == []


@pytest.mark.parametrize("status", [206, 408, 409, 425, 500, 502, 503, 504])
def test_trouble_of_the_server_is_asked_for_again(mock: requests_mock.Mocker, status: int) -> None:
    calls = Calls(mock, refused(status, 12, "Sorry", x_pinterest_rid="77"), PAGE)

    assert calls.get() == {"items": []}
    assert calls.made == 2


@pytest.mark.parametrize("max_retries", [0, 1, 3])
def test_a_call_is_made_again_as_often_as_the_config_says(mock: requests_mock.Mocker, max_retries: int) -> None:
    calls = Calls(mock, refused(500, 12, "Sorry", x_pinterest_rid="77"), max_retries=max_retries)

    with pytest.raises(errors.UnavailableError) as raised:
        calls.get()
    assert calls.made == max_retries + 1
    failed = f"failed {max_retries + 1} times in a row for" if max_retries else "failed for"
    for words in ("board_pins", PATH, failed, '"Sorry"', "request id 77"):
        assert words in str(raised.value.message)


def test_a_body_that_can_not_be_posted_names_its_path(mock: requests_mock.Mocker) -> None:
    mock.post(URL, [refused(500, 12, "Sorry")])

    with pytest.raises(errors.UnavailableError, match=f"^ads: Pinterest failed 2 times in a row for {PATH}\\. "):
        PinterestClient(connected(max_retries=1), "ads", ("ads:read",)).post(PATH, {}, parse)


def test_silence_is_a_try(mock: requests_mock.Mocker) -> None:
    calls = Calls(mock, {"exc": requests.ReadTimeout}, max_retries=2)

    with pytest.raises(errors.UnavailableError, match="did not respond in time"):
        calls.get()
    assert calls.made == 3


def test_a_connection_that_can_not_be_made_is_no_try(mock: requests_mock.Mocker) -> None:
    trouble = [
        {"exc": error} for error in (requests.ConnectionError, requests.ConnectTimeout, requests.ConnectionError)
    ]
    calls = Calls(mock, *trouble, PAGE, max_retries=0, max_wait_minutes=1)

    assert calls.get() == {"items": []}


def test_an_outage_that_lasts_is_given_up(mock: requests_mock.Mocker) -> None:
    calls = Calls(mock, {"exc": requests.ConnectionError})

    with pytest.raises(errors.UnavailableError, match=r"could not be reached.*ConnectionError"):
        calls.get()


def test_every_answer_ends_an_outage(mock: requests_mock.Mocker) -> None:
    calls = Calls(mock, refused(503), refused(404), PAGE, max_retries=1)
    with pytest.raises(errors.GoneError):
        calls.get()
    calls.get()

    assert calls.api.retry_policy.outage.responses == 3


def test_a_rejected_token_is_replaced_and_the_call_made_again_which_is_no_retry(mock: requests_mock.Mocker) -> None:
    calls = Calls(mock, refused(401, 2, "Authentication failed."), PAGE, max_retries=0)

    assert calls.get() == {"items": []}
    assert calls.authenticator.rejected == ["false-access-token"]
    assert calls.authenticator.taken == ["false-access-token"]


def test_a_token_that_is_rejected_again_and_again_uses_up_the_retries(mock: requests_mock.Mocker) -> None:
    calls = Calls(mock, refused(401, 2, "Authentication failed."), max_retries=2)

    with pytest.raises(errors.UnavailableError, match=r"Authentication failed\."):
        calls.get()
    assert calls.made == 4


@pytest.mark.parametrize(
    ("max_retries", "is_last"),
    [
        (0, [True, True]),
        (1, [False, True, True]),
        (2, [False, False, True, True]),
        (3, [False, False, True, True, True]),
    ],
)
def test_a_call_takes_two_new_tokens_if_it_may_be_made_again(
    mock: requests_mock.Mocker, max_retries: int, is_last: list[bool]
) -> None:
    calls = Calls(mock, refused(401, 2, "Authentication failed."), max_retries=max_retries)

    with pytest.raises(errors.UnavailableError):
        calls.get()
    assert calls.authenticator.is_last == is_last


def test_a_token_that_can_not_be_replaced_ends_the_call(mock: requests_mock.Mocker) -> None:
    mock.get(URL, [refused(401, 2)])

    with pytest.raises(errors.ConfigError, match="Authenticate again"):
        PinterestClient(connected(), "ads", ()).get(PATH, {}, parse)
    assert mock.call_count == 1

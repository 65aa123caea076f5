"""Does a stream get what it asked for, is a call made again when it should be, and does an error say what to do?"""

import dataclasses
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import requests
import requests_mock

from source_pinterest import limits
from source_pinterest.api import DEFAULT_BASE_URL, Api, errors, rights
from source_pinterest.api.auth import AccessTokenAuthenticator
from source_pinterest.api.chunks import Bounds
from source_pinterest.api.client import PinterestClient
from source_pinterest.api.long_calls import AddressTooLongError, LongCallUnavailableError
from source_pinterest.config import AccessTokenCredentials
from unit_tests.answers import refused
from unit_tests.api.connections import Wire, connected

PATH = "ad_accounts/1/ads"
URL = f"{DEFAULT_BASE_URL}/{PATH}"
PAGE = {"json": {"items": []}}
SCOPES = ("boards:read", "pins:read")


class Authenticator(AccessTokenAuthenticator):
    """Notes what it is told."""

    def __init__(self, granted: frozenset[str] = frozenset()) -> None:
        super().__init__(AccessTokenCredentials("false-access-token"))
        self.granted = granted
        self.rejected: list[str] = []
        self.is_last: list[bool] = []
        self.taken: list[str] = []

    def replace(self, rejected: str, *, is_last: bool) -> None:
        self.rejected.append(rejected)
        self.is_last.append(is_last)

    def accepted(self, token: str) -> None:
        self.taken.append(token)


def parse(chunks: Iterator[bytes]) -> Any:
    """A body is an object with items."""
    body = b"".join(chunks)
    try:
        content = json.loads(body)
    except ValueError as error:
        raise errors.MalformedAnswerError("The answer is not JSON.") from error
    if "items" not in content:
        raise errors.MalformedAnswerError("A page holds items.")
    return content


class Calls:
    """A client against answers that come one after the other, the last for ever."""

    def __init__(self, mock: requests_mock.Mocker, *answers: dict[str, Any], **options: Any) -> None:
        self.mock = mock
        self.mock.get(URL, list(answers))
        self.authenticator = Authenticator(options.pop("granted", frozenset()))
        can_split = options.pop("can_split", False)
        self.api: Api = dataclasses.replace(connected(**options), authenticator=self.authenticator)
        self.client = PinterestClient(self.api, "board_pins", SCOPES, can_split=can_split)

    def get(self, read: Callable[[Iterator[bytes]], Any] = parse) -> Any:
        return self.client.get(PATH, {"page_size": 250}, read).value

    @property
    def made(self) -> int:
        return int(self.mock.call_count)


def test_a_client_without_retries_is_the_same_but_for_them(mock: requests_mock.Mocker) -> None:
    calls = Calls(mock, {"status_code": 503}, refused(401, 3, "Authorization failed."), max_retries=3)
    client = calls.client.without_retries()
    with pytest.raises(errors.UnavailableError, match=r"^board_pins: "):
        client.get(PATH, {}, parse)
    with pytest.raises(rights.ScopeMissingError, match=r"board_pins.*boards:read and pins:read"):
        client.get(PATH, {}, parse)

    assert calls.made == 2


# ---- A call that works


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


# ---- Made again


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

    with pytest.raises(errors.UnavailableError, match="does not answer in time"):
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

    assert calls.api.retry_policy.outage.answers == 3


# ---- Tokens


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

    with pytest.raises(errors.AuthenticationError, match="Authenticate again"):
        PinterestClient(connected(), "ads", ()).get(PATH, {}, parse)
    assert mock.call_count == 1


# ---- Refused


@pytest.mark.parametrize(
    ("status", "code", "message", "error"),
    [
        (401, 3, "", rights.ScopeMissingError),
        (401, 3, "Restricted feature", rights.RestrictedError),
        (401, 7, "", errors.RefusedError),
        (403, None, "", errors.ForbiddenError),
        (403, 2625, "", errors.MerchantRefusedError),
        (404, 40, "", errors.GoneError),
        (409, 4182, "", errors.NoCatalogError),
        (413, None, "", errors.AnswerTooLargeError),
        (414, None, "", errors.AnswerTooLargeError),
        (431, None, "", errors.AnswerTooLargeError),
        (400, 1, "Pagination beyond 100000", errors.ListingCappedError),
        (400, 1, "Bad", errors.BadRequestError),
        (302, None, "", errors.RejectedError),
    ],
)
def test_a_refusal_is_raised_with_the_stream_and_pinterests_words(
    mock: requests_mock.Mocker, status: int, code: int | None, message: str, error: type[errors.PinterestError]
) -> None:
    calls = Calls(mock, refused(status, code, message, x_pinterest_rid="77"))

    with pytest.raises(error) as raised:
        calls.get()
    assert type(raised.value) is error
    assert calls.made == 1
    assert "board_pins" in str(raised.value.message)
    assert "request id 77" in str(raised.value.message)


def test_a_missing_scope_is_named(mock: requests_mock.Mocker) -> None:
    with pytest.raises(rights.ScopeMissingError, match="boards:read and pins:read"):
        Calls(mock, refused(401, 3)).get()


def test_of_several_scopes_those_are_named_that_were_not_granted(mock: requests_mock.Mocker) -> None:
    with pytest.raises(rights.ScopeMissingError, match="permission pins:read"):
        Calls(mock, refused(401, 3), granted=frozenset({"boards:read"})).get()


RESTRICTED = "Your application does not have access to this restricted feature"


@pytest.mark.parametrize(
    ("message", "feature"),
    [(f"{RESTRICTED}: conversion_insights.", "conversion_insights"), (RESTRICTED, "that serves board_pins")],
)
def test_a_restricted_feature_is_named_and_no_permission_is_asked_for(
    mock: requests_mock.Mocker, message: str, feature: str
) -> None:
    with pytest.raises(rights.RestrictedError, match=f"restricted feature {feature}") as raised:
        Calls(mock, refused(401, 3, message), granted=frozenset(SCOPES)).get()

    assert "Authenticate" not in str(raised.value.message)
    assert "permission" not in str(raised.value.message)


def test_an_error_of_the_parser_that_no_retry_heals_goes_through(mock: requests_mock.Mocker) -> None:
    calls = Calls(mock, PAGE)

    def refuse(_: Iterator[bytes]) -> None:
        raise errors.RepeatedKeyError("ad_analytics", ("AD_ID",), ("1", "2026-01-01"))

    with pytest.raises(errors.RepeatedKeyError):
        calls.get(refuse)
    assert calls.made == 1


# ---- Too long


def of_length(calls: Calls, characters: int) -> dict[str, str]:
    """Parameters that make an address so long."""
    return {"ids": "1" * (characters - calls.client.address_length(PATH, {"ids": ""}))}


@pytest.mark.parametrize(("status", "short"), [(400, errors.RejectedError), (414, errors.AnswerTooLargeError)])
def test_an_address_may_be_too_long_where_it_is_long_and_refused_in_other_words_than_pinterests(
    mock: requests_mock.Mocker, status: int, short: type[errors.PinterestError]
) -> None:
    page = {"status_code": status, "text": "<html>", "reason": "No"}
    calls = Calls(mock, page, page, refused(status, 1, "Bad"))
    most = limits.ADDRESS_CHARACTERS_NEVER_TOO_MANY

    with pytest.raises(short) as raised:
        calls.client.get(PATH, of_length(calls, most), parse)
    assert type(raised.value) is short
    with pytest.raises(AddressTooLongError) as too_long:
        calls.client.get(PATH, of_length(calls, most + 1), parse)
    told = f'board_pins: Pinterest answered "No" (HTTP {status})'
    assert [str(error.value.message).partition(". ")[0] for error in (raised, too_long)] == [told, told]
    with pytest.raises(errors.PinterestError) as own:
        calls.client.get(PATH, of_length(calls, most + 1), parse)
    assert not isinstance(own.value, AddressTooLongError)


def test_a_long_call_that_fails_again_and_again_may_be_too_long(mock: requests_mock.Mocker) -> None:
    busy = {"status_code": 503, "text": "<html>", "reason": "Busy"}
    calls = Calls(mock, *[busy] * 4, refused(503), refused(503), max_retries=1)
    most = limits.ADDRESS_CHARACTERS_NEVER_TOO_MANY
    found = []
    for characters in (most, most + 1, most + 1):
        with pytest.raises(errors.UnavailableError, match=r"^board_pins: Pinterest failed 2 times in a row") as raised:
            calls.client.get(PATH, of_length(calls, characters), parse)
        found.append(type(raised.value))

    assert found == [errors.UnavailableError, LongCallUnavailableError, errors.UnavailableError]


# ---- Too large


SILENCE = {"exc": requests.ReadTimeout}


def silence() -> dict[str, Any]:
    return SILENCE


def cut() -> dict[str, Any]:
    return {"body": Wire(b'{"items": [', breaks_off=True)}


@pytest.mark.parametrize("breaks", [(silence, silence), (cut, cut), (silence, cut)])
def test_two_answers_in_a_row_that_break_off_are_too_large(
    mock: requests_mock.Mocker, breaks: tuple[Callable[[], dict[str, Any]], ...]
) -> None:
    calls = Calls(mock, *(answer() for answer in breaks), PAGE, can_split=True)

    with pytest.raises(errors.AnswerTooLargeError, match="board_pins"):
        calls.get()
    assert calls.made == 2


def test_a_smaller_call_starts_anew(mock: requests_mock.Mocker) -> None:
    calls = Calls(mock, *[SILENCE] * 3, PAGE, can_split=True)
    with pytest.raises(errors.AnswerTooLargeError):
        calls.get()

    assert calls.get() == {"items": []}


@pytest.mark.parametrize("between", [refused(503), {"content": b"{"}])
def test_an_answer_between_two_that_break_off_shows_that_size_is_not_to_blame(
    mock: requests_mock.Mocker, between: dict[str, Any]
) -> None:
    calls = Calls(mock, SILENCE, between, SILENCE, between, PAGE, can_split=True, max_retries=5)

    assert calls.get() == {"items": []}


def test_an_outage_is_no_reason_for_a_smaller_call(mock: requests_mock.Mocker) -> None:
    calls = Calls(mock, *[{"exc": requests.ConnectionError}] * 4, PAGE, can_split=True, max_wait_minutes=1)

    assert calls.get() == {"items": []}


def test_what_can_not_be_split_is_asked_for_as_often_as_anything(mock: requests_mock.Mocker) -> None:
    mock.get(URL, [SILENCE, cut()])
    client = PinterestClient(connected(max_retries=1), "board_pins", SCOPES)

    with pytest.raises(errors.UnavailableError, match="breaks off"):
        client.get(PATH, {}, parse)
    assert mock.call_count == 2


def test_an_answer_beyond_the_bounds_is_too_large(mock: requests_mock.Mocker) -> None:
    calls = Calls(mock, {"content": b'{"items": "too many"}'}, can_split=True)
    api = dataclasses.replace(calls.api, answer_bounds=Bounds(most_bytes=10))

    with pytest.raises(errors.AnswerTooLargeError, match="larger than 10 bytes"):
        PinterestClient(api, "board_pins", SCOPES, can_split=True).get(PATH, {}, parse)
    assert calls.made == 2

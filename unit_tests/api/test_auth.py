"""A token is renewed in time, rejections are final, and a refresh token that Pinterest replaces is told."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
import requests
import requests_mock

from source_pinterest.api.auth import OAuthAuthenticator, Tokens
from source_pinterest.api.errors import ConfigError, FatalError, MalformedResponseError, QuotaExhaustedError
from source_pinterest.api.quota import Budget
from source_pinterest.api.retries import BackoffDelays, Outage, RetryPolicy
from source_pinterest.api.session import PinterestSession
from source_pinterest.config.credentials import AppCredentials, read_credentials
from source_pinterest.masking import SECRETS
from unit_tests.clocks import Clock
from unit_tests.configs import BASIC_TOKEN, OAUTH

TOKEN_URL = "https://api.pinterest.com/v5/oauth/token"
TRIES = 4
AT_ONCE = BackoffDelays(first_seconds=0)


def issued(number: int, **changes: Any) -> dict[str, Any]:
    return {"access_token": f"false-access-token-{number}", "expires_in": 2_592_000, **changes}


class Endpoint:
    """A token endpoint that answers as scripted, the last answer for ever, and an authenticator that asks it."""

    def __init__(self, mock: requests_mock.Mocker, pauses: BackoffDelays = AT_ONCE, **credentials: Any) -> None:
        self.rotations: list[Tokens] = []
        self.on_rotation: Callable[[Tokens], None] = self.rotations.append
        self._mock = mock
        wanted = read_credentials({"credentials": {**OAUTH, **credentials}})
        assert isinstance(wanted, AppCredentials)
        self.clock = Clock()
        self.budget = Budget(60)
        self.outage = Outage(60, self.clock)
        self.authenticator = OAuthAuthenticator(
            TOKEN_URL,
            wanted,
            PinterestSession(self.budget, "source-pinterest/test", 120, connections=1),
            RetryPolicy(TRIES - 1, pauses, self.outage),
            self._tell,
            clock=self.clock,
        )

    def _tell(self, tokens: Tokens) -> None:
        self.on_rotation(tokens)

    def answers(self, *answers: dict[str, Any]) -> None:
        scripted = {"exc", "status_code", "text", "body"}
        self._mock.post(TOKEN_URL, [answer if scripted & set(answer) else {"json": answer} for answer in answers])

    @property
    def calls(self) -> int:
        return int(self._mock.call_count)

    def token(self) -> str:
        request = self.authenticator(requests.Request("GET", "https://api.pinterest.com/v5/boards").prepare())
        return str(request.headers["Authorization"])


@pytest.fixture
def endpoint(mock: requests_mock.Mocker) -> Endpoint:
    return Endpoint(mock)


def test_a_token_is_requested_once_as_pinterest_documents_it(endpoint: Endpoint, mock: requests_mock.Mocker) -> None:
    endpoint.answers(issued(1, scope="ads:read"), issued(2))
    assert endpoint.authenticator.granted == frozenset()

    assert {endpoint.token() for _ in range(5)} == {"Bearer false-access-token-1"}
    [request] = mock.request_history
    assert request.headers["Authorization"] == f"Basic {BASIC_TOKEN}"
    assert request.text == "grant_type=refresh_token&refresh_token=false-refresh-token"
    assert endpoint.authenticator.granted == {"ads:read"}
    assert SECRETS.mask(f"false-client-secret {BASIC_TOKEN}") == "**** ****"


def test_of_a_response_the_two_tokens_are_masked(endpoint: Endpoint) -> None:
    endpoint.answers(issued(1, refresh_token="false-refresh-token-2", state="another value"))
    endpoint.token()

    assert SECRETS.mask("false-access-token-1 false-refresh-token-2 another value") == "**** **** another value"


@pytest.mark.parametrize(
    ("lifetime", "after", "asked"), [(1_000, 939, 1), (1_000, 941, 2), (100, 89, 1), (100, 90, 2), (None, 3_541, 2)]
)
def test_a_token_is_renewed_before_it_expires(
    endpoint: Endpoint, lifetime: int | None, after: float, asked: int
) -> None:
    endpoint.answers(issued(1, expires_in=lifetime), issued(2))
    endpoint.token()
    endpoint.clock.now += after

    assert endpoint.token() == f"Bearer false-access-token-{asked}"


def apply_token_responses(endpoint: Endpoint, answers: str) -> None:
    """Have Pinterest accept access tokens ("2+"), reject them ("2"), or reject them when nothing is retried ("2!")."""
    for number, how in (re.match(r"(\d)(.?)", answer).groups() for answer in answers.split()):  # type: ignore[union-attr]
        token = f"false-access-token-{number}"
        if how == "+":
            endpoint.authenticator.accepted(token)
        else:
            endpoint.authenticator.replace(token, is_last=how == "!")


@pytest.mark.parametrize(
    ("before", "last"),
    [
        ("1! 2!", "3!"),
        ("1 2 3 4 5", "6!"),  # requests at once that would be retried get further tokens
        ("1! 2+ 2! 3!", "4!"),  # they are counted anew after a token was accepted
        ("1! 2+ 2! 3! 2+", "4!"),  # a late response proves nothing of the newest
    ],
)
def test_the_third_new_token_that_is_rejected_in_a_row_is_the_last(endpoint: Endpoint, before: str, last: str) -> None:
    endpoint.answers(*map(issued, range(1, 9)))
    endpoint.token()
    apply_token_responses(endpoint, before)
    for answer in (last, last[0]):
        with pytest.raises(ConfigError, match="just issued"):
            apply_token_responses(endpoint, answer)
    assert endpoint.calls == int(last[0])

    apply_token_responses(endpoint, f"{last[0]}+ {last[0]}")
    assert endpoint.token() == f"Bearer false-access-token-{endpoint.calls}"


@pytest.mark.parametrize(
    "same",
    [
        {},
        {"refresh_token": "false-refresh-token"},
        {"refresh_token": 7},
        {"refresh_token": "false refresh token"},
        {"refresh_token": "x" * 4_097},
    ],
)
def test_a_refresh_token_that_does_not_rotate_is_not_reported(endpoint: Endpoint, same: dict[str, Any]) -> None:
    endpoint.answers(issued(1, **same))
    endpoint.token()

    assert endpoint.rotations == []


def test_a_rotated_token_that_cannot_be_saved_is_used_all_the_same(
    endpoint: Endpoint, mock: requests_mock.Mocker
) -> None:
    endpoint.answers(issued(1, refresh_token="false-refresh-token-2"), issued(2))
    endpoint.on_rotation = lambda _: (_ for _ in ()).throw(OSError("disk full"))
    with pytest.raises(OSError, match="disk full"):
        endpoint.token()

    assert endpoint.token() == "Bearer false-access-token-2"
    assert mock.last_request.text.endswith("refresh_token=false-refresh-token-2")


@pytest.mark.parametrize(
    "trouble",
    [
        {"status_code": 500, "text": "<html>"},
        {"status_code": 403, "text": "<html>Access Denied</html>"},
        {"status_code": 403, "text": ""},
        {"status_code": 400, "json": {"code": 12, "message": "Try again."}},
        {"status_code": 400, "json": {"code": 2787, "message": "Something went wrong on our end."}},
        {"status_code": 302, "text": "elsewhere"},
        {"text": '{"access_token": "false-acc'},
        {"text": '{"access_token": "' + "x" * 100_000 + '"}'},
        {"exc": requests.ReadTimeout},
    ],
)
def test_failures_of_the_token_endpoint_are_retried_and_then_raised(
    mock: requests_mock.Mocker, recorded_sleeps: list[float], trouble: dict[str, Any]
) -> None:
    endpoint = Endpoint(mock, BackoffDelays())
    endpoint.answers(trouble, issued(1))
    assert endpoint.token() == "Bearer false-access-token-1"
    assert recorded_sleeps == [1]

    endpoint.authenticator.accepted("false-access-token-1")
    endpoint.answers(trouble)
    with pytest.raises(FatalError, match=r"token endpoint.*failed 4 times in a row.*the next sync") as raised:
        endpoint.authenticator.replace("false-access-token-1", is_last=True)
    assert recorded_sleeps == [1, 1, 2, 4]
    assert "false-acc" not in str(raised.value)


def test_a_throttled_token_endpoint_delays_no_request_with_a_valid_token(endpoint: Endpoint) -> None:
    endpoint.answers({"status_code": 429, "json": {"code": 8, "message": "Retry after 4000 seconds"}})

    for _ in range(2):
        with pytest.raises(FatalError, match="until") as raised:
            endpoint.token()
        assert not isinstance(raised.value, QuotaExhaustedError)
    assert endpoint.calls == 1


def parsed(**answer: Any) -> Tokens:
    body = json.dumps({"access_token": "false-access-token-1", **answer}).encode()
    return Tokens.parse(iter([body[:9], body[9:]]))


@pytest.mark.parametrize("scope", ["ads:read boards:read", " ads:read,boards:read ", "ads:read, boards:read"])
def test_scopes_are_taken_however_they_are_separated(scope: str) -> None:
    assert parsed(scope=scope).scopes == {"ads:read", "boards:read"}
    assert parsed(scope=None).scopes == parsed(scope="").scopes == frozenset()


def test_a_response_without_a_usable_access_token_is_none() -> None:
    tokens = [None, 7, "", "a token", "a-token\n", "t\u00f6ken", "x" * 4_097]
    for body in ["", "<html>", "[]", "null", "{}", *(json.dumps({"access_token": token}) for token in tokens)]:
        with pytest.raises(MalformedResponseError):
            Tokens.parse(iter([body.encode()]))

"""Is there one valid token for all threads, renewed in time, and are refusals final?"""

import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
import requests
import requests_mock
from airbyte_cdk.utils.airbyte_secrets_utils import filter_secrets, update_secrets

from source_pinterest.api import auth
from source_pinterest.api.auth import AccessTokenAuthenticator, OAuthAuthenticator
from source_pinterest.api.errors import AuthenticationError, TokenEndpointError
from source_pinterest.config.credentials import AccessTokenCredentials, OAuthCredentials, read_credentials
from unit_tests.configs import BASIC_TOKEN, OAUTH
from unit_tests.threads import PATIENCE_SECONDS, in_thread

TOKEN_URL = "https://api.pinterest.com/v5/oauth/token"


def issued(number: int, **changes: Any) -> dict[str, Any]:
    return {"access_token": f"false-access-token-{number}", "expires_in": 2_592_000, **changes}


class Endpoint:
    """A token endpoint that answers as scripted, the last answer for ever, and an authenticator that asks it."""

    def __init__(self, mock: requests_mock.Mocker, **credentials: Any) -> None:
        self.rotations: list[Mapping[str, Any]] = []
        self.on_rotation: Callable[[Mapping[str, Any]], None] = self.rotations.append
        self._mock = mock
        wanted = read_credentials({"credentials": {**OAUTH, **credentials}})
        assert isinstance(wanted, OAuthCredentials)
        self.now = 1_000.0
        self.authenticator = OAuthAuthenticator(
            TOKEN_URL, wanted, requests.Session(), 7, self._tell, clock=lambda: self.now
        )

    def _tell(self, answer: Mapping[str, Any]) -> None:
        self.on_rotation(answer)

    def answers(self, *answers: dict[str, Any]) -> None:
        self._mock.post(
            TOKEN_URL,
            [answer if {"exc", "status_code", "text"} & set(answer) else {"json": answer} for answer in answers],
        )

    @property
    def calls(self) -> int:
        return int(self._mock.call_count)

    def token(self) -> str:
        request = self.authenticator(requests.Request("GET", "https://api.pinterest.com/v5/boards").prepare())
        return str(request.headers["Authorization"])


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(auth, "_FIRST_PAUSE_SECONDS", 0)


@pytest.fixture(autouse=True)
def _forget_secrets() -> Iterator[None]:
    update_secrets([])
    yield
    update_secrets([])


@pytest.fixture
def mock() -> Iterator[requests_mock.Mocker]:
    with requests_mock.Mocker() as mocker:
        yield mocker


@pytest.fixture
def endpoint(mock: requests_mock.Mocker) -> Endpoint:
    return Endpoint(mock)


def test_the_refresh_is_what_pinterest_asks_for(endpoint: Endpoint, mock: requests_mock.Mocker) -> None:
    endpoint.answers(issued(1))

    assert endpoint.token() == "Bearer false-access-token-1"
    request = mock.last_request
    assert request.headers["Authorization"] == f"Basic {BASIC_TOKEN}"
    assert request.text == "grant_type=refresh_token&refresh_token=false-refresh-token"


def test_a_token_is_asked_for_once(endpoint: Endpoint) -> None:
    endpoint.answers(issued(1), issued(2))

    assert {endpoint.token() for _ in range(5)} == {"Bearer false-access-token-1"}
    assert endpoint.calls == 1


def test_many_threads_share_one_refresh(endpoint: Endpoint) -> None:
    endpoint.answers(issued(1), issued(2))
    gate = threading.Barrier(8)
    tokens = []

    def ask() -> None:
        gate.wait(5)
        tokens.append(endpoint.token())

    in_threads(ask, 8)

    assert tokens == ["Bearer false-access-token-1"] * 8
    assert endpoint.calls == 1


def test_many_threads_replace_a_rejected_token_once(endpoint: Endpoint) -> None:
    endpoint.answers(issued(1), issued(2), issued(3))
    endpoint.token()
    endpoint.authenticator.accepted("false-access-token-1")
    gate = threading.Barrier(8)

    def replace() -> None:
        gate.wait(5)
        endpoint.authenticator.replace("false-access-token-1")

    in_threads(replace, 8)

    assert endpoint.token() == "Bearer false-access-token-2"
    assert endpoint.calls == 2


def in_threads(work: Callable[[], None], count: int) -> None:
    for future in [in_thread(work) for _ in range(count)]:
        future.result(PATIENCE_SECONDS)


@pytest.mark.parametrize(
    ("lifetime", "after", "asked"),
    [(1_000, 939, 1), (1_000, 941, 2), (100, 89, 1), (100, 91, 2), (None, 3_539, 1), (None, 3_541, 2)],
)
def test_a_token_is_renewed_before_it_expires(
    endpoint: Endpoint, lifetime: int | None, after: float, asked: int
) -> None:
    endpoint.answers(issued(1, expires_in=lifetime), issued(2))
    endpoint.token()
    endpoint.now += after

    assert endpoint.token() == f"Bearer false-access-token-{asked}"
    assert endpoint.calls == asked


@pytest.mark.parametrize("lifetime", [None, 0, -5, "", "soon", [1], float("nan")])
def test_a_lifetime_that_says_nothing_neither_fails_nor_renews_at_each_call(endpoint: Endpoint, lifetime: Any) -> None:
    endpoint.answers(issued(1, expires_in=lifetime), issued(2))

    assert {endpoint.token() for _ in range(3)} == {"Bearer false-access-token-1"}


def test_an_answer_without_expires_in_is_taken(endpoint: Endpoint) -> None:
    endpoint.answers({"access_token": "false-access-token-1"}, issued(2))

    assert {endpoint.token() for _ in range(3)} == {"Bearer false-access-token-1"}


def test_a_rotated_refresh_token_is_told_once_and_used_next(endpoint: Endpoint, mock: requests_mock.Mocker) -> None:
    endpoint.answers(issued(1, refresh_token="false-refresh-token-2"), issued(2, refresh_token="false-refresh-token-2"))
    endpoint.token()
    endpoint.authenticator.accepted("false-access-token-1")
    endpoint.authenticator.replace("false-access-token-1")

    assert mock.last_request.text.endswith("refresh_token=false-refresh-token-2")
    assert [answer["refresh_token"] for answer in endpoint.rotations] == ["false-refresh-token-2"]
    assert endpoint.calls == 2


@pytest.mark.parametrize("same", [{}, {"refresh_token": None}, {"refresh_token": "false-refresh-token"}])
def test_a_refresh_token_that_stays_is_not_told(endpoint: Endpoint, same: dict[str, Any]) -> None:
    endpoint.answers(issued(1, **same))
    endpoint.token()

    assert endpoint.rotations == []


def test_a_rotation_is_told_with_no_lock_held(endpoint: Endpoint) -> None:
    """Whoever is told may wait for the main thread, which may need a token itself."""
    endpoint.answers(issued(1, refresh_token="false-refresh-token-2"))
    tokens = []

    def other_thread_gets_a_token(_: Mapping[str, Any]) -> None:
        in_threads(lambda: tokens.append(endpoint.token()), 1)

    endpoint.on_rotation = other_thread_gets_a_token
    endpoint.token()

    assert tokens == ["Bearer false-access-token-1"]


def test_a_rotation_by_a_rejected_token_is_told_with_no_lock_held(endpoint: Endpoint) -> None:
    endpoint.answers(issued(1), issued(2, refresh_token="false-refresh-token-2"))
    endpoint.token()
    endpoint.authenticator.accepted("false-access-token-1")
    tokens = []
    endpoint.on_rotation = lambda _: in_threads(lambda: tokens.append(endpoint.token()), 1)
    endpoint.authenticator.replace("false-access-token-1")

    assert tokens == ["Bearer false-access-token-2"]


@pytest.mark.parametrize("status", [400, 401, 403])
def test_a_refused_refresh_token_fails_at_once_and_for_good(endpoint: Endpoint, status: int) -> None:
    endpoint.answers({"status_code": status, "json": {"code": 283, "message": "no"}}, issued(1))

    for _ in range(3):
        with pytest.raises(AuthenticationError, match="Authenticate again"):
            endpoint.token()
    assert endpoint.calls == 1


def test_a_fresh_token_that_is_rejected_at_once_is_not_renewed_for_ever(endpoint: Endpoint) -> None:
    endpoint.answers(issued(1), issued(2), issued(3), issued(4))
    endpoint.token()
    endpoint.authenticator.replace("false-access-token-1")
    endpoint.authenticator.replace("false-access-token-2")

    with pytest.raises(AuthenticationError, match="just issued"):
        endpoint.authenticator.replace("false-access-token-3")
    assert endpoint.calls == 3


def test_a_token_that_dies_before_its_first_use_is_renewed(endpoint: Endpoint) -> None:
    endpoint.answers(issued(1), issued(2))
    endpoint.token()
    endpoint.authenticator.replace("false-access-token-1")

    assert endpoint.token() == "Bearer false-access-token-2"


def test_a_token_that_another_thread_replaced_is_not_replaced_again(endpoint: Endpoint) -> None:
    endpoint.answers(issued(1), issued(2))
    endpoint.token()
    endpoint.authenticator.accepted("false-access-token-1")
    endpoint.authenticator.replace("false-access-token-1")
    endpoint.authenticator.replace("false-access-token-1")

    assert endpoint.calls == 2


def test_acceptance_of_an_older_token_proves_nothing_of_the_newest(endpoint: Endpoint) -> None:
    endpoint.answers(*(issued(number) for number in range(1, 5)))
    endpoint.token()
    endpoint.authenticator.accepted("false-access-token-1")
    endpoint.authenticator.replace("false-access-token-1")
    endpoint.authenticator.replace("false-access-token-2")
    endpoint.authenticator.accepted("false-access-token-1")  # a late answer to an early call

    with pytest.raises(AuthenticationError, match="just issued"):
        endpoint.authenticator.replace("false-access-token-3")


@pytest.mark.parametrize(
    "trouble",
    [
        {"status_code": 500, "text": "<html>"},
        {"status_code": 429, "json": {"message": "slow down"}},
        {"text": "<html>Pinterest is back soon</html>"},
        {"text": '{"access_token": "false-acc'},
        {"text": ""},
        {"text": '["false-access-token"]'},
        {"text": "null"},
        {"text": '{"access_token": null}'},
        {"text": '{"token_type": "bearer"}'},
        {"status_code": 302, "text": "elsewhere"},
        {"exc": requests.ConnectTimeout},
        {"exc": requests.ConnectionError},
    ],
)
def test_trouble_of_the_token_endpoint_is_retried_and_then_told(endpoint: Endpoint, trouble: dict[str, Any]) -> None:
    endpoint.answers(trouble, issued(1))
    assert endpoint.token() == "Bearer false-access-token-1"

    endpoint.authenticator.accepted("false-access-token-1")
    endpoint.answers(trouble)
    with pytest.raises(TokenEndpointError, match="the next sync tries again") as raised:
        endpoint.authenticator.replace("false-access-token-1")
    assert endpoint.calls == 2 + 4
    assert "false-acc" not in str(raised.value)


def test_trouble_of_the_token_endpoint_is_not_for_good(endpoint: Endpoint) -> None:
    endpoint.answers({"status_code": 500, "text": ""})
    with pytest.raises(TokenEndpointError):
        endpoint.token()
    endpoint.answers(issued(1))

    assert endpoint.token() == "Bearer false-access-token-1"


def test_a_valid_token_of_the_config_saves_the_refresh(mock: requests_mock.Mocker) -> None:
    endpoint = Endpoint(mock, access_token="false-access-token-0", token_expiry_date="3000-01-01T00:00:00Z")
    endpoint.answers(issued(1))

    assert endpoint.token() == "Bearer false-access-token-0"
    assert endpoint.calls == 0
    endpoint.authenticator.replace("false-access-token-0")
    assert endpoint.token() == "Bearer false-access-token-1"


@pytest.mark.parametrize("expiry", ["2020-01-01T00:00:00Z", None])
def test_a_token_of_the_config_that_may_have_expired_is_not_tried(
    mock: requests_mock.Mocker, expiry: str | None
) -> None:
    endpoint = Endpoint(mock, access_token="false-access-token-0", token_expiry_date=expiry)
    endpoint.answers(issued(1))

    assert endpoint.token() == "Bearer false-access-token-1"


def test_no_secret_is_shown(endpoint: Endpoint) -> None:
    endpoint.answers(issued(1, refresh_token="false-refresh-token-2"))
    endpoint.token()
    secrets = ("false-client-secret", "false-refresh-token-2", "false-access-token-1", BASIC_TOKEN)

    shown = filter_secrets(" ".join(secrets))

    assert [secret for secret in secrets if secret in shown] == []


def test_a_plain_access_token_goes_out_and_is_masked() -> None:
    authenticator = AccessTokenAuthenticator(AccessTokenCredentials("false-plain-token"))
    request = authenticator(requests.Request("GET", "https://api.pinterest.com/v5/boards").prepare())

    assert request.headers["Authorization"] == "Bearer false-plain-token"
    assert auth.bearer_of(request) == "false-plain-token"
    assert "false-plain-token" not in filter_secrets("It is false-plain-token.")


def test_a_plain_access_token_can_not_be_replaced() -> None:
    authenticator = AccessTokenAuthenticator(AccessTokenCredentials("false-plain-token"))
    authenticator.accepted("false-plain-token")

    with pytest.raises(AuthenticationError, match="expired or was revoked"):
        authenticator.replace("false-plain-token")


def test_the_token_of_no_request_is_empty() -> None:
    assert auth.bearer_of(None) == ""

"""Is there one valid token for all threads, renewed in time, and are refusals final?"""

import json
import threading
from collections.abc import Callable
from typing import Any

import pytest
import requests
import requests_mock

from source_pinterest.api.auth import AccessTokenAuthenticator, OAuthAuthenticator
from source_pinterest.api.budget import Budget
from source_pinterest.api.errors import (
    AuthenticationError,
    MalformedAnswerError,
    QuotaExhaustedError,
    TokenEndpointError,
)
from source_pinterest.api.outage import Outage
from source_pinterest.api.pauses import Pauses
from source_pinterest.api.retries import RetryPolicy
from source_pinterest.api.session import PinterestSession, bearer_of
from source_pinterest.api.tokens import Tokens
from source_pinterest.config.credentials import AccessTokenCredentials, OAuthCredentials, read_credentials
from source_pinterest.masking import SECRETS
from unit_tests.answers import refused
from unit_tests.api.connections import Wire
from unit_tests.clocks import Clock
from unit_tests.configs import BASIC_TOKEN, OAUTH
from unit_tests.threads import PATIENCE_SECONDS, in_thread, waits

TOKEN_URL = "https://api.pinterest.com/v5/oauth/token"
YEAR_SECONDS = 366 * 86_400
TRIES = 4
AT_ONCE = Pauses(first_seconds=0)


def issued(number: int, **changes: Any) -> dict[str, Any]:
    return {"access_token": f"false-access-token-{number}", "expires_in": 2_592_000, **changes}


class Endpoint:
    """A token endpoint that answers as scripted, the last answer for ever, and an authenticator that asks it."""

    def __init__(self, mock: requests_mock.Mocker, pauses: Pauses = AT_ONCE, **credentials: Any) -> None:
        self.rotations: list[Tokens] = []
        self.on_rotation: Callable[[Tokens], None] = self.rotations.append
        self._mock = mock
        wanted = read_credentials({"credentials": {**OAUTH, **credentials}})
        assert isinstance(wanted, OAuthCredentials)
        self.clock = Clock()
        self.budget = Budget(60)
        self.outage = Outage(60, pauses, clock=self.clock)
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


class Handover:
    """Takes a rotated token, and does not return before it may."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._has_begun, self.may_end = threading.Event(), threading.Event()
        endpoint.on_rotation = self._take

    def begins(self) -> None:
        """Wait for it."""
        assert self._has_begun.wait(PATIENCE_SECONDS)

    def _take(self, _: Tokens) -> None:
        self._has_begun.set()
        assert self.may_end.wait(PATIENCE_SECONDS)


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


def test_a_token_that_many_threads_were_refused_is_replaced_once(endpoint: Endpoint) -> None:
    endpoint.answers(issued(1), issued(2, refresh_token="false-refresh-token-2"), issued(3))
    endpoint.token()
    handover = Handover(endpoint)

    def replace() -> None:
        endpoint.authenticator.replace("false-access-token-1", is_last=True)

    threads = [in_thread(replace)]
    handover.begins()
    threads += [in_thread(replace) for _ in range(7)]
    assert waits(threads[-1])
    handover.may_end.set()
    for thread in threads:
        thread.result(PATIENCE_SECONDS)

    assert endpoint.token() == "Bearer false-access-token-2"
    assert endpoint.calls == 2


def in_threads(work: Callable[[], None], count: int) -> None:
    for future in [in_thread(work) for _ in range(count)]:
        future.result(PATIENCE_SECONDS)


@pytest.mark.parametrize(
    ("lifetime", "after", "asked"),
    [(1_000, 939, 1), (1_000, 941, 2), (100, 89, 1), (100, 90, 2), (None, 3_539, 1), (None, 3_541, 2)],
)
def test_a_token_is_renewed_before_it_expires(
    endpoint: Endpoint, lifetime: int | None, after: float, asked: int
) -> None:
    endpoint.answers(issued(1, expires_in=lifetime), issued(2))
    endpoint.token()
    endpoint.clock.now += after

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
    endpoint.authenticator.replace("false-access-token-1", is_last=True)

    assert mock.last_request.text.endswith("refresh_token=false-refresh-token-2")
    assert [tokens.refresh_token for tokens in endpoint.rotations] == ["false-refresh-token-2"]
    assert endpoint.calls == 2


@pytest.mark.parametrize(
    "same",
    [
        {},
        {"refresh_token": None},
        {"refresh_token": "false-refresh-token"},
        {"refresh_token": 7},
        {"refresh_token": ["false-refresh-token-2"]},
        {"refresh_token": ""},
        {"refresh_token": "false refresh token"},
        {"refresh_token": "false-refresh-token-2\n"},
    ],
)
def test_a_refresh_token_that_stays_is_not_told(endpoint: Endpoint, same: dict[str, Any]) -> None:
    endpoint.answers(issued(1, **same))
    endpoint.token()

    assert endpoint.rotations == []


def test_a_rotation_is_told_before_anybody_uses_the_new_token(endpoint: Endpoint) -> None:
    """Were the process to end in between, the next sync would hold a refresh token that is used up."""
    endpoint.answers(issued(1, refresh_token="false-refresh-token-2"))
    handover = Handover(endpoint)
    first = in_thread(endpoint.token)
    handover.begins()
    second = in_thread(endpoint.token)
    assert waits(first)
    assert waits(second)
    handover.may_end.set()

    assert [future.result(PATIENCE_SECONDS) for future in (first, second)] == ["Bearer false-access-token-1"] * 2
    assert endpoint.calls == 1


def test_whoever_ends_the_process_can_wait_for_a_token_that_is_on_its_way(endpoint: Endpoint) -> None:
    endpoint.answers(issued(1, refresh_token="false-refresh-token-2"))
    handover = Handover(endpoint)
    renewing = in_thread(endpoint.token)
    handover.begins()
    endpoint.authenticator.settle(0.01)
    ending = in_thread(lambda: endpoint.authenticator.settle(PATIENCE_SECONDS))
    assert waits(ending)
    handover.may_end.set()

    ending.result(PATIENCE_SECONDS)
    renewing.result(PATIENCE_SECONDS)
    endpoint.authenticator.settle(PATIENCE_SECONDS)
    AccessTokenAuthenticator(AccessTokenCredentials("false-plain-token")).settle(PATIENCE_SECONDS)


def test_a_rotation_is_known_to_be_secret_before_it_is_told(endpoint: Endpoint) -> None:
    endpoint.answers(issued(1, refresh_token="another-refresh-token"))
    shown: list[str] = []
    endpoint.on_rotation = lambda tokens: shown.append(SECRETS.mask(f"{tokens.refresh_token} {tokens.access_token}"))
    endpoint.token()

    assert shown == ["**** ****"]


def test_a_rotation_that_can_not_be_told_is_used_all_the_same_the_next_time(
    endpoint: Endpoint, mock: requests_mock.Mocker
) -> None:
    endpoint.answers(issued(1, refresh_token="false-refresh-token-2"), issued(2))
    endpoint.on_rotation = lambda _: (_ for _ in ()).throw(OSError("disk full"))
    with pytest.raises(OSError, match="disk full"):
        endpoint.token()

    assert endpoint.token() == "Bearer false-access-token-2"
    assert mock.last_request.text.endswith("refresh_token=false-refresh-token-2")


@pytest.mark.parametrize("status", [400, 401, 403])
def test_a_refused_refresh_token_fails_at_once_and_for_good(endpoint: Endpoint, status: int) -> None:
    endpoint.answers({"status_code": status, "json": {"code": 283, "message": "no"}}, issued(1))

    for _ in range(3):
        with pytest.raises(AuthenticationError, match="Authenticate again"):
            endpoint.token()
    assert endpoint.calls == 1


@pytest.mark.parametrize("status", [400, 401, 403])
def test_a_page_of_what_stands_in_front_of_the_endpoint_refuses_no_token(endpoint: Endpoint, status: int) -> None:
    endpoint.answers({"status_code": status, "text": "<html>Access Denied</html>"}, issued(1))

    assert endpoint.token() == "Bearer false-access-token-1"


def test_a_fresh_token_that_is_rejected_at_once_is_not_renewed_for_ever(endpoint: Endpoint) -> None:
    endpoint.answers(issued(1), issued(2), issued(3), issued(4))
    endpoint.token()
    endpoint.authenticator.replace("false-access-token-1", is_last=True)
    endpoint.authenticator.replace("false-access-token-2", is_last=True)

    with pytest.raises(AuthenticationError, match="just issued"):
        endpoint.authenticator.replace("false-access-token-3", is_last=True)
    assert endpoint.calls == 3


def test_calls_at_once_that_would_take_another_token_get_one(endpoint: Endpoint) -> None:
    endpoint.answers(*map(issued, range(1, 9)))
    endpoint.token()
    for number in range(1, 6):
        endpoint.authenticator.replace(f"false-access-token-{number}", is_last=False)

    assert endpoint.token() == "Bearer false-access-token-6"
    with pytest.raises(AuthenticationError, match="just issued"):
        endpoint.authenticator.replace("false-access-token-6", is_last=True)


def test_once_new_tokens_are_known_to_be_no_help_no_call_gets_one_until_one_is_taken(endpoint: Endpoint) -> None:
    endpoint.answers(*map(issued, range(1, 9)))
    endpoint.token()
    endpoint.authenticator.replace("false-access-token-1", is_last=False)
    endpoint.authenticator.replace("false-access-token-2", is_last=False)
    for _ in range(2):
        with pytest.raises(AuthenticationError, match="just issued"):
            endpoint.authenticator.replace("false-access-token-3", is_last=True)

    with pytest.raises(AuthenticationError, match="just issued"):
        endpoint.authenticator.replace("false-access-token-3", is_last=False)
    assert endpoint.calls == 3

    endpoint.authenticator.accepted("false-access-token-3")
    endpoint.authenticator.replace("false-access-token-3", is_last=False)
    assert endpoint.token() == "Bearer false-access-token-4"


def test_a_token_that_dies_before_its_first_use_is_renewed(endpoint: Endpoint) -> None:
    endpoint.answers(issued(1), issued(2))
    endpoint.token()
    endpoint.authenticator.replace("false-access-token-1", is_last=True)

    assert endpoint.token() == "Bearer false-access-token-2"


def test_a_token_that_was_taken_bears_as_many_rejections_as_the_first(endpoint: Endpoint) -> None:
    endpoint.answers(*map(issued, range(1, 9)))
    endpoint.token()
    endpoint.authenticator.replace("false-access-token-1", is_last=True)
    endpoint.authenticator.accepted("false-access-token-2")

    endpoint.authenticator.replace("false-access-token-2", is_last=True)
    endpoint.authenticator.replace("false-access-token-3", is_last=True)
    with pytest.raises(AuthenticationError, match="just issued"):
        endpoint.authenticator.replace("false-access-token-4", is_last=True)


def test_a_token_that_another_thread_replaced_is_not_replaced_again(endpoint: Endpoint) -> None:
    endpoint.answers(issued(1), issued(2))
    endpoint.token()
    endpoint.authenticator.accepted("false-access-token-1")
    endpoint.authenticator.replace("false-access-token-1", is_last=True)
    endpoint.authenticator.replace("false-access-token-1", is_last=True)

    assert endpoint.calls == 2


def test_acceptance_of_an_older_token_proves_nothing_of_the_newest(endpoint: Endpoint) -> None:
    endpoint.answers(*(issued(number) for number in range(1, 5)))
    endpoint.token()
    endpoint.authenticator.accepted("false-access-token-1")
    endpoint.authenticator.replace("false-access-token-1", is_last=True)
    endpoint.authenticator.replace("false-access-token-2", is_last=True)
    endpoint.authenticator.accepted("false-access-token-1")  # a late answer to an early call

    with pytest.raises(AuthenticationError, match="just issued"):
        endpoint.authenticator.replace("false-access-token-3", is_last=True)


@pytest.mark.parametrize(
    "trouble",
    [
        {"status_code": 500, "text": "<html>"},
        {"text": "<html>Pinterest is back soon</html>"},
        {"text": '{"access_token": "false-acc'},
        {"text": ""},
        {"text": '["false-access-token"]'},
        {"text": "null"},
        {"text": '{"access_token": null}'},
        {"text": '{"token_type": "bearer"}'},
        {"text": '{"access_token": "a token"}'},
        {"text": '{"access_token": "a-token\\n"}'},
        {"text": '{"access_token": "t\\u00f6ken"}'},
        {"text": '{"access_token": ""}'},
        {"text": '{"access_token": 7}'},
        {"text": '{"access_token": "' + "x" * 100_000 + '"}'},
        {"status_code": 302, "text": "elsewhere"},
        {"status_code": 404, "text": ""},
        {"exc": requests.ReadTimeout},
    ],
)
def test_trouble_of_the_token_endpoint_is_retried_and_then_told(endpoint: Endpoint, trouble: dict[str, Any]) -> None:
    endpoint.answers(trouble, issued(1))
    assert endpoint.token() == "Bearer false-access-token-1"

    endpoint.authenticator.accepted("false-access-token-1")
    endpoint.answers(trouble)
    with pytest.raises(TokenEndpointError, match=r"token endpoint.*failed 4 times in a row.*the next sync") as raised:
        endpoint.authenticator.replace("false-access-token-1", is_last=True)
    assert endpoint.calls == 2 + TRIES
    assert "false-acc" not in str(raised.value)


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        ({"status_code": 500, "text": ""}, "HTTP 500."),
        ({"text": "null"}, "The answer holds no access token."),
        ({"exc": requests.ReadTimeout}, "Pinterest does not answer in time."),
    ],
)
def test_a_token_is_asked_for_again_after_growing_pauses(
    mock: requests_mock.Mocker,
    slept: list[float],
    caplog: pytest.LogCaptureFixture,
    trouble: dict[str, Any],
    words: str,
) -> None:
    endpoint = Endpoint(mock, Pauses())
    endpoint.answers(*[trouble] * (TRIES - 1), issued(1))
    with caplog.at_level("INFO", "airbyte"):
        assert endpoint.token() == "Bearer false-access-token-1"

    assert slept == [1, 2, 4]
    assert caplog.messages == [
        f"Pinterest's token endpoint: {words} Trying again in {seconds:g} s." for seconds in slept
    ]


def test_a_token_endpoint_whose_answer_breaks_off_is_asked_again(endpoint: Endpoint) -> None:
    endpoint.answers({"body": Wire(b'{"access_token": "false-acc', breaks_off=True)}, issued(1))

    assert endpoint.token() == "Bearer false-access-token-1"


@pytest.mark.parametrize("trouble", [requests.ConnectTimeout, requests.ConnectionError])
def test_an_outage_of_the_token_endpoint_is_waited_for_like_any(
    endpoint: Endpoint, caplog: pytest.LogCaptureFixture, trouble: type[requests.RequestException]
) -> None:
    endpoint.answers(*[{"exc": trouble}] * 10, issued(1))
    with caplog.at_level("INFO", "airbyte"):
        assert endpoint.token() == "Bearer false-access-token-1"
    assert caplog.messages == [f"Pinterest can't be reached ({trouble.__name__}). Trying again in 0 s."] * 10
    assert endpoint.outage.answers == 1

    def minute_after_minute(*_: Any) -> None:
        endpoint.clock.now += 50
        raise trouble

    endpoint.answers({"text": minute_after_minute})
    with pytest.raises(TokenEndpointError, match="could not be reached"):
        endpoint.authenticator.replace("false-access-token-1", is_last=True)


def test_a_throttled_token_endpoint_is_waited_for_as_told(endpoint: Endpoint) -> None:
    throttled = refused(429, 8, "slow down", Retry_After="0.01")
    endpoint.answers(*[throttled] * (TRIES + 1), issued(1))
    assert endpoint.token() == "Bearer false-access-token-1"

    endpoint.answers(refused(429, 8, "slow down", Retry_After="4000"))
    with pytest.raises(QuotaExhaustedError):
        endpoint.authenticator.replace("false-access-token-1", is_last=True)


def test_all_who_need_a_token_share_one_failure_of_the_endpoint(endpoint: Endpoint) -> None:
    endpoint.answers({"status_code": 500, "text": ""})
    errors = []

    def ask() -> None:
        with pytest.raises(TokenEndpointError) as raised:
            endpoint.token()
        errors.append(raised.value)

    in_threads(ask, 8)
    endpoint.answers(issued(1))
    ask()

    assert len(set(errors)) == 1
    assert endpoint.calls == TRIES


def test_a_valid_token_of_the_config_saves_the_refresh(mock: requests_mock.Mocker) -> None:
    endpoint = Endpoint(mock, access_token="false-access-token-0", token_expiry_date="3000-01-01T00:00:00Z")
    endpoint.answers(issued(1))

    assert endpoint.token() == "Bearer false-access-token-0"
    assert endpoint.calls == 0
    endpoint.authenticator.replace("false-access-token-0", is_last=True)
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

    assert [SECRETS.mask(secret) for secret in secrets] == ["****"] * len(secrets)


def test_a_plain_access_token_goes_out_and_is_masked() -> None:
    authenticator = AccessTokenAuthenticator(AccessTokenCredentials("false-plain-token"))
    request = authenticator(requests.Request("GET", "https://api.pinterest.com/v5/boards").prepare())

    assert request.headers["Authorization"] == "Bearer false-plain-token"
    assert bearer_of(request) == "false-plain-token"
    assert "false-plain-token" not in SECRETS.mask("It is false-plain-token.")


def test_a_plain_access_token_can_not_be_replaced() -> None:
    authenticator = AccessTokenAuthenticator(AccessTokenCredentials("false-plain-token"))
    authenticator.accepted("false-plain-token")

    with pytest.raises(AuthenticationError, match="expired or was revoked"):
        authenticator.replace("false-plain-token", is_last=True)


# ---- The answer of the endpoint


def parsed(**answer: Any) -> Tokens:
    return Tokens.parse(iter([json.dumps({"access_token": "false-access-token-1", **answer}).encode()]))


@pytest.mark.parametrize(
    ("expires_in", "seconds"),
    [
        (2_592_000, 2_592_000),
        (0.5, 0.5),
        ("3600", 3_600),
        (YEAR_SECONDS, YEAR_SECONDS),
        (1e300, YEAR_SECONDS),
        pytest.param(10**400, 3_600, id="10**400"),
        ("1e300", YEAR_SECONDS),
        ("Infinity", YEAR_SECONDS),
        ("-Infinity", 3_600),
        ("NaN", 3_600),
        (-5, 3_600),
        (0, 3_600),
        (None, 3_600),
        ("", 3_600),
        ("soon", 3_600),
        ([1], 3_600),
        ({}, 3_600),
    ],
)
def test_a_lifetime_is_sound_whatever_the_endpoint_says(expires_in: Any, seconds: float) -> None:
    assert parsed(expires_in=expires_in).lifetime_seconds == seconds


@pytest.mark.parametrize(
    ("scope", "scopes"),
    [
        ("ads:read boards:read", {"ads:read", "boards:read"}),
        (" ads:read,boards:read ", {"ads:read", "boards:read"}),
        ("ads:read, boards:read", {"ads:read", "boards:read"}),
        ("", set()),
        (None, set()),
        (0, set()),
    ],
)
def test_scopes_are_taken_however_they_are_separated(scope: Any, scopes: set[str]) -> None:
    assert parsed(scope=scope).scopes == scopes


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b"null", b'"token"', b"{}", b'{"access_token": "a\tb"}'])
def test_an_answer_without_a_usable_access_token_is_none(body: bytes) -> None:
    with pytest.raises(MalformedAnswerError):
        Tokens.parse(iter([body]))


def test_an_answer_comes_in_any_number_of_pieces() -> None:
    whole = json.dumps(issued(1, refresh_token="false-refresh-token-2")).encode()

    assert Tokens.parse(iter([whole[:9], whole[9:]])) == Tokens(
        "false-access-token-1", "false-refresh-token-2", 2_592_000, frozenset()
    )


def test_what_the_token_may_do_is_known_after_a_refresh(endpoint: Endpoint) -> None:
    assert endpoint.authenticator.granted == frozenset()
    endpoint.answers(issued(1, scope="ads:read"))
    endpoint.token()

    assert endpoint.authenticator.granted == {"ads:read"}


def test_a_refresh_counts_against_the_quota_of_its_category(endpoint: Endpoint) -> None:
    endpoint.answers(issued(1))
    endpoint.token()

    assert [(quota.category, quota.used) for quota in endpoint.budget.quota_usage()] == [("org_read", 1)]

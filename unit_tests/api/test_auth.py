"""All threads share one valid token that is renewed in time, and refusals are final."""

import threading
from typing import Any

import pytest
import requests
import requests_mock

from source_pinterest.api.auth import AccessTokenAuthenticator
from source_pinterest.api.errors import ConfigError
from source_pinterest.api.session import bearer_of
from source_pinterest.config.credentials import AccessTokenCredentials
from source_pinterest.masking import SECRETS
from unit_tests.api.token_endpoint import Endpoint, Handover, issued
from unit_tests.configs import BASIC_TOKEN
from unit_tests.threads import PATIENCE_SECONDS, in_thread, in_threads, waits


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


def test_a_fresh_token_that_is_rejected_at_once_is_not_renewed_for_ever(endpoint: Endpoint) -> None:
    endpoint.answers(issued(1), issued(2), issued(3), issued(4))
    endpoint.token()
    endpoint.authenticator.replace("false-access-token-1", is_last=True)
    endpoint.authenticator.replace("false-access-token-2", is_last=True)

    with pytest.raises(ConfigError, match="just issued"):
        endpoint.authenticator.replace("false-access-token-3", is_last=True)
    assert endpoint.calls == 3


def test_calls_at_once_that_would_take_another_token_get_one(endpoint: Endpoint) -> None:
    endpoint.answers(*map(issued, range(1, 9)))
    endpoint.token()
    for number in range(1, 6):
        endpoint.authenticator.replace(f"false-access-token-{number}", is_last=False)

    assert endpoint.token() == "Bearer false-access-token-6"
    with pytest.raises(ConfigError, match="just issued"):
        endpoint.authenticator.replace("false-access-token-6", is_last=True)


def test_once_new_tokens_are_known_to_be_no_help_no_call_gets_one_until_one_is_taken(endpoint: Endpoint) -> None:
    endpoint.answers(*map(issued, range(1, 9)))
    endpoint.token()
    endpoint.authenticator.replace("false-access-token-1", is_last=False)
    endpoint.authenticator.replace("false-access-token-2", is_last=False)
    for _ in range(2):
        with pytest.raises(ConfigError, match="just issued"):
            endpoint.authenticator.replace("false-access-token-3", is_last=True)

    with pytest.raises(ConfigError, match="just issued"):
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
    with pytest.raises(ConfigError, match="just issued"):
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

    with pytest.raises(ConfigError, match="just issued"):
        endpoint.authenticator.replace("false-access-token-3", is_last=True)


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

    with pytest.raises(ConfigError, match="expired or was revoked"):
        authenticator.replace("false-plain-token", is_last=True)


def test_what_the_token_may_do_is_known_after_a_refresh(endpoint: Endpoint) -> None:
    assert endpoint.authenticator.granted == frozenset()
    endpoint.answers(issued(1, scope="ads:read"))
    endpoint.token()

    assert endpoint.authenticator.granted == {"ads:read"}

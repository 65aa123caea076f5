"""A refresh token that Pinterest replaces is told in time, once, and used."""

from typing import Any

import pytest
import requests_mock

from source_pinterest.api.auth import AccessTokenAuthenticator
from source_pinterest.config.credentials import AccessTokenCredentials
from source_pinterest.masking import SECRETS
from unit_tests.api.token_endpoint import Endpoint, Handover, issued
from unit_tests.configs import BASIC_TOKEN
from unit_tests.threads import PATIENCE_SECONDS, in_thread, waits


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
    [{}, {"refresh_token": "false-refresh-token"}, {"refresh_token": 7}, {"refresh_token": "false refresh token"}],
)
def test_a_refresh_token_that_stays_is_not_told(endpoint: Endpoint, same: dict[str, Any]) -> None:
    endpoint.answers(issued(1, **same))
    endpoint.token()

    assert endpoint.rotations == []


def test_a_rotation_is_told_before_anybody_uses_the_new_token(endpoint: Endpoint) -> None:
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


def test_the_end_of_the_process_can_wait_for_a_refresh_under_way(endpoint: Endpoint) -> None:
    endpoint.answers(issued(1, refresh_token="false-refresh-token-2"))
    handover = Handover(endpoint)
    renewing = in_thread(endpoint.token)
    handover.begins()
    endpoint.authenticator.wait_for_refresh(0.01)
    ending = in_thread(lambda: endpoint.authenticator.wait_for_refresh(PATIENCE_SECONDS))
    assert waits(ending)
    handover.may_end.set()

    ending.result(PATIENCE_SECONDS)
    renewing.result(PATIENCE_SECONDS)
    endpoint.authenticator.wait_for_refresh(PATIENCE_SECONDS)
    AccessTokenAuthenticator(AccessTokenCredentials("false-plain-token")).wait_for_refresh(PATIENCE_SECONDS)


def test_a_rotation_is_known_to_be_secret_before_it_is_told(endpoint: Endpoint) -> None:
    endpoint.answers(issued(1, refresh_token="another-refresh-token"))
    app = f"false-client-secret {BASIC_TOKEN}"
    shown: list[str] = []
    endpoint.on_rotation = lambda new: shown.append(SECRETS.mask(f"{new.refresh_token} {new.access_token} {app}"))
    endpoint.token()

    assert shown == ["**** **** **** ****"]


def test_a_rotation_that_can_not_be_told_is_used_all_the_same_the_next_time(
    endpoint: Endpoint, mock: requests_mock.Mocker
) -> None:
    endpoint.answers(issued(1, refresh_token="false-refresh-token-2"), issued(2))
    endpoint.on_rotation = lambda _: (_ for _ in ()).throw(OSError("disk full"))
    with pytest.raises(OSError, match="disk full"):
        endpoint.token()

    assert endpoint.token() == "Bearer false-access-token-2"
    assert mock.last_request.text.endswith("refresh_token=false-refresh-token-2")

"""The simulator's tokens live, rotate and die as Pinterest's do."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from integration_tests.simulator.access.oauth import CLIENT_ID
from integration_tests.simulator_tests.api_client import Client
from integration_tests.support.pinterest import Simulator

REDIRECT_URI = "https://cloud.example/auth_flow"
CONSENT = {"client_id": CLIENT_ID, "redirect_uri": REDIRECT_URI, "response_type": "code", "state": "s1"}


def calls_with(sim: Simulator, token: str, path: str = "boards") -> int:
    return requests.get(f"{sim.url}/{path}", headers={"Authorization": f"Bearer {token}"}, timeout=10).status_code


def consented(sim: Simulator, **changes: str) -> Any:
    """What the consent page answers when the user agrees."""
    query = {**CONSENT, **changes}
    return requests.post(f"{sim.origin}/oauth/", params=query, allow_redirects=False, timeout=10)


def exchange(code: str, redirect_uri: str = REDIRECT_URI) -> dict[str, str]:
    return {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}


def test_a_refresh_gives_an_access_token_until_it_expires() -> None:
    with Simulator() as sim, Client(sim) as api:
        answer = api.refresh(sim.credentials["refresh_token"]).json()

        assert answer["token_type"] == "bearer"
        assert "boards:read" in answer["scope"]
        assert calls_with(sim, answer["access_token"]) == 200
        sim.advance(30 * 86_400 - 1)
        assert calls_with(sim, answer["access_token"]) == 200
        sim.advance(1)
        assert calls_with(sim, answer["access_token"]) == 401


@pytest.mark.parametrize(
    ("rotation", "old_one_works", "new_one_given"),
    [("keep", True, True), ("revoke", False, True), ("none", True, False)],
)
def test_refresh_tokens_rotate_as_the_settings_say(rotation: str, *, old_one_works: bool, new_one_given: bool) -> None:
    with Simulator(refresh_rotation=rotation) as sim, Client(sim) as api:
        first = sim.credentials["refresh_token"]
        answer = api.refresh(first).json()

        assert ("refresh_token" in answer) is new_one_given
        if new_one_given:
            assert answer["refresh_token"] == sim.credentials["refresh_token"] != first
            assert api.refresh(answer["refresh_token"]).status_code == 200
        assert (api.refresh(first).status_code == 200) is old_one_works


def test_an_illegal_grant_is_rejected() -> None:
    with Simulator() as sim, Client(sim) as api:
        secret, refresh_token = (sim.credentials[name] for name in ("client_secret", "refresh_token"))
        legal = {"grant_type": "refresh_token", "refresh_token": refresh_token}
        for form, password, status in [
            ({**legal, "refresh_token": "pinr_unknown"}, secret, 401),
            ({"grant_type": "refresh_token"}, secret, 401),
            (legal, "wrong", 401),
            ({"grant_type": "password"}, secret, 400),
            ({**legal, "client_id": "1"}, secret, 400),
            (exchange("code_unknown"), secret, 401),
        ]:
            answer = api.token(form, auth=(CLIENT_ID, password))

            assert answer.status_code == status, form
            assert set(answer.json()) == {"code", "message", "status"}, form
        url, credentials = f"{sim.url}/oauth/token", (CLIENT_ID, secret)
        assert requests.post(url, json=legal, auth=credentials, timeout=10).status_code == 400
        assert requests.post(url, data=legal, timeout=10).status_code == 401


def test_a_consent_leads_to_tokens_once_and_for_its_redirect_uri_only() -> None:
    with Simulator() as sim, Client(sim) as api:
        page = consented(sim)
        given = parse_qs(urlsplit(page.headers["Location"]).query)
        form = exchange(given["code"][0])

        assert page.status_code == 302
        assert page.headers["Location"].startswith(REDIRECT_URI)
        assert given["state"] == ["s1"]
        assert api.token(form).json()["refresh_token"] == sim.credentials["refresh_token"]
        assert api.token(form).json()["code"] == 283
        other = parse_qs(urlsplit(consented(sim).headers["Location"]).query)["code"][0]
        assert api.token(exchange(other, "https://elsewhere.example")).json()["code"] == 283

"""The simulator's tokens live, rotate and die as Pinterest's do."""

from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from integration_tests.simulator.access.oauth import CLIENT_ID
from integration_tests.support.api_client import Client
from integration_tests.support.pinterest import Simulator

REDIRECT_URI = "https://cloud.example/auth_flow"


def refresh_token(sim: Simulator) -> str:
    return str(sim.config()["credentials"]["refresh_token"])


def calls_with(sim: Simulator, token: str, path: str = "boards") -> int:
    return requests.get(f"{sim.url}/{path}", headers={"Authorization": f"Bearer {token}"}, timeout=10).status_code


def test_a_refresh_gives_an_access_token_that_works() -> None:
    with Simulator() as sim, Client(sim) as api:
        answer = api.refresh(refresh_token(sim)).json()

        assert answer["token_type"] == "bearer"
        assert "boards:read" in answer["scope"]
        assert calls_with(sim, answer["access_token"]) == 200


def test_the_app_itself_gets_a_token_for_some_operations_and_no_refresh_token() -> None:
    with Simulator() as sim, Client(sim) as api:
        form = {"grant_type": "client_credentials", "scope": "boards:read,catalogs:read,ads:write"}
        answer = api.token(form).json()

        assert answer["scope"].split() == ["boards:read", "catalogs:read"]
        assert "refresh_token" not in answer
        assert calls_with(sim, answer["access_token"]) == 200
        assert calls_with(sim, answer["access_token"], "catalogs") == 401


@pytest.mark.parametrize(
    ("rotation", "old_one_works", "new_one_given"),
    [("keep", True, True), ("revoke", False, True), ("none", True, False)],
)
def test_refresh_tokens_rotate_as_told(rotation: str, *, old_one_works: bool, new_one_given: bool) -> None:
    with Simulator(refresh_rotation=rotation) as sim, Client(sim) as api:
        first = refresh_token(sim)
        answer = api.refresh(first).json()

        assert ("refresh_token" in answer) is new_one_given
        if new_one_given:
            assert answer["refresh_token"] == refresh_token(sim) != first
            assert api.refresh(answer["refresh_token"]).status_code == 200
        assert (api.refresh(first).status_code == 200) is old_one_works


@pytest.mark.parametrize(
    ("form", "secret", "status"),
    [
        ({"grant_type": "refresh_token", "refresh_token": "pinr_unknown"}, "false-client-secret", 401),
        ({"grant_type": "refresh_token"}, "false-client-secret", 401),
        ({"grant_type": "refresh_token", "refresh_token": "pinr_unknown"}, "wrong", 401),
        ({"grant_type": "password"}, "false-client-secret", 400),
        ({"grant_type": "refresh_token", "refresh_token": "", "client_id": "1"}, "false-client-secret", 400),
        ({"grant_type": "authorization_code", "code": "code_unknown"}, "false-client-secret", 401),
    ],
)
def test_an_illegal_grant_is_refused(form: dict[str, str], secret: str, status: int) -> None:
    with Simulator() as sim, Client(sim) as api:
        answer = api.token(form, auth=(CLIENT_ID, secret))

        assert answer.status_code == status
        assert set(answer.json()) == {"code", "message", "status"}


def test_a_grant_must_be_a_form_with_basic_authentication() -> None:
    with Simulator() as sim:
        form = {"grant_type": "refresh_token", "refresh_token": refresh_token(sim)}
        credentials = (CLIENT_ID, sim.config()["credentials"]["client_secret"])
        as_json = requests.post(f"{sim.url}/oauth/token", json=form, auth=credentials, timeout=10)
        anonymous = requests.post(f"{sim.url}/oauth/token", data=form, timeout=10)

        assert as_json.status_code == 400
        assert anonymous.status_code == 401


def test_the_consent_page_leads_to_tokens_once() -> None:
    with Simulator() as sim, Client(sim) as api:
        query = {"client_id": CLIENT_ID, "redirect_uri": REDIRECT_URI, "response_type": "code", "state": "s1"}
        page = requests.post(f"{sim.origin}/oauth/", params=query, allow_redirects=False, timeout=10)
        target = urlsplit(page.headers["Location"])
        given = parse_qs(target.query)
        form = {"grant_type": "authorization_code", "code": given["code"][0], "redirect_uri": REDIRECT_URI}

        assert page.status_code == 302
        assert page.headers["Location"].startswith(REDIRECT_URI)
        assert given["state"] == ["s1"]
        answer = api.token(form)
        assert answer.json()["refresh_token"] == refresh_token(sim)
        assert api.token(form).json()["code"] == 283


def test_a_code_is_good_for_its_redirect_uri_only() -> None:
    with Simulator() as sim, Client(sim) as api:
        query = {"client_id": CLIENT_ID, "redirect_uri": REDIRECT_URI, "response_type": "code"}
        page = requests.post(f"{sim.origin}/oauth/", params=query, allow_redirects=False, timeout=10)
        code = parse_qs(urlsplit(page.headers["Location"]).query)["code"][0]

        answer = api.token(
            {"grant_type": "authorization_code", "code": code, "redirect_uri": "https://elsewhere.example"}
        )

        assert (answer.status_code, answer.json()["code"]) == (401, 283)


def test_the_consent_page_asks_before_it_answers() -> None:
    with Simulator() as sim:
        query = {
            "client_id": CLIENT_ID,
            "redirect_uri": REDIRECT_URI,
            "response_type": "code",
            "scope": "<b>,pins:read",
        }
        page = requests.get(f"{sim.origin}/oauth/", params=query, allow_redirects=False, timeout=10)
        assert page.status_code == 200
        assert '<form method="post">' in page.text
        assert "<li>&lt;b&gt;<li>pins:read</ul>" in page.text
        declined = requests.post(page.url, data={"answer": "decline"}, allow_redirects=False, timeout=10)
        assert declined.headers["Location"] == f"{REDIRECT_URI}?error=access_denied&state="


def test_the_consent_page_refuses_an_unknown_app() -> None:
    with Simulator() as sim:
        query = {"client_id": "7", "redirect_uri": REDIRECT_URI, "response_type": "code"}
        page = requests.post(f"{sim.origin}/oauth/", params=query, allow_redirects=False, timeout=10)

        assert page.status_code == 400


def test_an_access_token_expires() -> None:
    with Simulator(access_token_lifetime=60) as sim, Client(sim) as api:
        token = api.refresh(refresh_token(sim)).json()["access_token"]
        assert calls_with(sim, token) == 200

        sim.advance(60)

        assert calls_with(sim, token) == 401


def test_every_secret_is_known_for_a_leak_scan() -> None:
    with Simulator() as sim, Client(sim) as api:
        answer = api.refresh(refresh_token(sim)).json()
        config = sim.access_token_config(start_date="2026-01-01")
        credentials = sim.config()["credentials"]

        in_play = {answer["access_token"], answer["refresh_token"], credentials["client_secret"]}
        assert in_play | {config["credentials"]["access_token"]} <= set(sim.secrets)
        assert config["start_date"] == "2026-01-01"


def test_no_secret_gets_into_the_log() -> None:
    with Simulator() as sim, Client(sim) as api:
        api.refresh(refresh_token(sim))
        api.get("/boards")

        logged = str(sim.log)
        assert len(sim.log) == 2
        assert not [secret for secret in sim.secrets if secret in logged]

"""What `authorize` makes of a user's input and of Pinterest's response. A sync test covers the whole command."""

import json
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests

from source_pinterest.api import BASE_URL_VARIABLE
from source_pinterest.api.session import ApiResponse, TimeoutSession
from source_pinterest.cli import authorize
from source_pinterest.cli.authorize import ConsentListener
from unit_tests.error_responses import api_error

FALSE_SECRET = "false-client-secret"
BODY = {"access_token": "false-access-token", "refresh_token": "false-refresh-token"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config.json"


Respond = Callable[[object], None]


@pytest.fixture
def respond(monkeypatch: pytest.MonkeyPatch) -> Respond:
    """Sets the response to the request for a token: a JSON body, an error response, or an exception."""

    def set_response(response: object) -> None:
        def exchange(session: requests.Session, _request: Any, parse: Any, *_: Any) -> Any:
            assert session.verify == __file__
            if isinstance(response, Exception):
                raise response
            is_body = isinstance(response, dict | list)
            return ApiResponse(parse(iter([json.dumps(response).encode()])), 0) if is_body else response

        monkeypatch.setattr(TimeoutSession, "exchange", exchange)

    set_response(BODY)
    return set_response


@pytest.fixture
def arguments(path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Of a command whose user has agreed."""
    monkeypatch.setenv(authorize.SECRET_VARIABLE, FALSE_SECRET)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", __file__)
    monkeypatch.delenv(BASE_URL_VARIABLE, raising=False)
    monkeypatch.setattr(ConsentListener, "wait_for_code", lambda *_: "false-code")
    return ["--client-id", "1234567", "--config", str(path), "--port", "0", "--no-browser"]


def test_permissions_that_were_not_granted_are_named_a_further_one_on_request_only(
    arguments: list[str], respond: Respond, capsys: pytest.CaptureFixture[str]
) -> None:
    respond({**BODY, "scope": "boards:read pins:read"})
    assert authorize.main([*arguments, "--scope", "biz_access:read"]) == 0
    printed = capsys.readouterr().out

    assert f"&scope={authorize.scopes()},biz_access:read&".replace(":", "%3A").replace(",", "%2C") in printed
    assert "biz_access" not in authorize.scopes()
    assert "did not grant ads:read, catalogs:read, user_accounts:read, biz_access:read, so the streams" in printed
    for kind, lost in (("boards", "secret boards"), ("pins", "pins on secret boards")):
        assert f"did not grant {kind}:read_secret, so {lost} are not read." in printed


@pytest.mark.parametrize("secret", ["false\nsecret", "false secret", "false-sécret", "\n"])
def test_an_app_secret_that_no_header_can_hold_is_rejected_before_the_prompt(
    secret: str, arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(authorize.SECRET_VARIABLE, secret)

    assert authorize.main(arguments) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert re.search(r"Client Secret|App secret", printed.err)
    assert secret.strip() not in printed.err or not secret.strip()


@pytest.mark.usefixtures("respond")
def test_blanks_around_the_app_secret_and_its_id_are_not_saved(
    arguments: list[str], path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(authorize.SECRET_VARIABLE, f" {FALSE_SECRET}\n")

    assert authorize.main([*arguments, "--client-id", " 1234567\t"]) == 0
    credentials = json.loads(path.read_text())["credentials"]
    assert (credentials["client_id"], credentials["client_secret"]) == ("1234567", FALSE_SECRET)
    assert authorize.SECRET_VARIABLE not in os.environ  # which a browser would get


@pytest.mark.parametrize(
    ("response", "words"),
    [
        *(({**BODY, "refresh_token": token}, "no refresh token (HTTP 200)") for token in (7, "", "false token", None)),
        (["refresh_token"], "The response has no access token."),
        (api_error(401, 283), "(HTTP 401). Run the command again, and check that the app lists the redirect URI"),
        (api_error(401, 2), "Check the App ID and the App secret"),
        (api_error(503), "no refresh token"),
        (requests.ConnectionError(), "token endpoint failed"),
    ],
)
def test_a_response_without_usable_tokens_writes_nothing_and_says_why(
    response: object,
    words: str,
    arguments: list[str],
    path: Path,
    respond: Respond,
    capsys: pytest.CaptureFixture[str],
) -> None:
    respond(response)

    assert authorize.main(arguments) == 1
    assert words in capsys.readouterr().err
    assert not path.exists()


def test_the_app_s_secret_is_not_shown_where_the_consent_page_quotes_it(
    path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def decline(address: str) -> None:
        query = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
        rejected = urlencode({"state": query["state"], "error": f"not the secret {FALSE_SECRET}"})
        requests.get(f"{query['redirect_uri'].replace('localhost', '127.0.0.1')}?{rejected}", timeout=10)

    monkeypatch.setenv(authorize.SECRET_VARIABLE, FALSE_SECRET)
    monkeypatch.delenv(BASE_URL_VARIABLE, raising=False)
    monkeypatch.setattr("webbrowser.open", decline)

    assert authorize.main(["--client-id", "1234567", "--config", str(path), "--port", "0"]) == 1
    assert "granted no access (not the secret ****)" in capsys.readouterr().err


@pytest.mark.parametrize("port", ["99999", "-1", "http"])
def test_a_port_that_there_is_not_ends_in_a_sentence(port: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        authorize.main([f"--port={port}"])

    assert f"a port is a number from 1 to 65,535, not {port}\n" in capsys.readouterr().err

"""The requests that `authorize` sends to Pinterest. An integration test covers the whole command."""

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests
import requests_mock

from source_pinterest.api import BASE_URL_VARIABLE, DEFAULT_BASE_URL
from source_pinterest.cli import authorize
from source_pinterest.cli.authorize import ConsentListener
from source_pinterest.masking import SECRETS

FALSE_SECRET = "false-client-secret"
ANSWER = {"access_token": "false-access-token", "refresh_token": "false-refresh-token"}


@pytest.fixture
def mock() -> Iterator[requests_mock.Mocker]:
    with requests_mock.Mocker() as mocker:
        mocker.post(f"{DEFAULT_BASE_URL}/oauth/token", json=ANSWER)
        yield mocker


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config.json"


@pytest.fixture
def arguments(path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Of a command whose user has agreed."""
    monkeypatch.setenv(authorize.SECRET_VARIABLE, FALSE_SECRET)
    monkeypatch.delenv(BASE_URL_VARIABLE, raising=False)
    monkeypatch.setattr(ConsentListener, "wait_for_code", lambda *_: "false-code")
    return ["--client-id", "1234567", "--config", str(path), "--port", "0", "--no-browser"]


def query_of(said: str) -> dict[str, str]:
    """The query of the consent page's URL that the command has printed."""
    [url] = [word for word in said.split() if word.startswith(authorize.CONSENT_PAGE)]
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def test_the_code_is_exchanged_for_a_token_that_renews_itself(
    arguments: list[str], path: Path, mock: requests_mock.Mocker, capsys: pytest.CaptureFixture[str]
) -> None:
    assert authorize.main(arguments) == 0
    [exchange] = mock.request_history
    asked, form = query_of(capsys.readouterr().out), {name: value for name, [value] in parse_qs(exchange.text).items()}

    assert form.pop("redirect_uri") == asked["redirect_uri"]
    assert form == {"grant_type": "authorization_code", "code": "false-code", "continuous_refresh": "true"}
    assert exchange.headers["Authorization"].startswith("Basic ")
    assert json.loads(path.read_text())["credentials"]["refresh_token"] == "false-refresh-token"
    assert asked["scope"] == authorize.scopes()
    assert len(asked["state"]) > 32
    assert SECRETS.mask(" ".join(ANSWER.values())) == "**** ****"


def test_permissions_that_were_not_granted_are_named_a_further_one_on_request_only(
    arguments: list[str], mock: requests_mock.Mocker, capsys: pytest.CaptureFixture[str]
) -> None:
    mock.post(f"{DEFAULT_BASE_URL}/oauth/token", json={**ANSWER, "scope": "boards:read pins:read"})
    assert authorize.main([*arguments, "--scope", "biz_access:read"]) == 0
    said = capsys.readouterr().out

    assert query_of(said)["scope"] == f"{authorize.scopes()},biz_access:read"
    assert "biz_access" not in authorize.scopes()
    assert "did not grant ads:read, catalogs:read, user_accounts:read, biz_access:read, so the streams" in said
    for kind, lost in (("boards", "secret boards"), ("pins", "pins on secret boards")):
        assert f"did not grant {kind}:read_secret, so {lost} are not read." in said


@pytest.mark.parametrize("secret", ["false\nsecret", "false secret", "false-sécret", "\n"])
def test_an_app_secret_that_no_header_can_hold_is_rejected_before_the_prompt(
    secret: str, arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(authorize.SECRET_VARIABLE, secret)

    assert authorize.main(arguments) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert re.search(r"Client Secret|App secret", said.err)
    assert secret.strip() not in said.err or not secret.strip()


def test_blanks_around_the_app_secret_and_its_id_are_not_saved(
    arguments: list[str], path: Path, mock: requests_mock.Mocker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(authorize.SECRET_VARIABLE, f" {FALSE_SECRET}\n")

    assert authorize.main([*arguments, "--client-id", " 1234567\t"]) == 0
    assert mock.request_history
    saved = json.loads(path.read_text())["credentials"]
    assert (saved["client_id"], saved["client_secret"]) == ("1234567", FALSE_SECRET)
    assert authorize.SECRET_VARIABLE not in os.environ  # which a browser would get


UNUSABLE = (["false-token"], 7, {"a": "b"}, "", "false token", "false-token\n", None, True)
UNKNOWN_CODE = {"status_code": 401, "json": {"code": 283, "message": "The authorization grant is invalid"}}
WRONG_SECRET = {"status_code": 401, "json": {"code": 2, "message": "Authentication failed."}}


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        *(({"json": {**ANSWER, "refresh_token": token}}, "no refresh token (HTTP 200)") for token in UNUSABLE),
        *(({"json": no_object}, "The response has no access token.") for no_object in (["refresh_token"], "a")),
        ({"json": {**ANSWER, "padding": "x" * 64 * 1024}}, "The response is larger than 65,536 bytes."),
        (UNKNOWN_CODE, "(HTTP 401). Run the command again, and check that the app lists the redirect URI"),
        (WRONG_SECRET, "Check the App ID and the App secret"),
        ({"status_code": 503, "text": "<html>"}, "no refresh token"),
        ({"exc": requests.ConnectionError}, "token endpoint failed"),
    ],
)
def test_an_answer_without_usable_tokens_writes_nothing_and_says_why(
    answer: dict[str, Any],
    words: str,
    arguments: list[str],
    path: Path,
    mock: requests_mock.Mocker,
    capsys: pytest.CaptureFixture[str],
) -> None:
    mock.post(f"{DEFAULT_BASE_URL}/oauth/token", **answer)

    assert authorize.main(arguments) == 1
    assert words in capsys.readouterr().err
    assert not path.exists()


@pytest.mark.parametrize(
    ("address", "proxies"),
    [("http://127.0.0.1:8899/v5", {}), (DEFAULT_BASE_URL, {"https": "http://proxy.example:3128"})],
)
def test_proxies_and_certificates_are_those_of_a_sync(
    address: str,
    proxies: dict[str, str],
    arguments: list[str],
    mock: requests_mock.Mocker,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for variable in ("NO_PROXY", "no_proxy", "HTTP_PROXY", "http_proxy", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example:3128")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", __file__)
    monkeypatch.setenv(BASE_URL_VARIABLE, address)
    mock.post(f"{address}/oauth/token", json=ANSWER)

    assert authorize.main(arguments) == 0
    [exchange] = mock.request_history
    assert dict(exchange.proxies) == proxies
    assert exchange.verify == __file__


def test_the_app_s_secret_is_not_shown_where_the_consent_page_quotes_it(
    path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def decline(address: str) -> None:
        query = query_of(address)
        told = urlencode({"state": query["state"], "error": f"not the secret {FALSE_SECRET}"})
        requests.get(f"{query['redirect_uri'].replace('localhost', '127.0.0.1')}?{told}", timeout=10)

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

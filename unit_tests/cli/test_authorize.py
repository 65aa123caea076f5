"""What exactly is Pinterest asked for by the helper for the first token? The whole way is an integration test's."""

import json
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests_mock

from source_pinterest.api import DEFAULT_BASE_URL
from source_pinterest.cli import authorize
from source_pinterest.cli.consent import ConsentListener

FALSE_SECRET = "false-client-secret"
ANSWER = {"access_token": "false-access-token", "refresh_token": "false-refresh-token"}


def test_the_code_is_exchanged_for_a_token_that_renews_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(authorize.SECRET_VARIABLE, FALSE_SECRET)
    monkeypatch.delenv("PINTEREST_API_URL", raising=False)
    monkeypatch.setattr(ConsentListener, "wait_for_code", lambda *_: "false-code")
    path = tmp_path / "config.json"
    arguments = ["--client-id", "1234567", "--config", str(path), "--port", "0", "--no-browser"]
    with requests_mock.Mocker() as mock:
        mock.post(f"{DEFAULT_BASE_URL}/oauth/token", json=ANSWER)
        assert authorize.main(arguments) == 0
        [exchange] = mock.request_history
    form = {name: values[0] for name, values in parse_qs(exchange.text).items()}
    redirect_uri = form.pop("redirect_uri")
    assert form == {"grant_type": "authorization_code", "code": "false-code", "continuous_refresh": "true"}
    assert exchange.headers["Authorization"].startswith("Basic ")
    assert json.loads(path.read_text())["credentials"]["refresh_token"] == "false-refresh-token"
    said = capsys.readouterr().out
    asked = urlsplit(next(word for word in said.split() if word.startswith(authorize.CONSENT_PAGE)))
    assert parse_qs(asked.query)["redirect_uri"] == [redirect_uri]
    assert parse_qs(asked.query)["scope"] == [authorize.scopes()]
    assert len(parse_qs(asked.query)["state"][0]) > 32


def test_a_further_permission_is_asked_for_on_request_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(authorize.SECRET_VARIABLE, FALSE_SECRET)
    monkeypatch.delenv("PINTEREST_API_URL", raising=False)
    monkeypatch.setattr(ConsentListener, "wait_for_code", lambda *_: "false-code")
    arguments = ["--client-id", "1", "--config", str(tmp_path / "config.json"), "--port", "0", "--no-browser"]
    answer = {**ANSWER, "scope": authorize.scopes()}
    with requests_mock.Mocker() as mock:
        mock.post(f"{DEFAULT_BASE_URL}/oauth/token", json=answer)
        assert authorize.main([*arguments, "--scope", "biz_access:read"]) == 0
    said = capsys.readouterr().out
    asked = urlsplit(next(word for word in said.split() if word.startswith(authorize.CONSENT_PAGE)))

    assert parse_qs(asked.query)["scope"] == [f"{authorize.scopes()},biz_access:read"]
    assert "biz_access" not in authorize.scopes()
    assert "Pinterest did not grant biz_access:read" in said


def test_the_app_is_asked_for_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(authorize.SECRET_VARIABLE, raising=False)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda _: " 1234567 ")
    monkeypatch.setattr("getpass.getpass", lambda _: FALSE_SECRET)
    assert authorize.App.of_user(None, {}) == authorize.App("1234567", FALSE_SECRET)

"""Does a rotated refresh token reach the platform and, where wanted, the file, in the shape the config has?"""

import json
import stat
from dataclasses import replace
from pathlib import Path
from typing import Any

import pendulum
import pytest
from airbyte_cdk.sources.message import InMemoryMessageRepository

from source_pinterest.api.tokens import Tokens
from source_pinterest.engine.token_store import SAVE_TOKENS_VARIABLE, TokenStore, with_tokens
from unit_tests.configs import OAUTH

TOKENS = Tokens("false-access-token-2", "false-refresh-token-2", 3_600, frozenset())
NESTED = {"credentials": OAUTH, "start_date": "2026-01-01"}
FLAT = {"client_id": "1", "client_secret": "false-client-secret", "refresh_token": "false-refresh-token"}


@pytest.fixture
def repository() -> InMemoryMessageRepository:
    return InMemoryMessageRepository()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "config.json"
    file.write_text("{}", encoding="utf-8")
    file.chmod(0o644)
    return file


def told(repository: InMemoryMessageRepository) -> list[dict[str, Any]]:
    return [message.control.connectorConfig.config for message in repository.consume_queue()]  # type: ignore[union-attr]


def test_a_nested_config_keeps_its_shape() -> None:
    assert with_tokens(NESTED, TOKENS) == {
        "credentials": {**OAUTH, "refresh_token": "false-refresh-token-2"},
        "start_date": "2026-01-01",
    }


@pytest.mark.parametrize("extra", [{}, {"credentials": {}}, {"credentials": None}])
def test_a_flat_config_keeps_its_shape(extra: dict[str, Any]) -> None:
    assert with_tokens({**FLAT, **extra}, TOKENS) == {**FLAT, **extra, "refresh_token": "false-refresh-token-2"}


def test_the_incoming_config_is_left_alone() -> None:
    before = json.dumps(NESTED)
    with_tokens(NESTED, TOKENS)

    assert json.dumps(NESTED) == before


def test_an_access_token_is_noted_only_where_the_config_holds_one() -> None:
    held = {"credentials": {**OAUTH, "access_token": "false-access-token", "token_expiry_date": "2020-01-01T00:00:00Z"}}
    credentials = with_tokens(held, TOKENS)["credentials"]
    lives = pendulum.parse(credentials["token_expiry_date"]) - pendulum.now("UTC")  # type: ignore[operator]

    assert credentials["access_token"] == "false-access-token-2"
    assert 3_500 < lives.total_seconds() <= 3_600
    assert "access_token" not in with_tokens(NESTED, TOKENS)["credentials"]


def test_the_longest_lifetime_is_a_date() -> None:
    held = {"credentials": {**OAUTH, "token_expiry_date": "2020-01-01T00:00:00Z"}}
    endless = Tokens.parse(iter([b'{"access_token": "a", "refresh_token": "b", "expires_in": 1e300}']))
    credentials = with_tokens(held, endless)["credentials"]

    assert credentials["refresh_token"] == "b"
    assert pendulum.parse(credentials["token_expiry_date"])


def test_the_platform_is_told_the_whole_config(repository: InMemoryMessageRepository) -> None:
    TokenStore(NESTED, repository, None).rotated(TOKENS)

    assert told(repository) == [with_tokens(NESTED, TOKENS)]


def test_a_second_rotation_starts_from_the_first(repository: InMemoryMessageRepository) -> None:
    store = TokenStore(NESTED, repository, None)
    store.rotated(TOKENS)
    store.rotated(replace(TOKENS, refresh_token="false-refresh-token-3"))

    assert [config["credentials"]["refresh_token"] for config in told(repository)] == [
        "false-refresh-token-2",
        "false-refresh-token-3",
    ]


@pytest.mark.parametrize("setting", [None, "", "0", "true"])
def test_a_file_is_left_alone_unless_it_is_asked_for(
    repository: InMemoryMessageRepository, path: Path, monkeypatch: pytest.MonkeyPatch, setting: str | None
) -> None:
    monkeypatch.delenv(SAVE_TOKENS_VARIABLE, raising=False)
    if setting is not None:
        monkeypatch.setenv(SAVE_TOKENS_VARIABLE, setting)
    TokenStore(NESTED, repository, path).rotated(TOKENS)

    assert path.read_text(encoding="utf-8") == "{}"
    assert len(told(repository)) == 1


def test_a_file_is_replaced_as_a_whole_for_its_owner_alone(
    repository: InMemoryMessageRepository, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(SAVE_TOKENS_VARIABLE, "1")
    TokenStore(NESTED, repository, path).rotated(TOKENS)

    assert json.loads(path.read_text(encoding="utf-8")) == with_tokens(NESTED, TOKENS)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["config.json"]

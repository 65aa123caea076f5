"""A rotated refresh token reaches the platform and, if wanted, the file, in the shape of the config."""

import errno
import json
import logging
import os
import stat
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from airbyte_cdk.models import AirbyteMessage

from source_pinterest.api.auth import Tokens
from source_pinterest.engine.token_store import (
    SAVE_TOKENS_VARIABLE,
    TokenStore,
    make_private,
    with_tokens,
    write_private,
)
from unit_tests.configs import OAUTH

TOKENS = Tokens("false-access-token-2", "false-refresh-token-2", 3_600, frozenset())
NESTED = {"credentials": OAUTH, "start_date": "2026-01-01"}
FLAT = {"client_id": "1", "client_secret": "false-client-secret", "refresh_token": "false-refresh-token"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "config.json"
    file.write_text("{}", encoding="utf-8")
    file.chmod(0o644)
    return file


class Platform:
    """Takes control messages, and looks at the file when one comes."""

    def __init__(self, path: Path | None = None) -> None:
        self.configs: list[dict[str, Any]] = []
        self.files: list[dict[str, Any]] = []
        self._path = path

    def take(self, message: AirbyteMessage) -> None:
        self.configs.append(message.control.connectorConfig.config)  # type: ignore[union-attr, arg-type]
        if self._path:
            self.files.append(json.loads(self._path.read_text(encoding="utf-8")))


@pytest.fixture
def platform() -> Platform:
    return Platform()


@pytest.mark.parametrize("setting", [None, "", "true"])
def test_the_config_file_is_not_written_unless_the_setting_is_on(
    platform: Platform, path: Path, monkeypatch: pytest.MonkeyPatch, setting: str | None
) -> None:
    monkeypatch.delenv(SAVE_TOKENS_VARIABLE, raising=False)
    if setting is not None:
        monkeypatch.setenv(SAVE_TOKENS_VARIABLE, setting)
    TokenStore(NESTED, platform.take, path).save_rotated(TOKENS)

    assert path.read_text(encoding="utf-8") == "{}"
    assert len(platform.configs) == 1


@pytest.fixture
def _saving(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SAVE_TOKENS_VARIABLE, "1")


@pytest.mark.usefixtures("_saving")
def test_the_file_is_written_before_the_platform_gets_the_token(path: Path) -> None:
    path.write_text(json.dumps(NESTED), encoding="utf-8")
    platform = Platform(path)
    TokenStore(NESTED, platform.take, path).save_rotated(TOKENS)

    assert platform.files == platform.configs == [with_tokens(NESTED, TOKENS)]


@pytest.mark.usefixtures("_saving")
def test_a_token_that_can_not_be_saved_is_handed_out_with_one_warning(
    platform: Platform, path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    path.write_text(json.dumps(NESTED), encoding="utf-8")
    monkeypatch.setattr(os, "fsync", full)
    store = TokenStore(NESTED, platform.take, path)
    store.save_rotated(TOKENS)
    assert len(caplog.records) == 1, "at once: the process may end before the next"
    store.save_rotated(replace(TOKENS, refresh_token="false-refresh-token-3"))

    [warning] = [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING]
    assert f"can't be saved in {path} (No space left on device)" in warning
    assert "false-refresh" not in warning
    assert [config["credentials"]["refresh_token"] for config in platform.configs] == [
        "false-refresh-token-2",
        "false-refresh-token-3",
    ]
    assert json.loads(path.read_text(encoding="utf-8")) == NESTED
    assert [file.name for file in path.parent.iterdir()] == ["config.json"]


@pytest.mark.usefixtures("_saving")
@pytest.mark.parametrize("known", [NESTED, FLAT])
def test_an_edit_of_the_file_during_the_sync_stays(platform: Platform, path: Path, known: dict[str, Any]) -> None:
    store = TokenStore(known, platform.take, path)
    edited = {**known, "start_date": "2026-06-01", "account_ids": ["1"]}
    path.write_text(json.dumps(edited), encoding="utf-8")
    store.save_rotated(TOKENS)

    assert json.loads(path.read_text(encoding="utf-8")) == with_tokens(edited, TOKENS)
    assert platform.configs == [with_tokens(known, TOKENS)]


@pytest.mark.usefixtures("_saving")
def test_a_sign_in_that_comes_into_the_file_during_the_sync_stays(platform: Platform, path: Path) -> None:
    store = TokenStore(NESTED, platform.take, path)
    path.write_text(json.dumps(NESTED), encoding="utf-8")
    store.save_rotated(TOKENS)
    anew = {"credentials": {**OAUTH, "client_id": "2", "refresh_token": "false-refresh-token-of-another-sign-in"}}
    path.write_text(json.dumps(anew), encoding="utf-8")
    store.save_rotated(replace(TOKENS, refresh_token="false-refresh-token-3"))

    assert json.loads(path.read_text(encoding="utf-8")) == anew
    assert len(platform.configs) == 2


@pytest.mark.usefixtures("_saving")
@pytest.mark.parametrize("text", ['{"start_date": "2026', "[]", None])
def test_a_file_that_is_no_longer_a_config_is_left_as_it_is(
    platform: Platform, path: Path, caplog: pytest.LogCaptureFixture, text: str | None
) -> None:
    path.unlink() if text is None else path.write_text(text, encoding="utf-8")
    TokenStore(NESTED, platform.take, path).save_rotated(TOKENS)

    assert (path.read_text(encoding="utf-8") if path.exists() else None) == text
    assert f"can't be saved in {path} (no JSON object)" in caplog.text
    assert platform.configs == [with_tokens(NESTED, TOKENS)]


def test_the_new_content_is_on_the_disk_and_the_folder_after_it_is_replaced(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise a machine that loses its power may have neither, or the old one, whose refresh token is used up."""
    on_disk, seen = os.fsync, []

    def look(descriptor: int) -> None:
        synced = os.fstat(descriptor).st_ino
        [name] = [file for file in (path.parent, *path.parent.iterdir()) if file.stat().st_ino == synced]
        seen.append((name.suffix, path.read_text(encoding="utf-8")))
        on_disk(descriptor)

    monkeypatch.setattr(os, "fsync", look)
    write_private(path, NESTED)

    assert seen == [(".draft", "{}"), ("", json.dumps(NESTED, indent=2))]


def test_a_file_is_saved_if_its_folder_can_not_be_synced(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def of_files_alone(descriptor: int) -> None:
        if stat.S_ISDIR(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "Invalid argument")

    monkeypatch.setattr(os, "fsync", of_files_alone)
    write_private(path, NESTED)

    assert json.loads(path.read_text(encoding="utf-8")) == NESTED


def test_a_folder_and_its_missing_parents_are_their_owners_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        make_private(tmp_path / "a" / "b" / "c")
        make_private(tmp_path / "a" / "b" / "c")
    finally:
        os.umask(before)

    for folder in ("a", "a/b", "a/b/c"):
        assert stat.S_IMODE((tmp_path / folder).stat().st_mode) == 0o700


@pytest.mark.parametrize("folder", [".", "new/folder"])
def test_a_folder_of_another_user_is_rejected(folder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = os.stat_result((*tmp_path.stat()[:4], 4711, *tmp_path.stat()[5:10]))
    monkeypatch.setattr(os, "geteuid", lambda: 4712)
    monkeypatch.setattr(Path, "stat", lambda *_, **__: mine)
    monkeypatch.setattr(Path, "exists", lambda self: self == tmp_path)

    with pytest.raises(OSError, match="belongs to another user"):
        make_private(tmp_path / folder)
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setattr(os, "geteuid", lambda: 4711)
    make_private(tmp_path / folder)


def test_a_link_stays_a_link_to_the_new_content(path: Path, tmp_path: Path) -> None:
    link = tmp_path / "folder" / "link.json"
    link.parent.mkdir()
    link.symlink_to("../config.json")
    path.write_text(json.dumps(NESTED), encoding="utf-8")
    TokenStore(NESTED, lambda _: None, link, saves=True).save_rotated(TOKENS)

    assert str(link.readlink()) == "../config.json"
    assert not path.is_symlink()
    assert TOKENS.refresh_token in path.read_text(encoding="utf-8")
    assert [file.name for file in link.parent.iterdir()] == ["link.json"]


def test_a_file_that_keeps_the_old_token_is_warned_of_once(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    store = TokenStore(NESTED, lambda _: None, path, saves=False)
    with caplog.at_level(logging.INFO):
        store.save_rotated(TOKENS)
        store.save_rotated(TOKENS)

    [told] = caplog.messages
    assert f"{path} keeps the old one" in told
    assert "PINTEREST_SAVE_TOKENS=1" in told

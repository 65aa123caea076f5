"""Saves a rotated refresh token: the platform gets it as a control message, the config file if the user wants that."""

import errno
import json
import logging
import os
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import pendulum
from airbyte_cdk.config_observation import create_connector_config_control_message
from airbyte_cdk.models import AirbyteMessage
from airbyte_cdk.utils import AirbyteTracedException

from source_pinterest.api.auth import Tokens
from source_pinterest.config.files import read_object

LOGGER = logging.getLogger("airbyte")

SAVE_TOKENS_VARIABLE = "PINTEREST_SAVE_TOKENS"
"""The environment variable that is set to 1 to have a rotated refresh token written into the config file."""


class TokenStore:
    """Saves a rotated refresh token before it is used, so that no end of the process loses it.

    Args:
        config: the config as it was given. Its shape is kept.
        hand_out: writes the control message for the platform, before it returns.
        config_path: the file that the config was read from. If it is None, no file is written.
        saves: whether the file is written; by default, the environment says so.
    """

    def __init__(
        self,
        config: Mapping[str, Any],
        hand_out: Callable[[AirbyteMessage], None],
        config_path: Path | None,
        *,
        saves: bool | None = None,
    ) -> None:
        self._config = dict(config)
        self._hand_out = hand_out
        saves = os.environ.get(SAVE_TOKENS_VARIABLE) == "1" if saves is None else saves
        self._config_path = config_path if saves else None
        self._unsaved_path = None if saves else config_path
        self._own_tokens = {_refresh_token_of(config)}
        self._has_warned = False

    def save_rotated(self, tokens: Tokens) -> None:
        """Save new tokens: first in the file, because the output may have no reader any more."""
        self._config = with_tokens(self._config, tokens)
        if self._config_path:
            self._save(self._config_path, tokens)
        self._own_tokens.add(_refresh_token_of(self._config))
        self._hand_out(create_connector_config_control_message(self._config))
        if self._unsaved_path:
            LOGGER.info(
                "Pinterest has replaced the refresh token. The new one is in a CONTROL message, and "
                f"{self._unsaved_path} keeps the old one. With {SAVE_TOKENS_VARIABLE}=1 in the environment, it is "
                "written there."
            )
            self._unsaved_path = None  # once is enough

    def _save(self, path: Path, tokens: Tokens) -> None:
        """Replace the tokens in the present content of the file, which the user may have edited during the sync.

        A refresh token from outside of this sync stays: the user has signed in again.
        """
        try:
            present = read_object(path)
            if _refresh_token_of(present) in self._own_tokens:
                write_private(path.resolve(), with_tokens(present, tokens))  # a link to the file stays a link
            else:
                LOGGER.info(f"{path} has another sign-in by now, which is kept.")
        except (OSError, AirbyteTracedException) as error:
            if not self._has_warned:
                why = error.strerror if isinstance(error, OSError) else "no JSON object"
                LOGGER.warning(
                    f"The new refresh token can't be saved in {path} ({why}). The sync continues; if the old "
                    "one is rejected next time, sign in again."
                )
            self._has_warned = True


def with_tokens(config: Mapping[str, Any], tokens: Tokens) -> dict[str, Any]:
    """Return the config with new tokens in the fields where it has tokens."""
    nested = config.get("credentials")
    holder = dict(nested) if isinstance(nested, Mapping) and nested else dict(config)
    holder["refresh_token"] = tokens.refresh_token
    if "token_expiry_date" in holder:
        holder |= access_of(tokens)
    return {**config, "credentials": holder} if nested else holder


def _refresh_token_of(config: Mapping[str, Any]) -> str:
    nested = config.get("credentials")
    holder = nested if isinstance(nested, Mapping) and nested else config
    return str(holder.get("refresh_token") or "").strip()


def access_of(tokens: Tokens) -> dict[str, str]:
    """Return the fields of a config that hold an access token and its expiry date, in UTC."""
    expiry = pendulum.now("UTC").add(seconds=tokens.lifetime_seconds)
    return {"access_token": tokens.access_token, "token_expiry_date": expiry.to_iso8601_string()}


def make_private(folder: Path) -> None:
    """Create a folder and its missing parents, each accessible only to its owner.

    Raises:
        OSError: it can't be created, or another user than root owns it and could replace what it holds.
    """
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    existing = missing[-1].parent if missing else folder
    if existing.stat().st_uid not in (os.geteuid(), 0):
        raise PermissionError(errno.EPERM, f"{existing} belongs to another user")
    for path in (*reversed(missing), folder):
        path.mkdir(mode=0o700, exist_ok=True)


def write_private(path: Path, content: Any) -> None:
    """Replace a file by one with other content as JSON, as `write_private_text` does."""
    write_private_text(path, json.dumps(content, indent=2))


def write_private_text(path: Path, text: str) -> None:
    """Replace a file in one step by a file that only its owner can read. A reader sees the old or the new content.

    A link is replaced, not followed.

    Raises:
        OSError: the file can't be replaced. It keeps its old content.
    """
    descriptor, draft = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".draft", dir=path.parent)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(descriptor)
        Path(draft).replace(path)
        with suppress(OSError):  # some file systems sync no folder
            folder = os.open(path.parent, os.O_RDONLY)
            os.fsync(folder)
            os.close(folder)
    except BaseException:
        with suppress(OSError):
            Path(draft).unlink()
        raise

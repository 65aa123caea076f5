"""Where does a rotated refresh token go? To the platform, and on a laptop back into the config file."""

import glob
import json
import logging
import os
import tempfile
import time
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

_ABANDONED_AFTER_SECONDS = 60.0
"""A draft that is older was left by a writer that was killed. Writing one takes milliseconds."""

SAVE_TOKENS_VARIABLE = "PINTEREST_SAVE_TOKENS"
"""Set to 1 to have a rotated refresh token written back into the config file."""


class TokenStore:
    """Hands a rotated refresh token on, so that the end of the process at any moment leaves it somewhere.

    Args:
        config: as it came in; it keeps its shape.
        hand_out: takes the control message for the platform, and has it out when it returns.
        config_path: the file it came from; None where nothing is to be written back.
    """

    def __init__(
        self, config: Mapping[str, Any], hand_out: Callable[[AirbyteMessage], None], config_path: Path | None
    ) -> None:
        self._config = dict(config)
        self._hand_out = hand_out
        self._config_path = config_path if os.environ.get(SAVE_TOKENS_VARIABLE) == "1" else None
        self._has_warned = False

    def rotated(self, tokens: Tokens) -> None:
        """Hand on what Pinterest's token endpoint gave: into the file first, since nobody may be reading our output."""
        self._config = with_tokens(self._config, tokens)
        if self._config_path:
            self._save(self._config_path, tokens)
        self._hand_out(create_connector_config_control_message(self._config))

    def _save(self, path: Path, tokens: Tokens) -> None:
        """Replace the tokens in the file as it is now: the user may have edited it since the sync began."""
        try:
            write_private(path, with_tokens(read_object(path), tokens))
        except (OSError, AirbyteTracedException) as error:
            if not self._has_warned:
                why = error.strerror if isinstance(error, OSError) else "no JSON object"
                LOGGER.warning(
                    f"The new refresh token can't be saved in {path} ({why}). The sync goes on; if the old "
                    "one is refused next time, authenticate again."
                )
            self._has_warned = True


def with_tokens(config: Mapping[str, Any], tokens: Tokens) -> dict[str, Any]:
    """The config with the newest tokens in the places where it holds them."""
    nested = config.get("credentials")
    holder = dict(nested) if isinstance(nested, Mapping) and nested else dict(config)
    holder["refresh_token"] = tokens.refresh_token
    if "token_expiry_date" in holder:
        holder |= access_of(tokens)
    return {**config, "credentials": holder} if nested else holder


def access_of(tokens: Tokens) -> dict[str, str]:
    """The fields of a config in which an access token stands, with its end in UTC."""
    ends = pendulum.now("UTC").add(seconds=tokens.lifetime_seconds)
    return {"access_token": tokens.access_token, "token_expiry_date": ends.to_iso8601_string()}


def write_private(path: Path, content: Any) -> None:
    """Replace a file as a whole, readable by its owner alone: whoever reads it sees the old content or the new.

    A link to the file stays a link. Drafts that killed writers have left are removed.

    Raises:
        OSError: the old content stands.
    """
    target = path.resolve()
    _remove_abandoned_drafts(target)
    descriptor, draft = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".draft", dir=target.parent)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(content, file, indent=2)
            file.flush()
            os.fsync(descriptor)
        Path(draft).replace(target)
    except BaseException:
        with suppress(OSError):
            Path(draft).unlink()
        raise


def _remove_abandoned_drafts(target: Path) -> None:
    with suppress(OSError):  # a folder that can't be listed, or another writer was faster
        for draft in target.parent.glob(f".{glob.escape(target.name)}.????????.draft"):
            if time.time() - draft.stat().st_mtime > _ABANDONED_AFTER_SECONDS:
                draft.unlink()

"""Where does a rotated refresh token go? To the platform, and on a laptop back into the config file."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pendulum
from airbyte_cdk.config_observation import create_connector_config_control_message
from airbyte_cdk.sources.message import MessageRepository

from source_pinterest.api.tokens import Tokens

SAVE_TOKENS_VARIABLE = "PINTEREST_SAVE_TOKENS"
"""Set to 1 to have a rotated refresh token written back into the config file."""


class TokenStore:
    """Hands a rotated refresh token on.

    Args:
        config: as it came in; it keeps its shape.
        repository: takes the control message for the platform.
        config_path: the file it came from; None where nothing is to be written back.
    """

    def __init__(self, config: Mapping[str, Any], repository: MessageRepository, config_path: Path | None) -> None:
        self._config = dict(config)
        self._repository = repository
        self._config_path = config_path if os.environ.get(SAVE_TOKENS_VARIABLE) == "1" else None

    def rotated(self, tokens: Tokens) -> None:
        """Hand on what Pinterest's token endpoint gave."""
        self._config = with_tokens(self._config, tokens)
        self._repository.emit_message(create_connector_config_control_message(self._config))
        if self._config_path:
            write_private(self._config_path, self._config)


def with_tokens(config: Mapping[str, Any], tokens: Tokens) -> dict[str, Any]:
    """The config with the newest tokens in the places where it holds them."""
    nested = config.get("credentials")
    holder = dict(nested) if isinstance(nested, Mapping) and nested else dict(config)
    holder["refresh_token"] = tokens.refresh_token
    if "token_expiry_date" in holder:
        holder["access_token"] = tokens.access_token
        holder["token_expiry_date"] = pendulum.now("UTC").add(seconds=tokens.lifetime_seconds).to_iso8601_string()
    return {**config, "credentials": holder} if nested else holder


def write_private(path: Path, config: Mapping[str, Any]) -> None:
    """Replace the file as a whole, readable by its owner alone."""
    draft = path.with_suffix(".new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(config, file, indent=2)
    draft.replace(path)

"""What is in a file that the command line names? Whatever is wrong with it, the message names the file."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from airbyte_cdk.models import (
    AirbyteStateMessage,
    AirbyteStateMessageSerializer,
    AirbyteStateType,
    ConfiguredAirbyteCatalog,
    ConfiguredAirbyteCatalogSerializer,
)
from airbyte_cdk.utils import AirbyteTracedException

from source_pinterest.config.credentials import keep_secrets_of
from source_pinterest.config.options import refusal


def read_object(path: Path, option: str = "config") -> dict[str, Any]:
    """The JSON object in a file, in UTF-8 or, as some shells write it, in UTF-16, with a byte order mark or without.

    If it is a config, no message shows its secrets from now on.

    Args:
        path: of the file.
        option: of the command line, which names it.

    Raises:
        AirbyteTracedException: there is none.
    """
    content = _content(path, option)
    if not isinstance(content, dict):
        raise refusal(f"{path} does not hold a JSON object. Fix it, or name another file with --{option}.")
    keep_secrets_of(content)
    return content


def read_configured_catalog(path: Path) -> ConfiguredAirbyteCatalog:
    """The catalog in a file.

    Raises:
        AirbyteTracedException: there is none.
    """
    content = read_object(path, "catalog")
    try:
        return ConfiguredAirbyteCatalogSerializer.load(content)
    except ValueError as error:
        raise refusal(
            f"{path} does not hold a configured catalog ({_on_one_line(error)}). Fix it, or write a new one with "
            "python -m source_pinterest.catalog.",
        ) from error


def read_states(path: Path) -> list[AirbyteStateMessage]:
    """The states in a file: one or a list of those that a sync prints, or a mapping of streams to states as of old.

    Raises:
        AirbyteTracedException: it holds something else.
    """
    content = _content(path, "state")
    if not isinstance(content, Mapping | list):
        raise _no_state(path, "neither a list nor an object")
    entries = content if isinstance(content, list) else _entries(content)
    try:
        states = [AirbyteStateMessageSerializer.load(entry) for entry in entries]
    except ValueError as error:
        raise _no_state(path, _on_one_line(error)) from error
    if not all(state.stream and state.type is AirbyteStateType.STREAM for state in states):
        raise _no_state(path, "only states of type STREAM are read, which name their stream")
    return states


def _no_state(path: Path, why: str) -> AirbyteTracedException:
    return refusal(f"{path} does not hold a state ({why}). Fix it, or leave --state out: the sync then begins anew.")


def _entries(content: Mapping[str, Any]) -> list[Any]:
    if isinstance(content.get("type"), str):
        return [content]
    return [
        {"type": "STREAM", "stream": {"stream_descriptor": {"name": name}, "stream_state": state}}
        for name, state in content.items()
        if isinstance(state, dict)
    ]


def _content(path: Path, option: str) -> Any:
    if str(path).startswith("{"):  # which may hold secrets
        raise refusal(f"--{option} takes the path of a file, not its contents. Write them into a file, and name it.")
    try:
        content = path.read_bytes()
        if content.strip():
            return json.loads(content)
    except OSError as error:
        raise refusal(f"{path} can't be read ({error.strerror}). Name another file with --{option}.") from error
    except (ValueError, RecursionError) as error:
        raise refusal(
            f"{path} can't be read as JSON ({_on_one_line(error)}). Fix it, or name another file with --{option}.",
        ) from error
    raise refusal(f"{path} is empty. Fix it, or name another file with --{option}.")


def _on_one_line(error: Exception) -> str:
    return " ".join(str(error).split())


_TEXTS = ("account_id", "client_id", "client_secret", "refresh_token", "access_token")
_LISTS_OF_TEXTS = ("account_ids", "exclude_account_ids")
_WINDOWS = ("click_window_days", "engagement_window_days", "view_window_days")


def in_current_form(raw: Mapping[str, Any]) -> dict[str, Any]:
    """A config of any age as the form of today saves it; a new one comes back as it is.

    An ID or a credential that is a number becomes text, at the top or within `credentials`. In a custom report, an
    attribution window becomes a number where it was a list with one (`[30]`), and is left out where it was an empty
    list or null.
    """
    today = _with_texts(raw)
    for key in _LISTS_OF_TEXTS:
        if isinstance(listed := today.get(key), list):
            today[key] = [_text(entry) for entry in listed]
    if isinstance(credentials := today.get("credentials"), Mapping):
        today["credentials"] = _with_texts(credentials)
    if isinstance(reports := today.get("custom_reports"), list):
        today["custom_reports"] = [
            _with_windows(report) if isinstance(report, Mapping) else report for report in reports
        ]
    return today


def _with_texts(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _text(value) if key in _TEXTS else value for key, value in fields.items()}


def _text(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _with_windows(report: Mapping[str, Any]) -> dict[str, Any]:
    fields = {key: _number(value) if key in _WINDOWS else value for key, value in report.items()}
    return {key: value for key, value in fields.items() if key not in _WINDOWS or value is not None}


def _number(value: Any) -> Any:
    match value:
        case []:
            return None
        case [one]:
            return one
        case _:
            return value

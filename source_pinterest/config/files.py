"""Files that the command line names: configurations, catalogs and states.

Every error names the file. `in_current_form` converts configurations that an official form has saved.
"""

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
from source_pinterest.config.options import config_error

_TEXT_OPTIONS = ("account_id", "client_id", "client_secret", "refresh_token", "access_token")
_TEXT_LIST_OPTIONS = ("account_ids", "exclude_account_ids")
_WINDOW_OPTIONS = ("click_window_days", "engagement_window_days", "view_window_days")


def read_object(path: Path, option: str = "config") -> dict[str, Any]:
    """Return the JSON object in a file, and mask the secrets in it in all later messages.

    The file is in UTF-8 or, as some shells write it, in UTF-16, with or without a byte order mark.

    Args:
        path: the path of the file.
        option: the option of the command line that names the file.

    Raises:
        AirbyteTracedException: the file can't be read or holds no JSON object.
    """
    content = _content(path, option)
    if not isinstance(content, dict):
        raise config_error(f"{path} does not hold a JSON object. Fix it, or name another file with --{option}.")
    keep_secrets_of(content)
    return content


def read_configured_catalog(path: Path) -> ConfiguredAirbyteCatalog:
    """Return the configured catalog in a file.

    Raises:
        AirbyteTracedException: the file can't be read or holds no configured catalog.
    """
    content = read_object(path, "catalog")
    try:
        return ConfiguredAirbyteCatalogSerializer.load(content)
    except ValueError as error:
        raise config_error(
            f"{path} does not hold a configured catalog ({_on_one_line(error)}). Fix it, or write a new one with "
            "python -m source_pinterest.catalog.",
        ) from error


def read_states(path: Path) -> list[AirbyteStateMessage]:
    """Return the states in a file.

    The file holds one state or a list of states as a sync prints them, with or without the STATE messages around them.
    In the older form, it is a mapping of streams to states.

    Raises:
        AirbyteTracedException: the file can't be read or holds something else.
    """
    content = _content(path, "state")
    if not isinstance(content, Mapping | list):
        raise _no_state(path, "not a list or an object")
    entries = [_state_in(entry) for entry in (content if isinstance(content, list) else _entries(content))]
    try:
        states = [AirbyteStateMessageSerializer.load(entry) for entry in entries]
    except ValueError as error:
        raise _no_state(path, _on_one_line(error)) from error
    if not all(state.stream and state.type is AirbyteStateType.STREAM for state in states):
        raise _no_state(path, "only states of type STREAM are read, which name their stream")
    return states


def in_current_form(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return a config as the current form saves it, also one that the official connector or an API has saved.

    IDs and credentials that are numbers become strings, at the top level and in `credentials`. In custom reports, an
    attribution window that is a list, as before 2.1.24, becomes its only number (`[30]` becomes `30`); empty lists and
    nulls are skipped.
    """
    converted = _with_strings(raw)
    for key in _TEXT_LIST_OPTIONS:
        if isinstance(ids := converted.get(key), list):
            converted[key] = [_as_text(account_id) for account_id in ids]
    if isinstance(credentials := converted.get("credentials"), Mapping):
        converted["credentials"] = _with_strings(credentials)
    if isinstance(reports := converted.get("custom_reports"), list):
        converted["custom_reports"] = [
            _with_windows(report) if isinstance(report, Mapping) else report for report in reports
        ]
    return converted


def _content(path: Path, option: str) -> Any:
    if str(path).startswith("{"):  # the contents instead of a path; they may hold secrets and are not quoted
        raise config_error(
            f"--{option} takes the path of a file, not its contents. Write them into a file, and name it."
        )
    try:
        content = path.read_bytes()
        if content.strip():
            return json.loads(content)
    except OSError as error:
        raise config_error(f"{path} can't be read ({error.strerror}). Name another file with --{option}.") from error
    except (ValueError, RecursionError) as error:
        raise config_error(
            f"{path} can't be read as JSON ({_on_one_line(error)}). Fix it, or name another file with --{option}.",
        ) from error
    raise config_error(f"{path} is empty. Fix it, or name another file with --{option}.")


def _no_state(path: Path, reason: str) -> AirbyteTracedException:
    return config_error(
        f"{path} does not hold a state ({reason}). Fix it, or leave --state out: the sync then starts from the "
        "beginning."
    )


def _entries(content: Mapping[str, Any]) -> list[Any]:
    if isinstance(content.get("type"), str):
        return [content]
    return [
        {
            "type": "STREAM",
            "stream": {
                "stream_descriptor": {"name": name},
                "stream_state": state if isinstance(state, dict) else {"state": state},
            },
        }
        for name, state in content.items()
        if state is not None
    ]


def _state_in(entry: Any) -> Any:
    """Return the state of a STATE message; any other entry as it is."""
    is_message = isinstance(entry, dict) and entry.get("type") == "STATE" and "state" in entry
    return entry["state"] if is_message else entry


def _on_one_line(error: Exception) -> str:
    return " ".join(str(error).split())


def _with_strings(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {key: _as_text(value) if key in _TEXT_OPTIONS else value for key, value in fields.items()}


def _as_text(value: Any) -> Any:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _with_windows(report: Mapping[str, Any]) -> dict[str, Any]:
    fields = dict(report)
    for key in _WINDOW_OPTIONS:
        match fields.pop(key, None):
            case None | []:
                pass
            case [number] | number:
                fields[key] = number
    return fields

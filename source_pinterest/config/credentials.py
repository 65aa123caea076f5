"""The credentials of a configuration, read from each form in which configurations have held them.

https://developers.pinterest.com/docs/getting-started/set-up-authentication-and-authorization/
"""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pendulum
from pendulum import DateTime

from source_pinterest.config.options import config_error, without_blanks
from source_pinterest.masking import SECRETS

_METHOD = "Authorization Method (auth_method)"
_METHODS = "oauth2.0, client_credentials (App Credentials) or access_token"
_TITLES = {
    "client_id": "Client ID",
    "client_secret": "Client Secret",
    "refresh_token": "Refresh Token",
    "access_token": "Access Token",
}
_NO_SECRET = ("auth_method", "token_expiry_date")
_BEGINNINGS = {"access_token": "pina", "refresh_token": "pinr"}
"""How Pinterest's tokens begin, according to its Token Debugger."""
SIGN_IN = (
    "click Authenticate in the connection's source settings, or run python -m source_pinterest.authorize --config with "
    "this configuration's file"
)
"""How a user signs in, on a platform or at a terminal. A message ends with it."""
_HEADER_VALUE = re.compile(r"[!-~]+")
_PUNCTUATION = re.compile(r"[\W_]")


@dataclass(frozen=True, slots=True)
class AppCredentials:
    """An app, for which the token endpoint issues access tokens to the account of its owner, without a refresh token.

    https://developers.pinterest.com/docs/api/v5/oauth-token
    """

    client_id: str
    client_secret: str = field(repr=False)

    @property
    def basic_token(self) -> str:
        """The app's Basic authorization for the token endpoint. It contains the client secret, so it is secret too."""
        return base64.b64encode(f"{self.client_id}:{self.client_secret}".encode()).decode()


@dataclass(frozen=True, slots=True)
class OAuthCredentials(AppCredentials):
    """An app and a refresh token of its user, for which the token endpoint issues access tokens."""

    refresh_token: str = field(repr=False)
    access_token: str | None = field(default=None, repr=False)
    token_expiry_date: DateTime | None = None

    def usable_access_token(self, now: DateTime | None = None) -> str | None:
        """Return the access token of the config, or None if it has expired or its expiry is unknown."""
        if self.token_expiry_date is None or self.token_expiry_date <= (now or pendulum.now("UTC")):
            return None
        return self.access_token


@dataclass(frozen=True, slots=True)
class AccessTokenCredentials:
    """A ready-made access token, valid for at most 30 days."""

    access_token: str = field(repr=False)


Credentials = OAuthCredentials | AppCredentials | AccessTokenCredentials


def keep_secrets_of(options: Mapping[str, Any]) -> None:
    """Mask the secrets of a config in all later messages, even if the config turns out to be invalid.

    Every text under `credentials` is masked, because a user may have entered a token into another field.
    """
    pending, secrets = [options.get("credentials"), *(options.get(key) for key in _TITLES)], []
    while pending:
        value = pending.pop()
        if isinstance(value, Mapping):
            pending += [inner for key, inner in value.items() if key not in _NO_SECRET]
        elif isinstance(value, list):
            pending += value
        elif type(value) in (str, int):
            secrets.append(str(value))
    SECRETS.keep(*secrets, *(secret.strip() for secret in secrets))


def fits_a_header(credential: str) -> bool:
    """Return whether a credential can be sent in a header: printable ASCII without spaces."""
    return _HEADER_VALUE.fullmatch(credential) is not None


def read_credentials(options: Mapping[str, Any]) -> Credentials:
    """Read the credentials of a config.

    Args:
        options: the whole config. The fields are under `credentials`, with or without `auth_method`, or, in older
            configs, at the top level: `{"client_id": ..., "client_secret": ..., "refresh_token": ...}` or
            `{"access_token": ...}`.

    Raises:
        AirbyteTracedException: there are no credentials, or a field is missing or unusable; the message names it.
    """
    keep_secrets_of(options)
    nested = options.get("credentials", {})
    if not isinstance(nested, Mapping):
        raise config_error(f"{_METHOD}: choose {_METHODS}, and fill in its fields under credentials.")
    fields = {**{key: options[key] for key in _TITLES if key in options}, **without_blanks(nested)}
    entered = fields.get("auth_method") or _method_of(fields)
    method = _PUNCTUATION.sub("", str(entered)).lower()  # the official documentation spells it OAuth2.0 in places
    if method == "accesstoken":
        _require(fields, "access_token")
        return AccessTokenCredentials(_token(fields, "access_token"))
    if method == "clientcredentials":
        _require(fields, "client_id", "client_secret")
        return AppCredentials(_text(fields, "client_id"), _text(fields, "client_secret"))
    if method != "oauth20":
        raise config_error(f"{_METHOD}: {entered!r} can't be used. Choose {_METHODS}.")
    _require(fields, "client_id", "client_secret", "refresh_token")
    return OAuthCredentials(
        client_id=_text(fields, "client_id"),
        client_secret=_text(fields, "client_secret"),
        refresh_token=_token(fields, "refresh_token"),
        access_token=_text(fields, "access_token") if "access_token" in fields else None,
        token_expiry_date=_moment(fields.get("token_expiry_date")),
    )


def _method_of(fields: Mapping[str, Any]) -> str:
    if "access_token" in fields and "refresh_token" not in fields:
        return "access_token"
    if any(key in fields for key in _TITLES):
        return "oauth2.0"
    raise config_error(
        f"{_METHOD}: there are no credentials yet. Choose OAuth2.0 and sign in: {SIGN_IN}. Or enter an access token.",
    )


def _require(fields: Mapping[str, Any], *keys: str) -> None:
    missing = [f"{_TITLES[key]} ({key})" for key in keys if key not in fields]
    if missing:
        raise config_error(
            f"{_METHOD}: enter the missing {' and '.join(missing)}, or choose OAuth2.0 and sign in: {SIGN_IN}.",
        )


def _text(fields: Mapping[str, Any], key: str) -> str:
    value = fields[key]
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise config_error(f"{_METHOD}: {_TITLES[key]} ({key}) must be text. Enter it again.")
    if not fits_a_header(str(value)):
        raise config_error(
            f"{_METHOD}: {_TITLES[key]} ({key}) contains a space, a line break or a letter outside ASCII. "
            "Copy it again, without anything around it.",
        )
    return str(value)


def _token(fields: Mapping[str, Any], key: str) -> str:
    token = _text(fields, key)
    for other, beginning in _BEGINNINGS.items():
        if other != key and token.startswith(beginning):
            raise config_error(
                f"{_METHOD}: {_TITLES[key]} ({key}) holds the {_TITLES[other].lower()}, which begins with {beginning}. "
                f"Enter the {_TITLES[key].lower()}, which begins with {_BEGINNINGS[key]}, or choose the method for "
                "yours."
            )
    return token


def _moment(value: Any) -> DateTime | None:
    """Return the time at which a token expires, as the platform or an older connector wrote it."""
    if value is None:
        return None
    try:
        parsed = pendulum.parse(value) if isinstance(value, str) else None
    except (ValueError, TypeError, OverflowError):  # pendulum raises each of them, depending on the text
        parsed = None
    if not isinstance(parsed, DateTime):
        raise config_error(
            f"{_METHOD}: token_expiry_date must be a time such as 2026-01-31T12:00:00Z. Correct it, or remove it: "
            "the connector then gets a new access token.",
        )
    return parsed

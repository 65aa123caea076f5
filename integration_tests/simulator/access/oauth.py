"""Issue, check, refresh and revoke the tokens of the simulated user.

https://developers.pinterest.com/docs/api/v5/oauth-token: Basic authentication, a form, access tokens that expire and
refresh tokens that rotate.
"""

from base64 import b64encode
from collections.abc import Callable, Mapping
from enum import StrEnum
from html import escape
from itertools import count
from typing import Any
from urllib.parse import urlencode

from integration_tests.simulator.analytics.columns import names_in
from integration_tests.simulator.calls.errors import (
    bad_request,
    invalid_grant,
    missing_scope,
    unauthenticated,
)

CLIENT_ID = "1234567"
CLIENT_SECRET = "false-client-secret"
ALL_SCOPES = names_in("""
    ads:read billing:read biz_access:read boards:read boards:read_secret catalogs:read pins:read pins:read_secret
    user_accounts:read
""")
ACCESS_LIFETIME_SECONDS = 2_592_000
REFRESH_LIFETIME_SECONDS = 5_184_000
_BASIC = b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
_FORMS = {
    "authorization_code": {"grant_type", "code", "redirect_uri", "continuous_refresh"},
    "refresh_token": {"grant_type", "refresh_token", "scope"},
    "client_credentials": {"grant_type", "scope"},
}

_CONSENT_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>A local Pinterest</title>
<style>
body {{ max-width: 34em; margin: 8vh auto; padding: 0 1em; font: 1em/1.5 sans-serif; color: #222 }}
h1 {{ font-size: 1.5em }}
ul {{ columns: 2 }}
button {{ font: inherit; padding: .4em 1.2em; margin-right: .6em }}
</style>
<p>A local Pinterest, a simulation for tests</p>
<h1>Give access to app {app}?</h1>
<p>It requests these permissions:</p>
<ul>{scopes}</ul>
<form method="post">
<button name="answer" value="agree">Give access</button><button name="answer" value="decline">Cancel</button>
</form>
"""


class Rotation(StrEnum):
    """What a refresh does to the refresh token that was used."""

    KEEP = "keep"  # a new one is given, the old one stays valid
    REVOKE = "revoke"  # a new one is given, the old one dies
    NONE = "none"  # no new one is given


class Tokens:
    """All tokens of one simulated user."""

    def __init__(
        self,
        clock: Callable[[], float],
        *,
        scopes: tuple[str, ...] = ALL_SCOPES,
        rotation: Rotation = Rotation.KEEP,
    ) -> None:
        self._clock = clock
        self._scopes = scopes
        self._rotation = rotation
        self._serial = count(1)
        self._access: dict[str, float] = {}
        self._of_app: set[str] = set()
        self._refresh: set[str] = set()
        self._codes: dict[str, str] = {}
        self._rejection_status: int | None = None
        self.secrets: list[str] = [CLIENT_SECRET, _BASIC]
        self.refresh_token = self._new_refresh_token()

    def consent_page(self, query: Mapping[str, str]) -> str:
        """The page that asks the user, whose buttons post its own address."""
        if query.get("client_id") != CLIENT_ID or query.get("response_type") != "code" or "redirect_uri" not in query:
            raise bad_request("Invalid consent request.")
        asked = "".join(f"<li>{escape(scope)}" for scope in query.get("scope", "").split(",") if scope)
        return _CONSENT_PAGE.format(app=CLIENT_ID, scopes=asked)

    def authorize(self, query: Mapping[str, str], *, is_declined: bool = False) -> str:
        """Where the consent page sends the user's browser once they have answered."""
        self.consent_page(query)
        answer = {"error": "access_denied"}
        if not is_declined:
            answer = {"code": self._secret("code")}
            self._codes[answer["code"]] = query["redirect_uri"]
        return f"{query['redirect_uri']}?{urlencode({**answer, 'state': query.get('state', '')})}"

    def grant(self, authorization: str, form: Mapping[str, str]) -> dict[str, Any]:
        """The answer to POST /oauth/token."""
        if authorization != f"Basic {_BASIC}":
            raise unauthenticated()
        grant_type = form.get("grant_type", "")
        if grant_type not in _FORMS:
            raise bad_request(f"grant_type '{grant_type}' is not one of {list(_FORMS)}.")
        unknown = set(form) - _FORMS[grant_type]
        if unknown:
            raise bad_request(f"Unknown parameters {sorted(unknown)}.")
        if grant_type == "client_credentials":
            return self._issue_to_app(form)
        return self._exchange(form) if grant_type == "authorization_code" else self._renew(form)

    def check(self, authorization: str, *, takes_app_token: bool) -> None:
        """Rejects a call without a valid access token, and one with a token that the operation does not take."""
        kind, _, token = authorization.partition(" ")
        if kind != "Bearer" or self._access.get(token, float("-inf")) <= self._clock():
            raise unauthenticated()
        if token in self._of_app and not takes_app_token:
            raise missing_scope()

    def check_scopes(self, scopes: tuple[str, ...]) -> None:
        missing = [scope for scope in scopes if scope not in self._scopes]
        if missing:
            raise missing_scope(*missing)

    def issue_access_token(self) -> str:
        token = self._secret("pina")
        self._access[token] = self._clock() + ACCESS_LIFETIME_SECONDS
        return token

    def expire_access(self) -> None:
        """Every access token given out so far dies."""
        self._access.clear()

    def revoke(self, status: int) -> None:
        """The user takes the app's permission away: no token works any more."""
        self.expire_access()
        self._rejection_status = status

    def _exchange(self, form: Mapping[str, str]) -> dict[str, Any]:
        redirect_uri = self._codes.pop(form.get("code", ""), None)
        if redirect_uri is None or redirect_uri != form.get("redirect_uri"):
            raise invalid_grant()
        return self._answer("authorization_code") | self._rotated()

    def _issue_to_app(self, form: Mapping[str, str]) -> dict[str, Any]:
        if not form.get("scope"):
            raise bad_request("Missing required parameter 'scope'.")
        asked = form["scope"].split(",")
        answer = self._answer("client_credentials")
        self._of_app.add(answer["access_token"])
        return answer | {"scope": " ".join(scope for scope in self._scopes if scope in asked)}

    def _renew(self, form: Mapping[str, str]) -> dict[str, Any]:
        used = form.get("refresh_token", "")
        if self._rejection_status is not None:
            raise invalid_grant(self._rejection_status)
        if used not in self._refresh:
            raise invalid_grant()
        if self._rotation is Rotation.NONE:
            return self._answer("refresh_token")
        if self._rotation is Rotation.REVOKE:
            self._refresh.discard(used)
        return self._answer("refresh_token") | self._rotated()

    def _answer(self, response_type: str) -> dict[str, Any]:
        return {
            "access_token": self.issue_access_token(),
            "token_type": "bearer",
            "expires_in": ACCESS_LIFETIME_SECONDS,
            "scope": " ".join(self._scopes),
            "response_type": response_type,
        }

    def _rotated(self) -> dict[str, Any]:
        self.refresh_token = self._new_refresh_token()
        return {
            "refresh_token": self.refresh_token,
            "refresh_token_expires_in": REFRESH_LIFETIME_SECONDS,
            "refresh_token_expires_at": int(self._clock()) + REFRESH_LIFETIME_SECONDS,
        }

    def _new_refresh_token(self) -> str:
        token = self._secret("pinr")
        self._refresh.add(token)
        return token

    def _secret(self, prefix: str) -> str:
        secret = f"{prefix}_false_{next(self._serial):06}_0123456789abcdef"
        self.secrets.append(secret)
        return secret

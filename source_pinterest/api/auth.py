"""Which token goes on a call, and what happens when Pinterest no longer takes it?

https://developers.pinterest.com/docs/getting-started/set-up-authentication-and-authorization/
"""

import re
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any

import requests
from airbyte_cdk.utils.airbyte_secrets_utils import add_to_secrets
from requests.auth import AuthBase

from source_pinterest.api.errors import AuthenticationError, TokenEndpointError
from source_pinterest.config import AccessTokenCredentials, OAuthCredentials

_MOST_RETRIES = 3
_MOST_REJECTIONS = 2
"""So many tokens may be rejected with none accepted in between; after that, new ones are no help."""

_FIRST_PAUSE_SECONDS = 0.5
_EXPIRY_MARGIN_SECONDS = 60.0
_ASSUMED_LIFETIME_SECONDS = 3600.0
"""For an answer without `expires_in`; Pinterest's tokens live 30 days."""

AUTHENTICATE_AGAIN = "Authenticate again: open the connection's source settings and click Authenticate."


class PinterestAuthenticator(AuthBase, ABC):
    """Puts a token on each call."""

    granted: frozenset[str] = frozenset()
    """The permissions that Pinterest says the token carries; none where it does not say."""

    @abstractmethod
    def replace(self, rejected: str) -> None:
        """Get another token after Pinterest rejected this one.

        Raises:
            AuthenticationError: there is no other.
        """

    @abstractmethod
    def accepted(self, token: str) -> None:
        """Tell that Pinterest took this token."""


def bearer_of(request: requests.PreparedRequest | None) -> str:
    """The token a request went out with."""
    headers = request.headers if request is not None else {}
    return str(headers.get("Authorization", "")).removeprefix("Bearer ")


def lifetime_seconds(answer: Mapping[str, Any]) -> float:
    """How long the access token of a token endpoint's answer lives; an hour where the answer makes no sense."""
    try:
        lifetime = float(answer.get("expires_in") or 0)
    except (TypeError, ValueError):
        return _ASSUMED_LIFETIME_SECONDS
    return lifetime if lifetime > 0 else _ASSUMED_LIFETIME_SECONDS


class AccessTokenAuthenticator(PinterestAuthenticator):
    """A token without a way to renew it."""

    def __init__(self, credentials: AccessTokenCredentials) -> None:
        self._token = credentials.access_token
        add_to_secrets(self._token)

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Put the token on a request."""
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request

    def replace(self, rejected: str) -> None:
        """Refuse: a plain access token can't be renewed."""
        del rejected
        raise AuthenticationError(
            f"Pinterest does not accept the access token: it has expired or was revoked. Enter a new one, or better, "
            f"use OAuth2.0, which renews itself. {AUTHENTICATE_AGAIN}",
        )

    def accepted(self, token: str) -> None:
        """Nothing to note."""


class OAuthAuthenticator(PinterestAuthenticator):
    """One access token for all streams, renewed before it expires or when Pinterest rejects it.

    Args:
        token_url: Pinterest's `oauth/token`.
        credentials: of the app and of its user.
        session: sends the refresh; knows no token.
        max_retries: how often a refresh that failed on Pinterest's side is tried again.
        on_rotation: called with the answer when it carries another refresh token, with no lock held.
        clock: seconds that only grow.
    """

    def __init__(
        self,
        token_url: str,
        credentials: OAuthCredentials,
        session: requests.Session,
        max_retries: int,
        on_rotation: Callable[[Mapping[str, Any]], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._token_url = token_url
        self._credentials = credentials
        self._session = session
        self._attempts = 1 + min(max_retries, _MOST_RETRIES)
        self._on_rotation = on_rotation
        self._clock = clock
        self._lock = threading.Lock()
        self._refresh_token = credentials.refresh_token
        self._access_token, self._expires_at = credentials.usable_access_token(), float("inf")
        self._rejections_in_a_row = 0
        self._failure: AuthenticationError | None = None
        for secret in credentials.secrets():
            add_to_secrets(secret)

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Put the token on a request."""
        request.headers["Authorization"] = f"Bearer {self._valid_token()}"
        return request

    def accepted(self, token: str) -> None:
        """Note that Pinterest took the token, so that a later refusal means that it was revoked."""
        if self._rejections_in_a_row and token == self._access_token:
            self._rejections_in_a_row = 0

    def replace(self, rejected: str) -> None:
        """Renew the token, unless another thread already did.

        Raises:
            AuthenticationError: the refresh token is refused, or Pinterest rejects a token it has just made.
        """
        rotated = None
        with self._lock:
            if rejected == self._access_token:
                self._rejections_in_a_row += 1
                if self._rejections_in_a_row > _MOST_REJECTIONS:
                    raise AuthenticationError(
                        f"Pinterest rejects even an access token that it has just issued. {AUTHENTICATE_AGAIN}",
                    )
                rotated = self._refresh()
        self._tell(rotated)

    def _valid_token(self) -> str:
        rotated = None
        with self._lock:
            if not self._access_token or self._clock() >= self._expires_at:
                rotated = self._refresh()
            token = self._access_token
        self._tell(rotated)
        return str(token)

    def _tell(self, rotated: Mapping[str, Any] | None) -> None:
        if rotated:
            self._on_rotation(rotated)

    def _refresh(self) -> Mapping[str, Any] | None:
        """Renew the token, holding the lock; the answer is returned when it brought another refresh token."""
        if self._failure:
            raise self._failure
        answer = self._ask_for_token()
        self._access_token = str(answer["access_token"])
        lifetime = lifetime_seconds(answer)
        self._expires_at = self._clock() + lifetime - min(_EXPIRY_MARGIN_SECONDS, lifetime / 10)
        self.granted = frozenset(re.split(r"[\s,]+", str(answer.get("scope") or "").strip())) - {""}
        add_to_secrets(self._access_token)
        newest = answer.get("refresh_token") or self._refresh_token
        if newest == self._refresh_token:
            return None
        self._refresh_token = str(newest)
        add_to_secrets(self._refresh_token)
        return answer

    def _ask_for_token(self) -> Mapping[str, Any]:
        trouble = ""
        for attempt in range(self._attempts):
            if attempt:
                time.sleep(_FIRST_PAUSE_SECONDS * 2**attempt)
            try:
                response = self._post()
                if response.status_code in (requests.codes.bad_request, 401, 403):
                    self._failure = AuthenticationError(
                        f"Pinterest refuses the refresh token: it has expired, was revoked or was replaced "
                        f"elsewhere. {AUTHENTICATE_AGAIN}",
                    )
                    raise self._failure
                trouble = f"HTTP {response.status_code}"
                answer = response.json() if response.ok else None
                if isinstance(answer, Mapping) and answer.get("access_token"):
                    return answer
            except requests.RequestException as error:
                trouble = type(error).__name__
        raise TokenEndpointError(
            f"Pinterest's token endpoint does not give an access token ({trouble}, {self._attempts} tries). "
            "This usually passes: the next sync tries again.",
        )

    def _post(self) -> requests.Response:
        return self._session.post(
            self._token_url,
            data={"grant_type": "refresh_token", "refresh_token": self._refresh_token},
            auth=(self._credentials.client_id, self._credentials.client_secret),
            allow_redirects=False,
        )

"""Access tokens: puts one on each request, and renews it before it expires or when Pinterest rejects it.

https://developers.pinterest.com/docs/getting-started/set-up-authentication-and-authorization/

The framework's `SingleUseRefreshTokenOauth2Authenticator` is not used: its refresh has no time-out, and it prints the
new token into a buffer, which a killed process loses.
"""

import math
import re
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Self

import requests
from airbyte_cdk.models import FailureType
from requests.auth import AuthBase

from source_pinterest import limits
from source_pinterest.api.bodies import parse_body
from source_pinterest.api.error_mapping import ErrorResponse, Retry, UncountedRetry
from source_pinterest.api.errors import (
    ConfigError,
    FatalError,
    MalformedResponseError,
    QuotaExhaustedError,
    UnavailableError,
)
from source_pinterest.api.retries import MAX_NEW_TOKENS, RetryingSender, RetryPolicy
from source_pinterest.api.session import ApiResponse, PinterestSession
from source_pinterest.api.usage import Usage
from source_pinterest.config.credentials import (
    SIGN_IN,
    AccessTokenCredentials,
    AppCredentials,
    OAuthCredentials,
    fits_a_header,
)
from source_pinterest.masking import SECRETS

_ASSUMED_LIFETIME_SECONDS = 3600.0
"""For a response without `expires_in`. Pinterest's tokens live 30 days."""

_LONGEST_LIFETIME_SECONDS = 366 * 86_400.0


_EXPIRY_MARGIN_SECONDS = 60.0
"""A token is renewed this long before it expires, or a tenth of its lifetime before if that is less."""

_REJECTED = (400, 401, 403)

APP_SCOPES = "ads:read,boards:read,boards:read_secret,catalogs:read,pins:read,pins:read_secret,user_accounts:read"
"""The permissions of the streams that a token of the app itself can read."""

_WRONG_APP = 2
"""The code with which the token endpoint rejects an app's id or secret. It rejects a refresh token with 283."""

SIGN_IN_AGAIN = f"Sign in again: {SIGN_IN}."
_COPY_AGAIN = "Copy Client ID and Client Secret again from the app's page under My apps"


@dataclass(frozen=True)
class Tokens:
    """The response of Pinterest's token endpoint: https://developers.pinterest.com/docs/api/v5/oauth-token.

    Attributes:
        access_token: the new access token.
        refresh_token: the new refresh token; None if the old one stays valid.
        lifetime_seconds: of the access token; an hour if the response has no usable number.
        scopes: the permissions of the token; none if the response does not list them.
    """

    access_token: str
    refresh_token: str | None
    lifetime_seconds: float
    scopes: frozenset[str]

    @classmethod
    def parse(cls, chunks: Iterator[bytes]) -> Self:
        """Parse the body of the response. A refresh token that is not a usable text is ignored.

        Raises:
            MalformedResponseError: the response has no access token.
        """
        body = parse_body(chunks)
        if not isinstance(body, Mapping) or not is_token(body.get("access_token")):
            raise MalformedResponseError("The response has no access token.")
        access_token, lifetime_seconds = body["access_token"], _lifetime_seconds(body.get("expires_in"))
        refresh_token = given if is_token(given := body.get("refresh_token")) else None
        SECRETS.keep(access_token, refresh_token)
        return cls(
            access_token=access_token,
            refresh_token=refresh_token,
            lifetime_seconds=lifetime_seconds,
            scopes=frozenset(re.split(r"[\s,]+", str(body.get("scope") or "").strip())) - {""},
        )


def is_token(token: Any) -> bool:
    """Whether the value is a text that fits into a header, and no longer than any token."""
    return isinstance(token, str) and len(token) <= limits.TOKEN_CHARACTERS and fits_a_header(token)


def _lifetime_seconds(expires_in: Any) -> float:
    try:
        lifetime = float(expires_in or 0)
    except (TypeError, ValueError, OverflowError):
        return _ASSUMED_LIFETIME_SECONDS
    return min(lifetime, _LONGEST_LIFETIME_SECONDS) if lifetime > 0 else _ASSUMED_LIFETIME_SECONDS


class PinterestAuthenticator(AuthBase, ABC):
    """Puts a token on each request."""

    granted: frozenset[str] = frozenset()
    """The permissions of the token; none if Pinterest has not listed them."""

    grant_advice = "Sign in again and grant it"
    """How the user gets a permission that the token lacks."""

    @abstractmethod
    def replace(self, rejected: str, *, is_last: bool) -> None:
        """Get another token after Pinterest rejected this one.

        Args:
            rejected: the token.
            is_last: whether the request would not be retried with another token.

        Raises:
            ConfigError: there is no other token, or Pinterest would reject that one as well.
        """

    @abstractmethod
    def accepted(self, token: str) -> None:
        """Note that Pinterest accepted this token."""

    @abstractmethod
    def wait_for_refresh(self, seconds: float) -> None:
        """Wait for the end of a refresh that is under way, for at most this long."""


class AccessTokenAuthenticator(PinterestAuthenticator):
    """An access token that can't be renewed."""

    grant_advice = "Enter a token that has it"

    def __init__(self, credentials: AccessTokenCredentials) -> None:
        self._token = credentials.access_token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Put the token on a request."""
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request

    def replace(self, rejected: str, *, is_last: bool) -> None:
        """Raise `ConfigError`: a plain access token can't be renewed."""
        del rejected, is_last
        raise ConfigError(
            "Pinterest does not accept the access token: it has expired, was revoked, or is one of Pinterest's "
            "sandbox, which is another host. Enter a new one. A token that the developer portal shows may have the "
            "permissions for pins, boards and user_accounts only. Or choose OAuth2.0, which renews itself, and sign "
            f"in: {SIGN_IN}.",
        )

    def accepted(self, token: str) -> None:
        """No-op."""

    def wait_for_refresh(self, seconds: float) -> None:
        """No-op."""


class OAuthAuthenticator(PinterestAuthenticator):
    """One access token for all streams, renewed before it expires or when Pinterest rejects it.

    Args:
        token_url: Pinterest's `oauth/token`.
        credentials: of the app, and of its user unless the app acts for its owner.
        session: sends the refresh; puts no token on it.
        retry_policy: how a refresh that fails on Pinterest's side is retried.
        on_rotation: takes tokens with another refresh token, in their order, before the first use of any.
        clock: a monotonic clock, in seconds.
    """

    def __init__(
        self,
        token_url: str,
        credentials: AppCredentials,
        session: PinterestSession,
        retry_policy: RetryPolicy,
        on_rotation: Callable[[Tokens], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._token_url = token_url
        self._credentials = credentials
        self._session = session
        self._retry_policy = retry_policy
        self._on_rotation = on_rotation
        self._clock = clock
        self._lock = threading.Lock()
        self._refresh_token: str | None = None
        self._access_token, self._expires_at = None, math.inf
        if isinstance(credentials, OAuthCredentials):
            self._refresh_token, self._access_token = credentials.refresh_token, credentials.usable_access_token()
        else:
            self.grant_advice = "Choose OAuth2.0 as Authorization Method, and grant it"
        self._rejections_in_a_row = 0
        self._rejects_every_token = False
        self._failure: FatalError | None = None
        SECRETS.keep(credentials.basic_token)

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Put the token on a request, after renewing it if it is about to expire."""
        with self._lock:
            if not self._access_token or self._clock() >= self._expires_at:
                self._refresh()
            request.headers["Authorization"] = f"Bearer {self._access_token}"
        return request

    def accepted(self, token: str) -> None:
        """Note that Pinterest accepted the token, so that a later rejection means that it was revoked."""
        if self._rejections_in_a_row and token == self._access_token:
            self._rejections_in_a_row = 0
            self._rejects_every_token = False

    def replace(self, rejected: str, *, is_last: bool) -> None:
        """Renew the token, unless another thread already did.

        Args:
            rejected: the token.
            is_last: whether the request would not be retried with another token. Rejections before a request's last
                one prove little, because Pinterest may not accept a new token everywhere yet.

        Raises:
            ConfigError: the refresh token is rejected, or Pinterest rejects a token that it has just issued.
            FatalError: the token endpoint gives no token at present.
        """
        with self._lock:
            if rejected == self._access_token:
                self._rejections_in_a_row += 1
                self._rejects_every_token |= is_last and self._rejections_in_a_row > MAX_NEW_TOKENS
                if self._rejects_every_token:
                    raise ConfigError(
                        f"Pinterest rejects even an access token that it has just issued. {self._remedy()}",
                    )
                self._refresh()

    def wait_for_refresh(self, seconds: float) -> None:
        """Wait for the thread that renews the token; `on_rotation` has returned by then."""
        if self._lock.acquire(timeout=seconds):
            self._lock.release()

    def _refresh(self) -> None:
        """Renew the token, or raise an earlier failure again, so that waiting threads send no further requests."""
        if self._failure:
            raise self._failure
        try:
            tokens = self._fetch_tokens()
        except QuotaExhaustedError as error:  # it says nothing of the user's sign-in, as one of the API would
            self._failure = FatalError(str(error.message), kind=error.kind)
            raise self._failure from error
        except FatalError as error:
            self._failure = error
            raise
        if self._refresh_token and tokens.refresh_token and tokens.refresh_token != self._refresh_token:
            self._refresh_token = tokens.refresh_token
            self._on_rotation(tokens)
        self._access_token = tokens.access_token
        lifetime = tokens.lifetime_seconds
        self._expires_at = self._clock() + lifetime - min(_EXPIRY_MARGIN_SECONDS, lifetime / 10)
        self.granted = tokens.scopes

    def _fetch_tokens(self) -> Tokens:
        tries = RetryingSender(self._retry_policy, "Pinterest's token endpoint", "an access token")
        try:
            return tries.response(self._send_refresh, self._again_or_error).value
        except UnavailableError as error:
            raise FatalError(
                f"Pinterest's token endpoint gave no access token ({error.cause}). This usually passes: the next "
                f"sync tries again{error.advice}.",
                kind=FailureType.transient_error,
            ) from error

    def _again_or_error(self, response: ErrorResponse) -> UncountedRetry | Retry:
        """Return how to send the refresh again.

        Raises:
            ConfigError: Pinterest issues no token.
        """
        if response.resolution is UncountedRetry.WAIT:
            return UncountedRetry.WAIT
        if response.status in _REJECTED and response.is_from_pinterest and not isinstance(response.resolution, Retry):
            raise self._rejected(response)
        return Retry(why=f"HTTP {response.status}.")

    def _rejected(self, response: ErrorResponse) -> ConfigError:
        if not self._refresh_token:
            return ConfigError(f"Pinterest issues no token to the app itself. {response}. {self._remedy()}")
        if response.code == _WRONG_APP:
            return ConfigError(
                f"Pinterest rejects the Client ID or the Client Secret. {response}. {_COPY_AGAIN}. If both are right, "
                f"the refresh token is another app's or is no longer valid. {SIGN_IN_AGAIN}",
            )
        return ConfigError(
            "Pinterest rejects the refresh token: it has expired, was revoked or was replaced elsewhere. "
            f"{SIGN_IN_AGAIN}",
        )

    def _remedy(self) -> str:
        if self._refresh_token:
            return SIGN_IN_AGAIN
        return f"{_COPY_AGAIN}, and switch on two-factor sign-in for the account that owns the app."

    def _send_refresh(self) -> ApiResponse[Tokens] | ErrorResponse:
        grant = {"grant_type": "client_credentials", "scope": APP_SCOPES}
        if self._refresh_token:
            grant = {"grant_type": "refresh_token", "refresh_token": self._refresh_token}
        request = requests.Request(
            "POST",
            self._token_url,
            data=grant,
            auth=(self._credentials.client_id, self._credentials.client_secret),
        )
        return self._session.paced_exchange(request, Tokens.parse, Usage().stream(""), limits.ERROR_BYTES)

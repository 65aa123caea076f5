"""Which token goes on a call, and what happens when Pinterest no longer takes it?

https://developers.pinterest.com/docs/getting-started/set-up-authentication-and-authorization/
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
from requests.auth import AuthBase

from source_pinterest.api.bounds import TOKEN_ANSWER
from source_pinterest.api.errors import (
    AuthenticationError,
    FatalError,
    MalformedResponseError,
    TokenEndpointError,
    UnavailableError,
)
from source_pinterest.api.retries import NEW_TOKENS, RetryPolicy, Tries
from source_pinterest.api.rows import parse_json
from source_pinterest.api.session import ApiResponse, PinterestSession
from source_pinterest.api.usage import Usage
from source_pinterest.api.verdicts import ErrorResponse
from source_pinterest.config import AccessTokenCredentials, OAuthCredentials
from source_pinterest.config.credentials import fits_a_header, keep_secrets_of
from source_pinterest.masking import SECRETS

_ASSUMED_LIFETIME_SECONDS = 3600.0
"""For an answer without `expires_in`; Pinterest's tokens live 30 days."""

_LONGEST_LIFETIME_SECONDS = 366 * 86_400.0


@dataclass(frozen=True)
class Tokens:
    """What Pinterest's token endpoint gives: https://developers.pinterest.com/docs/api/v5/oauth-token.

    Attributes:
        access_token: the new one.
        refresh_token: the new one; None where the old one stays.
        lifetime_seconds: of the access token; an hour where the answer makes no sense.
        scopes: the permissions that the token carries; none where the answer does not say.
    """

    access_token: str
    refresh_token: str | None
    lifetime_seconds: float
    scopes: frozenset[str]

    @classmethod
    def parse(cls, chunks: Iterator[bytes]) -> Self:
        """Read the answer; a refresh token that is no text is none.

        Raises:
            MalformedResponseError: it holds no access token.
        """
        answer = parse_json(b"".join(chunks))
        if isinstance(answer, Mapping):
            keep_secrets_of(answer)
        if not isinstance(answer, Mapping) or not is_token(answer.get("access_token")):
            raise MalformedResponseError("The answer holds no access token.")
        refresh_token = answer.get("refresh_token")
        return cls(
            access_token=answer["access_token"],
            refresh_token=refresh_token if is_token(refresh_token) else None,
            lifetime_seconds=_lifetime_seconds(answer.get("expires_in")),
            scopes=frozenset(re.split(r"[\s,]+", str(answer.get("scope") or "").strip())) - {""},
        )


def is_token(token: Any) -> bool:
    """Whether it is a text that a header can carry."""
    return isinstance(token, str) and fits_a_header(token)


def _lifetime_seconds(expires_in: Any) -> float:
    try:
        lifetime = float(expires_in or 0)
    except (TypeError, ValueError, OverflowError):
        return _ASSUMED_LIFETIME_SECONDS
    return min(lifetime, _LONGEST_LIFETIME_SECONDS) if lifetime > 0 else _ASSUMED_LIFETIME_SECONDS


_EXPIRY_MARGIN_SECONDS = 60.0
_REFUSED = (400, 401, 403)

AUTHENTICATE_AGAIN = "Authenticate again: open the connection's source settings and click Authenticate."


class PinterestAuthenticator(AuthBase, ABC):
    """Puts a token on each call."""

    granted: frozenset[str] = frozenset()
    """The permissions that Pinterest says the token carries; none where it does not say."""

    @abstractmethod
    def replace(self, rejected: str, *, is_last: bool) -> None:
        """Get another token after Pinterest rejected this one.

        Args:
            rejected: the token.
            is_last: whether the call that bore it would not be tried with yet another one.

        Raises:
            AuthenticationError: there is no other, or another is no help.
        """

    @abstractmethod
    def accepted(self, token: str) -> None:
        """Tell that Pinterest took this token."""

    @abstractmethod
    def settle(self, seconds: float) -> None:
        """Wait, but not longer than this, until no token is on its way."""


class AccessTokenAuthenticator(PinterestAuthenticator):
    """A token without a way to renew it."""

    def __init__(self, credentials: AccessTokenCredentials) -> None:
        self._token = credentials.access_token
        SECRETS.keep(self._token)

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Put the token on a request."""
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request

    def replace(self, rejected: str, *, is_last: bool) -> None:
        """Refuse: a plain access token can't be renewed."""
        del rejected, is_last
        raise AuthenticationError(
            f"Pinterest does not accept the access token: it has expired or was revoked. Enter a new one, or better, "
            f"use OAuth2.0, which renews itself. {AUTHENTICATE_AGAIN}",
        )

    def accepted(self, token: str) -> None:
        """Nothing to note."""

    def settle(self, seconds: float) -> None:
        """Nothing to wait for."""


class OAuthAuthenticator(PinterestAuthenticator):
    """One access token for all streams, renewed before it expires or when Pinterest rejects it.

    Args:
        token_url: Pinterest's `oauth/token`.
        credentials: of the app and of its user.
        session: sends the refresh; knows no token.
        retry_policy: how a refresh that fails on Pinterest's side is tried again.
        on_rotation: takes tokens with another refresh token, in their order, before the first use of any.
        clock: seconds that only grow.
    """

    def __init__(
        self,
        token_url: str,
        credentials: OAuthCredentials,
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
        self._refresh_token = credentials.refresh_token
        self._access_token, self._expires_at = credentials.usable_access_token(), math.inf
        self._rejections_in_a_row = 0
        self._tokens_do_not_help = False
        """Whether Pinterest rejects tokens whichever they are."""
        self._failure: FatalError | None = None
        SECRETS.keep(*credentials.secrets())

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """Put the token on a request."""
        request.headers["Authorization"] = f"Bearer {self._valid_token()}"
        return request

    def accepted(self, token: str) -> None:
        """Note that Pinterest took the token, so that a later refusal means that it was revoked."""
        if self._rejections_in_a_row and token == self._access_token:
            self._rejections_in_a_row = 0
            self._tokens_do_not_help = False

    def replace(self, rejected: str, *, is_last: bool) -> None:
        """Renew the token, unless another thread already did.

        Args:
            rejected: the token.
            is_last: whether the call that bore it would not be tried with yet another one. Rejections of many calls at
                once, each of its first token or two, say little: Pinterest may not know a new token everywhere yet.

        Raises:
            AuthenticationError: the refresh token is refused, or Pinterest rejects a token it has just made.
            TokenEndpointError: no token can be had now.
        """
        with self._lock:
            if rejected == self._access_token:
                self._rejections_in_a_row += 1
                self._tokens_do_not_help |= is_last and self._rejections_in_a_row > NEW_TOKENS
                if self._tokens_do_not_help:
                    raise AuthenticationError(
                        f"Pinterest rejects even an access token that it has just issued. {AUTHENTICATE_AGAIN}",
                    )
                self._refresh()

    def settle(self, seconds: float) -> None:
        """Wait for whoever renews the token; a rotated one is handed on by then."""
        if self._lock.acquire(timeout=seconds):
            self._lock.release()

    def _valid_token(self) -> str:
        with self._lock:
            if not self._access_token or self._clock() >= self._expires_at:
                self._refresh()
            return str(self._access_token)

    def _refresh(self) -> None:
        """Renew the token, for all who wait for the lock; they share a failure, without another call."""
        if self._failure:
            raise self._failure
        try:
            tokens = self._tokens()
        except FatalError as error:
            self._failure = error
            raise
        if tokens.refresh_token and tokens.refresh_token != self._refresh_token:
            self._refresh_token = tokens.refresh_token
            self._on_rotation(tokens)
        self._access_token = tokens.access_token
        lifetime = tokens.lifetime_seconds
        self._expires_at = self._clock() + lifetime - min(_EXPIRY_MARGIN_SECONDS, lifetime / 10)
        self.granted = tokens.scopes

    def _tokens(self) -> Tokens:
        tries = Tries(self._retry_policy, "Pinterest's token endpoint", "an access token")
        try:
            while True:
                try:
                    answer = self._asked()
                except (requests.ReadTimeout, MalformedResponseError) as error:
                    tries.broke(error)
                except requests.RequestException as error:
                    tries.unreached(error)
                else:
                    self._retry_policy.outage.answered()
                    if isinstance(answer, ApiResponse):
                        return answer.value
                    if answer.status in _REFUSED and not answer.is_foreign:
                        raise AuthenticationError(
                            f"Pinterest refuses the refresh token: it has expired, was revoked or was replaced "
                            f"elsewhere. {AUTHENTICATE_AGAIN}",
                        )
                    tries.failed(f"HTTP {answer.status}.")
        except UnavailableError as error:
            raise TokenEndpointError(
                f"Pinterest's token endpoint gave no access token ({error.trouble}). This usually passes: the next "
                f"sync tries again{error.advice}."
            ) from error

    def _asked(self) -> ApiResponse[Tokens] | ErrorResponse:
        request = requests.Request(
            "POST",
            self._token_url,
            data={"grant_type": "refresh_token", "refresh_token": self._refresh_token},
            auth=(self._credentials.client_id, self._credentials.client_secret),
        )
        return self._session.paced(request, Tokens.parse, self._session.shortened(TOKEN_ANSWER), Usage().of(""))

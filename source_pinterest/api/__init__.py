"""What do all streams of a sync share to talk to Pinterest? The address, the token, the budget and one session."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import requests

from source_pinterest import __version__
from source_pinterest.api.auth import AccessTokenAuthenticator, OAuthAuthenticator, PinterestAuthenticator
from source_pinterest.api.budget import Budget
from source_pinterest.api.errors import ConfigError
from source_pinterest.api.session import PatientSession, PinterestSession
from source_pinterest.api.usage import Usage
from source_pinterest.config import Config, OAuthCredentials

DEFAULT_BASE_URL = "https://api.pinterest.com/v5"
BASE_URL_VARIABLE = "PINTEREST_API_URL"
"""Points the connector at Pinterest's sandbox or at a local stand-in; the value includes `/v5`."""

LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True)
class Api:
    """The one way to Pinterest of a sync.

    Attributes:
        base_url: without a slash at its end.
        session: paces every call; knows no token of itself.
        authenticator: puts the token on a call, shared by all streams.
        downloads: fetches files from other hosts; knows no token, and waits for no quota.
        max_retries: how often a failed call is sent again.
        usage: counts what the streams cost.
    """

    base_url: str
    session: PinterestSession
    authenticator: PinterestAuthenticator
    downloads: PatientSession
    max_retries: int
    usage: Usage = field(default_factory=Usage)

    def session_of(self, stream: str) -> PinterestSession:
        """The session, whose calls count for a stream."""
        return self.session.on_behalf_of(self.usage.of(stream))

    @classmethod
    def connect(
        cls,
        config: Config,
        on_rotation: Callable[[Mapping[str, Any]], None],
        before_wait: Callable[[], None],
        usage: Usage | None = None,
    ) -> "Api":
        """Build the bundle; no call is made yet.

        Raises:
            ConfigError: `PINTEREST_API_URL` is neither https nor on this machine.
        """
        base_url = api_address()
        name, timeout_seconds = f"source-pinterest/{__version__}", config.request_timeout_seconds
        budget = Budget(config.max_wait_seconds, before_wait)
        session = PinterestSession(budget, name, timeout_seconds, connections=config.num_workers + 1)
        token_session = PinterestSession(budget, name, timeout_seconds, connections=1)  # a token costs a call as well
        downloads = PatientSession(name, timeout_seconds)
        # A server on this machine is never reached through a proxy, whatever the environment says.
        for each in (session, token_session, downloads):
            each.trust_env = urlsplit(base_url).hostname not in LOOPBACK
        downloads.auth = _nobody
        session.auth = authenticator = (
            OAuthAuthenticator(
                f"{base_url}/oauth/token",
                config.credentials,
                token_session,
                config.max_retries,
                on_rotation,
            )
            if isinstance(config.credentials, OAuthCredentials)
            else AccessTokenAuthenticator(config.credentials)
        )
        usage = usage or Usage()
        usage.standings = budget.standings
        return cls(base_url, session, authenticator, downloads, config.max_retries, usage)


def _nobody(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Signs a request with nothing; without it, `requests` would look into a netrc file."""
    return request


def api_address() -> str:
    """The address of the API, without a slash at its end.

    Raises:
        ConfigError: `PINTEREST_API_URL` is neither https nor on this machine.
    """
    address = os.environ.get(BASE_URL_VARIABLE, DEFAULT_BASE_URL).rstrip("/")
    parts = urlsplit(address)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise ConfigError(
            f"{BASE_URL_VARIABLE} must be an https address, or http on this machine, such as {DEFAULT_BASE_URL}."
        )
    return address

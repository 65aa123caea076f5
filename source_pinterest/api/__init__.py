"""What do all streams of a sync share to talk to Pinterest? The address, the token, the budget and one session."""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import requests
from requests.utils import get_environ_proxies, select_proxy

from source_pinterest import __version__
from source_pinterest.api.auth import AccessTokenAuthenticator, OAuthAuthenticator, PinterestAuthenticator, Tokens
from source_pinterest.api.bounds import ANSWER, REPORT_FILE, Bounds
from source_pinterest.api.errors import ConfigError
from source_pinterest.api.quota import Budget
from source_pinterest.api.retries import Outage, Pauses, RetryPolicy
from source_pinterest.api.session import Address, PinterestSession, TimeoutSession
from source_pinterest.api.usage import Usage
from source_pinterest.config import Config, OAuthCredentials

CERTIFICATE_VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
DEFAULT_BASE_URL = "https://api.pinterest.com/v5"
BASE_URL_VARIABLE = "PINTEREST_API_URL"
"""Points the connector at Pinterest's sandbox or at a local stand-in; the value includes `/v5`."""
_WITH_HOST = re.compile(r"(?:\w+://)?+(?:[^/@]*@)?+[\w\[]")


@dataclass(frozen=True)
class Api:
    """The one way to Pinterest of a sync.

    Attributes:
        base_url: without a slash at its end.
        session: paces every call, and puts the token on it.
        authenticator: has the token, shared by all streams.
        downloads: fetches files from other hosts; knows no token, and waits for no quota.
        budget: how many calls may be made.
        retry_policy: how calls that fail are made again.
        answer_bounds: how large and how slow an answer may be.
        file_bounds: how large and how slow a report's file may be.
        usage: counts what the streams cost.
    """

    base_url: str
    session: PinterestSession
    authenticator: PinterestAuthenticator
    downloads: TimeoutSession
    budget: Budget
    retry_policy: RetryPolicy
    answer_bounds: Bounds
    file_bounds: Bounds
    usage: Usage = field(default_factory=Usage)

    @classmethod
    def connect(
        cls,
        config: Config,
        on_rotation: Callable[[Tokens], None],
        before_wait: Callable[[], None],
        usage: Usage | None = None,
        pauses: Pauses | None = None,
    ) -> "Api":
        """Build the bundle; no call is made yet.

        Args:
            config: what the user chose.
            on_rotation: takes tokens that Pinterest has rotated.
            before_wait: called before a wait of more than a second.
            usage: counts what the streams cost.
            pauses: between two tries of a call, and two polls of a report.

        Raises:
            ConfigError: `PINTEREST_API_URL` is neither https nor on this machine.
        """
        base_url = api_base_url()
        name, timeout_seconds = f"source-pinterest/{__version__}", config.request_timeout_seconds
        budget, usage, pauses = Budget(config.max_wait_seconds, before_wait), usage or Usage(), pauses or Pauses()
        outage = Outage(config.max_wait_seconds, pauses, before_wait)
        retry_policy = RetryPolicy(config.max_retries, pauses, outage)
        session = PinterestSession(budget, name, timeout_seconds, connections=config.num_workers + 1)
        token_session = PinterestSession(budget, name, timeout_seconds, connections=1)  # a token costs a call as well
        downloads = TimeoutSession(name, timeout_seconds, connections=config.num_workers)
        for each in (session, token_session, downloads):
            use_environment(each, base_url)
        downloads.auth = _nobody
        session.auth = authenticator = (
            OAuthAuthenticator(f"{base_url}/oauth/token", config.credentials, token_session, retry_policy, on_rotation)
            if isinstance(config.credentials, OAuthCredentials)
            else AccessTokenAuthenticator(config.credentials)
        )
        usage.quota_usage = budget.quota_usage
        bounds = (session.shortened(ANSWER), downloads.shortened(REPORT_FILE))
        return cls(base_url, session, authenticator, downloads, budget, retry_policy, *bounds, usage)


def _nobody(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Signs a request with nothing; without it, `requests` would look into a netrc file."""
    return request


def use_environment(session: requests.Session, base_url: str) -> None:
    """Have a session use the proxies and the certificates that the environment names.

    A server on this machine is never reached through a proxy, whatever the environment says.

    Raises:
        ConfigError: it names a file that does not exist, or a proxy without a host.
    """
    session.trust_env = not Address.of(base_url).is_local
    certificates = next(filter(None, map(os.environ.get, CERTIFICATE_VARIABLES)), "")
    if certificates and not Path(certificates).exists():
        raise ConfigError(f"{' or '.join(CERTIFICATE_VARIABLES)} names {certificates}, which does not exist.")
    session.verify = certificates or True
    proxy = select_proxy(base_url, get_environ_proxies(base_url)) if session.trust_env else None
    if proxy and not _WITH_HOST.match(proxy):
        raise ConfigError("HTTPS_PROXY or ALL_PROXY names a proxy without a host. Write http://host:port.")


def api_base_url() -> str:
    """The address of the API, without a slash at its end.

    Raises:
        ConfigError: `PINTEREST_API_URL` is neither https nor on this machine.
    """
    given = os.environ.get(BASE_URL_VARIABLE, "").strip().rstrip("/") or DEFAULT_BASE_URL
    try:
        address = Address.of(given)
        is_allowed = not address.has_query and (address.scheme == "https" or address.is_local)
    except ValueError:
        is_allowed = False
    if not is_allowed:
        raise ConfigError(
            f"{BASE_URL_VARIABLE} must be an https address, or http on this machine, such as {DEFAULT_BASE_URL}."
        )
    return given

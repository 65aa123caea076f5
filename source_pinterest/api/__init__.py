"""The connection that all streams of a sync share: base URL, sessions, token, quotas and retry policy."""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import requests
from requests.utils import get_environ_proxies, select_proxy

from source_pinterest import __version__, limits
from source_pinterest.api.auth import AccessTokenAuthenticator, OAuthAuthenticator, PinterestAuthenticator, Tokens
from source_pinterest.api.bodies import parse_body
from source_pinterest.api.error_mapping import ErrorResponse, UncountedRetry, app_rejected
from source_pinterest.api.errors import ConfigError, MalformedResponseError
from source_pinterest.api.quota import Budget
from source_pinterest.api.retries import BackoffDelays, Outage, RetryPolicy
from source_pinterest.api.session import PinterestSession, TimeoutSession, is_local
from source_pinterest.api.threads import SingleFlight
from source_pinterest.api.usage import Usage
from source_pinterest.config import Config
from source_pinterest.config.credentials import AccessTokenCredentials

DEFAULT_BASE_URL = "https://api.pinterest.com/v5"
BASE_URL_VARIABLE = "PINTEREST_API_URL"
"""Points the connector at Pinterest's sandbox or at a local simulator; the value includes `/v5`."""

CERTIFICATE_VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")

_BASE_URL = re.compile(r"https?://([\w.-]+|\[::1\])(:\d+)?(/[\w./-]*)?", re.ASCII)
_HAS_HOST = re.compile(r"(?:\w+://)?+(?:[^/@]*@)?+[\w\[]")


@dataclass(frozen=True)
class Api:
    """The connection of one sync to Pinterest.

    Attributes:
        base_url: without a slash at its end.
        session: sends requests to the API, paced and with the token.
        authenticator: has the token that all streams share.
        downloads: fetches files from other hosts, without a token and without a quota.
        budget: how many requests may be sent.
        retry_policy: how requests that fail are retried.
        usage: counts the requests of each stream.
    """

    base_url: str
    session: PinterestSession
    authenticator: PinterestAuthenticator
    downloads: TimeoutSession
    budget: Budget
    retry_policy: RetryPolicy
    usage: Usage = field(default_factory=Usage)
    _rejected: SingleFlight[str, bool] = field(default_factory=SingleFlight)

    @classmethod
    def connect(
        cls,
        config: Config,
        on_rotation: Callable[[Tokens], None],
        usage: Usage | None = None,
        pauses: BackoffDelays | None = None,
    ) -> "Api":
        """Build the connection. No request is sent yet.

        Args:
            config: the user's options.
            on_rotation: takes tokens that Pinterest has rotated.
            usage: counts the requests of each stream.
            pauses: between two tries of a request, and between two polls of a report.

        Raises:
            ConfigError: `PINTEREST_API_URL` is neither https nor on this machine.
        """
        base_url = api_base_url()
        name, timeout_seconds = f"source-pinterest/{__version__}", config.request_timeout_seconds
        budget, usage, pauses = Budget(60 * config.max_wait_minutes), usage or Usage(), pauses or BackoffDelays()
        retry_policy = RetryPolicy(config.max_retries, pauses, Outage(60 * config.max_wait_minutes))
        connections = 2 * config.num_workers + limits.REPORT_THREADS  # for tasks, their generators, and reports
        session = PinterestSession(budget, name, timeout_seconds, connections)
        token_session = PinterestSession(
            budget, name, timeout_seconds, connections=1
        )  # tokens count against quotas too
        downloads = TimeoutSession(name, timeout_seconds, connections=config.num_workers)
        for each in (session, token_session, downloads):
            use_environment(each, base_url)
        downloads.auth = lambda request: request  # else `requests` would take credentials from a netrc file
        session.auth = authenticator = (
            AccessTokenAuthenticator(config.credentials)
            if isinstance(config.credentials, AccessTokenCredentials)
            else OAuthAuthenticator(
                f"{base_url}/oauth/token", config.credentials, token_session, retry_policy, on_rotation
            )
        )
        return cls(base_url, session, authenticator, downloads, budget, retry_policy, usage)

    def rejects_profile(self) -> bool:
        """Return whether Pinterest rejects the app's consumer type for the user's profile too.

        Such an app is not approved, because Pinterest serves the profile to each approved app. Pinterest uses the same
        words for a feature that it has not opened to the app. The profile is requested once in a sync.
        """
        return self._rejected.get("user_account", self._rejects_profile)

    def _rejects_profile(self) -> bool:
        request = requests.Request("GET", f"{self.base_url}/user_account")
        try:
            while True:
                response = self.session.paced_exchange(request, parse_body, self.usage.stream(""))
                if not isinstance(response, ErrorResponse) or response.resolution is not UncountedRetry.WAIT:
                    return isinstance(response, ErrorResponse) and response.resolution is app_rejected
        except (requests.RequestException, MalformedResponseError):
            return False


def use_environment(session: requests.Session, base_url: str) -> None:
    """Have a session use the proxies and the certificates that the environment names.

    A server on this machine is never reached through a proxy, whatever the environment says.

    Raises:
        ConfigError: it names a file that does not exist, or a proxy without a host.
    """
    session.trust_env = not is_local(base_url)
    certificates = next(filter(None, map(os.environ.get, CERTIFICATE_VARIABLES)), "")
    if certificates and not Path(certificates).exists():
        raise ConfigError(f"{' or '.join(CERTIFICATE_VARIABLES)} names {certificates}, which does not exist.")
    session.verify = certificates or True
    proxy = select_proxy(base_url, get_environ_proxies(base_url)) if session.trust_env else None
    if proxy and not _HAS_HOST.match(proxy):
        raise ConfigError(
            "HTTPS_PROXY or ALL_PROXY names a proxy without a host. Write http://host:port."  # ignore-https-check
        )


def api_base_url() -> str:
    """Return the base URL of the API, without a slash at its end.

    Raises:
        ConfigError: `PINTEREST_API_URL` is neither https nor on this machine.
    """
    base_url = os.environ.get(BASE_URL_VARIABLE, "").strip().rstrip("/") or DEFAULT_BASE_URL
    if not _BASE_URL.fullmatch(base_url) or not (base_url.startswith("https:") or is_local(base_url)):
        raise ConfigError(
            f"{BASE_URL_VARIABLE} must be an https URL, or an http URL of this machine, such as {DEFAULT_BASE_URL}."
        )
    return base_url

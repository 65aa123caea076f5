"""How does one HTTP exchange go? Paced by the quota, bounded in time and size, and with our name on it."""

import logging
import re
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from http.cookiejar import DefaultCookiePolicy
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any, Generic, Self, TypeVar
from urllib.parse import quote, urlsplit

import requests
from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url

from source_pinterest import limits
from source_pinterest.api.bounds import Bounds, Deadline, WatchedAdapter, beginning_of, chunks_of
from source_pinterest.api.quota import Budget
from source_pinterest.api.usage import StreamUsage
from source_pinterest.api.verdicts import ErrorResponse, Verdict
from source_pinterest.config import DEFAULT_TIMEOUT_SECONDS

_VISIBLE = re.compile(r"[!-\[\]-~]+")
"""Printable ASCII without spaces and backslashes: some libraries read those as something else."""
_LEADS_INSIDE = tuple(map(ip_network, ("fec0::/10", "64:ff9b::/96", "64:ff9b:1::/48", "::/96")))
"""Site-local addresses, and those that stand for an IPv4 address: by NAT64, and as IPv4-compatible ones."""


@dataclass(frozen=True)
class Address:
    """Where a call goes.

    Attributes:
        scheme: https or http, in small letters.
        host: a name or an IP address, without brackets.
        has_query: whether a question mark follows.
    """

    scheme: str
    host: str
    has_query: bool = False

    @classmethod
    def of(cls, url: str) -> Self:
        """Read an address of the web.

        Raises:
            ValueError: it is none, or it holds a user's name, a fragment, an escaped character in its host, or a
                character that addresses don't have.
        """
        if not _VISIBLE.fullmatch(url):
            raise ValueError("An address holds letters, digits and punctuation.")
        try:
            parts = parse_url(url)
        except LocationParseError as error:
            raise ValueError("It can't be read.") from error
        if parts.scheme not in ("https", "http") or not parts.host:
            raise ValueError("An address begins with https:// and a host.")
        if "%" in re.split("[/?#]", url.partition("://")[2])[0]:
            raise ValueError("The host of an address is not escaped.")
        if parts.auth is not None or parts.fragment is not None:
            raise ValueError("An address names no user, and no place in a document.")
        return cls(parts.scheme, parts.host.strip("[]").rstrip("."), parts.query is not None)

    @property
    def is_local(self) -> bool:
        """Whether this machine itself is meant."""
        found = _ip_of(self.host)
        return found.is_loopback if found else self.host == "localhost"

    @property
    def is_public(self) -> bool:
        """Whether it leads into the internet, as far as the address says; names are not looked up."""
        found = _ip_of(self.host)
        if found is None:
            return self.host != "localhost" and not self.host.endswith(".localhost")
        return found.is_global and not found.is_multicast and not any(found in network for network in _LEADS_INSIDE)


def path_of(template: str, ids: Mapping[str, Any]) -> str:
    """A path with ids in it, each of them one piece of the path whatever it holds; dots alone would lead upwards."""
    return template.format(**{name: _piece(str(value)) for name, value in ids.items()})


def _piece(value: str) -> str:
    return quote(value if value.strip(".") else value.replace(".", "%2E"), safe="")


def _ip_of(host: str) -> IPv4Address | IPv6Address | None:
    """The IP address that a host stands for, in any of the forms that a system takes for one; None for a name."""
    try:
        found = ip_address(host)
    except ValueError:
        try:
            found = ip_address(socket.inet_aton(host))
        except OSError:
            return None
    return getattr(found, "ipv4_mapped", None) or found


LOGGER = logging.getLogger("airbyte")
logging.getLogger("urllib3.connection").addFilter(lambda record: "(url=" not in str(record.msg))
"""It warns of a malformed header with the whole URL."""

CONNECT_TIMEOUT_SECONDS = 10.0

T = TypeVar("T")
Parse = Callable[[Iterator[bytes]], T]
"""Makes something of a body, which comes in chunks; raises `MalformedResponseError` for one that can't be meant."""


@dataclass(frozen=True)
class ApiResponse(Generic[T]):
    """What Pinterest answered.

    Attributes:
        value: what the parser made of the body.
        server_time: when the server answered, epoch seconds.
        token: the one that the call went out with.
    """

    value: T
    server_time: int
    token: str = field(default="", repr=False)


class TimeoutSession(requests.Session):
    """A session with a timeout on every call, and with our name on it.

    Args:
        user_agent: how Pinterest sees us.
        timeout_seconds: the longest silence of the server.
        connections: how many calls may be open at once.
    """

    def __init__(self, user_agent: str, timeout_seconds: float, connections: int = 1) -> None:
        super().__init__()
        self.timeout = (min(CONNECT_TIMEOUT_SECONDS, timeout_seconds), timeout_seconds)
        self.headers.update({"User-Agent": user_agent, "Accept-Encoding": "gzip"})
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))  # none is kept, none is sent
        for scheme in ("https://", "http://"):
            self.mount(scheme, WatchedAdapter(pool_connections=connections, pool_maxsize=connections))

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        """Send, follow no redirect: the API has none, and a token goes to no other host."""
        fixed = {"timeout": self.timeout, "allow_redirects": False, "stream": True}
        return super().send(request, **{**kwargs, **fixed})

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Name no target: `requests` would read the whole body of a redirect to look for the next one."""
        del resp

    def shortened(self, bounds: Bounds) -> Bounds:
        """The same bounds, for whoever waits less than usual for the beginning of an answer: in less time."""
        _, seconds = self.timeout
        return bounds.shortened(min(1.0, seconds / DEFAULT_TIMEOUT_SECONDS))

    def exchange(self, request: requests.Request, parse: Parse[T], bounds: Bounds) -> ApiResponse[T] | ErrorResponse:
        """Send a request, and take its answer.

        Raises:
            requests.RequestException: no answer came.
            MalformedResponseError: the response breaks off, is too large or too slow, or can't be parsed.
        """
        with Deadline(bounds) as deadline, self._sent(request, deadline) as response:
            return _taken(response, parse, bounds, deadline)

    def _sent(self, request: requests.Request, deadline: Deadline) -> requests.Response:
        prepared = self.prepare_request(request)  # which may take an exchange of its own, for a token
        settings = self.merge_environment_settings(prepared.url or "", {}, None, None, None)
        deadline.begin()
        return self.send(prepared, **settings)


class PinterestSession(TimeoutSession):
    """A session whose calls wait for their quota. A throttled call waits as told and goes out again.

    Args:
        budget: the allowance that all streams share.
        user_agent: how Pinterest sees us.
        timeout_seconds: the longest silence of the server.
        connections: how many calls may be open at once.
    """

    def __init__(self, budget: Budget, user_agent: str, timeout_seconds: float, connections: int) -> None:
        super().__init__(user_agent, timeout_seconds, connections)
        self._budget = budget

    def paced(
        self, request: requests.Request, parse: Parse[T], bounds: Bounds, usage: StreamUsage
    ) -> ApiResponse[T] | ErrorResponse:
        """Send a request when the quota allows it, and take its answer, which never is a refusal for the rate.

        Raises:
            QuotaExhaustedError: the quota frees up too late for this sync.
            requests.RequestException: no answer came.
            MalformedResponseError: the response breaks off, is too large or too slow, or can't be parsed.
        """
        operation = limits.rated_operation(str(request.method), urlsplit(request.url or "").path)
        while True:
            with usage.waiting():
                self._budget.acquire(operation)
            usage.count_sent()
            with Deadline(bounds) as deadline, self._settled(operation, request, deadline) as response:
                if _is_success(response):
                    self._budget.accepted(operation)
                answer = _taken(response, parse, bounds, deadline)
            if not isinstance(answer, ErrorResponse):
                return answer
            if answer.verdict is not Verdict.WAIT:
                self._budget.accepted(operation)
                return answer
            self._budget.throttled(operation, answer.pause_hint_seconds())

    def _settled(self, operation: str, request: requests.Request, deadline: Deadline) -> requests.Response:
        headers = None
        try:
            response = self._sent(request, deadline)
            headers = response.headers
        finally:
            self._budget.settle(operation, headers)
        path = urlsplit(response.request.url or "").path
        LOGGER.debug("%s %s: %s", response.request.method, path, response.status_code)
        return response


def _taken(
    response: requests.Response, parse: Parse[T], bounds: Bounds, deadline: Deadline
) -> ApiResponse[T] | ErrorResponse:
    token = bearer_of(response.request)
    if _is_success(response):
        return ApiResponse(
            parse(chunks_of(response, bounds, deadline.received)), server_time_of(response.headers), token
        )
    body = beginning_of(response, bounds, deadline.received)
    return ErrorResponse(response.status_code, str(response.reason or ""), response.headers, body, token)


def _is_success(response: requests.Response) -> bool:
    """A part of an answer is none: nobody asked for one."""
    return response.status_code < HTTPStatus.MULTIPLE_CHOICES and response.status_code != HTTPStatus.PARTIAL_CONTENT


def bearer_of(request: requests.PreparedRequest | None) -> str:
    """The token a request went out with."""
    headers = request.headers if request is not None else {}
    return str(headers.get("Authorization", "")).removeprefix("Bearer ")


def server_time_of(headers: Mapping[str, str]) -> int:
    """When the server answered, epoch seconds; our own clock where it does not say."""
    try:
        return int(parsedate_to_datetime(headers["Date"]).timestamp())
    except (KeyError, ValueError, OverflowError):
        return int(time.time())

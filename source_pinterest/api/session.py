"""One HTTP exchange: paced by the quota, bounded in size, with the connector's user agent.

Redirects are not followed and cookies are not kept. After a throttled response, all requests of the quota pause as long
as Pinterest says; `api/retries.py` sends the request again.
"""

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from http.cookiejar import DefaultCookiePolicy
from typing import Any, Generic, TypeVar
from urllib.parse import quote, urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter

from source_pinterest import limits
from source_pinterest.api.error_mapping import ErrorResponse, UncountedRetry
from source_pinterest.api.errors import BrokenResponseError
from source_pinterest.api.quota import Budget
from source_pinterest.api.usage import StreamUsage

LOGGER = logging.getLogger("airbyte")
logging.getLogger("urllib3.connection").addFilter(lambda record: "(url=" not in str(record.msg))
"""urllib3 warns of a malformed header with the whole URL, which may hold a signature."""

CONNECT_TIMEOUT_SECONDS = 10.0
_CHUNK_BYTES = 128 * 1024
"""Larger chunks leave holes in the heap, between the rows made of them, that are never filled."""

T = TypeVar("T")
Parse = Callable[[Iterator[bytes]], T]
"""Parses a body that comes in chunks; raises `MalformedResponseError` if it does not have the documented form."""


def is_local(url: str) -> bool:
    """Return whether the host of a URL is this machine."""
    return urlsplit(url).hostname in ("localhost", "127.0.0.1", "::1")


def path_of(template: str, ids: Mapping[str, Any]) -> str:
    """Fill ids into a path template. Each id stays one segment of the path, whatever characters it has."""
    return template.format(**{name: _segment(str(value)) for name, value in ids.items()})


def _segment(value: str) -> str:
    return quote(value if value.strip(".") else value.replace(".", "%2E"), safe="")  # ".." would lead upwards


@dataclass(frozen=True)
class ApiResponse(Generic[T]):
    """A successful response.

    Attributes:
        value: the parsed body.
        server_time: the server's time of the response, in epoch seconds.
        token: the access token of the request.
    """

    value: T
    server_time: int
    token: str = field(default="", repr=False)


class TimeoutSession(requests.Session):
    """A session with a timeout on every request and the connector's user agent.

    Args:
        user_agent: the header that identifies the connector.
        timeout_seconds: the longest silence of the server.
        connections: how many connections to a host are kept open.
    """

    def __init__(self, user_agent: str, timeout_seconds: float, connections: int = 1) -> None:
        super().__init__()
        self.timeout = (min(CONNECT_TIMEOUT_SECONDS, timeout_seconds), timeout_seconds)
        self.headers.update({"User-Agent": user_agent, "Accept-Encoding": "gzip"})
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))  # none is kept, none is sent
        for scheme in ("https://", "http://"):  # ignore-https-check: tests read a server on this machine
            self.mount(scheme, HTTPAdapter(pool_connections=connections, pool_maxsize=connections))

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        """Send a request and follow no redirect: the API has none, and a token must not go to another host."""
        fixed = {"timeout": self.timeout, "allow_redirects": False, "stream": True}
        return super().send(request, **{**kwargs, **fixed})

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Return no target: `requests` would read the whole body of a redirect to look for the next one."""
        del resp

    def exchange(self, request: requests.Request, parse: Parse[T], most_bytes: int) -> ApiResponse[T] | ErrorResponse:
        """Send a request and read its response.

        Raises:
            requests.RequestException: no response came.
            MalformedResponseError: the response breaks off, is too large, or can't be parsed.
        """
        with self._opened(request) as response:
            return _read(response, parse, most_bytes)

    def _opened(self, request: requests.Request) -> requests.Response:
        """Send a request with its token, and return the response once its headers have arrived."""
        prepared = self.prepare_request(request)
        settings = self.merge_environment_settings(prepared.url or "", {}, None, None, None)  # proxies, certificates
        return self.send(prepared, **settings)


class PinterestSession(TimeoutSession):
    """A session whose requests wait for their quota.

    Args:
        budget: the quotas that all streams share.
        user_agent: the header that identifies the connector.
        timeout_seconds: the longest silence of the server.
        connections: how many connections to a host are kept open.
    """

    def __init__(self, budget: Budget, user_agent: str, timeout_seconds: float, connections: int) -> None:
        super().__init__(user_agent, timeout_seconds, connections)
        self._budget = budget

    def paced_exchange(
        self, request: requests.Request, parse: Parse[T], usage: StreamUsage, most_bytes: int = limits.RESPONSE_BYTES
    ) -> ApiResponse[T] | ErrorResponse:
        """Send a request when the quota allows it, read its response, and update the quota with its headers.

        Raises:
            FatalError: the quota renews too late for this sync.
            requests.RequestException: no response came.
            MalformedResponseError: the response breaks off, is too large, or can't be parsed.
        """
        operation = limits.rated_operation(str(request.method), urlsplit(request.url or "").path)
        sent_at = self._budget.acquire(operation)
        usage.count("sent")
        try:
            raw = self._opened(request)
        except BaseException:
            self._budget.release(operation, sent_at, {})
            raise
        with raw:
            self._budget.release(operation, sent_at, raw.headers)
            LOGGER.debug("%s %s: %s", request.method, urlsplit(request.url or "").path, raw.status_code)
            if _is_success(raw):
                self._budget.accepted(operation)
            response = _read(raw, parse, most_bytes)
        if isinstance(response, ErrorResponse):
            if response.resolution is UncountedRetry.WAIT:
                self._budget.back_off(operation, response.pause_hint_seconds())
            else:
                self._budget.accepted(operation)
        return response


def _read(response: requests.Response, parse: Parse[T], most_bytes: int) -> ApiResponse[T] | ErrorResponse:
    token = str(response.request.headers.get("Authorization", "")).removeprefix("Bearer ")
    if _is_success(response):
        return ApiResponse(parse(chunks_of(response, most_bytes)), server_time_of(response.headers), token)
    body, url_length = beginning_of(response), len(response.request.url or "")
    return ErrorResponse(response.status_code, str(response.reason or ""), response.headers, body, token, url_length)


def chunks_of(response: requests.Response, most_bytes: int) -> Iterator[bytes]:
    """Yield the decoded body of a response chunk by chunk.

    Args:
        response: a response whose body is unread.
        most_bytes: the largest body, decoded.

    Raises:
        BrokenResponseError: the body breaks off, can't be decoded, or is larger.
    """
    size = 0
    try:
        for chunk in response.raw.stream(_CHUNK_BYTES, decode_content=True):
            size += len(chunk)
            if size > most_bytes:
                raise BrokenResponseError(f"The response is larger than {most_bytes:,} bytes.")
            yield chunk
    except urllib3.exceptions.HTTPError as error:
        raise BrokenResponseError(f"The response breaks off ({type(error).__name__}).") from error


def beginning_of(response: requests.Response) -> bytes:
    """Return the first bytes of an error's body, also if it breaks off. It may be a proxy's web page of any size."""
    beginning = bytearray()
    with suppress(BrokenResponseError):
        for chunk in chunks_of(response, limits.ERROR_BYTES):
            beginning += chunk
    return bytes(beginning)


def _is_success(response: requests.Response) -> bool:
    """Whether the status is 2xx, except for 206, as requests have no Range header."""
    return response.status_code < HTTPStatus.MULTIPLE_CHOICES and response.status_code != HTTPStatus.PARTIAL_CONTENT


def server_time_of(headers: Mapping[str, str]) -> int:
    """Return the `Date` of a response in epoch seconds, or this machine's time if it has none."""
    try:
        return int(parsedate_to_datetime(headers["Date"]).timestamp())
    except (KeyError, ValueError, OverflowError):
        return int(time.time())

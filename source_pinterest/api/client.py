"""The client of one stream: sends requests to the API, retries them, and raises the errors of `api/errors.py`.

Files of reports come from other hosts, without a token and without a quota; `reporting/client.py` fetches them.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any, TypeVar

import requests

from source_pinterest import limits
from source_pinterest.api import Api
from source_pinterest.api.errors import (
    BadRequestError,
    ForbiddenError,
    GoneError,
    ListingCappedError,
    NoCatalogError,
    NotServedError,
    PinterestError,
    RefusedError,
    RejectedError,
    ResponseTooLargeError,
    RestrictedError,
    RetriedRefusalError,
    ServerError,
    UnavailableError,
    UrlTooLongError,
    app_not_approved,
    merchant_refused,
    permission_missing,
)
from source_pinterest.api.retries import Tries
from source_pinterest.api.session import ApiResponse, Parse
from source_pinterest.api.verdicts import ErrorResponse, Verdict

T = TypeVar("T")

_BREAKS_OF_TOO_LARGE = 2
"""A response that breaks off this often in a row counts as too large if the request can be split."""

_TOO_LONG = (HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_URI_TOO_LONG, HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
"""The statuses with which a CDN may refuse a URL for its length."""

_OVERLOADED = (
    HTTPStatus.INTERNAL_SERVER_ERROR,
    HTTPStatus.BAD_GATEWAY,
    HTTPStatus.SERVICE_UNAVAILABLE,
    HTTPStatus.GATEWAY_TIMEOUT,
)
"""The statuses that a request which takes Pinterest too long may get in each try."""

_AFTER_THE_LAST_TRY: Mapping[int, type[UnavailableError]] = {
    **dict.fromkeys(_OVERLOADED, ServerError),
    **dict.fromkeys((HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND), RetriedRefusalError),
}

_ERRORS: Mapping[Verdict, Callable[[str], PinterestError]] = {
    Verdict.REFUSED: RefusedError,
    Verdict.NO_CATALOG: NoCatalogError,
    Verdict.MERCHANT_REFUSED: merchant_refused,
    Verdict.GONE: GoneError,
    Verdict.TOO_LARGE: ResponseTooLargeError,
    Verdict.LISTING_CAPPED: ListingCappedError,
    Verdict.REJECTED: RejectedError,
    Verdict.NOT_SERVED: NotServedError,
}


class PinterestClient:
    """Sends the requests of one stream.

    Args:
        api: the connection that all streams of a sync share.
        stream: the stream's name, for messages and counts.
        scopes: the permissions that the requests need.
        can_split: whether the stream can make smaller requests where a response is too large.
        is_worth_retrying: whether a request that fails should be retried at present.
    """

    def __init__(
        self,
        api: Api,
        stream: str,
        scopes: tuple[str, ...],
        *,
        can_split: bool = False,
        is_worth_retrying: Callable[[], bool] = lambda: True,
    ) -> None:
        self._api = api
        self._stream, self._scopes = stream, scopes
        self._max_breaks = _BREAKS_OF_TOO_LARGE if can_split else math.inf
        self._is_worth_retrying = is_worth_retrying
        self._usage = api.usage.of(stream)

    def get(
        self, path: str, params: Mapping[str, Any], parse: Parse[T], max_retries: int | None = None
    ) -> ApiResponse[T]:
        """Send a GET request.

        Args:
            path: below the base URL, without a slash at its beginning.
            params: the query.
            parse: parses the body of the response.
            max_retries: how often this request is sent again at most; None: as often as any other.

        Raises:
            PinterestError: the error that the table of verdicts assigns to the response.
        """
        return self._send(path, requests.Request("GET", self._url(path), params=params), parse, max_retries)

    def post(self, path: str, body: Mapping[str, Any], parse: Parse[T]) -> ApiResponse[T]:
        """Send a POST request with a JSON body.

        Args:
            path: below the base URL, without a slash at its beginning.
            body: is sent as JSON.
            parse: parses the body of the response.

        Raises:
            PinterestError: the error that the table of verdicts assigns to the response.
        """
        return self._send(path, requests.Request("POST", self._url(path), json=body), parse)

    def url_length(self, path: str, params: Mapping[str, Any]) -> int:
        """Return the number of characters of a request's URL."""
        return _url_length(requests.Request("GET", self._url(path), params=params))

    def _url(self, path: str) -> str:
        return f"{self._api.base_url}/{path}"

    def _send(
        self, path: str, request: requests.Request, parse: Parse[T], max_retries: int | None = None
    ) -> ApiResponse[T]:
        self._usage.count_request()
        policy = self._api.retry_policy
        if max_retries is not None:
            policy = replace(policy, max_retries=min(max_retries, policy.max_retries))
        tries = Tries(policy, self._stream, path, self._max_breaks, self._is_worth_retrying)
        session, bounds = self._api.session, self._api.response_bounds
        while True:
            response = tries.response(lambda: session.paced_exchange(request, parse, bounds, self._usage))
            if isinstance(response, ApiResponse):
                self._api.authenticator.accepted(response.token)
                return response
            self._prepare_retry(response, tries, request)

    def _prepare_retry(self, response: ErrorResponse, tries: Tries, request: requests.Request) -> None:
        """Wait before a retry or renew the token, or raise if a retry would not help.

        Raises:
            PinterestError: the error that the table of verdicts assigns to the response.
        """
        authenticator = self._api.authenticator
        if response.status in _TOO_LONG and _may_be_too_long(request, response):
            raise UrlTooLongError(f"{self._stream}: {response}")
        if response.verdict is Verdict.REFRESH_TOKEN:
            authenticator.replace(response.token, is_last=not tries.accepts_new_token)
            tries.rejected(str(response))
        elif response.verdict is Verdict.RETRY:
            tries.failed(str(response), _AFTER_THE_LAST_TRY.get(response.status, UnavailableError))
        elif response.verdict is Verdict.SCOPE_MISSING:
            ungranted = tuple(scope for scope in self._scopes if scope not in authenticator.granted)
            missing = response.missing_scopes or ungranted or self._scopes
            raise permission_missing(self._stream, missing, str(response), authenticator.grant_advice)
        elif response.verdict in (Verdict.RESTRICTED, Verdict.APP_REFUSED):
            raise self._closed(response)
        elif response.verdict is Verdict.REFUSED and response.status == HTTPStatus.FORBIDDEN:
            raise ForbiddenError(f"{self._stream}: {response}")
        elif response.verdict is Verdict.REJECTED and response.is_bad_request:
            raise BadRequestError(self._stream, str(response))
        else:
            raise _ERRORS[response.verdict](f"{self._stream}: {response}")

    def _closed(self, response: ErrorResponse) -> PinterestError:
        if response.verdict is Verdict.APP_REFUSED and self._api.refuses_profile():
            return app_not_approved(str(response))
        return RestrictedError(self._stream, response.feature, str(response))


def _may_be_too_long(request: requests.Request, response: ErrorResponse) -> bool:
    return not response.is_from_pinterest and _url_length(request) > limits.SAFE_URL_CHARACTERS


def _url_length(request: requests.Request) -> int:
    return len(request.prepare().url or "")

"""The client of one stream: sends requests to the API, retries them, and raises the errors of `api/errors.py`.

Files of reports come from other hosts, without a token and without a quota; `reporting/client.py` fetches them.
"""

import math
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeVar

import requests

from source_pinterest.api import Api
from source_pinterest.api.retries import Tries
from source_pinterest.api.session import ApiResponse, Parse
from source_pinterest.api.verdicts import Again, ErrorResponse, RequestContext, Retry

T = TypeVar("T")

_BREAKS_OF_TOO_LARGE = 2
"""A response that breaks off this often in a row counts as too large if the request can be split."""


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
        self.is_worth_retrying = is_worth_retrying
        self._usage = api.usage.of(stream)

    def get(
        self, path: str, params: Mapping[str, Any], parse: Parse[T], max_retries: int | None = None
    ) -> ApiResponse[T]:
        """Send a GET request.

        Args:
            path: below the base URL, without a slash at its beginning.
            params: the query.
            parse: parses the body of the response.
            max_retries: how often this request is sent again at most; None: as often as any other. With 0, it does not
                wait for a connection either.

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
        return len(requests.Request("GET", self._url(path), params=params).prepare().url or "")

    def _url(self, path: str) -> str:
        return f"{self._api.base_url}/{path}"

    def _send(
        self, path: str, request: requests.Request, parse: Parse[T], max_retries: int | None = None
    ) -> ApiResponse[T]:
        self._usage.count_request()
        policy = self._api.retry_policy.limited(max_retries)
        session, bounds, authenticator = self._api.session, self._api.response_bounds, self._api.authenticator
        tries = Tries(policy, self._stream, path, self._max_breaks, self.is_worth_retrying, authenticator.replace)
        exchange = partial(session.paced_exchange, request, parse, bounds, self._usage)
        response = tries.response(exchange, self._again_or_error)
        authenticator.accepted(response.token)
        return response

    def _again_or_error(self, response: ErrorResponse) -> Again | Retry:
        """Return how to send the request again.

        Raises:
            PinterestError: the error that the table of verdicts assigns to the response.
        """
        verdict, authenticator = response.verdict, self._api.authenticator
        if isinstance(verdict, Again | Retry):
            return verdict
        granted, advice = authenticator.granted, authenticator.grant_advice
        raise verdict(response, RequestContext(self._stream, self._scopes, granted, advice, self._api.refuses_profile))

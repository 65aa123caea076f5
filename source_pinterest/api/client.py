"""The client of one stream: sends requests to the API, retries them, and raises the errors of `api/errors.py`.

Files of reports come from other hosts, without a token and without a quota; `reporting/client.py` fetches them.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeVar

import requests

from source_pinterest.api import Api
from source_pinterest.api.error_mapping import ErrorResponse, RequestContext, Retry, UncountedRetry
from source_pinterest.api.retries import RetryingSender
from source_pinterest.api.session import ApiResponse, Parse

T = TypeVar("T")


class PinterestClient:
    """Sends the requests of one stream.

    Args:
        api: the connection that all streams of a sync share.
        stream: the stream's name, for messages and counts.
        scopes: the permissions that the requests need.
        is_worth_retrying: whether a request that fails should be retried at present.
    """

    def __init__(
        self,
        api: Api,
        stream: str,
        scopes: tuple[str, ...],
        *,
        is_worth_retrying: Callable[[], bool] = lambda: True,
    ) -> None:
        self._api = api
        self._stream, self._scopes = stream, scopes
        self.is_worth_retrying = is_worth_retrying
        self._usage = api.usage.stream(stream)

    def send(
        self,
        path: str,
        params: Mapping[str, Any],
        parse: Parse[T],
        max_retries: int | None = None,
        *,
        body: Mapping[str, Any] | None = None,
    ) -> ApiResponse[T]:
        """Send a GET request, or a POST request with a body, until it succeeds or no further try helps.

        Args:
            path: below the base URL, without a slash at its beginning.
            params: the query.
            parse: parses the body of the response.
            max_retries: how often this request is sent again at most; None: as often as any other. With 0, it does not
                wait for a connection either.
            body: is sent as JSON.

        Raises:
            PinterestError: the error that the table of resolutions assigns to the response.
        """
        api, usage = self._api, self._usage
        usage.count("requests")
        tries = RetryingSender(
            api.retry_policy.limited(max_retries),
            self._stream,
            path,
            is_worth_retrying=self.is_worth_retrying,
            replace_token=api.authenticator.replace,
        )
        request = requests.Request("POST" if body else "GET", self._url(path), params=params, json=body)
        exchange = partial(api.session.paced_exchange, request, parse, usage)
        response = tries.response(exchange, self._again_or_error)
        api.authenticator.accepted(response.token)
        return response

    def url_length(self, path: str, params: Mapping[str, Any]) -> int:
        """Return the number of characters of a request's URL."""
        return len(requests.Request("GET", self._url(path), params=params).prepare().url or "")

    def _url(self, path: str) -> str:
        return f"{self._api.base_url}/{path}"

    def _again_or_error(self, response: ErrorResponse) -> UncountedRetry | Retry:
        """Return how to send the request again.

        Raises:
            PinterestError: the error that the table of resolutions assigns to the response.
        """
        resolution, authenticator = response.resolution, self._api.authenticator
        if isinstance(resolution, UncountedRetry | Retry):
            return resolution
        granted, advice = authenticator.granted, authenticator.grant_advice
        raise resolution(
            response, RequestContext(self._stream, self._scopes, granted, advice, self._api.rejects_profile)
        )

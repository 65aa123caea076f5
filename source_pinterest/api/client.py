"""How does a stream ask Pinterest? For a path, and gets what its parser makes of the answer.

Quota, token, retries, verdict and error sentence stand here and nowhere else. Report files come from other hosts: they
see no token and count against no quota.
"""

import math
from collections.abc import Callable, Mapping
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
    MalformedResponseError,
    MerchantRefusedError,
    NoCatalogError,
    NotServedError,
    PinterestError,
    RefusedError,
    RejectedError,
    ResponseTooLargeError,
    RestrictedError,
    ScopeMissingError,
    UrlTooLongError,
)
from source_pinterest.api.retries import HandedBackTries, Tries
from source_pinterest.api.session import ApiResponse, Parse
from source_pinterest.api.verdicts import ErrorResponse, Verdict

T = TypeVar("T")

_BREAKS_OF_TOO_LARGE = 2
"""An answer that breaks off so often in a row is too large, where a smaller one can be asked for."""

_TOO_LONG = (HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_URI_TOO_LONG, HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
"""How a CDN may refuse an address for its length."""

_ERRORS: Mapping[Verdict, type[PinterestError]] = {
    Verdict.REFUSED: RefusedError,
    Verdict.NO_CATALOG: NoCatalogError,
    Verdict.MERCHANT_REFUSED: MerchantRefusedError,
    Verdict.GONE: GoneError,
    Verdict.TOO_LARGE: ResponseTooLargeError,
    Verdict.LISTING_CAPPED: ListingCappedError,
    Verdict.REJECTED: RejectedError,
    Verdict.NOT_SERVED: NotServedError,
}


class PinterestClient:
    """Asks Pinterest on behalf of one stream.

    Args:
        api: what all streams of a sync share.
        stream: whose calls these are, in messages and in sums.
        scopes: the permissions that they need.
        can_split: whether a smaller call can be made where an answer is too large.
        is_worth_retrying: whether a call that fails is made again at all, as things stand.
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
        self._breaks_borne = _BREAKS_OF_TOO_LARGE if can_split else math.inf
        self._is_worth_retrying = is_worth_retrying
        self._usage = api.usage.of(stream)

    def get(self, path: str, params: Mapping[str, Any], parse: Parse[T]) -> ApiResponse[T]:
        """Ask for what lies at a path.

        Raises:
            PinterestError: what the error table says of the answer.
        """
        return self._call(path, requests.Request("GET", self._url(path), params=params), parse)

    def post(self, path: str, body: Mapping[str, Any], parse: Parse[T], tries: Tries | None = None) -> ApiResponse[T]:
        """Send a JSON body to a path, as a further try if there were some.

        Raises:
            PinterestError: what the error table says of the answer.
        """
        return self._call(path, requests.Request("POST", self._url(path), json=body), parse, tries)

    def handed_back(self, path: str) -> HandedBackTries:
        """Tries for a call whose caller sees to the pauses."""
        self._usage.count_request()
        return HandedBackTries(self._api.retry_policy, self._stream, path, self._breaks_borne, self._is_worth_retrying)

    def url_length(self, path: str, params: Mapping[str, Any]) -> int:
        """How many characters the address of a call has."""
        return _url_length(requests.Request("GET", self._url(path), params=params))

    def _url(self, path: str) -> str:
        return f"{self._api.base_url}/{path}"

    def _call(
        self, path: str, request: requests.Request, parse: Parse[T], tries: Tries | None = None
    ) -> ApiResponse[T]:
        if tries is None:
            self._usage.count_request()
            tries = Tries(self._api.retry_policy, self._stream, path, self._breaks_borne, self._is_worth_retrying)
        while True:
            try:
                answer = self._api.session.paced(request, parse, self._api.answer_bounds, self._usage)
            except (requests.ReadTimeout, MalformedResponseError) as error:
                tries.broke(error)
            except requests.RequestException as error:
                tries.unreached(error)
            else:
                self._api.retry_policy.outage.answered()
                if isinstance(answer, ApiResponse):
                    self._api.authenticator.accepted(answer.token)
                    return answer
                self._judge(answer, tries, request)

    def _judge(self, answer: ErrorResponse, tries: Tries, request: requests.Request) -> None:
        """Have the call made again, or raise.

        Raises:
            PinterestError: what the error table says of the answer.
        """
        authenticator = self._api.authenticator
        if answer.status in _TOO_LONG and _may_be_too_long(request, answer):
            raise UrlTooLongError(f"{self._stream}: {answer}")
        if answer.verdict is Verdict.REFRESH_TOKEN:
            authenticator.replace(answer.token, is_last=not tries.accepts_new_token)
            tries.rejected(str(answer))
        elif answer.verdict is Verdict.RETRY:
            tries.failed(str(answer))
        elif answer.verdict is Verdict.SCOPE_MISSING:
            missing = tuple(scope for scope in self._scopes if scope not in authenticator.granted)
            raise ScopeMissingError(self._stream, missing or self._scopes, str(answer))
        elif answer.verdict is Verdict.RESTRICTED:
            raise RestrictedError(self._stream, answer.feature, str(answer))
        elif answer.verdict is Verdict.REFUSED and answer.status == HTTPStatus.FORBIDDEN:
            raise ForbiddenError(f"{self._stream}: {answer}")
        elif answer.status == HTTPStatus.BAD_REQUEST and answer.verdict is Verdict.REJECTED and answer.is_pinterests:
            raise BadRequestError(self._stream, str(answer))
        else:
            raise _ERRORS[answer.verdict](f"{self._stream}: {answer}")


def _may_be_too_long(request: requests.Request, answer: ErrorResponse) -> bool:
    return not answer.is_pinterests and _url_length(request) > limits.SAFE_URL_CHARACTERS


def _url_length(request: requests.Request) -> int:
    return len(request.prepare().url or "")

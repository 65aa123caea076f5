"""What does the framework's HTTP client do with an answer? Take it, ask again, or raise what the error table says."""

import logging
import threading
from collections.abc import Callable

import requests
from airbyte_cdk.models import FailureType
from airbyte_cdk.sources.streams.http.error_handlers import ErrorHandler, ErrorResolution, ResponseAction
from airbyte_cdk.utils import AirbyteTracedException

from source_pinterest.api.auth import PinterestAuthenticator, bearer_of
from source_pinterest.api.errors import (
    AnswerTooLargeError,
    BetaClosedError,
    GoneError,
    ListingCappedError,
    MerchantRefusedError,
    NoCatalogError,
    RefusedError,
    RejectedError,
    ScopeMissingError,
)
from source_pinterest.api.verdicts import Verdict, describe, verdict_of

LOGGER = logging.getLogger("airbyte")

_LONGEST_RETRY_SECONDS = 24 * 3600
"""Waits for the quota happen inside a try and have a bound of their own; tries are counted instead."""

_TAKE = ErrorResolution(ResponseAction.SUCCESS)


class PinterestErrorHandler(ErrorHandler):
    """Applies the error table to the answers of one stream.

    Args:
        what: the stream, as the user knows it.
        scopes: the permissions that its endpoint needs.
        authenticator: renews a token that Pinterest rejects.
        max_retries: how often a failed call is sent again.
        parse: raises ValueError for a body that is not what the endpoint promises.
    """

    def __init__(
        self,
        what: str,
        scopes: tuple[str, ...],
        authenticator: PinterestAuthenticator,
        max_retries: int,
        parse: Callable[[requests.Response], None],
    ) -> None:
        self._what = what
        self._scopes = scopes
        self._authenticator = authenticator
        self._max_retries = max_retries
        self._parse = parse

    @property
    def max_retries(self) -> int:
        """How often a failed call is sent again."""
        return self._max_retries

    @property
    def max_time(self) -> int:
        """Seconds that all tries of a call may take."""
        return _LONGEST_RETRY_SECONDS

    def interpret_response(self, response_or_exception: requests.Response | Exception | None) -> ErrorResolution:
        """Take the answer, ask again, or raise.

        Raises:
            PinterestError: what the error table says about the answer.
        """
        if not isinstance(response_or_exception, requests.Response):
            return self.interpret_silence(response_or_exception)
        response = response_or_exception
        verdict = verdict_of(response)
        if verdict is Verdict.OK:
            return self._take(response)
        if verdict is Verdict.RETRY:
            return _ask_again(describe(response))
        if verdict is Verdict.REFRESH_TOKEN:
            self._authenticator.replace(bearer_of(response.request))
            return _ask_again(describe(response))
        if verdict is Verdict.SCOPE_MISSING:
            missing = tuple(scope for scope in self._scopes if scope not in self._authenticator.granted)
            raise ScopeMissingError(self._what, missing or self._scopes, describe(response))
        raise _ERRORS[verdict](f"{self._what}: {describe(response)}")

    def interpret_silence(self, error: Exception | None) -> ErrorResolution:
        """Ask again when no whole answer came."""
        return _ask_again(f"No answer from Pinterest ({type(error).__name__})")

    def _take(self, response: requests.Response) -> ErrorResolution:
        try:
            self._parse(response)
        except ValueError:
            return _ask_again(f"Pinterest's answer is cut short or is not JSON (HTTP {response.status_code})")
        self._authenticator.accepted(bearer_of(response.request))
        return _TAKE


class BetaErrorHandler(PinterestErrorHandler):
    """For an endpoint that Pinterest opens to few apps: the others are refused in one of two ways."""

    def interpret_response(self, response_or_exception: requests.Response | Exception | None) -> ErrorResolution:
        """As ever, but for the refusal of the app.

        Raises:
            BetaClosedError: the app may not call it.
        """
        response = response_or_exception
        if isinstance(response, requests.Response) and (
            response.status_code == requests.codes.forbidden or verdict_of(response) is Verdict.SCOPE_MISSING
        ):
            raise BetaClosedError(f"{self._what}: {describe(response)}")
        return super().interpret_response(response)


class SplittingErrorHandler(PinterestErrorHandler):
    """For calls that can be split: when the connection breaks twice in a row, the answer counts as too large."""

    _failures = threading.local()

    def interpret_response(self, response_or_exception: requests.Response | Exception | None) -> ErrorResolution:
        """As ever; an answer, whatever it says, ends the row of broken connections."""
        if isinstance(response_or_exception, requests.Response):
            self._failures.count = 0
        return super().interpret_response(response_or_exception)

    def interpret_silence(self, error: Exception | None) -> ErrorResolution:
        """Ask once more, then split.

        Raises:
            AnswerTooLargeError: the second time in a row.
        """
        self._failures.count = getattr(self._failures, "count", 0) + 1
        if self._failures.count > 1:
            self._failures.count = 0
            raise AnswerTooLargeError(
                f"{self._what}: no answer from Pinterest ({type(error).__name__}), twice in a row"
            )
        return super().interpret_silence(error)


_ERRORS = {
    Verdict.REFUSED: RefusedError,
    Verdict.NO_CATALOG: NoCatalogError,
    Verdict.MERCHANT_REFUSED: MerchantRefusedError,
    Verdict.GONE: GoneError,
    Verdict.TOO_LARGE: AnswerTooLargeError,
    Verdict.LISTING_CAPPED: ListingCappedError,
    Verdict.REJECTED: RejectedError,
}


def last_answer_of(error: AirbyteTracedException) -> str:
    """What the last of many tries came to, out of the framework's error about all of them."""
    return str(error.message).rpartition("Exception: ")[2]


def _ask_again(why: str) -> ErrorResolution:
    return ErrorResolution(ResponseAction.RETRY, FailureType.transient_error, why)

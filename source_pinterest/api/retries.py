"""The retry policy of a sync: which requests are retried, after which pauses, and when they are given up.

All requests wait together while no connection can be made. Such an outage uses up no retries. A request that asks for
no retries is sent once and does not wait.
"""

import logging
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar
from urllib.parse import urlsplit

import requests

from source_pinterest.api.errors import (
    BrokenResponseError,
    FormError,
    MalformedResponseError,
    Reason,
    ResponseTooLargeError,
    SliceError,
    TooLargeToParseError,
    UnavailableError,
)
from source_pinterest.api.session import ApiResponse
from source_pinterest.api.threads import Signal, pause
from source_pinterest.api.verdicts import Again, ErrorResponse, Retry

LOGGER = logging.getLogger("airbyte")

T = TypeVar("T")

MAX_NEW_TOKENS = 2
"""A request is sent with at most this many new tokens in a row. Pinterest may not accept the first one everywhere yet.
If it accepts none of them, a further token would not help."""

_CHECK_THE_NETWORK = "; if not, check the network, its proxies and certificates"

_NEVER_REACHED_SECONDS = 30.0
"""The longest wait for a server that has not responded in this sync: its URL or the network may be wrong for good."""


@dataclass(frozen=True)
class Pauses:
    """The pauses between the tries of a request, which double, and between the polls of a report.

    Attributes:
        first_seconds: before the first retry.
        longest_seconds: the upper limit of the pauses before retries, and the pause before a report that has failed is
            created again.
        poll_seconds: before the first poll, the second and so on; the last one is repeated. By default as in
            Pinterest's example, https://github.com/pinterest/api-quickstart.
        longest_poll_seconds: the upper limit of pauses that are prolonged to save a quota.
    """

    first_seconds: float = 1.0
    longest_seconds: float = 60.0
    poll_seconds: tuple[float, ...] = (1, 2, 4, 8, 10)
    longest_poll_seconds: float = 120.0

    def before_retry(self, retry: int) -> float:
        """Return the pause before this retry, counted from 1, in seconds."""
        return min(self.first_seconds * 2.0 ** (retry - 1), self.longest_seconds)

    def before_poll(self, polls: int) -> float:
        """Return the pause after this number of polls, in seconds."""
        return self.poll_seconds[min(polls, len(self.poll_seconds) - 1)]


class Outage:
    """A time in which no connection can be made. All requests of a sync wait for its end together.

    Args:
        max_wait_seconds: the longest outage that a sync waits for.
        pauses: between two tries.
        clock: a monotonic clock, in seconds.
    """

    def __init__(
        self,
        max_wait_seconds: float,
        pauses: Pauses,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._max_wait_seconds = max_wait_seconds
        self._pauses = pauses
        self._clock = clock
        self._changed = Signal()
        self._since: float | None = None
        self._tries = 0
        self._next_try = 0.0
        self.responses = 0
        """Responses to all requests so far. If there are new ones, a request that fails has a problem of its own."""

    def end(self) -> None:
        """Count a response, of whatever status, and end the outage if there was one."""
        with self._changed:
            self.responses += 1
            if self._since is not None:
                self._since = None
                self._changed.notify_all()

    def wait(self, why: str) -> bool:
        """Wait after a connection that could not be made.

        Args:
            why: the name of the connection's error.

        Returns:
            False if the outage has lasted too long.
        """
        with self._changed:
            seconds = self._plan(self._clock())
            if seconds is None:
                return False
        LOGGER.info(f"Pinterest can't be reached ({why}). Retrying in {math.ceil(seconds)} s.")
        with self._changed:
            if self._since is not None:
                self._changed.wait(seconds)
        return True

    def _plan(self, now: float) -> float | None:
        """Return the seconds until the next try, which all requests share; None if that would be too late."""
        if self._since is None:
            self._since, self._tries, self._next_try = now, 0, now
        if now >= self._next_try:
            self._tries += 1
            self._next_try = now + self._pauses.before_retry(self._tries)
        longest = self._max_wait_seconds if self.responses else min(self._max_wait_seconds, _NEVER_REACHED_SECONDS)
        return None if self._next_try - self._since > longest else self._next_try - now


@dataclass(frozen=True)
class RetryPolicy:
    """How all requests of a sync are retried.

    Attributes:
        max_retries: how often a request that Pinterest fails is sent again.
        pauses: between two tries.
        outage: waits while no connection can be made.
        is_sent_once: whether the request is given up after its first try, also if no connection can be made.
    """

    max_retries: int
    pauses: Pauses
    outage: Outage
    is_sent_once: bool = False

    def limited(self, max_retries: int | None) -> "RetryPolicy":
        """Return the policy of a request that is sent again at most this often; None: as often as any other."""
        if max_retries is None:
            return self
        most = min(max_retries, self.max_retries)
        return replace(self, max_retries=most, is_sent_once=not max_retries)


def _keep_token(rejected: str, *, is_last: bool) -> None:
    """Do nothing: no new token helps the request."""


class Tries:
    """Sends one request until it succeeds or no further try helps, and pauses between the tries.

    Args:
        policy: how often, and how long.
        what: the stream, as the user knows it.
        path: the path of the request.
        max_breaks: incomplete responses in a row after which the response counts as too large.
        is_worth_retrying: whether a request that fails should be retried at present.
        replace_token: gets another token than the given one, which Pinterest has rejected.
    """

    def __init__(
        self,
        policy: RetryPolicy,
        what: str,
        path: str,
        max_breaks: float = math.inf,
        is_worth_retrying: Callable[[], bool] = lambda: True,
        replace_token: Callable[..., None] = _keep_token,
    ) -> None:
        self._policy = policy
        self._what, self._path = what, path
        self._max_breaks, self._is_worth_retrying = max_breaks, is_worth_retrying
        self._replace_token = replace_token
        self._responses = policy.outage.responses
        self._breaks = self._retries = self._own_failures = self._rejections = self._unknown_forms = 0

    def response(
        self,
        exchange: Callable[[], ApiResponse[T] | ErrorResponse],
        again: Callable[[ErrorResponse], Again | Retry],
    ) -> ApiResponse[T]:
        """Send the request until it succeeds.

        Args:
            exchange: sends the request and parses the response.
            again: returns how to send it again after this response. Raises an error if no further try helps.

        Raises:
            ResponseTooLargeError: the response is too large to be parsed, or broke off `max_breaks` times in a row.
            SliceError: the response has an unknown form in two tries, or in the only one.
            UnavailableError: the last try has failed.
        """
        while True:
            try:
                response = exchange()
            except (requests.ReadTimeout, MalformedResponseError) as error:
                self._broke(error)
            except requests.RequestException as error:
                self._unreached(error)
            else:
                self._policy.outage.end()
                if isinstance(response, ApiResponse):
                    return response
                self._prepare_next(response, again(response))

    def _prepare_next(self, response: ErrorResponse, again: Again | Retry) -> None:
        match again:
            case Again.WAIT:
                pass  # all requests of the quota wait for the end of the pause before they are sent
            case Again.REFRESH_TOKEN:
                self._rejected(response)
            case Retry(reason, why):
                self._failed(why or str(response), reason)

    def _rejected(self, response: ErrorResponse) -> None:
        """Replace the token. The first time, the request is sent again at once and without counting a retry."""
        is_last = self._rejections >= min(MAX_NEW_TOKENS, self._policy.max_retries)
        self._replace_token(response.token, is_last=is_last)
        self._rejections += 1
        if self._rejections > 1:
            self._failed(str(response))

    def _failed(self, why: str, reason: Reason | None = None) -> None:
        """Pause after an error of the server, or raise."""
        self._breaks = 0
        self._retry(why, reason)

    def _broke(self, error: Exception) -> None:
        """Pause after a response that did not arrive whole or can't be understood, or raise."""
        if isinstance(error, TooLargeToParseError):
            found = f"{self._what}: {str(error).rstrip('.')}"
            raise ResponseTooLargeError.unexplained(found, reason=Reason.TOO_LARGE_TO_PARSE) from error
        if isinstance(error, FormError):
            self._unknown_forms += 1
            if self._unknown_forms > 1 or not self._may_retry:
                raise SliceError(
                    f"{self._what}: Pinterest's answer has a form that this version does not know: {self._path}, "
                    f"{error.field}. Please report it. {error}",
                    reason=Reason.UNKNOWN_FORM,
                ) from error
        why = str(error) if isinstance(error, MalformedResponseError) else "Pinterest did not respond in time."
        is_break = isinstance(error, requests.ReadTimeout | BrokenResponseError)
        self._breaks = self._breaks + 1 if is_break else 0
        if self._breaks >= self._max_breaks:
            found = f"{self._what}: {why} This happened twice in a row"
            raise ResponseTooLargeError.unexplained(found, reason=Reason.BROKE_OFF) from error
        self._retry(why, Reason.BROKE_OFF if is_break else None)

    def _unreached(self, error: requests.RequestException) -> None:
        """Wait for the end of an outage, or pause if other requests succeed meanwhile, or raise."""
        host = urlsplit(str(getattr(error.request, "url", ""))).hostname or "Pinterest"
        why = f"No connection to {host} could be made ({type(error).__name__})."
        responses_before, self._responses = self._responses, self._policy.outage.responses
        others_succeed = self._responses != responses_before
        self._own_failures += others_succeed
        if others_succeed and self._own_failures > 1:  # the first time, the others may have preceded the outage
            self._retry(why, Reason.BROKE_OFF)
        elif self._policy.is_sent_once or not self._policy.outage.wait(type(error).__name__):
            raise UnavailableError(
                "Pinterest could not be reached. This usually passes: the next sync reads it"
                f"{_CHECK_THE_NETWORK}. {why}",
                cause="it could not be reached",
                advice=_CHECK_THE_NETWORK,
            ) from error

    @property
    def _may_retry(self) -> bool:
        return self._retries < self._policy.max_retries and self._is_worth_retrying()

    def _retry(self, why: str, reason: Reason | None = None) -> None:
        may_retry = self._may_retry
        self._retries += 1
        if not may_retry:
            failed = f"failed {self._retries} times in a row" if self._retries > 1 else "failed"
            raise UnavailableError(
                f"{self._what}: Pinterest {failed} for {self._path}. This usually passes: the next sync reads it. "
                f"{why}",
                cause=f"it {failed}: {why.rstrip('.')}",
                reason=reason,
            )
        seconds = self._policy.pauses.before_retry(self._retries)
        LOGGER.info(f"{self._what}: {why.rstrip('.')}. Retrying in {seconds:g} s.")
        pause(seconds)

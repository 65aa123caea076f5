"""How a request is sent again: after which failures, after which pauses, and when it is given up.

While no connection can be made, requests wait and use up no retries. A request without retries is sent once
and does not wait.
"""

import logging
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeVar
from urllib.parse import urlsplit

import requests

from source_pinterest.api.error_mapping import ErrorResponse, Retry, UncountedRetry
from source_pinterest.api.errors import (
    BrokenResponseError,
    ErrorReason,
    FormError,
    MalformedResponseError,
    TaskError,
    UnavailableError,
)
from source_pinterest.api.session import ApiResponse

LOGGER = logging.getLogger("airbyte")

T = TypeVar("T")

MAX_NEW_TOKENS = 2
"""A request is sent with at most this many new tokens in a row. Pinterest may not accept the first one everywhere yet.
If it accepts none of them, a further token would not help."""

_CHECK_THE_NETWORK = "; if not, check the network, its proxies and certificates"

_NEVER_REACHED_SECONDS = 30.0
"""The longest wait for a server that has not responded in this sync: its URL or the network may be wrong."""


@dataclass(frozen=True)
class BackoffDelays:
    """The pauses between the tries of a request, which double, and between the polls of a report.

    Attributes:
        first_seconds: before the first retry.
        longest_seconds: the upper limit of the pauses before retries, and the pause before a report that has failed is
            created again.
        first_poll_seconds: before a poll of a report that is younger than `poll_seconds`, at least.
        poll_seconds: before a poll of any other report, at least.
        longest_poll_seconds: before a poll, at most.
    """

    first_seconds: float = 1.0
    longest_seconds: float = 60.0
    first_poll_seconds: float = 2.0
    poll_seconds: float = 5.0
    longest_poll_seconds: float = 120.0

    def before_retry(self, retry: int) -> float:
        """Return the pause before this retry, counted from 1, in seconds."""
        return min(self.first_seconds * 2.0 ** (retry - 1), self.longest_seconds)


class Outage:
    """A time in which no connection can be made. It begins and ends for all requests of a sync together.

    Args:
        max_wait_seconds: the longest outage that a sync waits for.
        clock: a monotonic clock, in seconds.
    """

    def __init__(self, max_wait_seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._max_wait_seconds = max_wait_seconds
        self._clock = clock
        self._began_at: float | None = None
        self.responses = 0
        """Responses to all requests so far. New ones show that only the failing request has a problem."""

    def end(self) -> None:
        """Count a response, of whatever status. It ends the outage if there is one."""
        self.responses += 1
        self._began_at = None

    def is_too_long(self, pause_seconds: float) -> bool:
        """Return whether the outage, which may begin now, is too long for this sync after a further pause."""
        now, began_at = self._clock(), self._began_at
        if began_at is None:
            self._began_at = began_at = now
        longest = self._max_wait_seconds if self.responses else min(self._max_wait_seconds, _NEVER_REACHED_SECONDS)
        return now + pause_seconds - began_at > longest


@dataclass(frozen=True)
class RetryPolicy:
    """How all requests of a sync are retried.

    Attributes:
        max_retries: how often a request that Pinterest fails is sent again.
        pauses: between two tries.
        outage: says for how long no connection could be made.
        waits_for_connection: whether a request is sent again if no connection can be made.
    """

    max_retries: int
    pauses: BackoffDelays
    outage: Outage
    waits_for_connection: bool = True

    def limited(self, max_retries: int | None) -> "RetryPolicy":
        """Return the policy of a request that is sent again at most this often; None: as often as any other."""
        if max_retries is None:
            return self
        return replace(self, max_retries=min(max_retries, self.max_retries), waits_for_connection=max_retries > 0)


class RetryingSender:
    """Sends one request until it succeeds or no further try helps, and pauses between the tries.

    Args:
        policy: how often, and how long.
        what: the stream, as the user knows it.
        path: the path of the request.
        is_worth_retrying: whether a request that fails should be retried at present.
        replace_token: gets another token than the given one, which Pinterest has rejected.
    """

    def __init__(
        self,
        policy: RetryPolicy,
        what: str,
        path: str,
        *,
        is_worth_retrying: Callable[[], bool] = lambda: True,
        replace_token: Callable[..., None] = lambda *_, **__: None,
    ) -> None:
        self._policy, self._outage = policy, policy.outage
        self._what, self._path = what, path
        self._is_worth_retrying, self._replace_token = is_worth_retrying, replace_token
        self._responses = policy.outage.responses
        self._retries = self._rejections = self._waits = 0

    def response(
        self,
        exchange: Callable[[], ApiResponse[T] | ErrorResponse],
        again: Callable[[ErrorResponse], UncountedRetry | Retry],
    ) -> ApiResponse[T]:
        """Send the request until it succeeds.

        Args:
            exchange: sends the request and parses the response.
            again: returns how to send it again after this response. Raises an error if no further try helps.

        Raises:
            TaskError: the response has an unknown form.
            UnavailableError: the last try has failed.
        """
        while True:
            try:
                response = exchange()
            except (requests.ReadTimeout, MalformedResponseError) as error:
                self._retry_broken(error)
            except requests.RequestException as error:
                self._retry_unreached(error)
            else:
                self._outage.end()
                if isinstance(response, ApiResponse):
                    return response
                how = again(response)
                if isinstance(how, Retry):
                    self._retry(how.why or str(response), how.reason)
                elif how is UncountedRetry.REFRESH_TOKEN:  # a throttled request waits for its quota when it is sent
                    is_last = self._rejections >= min(MAX_NEW_TOKENS, self._policy.max_retries)
                    self._replace_token(response.token, is_last=is_last)
                    self._rejections += 1
                    if self._rejections > 1:  # the first retry does not wait
                        self._retry(str(response))

    def _retry_broken(self, error: Exception) -> None:
        """Pause after a response that did not arrive whole or has an unknown form, or raise."""
        if isinstance(error, FormError):
            raise TaskError(
                f"{self._what}: Pinterest's answer has a form that this version does not know: {self._path}. Please "
                f"report it. {error}"
            ) from error
        is_break = isinstance(error, requests.ReadTimeout | BrokenResponseError)
        why = str(error) if isinstance(error, MalformedResponseError) else "Pinterest did not respond in time."
        self._retry(why, ErrorReason.BROKE_OFF if is_break else None)

    def _retry_unreached(self, error: requests.RequestException) -> None:
        """Pause after a connection that could not be made, or raise. It counts if other requests succeed meanwhile."""
        host = urlsplit(str(getattr(error.request, "url", ""))).hostname or "Pinterest"
        why = f"No connection to {host} could be made ({type(error).__name__})."
        if self._outage.responses != self._responses:
            self._responses = self._outage.responses
            self._retry(why, ErrorReason.BROKE_OFF)
            return
        self._waits += 1
        seconds = self._policy.pauses.before_retry(self._waits)
        if not self._policy.waits_for_connection or self._outage.is_too_long(seconds):
            raise UnavailableError(
                "Pinterest could not be reached. This usually passes: the next sync reads it"
                f"{_CHECK_THE_NETWORK}. {why}",
                cause="it could not be reached",
                advice=_CHECK_THE_NETWORK,
            ) from error
        LOGGER.info(f"Pinterest can't be reached ({type(error).__name__}). Retrying in {math.ceil(seconds)} s.")
        time.sleep(seconds)

    def _retry(self, why: str, reason: ErrorReason | None = None) -> None:
        """Count a retry and pause before it, or raise if the request was sent often enough."""
        may_retry = self._retries < self._policy.max_retries and self._is_worth_retrying()
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
        time.sleep(seconds)

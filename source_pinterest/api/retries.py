"""When is a call made again, and when is it given up?"""

import logging
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

import requests

from source_pinterest.api.errors import (
    BrokenResponseError,
    MalformedResponseError,
    RepeatedBreakError,
    UnavailableError,
)
from source_pinterest.api.threads import Signal, pause


@dataclass(frozen=True)
class Pauses:
    """Pauses that double from one try of a call to the next, and those before each poll of a report.

    Attributes:
        first_seconds: before the second try.
        longest_seconds: they grow no further.
        poll_seconds: before the first poll, the second and so on; the last goes on. By default as Pinterest's example
            waits, https://github.com/pinterest/api-quickstart.
        longest_poll_seconds: no quota makes a poll wait longer.
    """

    first_seconds: float = 1.0
    longest_seconds: float = 60.0
    poll_seconds: tuple[float, ...] = (1, 2, 4, 8, 10)
    longest_poll_seconds: float = 120.0

    def before_retry(self, retry: int) -> float:
        """The pause before this retry, counted from 1, in seconds."""
        return min(self.first_seconds * 2.0 ** (retry - 1), self.longest_seconds)

    def before_poll(self, polls: int) -> float:
        """The pause after so many polls of a report, in seconds."""
        return self.poll_seconds[min(polls, len(self.poll_seconds) - 1)]


LOGGER = logging.getLogger("airbyte")

_UNREACHED_SECONDS = 30.0
"""So long is waited for a server that no call has reached yet: the address or the network may be wrong for good."""


class Outage:
    """A time in which no connection can be made. All calls of a sync wait for its end together.

    Args:
        max_wait_seconds: the longest outage that a sync waits for.
        pauses: between two tries.
        before_wait: called before a wait, with no lock held.
        clock: seconds that only grow.
    """

    def __init__(
        self,
        max_wait_seconds: float,
        pauses: Pauses,
        before_wait: Callable[[], None] = lambda: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._max_wait_seconds = max_wait_seconds
        self._pauses = pauses
        self._before_wait = before_wait
        self._clock = clock
        self._changed = Signal()
        self._since: float | None = None
        self._tries = 0
        self._next_try = 0.0
        self.answers = 0
        """How many calls have been answered; a call that fails while others are answered has a trouble of its own."""

    def answered(self) -> None:
        """A server has answered a call, whatever it said: the outage, if there was one, is over."""
        with self._changed:
            self.answers += 1
            if self._since is not None:
                self._since = None
                self._changed.notify_all()

    def wait(self, why: str) -> bool:
        """Wait after a connection that could not be made; False where it has been waited for long enough."""
        with self._changed:
            pause = self._plan(self._clock())
            if pause is None:
                return False
        LOGGER.info(f"Pinterest can't be reached ({why}). Trying again in {math.ceil(pause)} s.")
        self._before_wait()
        with self._changed:
            if self._since is not None:
                self._changed.wait(pause)
        return True

    def _plan(self, now: float) -> float | None:
        """Seconds until the next try, which all share; None where that is too late."""
        if self._since is None:
            self._since, self._tries, self._next_try = now, 0, now
        if now >= self._next_try:
            self._tries += 1
            self._next_try = now + self._pauses.before_retry(self._tries)
        patience = self._max_wait_seconds if self.answers else min(self._max_wait_seconds, _UNREACHED_SECONDS)
        return None if self._next_try - self._since > patience else self._next_try - now


NEW_TOKENS = 2
"""With so many new tokens a call is tried again, one after another: Pinterest may not know the first everywhere yet. If
none is accepted in between, further ones are no help."""


@dataclass(frozen=True)
class RetryPolicy:
    """How all calls of a sync are made again.

    Attributes:
        max_retries: how often a call that Pinterest fails is sent again.
        pauses: between two tries.
        outage: waits while no connection can be made.
    """

    max_retries: int
    pauses: Pauses
    outage: Outage


class Tries:
    """Counts the tries of one call, and pauses between them.

    Args:
        policy: how often, and how long.
        what: the stream, as the user knows it.
        path: what is asked for.
        max_breaks: so many answers in a row that do not come whole are too large ones.
        is_worth_retrying: whether a call that fails is made again at all, as things stand.
    """

    def __init__(
        self,
        policy: RetryPolicy,
        what: str,
        path: str,
        max_breaks: float = math.inf,
        is_worth_retrying: Callable[[], bool] = lambda: True,
    ) -> None:
        self._policy = policy
        self._what, self._path = what, path
        self._breaks_borne, self._is_worth_retrying = max_breaks, is_worth_retrying
        self._answers = policy.outage.answers
        self._breaks = self._retries = self._resets = self._rejections = 0
        self._why = ""

    @property
    def accepts_new_token(self) -> bool:
        """Whether the call would be made again with a new token."""
        return self._rejections < min(NEW_TOKENS, self._policy.max_retries)

    def failed(self, why: str) -> None:
        """Pause before the next try.

        Raises:
            UnavailableError: that was the last one.
        """
        self._breaks = 0
        self._retry(why)

    def rejected(self, why: str) -> None:
        """Try again at once with the new token, which is no retry the first time."""
        self._rejections += 1
        if self._rejections > 1:
            self.failed(why)

    def broke(self, error: Exception) -> None:
        """Pause after an answer that did not come whole.

        Raises:
            RepeatedBreakError: it breaks twice in a row, and can be asked for in parts.
            UnavailableError: that was the last try.
        """
        why = str(error) if isinstance(error, MalformedResponseError) else "Pinterest does not answer in time."
        is_break = isinstance(error, requests.ReadTimeout | BrokenResponseError)
        self._breaks = self._breaks + 1 if is_break else 0
        if self._breaks >= self._breaks_borne:
            raise RepeatedBreakError(f"{self._what}: {why} Twice in a row") from error
        self._retry(why)

    def unreached(self, error: Exception) -> None:
        """Wait for the end of an outage. A call that fails while others are answered is in trouble of its own.

        Raises:
            UnavailableError: it has been waited for long enough, or that was the last try.
        """
        why = f"No connection could be made ({type(error).__name__})."
        answers_before, self._answers = self._answers, self._policy.outage.answers
        others_are_answered = self._answers != answers_before
        self._resets += others_are_answered
        if others_are_answered and self._resets > 1:  # the first time, they may have been answered before the outage
            self._retry(why)
        elif not self._policy.outage.wait(type(error).__name__):
            raise UnavailableError(self._what, self._path, why) from error

    def _retry(self, why: str) -> None:
        self._retries, self._why = self._retries + 1, why
        if self._retries > self._policy.max_retries or not self._is_worth_retrying():
            raise UnavailableError(self._what, self._path, why, self._retries)
        seconds = self._policy.pauses.before_retry(self._retries)
        LOGGER.info(f"{self._what}: {why} Trying again in {seconds:g} s.")
        self._pause(seconds)

    def _pause(self, seconds: float) -> None:
        pause(seconds)


class TryLaterError(Exception):
    """A call is to be made again after a pause, which its caller sees to.

    Attributes:
        tries: those of the call so far, to go on with.
        seconds: how long the pause is.
    """

    def __init__(self, tries: "HandedBackTries", seconds: float) -> None:
        super().__init__(seconds)
        self.tries, self.seconds = tries, seconds


class HandedBackTries(Tries):
    """Hands the call back to its caller instead of pausing."""

    def go_on(self) -> None:
        """The pause is over.

        Raises:
            UnavailableError: it does not pay any more to make the call again.
        """
        if self._retries and not self._is_worth_retrying():
            self.give_up()

    def give_up(self) -> NoReturn:
        """Make no further try.

        Raises:
            UnavailableError: always, with the reason of the last one.
        """
        raise UnavailableError(self._what, self._path, self._why, self._retries)

    def _pause(self, seconds: float) -> None:
        raise TryLaterError(self, seconds)

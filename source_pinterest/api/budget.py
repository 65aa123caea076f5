"""How many calls may be made now? One allowance per rate category, kept true by the response headers.

Pinterest's quotas are fixed windows per user and app (https://developers.pinterest.com/docs/reference/rate-limits/).
The published numbers are only a first guess; each answer says what the window really holds.
"""

import logging
import math
import random
import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from source_pinterest import limits
from source_pinterest.api.errors import QuotaExhaustedError
from source_pinterest.api.rate_headers import WindowHeader, read_rate_headers
from source_pinterest.api.usage import QuotaUsage

LOGGER = logging.getLogger("airbyte")

_RESET_MARGIN_SECONDS = 1.0
"""Resets are told in whole seconds, and nobody says whether they are rounded up or down."""

_SHORT_RESET_SECONDS = 5.0
"""Below this a whole second of margin would cost more calls than it saves."""

_PACING_SECONDS = 1.5
"""Up to here a wait only spaces the calls out; it is nothing that a connection would rather not wait for."""

_ARRIVAL_SECONDS = 0.05
"""So much earlier than another a call may arrive that left at the same time: windows begin and end on the server."""

_TELL_EVERY_SECONDS = 60.0
"""A wait is told of so often, however many calls wait at once."""

_SAME_WINDOW_SECONDS = 2.5
"""Two resets closer than this speak of the same window."""


@dataclass
class _Window:
    """One fixed window of a category, as Pinterest last told it."""

    limit: int
    period: float
    resets_at: float
    issued: int = 0
    is_told: bool = False
    """Whether Pinterest has said when it ends."""
    foreign: int = 0
    """Calls of the same token that this process did not make."""

    def seconds_until_free(self, now: float, in_flight: int) -> float:
        if now >= self.resets_at:
            self._roll(now + self.period + _ARRIVAL_SECONDS, in_flight)
        return 0.0 if self.issued + self.foreign < self.limit else self.resets_at - now

    def used(self, now: float) -> int:
        return self.issued + self.foreign if now < self.resets_at else 0

    def learn(self, told: WindowHeader, now: float, in_flight: int) -> None:
        margin = _RESET_MARGIN_SECONDS if told.reset > _SHORT_RESET_SECONDS else 0.1
        resets_at = now + told.reset + margin
        if abs(resets_at - self.resets_at) > _SAME_WINDOW_SECONDS:
            self._roll(resets_at, in_flight + 1)
        elif not self.is_told:
            self.resets_at = resets_at  # it opened when the first call arrived, and not when that was sent
        elif told.reset > _SHORT_RESET_SECONDS:
            self.resets_at = min(self.resets_at, resets_at)  # each answer rounds; the earliest is the closest
        self.is_told = True
        self.limit = told.limit if told.limit is not None else self.limit
        self.period = told.period or max(self.period, told.reset)
        self.foreign = max(self.foreign, self.limit - told.remaining - self.issued)

    def _roll(self, resets_at: float, issued: int) -> None:
        self.resets_at, self.issued, self.foreign, self.is_told = resets_at, issued, 0, False


class Budget:
    """The allowance of one token, shared by all streams of a sync.

    Args:
        max_wait_seconds: the longest wait for a quota; past it a call raises `QuotaExhaustedError`.
        before_wait: called before a wait of more than a second, with no lock held.
        clock: seconds that only grow.
    """

    def __init__(
        self,
        max_wait_seconds: float,
        before_wait: Callable[[], None] = lambda: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._max_wait_seconds = max_wait_seconds
        self._before_wait = before_wait
        self._clock = clock
        self._changed = threading.Condition()
        self._windows: dict[str, list[_Window]] = {}
        self._in_flight: Counter[str] = Counter()
        self._paused_until: dict[str, float] = {}
        self._throttled_since: dict[str, float] = {}
        self._throttles: Counter[str] = Counter()
        self._told_at: dict[str, float] = {}
        self._waits_until: dict[str, float] = {}
        self._last_second: deque[float] = deque(maxlen=limits.CALLS_PER_SECOND)

    def acquire(self, category: str) -> None:
        """Take one call of the category, waiting for it as long as the quota and `max_wait_seconds` ask.

        Raises:
            QuotaExhaustedError: the quota frees up too late for this sync.
        """
        flushed = False
        while wait := self._take(category):
            if wait > max(self._max_wait_seconds, _PACING_SECONDS):
                raise QuotaExhaustedError(category, wait, self._max_wait_seconds)
            if wait > 1 and (self._tell_of(category, wait) or not flushed):
                self._before_wait()
                flushed = True
            with self._changed:
                self._changed.wait(min(wait, _TELL_EVERY_SECONDS))

    def _tell_of(self, category: str, wait: float) -> bool:
        """Log a wait, unless that was done a moment ago; whether it was logged now."""
        with self._changed:
            now = self._clock()
            self._waits_until[category] = now + wait
            if now - self._told_at.get(category, -math.inf) < _TELL_EVERY_SECONDS:
                return False
            self._told_at[category] = now
        LOGGER.info(f"Waiting {math.ceil(wait)} s for Pinterest's quota of {category} calls.")
        return True

    def quota_usage(self) -> list[QuotaUsage]:
        """How much of each quota is used; of several windows, the fullest counts."""
        with self._changed:
            now = self._clock()
            return [self._usage_of(category, windows, now) for category, windows in self._windows.items()]

    def _usage_of(self, category: str, windows: list[_Window], now: float) -> QuotaUsage:
        fullest = max(windows, key=lambda window: window.used(now) / max(1, window.limit))
        left = self._waits_until.get(category, now) - now
        return QuotaUsage(category, fullest.used(now), fullest.limit, left if left > 0 else None)

    def calls_per_second(self, category: str) -> float:
        """How many calls of the category the quota allows in the long run."""
        with self._changed:
            return min(window.limit / window.period for window in self._windows_of(category, self._clock()))

    def settle(self, category: str, headers: Mapping[str, str] | None) -> None:
        """Tell that a call has come back, with its headers, or without any when it was lost."""
        told = read_rate_headers(headers) if headers is not None else []
        with self._changed:
            now = self._clock()
            self._in_flight[category] -= 1
            lasting = [window for window in told if not window.is_overall()]
            known = self._windows_of(category, now)
            if lasting:
                del known[len(lasting) :]
                known += [_Window(limits.CALLS_PER_SECOND, 1.0, now) for _ in lasting[len(known) :]]
                for window, header in zip(known, lasting, strict=True):
                    window.learn(header, now, self._in_flight[category])
            self._changed.notify_all()

    def throttled(self, category: str, hint_seconds: float | None) -> None:
        """Pause the category after Pinterest refused a call for its rate, as long as told, else longer each time.

        Raises:
            QuotaExhaustedError: the pauses in a row, this one included, exceed `max_wait_seconds`.
        """
        with self._changed:
            now = self._clock()
            since = self._throttled_since.setdefault(category, now)
            if now >= self._paused_until.get(category, now):  # a call sent before the pause tells nothing new
                self._throttles[category] += 1
            backoff = min(2 ** (self._throttles[category] - 1), 64) * random.uniform(0.5, 1)  # noqa: S311 - jitter, no secret
            pause = hint_seconds or backoff  # a reset of 0 s is rounded down: no leave to ask at once
            self._paused_until[category] = max(self._paused_until.get(category, now), now + pause)
        if now - since + pause > self._max_wait_seconds:
            raise QuotaExhaustedError(category, pause, self._max_wait_seconds)

    def accepted(self, category: str) -> None:
        """Tell that a call was not throttled, so that the next pause starts small again."""
        if category in self._throttled_since:
            with self._changed:
                self._throttled_since.pop(category, None)
                self._throttles[category] = 0

    def _take(self, category: str) -> float:
        """Take a call and return 0, or return the seconds to wait."""
        with self._changed:
            now = self._clock()
            waits = [
                self._paused_until.get(category, now) - now,
                *(w.seconds_until_free(now, self._in_flight[category]) for w in self._windows_of(category, now)),
            ]
            if len(self._last_second) == limits.CALLS_PER_SECOND:
                waits.append(self._last_second[0] + 1 + _ARRIVAL_SECONDS - now)
            wait = max(waits)
            if wait <= 0:
                for window in self._windows_of(category, now):
                    window.issued += 1
                self._last_second.append(now)
                self._waits_until.pop(category, None)
                self._in_flight[category] += 1
                return 0.0
            return wait

    def _windows_of(self, category: str, now: float) -> list[_Window]:
        guess = limits.CALLS_PER_MINUTE.get(category, limits.CALLS_PER_MINUTE["org_read"])
        return self._windows.setdefault(category, [_Window(guess, 60.0, now + 60.0)])

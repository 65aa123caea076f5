"""How many calls may be made now? What all quotas of Pinterest allow together, kept true by the response headers.

Each answer lists the quotas that its call counted against (https://developers.pinterest.com/docs/reference/rate-limits/
publishes some of them, a first guess). So it is learnt which operations share which quotas, and how full these are.
"""

import logging
import math
import random
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from source_pinterest.api.errors import QuotaExhaustedError
from source_pinterest.api.quota import Quota
from source_pinterest.api.quotas import Quotas, category_of
from source_pinterest.api.rate_headers import read_rate_headers
from source_pinterest.api.threads import Signal
from source_pinterest.api.usage import QuotaUsage

LOGGER = logging.getLogger("airbyte")

_PACING_SECONDS = 1.5
"""Up to here a wait only spaces the calls out; it is nothing that a connection would rather not wait for."""

_LOG_EVERY_SECONDS = 60.0
"""A wait is logged so often, however many calls wait at once."""


class Budget:
    """The allowance of one token, shared by all streams of a sync.

    What is asked for is a rate category, or one of its operations, as `limits.rated_operation` names it.

    Args:
        max_wait_seconds: the longest wait for a quota; past it a call raises `QuotaExhaustedError`.
        before_wait: called before a wait of more than a second, with no lock held.
        clock: seconds that only grow.
        wait: waits for a condition, which it holds, or for so many seconds.
    """

    def __init__(
        self,
        max_wait_seconds: float,
        before_wait: Callable[[], None] = lambda: None,
        clock: Callable[[], float] = time.monotonic,
        wait: Callable[[Signal, float], object] = Signal.wait,
    ) -> None:
        self._max_wait_seconds = max_wait_seconds
        self._before_wait = before_wait
        self._clock = clock
        self._wait = wait
        self._changed = Signal()
        self._quotas = Quotas()
        self._in_flight: Counter[str] = Counter()
        self._paused_until: dict[str, float] = {}
        self._throttled_since: dict[str, float] = {}
        self._throttles: Counter[str] = Counter()
        self._logged_at: dict[str, float] = {}
        self._waits_until: dict[str, float] = {}

    def acquire(self, operation: str) -> None:
        """Take one call of the operation, waiting for it as long as the quotas and `max_wait_seconds` ask.

        Raises:
            QuotaExhaustedError: a quota frees up too late for this sync.
        """
        category, flushed = category_of(operation), False
        while wait := self.take(operation):
            if wait > max(self._max_wait_seconds, _PACING_SECONDS):
                raise QuotaExhaustedError(category, wait, self._max_wait_seconds)
            if wait > 1 and (self._log(category, wait) or not flushed):
                self._before_wait()
                flushed = True
            with self._changed:
                self._wait(self._changed, min(wait, _LOG_EVERY_SECONDS))

    def take(self, operation: str) -> float:
        """Take one call of the operation and return 0, or return how many seconds to wait for it."""
        category = category_of(operation)
        with self._changed:
            now = self._clock()
            quotas = self._rolled(operation, now)
            wait = max(
                *(quota.wait(now) for quota in quotas),
                *(self._paused_until.get(scope, now) - now for scope in (operation, category)),
            )
            if wait > 0:
                return wait
            for quota in quotas:
                quota.take(now)
            self._waits_until.pop(category, None)
            self._in_flight[operation] += 1
            return 0.0

    def settle(self, operation: str, headers: Mapping[str, str] | None) -> None:
        """Learn from a call that has come back, with its headers, or without any when it was lost."""
        answer = read_rate_headers(headers) if headers is not None else ()
        with self._changed:
            now = self._clock()
            self._rolled(operation, now)
            self._in_flight[operation] -= 1
            said = self._quotas.hear(operation, answer, now, self._in_flight)
            for quota in self._quotas.of(operation):
                quota.learn(said.get(quota), now, self._out(quota))
            self._changed.notify_all()

    def throttled(self, operation: str, hint_seconds: float | None) -> None:
        """Pause after Pinterest refused a call for its rate, as long as told, else longer each time.

        If its headers have said that one of the operation's quotas is used up, the category's other operations go on.

        Raises:
            QuotaExhaustedError: the pauses in a row, this one included, exceed `max_wait_seconds`.
        """
        category = category_of(operation)
        with self._changed:
            now = self._clock()
            is_explained = any(quota.wait(now) > 0 for quota in self._quotas.of(operation))
            scope = operation if is_explained else category
            since = self._throttled_since.setdefault(scope, now)
            if now >= self._paused_until.get(scope, now):  # a call sent before the pause says nothing new
                self._throttles[scope] += 1
            backoff = min(2 ** (self._throttles[scope] - 1), 64) * random.uniform(0.5, 1)  # noqa: S311 - jitter, no secret
            pause = hint_seconds or backoff  # a reset of 0 s is rounded down: no leave to ask at once
            self._paused_until[scope] = max(self._paused_until.get(scope, now), now + pause)
        if now - since + pause > self._max_wait_seconds:
            raise QuotaExhaustedError(category, pause, self._max_wait_seconds)

    def accepted(self, operation: str) -> None:
        """Note that a call was not throttled, so that the next pause starts small again."""
        for scope in (operation, category_of(operation)):
            if scope not in self._throttled_since:
                continue
            with self._changed:
                self._throttled_since.pop(scope, None)
                self._throttles[scope] = 0

    def quota_usage(self) -> list[QuotaUsage]:
        """How much of each category's quota is used; of several quotas, the fullest counts."""
        with self._changed:
            now = self._clock()
            categories = dict.fromkeys(map(category_of, self._in_flight))
            return [self._standing(category, now) for category in categories]

    def calls_per_second(self, category: str) -> float:
        """How many calls of the category the quotas allow in the long run."""
        with self._changed:
            return min(quota.limit / quota.period for quota in self._quotas.of_category(category))

    def calls_left(self, category: str) -> float:
        """How many calls of the category this sync can still make; any number where it waits for the next window."""
        with self._changed:
            now = self._clock()
            quotas = self._quotas.of_category(category)
            for quota in quotas:
                quota.roll(now, self._out(quota))
            return min((quota.left(now, self._max_wait_seconds) for quota in quotas if quota.lasts), default=math.inf)

    def _standing(self, category: str, now: float) -> QuotaUsage:
        quotas = self._quotas.of_category(category)
        for quota in quotas:
            quota.roll(now, self._out(quota))
        fullest = max(quotas, key=lambda quota: (quota.lasts, quota.taken / quota.limit))
        left = self._waits_until.get(category, now) - now
        return QuotaUsage(category, fullest.taken, fullest.limit, left if left > 0 else None)

    def _log(self, category: str, wait: float) -> bool:
        """Log a wait, unless that was done a moment ago; whether it was logged now."""
        with self._changed:
            now = self._clock()
            self._waits_until[category] = now + wait
            if now - self._logged_at.get(category, -math.inf) < _LOG_EVERY_SECONDS:
                return False
            self._logged_at[category] = now
        LOGGER.info(f"Waiting {math.ceil(wait)} s for Pinterest's quota of {category} calls.")
        return True

    def _rolled(self, operation: str, now: float) -> Sequence[Quota]:
        """The operation's quotas, each in its present window."""
        quotas = self._quotas.of(operation)
        for quota in quotas:
            quota.roll(now, self._out(quota))
        return quotas

    def _out(self, quota: Quota) -> int:
        """How many calls that count against a quota have no answer yet."""
        return sum(out for operation, out in self._in_flight.items() if out and quota in self._quotas.of(operation))

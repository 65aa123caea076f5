"""The quotas of one token: the intervals that Pinterest counts in, the headers about them, and the waits for them.

Pinterest counts requests in fixed intervals. A header says how many are left when a request arrives at Pinterest, so
that it covers no later request. Until a header has said when an interval ends, requests are spaced out so that they fit
wherever it begins. HTTP 429 that no header has announced is waited for.

The framework's `HttpAPIBudget` is not used: it takes the seconds of `x-ratelimit-reset` for a date, and then lets every
request pass.
"""

import logging
import math
import random
import re
import threading
import time
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from source_pinterest import limits
from source_pinterest.api.errors import QuotaExhaustedError

LOGGER = logging.getLogger("airbyte")

BURST_SECONDS = 1.0
"""Headers about intervals this short are stale when they arrive."""

_ARRIVAL_SECONDS = 0.1
"""Intervals begin and end on the server, which a request may reach this much earlier or later than another one."""

_LATE_END_SECONDS = 0.3
"""Requests of the last moment may count in the next interval, since the announced end is rounded up."""

_OF_ALL_REQUESTS = "safety_net"
"""The beginning of the name of the quota that covers every request."""


@dataclass
class RateLimitHeader:
    """The statement of a response about one quota.

    Attributes:
        limit: requests that an interval holds.
        interval: the length of an interval in seconds.
        name: Pinterest's name of the quota; empty if it has none.
        remaining: requests left; None if the response does not say.
        reset: seconds until the interval ends, a whole number, rounded up.
    """

    limit: int
    interval: float
    name: str = ""
    remaining: int | None = None
    reset: float = 0.0

    def key(self, category: str, place: int) -> str:
        """Return what identifies the quota, which without a name is its place in the list of its category.

        Only the quota of all requests is the same one in each category.
        """
        if self.interval <= BURST_SECONDS and (not self.name or self.name.startswith(_OF_ALL_REQUESTS)):
            return _OF_ALL_REQUESTS
        return f"{category} {self.name or place};w={self.interval:g}"


class Quota:
    """The requests that Pinterest allows in an interval.

    Until a header says when an interval ends, requests are spaced out so that they fit wherever it begins. A header
    may leave fewer until then, since other programs and an earlier sync send requests too.

    Attributes:
        limit: requests that an interval holds.
        interval: the length of an interval in seconds.
        sent: the times of the requests in the last interval.
        key: identifies it; empty for a number that Pinterest has published.
        in_flight: the requests whose responses have not come yet. A header may have counted them or not.

    Args:
        limit: requests that an interval holds.
        interval: the length of an interval in seconds.
        sent: the times of requests that count against it.
        key: identifies it.
        in_flight: the requests on their way that count against it.
    """

    def __init__(
        self, limit: int, interval: float, sent: Iterable[float] = (), key: str = "", in_flight: int = 0
    ) -> None:
        self.limit = limit
        self.interval = interval
        self.sent = list(sent)
        self.key = key
        self.in_flight = in_flight
        self._has_remaining_header = False
        """Whether the current response has a header with the remaining requests."""
        self._remaining, self._ends_at = math.inf, -math.inf
        """The fewest requests that a header of this interval left, and when the interval ends."""

    @property
    def is_long(self) -> bool:
        """Whether headers about an interval still hold when they arrive."""
        return self.interval > BURST_SECONDS

    def used(self, now: float) -> int:
        """Return the requests that count at present."""
        self._forget_old(now)
        return int(max(len(self.sent), self.limit - self._remaining + self.in_flight))

    def answered(self) -> None:
        """Count a response, after its headers. If none of them says how many requests are left, its request counts."""
        self.in_flight = max(0, self.in_flight - 1)
        if not self._has_remaining_header:
            self._remaining -= 1
        self._has_remaining_header = False

    def _forget_old(self, now: float) -> None:
        """Forget requests and headers that no longer count."""
        over = now - self.interval - _ARRIVAL_SECONDS
        if now >= self._ends_at:
            self._remaining, over = math.inf, max(over, self._ends_at - _LATE_END_SECONDS)
        del self.sent[: bisect_right(self.sent, over)]

    def wait(self, now: float) -> float:
        """Return the seconds until the next request may be sent, or until the next response may show that it may."""
        if self.used(now) < self.limit:
            return 0.0
        may_be_counted = len(self.sent) < self.limit and self._remaining > 0
        return _ARRIVAL_SECONDS if may_be_counted else self._renewed_at(self.sent[-self.limit :], now) - now

    def remaining(self, now: float, max_wait_seconds: float) -> float:
        """Return the requests left in the interval; infinity if the next one begins within `max_wait_seconds`."""
        remaining = max(0, self.limit - self.used(now))
        return remaining if self._renewed_at(self.sent, now) - now > max_wait_seconds else math.inf

    def _renewed_at(self, sent: Sequence[float], now: float) -> float:
        """Return when the interval ends; without a header, when the first one of the requests no longer counts."""
        first = sent[0] + _ARRIVAL_SECONDS if sent else now
        return first + self.interval if math.isinf(self._remaining) else self._ends_at

    def learn(self, header: RateLimitHeader, sent_at: float, now: float) -> None:
        """Take over the statement of a response, if it leaves fewer requests of the interval than any before.

        Args:
            header: the statement of the response.
            sent_at: when the request was sent.
            now: when the response arrived.
        """
        self._forget_old(now)
        is_other = header.limit != self.limit
        self.limit = header.limit
        self._has_remaining_header = header.remaining is not None
        if header.remaining is None or not self.is_long or sent_at < self._ends_at <= now:
            return
        if is_other or header.remaining <= self._remaining:
            self._remaining, self._ends_at = header.remaining, now + header.reset + _ARRIVAL_SECONDS


_ITEM = re.compile(r'(?:[^,"]|"[^"]*")+')
_PARAMETER = re.compile(r';\s*(\w+)\s*=\s*(?:"([^"]*)"|([^;"]*))')


def read_rate_headers(headers: Mapping[str, str]) -> Sequence[RateLimitHeader]:
    """Return the quotas that a response lists; none if the headers have another form than the recorded one.

    The limit header begins with the limit of the tightest quota, and then lists each quota with its interval, with or
    without a name. The other two headers are about the tightest one. If several may be meant, they are ignored.
    """
    try:
        remaining, reset = (_number(headers.get(f"x-ratelimit-{name}", "")) for name in ("remaining", "reset"))
        tightest, *items = _ITEM.findall(headers.get("x-ratelimit-limit", "")) or [""]
        limit, quotas = _number(tightest), [_quota(item) for item in items]
    except ValueError:
        return ()
    meant = [quota for quota in quotas if quota.limit == limit and reset <= quota.interval]
    if len(meant) == 1:
        meant[0].remaining, meant[0].reset = int(remaining), reset
    return quotas


def _quota(item: str) -> RateLimitHeader:
    """Read one quota of the list.

    Raises:
        ValueError: it allows no request, or its interval is missing or longer than the longest known one.
    """
    parameters = {key: quoted or plain for key, quoted, plain in _PARAMETER.findall(item)}
    limit, interval = _number(item.partition(";")[0]), _number(parameters.get("w", ""))
    if limit < 1 or not 0 < interval <= limits.LONGEST_RESET_SECONDS:
        raise ValueError("This is not a quota.")
    return RateLimitHeader(int(limit), interval, parameters.get("name", ""))


def _number(text: str) -> float:
    number = float(text)
    if not 0 <= number < math.inf:
        raise ValueError("The number is negative, infinite or not a number.")
    return number


def category_of(operation: str) -> str:
    """Return the rate category of an operation, with which its name begins."""
    return operation.partition(" ")[0]


_REPORTS = "/reports"
"""Operations that create and poll reports end so. They have one more quota than others of their category."""


class Quotas:
    """The known quotas of one token, and which operations count against each."""

    def __init__(self) -> None:
        everything = Quota(limits.REQUESTS_PER_SECOND, 1.0, key=_OF_ALL_REQUESTS)
        self._by_scope: dict[str, Sequence[Quota]] = {
            category: (everything, Quota(requests, 60.0)) for category, requests in limits.REQUESTS_PER_MINUTE.items()
        }
        """By category. Operations of reports have an entry each, once headers have listed their quotas."""
        self._of_accounts: dict[str, Quota] = {}
        """By operation: quotas per ad account, which no header lists."""
        self._unanswered = Counter[str]()
        """By operation: the requests whose responses have not come yet."""

    def of_operation(self, operation: str) -> Sequence[Quota]:
        """Return the quotas that a request counts against."""
        requests = limits.own_requests_per_minute(operation)
        own = [self._of_accounts.setdefault(operation, Quota(requests, 60.0))] if requests else []
        return [*self._listed(operation), *own]

    def of_category(self, category: str) -> Sequence[Quota]:
        """Return the quotas that any operation of a category counts against."""
        entries = self._by_scope.items()
        return [quota for scope, quotas in entries if category_of(scope) == category for quota in quotas]

    def known(self) -> Iterable[Quota]:
        """Return the quotas of all categories, as far as they are known."""
        return (quota for quotas in self._by_scope.values() for quota in quotas)

    def take(self, operation: str, now: float) -> None:
        """Count a request that is sent now."""
        self._unanswered[operation] += 1
        for quota in self.of_operation(operation):
            quota.sent.append(now)
            quota.in_flight += 1

    def answered(self, operation: str, headers: Sequence[RateLimitHeader], sent_at: float, now: float) -> None:
        """Count a response, and adjust the quotas to its headers.

        Args:
            operation: the operation of the request.
            headers: the quotas that the response lists.
            sent_at: when the request was sent.
            now: when the response arrived.
        """
        if 0 < len(headers) <= limits.QUOTAS_OF_A_RESPONSE:
            self._learn(operation, headers, sent_at, now)
        self._unanswered[operation] -= 1
        for quota in self.of_operation(operation):
            quota.answered()

    def _learn(self, operation: str, headers: Sequence[RateLimitHeader], sent_at: float, now: float) -> None:
        """Adjust the quotas to headers, and note which quotas the operation has."""
        category, known = category_of(operation), {quota.key: quota for quota in self.known()}
        listed = {header.key(category, place): header for place, header in enumerate(headers)}
        # A new quota takes over the requests of one that is not listed, as a rule the published number. Of the requests
        # on their way it takes those of this operation, since the others may not count against it.
        unlisted = [quota.sent for quota in self._listed(operation) if quota.is_long and quota.key not in listed]
        sent = max(unlisted, key=len, default=[sent_at])
        quotas = {_OF_ALL_REQUESTS: known[_OF_ALL_REQUESTS]}
        for key, header in listed.items():
            quotas[key] = known.get(key) or Quota(header.limit, header.interval, sent, key, self._unanswered[operation])
            quotas[key].learn(header, sent_at, now)
        self._by_scope[operation if operation.endswith(_REPORTS) else category] = tuple(quotas.values())

    def _listed(self, operation: str) -> Sequence[Quota]:
        return self._by_scope.get(operation) or self._by_scope[category_of(operation)]


_PACING_SECONDS = 1.5
"""Waits up to this length only space requests out. `max_wait_seconds` does not limit them."""

_LONGEST_SHORT_INTERVAL = 3_600.0
"""A quota with a longer interval, in seconds, counts as a daily one."""

_FIRST_SECONDS = 1.0
"""After a pause, one request goes first; the others follow once it is accepted, or one more after this time."""

_LOG_EVERY_SECONDS = 60.0
"""The minimum seconds between log lines about waiting requests."""


@dataclass
class _Pause:
    """Throttled requests of an operation in a row.

    Attributes:
        since: when the first one was throttled.
        until: when the next request may be sent.
        throttles: how many pauses the row has.
        is_over: whether a request was sent after the last pause.
    """

    since: float
    until: float
    throttles: int = 0
    is_over: bool = True


class Budget:
    """The quotas of one token, shared by all streams of a sync. Requests wait here before they are sent.

    An operation is a rate category, or a category with an endpoint, as `limits.rated_operation` names it.

    Args:
        max_wait_seconds: the longest wait for a quota; a request that would wait longer fails.
        clock: a monotonic clock, in seconds.
        wait: waits for a condition, whose lock is held, for at most a number of seconds.
    """

    def __init__(
        self,
        max_wait_seconds: float,
        clock: Callable[[], float] = time.monotonic,
        wait: Callable[[threading.Condition, float], object] = threading.Condition.wait,
    ) -> None:
        self._max_wait_seconds = max_wait_seconds
        self._clock = clock
        self._wait = wait
        self._changed = threading.Condition()
        self._quotas = Quotas()
        self._pauses: dict[str, _Pause] = {}
        self._logged_at: dict[str, float] = {}

    def acquire(self, operation: str) -> float:
        """Take a request of the operation from its quotas, after waiting for them if necessary; return the time.

        Raises:
            FatalError: a quota renews too late for this sync.
        """
        category = category_of(operation)
        while wait := self.take(operation):
            if wait > max(self._max_wait_seconds, _PACING_SECONDS):
                raise self._exhausted(category, wait)
            if wait > 1:
                self._log(category, wait)
            with self._changed:
                self._wait(self._changed, min(wait, _LOG_EVERY_SECONDS))
        return self._clock()

    def take(self, operation: str) -> float:
        """Take a request of the operation and return 0, or return the seconds to wait before the next attempt."""
        with self._changed:
            now = self._clock()
            quotas, pause = self._quotas.of_operation(operation), self._pauses.get(operation)
            wait = max(*(quota.wait(now) for quota in quotas), pause.until - now if pause else 0)
            if wait > 0:
                return wait
            if pause:
                pause.until, pause.is_over = now + _FIRST_SECONDS, True
            self._quotas.take(operation, now)
            return 0.0

    def release(self, operation: str, sent_at: float, headers: Mapping[str, str]) -> None:
        """Count a response, and learn from its headers.

        Args:
            operation: the operation of the request.
            sent_at: when it was sent, as `acquire` returned it.
            headers: the headers; none if no response came.
        """
        quota_headers = read_rate_headers(headers)
        with self._changed:
            self._quotas.answered(operation, quota_headers, sent_at, self._clock())
            self._changed.notify_all()

    def back_off(self, operation: str, hint_seconds: float | None) -> None:
        """Pause the operation after a throttled request, as long as Pinterest says, otherwise longer each time.

        Raises:
            FatalError: the pauses in a row, this one included, exceed `max_wait_seconds`.
        """
        with self._changed:
            now = self._clock()
            pause = self._pauses.setdefault(operation, _Pause(now, now))
            pause.throttles += pause.is_over  # requests sent before the pause began do not count again
            pause.is_over = False
            backoff = min(2 ** (pause.throttles - 1), 64) * random.uniform(0.5, 1)  # noqa: S311 - jitter, no secret
            seconds = hint_seconds or backoff  # a reset of 0 s is rounded down; wait anyway
            pause.until = max(pause.until, now + seconds)
            is_too_long = now - pause.since + seconds > self._max_wait_seconds
        if is_too_long:
            raise self._exhausted(category_of(operation), seconds)

    def _exhausted(self, category: str, wait_seconds: float) -> QuotaExhaustedError:
        until = datetime.now(UTC) + timedelta(seconds=wait_seconds)
        return QuotaExhaustedError(
            f"Pinterest allows no more {category} requests until {until:%Y-%m-%d %H:%M} UTC, and that is longer than "
            f"the {self._max_wait_seconds / 60:g} minutes this connection waits (option Longest Wait for Quota). What "
            "was read is kept, and the next sync continues from there. A full refresh of many records needs "
            "Pinterest's Standard access."
        )

    def accepted(self, operation: str) -> None:
        """Note that a request was not throttled. If it was sent after a pause, the others follow."""
        with self._changed:
            if operation in self._pauses and self._pauses[operation].is_over:
                del self._pauses[operation]
                self._changed.notify_all()

    def requests_per_second(self, category: str) -> float:
        """Return the rate of requests of the category that its quotas allow in the long run."""
        with self._changed:
            return min(quota.limit / quota.interval for quota in self._quotas.of_category(category))

    def requests_left(self, category: str) -> float:
        """Return the requests of the category that this sync can still send; infinity if it waits for new ones."""
        with self._changed:
            now = self._clock()
            quotas = self._quotas.of_category(category)
            return min(
                (quota.remaining(now, self._max_wait_seconds) for quota in quotas if quota.is_long), default=math.inf
            )

    def has_daily_quota(self) -> bool:
        """Return whether a header has listed a quota of a day."""
        with self._changed:
            return any(quota.interval > _LONGEST_SHORT_INTERVAL for quota in self._quotas.known())

    def _log(self, category: str, wait: float) -> None:
        """Log a wait unless one was logged a moment ago."""
        with self._changed:
            now = self._clock()
            if now - self._logged_at.get(category, -math.inf) < _LOG_EVERY_SECONDS:
                return
            self._logged_at[category] = now
        LOGGER.info(f"Waiting {math.ceil(wait)} s for Pinterest's quota of {category} requests.")

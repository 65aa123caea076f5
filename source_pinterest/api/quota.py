"""The quotas of one token: the windows that Pinterest counts in, the headers about them, and the waits for them.

Pinterest counts requests in fixed windows. It states how many are left when it receives a request, and that statement
arrives with the response: it covers no request received later, and responses overtake each other. Until a header has
said when a window ends, requests are spaced out so that they fit wherever it begins.
"""

import logging
import math
import random
import re
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from source_pinterest import limits
from source_pinterest.api.errors import QuotaExhaustedError
from source_pinterest.api.threads import Signal
from source_pinterest.api.usage import QuotaUsage
from source_pinterest.limits import LONGEST_RESET_SECONDS

LOGGER = logging.getLogger("airbyte")


# ----------------------------------------------------------------------------------------------------------------------
# One quota
# ----------------------------------------------------------------------------------------------------------------------

BURST_SECONDS = 1.0
"""Headers about windows this short are stale when they arrive."""

_ARRIVAL_SECONDS = 0.1
"""Of two requests that left together, one may arrive this much earlier. Windows begin and end on the server."""

_RESET_MARGIN_SECONDS = 1.0
"""A reset without a period may be rounded up or down. With a period it is rounded up: one of a second is 1, never 0."""

_LATE_END_SECONDS = 1.5
"""A window may have ended this long before its end is known: resets are whole seconds, and responses take time."""

_SHORT_RESET_SECONDS = 5.0
"""For shorter resets a whole second of margin would cost more requests than it saves."""


@dataclass(frozen=True)
class QuotaHeader:
    """The statement of a response about one quota.

    Attributes:
        limit: requests that a window holds; 0 if unknown.
        period: the length of a window in seconds; 0 if unknown.
        name: Pinterest's name of the quota; empty if it has none.
        remaining: requests left; without a reset, at least this many are left.
        reset: seconds until the window ends.
    """

    limit: int = 0
    period: float = 0.0
    name: str = ""
    remaining: int = 0
    reset: float | None = None


class Quota:
    """Counts the requests in the windows of one quota.

    Args:
        limit: requests that a window holds.
        period: the length of a window in seconds.
        sent: the times of requests that count against it.
        in_flight: requests of any quota without a response so far.
    """

    def __init__(self, limit: int, period: float, sent: Iterable[float] = (), in_flight: int = 0) -> None:
        self.limit = limit
        self.period = period
        self._sent = deque(sent)
        """The times of requests: of a whole period while the end of the window is unknown, else of the latest ones."""
        self._ends_at: float | None = None
        self._taken = 0
        """Once the end is known: requests in the window, with those of other programs and those in flight."""
        self._is_periodic = False
        """Whether each window begins where the last one ended, and not with its first request."""
        self._empty_until = -math.inf
        self._stale = 0
        """Responses in flight that may still describe the previous window."""
        self._in_flight = in_flight
        """Requests that were in flight when `_newest` was reset. After one more response than that, the responses
        include one to a later request."""
        self._responses = 0
        self._newest = 0
        """The most requests in the window, according to the responses since then."""
        self._highest = len(self._sent)
        """The most requests in the window, according to all of its responses."""
        self._certain = 0
        """Requests that the window certainly had taken."""
        self._without_header = 0
        """Responses that did not mention this quota."""

    @property
    def is_long(self) -> bool:
        """Whether headers about a window still hold when they arrive."""
        return self.period > BURST_SECONDS

    @property
    def taken(self) -> int:
        """Requests in the present window."""
        return len(self._sent) if self._ends_at is None else self._taken

    def sent(self, now: float) -> Iterable[float]:
        """Return the latest times at which the requests in the window can have been sent."""
        return self._sent if self._ends_at is None else [now] * self._taken

    def roll(self, now: float, in_flight: int) -> None:
        """Begin the next window if this one is over. Requests in flight may count in either."""
        if self._ends_at is None:
            self._forget(now - self.period - _ARRIVAL_SECONDS)
        elif now < self._ends_at:
            self._forget(now - _LATE_END_SECONDS)
        elif self._is_periodic:
            began_at = self._ends_at + (now - self._ends_at) // self.period * self.period
            self._forget(began_at - _LATE_END_SECONDS)
            uncertain = min(len(self._sent), self._taken - self._certain)
            self._begin(began_at + self.period, max(in_flight, uncertain), in_flight)
        else:
            self._sent = deque([now] * in_flight)
            self._begin(None, in_flight, in_flight)

    def wait(self, now: float) -> float:
        """Return the seconds until the next request may be sent."""
        free_at = now
        if self.taken >= self.limit and self._ends_at is not None:
            free_at = self._ends_at
        elif self.taken >= self.limit:
            free_at = self._sent[-self.limit] + self.period + _ARRIVAL_SECONDS
        return max(free_at, self._empty_until) - now

    def left(self, now: float, max_wait_seconds: float) -> float:
        """Return the requests left in the window; infinity if the next one begins within `max_wait_seconds`."""
        began_at = self._sent[0] if self._sent else now
        renewed_at = began_at + self.period if self._ends_at is None else self._ends_at
        return max(0, self.limit - self.taken) if renewed_at - now > max_wait_seconds else math.inf

    def take(self, now: float) -> None:
        """Count a request that is sent."""
        self._sent.append(now)
        self._taken += 1

    def learn(self, header: QuotaHeader | None, now: float, in_flight: int) -> None:
        """Adjust the count to a response.

        Args:
            header: the statement of the response; None if it has none about this quota.
            now: the time of the response.
            in_flight: requests of this quota without a response so far.
        """
        if header is None:
            self._without_header += 1
            return
        limit = header.limit or self.limit
        taken = limit - header.remaining
        if header.reset is not None and not self._learn_end(header, header.reset, taken, now, in_flight):
            return
        self.limit = limit
        self._lower(taken, in_flight)

    def _learn_end(self, header: QuotaHeader, reset: float, taken: int, now: float, in_flight: int) -> bool:
        """Learn when the window ends and what it has taken; return whether the response describes this window.

        A late response announces too late an end, so that the earliest announcement is the best one.
        """
        if header.period and header.period <= BURST_SECONDS:
            self._empty_until = now + reset + _ARRIVAL_SECONDS if not header.remaining else self._empty_until
            return True
        self._is_periodic = bool(header.period)
        self.period = header.period or max(self.period, reset)
        is_short = reset <= _SHORT_RESET_SECONDS
        end = now + reset + (_ARRIVAL_SECONDS if self._is_periodic or is_short else _RESET_MARGIN_SECONDS)
        if self._ends_at is None:
            self._ends_at, self._taken = end, len(self._sent)
        elif self._stale and end < self._ends_at - _LATE_END_SECONDS:
            self._stale -= 1
            return False
        elif abs(end - self._ends_at) <= self.period / 2:
            self._ends_at = min(self._ends_at, end if self._is_periodic or not is_short else self._ends_at)
        else:
            self._begin(end, taken + in_flight, in_flight)
        self._certain = max(self._certain, taken)
        if taken > self._taken:
            self._taken = taken + in_flight  # other programs' requests; ours in flight may be among them or not
        return True

    def _lower(self, taken: int, in_flight: int) -> None:
        """Lower the count once a response is certainly newer than the one that raised it."""
        self._newest = max(self._newest, taken)
        self._highest = max(self._highest, taken)
        self._responses += 1
        if self._responses > self._in_flight:
            self._highest = self._newest
        elif in_flight:
            return
        at_most = self._highest + self._without_header + in_flight
        self._taken = min(self._taken, at_most)
        while len(self._sent) > at_most:
            self._sent.popleft()
        if at_most < self._certain:
            self._certain = 0  # on the server, the next window has begun
        self._in_flight, self._responses, self._newest = in_flight, 0, 0

    def _forget(self, before: float) -> None:
        while self._sent and self._sent[0] <= before:
            self._sent.popleft()

    def _begin(self, ends_at: float | None, taken: int, in_flight: int) -> None:
        self._ends_at, self._taken = ends_at, taken
        self._stale = self._in_flight = in_flight
        self._responses = self._newest = self._highest = self._certain = self._without_header = 0


# ----------------------------------------------------------------------------------------------------------------------
# The x-ratelimit headers of a response
# ----------------------------------------------------------------------------------------------------------------------

_MAX_QUOTAS = 20
"""More than any response lists."""

_ITEM = re.compile(r'(?:[^,"]|"[^"]*")+')
_PARAMETER = re.compile(r';\s*(\w+)\s*=\s*(?:"([^"]*)"|([^;"]*))')


@dataclass(frozen=True)
class _Remaining:
    requests: int
    reset: float

    def fits(self, quota: QuotaHeader) -> bool:
        in_time = self.reset <= (quota.period or math.inf)
        return in_time and self.requests <= (quota.limit or math.inf)

    def of(self, quota: QuotaHeader) -> QuotaHeader:
        return replace(quota, remaining=self.requests, reset=self.reset)


def read_rate_headers(headers: Mapping[str, str]) -> Sequence[QuotaHeader]:
    """Return the quotas that a response lists; none if the headers have an unknown form.

    The known forms are Pinterest's, in which the limit of the tightest quota precedes the list of all quotas, with or
    without names; a single number in each header, or no limit; and lists in all headers, with one position per quota.
    """
    remaining = _read_remaining(headers.get("x-ratelimit-remaining", ""), headers.get("x-ratelimit-reset", ""))
    quotas = _read_quotas(headers.get("x-ratelimit-limit"))
    if len(quotas) > 1 and not quotas[0].period:
        first, *quotas = quotas
        if len(remaining) == 1:
            return _of_the_tightest(first, quotas, remaining[0])
    if len(remaining) != len(quotas) or not all(
        left.fits(quota) for quota, left in zip(quotas, remaining, strict=True)
    ):
        return ()
    return [left.of(quota) for quota, left in zip(quotas, remaining, strict=True)]


def _of_the_tightest(first: QuotaHeader, quotas: Sequence[QuotaHeader], remaining: _Remaining) -> Sequence[QuotaHeader]:
    """Assign the one remaining number to the quota with the first limit; the others have at least as many left.

    If several quotas have that limit, the number is a lower bound for all.
    """
    candidates = [quota for quota in quotas if quota.limit == first.limit and remaining.fits(quota)]
    if not candidates or not all(quota.period for quota in quotas):
        return ()
    tightest = candidates[0] if len(candidates) == 1 else None
    return [remaining.of(q) if q is tightest else replace(q, remaining=remaining.requests) for q in quotas]


def _read_remaining(remaining: str, reset: str) -> Sequence[_Remaining]:
    numbers, resets = _numbers(remaining), _numbers(reset)
    if len(numbers) != len(resets) or any(seconds > LONGEST_RESET_SECONDS for seconds in resets):
        return ()
    return [_Remaining(int(number), seconds) for number, seconds in zip(numbers, resets, strict=True)]


def _read_quotas(limit: str | None) -> Sequence[QuotaHeader]:
    """Return all quotas of a list, or none if one is invalid. Without a list there is one quota of unknown size."""
    if limit is None:
        return [QuotaHeader()]
    read = [_read_quota(item) for item in _ITEM.findall(limit)]
    quotas = [quota for quota in read if quota is not None]
    return quotas if len(quotas) == len(read) <= _MAX_QUOTAS else ()


def _read_quota(item: str) -> QuotaHeader | None:
    number = _number(item.partition(";")[0])
    parameters = {key: quoted or plain for key, quoted, plain in _PARAMETER.findall(item)}
    period = _number(parameters.get("w", "0"))
    if number is None or number < 1 or period is None or ("w" in parameters and not period):
        return None  # a quota of no requests, or of no time
    return QuotaHeader(int(number), period, parameters.get("name", ""))


def _numbers(header: str) -> Sequence[float]:
    """Return all numbers of a list, or none if one is invalid."""
    read = [_number(item) for item in header.split(",")]
    numbers = [number for number in read if number is not None]
    return numbers if len(numbers) == len(read) else ()


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None


# ----------------------------------------------------------------------------------------------------------------------
# All quotas of a token
# ----------------------------------------------------------------------------------------------------------------------

_OF_ALL_REQUESTS = "safety_net"
"""The beginning of the name of the quota that covers every request."""

_MAX_NAMES = 500


def category_of(operation: str) -> str:
    """Return the rate category of an operation, with which its name begins."""
    return operation.partition(" ")[0]


class Quotas:
    """The known quotas of one token, and which operations count against each."""

    def __init__(self) -> None:
        self._of_all_requests = Quota(limits.REQUESTS_PER_SECOND, 1.0)
        self._by_name: dict[str, Quota] = {}
        self._listed: dict[str, Sequence[Quota]] = {}
        self._by_account: dict[str, Quota] = {}

    def of(self, operation: str) -> Sequence[Quota]:
        """Return the quotas that a request counts against, with the one of all requests."""
        account = self._account_quota(operation)
        return (*self._listed_or_guessed(operation), account) if account else self._listed_or_guessed(operation)

    def of_category(self, category: str) -> Sequence[Quota]:
        """Return the quotas that any operation of a category counts against."""
        listed = [quotas for operation, quotas in self._listed.items() if category_of(operation) == category]
        return [quota for quotas in listed or [self._guessed(category)] for quota in quotas]

    def match(
        self, operation: str, headers: Sequence[QuotaHeader], now: float, in_flight: Counter[str]
    ) -> Mapping[Quota, QuotaHeader]:
        """Assign the headers of a response to quotas, and remember which quotas the operation has.

        Args:
            operation: the operation of the request.
            headers: the quotas that the response lists.
            now: the time of the response.
            in_flight: requests of each operation without a response so far.
        """
        long = [quota for quota in self._listed_or_guessed(operation) if quota.is_long]
        if len(headers) == 1 and not headers[0].period:
            return {long[0]: headers[0]} if len(long) == 1 else {}
        category = category_of(operation)
        names = [_name(header, category, position) for position, header in enumerate(headers)]
        known = [self._by_name.get(name) for name in names]
        # A new quota takes over the requests of the one that is no longer listed, as a rule the published number.
        dropped = max((quota for quota in long if quota not in known), key=lambda quota: quota.taken, default=None)
        sent = dropped.sent(now) if dropped else [now] * (in_flight[operation] + 1)
        matched: dict[Quota, QuotaHeader] = {}
        for name, header in zip(names, headers, strict=True):
            if name not in self._by_name:
                is_of_all = header.period <= BURST_SECONDS and self._covers_all_operations(header)
                new = Quota(header.limit, header.period, sent, in_flight.total() + 1)
                self._by_name[name] = self._of_all_requests if is_of_all else new
            matched[self._by_name[name]] = header
        if matched:
            self._listed[operation] = self._listed[category] = [*{self._of_all_requests: None, **matched}]
            self._forget_unlisted()
        return matched

    def _forget_unlisted(self) -> None:
        """Bound the number of names, in case a server sends new ones all the time."""
        if len(self._by_name) > _MAX_NAMES:
            listed = {quota for quotas in self._listed.values() for quota in quotas}
            self._by_name = {name: quota for name, quota in self._by_name.items() if quota in listed}

    def _covers_all_operations(self, header: QuotaHeader) -> bool:
        return header.name.startswith(_OF_ALL_REQUESTS) if header.name else header.limit == self._of_all_requests.limit

    def _listed_or_guessed(self, operation: str) -> Sequence[Quota]:
        """Return the quotas that headers have listed for the operation or its category, else the published one."""
        category = category_of(operation)
        return self._listed.get(operation) or self._listed.get(category) or self._guessed(category)

    def _account_quota(self, operation: str) -> Quota | None:
        """Return the operation's quota per ad account, which no header was seen to list; None if it has none."""
        if operation not in self._by_account and (requests := limits.own_requests_per_minute(operation)):
            self._by_account[operation] = Quota(requests, 60.0)
        return self._by_account.get(operation)

    def _guessed(self, category: str) -> Sequence[Quota]:
        if category not in self._by_name:
            guess = limits.REQUESTS_PER_MINUTE.get(category, limits.REQUESTS_PER_MINUTE["org_read"])
            self._by_name[category] = Quota(guess, 60.0)
        return self._of_all_requests, self._by_name[category]


def _name(header: QuotaHeader, category: str, position: int) -> str:
    """Return the key of a quota: its name, or its position in the list, and its period."""
    return f"{header.name or f'{category} {position}'};w={header.period:g}"


# ----------------------------------------------------------------------------------------------------------------------
# The budget of a sync
# ----------------------------------------------------------------------------------------------------------------------

_PACING_SECONDS = 1.5
"""Waits up to this length only space requests out. `max_wait_seconds` does not limit them."""

_LOG_EVERY_SECONDS = 60.0
"""The interval of log lines about waits, however many requests wait at once."""


class Budget:
    """The quotas of one token, shared by all streams of a sync. Requests wait here before they are sent.

    An operation is a rate category, or a category with an endpoint, as `limits.rated_operation` names it.

    Args:
        max_wait_seconds: the longest wait for a quota; a request that would wait longer fails.
        before_wait: called before a wait of more than a second, with no lock held.
        clock: a monotonic clock, in seconds.
        wait: waits for a condition, whose lock is held, for at most a number of seconds.
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
        """Take a request of the operation from its quotas, after waiting for them if necessary.

        Raises:
            QuotaExhaustedError: a quota renews too late for this sync.
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
        """Take a request of the operation and return 0, or return the seconds to wait before the next attempt."""
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

    def release(self, operation: str, headers: Mapping[str, str] | None) -> None:
        """Note the end of a request, and learn from the headers of its response.

        Args:
            operation: the operation of the request.
            headers: the headers; None if no response came.
        """
        listed = read_rate_headers(headers) if headers is not None else ()
        with self._changed:
            now = self._clock()
            self._rolled(operation, now)
            self._in_flight[operation] -= 1
            matched = self._quotas.match(operation, listed, now, self._in_flight)
            for quota in self._quotas.of(operation):
                quota.learn(matched.get(quota), now, self._in_flight_of(quota))
            self._changed.notify_all()

    def throttled(self, operation: str, hint_seconds: float | None) -> None:
        """Pause after a throttled request, as long as Pinterest says, else longer each time.

        The pause covers the operation if one of its quotas is used up according to headers, else its whole category.

        Raises:
            QuotaExhaustedError: the pauses in a row, this one included, exceed `max_wait_seconds`.
        """
        category = category_of(operation)
        with self._changed:
            now = self._clock()
            is_explained = any(quota.wait(now) > 0 for quota in self._quotas.of(operation))
            scope = operation if is_explained else category
            since = self._throttled_since.setdefault(scope, now)
            if now >= self._paused_until.get(scope, now):  # requests sent before the pause began do not count again
                self._throttles[scope] += 1
            backoff = min(2 ** (self._throttles[scope] - 1), 64) * random.uniform(0.5, 1)  # noqa: S311 - jitter, no secret
            pause = hint_seconds or backoff  # a reset of 0 s is rounded down and no reason to retry at once
            self._paused_until[scope] = max(self._paused_until.get(scope, now), now + pause)
        if now - since + pause > self._max_wait_seconds:
            raise QuotaExhaustedError(category, pause, self._max_wait_seconds)

    def accepted(self, operation: str) -> None:
        """Note that a request was not throttled, so that the next pause starts small again."""
        for scope in (operation, category_of(operation)):
            if scope not in self._throttled_since:
                continue
            with self._changed:
                self._throttled_since.pop(scope, None)
                self._throttles[scope] = 0

    def quota_usage(self) -> list[QuotaUsage]:
        """Return the usage of each category's quota; of several quotas, the fullest."""
        with self._changed:
            now = self._clock()
            categories = dict.fromkeys(map(category_of, self._in_flight))
            return [self._usage_of(category, now) for category in categories]

    def requests_per_second(self, category: str) -> float:
        """Return the rate of requests of the category that its quotas allow in the long run."""
        with self._changed:
            return min(quota.limit / quota.period for quota in self._quotas.of_category(category))

    def requests_left(self, category: str) -> float:
        """Return the requests of the category that this sync can still send; infinity if it waits for a new window."""
        with self._changed:
            now = self._clock()
            quotas = self._quotas.of_category(category)
            for quota in quotas:
                quota.roll(now, self._in_flight_of(quota))
            return min((quota.left(now, self._max_wait_seconds) for quota in quotas if quota.is_long), default=math.inf)

    def _usage_of(self, category: str, now: float) -> QuotaUsage:
        quotas = self._quotas.of_category(category)
        for quota in quotas:
            quota.roll(now, self._in_flight_of(quota))
        fullest = max(quotas, key=lambda quota: (quota.is_long, quota.taken / quota.limit))
        wait = self._waits_until.get(category, now) - now
        return QuotaUsage(category, fullest.taken, fullest.limit, wait if wait > 0 else None)

    def _log(self, category: str, wait: float) -> bool:
        """Log a wait unless one was logged a moment ago; return whether it was logged."""
        with self._changed:
            now = self._clock()
            self._waits_until[category] = now + wait
            if now - self._logged_at.get(category, -math.inf) < _LOG_EVERY_SECONDS:
                return False
            self._logged_at[category] = now
        LOGGER.info(f"Waiting {math.ceil(wait)} s for Pinterest's quota of {category} requests.")
        return True

    def _rolled(self, operation: str, now: float) -> Sequence[Quota]:
        """Return the operation's quotas, each in its present window."""
        quotas = self._quotas.of(operation)
        for quota in quotas:
            quota.roll(now, self._in_flight_of(quota))
        return quotas

    def _in_flight_of(self, quota: Quota) -> int:
        """Return the number of requests in flight that count against a quota."""
        return sum(
            count for operation, count in self._in_flight.items() if count and quota in self._quotas.of(operation)
        )

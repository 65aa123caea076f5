"""How many calls does one quota still allow? What Pinterest has last said of it, and what we have asked since.

Pinterest counts in fixed windows. It says what is left when it takes a call up, and we hear it when the call is
answered: of what was said later, nothing is known yet, and answers overtake each other. As long as nobody has said
when a window ends, calls are spaced out so that they fit wherever it begins.
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

_MOST_QUOTAS = 20
"""No answer lists more."""

_ITEM = re.compile(r'(?:[^,"]|"[^"]*")+')
_PARAMETER = re.compile(r';\s*(\w+)\s*=\s*(?:"([^"]*)"|([^;"]*))')


@dataclass(frozen=True)
class QuotaHeader:
    """What an answer says of one quota.

    Attributes:
        limit: calls that a window holds; 0 where nothing says so.
        period: seconds that a window lasts; 0 where nothing says so.
        name: Pinterest's name of the quota, or nothing.
        remaining: calls left: so many where a reset is given, at least so many where none is.
        reset: seconds until the window ends.
    """

    limit: int = 0
    period: float = 0.0
    name: str = ""
    remaining: int = 0
    reset: float | None = None


@dataclass(frozen=True)
class _Left:
    remaining: int
    reset: float

    def fits(self, quota: QuotaHeader) -> bool:
        in_time = self.reset <= (quota.period or math.inf)
        return in_time and self.remaining <= (quota.limit or math.inf)

    def of(self, quota: QuotaHeader) -> QuotaHeader:
        return replace(quota, remaining=self.remaining, reset=self.reset)


def read_rate_headers(headers: Mapping[str, str]) -> Sequence[QuotaHeader]:
    """The quotas that an answer lists; none if the headers have a form that nobody knows.

    Known are the one above, with names or without; one number in each header, or no limit; and a list in each, with
    one position for each quota.
    """
    left = _read_left(headers.get("x-ratelimit-remaining", ""), headers.get("x-ratelimit-reset", ""))
    quotas = _read_quotas(headers.get("x-ratelimit-limit"))
    if len(quotas) > 1 and not quotas[0].period:
        first, *quotas = quotas
        if len(left) == 1:
            return _of_the_tightest(first, quotas, left[0])
    if len(left) != len(quotas) or not all(rest.fits(quota) for quota, rest in zip(quotas, left, strict=True)):
        return ()
    return [rest.of(quota) for quota, rest in zip(quotas, left, strict=True)]


def _of_the_tightest(first: QuotaHeader, quotas: Sequence[QuotaHeader], left: _Left) -> Sequence[QuotaHeader]:
    """What is left of the quota whose number comes first; the others have at least that, or all if nobody knows."""
    could_be = [quota for quota in quotas if quota.limit == first.limit and left.fits(quota)]
    if not could_be or not all(quota.period for quota in quotas):
        return ()
    tightest = could_be[0] if len(could_be) == 1 else None
    return [left.of(q) if q is tightest else replace(q, remaining=left.remaining) for q in quotas]


def _read_left(remaining: str, reset: str) -> Sequence[_Left]:
    numbers, resets = _numbers(remaining), _numbers(reset)
    if len(numbers) != len(resets) or any(seconds > LONGEST_RESET_SECONDS for seconds in resets):
        return ()
    return [_Left(int(number), seconds) for number, seconds in zip(numbers, resets, strict=True)]


def _read_quotas(limit: str | None) -> Sequence[QuotaHeader]:
    """All quotas of a list, or none of them. Without a list there is one, of which nothing is known."""
    if limit is None:
        return [QuotaHeader()]
    found = [_read_quota(item) for item in _ITEM.findall(limit)]
    quotas = [quota for quota in found if quota is not None]
    return quotas if len(quotas) == len(found) <= _MOST_QUOTAS else ()


def _read_quota(item: str) -> QuotaHeader | None:
    number = _number(item.partition(";")[0])
    parameters = {key: quoted or plain for key, quoted, plain in _PARAMETER.findall(item)}
    period = _number(parameters.get("w", "0"))
    if number is None or number < 1 or period is None or ("w" in parameters and not period):
        return None  # a quota of nothing, or of no time
    return QuotaHeader(int(number), period, parameters.get("name", ""))


def _numbers(header: str) -> Sequence[float]:
    """All numbers of a list, or none of them."""
    found = [_number(item) for item in header.split(",")]
    numbers = [number for number in found if number is not None]
    return numbers if len(numbers) == len(found) else ()


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None


BURST_SECONDS = 1.0
"""What is said of a window as short as this is over when it is heard."""

_ARRIVAL_SECONDS = 0.1
"""So much earlier than another a call may arrive that left at the same time: windows begin and end on the server."""

_RESET_MARGIN_SECONDS = 1.0
"""A reset without a window may be rounded up or down. One with it is rounded up: a window of 1 s says 1, never 0."""

_LATE_END_SECONDS = 1.5
"""A window may have ended so long before we know it, as resets are whole seconds and answers take their time."""

_SHORT_RESET_SECONDS = 5.0
"""Below this a whole second of margin would cost more calls than it saves."""


class Quota:
    """What one quota allows, and what of it is taken.

    Args:
        limit: calls that a window holds.
        period: seconds that it lasts.
        sent: when calls went out that count against it.
        out: calls of any quota that have no answer yet.
    """

    def __init__(self, limit: int, period: float, sent: Iterable[float] = (), out: int = 0) -> None:
        self.limit = limit
        self.period = period
        self._sent = deque(sent)
        """When calls went out: of a whole period, while nobody knows when the window ends, else the last of them."""
        self._ends_at: float | None = None
        self._taken = 0
        """Once it is known: calls in the window, those of other programs included, and those that are out."""
        self._is_on_the_clock = False
        """Whether each window begins where the last one ended, and not with its first call."""
        self._empty_until = -math.inf
        self._late = 0
        """So many answers to come may speak of the window before."""
        self._out = out
        """Calls that were out when `_newest` was begun: with one answer more, one call at least was sent since then."""
        self._answers = 0
        self._newest = 0
        """Calls that the window had taken, by these answers."""
        self._highest = len(self._sent)
        """Calls that it had taken, by all of its answers."""
        self._told = 0
        """Calls that it certainly had taken."""
        self._silent = 0
        """Answers that said nothing of it."""

    @property
    def lasts(self) -> bool:
        """Whether what is said of a window still holds when it is heard."""
        return self.period > BURST_SECONDS

    @property
    def taken(self) -> int:
        """Calls in the present window."""
        return len(self._sent) if self._ends_at is None else self._taken

    def sent(self, now: float) -> Iterable[float]:
        """When the calls that are taken went out, at the latest."""
        return self._sent if self._ends_at is None else [now] * self._taken

    def roll(self, now: float, out: int) -> None:
        """Begin the next window if this one is over; calls that are out may count in either."""
        if self._ends_at is None:
            self._forget(now - self.period - _ARRIVAL_SECONDS)
        elif now < self._ends_at:
            self._forget(now - _LATE_END_SECONDS)
        elif self._is_on_the_clock:
            began_at = self._ends_at + (now - self._ends_at) // self.period * self.period
            self._forget(began_at - _LATE_END_SECONDS)
            unplaced = min(len(self._sent), self._taken - self._told)
            self._begin(began_at + self.period, max(out, unplaced), out)
        else:
            self._sent = deque([now] * out)
            self._begin(None, out, out)

    def wait(self, now: float) -> float:
        """Seconds until the next call may go out."""
        frees_up_at = now
        if self.taken >= self.limit and self._ends_at is not None:
            frees_up_at = self._ends_at
        elif self.taken >= self.limit:
            frees_up_at = self._sent[-self.limit] + self.period + _ARRIVAL_SECONDS
        return max(frees_up_at, self._empty_until) - now

    def left(self, now: float, patience: float) -> float:
        """Calls left to whoever waits no longer than so many seconds: any number, if a window begins by then."""
        began_at = self._sent[0] if self._sent else now
        renewed_at = began_at + self.period if self._ends_at is None else self._ends_at
        return max(0, self.limit - self.taken) if renewed_at - now > patience else math.inf

    def take(self, now: float) -> None:
        """Count a call that goes out."""
        self._sent.append(now)
        self._taken += 1

    def learn(self, header: QuotaHeader | None, now: float, out: int) -> None:
        """Take in what an answer says, or that it says nothing.

        Args:
            header: what it says.
            now: when it came.
            out: calls of this quota that have no answer yet.
        """
        if header is None:
            self._silent += 1
            return
        limit = header.limit or self.limit
        most = limit - header.remaining
        if header.reset is not None and not self._learn_end(header, header.reset, most, now, out):
            return
        self.limit = limit
        self._bound(most, out)

    def _learn_end(self, header: QuotaHeader, reset: float, most: int, now: float, out: int) -> bool:
        """Learn when the window ends and what it has taken; whether the answer speaks of this window.

        A late answer says too late an end, so that the earliest is the truest.
        """
        if header.period and header.period <= BURST_SECONDS:
            self._empty_until = now + reset + _ARRIVAL_SECONDS if not header.remaining else self._empty_until
            return True
        self._is_on_the_clock = bool(header.period)
        self.period = header.period or max(self.period, reset)
        is_short = reset <= _SHORT_RESET_SECONDS
        end = now + reset + (_ARRIVAL_SECONDS if self._is_on_the_clock or is_short else _RESET_MARGIN_SECONDS)
        if self._ends_at is None:
            self._ends_at, self._taken = end, len(self._sent)
        elif self._late and end < self._ends_at - _LATE_END_SECONDS:
            self._late -= 1
            return False
        elif abs(end - self._ends_at) <= self.period / 2:
            self._ends_at = min(self._ends_at, end if self._is_on_the_clock or not is_short else self._ends_at)
        else:
            self._begin(end, most + out, out)
        self._told = max(self._told, most)
        if most > self._taken:
            self._taken = most + out  # others have called, too, and who knows whether ours that are out are among these
        return True

    def _bound(self, most: int, out: int) -> None:
        """Give back calls that others seemed to have made, once an answer is sure to be newer than that news."""
        self._newest = max(self._newest, most)
        self._highest = max(self._highest, most)
        self._answers += 1
        if self._answers > self._out:
            self._highest = self._newest
        elif out:
            return
        at_most = self._highest + self._silent + out
        self._taken = min(self._taken, at_most)
        while len(self._sent) > at_most:
            self._sent.popleft()
        if at_most < self._told:
            self._told = 0  # there, the next window has begun
        self._out, self._answers, self._newest = out, 0, 0

    def _forget(self, before: float) -> None:
        while self._sent and self._sent[0] <= before:
            self._sent.popleft()

    def _begin(self, ends_at: float | None, taken: int, out: int) -> None:
        self._ends_at, self._taken = ends_at, taken
        self._late = self._out = out
        self._answers = self._newest = self._highest = self._told = self._silent = 0


_OF_ALL_CALLS = "safety_net"
"""How the name of the quota begins that covers every call."""

_MOST_NAMES = 500


def category_of(operation: str) -> str:
    """The rate category of an operation, with which its name begins."""
    return operation.partition(" ")[0]


class Quotas:
    """All quotas of one token, as far as they are known."""

    def __init__(self) -> None:
        self._of_all_calls = Quota(limits.REQUESTS_PER_SECOND, 1.0)
        self._by_name: dict[str, Quota] = {}
        self._listed: dict[str, Sequence[Quota]] = {}
        self._own: dict[str, Quota] = {}

    def of(self, operation: str) -> Sequence[Quota]:
        """The quotas that a call counts against, the one of all calls among them."""
        own = self._own_of(operation)
        return (*self._of_category_of(operation), own) if own else self._of_category_of(operation)

    def of_category(self, category: str) -> Sequence[Quota]:
        """The quotas that any operation of a category counts against."""
        listed = [quotas for operation, quotas in self._listed.items() if category_of(operation) == category]
        return [quota for quotas in listed or [self._guessed(category)] for quota in quotas]

    def hear(
        self, operation: str, answer: Sequence[QuotaHeader], now: float, in_flight: Counter[str]
    ) -> Mapping[Quota, QuotaHeader]:
        """What an answer says of each quota, once it is noted which ones it lists.

        Args:
            operation: that was called.
            answer: what its headers list.
            now: when it came.
            in_flight: calls of each operation that have no answer yet.
        """
        lasting = [quota for quota in self._of_category_of(operation) if quota.lasts]
        if len(answer) == 1 and not answer[0].period:
            return {lasting[0]: answer[0]} if len(lasting) == 1 else {}
        category = category_of(operation)
        names = [_name(header, category, position) for position, header in enumerate(answer)]
        known = [self._by_name.get(name) for name in names]
        # What is new takes over what is no longer listed: a published number, as a rule.
        dropped = max((quota for quota in lasting if quota not in known), key=lambda quota: quota.taken, default=None)
        sent = dropped.sent(now) if dropped else [now] * (in_flight[operation] + 1)
        said: dict[Quota, QuotaHeader] = {}
        for name, header in zip(names, answer, strict=True):
            if name not in self._by_name:
                is_of_all = header.period <= BURST_SECONDS and self._covers_all_operations(header)
                new = Quota(header.limit, header.period, sent, in_flight.total() + 1)
                self._by_name[name] = self._of_all_calls if is_of_all else new
            said[self._by_name[name]] = header
        if said:
            self._listed[operation] = self._listed[category] = [*{self._of_all_calls: None, **said}]
            self._forget_unlisted()
        return said

    def _forget_unlisted(self) -> None:
        """Keep no more names than anybody could need, whatever names a server thinks up."""
        if len(self._by_name) > _MOST_NAMES:
            listed = {quota for quotas in self._listed.values() for quota in quotas}
            self._by_name = {name: quota for name, quota in self._by_name.items() if quota in listed}

    def _covers_all_operations(self, header: QuotaHeader) -> bool:
        return header.name.startswith(_OF_ALL_CALLS) if header.name else header.limit == self._of_all_calls.limit

    def _of_category_of(self, operation: str) -> Sequence[Quota]:
        """The quotas that answers list, or the published one."""
        category = category_of(operation)
        return self._listed.get(operation) or self._listed.get(category) or self._guessed(category)

    def _own_of(self, operation: str) -> Quota | None:
        """The quota that one ad account has for the operation, of which no answer was seen to speak."""
        if operation not in self._own and (calls := limits.own_requests_per_minute(operation)):
            self._own[operation] = Quota(calls, 60.0)
        return self._own.get(operation)

    def _guessed(self, category: str) -> Sequence[Quota]:
        if category not in self._by_name:
            guess = limits.REQUESTS_PER_MINUTE.get(category, limits.REQUESTS_PER_MINUTE["org_read"])
            self._by_name[category] = Quota(guess, 60.0)
        return self._of_all_calls, self._by_name[category]


def _name(header: QuotaHeader, category: str, position: int) -> str:
    """What a quota is known by: its name, or its place in the list, and its period."""
    return f"{header.name or f'{category} {position}'};w={header.period:g}"


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

    def requests_per_second(self, category: str) -> float:
        """How many calls of the category the quotas allow in the long run."""
        with self._changed:
            return min(quota.limit / quota.period for quota in self._quotas.of_category(category))

    def requests_left(self, category: str) -> float:
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

"""What a request asks for, and what is asked for instead after an error.

`Asks.read` is the one loop in which a request is sent again in another form: without the names that Pinterest refuses,
or as two halves, by ids and then by days.
"""

import math
import re
import threading
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import NamedTuple, TypeVar
from urllib.parse import quote_plus

from pendulum import Date

from source_pinterest import limits
from source_pinterest.api.errors import (
    BadRequestError,
    PinterestError,
    Reason,
    ResponseTooLargeError,
    UnavailableError,
)
from source_pinterest.columns import NAME_FORM
from source_pinterest.dates import DateWindow, Granularity
from source_pinterest.engine.progress import Notices

T = TypeVar("T")
Ids = tuple[str, ...]
Names = Mapping[str, Sequence[str]]
"""Names that a request lists, such as columns, by the parameter that lists them."""

ANY_DAY = DateWindow(Date(2026, 1, 1), Date(2026, 1, 1))
"""The window of a request without days."""

COMMA = "%2C"
"""The separator of ids in a URL."""

_REFUSALS = 2
"""The refusals for size after which later requests are smaller, and those of a name after which it counts as refused.

A single refusal may be due to the rows of its entities alone, or may mention the name in passing.
"""

_RETRIES_OF_A_HALF = 1
"""The most retries of a part of a request, if the whole failed in every try."""

_WORD = re.compile(rf"\b{NAME_FORM.pattern}\b")
_WHAT_IS_ALLOWED = re.compile(
    r"\b(one|any) of\b|(?<!not )(?<!not a )\b(valid|allowed|supported|available|accepted) (\w+ )?(are|is)\b",
    re.IGNORECASE,
)
"""The part of a message after which it lists the allowed names."""


@dataclass(frozen=True)
class Ask:
    """What one request asks for.

    Attributes:
        account: the ad account; empty for the token's own user.
        ids: the ids; none for an ad account as a whole.
        window: the days.
        names: the names by the parameter that lists them, at least one each.
        doubtful: names whose refusal may concern this request alone, so that nothing is learned from it.
        max_retries: how often the request is sent again at most; None: as often as any other.
    """

    account: str = ""
    ids: Ids = ()
    window: DateWindow = ANY_DAY
    names: Names = field(default_factory=dict)
    doubtful: Collection[str] = ()
    max_retries: int | None = None

    def halves(self) -> "list[Ask]":
        """Return two asks for half of the ids each or, of one id at most, half of the days; none if it has one day."""
        if len(self.ids) > 1:
            half = math.ceil(len(self.ids) / 2)
            return [replace(self, ids=ids) for ids in (self.ids[:half], self.ids[half:])]
        return [replace(self, window=window) for window in Granularity.DAY.halves(self.window) or ()]

    def without(self, names: Collection[str]) -> "Ask":
        """Return the same request without some names."""
        kept = {by: tuple(name for name in listed if name not in names) for by, listed in self.names.items()}
        return replace(self, names=kept)

    def all_names(self) -> set[str]:
        """Return the names of all parameters."""
        return {*chain(*self.names.values())}


class RefusedNames:
    """The columns, targeting types and metrics that Pinterest refuses by name to one stream in this sync.

    A name counts as refused for an account after two refusals. After that, one is enough for each other account, so
    that few requests are wasted.

    Args:
        notices: the stream's warnings.
        needed: names that every request must have.
    """

    def __init__(self, notices: Notices, needed: Collection[str] = ()) -> None:
        self._notices, self._needed = notices, frozenset(needed)
        self._refusals: Counter[tuple[str, str]] = Counter()
        self._quotes: dict[str, str] = {}
        self._lock = threading.RLock()

    def of(self, account: str) -> frozenset[str]:
        """Return the names that are known to be refused for an account so far."""
        with self._lock:
            certain = {name for (_, name), count in self._refusals.items() if count >= _REFUSALS}
            return frozenset(name for of, name in self._refusals if of == account and name in certain)

    def learn(self, ask: Ask, error: PinterestError) -> bool:
        """Count the refusal of the names to which an error refers.

        Args:
            ask: what was asked for, without the names that were known to be refused.
            error: the error.

        Returns:
            Whether to send the request again, without the names that are known to be refused by now. False if the error
            refers to none of the names, to doubtful or needed ones alone, or to all names of a parameter.
        """
        if not isinstance(error, BadRequestError):
            return False
        with self._lock:
            if ask.without(self.of(ask.account)) != ask:
                return True  # another worker has learned of a name meanwhile
            found = named_in(error.quote, ask.all_names().difference(self._needed, ask.doubtful))
            if not found or not all(ask.without(found).names.values()):
                return False
            self._refusals.update((ask.account, name) for name in found)
            self._quotes[ask.account] = error.quote
            return True

    def warn(self, wanted: Ask, sent: Ask) -> None:
        """Warn of the names that a request was sent without."""
        if listed := ", ".join(sorted(wanted.all_names() - sent.all_names())):
            account, window = wanted.account, wanted.window
            about = f"the rows of ad account {account}" if account else "the rows"
            self._notices.warn(
                f"{account} {window} {listed}",
                f"Pinterest refuses {listed}, so {about} for {window} come without them. {self._quotes[account]}.",
            )


class Asks:
    """Sends what a stream asks for in requests of the largest size, and asks for less after an error.

    A request that is refused for its size is halved. After a second such refusal, later requests are smaller. A request
    that failed in every try, with an error of the server, is halved too, since it may ask for too much. If more of its
    smallest parts fail than may be lost, and no request has succeeded meanwhile, it is an outage. Halving would then
    multiply the requests, so no other one is halved until one succeeds.

    Attributes:
        ids: the most ids in a request at present.
        days: the most days.
        most_ids: the most ids that Pinterest allows.

    Args:
        ids: the most ids that Pinterest allows; None: a request is neither cut nor halved.
        days: the most days that Pinterest allows.
        refused: learns which names Pinterest refuses.
        halves_on: returns whether to halve a request after an error that is about neither its size nor the server.
            Later requests are not smaller.
        max_lost: of a request that failed in every try, how many of the smallest parts may fail while the others are
            still read; None: such a request is not halved.
    """

    def __init__(
        self,
        ids: int | None = None,
        days: int = 1,
        refused: RefusedNames | None = None,
        *,
        halves_on: Callable[[PinterestError], bool] = lambda _: False,
        max_lost: int | None = None,
    ) -> None:
        self._is_sizeable = ids is not None
        self.ids = self.most_ids = ids or 1
        self.days = days
        self._refused, self._halves_on, self._max_lost = refused or RefusedNames(Notices("")), halves_on, max_lost
        self._is_outage = False
        """Whether more of a request's smallest parts failed than may be lost, and no request has succeeded since."""
        self._successes = self._refusals = 0
        self._lock = threading.Lock()

    def limit_ids(self, ids: int) -> None:
        """Allow no more ids than these in any later request."""
        with self._lock:
            self.ids = self.most_ids = min(ids, self.most_ids)

    def ids_that_fit(self, ids: Ids, length_without_ids: int) -> int:
        """Return how many ids of the length of the longest of these fit into a request."""
        return min(self.most_ids, ids_that_fit(ids, limits.URL_CHARACTERS - length_without_ids))

    def one(self, ask: Ask, send: Callable[[Ask], T]) -> T:
        """Return the response to an ask that is neither cut nor halved.

        Raises:
            PinterestError: the request failed.
        """
        [response] = self.read(ask, send)
        return response

    def read(self, whole: Ask, send: Callable[[Ask], T], length_without_ids: int = 0) -> Iterator[T]:
        """Send the requests that together ask for the whole, and yield their responses in order.

        Args:
            whole: all that is asked for.
            send: sends a request.
            length_without_ids: the length of a request's URL without ids.

        Raises:
            PinterestError: a request failed, and can't or should not be made smaller. The error of a smallest part that
                may be lost is raised at the end.
        """
        pending, lost, successes_before = deque([whole]), list[PinterestError](), self._successes
        while pending:
            ask, *others = self._in_size(pending.popleft(), length_without_ids)
            pending.extendleft(reversed(others))
            tried = ask.without(self._refused.of(ask.account))
            try:
                response = send(tried)
            except PinterestError as error:
                if self._refused.learn(tried, error):
                    pending.appendleft(ask)
                elif halves := self._halves_after(error, ask):
                    pending.extendleft(reversed(halves))
                elif self._may_lose(ask, error, len(lost), successes_before):
                    lost.append(error)
                else:
                    raise
            else:
                with self._lock:
                    self._is_outage, self._successes = False, self._successes + 1
                self._refused.warn(ask, tried)
                yield response
        if lost:
            raise lost[0]

    def _halves_after(self, error: PinterestError, ask: Ask) -> list[Ask]:
        """Return the halves of an ask that failed; none if it can't or should not be halved."""
        is_too_large = isinstance(error, ResponseTooLargeError)
        if error.reason is Reason.SERVER_ERROR:
            may_be_halved = self._max_lost is not None and not self._is_outage
        else:
            may_be_halved = is_too_large or self._halves_on(error)
        halves = ask.halves() if may_be_halved and self._is_sizeable else []
        if not halves or (error.reason is Reason.URL_TOO_LONG and len(ask.ids) <= 1):
            return []
        if is_too_large and error.reason is not Reason.BROKE_OFF:
            self._note_refusal(ask)
        retries = _RETRIES_OF_A_HALF if isinstance(error, UnavailableError) else ask.max_retries
        return [replace(half, max_retries=retries) for half in halves]

    def _note_refusal(self, ask: Ask) -> None:
        """Count a request that was refused for its size. From the second one on, make later requests smaller."""
        with self._lock:
            self._refusals += 1
            if self._refusals >= _REFUSALS and len(ask.ids) > 1:
                self.ids = min(self.ids, math.ceil(len(ask.ids) / 2))
            elif self._refusals >= _REFUSALS:
                self.days = min(self.days, math.ceil(ask.window.days / 2))

    def _may_lose(self, ask: Ask, error: PinterestError, lost: int, successes_before: int) -> bool:
        """Return whether the other parts of a request are still read after a smallest part failed. Note an outage.

        Args:
            ask: the part.
            error: its error.
            lost: the number of the parts that have failed before.
            successes_before: the number of successes when the request was begun.
        """
        if error.reason is not Reason.SERVER_ERROR or self._max_lost is None or ask.max_retries is None:
            return False
        with self._lock:
            self._is_outage = self._is_outage or (lost >= self._max_lost and successes_before == self._successes)
        return lost < self._max_lost

    def _in_size(self, ask: Ask, length_without_ids: int) -> list[Ask]:
        """Split an ask into asks of the present size."""
        if not self._is_sizeable:
            return [ask]
        groups = list(self._groups(ask.ids, length_without_ids)) if ask.ids else [()]
        return [replace(ask, ids=ids, window=window) for window in ask.window.cut(self.days) for ids in groups]

    def _groups(self, ids: Ids, length_without_ids: int) -> Iterator[Ids]:
        first, length, room = 0, 0, limits.URL_CHARACTERS - length_without_ids + len(COMMA)
        for position, one in enumerate(ids):
            added = len(quote_plus(one)) + len(COMMA)
            if position > first and (position - first >= self.ids or length + added > room):
                yield ids[first:position]
                first, length = position, 0
            length += added
        yield ids[first:]


class RequestShape(NamedTuple):
    """The number of ids and of days in a request."""

    ids: int
    days: int


def request_shape(
    ids: int, days: int, rows_a_day: int = 1, max_ids: int = limits.IDS_PER_ANALYTICS_REQUEST
) -> RequestShape:
    """Return the shape of the fewest analytics requests within Pinterest's limits.

    Of shapes with as many requests, it is the one with the longest windows, because the state moves window by window.

    Args:
        ids: the number of entities.
        days: the number of days.
        rows_a_day: the rows that an entity has on a day.
        max_ids: the most ids that fit into a request.
    """
    cells = limits.ROWS_PER_ANALYTICS_REQUEST // rows_a_day
    windows = range(math.ceil(days / limits.ANALYTICS_WINDOW_DAYS), days + 1)
    lengths = (math.ceil(days / number) for number in windows)
    shapes = (RequestShape(min(max_ids, max(1, cells // length)), length) for length in lengths)
    return min(shapes, key=lambda shape: math.ceil(ids / shape.ids) * math.ceil(days / shape.days))


def ids_that_fit(ids: Sequence[str], characters: int, separator: str = COMMA) -> int:
    """Return how many of these ids fit into a part of a URL, at least one.

    Args:
        ids: all of them are counted as long as the longest one.
        characters: the length of that part of the URL.
        separator: stands between two ids.
    """
    separator_length = len(separator)
    return max(1, (characters + separator_length) // (max(map(len, ids), default=1) + separator_length))


def named_in(message: str, optional: Collection[str]) -> set[str]:
    """Return the names to which a message refers: none if it has more than half of them, since it only lists them."""
    about = _WHAT_IS_ALLOWED.split(message, maxsplit=1)[0]
    named = set(_WORD.findall(about)) & set(optional)
    return named if len(named) <= max(1, len(optional) // 2) else set()

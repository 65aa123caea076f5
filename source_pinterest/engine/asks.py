"""What a request asks for, and what is asked for instead after an error.

`Asks.read` sends a request again in another form: without the names that Pinterest refuses, or as two halves, by ids
and then by days.
"""

import math
import re
import threading
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any, NamedTuple, TypeVar
from urllib.parse import quote_plus

from pendulum import Date

from source_pinterest import limits
from source_pinterest.api.errors import (
    BadRequestError,
    GoneError,
    PinterestError,
    Reason,
    RefusedError,
    ResponseTooLargeError,
    SliceError,
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
"""The refusals of a name after which it counts as refused. A single refusal may mention the name in passing."""

_MOST_REQUESTS = 98
"""The most requests in place of one that fails, beside two probes. What is unread then has failed."""

_REFUSED_IDS_OF_AN_ACCOUNT = 8
"""The refused ids after which their account counts as refused, if nothing of it was read."""

_REFUSED = (RefusedError, GoneError, BadRequestError)

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

    def smallest(self, place: int) -> "Ask":
        """Return the same request for the first (0) or last (-1) id and day alone, without retries."""
        day = (self.window.start, self.window.end)[place]
        return replace(self, ids=self.ids[place:][:1], window=DateWindow(day, day), max_retries=0)

    def halves(self, error: PinterestError) -> "list[Ask]":
        """Return two asks for half of the ids each or, of one id at most, for half of the days.

        None are returned if they would get the same error. If the error is not about size, a half of the ids has one
        retry, and a half of the days none.
        """
        has_ids = len(self.ids) > 1
        part = self if _is_about_size(error) else replace(self, max_retries=int(has_ids))
        if has_ids:
            half = math.ceil(len(self.ids) / 2)
            return [replace(part, ids=ids) for ids in (self.ids[:half], self.ids[half:])]
        depends_on_days = error.reason is not Reason.URL_TOO_LONG and not _is_refusal(error)
        windows = (Granularity.DAY.halves(self.window) or ()) if depends_on_days else ()
        return [replace(part, window=window) for window in windows]

    @property
    def is_unprobed(self) -> bool:
        """Whether no probe has shown yet that Pinterest answers for a part of it.

        A whole request is probed, and a single id once it is apart from others. Their parts were probed with them.
        """
        return self.max_retries is None or (len(self.ids) == 1 and self.max_retries > 0)

    def without(self, names: Collection[str]) -> "Ask":
        """Return the same request without some names."""
        kept = {by: tuple(name for name in wanted if name not in names) for by, wanted in self.names.items()}
        return replace(self, names=kept)

    def all_names(self) -> set[str]:
        """Return the names of all parameters."""
        return {*chain(*self.names.values())}


class Refusals:
    """The names that Pinterest refuses, by account, and its last words about each. Streams of one level share them."""

    def __init__(self) -> None:
        self.counts: Counter[tuple[str, str]] = Counter()
        self.quotes: dict[tuple[str, str], str] = {}
        self.lock = threading.RLock()


class RefusedNames:
    """The columns, targeting types and metrics that Pinterest refuses by name to a stream in this sync.

    A name counts as refused for an account after two refusals. After that, one is enough for each other account, so
    that few requests are wasted. No name is left out for an account that has not refused it.

    Args:
        notices: the stream's warnings.
        needed: names that every request must have.
        refusals: those of the streams that ask the same endpoint at the same level; by default of this stream alone.
    """

    def __init__(self, notices: Notices, needed: Collection[str] = (), refusals: Refusals | None = None) -> None:
        self._notices, self._needed = notices, frozenset(needed)
        self._refusals = refusals or Refusals()
        self._lock = self._refusals.lock

    def names_of(self, account: str) -> frozenset[str]:
        """Return the names that are known to be refused for an account so far."""
        with self._lock:
            certain = {name for (_, name), count in self._refusals.counts.items() if count >= _REFUSALS}
            names = {name for refusing, name in self._refusals.counts if refusing == account}
            return frozenset(names & certain) - self._needed

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
            if ask.without(self.names_of(ask.account)) != ask:
                return True  # another worker has learned of a name meanwhile
            refused = named_in(error.quote, ask.all_names().difference(self._needed, ask.doubtful))
            if not refused or not all(ask.without(refused).names.values()):
                return False
            for name in refused:
                self._refusals.counts[ask.account, name] += 1
                self._refusals.quotes[ask.account, name] = error.quote
            return True

    def warn(self, wanted: Ask, sent: Ask) -> None:
        """Warn of the names that a request was sent without."""
        if refused := sorted(wanted.all_names() - sent.all_names()):
            account, window, listed = wanted.account, wanted.window, ", ".join(refused)
            about, quote = f"the rows of ad account {account}" if account else "the rows", self._refusals.quotes
            self._notices.warn(
                f"{account} {window} {listed}",
                f"Pinterest refuses {listed}, so {about} for {window} come without them. "
                f"{quote[account, refused[-1]]}.",
            )


class Failure(NamedTuple):
    """A part of a request that can't be read while other parts are.

    Attributes:
        ask: the part: ids and days.
        error: why.
    """

    ask: Ask
    error: PinterestError

    @property
    def is_refused(self) -> bool:
        """Whether Pinterest refuses the part with its code or words."""
        return isinstance(self.error, _REFUSED)


class Asks:
    """Sends what a stream asks for in requests of the largest size, and asks for less after an error.

    A request that is refused for its size is halved. If a part of a request may fail alone, the request is also halved
    after a refusal, a time-out or a 5xx, down to the id that is the cause. After a time-out or a 5xx, the first and the
    last id are probed for one day first. If Pinterest answers neither, it is an outage, and nothing is halved.

    Args:
        ids: the most ids that Pinterest allows in a request; None: a request is neither cut nor halved.
        days: the most days that Pinterest allows.
        refused: learns which names Pinterest refuses.
    """

    def __init__(self, ids: int | None = None, days: int = 1, refused: RefusedNames | None = None) -> None:
        self._is_sizeable = ids is not None
        self._ids, self._days, self._refused = ids or 1, days, refused or RefusedNames(Notices(""))
        self._answered: dict[str, Ids] = {}
        """The ids of the last successful request, by account."""
        self._refusals: Counter[str] = Counter()
        """The refusals of single ids, by account."""
        self._lost_in_a_row: Counter[str] = Counter()
        """The parts that were lost since the last response, by account."""
        self._lock = threading.Lock()

    def ids_that_fit(self, ids: Ids, length_without_ids: int) -> int:
        """Return how many ids of the length of the longest of these fit into a request."""
        return min(self._ids, ids_that_fit(ids, limits.URL_CHARACTERS - length_without_ids))

    def read(
        self,
        whole: Ask,
        send: Callable[[Ask], T],
        length_without_ids: int = 0,
        failures: list[Failure] | None = None,
    ) -> Iterator[T]:
        """Send the requests that together ask for the whole, and yield their responses in order.

        Args:
            whole: all that is asked for.
            send: sends a request.
            length_without_ids: the length of a request's URL without ids.
            failures: takes the parts that fail while others are read. None: no part may fail.

        Raises:
            PinterestError: a request failed and can't or should not be made smaller, or every part of the whole failed.
        """
        may_fail, failures = failures is not None, [] if failures is None else failures
        pending, sent, is_answered = deque([whole]), 0, False
        while pending:
            ask, *others = self._in_size(pending.popleft(), length_without_ids)
            pending.extendleft(reversed(others))
            tried = ask.without(self._refused.names_of(ask.account))
            sent += 1
            try:
                response = send(tried)
            except PinterestError as error:
                if self._refused.learn(tried, error):
                    pending.appendleft(ask)
                elif may_fail and sent >= _MOST_REQUESTS:
                    failures += _unread([ask, *pending], error)
                    pending.clear()
                elif halves := self._parts(ask, error, send) if may_fail else self._halves(ask, error):
                    pending.extendleft(reversed(halves))
                else:
                    failures.append(Failure(ask, error))
                    self._check_outage(whole, error, send)
                continue
            self._answered[ask.account], is_answered = ask.ids, True
            self._lost_in_a_row[ask.account] = 0
            self._refused.warn(ask, tried)
            yield response
        if not is_answered:
            self._check_others(whole.account, failures)

    def _halves(self, ask: Ask, error: PinterestError) -> list[Ask]:
        """Return the halves of an ask that is too large, and that has to be read whole.

        Raises:
            PinterestError: the error, if it is about anything else, or the ask can't be halved.
        """
        halves = ask.halves(error) if self._is_sizeable and isinstance(error, ResponseTooLargeError) else []
        if not halves:
            raise error
        return halves

    def _parts(self, ask: Ask, error: PinterestError, send: Callable[[Ask], Any]) -> list[Ask]:
        """Return the halves of an ask of which a part may fail alone; none if the ask is that part.

        Raises:
            PinterestError: the error, if no part of the ask is its cause.
        """
        if not _may_cost_a_part(error) or self._is_account_refused(ask, error):
            raise error
        halves = ask.halves(error)
        if not halves or not error.is_unanswered or not ask.is_unprobed or self._probe(ask, send):
            return halves
        is_bad_id = len(ask.ids) == 1 and self._has_read_others(ask.account, ask.ids)
        if ask.max_retries is None and not is_bad_id:
            raise error  # the whole request gets no answer: it is an outage
        return []

    def _check_outage(self, whole: Ask, error: PinterestError, send: Callable[[Ask], Any]) -> None:
        """Check that Pinterest still answers requests for the ends of the whole, after two parts in a row were lost.

        Raises:
            PinterestError: the error, because it does not.
        """
        self._lost_in_a_row[whole.account] += 1
        if error.is_unanswered and self._lost_in_a_row[whole.account] > 1:
            if not self._probe(whole, send):
                raise error
            self._lost_in_a_row[whole.account] = 0

    def _probe(self, ask: Ask, send: Callable[[Ask], Any]) -> bool:
        """Return whether Pinterest answers a request for the first id and day of an ask, or for the last ones."""
        for place in (0, -1):
            try:
                send(ask.smallest(place).without(self._refused.names_of(ask.account)))
            except SliceError as error:
                if not error.is_unanswered and not isinstance(error, UnavailableError):
                    return True
            else:
                return True
        return False

    def _is_account_refused(self, ask: Ask, error: PinterestError) -> bool:
        """Return whether a refusal is that of an account: of the account as a whole, or of one id after several others.

        Once an id of the account was read, the refusal of another id is about that id alone.
        """
        if not _is_refusal(error) or not ask.ids or ask.account in self._answered:
            return _is_refusal(error) and not ask.ids
        with self._lock:
            self._refusals[ask.account] += len(ask.ids) == 1
            return self._refusals[ask.account] >= _REFUSED_IDS_OF_AN_ACCOUNT

    def _check_others(self, account: str, failures: Sequence[Failure]) -> None:
        """Check that a request all of whose parts have failed is not the fault of their account.

        Raises:
            PinterestError: too many ids have failed, or no other id of the account was read.
        """
        ids = tuple(chain.from_iterable(failure.ask.ids for failure in failures))
        is_its_own = len(ids) < _REFUSED_IDS_OF_AN_ACCOUNT and self._has_read_others(account, ids)
        if failures and not is_its_own:
            raise next((failure.error for failure in failures if not failure.is_refused), failures[0].error)

    def _has_read_others(self, account: str, ids: Ids) -> bool:
        """Return whether other ids of an account were read."""
        return not set(self._answered.get(account, ())) <= set(ids)

    def _in_size(self, ask: Ask, length_without_ids: int) -> list[Ask]:
        """Split an ask into asks of the present size."""
        if not self._is_sizeable:
            return [ask]
        groups = list(self._groups(ask.ids, length_without_ids)) if ask.ids else [()]
        return [replace(ask, ids=ids, window=window) for window in ask.window.cut(self._days) for ids in groups]

    def _groups(self, ids: Ids, length_without_ids: int) -> Iterator[Ids]:
        first, length, room = 0, 0, limits.URL_CHARACTERS - length_without_ids + len(COMMA)
        for position, text in enumerate(ids):
            added = len(quote_plus(text)) + len(COMMA)
            if position > first and (position - first >= self._ids or length + added > room):
                yield ids[first:position]
                first, length = position, 0
            length += added
        yield ids[first:]


def ids_that_fit(ids: Sequence[str], characters: int, separator: str = COMMA) -> int:
    """Return how many of these ids fit into a part of a URL, at least one.

    Args:
        ids: all of them are counted as long as the longest one.
        characters: the length of that part of the URL.
        separator: stands between two ids.
    """
    separator_length = len(separator)
    return max(1, (characters + separator_length) // (max(map(len, ids), default=1) + separator_length))


def _is_refusal(error: PinterestError) -> bool:
    """Return whether Pinterest, or a server in front of it, refuses a request."""
    return isinstance(error, _REFUSED) or error.reason is Reason.STILL_REFUSED


def _is_about_size(error: PinterestError) -> bool:
    return isinstance(error, ResponseTooLargeError) and error.reason is not Reason.BROKE_OFF


def _may_cost_a_part(error: PinterestError) -> bool:
    """Return whether an error may be that of a part of a request."""
    return _is_about_size(error) or error.is_unanswered or _is_refusal(error)


def _unread(asks: Iterable[Ask], error: PinterestError) -> Iterator[Failure]:
    """Return the failures of asks that are not sent, since too many parts of their request have failed."""
    unread = SliceError(f"Too many IDs fail to ask for each. {error.message}", kind=error.kind, quote=error.quote)
    return (Failure(ask, unread) for ask in asks)


def named_in(message: str, optional: Collection[str]) -> set[str]:
    """Return the names to which a message refers: none if it has more than half of them, since it only lists them."""
    about = _WHAT_IS_ALLOWED.split(message, maxsplit=1)[0]
    named = set(_WORD.findall(about)) & set(optional)
    return named if len(named) <= max(1, len(optional) // 2) else set()

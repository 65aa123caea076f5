"""What a request asks for, and what is asked for instead after an error.

`Asks.read` sends a request again in another form: without the names that Pinterest refuses, or in parts, by ids and
then by days.
"""

import math
import re
import threading
from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import NamedTuple, TypeVar
from urllib.parse import quote_plus
from zlib import crc32

from pendulum import Date

from source_pinterest import limits
from source_pinterest.api.errors import (
    BadRequestError,
    GoneError,
    PinterestError,
    Reason,
    RefusedError,
    ResponseTooLargeError,
)
from source_pinterest.columns import NAME_FORM
from source_pinterest.dates import DateWindow
from source_pinterest.engine.progress import Notices

T = TypeVar("T")
Ids = tuple[str, ...]
Names = Mapping[str, Sequence[str]]
"""Names that a request lists, such as columns, by the parameter that lists them."""

ANY_DAY = DateWindow(Date(2026, 1, 1), Date(2026, 1, 1))
"""The window of a request without days."""

COMMA = "%2C"
"""The separator of ids in a URL."""

_REFUSED_IDS_OF_AN_ACCOUNT = 8
"""The refused ids after which their account counts as refused, if nothing of the request was read."""

_UNANSWERED_IN_A_ROW = 10
"""The requests in a row without an answer after which it is an outage, and not the fault of some ids."""

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

    def halves(self, error: PinterestError) -> "list[Ask]":
        """Return asks for half of the ids each or, of one id at most, for half of the days; none if they can't help.

        If the error is not about size, a half has one retry, and no part of the days is asked for.
        """
        if len(self.ids) > 1:
            part = self if _is_about_size(error) else replace(self, max_retries=1)
            return [replace(part, ids=ids) for ids in dealt(self.ids, 2)]
        if not _is_about_size(error) or error.reason is Reason.URL_TOO_LONG or self.window.days == 1:
            return []
        return [replace(self, window=window) for window in self.window.cut(math.ceil(self.window.days / 2))]

    def without(self, names: Collection[str]) -> "Ask":
        """Return the same request without some names. A list that would be empty stays, so that Pinterest refuses it.

        Without a filter, for instance, a request would be about more than the user has asked for.
        """
        kept = {by: tuple(name for name in wanted if name not in names) for by, wanted in self.names.items()}
        return replace(self, names={by: kept[by] or wanted for by, wanted in self.names.items()})

    def all_names(self) -> set[str]:
        """Return the names of all parameters."""
        return {*chain(*self.names.values())}


class RefusedNames:
    """The columns, targeting types and metrics that Pinterest refuses by name to a stream in this sync.

    No name is left out for an account that has not refused it.

    Args:
        notices: the stream's warnings.
        needed: names that every request must have.
    """

    def __init__(self, notices: Notices, needed: Collection[str] = ()) -> None:
        self._notices, self._needed = notices, frozenset(needed)
        self._quotes: dict[tuple[str, str], str] = {}
        """Pinterest's last words about each refused name, by account."""
        self._lock = threading.RLock()

    def names_of(self, account: str) -> frozenset[str]:
        """Return the names that are known to be refused for an account so far."""
        with self._lock:
            return frozenset(name for refusing, name in self._quotes if refusing == account)

    def learn(self, ask: Ask, error: PinterestError) -> bool:
        """Note the refusal of the names to which an error refers.

        Args:
            ask: what was asked for, without the names that were known to be refused.
            error: the error.

        Returns:
            Whether to send the request again, without the names that are known to be refused by now. False if the error
            refers to none of the names, to doubtful or needed ones alone, or to the last name of a parameter.
        """
        if not isinstance(error, BadRequestError):
            return False
        with self._lock:
            known = self.names_of(ask.account)
            if ask.without(known) != ask:
                return True  # another worker has learned of a name meanwhile
            refused = named_in(error.quote, ask.all_names().difference(self._needed, ask.doubtful))
            if not refused or any((known | refused).issuperset(values) for values in ask.names.values()):
                return False
            for name in refused:
                self._quotes[ask.account, name] = error.quote
            return True

    def warn(self, wanted: Ask, sent: Ask) -> None:
        """Warn of the names that a request was sent without."""
        if refused := sorted(wanted.all_names() - sent.all_names()):
            account, window, listed = wanted.account, wanted.window, ", ".join(refused)
            about = f"the rows of ad account {account}" if account else "the rows"
            self._notices.warn(
                f"{account} {window} {listed}",
                f"Pinterest refuses {listed}, so {about} for {window} come without them. "
                f"{self._quotes[account, refused[-1]]}.",
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

    A request that is too large is halved. If a part of a request may fail alone, the request is also halved after a
    refusal, a time-out or a 5xx, down to the id that is the cause.

    Args:
        ids: the most ids that Pinterest allows in a request; None: a request is neither cut nor halved.
        days: the most days that Pinterest allows.
        refused: learns which names Pinterest refuses.
        cells: the most ids times days in a request; by default only the two limits count.
    """

    def __init__(
        self, ids: int | None = None, days: int = 1, refused: RefusedNames | None = None, cells: int | None = None
    ) -> None:
        self._is_sizeable = ids is not None
        self._ids, self._days, self._refused = ids or 1, days, refused or RefusedNames(Notices(""))
        self._cells = cells or self._ids * days

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
        """Send the requests that together ask for the whole, and yield their responses.

        The parts of a request come before the rest. They show soon whether a small one is read, or whether the account
        is refused as a whole, or Pinterest answers none.

        Args:
            whole: all that is asked for.
            send: sends a request.
            length_without_ids: the length of a request's URL without ids.
            failures: takes the parts that fail while others are read. None: no part may fail.

        Raises:
            PinterestError: a request failed and can't be made smaller, ten requests in a row got no answer, the
                account or its first eight ids are refused, or no part was read.
        """
        pending = deque(self._in_size(whole, length_without_ids))
        unanswered, was_read = 0, False  # in a row
        while pending:
            ask = pending.popleft()
            tried = ask.without(self._refused.names_of(ask.account))
            try:
                response = send(tried)
            except PinterestError as error:
                if self._refused.learn(tried, error):
                    pending.appendleft(ask)
                    continue
                unanswered = unanswered + 1 if error.is_unanswered else 0
                halves = self._instead_of(ask, error, failures)
                is_of_account = not was_read and _are_of_the_account(failures or ())
                if is_of_account or unanswered >= _UNANSWERED_IN_A_ROW:
                    raise
                pending.extendleft(reversed(halves))
            else:
                unanswered, was_read = 0, True
                self._refused.warn(ask, tried)
                yield response
        if failures and not was_read:
            raise next((failure.error for failure in failures if not failure.is_refused), failures[0].error)

    def _instead_of(self, ask: Ask, error: PinterestError, failures: list[Failure] | None) -> list[Ask]:
        """Return the parts to ask for in place of an ask that failed; none if it is the part that fails.

        Raises:
            PinterestError: the error, if no part is its cause, or no part may fail.
        """
        if not _may_be_of_a_part(error, failures):
            raise error
        parts = ask.halves(error) if self._is_sizeable else []
        if not parts:
            if failures is None:
                raise error
            failures.append(Failure(ask, error))
        return parts

    def _in_size(self, ask: Ask, length_without_ids: int) -> list[Ask]:
        """Cut an ask evenly into the fewest asks within the limits, so that no id of many is alone in its request."""
        if not self._is_sizeable:
            return [ask]
        windows = ask.window.cut(self._days)
        most = min(self._ids, max(1, self._cells // max(window.days for window in windows)))
        groups = dealt(ask.ids, math.ceil(len(ask.ids) / most)) or [()]
        room = limits.URL_CHARACTERS - length_without_ids
        while len(groups) < len(ask.ids) and max(map(_length_of, groups)) > room:
            groups = dealt(ask.ids, len(groups) + 1)
        return [replace(ask, ids=ids, window=window) for window in windows for ids in groups]


def ids_that_fit(ids: Sequence[str], characters: int, separator: str = COMMA) -> int:
    """Return how many of these ids fit into a part of a URL, at least one.

    Args:
        ids: all of them are counted as long as the longest one.
        characters: the length of that part of the URL.
        separator: stands between two ids.
    """
    separator_length = len(separator)
    return max(1, (characters + separator_length) // (max(map(len, ids), default=1) + separator_length))


def _length_of(ids: Ids) -> int:
    return len(quote_plus(",".join(ids)))


def _is_refusal(error: PinterestError) -> bool:
    """Return whether Pinterest, or a server in front of it, refuses a request."""
    return isinstance(error, _REFUSED) or error.reason is Reason.STILL_REFUSED


def _is_about_size(error: PinterestError) -> bool:
    return isinstance(error, ResponseTooLargeError) and error.reason is not Reason.BROKE_OFF


def _may_be_of_a_part(error: PinterestError, failures: Sequence[Failure] | None) -> bool:
    """Return whether an error may be that of a part of a request. If no part may fail, only its size may."""
    if failures is None:
        return isinstance(error, ResponseTooLargeError)
    return _is_about_size(error) or error.is_unanswered or _is_refusal(error)


def _are_of_the_account(failures: Sequence[Failure]) -> bool:
    """Return whether an account is refused: as a whole, or with so many ids that the others are not asked for."""
    refused = [ask for ask, error in failures if ask.account and _is_refusal(error)]
    return len(refused) >= _REFUSED_IDS_OF_AN_ACCOUNT or any(not ask.ids for ask in refused)


def dealt(ids: Ids, count: int) -> list[Ids]:
    """Deal ids out to so many parts of equal size. No part is empty.

    Several parts are mixed by a checksum of the ids. Refused ids may be neighbours or every fourth one, and a part that
    has no others would look like a refused account.
    """
    mixed = sorted(ids, key=lambda one: crc32(one.encode())) if count > 1 else ids
    return [part for start in range(count) if (part := tuple(mixed[start::count]))]


def named_in(message: str, optional: Collection[str]) -> set[str]:
    """Return the names to which a message refers: none if it has more than half of them, since it only lists them."""
    about = _WHAT_IS_ALLOWED.split(message, maxsplit=1)[0]
    named = set(_WORD.findall(about)) & set(optional)
    return named if len(named) <= max(1, len(optional) // 2) else set()

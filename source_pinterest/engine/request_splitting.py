"""What a request is about, and which requests replace it after an error.

`RequestSplitter.read` sends a request again in another form: without the names that Pinterest rejects, or with half of
the ids.
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
    AccessDeniedError,
    BadRequestError,
    NotFoundError,
    PinterestError,
    ResponseTooLargeError,
)
from source_pinterest.columns import NAME_FORM
from source_pinterest.dates import DateWindow
from source_pinterest.engine.progress import WarnOnce

T = TypeVar("T")
Ids = tuple[str, ...]
Names = Mapping[str, Sequence[str]]
"""Names that a request lists, such as columns, by the parameter that lists them."""

ANY_DAY = DateWindow(Date(2026, 1, 1), Date(2026, 1, 1))
"""The window of a request without days."""

COMMA = "%2C"
"""The separator of ids in a URL."""

_REJECTIONS = (AccessDeniedError, NotFoundError, BadRequestError)

_WORD = re.compile(rf"\b{NAME_FORM.pattern}\b")
_WHAT_IS_ALLOWED = re.compile(
    r"\b(one|any) of\b|(?<!not )(?<!not a )\b(valid|allowed|supported|available|accepted) (\w+ )?(are|is)\b",
    re.IGNORECASE,
)
"""The part of a message after which it lists the allowed names."""


@dataclass(frozen=True)
class RequestSpec:
    """What one request is about.

    Attributes:
        account: the ad account; empty for the token's own user.
        ids: the ids; none for the ad account itself.
        window: the days.
        names: the names by the parameter that lists them, at least one each.
        doubtful: names that may be rejected only in this request, so their rejection is not remembered.
        max_retries: how often the request is sent again at most; None: as often as any other.
    """

    account: str = ""
    ids: Ids = ()
    window: DateWindow = ANY_DAY
    names: Names = field(default_factory=dict)
    doubtful: Collection[str] = ()
    max_retries: int | None = None

    def without(self, names: Collection[str]) -> "RequestSpec":
        """Return the same request without some names. A list that would be empty stays, so that Pinterest rejects it.

        Without a filter, for instance, a request would be about more than the user has requested.
        """
        remaining = {by: tuple(name for name in requested if name not in names) for by, requested in self.names.items()}
        return replace(self, names={by: remaining[by] or requested for by, requested in self.names.items()})

    def all_names(self) -> set[str]:
        """Return the names of all parameters."""
        return {*chain(*self.names.values())}


class RejectedNames:
    """The columns, targeting types and metrics that Pinterest rejects by name to a stream in this sync.

    No name is skipped for an account that has not rejected it.

    Args:
        notices: the stream's warnings.
        needed: names that every request must have.
    """

    def __init__(self, notices: WarnOnce, needed: Collection[str] = ()) -> None:
        self._notices, self._needed = notices, frozenset(needed)
        self._quotes: dict[tuple[str, str], str] = {}
        """Pinterest's last words about each rejected name, by account."""
        self._lock = threading.RLock()

    def names_of(self, account: str) -> frozenset[str]:
        """Return the names that are known to be rejected for an account so far."""
        with self._lock:
            return frozenset(name for rejecting, name in self._quotes if rejecting == account)

    def learn(self, spec: RequestSpec, error: PinterestError) -> bool:
        """Note the rejection of the names to which an error refers.

        Args:
            spec: what was requested, without the names that were known to be rejected.
            error: the error.

        Returns:
            Whether to send the request again, without the names that are known to be rejected. False if the error
            refers to none of the names, only to doubtful or needed ones, or to the last name of a parameter.
        """
        if not isinstance(error, BadRequestError):
            return False
        with self._lock:
            known = self.names_of(spec.account)
            if spec.without(known) != spec:
                return True  # another worker has learned of a name meanwhile
            rejected = named_in(error.quote, spec.all_names().difference(self._needed, spec.doubtful))
            if not rejected or any((known | rejected).issuperset(values) for values in spec.names.values()):
                return False
            for name in rejected:
                self._quotes[spec.account, name] = error.quote
            return True

    def warn(self, requested: RequestSpec, sent: RequestSpec) -> None:
        """Warn of the names that a request was sent without."""
        if rejected := sorted(requested.all_names() - sent.all_names()):
            account, window, listed = requested.account, requested.window, ", ".join(rejected)
            about = f"the rows of ad account {account}" if account else "the rows"
            self._notices.warn(
                f"{account} {window} {listed}",
                f"Pinterest rejects {listed}, so {about} for {window} come without them. "
                f"{self._quotes[account, rejected[-1]]}.",
            )


class Rejection(NamedTuple):
    """An id that Pinterest rejects while it returns rows of others.

    Attributes:
        spec: the request with only this id.
        error: why.
    """

    spec: RequestSpec
    error: PinterestError


class RequestSplitter:
    """Splits a request into requests of the largest size, and halves the ids of a request that is too large.

    Args:
        ids: the most ids that Pinterest allows in a request; None: requests are not split.
        days: the most days that Pinterest allows.
        rejected: learns which names Pinterest rejects.
        cells: the most ids times days in a request; by default only the two limits count.
    """

    def __init__(
        self, ids: int | None = None, days: int = 1, rejected: RejectedNames | None = None, cells: int | None = None
    ) -> None:
        self._is_sizeable = ids is not None
        self._ids, self._days, self._rejected = ids or 1, days, rejected or RejectedNames(WarnOnce(""))
        self._cells = cells or self._ids * days

    def ids_that_fit(self, ids: Ids, length_without_ids: int) -> int:
        """Return how many ids of the length of the longest of these fit into a request."""
        return min(self._ids, ids_that_fit(ids, limits.URL_CHARACTERS - length_without_ids))

    def read(
        self,
        whole: RequestSpec,
        send: Callable[[RequestSpec], T],
        length_without_ids: int = 0,
        rejections: list[Rejection] | None = None,
    ) -> Iterator[T]:
        """Send the requests that together cover the whole spec, and yield their responses.

        The halves of a request come before the rest. They show soon whether the account is rejected.

        Args:
            whole: all that is requested.
            send: sends a request.
            length_without_ids: the length of a request's URL without ids.
            rejections: takes the ids that are rejected while others are read; a rejected request is then halved, too.

        Raises:
            PinterestError: a request failed and can't be halved, the first two single ids are rejected, or all are.
        """
        pending = deque(self._in_size(whole, length_without_ids))
        was_read = False
        while pending:
            spec = pending.popleft()
            tried = spec.without(self._rejected.names_of(spec.account))
            try:
                response = send(tried)
            except (ResponseTooLargeError, *_REJECTIONS) as error:
                if self._rejected.learn(tried, error):
                    pending.appendleft(spec)
                    continue
                is_too_large = isinstance(error, ResponseTooLargeError)
                if not is_too_large and (rejections is None or not spec.ids):
                    raise
                if self._is_sizeable and len(spec.ids) > 1:
                    pending.extendleft(replace(spec, ids=half) for half in reversed(shuffle_into_batches(spec.ids, 2)))
                    continue
                if is_too_large or rejections is None or (rejections and not was_read):
                    raise
                rejections.append(Rejection(spec, error))
            else:
                was_read = True
                self._rejected.warn(spec, tried)
                yield response
        if rejections and not was_read:
            raise rejections[0].error

    def _in_size(self, spec: RequestSpec, length_without_ids: int) -> list[RequestSpec]:
        """Split a spec evenly into the fewest ones within the limits."""
        if not self._is_sizeable:
            return [spec]
        windows = spec.window.cut(self._days)
        most = min(self._ids, max(1, self._cells // max(window.days for window in windows)))
        groups = shuffle_into_batches(spec.ids, math.ceil(len(spec.ids) / most)) or [()]
        room = limits.URL_CHARACTERS - length_without_ids
        while len(groups) < len(spec.ids) and max(len(quote_plus(",".join(ids))) for ids in groups) > room:
            groups = shuffle_into_batches(spec.ids, len(groups) + 1)
        return [replace(spec, ids=ids, window=window) for window in windows for ids in groups]


def ids_that_fit(ids: Sequence[str], characters: int, separator: str = COMMA) -> int:
    """Return how many of these ids fit into a part of a URL, at least one.

    Args:
        ids: all of them are counted as long as the longest one.
        characters: the length of that part of the URL.
        separator: the text between two ids.
    """
    separator_length = len(separator)
    return max(1, (characters + separator_length) // (max(map(len, ids), default=1) + separator_length))


def shuffle_into_batches(ids: Ids, count: int) -> list[Ids]:
    """Deal ids out to so many parts of equal size. No part is empty.

    Several parts are mixed by a checksum of the ids. Rejected ids may be neighbors or every fourth one, and a part that
    has no others would look like a rejected account.
    """
    mixed = sorted(ids, key=lambda one: crc32(one.encode())) if count > 1 else ids
    return [part for start in range(count) if (part := tuple(mixed[start::count]))]


def named_in(message: str, optional: Collection[str]) -> set[str]:
    """Return the names to which a message refers: none if it has more than half of them, since it only lists them."""
    about = _WHAT_IS_ALLOWED.split(message, maxsplit=1)[0]
    named = set(_WORD.findall(about)) & set(optional)
    return named if len(named) <= max(1, len(optional) // 2) else set()

"""The size of requests: within Pinterest's limits, and smaller after one was refused for its size."""

import math
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar
from urllib.parse import quote_plus

from pendulum import Date

from source_pinterest import limits
from source_pinterest.api.errors import (
    PinterestError,
    RepeatedBreakError,
    ResponseTooLargeError,
    ServerError,
    UnavailableError,
    UrlTooLongError,
)
from source_pinterest.dates import DateWindow, Granularity

T = TypeVar("T")
Ids = tuple[str, ...]

Part = tuple[Ids, DateWindow]
"""The ids and days of one request; no ids for an ad account as a whole."""

ANY_DAY = DateWindow(Date(2026, 1, 1), Date(2026, 1, 1))
"""The window of a request without days."""

Send = Callable[[Ids, DateWindow, int | None], Iterable[T]]
"""Sends a request for ids and days, with at most this many retries; None: as many as any other request."""

RETRIES_OF_A_HALF = 1
"""The most retries of a part of a request that Pinterest failed in every try."""

COMMA = "%2C"
"""The separator of ids in a URL."""


class RequestShape(NamedTuple):
    """The number of ids and of days in a request."""

    ids: int
    days: int


@dataclass
class _Split:
    """A request that is split because Pinterest failed it.

    Attributes:
        successes: the successes of the stream before it.
        lost: the errors of its smallest parts that failed.
    """

    successes: int
    lost: list[ServerError] = field(default_factory=list)


class RequestSize:
    """The largest size of a stream's requests that Pinterest has not refused.

    A request that is refused for its size is halved by its ids or, if it has one at most, by its days. Later requests
    are smaller too. They grow again after enough successes.

    A request that Pinterest failed in every try may be too much for it. It is halved too, and later ones are not. If
    even the smallest parts fail and nothing has succeeded meanwhile, it is an outage, which halving would multiply: no
    other request is then halved until one succeeds.

    Attributes:
        ids: the most ids in a request.
        days: the most days.
        characters: the longest URL.
        most_ids: the most ids that Pinterest allows.

    Args:
        ids: the most ids that Pinterest allows.
        days: the most days that Pinterest allows.
        halves_on: other errors for which a request is halved, and later ones are not.
        max_lost_parts: how many of the smallest parts of a request that Pinterest failed in every try may fail too, so
            that the others are still read; None: such a request is not halved.
    """

    def __init__(
        self,
        ids: int,
        days: int = 1,
        halves_on: tuple[type[PinterestError], ...] = (),
        *,
        max_lost_parts: int | None = None,
    ) -> None:
        self.ids, self.days, self.characters = ids, days, limits.URL_CHARACTERS
        self.most_ids, self._most_days = ids, days
        self._halves_on: tuple[type[PinterestError], ...] = (ResponseTooLargeError, *halves_on)
        self._max_lost_parts, self._is_outage = max_lost_parts, False
        self._successes = self._all_successes = 0
        self._lock = threading.Lock()

    def limit_ids(self, ids: int) -> None:
        """Allow no more ids than these in any later request."""
        with self._lock:
            self.ids = self.most_ids = min(ids, self.most_ids)

    def ids_that_fit(self, ids: Ids, length_without_ids: int) -> int:
        """Return how many ids of the length of the longest of these fit into a request."""
        return min(self.most_ids, ids_that_fit(ids, self.characters - length_without_ids))

    def parts(self, ids: Ids, window: DateWindow = ANY_DAY, length_without_ids: int = 0) -> list[Part]:
        """Split ids and days into requests of the present size."""
        groups = list(self._groups(ids, self.characters - length_without_ids)) if ids else [()]
        return [(group, piece) for piece in window.cut(self.days) for group in groups]

    def read(
        self,
        send: Send[T],
        ids: Ids,
        window: DateWindow = ANY_DAY,
        length_without_ids: int = 0,
    ) -> Iterator[T]:
        """Yield what `send` yields for each part of the ids and days. It raises its error before it yields anything.

        Raises:
            PinterestError: the error of a request that can't be halved, or any other error of `send`.
        """
        split = _Split(self._all_successes)
        pending: deque[tuple[Part, bool]] = deque([((ids, window), False)])
        while pending:
            part, is_half = pending.popleft()
            parts = self.parts(*part, length_without_ids)
            if len(parts) > 1:
                pending.extendleft((one, is_half) for one in reversed(parts))
                continue
            try:
                yield from send(*parts[0], RETRIES_OF_A_HALF if is_half else None)
            except ServerError as error:
                halves, is_half = self._halves_of_failed(parts[0], error, split if is_half else None), True
            except self._halves_on as error:
                halves = self.too_large(*parts[0], error, length_without_ids)
                is_half = is_half or isinstance(error, UnavailableError)
            else:
                halves = []
                self.worked()
            pending.extendleft((half, is_half) for half in reversed(halves))
        if split.lost:
            raise split.lost[0]

    def _halves_of_failed(self, part: Part, error: ServerError, split: _Split | None) -> list[Part]:
        """Return the halves of a request that Pinterest failed in every try; none for a smallest part that may be lost.

        Args:
            part: the ids and days of the request.
            error: its error.
            split: the request that it is a part of, if it is one.

        Raises:
            ServerError: the given error, if the request is not halved.
        """
        if self._max_lost_parts is None:
            raise error
        if not self._is_outage and (halves := _halves(*part)):
            return halves
        if split is None:
            raise error
        if len(split.lost) >= self._max_lost_parts:
            with self._lock:
                self._is_outage = self._is_outage or split.successes == self._all_successes
            raise error
        split.lost.append(error)
        return []

    def too_large(self, ids: Ids, window: DateWindow, error: PinterestError, length_without_ids: int = 0) -> list[Part]:
        """Return the halves of a request. If it was refused for its size, later ones are not larger than these.

        Raises:
            PinterestError: the given error, if the request can't be halved.
        """
        by_ids, is_too_long = len(ids) > 1, isinstance(error, UrlTooLongError)
        halves = _halves(ids, window)
        if not halves or (is_too_long and not by_ids):
            raise error
        half = math.ceil((len(ids) if by_ids else window.days) / 2)
        if isinstance(error, ResponseTooLargeError) and not isinstance(error, RepeatedBreakError):
            with self._lock:
                self._successes = 0
                if is_too_long:
                    characters = max(length_without_ids + _length(ids[:half]), limits.SAFE_URL_CHARACTERS)
                    self.characters = min(self.characters, characters)
                elif by_ids:
                    self.ids = min(self.ids, half)
                else:
                    self.days = min(self.days, half)
        return halves

    def worked(self) -> None:
        """Count a successful request. After enough of them, double the days, or else the ids and the URL."""
        with self._lock:
            self._is_outage = False
            self._all_successes += 1
            self._successes += 1
            if self._successes < limits.GOOD_REQUESTS_BEFORE_LARGER:
                return
            self._successes = 0
            if self.days < self._most_days:
                self.days = min(2 * self.days, self._most_days)
            else:
                self.ids = min(2 * self.ids, self.most_ids)
                self.characters = min(2 * self.characters, limits.URL_CHARACTERS)

    def _groups(self, ids: Ids, characters: int) -> Iterator[Ids]:
        first, length = 0, 0
        for position, one in enumerate(ids):
            added = len(quote_plus(one)) + len(COMMA)
            if position > first and (position - first >= self.ids or length + added > characters + len(COMMA)):
                yield ids[first:position]
                first, length = position, 0
            length += added
        yield ids[first:]


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
    best: tuple[int, RequestShape] | None = None
    for windows in range(math.ceil(days / limits.ANALYTICS_WINDOW_DAYS), days + 1):
        days_per_request = math.ceil(days / windows)
        ids_per_request = min(max_ids, max(1, cells // days_per_request))
        requests = math.ceil(ids / ids_per_request) * math.ceil(days / days_per_request)
        if best is None or requests < best[0]:
            best = (requests, RequestShape(ids_per_request, days_per_request))
        if ids_per_request >= min(ids, max_ids):
            break
    if best is None:
        raise ValueError("days must be at least 1.")
    return best[1]


def ids_that_fit(ids: Sequence[str], characters: int, separator: str = COMMA) -> int:
    """Return how many of these ids fit into a part of a URL, at least one.

    Args:
        ids: all of them are counted as long as the longest one.
        characters: the length of that part of the URL.
        separator: stands between two ids.
    """
    separator_length = len(separator)
    return max(1, (characters + separator_length) // (max(map(len, ids), default=1) + separator_length))


def _halves(ids: Ids, window: DateWindow) -> list[Part]:
    """Return the halves of a request, by its ids or, if it has one at most, by its days; none if it has one day."""
    if len(ids) > 1:
        half = math.ceil(len(ids) / 2)
        return [(ids[:half], window), (ids[half:], window)]
    return [(ids, piece) for piece in Granularity.DAY.halves(window) or ()]


def _length(ids: Ids) -> int:
    return sum(map(len, map(quote_plus, ids))) + len(COMMA) * (len(ids) - 1)

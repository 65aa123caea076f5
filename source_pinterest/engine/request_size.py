"""The size of requests: within Pinterest's limits, and smaller after one was refused for its size."""

import math
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple, TypeVar
from urllib.parse import quote_plus

from pendulum import Date

from source_pinterest import limits
from source_pinterest.api.errors import PinterestError, RepeatedBreakError, ResponseTooLargeError, UrlTooLongError
from source_pinterest.dates import DateWindow, Granularity

T = TypeVar("T")
Ids = tuple[str, ...]

Part = tuple[Ids, DateWindow]
"""The ids and days of one request; no ids for an ad account as a whole."""

ANY_DAY = DateWindow(Date(2026, 1, 1), Date(2026, 1, 1))
"""The window of a request without days."""

COMMA = "%2C"
"""The separator of ids in a URL."""


class RequestShape(NamedTuple):
    """The number of ids and of days in a request."""

    ids: int
    days: int


class RequestSize:
    """The largest size of a stream's requests that Pinterest has not refused.

    A request that is refused for its size is halved by its ids or, if it has one at most, by its days. Later requests
    are smaller too. They grow again after enough successes.

    Attributes:
        ids: the most ids in a request.
        days: the most days.
        characters: the longest URL.
        most_ids: the most ids that Pinterest allows.

    Args:
        ids: the most ids that Pinterest allows.
        days: the most days that Pinterest allows.
        halves_on: other errors for which a request is halved, and later ones are not.
    """

    def __init__(self, ids: int, days: int = 1, halves_on: tuple[type[PinterestError], ...] = ()) -> None:
        self.ids, self.days, self.characters = ids, days, limits.URL_CHARACTERS
        self.most_ids, self._most_days = ids, days
        self._halves_on: tuple[type[PinterestError], ...] = (ResponseTooLargeError, *halves_on)
        self._successes = 0
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
        send: Callable[[Ids, DateWindow], Iterable[T]],
        ids: Ids,
        window: DateWindow = ANY_DAY,
        length_without_ids: int = 0,
    ) -> Iterator[T]:
        """Yield what `send` yields for each part of the ids and days. It raises its error before it yields anything.

        Raises:
            PinterestError: the error of a request that can't be halved, or any other error of `send`.
        """
        pending: deque[Part] = deque([(ids, window)])
        while pending:
            parts = self.parts(*pending.popleft(), length_without_ids)
            if len(parts) > 1:
                pending.extendleft(reversed(parts))
                continue
            [part] = parts
            try:
                yield from send(*part)
            except self._halves_on as error:
                pending.extendleft(reversed(self.too_large(*part, error, length_without_ids)))
            else:
                self.worked()

    def too_large(self, ids: Ids, window: DateWindow, error: PinterestError, length_without_ids: int = 0) -> list[Part]:
        """Return the halves of a request. If it was refused for its size, later ones are not larger than these.

        Raises:
            PinterestError: the given error, if the request can't be halved.
        """
        by_ids, is_too_long = len(ids) > 1, isinstance(error, UrlTooLongError)
        half = math.ceil((len(ids) if by_ids else window.days) / 2)
        windows = None if by_ids or is_too_long else Granularity.DAY.halves(window)
        if not by_ids and windows is None:
            raise error
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
        return [(ids, piece) for piece in windows] if windows else [(ids[:half], window), (ids[half:], window)]

    def worked(self) -> None:
        """Count a successful request. After enough of them, double the days, or else the ids and the URL."""
        with self._lock:
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


def _length(ids: Ids) -> int:
    return sum(map(len, map(quote_plus, ids))) + len(COMMA) * (len(ids) - 1)

"""The size of requests: within Pinterest's limits, and smaller after two were refused for their size."""

import math
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple
from urllib.parse import quote_plus

from pendulum import Date

from source_pinterest import limits
from source_pinterest.api.errors import (
    PinterestError,
    Reason,
    ResponseTooLargeError,
    UnavailableError,
)
from source_pinterest.dates import DateWindow, Granularity

Ids = tuple[str, ...]

ANY_DAY = DateWindow(Date(2026, 1, 1), Date(2026, 1, 1))
"""The window of a request without days."""

RETRIES_OF_A_HALF = 1
"""The most retries of a part of a request that Pinterest failed in every try."""

COMMA = "%2C"
"""The separator of ids in a URL."""

_REFUSALS = 2
"""The refusals for size after which later requests are smaller. One may be about the rows of its entities alone."""


class RequestShape(NamedTuple):
    """The number of ids and of days in a request."""

    ids: int
    days: int


class Part(NamedTuple):
    """What one request asks for.

    Attributes:
        ids: the ids; none for an ad account as a whole.
        window: the days.
        max_retries: how often the request is sent again at most; None: as often as any other.
    """

    ids: Ids
    window: DateWindow = ANY_DAY
    max_retries: int | None = None


class RequestSize:
    """The largest size of a stream's requests.

    Attributes:
        ids: the most ids in a request.
        days: the most days.
        most_ids: the most ids that Pinterest allows.

    Args:
        ids: the most ids that Pinterest allows.
        days: the most days that Pinterest allows.
        halves_on: whether to halve a request after another error than that of its size. Later ones are not smaller.
        max_lost_parts: how many of the smallest parts of a request that Pinterest failed in every try may fail too, so
            that the others are still read; None: such a request is not halved.
    """

    def __init__(
        self,
        ids: int,
        days: int = 1,
        halves_on: Callable[[PinterestError], bool] = lambda _: False,
        *,
        max_lost_parts: int | None = None,
    ) -> None:
        self.ids, self.days, self.most_ids = ids, days, ids
        self.halves_on = halves_on
        self.max_lost_parts = max_lost_parts
        self.is_outage = False
        """Whether even the smallest parts of a request failed, and no request has succeeded since."""
        self.successes = self._refusals = 0
        self._lock = threading.Lock()

    def limit_ids(self, ids: int) -> None:
        """Allow no more ids than these in any later request."""
        with self._lock:
            self.ids = self.most_ids = min(ids, self.most_ids)

    def ids_that_fit(self, ids: Ids, length_without_ids: int) -> int:
        """Return how many ids of the length of the longest of these fit into a request."""
        return min(self.most_ids, ids_that_fit(ids, limits.URL_CHARACTERS - length_without_ids))

    def parts(self, ids: Ids, window: DateWindow = ANY_DAY, length_without_ids: int = 0) -> "Parts":
        """Return the requests that together ask for these ids and days.

        Args:
            ids: the ids; none for an ad account as a whole.
            window: the days.
            length_without_ids: the length of a request's URL without ids.
        """
        return Parts(self, Part(ids, window), length_without_ids)

    def succeeded(self) -> None:
        """Count a successful request."""
        with self._lock:
            self.is_outage = False
            self.successes += 1

    def refused(self, part: Part) -> None:
        """Count a request that was refused for its size."""
        with self._lock:
            self._refusals += 1
            if self._refusals < _REFUSALS:
                return
            if len(part.ids) > 1:
                self.ids = min(self.ids, math.ceil(len(part.ids) / 2))
            else:
                self.days = min(self.days, math.ceil(part.window.days / 2))

    def note_outage(self, successes_before: int) -> None:
        """Note that too many of the smallest parts of a request failed: an outage, unless others have succeeded."""
        with self._lock:
            self.is_outage = self.is_outage or successes_before == self.successes


class Parts:
    """The requests for some ids and days, in order. Whoever sends them says which of them has failed.

    ::

        for part in parts:
            try:
                ...
            except PinterestError as error:
                parts.halve(part, error)

    A request that is refused for its size is halved, by its ids or, if it has one at most, by its days. So is one after
    which `halves_on` says so, and one that Pinterest failed in every try, since it may be too much for it. If even the
    smallest parts fail and nothing has succeeded meanwhile, it is an outage, which halving would multiply: no other
    request is then halved until one succeeds.

    Iterating raises, at the end, the error of a smallest part that has failed.
    """

    def __init__(self, size: RequestSize, whole: Part, length_without_ids: int) -> None:
        self._size, self._length_without_ids = size, length_without_ids
        self._pending = deque([whole])
        self._failed: Part | None = None
        self._successes_before = size.successes
        self._lost: list[PinterestError] = []

    def __iter__(self) -> Iterator[Part]:
        """Yield the requests. One that has not failed by the time when the next is asked for counts as successful."""
        while self._pending:
            first, *others = self._in_size(self._pending.popleft())
            self._pending.extendleft(reversed(others))
            yield first
            if first is not self._failed:
                self._size.succeeded()
        if self._lost:
            raise self._lost[0]

    def halve(self, part: Part, error: PinterestError) -> None:
        """Ask for the halves of a request next.

        Raises:
            PinterestError: the given error, if the request can't or should not be halved.
        """
        self._failed = part
        if error.reason is Reason.SERVER_ERROR:
            halves = self._halves_of_failed(part, error)
        elif isinstance(error, ResponseTooLargeError) or self._size.halves_on(error):
            halves, by_ids = _halves(part), len(part.ids) > 1
            if not halves or (error.reason is Reason.URL_TOO_LONG and not by_ids):
                raise error
            if isinstance(error, ResponseTooLargeError) and error.reason is not Reason.BROKE_OFF:
                self._size.refused(part)
        else:
            raise error
        if isinstance(error, UnavailableError):
            halves = [half._replace(max_retries=RETRIES_OF_A_HALF) for half in halves]
        self._pending.extendleft(reversed(halves))

    def _halves_of_failed(self, part: Part, error: PinterestError) -> list[Part]:
        """Return the halves of a request that Pinterest failed in every try; none for a smallest part that may be lost.

        Raises:
            PinterestError: the given error, if the request is not halved.
        """
        if self._size.max_lost_parts is None:
            raise error
        if not self._size.is_outage and (halves := _halves(part)):
            return halves
        if part.max_retries is None:
            raise error
        if len(self._lost) >= self._size.max_lost_parts:
            self._size.note_outage(self._successes_before)
            raise error
        self._lost.append(error)
        return []

    def _in_size(self, part: Part) -> list[Part]:
        """Split a request into requests of the present size."""
        groups = list(self._groups(part.ids)) if part.ids else [()]
        pieces = part.window.cut(self._size.days)
        return [part._replace(ids=group, window=piece) for piece in pieces for group in groups]

    def _groups(self, ids: Ids) -> Iterator[Ids]:
        first, length, room = 0, 0, limits.URL_CHARACTERS - self._length_without_ids + len(COMMA)
        for position, one in enumerate(ids):
            added = len(quote_plus(one)) + len(COMMA)
            if position > first and (position - first >= self._size.ids or length + added > room):
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


def _halves(part: Part) -> list[Part]:
    """Return the halves of a request, by its ids or, if it has one at most, by its days; none if it has one day."""
    if len(part.ids) > 1:
        half = math.ceil(len(part.ids) / 2)
        return [part._replace(ids=ids) for ids in (part.ids[:half], part.ids[half:])]
    return [part._replace(window=piece) for piece in Granularity.DAY.halves(part.window) or ()]

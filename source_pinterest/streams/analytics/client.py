"""Sends the synchronous requests of one analytics stream, within Pinterest's limits.

A request has as many ids as fit into its URL, and no columns that Pinterest has refused. A request that is refused for
its length or size is split. Later requests are smaller, and grow again after some successes.
"""

import math
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple, TypeVar

from pendulum import Date

from source_pinterest import limits
from source_pinterest.api.client import PinterestClient
from source_pinterest.api.errors import (
    ConfigError,
    RepeatedBreakError,
    ResponseTooLargeError,
    UrlTooLongError,
)
from source_pinterest.api.session import path_of
from source_pinterest.dates import DateWindow
from source_pinterest.engine.refused_names import Names, RefusedNames
from source_pinterest.engine.slices import COMMA, batches, ids_that_fit

T = TypeVar("T")
Ids = tuple[str, ...]

Part = tuple[Ids, DateWindow]
"""The ids and days of one request; no ids for an ad account as a whole."""

UrlLength = Callable[[Sequence[str]], int]
"""Returns the length of a URL with these columns and no ids."""

COLUMNS = "columns"
_LONGEST_ID = "9" * limits.MAX_ID_DIGITS
_ANY_DAY = DateWindow(Date(2026, 1, 1), Date(2026, 1, 1))


class RequestShape(NamedTuple):
    """The number of ids and of days in a request."""

    ids: int
    days: int


class AnalyticsClient:
    """Sends the requests of one stream.

    Args:
        client: the stream's client for Pinterest's API.
        path_template: the path, with the id of an ad account.
        query: returns the parameters of a request for ids, days and names.
        wanted: the names to request, such as columns, by parameter.
        refused: the names that Pinterest has refused.
    """

    def __init__(
        self,
        client: PinterestClient,
        path_template: str,
        query: Callable[[Ids, DateWindow, Names], Mapping[str, Any]],
        wanted: Names,
        refused: RefusedNames,
    ) -> None:
        self._client, self._path_template, self._query = client, path_template, query
        self._wanted, self._refused = wanted, refused
        self._url_limit, self._size = UrlLimit(), RequestSize()

    def max_ids(self, account: str, ids: Ids) -> int:
        """Return how many of these ids fit into a request."""
        room = self._url_limit.characters - self._length_without_ids(account)
        return min(limits.IDS_PER_ANALYTICS_REQUEST, ids_that_fit(ids, room))

    def parts(self, account: str, ids: Ids, window: DateWindow) -> list[Part]:
        """Split ids and days into requests within the present limits of URL and size."""
        groups = self._url_limit.batches(ids, self._length_without_ids(account)) if ids else [()]
        return [part for group in groups for part in self._size.parts(group, window)]

    def split(self, ids: Ids, window: DateWindow, error: ResponseTooLargeError) -> list[Part]:
        """Split a request that proved too large. If Pinterest refused it for its size, later ones are smaller too.

        Raises:
            ResponseTooLargeError: the request can't be split.
        """
        if isinstance(error, UrlTooLongError):
            if len(ids) <= 1:
                raise error
            return [(ids, window)]  # `parts` splits it, since the URL limit has shrunk
        halves = halved(ids, window)
        if not halves:
            raise error
        if not isinstance(error, RepeatedBreakError):
            self._size.shrink(ids, window)
        return halves

    def get(self, account: str, ids: Ids, window: DateWindow, parse: Callable[[Iterator[bytes]], T]) -> T:
        """Send a request, and return its parsed response.

        Raises:
            UrlTooLongError: the request has to be split.
            PinterestError: the request failed, as the error table says.
        """
        request = partial(self._send, account, ids, window, parse)
        send = partial(self._refused.request, self._wanted, request)
        parsed = self._url_limit.send(ids, self._length_without_ids(account), send)
        self._size.count_success(ids, window)
        return parsed

    def try_out(self, account: str, window: DateWindow) -> None:
        """Send the request without ids, so that Pinterest checks its columns. The response is discarded.

        Raises:
            BadRequestError: Pinterest refuses the request.
        """
        self._send(account, (), window, _discard, self._wanted)

    def check_url_length(self, chosen: Sequence[str], min_ids: int) -> None:
        """Check that the columns of the user's choice leave enough room for ids in the URL.

        Raises:
            ConfigError: they do not.
        """
        always = [column for column in self._wanted[COLUMNS] if column not in chosen]

        def url_length(columns: Sequence[str]) -> int:
            return self._length_without_ids(_LONGEST_ID, {**self._wanted, COLUMNS: (*always, *columns)})

        check_url_length(chosen, url_length, min_ids)

    def _send(
        self,
        account: str,
        ids: Ids,
        window: DateWindow,
        parse: Callable[[Iterator[bytes]], T],
        names: Names,
    ) -> T:
        return self._client.get(self._path(account), self._query(ids, window, names), parse).value

    def _path(self, account: str) -> str:
        return path_of(self._path_template, {"ad_account_id": account})

    def _length_without_ids(self, account: str, names: Names | None = None) -> int:
        """Return the length of a request's URL without ids."""
        return self._client.url_length(self._path(account), self._query((), _ANY_DAY, names or self._wanted))


class UrlLimit:
    """The length of the longest URL that has not been refused. It grows again after enough successful requests."""

    def __init__(self) -> None:
        self.characters = limits.URL_CHARACTERS
        self._successes = 0
        self._lock = threading.Lock()

    def batches(self, ids: Ids, length_without_ids: int) -> list[Ids]:
        """Split the ids of a request into the fewest batches that fit into a URL, all of one size."""
        count = math.ceil(len(ids) / ids_that_fit(ids, self.characters - length_without_ids))
        return batches(ids, math.ceil(len(ids) / count))

    def send(self, ids: Ids, length_without_ids: int, send: Callable[[], T]) -> T:
        """Send a request, and shrink the limit if its URL is refused.

        Raises:
            UrlTooLongError: the request has to be split.
        """
        try:
            parsed = send()
        except UrlTooLongError:
            self.shrink(length_without_ids + _joined_length(ids[: _half(len(ids))]))
            raise
        self.count_success()
        return parsed

    def shrink(self, characters: int) -> None:
        """Limit URLs to this length, or to the length that is never refused if that is greater."""
        with self._lock:
            self._successes = 0
            self.characters = min(self.characters, max(characters, limits.SAFE_URL_CHARACTERS))

    def count_success(self) -> None:
        """Count a successful request, and double the limit after enough of them."""
        with self._lock:
            self._successes += 1
            if self._successes >= limits.GOOD_REQUESTS_BEFORE_LARGER:
                self._successes = 0
                self.characters = min(2 * self.characters, limits.URL_CHARACTERS)


class RequestSize:
    """The largest number of ids and of days that Pinterest has not refused. They grow again after enough successes."""

    def __init__(self) -> None:
        self._ids = limits.IDS_PER_ANALYTICS_REQUEST
        self._days = limits.ANALYTICS_WINDOW_DAYS
        self._successes = 0
        self._lock = threading.Lock()

    def parts(self, ids: Ids, window: DateWindow) -> list[Part]:
        """Split ids and days into requests of this size."""
        return [
            (batch, piece) for piece in window.cut(self._days) for batch in (batches(ids, self._ids) if ids else [()])
        ]

    def shrink(self, ids: Ids, window: DateWindow) -> None:
        """Limit requests to half of these ids, or to half of the days if there is only one id."""
        with self._lock:
            self._successes = 0
            if len(ids) > 1:
                self._ids = min(self._ids, _half(len(ids)))
            else:
                self._days = min(self._days, _half(window.days))

    def count_success(self, ids: Ids, window: DateWindow) -> None:
        """Count a successful request of the largest size, and double the size after enough of them."""
        with self._lock:
            fewer_days, fewer_ids = (
                self._days < limits.ANALYTICS_WINDOW_DAYS,
                self._ids < limits.IDS_PER_ANALYTICS_REQUEST,
            )
            if not (window.days == self._days if fewer_days else fewer_ids and len(ids) == self._ids):
                return
            self._successes += 1
            if self._successes < limits.GOOD_REQUESTS_BEFORE_LARGER:
                return
            self._successes = 0
            if fewer_days:
                self._days = min(2 * self._days, limits.ANALYTICS_WINDOW_DAYS)
            else:
                self._ids = min(2 * self._ids, limits.IDS_PER_ANALYTICS_REQUEST)


def request_shape(
    ids: int, days: int, rows_a_day: int = 1, max_ids: int = limits.IDS_PER_ANALYTICS_REQUEST
) -> RequestShape:
    """Return the shape of the fewest requests within Pinterest's limits.

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


def halved(ids: Ids, window: DateWindow) -> list[Part]:
    """Split a request by its ids, or by its days if it has one id at most. Return nothing if it can't be split."""
    if len(ids) > 1:
        return [(batch, window) for batch in batches(ids, _half(len(ids)))]
    return [(ids, piece) for piece in window.cut(_half(window.days))] if window.days > 1 else []


def check_url_length(columns: Sequence[str], url_length: UrlLength, min_ids: int) -> None:
    """Check that a URL with these columns has room for ids of the largest length.

    Args:
        columns: the columns of the user's choice.
        url_length: measures a URL, including the columns that are always requested.
        min_ids: the number of ids that must fit.

    Raises:
        ConfigError: they do not fit.
    """
    max_length = limits.URL_CHARACTERS - min_ids * (len(_LONGEST_ID) + len(COMMA))
    fit = len(columns)
    while fit and url_length(columns[:fit]) > max_length:
        fit -= max(1, (url_length(columns[:fit]) - max_length) // (max(map(len, columns)) + len(COMMA)))
    if fit < len(columns):
        raise ConfigError(
            f"Analytics Columns: {len(columns)} columns make the URL of a request too long for Pinterest; {fit} of "
            "them fit. Remove the others, or read them with Custom Reports, whose columns are not part of a URL.",
        )


def _joined_length(ids: Ids) -> int:
    return sum(map(len, ids)) + len(COMMA) * (len(ids) - 1)


def _half(count: int) -> int:
    return (count + 1) // 2


def _discard(chunks: Iterator[bytes]) -> None:
    deque(chunks, maxlen=0)

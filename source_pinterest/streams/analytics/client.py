"""Sends the synchronous requests of one analytics stream, without the columns that Pinterest has refused."""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

from source_pinterest import limits
from source_pinterest.api.client import PinterestClient
from source_pinterest.api.errors import ConfigError
from source_pinterest.api.session import path_of
from source_pinterest.dates import DateWindow
from source_pinterest.engine.refused_names import Names, RefusedNames
from source_pinterest.engine.request_size import ANY_DAY, COMMA, Ids, Part, Parts, RequestSize

T = TypeVar("T")

UrlLength = Callable[[Sequence[str]], int]
"""Returns the length of a URL with these columns and no ids."""

COLUMNS = "columns"
_LONGEST_ID = "9" * limits.MAX_ID_DIGITS


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
        self._size = RequestSize(limits.IDS_PER_ANALYTICS_REQUEST, limits.ANALYTICS_WINDOW_DAYS, max_lost_parts=1)

    def max_ids(self, account: str, ids: Ids) -> int:
        """Return how many of these ids fit into a request."""
        return self._size.ids_that_fit(ids, self._length_without_ids(account))

    def parts(self, account: str, ids: Ids, window: DateWindow) -> Parts:
        """Return the requests that together ask for these ids and days."""
        return self._size.parts(ids, window, self._length_without_ids(account))

    def get(self, account: str, part: Part, parse: Callable[[Iterator[bytes]], T]) -> T:
        """Send a request, and return its parsed response.

        Raises:
            PinterestError: the request failed, as the error table says.
        """
        send = partial(self._send, account, part, parse)
        return self._refused.request(account, part.window, self._wanted, send)

    def try_out(self, account: str, window: DateWindow) -> None:
        """Send the request without ids, so that Pinterest checks its columns. The response is discarded.

        Raises:
            BadRequestError: Pinterest refuses the request.
        """
        self._send(account, Part((), window), _discard, self._wanted)

    def check_url_length(self, chosen: Sequence[str], min_ids: int) -> None:
        """Check that the columns of the user's choice leave enough room for ids in the URL.

        Raises:
            ConfigError: they do not.
        """
        always = [column for column in self._wanted[COLUMNS] if column not in chosen]

        def url_length(columns: Sequence[str]) -> int:
            return self._length_without_ids(_LONGEST_ID, {**self._wanted, COLUMNS: (*always, *columns)})

        check_url_length(chosen, url_length, min_ids)

    def _send(self, account: str, part: Part, parse: Callable[[Iterator[bytes]], T], names: Names) -> T:
        params = self._query(part.ids, part.window, names)
        return self._client.get(self._path(account), params, parse, part.max_retries).value

    def _path(self, account: str) -> str:
        return path_of(self._path_template, {"ad_account_id": account})

    def _length_without_ids(self, account: str, names: Names | None = None) -> int:
        """Return the length of a request's URL without ids."""
        return self._client.url_length(self._path(account), self._query((), ANY_DAY, names or self._wanted))


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


def _discard(chunks: Iterator[bytes]) -> None:
    deque(chunks, maxlen=0)

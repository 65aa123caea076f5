"""How is one call of synchronous analytics made?

With as many ids as its address has room for, and without the columns that Pinterest refuses.
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
    AddressTooLongError,
    AnswerBreaksError,
    AnswerTooLargeError,
    ConfigError,
    LongCallUnavailableError,
    PinterestError,
)
from source_pinterest.api.session import path_of
from source_pinterest.dates import DateWindow
from source_pinterest.engine.refused_names import Names, RefusedNames
from source_pinterest.engine.slices import COMMA, batches, ids_that_fit

T = TypeVar("T")
Ids = tuple[str, ...]

_LONGEST_ID = "9" * limits.MAX_ID_DIGITS

Length = Callable[[Sequence[str]], int]
"""The length of an address that names these columns and no ids."""


class AddressRoom:
    """The longest address that has not been refused; after enough good calls longer ones are tried again."""

    def __init__(self) -> None:
        self.most = limits.ADDRESS_CHARACTERS
        self._good_calls = 0
        self._lock = threading.Lock()

    def batches(self, ids: Ids, bare: int) -> list[Ids]:
        """The ids in as few runs as fit, of one size.

        Args:
            ids: of one call.
            bare: how long its address is without them.
        """
        runs = math.ceil(len(ids) / ids_that_fit(ids, self.most - bare))
        return batches(ids, math.ceil(len(ids) / runs))

    def refused(self, wanted: int) -> None:
        """Keep to addresses of this length from now on, but never to less than one that is surely short enough."""
        with self._lock:
            self._good_calls = 0
            self.most = min(self.most, max(wanted, limits.ADDRESS_CHARACTERS_NEVER_TOO_MANY))

    def ask(self, ids: Ids, bare: int, client: PinterestClient, ask: Callable[[PinterestClient, Ids], T]) -> T:
        """Make a call about these ids.

        An outage is taken for one of length only where half of the call is answered right after it.

        Raises:
            AddressTooLongError: the call has to be made in parts.
        """
        half = ids[: (len(ids) + 1) // 2]
        try:
            answer = ask(client, ids)
        except AddressTooLongError:
            self.refused(bare + _length_of(half))
            raise
        except LongCallUnavailableError as error:
            if len(half) == len(ids) or not _is_answered(partial(ask, client.without_retries(), half)):
                raise
            self.refused(bare + _length_of(half))
            raise AddressTooLongError(str(error.message)) from error
        self.worked()
        return answer

    def worked(self) -> None:
        """Count a good call."""
        with self._lock:
            self._good_calls += 1
            if self._good_calls >= limits.GOOD_CALLS_BEFORE_LARGER:
                self._good_calls = 0
                self.most = min(2 * self.most, limits.ADDRESS_CHARACTERS)


def _length_of(ids: Ids) -> int:
    return sum(map(len, ids)) + len(COMMA) * (len(ids) - 1)


def _is_answered(ask: Callable[[], object]) -> bool:
    try:
        ask()
    except PinterestError:
        return False
    return True


def check_room(columns: Sequence[str], length: Length, least_ids: int) -> None:
    """See to it that so many ids of the largest size fit beside the columns.

    Args:
        columns: those of the user, which any others come in addition to.
        length: measures an address.
        least_ids: how many ids a call must have room for.

    Raises:
        ConfigError: they do not.
    """
    most = limits.ADDRESS_CHARACTERS - least_ids * (len(_LONGEST_ID) + len(COMMA))
    fit = len(columns)
    while fit and length(columns[:fit]) > most:
        fit -= max(1, (length(columns[:fit]) - most) // (max(map(len, columns)) + len(COMMA)))
    if fit < len(columns):
        raise ConfigError(
            f"Analytics Columns: {len(columns)} columns make the address of a call too long for Pinterest; {fit} of "
            "them fit. Remove the others, or read them with Custom Reports, whose columns are not part of an address.",
        )


Call = tuple[tuple[str, ...], DateWindow]
"""The ids and days of one call; no ids for an account as a whole."""


class CallShape(NamedTuple):
    """How many ids and how many days go into a call."""

    ids: int
    days: int


def tile(ids: int, days: int, rows_a_day: int = 1, most_ids: int = limits.IDS_PER_ANALYTICS_CALL) -> CallShape:
    """The shape of calls that are the fewest within Pinterest's limits, for so many rows an id and day.

    Among equals the one with the longest windows wins: a window is what the state moves by.
    """
    cells = limits.ROWS_PER_ANALYTICS_CALL // rows_a_day
    best: tuple[int, CallShape] | None = None
    for windows in range(math.ceil(days / limits.ANALYTICS_WINDOW_DAYS), days + 1):
        days_per_call = math.ceil(days / windows)
        ids_per_call = min(most_ids, max(1, cells // days_per_call))
        calls = math.ceil(ids / ids_per_call) * math.ceil(days / days_per_call)
        if best is None or calls < best[0]:
            best = (calls, CallShape(ids_per_call, days_per_call))
        if ids_per_call >= min(ids, most_ids):
            break
    if best is None:
        raise ValueError("A window covers at least one day.")
    return best[1]


def halved(ids: tuple[str, ...], window: DateWindow) -> list[Call]:
    """A call as two, of half the ids or of half the days of a single one; nothing where there is nothing to halve."""
    if len(ids) > 1:
        return [(batch, window) for batch in batches(ids, _half(len(ids)))]
    return [(ids, piece) for piece in window.cut(_half(window.days))] if window.days > 1 else []


class CallSize:
    """The largest call that Pinterest has not refused for its size; after enough good calls a larger one is tried."""

    def __init__(self) -> None:
        self._ids = limits.IDS_PER_ANALYTICS_CALL
        self._days = limits.ANALYTICS_WINDOW_DAYS
        self._good_calls = 0
        self._lock = threading.Lock()

    def parts(self, ids: tuple[str, ...], window: DateWindow) -> list[Call]:
        """The ids and days as calls of this size."""
        return [
            (batch, piece) for piece in window.cut(self._days) for batch in (batches(ids, self._ids) if ids else [()])
        ]

    def refused(self, ids: tuple[str, ...], window: DateWindow) -> None:
        """Ask for half the ids, or half the days of a single one, from now on."""
        with self._lock:
            self._good_calls = 0
            if len(ids) > 1:
                self._ids = min(self._ids, _half(len(ids)))
            else:
                self._days = min(self._days, _half(window.days))

    def worked(self, ids: tuple[str, ...], window: DateWindow) -> None:
        """Count a good call. After some of the largest kind the next ones ask for twice as much."""
        with self._lock:
            fewer_days, fewer_ids = self._days < limits.ANALYTICS_WINDOW_DAYS, self._ids < limits.IDS_PER_ANALYTICS_CALL
            if not (window.days == self._days if fewer_days else fewer_ids and len(ids) == self._ids):
                return
            self._good_calls += 1
            if self._good_calls < limits.GOOD_CALLS_BEFORE_LARGER:
                return
            self._good_calls = 0
            if fewer_days:
                self._days = min(2 * self._days, limits.ANALYTICS_WINDOW_DAYS)
            else:
                self._ids = min(2 * self._ids, limits.IDS_PER_ANALYTICS_CALL)


def _half(count: int) -> int:
    return (count + 1) // 2


COLUMNS = "columns"
_LONGEST_ACCOUNT = "9" * limits.MAX_ID_DIGITS
_ANY_DAY = DateWindow(Date(2026, 1, 1), Date(2026, 1, 1))


class AnalyticsCalls:
    """The calls of one stream.

    Args:
        client: asks Pinterest on behalf of the stream.
        path_template: of an ad account.
        query: the parameters of a call about these ids and days, with these names.
        wanted: the names to ask for.
        refused: those that Pinterest refuses.
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
        self._room, self._size = AddressRoom(), CallSize()

    def most_ids(self, account: str, ids: Ids) -> int:
        """How many of these ids go into a call."""
        return min(limits.IDS_PER_ANALYTICS_CALL, ids_that_fit(ids, self._room.most - self._bare(account)))

    def parts(self, account: str, ids: Ids, window: DateWindow) -> list[Call]:
        """The ids and days as calls whose address has room for the ids, and whose answer is not too large."""
        runs = self._room.batches(ids, self._bare(account)) if ids else [()]
        return [part for run in runs for part in self._size.parts(run, window)]

    def smaller(self, ids: Ids, window: DateWindow, error: AnswerTooLargeError) -> list[Call]:
        """A call that proved too large as smaller ones; if Pinterest refuses it for its size, so are later ones.

        Raises:
            AnswerTooLargeError: there is nothing to split.
        """
        if isinstance(error, AddressTooLongError):
            if len(ids) <= 1:
                raise error
            return [(ids, window)]  # the room for addresses has shrunk
        halves = halved(ids, window)
        if not halves:
            raise error
        if not isinstance(error, AnswerBreaksError):
            self._size.refused(ids, window)
        return halves

    def ask(self, account: str, ids: Ids, window: DateWindow, parse: Callable[[Iterator[bytes]], T]) -> T:
        """What a parser makes of the answer.

        Raises:
            AddressTooLongError: the call has to be made in parts.
            PinterestError: what the error table says of the answer.
        """
        probe = partial(self._asked, self._client, account, ids[:1], DateWindow(window.end, window.end), _passed_over)

        def ask(client: PinterestClient, some: Ids) -> T:
            call = partial(self._asked, client, account, some, window, parse)
            return self._refused.ask(self._wanted, call, probe)

        answer = self._room.ask(ids, self._bare(account), self._client, ask)
        self._size.worked(ids, window)
        return answer

    def try_out(self, account: str, window: DateWindow) -> None:
        """Have Pinterest judge what is asked for, without any ids.

        Raises:
            BadRequestError: it calls the request wrong.
        """
        self._asked(self._client, account, (), window, _passed_over, self._wanted)

    def _asked(
        self,
        client: PinterestClient,
        account: str,
        ids: Ids,
        window: DateWindow,
        parse: Callable[[Iterator[bytes]], T],
        names: Names,
    ) -> T:
        return client.get(self._path(account), self._query(ids, window, names), parse).value

    def _path(self, account: str) -> str:
        return path_of(self._path_template, {"ad_account_id": account})

    def check_room(self, chosen: Sequence[str], least_ids: int) -> None:
        """See to it that the columns which the user has chosen leave room for so many ids.

        Raises:
            ConfigError: they don't.
        """
        always = [column for column in self._wanted[COLUMNS] if column not in chosen]

        def length(columns: Sequence[str]) -> int:
            return self._bare(_LONGEST_ACCOUNT, {**self._wanted, COLUMNS: (*always, *columns)})

        check_room(chosen, length, least_ids)

    def _bare(self, account: str, names: Names | None = None) -> int:
        """How long the address of a call is without ids."""
        return self._client.address_length(self._path(account), self._query((), _ANY_DAY, names or self._wanted))


def _passed_over(chunks: Iterator[bytes]) -> None:
    deque(chunks, maxlen=0)

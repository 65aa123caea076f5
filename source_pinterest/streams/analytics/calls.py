"""How is one call of synchronous analytics made?

With as many ids as its address has room for, and without the columns that Pinterest refuses.
"""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

from pendulum import Date

from source_pinterest import limits
from source_pinterest.api.addresses import path_of
from source_pinterest.api.client import PinterestClient
from source_pinterest.api.errors import AnswerBreaksError, AnswerTooLargeError
from source_pinterest.api.long_calls import AddressTooLongError
from source_pinterest.dates import DateWindow
from source_pinterest.engine.refused_names import Names, RefusedNames
from source_pinterest.streams.analytics.address import AddressRoom, check_room
from source_pinterest.streams.analytics.call_shape import Call, CallSize, halved
from source_pinterest.streams.base.slices import ids_that_fit

T = TypeVar("T")
Ids = tuple[str, ...]

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

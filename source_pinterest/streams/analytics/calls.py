"""How is one call of synchronous analytics made?

With as many ids as its address has room for, and without the columns that Pinterest refuses.
"""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

from pendulum import Date

from source_pinterest import limits
from source_pinterest.api.client import PinterestClient
from source_pinterest.dates import DateWindow
from source_pinterest.engine.refused_names import Names, RefusedNames
from source_pinterest.streams.analytics.address import AddressRoom, check_room, ids_that_fit

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
        self._room = AddressRoom()

    def most_ids(self, account: str, ids: Ids) -> int:
        """How many of these ids go into a call."""
        return min(limits.IDS_PER_ANALYTICS_CALL, ids_that_fit(ids, self._room.most - self._bare(account)))

    def runs(self, account: str, ids: Ids) -> list[Ids]:
        """The ids in runs that fit into the address of a call; nothing makes one run."""
        return self._room.batches(ids, self._bare(account)) if ids else [()]

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

        return self._room.ask(ids, self._bare(account), self._client, ask)

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
        return self._path_template.format(ad_account_id=account)

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

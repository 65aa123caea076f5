"""How many ids fit into the address of a call, and how many columns leave room for enough of them?

A CDN stands in front of Pinterest. It refuses an address that is too long by itself, and not always in the same words.
"""

import math
import threading
from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

from source_pinterest import limits
from source_pinterest.api.client import PinterestClient
from source_pinterest.api.errors import ConfigError, PinterestError
from source_pinterest.api.long_calls import AddressTooLongError, LongCallUnavailableError
from source_pinterest.streams.base.slices import COMMA, batches, ids_that_fit

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

"""Columns, targeting types and metrics that Pinterest refuses by name. Rows are read without them.

A name counts as refused for an account after two refusals. After that, one refusal is enough for each other account, so
that few requests are wasted.
"""

import re
import threading
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import chain
from typing import TypeVar

from source_pinterest.api.errors import BadRequestError
from source_pinterest.columns import NAME_FORM
from source_pinterest.dates import DateWindow
from source_pinterest.engine.progress import Notices

T = TypeVar("T")
Names = Mapping[str, Sequence[str]]
"""Names that a request lists, such as columns, by the parameter that lists them."""

_WORD = re.compile(rf"\b{NAME_FORM.pattern}\b")
_WHAT_IS_ALLOWED = re.compile(
    r"\b(one|any) of\b|(?<!not )(?<!not a )\b(valid|allowed|supported|available|accepted) (\w+ )?(are|is)\b",
    re.IGNORECASE,
)
"""The part of a message after which it lists the allowed names."""


_REFUSALS = 2
"""The refusals for an account after which a name counts as refused. One may only mention the name in passing."""


class RefusedNames:
    """Learns which names Pinterest refuses to one stream in this sync, account by account.

    Args:
        notices: the stream's warnings.
        needed: names that every request must have.
    """

    def __init__(self, notices: Notices, needed: Collection[str] = ()) -> None:
        self._notices, self._needed = notices, frozenset(needed)
        self._refusals: Counter[tuple[str, str]] = Counter()
        self._quotes: dict[str, str] = {}
        self._lock = threading.Lock()

    def of(self, account: str) -> frozenset[str]:
        """Return the names that are known to be refused for an account so far."""
        with self._lock:
            return self._refused_for(account)

    def request(
        self,
        account: str,
        days: DateWindow,
        wanted: Names,
        send: Callable[[Names], T],
        doubtful: Collection[str] = (),
    ) -> T:
        """Send a request without the refused names, again and again until Pinterest refuses no further one.

        Args:
            account: the ad account of the request; empty for the token's own user.
            days: the days of the request, for the warning.
            wanted: all names that are wanted.
            send: sends the request with the remaining names, at least one for each parameter.
            doubtful: names whose refusal may concern this request alone, so that nothing is learned from it.

        Raises:
            BadRequestError: Pinterest names none of the names, or refuses one that is doubtful or that the request
                must have.
        """
        while True:
            names = self._kept(wanted, self.of(account))
            try:
                response = send(names)
            except BadRequestError as error:
                self._learn(account, names, error, doubtful)
                continue
            if left_out := sorted({*chain(*wanted.values())}.difference(*names.values())):
                self._warn(account, days, ", ".join(left_out))
            return response

    def _learn(self, account: str, names: Names, error: BadRequestError, doubtful: Collection[str]) -> None:
        """Find the names to which an error refers, and count the refusal.

        Raises:
            BadRequestError: the error refers to no name, or no name is left for a parameter.
        """
        with self._lock:
            if self._kept(names, self._refused_for(account)) != names:
                return  # another worker has recorded them meanwhile
            optional = {name for group in names.values() for name in group} - self._needed.union(doubtful)
            found = named_in(error.quote, optional)
            if not found or not all(self._kept(names, found).values()):
                raise error
            self._refusals.update((account, name) for name in found)
            self._quotes[account] = error.quote

    def _refused_for(self, account: str) -> frozenset[str]:
        certain = {name for (_, name), count in self._refusals.items() if count >= _REFUSALS}
        return frozenset(name for of, name in self._refusals if of == account and name in certain)

    def _warn(self, account: str, days: DateWindow, listed: str) -> None:
        about = f"the rows of ad account {account}" if account else "the rows"
        self._notices.warn(
            f"{account} {days} {listed}",
            f"Pinterest refuses {listed}, so {about} for {days} come without them. {self._quotes[account]}.",
        )

    def _kept(self, names: Names, refused: Collection[str]) -> Names:
        return {
            parameter: tuple(name for name in group if name not in refused or name in self._needed)
            for parameter, group in names.items()
        }


def named_in(message: str, optional: Collection[str]) -> set[str]:
    """Return the names to which a message refers. A message with most of the names only lists them, so none."""
    about = _WHAT_IS_ALLOWED.split(message, maxsplit=1)[0]
    named = set(_WORD.findall(about)) & set(optional)
    return named if len(named) <= max(1, len(optional) // 2) else set()

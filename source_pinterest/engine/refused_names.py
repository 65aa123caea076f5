"""Columns, targeting types and metrics that Pinterest refuses by name. Rows are read without them."""

import re
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TypeVar

from source_pinterest.api.errors import BadRequestError
from source_pinterest.columns import NAME_FORM
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


class RefusedNames:
    """Learns which names Pinterest refuses to one stream in this sync.

    Args:
        notices: the stream's warnings.
        needed: names that every request must have.
    """

    def __init__(self, notices: Notices, needed: Collection[str] = ()) -> None:
        self._notices, self._needed = notices, frozenset(needed)
        self._refused: set[str] = set()
        self._lock = threading.Lock()

    @property
    def refused(self) -> frozenset[str]:
        """The names that are known to be refused so far."""
        with self._lock:
            return frozenset(self._refused)

    def request(self, wanted: Names, send: Callable[[Names], T]) -> T:
        """Send a request without the refused names, again and again until Pinterest refuses no further one.

        Args:
            wanted: all names that are wanted.
            send: sends the request with the remaining names, at least one for each parameter.

        Raises:
            BadRequestError: Pinterest names none of the names, or refuses one that the request must have.
        """
        while True:
            names = self._kept(wanted, self._refused)
            try:
                return send(names)
            except BadRequestError as error:
                self._learn(names, error)

    def _learn(self, names: Names, error: BadRequestError) -> None:
        """Find the names to which an error refers, and record them as refused.

        Raises:
            BadRequestError: the error refers to no name, or no name is left for a parameter.
        """
        with self._lock:
            if self._kept(names, self._refused) != names:
                return  # another worker has recorded them meanwhile
            optional = {name for group in names.values() for name in group} - self._needed
            found = named_in(error.quote, optional)
            if not found or not all(self._kept(names, found).values()):
                raise error
            self._refused |= found
        listed = ", ".join(sorted(found))
        self._notices.warn(listed, f"Pinterest refuses {listed}, so the rows come without them. {error.quote}.")

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

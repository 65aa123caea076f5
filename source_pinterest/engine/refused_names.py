"""Columns, targeting types and metrics that Pinterest refuses. Rows are read without them.

If Pinterest's message does not name them, they are found by halving the list, with a bounded number of requests.
"""

import re
import threading
from collections import deque
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from typing import TypeVar

from source_pinterest import limits
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
        self._probes = limits.PROBES_FOR_REFUSED_NAMES
        self._lock = threading.Lock()

    @property
    def refused(self) -> frozenset[str]:
        """The names that are known to be refused so far."""
        with self._lock:
            return frozenset(self._refused)

    def request(self, wanted: Names, send: Callable[[Names], T], probe: Callable[[Names], object]) -> T:
        """Send a request without the refused names, again and again until Pinterest refuses no further one.

        Args:
            wanted: all names that are wanted.
            send: sends the request with the remaining names, at least one for each parameter.
            probe: sends a cheap request of the same kind, to find the refused names if the message does not have them.

        Raises:
            BadRequestError: Pinterest rejects the request for another reason, or refuses a name that it must have.
        """
        while True:
            names = self._kept(wanted, self._refused)
            try:
                return send(names)
            except BadRequestError as error:
                self._learn(names, error, probe)

    def _learn(self, names: Names, error: BadRequestError, probe: Callable[[Names], object]) -> None:
        """Find the names to which an error refers, and record them as refused.

        Raises:
            BadRequestError: the error refers to no name, or no name is left for a parameter.
        """
        with self._lock:
            if self._kept(names, self._refused) != names:
                return  # another worker has recorded them meanwhile
            optional = {name for group in names.values() for name in group} - self._needed
            found = named_in(error.answer, optional) or self._search(names, probe)
            if not found or not all(self._kept(names, found).values()):
                raise error
            self._refused |= found
        listed = ", ".join(sorted(found))
        self._notices.warn(listed, f"Pinterest refuses {listed}, so the rows come without them. {error.answer}.")

    def _kept(self, names: Names, refused: Collection[str]) -> Names:
        return {
            parameter: tuple(name for name in group if name not in refused or name in self._needed)
            for parameter, group in names.items()
        }

    def _search(self, names: Names, probe: Callable[[Names], object]) -> set[str]:
        """Find the refused names by halving. Names that are not tested before the probes run out are among them."""
        if self._is_accepted(names, probe):
            return set()
        needed = {parameter: [name for name in group if name in self._needed] for parameter, group in names.items()}
        least: Names = {parameter: needed[parameter] or group for parameter, group in names.items()}
        refused: set[str] = set()
        if least == names or not self._is_accepted(least, probe):
            for parameter in (one for one, always in needed.items() if not always):
                refused |= self._bisect(names[parameter], partial(_with_names, least, parameter, ()), probe)
            least = self._kept(least, refused)
            if not refused or not all(least.values()):
                return refused
        for parameter in (one for one, always in needed.items() if always):
            suspects = [name for name in names[parameter] if name not in self._needed]
            request = partial(_with_names, least, parameter, needed[parameter])
            if suspects and not self._is_accepted(request(suspects), probe):
                refused |= self._bisect(suspects, request, probe)
        return refused

    def _bisect(
        self, suspects: Sequence[str], request: Callable[[Sequence[str]], Names], probe: Callable[[Names], object]
    ) -> set[str]:
        """Return the refused names among the suspects, of which at least one is refused."""
        refused: set[str] = set()
        groups: deque[Sequence[str]] = deque([suspects])
        while groups:
            group = groups.popleft()
            if len(group) == 1 or not self._probes:
                refused.update(group)
                continue
            middle = len(group) // 2
            first, second = group[:middle], group[middle:]
            if self._is_accepted(request(first), probe):
                groups.append(second)
                continue
            groups.append(first)
            if not self._is_accepted(request(second), probe):
                groups.append(second)
        return refused

    def _is_accepted(self, names: Names, probe: Callable[[Names], object]) -> bool:
        if not self._probes:
            return False
        self._probes -= 1
        try:
            probe(names)
        except BadRequestError:
            return False
        return True


def _with_names(names: Names, parameter: str, needed: Sequence[str], some: Sequence[str]) -> Names:
    return {**names, parameter: [*needed, *some]}


def named_in(message: str, optional: Collection[str]) -> set[str]:
    """Return the names to which a message refers. A message with most of the names only lists them, so none."""
    about = _WHAT_IS_ALLOWED.split(message, maxsplit=1)[0]
    named = set(_WORD.findall(about)) & set(optional)
    return named if len(named) <= max(1, len(optional) // 2) else set()

"""Which columns, targeting types or metrics does Pinterest refuse? They cost themselves, and no row."""

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
"""What a call asks for, such as columns, by the parameter that they go into."""

_WORD = re.compile(rf"\b{NAME_FORM.pattern}\b")
_WHAT_IS_ALLOWED = re.compile(
    r"\b(one|any) of\b|(?<!not )(?<!not a )\b(valid|allowed|supported|available|accepted) (\w+ )?(are|is)\b",
    re.IGNORECASE,
)
"""What follows in a message is no longer about what is wrong."""


class RefusedNames:
    """The names that Pinterest has refused to one stream in this sync.

    Args:
        notices: of the stream.
        needed: names that no call can do without.
    """

    def __init__(self, notices: Notices, needed: Collection[str] = ()) -> None:
        self._notices, self._needed = notices, frozenset(needed)
        self._refused: set[str] = set()
        self._probes = limits.PROBES_FOR_REFUSED_NAMES
        self._lock = threading.Lock()

    @property
    def refused(self) -> frozenset[str]:
        """The names that are known to be refused by now."""
        with self._lock:
            return frozenset(self._refused)

    def ask(self, wanted: Names, call: Callable[[Names], T], probe: Callable[[Names], object]) -> T:
        """Make a call without the names that are refused.

        Args:
            wanted: what to ask for.
            call: asks for these names, for as long as there is one for each parameter.
            probe: the same in small, to find out which names are to blame where Pinterest does not say.

        Raises:
            BadRequestError: Pinterest calls the request wrong for another reason, or refuses what it can't do without.
        """
        while True:
            names = self._kept(wanted, self._refused)
            try:
                return call(names)
            except BadRequestError as error:
                self._learn(names, error, probe)

    def _learn(self, names: Names, error: BadRequestError, probe: Callable[[Names], object]) -> None:
        """Take note of the names that an answer is about, or raise it.

        Raises:
            BadRequestError: it is about none, or about too many.
        """
        with self._lock:
            if self._kept(names, self._refused) != names:
                return  # another worker has learned of them in the meantime
            optional = {name for group in names.values() for name in group} - self._needed
            guilty = named_in(error.answer, optional) or self._narrowed(names, probe)
            if not guilty or not all(self._kept(names, guilty).values()):
                raise error
            self._refused |= guilty
        listed = ", ".join(sorted(guilty))
        self._notices.warn(listed, f"Pinterest refuses {listed}, so the rows come without them. {error.answer}.")

    def _kept(self, names: Names, refused: Collection[str]) -> Names:
        return {
            parameter: tuple(name for name in group if name not in refused or name in self._needed)
            for parameter, group in names.items()
        }

    def _narrowed(self, names: Names, probe: Callable[[Names], object]) -> set[str]:
        """The names to blame, found by halves; those that the calls do not suffice to clear are among them."""
        if self._is_accepted(names, probe):
            return set()
        needed = {parameter: [name for name in group if name in self._needed] for parameter, group in names.items()}
        least: Names = {parameter: needed[parameter] or group for parameter, group in names.items()}
        guilty: set[str] = set()
        if least == names or not self._is_accepted(least, probe):
            for parameter in (one for one, always in needed.items() if not always):
                guilty |= self._guilty(names[parameter], partial(_in_place, least, parameter, ()), probe)
            least = self._kept(least, guilty)
            if not guilty or not all(least.values()):
                return guilty
        for parameter in (one for one, always in needed.items() if always):
            suspects = [name for name in names[parameter] if name not in self._needed]
            request = partial(_in_place, least, parameter, needed[parameter])
            if suspects and not self._is_accepted(request(suspects), probe):
                guilty |= self._guilty(suspects, request, probe)
        return guilty

    def _guilty(
        self, suspects: Sequence[str], request: Callable[[Sequence[str]], Names], probe: Callable[[Names], object]
    ) -> set[str]:
        """Those of the suspects, some of whom are guilty."""
        guilty: set[str] = set()
        groups: deque[Sequence[str]] = deque([suspects])
        while groups:
            group = groups.popleft()
            if len(group) == 1 or not self._probes:
                guilty.update(group)
                continue
            middle = len(group) // 2
            first, second = group[:middle], group[middle:]
            if self._is_accepted(request(first), probe):
                groups.append(second)
                continue
            groups.append(first)
            if not self._is_accepted(request(second), probe):
                groups.append(second)
        return guilty

    def _is_accepted(self, names: Names, probe: Callable[[Names], object]) -> bool:
        if not self._probes:
            return False
        self._probes -= 1
        try:
            probe(names)
        except BadRequestError:
            return False
        return True


def _in_place(names: Names, parameter: str, needed: Sequence[str], some: Sequence[str]) -> Names:
    return {**names, parameter: [*needed, *some]}


def named_in(message: str, optional: Collection[str]) -> set[str]:
    """The names that a message is about; none where it names nearly all, which it then only lists."""
    about = _WHAT_IS_ALLOWED.split(message, maxsplit=1)[0]
    named = set(_WORD.findall(about)) & set(optional)
    return named if len(named) <= max(1, len(optional) // 2) else set()

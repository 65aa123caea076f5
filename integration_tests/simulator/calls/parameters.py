"""Parameter classes define which values a query or path parameter accepts.

Each class is one kind of rule of Pinterest's OpenAPI document: type, bounds, enumeration, array style.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import KW_ONLY, dataclass
from datetime import date
from json import JSONDecodeError, dumps, loads
from typing import Any

from integration_tests.simulator.calls.errors import bad_request

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_DIGITS = re.compile(r"\d+", re.ASCII)


@dataclass(frozen=True)
class Parameter(ABC):
    """A named parameter that may be given once."""

    name: str
    _: KW_ONLY
    required: bool = False
    default: Any = None

    def read(self, values: Sequence[str]) -> Any:
        """The value of the parameter, out of all the times the request gives it."""
        if not values:
            if self.required:
                raise bad_request(f"Missing required parameter '{self.name}'.")
            return self.default
        if len(values) > 1:
            raise bad_request(f"'{self.name}' is given {len(values)} times.")
        return self.parse(values[0])

    @abstractmethod
    def parse(self, text: str) -> Any:
        """One given value."""


@dataclass(frozen=True)
class Text(Parameter):
    _: KW_ONLY
    max_length: int | None = None

    def parse(self, text: str) -> str:
        if not text:
            raise bad_request(f"'{self.name}' is empty.")
        if self.max_length is not None and len(text) > self.max_length:
            raise bad_request(f"{self.name} is too long. The maximum length is {self.max_length} characters.")
        return text


@dataclass(frozen=True)
class Digits(Text):
    def parse(self, text: str) -> str:
        if not _DIGITS.fullmatch(text):
            raise bad_request(f"{self.name} '{text}' does not match '^\\d+$'.")
        return super().parse(text)


@dataclass(frozen=True)
class Integer(Parameter):
    _: KW_ONLY
    minimum: int
    maximum: int | None = None

    def parse(self, text: str) -> int:
        number = int(text) if _DIGITS.fullmatch(text) else -1
        if number < self.minimum or (self.maximum is not None and number > self.maximum):
            raise bad_request(f"{self.name} '{text}' is not an integer from {self.minimum} to {self.maximum}.")
        return number


@dataclass(frozen=True)
class Flag(Parameter):
    def parse(self, text: str) -> bool:
        if text not in {"true", "false"}:
            raise bad_request(f"{self.name} '{text}' is not one of ['true', 'false'].")
        return text == "true"


@dataclass(frozen=True)
class Choice(Parameter):
    _: KW_ONLY
    values: tuple[str, ...]

    def parse(self, text: str) -> str:
        if text not in self.values:
            raise bad_request(f"{self.name} '{text}' is not one of {list(self.values)}.")
        return text


@dataclass(frozen=True)
class Day(Parameter):
    def parse(self, text: str) -> date:
        try:
            if _DAY.fullmatch(text):
                return date.fromisoformat(text)
        except ValueError:
            pass
        raise bad_request(f"{self.name} '{text}' is not a date of the form YYYY-MM-DD.")


@dataclass(frozen=True)
class RepeatedArray(Parameter):
    """An array sent as `a=1&a=2`. Pinterest takes the ids of analytics joined with commas, too."""

    _: KW_ONLY
    item: Parameter
    max_items: int = 250
    may_be_joined: bool = False

    def read(self, values: Sequence[str]) -> Any:
        return self._items(values) if values else super().read(values)

    def parse(self, text: str) -> tuple[Any, ...]:
        return self._items([text])

    def _items(self, values: Sequence[str]) -> tuple[Any, ...]:
        items = ",".join(values).split(",") if self.may_be_joined else values
        if len(items) > self.max_items:
            raise bad_request(f"{self.name} has {len(items)} items, the maximum is {self.max_items}.")
        return tuple(self.item.parse(item) for item in items)


@dataclass(frozen=True)
class CommaArray(Parameter):
    """An array sent as `a=1,2`."""

    _: KW_ONLY
    item: Parameter
    max_items: int | None = None

    def parse(self, text: str) -> tuple[Any, ...]:
        items = text.split(",")
        if self.max_items is not None and len(items) > self.max_items:
            raise bad_request(f"{self.name} has {len(items)} items, the maximum is {self.max_items}.")
        return tuple(self.item.parse(item) for item in items)


@dataclass(frozen=True)
class DeepObject(Parameter):
    """An object, sent field by field as `a[b]=1` or `a[b][c]=1`, or all of it as JSON, which Pinterest's SDK does."""

    def parse(self, text: str) -> dict[str, Any]:
        try:
            found = loads(text)
        except JSONDecodeError:
            found = None
        if not isinstance(found, dict):
            raise bad_request(f"'{self.name}' is not an object.")
        return found


def in_one_piece(query: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    """A query in which each object that was sent in pieces, as `a[b][c]=1`, is the JSON that an SDK sends of it."""
    whole = [(name, value) for name, value in query if "[" not in name]
    objects: dict[str, Any] = {}
    for name, value in query:
        root, *path = name.replace("]", "").split("[")
        if path:
            place = objects.setdefault(root, {})
            for step in path[:-1]:
                place = place.setdefault(step, {})
            place[path[-1]] = value
    return [*whole, *((name, dumps(value)) for name, value in objects.items())]


def ids_of_analytics(name: str, *, required: bool = True, max_length: int | None = None, most: int = 250) -> Parameter:
    """The entities whose numbers are requested."""
    item = Digits(name, max_length=max_length)
    return RepeatedArray(name, required=required, item=item, max_items=most, may_be_joined=True)

"""Field classes define which values a field of a JSON body accepts.

The counterpart of `parameters` for operations that are called with a body: type, bounds, enumeration, number of items.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
from typing import Any

import orjson

from integration_tests.simulator.calls.errors import bad_request
from integration_tests.simulator.calls.parameters import Parameter
from integration_tests.simulator.server.reply import JSON


@dataclass(frozen=True)
class Field(ABC):
    """A named member of the body."""

    name: str
    _: KW_ONLY
    required: bool = False
    default: Any = None

    def read(self, body: Mapping[str, Any]) -> Any:
        """The value of the field; null is no value."""
        value = body.get(self.name)
        if value is None:
            if self.required:
                raise bad_request(f"Missing required field '{self.name}'.")
            return self.default
        return self.parse(value)

    @abstractmethod
    def parse(self, value: Any) -> Any:
        """One given value."""


@dataclass(frozen=True)
class TextField(Field):
    """A string that keeps the rule of a parameter."""

    _: KW_ONLY
    rule: Parameter

    def parse(self, value: Any) -> Any:
        if not isinstance(value, str):
            raise bad_request(f"{self.name} {value!r} is not a string.")
        return self.rule.parse(value)


def text(rule: Parameter) -> TextField:
    """The field that keeps the rule of a parameter, and is named, required and preset as it is."""
    return TextField(rule.name, required=rule.required, default=rule.default, rule=rule)


@dataclass(frozen=True)
class NumberField(Field):
    """One of several whole numbers."""

    _: KW_ONLY
    values: Sequence[int]

    def parse(self, value: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or value not in self.values:
            raise bad_request(f"{self.name} {value!r} is not one of {list(self.values)}.")
        return value


@dataclass(frozen=True)
class ListField(Field):
    """An array of values that all keep one rule."""

    _: KW_ONLY
    item: Field
    max_items: int | None = None

    def parse(self, value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list) or not value:
            raise bad_request(f"{self.name} {value!r} is not an array of at least one item.")
        if self.max_items is not None and len(value) > self.max_items:
            raise bad_request(f"{self.name} has {len(value)} items, the maximum is {self.max_items}.")
        return tuple(map(self.item.parse, value))


def json_body(content_type: str, body: bytes) -> Any:
    """The JSON that a request brought, None if it brought none."""
    if not content_type.startswith(JSON):
        return None
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return None


def read_fields(fields: Sequence[Field], body: Any) -> dict[str, Any]:
    """The values of all fields of a body; an `ApiError` for whatever breaks a rule."""
    if not isinstance(body, dict):
        raise bad_request("The body must be a JSON object, sent as application/json.")
    known = {field.name for field in fields}
    for name in body:
        if name not in known:
            raise bad_request(f"Unknown field '{name}'.")
    return {field.name: field.read(body) for field in fields}

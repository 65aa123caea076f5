"""The fields of an answer and their types. Names and types alone: no value leaves this module.

A name is told only if it looks like one of Pinterest's. What an advertiser has named himself (`ADE_…`), what holds an
id, and the keys of objects whose fields the schema does not list may be personal: they are counted.
"""

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Any

Record = Mapping[str, Any]
Types = dict[str, set[str]]

_NAME = re.compile(r"[a-z][a-z0-9_]{0,79}|[A-Z][A-Z0-9_]{0,99}")
_ID = re.compile(r"\d{5}")
_OF_ADVERTISERS = "ADE_"


def may_be_told(name: str) -> bool:
    """Whether a name is in Pinterest's form, and in nobody else's."""
    return bool(_NAME.fullmatch(name)) and not _ID.search(name) and not name.startswith(_OF_ADVERTISERS)


def only_told(names: Iterable[str]) -> list[str]:
    """The names that may be told."""
    return sorted(filter(may_be_told, names))


def number(count: int | None) -> int | str | None:
    """A count; a large one in groups of three, so that nothing in a report looks like an id."""
    return count if count is None or count < 10_000 else f"{count:,}"


def type_of(value: Any) -> str:
    """JSON's word for the type of a value."""
    if value is None or isinstance(value, bool):
        return "null" if value is None else "boolean"
    names = {int: "integer", float: "number", str: "string", list: "array"}
    return names.get(type(value), "object")


@dataclass
class Shape:
    """What records look like beside a schema.

    Attributes:
        records: how many there were.
        unknown: fields that the schema lacks, with their types.
        other: fields that are of another type than the schema says, with those types.
        untold: how many names of fields are not told.
        fits: whether no field is of another type; a schema takes fields that it lacks.
    """

    records: int = 0
    unknown: Types = field(default_factory=dict)
    other: Types = field(default_factory=dict)
    untold: int = 0
    fits: bool = True

    def as_json(self) -> dict[str, Any]:
        return {"records": number(self.records), **self.differences()}

    def differences(self) -> dict[str, Any]:
        """How the records differ from the schema."""
        return {
            "fits_the_schema": self.fits if self.records else None,
            "fields_the_schema_lacks": _sorted(self.unknown),
            "fields_of_another_type": _sorted(self.other),
            "fields_not_named_here": self.untold,
        }


def shape_of(records: Sequence[Record], schema: Mapping[str, Any], texts: Container[str] = ()) -> Shape:
    """Compare records with a schema.

    Args:
        records: as Pinterest sends them.
        schema: of the stream.
        texts: fields that the connector makes texts of, whatever Pinterest sends.
    """
    comparison = _Comparison(texts)
    for record in records:
        comparison.compare(record, schema)
    return replace(comparison.shape, records=len(records), untold=len(comparison.untold))


class _Comparison:
    """Compares values with schemas, and gathers what differs."""

    def __init__(self, texts: Container[str]) -> None:
        self._texts = texts
        self.shape = Shape()
        self.untold: set[str] = set()

    def compare(self, value: Any, schema: Mapping[str, Any], path: str = "") -> None:
        """Look at a value and what is in it, as far as the schema says what that may be."""
        if not self._fits(value, schema, path):
            self.shape.fits = False
            self._note(self.shape.other, path, value)
        elif isinstance(value, Mapping) and (known := schema.get("properties")):
            for key, part in value.items():
                below = f"{path}.{key}" if path else key
                if key in known:
                    self.compare(part, known[key], below)
                elif may_be_told(key):
                    self._note(self.shape.unknown, below, part)
                else:
                    self.untold.add(below)
        elif isinstance(value, list) and isinstance(schema.get("items"), Mapping):
            for part in value:
                self.compare(part, schema["items"], f"{path}[]")

    def _fits(self, value: Any, schema: Mapping[str, Any], path: str) -> bool:
        allowed, seen = schema.get("type"), type_of(value)
        if not allowed or seen in allowed:
            return True
        name = _name_in(path)
        is_made_text = name in self._texts or name == "id" or name.endswith("_id")
        return seen == "integer" and ("number" in allowed or is_made_text)

    def _note(self, fields: Types, path: str, value: Any) -> None:
        if may_be_told(_name_in(path)):
            fields.setdefault(path, set()).add(type_of(value))
        else:
            self.untold.add(path)


def _name_in(path: str) -> str:
    return path.rpartition(".")[2].removesuffix("[]")


def column_types(rows: Iterable[Record]) -> tuple[dict[str, list[str]], int]:
    """The columns by their types, as in `{"integer or null": ["IMPRESSION_1"]}`, and how many are not named."""
    types: Types = {}
    for row in rows:
        for name, value in row.items():
            types.setdefault(name, set()).add(type_of(value))
    told: dict[str, list[str]] = {}
    for name in only_told(types):
        told.setdefault(" or ".join(sorted(types[name])), []).append(name)
    return told, len(types) - sum(map(len, told.values()))


def repeats(rows: Sequence[Record], key: Sequence[str]) -> int:
    """How many rows share a key with an earlier one; a part that is absent counts as an empty one."""
    return len(rows) - len({tuple(str(row.get(name, "")) for name in key) for row in rows})


def smallest_key(rows: Sequence[Record], always: Sequence[str], columns: Sequence[str]) -> list[str] | None:
    """The fewest columns beside those that it always has, by which no row repeats; None if all are too few."""
    for size in range(len(columns) + 1):
        for more in combinations(columns, size):
            if not repeats(rows, (*always, *more)):
                return [*always, *more]
    return None


def _sorted(types: Types) -> dict[str, list[str]]:
    return {name: sorted(types[name]) for name in sorted(types)}

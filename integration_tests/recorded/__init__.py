"""Names and types of the fields of live Pinterest responses, without anybody's values.

`fields.tsv` has a line for each field that somebody recorded or quoted in public. A new recording is more lines there.
`live-<experiment>-*.tsv` are the files that volunteers sent of `make live`; `make live-adopt` adds one.
"""

import csv
from collections.abc import Iterable
from io import StringIO
from pathlib import Path
from typing import NamedTuple


class Field(NamedTuple):
    """A field that was seen.

    Attributes:
        operation: of Pinterest's API.
        records: where in the answer the records stand, "" for the answer itself.
        field: its path in a record.
        type: of JSON.
        form: of the value, where it has one that matters.
        seen: a value that anyone may see, such as one that stands for none; as JSON, "" where there is none.
        evidence: recorded with Pinterest's own headers, or quoted by somebody.
    """

    operation: str
    records: str
    field: str
    type: str
    form: str
    seen: str
    evidence: str

    def __str__(self) -> str:
        """Where the field is."""
        return f"{self.operation} {self.field}"

    @property
    def path(self) -> str:
        """Where it stands in the answer."""
        return ".".join(filter(None, (self.records, self.field)))


_FOLDER = Path(__file__).parent
_AND = " | "


def recorded_fields() -> tuple[Field, ...]:
    """All that were seen."""
    return fields_of((_FOLDER / "fields.tsv").read_text(encoding="utf-8"))


def adopted_files() -> tuple[Path, ...]:
    """The files that volunteers sent."""
    return tuple(sorted(_FOLDER.glob("live-*.tsv")))


def new_file(experiment: str) -> Path:
    """A free name for another one."""
    return _FOLDER / f"live-{experiment}-{len(adopted_files()) + 1}.tsv"


def fields_of(text: str) -> tuple[Field, ...]:
    """The fields of such a file. A line may name several that are alike.

    Raises:
        TypeError: a line has another number of parts, or the first one does not name them.
    """
    lines = [Field(**line) for line in csv.DictReader(StringIO(text), delimiter="\t", quoting=csv.QUOTE_NONE)]
    return tuple(line._replace(field=name) for line in lines for name in line.field.split(_AND))


def folded(fields: Iterable[Field]) -> list[Field]:
    """A line for all fields of an operation that are alike."""
    alike: dict[Field, list[str]] = {}
    for field in fields:
        alike.setdefault(field._replace(field=""), []).append(field.field)
    return [field._replace(field=_AND.join(names)) for field, names in alike.items()]


def written(fields: Iterable[Field]) -> str:
    """The text of such a file."""
    return "".join("\t".join(line) + "\n" for line in (Field._fields, *folded(fields)))

"""Names and types of the fields of live Pinterest responses, without anybody's values.

`fields.tsv` has a line for each field that somebody recorded or quoted in public. A new recording, such as one of
`make live`, is more lines there.
"""

import csv
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
        seen: a value that anyone may see, such as one that represents none; as JSON, "" where there is none.
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


def recorded_fields() -> tuple[Field, ...]:
    """All that were seen."""
    text = Path(__file__).with_name("fields.tsv").read_text(encoding="utf-8")
    return tuple(Field(**line) for line in csv.DictReader(StringIO(text), delimiter="\t", quoting=csv.QUOTE_NONE))

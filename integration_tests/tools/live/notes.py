"""Gathers what an experiment saw, as rows in the format of `integration_tests/recorded/`.

Beside where fields stand in a response, `records` may be `headers`, `refusal`, `throttled`, `request` (whether it was
taken), `url`, `file`, or `rows` (what was found by comparing rows).
"""

import json
import re
from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any

from integration_tests.recorded import Field
from integration_tests.tools.live.forms import Form, absent, forms

RECORDED = "recorded"
TAKEN, REFUSED = "taken", "refused"


class Notes:
    """The rows of a file of forms, each once, in the order in which they were seen."""

    def __init__(self) -> None:
        self._rows: dict[Field, None] = {}

    def add(self, operation: str, records: str, field: str, kind: str, form: str = "", seen: Any = None) -> None:
        """Add a row. What was seen has come through `forms.py`, or is a word of this package."""
        shown = "" if seen is None else json.dumps(seen)
        self._rows[Field(operation, records, field, kind, form, shown, RECORDED)] = None

    def body(
        self, operation: str, body: Any, records: str = "", asked: Collection[str] = (), *, is_flat: bool = False
    ) -> None:
        """Add a row for each field of a response and each form that it has.

        Args:
            operation: of Pinterest's API.
            body: what `forms.parsed` makes of the response.
            records: where in the response the records stand.
            asked: fields that each record was asked to have.
            is_flat: whether to leave out what stands inside a field of a record.
        """
        for form in forms(body):
            row = _row(operation, records, form)
            if not (is_flat and re.search(r"[.\[]", row.field)):
                self._rows[row] = None
        rows = [body] if not records else values_at(records, body)
        for name in sorted(absent(rows, asked)):
            self.add(operation, records, name, "absent")

    def fields(self) -> tuple[Field, ...]:
        """Return the rows."""
        return tuple(self._rows)


def _row(operation: str, records: str, form: Form) -> Field:
    is_in_records = form.path == records or form.path.startswith(f"{records}.")
    at, field = (records, form.path[len(records) + 1 :]) if records and is_in_records else ("", form.path)
    return Field(operation, at, field, form.type, form.form, form.seen, RECORDED)


def values_at(path: str, body: Any) -> list[Any]:
    """What stands at a path of a response, such as `all.daily_metrics[]`; `*` is any key."""
    found = [body]
    for part in path.split("."):
        key, _, is_list = part.partition("[]") if part.endswith("[]") else (part, "", None)
        if key == "*":
            found = [value for each in found if isinstance(each, dict) for value in each.values()]
        elif key:
            found = [each[key] for each in found if isinstance(each, dict) and key in each]
        if is_list is not None:
            found = [value for each in found if isinstance(each, list) for value in each]
    return found


def repeats(rows: Sequence[Any], key: Sequence[str]) -> bool:
    """Whether two rows have the same key; a part that is absent counts as an empty one."""
    keys = Counter(tuple(str(row.get(name, "")) for name in key) for row in rows)
    return any(count > 1 for count in keys.values())

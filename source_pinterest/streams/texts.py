"""How do ids, names and statuses become strings, whatever Pinterest sends?"""

from collections.abc import Iterable
from typing import Any


def text_of(value: Any) -> str:
    """The value as text; a whole number, such as an id, as its digits."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def write_texts(record: dict[str, Any], fields: Iterable[str]) -> None:
    """Make these fields of a record strings; a field without a value stays as it is."""
    for name in fields:
        value = record.get(name)
        if value is not None and type(value) is not str:
            record[name] = text_of(value)

"""What is in the body of an answer? JSON, a page of a list, the rows of analytics, and texts in them."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from source_pinterest.api.errors import MalformedAnswerError
from source_pinterest.api.exact_json import OnReplacement, parse_json
from source_pinterest.api.rows import Record, rows_of

__all__ = ["ListPage", "OnReplacement", "Record", "list_page", "one_item", "parse_json", "rows_of", "write_texts"]


@dataclass(frozen=True)
class ListPage:
    """A page of a list.

    Attributes:
        items: each with an id.
        bookmark: of the next page; empty at the end.
    """

    items: list[Record]
    bookmark: str = ""


def list_page(chunks: Iterable[bytes], on_replacement: OnReplacement | None = None) -> ListPage:
    """The page in the body of an answer.

    Raises:
        MalformedAnswerError: it is no JSON, or not a page.
    """
    page = parse_json(b"".join(chunks), on_replacement)
    items = page.get("items") if isinstance(page, dict) else None
    if not isinstance(items, list) or not all(isinstance(item, dict) and item.get("id") for item in items):
        raise MalformedAnswerError("A page holds items, each with an id.")
    return ListPage(items, str(page.get("bookmark") or ""))


def one_item(chunks: Iterable[bytes]) -> ListPage:
    """A single object, as a page of its own.

    Raises:
        MalformedAnswerError: it has no id.
    """
    item = parse_json(b"".join(chunks))
    if not isinstance(item, dict) or not item.get("id"):
        raise MalformedAnswerError("What is asked for by itself has an id.")
    return ListPage([item])


def text_of(value: Any) -> str:
    """The value as text; a whole number, such as an id, as its digits."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def write_texts(record: dict[str, Any], fields: Iterable[str]) -> None:
    """Make these fields of a record strings; a field without a value stays as it is."""
    for name in fields:
        value = record.get(name)
        if value is not None and type(value) is not str:
            record[name] = text_of(value)

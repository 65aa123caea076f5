"""What is in the body of an answer? JSON, a page of a list, the rows of analytics, and texts in them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any, NamedTuple

from source_pinterest import limits
from source_pinterest.api.errors import MalformedAnswerError
from source_pinterest.api.exact_json import OnReplacement, parse_json
from source_pinterest.api.rows import JsonBody, Record, rows_of

__all__ = [
    "BY_ID",
    "ListPage",
    "ListShape",
    "OnReplacement",
    "Record",
    "list_page",
    "one_item",
    "parse_json",
    "rows_of",
    "with_key",
    "write_texts",
]


class ListShape(NamedTuple):
    """How a list lies in the body of an answer.

    Attributes:
        key: the fields that tell its items apart; each item has them.
        field: what holds the items; empty where the body itself is documented as the list.
    """

    key: tuple[str, ...] = ("id",)
    field: str = "items"


BY_ID = ListShape()

_ABSENT = (None, "")


@dataclass(frozen=True)
class ListPage:
    """A page of a list.

    Attributes:
        items: each with its key.
        bookmark: of the next page; empty at the end.
    """

    items: list[Record]
    bookmark: str = ""


def list_page(
    chunks: Iterable[bytes],
    on_replacement: OnReplacement | None = None,
    shape: ListShape = BY_ID,
    *,
    is_paged: bool = False,
) -> ListPage:
    """The page in the body of an answer, bounded where it `is_paged`: `page_size` was asked for.

    Raises:
        MalformedAnswerError: it is no JSON, or not a page, or has more items than a page may have.
    """
    left, field = iter(chunks), shape.field or BY_ID.field
    begun = b"".join(_up_to(left, limits.LARGE_PAGE_BYTES) if is_paged else left)
    if is_paged and len(begun) > limits.LARGE_PAGE_BYTES:
        text = JsonBody(chain([begun], left), on_replacement)
        body: Any = {name: _bounded(text.rows()) if name == field else text.value() for name in text.members()}
        text.end()
    else:
        body = parse_json(begun, on_replacement)
    page = body if isinstance(body, dict) else {}
    items = with_key(body if isinstance(body, list) and not shape.field else page.get(field), shape.key)
    return ListPage(_bounded(items) if is_paged else items, str(page.get("bookmark") or ""))


def _up_to(chunks: Iterator[bytes], size: int) -> Iterator[bytes]:
    """The first chunks, until they have more than so many bytes."""
    for chunk in chunks:
        yield chunk
        size -= len(chunk)
        if size < 0:
            return


def _bounded(items: Iterable[Record]) -> list[Record]:
    found = list(islice(items, limits.ITEMS_OF_A_PAGE + 1))
    if len(found) > limits.ITEMS_OF_A_PAGE:
        raise MalformedAnswerError(f"A page has more than {limits.ITEMS_OF_A_PAGE:,} items.")
    return found


def with_key(items: Any, key: tuple[str, ...]) -> list[Record]:
    """The items of a list, each of which has its key.

    Raises:
        MalformedAnswerError: it is no list of such items.
    """
    are_objects = isinstance(items, list) and all(isinstance(item, dict) for item in items)
    if not are_objects or any(item.get(name) in _ABSENT for item in items for name in key):
        raise MalformedAnswerError(f"A page holds items, each with {' and '.join(key)}.")
    return items  # type: ignore[no-any-return]  # objects, as was seen


def one_item(chunks: Iterable[bytes], key: tuple[str, ...] = BY_ID.key) -> ListPage:
    """A single object, as a page of its own.

    Raises:
        MalformedAnswerError: it does not have its key.
    """
    return ListPage(with_key([parse_json(b"".join(chunks))], key))


def text_of(value: Any) -> str:
    """The value as text; a whole number, such as an id, as its digits."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def write_texts(record: dict[str, Any], fields: Iterable[str]) -> None:
    """Make these fields of a record strings; a field without a value stays as it is."""
    for name in fields:
        value = record.get(name)
        if value is not None and type(value) is not str:
            record[name] = text_of(value)

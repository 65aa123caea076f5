"""Parses JSON bodies: whole values, rows one by one as the body arrives, and pages of lists.

Rows are found by trial: orjson parses up to each closing brace until it succeeds. Text that ends within a string or an
inner object is not valid JSON. This is faster than any scanner in Python, and needs one row and one chunk in memory.
"""

import re
from collections.abc import Callable, Container, Iterable, Iterator
from contextlib import suppress
from itertools import islice
from typing import Any, NamedTuple

import orjson

from source_pinterest import limits
from source_pinterest.api.errors import BrokenResponseError, FormError, MalformedResponseError
from source_pinterest.limits import ROW_BYTES

Record = dict[str, Any]

_FIRST_ROUNDED = 2**53
"""From here on, a float may represent several whole numbers."""

_ESCAPE = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(?P<lone>\\u[dD][89a-fA-F][0-9a-fA-F]{2})|\\.",
    re.DOTALL,
)
"""An escape of a JSON text. A surrogate without its other half is lone."""


def parse_json(body: bytes) -> Any:
    r"""Parse a JSON text in UTF-8. Half an emoji (`\ud83d`) becomes U+FFFD.

    Raises:
        MalformedResponseError: the text is not JSON.
    """
    with suppress(ValueError):  # which holds the whole text, and would be kept as the context of another error
        return orjson.loads(body)
    with suppress(ValueError):
        return orjson.loads(_ESCAPE.sub(lambda escape: rb"\ufffd" if escape["lone"] else escape[0], body))
    raise MalformedResponseError("The response is not JSON that can be parsed.")


def parse_body(chunks: Iterable[bytes]) -> Any:
    """Parse a complete body, as `parse_json` does.

    Raises:
        MalformedResponseError: the body can't be parsed, or is larger than `limits.JOINED_BYTES`.
    """
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > limits.JOINED_BYTES:
            raise BrokenResponseError(f"The response is larger than {limits.JOINED_BYTES:,} bytes.")
    return parse_json(bytes(body))


_SPACE = re.compile(rb"[ \t\n\r]*")
_ENDS = {b"{": re.compile(rb"}"), b"[": re.compile(rb"]"), b'"': re.compile(rb'"')}
"""Where a value may end, by its first byte."""
_END_OF_SCALAR = re.compile(rb"(?=[\s,\]}])")
_ENDS_TRIED = 1_000


def rows_of(chunks: Iterable[bytes], under: str = "") -> Iterator[Record]:
    """Yield the rows of a response.

    Args:
        chunks: the body, cut anywhere.
        under: the key of the list of rows; by default the body itself is the list.

    Raises:
        MalformedResponseError: the body is not a list of rows, or is cut short.
    """
    body = JsonBody(chunks)
    if under:
        has_rows = False
        for key in body.members():
            if key == under:
                has_rows = True
                yield from body.rows_or_null()
            else:
                body.value()
        if not has_rows:
            raise FormError(f"The response has no list named {under}.")
    else:
        yield from body.rows()
    body.end()


class JsonBody:
    """A JSON text that is parsed as it arrives.

    Each method continues where the last one ended. It raises `MalformedResponseError` if the text has something else
    there.
    """

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = iter(chunks)
        self._text = b""
        self._at = 0
        self._braces = 1
        """The closing braces of the last row."""

    def peek(self) -> bytes:
        """Return the next byte that is not whitespace, without consuming it; empty at the end."""
        while True:
            self._at = _SPACE.match(self._text, self._at).end()  # type: ignore[union-attr]  # it also matches no whitespace
            if self._at < len(self._text):
                return self._text[self._at : self._at + 1]
            if not self._read_more():
                return b""

    def expect(self, byte: bytes) -> None:
        """Consume this byte."""
        following = self.peek()
        if not following:
            raise MalformedResponseError("The response is cut short.")
        if following != byte:
            raise FormError(f"The response is not the expected JSON: {byte.decode()} is missing.")
        self._at += 1

    def end(self) -> None:
        """Check that nothing but whitespace follows."""
        if self.peek():
            raise MalformedResponseError("The response has more text after the end of its JSON.")

    def members(self) -> Iterator[str]:
        """Yield the keys of the next object. The caller consumes each value before it takes the next key."""
        self.expect(b"{")
        more = self.peek() != b"}"
        while more:
            key = self.value()
            self.expect(b":")
            yield str(key)
            more = self._another(b"}")
        self.expect(b"}")

    def rows(self) -> Iterator[Record]:
        """Yield the objects of the next list."""
        self.expect(b"[")
        more = self.peek() != b"]"
        while more:
            row = self.value()
            if not isinstance(row, dict):
                raise FormError("A row of the response is not an object.")
            yield row
            yield from self._similar_rows()
            more = self._another(b"]")
        self.expect(b"]")

    def rows_or_null(self) -> Iterator[Record]:
        """Yield the objects of the next list; null counts as an empty one."""
        if self.peek() == b"n":
            self.value()
        else:
            yield from self.rows()

    def value(self) -> Any:
        """Return the next value."""
        ends = _ENDS.get(self.peek(), _END_OF_SCALAR)
        while True:
            following = ends.finditer(self._text, self._at + 1, self._at + ROW_BYTES)
            for braces, end in enumerate(islice(following, _ENDS_TRIED), start=1):
                with suppress(MalformedResponseError):
                    value = parse_json(self._text[self._at : end.end()])
                    self._at, self._braces = end.end(), braces
                    return value
            if len(self._text) >= self._at + ROW_BYTES:
                raise MalformedResponseError(f"No row or value of the response ends within {ROW_BYTES:,} bytes.")
            if not self._read_more():
                raise MalformedResponseError("The response is cut short.")

    def _another(self, closing: bytes) -> bool:
        """Whether another element follows, after a comma, otherwise the closing byte of the list or object."""
        if self.peek() == closing:
            return False
        self.expect(b",")
        return True

    def _similar_rows(self) -> Iterator[Record]:
        """Yield the following rows with as many braces as the last one, up to one that is incomplete or different."""
        text, parse, braces = self._text, orjson.loads, range(self._braces)
        find = text.find
        while text[self._at : self._at + 2] == b",{":
            end = start = self._at + 1
            for _ in braces:
                end = find(b"}", end, start + ROW_BYTES) + 1
                if not end:
                    return
            try:
                row = parse(text[start:end])
            except ValueError:
                return
            self._at = end
            yield row

    def _read_more(self) -> bool:
        """Drop the consumed text and read at least as much as is left, so that small chunks are not copied each time.

        Returns:
            False at the end of the body.
        """
        left = len(self._text) - self._at
        pieces, size = [self._text[self._at :]], 0
        for chunk in self._chunks:
            pieces.append(chunk)
            size += len(chunk)
            if size > left:
                break
        self._text, self._at = b"".join(pieces), 0
        return size > 0


Unpack = Callable[[Record], Iterable[Record]]


ID = ("id",)


class Page(NamedTuple):
    """A page of a list.

    Attributes:
        items: the items, each with its key, or the records that were made of them.
        bookmark: the bookmark of the next page; empty at the end.
        server_time: the `Date` of the response, in epoch seconds.
    """

    items: list[Record]
    bookmark: str = ""
    server_time: int = 0


def list_page(
    chunks: Iterable[bytes], key: tuple[str, ...] = ID, field: str = "items", unpack: Unpack | None = None
) -> Page:
    """Parse a page.

    Args:
        chunks: the body.
        key: the fields that identify an item; each item has them.
        field: the name of the list; empty where the body itself is documented as the list.
        unpack: returns the items that an object in the list represents; None if it is an item itself.

    Raises:
        MalformedResponseError: the body is not JSON, or is not a page.
    """
    body = parse_body(chunks)
    page = body if isinstance(body, dict) else {}
    items = body if isinstance(body, list) and not field else list_in(page, field or "items")
    if unpack and isinstance(items, list):
        items = [part for item in items for part in (unpack(item) if isinstance(item, dict) else (item,))]
    return Page(with_key(items, key), str(page.get("bookmark") or ""))


def list_in(body: dict[Any, Any], name: str | None) -> Any:
    """Return the value of a key that holds a list; None if the key is missing. Null counts as an empty list."""
    items = body.get(name)
    return [] if items is None and name in body else items


def with_key(items: Any, key: tuple[str, ...]) -> list[Record]:
    """Return the items of a list, each of which has its key.

    Raises:
        FormError: the value is not a list of such items.
    """
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise FormError("The page has no list of items.")
    for name in key:
        if any(item.get(name) in (None, "") for item in items):
            raise FormError(f"An item of the page has no {name}.")
    return items


def one_item(chunks: Iterable[bytes], key: tuple[str, ...] = ID) -> Page:
    """Parse a single object as a page with one item.

    Raises:
        MalformedResponseError: the object does not have its key.
    """
    return Page(with_key([parse_body(chunks)], key))


def text_of(value: Any) -> str:
    """Return a value as text. A whole number that comes as a float becomes its digits, as far as floats are exact."""
    return str(int(value) if _is_exact(value) else value)


def _is_exact(value: Any) -> bool:
    return type(value) is int or (isinstance(value, float) and value.is_integer() and abs(value) < _FIRST_ROUNDED)


def write_strings(record: Record, fields: Iterable[str]) -> None:
    """Convert these fields of a record, such as ids, to strings. A field without a value stays as it is.

    Raises:
        FormError: an id is not a string or an integer with all its digits.
    """
    for name in fields:
        value = record.get(name)
        if value is not None and type(value) is not str:
            if type(value) is not int and f"_{name.lower()}".endswith("_id") and not _is_exact(value):
                raise FormError(f"{name} is {value}, which is not an exact id.")
            record[name] = text_of(value)


def write_numbers(record: Record, fields: Container[str]) -> None:
    """Convert strings in these fields of a record to the numbers that they are. Other strings stay as they are."""
    for name in [name for name, value in record.items() if type(value) is str and name in fields]:
        with suppress(ValueError):
            number = orjson.loads(record[name])
            if type(number) in (int, float):
                record[name] = number

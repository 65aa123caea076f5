"""Which rows are in a body? One after the other while it arrives, with one row and one chunk in memory.

A row is what lies between a brace and the first closing brace at which it parses: what ends inside a text or an inner
object is no JSON. orjson tries that faster than any scanner finds the end.
"""

import json
import math
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any, NamedTuple

import orjson

from source_pinterest import limits
from source_pinterest.api.errors import MalformedResponseError
from source_pinterest.limits import ROW_BYTES

OnReplacement = Callable[[str], None]
"""Takes a sentence on what of a text could not be kept as it was, the same for each kind of it."""

_SHORTEST = 20
"""Characters of a whole number past 64 bits: 20 digits, or a minus and 19."""
_STRIDE = 5
_MARKED = bytes(ord("0" if chr(byte) in "0123456789-" else " ") for byte in range(256))
_RUN, _SAMPLED_RUN = b"0" * _SHORTEST, b"0" * (_SHORTEST // _STRIDE)
_BEFORE_A_NUMBER = b":,[ \t\r\n"

_LONE_SURROGATE = re.compile(
    r"(?P<pair>\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})|(?P<lone>\\u[dD][89a-fA-F][0-9a-fA-F]{2})|\\."
)


def parse_json(body: bytes, on_replacement: OnReplacement | None = None) -> Any:
    r"""The value of a JSON text; whole numbers are exact, however long.

    Half an emoji (`\ud83d`) becomes U+FFFD, and a number that is out of range (1e400, NaN) null: a page must not be
    lost for the sake of one value.

    Args:
        body: the text, in UTF-8.
        on_replacement: is called once for each kind of replacement.

    Raises:
        MalformedResponseError: it is no JSON, or nested too deeply, or has a number of thousands of digits.
    """
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        return _Lenient(on_replacement).parse(body)
    return _Lenient(on_replacement).parse(body) if holds_long_number(body) else value


def holds_long_number(body: bytes) -> bool:
    """Whether there may be a whole number past 64 bits. A text that looks like one is a false alarm."""
    if _SAMPLED_RUN not in body[::_STRIDE].translate(_MARKED):
        return False
    marked = body.translate(_MARKED)
    at = marked.find(_RUN)
    while at >= 0:
        if at == 0 or body[at - 1] in _BEFORE_A_NUMBER:
            return True
        end = marked.find(b" ", at)
        at = marked.find(_RUN, end) if end >= 0 else -1
    return False


class _Lenient:
    """Parses what orjson can't, and notes what had to be replaced."""

    def __init__(self, on_replacement: OnReplacement | None) -> None:
        self._on_replacement = on_replacement
        self._lost_texts = self._lost_numbers = False

    def parse(self, body: bytes) -> Any:
        try:
            text = _LONE_SURROGATE.sub(self._whole, body.decode())
            value = json.loads(text, parse_float=self._finite, parse_constant=self._null)
        except (ValueError, RecursionError) as error:
            raise MalformedResponseError("The answer is not JSON, or beyond what can be parsed.") from error
        self._report()
        return value

    def _whole(self, escape: re.Match[str]) -> str:
        if not escape["lone"]:
            return escape[0]
        self._lost_texts = True
        return "\ufffd"

    def _finite(self, digits: str) -> float | None:
        number = float(digits)
        if math.isfinite(number):
            return number
        self._lost_numbers = True
        return None

    def _null(self, _: str) -> None:
        self._lost_numbers = True

    def _report(self) -> None:
        if self._on_replacement and self._lost_texts:
            self._on_replacement("Pinterest sent broken characters; they are replaced by U+FFFD.")
        if self._on_replacement and self._lost_numbers:
            self._on_replacement("Pinterest sent numbers out of range; they are replaced by null.")


Record = dict[str, Any]

_BRACES_TRIED = 16
"""Closing braces at which a row is tried; a row of more inner objects is looked through for its end, once."""
_SPACE = re.compile(rb"[ \t\n\r]*")
_SCALAR = re.compile(rb"[^\s,:\[\]{}\"]++(?=[\s,:\[\]{}\"])")
_TOKEN = re.compile(
    rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:(?P<text>")|\\?\Z)|(?P<opening>[\[{])|(?P<closing>[\]}])', re.DOTALL
)
_DEEPER = {"text": 0, "opening": 1, "closing": -1}


def rows_of(chunks: Iterable[bytes], under: str = "", on_replacement: OnReplacement | None = None) -> Iterator[Record]:
    """The rows of an answer.

    Args:
        chunks: its body, cut anywhere.
        under: the key of the list of rows; by default the answer itself is the list.
        on_replacement: takes a sentence on what of a row could not be kept, see `parse_json`.

    Raises:
        MalformedResponseError: it is not a list of rows, or not the whole of one.
    """
    body = JsonBody(chunks, on_replacement)
    if under:
        found = False
        for key in body.members():
            if key == under:
                found = True
                yield from body.rows()
            else:
                body.value()
        if not found:
            raise MalformedResponseError(f"The answer holds no list called {under}.")
    else:
        yield from body.rows()
    body.end()


class JsonBody:
    """A JSON text that is walked through as it arrives.

    Each method begins where the last one ended, and raises MalformedResponseError for anything else than it promises.
    """

    def __init__(self, chunks: Iterable[bytes], on_replacement: OnReplacement | None = None) -> None:
        self._chunks = iter(chunks)
        self._on_replacement = on_replacement
        self._text = b""
        self._at = 0
        self._parse: Callable[[bytes], Any] = orjson.loads
        self._braces = 1

    def peek(self) -> bytes:
        """The next byte that is no space; none at the end."""
        while True:
            self._at = _SPACE.match(self._text, self._at).end()  # type: ignore[union-attr]  # it matches nothing as well
            if self._at < len(self._text):
                return self._text[self._at : self._at + 1]
            if not self._read_on():
                return b""

    def expect(self, byte: bytes) -> None:
        """Pass over this byte."""
        if self.peek() != byte:
            raise self._unexpected(byte)
        self._at += 1

    def end(self) -> None:
        """Nothing follows."""
        if self.peek():
            raise MalformedResponseError("Something follows the end of the answer.")

    def members(self) -> Iterator[str]:
        """The keys of the object that comes next; whoever asks for the next one has taken the value of the last."""
        self.expect(b"{")
        more = self.peek() != b"}"
        while more:
            key = self.value() if self.peek() == b'"' else None
            if not isinstance(key, str):
                raise self._unexpected(b'"')
            self.expect(b":")
            yield key
            more = self._another(b"}")
        self.expect(b"}")

    def rows(self) -> Iterator[Record]:
        """The objects of the list that comes next."""
        self.expect(b"[")
        more = self.peek() != b"]"
        while more:
            yield self._row()
            yield from self._rows_at_hand()
            more = self._another(b"]")
        self.expect(b"]")

    def value(self) -> Any:
        """The value that comes next."""
        self.peek()
        while not (end := self._end_of_value()):
            self._read_on_within(self._at + ROW_BYTES)
        value = parse_json(self._text[self._at : end], self._on_replacement)
        self._at = end
        return value

    def _another(self, closing: bytes) -> bool:
        """Whether one more follows: a comma says so, what closes the list or object that it is over."""
        if self.peek() == closing:
            return False
        self.expect(b",")
        return True

    def _rows_at_hand(self) -> Iterator[Record]:
        """The rows that are whole, dense and of the last one's shape; the first that isn't is left to `_row`."""
        text, parse, braces = self._text, self._parse, range(self._braces)
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

    def _row(self) -> Record:
        if self.peek() != b"{":
            raise self._unexpected(b"{")
        while True:
            limit, end = self._at + ROW_BYTES, self._at
            for braces in range(1, _BRACES_TRIED + 1):
                end = self._text.find(b"}", end, limit) + 1
                if not end:
                    break
                try:
                    row: Record = self._parse(self._text[self._at : end])
                except ValueError:
                    continue
                self._at, self._braces = end, braces
                return row
            if end or len(self._text) >= limit or not self._read_on():
                return self.value()  # type: ignore[no-any-return]  # a brace opens it

    def _end_of_value(self) -> int:
        """Where the value at hand ends; 0 if it goes on in the next chunk."""
        opening = self._text[self._at : self._at + 1]
        if opening not in (b"{", b"[", b'"'):
            scalar = _SCALAR.match(self._text, self._at, self._at + ROW_BYTES)
            return scalar.end() if scalar else 0
        depth = 0
        for token in _TOKEN.finditer(self._text, self._at, self._at + ROW_BYTES):
            if token.lastgroup is None:  # a text that goes on
                return 0
            depth += _DEEPER[token.lastgroup]
            if not depth:
                return token.end()
        return 0

    def _read_on_within(self, limit: int) -> None:
        if len(self._text) >= limit:
            raise MalformedResponseError(f"A row, or another value of the answer, has more than {ROW_BYTES:,} bytes.")
        if not self._read_on():
            raise MalformedResponseError("The answer is cut short.")

    def _read_on(self) -> bool:
        """Drop what was walked through and read at least as much as is left, so that small chunks cost no more.

        False at the end of the body.
        """
        left = len(self._text) - self._at
        pieces, fresh = [self._text[self._at :]], 0
        for chunk in self._chunks:
            pieces.append(chunk)
            fresh += len(chunk)
            if fresh > left:
                break
        self._text, self._at = b"".join(pieces), 0
        self._parse = _parse_exactly if holds_long_number(self._text) else orjson.loads
        return fresh > 0

    def _unexpected(self, wanted: bytes) -> MalformedResponseError:
        return MalformedResponseError(f"A {wanted.decode()} is missing." if self.peek() else "The answer is cut short.")


def _parse_exactly(row: bytes) -> Any:
    orjson.loads(row)  # what ends before the row does fails here, at once
    return parse_json(row)


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
        MalformedResponseError: it is no JSON, or not a page, or has more items than a page may have.
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
        raise MalformedResponseError(f"A page has more than {limits.ITEMS_OF_A_PAGE:,} items.")
    return found


def with_key(items: Any, key: tuple[str, ...]) -> list[Record]:
    """The items of a list, each of which has its key.

    Raises:
        MalformedResponseError: it is no list of such items.
    """
    are_objects = isinstance(items, list) and all(isinstance(item, dict) for item in items)
    if not are_objects or any(item.get(name) in _ABSENT for item in items for name in key):
        raise MalformedResponseError(f"A page holds items, each with {' and '.join(key)}.")
    return items  # type: ignore[no-any-return]  # objects, as was seen


def one_item(chunks: Iterable[bytes], key: tuple[str, ...] = BY_ID.key) -> ListPage:
    """A single object, as a page of its own.

    Raises:
        MalformedResponseError: it does not have its key.
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

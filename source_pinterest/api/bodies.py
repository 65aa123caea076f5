"""Parses JSON bodies: whole values, rows one by one as the body arrives, and pages of lists.

Rows are found by trial: orjson parses up to each closing brace until it succeeds. Text that ends within a string or an
inner object is not valid JSON. This is faster than any scanner in Python, and needs one row and one chunk in memory.
"""

import json
import math
import re
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import accumulate
from typing import Any, NamedTuple

import orjson

from source_pinterest import limits
from source_pinterest.api.errors import (
    OF_AN_ERROR,
    FormError,
    MalformedResponseError,
    TooLargeToParseError,
    form_error,
)
from source_pinterest.limits import LEVELS_OF_JSON, ROW_BYTES

_FIRST_ROUNDED = 2**53
"""From here on, a float may stand for several whole numbers."""

_NULL_LIST = "Pinterest sent null in the place of a list; it counts as empty."

_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?", re.ASCII)
"""A JSON number."""

Record = dict[str, Any]

OnReplacement = Callable[[str], None]
"""Takes a sentence about a value that was replaced, which is the same for each kind of replacement."""


_SURELY_SMALL = limits.PARSED_BYTES // 40  # a list in a list takes 40 times its text, and nothing takes more
_FLAT_BYTES = 2 * LEVELS_OF_JSON  # a body of this size can't be nested too deeply: a level takes two brackets
_LONGEST_WHOLE = len(str(2**64))  # the characters of a whole number of 64 bits
_LEVELS_AROUND = 1_024 - LEVELS_OF_JSON
"""Lists around a body that make orjson, which takes 1,024 levels, refuse a deeper one: the cheapest check there is."""

_ESCAPES = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(?P<lone>\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
    rb"|(?:\\[^u])++|\\u"
)
"""The escapes of a JSON text. A surrogate is lone if no other half is beside it."""
_UNPARSED = object()
_ONE_AT_A_TIME = threading.Lock()
"""Text that orjson refuses may take ten times its size until it is parsed."""
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}".encode()


def parse_json(body: bytes, on_replacement: OnReplacement | None = None) -> Any:
    r"""Parse a JSON text. A whole number of more than 64 bits becomes a float.

    Half an emoji (`\ud83d`) becomes U+FFFD. A number that is out of range (1e400, NaN) becomes null. So one bad value
    does not cost a whole page.

    Args:
        body: the text, in UTF-8.
        on_replacement: called once for each kind of replacement.

    Raises:
        MalformedResponseError: the text is not JSON, or is nested too deeply.
    """
    within = _LEVELS_AROUND if len(body) > _FLAT_BYTES else 0
    with suppress(ValueError):  # which holds the whole text, and would be kept as the context of another error
        value = orjson.loads(b"%b%b%b" % (b"[" * within, body, b"]" * within))
        for _ in range(within):
            [value] = value  # fails if the body closes a list that it has not opened
        return value
    return _Lenient(on_replacement).parse(body)


def parse_body(chunks: Iterable[bytes], on_replacement: OnReplacement | None = None) -> Any:
    """Parse a body that is needed as a whole, as `parse_json` does.

    Raises:
        MalformedResponseError: the body can't be parsed.
        TooLargeToParseError: it is larger than `limits.JOINED_BYTES`, or takes more than `limits.PARSED_BYTES`.
    """
    pieces, size = list[bytes](), 0
    for chunk in chunks:
        pieces.append(chunk)
        size += len(chunk)
        if size > limits.JOINED_BYTES:
            raise TooLargeToParseError(f"The response is larger than {limits.JOINED_BYTES:,} bytes.")
    body = b"".join(pieces)
    if size > _SURELY_SMALL and _parsed_size(body) > limits.PARSED_BYTES:
        raise TooLargeToParseError(f"The response takes more than {limits.PARSED_BYTES:,} bytes of memory.")
    return parse_json(body, on_replacement)


def _parsed_size(body: bytes) -> int:
    """Return about how many bytes of memory a JSON text takes when it is parsed, besides the text itself."""
    return len(body) + 64 * body.count(b",") + 64 * body.count(b"[") + 192 * body.count(b"{")


class _Lenient:
    """Parses text that orjson rejects, and reports replaced values."""

    def __init__(self, on_replacement: OnReplacement | None) -> None:
        self._on_replacement = on_replacement
        self._replaced_texts = self._replaced_numbers = False

    def parse(self, body: bytes) -> Any:
        value = _UNPARSED
        with _ONE_AT_A_TIME, suppress(ValueError, RecursionError):  # suppressed as in `parse_json`
            text = self._without_lone_surrogates(body).decode()
            value = json.loads(text, parse_int=self._whole, parse_float=self._finite_or_none, parse_constant=self._null)
        if value is _UNPARSED:
            raise MalformedResponseError("The response is not JSON that can be parsed.")
        if max(accumulate(_DEEPER[token.lastgroup] for token in _TOKEN.finditer(body)), default=0) > LEVELS_OF_JSON:
            raise MalformedResponseError(f"The response is nested deeper than {LEVELS_OF_JSON} levels.")
        self._report()
        return value

    def _without_lone_surrogates(self, body: bytes) -> bytes:
        """Replace them one after the other. `re.sub` would keep an object for each escape, sixty times as large."""
        replaced, end = bytearray(), 0
        for escape in _ESCAPES.finditer(body):
            if escape.lastgroup:
                replaced += body[end : escape.start()] + _REPLACEMENT
                end = escape.end()
        self._replaced_texts = bool(end)
        return bytes(replaced + body[end:]) if end else body

    def _whole(self, digits: str) -> float | None:
        """Return the number, as orjson would."""
        is_long = len(digits) > _LONGEST_WHOLE or not -(2**63) <= int(digits) < 2**64
        return self._finite_or_none(digits) if is_long else int(digits)

    def _finite_or_none(self, digits: str) -> float | None:
        number = float(digits)
        if math.isfinite(number):
            return number
        self._replaced_numbers = True
        return None

    def _null(self, _: str) -> None:
        self._replaced_numbers = True

    def _report(self) -> None:
        if self._on_replacement and self._replaced_texts:
            self._on_replacement("Pinterest sent broken characters; they are replaced by U+FFFD.")
        if self._on_replacement and self._replaced_numbers:
            self._on_replacement("Pinterest sent numbers out of range; they are replaced by null.")


_BRACES_TRIED = 16
"""Closing braces at which a row is tried. The end of a row with more inner objects is found by its tokens."""
_LISTS_TRIED = LEVELS_OF_JSON - _BRACES_TRIED  # with these braces, no row with so few lists is nested too deeply
_SPACE = re.compile(rb"[ \t\n\r]*")
_SCALAR = re.compile(rb"[^\s,:\[\]{}\"]++(?=[\s,:\[\]{}\"])")
_TOKEN = re.compile(
    rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:(?P<text>")|\\?\Z)|(?P<opening>[\[{])|(?P<closing>[\]}])', re.DOTALL
)
_DEEPER: Mapping[str | None, int] = {"text": 0, "opening": 1, "closing": -1, None: 0}


def rows_of(chunks: Iterable[bytes], under: str = "", on_replacement: OnReplacement | None = None) -> Iterator[Record]:
    """Yield the rows of a response.

    Args:
        chunks: the body, cut anywhere.
        under: the key of the list of rows; by default the body itself is the list.
        on_replacement: called once for each kind of replacement, see `parse_json`.

    Raises:
        MalformedResponseError: the body is not a list of rows, or is cut short.
    """
    body = JsonBody(chunks, on_replacement)
    if under:
        members = dict[str, Any]()  # without those that nobody reads, of which there may be millions
        for key in body.members():
            if key == under:
                members[key] = None
                yield from body.rows_or_null()
            elif key in OF_AN_ERROR:
                members[key] = body.value()
            else:
                body.value()
        if under not in members:
            raise form_error(members, f"The response has no list named {under}.", under)
    else:
        yield from body.rows()
    body.end()


class JsonBody:
    """A JSON text that is parsed as it arrives.

    Each method continues where the last one ended. It raises `MalformedResponseError` if the text has something else
    there.
    """

    def __init__(self, chunks: Iterable[bytes], on_replacement: OnReplacement | None = None) -> None:
        self._chunks = iter(chunks)
        self._on_replacement = on_replacement
        self._text = b""
        self._at = 0
        self._parse: Callable[[bytes], Any] = orjson.loads
        self._braces = 1
        self._member = ""
        """The key of the member that is read; empty at the beginning of the text."""

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
        if self.peek() != byte:
            raise self._unexpected(byte)
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
            key = self.value() if self.peek() == b'"' else None
            if not isinstance(key, str):
                raise self._unexpected(b'"')
            self.expect(b":")
            self._member = key
            yield key
            more = self._another(b"}")
        self.expect(b"}")

    def rows(self) -> Iterator[Record]:
        """Yield the objects of the next list."""
        self.expect(b"[")
        more = self.peek() != b"]"
        while more:
            yield self._row()
            yield from self._similar_rows()
            more = self._another(b"]")
        self.expect(b"]")

    def rows_or_null(self) -> Iterator[Record]:
        """Yield the objects of the next list. Null counts as an empty one, with a warning."""
        if self.peek() != b"n":
            yield from self.rows()
        elif self.value() is None and self._on_replacement:
            self._on_replacement(_NULL_LIST)

    def value(self) -> Any:
        """Return the next value."""
        self.peek()
        while not (end := self._end_of_value()):
            if len(self._text) >= self._at + ROW_BYTES:
                raise MalformedResponseError(f"A row or value of the response has more than {ROW_BYTES:,} bytes.")
            if not self._read_more():
                raise MalformedResponseError("The response is cut short.")
        value = parse_json(self._text[self._at : end], self._on_replacement)
        self._at = end
        return value

    def _another(self, closing: bytes) -> bool:
        """Whether another element follows, after a comma, or else the closing byte of the list or object."""
        if self.peek() == closing:
            return False
        self.expect(b",")
        return True

    def _similar_rows(self) -> Iterator[Record]:
        """Yield the following rows with as many braces as the last one, up to one that is incomplete or different."""
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
            if end or len(self._text) >= limit or not self._read_more():
                return self.value()  # type: ignore[no-any-return]  # it begins with a brace

    def _end_of_value(self) -> int:
        """Return the end of the next value; 0 if the text has to be read further."""
        opening = self._text[self._at : self._at + 1]
        if opening not in (b"{", b"[", b'"'):
            scalar = _SCALAR.match(self._text, self._at, self._at + ROW_BYTES)
            return scalar.end() if scalar else 0
        depth = 0
        for token in _TOKEN.finditer(self._text, self._at, self._at + ROW_BYTES):
            if token.lastgroup is None:  # a string that continues in the next chunk
                return 0
            depth += _DEEPER[token.lastgroup]
            if not depth:
                return token.end()
        return 0

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
        has_lists = b"[" in self._text  # most rows have none, which this finds a hundred times faster than `count`
        is_flat = not has_lists or self._text.count(b"[") <= _LISTS_TRIED
        self._parse = orjson.loads if is_flat else _parse_checked
        return size > 0

    def _unexpected(self, wanted: bytes) -> MalformedResponseError:
        if not self.peek():
            return MalformedResponseError("The response is cut short.")
        sentence = f"The response is not the expected JSON: {wanted.decode()} is missing."
        if wanted in (b"{", b"["):
            return form_error(self.value(), sentence, self._member or "the whole response")  # unless it is no value
        return MalformedResponseError(sentence)


def _parse_checked(row: bytes) -> Any:
    value = orjson.loads(row)  # fails quickly before the end of the row
    return value if row.count(b"[") <= _LISTS_TRIED else parse_json(row)


Unpack = Callable[[Record], Iterable[Record]]


class ListShape(NamedTuple):
    """The form of a list in the body of a response.

    Attributes:
        key: the fields that identify an item; each item has them.
        field: the name of the list; empty where the body itself is documented as the list.
        unpack: returns the items that an object in the list stands for; None if it is an item itself.
    """

    key: tuple[str, ...] = ("id",)
    field: str = "items"
    unpack: Unpack | None = None


BY_ID = ListShape()

SPARED = 0.1
"""The share of a page's items, or of a response's rows, that may lack their key."""


@dataclass(frozen=True)
class ListPage:
    """A page of a list.

    Attributes:
        items: the items, each with its key.
        bookmark: the bookmark of the next page; empty at the end.
        keyless: the items without their key, which are few.
    """

    items: list[Record]
    bookmark: str = ""
    keyless: tuple[Record, ...] = ()


def list_page(
    chunks: Iterable[bytes],
    on_replacement: OnReplacement | None = None,
    shape: ListShape = BY_ID,
    *,
    is_paged: bool = False,
) -> ListPage:
    """Parse a page.

    Args:
        chunks: the body.
        on_replacement: called once for each kind of replacement, see `parse_json`.
        shape: the form of the list.
        is_paged: whether `page_size` was requested, so that the number of items is limited.

    Raises:
        MalformedResponseError: the body is not JSON, is not a page, or has more items than a page may have.
        TooLargeToParseError: the page is too large. One with fewer items may not be.
    """
    field, body = shape.field or BY_ID.field, parse_body(chunks, on_replacement)
    page = body if isinstance(body, dict) else {}
    is_list = isinstance(body, list) and not shape.field
    items = body if is_list else list_in(page, field, on_replacement)
    if is_paged and isinstance(items, list) and len(items) > limits.ITEMS_OF_A_PAGE:
        raise MalformedResponseError(f"A page has more than {limits.ITEMS_OF_A_PAGE:,} items.")
    if shape.unpack and isinstance(items, list):
        items = [part for item in items for part in (shape.unpack(item) if isinstance(item, dict) else (item,))]
    return replace(with_key(items, shape.key, field, page), bookmark=str(page.get("bookmark") or ""))


def list_in(body: Mapping[str, Any], name: str, on_replacement: OnReplacement | None) -> Any:
    """Return the value of a key that holds a list; None if the key is missing. Null counts as an empty list.

    Args:
        body: the object that has the key.
        name: the key.
        on_replacement: called with a sentence about null.
    """
    if name not in body or body[name] is not None:
        return body.get(name)
    if on_replacement:
        on_replacement(_NULL_LIST)
    return []


def with_key(
    items: Any, key: tuple[str, ...], field: str = BY_ID.field, whole: Any = None, spared: float = SPARED
) -> ListPage:
    """Return the items of a list that have their key, and apart from them the few that have not.

    Args:
        items: the list.
        key: the fields of the key.
        field: the name of the list in the response, for the message.
        whole: the response, which may be an error.
        spared: the share of the items that may lack their key. Unless it is 0, a single one may in any case.

    Raises:
        MalformedResponseError: the value is not a list of such items. If many lack their key, its form is another.
    """
    sentence = f"The page is not a list of items with {' and '.join(key)}."
    if not isinstance(items, list):
        raise form_error(whole, sentence, field)
    keyed, keyless, absent = list[Record](), list[Record](), ""
    for item in items:
        name = next((name for name in key if _lacks(item, name)), "") if isinstance(item, dict) else field
        absent = absent or name
        if name:
            keyless.append(item if isinstance(item, dict) else {})
        else:
            keyed.append(item)
    if len(keyless) > max(math.ceil(spared), spared * len(items)):
        raise form_error(whole, sentence, absent)
    return ListPage(keyed, keyless=tuple(keyless))


def _lacks(item: Record, name: str) -> bool:
    """Return whether a field has no value, or an id that is not exact or too long for one."""
    value = item.get(name)
    if value.__class__ in (str, int):
        return value == "" or (len(str(value)) > limits.ID_CHARACTERS and _names_id(name))
    return value is None or (_names_id(name) and not _is_exact(value))


def one_item(chunks: Iterable[bytes], key: tuple[str, ...] = BY_ID.key) -> ListPage:
    """Parse a single object as a page with one item.

    Raises:
        MalformedResponseError: the object does not have its key.
    """
    item = parse_body(chunks)
    return with_key([item], key, whole=item, spared=0)


def text_of(value: Any) -> str:
    """Return a value as text. A whole number becomes its digits, if it comes as a float that has not lost any."""
    return str(int(value)) if _is_exact(value) else str(value)


def write_texts(
    record: dict[str, Any],
    fields: Iterable[str],
    key: Collection[str] = (),
    on_replacement: OnReplacement | None = None,
) -> None:
    """Convert these fields of a record to strings. A field without a value stays as it is.

    An id that is neither a text nor an exact whole number becomes null, as one of more than 100 characters does.

    Args:
        record: the record, which is changed.
        fields: the fields.
        key: the fields that identify the record.
        on_replacement: called with a sentence about ids that were replaced.

    Raises:
        MalformedResponseError: such an id is a part of the key.
    """
    for name in fields:
        value = record.get(name)
        if value is not None and type(value) is not str:
            if type(value) is not int and _names_id(name) and not _is_exact(value):
                if name in key:
                    raise FormError(f"{name} is {value}, which is not an exact id.", name)
                value = None
                if on_replacement:
                    on_replacement("Pinterest sent ids that are not exact; they are replaced by null.")
            else:
                value = text_of(value)
            record[name] = value
        if value and len(value) > limits.ID_CHARACTERS and _names_id(name):
            record[name] = None


def write_numbers(record: dict[str, Any], fields: Collection[str], on_replacement: OnReplacement | None = None) -> None:
    """Convert texts in these fields of a record to the numbers that they are.

    A text that is no JSON number, or has more digits than a float, stays as it is.

    Args:
        record: the record, which is changed.
        fields: the fields.
        on_replacement: called with a sentence about texts that stay.
    """
    for name in [name for name, value in record.items() if type(value) is str and name in fields]:
        number = _number_of(record[name])
        if number is not None:
            record[name] = number
        elif on_replacement:
            on_replacement("Pinterest sent texts in columns of numbers; they are emitted as they are.")


def _number_of(text: str) -> int | float | None:
    """Return the number that a text is; None if it is none, or has more digits or a larger exponent than a float."""
    if not _NUMBER.fullmatch(text):
        return None
    try:
        number: int | float = orjson.loads(text)
        return number if Decimal(repr(number)) == Decimal(text) else None
    except (ValueError, ArithmeticError):
        return None


def _names_id(field: str) -> bool:
    return f"_{field.lower()}".endswith("_id")


def _is_exact(value: Any) -> bool:
    """Return whether a number is whole and has all its digits, which a float from 2^53 on may have lost."""
    return type(value) is int or (isinstance(value, float) and value.is_integer() and abs(value) < _FIRST_ROUNDED)

"""Which rows are in a body? One after the other while it arrives, with one row and one chunk in memory.

A row is what lies between a brace and the first closing brace at which it parses: what ends inside a text or an inner
object is no JSON. orjson tries that faster than any scanner finds the end.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import orjson

from source_pinterest.api.errors import MalformedAnswerError
from source_pinterest.api.exact_json import OnReplacement, holds_long_number, parse_json
from source_pinterest.limits import ROW_BYTES

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
        MalformedAnswerError: it is not a list of rows, or not the whole of one.
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
            raise MalformedAnswerError(f"The answer holds no list called {under}.")
    else:
        yield from body.rows()
    body.end()


class JsonBody:
    """A JSON text that is walked through as it arrives.

    Each method begins where the last one ended, and raises MalformedAnswerError for anything else than it promises.
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
            raise MalformedAnswerError("Something follows the end of the answer.")

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
            raise MalformedAnswerError(f"A row, or another value of the answer, has more than {ROW_BYTES:,} bytes.")
        if not self._read_on():
            raise MalformedAnswerError("The answer is cut short.")

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

    def _unexpected(self, wanted: bytes) -> MalformedAnswerError:
        return MalformedAnswerError(f"A {wanted.decode()} is missing." if self.peek() else "The answer is cut short.")


def _parse_exactly(row: bytes) -> Any:
    orjson.loads(row)  # what ends before the row does fails here, at once
    return parse_json(row)

"""Which rows are in a report's file? One by one, whatever its size.

The file is an object of arrays, one per entity, `{"626735000496": [{row}, {row}], ...}`. A single array may take
100 MB, so that only a row is ever held. (`ijson` tells each value of a row by itself, a hundred of them, and there may
be millions of rows; the standard library's decoder takes a row at once.)
"""

import codecs
import json
import re
from collections.abc import Iterator
from typing import IO, Any

from source_pinterest.api.errors import MalformedAnswerError

_CHUNK_BYTES = 32 * 1024
"""A few rows. Larger pieces tear holes into the heap, between the rows that wait to be emitted, that are never filled:
with 256 KiB the process grows by 0.2 MiB for each MB of the report."""
_GAP = re.compile(r"[\s,]*")
_KEY = re.compile(r'("(?:[^"\\]|\\.)*")\s*:\s*\[')
_DECODER = json.JSONDecoder()

Filed = tuple[str, dict[str, Any]]
"""A row, after the id that Pinterest files it under."""


def report_rows(file: IO[bytes]) -> Iterator[Filed]:
    """The rows of a report, in the order of the file. An empty file is an empty report.

    Raises:
        MalformedAnswerError: the file is cut short, or is not a report.
    """
    yield from _Scanner(file).rows()


class _Scanner:
    """Walks through the file with one row in sight."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._decoder = codecs.getincrementaldecoder("utf-8")()
        self._text = ""
        self._at = 0
        self._ended = False

    def rows(self) -> Iterator[Filed]:
        opening = self._next_character()
        if opening == "":
            return
        if opening != "{":
            raise MalformedAnswerError("A report is an object.")
        self._at += 1
        while self._next_character() != "}":
            entity = self._entity()
            while self._next_character() != "]":
                yield entity, self._row()
            self._at += 1
        self._at += 1
        if self._next_character() != "":
            raise MalformedAnswerError("Something follows the report.")

    def _next_character(self) -> str:
        """The next character that is neither a space nor a comma; none at the end of the file."""
        while True:
            gap = _GAP.match(self._text, self._at)
            self._at = gap.end() if gap else self._at
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._read_on():
                return ""

    def _entity(self) -> str:
        while not (key := _KEY.match(self._text, self._at)):
            if not self._read_on():
                raise MalformedAnswerError("The report is cut short.")
        self._at = key.end()
        return str(json.loads(key[1]))

    def _row(self) -> dict[str, Any]:
        while True:
            try:
                row, self._at = _DECODER.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                if not self._read_on():
                    raise MalformedAnswerError("The report is cut short.") from error
                continue
            if not isinstance(row, dict):
                raise MalformedAnswerError("A row is an object.")
            return row

    def _read_on(self) -> bool:
        """Drop what was walked through and read the next piece; False at the end of the file."""
        if self._ended:
            return False
        chunk = self._file.read(_CHUNK_BYTES)
        self._ended = not chunk
        try:
            self._text = self._text[self._at :] + self._decoder.decode(chunk, final=self._ended)
        except UnicodeDecodeError as error:
            raise MalformedAnswerError("The report is not text.") from error
        self._at = 0
        return not self._ended

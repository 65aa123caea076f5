"""What does a JSON text say, to the last digit?

orjson turns a whole number past 64 bits into a float without a word: a text that holds one is parsed by the standard
library instead. Most texts show in every fifth byte that they hold none.
"""

import json
import math
import re
from collections.abc import Callable
from typing import Any

import orjson

from source_pinterest.api.errors import MalformedAnswerError

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
        MalformedAnswerError: it is no JSON, or nested too deeply, or has a number of thousands of digits.
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
            raise MalformedAnswerError("The answer is not JSON, or beyond what can be parsed.") from error
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

"""Masks secrets in texts that are logged or emitted.

Secrets are known in each form in which a response may echo them. The framework has a list of secrets of its own, which
it replaces when a command begins. The list here is kept, and is copied into the framework's list.
"""

import base64
import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from functools import lru_cache
from urllib.parse import quote, quote_plus

from airbyte_cdk.utils.airbyte_secrets_utils import update_secrets

MASK = "****"

_WHOLE_WORDS_BELOW = 8
"""The length in characters below which secrets are masked as whole words only, since other words may contain them."""
_TOKEN = re.compile(r"pin[ar][._][\w.~+/=-]{20,}|[0-9a-f]{32,}", re.ASCII | re.IGNORECASE)
"""App secrets, and Pinterest's tokens, `pina_...` and `pinr....`: they are longer than names with such a beginning."""
_LONGEST_FORMS = 16_000_000
"""The characters of all forms of passing secrets together. A token of Pinterest's takes about 2,000, a link 25,000."""
_SHOWN_CHARACTERS = 10_000
"""Of a log line, a status or an error. An answer can make them as long as it likes."""
_BITS_OF_A_BYTE, _BITS_OF_A_LETTER = 8, 6


class Secrets:
    """The secrets of this process. Longer ones are masked first, because they may contain shorter ones.

    Args:
        clock: a monotonic clock, in seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._lock, self._clock = threading.Lock(), clock
        self._lasting: dict[str, frozenset[str]] = {}
        self._passing: dict[str, tuple[float, frozenset[str]]] = {}
        """The end of each passing secret, and its forms."""
        self._forms: tuple[tuple[str, str], ...] = ()
        """All forms, each with its small letters, the longest first."""

    def keep(self, *values: str | None) -> None:
        """Mask these values from now on. None and empty values are ignored."""
        with self._lock:
            for value in filter(None, values):
                self._lasting.setdefault(value, forms_of(value))
            self._sort()

    def keep_for(self, seconds: float, *values: str | None) -> None:
        """Mask these values for this time. If too many are kept, those that end first are dropped."""
        with self._lock:
            now = self._clock()
            self._passing |= {value: (now + seconds, forms_of(value)) for value in filter(None, values)}
            size = 0
            for value, (end, forms) in sorted(self._passing.items(), key=lambda item: -item[1][0]):
                size += sum(map(len, forms))
                if end < now or size > _LONGEST_FORMS:
                    del self._passing[value]
            self._sort()

    def mask(self, text: str) -> str:
        """Return the text with every secret, and everything that looks like a token of Pinterest, replaced."""
        lowered = text.lower()
        for form, small in self._forms:
            if len(small) <= len(lowered) and small in lowered:
                text = _pattern(form).sub(MASK, text)
        return _TOKEN.sub(MASK, text)

    def share(self) -> None:
        """Copy the lasting secrets into the framework's list, without short ones, which it would mask inside words."""
        forms = frozenset().union(*self._lasting.values())
        update_secrets([form for form in _sorted(forms) if len(form) >= _WHOLE_WORDS_BELOW])

    def _sort(self) -> None:
        forms = frozenset().union(*self._lasting.values(), *(forms for _, forms in self._passing.values()))
        self._forms = tuple((form, form.lower()) for form in _sorted(forms))
        self.share()


def _sorted(forms: frozenset[str]) -> list[str]:
    return sorted(forms, key=lambda form: (-len(form), form))


def forms_of(value: str) -> frozenset[str]:
    """Return a value as it is, URL-encoded, in base64, in hex, and escaped as JSON and Python do it."""
    raw = value.encode(errors="surrogatepass")
    in_urls = {quote(raw), quote(raw, safe=""), quote_plus(raw)}
    in_hex = {raw.hex(), "".join(f"%{byte:02x}" for byte in raw), "".join(f"\\u{ord(letter):04x}" for letter in value)}
    in_json = {json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1]}
    slashed = {form.replace("/", "\\/") for form in in_json}
    return frozenset({value, *in_urls, *in_json, *slashed, *in_hex, repr(value)[1:-1], *_in_base64(raw)})


def shown(text: str, kept: str = "") -> str:
    """Return a text as a log line, a status or an error shows it: masked, then printable, then without its middle.

    Args:
        text: the text, which may quote an answer.
        kept: control characters that stay.
    """
    shown = printable(SECRETS.mask(text), kept)
    left_out, half = len(shown) - _SHOWN_CHARACTERS, _SHOWN_CHARACTERS // 2
    return f"{shown[:half]} [{left_out:,} characters left out] {shown[-half:]}" if left_out > 0 else shown


def printable(text: str, kept: str = "") -> str:
    """Return the text on one line, but for `kept`, with U+FFFD for control characters that would act on a terminal."""
    return "".join(one if one.isprintable() or one in kept else " " if one.isspace() else "\ufffd" for one in text)


def _in_base64(raw: bytes) -> Iterator[str]:
    """Yield the base64 letters that depend on the value alone, for each offset that it may have in a longer text."""
    for offset in range(3):
        letters = base64.b64encode(bytes(offset) + raw).decode()
        start = -(-offset * _BITS_OF_A_BYTE // _BITS_OF_A_LETTER)
        end = (offset + len(raw)) * _BITS_OF_A_BYTE // _BITS_OF_A_LETTER
        if end - start >= _WHOLE_WORDS_BELOW:
            yield letters[start:end]
            yield letters[start:end].translate(str.maketrans("+/", "-_"))


@lru_cache(256)
def _pattern(form: str) -> re.Pattern[str]:
    """Return a pattern that matches a form; long forms in any case, since a text may be in capitals."""
    if len(form) >= _WHOLE_WORDS_BELOW:
        return re.compile(re.escape(form), re.IGNORECASE)
    return re.compile(rf"(?<!\w){re.escape(form)}(?!\w)")


SECRETS = Secrets()

"""Masks secrets in texts that are logged or emitted.

Secrets are known in each form in which a response may echo them. The framework has a list of secrets of its own, which
it replaces when a command begins. The list here is kept, and is copied into the framework's list.
"""

import base64
import json
import re
import threading
from collections import OrderedDict
from collections.abc import Iterator
from functools import cache
from urllib.parse import quote, quote_plus

from airbyte_cdk.utils.airbyte_secrets_utils import update_secrets

MASK = "****"

_WHOLE_WORDS_BELOW = 8
"""The length in characters below which secrets are masked as whole words only, since other words may contain them."""
_TOKEN = re.compile(r"pin[ar][._][\w.~+/=-]{20,}|[0-9a-f]{32,}", re.ASCII | re.IGNORECASE)
"""App secrets, and Pinterest's tokens, `pina_...` and `pinr....`: they are longer than names with such a beginning."""
_PASSING_SECRETS = 1_000
"""The number of short-lived secrets, such as links to reports, that are kept; the oldest ones are dropped."""
_BITS_OF_A_BYTE, _BITS_OF_A_LETTER = 8, 6


class Secrets:
    """The secrets of this process. Longer ones are masked first, because they may contain shorter ones."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lasting: dict[str, frozenset[str]] = {}
        self._passing: OrderedDict[str, frozenset[str]] = OrderedDict()
        self._forms: tuple[str, ...] = ()

    def keep(self, *values: str | None) -> None:
        """Mask these values from now on. None and empty values are ignored."""
        with self._lock:
            for value in filter(None, values):
                self._lasting.setdefault(value, forms_of(value))
            self._sort()

    def keep_for_a_while(self, *values: str) -> None:
        """Mask these values until many newer ones have been added."""
        with self._lock:
            for value in filter(None, values):
                self._passing[value] = forms_of(value)
                self._passing.move_to_end(value)
            while len(self._passing) > _PASSING_SECRETS:
                self._passing.popitem(last=False)
            self._sort()

    def mask(self, text: str) -> str:
        """Return the text with every secret, and everything that looks like a token of Pinterest, replaced."""
        lowered = text.lower()
        for form in self._forms:
            if form.lower() in lowered:
                text = _pattern(form).sub(MASK, text)
        return _TOKEN.sub(MASK, text)

    def share(self) -> None:
        """Copy the secrets into the framework's list, without short ones, which it would mask inside other words."""
        update_secrets([form for form in self._forms if len(form) >= _WHOLE_WORDS_BELOW])

    def _sort(self) -> None:
        forms = frozenset().union(*self._lasting.values(), *self._passing.values())
        self._forms = tuple(sorted(forms, key=lambda form: (-len(form), form)))
        self.share()


def forms_of(value: str) -> frozenset[str]:
    """Return a value as it is, URL-encoded, in base64, in hex, and escaped as JSON and Python do it."""
    raw = value.encode(errors="surrogatepass")
    in_urls = {quote(raw), quote(raw, safe=""), quote_plus(raw)}
    in_hex = {raw.hex(), "".join(f"%{byte:02x}" for byte in raw), "".join(f"\\u{ord(letter):04x}" for letter in value)}
    in_json = {json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1]}
    slashed = {form.replace("/", "\\/") for form in in_json}
    return frozenset({value, *in_urls, *in_json, *slashed, *in_hex, repr(value)[1:-1], *_in_base64(raw)})


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


@cache
def _pattern(form: str) -> re.Pattern[str]:
    """Return a pattern that matches a form; long forms in any case, since a text may be in capitals."""
    if len(form) >= _WHOLE_WORDS_BELOW:
        return re.compile(re.escape(form), re.IGNORECASE)
    return re.compile(rf"(?<!\w){re.escape(form)}(?!\w)")


SECRETS = Secrets()

"""Which texts must no message show, and how are they masked?

A secret stands in the list in each form in which an answer may echo it. The framework has a list too, and replaces it
when a command begins: ours outlives that, and the framework's is made from it.
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
"""Shorter texts are masked as whole words only: they stand inside other words by chance."""
_TOKEN = re.compile(r"pin[ar][._][\w.~+/=-]{20,}", re.ASCII | re.IGNORECASE)
"""Pinterest's tokens, `pina_...` and `pinr....`, which are longer than any name that begins so."""
_PASSING_SECRETS = 1_000
"""Of what is secret for minutes, as the link to a report is, the newest so many are remembered."""
_BITS_OF_A_BYTE, _BITS_OF_A_LETTER = 8, 6


class Secrets:
    """The texts that are masked, the longest first."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._lasting: dict[str, frozenset[str]] = {}
        self._passing: OrderedDict[str, frozenset[str]] = OrderedDict()
        self._forms: tuple[str, ...] = ()

    def keep(self, *values: str | None) -> None:
        """Mask these values from now on; None and empty ones are no secrets."""
        with self._lock:
            for value in filter(None, values):
                self._lasting.setdefault(value, forms_of(value))
            self._sort()

    def keep_for_a_while(self, *values: str) -> None:
        """Mask these values until many others have come after them."""
        with self._lock:
            for value in filter(None, values):
                self._passing[value] = forms_of(value)
                self._passing.move_to_end(value)
            while len(self._passing) > _PASSING_SECRETS:
                self._passing.popitem(last=False)
            self._sort()

    def mask(self, text: str) -> str:
        """The text without any secret, and without what looks like a token of Pinterest's."""
        lowered = text.lower()
        for form in self._forms:
            if form.lower() in lowered:
                text = _pattern(form).sub(MASK, text)
        return _TOKEN.sub(MASK, text)

    def share(self) -> None:
        """Have the framework mask the same, but for short ones, which it would mask inside other words."""
        update_secrets([form for form in self._forms if len(form) >= _WHOLE_WORDS_BELOW])

    def _sort(self) -> None:
        found = frozenset().union(*self._lasting.values(), *self._passing.values())
        self._forms = tuple(sorted(found, key=lambda form: (-len(form), form)))
        self.share()


def forms_of(value: str) -> frozenset[str]:
    """The value as it is, URL-encoded, in base64, and escaped as JSON and Python do it."""
    raw = value.encode(errors="surrogatepass")
    in_urls = {quote(raw), quote(raw, safe=""), quote_plus(raw)}
    in_json = {json.dumps(value)[1:-1], json.dumps(value, ensure_ascii=False)[1:-1]}
    slashed = {form.replace("/", "\\/") for form in in_json}
    return frozenset({value, *in_urls, *in_json, *slashed, repr(value)[1:-1], *_in_base64(raw)})


def printable(text: str) -> str:
    """The text on one line, with U+FFFD for each character that a terminal would act on instead of showing it."""
    return "".join(one if one.isprintable() else " " if one.isspace() else "\ufffd" for one in text)


def _in_base64(raw: bytes) -> Iterator[str]:
    """What base64 makes of the value wherever it stands in a longer text: the letters that nothing else determines."""
    for offset in range(3):
        letters = base64.b64encode(bytes(offset) + raw).decode()
        start = -(-offset * _BITS_OF_A_BYTE // _BITS_OF_A_LETTER)
        end = (offset + len(raw)) * _BITS_OF_A_BYTE // _BITS_OF_A_LETTER
        if end - start >= _WHOLE_WORDS_BELOW:
            yield letters[start:end]
            yield letters[start:end].translate(str.maketrans("+/", "-_"))


@cache
def _pattern(form: str) -> re.Pattern[str]:
    """Matches a form; a long one in any case, since the text may have been put into capitals or small letters."""
    if len(form) >= _WHOLE_WORDS_BELOW:
        return re.compile(re.escape(form), re.IGNORECASE)
    return re.compile(rf"(?<!\w){re.escape(form)}(?!\w)")


SECRETS = Secrets()

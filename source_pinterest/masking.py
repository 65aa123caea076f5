"""Masks secrets in strings that are logged or emitted.

The framework has its own list of secrets, which it replaces when a command begins. The list here is kept, and is
copied into the framework's list.
"""

import json
import re
import threading
from urllib.parse import quote, quote_plus

from airbyte_cdk.utils.airbyte_secrets_utils import update_secrets

MASK = "****"

_WHOLE_WORDS_BELOW = 8
"""The length in characters below which secrets are masked as whole words only, since other words may contain them."""
_TOKEN = re.compile(
    r"pin[ar][._][\w.~+/=-]{20,}|[0-9a-f]{32,}|(?<=x-amz-)(?:credential|security-token|signature)=[^&\s\"'<>]+",
    re.ASCII | re.IGNORECASE,
)
"""App secrets, Pinterest's tokens, `pina_...` and `pinr....`, which are longer than names with such a beginning, and
what signs the link to a report's file."""


class Secrets:
    """The secrets of this process. Longer ones are masked first, because they may contain shorter ones."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._forms: tuple[str, ...] = ()

    def keep(self, *values: str | None) -> None:
        """Mask these values from now on. None and empty values are ignored."""
        with self._lock:
            forms = set(self._forms).union(*map(_forms_of, filter(None, values)))
            self._forms = tuple(sorted(forms, key=len, reverse=True))
        update_secrets([form for form in self._forms if len(form) >= _WHOLE_WORDS_BELOW])

    def mask(self, text: str) -> str:
        """Return the text with every secret, and everything that looks like a token of Pinterest, replaced."""
        for form in self._forms:
            if len(form) >= _WHOLE_WORDS_BELOW:
                text = text.replace(form, MASK)
            elif form in text:
                text = re.sub(rf"(?<!\w){re.escape(form)}(?!\w)", MASK, text)
        return _TOKEN.sub(MASK, text)


def _forms_of(value: str) -> set[str]:
    """Return a value as it is, and as URLs and JSON have it."""
    in_urls = (quote(value, safe, errors="replace") for safe in ("", "/"))
    return {value, *in_urls, quote_plus(value, errors="replace"), json.dumps(value)[1:-1]}


def redact(text: str, allowed: str = "") -> str:
    """Return a text as a log line, a status or an error shows it: masked, then printable.

    Args:
        text: the text, which may quote an answer.
        allowed: control characters that stay.
    """
    return printable(SECRETS.mask(text), allowed)


def printable(text: str, allowed: str = "") -> str:
    """Return the text on one line, except for `allowed`; control characters become U+FFFD or spaces."""
    return "".join(one if one.isprintable() or one in allowed else " " if one.isspace() else "\ufffd" for one in text)


SECRETS = Secrets()

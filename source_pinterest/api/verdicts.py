"""What must happen after an answer of Pinterest? One table from (HTTP status, Pinterest's code) to a verdict.

Codes and texts: https://developers.pinterest.com/docs/reference/errors/
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import Enum, auto
from functools import cached_property
from http import HTTPStatus
from typing import Any

from source_pinterest.api.rows import parse_json
from source_pinterest.limits import LONGEST_RESET_SECONDS, MESSAGE_CHARACTERS
from source_pinterest.masking import SECRETS, printable


class Verdict(Enum):
    """What must happen next."""

    RETRY = auto()
    WAIT = auto()
    REFRESH_TOKEN = auto()
    SCOPE_MISSING = auto()
    RESTRICTED = auto()
    REFUSED = auto()
    NO_CATALOG = auto()
    MERCHANT_REFUSED = auto()
    GONE = auto()
    TOO_LARGE = auto()
    LISTING_CAPPED = auto()
    REJECTED = auto()
    NOT_SERVED = auto()


_TABLE: Mapping[tuple[int, int | None], Verdict] = {
    (206, None): Verdict.RETRY,
    (400, 12): Verdict.RETRY,
    (401, None): Verdict.REFRESH_TOKEN,
    (401, 3): Verdict.SCOPE_MISSING,
    (401, 7): Verdict.REFUSED,
    (401, 29): Verdict.REFUSED,
    (403, None): Verdict.REFUSED,
    (403, 2625): Verdict.MERCHANT_REFUSED,
    (403, 2626): Verdict.MERCHANT_REFUSED,
    (404, None): Verdict.GONE,
    (408, None): Verdict.RETRY,
    (409, None): Verdict.RETRY,
    (409, 4182): Verdict.NO_CATALOG,
    (413, None): Verdict.TOO_LARGE,
    (414, None): Verdict.TOO_LARGE,
    (425, None): Verdict.RETRY,
    (429, None): Verdict.WAIT,
    (431, None): Verdict.TOO_LARGE,
    (501, None): Verdict.REJECTED,
    (501, 4181): Verdict.NOT_SERVED,
}

_REQUEST_ID_CHARACTERS = 100

_MEANT_BY_PINTEREST_ALONE = (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)
"""What stands in front of Pinterest says so of its own troubles, which pass."""

_RETRY_AFTER = re.compile(r"retry after (\d+(?:\.\d+)?) second", re.IGNORECASE)
_RESTRICTED = re.compile(r"restricted feature(?:: *(?P<feature>[^.]+))?|consumer type is not supported", re.IGNORECASE)
_BY_WORDS: Mapping[int, Mapping[re.Pattern[str], Verdict]] = {
    HTTPStatus.BAD_REQUEST: {
        _RETRY_AFTER: Verdict.WAIT,
        # Seen for a legal range after several quick calls; the next try works.
        re.compile(r"only get data from the last \d+ days", re.IGNORECASE): Verdict.RETRY,
        re.compile(r"something went wrong", re.IGNORECASE): Verdict.RETRY,
        re.compile(r"pagination beyond", re.IGNORECASE): Verdict.LISTING_CAPPED,
    },
    HTTPStatus.UNAUTHORIZED: {_RESTRICTED: Verdict.RESTRICTED},
}


@dataclass(frozen=True)
class ErrorResponse:
    """An answer that does not hold what was asked for.

    Attributes:
        status: of HTTP.
        reason: the status in words.
        headers: by name, in any case.
        body: the beginning of it; Pinterest's own errors are short.
        token: the one that the call went out with.
    """

    status: int
    reason: str
    headers: Mapping[str, str]
    body: bytes
    token: str = field(default="", repr=False)

    @cached_property
    def verdict(self) -> Verdict:
        """The table's row for this answer; a server error that the table does not name is retried."""
        if self.status in _MEANT_BY_PINTEREST_ALONE and self.is_foreign:
            return Verdict.RETRY
        for pattern, verdict in _BY_WORDS.get(self.status, {}).items():
            if pattern.search(self.message):
                return verdict
        fallback = Verdict.RETRY if self.status >= HTTPStatus.INTERNAL_SERVER_ERROR else Verdict.REJECTED
        return _TABLE.get((self.status, self.code), _TABLE.get((self.status, None), fallback))

    @property
    def code(self) -> int | None:
        """Pinterest's own number for the error; None where the body is not Pinterest's."""
        code = self._content.get("code")
        return code if isinstance(code, int) else None

    @property
    def is_pinterests(self) -> bool:
        """Whether Pinterest itself answered; what stands in front of it sends no JSON."""
        return bool(self._content)

    @property
    def is_foreign(self) -> bool:
        """Whether the answer holds something that Pinterest does not write, such as a web page."""
        return bool(self.body.strip()) and not self.is_pinterests

    @property
    def message(self) -> str:
        """Pinterest's own words, else those of HTTP; without the secrets that they echo, and not without end."""
        return _shown(str(self._content.get("message") or self.reason or "no explanation"), MESSAGE_CHARACTERS)

    @property
    def feature(self) -> str:
        """Pinterest's name for the restricted feature that the app lacks; empty where it gives none."""
        found = _RESTRICTED.search(self.message)
        return (found["feature"] or "").strip() if found else ""

    def __str__(self) -> str:
        """Pinterest's words, with status, code and the request id that its support asks for."""
        request_id = self.headers.get("x-pinterest-rid")
        parts = [f"HTTP {self.status}"]
        if self.code is not None:
            parts.append(f"code {self.code}")
        if request_id:
            parts.append(f"request id {_shown(request_id, _REQUEST_ID_CHARACTERS)}")
        return f'Pinterest answered "{self.message}" ({", ".join(parts)})'

    def pause_hint_seconds(self) -> float | None:
        """How long a throttled call is told to wait, in seconds; None where nothing says so, or nothing to be believed.

        `x-ratelimit-reset` counts seconds, and may be a list: windows that still hold calls do not make anyone wait.
        """
        try:
            told = self._told_pause_seconds()
        except (ValueError, OverflowError):  # a number of thousands of digits, a day that does not exist
            return None
        return None if told is None or told > LONGEST_RESET_SECONDS else told

    def _told_pause_seconds(self) -> float | None:
        from_message = _RETRY_AFTER.search(self.message)
        if from_message:
            return float(from_message.group(1))
        retry_after = self.headers.get("Retry-After", "")
        if re.fullmatch(r"\d+(\.\d+)?", retry_after):
            return float(retry_after)
        if retry_after:
            return _seconds_until(retry_after)
        resets = [float(n) for n in re.findall(r"\d+(?:\.\d+)?", self.headers.get("x-ratelimit-reset", ""))]
        left = [int(n) for n in re.findall(r"\d+", self.headers.get("x-ratelimit-remaining", ""))]
        if len(left) == len(resets) and 0 in left:
            resets = [reset for reset, remaining in zip(resets, left, strict=True) if remaining == 0]
        return max(resets) if resets else None

    @cached_property
    def _content(self) -> Mapping[str, Any]:
        try:
            content = parse_json(self.body)
        except ValueError:
            return {}
        return content if isinstance(content, Mapping) else {}


def _shown(text: str, most: int) -> str:
    """A text of a server for people: without secrets, also where it is cut."""
    shown = printable(SECRETS.mask(text))
    return shown if len(shown) <= most else f"{shown[:most]}…"


def _seconds_until(http_date: str) -> float:
    when = parsedate_to_datetime(http_date)
    return max(0.0, (when.astimezone(UTC) - datetime.now(UTC)).total_seconds())

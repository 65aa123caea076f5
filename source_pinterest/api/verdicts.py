"""The table from (HTTP status, Pinterest's error code) to a verdict: retry, wait, or one of the errors.

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
from source_pinterest.masking import SECRETS


class Verdict(Enum):
    """What happens after a response.

    RETRY, WAIT and REFRESH_TOKEN lead to another try. For each of the others `api/client.py` raises an error.
    """

    RETRY = auto()
    WAIT = auto()
    REFRESH_TOKEN = auto()
    SCOPE_MISSING = auto()
    RESTRICTED = auto()
    APP_REFUSED = auto()
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

_FINAL_FROM_PINTEREST_ONLY = (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND)
"""Servers in front of Pinterest use these statuses for temporary troubles of their own. A gateway without a route
answers 404 with an empty body."""

_SAME_WITH_A_CODE: Mapping[int, int] = {HTTPStatus.UNPROCESSABLE_ENTITY: HTTPStatus.BAD_REQUEST}
"""Statuses that mean what another one means, if Pinterest's code comes with them."""

_THROTTLED = 8
"""Pinterest's code of a throttled request, whatever the status."""

_RETRY_AFTER = re.compile(r"retry after (\d+(?:\.\d+)?) second", re.IGNORECASE)
_RESTRICTED = re.compile(r"restricted feature(?:: *(?P<feature>[^.]+))?", re.IGNORECASE)
_SCOPE = re.compile(r"\w+:\w+", re.ASCII)
_PERMISSION = re.compile(r"sufficient permissions|missing: *\[", re.IGNORECASE)
_BY_MESSAGE: Mapping[int, Mapping[re.Pattern[str], Verdict]] = {
    HTTPStatus.BAD_REQUEST: {
        # Seen for a legal range after several quick requests; the next try works.
        re.compile(r"only get data from the last \d+ days", re.IGNORECASE): Verdict.RETRY,
        re.compile(r"something went wrong", re.IGNORECASE): Verdict.RETRY,
        re.compile(r"pagination beyond", re.IGNORECASE): Verdict.LISTING_CAPPED,
    },
    HTTPStatus.UNAUTHORIZED: {
        _RESTRICTED: Verdict.RESTRICTED,
        re.compile(r"consumer type is not supported", re.IGNORECASE): Verdict.APP_REFUSED,
    },
    HTTPStatus.FORBIDDEN: {_PERMISSION: Verdict.SCOPE_MISSING},
}


@dataclass(frozen=True)
class ErrorResponse:
    """A response that is not successful.

    Attributes:
        status: the HTTP status.
        reason: the status in words.
        headers: a mapping that ignores the case of names.
        body: the beginning of the body; Pinterest's own errors are short.
        token: the access token of the request.
    """

    status: int
    reason: str
    headers: Mapping[str, str]
    body: bytes
    token: str = field(default="", repr=False)

    @cached_property
    def verdict(self) -> Verdict:
        """The verdict of the table. A server error that is not in the table is retried, any other one rejected."""
        if self.status in _FINAL_FROM_PINTEREST_ONLY and not self.is_from_pinterest:
            return Verdict.RETRY
        is_refusal = HTTPStatus.BAD_REQUEST <= self.status < HTTPStatus.INTERNAL_SERVER_ERROR
        if is_refusal and (self.code == _THROTTLED or _RETRY_AFTER.search(self.message)):
            return Verdict.WAIT
        status = self._meant_status
        for pattern, verdict in _BY_MESSAGE.get(status, {}).items():
            if pattern.search(self.message):
                return verdict
        fallback = Verdict.RETRY if self.status >= HTTPStatus.INTERNAL_SERVER_ERROR else Verdict.REJECTED
        return _TABLE.get((status, self.code), _TABLE.get((status, None), fallback))

    @property
    def is_bad_request(self) -> bool:
        """Whether Pinterest itself calls the request invalid: one of its names or values may be the cause."""
        return self._meant_status == HTTPStatus.BAD_REQUEST and self.is_from_pinterest

    @property
    def _meant_status(self) -> int:
        return self.status if self.code is None else _SAME_WITH_A_CODE.get(self.status, self.status)

    @property
    def code(self) -> int | None:
        """Pinterest's error code; None if the body is not from Pinterest."""
        code = self._content.get("code")
        return code if isinstance(code, int) else None

    @property
    def is_from_pinterest(self) -> bool:
        """Whether the response is from Pinterest itself: it has Pinterest's code or a message."""
        return any(self._content.get(name) not in (None, "") for name in ("code", "message"))

    @property
    def is_foreign(self) -> bool:
        """Whether the body is neither empty nor JSON, such as a proxy's web page."""
        return bool(self.body.strip()) and not self._content

    @property
    def message(self) -> str:
        """Pinterest's message, else the reason of HTTP, masked and cut at a maximum length."""
        return _shown(str(self._content.get("message") or self.reason or "no explanation"), MESSAGE_CHARACTERS)

    @property
    def feature(self) -> str:
        """Pinterest's name for the restricted feature that the app lacks; empty if the message has none."""
        match = _RESTRICTED.search(self.message)
        return (match["feature"] or "").strip() if match else ""

    @property
    def missing_scopes(self) -> tuple[str, ...]:
        """The permissions that Pinterest lists, as in `Missing: ['boards:read']`. Older messages list none."""
        return tuple(_SCOPE.findall(self.message.partition("Missing: ")[2]))

    def __str__(self) -> str:
        """Return Pinterest's message with the status, the code and the request id that its support asks for."""
        request_id = self.headers.get("x-pinterest-rid")
        parts = [f"HTTP {self.status}"]
        if self.code is not None:
            parts.append(f"code {self.code}")
        if request_id:
            parts.append(f"request id {_shown(request_id, _REQUEST_ID_CHARACTERS)}")
        return f'Pinterest answered "{self.message}" ({", ".join(parts)})'

    def pause_hint_seconds(self) -> float | None:
        """Return how long a throttled request has to wait, in seconds; None without a hint, or with an absurd one.

        The hint is in the message, in `Retry-After` or in `x-ratelimit-reset`. The last is in seconds and may be a
        list, in which only windows without remaining requests count.
        """
        try:
            hint = self._hint_seconds()
        except (ValueError, OverflowError):  # a number of thousands of digits, a day that does not exist
            return None
        return None if hint is None or hint > LONGEST_RESET_SECONDS else hint

    def _hint_seconds(self) -> float | None:
        from_message = _RETRY_AFTER.search(self.message)
        if from_message:
            return float(from_message.group(1))
        retry_after = self.headers.get("Retry-After", "")
        if re.fullmatch(r"\d+(\.\d+)?", retry_after):
            return float(retry_after)
        if retry_after:
            return _seconds_until(retry_after)
        resets = [float(n) for n in re.findall(r"\d+(?:\.\d+)?", self.headers.get("x-ratelimit-reset", ""))]
        remaining = [int(n) for n in re.findall(r"\d+", self.headers.get("x-ratelimit-remaining", ""))]
        if len(remaining) == len(resets) and 0 in remaining:
            resets = [reset for reset, requests_left in zip(resets, remaining, strict=True) if requests_left == 0]
        return max(resets) if resets else None

    @cached_property
    def _content(self) -> Mapping[str, Any]:
        try:
            content = parse_json(self.body)
        except ValueError:
            return {}
        return content if isinstance(content, Mapping) else {}


def _shown(text: str, max_characters: int) -> str:
    """Return a server's text, masked before it is cut, so that no part of a secret stays at its end."""
    shown = SECRETS.mask(text)
    return shown if len(shown) <= max_characters else f"{shown[:max_characters]}…"


def _seconds_until(http_date: str) -> float:
    moment = parsedate_to_datetime(http_date)
    return max(0.0, (moment.astimezone(UTC) - datetime.now(UTC)).total_seconds())

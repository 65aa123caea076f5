"""What must happen after an answer of Pinterest? One table from (HTTP status, Pinterest's code) to a verdict.

Codes and texts: https://developers.pinterest.com/docs/reference/errors/
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import Enum, auto
from typing import Any

import orjson
import requests


class Verdict(Enum):
    """What must happen next."""

    OK = auto()
    RETRY = auto()
    WAIT = auto()
    REFRESH_TOKEN = auto()
    SCOPE_MISSING = auto()
    REFUSED = auto()
    NO_CATALOG = auto()
    MERCHANT_REFUSED = auto()
    GONE = auto()
    TOO_LARGE = auto()
    LISTING_CAPPED = auto()
    REJECTED = auto()


_TABLE: Mapping[tuple[int, int | None], Verdict] = {
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
}

_RETRY_AFTER = re.compile(r"retry after (\d+(?:\.\d+)?) second", re.IGNORECASE)
_BAD_REQUESTS: Mapping[re.Pattern[str], Verdict] = {
    _RETRY_AFTER: Verdict.WAIT,
    # Seen for a legal range after several quick calls; the next try works.
    re.compile(r"only get data from the last \d+ days", re.IGNORECASE): Verdict.RETRY,
    re.compile(r"pagination beyond", re.IGNORECASE): Verdict.LISTING_CAPPED,
}


def verdict_of(response: requests.Response) -> Verdict:
    """The table's row for this answer; a server error that it does not name is retried."""
    status = response.status_code
    if status < 300:  # noqa: PLR2004 - the HTTP classes
        return Verdict.OK
    code, message = _code_and_message(response)
    if status == requests.codes.bad_request:
        return next((v for pattern, v in _BAD_REQUESTS.items() if pattern.search(message)), Verdict.REJECTED)
    fallback = Verdict.RETRY if status >= requests.codes.server_error else Verdict.REJECTED
    return _TABLE.get((status, code), _TABLE.get((status, None), fallback))


def pause_hint_seconds(response: requests.Response) -> float | None:
    """How long a throttled call is told to wait, in seconds; None where nothing says so.

    `x-ratelimit-reset` counts seconds, and may be a list: windows that still hold calls do not make anyone wait.
    """
    from_message = _RETRY_AFTER.search(_code_and_message(response)[1])
    if from_message:
        return float(from_message.group(1))
    retry_after = response.headers.get("Retry-After", "")
    if re.fullmatch(r"\d+(\.\d+)?", retry_after):
        return float(retry_after)
    if retry_after:
        return _seconds_until(retry_after)
    resets = [float(n) for n in re.findall(r"\d+(?:\.\d+)?", response.headers.get("x-ratelimit-reset", ""))]
    left = [int(n) for n in re.findall(r"\d+", response.headers.get("x-ratelimit-remaining", ""))]
    if len(left) == len(resets) and 0 in left:
        resets = [reset for reset, remaining in zip(resets, left, strict=True) if remaining == 0]
    return max(resets) if resets else None


def describe(response: requests.Response) -> str:
    """Pinterest's own words for a refusal: status, code, message and the request id that its support asks for."""
    code, message = _code_and_message(response)
    request_id = response.headers.get("x-pinterest-rid")
    parts = [f"HTTP {response.status_code}"]
    if code is not None:
        parts.append(f"code {code}")
    if request_id:
        parts.append(f"request id {request_id}")
    return f'Pinterest answered "{message}" ({", ".join(parts)})'


def _code_and_message(response: requests.Response) -> tuple[int | None, str]:
    try:
        body = orjson.loads(response.content)
    except orjson.JSONDecodeError:
        body = None
    if not isinstance(body, Mapping):
        return None, response.reason or "no explanation"
    code: Any = body.get("code")
    return (code if isinstance(code, int) else None), str(body.get("message") or response.reason or "no explanation")


def _seconds_until(http_date: str) -> float | None:
    try:
        when = parsedate_to_datetime(http_date)
    except ValueError:
        return None
    return max(0.0, (when.astimezone(UTC) - datetime.now(UTC)).total_seconds())

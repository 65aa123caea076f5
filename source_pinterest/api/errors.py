"""What does an answer of Pinterest mean for the sync, and which sentence tells the user?

One table from (HTTP status, Pinterest's code) to a verdict; one class per thing that can go wrong. Codes and texts:
https://developers.pinterest.com/docs/reference/errors/
"""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import Enum, auto
from typing import Any

import orjson
import requests
from airbyte_cdk.models import FailureType
from airbyte_cdk.utils import AirbyteTracedException


class Verdict(Enum):
    """What must happen next."""

    OK = auto()
    RETRY = auto()
    WAIT = auto()
    REFRESH_TOKEN = auto()
    SCOPE_MISSING = auto()
    REFUSED = auto()
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
    (404, None): Verdict.GONE,
    (408, None): Verdict.RETRY,
    (409, None): Verdict.RETRY,
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


class MalformedAnswerError(ValueError):
    """An answer is cut short or is not what the endpoint promises."""


class PinterestError(AirbyteTracedException):
    """Something Pinterest did, in a sentence that says what to do about it."""

    kind = FailureType.system_error

    def __init__(self, sentence: str) -> None:
        super().__init__(message=sentence, internal_message=sentence, failure_type=self.kind)

    def __reduce__(self) -> tuple[Any, ...]:
        """Copied by its sentence, whatever a subclass takes to make one (a slice that carries it is deep-copied)."""
        return _rebuild, (type(self), self.message)


def _rebuild(cls: type[PinterestError], sentence: str) -> PinterestError:
    error = cls.__new__(cls)
    PinterestError.__init__(error, sentence)
    return error


class FatalError(PinterestError):
    """Ends the stream: every further call of it would fail alike."""


class ConfigError(FatalError):
    """The user has to change something before a sync can work."""

    kind = FailureType.config_error


class AuthenticationError(ConfigError):
    """Neither the access token nor the refresh token is accepted any more."""


class ScopeMissingError(ConfigError):
    """The token was made without a permission that the stream needs."""

    def __init__(self, what: str, scopes: tuple[str, ...], answer: str) -> None:
        super().__init__(
            f"{what} can't be read: the access was granted without the permission {' and '.join(scopes)}. "
            f"Authenticate again and grant it, or leave the stream out. {answer}.",
        )


class QuotaExhaustedError(FatalError):
    """The quota frees up later than this sync waits."""

    kind = FailureType.transient_error

    def __init__(self, category: str, wait_seconds: float, max_wait_seconds: float) -> None:
        until = datetime.now(UTC) + timedelta(seconds=wait_seconds)
        super().__init__(
            f"Pinterest allows no more {category} calls until {until:%Y-%m-%d %H:%M} UTC, and that is longer than the "
            f"{max_wait_seconds / 60:g} minutes this connection waits (option Longest Wait). What was read is kept, "
            "and the next sync goes on from there; a full refresh of many records needs Pinterest's Standard access.",
        )


class TokenEndpointError(FatalError):
    """Pinterest's token endpoint did not answer in a usable way."""

    kind = FailureType.transient_error


class SliceError(PinterestError):
    """Fails one account, board or window; the others go on."""


class RefusedError(SliceError):
    """The token may not read this account or board."""

    kind = FailureType.config_error


class GoneError(SliceError):
    """What was listed a moment ago does not exist any more."""

    kind = FailureType.config_error


class AccountUnreadableError(SliceError):
    """An ad account that the user asked for, or that was synced before, can't be read."""

    kind = FailureType.config_error

    def __init__(self, ad_account_id: str, answer: str) -> None:
        super().__init__(
            f"Ad account {ad_account_id} can't be read. {answer}. Ask its owner for access, or, if it is gone on "
            "purpose, take it out of Ad Account IDs or add it to Excluded Ad Account IDs.",
        )


class RejectedError(SliceError):
    """Pinterest calls the request wrong."""


class UnavailableError(SliceError):
    """Pinterest failed again and again."""

    kind = FailureType.transient_error


class AnswerTooLargeError(SliceError):
    """The call asks for more than Pinterest can answer at once."""

    kind = FailureType.transient_error


class ListingCappedError(SliceError):
    """Pinterest lists no more of this board."""


class RepeatedBookmarkError(SliceError):
    """A list would never end."""


class RepeatedKeyError(FatalError):
    """Two rows of one answer have the same key, or one has none, so that the key itself is in doubt."""

    def __init__(self, stream: str, id_column: str, key: tuple[Any, ...]) -> None:
        super().__init__(
            f"{stream}: an answer of Pinterest does not have one row per {id_column} and DATE: {key} comes twice or is "
            "incomplete. Nothing of it was taken, since rows would overwrite each other. Please report this.",
        )

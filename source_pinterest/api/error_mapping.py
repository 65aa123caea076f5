"""The table from (HTTP status, Pinterest's error code or words) to what happens next, errors included.

Codes and strings: https://developers.pinterest.com/docs/reference/errors/
"""

import math
import re
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from functools import cached_property
from http import HTTPStatus
from typing import Any, NamedTuple

from source_pinterest.api.bodies import parse_json
from source_pinterest.api.errors import (
    AccessDeniedError,
    BadRequestError,
    ConfigError,
    ErrorReason,
    InvalidRequestError,
    MissingEntitlementError,
    NotFoundError,
    PinterestError,
    ResponseTooLargeError,
    TaskError,
    sign_in_for,
)
from source_pinterest.limits import LONGEST_RESET_SECONDS, MESSAGE_CHARACTERS, SAFE_URL_CHARACTERS
from source_pinterest.masking import SECRETS

_REQUEST_ID_CHARACTERS = 100

_RETRY_AFTER = re.compile(r"retry after (\d+(?:\.\d+)?) second", re.IGNORECASE)
_SECONDS = re.compile(r"\d+(\.\d+)?", re.ASCII)
_RESTRICTED = re.compile(r"restricted feature(?:: *(?P<feature>[^.]+))?", re.IGNORECASE)
_UNSUPPORTED_APP = re.compile(r"consumer type is not supported", re.IGNORECASE)
_PERMISSION = re.compile(r"sufficient permissions|missing: *\[", re.IGNORECASE)
_SCOPE = re.compile(r"\w+:\w+", re.ASCII)
_WRONG_RANGE = re.compile(r"only get data from the last \d+ days", re.IGNORECASE)
_UNEXPLAINED = re.compile(r"something went wrong", re.IGNORECASE)
_CAPPED = re.compile(r"pagination beyond", re.IGNORECASE)
_PINNER_DENIED = "PINNER_DATA_ACCESS_DENIED"
_NOT_FOR_CLIENT = re.compile(r"not available for this client", re.IGNORECASE)  # seen of one ad account


@dataclass(frozen=True)
class ErrorResponse:
    """A response that is not successful.

    Attributes:
        status: the HTTP status.
        reason: the status in words.
        headers: a mapping that ignores the case of names.
        body: the beginning of the body; Pinterest's own errors are short.
        token: the access token of the request.
        url_length: the number of characters of the request's URL.
    """

    status: int
    reason: str
    headers: Mapping[str, str]
    body: bytes
    token: str = field(default="", repr=False)
    url_length: int = 0

    @cached_property
    def resolution(self) -> "Resolution":
        """The resolution of the first row of the table that fits."""
        return next(row.resolution for row in _TABLE if row.fits(self))

    @property
    def meant_status(self) -> int:
        """The status, or the one that Pinterest means: 400 for 422 with a code."""
        is_invalid = self.status == HTTPStatus.UNPROCESSABLE_ENTITY and self.code is not None
        return HTTPStatus.BAD_REQUEST if is_invalid else self.status

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
    def message(self) -> str:
        """Pinterest's message, otherwise the reason of HTTP, masked and cut at a maximum length."""
        return _shown(str(self._content.get("message") or self.reason or "no explanation"), MESSAGE_CHARACTERS)

    @property
    def feature(self) -> str:
        """Pinterest's name for the restricted feature that the app lacks; empty if the message has none."""
        match = _RESTRICTED.search(self.message)
        return (match["feature"] or "").strip() if match else ""

    def __str__(self) -> str:
        """Return Pinterest's message with the status, the code and the request id that Pinterest's support needs."""
        request_id = self.headers.get("x-pinterest-rid")
        parts = [f"HTTP {self.status}"]
        if self.code is not None:
            parts.append(f"code {self.code}")
        if request_id:
            parts.append(f"request id {_shown(request_id, _REQUEST_ID_CHARACTERS)}")
        return f'Pinterest answered "{self.message}" ({", ".join(parts)})'

    def pause_hint_seconds(self) -> float | None:
        """Return how long a throttled request has to wait, in seconds; None without a hint, or with an absurd one.

        The hint is in the message, in `Retry-After` or in `x-ratelimit-reset`.
        """
        from_message = _RETRY_AFTER.search(self.message)
        seconds = [from_message[1]] if from_message else map(self.headers.get, ("Retry-After", "x-ratelimit-reset"))
        hint = next((float(text) for text in seconds if text and _SECONDS.fullmatch(text)), math.inf)
        return hint if hint <= LONGEST_RESET_SECONDS else None

    @cached_property
    def _content(self) -> Mapping[str, Any]:
        try:
            content = parse_json(self.body)
        except ValueError:
            return {}
        return content if isinstance(content, Mapping) else {}


def _shown(text: str, max_characters: int) -> str:
    """Return a server's text, masked before it is cut, so that no part of a secret stays at its end."""
    masked = SECRETS.mask(text)
    return masked if len(masked) <= max_characters else f"{masked[:max_characters]}…"


class UncountedRetry(Enum):
    """The request is sent again without counting a retry."""

    WAIT = auto()
    """After the pause that the response names."""
    REFRESH_TOKEN = auto()
    """With a new token. A second new token counts as a retry."""


class Retry(NamedTuple):
    """The request is sent again after a pause.

    Attributes:
        reason: the reason of the error that is raised after the last try.
        why: what was found, for the log and the error; by default the response.
    """

    reason: ErrorReason | None = None
    why: str = ""


class RequestContext(NamedTuple):
    """What errors say of the request that was rejected.

    Attributes:
        stream: the stream that sent it.
        scopes: the permissions that it needs.
        granted: the permissions of the token; none if Pinterest has not listed them.
        grant_advice: how the user gets a permission that the token lacks.
        rejects_profile: returns whether Pinterest rejects the app the user's profile too.
    """

    stream: str
    scopes: tuple[str, ...]
    granted: frozenset[str]
    grant_advice: str
    rejects_profile: Callable[[], bool]


ErrorOf = Callable[[ErrorResponse, RequestContext], PinterestError]
"""Returns the error to raise."""

Resolution = UncountedRetry | Retry | ErrorOf


class _Row(NamedTuple):
    """A row of the table.

    Attributes:
        statuses: the HTTP statuses to which it applies.
        sign: Pinterest's code, a pattern in its message, or a function of the response; None: any response.
        resolution: what happens next.
    """

    statuses: Container[int]
    sign: int | re.Pattern[str] | Callable[[ErrorResponse], bool] | None
    resolution: Resolution

    def fits(self, response: ErrorResponse) -> bool:
        """Return whether the row applies to a response."""
        if response.meant_status not in self.statuses:
            return False
        match self.sign:
            case None:
                return True
            case int(code):
                return response.code == code
            case re.Pattern() as words:
                return words.search(response.message) is not None
            case is_sign:
                return is_sign(response)


def _quoting(make: Callable[..., PinterestError], **data: Any) -> ErrorOf:
    """Return the function for an error that consists of the stream's name and Pinterest's words.

    Args:
        make: makes the error of a message.
        data: what else the error carries.
    """
    return lambda response, context: make(f"{context.stream}: {response}", **data)


def _bad_request(response: ErrorResponse, context: RequestContext) -> PinterestError:
    return BadRequestError.unexplained(f"{context.stream}: {response}", quote=str(response))


def _restricted(response: ErrorResponse, context: RequestContext) -> PinterestError:
    feature = response.feature or f"that serves {context.stream}"
    return MissingEntitlementError(
        f"{context.stream} can't be read: Pinterest has not opened the restricted feature {feature} to the app. Ask "
        f"Pinterest to open it, or leave the stream out. {response}.",
        quote=str(response),
        reason=ErrorReason.FEATURE_CLOSED,
    )


def _merchant_rejected(response: ErrorResponse, context: RequestContext) -> PinterestError:
    return AccessDeniedError(
        f"{context.stream}: {response}",
        advice="Pinterest has not approved this account as a merchant, or not yet: its Business Hub gives the reason "
        "and takes appeals. Until then, leave the stream out.",
    )


def _pinner_rejected(response: ErrorResponse, context: RequestContext) -> PinterestError:
    return AccessDeniedError(
        f"{context.stream}: since September 14, 2026, Pinterest shows newly registered apps no boards and pins of "
        f"users without a business account ({_PINNER_DENIED}). It may help if the user turns the account into a "
        f"business account, which costs nothing. Or ask your contact at Pinterest. {response}",
        advice="Or leave the stream out.",
        reason=ErrorReason.NO_BUSINESS_ACCOUNT,
    )


def app_rejected(response: ErrorResponse, context: RequestContext) -> PinterestError:
    """Return the error for an unsupported consumer type of the app.

    It says so of an app that it has not approved, and of a feature that it has not opened to the app.
    """
    if not context.rejects_profile():
        return _restricted(response, context)
    return ConfigError(
        "Pinterest has not approved your app yet (Trial access). Its page under My apps shows the state; approval "
        f"takes one to three business days. {response}.",
    )


def _permission_missing(response: ErrorResponse, context: RequestContext) -> PinterestError:
    ungranted = tuple(scope for scope in context.scopes if scope not in context.granted)
    listed = tuple(_SCOPE.findall(response.message.partition("Missing: ")[2]))  # as in `Missing: ['boards:read']`
    missing = listed or ungranted or context.scopes
    return MissingEntitlementError(
        f"{context.stream} can't be read: the token lacks the permission {' and '.join(missing)}. "
        f"{sign_in_for(missing) or context.grant_advice}, or leave the stream out. {response}.",
        quote=str(response),
        reason=ErrorReason.PERMISSION_MISSING,
    )


_ANY_REJECTION, _ANY_SERVER_ERROR, _ANY = range(400, 500), range(500, 1_000), range(1_000)

# The first row that fits counts.
_TABLE: Sequence[_Row] = (
    # A CDN rejects a URL for its length.
    _Row(
        (400, 414, 431),
        lambda response: not response.is_from_pinterest and response.url_length > SAFE_URL_CHARACTERS,
        _quoting(ResponseTooLargeError.unexplained),
    ),
    # In which field the word is has not been seen.
    _Row((403,), lambda response: _PINNER_DENIED.encode() in response.body, _pinner_rejected),
    # Servers in front of Pinterest use these for temporary troubles of their own: a gateway without a route answers 404
    # with an empty body.
    _Row((400, 403, 404), lambda response: not response.is_from_pinterest, Retry()),
    _Row(_ANY, 1105, _quoting(TaskError, reason=ErrorReason.REPORT_IN_PROGRESS)),
    # A throttled request, whatever the status.
    _Row(_ANY_REJECTION, 8, UncountedRetry.WAIT),
    _Row(_ANY_REJECTION, _RETRY_AFTER, UncountedRetry.WAIT),
    _Row((429,), None, UncountedRetry.WAIT),
    # An invalid request: 400, or 422 with Pinterest's code.
    _Row((400,), _WRONG_RANGE, Retry(ErrorReason.SERVER_ERROR)),  # seen for a legal range after several quick requests
    _Row((400,), _UNEXPLAINED, Retry(ErrorReason.SERVER_ERROR)),
    _Row((400,), _CAPPED, _quoting(TaskError, reason=ErrorReason.LIST_CAPPED, is_isolated=True)),
    _Row((400,), 12, Retry(ErrorReason.SERVER_ERROR)),
    _Row((400,), _NOT_FOR_CLIENT, _quoting(AccessDeniedError)),
    _Row((400,), None, _bad_request),
    # The token, the app or the user lacks a right.
    _Row((401,), _RESTRICTED, _restricted),
    _Row((401,), _UNSUPPORTED_APP, app_rejected),
    _Row((401,), 3, _permission_missing),
    _Row((401,), 7, _quoting(AccessDeniedError)),
    _Row((401,), 29, _quoting(AccessDeniedError)),
    _Row((401,), None, UncountedRetry.REFRESH_TOKEN),
    _Row((403,), _PERMISSION, _permission_missing),
    _Row((403,), 2625, _merchant_rejected),
    _Row((403,), 2626, _merchant_rejected),
    _Row((403,), None, _quoting(AccessDeniedError, reason=ErrorReason.FORBIDDEN)),
    _Row((404,), None, _quoting(NotFoundError)),
    _Row((409,), 4182, _quoting(AccessDeniedError, reason=ErrorReason.NO_CATALOG)),
    _Row((501,), 4181, _quoting(InvalidRequestError.unexplained, reason=ErrorReason.NOT_SERVED)),
    # The request is too large.
    _Row((413, 414, 431), None, _quoting(ResponseTooLargeError.unexplained)),
    # Troubles that pass. Requests never have a Range header (206).
    _Row((206, 408, 409, 425), None, Retry()),
    _Row((501,), None, _quoting(InvalidRequestError.unexplained)),
    _Row(_ANY_SERVER_ERROR, None, Retry(ErrorReason.SERVER_ERROR)),  # each try may have taken Pinterest too long
    _Row(_ANY, None, _quoting(InvalidRequestError.unexplained)),
)

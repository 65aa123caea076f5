"""The errors of requests to Pinterest, each with the message that the user reads.

    PinterestError
      FatalError                 the stream ends
        ConfigError              the user has to change something
          MissingEntitlementError      the app or its user lacks a right
        QuotaExhaustedError      the quota renews too late
      TaskError                 the task fails, and the others are read
        AccessDeniedError, NotFoundError  the task is skipped if other tasks can be read
        AccountUnreadableError   the account is required
        AllTasksDeniedError         every task is rejected or gone
        InvalidRequestError            the request is invalid
          BadRequestError        a column or a filter may be the cause: it is skipped
        ResponseTooLargeError    the request is split if it can be
        UnavailableError         every try failed
        AccessLostError          a list broke off
    MalformedResponseError       a body can't be parsed: the request is retried
      FormError                  its form is unknown: the task fails

A class exists because callers treat its errors in the same way, and an `ErrorReason` because some callers distinguish
errors of one class. `engine/task_tracker.py` decides what the error of a task costs. `api/retries.py` turns the last
`MalformedResponseError` into an `UnavailableError`, and a `FormError` into a `TaskError`.
"""

from enum import Enum, auto
from typing import NamedTuple, Self

from airbyte_cdk.models import FailureType
from airbyte_cdk.utils import AirbyteTracedException

from source_pinterest.masking import SECRETS


class ErrorScope(Enum):
    """How far a failure reaches: other requests of the same reach would fail in the same way."""

    TASK = auto()
    STREAM = auto()
    SYNC = auto()


class ErrorReason(Enum):
    """Why Pinterest did not serve a request, for callers that have to distinguish errors of a class."""

    PERMISSION_MISSING = auto()
    """Pinterest says that the token lacks a permission. In fact the user may lack another right."""
    FEATURE_CLOSED = auto()
    """Pinterest has not opened a feature to the app. Signing in again does not help."""
    FORBIDDEN = auto()
    """HTTP 403, which an app also gets if Pinterest has not admitted it."""
    NO_BUSINESS_ACCOUNT = auto()
    """Pinterest does not show the app boards and pins of a user without a business account."""
    NO_CATALOG = auto()
    """The user has no catalog, so that there is nothing to list."""
    NOT_SERVED = auto()
    """Pinterest does not serve this endpoint for the kind of catalog or feed."""
    LIST_CAPPED = auto()
    """Pinterest lists no more of this list, such as the pins of a board."""
    BROKE_OFF = auto()
    """In the last try no response came, or not all of it."""
    REPORT_IN_PROGRESS = auto()
    """The report is not finished. A poll may say so with an error status and code 1105 (connectors in production)."""
    SERVER_ERROR = auto()
    """The last try got HTTP 500 or higher, or a 400 of Pinterest that passes."""


class PinterestError(AirbyteTracedException):
    """A failure with a message that says what happened and what to do about it."""

    kind = FailureType.system_error
    reach = ErrorScope.TASK
    is_isolated = False
    """Whether the error says nothing about other tasks, so that no circuit breaker counts it."""
    advice = "Check what the token's user may see, or leave the stream out."
    """What the user can do if the error affects a whole stream."""
    quote = ""
    """Pinterest's own words, without the advice."""
    reason: ErrorReason | None = None

    def __init__(
        self,
        message: str,
        *,
        kind: FailureType | None = None,
        advice: str | None = None,
        quote: str = "",
        reason: ErrorReason | None = None,
        is_isolated: bool | None = None,
    ) -> None:
        self.kind = kind or self.kind
        self.advice = self.advice if advice is None else advice
        self.quote = quote or self.quote
        self.reason = reason
        self.is_isolated = self.is_isolated if is_isolated is None else is_isolated
        masked = SECRETS.mask(message)
        super().__init__(message=masked, internal_message=masked, failure_type=self.kind)


class FatalError(PinterestError):
    """Ends the stream, because every further request of it would fail in the same way."""

    reach = ErrorScope.STREAM


class TaskError(PinterestError):
    """Fails one account, board or window. The other tasks of the stream are read."""

    @classmethod
    def unexplained(cls, what: str, *, quote: str = "", reason: ErrorReason | None = None) -> Self:
        """Return the error for an unexplained response, which users can only report.

        Args:
            what: what was found.
            quote: Pinterest's own words; by default what was found.
            reason: distinguishes the error from others of its class.
        """
        again = "The next sync tries again. If it happens again, please report it."
        return cls(f"{what}. {again}", quote=quote or what, reason=reason)


class MalformedResponseError(ValueError):
    """A response is cut short, or does not have the documented form."""


class FormError(MalformedResponseError):
    """A response is JSON, but has none of the forms that are documented or were ever seen."""


class BrokenResponseError(MalformedResponseError):
    """A response breaks off or is too large. A smaller response may succeed."""


class ConfigError(FatalError):
    """The user has to change something before a sync can work."""

    kind = FailureType.config_error


class QuotaExhaustedError(FatalError):
    """The quota renews later than this sync waits."""

    kind = FailureType.transient_error


class Access(NamedTuple):
    """A right beyond the token's permissions, and how to get it.

    Attributes:
        needs: the right, as the end of the message "it needs ...".
        advice: what the user can do, as a clause that "or leave the stream out" follows.
    """

    needs: str
    advice: str


BUSINESS_ACCOUNT = Access("a business account", "Turn the account into a business account, which costs nothing")

TRENDS = Access("an app that may read Pinterest's trends", "Ask Pinterest to open its trends to the app")


def beta(feature: str) -> Access:
    """Return the right to a feature that Pinterest opens to apps in a beta."""
    return Access(f"an app in Pinterest's beta of {feature}", "Ask Pinterest to let the app into the beta")


def restricted(feature: str) -> Access:
    """Return the right to a feature that Pinterest opens to some customers."""
    return Access(f"{feature}, which Pinterest opens to some customers only", "Ask your contact at Pinterest for it")


def role(*names: str) -> Access:
    """Return the right that people with one of these roles on an ad account have."""
    return Access(f"the role {' or '.join(names)} on the ad account", "Ask the ad account's owner for it")


SCOPES_OF_SECRET_CONTENT = {
    "boards:read_secret": "secret boards are not read",
    "pins:read_secret": "pins on secret boards are not read",
}
"""Permissions whose absence Pinterest does not report, and what its responses then lack."""


UNREQUESTED_SCOPES = ("billing:read", "biz_access:read")
"""Permissions that the consent page requests only if the user names them, since few apps may have them."""


class MissingEntitlementError(ConfigError):
    """The app or its user has no right to what the stream reads."""


def sign_in_for(scopes: tuple[str, ...]) -> str:
    """Return the command that requests permissions outside of the default ones, if any."""
    options = "".join(f" --scope {scope}" for scope in scopes if scope in UNREQUESTED_SCOPES)
    return f"Sign in with python -m source_pinterest.authorize{options}" if options else ""


class AccessDeniedError(TaskError):
    """The token may not read this account or board."""

    kind = FailureType.config_error
    is_isolated = True


class NotFoundError(TaskError):
    """An entity that was listed a moment ago does not exist any more."""

    kind = FailureType.config_error
    is_isolated = True


class AccountUnreadableError(TaskError):
    """An ad account that the user requested, or that was read before, can't be read, or only in part."""

    kind = FailureType.config_error
    is_isolated = True

    def __init__(self, ad_account_id: str, quote: str, *, is_partial: bool = False) -> None:
        what = "A part of ad account" if is_partial else "Ad account"
        super().__init__(
            f"{what} {ad_account_id} can't be read. {quote}. Ask its owner for access, or, if you removed it "
            "on purpose, delete it from Ad Account IDs or add it to Excluded Ad Account IDs.",
        )


class AllTasksDeniedError(TaskError):
    """Every task of a stream is rejected or gone, so the cause is probably not any single one of them."""

    kind = FailureType.transient_error

    def __init__(self, what: str, count: int, quote: str) -> None:
        super().__init__(
            f"{what}: Pinterest rejects all {count:,} ad accounts, boards or pins that this stream is read from, "
            "or says that they don't exist. The next sync tries again. If this happens again, check what the "
            f"token's user may see, or leave the stream out. {quote.rstrip('.')}.",
        )


class InvalidRequestError(TaskError):
    """The request is invalid."""


class BadRequestError(InvalidRequestError):
    """Pinterest itself rejects the request, with HTTP 400 or 422. A requested name or value may be the cause."""


class ResponseTooLargeError(TaskError):
    """The response would be larger than Pinterest can return."""

    kind = FailureType.transient_error


class UnavailableError(TaskError):
    """Pinterest failed in every try, or could not be reached.

    Args:
        message: what the user reads.
        cause: what happened, in a few words.
        advice: what to check if it happens again.
        reason: what Pinterest answered to the last try.
    """

    kind = FailureType.transient_error

    def __init__(self, message: str, *, cause: str = "", advice: str = "", reason: ErrorReason | None = None) -> None:
        super().__init__(message, advice=advice, reason=reason)
        self.cause = cause


class AccessLostError(TaskError):
    """Pinterest gave the beginning of a list and then rejected the rest."""

    kind = FailureType.transient_error

    def __init__(self, stream: str, path: str, quote: str) -> None:
        super().__init__(
            f"{stream}: Pinterest gave the beginning of {path} and rejects the rest. The next sync reads it again, if "
            f"the token's user may still see it. {quote}.",
        )


def as_task_error(stream: str, error: Exception) -> Exception:
    """Return a `TaskError` for an exception about a value of an unexpected type or range; other errors as they are.

    Only a person can tell whether the connector or Pinterest is wrong about such a value.
    """
    if not isinstance(error, ArithmeticError | AttributeError | LookupError | TypeError | ValueError):
        return error
    why = f"{type(error).__name__}: {error}"
    message = f"{stream}: the connector has an error, or a response of Pinterest has an unknown form ({why})"
    return with_cause(error, TaskError.unexplained(message))


def with_cause(cause: Exception, error: PinterestError) -> PinterestError:
    """Return an error that is raised instead of its cause."""
    if error is not cause:
        error.__cause__ = cause
    return error

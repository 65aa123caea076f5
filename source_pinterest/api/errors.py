"""What can go wrong with Pinterest, and which sentence tells the user? One class per thing.

A `FatalError` ends its stream, a `SliceError` fails one account, board or window; the others go on.
"""

from collections.abc import Generator, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple, TypeVar

from airbyte_cdk.models import FailureType
from airbyte_cdk.utils import AirbyteTracedException

from source_pinterest.limits import SYNC_HISTORY_DAYS
from source_pinterest.masking import SECRETS, printable


class Access(NamedTuple):
    """A right, and how to come by it.

    Attributes:
        needs: what has to be there, as it goes on after "it needs".
        advice: what the user can do, a clause that "or leave the stream out" follows.
    """

    needs: str
    advice: str


BUSINESS_ACCOUNT = Access("a business account", "Turn the account into a business account, which costs nothing")

TRENDS = Access("an app that may read Pinterest's trends", "Ask Pinterest to open its trends to the app")


def beta(feature: str) -> Access:
    """What Pinterest opens to the apps in a beta."""
    return Access(f"an app in Pinterest's beta of {feature}", "Ask Pinterest to let the app into the beta")


def restricted(feature: str) -> Access:
    """What Pinterest opens to some customers."""
    return Access(f"{feature}, which Pinterest opens to some customers only", "Ask your contact at Pinterest for it")


def role(*names: str) -> Access:
    """What only some of an ad account's people may see."""
    return Access(f"the role {' or '.join(names)} on the ad account", "Ask the ad account's owner for it")


T = TypeVar("T")


class MalformedResponseError(ValueError):
    """An answer is cut short or is not what the endpoint promises."""


class BrokenResponseError(MalformedResponseError):
    """An answer breaks off, is too large or comes too slowly; a smaller one might not."""


class PinterestError(AirbyteTracedException):
    """Something Pinterest did, in a sentence that says what to do about it."""

    kind = FailureType.system_error
    advice = "Check what the token's user may see, or leave the stream out."
    """What to do where it is about a whole stream."""
    answer = ""
    """Pinterest's own words, where advice stands beside them; not kept where the error is copied."""

    def __init__(self, sentence: str) -> None:
        shown = SECRETS.mask(sentence)
        super().__init__(message=shown, internal_message=shown, failure_type=self.kind)

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


class TemporaryFolderError(ConfigError):
    """This machine has no room for the rows of a report."""

    def __init__(self, folder: str, error: OSError) -> None:
        super().__init__(
            f"The temporary folder {folder} can't be used ({error.strerror}). Free some space in it, or name another "
            "in the environment variable TMPDIR."
        )


class NoThreadError(FatalError):
    """This machine starts no further thread."""

    kind = FailureType.transient_error

    def __init__(self) -> None:
        super().__init__(
            "This machine can't start another thread, so the stream is not read to its end. Allow the process, or its "
            "container, more threads or more memory, or lower num_workers. The next sync goes on from there."
        )


class QuotaExhaustedError(FatalError):
    """The quota frees up later than this sync waits."""

    kind = FailureType.transient_error

    def __init__(self, category: str, wait_seconds: float, max_wait_seconds: float) -> None:
        until = datetime.now(UTC) + timedelta(seconds=wait_seconds)
        super().__init__(
            f"Pinterest allows no more {category} calls until {until:%Y-%m-%d %H:%M} UTC, and that is longer than the "
            f"{max_wait_seconds / 60:g} minutes this connection waits (option Longest Wait for Quota). What was read "
            "is kept, and the next sync continues from there. A full refresh of many records needs Pinterest's "
            "Standard access.",
        )


class TokenEndpointError(FatalError):
    """Pinterest's token endpoint did not answer in a usable way."""

    kind = FailureType.transient_error


class SliceError(PinterestError):
    """Fails one account, board or window; the others go on."""


class RefusedError(SliceError):
    """The token may not read this account or board."""

    kind = FailureType.config_error


class ForbiddenError(RefusedError):
    """The same, with HTTP 403, which is also what an app gets that Pinterest does not let in."""


class NoCatalogError(RefusedError):
    """The user has no catalog, so that there is nothing to list."""


class MerchantRefusedError(RefusedError):
    """Pinterest has not approved the user as a merchant."""

    advice = (
        "Pinterest has not approved this account as a merchant, or not yet: its Business Hub gives the reason and "
        "takes appeals. Until then, leave the stream out."
    )


class BetaClosedError(SliceError):
    """Pinterest has not opened this endpoint to the app."""

    kind = FailureType.config_error


class GoneError(SliceError):
    """What was listed a moment ago does not exist any more."""

    kind = FailureType.config_error


class NothingLeftError(SliceError):
    """All that a stream is read by is refused or gone, which is more than the matter of one of them."""

    kind = FailureType.transient_error

    def __init__(self, what: str, count: int, answer: str) -> None:
        super().__init__(
            f"{what}: Pinterest refuses all {count:,} ad accounts, boards or pins that this stream is read from, "
            "or says that they don't exist. The next sync tries again. If this happens again, check what the "
            f"token's user may see, or leave the stream out. {answer.rstrip('.')}.",
        )


class AccountUnreadableError(SliceError):
    """An ad account that the user asked for, or that was synced before, can't be read."""

    kind = FailureType.config_error

    def __init__(self, ad_account_id: str, answer: str) -> None:
        super().__init__(
            f"Ad account {ad_account_id} can't be read. {answer}. Ask its owner for access, or, if you removed it "
            "on purpose, delete it from Ad Account IDs or add it to Excluded Ad Account IDs.",
        )


class _UnexplainedError(SliceError):
    """An answer that neither the user nor we can do anything about."""

    def __init__(self, answer: str) -> None:
        super().__init__(f"{answer}. The next sync tries again. If it happens again, please report it.")
        self.answer = answer


class RejectedError(_UnexplainedError):
    """Pinterest calls the request wrong."""


class UnforeseenResponseError(_UnexplainedError):
    """An answer holds something that records can't be made of, such as an id that is no number."""


def understood(stream: str, made: Iterable[T]) -> Generator[T, None, Any]:
    """What a generator makes of answers, and what it returns.

    Raises:
        UnforeseenResponseError: it raised one of the errors that a value of another type or out of range leads to.
    """
    try:
        return (yield from made)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        why = printable(f"{type(error).__name__}: {error}")
        raise UnforeseenResponseError(f"{stream}: an answer of Pinterest can't be understood ({why})") from error


class BadRequestError(RejectedError):
    """The same with HTTP 400, in Pinterest's own words: something that was asked for may be to blame."""

    def __init__(self, what: str, answer: str) -> None:
        super().__init__(f"{what}: {answer}")
        self.answer = answer


class UnavailableError(SliceError):
    """Pinterest failed again and again, or could not be reached."""

    kind = FailureType.transient_error
    trouble = ""
    """What happened, in a few words; not kept where the error is copied."""
    advice = ""
    """What to look at if it happens again; not kept there either."""

    def __init__(self, stream: str, path: str, last: str, tries: int = 0) -> None:
        failed = f"failed {tries} times in a row" if tries > 1 else "failed" if tries else "could not be reached"
        self.trouble = f"it {failed}: {last.rstrip('.')}" if tries else f"it {failed}"
        self.advice = "" if tries else "; if not, check the network, its proxies and certificates"
        super().__init__(
            f"{stream}: Pinterest {failed} for {path}. This usually passes: the next sync reads it{self.advice}. {last}"
        )


class AccessLostError(SliceError):
    """Pinterest gave the beginning of a list and then refuses the rest."""

    kind = FailureType.transient_error

    def __init__(self, stream: str, path: str, answer: str) -> None:
        super().__init__(
            f"{stream}: Pinterest gave the beginning of {path} and refuses the rest. The next sync reads it again, if "
            f"the token's user may still see it. {answer}.",
        )


class ResponseTooLargeError(_UnexplainedError):
    """The call asks for more than Pinterest can answer at once."""

    kind = FailureType.transient_error


class RepeatedBreakError(ResponseTooLargeError):
    """The answer does not come whole, which a smaller one might; nobody says that it is too large."""


class ListingCappedError(SliceError):
    """Pinterest lists no more of this board."""


class EndlessListError(SliceError):
    """A bookmark comes back, or page after page is empty: the list would never end."""

    def __init__(self, stream: str, path: str) -> None:
        super().__init__(
            f"{stream}: Pinterest's list {path} has no end: the same bookmark comes twice, or page after page is "
            "empty. The next sync reads it again.",
        )


class KeyInDoubtError(SliceError):
    """Rows that a destination can't merge by their key: a matter of one answer, however many such answers come."""

    about = "keys"
    emitted = ""
    """What to say where the destination keeps every row, and these are emitted; not kept where the error is copied."""


class RepeatedKeyError(KeyInDoubtError):
    """Two rows of one answer have the same key, or one has none."""

    def __init__(self, stream: str, key: tuple[str, ...], values: tuple[Any, ...]) -> None:
        *others, last = key
        columns = f"{', '.join(others)} and {last}" if others else last
        found = f"an answer of Pinterest does not have one row per {columns}: {values} comes twice or is incomplete."
        super().__init__(
            f"{stream}: {found} None of its rows is used, because they would overwrite each other in the destination. "
            "The next sync asks for them again. If this happens again, please report it; a destination that appends "
            "gets such rows as they are.",
        )
        self.emitted = f"{found} All of its rows are emitted, since the destination keeps each of them."


class UrlTooLongError(ResponseTooLargeError):
    """The call is refused, not in Pinterest's own words; a shorter one might not be."""


class NotServedError(RejectedError):
    """Pinterest does not have this for the kind of catalog or feed that was asked for."""


SCOPES_OF_SECRET_CONTENT = {
    "boards:read_secret": "secret boards are not read",
    "pins:read_secret": "pins on secret boards are not read",
}
"""Permissions without which Pinterest refuses nothing and shows less, and what is then missing."""


class RightMissingError(ConfigError):
    """The app or its user has no right to what the stream reads."""


class ScopeMissingError(RightMissingError):
    """The token was made without a permission that the stream needs."""

    def __init__(self, what: str, scopes: tuple[str, ...], answer: str) -> None:
        super().__init__(
            f"{what} can't be read: the token lacks the permission {' and '.join(scopes)}. "
            f"Authenticate again and grant it, or leave the stream out. {answer}.",
        )
        self.answer = answer


class RestrictedError(RightMissingError):
    """Pinterest has not opened a feature to the app; authenticating again does not help."""

    def __init__(self, what: str, feature: str, answer: str) -> None:
        super().__init__(
            f"{what} can't be read: Pinterest has not opened the restricted feature {feature or f'that serves {what}'} "
            f"to the app. Ask Pinterest to open it, or leave the stream out. {answer}.",
        )
        self.answer = answer


class AccessMissingError(ConfigError):
    """The stream needs a right that no permission brings: a beta, a role, a kind of account."""

    def __init__(self, what: str, access: Access, answer: str, scopes: tuple[str, ...] = ()) -> None:
        needs = f"the permission {' and '.join(scopes)} and {access.needs}" if scopes else access.needs
        super().__init__(f"{what} can't be read: it needs {needs}. {access.advice}, or leave the stream out. {answer}.")


class ReportRefusedError(FatalError):
    """Pinterest calls the request for a report wrong."""

    kind = FailureType.config_error
    advice = "Change the report's columns or attribution windows."

    def __init__(self, answer: str) -> None:
        super().__init__(f"Pinterest refuses this report. {answer}. {self.advice}")
        self.answer = answer


class ObjectivesRefusedError(SliceError):
    """Pinterest refuses a request that names the newer objectives of campaigns alone, which it may not know."""

    kind = FailureType.config_error

    def __init__(self, answer: str) -> None:
        super().__init__(
            f"Pinterest refuses the report on campaigns of newer objectives. {answer}. The next sync asks for it "
            "again. If this happens again, please report it.",
        )
        self.answer = answer


class HistoryRefusedError(SliceError):
    """Pinterest gives an account's newest days, and calls the request for a report of its older ones wrong."""

    kind = FailureType.config_error

    def __init__(self, ad_account_id: str, window: object, answer: str) -> None:
        super().__init__(
            f"The days {window} of ad account {ad_account_id} can't be read, because Pinterest refuses the report on "
            f"them: {answer}. Newer days are not affected. Remove the column that it names from Analytics Columns, or "
            f"set a Start Date within the last {SYNC_HISTORY_DAYS} days.",
        )


class KeysChangedError(KeyInDoubtError):
    """Rows come with other id columns than those that their days were keyed with before."""

    kind = FailureType.config_error

    def __init__(self, stream: str, ad_account_id: str, window: object, change: str) -> None:
        found = f"the rows of ad account {ad_account_id} now come {change}, so their keys are no longer the same."
        super().__init__(
            f"{stream}: {found} The rows of the days {window} would be counted twice, so they are left out and stay "
            "noted as missing. Clear the stream's data; the next sync then reads all days with the same key.",
        )
        self.about = f"keys of {ad_account_id}"
        self.emitted = (
            f"{found} They are emitted, those of the days {window} among them. A table that you merge by key then "
            "holds rows twice: clear the stream's data to have them once."
        )


class UnknownFormError(SliceError):
    """A report's file is whole, and nobody has seen its form before."""

    kind = FailureType.system_error

    def __init__(self) -> None:
        super().__init__(
            "Pinterest sends the report in a form that this version of the connector does not know: its rows have none "
            "of the columns that were asked for. No row is emitted, and the days stay noted as missing, so that a "
            "version that knows the form reads them. Please report the problem, and leave the stream out until then.",
        )


class ReportLostError(SliceError):
    """Pinterest fails or loses a report again and again."""

    kind = FailureType.transient_error

    def __init__(self, window: object, status: str, creations: int) -> None:
        super().__init__(
            f"Pinterest does not finish the report of {window}: {status}, {creations} times. This usually passes: the "
            "next sync asks for it again.",
        )


class ReportTooSlowError(SliceError):
    """Pinterest works on a report for too long, however small it is."""

    kind = FailureType.transient_error

    def __init__(self, window: object, timeout_seconds: float) -> None:
        super().__init__(
            f"Pinterest has worked on the report of {window} for more than {timeout_seconds / 60:g} minutes. The next "
            "sync asks for it again.",
        )


class ReportWithoutLinkError(SliceError):
    """A report is finished, and nobody says where its file lies."""

    kind = FailureType.transient_error

    def __init__(self, window: object) -> None:
        super().__init__(
            f"Pinterest calls the report of {window} finished and gives no link to its file. The next sync asks for it "
            "again.",
        )


def unforeseen(stream: str, error: Exception) -> FatalError:
    """What a mistake of the connector costs: its details are for whoever reads the stack trace."""
    fatal = FatalError(
        f"{stream}: reports can't be ordered, because the connector made a mistake ({type(error).__name__}). Please "
        "report the problem."
    )
    fatal.__cause__ = error
    return fatal

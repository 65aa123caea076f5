"""What can go wrong with a report, and which sentence explains it?"""

from airbyte_cdk.models import FailureType

from source_pinterest.api.errors import FatalError, KeyInDoubtError, SliceError
from source_pinterest.limits import SYNC_HISTORY_DAYS


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

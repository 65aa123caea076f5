"""What can go wrong with a call whose address is long? What stands in front of Pinterest may refuse it by itself."""

from source_pinterest.api.errors import AnswerTooLargeError, PinterestError, UnavailableError


class AddressTooLongError(AnswerTooLargeError):
    """The call is refused, not in Pinterest's own words; a shorter one might not be."""


class LongCallUnavailableError(UnavailableError):
    """The call fails again and again, not in Pinterest's own words: its length may be the reason, or an outage."""

    def __init__(self, error: UnavailableError) -> None:
        PinterestError.__init__(self, str(error.message))
        self.trouble = error.trouble

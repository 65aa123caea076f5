"""How long is a failed call left alone?"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Pauses:
    """Pauses that double from one try to the next.

    Attributes:
        first_seconds: before the second try.
        longest_seconds: they grow no further.
    """

    first_seconds: float = 1.0
    longest_seconds: float = 60.0

    def before_retry(self, retry: int) -> float:
        """The pause before this retry, counted from 1, in seconds."""
        return min(self.first_seconds * 2.0 ** (retry - 1), self.longest_seconds)

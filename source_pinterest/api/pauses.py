"""How long is left alone what is not ready: a call that failed, a report that Pinterest works on?"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Pauses:
    """Pauses that double from one try of a call to the next, and those before each poll of a report.

    Attributes:
        first_seconds: before the second try.
        longest_seconds: they grow no further.
        poll_seconds: before the first poll, the second and so on; the last goes on. By default as Pinterest's example
            waits, https://github.com/pinterest/api-quickstart.
        longest_poll_seconds: no quota makes a poll wait longer.
    """

    first_seconds: float = 1.0
    longest_seconds: float = 60.0
    poll_seconds: tuple[float, ...] = (1, 2, 4, 8, 10)
    longest_poll_seconds: float = 120.0

    def before_retry(self, retry: int) -> float:
        """The pause before this retry, counted from 1, in seconds."""
        return min(self.first_seconds * 2.0 ** (retry - 1), self.longest_seconds)

    def before_poll(self, polls: int) -> float:
        """The pause after so many polls of a report, in seconds."""
        return self.poll_seconds[min(polls, len(self.poll_seconds) - 1)]

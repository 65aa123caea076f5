"""How many calls does one quota still allow? What Pinterest has last said of it, and what we have asked since.

Pinterest counts in fixed windows. It says what is left when it takes a call up, and we hear it when the call is
answered: of what was said later, nothing is known yet, and answers overtake each other.
"""

import math
from collections import deque
from dataclasses import dataclass, field

from source_pinterest.api.rate_headers import QuotaHeader

_ARRIVAL_SECONDS = 0.1
"""So much earlier than another a call may arrive that left at the same time: windows begin and end on the server."""

_RESET_MARGIN_SECONDS = 1.0
"""A reset without a window may be rounded up or down. One with it is rounded up: a window of 1 s says 1, never 0."""

_SHORT_RESET_SECONDS = 5.0
"""Below this a whole second of margin would cost more calls than it saves."""


@dataclass(eq=False)
class Burst:
    """A quota of a second or less. What is said of its window is over when it is heard, so that calls are spaced out.

    Attributes:
        limit: calls that go out within a period at most.
        period: in seconds.
    """

    limit: int
    period: float
    _sent: deque[float] = field(default_factory=deque)
    _empty_until: float = -math.inf

    def roll(self, now: float, out: int) -> None:  # noqa: ARG002 - as a window does
        """Forget calls that do not count any more."""
        while self._sent and self._sent[0] + self.period + _ARRIVAL_SECONDS <= now:
            self._sent.popleft()

    def wait(self, now: float) -> float:
        """Seconds until the next call may go out."""
        frees_up_at = self._empty_until
        if len(self._sent) >= self.limit:
            frees_up_at = max(frees_up_at, self._sent[-self.limit] + self.period + _ARRIVAL_SECONDS)
        return max(0.0, frees_up_at - now)

    def take(self, now: float) -> None:
        """Count a call that goes out."""
        self._sent.append(now)

    def used(self, now: float) -> int:
        """Calls of the last period."""
        return sum(sent + self.period > now for sent in self._sent)

    def learn(self, header: QuotaHeader | None, now: float, out: int) -> None:  # noqa: ARG002 - as a window does
        """Take in what an answer says."""
        if header is None:
            return
        self.limit = header.limit or self.limit
        if header.reset is not None and not header.remaining:
            self._empty_until = now + min(header.reset, self.period) + _ARRIVAL_SECONDS


@dataclass(eq=False)
class Window:
    """A quota of more than a second, whose windows are waited out.

    Attributes:
        limit: calls that a window holds.
        period: seconds that it lasts.
        ends_at: when it ends, as far as anybody knows.
        taken: calls in it, those of other programs included, and those that are out.
        is_on_the_clock: whether each window begins where the last one ended, and not with its first call.
    """

    limit: int
    period: float
    ends_at: float
    taken: int = 0
    is_on_the_clock: bool = False
    _is_end_known: bool = False
    _late: int = 0
    """So many answers to come may speak of the window before."""
    _out: int = 0
    """Calls that were out when `_newest` was begun: with one answer more, one call at least was sent since then."""
    _answers: int = 0
    _newest: int = 0
    """Calls that the window had taken, by these answers."""
    _highest: int = 0
    """Calls that it had taken, by all its answers that are believed."""
    _silent: int = 0
    """Answers that said nothing of it."""

    def wait(self, now: float) -> float:
        """Seconds until the next call may go out."""
        return 0.0 if self.taken < self.limit else self.ends_at - now

    def take(self, now: float) -> None:  # noqa: ARG002 - as a burst does
        """Count a call that goes out."""
        self.taken += 1

    def used(self, now: float) -> int:
        """Calls in the present window."""
        return self.taken if now < self.ends_at else 0

    def roll(self, now: float, out: int) -> None:
        """Begin the next window if this one is over; calls that are out may count in either."""
        if now < self.ends_at:
            return
        if self.is_on_the_clock and self._is_end_known:
            self.ends_at += self.period * (1 + (now - self.ends_at) // self.period)
        else:
            self.ends_at, self._is_end_known = now + self.period + _ARRIVAL_SECONDS, False
        self._begin(out, out)

    def learn(self, header: QuotaHeader | None, now: float, out: int) -> None:
        """Take in what an answer says, or that it says nothing.

        Args:
            header: what it says.
            now: when it came.
            out: calls of this quota that have no answer yet.
        """
        if header is None or header.remaining is None:
            self._silent += 1
            self.limit = header.limit if header else self.limit
            return
        self.is_on_the_clock = bool(header.period)
        self.period = header.period or max(self.period, header.reset or 0.0)
        limit = header.limit or self.limit
        most = limit - header.remaining
        if header.reset is not None:
            if not self._is_of_this_window(header.reset, most, now, out):
                return
            if most > self.taken:
                self.taken = most + out  # others have called, too, and who knows whether ours that are out are among these
        self.limit = limit
        self._bound(most, out)

    def _is_of_this_window(self, reset: float, most: int, now: float, out: int) -> bool:
        """Learn when the window ends: a late answer says too late a time, so that the earliest is the truest."""
        is_short = reset <= _SHORT_RESET_SECONDS
        end = now + reset + (_ARRIVAL_SECONDS if self.is_on_the_clock or is_short else _RESET_MARGIN_SECONDS)
        if not self._is_end_known:
            self.ends_at, self._is_end_known = end, True
        elif abs(end - self.ends_at) <= self.period / 2:
            if self.is_on_the_clock or not is_short:
                self.ends_at = min(self.ends_at, end)
        elif end < self.ends_at and self._late:
            self._late -= 1
            return False
        else:
            self.ends_at = end
            self._begin(most + out, out)
        return True

    def _bound(self, most: int, out: int) -> None:
        """Give back calls that others seemed to have made, once an answer is sure to be newer than that news."""
        self._newest = max(self._newest, most)
        self._highest = max(self._highest, most)
        self._answers += 1
        if self._answers > self._out:
            self._highest = self._newest
        elif out:
            return
        self.taken = min(self.taken, self._highest + self._silent + out)
        self._out, self._answers, self._newest = out, 0, 0

    def _begin(self, taken: int, out: int) -> None:
        self.taken = taken
        self._late = self._out = out
        self._answers = self._newest = self._highest = self._silent = 0

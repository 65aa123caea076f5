"""How many calls does one quota still allow? What Pinterest has last said of it, and what we have asked since.

Pinterest counts in fixed windows. It says what is left when it takes a call up, and we hear it when the call is
answered: of what was said later, nothing is known yet, and answers overtake each other. As long as nobody has said
when a window ends, calls are spaced out so that they fit wherever it begins.
"""

import math
from collections import deque
from collections.abc import Iterable

from source_pinterest.api.rate_headers import QuotaHeader

BURST_SECONDS = 1.0
"""What is said of a window as short as this is over when it is heard."""

_ARRIVAL_SECONDS = 0.1
"""So much earlier than another a call may arrive that left at the same time: windows begin and end on the server."""

_RESET_MARGIN_SECONDS = 1.0
"""A reset without a window may be rounded up or down. One with it is rounded up: a window of 1 s says 1, never 0."""

_LATE_END_SECONDS = 1.5
"""A window may have ended so long before we know it, as resets are whole seconds and answers take their time."""

_SHORT_RESET_SECONDS = 5.0
"""Below this a whole second of margin would cost more calls than it saves."""


class Quota:
    """What one quota allows, and what of it is taken.

    Args:
        limit: calls that a window holds.
        period: seconds that it lasts.
        sent: when calls went out that count against it.
        out: calls of any quota that have no answer yet.
    """

    def __init__(self, limit: int, period: float, sent: Iterable[float] = (), out: int = 0) -> None:
        self.limit = limit
        self.period = period
        self._sent = deque(sent)
        """When calls went out: of a whole period, while nobody knows when the window ends, else the last of them."""
        self._ends_at: float | None = None
        self._taken = 0
        """Once it is known: calls in the window, those of other programs included, and those that are out."""
        self._is_on_the_clock = False
        """Whether each window begins where the last one ended, and not with its first call."""
        self._empty_until = -math.inf
        self._late = 0
        """So many answers to come may speak of the window before."""
        self._out = out
        """Calls that were out when `_newest` was begun: with one answer more, one call at least was sent since then."""
        self._answers = 0
        self._newest = 0
        """Calls that the window had taken, by these answers."""
        self._highest = len(self._sent)
        """Calls that it had taken, by all of its answers."""
        self._told = 0
        """Calls that it certainly had taken."""
        self._silent = 0
        """Answers that said nothing of it."""

    @property
    def lasts(self) -> bool:
        """Whether what is said of a window still holds when it is heard."""
        return self.period > BURST_SECONDS

    @property
    def taken(self) -> int:
        """Calls in the present window."""
        return len(self._sent) if self._ends_at is None else self._taken

    def sent(self, now: float) -> Iterable[float]:
        """When the calls that are taken went out, at the latest."""
        return self._sent if self._ends_at is None else [now] * self._taken

    def roll(self, now: float, out: int) -> None:
        """Begin the next window if this one is over; calls that are out may count in either."""
        if self._ends_at is None:
            self._forget(now - self.period - _ARRIVAL_SECONDS)
        elif now < self._ends_at:
            self._forget(now - _LATE_END_SECONDS)
        elif self._is_on_the_clock:
            began_at = self._ends_at + (now - self._ends_at) // self.period * self.period
            self._forget(began_at - _LATE_END_SECONDS)
            unplaced = min(len(self._sent), self._taken - self._told)
            self._begin(began_at + self.period, max(out, unplaced), out)
        else:
            self._sent = deque([now] * out)
            self._begin(None, out, out)

    def wait(self, now: float) -> float:
        """Seconds until the next call may go out."""
        frees_up_at = now
        if self.taken >= self.limit and self._ends_at is not None:
            frees_up_at = self._ends_at
        elif self.taken >= self.limit:
            frees_up_at = self._sent[-self.limit] + self.period + _ARRIVAL_SECONDS
        return max(frees_up_at, self._empty_until) - now

    def left(self, now: float, patience: float) -> float:
        """Calls left to whoever waits no longer than so many seconds: any number, if a window begins by then."""
        began_at = self._sent[0] if self._sent else now
        renewed_at = began_at + self.period if self._ends_at is None else self._ends_at
        return max(0, self.limit - self.taken) if renewed_at - now > patience else math.inf

    def take(self, now: float) -> None:
        """Count a call that goes out."""
        self._sent.append(now)
        self._taken += 1

    def learn(self, header: QuotaHeader | None, now: float, out: int) -> None:
        """Take in what an answer says, or that it says nothing.

        Args:
            header: what it says.
            now: when it came.
            out: calls of this quota that have no answer yet.
        """
        if header is None:
            self._silent += 1
            return
        limit = header.limit or self.limit
        most = limit - header.remaining
        if header.reset is not None and not self._learn_end(header, header.reset, most, now, out):
            return
        self.limit = limit
        self._bound(most, out)

    def _learn_end(self, header: QuotaHeader, reset: float, most: int, now: float, out: int) -> bool:
        """Learn when the window ends and what it has taken; whether the answer speaks of this window.

        A late answer says too late an end, so that the earliest is the truest.
        """
        if header.period and header.period <= BURST_SECONDS:
            self._empty_until = now + reset + _ARRIVAL_SECONDS if not header.remaining else self._empty_until
            return True
        self._is_on_the_clock = bool(header.period)
        self.period = header.period or max(self.period, reset)
        is_short = reset <= _SHORT_RESET_SECONDS
        end = now + reset + (_ARRIVAL_SECONDS if self._is_on_the_clock or is_short else _RESET_MARGIN_SECONDS)
        if self._ends_at is None:
            self._ends_at, self._taken = end, len(self._sent)
        elif self._late and end < self._ends_at - _LATE_END_SECONDS:
            self._late -= 1
            return False
        elif abs(end - self._ends_at) <= self.period / 2:
            self._ends_at = min(self._ends_at, end if self._is_on_the_clock or not is_short else self._ends_at)
        else:
            self._begin(end, most + out, out)
        self._told = max(self._told, most)
        if most > self._taken:
            self._taken = most + out  # others have called, too, and who knows whether ours that are out are among these
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
        at_most = self._highest + self._silent + out
        self._taken = min(self._taken, at_most)
        while len(self._sent) > at_most:
            self._sent.popleft()
        if at_most < self._told:
            self._told = 0  # there, the next window has begun
        self._out, self._answers, self._newest = out, 0, 0

    def _forget(self, before: float) -> None:
        while self._sent and self._sent[0] <= before:
            self._sent.popleft()

    def _begin(self, ends_at: float | None, taken: int, out: int) -> None:
        self._ends_at, self._taken = ends_at, taken
        self._late = self._out = out
        self._answers = self._newest = self._highest = self._told = self._silent = 0

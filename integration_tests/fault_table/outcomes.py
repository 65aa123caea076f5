"""The words of the table: how a stream ends, at which request, and what else a fault spoils; cells as text."""

from enum import StrEnum


class ExpectedOutcome(StrEnum):
    """How a stream ends whose calls go wrong."""

    EXACT = "exact"
    """The exit code is 0, and every record is there, once and whole."""
    LEFT_OUT = "left out"
    """The same, but for a board or an ad account that refuses, which a warning names; the next sync has it."""
    PASSED_OVER = "passed over"
    """The same, but for a pin that is hidden or deleted, which a warning names; its days so far are not read again."""
    MARKED = "marked"
    """The same, but for a pin that is hidden or deleted, whose record says so; no later sync reads it again."""
    TRANSIENT = "transient"
    """INCOMPLETE, with an error of this type that says what to do; the next sync completes the set."""
    SYSTEM = "system"
    CONFIG = "config"


class CallPosition(StrEnum):
    """Which calls of a stream go wrong."""

    FIRST = "first call"
    MIDDLE = "middle call"
    LAST = "last call"
    ALL_BUT_FIRST = "every call but the first"


class Spread(StrEnum):
    """Which other calls a fault spoils."""

    NOWHERE = "nowhere"
    QUOTA = "quota"
    """Those that count against the same quota."""
    EVERYWHERE = "everywhere"


ONCE = (CallPosition.FIRST, CallPosition.MIDDLE, CallPosition.LAST)
NOWHERE = "—"
"""The cell, or the place in it, at which a fault can't happen."""
_FOR_GOOD = "; for good: "


def read_cell(text: str) -> dict[CallPosition, ExpectedOutcome]:
    """What a cell promises, by place.

    `exact` is so at the first, the middle and the last call; `config, exact, —` tells them apart. What follows `; for
    good: ` is of a fault that hits every call but the first.
    """
    once, _, for_good = text.partition(_FOR_GOOD)
    told = once.split(", ")
    words = dict(zip(ONCE, told if len(told) > 1 else told * len(ONCE), strict=True))
    if for_good:
        words[CallPosition.ALL_BUT_FIRST] = for_good
    return {place: ExpectedOutcome(word) for place, word in words.items() if word != NOWHERE}

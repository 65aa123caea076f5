"""The words of the table: how a stream ends, at which request, and what else a fault hits; cells as text."""

from enum import StrEnum


class ExpectedOutcome(StrEnum):
    """How a stream with failing calls ends."""

    EXACT = "exact"
    """The exit code is 0, and every record is emitted once and complete."""
    SKIPPED = "skipped"
    """The same, except a denied board or ad account, which a warning names; the next sync has it."""
    PIN_SKIPPED = "pin skipped"
    """The same, except a hidden or deleted pin, which a warning names; its days so far are not read again."""
    MARKED = "marked"
    """The same, except a hidden or deleted pin, which its record marks; no later sync reads it again."""
    TRANSIENT = "transient"
    """INCOMPLETE, with an error of this type that says what to do; the next sync completes the set."""
    SYSTEM = "system"
    CONFIG = "config"


class CallPosition(StrEnum):
    """Which calls of a stream fail."""

    FIRST = "first call"
    MIDDLE = "middle call"
    LAST = "last call"
    ALL_BUT_FIRST = "every call but the first"


class Spread(StrEnum):
    """Which other calls a fault hits."""

    NOWHERE = "nowhere"
    QUOTA = "quota"
    """Those that count against the same quota."""
    EVERYWHERE = "everywhere"


ONCE = (CallPosition.FIRST, CallPosition.MIDDLE, CallPosition.LAST)
NOWHERE = "—"
"""The cell, or the place in it, at which a fault can't happen."""
_PERMANENT = "; permanent: "


def read_cell(text: str) -> dict[CallPosition, ExpectedOutcome]:
    """What a cell promises, by place.

    `exact` holds for the first, the middle and the last call; `config, exact, —` has one outcome for each. What follows
    `; permanent: ` holds for a fault on every call except the first.
    """
    once, _, permanent = text.partition(_PERMANENT)
    outcomes = once.split(", ")
    words = dict(zip(ONCE, outcomes if len(outcomes) > 1 else outcomes * len(ONCE), strict=True))
    if permanent:
        words[CallPosition.ALL_BUT_FIRST] = permanent
    return {place: ExpectedOutcome(word) for place, word in words.items() if word != NOWHERE}

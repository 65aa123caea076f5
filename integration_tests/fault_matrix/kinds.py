"""Which kinds of stream are there, which world do they read, and which call of theirs goes wrong?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from integration_tests.simulator import DOWNLOAD
from integration_tests.support.pinterest import World


class Place(StrEnum):
    """Where in a sync a fault hits."""

    FIRST = "first call"
    MIDDLE = "middle call"
    LAST = "last call"
    FROM_THEN_ON = "every call from the middle on"


@dataclass(frozen=True)
class StreamKind:
    """A kind of stream, and the stream that stands for it."""

    name: str
    stream: str
    operation: str
    later_operations: Mapping[Place, str] | None = None
    """What its middle and last calls are, where they differ from its first."""

    def operation_at(self, place: Place) -> str:
        """Which operation is called there."""
        return (self.later_operations or {}).get(place, self.operation)


_POLL = "analytics/get_report"

KINDS = (
    StreamKind("list", "boards", "boards/list"),
    StreamKind("child list", "board_pins", "boards/list_pins"),
    StreamKind("entity", "campaigns", "campaigns/list"),
    StreamKind("sync analytics", "campaign_analytics", "campaigns/analytics"),
    StreamKind(
        "report",
        "campaign_analytics_report",
        "analytics/create_report",
        {Place.MIDDLE: _POLL, Place.FROM_THEN_ON: _POLL, Place.LAST: DOWNLOAD},
    ),
)

PAGE_CAP = 2


def small_world() -> World:
    """A few of everything; in pages of two, each list takes several calls."""
    world = World(
        boards=5, pins_per_board=(5, 1, 3, 0, 2), sections_per_board=0, ad_accounts=3, campaigns=(5, 3, 2), ads=0
    )
    world.first_day = world.today - timedelta(days=6)
    return world

"""Which kinds of stream are there, which world do they read, and which of their calls goes wrong?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from integration_tests.fault_table.endings import ONCE, Place
from integration_tests.simulator import DOWNLOAD, REPORT_FAULT_KINDS, Fault, FaultKind
from integration_tests.support.pinterest import World


@dataclass(frozen=True, kw_only=True)
class Column:
    """A kind of stream, and the stream that stands for it.

    Attributes:
        name: what the table calls it.
        stream: its example.
        steps: the operation that is its first call, its middle one and its last.
        pages: how many calls it makes for its first board or ad account, one after the other.
        parent: what its calls are about: a board, an ad account, or nothing.
        level: of its reports.
    """

    name: str
    stream: str
    steps: tuple[str, str, str]
    pages: int = 1
    parent: str = "ad account"
    level: str = ""

    def fault(self, kind: FaultKind, place: Place, world: World, details: Mapping[str, Any]) -> Fault:
        """A fault in a call of one board or ad account; in all calls but the first, of any, if that is its place.

        Where a board or an ad account takes a single call, each place is that of another one. Faults of reports know
        which step they hit.
        """
        number = ONCE.index(place)
        owner = self._owner(world, 0 if self.pages > 1 or self._has_steps(kind) else number)
        return Fault(
            kind,
            on="*" if kind in REPORT_FAULT_KINDS else self.steps[number],
            after=number if self.pages > 1 else 0,
            **self._about(kind, owner),
            **details,
        )

    def lasting_fault(self, kind: FaultKind, world: World, details: Mapping[str, Any], *, of_one: bool) -> Fault:
        """A fault in every call but the first, of one board or ad account or of all."""
        return Fault(
            kind,
            on="*" if kind in REPORT_FAULT_KINDS else self.steps[1],
            after=0 if of_one and self.pages == 1 else 1,
            times=None,
            **self._about(kind, self._owner(world, 0) if of_one else ""),
            **details,
        )

    def _has_steps(self, kind: FaultKind) -> bool:
        return kind not in REPORT_FAULT_KINDS and len(set(self.steps)) > 1

    def _owner(self, world: World, number: int) -> str:
        if self.parent == "board":
            return str(list(world.expected("boards"))[number][0])
        return world.account_id(number) if self.parent else ""

    def _about(self, kind: FaultKind, owner: str) -> dict[str, str]:
        if kind is FaultKind.ACCOUNT_VANISHES:
            return {"account": owner, "path": owner, "level": self.level}
        return {"path" if self.parent == "board" else "account": owner, "level": self.level}


_REPORT = ("analytics/create_report", "analytics/get_report", DOWNLOAD)

COLUMNS = (
    Column(name="list", stream="boards", steps=("boards/list",) * 3, pages=3, parent=""),
    Column(name="child list", stream="board_pins", steps=("boards/list_pins",) * 3, pages=3, parent="board"),
    Column(name="entity", stream="campaigns", steps=("campaigns/list",) * 3, pages=3),
    Column(name="varied list", stream="audience_insights", steps=("audience_insights/get",) * 3, pages=3),
    Column(name="analytics", stream="campaign_analytics", steps=("campaigns/analytics",) * 3),
    Column(name="history", stream="ad_group_analytics", steps=_REPORT, level="AD_GROUP"),
    Column(name="report", stream="advertiser_report", steps=_REPORT, level="ADVERTISER"),
    Column(name="trends", stream="trending_keywords", steps=("trending_keywords/list",) * 3, pages=8, parent=""),
)
STREAMS = tuple(column.stream for column in COLUMNS)

PAGE_CAP = 2
METRICS = ("AD_ACCOUNT_ID", "SPEND_IN_DOLLAR")
DAYS = 92
"""Three of these are older than what Pinterest tells without a report."""


def small_world() -> World:
    """A few of everything, all of it in three parts; in pages of two, a list takes three calls."""
    world = World(
        boards=5,
        pins_per_board=(5, 1, 3, 0, 2),
        sections_per_board=0,
        ad_accounts=3,
        campaigns=(5, 2, 1),
        ad_groups=(3, 1, 1),
        ads=0,
        active_percent=100,
    )
    world.first_day = world.today - timedelta(days=DAYS)
    return world

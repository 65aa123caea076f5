"""The columns of the table are the kinds of stream, with the requests that can fail."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from integration_tests.fault_table.outcomes import ONCE, CallPosition
from integration_tests.fault_table.world import DAYS, DAYS_OF_HISTORY, METRICS, TARGETING_TYPES
from integration_tests.simulator import DOWNLOAD, REPORT_STEPS, Fault, FaultKind
from integration_tests.simulator.endpoints import CREATE_REPORTS, ENDPOINTS
from integration_tests.support.expected_records import Key
from integration_tests.support.expected_records.reports import REPORT_KEYS
from integration_tests.support.outputs import Record
from integration_tests.support.pinterest import World

_QUOTAS = {operation.operation_id: operation.category for operation in (*ENDPOINTS, *CREATE_REPORTS)}
_PARENTS = {"board": "boards", "feed": "catalogs_feeds"}


@dataclass(frozen=True, kw_only=True)
class Column:
    """A kind of stream, and a stream that represents it.

    Attributes:
        name: what the table calls it.
        stream: its example.
        sort: of streams that are read in the same way. A fault with the same outcome on all of them is run on one.
        steps: the operation that is its first call, its middle one and its last.
        pages: how many calls it makes for its first board or ad account, one after the other.
        parent: what its calls are about: a board, an ad account, a feed, or nothing.
        needs: the operations that list what its calls are about.
        level: of its reports.
        days: how many days of numbers it reads.
        skips_pins: whether it is complete although Pinterest denies one of its pins.
        same_as: the stream with the same records, if the user names its stream.
    """

    name: str
    stream: str
    sort: str
    steps: tuple[str, str, str]
    pages: int = 1
    parent: str = "ad account"
    needs: frozenset[str] = frozenset()
    level: str = ""
    days: int = DAYS
    skips_pins: bool = False
    same_as: str = ""

    @property
    def takes_reports(self) -> bool:
        """Whether it is read from files."""
        return DOWNLOAD in self.steps

    @property
    def known_as(self) -> str:
        """The stream that the truth knows it by."""
        return self.same_as or self.stream

    def start(self, world: World) -> date:
        """Since when it is read."""
        return world.today - timedelta(days=self.days)

    def expected_records(
        self, world: World, *, start: date | None = None, end: date | None = None
    ) -> dict[Key, Record]:
        """What a perfect sync of it holds, since its start unless another day is named."""
        columns = {} if self.stream in REPORT_KEYS else {"wanted_columns": METRICS}
        types = {"targeting_types": TARGETING_TYPES} if "targeting" in self.level.lower() else {}
        return world.expected(self.known_as, start=start or self.start(world), end=end, **columns, **types)

    def is_about(self, other: "Column") -> bool:
        """Whether the calls of the other list what its own are about."""
        return not self.needs.isdisjoint(other.steps)

    @property
    def quotas(self) -> set[str]:
        """What its calls count against, with those that list what they are about."""
        return {_QUOTAS[operation] for operation in (*self.steps, *self.needs) if operation in _QUOTAS}

    def fault(self, kind: FaultKind, place: CallPosition, world: World, details: Mapping[str, Any]) -> Fault:
        """A fault in a call of one board or ad account; in all calls but the first, of any, if that is its place.

        Where a board or an ad account takes a single call, each place is that of another one; where there is one call
        in all, it is each place. Faults of reports know which step they hit.
        """
        number = ONCE.index(place)
        owner = self._owner(world, 0 if self.pages > 1 or self._has_steps(kind) else number)
        return Fault(
            kind,
            on=self._step_of(kind) or self.steps[number],
            after=number if self.pages > 1 else 0,
            **{**self._about(kind, owner), **details},
        )

    def lasting_fault(self, kind: FaultKind, world: World, details: Mapping[str, Any], *, of_one: bool) -> Fault:
        """A fault in every call but the first, of one board or ad account or of all."""
        return Fault(
            kind,
            on=self._step_of(kind) or self.steps[1],
            after=0 if self.pages == 1 and (of_one or not self.parent) else 1,
            times=None,
            **self._about(kind, self._owner(world, 0) if of_one else ""),
            **details,
        )

    def _step_of(self, kind: FaultKind) -> str:
        """The step of a report that this kind of fault hits; "" for one that may hit any call."""
        return next((step for step in self.steps if step in REPORT_STEPS.get(kind, ())), "")

    def _has_steps(self, kind: FaultKind) -> bool:
        return kind not in REPORT_STEPS and len(set(self.steps)) > 1

    def _owner(self, world: World, number: int) -> str:
        if self.parent in _PARENTS:
            return str(list(world.expected(_PARENTS[self.parent]))[number][0])
        return world.account_id(number) if self.parent else ""

    def _about(self, kind: FaultKind, owner: str) -> dict[str, Any]:
        if kind is FaultKind.ACCOUNT_VANISHES:
            return {"account": owner, "path": owner, "level": self.level}
        return {"path" if self.parent in _PARENTS else "account": owner, "level": self.level}


def _each(operation: str) -> tuple[str, str, str]:
    return (operation,) * 3


def _report(name: str = "report") -> tuple[str, str, str]:
    return f"analytics/create_{name}", f"analytics/get_{name}", DOWNLOAD


_CAMPAIGNS, _AD_GROUPS = "campaigns/list", "ad_groups/list"

COLUMNS = (
    Column(name="list", sort="list", stream="boards", steps=_each("boards/list"), pages=3, parent=""),
    Column(
        name="child list",
        sort="list",
        stream="board_pins",
        steps=_each("boards/list_pins"),
        pages=3,
        parent="board",
        needs=frozenset({"boards/list"}),
    ),
    Column(
        name="catalog list",
        sort="list",
        stream="catalogs_feed_processing_results",
        steps=_each("feed_processing_results/list"),
        pages=3,
        parent="feed",
        needs=frozenset({"feeds/list"}),
    ),
    Column(name="entity", sort="list", stream="campaigns", steps=_each(_CAMPAIGNS), pages=3),
    Column(
        name="keywords",
        sort="list",
        stream="keywords",
        steps=_each("keywords/get"),
        pages=10,
        needs=frozenset({_CAMPAIGNS, _AD_GROUPS}),
    ),
    Column(
        name="product groups",
        sort="list",
        stream="product_group_promotions",
        steps=_each("product_group_promotions/list"),
        pages=3,
        needs=frozenset({_AD_GROUPS}),
    ),
    Column(name="varied list", sort="list", stream="audience_insights", steps=_each("audience_insights/get"), pages=3),
    Column(
        name="analytics",
        sort="numbers",
        stream="campaign_analytics",
        steps=_each("campaigns/analytics"),
        needs=frozenset({_CAMPAIGNS}),
    ),
    Column(
        name="targeting",
        sort="numbers",
        stream="ad_account_targeting_analytics",
        steps=_each("ad_account_targeting_analytics/get"),
    ),
    Column(
        name="history",
        sort="report",
        stream="ad_group_analytics",
        steps=_report(),
        needs=frozenset({_AD_GROUPS}),
        level="AD_GROUP",
        days=DAYS_OF_HISTORY,
    ),
    Column(name="report", sort="report", stream="advertiser_report", steps=_report(), level="ADVERTISER"),
    Column(
        name="custom report",
        sort="report",
        stream="custom__mine",
        steps=_report(),
        level="AD_GROUP_TARGETING",
        same_as="ad_group_targeting_report",
    ),
    Column(
        name="marketing mix",
        sort="report",
        stream="marketing_mix_report",
        steps=_report("mmm_report"),
        level="CAMPAIGN_TARGETING",
    ),
    Column(
        name="conversions",
        sort="report",
        stream="brand_conversions_report",
        steps=_report("conversion_product_report"),
        level="CAMPAIGN",
    ),
    Column(
        name="profile days",
        sort="profile",
        stream="user_account_analytics",
        steps=_each("user_account/analytics"),
        parent="",
    ),
    Column(
        name="ranking",
        sort="profile",
        stream="top_pins",
        steps=_each("user_account/analytics/top_pins"),
        pages=5,
        parent="",
    ),
    Column(
        name="pin days",
        sort="pins",
        stream="pin_analytics",
        steps=_each("pins/analytics"),
        pages=11,
        parent="",
        needs=frozenset({"pins/list"}),
        skips_pins=True,
    ),
    Column(
        name="pins of ads",
        sort="pins",
        stream="ad_pins",
        steps=_each("pins/get"),
        pages=3,
        needs=frozenset({"ads/list"}),
    ),
    Column(
        name="trends",
        sort="list",
        stream="trending_keywords",
        steps=_each("trending_keywords/list"),
        pages=8,
        parent="",
    ),
)

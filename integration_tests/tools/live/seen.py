"""What a look at the account has brought: all that the questions are answered from."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from integration_tests.tools.live.calls import Sighting
from integration_tests.tools.live.shapes import Record, Shape, column_types, number, only_told, repeats, smallest_key
from source_pinterest.reporting.job import JobStatus

FILED_UNDER = "ENTITY_ID"
"""What rows are filed under, as if it were a column."""
_ITEM_ID = "PRODUCT_ITEM_ID"
_ID_COLUMNS = (
    "CAMPAIGN_ID",
    "AD_GROUP_ID",
    "AD_ID",
    "PIN_PROMOTION_ID",
    "PIN_ID",
    "PRODUCT_GROUP_ID",
    _ITEM_ID,
)
_OTHER_PARTS = ("TARGETING_TYPE", "TARGETING_VALUE", "DATE", "HOUR")

NEVER_ASKED = "not asked for"
"""How a report ended that nobody has polled."""

EMPTY_FORMS = {b"": "nothing at all", b"[": "[]", b"{": "{}"}

Row = dict[str, Any]


@dataclass
class LevelSeen:
    """What came of one report.

    Attributes:
        level: Pinterest's word for what its rows are about.
        key: the columns that the connector tells its rows apart by.
        asked: the columns that were asked for.
        order: the answer to the order.
        refused: the columns or targeting types that were left out, since they were refused by name.
        ended: Pinterest's last word on it.
        form: of the file.
        host: of the file, in words.
        states_size: the size that Pinterest states of an empty file.
        rows: the first ones, with what they are filed under.
        has_more: whether the file goes on.
    """

    level: str
    key: tuple[str, ...]
    asked: tuple[str, ...]
    order: Sighting
    refused: frozenset[str] = frozenset()
    ended: str = NEVER_ASKED
    form: str = ""
    host: str = ""
    states_size: int | None = None
    rows: list[Row] = field(default_factory=list, repr=False)
    has_more: bool = False

    @property
    def is_accepted(self) -> bool:
        return self.order.is_fine

    @property
    def is_empty(self) -> bool:
        return self.form in EMPTY_FORMS.values()

    @property
    def is_late(self) -> bool:
        return self.is_accepted and self.ended in (NEVER_ASKED, JobStatus.IN_PROGRESS.value)

    @property
    def parts(self) -> list[str]:
        """The columns that hold parts of a key, of those that came."""
        held = {name for row in self.rows for name in row}
        return [name for name in (*_ID_COLUMNS, *_OTHER_PARTS) if name in held]

    @property
    def columns(self) -> list[Row]:
        """The rows without what they are filed under."""
        return [{name: value for name, value in row.items() if name != FILED_UNDER} for row in self.rows]

    @property
    def unasked(self) -> list[str]:
        """The parts of a key that came although nobody asked."""
        return [name for name in self.parts if name not in self.asked and name != "DATE"]

    def repeats_of(self, *key: str) -> int:
        return repeats(self.rows, key)

    @property
    def repeats_of_key(self) -> int:
        """How many rows repeat the connector's key; it takes what a row is filed under for the id of a product item."""
        if _ITEM_ID in self.parts:
            return self.repeats_of(*self.key)
        return self.repeats_of(*(FILED_UNDER if name == _ITEM_ID else name for name in self.key))

    def as_json(self) -> dict[str, Any]:
        """All that may be told of it."""
        told: dict[str, Any] = {"status": self.order.status, "code": number(self.order.code)}
        told |= {"ended": self.ended, "refused_by_name": only_told(self.refused)}
        if not self.form:
            return told
        told |= {"file": self.form, "host": self.host, "rows": number(len(self.rows)), "has_more": self.has_more}
        types, untold = column_types(self.columns)
        told |= {"columns": types, "columns_not_named_here": untold, "came_unasked": self.unasked}
        return told | ({"keys": self._keys()} if self.rows else {})

    def _keys(self) -> dict[str, Any]:
        """How the keys repeat."""
        always = [name for name in ("DATE", "HOUR") if name in self.parts]
        others = [FILED_UNDER, *(name for name in self.parts if name not in always)]
        return {
            "of_the_connector": list(self.key),
            "rows_that_repeat_it": number(self.repeats_of_key),
            "rows_that_repeat_what_they_are_filed_under_and_the_day": number(self.repeats_of(FILED_UNDER, "DATE")),
            "fewest_columns_without_a_repeat": smallest_key(self.rows, always, others),
        }


@dataclass
class Seen:
    """What a look brought.

    Attributes:
        sightings: every call, in its order.
        shapes: of one page of each stream.
        rows: of analytics, by stream, as Pinterest sends them.
        unexpected: what was answered in a shape that nobody foresaw.
        reports: by stream, or by what else they were ordered for.
        asked: of a stream's first call, how many ids and days.
        not_reached: what there were no calls left for.
        nothing: what could not be asked, and why.
        stopped: why no further calls were made, if so.
        rotated: whether a refresh brought another refresh token; None without a refresh.
        counts: what else was counted.
    """

    sightings: list[Sighting] = field(default_factory=list)
    shapes: dict[str, Shape] = field(default_factory=dict)
    rows: dict[str, list[Record]] = field(default_factory=dict, repr=False)
    unexpected: set[str] = field(default_factory=set)
    reports: dict[str, LevelSeen] = field(default_factory=dict)
    asked: dict[str, tuple[int, int]] = field(default_factory=dict)
    not_reached: list[str] = field(default_factory=list)
    nothing: dict[str, str] = field(default_factory=dict)
    stopped: str = ""
    rotated: bool | None = None
    counts: dict[str, Any] = field(default_factory=dict)

    def of(self, what: str) -> list[Sighting]:
        """The calls for a stream or a question."""
        return [sighting for sighting in self.sightings if sighting.what == what]

    def last(self, what: str) -> Sighting | None:
        """The last of these."""
        return next(reversed(self.of(what)), None)

    def levels(self, *levels: str) -> Mapping[str, LevelSeen]:
        """The reports with rows, of these levels or of any."""
        wanted = ((seen.level, seen) for what, seen in self.reports.items() if what.endswith("_report"))
        return {level: seen for level, seen in wanted if seen.rows and (not levels or level in levels)}

    def not_reached_of(self, whats: Iterable[str]) -> list[str]:
        """Those of these that were not reached."""
        return [what for what in whats if what in self.not_reached]

    def not_ready_of(self, whats: Iterable[str]) -> list[str]:
        """Those of these that are reports and did not come in time."""
        return [what for what in whats if what in self.reports and self.reports[what].is_late]

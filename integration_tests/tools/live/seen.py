"""What did a look at the account bring? The questions are answered from this, and from nothing else."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from integration_tests.tools.live.calls import Sighting
from integration_tests.tools.live.reports import LevelSeen
from integration_tests.tools.live.shapes import Record, Shape


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

"""The workloads of a benchmark, one for each kind of stream."""

from collections.abc import Mapping
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Workload:
    """A stream and a world, as options of the simulator's command line.

    Attributes:
        parents: the option that says how many boards or ad accounts there are.
    """

    name: str
    stream: str
    world: Mapping[str, int]
    parents: str

    def scaled(self, share: float) -> "Workload":
        """The same with fewer parents, none of them smaller."""
        parents = max(1, round(self.world[self.parents] * share))
        return replace(self, world={**self.world, self.parents: parents})


_CAMPAIGNS = {"boards": 0, "ad-accounts": 5, "campaigns": 200, "ad-groups": 0, "ads": 0, "active-percent": 100}

WORKLOADS = (
    Workload("list", "board_pins", {"boards": 100, "pins-per-board": 2_500, "sections-per-board": 0}, "boards"),
    Workload("entity", "ads", {"boards": 0, "ad-accounts": 10, "ads": 5_000}, "ad-accounts"),
    Workload("sync analytics", "campaign_analytics", _CAMPAIGNS, "ad-accounts"),
    Workload("report", "campaign_analytics_report", _CAMPAIGNS, "ad-accounts"),
)

"""What do the streams of one sync share?"""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from source_pinterest import limits
from source_pinterest.api import Api
from source_pinterest.config import Config
from source_pinterest.engine.row_budget import RowBudget
from source_pinterest.reporting.runner import ReportRunner

S = TypeVar("S")


@dataclass(frozen=True)
class Sync:
    """One sync.

    Attributes:
        api: the one way to Pinterest.
        config: what the user wants.
        rows: bounds the analytics rows that are in memory at once.
    """

    api: Api
    config: Config
    rows: RowBudget = field(default_factory=lambda: RowBudget(limits.ROWS_IN_MEMORY))
    _streams: dict[type, Any] = field(default_factory=dict)

    @cached_property
    def reports(self) -> ReportRunner:
        """Has the asynchronous reports of all streams made."""
        jobs, timeout_seconds = self.config.num_report_jobs, self.config.report_timeout_seconds
        return ReportRunner(
            jobs,
            timeout_seconds,
            self.analytics_pace,
            pauses=self.api.retry_policy.pauses,
            calls_left=lambda: self.api.budget.calls_left("ads_analytics"),
        )

    def analytics_pace(self) -> float:
        """How many calls a second the quota of ad accounts' analytics and reports allows."""
        return self.api.budget.calls_per_second("ads_analytics")

    def organic_pace(self) -> float:
        """How many calls a second the quota of profiles' and pins' analytics allows."""
        return self.api.budget.calls_per_second("org_analytics")

    def stream(self, of: type[S]) -> S:
        """The one instance of a stream class in this sync."""
        if of not in self._streams:
            self._streams[of] = of(self)  # type: ignore[call-arg]
        return self._streams[of]  # type: ignore[no-any-return]

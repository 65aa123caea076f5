"""How are daily numbers asked for that are broken down by targeting?

Only the last 89 days are here: older ones are in the targeting reports, in the same columns.
"""

from abc import ABC
from collections.abc import Iterable, Iterator
from typing import ClassVar

from source_pinterest import limits
from source_pinterest.api.bodies import Record, rows_of
from source_pinterest.api.errors import MalformedAnswerError
from source_pinterest.columns import TARGETING_TYPE, TARGETING_VALUE
from source_pinterest.config.report_levels import USUAL_TARGETING_TYPES
from source_pinterest.engine.refused_names import Names
from source_pinterest.streams.analytics.query import QueryAnalytics


class TargetingAnalytics(QueryAnalytics, ABC):
    """One row per entity, targeting type, targeting value and day. Types overlap: never add them up."""

    breakdown = (TARGETING_TYPE, TARGETING_VALUE)
    rows_a_day = limits.TARGETING_ROWS_A_DAY
    cost = f"1 for about {limits.ROWS_PER_ANALYTICS_CALL:,} rows of an ad account"
    targeting_types: ClassVar[tuple[str, ...]] = USUAL_TARGETING_TYPES
    """Those that all apps may ask for: one that is in beta would be refused, and the whole call with it."""

    def breakdown_names(self) -> Names:
        """All targeting types in one call."""
        return {"targeting_types": self.targeting_types}

    def rows_in(self, account: str, chunks: Iterable[bytes]) -> Iterator[Record]:
        """The rows of an answer, flat as those of a report; they need not name their account or a targeting value.

        Raises:
            MalformedAnswerError: a row has no metrics.
        """
        for item in rows_of(chunks, "data", self.notices.replacement):
            metrics = item.get("metrics")
            if not isinstance(metrics, dict):
                raise MalformedAnswerError("A row of targeting analytics holds metrics.")
            value = item.get("targeting_value")
            if value is None:
                value = metrics.get(TARGETING_VALUE)
            targeting = {TARGETING_TYPE: item.get("targeting_type"), TARGETING_VALUE: "" if value is None else value}
            yield {"AD_ACCOUNT_ID": account, **metrics, **targeting}

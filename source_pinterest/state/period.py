"""The period of days that a sync reads, from the start date, the sync mode and the lookback.

Pinterest restates the numbers of recent days: conversions arrive late. A day is final once it is old enough. Where the
destination appends ads analytics, Pinterest is asked as well, and may say that a day is not final yet.
"""

import hashlib
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from airbyte_cdk.models import ConfiguredAirbyteStream, DestinationSyncMode, SyncMode
from pendulum import Date

from source_pinterest import limits
from source_pinterest.config import Config
from source_pinterest.dates import Granularity, days_before
from source_pinterest.state.cursor import merges_by_key

LOGGER = logging.getLogger("airbyte")

ROWS, GRANULARITY = "rows", "granularity"
FINAL, REPLACED = "final", "replaced"
"""How rows are emitted: each day once, when it is final; or days again, and the destination replaces rows by key."""


@dataclass(frozen=True)
class DayRange:
    """The days that a stream has.

    Attributes:
        history_days: how many days before today Pinterest keeps.
        granularity: how much time a row covers.
        own_start: the first day of a stream with a stream-specific start date.
        first_day: the first day that Pinterest has at all.
        final_after: the age in days from which a day is final.
    """

    history_days: int
    granularity: Granularity = Granularity.DAY
    own_start: Date | None = None
    first_day: Date | None = None
    final_after: int = limits.FINAL_AFTER_DAYS


@dataclass(frozen=True)
class Period:
    """The days that a sync reads of one stream.

    Attributes:
        start: the first day to read.
        earliest: the first day that Pinterest still has.
        today: the day of the sync, in UTC.
        lookback_days: how many days before the last finished one are read again with it; None to read none again.
        final_after: the age in days from which a day is final.
        final_days_only: whether each day is emitted only once, when it is final.
        ready: the last day that is final according to Pinterest; None if not requested.
        chosen_start: the first day that the user wants of a stream with fewer days than others. It may be before
            `earliest`.
        merges_by_key: whether the destination replaces rows by their key; True for a stream that is not selected.
        granularity: how much time a row covers.
    """

    start: Date
    earliest: Date
    today: Date
    lookback_days: int | None
    final_after: int = limits.FINAL_AFTER_DAYS
    final_days_only: bool = False
    ready: Date | None = None
    chosen_start: Date | None = None
    merges_by_key: bool = True
    granularity: Granularity = Granularity.DAY

    @classmethod
    def of(
        cls,
        day_range: DayRange,
        config: Config,
        configured: ConfiguredAirbyteStream | None,
        today: Date,
    ) -> Self:
        """Return the days that a sync reads of one stream.

        Args:
            day_range: the days that the stream has.
            config: the options of the connection.
            configured: the stream in the catalog; None if it is not selected.
            today: the day of the sync, in UTC.
        """
        earliest = max(days_before(today, day_range.history_days), day_range.first_day or Date(1000, 1, 1))
        lookback_days = _lookback_days(config, configured)
        is_incremental = configured is not None and configured.sync_mode is not SyncMode.full_refresh
        final_days_only = is_incremental and lookback_days is None
        has_fewer_days = day_range.own_start is None and day_range.history_days < limits.ASYNC_HISTORY_DAYS
        return cls(
            start=max(day_range.own_start or config.start_date or earliest, earliest),
            earliest=earliest,
            today=today,
            lookback_days=lookback_days,
            final_after=day_range.final_after,
            final_days_only=final_days_only,
            chosen_start=config.start_date if has_fewer_days else None,
            merges_by_key=merges_by_key(configured),
            granularity=day_range.granularity,
        )

    @property
    def form(self) -> dict[str, str]:
        """The form of the rows, which the state names: how they are emitted, and how much time each covers."""
        return {ROWS: FINAL if self.final_days_only else REPLACED, GRANULARITY: self.granularity.value}

    @property
    def end(self) -> Date:
        """The last day to read. Only complete weeks and months are read."""
        if not self.final_days_only:
            return self.today
        last = self.last_final(self.today)
        return min(last, self.granularity.last_whole(self.ready)) if self.ready else last

    def last_final(self, read_on: Date) -> Date:
        """Return the last day that was old enough to be final when it was read."""
        return self.granularity.last_whole(days_before(read_on, self.final_after))

    def explain(self, stream_name: str) -> None:
        """Log why the period starts later, or ends earlier, than a user may expect."""
        if self.chosen_start and self.chosen_start < self.earliest:
            LOGGER.info(
                f"{stream_name}: the start date {self.chosen_start} is older than the "
                f"{(self.today - self.earliest).days} days that Pinterest keeps for this stream; the first day is "
                f"{self.earliest}.",
            )
        if self.final_days_only:
            LOGGER.info(
                f"{stream_name}: the destination appends, so each day is emitted once, when its numbers are "
                f"final, {self.final_after} days later; a sum over the table is then right. Choose a deduplicating "
                "mode, or set the option Lookback Window, to have the newest days and late conversions too.",
            )


def fingerprint(body: Mapping[str, Any]) -> str:
    """Return a digest of a request body, which a state keeps to detect that another request is made."""
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:16]


def _lookback_days(config: Config, configured: ConfiguredAirbyteStream | None) -> int | None:
    """Return how many days are read again; None in a full refresh, whose state only says how far it has come."""
    if not configured or configured.sync_mode is SyncMode.full_refresh:
        return None
    if config.lookback_days is not None:
        return config.lookback_days
    if configured.destination_sync_mode is DestinationSyncMode.append:
        return None
    window = config.attribution_window
    largest = window.largest if window else limits.DEFAULT_ATTRIBUTION_WINDOW_DAYS
    return largest + limits.LOOKBACK_MARGIN_DAYS

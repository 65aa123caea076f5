"""Which days is a stream about in this sync? Decided by the start date, and by how the connection is set up."""

import hashlib
import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import Any, Self

from airbyte_cdk.models import ConfiguredAirbyteStream, DestinationSyncMode, SyncMode
from pendulum import Date

from source_pinterest import limits
from source_pinterest.config import Config
from source_pinterest.dates import Granularity, days_before

LOGGER = logging.getLogger("airbyte")

_LONG_ENOUGH_DAYS = 3
"""A lookback that reads every day again until it has settled; conversions take about 37 hours."""

_KEEPS_EVERY_ROW = (DestinationSyncMode.append, DestinationSyncMode.overwrite)


class Settling(Enum):
    """What to do about days whose numbers are still moving."""

    BY_LOOKBACK = auto()
    """They are read again for long enough."""
    READ_AGAIN = auto()
    """They are emitted, and read again until they stand still."""
    EMIT_ONCE = auto()
    """They wait until they stand still."""


@dataclass(frozen=True)
class Period:
    """Which days a sync is about.

    Attributes:
        start: the first day wanted.
        earliest: the first day that can be read at all.
        end: the last day.
        lookback_days: how many days before the last finished one are read again with it; None to read none again.
    """

    start: Date
    earliest: Date
    end: Date
    lookback_days: int | None
    settling: Settling = Settling.BY_LOOKBACK
    settled: Date | None = None
    """The last day whose numbers stand still; the history never passes it. None where the lookback sees to that."""

    asked_start: Date | None = None
    """The first day that the user wants, which may lie before `earliest`."""
    history_days: int = 0
    """How many days Pinterest keeps."""
    merges_by_key: bool = True
    """Whether the destination replaces rows by their key; taken for granted where nobody says."""

    def up_to(self, settled: Date) -> "Period":
        """The same days, none of which counts as read for good after this one."""
        return replace(self, settled=min(settled, self.settled or settled))

    @property
    def is_emitted_once(self) -> bool:
        """Whether each day is emitted only once, when its numbers stand still."""
        return self.settling is Settling.EMIT_ONCE

    def without_rereading(self) -> Self:
        """The same days, up to those that may count as read, of which none is read again because it may be restated."""
        if self.is_emitted_once:
            return self
        end = min(self.end, self.settled or self.end)
        return replace(self, end=end, lookback_days=None, settling=Settling.BY_LOOKBACK)

    def settled_by_age(self) -> Self:
        """The same days, up to those that settle without being asked about, where each is emitted once."""
        if not self.is_emitted_once:
            return self
        return replace(self, end=days_before(self.end, limits.SETTLED_AFTER_DAYS))

    def explain(self, stream_name: str) -> None:
        """Log what a user may not expect of these days."""
        if self.asked_start and self.asked_start < self.earliest:
            LOGGER.info(
                f"{stream_name}: the start date {self.asked_start} is older than the {self.history_days} days that "
                f"Pinterest keeps for this stream; the first day is {self.earliest}.",
            )
        if self.is_emitted_once:
            LOGGER.info(
                f"{stream_name}: the destination appends, so each day is emitted once, when Pinterest has settled its "
                "numbers, about two days later; a sum over the table is then right. Choose a deduplicating mode, or "
                "set the option Lookback Window, to have the newest days and late conversions too.",
            )

    @classmethod
    def of(cls, days: "DayRange", config: Config, configured: ConfiguredAirbyteStream | None) -> Self:
        """The days that a stream is about; of weeks and months only whole ones ever count as read.

        Args:
            days: those that the stream has.
            config: what the user chose.
            configured: how the connection reads the stream; None where it is not selected.
        """
        today, earliest = config.today, days_before(config.today, days.history_days)
        start = days.own_start or config.start_date or earliest
        running = days.granularity.bucket_of(today)
        return cls(
            start=max(start, earliest),
            earliest=earliest,
            end=today,
            lookback_days=_lookback_days(config, configured),
            settling=_settling(config, configured),
            settled=days.granularity.last_whole(days_before(today, 1)) if running.days > 1 else None,
            asked_start=start,
            history_days=days.history_days,
            merges_by_key=configured is None or configured.destination_sync_mode not in _KEEPS_EVERY_ROW,
        )


@dataclass(frozen=True)
class DayRange:
    """The days that a stream has.

    Attributes:
        history_days: how many days back they reach.
        granularity: in which buckets they come.
        own_start: the first day the stream is about, where it has one of its own.
    """

    history_days: int
    granularity: Granularity = Granularity.DAY
    own_start: Date | None = None


def fingerprint(body: Mapping[str, Any]) -> str:
    """Stands for a request: another one, another fingerprint."""
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:16]


def _lookback_days(config: Config, configured: ConfiguredAirbyteStream | None) -> int | None:
    """How far back days are read again; none in a full refresh, whose state only says how far it has come."""
    if not configured or configured.sync_mode is SyncMode.full_refresh:
        return None
    if config.lookback_days is not None:
        return config.lookback_days
    if configured.destination_sync_mode is DestinationSyncMode.append:
        return None
    window = config.attribution_window
    largest = window.largest if window else limits.DEFAULT_ATTRIBUTION_WINDOW_DAYS
    return largest + limits.LOOKBACK_MARGIN_DAYS


def _settling(config: Config, configured: ConfiguredAirbyteStream | None) -> Settling:
    """What to do about days that are still moving: a lookback that is long enough sees to them."""
    if not configured or configured.sync_mode is SyncMode.full_refresh:
        return Settling.BY_LOOKBACK
    lookback_days = _lookback_days(config, configured)
    if lookback_days is None:
        return Settling.EMIT_ONCE
    return Settling.READ_AGAIN if lookback_days < _LONG_ENOUGH_DAYS else Settling.BY_LOOKBACK

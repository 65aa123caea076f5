"""The period of days that a sync reads, from the start date, the sync mode and the lookback.

Pinterest restates the numbers of recent days: conversions arrive late. A day is final once its numbers no longer
change.
"""

import hashlib
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Self

from airbyte_cdk.models import ConfiguredAirbyteStream, DestinationSyncMode, SyncMode
from pendulum import Date

from source_pinterest import limits
from source_pinterest.columns import ADDED_COLUMNS
from source_pinterest.config import Config
from source_pinterest.dates import Granularity, days_before

LOGGER = logging.getLogger("airbyte")

_LONG_ENOUGH_DAYS = 3
"""A lookback of at least this length reads each day again until it is final; conversions take about 37 hours."""

_KEEPS_EVERY_ROW = (DestinationSyncMode.append, DestinationSyncMode.overwrite)


class Restatement(Enum):
    """How a sync treats days that are not final yet."""

    BY_LOOKBACK = auto()
    """Emit them; the lookback is long enough to read them again."""
    READ_AGAIN = auto()
    """Emit them, and read them again until they are final, also beyond the lookback."""
    EMIT_ONCE = auto()
    """Don't read them before they are final."""


@dataclass(frozen=True)
class Period:
    """The days that a sync reads of one stream.

    Attributes:
        start: the first day to read.
        earliest: the first day that Pinterest still has.
        today: Pinterest's day.
        lookback_days: how many days before the last finished one are read again with it; None to read none again.
        restatement: how days that are not final yet are treated.
        last_final_day: the last day that is final; None where the lookback covers the days after it.
        chosen_start: the first day that the user wants, which may lie before `earliest`.
        history_days: how many days Pinterest keeps.
        merges_by_key: whether the destination replaces rows by their key; True for a stream that is not selected.
        granularity: how much time a row covers.
    """

    start: Date
    earliest: Date
    today: Date
    lookback_days: int | None
    restatement: Restatement = Restatement.BY_LOOKBACK
    last_final_day: Date | None = None
    chosen_start: Date | None = None
    history_days: int = 0
    merges_by_key: bool = True
    granularity: Granularity = Granularity.DAY

    @property
    def end(self) -> Date:
        """The last day to read."""
        return min(self.today, self.last_final_day or self.today) if self.is_emitted_once else self.today

    @property
    def is_emitted_once(self) -> bool:
        """Whether each day is emitted only once, when it is final."""
        return self.restatement is Restatement.EMIT_ONCE

    @property
    def last_countable_day(self) -> Date | None:
        """The last day that may count as read; None if each may. Another attempt of a full refresh reads none again."""
        is_refresh = self.lookback_days is None and not self.is_emitted_once
        return None if is_refresh else self.last_final_day

    @property
    def final_day(self) -> Date:
        """The last day that is final now: as Pinterest says, if it was asked, else by age."""
        by_age = days_before(self.today, limits.FINAL_AFTER_DAYS)
        known = self.last_final_day or by_age
        return min(by_age, known) if self.restatement is Restatement.BY_LOOKBACK else known

    def explain(self, stream_name: str) -> None:
        """Log why the period starts later, or ends earlier, than a user may expect."""
        if self.chosen_start and self.chosen_start < self.earliest:
            LOGGER.info(
                f"{stream_name}: the start date {self.chosen_start} is older than the {self.history_days} days that "
                f"Pinterest keeps for this stream; the first day is {self.earliest}.",
            )
        if self.is_emitted_once:
            LOGGER.info(
                f"{stream_name}: the destination appends, so each day is emitted once, when its numbers are "
                "final, about two days later; a sum over the table is then right. Choose a deduplicating mode, or "
                "set the option Lookback Window, to have the newest days and late conversions too.",
            )

    @classmethod
    def of(cls, setup: "Setup", today: Date, last_final_day: Callable[[], Date] | None = None) -> Self:
        """Return the period of a stream. A week or month that has not ended never counts as read.

        Args:
            setup: what the config and the catalog say about the days.
            today: Pinterest's day.
            last_final_day: asks Pinterest for the last final day; called only if the lookback does not read all others
                again. By default, days are final at a certain age.
        """
        days, config, configured = setup.days, setup.config, setup.configured
        earliest = max(days_before(today, days.history_days), days.first_day or Date(1000, 1, 1))
        start = days.own_start or config.start_date or earliest
        current, restatement = days.granularity.bucket_of(today), _settling(config, configured)
        final = [days.granularity.last_whole(days_before(today, 1))] if current.days > 1 else []
        if restatement is not Restatement.BY_LOOKBACK:
            final.append(last_final_day() if last_final_day else days_before(today, limits.FINAL_AFTER_DAYS))
        return cls(
            start=max(start, earliest),
            earliest=earliest,
            today=today,
            lookback_days=_lookback_days(config, configured),
            restatement=restatement,
            last_final_day=min(final, default=None),
            chosen_start=config.start_date if days.has_fewer_days_than_config else None,
            history_days=days.history_days,
            merges_by_key=setup.merges_by_key,
            granularity=days.granularity,
        )


@dataclass(frozen=True)
class Setup:
    """What the config and the catalog say about the days of a stream. The period follows once Pinterest's day is known.

    Attributes:
        days: the days that the stream has.
        config: the options of the connection.
        configured: the stream in the catalog; None if it is not selected.
    """

    days: "DayRange"
    config: Config
    configured: ConfiguredAirbyteStream | None

    @property
    def merges_by_key(self) -> bool:
        """Whether the destination replaces rows by their key; True for a stream that is not selected."""
        return self.configured is None or self.configured.destination_sync_mode not in _KEEPS_EVERY_ROW


@dataclass(frozen=True)
class DayRange:
    """The days that a stream has.

    Attributes:
        history_days: how many days before today Pinterest keeps.
        granularity: how much time a row covers.
        own_start: the first day of a stream with a start date of its own.
        first_day: the first day that Pinterest has at all.
    """

    history_days: int
    granularity: Granularity = Granularity.DAY
    own_start: Date | None = None
    first_day: Date | None = None

    @property
    def has_fewer_days_than_config(self) -> bool:
        """Whether the start date of the connection may be too old for the stream, though the config says nothing."""
        return self.own_start is None and self.history_days < limits.ASYNC_HISTORY_DAYS


def fingerprint(body: Mapping[str, Any], *, by_default: bool = False) -> str:
    """Return a digest of a request body, which a state keeps to detect that another request is made.

    Where the columns are those of the default, it leaves out the ones that a new version has added: the user asks for
    nothing else than before.
    """
    if by_default:
        body = {**body, "columns": [column for column in body["columns"] if column not in ADDED_COLUMNS]}
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:16]


def _lookback_days(config: Config, configured: ConfiguredAirbyteStream | None) -> int | None:
    """Return how many days are read again; None in a full refresh, whose state only tells how far it has come."""
    if not configured or configured.sync_mode is SyncMode.full_refresh:
        return None
    if config.lookback_days is not None:
        return config.lookback_days
    if configured.destination_sync_mode is DestinationSyncMode.append:
        return None
    window = config.attribution_window
    largest = window.largest if window else limits.DEFAULT_ATTRIBUTION_WINDOW_DAYS
    return largest + limits.LOOKBACK_MARGIN_DAYS


def _settling(config: Config, configured: ConfiguredAirbyteStream | None) -> Restatement:
    """Return how days that are not final yet are treated, by the length of the lookback."""
    if not configured or configured.sync_mode is SyncMode.full_refresh:
        return Restatement.BY_LOOKBACK
    lookback_days = _lookback_days(config, configured)
    if lookback_days is None:
        return Restatement.EMIT_ONCE
    return Restatement.READ_AGAIN if lookback_days < _LONG_ENOUGH_DAYS else Restatement.BY_LOOKBACK

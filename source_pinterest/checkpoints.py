"""Which cursor does a stream get, and which days is it about? Decided by how the connection is set up."""

import logging
from dataclasses import replace

from airbyte_cdk.models import ConfiguredAirbyteStream, DestinationSyncMode, SyncMode
from airbyte_cdk.sources.connector_state_manager import ConnectorStateManager
from airbyte_cdk.sources.message import MessageRepository
from pendulum import Date

from source_pinterest import limits
from source_pinterest.config import Config
from source_pinterest.dates import days_before
from source_pinterest.streams.ads import EntityStream
from source_pinterest.streams.analytics import AnalyticsStream
from source_pinterest.streams.base import PinterestStream
from source_pinterest.streams.user_analytics import UserAccountAnalytics
from source_pinterest.sync.cursors import PinterestCursor
from source_pinterest.sync.day_cursor import DayCursor, UserDayCursor
from source_pinterest.sync.entity_cursor import EntityCursor
from source_pinterest.sync.history import Period

LOGGER = logging.getLogger("airbyte")


class Checkpoints:
    """Gives each incremental stream of a sync its cursor."""

    def __init__(self, config: Config, state_manager: ConnectorStateManager, repository: MessageRepository) -> None:
        self._config = config
        self._state_manager = state_manager
        self._repository = repository

    def attach(self, stream: PinterestStream, configured: ConfiguredAirbyteStream | None) -> PinterestCursor | None:
        """Give the stream its cursor; None for a stream that is always read whole."""
        where = (stream.name, self._state_manager, self._repository)
        if isinstance(stream, EntityStream):
            stream.checkpoint = EntityCursor(*where, self._config.statuses)
            return stream.checkpoint
        if isinstance(stream, AnalyticsStream):
            stream.checkpoint = DayCursor(*where, self._period(stream.name, configured), self._config.today)
            return stream.checkpoint
        if isinstance(stream, UserAccountAnalytics):
            stream.settled_only = self._emits_each_day_once(configured)
            stream.checkpoint = UserDayCursor(*where, self._period(stream.name, configured), self._config.today)
            return stream.checkpoint
        return None

    def _period(self, name: str, configured: ConfiguredAirbyteStream | None) -> Period:
        earliest = days_before(self._config.today, limits.SYNC_HISTORY_DAYS)
        start = self._config.start_date or earliest
        if configured and start < earliest:
            LOGGER.info(
                f"{name}: the start date {start} is older than the {limits.SYNC_HISTORY_DAYS} days that Pinterest's "
                f"synchronous analytics reach back; the first day is {earliest}.",
            )
        period = Period(max(start, earliest), earliest, self._config.today, self._lookback_days(configured))
        return replace(period, end=self._last_settled_day(name)) if self._emits_each_day_once(configured) else period

    def _last_settled_day(self, name: str) -> Date:
        last = days_before(self._config.today, limits.SETTLED_AFTER_DAYS)
        LOGGER.info(
            f"{name}: the destination appends, so each day is emitted once, when it is {limits.SETTLED_AFTER_DAYS} "
            f"days old and settled, up to {last}; a sum over the table is then right. Choose a deduplicating mode, "
            "or set the option Lookback Window, to have the newest days and late conversions too.",
        )
        return last

    def _lookback_days(self, configured: ConfiguredAirbyteStream | None) -> int | None:
        """How far back days are read again; none in a full refresh, whose state only says how far it has come."""
        if not configured or configured.sync_mode is SyncMode.full_refresh:
            return None
        if self._config.lookback_days is not None:
            return self._config.lookback_days
        if configured.destination_sync_mode is DestinationSyncMode.append:
            return None
        window = self._config.attribution_window
        largest = window.largest if window else limits.DEFAULT_ATTRIBUTION_WINDOW_DAYS
        return largest + limits.LOOKBACK_MARGIN_DAYS

    def _emits_each_day_once(self, configured: ConfiguredAirbyteStream | None) -> bool:
        return (
            configured is not None
            and configured.sync_mode is SyncMode.incremental
            and configured.destination_sync_mode is DestinationSyncMode.append
            and self._config.lookback_days is None
        )

"""Which cursor does a stream get, and which days is it about? Decided by how the connection is set up."""

import logging
from dataclasses import replace

from airbyte_cdk.models import ConfiguredAirbyteStream, DestinationSyncMode, SyncMode
from airbyte_cdk.sources.connector_state_manager import ConnectorStateManager
from airbyte_cdk.sources.message import MessageRepository

from source_pinterest import limits
from source_pinterest.config import Config
from source_pinterest.dates import days_before
from source_pinterest.state.board_cursor import BoardCursor
from source_pinterest.state.cursor import PinterestCursor
from source_pinterest.state.day_cursor import DayCursor
from source_pinterest.state.entity_cursor import EntityCursor
from source_pinterest.state.history import Period, Settling
from source_pinterest.state.pin_cursor import PinDayCursor
from source_pinterest.state.profile_cursor import UserDayCursor
from source_pinterest.streams.ads.entities import EntityStream
from source_pinterest.streams.analytics.query import SynchronousStream
from source_pinterest.streams.analytics.report import ReportStream
from source_pinterest.streams.base.stream import PinterestStream
from source_pinterest.streams.organic.pin_analytics import PinAnalytics
from source_pinterest.streams.organic.pins import BoardedPinStream
from source_pinterest.streams.organic.user_analytics import UserAccountAnalytics

LOGGER = logging.getLogger("airbyte")

_LONG_ENOUGH_DAYS = 3
"""A lookback that reads every day again until it has settled; conversions take about 37 hours."""


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
        if isinstance(stream, SynchronousStream | ReportStream) and stream.cursor_field:
            stream.checkpoint = DayCursor(*where, self._period(stream, configured), self._config.today, stream.asked())
            return stream.checkpoint
        if isinstance(stream, UserAccountAnalytics):
            stream.checkpoint = UserDayCursor(*where, self._organic_period(stream, configured), self._config.today)
            return stream.checkpoint
        if isinstance(stream, PinAnalytics):
            stream.checkpoint = PinDayCursor(*where, self._organic_period(stream, configured), self._config.today)
            return stream.checkpoint
        if isinstance(stream, BoardedPinStream):
            stream.checkpoint = BoardCursor(*where)
            return stream.checkpoint
        return None

    def _organic_period(
        self, stream: UserAccountAnalytics | PinAnalytics, configured: ConfiguredAirbyteStream | None
    ) -> Period:
        """The days of an organic stream, which settle without being asked about."""
        period = self._period(stream, configured)
        if period.settling is not Settling.EMIT_ONCE:
            return period
        stream.settled_only = True
        return replace(period, end=days_before(self._config.today, limits.SETTLED_AFTER_DAYS))

    def _period(
        self,
        stream: SynchronousStream | ReportStream | UserAccountAnalytics | PinAnalytics,
        configured: ConfiguredAirbyteStream | None,
    ) -> Period:
        """The days the stream is about; of weeks and months only whole ones ever count as read."""
        today = self._config.today
        earliest = days_before(today, stream.history_days)
        start = stream.own_start or self._config.start_date or earliest
        if configured and start < earliest:
            LOGGER.info(
                f"{stream.name}: the start date {start} is older than the {stream.history_days} days that Pinterest "
                f"keeps for this stream; the first day is {earliest}.",
            )
        running = stream.granularity.bucket_of(today)
        settled = stream.granularity.last_whole(days_before(today, 1)) if running.days > 1 else None
        settling = self._settling(configured)
        if settling is Settling.EMIT_ONCE:
            self._explain(stream.name)
        return Period(max(start, earliest), earliest, today, self._lookback_days(configured), settling, settled)

    @staticmethod
    def _explain(name: str) -> None:
        LOGGER.info(
            f"{name}: the destination appends, so each day is emitted once, when Pinterest has settled its numbers, "
            "about two days later; a sum over the table is then right. Choose a deduplicating mode, or set the option "
            "Lookback Window, to have the newest days and late conversions too.",
        )

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

    def _settling(self, configured: ConfiguredAirbyteStream | None) -> Settling:
        """What to do about days that are still moving: a lookback that is long enough sees to them."""
        if not configured or configured.sync_mode is SyncMode.full_refresh:
            return Settling.BY_LOOKBACK
        lookback_days = self._lookback_days(configured)
        if lookback_days is None:
            return Settling.EMIT_ONCE
        return Settling.READ_AGAIN if lookback_days < _LONG_ENOUGH_DAYS else Settling.BY_LOOKBACK

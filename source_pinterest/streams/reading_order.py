"""In which order are the streams of a catalog read, and which of them does nobody know?"""

import logging

from airbyte_cdk.models import ConfiguredAirbyteCatalog, ConfiguredAirbyteStream
from airbyte_cdk.sources.connector_state_manager import ConnectorStateManager

from source_pinterest.columns import DATE
from source_pinterest.config import Config
from source_pinterest.state.formats import progress_of
from source_pinterest.streams import STREAMS
from source_pinterest.streams.analytics.query import QueryAnalytics
from source_pinterest.streams.analytics.report import ReportStream

LOGGER = logging.getLogger("airbyte")


def warn_of_unknown_streams(catalog: ConfiguredAirbyteCatalog, settings: Config) -> None:
    """Say why a stream stays INCOMPLETE; the framework does not."""
    known = {stream_class.stream_name() for stream_class in STREAMS}
    known |= {report.stream_name for report in settings.custom_reports}
    for configured in catalog.streams:
        if configured.stream.name not in known:
            LOGGER.warning(
                f"{configured.stream.name} is not a stream of this connector, so that nothing is read for it. "
                "Refresh the schema of the connection, or leave the stream out.",
            )


def in_reading_order(catalog: ConfiguredAirbyteCatalog, states: ConnectorStateManager) -> ConfiguredAirbyteCatalog:
    """The catalog in the order of the registry, so that a parent is never waited for before it has begun.

    Of the daily numbers of ads, which end the registry, the stream that is furthest behind comes first: it gets its
    turn where a day's quota is too small for all of them.
    """
    names = [stream_class.stream_name() for stream_class in STREAMS]
    others = {stream.stream_name() for stream in STREAMS if not issubclass(stream, QueryAnalytics | ReportStream)}

    def rank(configured: ConfiguredAirbyteStream) -> tuple[bool, tuple[str, int], int]:
        name = configured.stream.name
        position = names.index(name) if name in names else len(names)
        if name in others:
            return False, ("", 0), position
        return True, progress_of(states.get_stream_state(name, None), DATE), position

    return ConfiguredAirbyteCatalog(streams=sorted(catalog.streams, key=rank))

"""In which order are the streams of a catalog read?"""

from collections.abc import Iterable

from airbyte_cdk.models import ConfiguredAirbyteCatalog, ConfiguredAirbyteStream
from airbyte_cdk.sources.connector_state_manager import ConnectorStateManager

from source_pinterest.columns import DATE
from source_pinterest.state.formats import progress_of
from source_pinterest.streams import STREAMS
from source_pinterest.streams.analytics.query import QueryAnalytics
from source_pinterest.streams.analytics.report import ReportStream


def in_reading_order(
    streams: Iterable[ConfiguredAirbyteStream], states: ConnectorStateManager
) -> ConfiguredAirbyteCatalog:
    """A catalog of the streams in the order of the registry, so that a parent is never waited for before it has begun.

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

    return ConfiguredAirbyteCatalog(streams=sorted(streams, key=rank))

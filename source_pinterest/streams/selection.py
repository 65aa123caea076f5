"""The streams that a catalog selects, in reading order, and the errors of those that do not exist."""

import difflib
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from airbyte_cdk.models import (
    AirbyteMessage,
    AirbyteStateMessage,
    AirbyteStreamStatus,
    ConfiguredAirbyteCatalog,
    ConfiguredAirbyteStream,
)
from airbyte_cdk.sources.connector_state_manager import ConnectorStateManager
from airbyte_cdk.utils.stream_status_utils import as_airbyte_message as stream_status_as_airbyte_message

from source_pinterest.api.errors import ConfigError
from source_pinterest.columns import DATE
from source_pinterest.config import Config
from source_pinterest.engine.output import to_trace_message
from source_pinterest.state.cursor import StatelessCursor
from source_pinterest.state.formats import progress_of
from source_pinterest.streams import STREAMS
from source_pinterest.streams.analytics.custom_report import custom_report
from source_pinterest.streams.analytics.query import QueryAnalytics
from source_pinterest.streams.analytics.report import ReportStream
from source_pinterest.streams.base.declaration import ReadPriority
from source_pinterest.streams.base.run import StreamRun
from source_pinterest.streams.base.stream import PinterestStream
from source_pinterest.streams.base.sync import SyncContext

LOGGER = logging.getLogger("airbyte")


def streams_by_name(sync: SyncContext) -> dict[str, Callable[[], PinterestStream]]:
    """Return a factory for each stream of the registry and, after them, for each custom report.

    Raises:
        ConfigError: a custom report has the name of a stream.
    """
    factories: dict[str, Callable[[], PinterestStream]] = {
        stream_class.stream_name(): partial(sync.stream, stream_class) for stream_class in STREAMS
    }
    for report in sync.config.custom_reports:
        if report.stream_name in factories:
            raise ConfigError(
                f"Custom Reports: {report.name} would become the stream {report.stream_name}, which exists already. "
                "Give it another name.",
            )
    custom = {report.stream_name: partial(custom_report, sync, report) for report in sync.config.custom_reports}
    return factories | custom


def rank_of(stream: PinterestStream) -> tuple[ReadPriority, bool]:
    """Return how late a stream is read: its rank, and whether each sync restarts it. No parent is later."""
    parents = (stream.shared.stream(parent.stream) for parent in stream.parents)
    return max(((stream.rank, isinstance(stream.state_cursor, StatelessCursor)), *map(rank_of, parents)))


def has_days(stream: PinterestStream) -> bool:
    """Return whether a stream has analytics of ads, from requests or reports."""
    return isinstance(stream, QueryAnalytics | ReportStream)


def in_order(runs: Iterable[StreamRun], states: ConnectorStateManager) -> list[StreamRun]:
    """Return the runs of streams in reading order: by their ranks, a parent before its children.

    In each rank, streams that resume come before those that restart, which may take all requests
    of a day, every day. Analytics of ads and reports come after the lists that they need, the one that is furthest
    behind before the others.

    Args:
        runs: those of the selected streams, a parent before its children.
        states: the saved states.
    """

    def place(run: StreamRun) -> tuple[Any, ...]:
        is_dated = has_days(run.stream)
        read_until = progress_of(states.get_stream_state(run.name, None), DATE) if is_dated else None
        return (*rank_of(run.stream), is_dated, read_until)

    return sorted(runs, key=place)


def predecessors(runs: Iterable[StreamRun]) -> dict[str, set[str]]:
    """Return, for each stream that could take all requests of a day, the streams that end before it continues.

    A stream that each sync restarts also leaves the day to those of fewer requests for each entity.
    """
    ranks = {run.name: rank_of(run.stream) for run in runs}
    bounds = {
        name: ReadPriority.EACH_PIN if (rank, is_anew) == (ReadPriority.EACH_PIN, True) else ReadPriority.EACH
        for name, (rank, is_anew) in ranks.items()
        if rank >= ReadPriority.EACH
    }
    return {name: {other for other, (rank, _) in ranks.items() if rank < bound} for name, bound in bounds.items()}


def warn_of_unknown_states(states: Iterable[AirbyteStateMessage], settings: Config) -> None:
    """Warn of saved states of streams that do not exist. No stream has a namespace."""
    saved = (state.stream.stream_descriptor for state in states if state.stream)
    names = {stream.name + (f" in the namespace {stream.namespace}" if stream.namespace else "") for stream in saved}
    if unknown := sorted(names - _names_of_streams(settings)):
        LOGGER.warning(
            f"The saved state has entries for {', '.join(unknown)}, which this connector has no stream for. They are "
            "not used. If a stream had another name, or the state is another connector's, the stream is read from the "
            "beginning, and a destination that appends holds rows twice."
        )


def _names_of_streams(settings: Config) -> set[str]:
    return {stream_class.stream_name() for stream_class in STREAMS} | {
        report.stream_name for report in settings.custom_reports
    }


@dataclass(frozen=True)
class Selection:
    """The streams of a catalog.

    Attributes:
        known: the streams that are read.
        unknown: the entries for which there is no stream.
    """

    known: list[ConfiguredAirbyteStream] = field(default_factory=list)
    unknown: list[ConfiguredAirbyteStream] = field(default_factory=list)

    @classmethod
    def from_catalog(cls, catalog: ConfiguredAirbyteCatalog, settings: Config) -> "Selection":
        """Return the selection of a catalog, and warn of namespaces, which records do not have.

        Raises:
            ConfigError: the catalog names a stream more than once.
            AirbyteTracedException: custom reports in the catalog share a table.
        """
        if not catalog.streams:
            LOGGER.warning("The catalog selects no stream, so nothing is read.")
        selected = [configured.stream.name for configured in catalog.streams]
        if repeated := Counter(selected) - Counter(set(selected)):
            raise ConfigError(
                f"The catalog names {', '.join(repeated)} more than once. Name each stream once, whatever its "
                "namespace.",
            )
        selection, names = cls(), _names_of_streams(settings)
        for configured in catalog.streams:
            (selection.known if configured.stream.name in names else selection.unknown).append(configured)
            if configured.stream.namespace:
                LOGGER.warning(
                    f"{configured.stream.name}: the catalog has it in the namespace {configured.stream.namespace}. "
                    "Pinterest has no namespaces, so its records come without one.",
                )
        return selection

    def config_errors(self) -> Iterator[AirbyteMessage]:
        """Yield the status INCOMPLETE and the error of each unknown stream, such as a report that left the config."""
        for configured in self.unknown:
            yield stream_status_as_airbyte_message(configured.stream, AirbyteStreamStatus.INCOMPLETE)
            name = configured.stream.name
            similar = difflib.get_close_matches(name, [known.stream_name() for known in STREAMS], n=1)
            hint = f" Did you mean {similar[0]}?" if similar else ""
            error = ConfigError(
                f"{name} is not a stream of this connector, so nothing is read for it.{hint} Refresh the schema of the "
                "connection, or leave the stream out.",
            )
            yield to_trace_message(error, name)

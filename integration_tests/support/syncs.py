"""Run the connector through the framework's entrypoint, or as a process, as a user does."""

import json
import logging
import os
import tempfile
from collections.abc import Iterable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest import mock

from airbyte_cdk.models import (
    AirbyteStateMessage,
    AirbyteStateMessageSerializer,
    ConfiguredAirbyteCatalog,
    ConfiguredAirbyteCatalogSerializer,
)
from airbyte_cdk.utils import AirbyteTracedException
from pendulum import Date

from integration_tests.support.assertions import assert_lawful
from integration_tests.support.catalogs import ALL_STREAMS, catalog_of
from integration_tests.support.outputs import Output
from integration_tests.support.pauses import SHORT_PAUSES
from integration_tests.support.pinterest import Simulator
from integration_tests.support.processes import clean_environment, run_to_its_end
from source_pinterest.api.retries import BackoffDelays
from source_pinterest.engine.output import MaskedLogFormatter, to_trace_message
from source_pinterest.run import PinterestEntrypoint, line_of
from source_pinterest.source import SourcePinterest

LOGGER = logging.getLogger("airbyte")

SYNCHRONOUS_DAYS = 89
"""The days before today that need no asynchronous report."""

State = Mapping[str, Mapping[str, Any]]
"""The state of each stream by its name, as `Output.states` holds it."""


def run_sync(
    sim: Simulator,
    streams: Iterable[str] = ALL_STREAMS,
    *,
    config: Mapping[str, Any] | None = None,
    state: State | None = None,
    destination: str = "append_dedup",
    sync_mode: str = "incremental",
    pauses: BackoffDelays = SHORT_PAUSES,
) -> Output:
    """Read streams through the framework's entrypoint, in this process.

    However the sync ends, it also asserts that no request broke a rule of Pinterest's or named an unknown path
    (`assert_lawful`). It asserts nothing of records and of the ending.

    Args:
        sim: the Pinterest to read from.
        streams: their names, in the order of the catalog.
        config: a whole connector config; by default the simulator's own. Without a start date, no report is needed.
        state: of an earlier sync.
        destination: what becomes of the incremental streams: append, append_dedup or overwrite.
        sync_mode: how those are read: incremental or full_refresh.
        pauses: before what failed is tried again.
    """
    return run_catalog(sim, catalog_of(streams, destination, sync_mode), config=config, state=state, pauses=pauses)


def run_catalog(
    sim: Simulator,
    catalog: ConfiguredAirbyteCatalog,
    *,
    config: Mapping[str, Any] | None = None,
    state: State | None = None,
    pauses: BackoffDelays = SHORT_PAUSES,
) -> Output:
    """Read any catalog as `run_sync` does, on the simulated world's day."""
    messages = None if state is None else [AirbyteStateMessageSerializer.load(entry) for entry in state_list(state)]
    today, before = Date.fromordinal(sim.world.today.toordinal()), len(sim.log)
    with (
        mock.patch.dict(os.environ, {"PINTEREST_API_URL": sim.url}),
        mock.patch("source_pinterest.config.utc_today", return_value=today),
    ):
        output = _read_in_memory(SourcePinterest(pauses), since_recently(sim, config), catalog, messages or [])
    assert_lawful(sim.log[before:])
    return output


def _read_in_memory(
    source: SourcePinterest,
    config: Mapping[str, Any],
    catalog: ConfiguredAirbyteCatalog,
    state: list[AirbyteStateMessage],
) -> Output:
    """What a process would print and how it would end, its log lines among the rest."""
    lines: list[bytes] = []
    source.hand_out = lambda message: lines.append(line_of(message))
    entrypoint, handler = PinterestEntrypoint(source), _LinesHandler(lines)
    LOGGER.addHandler(handler)
    exit_code = 0
    try:
        lines.extend(entrypoint.read_lines(config, catalog, state))
    except AirbyteTracedException as error:
        lines.append(line_of(to_trace_message(error)))
        exit_code = 1
    finally:
        LOGGER.removeHandler(handler)
    return Output.of_process(b"".join(lines), exit_code, "")


class _LinesHandler(logging.Handler):
    """Adds the log to the lines, as the framework prints it."""

    def __init__(self, lines: list[bytes]) -> None:
        super().__init__()
        self._lines = lines
        self.setFormatter(MaskedLogFormatter())

    def emit(self, record: logging.LogRecord) -> None:
        """Add a line."""
        self._lines.append(f"{self.format(record)}\n".encode())


def since_recently(sim: Simulator, config: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """A config whose start date, unless it names one (or None for none at all), needs no report."""
    start = (sim.world.today - timedelta(days=SYNCHRONOUS_DAYS)).isoformat()
    return {
        name: value for name, value in {"start_date": start, **(config or sim.config())}.items() if value is not None
    }


def run_main(sim: Simulator, *arguments: str, environment: Mapping[str, str] | None = None) -> Output:
    """Run `main.py` in a process of its own, whose environment holds nothing of this one's."""
    before = len(sim.log)
    done = run_to_its_end(["main.py", *arguments], clean_environment(sim.url) | dict(environment or {}))
    assert_lawful(sim.log[before:])
    return Output.of_process(done.stdout, done.returncode, done.stderr.decode())


def read_with_main(
    sim: Simulator,
    streams: Iterable[str] = ALL_STREAMS,
    *,
    config: Mapping[str, Any] | None = None,
    state: State | None = None,
    destination: str = "append_dedup",
    sync_mode: str = "incremental",
    environment: Mapping[str, str] | None = None,
) -> Output:
    """Read streams as `run_sync` does, but in a process of its own, with files."""
    with tempfile.TemporaryDirectory() as name:
        arguments = read_arguments(
            Path(name), catalog_of(streams, destination, sync_mode), since_recently(sim, config), state
        )
        return run_main(sim, *arguments, environment=environment)


def read_arguments(
    folder: Path, catalog: ConfiguredAirbyteCatalog, config: Mapping[str, Any], state: State | None = None
) -> list[str]:
    """Write the files of a read into a folder, and give the command line that names them."""
    files: dict[str, Any] = {"config": config, "catalog": ConfiguredAirbyteCatalogSerializer.dump(catalog)}
    if state is not None:
        files["state"] = state_list(state)
    arguments = ["read"]
    for name, content in files.items():
        path = folder / f"{name}.json"
        path.write_text(json.dumps(content, default=str), encoding="utf-8")
        arguments += [f"--{name}", str(path)]
    return arguments


def state_list(state: State) -> list[dict[str, Any]]:
    """The states in the form that a state file has."""
    return [
        {"type": "STREAM", "stream": {"stream_descriptor": {"name": name}, "stream_state": dict(value)}}
        for name, value in state.items()
    ]

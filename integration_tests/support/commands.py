"""Run a command of the connector in this process, from its arguments to its messages.

What only a process can show is left to `run_main`: exit codes, signals, and what lands on which standard stream.
"""

import os
from collections.abc import Mapping
from typing import Any
from unittest import mock

from airbyte_cdk.test import entrypoint_wrapper

from integration_tests.support.catalogs import catalog_of
from integration_tests.support.outputs import Output
from integration_tests.support.pauses import SHORT_PAUSES
from integration_tests.support.pinterest import Simulator
from source_pinterest.run import PinterestEntrypoint, line_of
from source_pinterest.source import SourcePinterest


def run_here(sim: Simulator, *arguments: str, environment: Mapping[str, str] | None = None) -> Output:
    """The messages of `main.py` with these arguments; an exception is the caller's."""
    lines: list[bytes] = []
    source = SourcePinterest(SHORT_PAUSES)
    source.hand_out = lambda message: lines.append(line_of(message))
    entrypoint = PinterestEntrypoint(source)
    with mock.patch.dict(os.environ, {"PINTEREST_API_URL": sim.url, **(environment or {})}):
        lines.extend(entrypoint.lines(entrypoint.parse_args(list(arguments))))
    return Output.of_process(b"".join(lines), 0, "")


def read_boards_from(url: str, config: Mapping[str, Any]) -> Output:
    """A read of the boards from any server that represents the API."""
    with mock.patch.dict(os.environ, {"PINTEREST_API_URL": url}):
        output = entrypoint_wrapper.read(SourcePinterest(SHORT_PAUSES), config, catalog_of(["boards"]))
    return Output(list(output.get_message_iterator()), exit_code=int(bool(output.errors)))

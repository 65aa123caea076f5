"""Runs a command of the connector in a process: tunes it, prints the messages, and ends it without hanging.

Workers that wait for room in the queue would keep a failed process alive for ever. So the process ends with `os._exit`
after its output has been written.
"""

import logging
import os
import signal
import sys
from argparse import Namespace
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import Any, NoReturn

from airbyte_cdk.entrypoint import AirbyteEntrypoint
from airbyte_cdk.logger import is_platform_debug_log_enabled
from airbyte_cdk.models import (
    AirbyteMessage,
    AirbyteStateMessage,
    ConfiguredAirbyteCatalog,
    Status,
    Type,
)
from airbyte_cdk.sources.connector_state_manager import HashableStreamDescriptor
from airbyte_cdk.utils import AirbyteTracedException

from source_pinterest import __version__
from source_pinterest.api.retries import BackoffDelays
from source_pinterest.cli.progress_table import show_progress
from source_pinterest.config.files import read_configured_catalog
from source_pinterest.config.options import config_error
from source_pinterest.engine.output import (
    Output,
    mask_logs,
    sanitize_message,
    to_trace_message,
    tune_process,
)
from source_pinterest.engine.record_batches import RecordBatch
from source_pinterest.source import LOGGER, SourcePinterest
from source_pinterest.start import EXIT_CODE_OF_CTRL_C, print_stopped

_TOKEN_SECONDS = 2.0
"""The time to wait for the response to a token request before the process ends."""


class PinterestEntrypoint(AirbyteEntrypoint):
    """The connector's commands, beside those of the framework.

    The framework's `run` would write the config, with its secrets, into a temporary folder, its `check` would name no
    option of an invalid config, and its `read` would print records one by one.
    """

    source: SourcePinterest

    def lines(self, parsed: Namespace) -> Iterator[bytes]:
        """Return the lines that a command prints.

        Raises:
            AirbyteTracedException: the command can't be run.
        """
        if not parsed.command:
            raise config_error("Name a command: spec, check, discover or read.")
        is_debugging = parsed.debug or is_platform_debug_log_enabled()
        LOGGER.setLevel(logging.DEBUG if is_debugging else logging.INFO)
        source = self.source
        if parsed.command == "spec":
            yield line_of(AirbyteMessage(type=Type.SPEC, spec=source.spec(LOGGER)))
            return
        config = source.read_config(parsed.config)
        if parsed.command == "read":
            catalog, state = read_configured_catalog(Path(parsed.catalog)), source.read_state(parsed.state)
            yield from self.read_lines(config, catalog, state)
        elif parsed.command == "check":
            status = source.check(LOGGER, config)
            level = logging.INFO if status.status is Status.SUCCEEDED else logging.ERROR
            LOGGER.log(level, f"Check {status.status.value.lower()}")
            yield line_of(sanitize_message(AirbyteMessage(type=Type.CONNECTION_STATUS, connectionStatus=status)))
        else:
            yield line_of(AirbyteMessage(type=Type.CATALOG, catalog=source.discover(LOGGER, config)))

    def read_lines(
        self, config: Mapping[str, Any], catalog: ConfiguredAirbyteCatalog, state: list[AirbyteStateMessage]
    ) -> Iterator[bytes]:
        """Return the lines of a sync, of which the records come in batches."""
        counts: defaultdict[HashableStreamDescriptor, float] = defaultdict(float)
        for message in self.source.read_record_batches(config, catalog, state):
            number = 1
            if isinstance(message, RecordBatch):
                number = message.count
                counts[HashableStreamDescriptor(name=message.stream)] += number
                yield message.lines
            else:
                yield line_of(self.handle_record_counts(message, counts))
            for _ in range(number):
                self._memory_monitor.check_memory_usage()  # looks once in a number of messages


def line_of(message: AirbyteMessage) -> bytes:
    """Return a message as a line."""
    return f"{AirbyteEntrypoint.airbyte_message_to_string(message)}\n".encode()


def run(pauses: BackoffDelays | None = None) -> NoReturn:
    """Run the command of the command line, and end the process with its exit code.

    Args:
        pauses: the pauses before the retries of a request, and between the polls of a report.
    """
    output = Output()
    mask_logs(output)
    source, code = SourcePinterest(pauses), 1
    source.hand_out = lambda message: output.write(line_of(message))
    for signum in (signal.SIGTERM, signal.SIGINT):
        if signal.getsignal(signum) is not signal.SIG_IGN:  # `make read` passes Ctrl-C on as SIGTERM
            signal.signal(signum, output.end)
    try:
        os.set_blocking(1, True)
        tune_process()
        _print_messages(sys.argv[1:], source, output)
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    except KeyboardInterrupt:
        code = EXIT_CODE_OF_CTRL_C
    except AirbyteTracedException as error:
        output.write(line_of(to_trace_message(error)))
    except BaseException as error:  # noqa: BLE001 - any error is printed, and the process must end
        output.write(line_of(to_trace_message(AirbyteTracedException.from_exception(error))))
    finally:
        _exit(code, source, output)


def _print_messages(arguments: list[str], source: SourcePinterest, output: Output) -> None:
    """Print the messages of a command. Anything else that is printed meanwhile goes to stderr."""
    if arguments[:1] == ["--version"]:
        output.write(f"source-pinterest {__version__}\n".encode())
        return
    parsed = AirbyteEntrypoint.parse_args(arguments)
    LOGGER.setLevel(logging.WARNING)  # until the command sets it: the framework logs the thresholds of memory
    is_read = parsed.command == "read"
    if not is_read:  # PyAirbyte ends the process as soon as it has the one message it wanted, and nothing is lost
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
    has_terminal = sys.stderr and sys.stderr.isatty() and os.environ.get("NO_PROGRESS") != "1"
    with show_progress(lambda: source.progress) if is_read and has_terminal else nullcontext():
        sys.stdout = sys.stderr
        for lines in PinterestEntrypoint(source).lines(parsed):
            output.write(lines)


def _exit(code: int, source: SourcePinterest, output: Output) -> NoReturn:
    """End the process, even if the output has no reader or no memory is left."""
    try:
        if source.authenticator:  # the refresh token in the response to a token request may be the only valid one
            source.authenticator.wait_for_refresh(_TOKEN_SECONDS)
        if code == EXIT_CODE_OF_CTRL_C:
            print_stopped()
        for stream in (sys.stdout, sys.stderr):  # their buffers hold argparse's help, and nothing of a sync
            with suppress(AttributeError, OSError, ValueError):  # it is closed, or was never open
                stream.flush()
        output.close()
    finally:
        os._exit(code)

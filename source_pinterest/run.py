"""Runs a command of the connector in a process: tunes it, prints the messages, and ends it without hanging.

Workers that wait for room in the queue would keep a failed process alive for ever. So the process ends with `os._exit`
after its output has been written.
"""

import io
import logging
import os
import re
import signal
import sys
import threading
from argparse import Namespace
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import nullcontext, redirect_stderr, suppress
from types import FrameType
from typing import Any, NoReturn

from airbyte_cdk.entrypoint import AirbyteEntrypoint
from airbyte_cdk.logger import PRINT_BUFFER, is_platform_debug_log_enabled
from airbyte_cdk.models import (
    AirbyteMessage,
    AirbyteStateMessage,
    ConfiguredAirbyteCatalog,
    ConnectorSpecification,
    Type,
)
from airbyte_cdk.sources.connector_state_manager import HashableStreamDescriptor
from airbyte_cdk.utils import AirbyteTracedException

from source_pinterest.api.retries import Pauses
from source_pinterest.cli.progress_table import watched
from source_pinterest.config import Config
from source_pinterest.config.credentials import keep_secrets_of
from source_pinterest.config.options import refusal
from source_pinterest.engine.bundles import BundleMessage
from source_pinterest.engine.output import (
    MESSAGES,
    MaskedStream,
    flush_logs_if_possible,
    mask_logs,
    tune_memory,
    tune_threads,
)
from source_pinterest.engine.queue import as_trace, clean
from source_pinterest.masking import MASK
from source_pinterest.source import LOGGER, SourcePinterest
from source_pinterest.start import EXIT_CODE_OF_CTRL_C, print_stopped

_QUOTED = re.compile(r"((?:arguments|choice|option): ).+", re.DOTALL)
"""The part of argparse's errors that quotes the command line."""

_COMMANDS_BESIDE = {
    "authorize": "signs in to Pinterest and writes the configuration file",
    "catalog": "writes the catalog that read takes",
    "read": "reads streams into a folder, and goes on from there",
    "report": "writes a page about what that folder holds",
}
"""The modules that are commands of their own, and what they do."""

_EXIT_SECONDS = 5.0
"""The time that the process may take to end after a signal or its last message."""

_TOKEN_SECONDS = 2.0
"""The part of it for the response to a token request."""


class WholeLines:
    """The lock of stdout. A signal to end the process waits until the main thread has released the lock.

    An exception during a write would cut a line, and lines that were written before would be written again.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._main_thread = threading.get_ident()
        self._depth = 0
        self._signalled_code: int | None = None
        self._deferred_code: int | None = None

    def __enter__(self) -> None:
        """Acquire the lock."""
        self._depth += threading.get_ident() == self._main_thread
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        """Release the lock. End the process if a signal arrived meanwhile."""
        self._lock.release()
        if threading.get_ident() == self._main_thread:
            self._depth -= 1
            if self._deferred_code is not None and not self._depth:
                code, self._deferred_code = self._deferred_code, None
                raise SystemExit(code)

    def terminate(self, signum: int, frame: FrameType | None) -> None:
        """End the process between two lines, or anywhere if the rest of a line can't be written within seconds."""
        del frame
        if self._signalled_code is not None:
            return
        self._signalled_code = code = 128 + signum
        _end_hard_later(code)
        if self._depth:
            self._deferred_code = code
        else:
            raise SystemExit(code)

    def end_if_signalled(self) -> None:
        """End the process if the exception of a signal was lost, for example in the callback of a weak reference."""
        if self._signalled_code is not None:
            raise SystemExit(self._signalled_code)


class PinterestEntrypoint(AirbyteEntrypoint):
    """The framework's commands, with the connector's own messages for an invalid config, and records in bundles.

    Args:
        source: the source.
        lines: the lock of stdout.
        write_now: writes lines before all waiting ones, from any thread.
    """

    source: SourcePinterest

    def __init__(self, source: SourcePinterest, lines: WholeLines, write_now: Callable[[bytes], None]) -> None:
        level = LOGGER.level
        LOGGER.setLevel(logging.WARNING)  # the framework logs the thresholds of memory before it knows the command
        super().__init__(source)
        LOGGER.setLevel(level)
        source.hand_out = lambda message: write_now(line_of(message))
        self._lines = lines

    @staticmethod
    def parse_args(args: list[str]) -> Namespace:
        """Parse the command line. Errors quote no value of it, because a value may be a config with its secrets."""
        errors = io.StringIO()
        try:
            with redirect_stderr(errors):
                return AirbyteEntrypoint.parse_args(args)
        except SystemExit as ended:
            if not ended.code and args[0].startswith("-"):  # --help, of no command
                sys.stdout.write("\ncommands beside the connector: python -m source_pinterest.NAME --help\n")
                sys.stdout.writelines(f"    {name:20}{meaning}\n" for name, meaning in _COMMANDS_BESIDE.items())
            with suppress(AttributeError, OSError):  # it is closed, or its disk is full
                sys.stderr.write(_QUOTED.sub(rf"\1{MASK}\n", errors.getvalue()))
            raise

    def lines(self, parsed: Namespace) -> Iterator[bytes]:
        """Return the lines that a command prints.

        The framework's `run` is not used: it writes the config, with its secrets, into a temporary folder.
        """
        if not parsed.command:
            raise refusal("Name a command: spec, check, discover or read.")
        is_debugging = parsed.debug or is_platform_debug_log_enabled()
        for logger in (LOGGER, self.logger):
            logger.setLevel(logging.DEBUG if is_debugging else logging.INFO)
        source, spec = self.source, self.source.spec(self.logger)
        if parsed.command == "spec":
            yield line_of(AirbyteMessage(type=Type.SPEC, spec=spec))
            return
        config = source.read_config(parsed.config)
        if parsed.command == "read":
            catalog, state = source.read_catalog(parsed.catalog), source.read_state(parsed.state)
            yield from self.read_lines(config, catalog, state)
            return
        for message in self.check(spec, config) if parsed.command == "check" else self.discover(spec, config):
            yield line_of(clean(message))

    def read_lines(
        self, config: Mapping[str, Any], catalog: ConfiguredAirbyteCatalog, state: list[AirbyteStateMessage]
    ) -> Iterator[bytes]:
        """Return the lines of a sync, of which the records come in bundles."""
        self.set_up_secret_filter(config, self.source.spec(self.logger).connectionSpecification)
        counts: defaultdict[HashableStreamDescriptor, float] = defaultdict(float)
        try:
            for message in self.source.read_bundles(self.logger, config, catalog, state):
                yield self._line(message, counts)
                self._lines.end_if_signalled()
                self._watch_memory(message)
        finally:
            for message in self.source.message_repository.consume_queue():
                yield self._line(clean(message), counts)

    def _line(self, message: AirbyteMessage, counts: defaultdict[HashableStreamDescriptor, float]) -> bytes:
        if isinstance(message, BundleMessage):
            counts[HashableStreamDescriptor(name=message.bundle.stream)] += message.bundle.count
            return message.bundle.lines
        return line_of(self.handle_record_counts(message, counts))

    def _watch_memory(self, message: AirbyteMessage) -> None:
        """Count the records of a bundle for the framework, which checks the memory once in a number of messages."""
        for _ in range(message.bundle.count if isinstance(message, BundleMessage) else 1):
            self._memory_monitor.check_memory_usage()

    @staticmethod
    def validate_connection(source_spec: ConnectorSpecification, config: Mapping[str, Any]) -> None:
        """Validate the config as `read` does, by the form. The framework's errors would name no option."""
        del source_spec
        Config.from_mapping(config)

    @staticmethod
    def set_up_secret_filter(config: Mapping[str, Any], connection_specification: Mapping[str, Any]) -> None:
        """Mask the secrets of the config. The framework's method would replace the list of secrets."""
        del connection_specification
        keep_secrets_of(config)


def line_of(message: AirbyteMessage) -> bytes:
    """Return a message as a line."""
    return f"{AirbyteEntrypoint.airbyte_message_to_string(message)}\n".encode()


def run(pauses: Pauses | None = None) -> NoReturn:
    """Run the command of the command line, and end the process with its exit code.

    Args:
        pauses: the pauses before the retries of a request, and between the polls of a report.
    """
    mask_logs()
    lines, source, code = WholeLines(), SourcePinterest(pauses), 1
    PRINT_BUFFER.lock = lines  # type: ignore[assignment]  # it is only used as a context manager
    for signum in (signal.SIGTERM, signal.SIGINT):
        if signal.getsignal(signum) is not signal.SIG_IGN:  # `make read` passes Ctrl-C on as SIGTERM
            signal.signal(signum, lines.terminate)
    PRINT_BUFFER.flush = flush_logs_if_possible  # type: ignore[method-assign]
    try:
        tune_memory()
        tune_threads()
        _print_messages(sys.argv[1:], PinterestEntrypoint(source, lines, MESSAGES.write_now))
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    except KeyboardInterrupt:
        code = EXIT_CODE_OF_CTRL_C
    except BrokenPipeError:
        code = 1  # the reader of the output has ended, so that no message can reach it
    except AirbyteTracedException as error:
        MESSAGES.write(line_of(as_trace(error)))
    except BaseException as error:  # noqa: BLE001 - any error is printed, and the process must end
        MESSAGES.write(line_of(as_trace(AirbyteTracedException.from_exception(error))))
    finally:
        _exit(code, source)


def _print_messages(arguments: list[str], entrypoint: PinterestEntrypoint) -> None:
    """Print the messages of a command. Anything else that is printed meanwhile goes to stderr."""
    parsed = entrypoint.parse_args(arguments)
    is_read = parsed.command == "read"
    if not is_read:  # PyAirbyte ends the process as soon as it has the one message it wanted, and nothing is lost
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
    with PRINT_BUFFER, watched(lambda: entrypoint.source.progress) if is_read else nullcontext():
        sys.stdout = sys.stderr = MaskedStream(sys.__stderr__ or PRINT_BUFFER)
        for lines_of_message in entrypoint.lines(parsed):
            MESSAGES.write(lines_of_message)


def _exit(code: int, source: SourcePinterest) -> NoReturn:
    """Write the remaining output and end the process, even if the output has no reader or no memory is left."""
    ended = code or 1
    try:
        _end_hard_later(ended)
        source.wait_for_token(_TOKEN_SECONDS)
        MESSAGES.flush()
        if code == EXIT_CODE_OF_CTRL_C:
            print_stopped()
        for stream in (sys.stdout, sys.stderr):  # their buffers hold argparse's help, and nothing of a sync
            with suppress(AttributeError, OSError, ValueError):  # it is closed, or was never open
                stream.flush()
        ended = code
    finally:
        os._exit(ended)


def _end_hard_later(code: int) -> None:
    """End the process in any case after some seconds, by a signal: a thread could not be started without memory."""
    signal.signal(signal.SIGALRM, lambda *_: os._exit(code))
    signal.setitimer(signal.ITIMER_REAL, _EXIT_SECONDS)

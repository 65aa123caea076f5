"""How does the process start, and how does it end? Tuned for records, and never hanging.

Workers that wait on a full queue would keep a failed process alive for ever, so that it ends hard, after its output
has been written.
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
from source_pinterest.config.files import in_current_form
from source_pinterest.config.options import refusal, without_blanks_inside
from source_pinterest.engine.output import MESSAGES, MaskedStream, flush_logs, mask_logs, tune_memory, tune_threads
from source_pinterest.engine.pages import PageMessage
from source_pinterest.engine.queue import as_trace, clean
from source_pinterest.masking import MASK
from source_pinterest.source import LOGGER, SourcePinterest

_QUOTED = re.compile(r"((?:arguments|choice|option): ).+", re.DOTALL)
"""Where argparse quotes the command line."""

_LAST_WORDS_SECONDS = 5.0
_TOKEN_SECONDS = 2.0
"""Of these, the time to wait for the answer of a token endpoint that is being asked."""


class WholeLines:
    """The lock of what is printed. A signal to end waits until the main thread has let go of it.

    An exception in the middle of a write would tear a line, and print what stands before it a second time.
    """

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._main_thread = threading.get_ident()
        self._depth = 0
        self._told_to_end_with: int | None = None
        self._deferred: int | None = None

    def __enter__(self) -> None:
        """Begin to print."""
        self._depth += threading.get_ident() == self._main_thread
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        """End, at once if a signal has come meanwhile."""
        self._lock.release()
        if threading.get_ident() == self._main_thread:
            self._depth -= 1
            if self._deferred is not None and not self._depth:
                code, self._deferred = self._deferred, None
                raise SystemExit(code)

    def terminate(self, signum: int, frame: FrameType | None) -> None:
        """End between two lines; hard, and wherever it is, when nobody takes the rest of a line for seconds."""
        del frame
        if self._told_to_end_with is not None:
            return
        self._told_to_end_with = code = 128 + signum
        _end_hard_later(code)
        if self._depth:
            self._deferred = code
        else:
            raise SystemExit(code)

    def end_if_told(self) -> None:
        """End after a signal whose exception was lost, as one is in the callback of a weak reference."""
        if self._told_to_end_with is not None:
            raise SystemExit(self._told_to_end_with)


class PinterestEntrypoint(AirbyteEntrypoint):
    """The framework's commands, with our own sentences about a bad config, and an end when it is asked for.

    Args:
        source: to read.
        lines: the lock of what is printed.
        write_now: writes lines before all that waits, from any thread.
    """

    source: SourcePinterest

    def __init__(self, source: SourcePinterest, lines: WholeLines, write_now: Callable[[bytes], None]) -> None:
        level = LOGGER.level
        LOGGER.setLevel(logging.WARNING)  # the framework logs its thresholds before it knows the command
        super().__init__(source)
        LOGGER.setLevel(level)
        source.hand_out = lambda message: write_now(line_of(message))
        self._lines = lines

    @staticmethod
    def parse_args(args: list[str]) -> Namespace:
        """Parse the command line. An error quotes no value of it, which may be a config with its secrets."""
        said = io.StringIO()
        try:
            with redirect_stderr(said):
                return AirbyteEntrypoint.parse_args(args)
        except SystemExit:
            with suppress(AttributeError, OSError):  # closed, or full
                sys.stderr.write(_QUOTED.sub(rf"\1{MASK}\n", said.getvalue()))
            raise

    def lines(self, parsed: Namespace) -> Iterator[bytes]:
        """The whole lines that a command prints.

        The framework's `run` would write the config, with its secrets, into a temporary folder first.
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
        """The lines of a sync: records by the page, everything else message by message."""
        self.set_up_secret_filter(config, self.source.spec(self.logger).connectionSpecification)
        counts: defaultdict[HashableStreamDescriptor, float] = defaultdict(float)
        try:
            for message in self.source.read_pages(self.logger, config, catalog, state):
                yield self._line(message, counts)
                self._lines.end_if_told()
                self._watch_memory(message)
        finally:
            for message in self.source.message_repository.consume_queue():
                yield self._line(clean(message), counts)

    def _line(self, message: AirbyteMessage, counts: defaultdict[HashableStreamDescriptor, float]) -> bytes:
        if isinstance(message, PageMessage):
            counts[HashableStreamDescriptor(name=message.page.stream)] += message.page.count
            return message.page.lines
        return line_of(self.handle_record_counts(message, counts))

    def _watch_memory(self, message: AirbyteMessage) -> None:
        """The framework looks at the memory every so many messages; a page stands for as many as it has records."""
        for _ in range(message.page.count if isinstance(message, PageMessage) else 1):
            self._memory_monitor.check_memory_usage()

    @staticmethod
    def validate_connection(source_spec: ConnectorSpecification, config: Mapping[str, Any]) -> None:
        """Check the config: ours first, since the schema's own text names no option and may quote a credential."""
        Config.from_mapping(config)
        AirbyteEntrypoint.validate_connection(source_spec, without_blanks_inside(in_current_form(config)))

    @staticmethod
    def set_up_secret_filter(config: Mapping[str, Any], connection_specification: Mapping[str, Any]) -> None:
        """Mask what is secret in the config; the framework would replace the list that it masks by."""
        del connection_specification
        keep_secrets_of(config)


def line_of(message: AirbyteMessage) -> bytes:
    """A message as a line."""
    return f"{AirbyteEntrypoint.airbyte_message_to_string(message)}\n".encode()


def run(pauses: Pauses | None = None) -> NoReturn:
    """Run the command of the command line, and exit with its code.

    Args:
        pauses: between two tries of a call, and two polls of a report.
    """
    mask_logs()
    lines, source, code = WholeLines(), SourcePinterest(pauses), 1
    PRINT_BUFFER.lock = lines  # type: ignore[assignment]  # it asks no more of its lock
    for ending in (signal.SIGTERM, signal.SIGINT):
        signal.signal(ending, lines.terminate)
    PRINT_BUFFER.flush = flush_logs  # type: ignore[method-assign]  # its own loses what a full pipe does not take
    try:
        tune_memory()
        tune_threads()
        _print_messages(sys.argv[1:], PinterestEntrypoint(source, lines, MESSAGES.write_now))
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    except KeyboardInterrupt:
        code = 128 + signal.SIGINT
    except BrokenPipeError:
        code = 1  # whoever read our output is gone; there is nobody left to tell
    except AirbyteTracedException as error:
        MESSAGES.write(line_of(as_trace(error)))
    except BaseException as error:  # noqa: BLE001 - the last line of defence: told, then the process must end
        MESSAGES.write(line_of(as_trace(AirbyteTracedException.from_exception(error))))
    finally:
        _exit(code, source)


def _print_messages(arguments: list[str], entrypoint: PinterestEntrypoint) -> None:
    """Print each message; what anything else prints goes where the logs go."""
    parsed = entrypoint.parse_args(arguments)
    is_read = parsed.command == "read"
    if not is_read:  # nothing is lost, and whoever has the one answer it wanted may end us at once, as PyAirbyte does
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
    with PRINT_BUFFER, watched(lambda: entrypoint.source.progress) if is_read else nullcontext():
        sys.stdout = sys.stderr = MaskedStream(PRINT_BUFFER)
        for lines_of_message in entrypoint.lines(parsed):
            MESSAGES.write(lines_of_message)


def _exit(code: int, source: SourcePinterest) -> NoReturn:
    """End now, even if nobody reads what is left to say, or there is no memory left to say it with."""
    ended = code or 1
    try:
        _end_hard_later(ended)
        source.settle(_TOKEN_SECONDS)
        MESSAGES.flush()
        for stream in (sys.__stdout__, sys.stderr):  # the help stands there, nothing of a sync
            with suppress(AttributeError, OSError, ValueError):  # closed, or never open
                stream.flush()  # type: ignore[union-attr]
        ended = code
    finally:
        os._exit(ended)


def _end_hard_later(code: int) -> None:
    """End wherever the process is, when its last words take too long; a thread could not be started without memory."""
    signal.signal(signal.SIGALRM, lambda *_: os._exit(code))
    signal.setitimer(signal.ITIMER_REAL, _LAST_WORDS_SECONDS)

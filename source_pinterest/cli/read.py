"""The command `python -m source_pinterest.read`, which reads streams into a folder without a platform.

Each run writes the catalog and starts the connector as a child process. It stores the messages in a file, and saves
the states, from which the next run continues. New tokens are saved in the configuration file.
"""

import argparse
import logging
import math
import os
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from time import monotonic
from types import FrameType
from typing import Any

import orjson
from airbyte_cdk.models import ConfiguredAirbyteCatalog, ConfiguredAirbyteCatalogSerializer
from airbyte_cdk.utils import AirbyteTracedException

from source_pinterest.cli.catalog import configured
from source_pinterest.cli.folder import MESSAGES, OUTPUT, Messages, OutputFolder
from source_pinterest.cli.terminal import say, shell_path, working
from source_pinterest.config import Config
from source_pinterest.config.credentials import OAuthCredentials, read_credentials
from source_pinterest.config.files import read_object
from source_pinterest.config.options import config_error, without_blanks
from source_pinterest.engine.token_store import SAVE_TOKENS_VARIABLE, write_private
from source_pinterest.start import STOPPED

CONFIG_FILE = Path("secrets/config.json")

_CONTROL = b'{"type":"CONTROL"'
"""The beginning of a message with a new configuration, as the connector writes it."""
_LOG = b'{"type":"LOG"'
_PIPE_BYTES = 1024 * 1024
_WARNINGS_SHOWN = 10
_PAGE_MESSAGES_BYTES = 1_000_000_000
"""The size of all messages above which a read does not make the page at its end."""
_KEPT = "What it has read is kept. The next run continues from the last state, so a few records come twice."
_NOTHING_KEPT = "It has read no record, and the next run begins where this one did."
_EXIT_CODES_OF_SIGNALS = frozenset(128 + number for number in (signal.SIGINT, signal.SIGTERM))


def without_secrets(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Drop the messages with a new configuration. Its tokens are in the configuration file already."""
    return (line for line in lines if not line.startswith(_CONTROL))


def with_log_shown(lines: Iterable[bytes]) -> Iterator[bytes]:
    """Print log messages to standard error as they come, at most one per second."""
    next_at = -math.inf
    for line in lines:
        if line.startswith(_LOG) and monotonic() >= next_at:
            log = orjson.loads(line)["log"]
            if log["level"] not in ("DEBUG", "TRACE"):
                say(log["message"], sys.stderr)
                next_at = monotonic() + 1
        yield line


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code: 0 if every stream was read completely."""
    parser = argparse.ArgumentParser(
        prog="python -m source_pinterest.read",
        description="Read streams into a folder. The next run with the same folder reads what is new. Each run writes "
        "the connector's messages, as JSON lines, into a file of its own. A record in a later file replaces an earlier "
        "one with the same key.",
    )
    parser.add_argument("streams", nargs="*", help="streams to read (default: those of the last run)")
    parser.add_argument("--config", type=Path, default=CONFIG_FILE, help=f"configuration (default: {CONFIG_FILE})")
    parser.add_argument("--output", type=Path, default=OUTPUT, help=f"folder to write (default: {OUTPUT})")
    parser.add_argument("--append", action="store_true", help="for a destination that can't replace rows")
    options = parser.parse_args(arguments)
    logging.getLogger("airbyte").setLevel(logging.ERROR)
    try:
        return _read(options, OutputFolder(options.output))
    except AirbyteTracedException as error:
        say(str(error.message), sys.stderr)
    except OSError as error:
        say(
            f"{options.output} can't be written ({error.strerror}). Name another folder with --output (OUTPUT= in make "
            "read), or free some space.",
            sys.stderr,
        )
    return 1


def _read(options: argparse.Namespace, folder: OutputFolder) -> int:
    config = configuration(options.config)
    names = list(filter(None, options.streams)) or [selected.stream.name for selected in folder.configured().streams]
    if not names:
        raise config_error('Name the streams to read, such as campaigns and ads (with make: STREAMS="campaigns ads").')
    catalog = configured(names, config, append=options.append)
    with folder.opened() as descriptor:
        write_private(folder.catalog, ConfiguredAirbyteCatalogSerializer.dump(catalog))
        _keep_options(config, options, folder)
        part, code = _run(options.config, folder, descriptor)
        path, messages = folder.finish(part)
    if messages.records or not code:
        _print_summary(messages, path, code, catalog)
    _print_end(messages, path, code)
    if messages.records:
        for notice in Config.from_mapping(config).notices:
            say(f"Note: {notice}")
    if code not in _EXIT_CODES_OF_SIGNALS:
        _show_page(options.output)
    return code


def _keep_options(config: Mapping[str, Any], options: argparse.Namespace, folder: OutputFolder) -> None:
    """Keep the options of this run in the folder. Warn if the runs before had another configuration."""
    if before := folder.write_options(config, options.config):
        say(
            f"Warning: {options.output} was read with {before} so far, and is read with {options.config} now. It then "
            "has the ad accounts of both. To keep them apart, name another folder with --output (OUTPUT= in make "
            "read).",
            sys.stderr,
        )


def configuration(path: Path) -> Mapping[str, Any]:
    """Return the configuration in a file.

    Raises:
        AirbyteTracedException: the file does not exist, can't be used, or can't be replaced when the token changes.
    """
    if not str(path).startswith("{") and not path.exists():
        raise config_error(
            f"{path} does not exist. This command signs in and writes it: {shell_path(sys.executable)} -m "
            f"source_pinterest.authorize --config {shell_path(str(path))} (or name another configuration with "
            "--config, CONFIG= in make read)."
        )
    config = read_object(path)
    is_rewritten = isinstance(read_credentials(without_blanks(config)), OAuthCredentials)
    if is_rewritten and not os.access(path.resolve().parent, os.W_OK):
        raise config_error(
            f"{path} can't be written, but Pinterest replaces the refresh token at each use. Move the file into a "
            "folder that you can write to."
        )
    return config


def _run(config: Path, folder: OutputFolder, descriptor: int) -> tuple[Path, int]:
    """Run the connector as a child process. Return the file of its messages and its exit code.

    A terminal sends Ctrl-C to both processes. The child ignores it, and ends when this process passes it on. So one of
    the two prints what has happened.

    Args:
        config: the file of the configuration.
        folder: the output folder.
        descriptor: the descriptor of the output folder, which the child inherits.
    """
    command = [sys.executable, "-m", "source_pinterest", "read", "--config", str(config)]
    command += ["--catalog", str(folder.catalog)]
    command += ["--state", str(folder.state)] if folder.states() else []
    received: list[int] = []

    def pass_on(number: int, _: FrameType | None) -> None:
        received.append(number)
        child.terminate()

    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with subprocess.Popen(  # noqa: S603 - it is this Python, with files that the user names
            command,
            bufsize=_PIPE_BYTES,
            stdout=subprocess.PIPE,
            env={**os.environ, SAVE_TOKENS_VARIABLE: "1"},
            pass_fds=[descriptor],
        ) as child:
            for number in before:
                signal.signal(number, pass_on)
            lines = without_secrets(child.stdout or ())
            shows_log = not sys.stderr.isatty() and os.environ.get("NO_PROGRESS") != "1"
            part = folder.write(with_log_shown(lines) if shows_log else lines)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    code = child.returncode if child.returncode >= 0 else 128 - child.returncode
    return part, 128 + received[0] if received and code == 128 + signal.SIGTERM else code


def _print_summary(messages: Messages, path: Path, code: int, catalog: ConfiguredAirbyteCatalog) -> None:
    """Print how many records came, of all streams and of each. The page shows their days."""
    say(f"{_counted(messages.records.total())} {'is' if messages.records.total() == 1 else 'are'} in {path}")
    for selected in catalog.streams:
        say(f"{selected.stream.name}: {_counted(messages.records[selected.stream.name])}")
    if code not in _EXIT_CODES_OF_SIGNALS:
        say("The next run reads what is new.")


def _print_end(messages: Messages, path: Path, code: int) -> None:
    """Print the warnings and errors of the run, and how it ended if the connector does not say it."""
    is_stopped = code in _EXIT_CODES_OF_SIGNALS
    if is_stopped and sys.stderr.isatty():
        say("", sys.stderr)  # below the ^C
    for message in (*_shown(list(messages.warnings), path), *messages.error_messages()):
        say(message, sys.stderr)
    if is_stopped:
        say(f"{STOPPED} {_KEPT if messages.records else _NOTHING_KEPT}", sys.stderr)
    elif code and not messages.errors:
        log = f" Its log is in {path}" if path.exists() else ""
        say(f"The connector ended with exit code {code} and without an error message.{log}", sys.stderr)


def _shown(warnings: Sequence[str], path: Path) -> Iterator[str]:
    """Yield the first warnings, and how many more there are."""
    for warning in warnings[:_WARNINGS_SHOWN]:
        yield f"Warning: {warning}"
    if len(warnings) > _WARNINGS_SHOWN:
        yield f"{len(warnings) - _WARNINGS_SHOWN:,} more warnings are in {path}"


def _counted(records: int) -> str:
    return f"{records:,} record{'' if records == 1 else 's'}"


def _show_page(folder: Path) -> None:
    """Let a child process write the page of the folder and print its path. With many messages, print the command."""
    size = sum(path.stat().st_size for path in folder.glob(MESSAGES))
    command = [sys.executable, "-P", "-m", "source_pinterest.page", "--output", str(folder)]
    if size > _PAGE_MESSAGES_BYTES:
        say(
            f"No page was made, because the messages in {folder} have more than 1 GB. To make it: "
            f"{' '.join(map(shell_path, command))}"
        )
    elif size:
        with working("Making the page"):
            done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - it is this Python
        if done.returncode:
            say(f"Warning: the page about {folder} could not be made. {done.stderr.strip()}", sys.stderr)
        else:
            say("A page to look at:")
            say(done.stdout.strip())

"""How does a user without a platform read streams, today and again tomorrow? `python -m source_pinterest.read boards`.

Each run discovers the streams, writes the catalog, reads them with the connector as a process of its own, keeps its
messages, and goes on from the state of the runs before it. Rotated tokens go into the configuration file.
"""

import argparse
import fcntl
import logging
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

import orjson
from airbyte_cdk.models import AirbyteStateMessageSerializer, ConfiguredAirbyteCatalogSerializer
from airbyte_cdk.utils import AirbyteTracedException

from source_pinterest.cli.catalog import configured
from source_pinterest.config.credentials import OAuthCredentials, read_credentials
from source_pinterest.config.files import read_configured_catalog, read_object, read_states
from source_pinterest.config.options import refusal, without_blanks
from source_pinterest.engine.token_store import SAVE_TOKENS_VARIABLE, write_private
from source_pinterest.masking import printable

_RECORD = b'{"type":"RECORD"'
_CONTROL = b'{"type":"CONTROL"'


@dataclass
class Messages:
    """The messages of a run.

    Attributes:
        records: how many there are.
        states: the last state of each stream, as the connector printed it.
        warnings: each one once.
        errors: the sentence of each error, with the streams that met it; those of no stream where there are no others.
    """

    records: int = 0
    states: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    warnings: dict[str, None] = field(default_factory=dict)
    errors: dict[str, list[str]] = field(default_factory=dict)
    _closing_error: str = ""

    @classmethod
    def of(cls, path: Path) -> Self:
        """Those of the whole lines of a file, which is on the disk then. What comes behind the last of them is cut off.

        Raises:
            OSError: the file can't be read or cut.
        """
        found, end = cls(), 0
        with path.open("rb+") as file:
            for line in file:
                if not line.endswith(b"\n"):
                    file.truncate(end)
                    break
                end += len(line)
                found._take(line)
            os.fsync(file.fileno())
        if found._closing_error and not found.errors:
            found.errors[found._closing_error] = []
        return found

    def sentences(self) -> Iterator[str]:
        """The errors, with the streams that met them."""
        is_the_same_for_all = len(self.errors) == 1 and len(next(iter(self.errors.values()))) > 1
        for sentence, streams in self.errors.items():
            unnamed = [] if is_the_same_for_all else [stream for stream in streams if stream not in sentence]
            yield f"{', '.join(unnamed)}: {sentence}" if unnamed else sentence

    def _take(self, line: bytes) -> None:
        if line.startswith(_RECORD):
            self.records += 1
            return
        try:
            message = orjson.loads(line)
        except ValueError:
            return  # a machine that lost its power may have left anything
        if message["type"] == "STATE":
            self.states[message["state"]["stream"]["stream_descriptor"]["name"]] = message["state"]
        elif message["type"] == "LOG" and message["log"]["level"] == "WARN":
            self.warnings[message["log"]["message"]] = None
        elif message["type"] == "TRACE" and message["trace"]["type"] == "ERROR":
            self._take_error(message["trace"]["error"])

    def _take_error(self, error: Mapping[str, Any]) -> None:
        stream = error.get("stream_descriptor")
        if stream:
            self.errors.setdefault(error["message"], []).append(stream["name"])
        else:
            self._closing_error = error["message"]


def without_secrets(lines: Iterable[bytes]) -> Iterator[bytes]:
    """The lines of a run but for the new configuration, whose tokens are in the configuration file already."""
    return (line for line in lines if not line.startswith(_CONTROL))


_PART = ".part"


class OutputFolder:
    """The messages of every run, the catalog of the last one, and the state of all.

    Args:
        path: of the folder.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.catalog = path / "catalog.json"
        self.state = path / "state.json"

    @contextmanager
    def opened(self) -> Generator[int, None, None]:
        """Create the folder, keep other runs out of it, and finish what a killed run has left; a descriptor of it.

        Whoever inherits the descriptor keeps other runs out until it ends as well.

        Raises:
            AirbyteTracedException: another run has it.
            OSError: it can't be written.
        """
        self._path.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self._path, os.O_RDONLY)
        try:
            self._lock(descriptor)
            for leftover in sorted(self._path.glob(f"messages-*.jsonl{_PART}")):
                self.finish(leftover)
            yield descriptor
        finally:
            os.close(descriptor)

    def _lock(self, descriptor: int) -> None:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise refusal(
                f"Another run writes into {self._path}. Wait for its end, or name another folder with --output."
            ) from error

    def selected(self) -> list[str]:
        """The streams of the last run; none before the first."""
        if not self.catalog.exists():
            return []
        return [configured.stream.name for configured in read_configured_catalog(self.catalog).streams]

    def write(self, lines: Iterable[bytes]) -> Path:
        """Write the messages of a run as they come; the file that has them, which is to be finished.

        Raises:
            OSError: the disk is full, for example; what came before is in the file.
        """
        path = self._path / f"messages-{datetime.now(UTC):%Y-%m-%dT%H-%M-%S-%f}Z.jsonl{_PART}"
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode=0o600)
        with os.fdopen(descriptor, "wb") as file:
            for line in lines:
                file.write(line)
        return path

    def finish(self, part: Path) -> tuple[Path, Messages]:
        """Take the states that a run has printed, and give its file the name that it keeps; the file, and what it says.

        The order matters: a state that is saved stands behind records that are on the disk.

        Raises:
            AirbyteTracedException: the state of earlier runs can't be understood.
            OSError: a file can't be written.
        """
        messages = Messages.of(part)
        if messages.states:
            write_private(self.state, list({**self._states(), **messages.states}.values()))
        return part.replace(part.with_name(part.name.removesuffix(_PART))), messages

    def _states(self) -> Mapping[str, Any]:
        """The state of each stream so far."""
        if not self.state.exists():
            return {}
        try:
            states = [AirbyteStateMessageSerializer.dump(state) for state in read_states(self.state)]
            return {state["stream"]["stream_descriptor"]["name"]: state for state in states}
        except (AirbyteTracedException, KeyError) as error:
            raise refusal(
                f"{self.state} does not hold a state. Fix it, or move it away to read everything again."
            ) from error


CONFIG_FILE = Path("secrets/config.json")
OUTPUT = Path("output")
_PIPE_BYTES = 1024 * 1024
_WARNINGS_SHOWN = 10
_TOLD_TO_END = frozenset(128 + ending for ending in (signal.SIGINT, signal.SIGTERM))


def main(arguments: Sequence[str]) -> int:
    """Run the command; the exit code, 0 if every stream was read whole."""
    parser = argparse.ArgumentParser(
        prog="python -m source_pinterest.read",
        description="Read streams into a folder. The next run with the same folder reads what is new. Each run leaves "
        "the connector's messages, as JSON lines, in a file of its own; a record may come again in a later file, where "
        "it replaces the one with the same key.",
    )
    parser.add_argument("streams", nargs="*", help="streams to read (default: those of the last run)")
    parser.add_argument("--config", type=Path, default=CONFIG_FILE, help=f"configuration (default: {CONFIG_FILE})")
    parser.add_argument("--output", type=Path, default=OUTPUT, help=f"folder to write (default: {OUTPUT})")
    parser.add_argument("--append", action="store_true", help="for a place where rows can't replace earlier ones")
    given = parser.parse_args(arguments)
    logging.getLogger("airbyte").setLevel(logging.ERROR)
    try:
        return _read(given, OutputFolder(given.output))
    except AirbyteTracedException as error:
        _complain(str(error.message))
    except OSError as error:
        _complain(
            f"{given.output} can't be written ({error.strerror}). Name another folder with --output, or free some "
            "space."
        )
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    return 1


def _read(given: argparse.Namespace, folder: OutputFolder) -> int:
    config = _configuration(given.config)
    names = given.streams or folder.selected()
    if not names:
        raise refusal("Name the streams to read, such as: campaigns campaign_analytics.")
    catalog = configured(names, config, append=given.append)
    with folder.opened() as descriptor:
        write_private(folder.catalog, ConfiguredAirbyteCatalogSerializer.dump(catalog))
        command = [sys.executable, "-m", "source_pinterest", "read", "--config", str(given.config)]
        command += ["--catalog", str(folder.catalog)]
        command += ["--state", str(folder.state)] if folder.state.exists() else []
        with _running(command, descriptor) as child:
            part = folder.write(without_secrets(child.stdout or ()))
        path, messages = folder.finish(part)
    code = child.returncode if child.returncode >= 0 else 128 - child.returncode
    _sum_up(messages, path, code)
    return code


def _configuration(path: Path) -> Mapping[str, Any]:
    """The configuration in a file that is there, and that takes a new token.

    Raises:
        AirbyteTracedException: it is not.
    """
    if not str(path).startswith("{") and not path.exists():
        raise refusal(
            f"There is no {path}. Sign in with {shlex.quote(sys.executable)} -m source_pinterest.authorize, which "
            "writes it, or name another configuration with --config."
        )
    config = read_object(path)
    is_renewed = isinstance(read_credentials(without_blanks(config)), OAuthCredentials)
    if is_renewed and not os.access(path.resolve().parent, os.W_OK):
        raise refusal(
            f"{path} can't be written, but Pinterest replaces the refresh token at each use. Move the file into a "
            "folder that you can write to."
        )
    return config


@contextmanager
def _running(command: Sequence[str], descriptor: int) -> Generator[subprocess.Popen[bytes], None, None]:
    """The connector as a child, which is told when this process is told to end, and has ended when the block has.

    Args:
        command: to start it with.
        descriptor: of the output folder, which the child keeps.
    """
    with subprocess.Popen(  # noqa: S603 - it is this Python, with files that the user names
        command,
        bufsize=_PIPE_BYTES,
        stdout=subprocess.PIPE,
        env={**os.environ, SAVE_TOKENS_VARIABLE: "1"},
        pass_fds=[descriptor],
    ) as child:
        endings = (signal.SIGINT, signal.SIGTERM)
        before = [signal.signal(ending, lambda number, _: child.send_signal(number)) for ending in endings]
        try:
            yield child
        finally:
            for ending, handler in zip(endings, before, strict=True):
                signal.signal(ending, handler)


def _sum_up(messages: Messages, path: Path, code: int) -> None:
    """Say what came, and what did not."""
    warnings = list(messages.warnings)
    for warning in warnings[:_WARNINGS_SHOWN]:
        _complain(f"Warning: {warning}")
    if len(warnings) > _WARNINGS_SHOWN:
        _complain(f"{len(warnings) - _WARNINGS_SHOWN:,} more warnings are in {path}.")
    for sentence in messages.sentences():
        _complain(sentence)
    if code in _TOLD_TO_END:
        _complain("The run was stopped before its end.")
    elif code and not messages.errors:
        _complain(f"The connector ended with exit code {code} and did not say why. Its log is in {path}.")
    if messages.records or not code:
        sys.stdout.write(f"{messages.records:,} records are in {path}. The next run reads what is new.\n")


def _complain(sentence: str) -> None:
    sys.stderr.write(f"{printable(sentence)}\n")

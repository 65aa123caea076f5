"""How does a user without a platform read streams, today and again tomorrow? `python -m source_pinterest.read boards`.

Each run discovers the streams, writes the catalog, reads them with the connector as a process of its own, keeps its
messages, and goes on from the state of the runs before it. Rotated tokens go into the configuration file.
"""

import argparse
import logging
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from airbyte_cdk.models import ConfiguredAirbyteCatalogSerializer
from airbyte_cdk.utils import AirbyteTracedException

from source_pinterest.cli.catalog import configured
from source_pinterest.cli.messages_file import Messages, without_secrets
from source_pinterest.cli.output_folder import OutputFolder
from source_pinterest.config.credentials import OAuthCredentials, read_credentials
from source_pinterest.config.files import read_object
from source_pinterest.config.options import refusal, without_blanks
from source_pinterest.engine.token_store import SAVE_TOKENS_VARIABLE, write_private
from source_pinterest.masking import printable

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

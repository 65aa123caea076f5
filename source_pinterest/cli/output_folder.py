"""Where does a user without a platform keep what was read? In a folder that survives the end of any run, at any moment.

The messages of each run have a file of their own, which ends in `.part` until the run's state is in `state.json`. A run
that was killed leaves such a file behind, and the next one takes its state first.
"""

import fcntl
import os
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from airbyte_cdk.models import AirbyteStateMessageSerializer
from airbyte_cdk.utils import AirbyteTracedException

from source_pinterest.cli.messages_file import Messages
from source_pinterest.config.files import read_configured_catalog, read_states
from source_pinterest.config.options import refusal
from source_pinterest.engine.token_store import write_private

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

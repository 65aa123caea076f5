"""Starts processes of the connector of one checkout, each on a day of its own."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Timer
from typing import Any

from integration_tests import network_guard
from tools.compare import forks

HANGS_SECONDS = 600
"""A sync of these small worlds that takes longer is killed."""
_FORKS = str(Path(forks.__file__))


class Reader:
    """The connector of a checkout.

    Args:
        server: the process that runs `forks.py` there.
        streams: the names of its streams, but for custom reports.
    """

    def __init__(self, server: "subprocess.Popen[str]", streams: Iterable[str]) -> None:
        self._server = server
        self.streams = frozenset(streams)

    def run(self, arguments: Sequence[str], moment: str, api_url: str, stdout: Path) -> int:
        """Run `main.py` and return its exit code, negative after a signal.

        Args:
            arguments: of its command line.
            moment: the time that its clock shows at the start, in ISO format.
            api_url: of the Pinterest that it reads.
            stdout: the file that takes its output.
        """
        request = {
            "arguments": list(arguments),
            "moment": moment,
            "environment": {"PINTEREST_API_URL": api_url},
            "stdout": str(stdout),
            "stderr": f"{stdout}.stderr",
        }
        assert self._server.stdin
        self._server.stdin.write(f"{json.dumps(request)}\n")
        self._server.stdin.flush()
        watchdog = Timer(HANGS_SECONDS, os.kill, (self._told()["pid"], 9))
        watchdog.start()
        try:
            return int(self._told()["code"])
        finally:
            watchdog.cancel()

    def _told(self) -> Any:
        assert self._server.stdout
        return json.loads(self._server.stdout.readline())


@contextmanager
def reader_of(checkout: Path) -> Iterator[Reader]:
    """Load the connector of a checkout.

    Raises:
        ImportError: with these packages it can't be imported, or not from the checkout.
    """
    # Not os.environ: coverage would be measured along, and a proxy would be asked.
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": f"{network_guard.FOLDER}{os.pathsep}{checkout}"}
    with (
        tempfile.TemporaryFile("w+") as errors,
        subprocess.Popen(
            [sys.executable, "-P", _FORKS],
            cwd=checkout,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        ) as server,
    ):
        assert server.stdin
        assert server.stdout
        first = server.stdout.readline()
        if not first:
            errors.seek(0)
            *_, reason = errors.read().strip().splitlines() or ["it ended without a word"]
            raise ImportError(reason)
        told = json.loads(first)
        imported = Path(told["file"])
        if not imported.resolve().is_relative_to(checkout.resolve()):
            raise ImportError(f"{imported} is imported in its place")
        yield Reader(server, told["streams"])
        server.stdin.close()

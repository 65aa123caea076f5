"""Runs the connector as a user does: commands that are processes, and a folder of JSON lines."""

import os
import re
import signal
import subprocess
import sys
from collections import Counter, defaultdict
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from integration_tests.support.outputs import Record
from integration_tests.support.processes import ROOT
from tools.demo.screen import DemoFailedError

CONFIG, READ = "config.json", "read"
"""In the folder of a demo: the connector's configuration, and a folder as `source_pinterest.read` writes it."""

_SUM_OF_A_STREAM = re.compile(r"(?P<stream>\w+): [\d,]+ records?, (?P<requests>[\d,]+) requests? ")


@contextmanager
def started(line: Sequence[str], **options: Any) -> Generator[subprocess.Popen[bytes], None, None]:
    """A process that is told to end if the block is left by an exception, such as that of Ctrl-C.

    It ignores the Ctrl-C of a terminal, so that this process alone speaks of it.
    """
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        process = subprocess.Popen(line, stdout=subprocess.PIPE, **options)
    finally:
        signal.signal(signal.SIGINT, before)
    with process:
        try:
            yield process
        except BaseException:
            process.terminate()
            raise


@dataclass
class Reading:
    """The result of one `read`: the records of each stream, and the requests that it reported."""

    records: dict[str, list[Record]] = field(default_factory=lambda: defaultdict(list))
    requests: Counter[str] = field(default_factory=Counter)

    def take(self, message: dict[str, Any]) -> None:
        """Add one message of the connector, `{"type": "RECORD", "record": {...}}` and so on."""
        if message["type"] == "RECORD":
            self.records[message["record"]["stream"]].append(message["record"]["data"])
        elif message["type"] == "LOG" and (total := _SUM_OF_A_STREAM.match(message["log"]["message"])):
            self.requests[total["stream"]] = int(total["requests"].replace(",", ""))


class Connector:
    """The connector of this checkout, with an API address and a folder that has its configuration file."""

    def __init__(self, api_url: str, folder: Path) -> None:
        self._environment = {**os.environ, "PINTEREST_API_URL": api_url, "PINTEREST_SAVE_TOKENS": "1"}
        self._config_file, self._output = folder / CONFIG, folder / READ

    def check(self) -> None:
        """Test the connection.

        Raises:
            DemoFailedError: the test failed.
        """
        for message in self._run("check"):
            if message["type"] == "CONNECTION_STATUS" and message["connectionStatus"]["status"] != "SUCCEEDED":
                raise DemoFailedError(message["connectionStatus"]["message"])

    def discover(self) -> dict[str, list[str]]:
        """The primary key of each stream, such as `{"pin_analytics": ["pin_id", "date"]}`."""
        [catalog] = [message["catalog"] for message in self._run("discover") if message["type"] == "CATALOG"]
        return {
            stream["name"]: [path[0] for path in stream["source_defined_primary_key"]] for stream in catalog["streams"]
        }

    def read(self, *streams: str) -> Reading:
        """Read streams with `source_pinterest.read`, which continues from the state in its folder.

        Raises:
            DemoFailedError: a stream was not read completely.
        """
        command = [sys.executable, "-m", "source_pinterest.read", *streams]
        command += ["--config", str(self._config_file), "--output", str(self._output)]
        with started(command, cwd=ROOT, env=self._environment, stderr=subprocess.PIPE) as process:
            _, troubles = process.communicate()
        if process.returncode:
            raise DemoFailedError(f"read ended with exit code {process.returncode}. {troubles.decode()}")
        reading = Reading()
        with max(self._output.glob("messages-*.jsonl")).open("rb") as lines:
            for line in lines:
                reading.take(orjson.loads(line))
        return reading

    def _run(self, command: str) -> Generator[dict[str, Any], None, None]:
        line = [sys.executable, "main.py", command, "--config", str(self._config_file)]
        troubles: list[str] = []
        with started(line, cwd=ROOT, env=self._environment) as process:
            for text in process.stdout or ():
                message = orjson.loads(text)
                if message["type"] == "TRACE" and message["trace"]["type"] == "ERROR":
                    troubles.append(message["trace"]["error"]["message"])
                yield message
        if process.returncode:
            raise DemoFailedError(f"{command} ended with exit code {process.returncode}. {' '.join(troubles)}")

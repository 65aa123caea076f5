"""A user who gives consent: with `authorize` as a process, or in this one with a browser that does as told."""

import os
import re
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile
from threading import Thread
from typing import BinaryIO
from unittest import mock

import pytest
import requests

from integration_tests.support.pinterest import Simulator
from integration_tests.support.processes import ConnectorProcess, clean_environment, running
from source_pinterest.cli import authorize

SECRET = "false-client-secret"


class Helper:
    """The command as a process, and what it has said so far."""

    def __init__(self, process: ConnectorProcess, errors: BinaryIO) -> None:
        self._process, self._errors = process, errors
        self.said = ""

    def consent_url(self) -> str:
        """The address that it prints for the user."""
        while not (found := re.search(r"http\S+/oauth/\?\S+", self.said)):
            line = self._process.stdout.readline().decode()
            assert line, self.end()
            self.said += line
        return found[0]

    def stop(self) -> int:
        """Its exit code after SIGTERM."""
        self._process.send_signal(signal.SIGTERM)
        return self.end()

    def end(self) -> int:
        """Its exit code, once it has said everything."""
        self.said += self._process.stdout.read().decode()
        code = self._process.wait()
        self._errors.seek(0)
        self.said += self._errors.read().decode()
        return code


@contextmanager
def helping(sim: Simulator, *arguments: str, **environment: str) -> Iterator[Helper]:
    command = ["-m", "source_pinterest.authorize", "--port", "0", *arguments]
    surroundings = clean_environment(sim.url) | {"PINTEREST_CLIENT_SECRET": SECRET} | environment
    with TemporaryFile() as errors, running(command, surroundings, stderr=errors.fileno()) as process:
        yield Helper(process, errors)


def agree(url: str) -> requests.Response:
    """What the user's browser does, from the button of the consent page all the way back to this machine."""
    return requests.post(url, timeout=10) if "/oauth/" in url else requests.get(url, timeout=10)


class Desktop:
    """The command in this process, with a user who does as told once the browser opens.

    Attributes:
        said: what the command has said.
        page: what the browser shows in the end.
    """

    def __init__(self, captured: pytest.CaptureFixture[str]) -> None:
        self._captured = captured
        self.said = self.page = ""

    def authorize(
        self,
        sim: Simulator,
        config: Path,
        *arguments: str,
        user: Callable[[str], object] = agree,
        secret: str | None = SECRET,
    ) -> int:
        """Its exit code."""
        clicks: list[Thread] = []

        def click(url: str) -> None:
            shown = user(url)
            self.page = shown.text if isinstance(shown, requests.Response) else ""

        def browse(url: str) -> None:
            clicks.append(Thread(target=click, args=(url,)))
            clicks[-1].start()

        environment = {"PINTEREST_API_URL": sim.url} | ({} if secret is None else {"PINTEREST_CLIENT_SECRET": secret})
        line = ["--config", str(config), "--port", "0", *arguments]
        with mock.patch.dict(os.environ, environment), mock.patch("webbrowser.open", browse):
            code = authorize.main(line)
        for clicked in clicks:
            clicked.join()
        said = self._captured.readouterr()
        self.said = said.out + said.err
        return code

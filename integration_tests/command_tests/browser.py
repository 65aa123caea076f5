"""Drives Chromium through a pipe of its DevTools protocol: opens, clicks and photographs a page.

https://chromedevtools.github.io/devtools-protocol/
"""

import base64
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any, BinaryIO

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
_OPTIONS = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--remote-debugging-pipe"),
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
    "--window-size=720,520",
)


class Browser:
    """A window of Chromium.

    Args:
        commands: takes commands, each of which ends with a zero byte.
        answers: has answers and events in the same form.
    """

    def __init__(self, commands: BinaryIO, answers: BinaryIO) -> None:
        self._commands, self._answers = commands, answers
        self._serial = count(1)
        self._session: dict[str, str] = {}
        target = self._call("Target.createTarget", url="about:blank")["targetId"]
        self._session = {"sessionId": self._call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]}
        self._call("Page.enable")

    def open(self, url: str) -> None:
        """Show a page."""
        self._call("Page.navigate", url=url)
        self._loaded()

    def click(self, text: str) -> None:
        """Click the button with this text, and wait for the page that follows."""
        button = f"[...document.querySelectorAll('button')].find(one => one.textContent === {json.dumps(text)})"
        self.value(f"{button}.click()")
        self._loaded()

    def value(self, expression: str) -> Any:
        """What JavaScript makes of an expression on the page."""
        result = self._call("Runtime.evaluate", expression=expression)
        assert "exceptionDetails" not in result, result
        return result["result"].get("value")

    def picture(self, path: Path) -> None:
        """Write what the window shows into a file."""
        path.write_bytes(base64.b64decode(self._call("Page.captureScreenshot", format="png")["data"]))

    def _call(self, method: str, **parameters: Any) -> dict[str, Any]:
        number = next(self._serial)
        command = {"id": number, "method": method, "params": parameters, **self._session}
        self._commands.write(json.dumps(command).encode() + b"\0")
        self._commands.flush()
        answer = self._until(lambda message: message.get("id") == number)
        assert "error" not in answer, answer
        result: dict[str, Any] = answer["result"]
        return result

    def _loaded(self) -> None:
        self._until(lambda message: message.get("method") == "Page.loadEventFired")

    def _until(self, is_it: Any) -> dict[str, Any]:
        while True:
            text = b""
            while not text.endswith(b"\0"):
                byte = self._answers.read(1)
                assert byte, "Chromium has ended"
                text += byte
            message: dict[str, Any] = json.loads(text[:-1])
            if is_it(message):
                return message


@contextmanager
def opened(profile: Path) -> Iterator[Browser]:
    """A browser with an empty profile, which may reach this machine alone."""
    assert CHROMIUM is not None
    (for_it, commands), (answers, from_it) = os.pipe(), os.pipe()
    start = 'exec 3<&"$1" 4>&"$2"; shift 2; exec "$@"'
    line = [
        "/bin/bash",
        "-c",
        start,
        "sh",
        str(for_it),
        str(from_it),
        CHROMIUM,
        f"--user-data-dir={profile}",
        *_OPTIONS,
    ]
    with subprocess.Popen(line, pass_fds=[for_it, from_it], stderr=subprocess.DEVNULL) as process:
        os.close(for_it)
        os.close(from_it)
        try:
            with os.fdopen(commands, "wb") as to, os.fdopen(answers, "rb") as of:
                yield Browser(to, of)
        finally:
            process.kill()

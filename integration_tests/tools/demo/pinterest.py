"""The Pinterest of the demos: the simulator, in a process of its own on a free port."""

import json
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, date, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import requests

from integration_tests.simulator.__main__ import parse
from integration_tests.support.pinterest import World, oauth_config
from integration_tests.support.truth import KEYS, Key, by_key
from integration_tests.tools.demo.connector import started

SHOP = ("--shop", "true", "--seed", "12", "--ad-accounts", "2", "--shared-ad-accounts", "0", "--active-percent", "99")
"""Two ad accounts of a shop, in two currencies."""
WORLD = (
    *SHOP,
    *("--campaigns", "4", "--ad-groups", "4", "--ads", "5", "--product-groups", "1", "--product-items", "1"),
    *("--boards", "6", "--sections-per-board", "2", "--pins-per-board", "80", "--pins-per-section", "20"),
)
BEHAVIOUR = (
    "--profile",
    "ample",
    "--open-betas",
    "multi_pins/analytics",
    "--report-seconds",
    "0.05",
    "--refresh-rotation",
    "revoke",
)
"""Nobody waits for a demo as long as for Pinterest."""

_NO_QUOTA = ("oauth/token", "report/download")
"""Requests that count against no quota: tokens, and the files of reports, which are on another host."""


class LocalPinterest:
    """A simulated Pinterest for other processes, which writes a configuration with which the connector reads it.

    What happens to it also happens to a world of this process, which knows what there is to read.
    """

    def __init__(self, config_file: Path, root: Path, world: Sequence[str] = WORLD) -> None:
        options = [*world, *BEHAVIOUR, "--now", datetime.now(UTC).isoformat()]
        self._command = [sys.executable, "-m", "integration_tests.simulator", *options]
        self._world = World(**parse(options)[0])
        self._config_file = config_file
        self._root = root
        self._control = requests.Session()
        self._control.trust_env = False
        self.url = ""

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            process = stack.enter_context(started(self._command, cwd=self._root))
            announcement = process.stdout.readline() if process.stdout else b""
            if not announcement:
                raise RuntimeError("The local Pinterest did not start; its error is above.")
            stack.callback(self._control.close)
            stack.callback(process.terminate)
            self._stack = stack.pop_all()
        credentials = json.loads(announcement)
        self.url = credentials.pop("url")
        self._config_file.write_text(json.dumps(oauth_config(credentials), indent=2), encoding="utf-8")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def requests(self) -> int:
        """How many requests Pinterest has counted since the last time."""
        log = self._ask("GET", "log")
        self._ask("DELETE", "log")
        return sum(entry["operation_id"] not in _NO_QUOTA for entry in log)

    def expected(self, streams: Iterable[str], start: date) -> dict[str, set[Key]]:
        """The keys of the records of each stream, analytics from the first day until today."""
        return {stream: set(by_key(KEYS[stream], self._world.synced(stream, start))) for stream in streams}

    def pause(self, campaign: Mapping[str, Any]) -> None:
        """Pause a campaign, as an advertiser does."""
        change = {"account": campaign["ad_account_id"], "kind": "campaigns", "entity_id": campaign["id"]}
        change |= {"at": int(time.time()), "status": "PAUSED"}
        self._ask("POST", "edit", json=change)
        self._world.edit(**change)

    def restate(self, days_back: int) -> None:
        """Let late conversions change the numbers of the last days."""
        self._ask("POST", "restate", json={"days_back": days_back})
        self._world.restate(days_back)

    def _ask(self, method: str, command: str, **arguments: Any) -> Any:
        parts = urlsplit(self.url)
        answer = self._control.request(
            method, f"{parts.scheme}://{parts.netloc}/_simulator/{command}", timeout=60, **arguments
        )
        answer.raise_for_status()
        return answer.json()

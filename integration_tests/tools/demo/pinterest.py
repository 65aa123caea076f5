"""The Pinterest of the demos: the simulator, in a process of its own on a free port."""

import json
import shutil
import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests

from integration_tests.simulator.__main__ import parse
from integration_tests.support.pinterest import World, oauth_config
from integration_tests.support.processes import ROOT
from integration_tests.support.truth import KEYS, Key, by_key
from integration_tests.tools.demo.connector import CONFIG, READ, Connector, started

SHOP = ("--shop", "true", "--seed", "12", "--ad-accounts", "2", "--shared-ad-accounts", "0", "--active-percent", "99")
"""Two ad accounts of a shop, in two currencies."""
WORLD = (
    *SHOP,
    *("--campaigns", "4", "--ad-groups", "4", "--ads", "5", "--product-groups", "1", "--product-items", "1"),
    *("--boards", "6", "--sections-per-board", "2", "--pins-per-board", "80", "--pins-per-section", "20"),
)
BEHAVIOUR = (
    *("--profile", "ample", "--open-betas", "multi_pins/analytics"),
    *("--report-seconds", "0.05", "--refresh-rotation", "revoke"),
)
"""Nobody waits for a demo as long as for Pinterest."""

_NO_QUOTA = ("oauth/token", "report/download")
"""Requests that count against no quota: tokens, and the files of reports, which are on another host."""


@contextmanager
def simulator(*options: str) -> Iterator[dict[str, str]]:
    """Start the simulator: its URL, and the credentials of an app."""
    with started([sys.executable, "-m", "integration_tests.simulator", *options], cwd=ROOT) as process:
        announcement = process.stdout.readline() if process.stdout else b""
        if not announcement:
            raise RuntimeError("The local Pinterest did not start; its error is above.")
        yield json.loads(announcement)
        process.terminate()


def ask(url: str, method: str, command: str, **arguments: Any) -> Any:
    """Ask a simulator for its log, or change what it has."""
    parts = urlsplit(url)
    with requests.Session() as session:
        session.trust_env = False
        address = f"{parts.scheme}://{parts.netloc}/_simulator/{command}"
        answer = session.request(method, address, timeout=60, **arguments)
        answer.raise_for_status()
        return answer.json()


class LocalPinterest:
    """A simulated Pinterest in another process, and what a connector reads of it.

    What happens to it also happens to a world of this process, which knows what there is to read.

    Attributes:
        url: of its API.
        world: of this process.
        start: the first day of analytics that the connector reads.
        connector: reads it.
    """

    def __init__(self, url: str, world: World, days: int, folder: Path) -> None:
        self.url, self.world = url, world
        self.start = world.today - timedelta(days=days)
        self.connector = Connector(url, folder)

    def requests(self) -> int:
        """How many requests Pinterest has counted since the last time."""
        log = ask(self.url, "GET", "log")
        ask(self.url, "DELETE", "log")
        return sum(entry["operation_id"] not in _NO_QUOTA for entry in log)

    def expected(self, streams: Iterable[str]) -> dict[str, set[Key]]:
        """The keys of the records of each stream, analytics from the first day until today."""
        return {stream: set(by_key(KEYS[stream], self.world.synced(stream, self.start))) for stream in streams}

    def pause(self, campaign: Mapping[str, Any]) -> None:
        """Pause a campaign, as an advertiser does."""
        change = {"account": campaign["ad_account_id"], "kind": "campaigns", "entity_id": campaign["id"]}
        change |= {"at": int(time.time()), "status": "PAUSED"}
        ask(self.url, "POST", "edit", json=change)
        self.world.edit(**change)

    def restate(self, days_back: int) -> None:
        """Let late conversions change the numbers of the last days."""
        ask(self.url, "POST", "restate", json={"days_back": days_back})
        self.world.restate(days_back)


@contextmanager
def local_pinterest(
    folder: Path, options: Sequence[str] = WORLD, *, days: int, **config: Any
) -> Iterator[LocalPinterest]:
    """Start a Pinterest, and write a configuration with which the connector reads it.

    Args:
        folder: of the demo. What an earlier run has read is removed: its state belongs to a Pinterest that has ended.
        options: of the simulator, for its world.
        days: of history that the connector reads.
        config: other options of the connector.
    """
    folder.mkdir(parents=True, exist_ok=True)
    if (folder / READ).exists():
        shutil.rmtree(folder / READ)
    given = [*options, *BEHAVIOUR, "--now", datetime.now(UTC).isoformat()]
    with simulator(*given) as credentials:
        pinterest = LocalPinterest(credentials.pop("url"), World(**parse(given)[0]), days, folder)
        text = json.dumps(oauth_config(credentials, start_date=str(pinterest.start), **config), indent=2)
        (folder / CONFIG).write_text(text, encoding="utf-8")
        yield pinterest
        (folder / CONFIG).write_text(text, encoding="utf-8")  # one that is started anew knows its first token alone

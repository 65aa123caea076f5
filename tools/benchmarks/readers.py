"""The workloads and their readers: the connector, perhaps of an earlier commit, the bare loop and the official one."""

import shutil
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import requests

from integration_tests.support.catalogs import catalog_of
from integration_tests.support.expected_records.columns import DEFAULT_COLUMNS
from integration_tests.support.processes import ROOT, clean_environment
from integration_tests.support.syncs import read_arguments
from integration_tests.support.worktree import worktree_of
from tools.benchmarks import floor

Config = Mapping[str, Any]


@dataclass(frozen=True)
class Workload:
    """A stream and the sizes of a world.

    Attributes:
        parents: the size that says how many boards or ad accounts there are.
        key: the fields that distinguish two records, in the records of every reader.
    """

    stream: str
    world: Mapping[str, Any]
    parents: str
    key: tuple[str, ...] = ("id",)

    def scaled(self, share: float) -> "Workload":
        """The same with fewer parents, none of them smaller."""
        parents = max(1, round(self.world[self.parents] * share))
        return replace(self, world={**self.world, self.parents: parents})


_CAMPAIGNS = {"boards": 0, "ad_accounts": 5, "campaigns": 200, "ad_groups": 200, "ads": 200, "active_percent": 100}

WORKLOADS = (  # one for each kind of stream
    Workload("board_pins", {"boards": 100, "pins_per_board": 2_500, "sections_per_board": 0}, "boards"),
    Workload("ads", {"boards": 0, "ad_accounts": 10, "ads": 5_000}, "ad_accounts"),
    Workload("campaign_analytics", _CAMPAIGNS, "ad_accounts", ("CAMPAIGN_ID", "DATE")),
    Workload("campaign_analytics_report", _CAMPAIGNS, "ad_accounts", ("CAMPAIGN_ID", "DATE")),
)


@dataclass(frozen=True)
class Reader:
    """Somebody to be measured.

    Attributes:
        name: for the tables.
        command: how it reads a workload: API address, config, workload and a folder for its files.
        start: how it starts and ends without reading.
        checkout: its working folder, whose package it imports; None where the package lies in an environment of its
            own, beside which there must not be another one of its name.
    """

    name: str
    command: Callable[[str, Config, Workload, Path], list[str]]
    start: tuple[str, ...]
    checkout: Path | None = ROOT

    def environment(self, url: str) -> dict[str, str]:
        """The variables of its process. Coverage would be measured along."""
        return {name: value for name, value in clean_environment(url).items() if not name.startswith("COVERAGE_")}


OFFICIAL = ROOT / ".tmp" / "official"
"""A virtual environment with Airbyte's own connector, from PyPI and below version 3; `make bench` makes it."""
_OFFICIAL_START = (str(OFFICIAL / "bin" / "python"), "-c", "from source_pinterest.run import run; run()")
_API = "https://api.pinterest.com/v5"


def connector(checkout: Path, name: str) -> Reader:
    """The connector of a checkout, run by the Python that runs this."""
    return Reader(name, _connector, (sys.executable, "main.py", "spec"), checkout)


def _connector(_url: str, config: Config, workload: Workload, folder: Path) -> list[str]:
    """`python main.py read`."""
    return [sys.executable, "main.py", *read_arguments(folder, catalog_of([workload.stream]), config)]


def _bare_loop(url: str, config: Config, workload: Workload, _folder: Path) -> list[str]:
    """`floor.py`, with an access token."""
    credentials = config["credentials"]
    form = {"grant_type": "refresh_token", "refresh_token": credentials["refresh_token"]}
    who = (credentials["client_id"], credentials["client_secret"])
    token = requests.post(f"{url}/oauth/token", data=form, auth=who, timeout=60).json()["access_token"]
    return [
        sys.executable,
        floor.__file__,
        url,
        workload.stream,
        token,
        config["start_date"],
        ",".join(DEFAULT_COLUMNS),
    ]


def _official(url: str, config: Config, workload: Workload, folder: Path) -> list[str]:
    """The official connector. Its base URL stands in its manifest, a data file, and in no option: it is put there."""
    [package] = OFFICIAL.glob("lib/python*/site-packages/source_pinterest")
    manifest, pristine = package / "manifest.yaml", package / "manifest.yaml.pristine"
    if not pristine.exists():
        shutil.copy(manifest, pristine)
    manifest.write_text(pristine.read_text(encoding="utf-8").replace(_API, url), encoding="utf-8")
    arguments = read_arguments(folder, catalog_of([workload.stream], sync_mode="full_refresh"), config)
    return [*_OFFICIAL_START, *arguments]


def official_is_installed() -> bool:
    """Whether `make bench` could install it."""
    return any(OFFICIAL.glob("lib/python*/site-packages/source_pinterest"))


CONNECTOR = connector(ROOT, "this connector")
BARE_LOOP = Reader("bare loop", _bare_loop, (sys.executable, "-c", "import orjson, requests"))
OFFICIAL_CONNECTOR = Reader("official connector", _official, (*_OFFICIAL_START, "spec"), checkout=None)

NO_API = "http://127.0.0.1/v5"


@contextmanager
def connector_at(commit: str) -> Iterator[Reader]:
    """The connector as it was at a commit.

    Raises:
        OSError: git made no worktree.
    """
    with worktree_of(commit, "beside") as checkout:
        yield connector(checkout, f"this connector at {commit}")

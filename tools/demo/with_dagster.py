"""Runs the demo: Dagster reads three shards of ad accounts at once, three times, the last time with a dead sign-in."""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from integration_tests.simulator import Fault, FaultKind
from integration_tests.support.assertions import key_of, without_nulls
from integration_tests.support.expected_records import Key
from integration_tests.support.outputs import Output, Record
from integration_tests.support.pinterest import oauth_config
from integration_tests.support.processes import ROOT
from integration_tests.support.sign_in import sign_in
from tools.demo.connector import CONFIG
from tools.demo.pinterest import (
    RESTATED_DAYS,
    WORLD,
    LocalPinterest,
    local_pinterest,
    spend_of_records,
    told_spend,
)
from tools.demo.screen import DemoFailedError, play

OUTPUT = Path("demo-output/dagster")
EXAMPLE = Path("examples/dagster/pinterest_shards.py")
MATERIALIZE = Path("tools/demo/materialize.py")
JOB = Path("examples/kubernetes/pinterest-shards.yaml")
STREAMS = ("campaigns", "campaign_analytics")
NAMES = ("americas", "emea", "apac")
THROTTLED, DEAD = "apac", "emea"
"""The shard that finds its quota used up, and the one whose refresh token another program uses."""
_AN_HOUR = 3_600

Records = Mapping[str, Mapping[Key, Record]]
"""By stream and primary key."""


@dataclass(frozen=True)
class Shard:
    """Some of the ad accounts, in a folder with its configuration, its messages and its state."""

    folder: Path
    accounts: Sequence[str]

    @property
    def config(self) -> Path:
        return self.folder / CONFIG

    @property
    def refresh_token(self) -> str:
        """The one that the shard's next run uses."""
        return str(json.loads(self.config.read_text(encoding="utf-8"))["credentials"]["refresh_token"])

    def states(self) -> dict[str, Any]:
        """The state that the next run continues from, by stream."""
        saved = json.loads((self.folder / "output" / "state.json").read_text(encoding="utf-8"))
        return {entry["stream"]["stream_descriptor"]["name"]: entry["stream"]["stream_state"] for entry in saved}

    def files(self) -> list[Path]:
        """The messages of every run, the first one first."""
        return sorted(self.folder.glob("output/messages-*.jsonl"))


@dataclass(frozen=True)
class Result:
    """What came of a shard that was run once.

    Attributes:
        succeeded: whether it was read completely.
        retries: how often Dagster started it again.
        reason: why it failed, in the connector's words.
        records: what was read.
        is_renewed: whether its configuration has another refresh token than before.
    """

    succeeded: bool
    retries: int
    reason: str
    records: Records
    is_renewed: bool


class Agency:
    """A Pinterest, shards of its ad accounts with a sign-in each, and Dagster, which runs them."""

    def __init__(self, pinterest: LocalPinterest, folder: Path, dagster: Callable[..., str]) -> None:
        self.pinterest, self._folder, self._dagster = pinterest, folder / "shards", dagster
        app = json.loads((folder / CONFIG).read_text(encoding="utf-8"))["credentials"]
        accounts = sorted(record["id"] for record in pinterest.world.records("ad_accounts"))
        self.shards = {
            name: Shard(self._folder / name, accounts[number :: len(NAMES)]) for number, name in enumerate(NAMES)
        }
        options = {"start_date": str(pinterest.start), "max_wait_minutes": 1}
        for shard in self.shards.values():
            credentials = {**app, "refresh_token": sign_in(pinterest.url, app)}
            shard.folder.mkdir(parents=True)
            config = oauth_config(credentials, account_ids=shard.accounts, **options)
            shard.config.write_text(json.dumps(config, indent=2), encoding="utf-8")

    def run(self) -> Mapping[str, Result]:
        """Run all shards at once, as the example's schedule does."""
        before = {name: (shard.refresh_token, shard.files()) for name, shard in self.shards.items()}
        settings = {"PINTEREST_SHARDS": str(self._folder), "PINTEREST_API_URL": self.pinterest.url}
        outcomes = json.loads(self._dagster(MATERIALIZE, EXAMPLE, **settings))
        return {
            name: Result(
                **outcomes[name],
                records=records_in(file for file in shard.files() if file not in before[name][1]),
                is_renewed=shard.refresh_token != before[name][0],
            )
            for name, shard in self.shards.items()
        }

    def incomplete(self) -> list[str]:
        """A sentence for each stream of which the shards together do not hold what Pinterest has."""
        held = self.held()
        return [f"{stream} is not what Pinterest has." for stream in STREAMS if held[stream] != self._truth(stream)]

    def held(self) -> Records:
        """What the folders of all shards hold together."""
        return records_in(file for shard in self.shards.values() for file in shard.files())

    def _truth(self, stream: str) -> Mapping[Key, Record]:
        records = self.pinterest.expected(stream, start=self.pinterest.start)
        return {key: without_nulls(record) for key, record in records.items()}

    def use_up_quota(self, name: str) -> None:
        """Let a shard's next list of campaigns meet a quota that others have used up for an hour."""
        account = self.shards[name].accounts[0]
        self.pinterest.add_fault(Fault(FaultKind.RATE_LIMITED, on="campaigns/list", account=account, seconds=_AN_HOUR))


def records_in(files: Iterable[Path]) -> Records:
    """What files of JSON lines hold, where a record replaces an earlier one with the same key."""
    found: dict[str, dict[Key, Record]] = {stream: {} for stream in STREAMS}
    for file in files:
        for stream, records in Output.of_process(file.read_bytes(), 0, "").records.items():
            found[stream].update((key_of(stream, record), record) for record in records)
    return found


def troubles(results: Mapping[str, Result], tried_again: Collection[str] = (), dead: str = "") -> list[str]:
    """What is wrong if one shard fails, and that one alone, and Dagster starts some again, once."""
    found = []
    for name, result in results.items():
        if result.succeeded == (name == dead):
            found.append(f"{name} succeeded." if result.succeeded else f"{name} failed: {result.reason}")
        if result.retries != (name in tried_again):
            found.append(f"Retries of {name}: {result.retries}, not {int(name in tried_again)}.")
        if not result.is_renewed and name != dead:
            found.append(f"The new refresh token of {name} was not saved.")
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the demo in a folder, which is made anew; the exit code, 0 if each shard did what it should."""
    parser = argparse.ArgumentParser(prog="make demo-dagster", description="Read shards of a local Pinterest at once.")
    parser.add_argument("--python", type=Path, required=True, help="Python of an environment that has Dagster")
    python = parser.parse_args(arguments).python.absolute()
    return play(lambda console: run(console, python, ROOT / OUTPUT))


def run(console: Console, python: Path, output: Path, world: Sequence[str] = WORLD) -> bool:
    """Show the demo, and print what went otherwise than it should."""
    if not os.access(python, os.X_OK):
        raise DemoFailedError(f"{python} can't be started. Run `make demo-dagster`, which installs Dagster.")
    if output.exists():
        shutil.rmtree(output)
    console.print("Dagster reads three shards of a local Pinterest at once, three times, in two minutes.")
    with (
        tempfile.TemporaryDirectory(prefix="dagster-") as home,
        local_pinterest(output, world) as pinterest,
    ):
        (Path(home) / "dagster.yaml").write_text("telemetry:\n  enabled: false\n", encoding="utf-8")

        def dagster(*command: str | Path, **settings: str) -> str:
            return run_python(python, command, output / "dagster.log", {**settings, "DAGSTER_HOME": home})

        dagster("-m", "kubernetes_validate", "--strict", JOB)
        console.print("The Kubernetes Job in examples/kubernetes conforms to the schema of Kubernetes.\n")
        agency = Agency(pinterest, output, dagster)
        found = show(console, agency)
        spend = told_spend(spend_of_records(agency.held()["campaign_analytics"].values()), pinterest.world.today)
    console.print(spend)
    console.print(f"Each shard's records and state are in {OUTPUT}/shards; Dagster's log is beside them.")
    console.print(
        " ".join(found)
        or f"All went as meant: every record arrived, and {DEAD}, which was to fail, stopped no other shard."
    )
    return not found


def run_python(python: Path, command: Sequence[str | Path], log: Path, settings: Mapping[str, str]) -> str:
    """Run a command of Dagster's environment, and return what it prints; a file takes that and the rest that it says.

    Raises:
        DemoFailedError: it failed.
    """
    environment = {
        **os.environ,
        "DAGSTER_DISABLE_TELEMETRY": "yes",
        "PINTEREST_PYTHON": sys.executable,
        "PINTEREST_RETRY_SECONDS": "1",
        **settings,
    }
    with log.open("a", encoding="utf-8") as file:
        line = [python, *command]
        done = subprocess.run(
            line, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=file, text=True, check=False
        )
        file.write(done.stdout)
    if done.returncode:
        shown = " ".join(map(str, command))
        raise DemoFailedError(f"`{shown}` ended with exit code {done.returncode}; see {log}.")
    return done.stdout


def show(console: Console, agency: Agency) -> list[str]:
    """Run the shards three times; what went otherwise than it should, in sentences."""
    console.print(f"[bold]Three shards at once[/bold], and {THROTTLED} finds its quota used up by others.")
    agency.use_up_quota(THROTTLED)
    first = agency.run()
    console.print(table(agency, first))
    if found := troubles(first, tried_again={THROTTLED}) + agency.incomplete():
        return found

    console.print(
        "[bold]The same again[/bold], from the states: the days whose conversions may still grow, with late ones."
    )
    agency.pinterest.world.restate(RESTATED_DAYS)
    used = agency.shards[DEAD].config.read_bytes()
    second = agency.run()
    console.print(table(agency, second))
    found = troubles(second) + agency.incomplete()
    for name, result in second.items():
        again, before = ([len(read.records[stream]) for stream in STREAMS] for read in (result, first[name]))
        if again[0] > before[0] or not 0 < again[1] < before[1]:
            found.append(f"{name} did not go on from its state.")
    if found:
        return found

    console.print(f"[bold]Once more[/bold], but another program has used the refresh token of {DEAD}:")
    console.print(f"{DEAD} is to fail, and the others are to go on.")
    agency.shards[DEAD].config.write_bytes(used)
    states = agency.shards[DEAD].states()
    third = agency.run()
    console.print(table(agency, third))
    console.print(f"{DEAD}: {third[DEAD].reason}\n", markup=False)
    found = troubles(third, dead=DEAD)
    if "Sign in again" not in third[DEAD].reason:
        found.append(f"It is not told what to do about {DEAD}.")
    return found if agency.shards[DEAD].states() == states else [*found, f"The state of {DEAD} has changed."]


def table(agency: Agency, results: Mapping[str, Result]) -> Table:
    """What came of each shard."""
    rows = Table(box=SIMPLE_HEAD)
    for name in ("Shard", "Ad accounts", "Records", "Retries", "Token saved", "Result"):
        rows.add_column(name, no_wrap=True)
    for name, result in results.items():
        rows.add_row(
            name,
            str(len(agency.shards[name].accounts)),
            f"{sum(map(len, result.records.values())):,}",
            str(result.retries),
            "yes" if result.is_renewed else "no",
            "complete" if result.succeeded else "failed",
        )
    return rows

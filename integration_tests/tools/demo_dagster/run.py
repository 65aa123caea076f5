"""Runs the demo: Dagster reads three shards of ad accounts at once, three times, the last time with a dead sign-in."""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Self

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from integration_tests.support.outputs import Record
from integration_tests.support.truth import Key
from integration_tests.tools.demo.screen import DemoFailedError, play
from integration_tests.tools.demo_dagster.agency import LOOKBACK_DAYS, Agency, Shard, records_in

ROOT = Path(__file__).parents[3]
OUTPUT = Path("demo-output/dagster")
PYTHON = Path(".tmp/dagster/bin/python")
THROTTLED, DEAD = "apac", "emea"
"""The shard that finds its quota used up, and the one whose refresh token another program uses."""
EXAMPLE = Path("examples/dagster/pinterest_shards.py")
MATERIALIZE = Path("integration_tests/tools/demo_dagster/materialize.py")
JOB = Path("examples/kubernetes/pinterest-shards.yaml")
RETRY_SECONDS = 1
_CONFIGURATION = "telemetry:\n  enabled: false\n"


@dataclass(frozen=True)
class Outcome:
    """What came of a partition.

    Attributes:
        succeeded: whether it was read whole.
        retries: how often Dagster started it again.
        reason: why it failed, in the connector's words.
    """

    succeeded: bool
    retries: int
    reason: str


class Orchestrator:
    """Dagster, by the Python of its environment, with an instance in an empty folder; a file takes what it says."""

    def __init__(self, python: Path, home: Path, log: Path) -> None:
        if not os.access(python, os.X_OK):
            raise DemoFailedError(f"{python} can't be started. Run `make demo-dagster`, which installs Dagster.")
        self._python = python
        self._log = log
        (home / "dagster.yaml").write_text(_CONFIGURATION, encoding="utf-8")
        self._environment = {
            **os.environ,
            "DAGSTER_HOME": str(home),
            "DAGSTER_DISABLE_TELEMETRY": "yes",
            "PINTEREST_PYTHON": sys.executable,
            "PINTEREST_RETRY_SECONDS": str(RETRY_SECONDS),
        }

    def materialize(self, shards: Path, api_url: str) -> Mapping[str, Outcome]:
        """Run all partitions of the example at once; what one of them met is in its outcome.

        Raises:
            DemoFailedError: Dagster failed.
        """
        answer = self._run(MATERIALIZE, EXAMPLE, PINTEREST_SHARDS=str(shards), PINTEREST_API_URL=api_url)
        return {partition: Outcome(**outcome) for partition, outcome in json.loads(answer).items()}

    def check_job(self) -> None:
        """Hold the Kubernetes Job against the schema of Kubernetes.

        Raises:
            DemoFailedError: it does not keep to that.
        """
        self._run("-m", "kubernetes_validate", "--strict", JOB)

    def _run(self, *arguments: str | Path, **settings: str) -> str:
        with self._log.open("a", encoding="utf-8") as log:
            done = subprocess.run(
                [self._python, *arguments],
                cwd=ROOT,
                env={**self._environment, **settings},
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                check=False,
            )
            log.write(done.stdout)
        if done.returncode:
            command = " ".join(map(str, arguments))
            raise DemoFailedError(f"`{command}` ended with exit code {done.returncode}; see {self._log}.")
        return done.stdout


@dataclass(frozen=True)
class Pass:
    """All shards, run at once.

    Attributes:
        shards: by their names.
        outcomes: what came of each.
        earlier: the files that were there before.
        renewed: the shards whose configuration has another refresh token than before.
    """

    shards: Mapping[str, Shard]
    outcomes: Mapping[str, Outcome]
    earlier: Collection[Path]
    renewed: Collection[str]

    @classmethod
    def of(cls, agency: Agency, orchestrator: Orchestrator) -> Self:
        """Run all shards of an agency."""
        earlier = [file for shard in agency.shards.values() for file in shard.files()]
        tokens = {name: refresh_token(shard) for name, shard in agency.shards.items()}
        outcomes = orchestrator.materialize(agency.folder, agency.url)
        renewed = [name for name, shard in agency.shards.items() if refresh_token(shard) != tokens[name]]
        return cls(agency.shards, outcomes, earlier, renewed)

    def records(self, name: str) -> Mapping[str, Mapping[Key, Record]]:
        """What a shard read in this pass."""
        return records_in(file for file in self.shards[name].files() if file not in self.earlier)


def troubles_of_both(shown: Pass, truth: Mapping[str, Mapping[Key, Record]], tried_again: Collection[str]) -> list[str]:
    """What is wrong with a pass that no shard fails in, and in which Dagster starts some shards again, once."""
    troubles = [f"{name} failed: {outcome.reason}" for name, outcome in shown.outcomes.items() if not outcome.succeeded]
    for name, outcome in shown.outcomes.items():
        if outcome.retries != (name in tried_again):
            troubles.append(f"Retries of {name}: {outcome.retries}, not {int(name in tried_again)}.")
        if name not in shown.renewed:
            troubles.append(f"The new refresh token of {name} was not saved.")
    held = records_in(file for shard in shown.shards.values() for file in shard.files())
    return troubles + [f"{stream} is not what Pinterest has." for stream in truth if held[stream] != truth[stream]]


def troubles_of_the_state(shown: Pass, oldest: date) -> list[str]:
    """What is wrong with a pass that goes on from a state: it reads no older day, and not all campaigns."""
    troubles = []
    for name, shard in shown.shards.items():
        records = shown.records(name)
        days = {record["DATE"] for record in records["campaign_analytics"].values()}
        all_campaigns = records_in(shard.files())["campaigns"]
        if not days or min(days) < str(oldest) or len(records["campaigns"]) == len(all_campaigns):
            troubles.append(f"{name} did not go on from its state.")
    return troubles


def troubles_of_a_failure(shown: Pass, dead: str) -> list[str]:
    """What is wrong with a pass in which one shard fails, and only that."""
    troubles = []
    for name, outcome in shown.outcomes.items():
        if outcome.succeeded == (name == dead):
            troubles.append(f"{name} {'succeeded' if outcome.succeeded else 'failed'}.")
        if outcome.retries:
            troubles.append(f"Dagster started {name} again, which can't help.")
    if "Sign in again" not in shown.outcomes[dead].reason:
        troubles.append(f"It is not told what to do about {dead}.")
    return troubles


def refresh_token(shard: Shard) -> str:
    """The one that the shard's next run uses."""
    return str(json.loads(shard.config.read_text(encoding="utf-8"))["credentials"]["refresh_token"])


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the demo in a folder, which is made anew; the exit code, 0 if each shard did what it should."""
    parser = argparse.ArgumentParser(prog="make demo-dagster", description="Read shards of a local Pinterest at once.")
    parser.add_argument("--python", type=Path, default=ROOT / PYTHON, help="Python of an environment that has Dagster")
    python = parser.parse_args(arguments).python.absolute()
    return play(lambda console: run(console, python, ROOT / OUTPUT))


def run(console: Console, python: Path, output: Path) -> bool:
    """Show the demo, and print what went otherwise than it should."""
    if output.exists():
        shutil.rmtree(output)
    output.mkdir(parents=True)
    with tempfile.TemporaryDirectory(prefix="dagster-") as home:
        orchestrator = Orchestrator(python, Path(home), output / "dagster.log")
        with Agency(output, ROOT) as agency:
            troubles = show(console, agency, orchestrator)
    console.print(f"Each shard's records and state are in {OUTPUT}/shards; Dagster's log is beside them.")
    console.print(
        " ".join(troubles)
        or f"All went as meant: every record arrived, and {DEAD}, which was to fail, stopped no other shard."
    )
    return not troubles


def show(console: Console, agency: Agency, orchestrator: Orchestrator) -> list[str]:
    """Run the shards three times; what went otherwise than it should, in sentences."""
    orchestrator.check_job()
    console.print("The Kubernetes Job in examples/kubernetes conforms to the schema of Kubernetes.\n")

    console.print(f"[bold]Three shards at once[/bold], and {THROTTLED} finds its quota used up by others.")
    agency.use_up_quota(agency.shards[THROTTLED])
    first = Pass.of(agency, orchestrator)
    console.print(table(first))
    if troubles := troubles_of_both(first, agency.truth(), tried_again={THROTTLED}):
        return troubles

    console.print(
        f"[bold]The same again[/bold], from the states: {LOOKBACK_DAYS} days and today, with late conversions."
    )
    agency.restate(days_back=LOOKBACK_DAYS)
    used = agency.shards[DEAD].config.read_bytes()
    second = Pass.of(agency, orchestrator)
    console.print(table(second))
    troubles = troubles_of_both(second, agency.truth(), tried_again=())
    if troubles := troubles + troubles_of_the_state(second, agency.oldest_restated_day()):
        return troubles

    console.print(f"[bold]Once more[/bold], but another program has used the refresh token of {DEAD}:")
    console.print(f"{DEAD} is to fail, and the others are to go on.")
    agency.shards[DEAD].config.write_bytes(used)
    states = agency.shards[DEAD].states()
    third = Pass.of(agency, orchestrator)
    console.print(table(third))
    console.print(f"{DEAD}: {third.outcomes[DEAD].reason}\n", markup=False)
    troubles = troubles_of_a_failure(third, DEAD)
    return troubles if agency.shards[DEAD].states() == states else [*troubles, f"The state of {DEAD} has changed."]


def table(shown: Pass) -> Table:
    """What came of each shard."""
    rows = Table(box=SIMPLE_HEAD)
    for name in ("Shard", "Ad accounts", "Records", "Retries", "Token saved", "Result"):
        rows.add_column(name, no_wrap=True)
    for name, outcome in shown.outcomes.items():
        shard = shown.shards[name]
        rows.add_row(
            name,
            str(len(shard.accounts)),
            f"{sum(map(len, shown.records(name).values())):,}",
            str(outcome.retries),
            "yes" if name in shown.renewed else "no",
            "complete" if outcome.succeeded else "failed",
        )
    return rows

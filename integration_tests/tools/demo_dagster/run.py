"""Runs the demo: Dagster reads three shards of ad accounts at once, three times, the last time with a dead sign-in."""

import argparse
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from integration_tests.network_guard import confine_to_loopback
from integration_tests.tools.demo_dagster.agency import LOOKBACK_DAYS, Agency
from integration_tests.tools.demo_dagster.orchestrator import Orchestrator, OrchestratorError
from integration_tests.tools.demo_dagster.passes import (
    Pass,
    troubles_of_a_failure,
    troubles_of_both,
    troubles_of_the_state,
)

ROOT = Path(__file__).parents[3]
OUTPUT = Path("demo-output/dagster")
PYTHON = Path(".tmp/dagster/bin/python")
PLAIN_WIDTH = 80
THROTTLED, DEAD = "apac", "emea"
"""The shard that finds its quota used up, and the one whose refresh token another program uses."""


def main(arguments: Sequence[str] | None = None, output: Path = ROOT / OUTPUT) -> int:
    """Run the demo in a folder, which is made anew; the exit code, 0 if each shard did what it should."""
    parser = argparse.ArgumentParser(prog="make demo-dagster", description="Read shards of a local Pinterest at once.")
    parser.add_argument("--python", type=Path, default=ROOT / PYTHON, help="Python of an environment that has Dagster")
    given = parser.parse_args(arguments)
    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=PLAIN_WIDTH)
    confine_to_loopback()
    try:
        if output.exists():
            shutil.rmtree(output)
        output.mkdir(parents=True)
        with tempfile.TemporaryDirectory(prefix="dagster-") as home:
            orchestrator = Orchestrator(given.python.absolute(), Path(home), ROOT, output / "dagster.log")
            with Agency(output, ROOT) as agency:
                troubles = show(console, agency, orchestrator)
    except OrchestratorError as error:
        console.print(f"The demo failed: {error}", style="bold red", markup=False, soft_wrap=True)
        return 1
    except OSError as error:
        if not error.filename:  # a request to the local Pinterest failed
            raise
        sentence = f"{error.filename} can't be written ({error.strerror}). Move it away, or get write permission."
        console.print(sentence, markup=False, soft_wrap=True)
        return 1
    console.print(" ".join(troubles) or "Every record arrived, and the shard that failed stopped no other.")
    console.print(f"Each shard's records and state are in {OUTPUT}/shards; Dagster's log is beside them.")
    return 1 if troubles else 0


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

    console.print(f"[bold]Once more[/bold], but another program has used the refresh token of {DEAD}.")
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

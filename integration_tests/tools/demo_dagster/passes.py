"""Run a pass over all shards and check its results."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Self

from integration_tests.support.outputs import Record
from integration_tests.support.truth import Key
from integration_tests.tools.demo_dagster.agency import Agency, Shard, records_in
from integration_tests.tools.demo_dagster.orchestrator import Orchestrator, Outcome


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
    """What is wrong with a pass that no shard fails in.

    Args:
        shown: the pass.
        truth: what all shards together hold after it.
        tried_again: the shards that Dagster has to start again, once.
    """
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
    if "Authenticate again" not in shown.outcomes[dead].reason:
        troubles.append(f"It is not told what to do about {dead}.")
    return troubles


def refresh_token(shard: Shard) -> str:
    """The one that the shard's next run uses."""
    return str(json.loads(shard.config.read_text(encoding="utf-8"))["credentials"]["refresh_token"])

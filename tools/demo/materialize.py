"""Runs what the example's schedule requests, in Dagster's environment; prints what came of each partition, as JSON.

`python materialize.py examples/dagster/pinterest_shards.py`, with the instance that DAGSTER_HOME names.
"""

import json
import runpy
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from functools import partial
from multiprocessing import get_context
from typing import Any

import dagster

ASSET = "pinterest"
SCHEDULE = "every_morning"


def main(module: str) -> None:
    """Run each partition in a process of its own, and all at once, as Dagster's launcher does."""
    definitions = runpy.run_path(module)["definitions"]
    with dagster.DagsterInstance.get() as instance:
        partitions = scheduled(definitions, instance)
        # Processes that create the tables of one instance at the same moment disturb each other.
        instance.get_runs_count()
        instance.get_materialized_partitions(dagster.AssetKey(ASSET))
    with ProcessPoolExecutor(len(partitions), get_context("spawn")) as pool:
        outcomes = pool.map(partial(materialize, module), partitions)
        sys.stdout.write(json.dumps(dict(zip(partitions, outcomes, strict=True))))


def scheduled(definitions: dagster.Definitions, instance: dagster.DagsterInstance) -> Sequence[str]:
    """The partitions that a tick of the schedule starts."""
    tick = dagster.build_schedule_context(
        instance, scheduled_execution_time=datetime.now(UTC), repository_def=definitions.get_repository_def()
    )
    requests = definitions.resolve_schedule_def(SCHEDULE).evaluate_tick(tick).run_requests or ()
    return [request.partition_key for request in requests if request.partition_key]


def materialize(module: str, partition: str) -> dict[str, Any]:
    """Run one; whether it succeeded, how often it was tried again, and why it failed."""
    asset = runpy.run_path(module)[ASSET]
    with dagster.DagsterInstance.get() as instance:
        result = dagster.materialize([asset], instance=instance, partition_key=partition, raise_on_error=False)
    failures = [event.step_failure_data.user_failure_data for event in result.all_events if event.is_step_failure]
    return {
        "succeeded": result.success,
        "retries": sum(event.is_step_up_for_retry for event in result.all_events),
        "reason": " ".join(failure.description for failure in failures if failure),
    }


if __name__ == "__main__":
    main(sys.argv[1])

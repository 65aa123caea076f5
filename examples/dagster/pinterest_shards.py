"""Reads Pinterest with Dagster: a partition is a shard of ad accounts, with a sign-in, a state and retries of its own.

Each shard is a folder, on a disk that every machine which runs shards can reach:

    shards/emea/config.json    a sign-in, and the shard's ad accounts; each new refresh token is written back into it
    shards/emea/output/        what was read, as files of JSON lines, and the state that the next run goes on from

Copy this file into your project and set the variables below.
"""

import json
import os
import subprocess
from collections.abc import Collection, Iterator
from pathlib import Path

import dagster

STREAMS = ("campaigns", "campaign_analytics")
SHARDS = Path(os.environ.get("PINTEREST_SHARDS", "shards"))
# The connector has an environment of its own, so that its dependencies and Dagster's never meet.
PYTHON = os.environ.get("PINTEREST_PYTHON", ".venv/bin/python")
# Where a quota is used up for more than 15 minutes, the connector stops and lets others have the place.
RETRY_SECONDS = float(os.environ.get("PINTEREST_RETRY_SECONDS", "900"))

NAMES = sorted(config.parent.name for config in SHARDS.glob("*/config.json"))
if not NAMES:
    raise FileNotFoundError(
        f"There is no {SHARDS}/*/config.json. Make a folder for each shard, with a sign-in of its own."
    )


@dagster.asset(
    partitions_def=dagster.StaticPartitionsDefinition(NAMES),
    retry_policy=dagster.RetryPolicy(max_retries=3, delay=RETRY_SECONDS, backoff=dagster.Backoff.EXPONENTIAL),
)
def pinterest(context: dagster.AssetExecutionContext) -> dagster.MaterializeResult:
    """What is new in a shard of ad accounts since its last run."""
    shard = SHARDS / context.partition_key
    output = shard / "output"
    command = [PYTHON, "-m", "source_pinterest.read", *STREAMS]
    command += ["--config", str(shard / "config.json"), "--output", str(output)]
    earlier = set(output.glob("messages-*.jsonl"))
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as reading:
        try:
            said, complaints = reading.communicate()
        except BaseException:
            reading.terminate()  # it writes out what it has read, and the state of that
            raise
    if reading.returncode:
        new = set(output.glob("messages-*.jsonl")) - earlier
        raise dagster.Failure(complaints.strip(), allow_retries=may_pass(new))
    for complaint in complaints.splitlines():
        context.log.warning(complaint)
    return dagster.MaterializeResult(metadata={"read": said.strip(), "folder": str(output)})


def may_pass(files: Collection[Path]) -> bool:
    """Whether waiting helps: against a used-up quota or an outage, but not against a sign-in that is rejected."""
    return bool(files) and {kind for file in files for kind in failure_types(file)} != {"config_error"}


def failure_types(file: Path) -> Iterator[str]:
    """The kind of each error that a run met, in the words of Airbyte's protocol."""
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            if line.startswith('{"type":"TRACE"'):
                yield from filter(None, [json.loads(line)["trace"].get("error", {}).get("failure_type")])


@dagster.schedule(target=[pinterest], cron_schedule="0 6 * * *")
def every_morning(context: dagster.ScheduleEvaluationContext) -> list[dagster.RunRequest]:
    """A run for each shard; how many of them run at once is a setting of Dagster's instance."""
    day = f"{context.scheduled_execution_time:%Y-%m-%d}"
    return [dagster.RunRequest(run_key=f"{name} {day}", partition_key=name) for name in NAMES]


# With its in-process executor, Dagster would let a run that is ended wait for another try first.
definitions = dagster.Definitions(assets=[pinterest], schedules=[every_morning])

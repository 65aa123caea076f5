"""Runs Dagster from an environment without the connector, and without a network."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

EXAMPLE = Path("examples/dagster/pinterest_shards.py")
MATERIALIZE = Path("integration_tests/tools/demo_dagster/materialize.py")
JOB = Path("examples/kubernetes/pinterest-shards.yaml")
RETRY_SECONDS = 1
_CONFIGURATION = "telemetry:\n  enabled: false\n"


class OrchestratorError(RuntimeError):
    """Dagster did not do what it was told; the message says what to look at."""


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
    """Dagster with an instance of its own.

    Args:
        python: of the environment that has it.
        home: an empty folder for the instance.
        root: of the checkout.
        log: file for what Dagster says.
    """

    def __init__(self, python: Path, home: Path, root: Path, log: Path) -> None:
        if not os.access(python, os.X_OK):
            raise OrchestratorError(f"{python} can't be started. Run `make demo-dagster`, which installs Dagster.")
        self._python = python
        self._root = root
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
        """Run all partitions of the example at once.

        Args:
            shards: the folder with a folder for each.
            api_url: of the Pinterest that they read.

        Raises:
            OrchestratorError: Dagster failed; what a partition met is in its outcome instead.
        """
        answer = self._run(MATERIALIZE, EXAMPLE, PINTEREST_SHARDS=str(shards), PINTEREST_API_URL=api_url)
        return {partition: Outcome(**outcome) for partition, outcome in json.loads(answer).items()}

    def check_job(self) -> None:
        """Hold the Kubernetes Job against the schema of Kubernetes.

        Raises:
            OrchestratorError: it does not keep to that.
        """
        self._run("-m", "kubernetes_validate", "--strict", JOB)

    def _run(self, *arguments: str | Path, **settings: str) -> str:
        with self._log.open("a", encoding="utf-8") as log:
            done = subprocess.run(
                [self._python, *arguments],
                cwd=self._root,
                env={**self._environment, **settings},
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                check=False,
            )
            log.write(done.stdout)
        if done.returncode:
            command = " ".join(map(str, arguments))
            raise OrchestratorError(f"`{command}` ended with exit code {done.returncode}; see {self._log}.")
        return done.stdout

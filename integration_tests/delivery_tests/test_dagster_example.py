"""The example for Dagster reads a shard, and asks for another try where one helps.

Dagster is not in the environment of the tests, so it is stood for here; `make demo-dagster` runs it.
"""

import json
import runpy
import subprocess
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from integration_tests.simulator import Rotation
from integration_tests.support.assertions import assert_exact
from integration_tests.support.outputs import Output
from integration_tests.support.pinterest import Simulator
from integration_tests.support.processes import ROOT
from integration_tests.support.syncs import since_recently
from integration_tests.support.worlds import small_world

EXAMPLE = ROOT / "examples" / "dagster" / "pinterest_shards.py"


class FailureOfDagster(Exception):  # noqa: N818 - the library calls it Failure
    """Fails a run; `allow_retries` says whether its retry policy holds."""

    def __init__(self, description: str, *, allow_retries: bool) -> None:
        super().__init__(description)
        self.allow_retries = allow_retries


def dagster() -> ModuleType:
    """The library, of which it has what the example uses."""

    def decorator(**_: Any) -> Callable[[Any], Any]:
        return lambda function: function

    library = ModuleType("dagster")
    names = ("StaticPartitionsDefinition", "RetryPolicy", "MaterializeResult", "RunRequest", "Definitions")
    for name in names:
        setattr(library, name, lambda *_, **settings: SimpleNamespace(**settings))
    for name in ("AssetExecutionContext", "ScheduleEvaluationContext"):
        setattr(library, name, SimpleNamespace)
    library.Backoff = SimpleNamespace(EXPONENTIAL="exponential")  # type: ignore[attr-defined]
    library.asset = library.schedule = decorator  # type: ignore[attr-defined]
    library.Failure = FailureOfDagster  # type: ignore[attr-defined]
    return library


class Project:
    """Somebody's project with the example in it, and the shards `apac` and `emea`."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.shards = folder / "shards"
        self.warnings: list[str] = []
        self._monkeypatch = monkeypatch
        monkeypatch.setitem(sys.modules, "dagster", dagster())
        monkeypatch.setenv("PINTEREST_SHARDS", str(self.shards))
        monkeypatch.setenv("PINTEREST_PYTHON", sys.executable)

    @property
    def output(self) -> Path:
        return self.shards / "emea" / "output"

    def configure(self, config: object) -> None:
        for name in ("apac", "emea"):
            (self.shards / name).mkdir(parents=True)
            (self.shards / name / "config.json").write_text(json.dumps(config), encoding="utf-8")

    def connector(self, script: str) -> None:
        """Let a shell script stand for the connector: its last argument is the folder to write to."""
        file = self.shards.with_name("python")
        file.write_text(f'#!/bin/sh\nfor output; do :; done\nmkdir -p "$output"\n{script}\n', encoding="utf-8")
        file.chmod(0o755)
        self._monkeypatch.setenv("PINTEREST_PYTHON", str(file))

    def example(self) -> dict[str, Any]:
        return runpy.run_path(str(EXAMPLE))

    def read(self) -> SimpleNamespace:
        """Materialize `emea`."""
        log = SimpleNamespace(warning=self.warnings.append)
        result: SimpleNamespace = self.example()["pinterest"](SimpleNamespace(partition_key="emea", log=log))
        return result


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    return Project(tmp_path, monkeypatch)


def test_a_partition_is_read_with_its_own_sign_in(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    with Simulator(small_world(), refresh_rotation=Rotation.REVOKE) as sim:
        monkeypatch.setenv("PINTEREST_API_URL", sim.url)
        before = since_recently(sim)
        project.configure(before)
        result = project.read()
        [file] = project.output.glob("messages-*.jsonl")
        assert_exact(Output.of_process(file.read_bytes(), 0, ""), sim, ["campaigns", "campaign_analytics"])
        credentials = json.loads((project.shards / "emea" / "config.json").read_text())["credentials"]
        assert credentials["refresh_token"] == sim.credentials["refresh_token"]
    assert result.metadata["folder"] == str(project.output)
    assert f"records are in {file}" in result.metadata["read"]
    assert json.loads((project.shards / "apac" / "config.json").read_text()) == before
    assert not (project.shards / "apac" / "output").exists()


@pytest.mark.parametrize(
    ("kinds", "is_tried_again"),
    [
        (["transient_error"], True),
        (["config_error"], False),
        ([], True),
        (None, False),
    ],
    ids=["a used-up quota", "a dead sign-in", "killed without a word", "refused before it began"],
)
def test_a_shard_is_tried_again_only_after_a_transient_failure(
    kinds: Sequence[str] | None, is_tried_again: bool, project: Project
) -> None:
    project.configure({})
    project.output.mkdir()
    (project.output / "messages-1.jsonl").write_text(trace("config_error" if is_tried_again else "transient_error"))
    lines = "".join(map(trace, kinds or ())) + '{"type":"TRACE","trace":{"type":"STREAM_STATUS"}}\n'
    write = f"printf '%s' '{lines}' > \"$output/messages-2.jsonl\"\n" if kinds is not None else ""
    project.connector(f"{write}echo 'It failed.' >&2\nexit 1")
    with pytest.raises(FailureOfDagster, match=r"^It failed\.$") as failure:
        project.read()
    assert failure.value.allow_retries == is_tried_again


def trace(kind: str) -> str:
    return f'{{"type":"TRACE","trace":{{"type":"ERROR","error":{{"failure_type":"{kind}"}}}}}}\n'


def test_warnings_go_into_the_log_of_the_run(project: Project) -> None:
    project.configure({})
    project.connector("echo 'Warning: one.' >&2\necho 'Warning: two.' >&2\necho '3 records.'")
    assert project.read().metadata["read"] == "3 records."
    assert project.warnings == ["Warning: one.", "Warning: two."]


def test_a_run_that_is_ended_lets_the_connector_write_out_what_it_has(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    class RunIsEnded(BaseException):
        """As Dagster raises in the run."""

    def ended(process: subprocess.Popen[str]) -> tuple[str, str]:
        assert process.stdout
        assert process.stdout.readline() == "It reads.\n"
        raise RunIsEnded

    project.configure({})
    project.connector(
        "trap 'touch \"$output/written\"; exit 0' TERM\necho It reads.\nfor _ in $(seq 50); do sleep 0.02; done"
    )
    monkeypatch.setattr(subprocess.Popen, "communicate", ended)
    with pytest.raises(RunIsEnded):
        project.read()
    assert (project.output / "written").exists()


def test_the_schedule_runs_each_shard_once_a_day(project: Project) -> None:
    project.configure({})
    tick = SimpleNamespace(scheduled_execution_time=datetime(2026, 1, 31, 6, tzinfo=UTC))
    requests = project.example()["every_morning"](tick)
    assert [vars(request) for request in requests] == [
        {"run_key": "apac 2026-01-31", "partition_key": "apac"},
        {"run_key": "emea 2026-01-31", "partition_key": "emea"},
    ]


def test_without_a_shard_the_example_says_what_to_make(project: Project) -> None:
    with pytest.raises(
        FileNotFoundError, match=r"^There is no .*/shards/\*/config\.json\. Make a folder for each shard"
    ):
        project.example()

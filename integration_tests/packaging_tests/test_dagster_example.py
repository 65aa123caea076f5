"""The example for Dagster requests another try where one helps. `make demo-dagster` reads shards with it.

Dagster is not in the environment of the tests, so it is stood for here.
"""

import runpy
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import MagicMock

import pytest

from integration_tests.support.processes import ROOT


class FailureOfDagster(Exception):  # noqa: N818 - the library calls it Failure
    """Fails a run; `allow_retries` says whether its retry policy holds."""

    def __init__(self, description: str, *, allow_retries: bool) -> None:
        super().__init__(description)
        self.allow_retries = allow_retries


Read = Callable[[str], Any]


@pytest.fixture
def read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Read:
    """Materialize the shard `emea`, for which a shell script stands: its last argument is the folder to write to."""
    (tmp_path / "emea" / "output").mkdir(parents=True)
    (tmp_path / "emea" / "config.json").write_text("{}", encoding="utf-8")
    undecorated = MagicMock(return_value=lambda function: function)
    library = MagicMock(Failure=FailureOfDagster, asset=undecorated, schedule=undecorated)
    monkeypatch.setitem(sys.modules, "dagster", library)
    monkeypatch.setenv("PINTEREST_SHARDS", str(tmp_path))
    monkeypatch.setenv("PINTEREST_PYTHON", str(tmp_path / "python"))

    def materialize(script: str) -> Any:
        (tmp_path / "python").write_text(f"#!/bin/sh\nfor output; do :; done\n{script}\n", encoding="utf-8")
        (tmp_path / "python").chmod(0o755)
        log = SimpleNamespace(warning=library.warned)
        runpy.run_path(str(ROOT / "examples" / "dagster" / "pinterest_shards.py"))["pinterest"](
            SimpleNamespace(partition_key="emea", log=log)
        )
        return library

    return materialize


@pytest.mark.parametrize(
    ("kinds", "is_tried_again"),
    [
        (["transient_error"], True),
        (["config_error"], False),
        ([], True),
        (None, False),
    ],
    ids=["a used-up quota", "a dead sign-in", "killed without a word", "rejected before it began"],
)
def test_a_shard_is_tried_again_only_after_a_transient_failure(
    kinds: Sequence[str] | None, is_tried_again: bool, tmp_path: Path, read: Read
) -> None:
    earlier = tmp_path / "emea" / "output" / "messages-1.jsonl"
    earlier.write_text(trace("config_error" if is_tried_again else "transient_error"))
    lines = "".join(map(trace, kinds or ())) + '{"type":"TRACE","trace":{"type":"STREAM_STATUS"}}\n'
    write = f"printf '%s' '{lines}' > \"$output/messages-2.jsonl\"\n" if kinds is not None else ""
    with pytest.raises(FailureOfDagster, match=r"^It failed\.$") as failure:
        read(f"{write}echo 'It failed.' >&2\nexit 1")
    assert failure.value.allow_retries == is_tried_again


def trace(kind: str) -> str:
    return f'{{"type":"TRACE","trace":{{"type":"ERROR","error":{{"failure_type":"{kind}"}}}}}}\n'


def test_warnings_go_into_the_log_of_the_run(read: Read) -> None:
    library = read("echo 'Warning: one.' >&2\necho 'Warning: two.' >&2\necho '3 records.'")
    assert [call.args for call in library.warned.call_args_list] == [("Warning: one.",), ("Warning: two.",)]
    assert library.MaterializeResult.call_args.kwargs["metadata"]["read"] == "3 records."


def test_a_run_that_is_ended_lets_the_connector_write_out_what_it_has(
    tmp_path: Path, read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    class RunIsEnded(BaseException):
        """As Dagster raises in the run."""

    def ended(process: subprocess.Popen[str]) -> tuple[str, str]:
        assert process.stdout
        assert process.stdout.readline() == "It reads.\n"
        raise RunIsEnded

    monkeypatch.setattr(subprocess.Popen, "communicate", ended)
    with pytest.raises(RunIsEnded):
        read("trap 'touch \"$output/written\"; exit 0' TERM\necho It reads.\nfor _ in $(seq 50); do sleep 0.02; done")
    assert (tmp_path / "emea" / "output" / "written").exists()

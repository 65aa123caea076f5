"""The examples of Singer and of Kubernetes run as their documents say."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from integration_tests.support.processes import ROOT
from source_pinterest.cli import read

SCHEMA = {"properties": {"id": {"type": ["null", "string"]}}}


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    line = [sys.executable, "-S", "examples/singer.py", *arguments]
    return subprocess.run(line, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)


def write(path: Path, *messages: dict[str, Any]) -> None:
    path.write_text("".join(f"{json.dumps(message)}\n" for message in messages), encoding="utf-8")


def record(stream: str, identifier: str) -> dict[str, Any]:
    return {"type": "RECORD", "record": {"stream": stream, "data": {"id": identifier}, "emitted_at": 1}}


def test_schemas_come_first_then_the_records_of_all_files_from_the_oldest(tmp_path: Path) -> None:
    stream = {"name": "pins", "json_schema": SCHEMA, "source_defined_primary_key": [["board_id"], ["id"]]}
    write(tmp_path / "catalog.json", {"streams": [{"stream": stream, "sync_mode": "full_refresh"}]})
    write(tmp_path / "messages-2026-11-25T12-00-00-000000Z.jsonl", record("pins", "2"))
    write(
        tmp_path / "messages-2026-11-24T12-00-00-000000Z.jsonl",
        {"type": "LOG"},
        record("pins", "1"),
        record("ads", "3"),
    )

    done = run(str(tmp_path))

    assert (done.returncode, done.stderr) == (0, "")
    assert [json.loads(line) for line in done.stdout.splitlines()] == [
        {"type": "SCHEMA", "stream": "pins", "schema": SCHEMA, "key_properties": ["board_id", "id"]},
        {"type": "RECORD", "stream": "pins", "record": {"id": "1"}},
        {"type": "RECORD", "stream": "pins", "record": {"id": "2"}},
    ]


def test_a_folder_without_a_read_is_an_error(tmp_path: Path) -> None:
    done = run(str(tmp_path))

    assert done.returncode == 1
    assert done.stderr == f"There is no {tmp_path}/catalog.json. Read something with make read first.\n"


JOB: dict[str, Any] = yaml.safe_load((ROOT / "examples" / "kubernetes" / "pinterest-shards.yaml").read_text("utf-8"))
POD: dict[str, Any] = JOB["spec"]["template"]["spec"]
CONTAINER: dict[str, Any] = POD["containers"][0]


def test_the_image_and_its_user_are_those_of_this_project() -> None:
    assert re.fullmatch(r"registry\.example\.com/source-pinterest@sha256:0{64}", CONTAINER["image"]), "the user's own"
    [user] = re.findall(r"^USER (\d+)$", (ROOT / "Dockerfile").read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert POD["securityContext"]["runAsUser"] == POD["securityContext"]["fsGroup"] == int(user)
    assert POD["automountServiceAccountToken"] is False, "it asks nothing of Kubernetes"


def test_the_command_reads_what_is_in_the_volume(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert CONTAINER["command"] == ["python", "-m", "source_pinterest.read"]
    mount = CONTAINER["volumeMounts"][0]["mountPath"]
    arguments = [argument.replace(mount, str(tmp_path)) for argument in CONTAINER["args"]]
    assert read.main(arguments) == 1
    assert capsys.readouterr().err.startswith(f"{tmp_path}/config.json does not exist.")
    (tmp_path / "config.json").write_text('{"access_token": "pina_false"}')
    (tmp_path / "output").touch()
    assert read.main(arguments) == 1
    assert capsys.readouterr().err.startswith(f"{tmp_path}/output can't be written")

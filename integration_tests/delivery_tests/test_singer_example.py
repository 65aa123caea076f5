"""The example turns what make read has written into Singer messages."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from integration_tests.support.processes import ROOT

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


def test_a_folder_without_a_read_is_told(tmp_path: Path) -> None:
    done = run(str(tmp_path))

    assert done.returncode == 1
    assert done.stderr == f"There is no {tmp_path}/catalog.json. Read something with make read first.\n"

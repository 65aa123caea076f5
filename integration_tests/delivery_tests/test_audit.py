"""The audit fails for a weakness, and when nobody could be asked; workflows run it, and build from the lock."""

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[1]

CASES = [
    ("No known vulnerabilities found", 0, 0),
    ("Found 1 known vulnerability in 1 package", 1, 1),
    ("whenever  Dependency not found on PyPI and could not be audited: whenever (0.8.10)", 0, 2),
    ("pip_audit._service.interface.ConnectionError: no route", 1, 2),
    ("Traceback", 3, 2),
]


@pytest.mark.parametrize(("said", "tool_code", "code"), CASES)
def test_the_exit_code_tells_how_the_audit_went(said: str, tool_code: int, code: int, tmp_path: Path) -> None:
    tool = tmp_path / "pip-audit"
    tool.write_text(f"#!/bin/sh\necho '{said}'\nexit {tool_code}\n", encoding="utf-8")
    tool.chmod(0o755)
    environment = {**os.environ, "PIP_AUDIT": str(tool)}
    done = subprocess.run([ROOT / ".ci" / "audit"], env=environment, capture_output=True, text=True, check=False)

    assert done.returncode == code
    assert said in done.stdout
    assert ("incomplete" in done.stderr) == (code == 2)


def workflow(name: str) -> dict[Any, Any]:
    found: dict[Any, Any] = yaml.safe_load((ROOT / ".github" / "workflows" / name).read_text(encoding="utf-8"))
    return found


def scripts(job: dict[str, Any]) -> str:
    return "\n".join(step.get("run", "") for step in job["steps"])


def test_a_workflow_runs_the_audit_each_week() -> None:
    audit = workflow("audit.yml")

    assert audit[True]["schedule"][0]["cron"].endswith(" 1"), "YAML reads the key `on` as true"
    assert "make audit" in scripts(audit["jobs"]["audit"])


def test_the_wheel_is_built_with_hashed_packages_alone() -> None:
    jobs = workflow("release.yml")["jobs"]
    installed = [line for line in scripts(jobs["wheel"]).splitlines() if " pip " in line]

    assert [("--require-hashes" in line, "--no-build-isolation" in line) for line in installed] == [
        (True, False),
        (False, True),
    ]
    assert jobs["components"]["needs"] == "wheel"
    assert {"wheel", "components", "image"} == set(jobs["release"]["needs"])
    assert "files/wheel/*.whl" in scripts(jobs["release"])

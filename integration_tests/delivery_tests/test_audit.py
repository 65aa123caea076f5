"""The audit fails for a weakness, and when nobody could be asked."""

import os
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

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

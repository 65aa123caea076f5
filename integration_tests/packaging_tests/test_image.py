"""The image is made of what it needs and nothing else, with docker or podman."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from integration_tests.support.processes import ROOT

WORKS = '#!/bin/sh\necho "$@" >> "$0.log"\n'
FAILS = "#!/bin/sh\nexit 1\n"


def make_image(folder: Path, engines: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    for name, script in engines.items():
        (folder / name).write_text(script, encoding="utf-8")
        (folder / name).chmod(0o700)
    return subprocess.run(
        [str(shutil.which("make")), "image"],
        cwd=ROOT,
        env={"PATH": str(folder), "HOME": os.environ.get("HOME", "/")},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize(
    ("engines", "words"),
    [
        ({}, "install Docker Desktop, or podman"),
        ({"docker": FAILS}, "Start it with: "),
        ({"docker": FAILS, "podman": FAILS}, "podman does not "),
    ],
)
def test_without_an_engine_one_sentence_says_what_to_do(engines: dict[str, str], words: str, tmp_path: Path) -> None:
    done = make_image(tmp_path, {**engines, "uname": "#!/bin/sh\necho Linux\n"})
    sentence, *rest = done.stderr.splitlines()
    assert done.returncode != 0
    assert words in sentence
    assert [line for line in rest if not line.startswith("make")] == []
    assert done.stdout == ""


def test_the_engine_that_works_builds(tmp_path: Path) -> None:
    done = make_image(tmp_path, {"docker": FAILS, "podman": WORKS})
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "podman.log").read_text().splitlines() == ["info", "build --tag airbyte/source-pinterest:dev ."]


def final_stage() -> str:
    return (ROOT / "Dockerfile").read_text(encoding="utf-8").rpartition("\nFROM ")[2]


def test_the_image_does_not_run_as_root_and_signals_reach_the_connector() -> None:
    [user] = re.findall(r"^USER (.+)$", final_stage(), flags=re.MULTILINE)
    assert f"The user with the ID {user} must" in (ROOT / "docs" / "command-line.md").read_text(encoding="utf-8")
    [command] = re.findall(r"^ENTRYPOINT (.+)$", final_stage(), flags=re.MULTILINE)
    assert json.loads(command)[0] == "python", "no shell stands between"


def test_nothing_without_a_hash_is_installed() -> None:
    installs = re.findall(r"^RUN pip install (.+)$", (ROOT / "Dockerfile").read_text(encoding="utf-8"), re.MULTILINE)
    of_the_lock, of_the_package = (set(options.split()) for options in installs)
    assert {"--require-hashes", "requirements.lock"} <= of_the_lock
    assert {"--no-deps", "--no-build-isolation"} <= of_the_package
    assert re.search(r"^setuptools==", (ROOT / "requirements.lock").read_text(encoding="utf-8"), re.MULTILINE)


def test_the_build_sees_no_test_and_no_secret() -> None:
    first, *rest = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    admitted = {line.removeprefix("!") for line in rest if line.startswith("!")}
    assert first == "*"
    assert all((ROOT / name).exists() for name in admitted)
    assert not admitted & {"integration_tests", "unit_tests", "secrets", "examples"}

"""The wheel as a user gets it: without extras, in an environment of its own, started in a read-only folder.

The environment is new but not downloaded anew: it links to the installed packages that the wheel requires, and to no
other, so that a package which only the tests declare is missing there as it would be for a user.
"""

import json
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator
from datetime import timedelta
from importlib.metadata import Distribution, distribution
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

from integration_tests.support.assertions import assert_lawful
from integration_tests.support.pinterest import Simulator
from integration_tests.support.worlds import small_world

ROOT = Path(__file__).parents[2]
RECENT_DAYS = 20
SHIPPED = ("pyproject.toml", "setup.py", "README.md", "LICENSE", "source_pinterest")
OFFLINE = ("--no-deps", "--no-index", "--quiet", "--disable-pip-version-check")


def required(requirement: Requirement, seen: dict[tuple[str, str], Distribution]) -> None:
    """Collect the distribution that a requirement names, and all that it requires in its turn."""
    for extra in requirement.extras or {""}:
        if (requirement.name, extra) in seen:
            continue
        found = seen[requirement.name, extra] = distribution(requirement.name)
        for line in found.requires or ():
            deeper = Requirement(line)
            if deeper.marker is None or deeper.marker.evaluate({"extra": extra}):
                required(deeper, seen)


def link(found: Distribution, site_packages: Path) -> None:
    """Make an installed distribution importable from another environment."""
    names = {file.parts[0] for file in found.files or () if file.parts[0] not in {"..", "__pycache__"}}
    for name in names:
        target = site_packages / name
        if not target.exists():
            target.symlink_to(str(found.locate_file(name)))


@pytest.fixture
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    source, built = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in SHIPPED:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, source / name)
    pip("wheel", *OFFLINE, "--no-build-isolation", "--wheel-dir", str(built), str(source))
    return next(built.glob("airbyte_source_pinterest-*.whl"))


@pytest.fixture
def connector(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The console script of a fresh environment with the wheel and what it requires."""
    environment = tmp_path_factory.mktemp("environment")
    venv.create(environment, with_pip=False, symlinks=True)
    pip("--python", str(environment / "bin" / "python"), "install", *OFFLINE, str(wheel))
    site_packages = next(environment.glob("lib/python3.*/site-packages"))
    [metadata] = Distribution.discover(name="airbyte-source-pinterest", path=[str(site_packages)])
    seen: dict[tuple[str, str], Distribution] = {}
    for line in metadata.requires or ():
        if "extra ==" not in line:
            required(Requirement(line), seen)
    for found in seen.values():
        link(found, site_packages)
    return environment / "bin" / "source-pinterest"


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """An empty working folder that nobody may write to, and that is still empty afterwards."""
    folder = tmp_path / "read-only"
    folder.mkdir(mode=0o555)
    yield folder
    assert list(folder.iterdir()) == []


def pip(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "pip", *arguments], check=True, stdin=subprocess.DEVNULL)


def messages(connector: Path, folder: Path, *arguments: str, api: str = "") -> list[dict[str, Any]]:
    """What the console script prints, as a platform reads it."""
    environment = {"PYTHONPATH": os.environ["PYTHONPATH"], "PATH": os.defpath, "PINTEREST_API_URL": api}
    ended = subprocess.run(
        [connector, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=120
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return [json.loads(line) for line in ended.stdout.splitlines()]


def test_the_wheel_runs_spec_discover_and_read(connector: Path, folder: Path, tmp_path: Path) -> None:
    [specification] = [message["spec"] for message in messages(connector, folder, "spec") if message["type"] == "SPEC"]
    assert "credentials" in specification["connectionSpecification"]["properties"]
    config, catalog = tmp_path / "config.json", tmp_path / "catalog.json"
    with Simulator(small_world()) as simulator:
        start = simulator.world.today - timedelta(days=RECENT_DAYS)
        config.write_text(json.dumps(simulator.config(start_date=str(start))), encoding="utf-8")
        discovered = messages(connector, folder, "discover", "--config", str(config), api=simulator.url)
        [streams] = [message["catalog"]["streams"] for message in discovered if message["type"] == "CATALOG"]
        chosen = [configured(stream) for stream in streams if stream["name"] in {"boards", "campaigns"}]
        catalog.write_text(json.dumps({"streams": chosen}), encoding="utf-8")
        read = messages(
            connector, folder, "read", "--config", str(config), "--catalog", str(catalog), api=simulator.url
        )
        boards = {(message["record"]["data"]["id"],) for message in read if is_record_of(message, "boards")}
        campaigns = {(message["record"]["data"]["id"],) for message in read if is_record_of(message, "campaigns")}
        assert_lawful(simulator.log)
        assert boards == set(simulator.expected("boards"))
        assert campaigns == set(simulator.expected("campaigns"))


def configured(stream: dict[str, Any]) -> dict[str, Any]:
    return {"stream": stream, "sync_mode": "full_refresh", "destination_sync_mode": "overwrite"}


def is_record_of(message: dict[str, Any], stream: str) -> bool:
    return message["type"] == "RECORD" and message["record"]["stream"] == stream

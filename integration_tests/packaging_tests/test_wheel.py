"""The wheel as a user gets it: without extras, in an environment of its own, started in a read-only folder.

The environment is new but not downloaded anew: it links to the installed packages that the wheel requires, and to no
other, so that a package which only the tests declare is missing there as it would be for a user.
"""

import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator
from importlib.metadata import Distribution, distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from integration_tests.support.assertions import assert_exact, assert_lawful
from integration_tests.support.catalogs import catalog_of
from integration_tests.support.outputs import Output
from integration_tests.support.pinterest import Simulator
from integration_tests.support.processes import ROOT
from integration_tests.support.syncs import read_arguments, since_recently
from integration_tests.support.worlds import small_world

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


def run(connector: Path, folder: Path, *arguments: str, api: str = "") -> Output:
    """What the console script prints, as a platform reads it."""
    environment = {"PYTHONPATH": os.environ["PYTHONPATH"], "PATH": os.defpath, "PINTEREST_API_URL": api}
    ended = subprocess.run(
        [connector, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=120
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return Output.of_process(ended.stdout.encode(), 0, ended.stderr)


def test_the_wheel_runs_spec_discover_and_read(connector: Path, folder: Path, tmp_path: Path) -> None:
    [spec] = [message.spec for message in run(connector, folder, "spec").messages if message.spec]
    assert "credentials" in spec.connectionSpecification["properties"]
    streams = ("boards", "campaigns")
    with Simulator(small_world()) as sim:
        arguments = read_arguments(tmp_path, catalog_of(streams), since_recently(sim))
        discovered = run(connector, folder, "discover", *arguments[1:3], api=sim.url)
        [catalog] = [message.catalog for message in discovered.messages if message.catalog]
        assert {stream.name for stream in catalog.streams} >= set(streams)
        output = run(connector, folder, *arguments, api=sim.url)
        assert_lawful(sim.log)
        assert_exact(output, sim, streams)

"""The shipped package: one version, every data file in the wheel, every import declared, complete documents."""

import ast
import re
import subprocess
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version
from pydantic import ValidationError
from setuptools import find_packages

from source_pinterest import __version__
from source_pinterest.streams import STREAMS
from tools.third_party import NOTICES, notice, pins

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "source_pinterest"


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.fixture
def project() -> dict[str, Any]:
    return tomllib.loads(text("pyproject.toml"))["project"]


@pytest.fixture
def build() -> dict[str, Any]:
    """The settings of setuptools."""
    return tomllib.loads(text("pyproject.toml"))["tool"]["setuptools"]


@pytest.fixture
def metadata() -> dict[str, Any]:
    return yaml.safe_load(text("metadata.yaml"))["data"]


def test_every_file_names_the_same_version(
    project: dict[str, Any], build: dict[str, Any], metadata: dict[str, Any]
) -> None:
    published = re.findall(r"^## \[(\d.*?)\]", text("CHANGELOG.md"), flags=re.MULTILINE)[:1]
    label = re.search(r"io\.airbyte\.version=(\S+)", text("Dockerfile"))
    assert label is not None
    assert {metadata["dockerImageTag"], label[1], *published} == {__version__}
    assert project["dynamic"] == ["version"]
    assert build["dynamic"] == {"version": {"attr": "source_pinterest.__version__"}}


def test_the_distribution_has_the_name_that_platforms_know(project: dict[str, Any], metadata: dict[str, Any]) -> None:
    assert project["name"] == metadata["remoteRegistries"]["pypi"]["packageName"] == "airbyte-source-pinterest"
    assert metadata["definitionId"] == "5cb7e5fe-38c2-11ec-8d3d-0242ac130003"
    assert metadata["dockerRepository"] == "airbyte/source-pinterest"


def test_every_module_and_data_file_is_packaged(build: dict[str, Any]) -> None:
    patterns = build["package-data"]["source_pinterest"]
    packaged = {path for pattern in patterns for path in PACKAGE.glob(pattern)}
    present = {path for path in PACKAGE.rglob("*") if path.is_file() and path.suffix not in {".py", ".pyc"}}
    assert present - packaged == set()
    declared = find_packages(str(ROOT), **build["packages"]["find"])
    folders = {path.parent.relative_to(ROOT) for path in PACKAGE.rglob("*.py")}
    assert {folder.as_posix().replace("/", ".") for folder in folders} == set(declared)


def test_every_import_is_declared(project: dict[str, Any]) -> None:
    imported = {
        name.split(".")[0]
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom) and not node.level
            else []
        )
    }
    foreign = {canonicalize_name(name) for name in imported - sys.stdlib_module_names - {"source_pinterest"}}
    declared = (*project["dependencies"], *project["optional-dependencies"]["page"])
    assert foreign == {canonicalize_name(Requirement(line).name) for line in declared}


def test_the_lock_holds_what_is_declared_and_names_no_host(project: dict[str, Any]) -> None:
    assert not re.search(r"https?:|--(extra-)?index-url|--find-links|--trusted-host", text("requirements.lock"))
    locked = dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", text("requirements.lock"), flags=re.MULTILINE))
    for line in project["dependencies"]:
        requirement = Requirement(line)
        assert requirement.specifier.contains(locked[canonicalize_name(requirement.name)]), line


def test_the_registry_of_connectors_takes_the_metadata() -> None:
    model = pytest.importorskip(
        "airbyte_connector_models.metadata.v0.connector_metadata_definition_v0", reason="`make install` brings it"
    ).ConnectorMetadataDefinitionV0
    written = yaml.safe_load(text("metadata.yaml"))

    assert model.model_validate(written).data.docker_image_tag == __version__
    for key, wrong in {"supportLevel": "gold", "releases": {"breakingChanges": {"3": {}}}, "colour": "red"}.items():
        with pytest.raises(ValidationError):
            model.model_validate({**written, "data": {**written["data"], key: wrong}})


def test_files_of_reports_are_allowed_from_s3_in_any_region_and_from_nowhere_else(metadata: dict[str, Any]) -> None:
    api, *storage = metadata["allowedHosts"]["hosts"]
    assert api == "api.pinterest.com"
    assert {"*.s3.amazonaws.com", "*.s3.us-east-1.amazonaws.com"} <= set(storage)
    assert not [host for host in storage if not re.fullmatch(r"\*\.s3(\.[a-z]{2}-[a-z]+-\d)?\.amazonaws\.com", host)]


def test_streams_of_the_metadata_exist_and_the_suggested_need_few_rights(metadata: dict[str, Any]) -> None:
    affected = metadata["releases"]["breakingChanges"][__version__]["scopedImpact"][0]["impactedScopes"]
    assert set(affected) <= {stream.stream_name() for stream in STREAMS}
    suggested = set(metadata["suggestedStreams"]["streams"])
    chosen = [stream for stream in STREAMS if stream.stream_name() in suggested]
    assert len(chosen) == len(suggested)
    assert [stream for stream in chosen if stream.access or set(stream.scopes) != {"ads:read"}] == []
    assert [name for name in suggested if "pin" in name or "targeting" in name or name.endswith("_report")] == []


def test_naming_the_package_does_not_load_the_framework() -> None:
    script = "import sys, source_pinterest; sys.exit('airbyte_cdk' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=False).returncode == 0


WRITTEN = NOTICES.read_text(encoding="utf-8")
LOCKED = pins((ROOT / "requirements.lock").read_text(encoding="utf-8"))
UNDER_GNU = ("unidecode",)


def installed_as_locked(name: str) -> bool:
    try:
        return distribution(name).version == LOCKED[name]
    except PackageNotFoundError:
        return False


def test_each_package_of_the_image_is_listed_with_the_licence_it_names() -> None:
    named = re.findall(r"^(\S+) (\S+)\n  Licence: ", WRITTEN, flags=re.MULTILINE)

    assert named == list(LOCKED.items()), "make notices"
    for entry in WRITTEN.split("\n\n")[-len(LOCKED) :]:
        assert re.search(r"\n  Licence: \S.*\n  Texts: \S.*\n(    \S.*\n)*  Page: https?://\S+", entry), entry
    for name in filter(installed_as_locked, LOCKED):
        assert f"\n{notice(name)}\n" in WRITTEN, name


def test_a_package_under_the_gnu_licence_is_named_and_ships_its_source() -> None:
    """As the file says: modules of Python, and nothing that was compiled."""
    under = [f"{name} {LOCKED[name]}" for name in UNDER_GNU]

    assert f"\nUnder the GNU General Public License: {', '.join(under)}\n" in WRITTEN
    assert [name for name, _ in re.findall(r"^(\S+) (.*)\n  Licence: .*(?:GNU|GPL)", WRITTEN, re.MULTILINE)] == list(
        UNDER_GNU
    )
    for name in UNDER_GNU:
        assert Version(distribution(name).version).major == Version(LOCKED[name]).major
        suffixes = {file.suffix for file in distribution(name).files or () if file.parts[0] == name}
        assert suffixes <= {".py", ".pyc", ".pyi", ".typed"}

"""The export for Airbyte's repository, of a repository that holds the files as they are now."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

from source_pinterest import __version__

ROOT = Path(__file__).parents[2]
CONNECTOR = "airbyte-integrations/connectors/source-pinterest"
SITE = "docs/integrations/sources"


def git(repository: Path, *arguments: str) -> str:
    identity = ("-c", "user.name=test", "-c", "user.email=test@example.com")
    command = ["git", *identity, *arguments]
    return subprocess.run(command, cwd=repository, capture_output=True, text=True, check=True).stdout


def run_export(repository: Path, out: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tools.airbyte_export", str(out)]
    return subprocess.run(command, cwd=repository, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    repository = tmp_path_factory.mktemp("repository")
    for name in git(ROOT, "ls-files", "--cached", "--others", "--exclude-standard").splitlines():
        if (ROOT / name).is_file():
            (repository / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, repository / name)
    git(repository, "init", "--quiet")
    git(repository, "add", "--all")
    git(repository, "commit", "--quiet", "--message", "all")
    return repository


@pytest.fixture(scope="module")
def exported(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder, and what the command printed."""
    out = tmp_path_factory.mktemp("out")
    done = run_export(repository, out)
    assert not done.returncode, done.stderr
    return out, done.stdout


def test_the_export_has_what_airbytes_pipeline_reads_and_answers(exported: tuple[Path, str]) -> None:
    out, _ = exported
    assert {path.name for path in (out / CONNECTOR).iterdir()} == {
        *("LICENSE", "README.md", "acceptance-test-config.yml", "conftest.py", "icon.svg", "integration_tests"),
        *("main.py", "metadata.yaml", "pyproject.toml", "source_pinterest", "unit_tests"),
    }
    assert {path.name for path in (out / SITE).iterdir()} == {"pinterest.md", "pinterest-migrations.md"}
    metadata = yaml.safe_load((out / CONNECTOR / "metadata.yaml").read_text(encoding="utf-8"))["data"]
    assert re.fullmatch(r"\S+:[\d.]+@sha256:[0-9a-f]{64}", metadata["connectorBuildOptions"]["baseImage"])
    command = [sys.executable, "main.py", "spec"]
    done = subprocess.run(command, cwd=out / CONNECTOR, capture_output=True, text=True, check=False)
    assert done.stdout.startswith('{"type":"SPEC"')


def test_poetry_reads_what_the_package_declares(exported: tuple[Path, str]) -> None:
    poetry = tomllib.loads((exported[0] / CONNECTOR / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["poetry"]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = {
        requirement.name: str(requirement.specifier) for requirement in map(Requirement, project["dependencies"])
    }

    assert (poetry["name"], poetry["version"], poetry["license"]) == (project["name"], __version__, project["license"])
    assert poetry["dependencies"] == {"python": project["requires-python"], **declared}
    assert poetry["scripts"] == project["scripts"]


def test_a_unit_test_that_needs_what_is_not_exported_is_skipped_and_listed(exported: tuple[Path, str]) -> None:
    out, said = exported
    folder = out / CONNECTOR
    listed = set(re.findall(r"^Skipped: (\S+)$", said, flags=re.MULTILINE))
    ours = {str(path.relative_to(ROOT)) for path in (ROOT / "unit_tests").rglob("test_*.py")}

    assert listed == ours - {str(path.relative_to(folder)) for path in folder.rglob("test_*.py")}
    assert {"unit_tests/test_packaging.py", "unit_tests/test_spec.py"} <= listed
    assert "unit_tests/config/test_report_options.py" not in listed
    assert listed == set(re.findall(r"^- `(\S+)`$", (folder / "README.md").read_text(encoding="utf-8"), re.MULTILINE))


def test_a_link_of_an_exported_page_leads_to_what_exists_there(exported: tuple[Path, str]) -> None:
    site = exported[0] / SITE
    for page in site.glob("*.md"):
        links = re.findall(r"\]\(([^)\s]+)\)", page.read_text(encoding="utf-8"))
        relative = [link for link in links if not link.startswith(("https://", "#"))]
        assert [link for link in relative if not (site / link.partition("#")[0]).is_file()] == [], page.name
        assert [link for link in links if "source-pinterest" in link] == [], page.name
    _, _, table = (site / "pinterest.md").read_text(encoding="utf-8").partition("## Supported Streams")
    assert "`campaigns`, `ad_groups`" in table
    assert "docs/streams/campaigns.md" not in table


def test_an_export_needs_a_clean_tree_and_an_empty_folder(repository: Path, tmp_path: Path) -> None:
    (tmp_path / "kept").touch()
    full = run_export(repository, tmp_path)
    assert (full.returncode, full.stderr) == (1, f"{tmp_path} is not an empty folder: name a new one.\n")
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]

    (repository / "new").touch()
    dirty = run_export(repository, tmp_path / "out")
    (repository / "new").unlink()
    assert (dirty.returncode, dirty.stderr) == (1, "The working tree has changes: commit or stash them first.\n")
    assert not (tmp_path / "out").exists()

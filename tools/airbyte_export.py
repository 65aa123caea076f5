"""Write the connector as Airbyte's repository wants it: `make airbyte-export OUT=<folder>`.

The files come from the last commit. Airbyte's pipeline builds with Poetry on a base image of its own, so pyproject.toml
is written anew, and Dockerfile, setup.py and requirements.lock stay behind. In the documentation page, links to
documents that stay behind become their names.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml  # type: ignore[import-untyped]
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

CONNECTOR = Path("airbyte-integrations/connectors/source-pinterest")
SITE = Path("docs/integrations/sources")
PAGES = ("pinterest.md", "pinterest-migrations.md")
COPIED = (
    *("LICENSE", "conftest.py", "icon.svg", "main.py", "metadata.yaml", "source_pinterest", "unit_tests"),
    # Unit tests stand on these: no network, a fixed day, saved configurations.
    *(
        f"integration_tests/{name}"
        for name in ("__init__.py", "invalid_config.json", "network_guard", "sample_configs")
    ),
)
SUITES = ("spec",)
"""The standard tests that need no local Pinterest."""

_PATH = re.compile(r'"([\w./-]+)"')
_IMPORT = re.compile(r"^ *(?:from|import) ([\w.]+)", re.MULTILINE)
_LINK = re.compile(r"\[([^\]]+)\]\(([^)#\s]+)(?:#[^)]*)?\)")


class ExportError(Exception):
    """The export is rejected, and nothing was written."""


def export(repository: Path, out: Path) -> list[str]:
    """Write the last commit of a repository into an empty folder.

    Returns:
        the unit tests that were skipped, because they name what is not exported.

    Raises:
        ExportError: the working tree is dirty, or the folder is not empty.
    """
    if _git(repository, "status", "--porcelain"):
        raise ExportError("The working tree has changes: commit or stash them first.")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise ExportError(f"{out} is not an empty folder: name a new one.")
    with TemporaryDirectory() as folder:
        tree = Path(folder)
        _git(repository, "checkout-index", "--all", f"--prefix={tree}/")
        return _write(tree, out)


def page(text: str) -> str:
    """Return a documentation page in which documents that are not exported are named instead of linked."""

    def link(match: re.Match[str]) -> str:
        label, path = match[1], match[2]
        if path in PAGES or "://" in path:
            return match[0]
        if path.startswith("streams/") and label.startswith("`"):
            return label  # a stream, which would otherwise name its document each time
        document = path.removeprefix("../") if path.startswith("../") else f"docs/{path}"
        name = "" if label == document else f"{document} "
        return f"{label} ({name}in the connector's own repository)"

    return _LINK.sub(link, text)


def lock(connector: Path, poetry: Path, index: str) -> None:
    """Write poetry.lock.

    Args:
        connector: the folder of the exported connector.
        poetry: the command.
        index: the URL of a package index that pyproject.toml names as its source; empty for PyPI, whose JSON pages a
            mirror may lack.

    Raises:
        ExportError: Poetry failed.
    """
    if index:
        with (connector / "pyproject.toml").open("a", encoding="utf-8") as file:
            file.write(f'\n[[tool.poetry.source]]\nname = "index"\nurl = "{index}"\npriority = "primary"\n')
    environment = {**os.environ, "POETRY_VIRTUALENVS_CREATE": "false"}
    command = [str(poetry), "lock", "--no-interaction"]
    done = subprocess.run(command, cwd=connector, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        why = done.stderr.strip() or "Poetry gave no reason"
        raise ExportError(
            f"poetry.lock is missing, all else is there: {why}\nBehind a mirror, name its index with --index."
        )


def _write(tree: Path, out: Path) -> list[str]:
    connector, site = out / CONNECTOR, out / SITE
    for name in COPIED:
        (connector / name).parent.mkdir(parents=True, exist_ok=True)
        if (tree / name).is_dir():
            shutil.copytree(tree / name, connector / name)
        else:
            shutil.copy(tree / name, connector / name)
    skipped = _skip(tree, connector)

    suites = yaml.safe_load(_text(tree / "acceptance-test-config.yml"))
    suites["acceptance_tests"] = {name: suites["acceptance_tests"][name] for name in SUITES}
    written = {
        "pyproject.toml": _pyproject(tree, connector),
        "acceptance-test-config.yml": yaml.safe_dump(suites, sort_keys=False),
        "README.md": _readme(skipped),
    }
    for name, text in written.items():
        (connector / name).write_text(text, encoding="utf-8")
    site.mkdir(parents=True)
    for name in PAGES:
        (site / name).write_text(page(_text(tree / "docs" / name)), encoding="utf-8")
    return skipped


def _skip(tree: Path, connector: Path) -> list[str]:
    """Remove the unit tests that name a file or a module of the repository which the export lacks.

    Tests that import a removed one are removed with it.
    """
    tests = sorted((connector / "unit_tests").rglob("test_*.py"))
    named = {test: {*_PATH.findall(_text(test)), *_modules(test)} for test in tests}
    skipped: list[Path] = []
    while lacking := [test for test in named if any(_is_lacking(name, tree, connector) for name in named[test])]:
        for test in lacking:
            test.unlink()
            del named[test]
        skipped += lacking
    return sorted(str(test.relative_to(connector)) for test in skipped)


def _is_lacking(name: str, tree: Path, connector: Path) -> bool:
    return any((tree / path).exists() and not (connector / path).exists() for path in (name, f"{name}.py"))


def _modules(file: Path) -> set[str]:
    """What a file imports, as paths without a suffix."""
    return {name.replace(".", "/") for name in _IMPORT.findall(_text(file))}


def _pyproject(tree: Path, connector: Path) -> str:
    """The package's metadata as Poetry reads it, and the settings of pytest."""
    text = _text(tree / "pyproject.toml")
    project: Mapping[str, Any] = tomllib.loads(text)["project"]
    described = yaml.safe_load(_text(tree / "metadata.yaml"))["data"]
    modules = (name for file in connector.rglob("*.py") for name in _modules(file))
    imported = {canonicalize_name(name.partition("/")[0]) for name in modules}
    used = [
        line
        for line in project["optional-dependencies"]["tests"]
        if line not in project["dependencies"]
        and ((name := canonicalize_name(Requirement(line).name)).startswith("pytest") or name in imported)
    ]
    [settings] = re.findall(r"^\[tool\.pytest\.ini_options\]\n.*?(?=^\[)", text, flags=re.MULTILINE | re.DOTALL)
    written = {name: json.dumps(project[name]) for name in ("name", "description", "readme")}
    scripts = "\n".join(f"{name} = {json.dumps(entry)}" for name, entry in project["scripts"].items())
    return f"""\
[build-system]
requires = ["poetry-core>=2,<3"]
build-backend = "poetry.core.masonry.api"

[tool.poetry]
name = {written["name"]}
version = {json.dumps(described["dockerImageTag"])}
description = {written["description"]}
authors = {json.dumps([author["name"] for author in project["authors"]])}
license = {json.dumps(described["license"])}
readme = {written["readme"]}
packages = [{{ include = "source_pinterest" }}]

[tool.poetry.dependencies]
python = {json.dumps(project["requires-python"])}
{_dependencies(project["dependencies"])}

[tool.poetry.group.dev.dependencies]
{_dependencies(used)}

[tool.poetry.scripts]
{scripts}

[tool.poe]
include = ["${{POE_GIT_DIR}}/poe-tasks/poetry-connector-tasks.toml"]

{settings.replace('["unit_tests", "integration_tests"]', '["unit_tests"]')}"""


def _dependencies(lines: Sequence[str]) -> str:
    """Requirements as Poetry writes them. None of them has an extra or a marker."""
    return "\n".join(f"{name.name} = {json.dumps(str(name.specifier))}" for name in map(Requirement, lines))


def _readme(skipped: Sequence[str]) -> str:
    tests = "\n".join(f"- `{name}`" for name in skipped)
    return f"""\
# source-pinterest

The source connector for Pinterest: boards, pins, ad accounts, campaigns and their analytics. The connector's own
repository wrote this folder with `make airbyte-export`; changes are made there.

```bash
poetry install
poetry run pytest
poetry run python main.py spec
```

[The documentation](../../../docs/integrations/sources/pinterest.md) says how to set it up.

## Tests that are not here

Whole syncs run in the connector's own repository, against a local Pinterest. These unit tests need what is only there:

{tests}
"""


def _text(file: Path) -> str:
    return file.read_text(encoding="utf-8")


def _git(repository: Path, *arguments: str) -> bytes:
    command = ["git", *arguments]
    return subprocess.run(command, cwd=repository, stdout=subprocess.PIPE, check=True).stdout


def main() -> None:
    """Export the repository in the working directory, and list the tests that were skipped."""
    parser = argparse.ArgumentParser(prog="airbyte_export", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("out", type=Path, help="an empty or a new folder")
    parser.add_argument("--poetry", type=Path, help="the command that writes poetry.lock; without it there is none")
    parser.add_argument("--index", default="", help="the package index that poetry reads, if it is not PyPI itself")
    options = parser.parse_args()
    try:
        skipped = export(Path.cwd(), options.out)
        if options.poetry:
            lock(options.out / CONNECTOR, options.poetry.absolute(), options.index)
    except ExportError as error:
        sys.exit(str(error))
    sys.stdout.write("".join(f"Skipped: {name}\n" for name in skipped) + f"Exported to {options.out}.\n")


if __name__ == "__main__":
    main()

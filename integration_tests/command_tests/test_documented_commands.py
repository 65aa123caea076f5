"""Every command in the documents is run as it stands, or by the file that is named here."""

import importlib.util
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from integration_tests.simulator.access.oauth import CLIENT_ID, CLIENT_SECRET, Rotation
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.processes import ROOT, clean_environment
from integration_tests.support.sign_in import REDIRECT_URI, sign_in
from integration_tests.support.syncs import since_recently

DOCUMENTS = (
    *("README.md", "CONTRIBUTING.md", "examples/dbt/README.md", "examples/dbt_fivetran/README.md"),
    *(f"docs/{path.name}" for path in sorted((ROOT / "docs").glob("*.md"))),
    *(f"docs/development/{path.name}" for path in sorted((ROOT / "docs" / "development").glob("*.md"))),
)

RUN_ELSEWHERE: Mapping[str, Sequence[str]] = {
    ".ci/run": [r"make demo( .*)?", r"make demo-duckdb( .*)?", r"make demo-(dbt|dagster)", r"make test"],
    ".github/workflows/release.yml": [r"git tag [\d.]+", r"git push origin [\d.]+"],
    "Makefile": [
        r"make install",
        r"python3 -m venv \.venv && \.venv/bin/python -m pip install --editable '\.\[tests,checks,page\]'",
        r"\.venv/bin/python -m tools\.demo",
        r"python3\.11 -m venv \.tmp/pyairbyte",
        r"\.tmp/pyairbyte/bin/python -m pip install --editable '\.\[pyairbyte\]'",
        r"python3 -m venv \.tmp/(dbt|singer)",
        r"\.tmp/dbt/bin/python -m pip install --requirement examples/dbt/requirements\.txt",
    ],
    "command_tests/test_sign_in.py": [r"\.venv/bin/python -m source_pinterest\.authorize( --.*)?"],
    "packaging_tests/test_dbt_fivetran.py": [r"dbt build --project-dir examples/dbt_fivetran .*"],
    "packaging_tests/test_image.py": [r"docker run .* airbyte/source-pinterest:dev (check|read) .*"],
    "packaging_tests/test_examples.py": [r"\.venv/bin/python examples/singer\.py output \| .*"],
    "packaging_tests/test_wheel.py": [
        r"\.venv/bin/python -m pip wheel .* --wheel-dir dist \.",
        r"python3 -m venv \.tmp/wheel",
        r"\.tmp/wheel/bin/python -m pip install dist/airbyte_source_pinterest-\*\.whl",
    ],
    "examples/singer.py": [r"\.tmp/singer/bin/python -m pip install meltanolabs-target-postgres"],
    "simulator_tests/test_faults.py": [r"\.venv/bin/python -m integration_tests\.simulator .*"],
    "tool_tests/test_live.py": [r"make live( .*)?"],
    "tools/demo/dbt_project.py": [r"PINTEREST_DUCKDB=.* \.tmp/dbt/bin/dbt build --project-dir .* --profiles-dir .*"],
    "tools/demo/into_duckdb.py": [r"\.tmp/pyairbyte/bin/python examples/pyairbyte_duckdb\.py .*"],
}
"""Commands that make an environment, ask a user or need a service, by the file that runs them or their like."""


def commands(document: str) -> Iterator[str]:
    """The lines of the blocks that are to be typed into a shell."""
    text = (ROOT / document).read_text(encoding="utf-8")
    for block in re.findall(r"```bash\n(.*?)```", text, flags=re.DOTALL):
        yield from filter(None, (line.strip() for line in block.splitlines()))


def is_run_elsewhere(command: str) -> bool:
    return any(re.fullmatch(pattern, command) for patterns in RUN_ELSEWHERE.values() for pattern in patterns)


def the_rest(document: str) -> list[str]:
    return [command for command in commands(document) if not is_run_elsewhere(command)]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout as a user has it after `make install`, whose environment is this one."""
    for name in ("main.py", "Makefile", "source_pinterest", "integration_tests", "tools", "examples"):
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / "secrets").mkdir()
    (tmp_path / ".venv").symlink_to(sys.prefix)
    return tmp_path


def agreed_code(sim: Simulator) -> str:
    """What the owner of the ad accounts brings back from the consent page."""
    query = {"client_id": CLIENT_ID, "response_type": "code", "redirect_uri": REDIRECT_URI, "state": "any-word"}
    agreed = requests.post(f"{sim.origin}/oauth/", params=query, allow_redirects=False, timeout=10)
    return parse_qs(urlsplit(agreed.headers["Location"]).query)["code"][0]


def test_a_command_can_be_pasted_on_debian_and_on_macos() -> None:
    """Neither has a command `python`, and the shell of macOS passes a comment on as arguments."""
    for command in (command for document in DOCUMENTS for command in commands(document)):
        assert re.search(r"(?<![\w./])python(?![\w.])", command) is None, command
        assert re.search(r"(^|\s)#", command) is None, command


def test_the_commands_of_the_documents_work_one_after_the_other(checkout: Path) -> None:
    """A command that several documents have is run once."""
    with Simulator(World(boards=2, campaigns=2, ads=2), refresh_rotation=Rotation.REVOKE) as sim:
        (checkout / "secrets" / "config.json").write_text(json.dumps(since_recently(sim)))
        local = {"auth_method": "oauth2.0", **sim.credentials, "refresh_token": sign_in(sim.url, sim.credentials)}
        (checkout / "secrets" / "local.json").write_text(json.dumps({"credentials": local}))
        secrets = {"CLIENT_ID": CLIENT_ID, "CLIENT_SECRET": CLIENT_SECRET}
        environment = clean_environment(sim.url) | secrets
        every_command = dict.fromkeys(command for document in DOCUMENTS for command in the_rest(document))
        for command in every_command:
            if command.startswith("curl ") and not shutil.which("curl"):
                continue
            if command.startswith("export "):
                name, _, value = command.removeprefix("export ").partition("=")
                environment[name] = value.replace("http://127.0.0.1:8080/v5", sim.url)
                continue
            here = command.replace("https://api.pinterest.com/v5", sim.url)
            here = re.sub(r"(^|\| )make ", r"\1make --old-file .venv/.installed ", here)
            done = subprocess.run(
                ["/bin/sh", "-ec", here],
                cwd=checkout,
                env={**environment, "CODE": agreed_code(sim)},
                capture_output=True,
                text=True,
                check=False,
                timeout=300,
            )
            assert done.returncode == 0, (command, done.stdout[-2_000:], done.stderr)
            if command.startswith("curl "):
                assert '"refresh_token":"pinr_' in done.stdout.replace(" ", "")
    written = [name for command in every_command for name in re.findall(r" > (\S+)$", command)]
    for name in ["output/state.json", *written]:
        assert (checkout / name).stat().st_size > 0
        assert name.startswith("output/"), "Git ignores it"
        assert not (checkout / name).parent.stat().st_mode & 0o077, "nobody else can read it"


def test_every_make_target_and_module_that_is_named_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", makefile, flags=re.MULTILINE))
    for document in DOCUMENTS:
        text = (ROOT / document).read_text(encoding="utf-8")
        named = {
            target for line in re.findall(r"[`\n]make ([a-z -]+?)(?=[`\n]| {2,})", text) for target in line.split()
        }
        assert named - targets == set(), document
        for module in re.findall(r"python -m ((?:source_pinterest|integration_tests)[\w.]*)", text):
            assert importlib.util.find_spec(module), (document, module)

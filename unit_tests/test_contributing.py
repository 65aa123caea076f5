"""Do those who contribute find what works: jobs on each push, forms for issues, hooks before a commit?"""

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from check_jsonschema import main as check_jsonschema
from click.testing import CliRunner

from source_pinterest import __version__

ROOT = Path(__file__).parents[1]
WORKFLOW = ".github/workflows/ci.yml"
RELEASE = ".github/workflows/release.yml"
WORKFLOWS = (WORKFLOW, RELEASE)
FORMS = (".github/ISSUE_TEMPLATE/problem.yml", ".github/ISSUE_TEMPLATE/wish.yml")
SCHEMAS = {
    **dict.fromkeys(WORKFLOWS, "vendor.github-workflows"),
    **dict.fromkeys(FORMS, "vendor.github-issue-forms"),
    ".github/ISSUE_TEMPLATE/config.yml": "vendor.github-issue-config",
}


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def content(name: str) -> dict[str, Any]:
    return yaml.safe_load(text(name))


def is_valid(path: Path, schema: str) -> bool:
    return CliRunner().invoke(check_jsonschema, ["--builtin-schema", schema, str(path)]).exit_code == 0


def commands() -> list[str]:
    jobs = content(WORKFLOW)["jobs"].values()
    return [step["run"] for job in jobs for step in job["steps"] if "run" in step]


@pytest.mark.parametrize(("name", "schema"), SCHEMAS.items())
def test_github_takes_it(name: str, schema: str, tmp_path: Path) -> None:
    broken = tmp_path / Path(name).name
    broken.write_text(f"{text(name)}\ncolour: red\n", encoding="utf-8")

    assert is_valid(ROOT / name, schema)
    assert not is_valid(broken, schema)


@pytest.mark.parametrize("workflow", WORKFLOWS)
def test_each_job_ends_in_time(workflow: str) -> None:
    assert is_valid(ROOT / workflow, "custom.github-workflows-require-timeout")


@pytest.mark.parametrize("workflow", WORKFLOWS)
def test_an_action_is_pinned_by_its_commit(workflow: str) -> None:
    used = re.findall(r"uses: (.+)", text(workflow))
    assert used
    assert [line for line in used if not re.fullmatch(r"[\w/-]+@[0-9a-f]{40} # v[\d.]+", line)] == []


def test_every_file_for_github_is_checked() -> None:
    found = {str(path.relative_to(ROOT)) for path in (ROOT / ".github").rglob("*.yml")}
    assert found == set(SCHEMAS)


def test_everything_runs_on_every_python_that_is_supported() -> None:
    run = content(WORKFLOW)["jobs"]["run"]
    supported = re.findall(r'"Programming Language :: Python :: ([\d.]+)"', text("pyproject.toml"))

    assert run["strategy"]["matrix"]["python"] == supported == ["3.11", "3.12", "3.13"]
    [step] = [step for step in run["steps"] if step.get("run") == ".ci/run"]
    assert step["env"]["PYTHON"] == "python${{ matrix.python }}"
    assert "$(PYTHON)" in text("Makefile"), "make takes the Python that it is told"


def test_the_packages_of_the_image_are_tested_on_the_python_of_the_image() -> None:
    job = content(WORKFLOW)["jobs"]["image-environment"]
    [python] = set(re.findall(r"^FROM python:([\d.]+)-", text("Dockerfile"), flags=re.MULTILINE))

    assert [step["with"]["python-version"] for step in job["steps"] if "python-version" in step.get("with", {})] == [
        python
    ]
    assert [step["run"] for step in job["steps"] if "run" in step] == ["make test-lock"]
    assert f"python{python} -m venv $(IMAGE)" in text("Makefile")


def test_the_lock_comes_first_and_with_hashes() -> None:
    recipe = text("Makefile").partition("\n$(IMAGE)/.installed:")[2].partition("\n\n")[0]
    installs = re.findall(r"-m pip install (.+?)(?=\n\t@)", recipe, flags=re.DOTALL)

    assert "--require-hashes --requirement requirements.lock" in installs[0]
    assert "--constraint $(IMAGE)/constraints.txt" in installs[1]


def test_jobs_run_what_there_is_and_need_no_secret() -> None:
    targets = set(re.findall(r"^([a-z-]+):", text("Makefile"), flags=re.MULTILINE))
    named = {target for command in commands() for target in re.findall(r"^make (.+)", command)}

    assert ".ci/run" in commands()
    assert named
    assert {target for line in named for target in line.split() if "=" not in target} - targets == set()
    assert "secrets." not in text(WORKFLOW)


@pytest.mark.parametrize(("tag", "code"), [(__version__, 0), ("0.0.1", 1)])
def test_a_release_needs_a_tag_that_equals_the_version(tag: str, code: int) -> None:
    jobs = content(RELEASE)["jobs"]
    [step] = [step for step in jobs["wheel"]["steps"] if step.get("name") == "The tag is the version"]
    done = subprocess.run(
        ["/bin/sh", "-ec", step["run"]],
        cwd=ROOT,
        env={**os.environ, "GITHUB_REF_NAME": tag},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == code
    assert done.stderr == (f"The tag is {tag}, but __version__ is {__version__}.\n" if code else "")
    assert [name for name, job in jobs.items() if name != "wheel" and "needs" not in job] == []


def test_a_release_is_published_only_where_a_variable_says_so() -> None:
    jobs = content(RELEASE)["jobs"]
    [build] = [step for step in jobs["image"]["steps"] if step.get("uses", "").startswith("docker/build-push-action@")]

    assert jobs["pypi"]["if"] == "vars.PUBLISH_PYPI == 'yes'"
    assert build["with"]["push"] == "${{ vars.PUBLISH_IMAGE != '' }}"
    assert build["with"]["platforms"] == "linux/amd64,linux/arm64"


@pytest.mark.parametrize("name", FORMS)
def test_a_form_asks_for_the_report_and_for_no_secret(name: str) -> None:
    fields = {field["id"]: field for field in content(name)["body"] if "id" in field}
    [promise] = fields["secrets"]["attributes"]["options"]

    assert fields["live-report"]["attributes"]["label"] == "live-report.json"
    assert "`make live`" in fields["live-report"]["attributes"]["description"]
    assert promise["required"] is True
    assert "token" in promise["label"]


def test_a_pull_request_is_asked_the_same() -> None:
    template = text(".github/PULL_REQUEST_TEMPLATE.md")

    assert "live-report.json" in template
    assert re.search(r"^- \[ \] No .* token", template, flags=re.MULTILINE)
    assert "make check test" in template


def test_hooks_are_local_and_run_what_make_check_runs() -> None:
    repositories = content(".pre-commit-config.yaml")["repos"]
    hooks = [hook for repository in repositories for hook in repository["hooks"]]
    started = {hook["entry"].removeprefix(".venv/bin/python ") for hook in hooks if hook["language"] == "system"}
    recipe = text("Makefile").partition("\ncheck:")[2].partition("\n\n")[0]

    assert {repository["repo"] for repository in repositories} == {"local"}
    assert started == set(re.findall(r"^\t\$\(PY\) (.+)$", recipe, flags=re.MULTILINE))
    [secrets] = [hook for hook in hooks if hook["language"] == "fail"]
    assert re.match(secrets["files"], "secrets/config.json")
    assert not re.match(secrets["files"], "docs/secrets.md")

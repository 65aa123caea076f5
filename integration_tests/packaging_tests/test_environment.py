"""`make install` keeps the environment until the new one is whole. A script represents Python."""

import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from integration_tests.support.processes import ROOT

PYTHON = """#!/bin/sh
case "$1 $2" in
"-m venv")
	mkdir -p "$3/bin"
	printf '#!/bin/sh\\n[ "$2" = pip ] && exit {pip}\\necho new\\n' > "$3/bin/python"
	printf "#!$PWD/$3/bin/python\\n" > "$3/bin/tool"
	printf "command = $PWD/$3\\n" > "$3/pyvenv.cfg"
	chmod +x "$3/bin/python"
	;;
"-c "*) ;;
*) exec {real} "$@" ;;
esac
"""
"""Makes environments whose pip works or fails, and runs scripts as the real one."""

OLD = "#!/bin/sh\necho works\n"


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout whose environment works, but is older than pyproject.toml."""
    for name in ("Makefile", ".ci/move_environment.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    scripts = tmp_path / ".venv" / "bin"
    scripts.mkdir(parents=True)
    (scripts / "python").write_text(OLD)
    (scripts / "python").chmod(0o700)
    (tmp_path / ".venv" / ".installed").touch()
    os.utime(tmp_path / ".venv" / ".installed", (0, 0))
    (tmp_path / "pyproject.toml").touch()
    return tmp_path


def install(checkout: Path, pip_code: int) -> subprocess.CompletedProcess[str]:
    python = checkout / "python"
    python.write_text(PYTHON.format(pip=pip_code, real=shlex.quote(sys.executable)))
    python.chmod(0o700)
    return make(checkout, "install", f"PYTHON={python}")


def make(checkout: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(shutil.which("make")), *arguments],
        cwd=checkout,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_an_environment_that_works_stays_when_the_new_one_can_not_be_made(checkout: Path) -> None:
    before = sorted(path.relative_to(checkout) for path in (checkout / ".venv").rglob("*"))

    done = install(checkout, 1)
    assert done.returncode != 0
    assert done.stderr.startswith(
        "source-pinterest can't be installed: check your network and the free space of your disk, and see "
        ".tmp/venv/install.log for what pip says.\n"
    )
    assert (checkout / ".venv" / "bin" / "python").read_text() == OLD
    assert sorted(path.relative_to(checkout) for path in (checkout / ".venv").rglob("*")) == before


def test_a_new_environment_takes_its_place_and_knows_where_it_is(checkout: Path) -> None:
    for _ in range(2):  # the second time after one that failed
        assert install(checkout, 1).returncode != 0
    done = install(checkout, 0)

    assert done.returncode == 0, done.stderr
    assert (checkout / ".venv" / "bin" / "python").read_text() != OLD
    assert (checkout / ".venv" / "bin" / "tool").read_text() == f"#!{checkout}/.venv/bin/python\n"
    assert (checkout / ".venv" / "pyvenv.cfg").read_text() == f"command = {checkout}/.venv\n"
    assert list((checkout / ".tmp").iterdir()) == []
    assert "Creating" not in install(checkout, 1).stdout, "it is up to date"


def test_a_variable_that_a_target_does_not_have_is_an_error_that_names_those_it_has(checkout: Path) -> None:
    known = ("--old-file", ".venv/.installed", "OUTPUT=b")
    assert make(checkout, *known, "read", "CONFIG=a", "STREAMS=ads pins").stdout == "works\n"
    assert make(checkout, *known, "page", "LAST=7").stdout == "works\n"
    for target, unknown, variables in (("read", "STREAM", "STREAMS CONFIG OUTPUT"), ("page", "DAYS", "LAST OUTPUT")):
        done = make(checkout, *known, target, f"{unknown}=7")
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.splitlines()[0] == f"make {target} takes the variables {variables}, not {unknown}."

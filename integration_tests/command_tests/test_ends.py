"""A read ends as it should when files, streams or responses around it are broken."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from integration_tests.support.assertions import assert_exact, assert_failed
from integration_tests.support.catalogs import catalog_of
from integration_tests.support.interrupted import where_no_file_may_grow
from integration_tests.support.outputs import Output
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.processes import ROOT, clean_environment, run_to_its_end
from integration_tests.support.syncs import read_arguments, run_main

TIMEOUT_SECONDS = 60


def test_a_closed_stderr_spoils_no_sync(tmp_path: Path) -> None:
    with Simulator(World(boards=3)) as sim:
        arguments = read_arguments(tmp_path, catalog_of(["boards"]), sim.config())
        line = ["/bin/sh", "-c", 'exec "$0" "$@" 2>&-', sys.executable, "main.py", *arguments]
        done = subprocess.run(line, cwd=ROOT, env=clean_environment(sim.url), capture_output=True, check=False)
        assert_exact(Output.of_process(done.stdout, done.returncode, ""), sim, ["boards"])
    assert done.returncode == 0


def test_a_full_output_is_one_sentence_and_a_closed_one_none(tmp_path: Path) -> None:
    full = b"The output can't be written (No space left on device). Free some space and run it again.\n"
    read, closed = os.pipe()
    os.close(read)
    with Simulator(World(boards=3)) as sim, Path("/dev/full").open("wb") as device:
        arguments = read_arguments(tmp_path, catalog_of(["boards", "campaigns"]), sim.config())
        for command in (
            ["main.py", *arguments],
            ["main.py", "spec"],
            ["-m", "source_pinterest.catalog"],
        ):
            for output, said in ((device.fileno(), full), (closed, b"")):
                done = subprocess.run(
                    [sys.executable, *command],
                    cwd=ROOT,
                    # As in most images. A write of nothing then reaches the disk, and fails.
                    env=clean_environment(sim.url) | {"PYTHONUNBUFFERED": "1"},
                    stdout=output,
                    stderr=subprocess.PIPE,
                    timeout=TIMEOUT_SECONDS,
                    check=False,
                )
                assert (done.returncode, done.stderr) == (1, said), command
    os.close(closed)


def test_a_stdout_that_was_never_open_ends_a_command_in_silence() -> None:
    line = ["/bin/sh", "-c", 'exec "$0" main.py spec >&-', sys.executable]
    done = subprocess.run(
        line, cwd=ROOT, env=clean_environment(""), stderr=subprocess.PIPE, timeout=TIMEOUT_SECONDS, check=False
    )
    assert (done.returncode, done.stderr) == (1, b"")


def test_a_temporary_folder_without_room_is_named(tmp_path: Path) -> None:
    # More rows than the connector holds in memory.
    world = World(boards=0, ad_accounts=1, campaigns=100, full_rows=True, active_percent=100)
    with Simulator(world) as sim:
        config = sim.config(start_date=str(world.today - timedelta(days=20)))
        arguments = read_arguments(tmp_path, catalog_of(["campaigns", "campaign_analytics_report"]), config)
        done = run_to_its_end(
            ["main.py", *arguments], clean_environment(sim.url) | {"TMPDIR": str(tmp_path)}, where_no_file_may_grow
        )
        output = Output.of_process(done.stdout, done.returncode, done.stderr.decode())
        assert_failed(output, "campaign_analytics_report", "config_error", "temporary folder", str(tmp_path), "TMPDIR")
        assert_exact(output, sim, ["campaigns"])


@pytest.mark.parametrize(
    ("command", "name", "content"),
    [("check", "config", None), ("discover", "config", b"{"), ("read", "catalog", b"null"), ("read", "state", b"null")],
)
def test_a_file_of_another_form_is_named(command: str, name: str, content: bytes | None, tmp_path: Path) -> None:
    with Simulator() as sim:
        arguments = read_arguments(tmp_path, catalog_of(["boards"]), sim.config(), {})[1:]
        path = tmp_path / f"{name}.json"
        path.unlink()
        if content is not None:
            path.write_bytes(content)
        output = run_main(sim, command, *(arguments if command == "read" else arguments[:2]))
    assert output.exit_code == 1
    [error] = output.errors
    assert str(path) in str(error.message)
    assert error.stack_trace is None
    assert "Traceback" not in output.stderr


def in_python(*arguments: str) -> subprocess.CompletedProcess[str]:
    """A Python without packages."""
    return subprocess.run(
        [sys.executable, "-S", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )


OLDER = "import runpy, sys; sys.version, sys.version_info = '3.10.13 (main)', (3, 10, 13)"


@pytest.mark.parametrize(
    ("arguments", "begins", "ends"),
    [
        (["-c", f"{OLDER}; runpy.run_path('main.py', run_name='__main__')"], "needs Python 3.11", ""),
        (["-c", f"{OLDER}; runpy._run_module_as_main('source_pinterest.read')"], "needs Python 3.11", ""),
        (["-m", "source_pinterest.read"], "lacks packages of source-pinterest, such as ", ".venv/bin/python."),
    ],
)
def test_an_unsupported_python_prints_the_versions_that_can_run_it(
    arguments: list[str], begins: str, ends: str
) -> None:
    done = in_python(*arguments)
    assert (done.returncode, done.stdout) == (1, "")
    [sentence] = done.stderr.splitlines()
    assert begins in sentence
    assert sentence.endswith(ends)


def test_without_a_command_the_commands_are_named() -> None:
    with Simulator() as sim:
        output = run_main(sim)
    assert output.exit_code == 1
    assert [error.message for error in output.errors] == ["Name a command: spec, check, discover or read."]

"""A read ends as it should when files, streams or responses around it are broken."""

import fcntl
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import IO, Any

import pytest

from integration_tests.simulator import Fault, FaultKind
from integration_tests.support.assertions import assert_exact, assert_failed, assert_succeeded
from integration_tests.support.catalogs import catalog_of
from integration_tests.support.commands import run_here
from integration_tests.support.interrupted import where_no_file_may_grow
from integration_tests.support.outputs import Output
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.processes import ROOT, clean_environment, run_to_its_end, running, with_short_pauses
from integration_tests.support.syncs import read_arguments, run_main, run_sync, since_recently
from integration_tests.tools.demo.__main__ import OPENING

TIMEOUT_SECONDS = 60
PIPE_BYTES = 4096


def in_a_shell(sim: Simulator, arguments: Sequence[str], redirection: str) -> subprocess.CompletedProcess[bytes]:
    command = f'exec "$0" "$@" {redirection}'
    return subprocess.run(
        ["/bin/sh", "-c", command, sys.executable, *arguments],
        cwd=ROOT,
        env=clean_environment(sim.url),
        capture_output=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )


def test_a_closed_stderr_spoils_no_sync(tmp_path: Path) -> None:
    with Simulator(World(boards=3)) as sim:
        arguments = read_arguments(tmp_path, catalog_of(["boards"]), sim.config())
        done = in_a_shell(sim, ["main.py", *arguments], "2>&-")
    output = Output.of_process(done.stdout, done.returncode, "")
    assert_succeeded(output, ["boards"])
    assert_exact(output, sim, ["boards"])


def test_a_full_output_is_one_sentence_and_a_closed_one_none(tmp_path: Path) -> None:
    full = b"The output can't be written (No space left on device). Free some space and run it again.\n"
    read, closed = os.pipe()
    os.close(read)
    with Simulator(World(boards=3)) as sim, Path("/dev/full").open("wb") as device:
        arguments = read_arguments(tmp_path, catalog_of(["boards", "campaigns"]), sim.config())
        of_make_read = ["boards", "--config", str(tmp_path / "config.json"), "--output", str(tmp_path / "output")]
        for command in (
            ["main.py", *arguments],
            ["main.py", "spec"],
            ["-m", "source_pinterest.catalog"],
            ["-m", "source_pinterest.read", *of_make_read],
        ):
            for output, said in ((device.fileno(), full), (closed, b"")):
                done = subprocess.run(
                    [sys.executable, *command],
                    cwd=ROOT,
                    env=clean_environment(sim.url),
                    stdout=output,
                    stderr=subprocess.PIPE,
                    timeout=TIMEOUT_SECONDS,
                    check=False,
                )
                assert (done.returncode, done.stderr) == (1, said), command
    os.close(closed)


def test_a_standard_output_that_does_not_wait_for_its_reader_loses_nothing(tmp_path: Path) -> None:
    with Simulator(World(boards=6, pins_per_board=400)) as sim:
        arguments = read_arguments(tmp_path, catalog_of(["boards", "board_pins"]), sim.config())
        reading, writing = os.pipe()
        os.set_blocking(writing, False)
        fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, PIPE_BYTES)
        with running(["main.py", *arguments], clean_environment(sim.url), stdout=writing) as process:
            os.close(writing)
            with os.fdopen(reading, "rb") as lines:
                said = lines.read()
            output = Output.of_process(said, process.wait(), "")
        assert_succeeded(output, ["boards", "board_pins"])
        assert_exact(output, sim, ["boards", "board_pins"])


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


def test_temporary_files_are_gone_at_the_end_of_a_sync(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files: list[IO[bytes]] = []
    create = tempfile.TemporaryFile

    def kept(**options: Any) -> IO[bytes]:
        files.append(create(**options))
        return files[-1]

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(tempfile, "TemporaryFile", kept)
    world = World(boards=0, ad_accounts=1, campaigns=100, full_rows=True, active_percent=100)
    with Simulator(world) as sim:
        streams = ["campaigns", "campaign_analytics_report"]
        output = run_sync(sim, streams, config=sim.config(start_date=str(world.today - timedelta(days=20))))
    assert_succeeded(output, streams)

    assert files
    assert [file for file in files if not file.closed] == []
    assert list(tmp_path.iterdir()) == []


def test_an_error_with_advice_has_no_stack_trace() -> None:
    with Simulator(World(boards=2)) as sim:
        sim.add_fault(Fault(FaultKind.MISSING_SCOPE, on="boards/list", times=None))
        output = run_sync(sim, ["boards"])
    assert_failed(output, "boards", "config_error", "boards:read")
    assert [error.stack_trace for error in output.errors] == [None, None]


@pytest.mark.parametrize(("command", "content"), [("check", None), ("discover", b"{"), ("read", b"[]")])
def test_a_config_file_that_is_none_is_named(command: str, content: bytes | None, tmp_path: Path) -> None:
    with Simulator() as sim:
        arguments = read_arguments(tmp_path, catalog_of(["boards"]), sim.config())[1:]
        path = tmp_path / "config.json"
        path.unlink()
        if content is not None:
            path.write_bytes(content)
        output = run_main(sim, command, *(arguments if command == "read" else arguments[:2]))
    assert output.exit_code == 1
    [error] = output.errors
    assert str(path) in str(error.message)
    assert error.stack_trace is None
    assert "Traceback" not in output.stderr


@pytest.mark.parametrize("name", ["catalog", "state"])
def test_a_catalog_or_a_state_that_is_none_is_named(name: str, tmp_path: Path) -> None:
    with Simulator() as sim:
        arguments = read_arguments(tmp_path, catalog_of(["boards"]), sim.config(), {})
        (tmp_path / f"{name}.json").write_text("null", encoding="utf-8")
        output = run_main(sim, *arguments)
    assert output.exit_code == 1
    [error] = output.errors
    assert str(tmp_path / f"{name}.json") in str(error.message)
    assert not output.records


COMMANDS = (
    "main.py check",
    *(f"-m source_pinterest{name}" for name in (" check", ".read", ".catalog", ".authorize")),
    *(
        f"-m integration_tests.tools.{path.parent.name}"
        for path in (ROOT / "integration_tests/tools").glob("*/__main__.py")
    ),
)


def test_ctrl_c_while_the_framework_is_imported_is_one_sentence(tmp_path: Path) -> None:
    swallowed = (
        "import os, signal, weakref; it = {1}; lost = weakref.ref(it, lambda _: os.kill(os.getpid(), 2)); del it"
    )
    for module in ("airbyte_cdk", "duckdb", "rich"):
        (tmp_path / f"{module}.py").write_text(swallowed, encoding="utf-8")
    environment = {**clean_environment(""), "PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)])}
    for command in COMMANDS:
        done = subprocess.run(
            [sys.executable, *command.split()],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
        before = OPENING if command.endswith("tools.demo") else ""
        assert (done.returncode, done.stdout) == (130, before), command
        assert done.stderr == "The run was stopped before its end.\n", command


def test_an_older_python_without_the_framework_is_told_which_one_is_needed() -> None:
    older = "import runpy, sys; sys.version, sys.version_info = '3.10.13 (main)', (3, 10, 13)"
    for run in ("runpy.run_path('main.py', run_name='__main__')", "runpy._run_module_as_main('source_pinterest.read')"):
        done = subprocess.run(
            [sys.executable, "-S", "-c", f"{older}; {run}"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=TIMEOUT_SECONDS,
            check=False,
        )
        assert (done.returncode, done.stdout) == (1, "")
        [sentence] = done.stderr.splitlines()
        assert sentence.startswith("source-pinterest needs Python 3.11, 3.12 or 3.13, and this is 3.10.13. ")


def test_a_python_without_the_packages_is_told_where_they_are() -> None:
    done = subprocess.run(
        [sys.executable, "-S", "-m", "source_pinterest.read"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    [sentence] = done.stderr.splitlines()
    assert " lacks packages of source-pinterest, such as orjson. " in sentence
    assert sentence.endswith("run the command with .venv/bin/python.")


def test_a_command_is_asked_for() -> None:
    with Simulator() as sim:
        output = run_main(sim)
    assert output.exit_code == 1
    assert [error.message for error in output.errors] == ["Name a command: spec, check, discover or read."]


def test_an_api_address_that_is_none_is_a_sentence(tmp_path: Path) -> None:
    with Simulator() as sim:
        path = tmp_path / "config.json"
        path.write_text(json.dumps(sim.config(start_date=" ")), encoding="utf-8")
        environment = {"PINTEREST_API_URL": "http://127.0.0.2:1\\@127.0.0.1/v5"}
        output = run_here(sim, "check", "--config", str(path), environment=environment)
    [status] = [message.connectionStatus for message in output.messages if message.connectionStatus]
    assert "PINTEREST_API_URL must be an https URL" in str(status.message)


def test_an_answer_that_no_parser_takes_is_malformed(tmp_path: Path) -> None:
    value = "[" * 100_000 + "]" * 100_000
    answers = {
        "/boards": f'{{"items": [{{"id": "1", "name": {value}}}], "bookmark": null}}',
        "/ad_accounts": '{"items": [{"id": "11"}]}',
        "/ad_accounts/11/campaigns": '{"items": [{"id": "12", "ad_account_id": "11"}]}',
        "/ad_accounts/11/campaigns/analytics": f'[{{"CAMPAIGN_ID": "12", "DATE": "2026-01-01", "CTR": {value}}}]',
    }
    with Simulator() as sim, serving(answers) as url:
        config = sim.access_token_config(max_retries=1)
        streams = ["boards", "campaign_analytics"]
        arguments = read_arguments(tmp_path, catalog_of(streams), since_recently(sim, config))
        done = run_to_its_end(["main.py", *arguments], clean_environment(url), body=with_short_pauses)
    output = Output.of_process(done.stdout, done.returncode, done.stderr.decode())
    for stream in streams:
        assert_failed(output, stream, "transient_error", "failed 2 times in a row")


def test_an_account_that_is_left_out_is_counted_and_named_once() -> None:
    world = World(boards=0, ad_accounts=2, campaigns=600)
    with Simulator(world) as sim:
        account = world.account_id(0)
        sim.add_fault(Fault(FaultKind.FORBIDDEN, on="campaigns/analytics", account=account, times=None))
        config = sim.config(start_date=str(world.today - timedelta(days=2)))
        output = run_sync(sim, ["campaign_analytics"], config=config)
        assert len([entry for entry in sim.calls("campaigns/analytics") if entry.account == account]) > 1
    assert len([text for text in output.warnings() if "is left out" in text]) == 1
    [total] = [text for _, text in output.logs if text.startswith("campaign_analytics: ") and " records, " in text]
    assert total.endswith(" 1 accounts or boards left out.")


@contextmanager
def serving(answers: Mapping[str, str]) -> Iterator[str]:
    """A server that has an answer for each path; its API address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = answers[self.path.partition("?")[0].removeprefix("/v5")].encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v5"
    finally:
        server.shutdown()
        server.server_close()

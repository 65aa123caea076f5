"""A sync tells what each stream brought and cost, with a table on a terminal only."""

import os
import pty
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from airbyte_cdk.models import Type

from integration_tests.simulator import Fault, FaultKind
from integration_tests.support.assertions import assert_exact, assert_lawful, assert_succeeded
from integration_tests.support.catalogs import ALL_STREAMS, catalog_of
from integration_tests.support.outputs import Output
from integration_tests.support.pinterest import Simulator
from integration_tests.support.processes import clean_environment, running
from integration_tests.support.syncs import read_arguments, run_sync, since_recently
from integration_tests.support.worlds import small_world

END = re.compile(
    r"(?P<stream>\w+): (?P<records>[\d,]+) records?, (?P<calls>[\d,]+) requests? \((?P<again>[\d,]+) retr(y|ies)\), "
    r"(?P<skipped>[\d,]+) (account or board|accounts or boards) skipped\."
)


PLAIN = re.compile(r"\x1b\[[^a-zA-Z]*[a-zA-Z]")
"""A control sequence, which takes no column of a terminal."""


def ends(output: Output) -> dict[str, dict[str, int]]:
    """The last line of each stream, in numbers."""
    found = [match.groupdict() for level, text in output.logs if level == "INFO" and (match := END.fullmatch(text))]
    assert len({end["stream"] for end in found}) == len(found)
    return {end.pop("stream"): {name: int(text.replace(",", "")) for name, text in end.items()} for end in found}


def test_each_stream_sums_itself_up_and_its_states_count_its_records() -> None:
    with Simulator(small_world(), faults=[Fault(FaultKind.UNAVAILABLE, on="boards/list")], profile="ample") as sim:
        output = run_sync(sim)
        assert_succeeded(output)
        told = ends(output)
        assert set(told) == set(ALL_STREAMS)
        assert {stream: end["records"] for stream, end in told.items()} == {
            stream: len(output.records[stream]) for stream in ALL_STREAMS
        }
        assert told["boards"]["calls"] == len(sim.calls("boards/list"))
        assert told["boards"]["again"] == 1
        assert told["campaign_analytics"]["calls"] == len(sim.calls("campaigns/analytics"))
        assert {end["again"] for stream, end in told.items() if stream != "boards"} == {0}
    counted: Counter[str] = Counter()
    for message in output.messages:
        if message.type is Type.STATE:
            counted[message.state.stream.stream_descriptor.name] += message.state.sourceStats.recordCount
    assert counted == {stream: len(records) for stream, records in output.records.items()}


def on_a_terminal(
    sim: Simulator, folder: Path, streams: Sequence[str] = ("boards", "campaigns"), **environment: str
) -> tuple[Output, str]:
    """Read with standard error on a terminal: what came on standard output, and what the terminal showed."""
    arguments = read_arguments(folder, catalog_of(streams), since_recently(sim))
    controller, terminal = pty.openpty()
    shown = b""
    surroundings = clean_environment(sim.url) | {"TERM": "xterm", "COLUMNS": "80", "LINES": "40"} | environment
    with running(["main.py", *arguments], surroundings, stderr=terminal) as process:
        os.close(terminal)
        out = process.stdout.read()
        while chunk := _read(controller):
            shown += chunk
        code = process.wait()
    os.close(controller)
    assert_lawful(sim.log)
    return Output.of_process(out, code, ""), shown.decode()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65_536)
    except OSError:  # how a terminal whose other side is closed says that it is at its end
        return b""


def test_a_terminal_shows_the_progress_unless_it_is_switched_off(tmp_path: Path) -> None:
    with Simulator(small_world()) as sim:
        output, shown = on_a_terminal(sim, tmp_path)
        assert_succeeded(output, ["boards", "campaigns"])
        assert_exact(output, sim, ["boards", "campaigns"])
    last = shown.rpartition("Pinterest, ")[2]
    assert "2 of 2 streams" in last
    assert re.search(r"boards +2 .*done", last), last
    assert "\x1b[?25h" in last, "the cursor must be visible again"
    assert re.search(r"(boards|campaigns): [\d,]+ records, ", last), "the newest log message is under the table"
    assert max(map(len, PLAIN.sub("", shown).replace("\r", "\n").splitlines())) <= 80
    with Simulator(small_world()) as sim:
        output, shown = on_a_terminal(sim, tmp_path, NO_PROGRESS="1")
    assert_succeeded(output, ["boards", "campaigns"])
    assert shown == ""


def test_a_terminal_shows_how_many_reports_of_a_stream_are_done(tmp_path: Path) -> None:
    with Simulator(small_world(), report_seconds=1) as sim:
        output, shown = on_a_terminal(sim, tmp_path, ["campaign_analytics_report"])
    assert_succeeded(output, ["campaign_analytics_report"])
    assert re.search(r"campaign_analytics_report .* \d+ of \d+ reports", shown), shown

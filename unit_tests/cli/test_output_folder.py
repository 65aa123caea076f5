"""The output folder after runs that ended or were killed, and its lock."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from airbyte_cdk.utils import AirbyteTracedException

from source_pinterest.cli.folder import Messages, OutputFolder


def line(kind: str, **content: Any) -> bytes:
    return json.dumps({"type": kind, kind.lower(): content}, separators=(",", ":")).encode() + b"\n"


def state(stream: str, day: str) -> bytes:
    stream_state = {"stream_descriptor": {"name": stream}, "stream_state": {"date": day}}
    return line("STATE", type="STREAM", stream=stream_state)


def error(message: str, stream: str | None = None) -> bytes:
    named = {"stream_descriptor": {"name": stream}} if stream else {}
    return line("TRACE", type="ERROR", emitted_at=1, error={"message": message, **named})


RECORD = line("RECORD", stream="boards", data={"id": "1", "name": '{"type":"STATE"'}, emitted_at=1)


def states_in(folder: Path) -> dict[str, str]:
    saved = json.loads((folder / "state.json").read_text(encoding="utf-8"))
    return {entry["stream"]["stream_descriptor"]["name"]: entry["stream"]["stream_state"]["date"] for entry in saved}


def written(folder: Path, *lines: bytes) -> Messages:
    """What a run that ends by itself has left."""
    output = OutputFolder(folder)
    with output.opened():
        return output.finish(output.write(lines))[1]


def test_the_last_state_of_each_stream_counts_and_those_of_other_streams_stay(tmp_path: Path) -> None:
    written(tmp_path, state("boards", "2026-01-01"), state("pins", "2026-01-01"))
    messages = written(tmp_path, RECORD, state("boards", "2026-01-02"), RECORD, state("boards", "2026-01-03"))
    assert messages.records == {"boards": 2}
    assert states_in(tmp_path) == {"boards": "2026-01-03", "pins": "2026-01-01"}
    assert len(list(tmp_path.glob("messages-*.jsonl"))) == 2


def test_a_run_that_was_killed_is_finished_by_the_next_one_up_to_its_last_whole_line(tmp_path: Path) -> None:
    output = OutputFolder(tmp_path)
    whole, torn = [RECORD, state("boards", "2026-01-02"), RECORD], state("boards", "2026-01-03")[:-1]
    with output.opened():
        output.write([*whole, torn])
    with output.opened():
        assert states_in(tmp_path) == {"boards": "2026-01-02"}
    [kept] = tmp_path.glob("messages-*")
    assert kept.suffix == ".jsonl"
    assert kept.read_bytes() == b"".join(whole)


def test_records_are_on_the_disk_before_the_state_that_covers_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[int] = []
    replaced: dict[str, list[int]] = {}
    replace = Path.replace

    def note(path: Path, target: Path) -> Path:
        replaced[Path(target).name] = [*synced, path.stat().st_ino]
        return replace(path, target)

    monkeypatch.setattr("os.fsync", lambda descriptor: synced.append(os.fstat(descriptor).st_ino))
    monkeypatch.setattr(Path, "replace", note)
    written(tmp_path, RECORD, state("boards", "2026-01-02"))

    [messages] = tmp_path.glob("messages-*.jsonl")
    draft = (tmp_path / "state.json").stat().st_ino
    assert replaced["state.json"] == [messages.stat().st_ino, draft, draft]


def test_two_runs_at_once_do_not_share_a_folder(tmp_path: Path) -> None:
    output = OutputFolder(tmp_path)
    with output.opened(), pytest.raises(AirbyteTracedException, match="in use by another run"), output.opened():
        pass
    with output.opened():
        pass


def test_a_state_that_cannot_be_read_is_not_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    path.write_text('["mine"]', encoding="utf-8")
    with pytest.raises(AirbyteTracedException, match="move it away to read everything again"):
        written(tmp_path, state("boards", "2026-01-02"))
    assert path.read_text(encoding="utf-8") == '["mine"]'
    path.unlink()
    with OutputFolder(tmp_path).opened():
        assert states_in(tmp_path) == {"boards": "2026-01-02"}


@pytest.mark.parametrize(
    ("lines", "sentences"),
    [
        ([error("It rains.", "boards"), error("Failed."), error("It rains.", "pins")], ["It rains."]),
        ([error("It rains.", "boards"), error("It snows.", "pins")], ["boards: It rains.", "pins: It snows."]),
        ([error("It rains.", "boards"), error("Failed.")], ["boards: It rains."]),
        ([error("No boards today.", "boards"), error("Failed.")], ["No boards today."]),
        ([error("Fix the file.")], ["Fix the file."]),
        ([RECORD], []),
    ],
    ids=["the same of all", "two", "one stream", "its name is told", "no stream", "none"],
)
def test_each_kind_of_broken_line_has_one_sentence(lines: list[bytes], sentences: list[str], tmp_path: Path) -> None:
    assert list(written(tmp_path, *lines).error_messages()) == sentences


def test_each_warning_is_shown_once_and_lines_that_are_no_message_are_skipped(tmp_path: Path) -> None:
    warning, noise = line("LOG", level="WARN", message="Skipped."), bytes(8) + b"\n"
    messages = written(tmp_path, warning, noise, warning, line("LOG", level="INFO", message="Fine."), RECORD)
    assert list(messages.warnings) == ["Skipped."]
    assert messages.records == {"boards": 1}


def test_a_line_that_a_power_failure_has_cut_is_passed_over(tmp_path: Path) -> None:
    cut = [RECORD[:40] + b"\n", state("boards", "2026-01-01")[:40] + b"\n", b"17\n"]
    output = OutputFolder(tmp_path)
    with output.opened():
        output.write([*cut, RECORD, *cut, state("boards", "2026-01-02")])
    with output.opened():  # the next run finishes the file
        assert states_in(tmp_path) == {"boards": "2026-01-02"}
    [finished] = tmp_path.glob("messages-*.jsonl")
    assert Messages.in_file(finished).records == {"boards": 1}


@pytest.mark.parametrize("name", ["messages-2026-01-01T00-00-00-000000Z.jsonl.part", "state.json"])
def test_a_link_that_somebody_has_put_into_the_folder_is_not_followed(name: str, tmp_path: Path) -> None:
    mine, folder = tmp_path / "mine", tmp_path / "folder"
    mine.write_text("a line, and no second", encoding="utf-8")
    folder.mkdir()
    (folder / name).symlink_to(mine)
    with pytest.raises(AirbyteTracedException, match="is a link or no ordinary file"), OutputFolder(folder).opened():
        OutputFolder(folder).states()

    assert mine.read_text(encoding="utf-8") == "a line, and no second"

"""What does the table show, and when is there none?"""

import io
import sys

import pytest
from airbyte_cdk.models import AirbyteStreamStatus
from rich.console import Console

from source_pinterest.api.usage import QuotaUsage, Usage
from source_pinterest.cli import progress_table
from source_pinterest.engine.progress import Progress


class Screen(io.StringIO):
    """Something to draw on."""

    def isatty(self) -> bool:
        return True


def shown(progress: Progress) -> str:
    console = Console(file=io.StringIO(), width=120)
    console.print(progress_table.picture(progress, 61.4))
    return str(console.file.getvalue())  # type: ignore[attr-defined]


def row(text: str, name: str) -> list[str]:
    [line] = [line for line in text.splitlines() if f" {name} " in line]
    return [cell.strip() for cell in line.strip()[1:-1].split("│")]


def test_a_row_for_each_stream_and_a_line_for_each_quota() -> None:
    usage = Usage()
    usage.quota_usage = lambda: [QuotaUsage("ads_read", 3, 1_000, None), QuotaUsage("org_read", 1_000, 1_000, 30.0)]
    progress = Progress(usage, ["boards", "campaigns", "ads"])
    progress.records["boards"], progress.ended["boards"] = 4_321, AirbyteStreamStatus.COMPLETE
    boards, campaigns = usage.of("boards"), usage.of("campaigns")
    for cost in (boards, campaigns):
        cost.count_slice(None)
        cost.count_sent()
    boards.count_read_slice()
    boards.finish_planning()
    text = shown(progress)
    assert "Pinterest, 0:01:01" in text
    assert row(text, "boards") == ["boards", "4,321", "1 of 1", "1", "done"]
    assert row(text, "campaigns") == ["campaigns", "0", "0 of 1 or more", "1", ""]
    assert row(text, "ads") == ["ads", "0", "", "", ""]
    assert "ads_read: 3 of 1,000 calls used\n" in "\n".join(line.rstrip() for line in text.splitlines()) + "\n"
    assert "org_read: 1,000 of 1,000 calls used, waiting until " in text


def test_a_name_that_looks_like_markup_is_a_name() -> None:
    names = ["custom_[/boards]", "custom_[bold", "custom_:smile:", "custom_[red]a[/red]"]

    text = shown(Progress(Usage(), names))

    assert [row(text, name)[0] for name in names] == names


def test_time_left_and_an_incomplete_end() -> None:
    usage = Usage()
    progress = Progress(usage, ["boards", "ads"])
    progress.ended["ads"] = AirbyteStreamStatus.INCOMPLETE
    for name in progress.streams:
        cost = usage.of(name)
        cost.count_slice(None)
        cost.count_slice(None)
        cost.count_read_slice()
        cost.finish_planning()
    text = shown(progress)
    assert row(text, "boards")[-1] == "0:00:00"
    assert row(text, "ads")[-1] == "incomplete"


def test_the_table_is_drawn_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Screen()
    monkeypatch.setattr(sys, "__stderr__", screen)
    monkeypatch.delenv(progress_table.NO_PROGRESS_VARIABLE, raising=False)
    progress = Progress(Usage(), ["boards"])
    with progress_table.watched(lambda: None):
        pass
    assert "Starting" in screen.getvalue()
    with progress_table.watched(lambda: progress):
        progress.records["boards"] = 7
    assert "boards" in screen.getvalue()


@pytest.mark.parametrize(("screen", "setting"), [(io.StringIO(), ""), (Screen(), "1"), (None, "")])
def test_nothing_is_drawn_otherwise(screen: io.StringIO | None, setting: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "__stderr__", screen)
    monkeypatch.setenv(progress_table.NO_PROGRESS_VARIABLE, setting)
    with progress_table.watched(lambda: None):
        pass
    assert screen is None or screen.getvalue() == ""

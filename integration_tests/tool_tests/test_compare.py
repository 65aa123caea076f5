"""What `make compare` prints: nothing for equal sides, and one line for each difference."""

import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from integration_tests.simulator import World
from integration_tests.support.worktree import ROOT
from tools.compare.differences import differences
from tools.compare.outcome import Outcome, canonical
from tools.compare.run import accepted_in, judge, main
from tools.compare.sync_sequence import SyncSequence, keep

STREAM = "campaign_analytics"
DAY = "course 2027-01-20"


def row(campaign: int, **columns: Any) -> bytes:
    return canonical({"CAMPAIGN_ID": str(campaign), "DATE": "2027-01-19", **columns})


def lines(tmp_path: Path, older: Sequence[Outcome], newer: Sequence[Outcome], **parts: Any) -> list[str]:
    sequence = SyncSequence(name="course", world=lambda now: World(now=now), days=tuple(range(len(older))), **parts)
    folders = [tmp_path / name for name in ("older", "newer")]
    for folder, side in zip(folders, (older, newer), strict=True):
        folder.mkdir()
        for number, outcome in enumerate(side):
            keep(folder, number, outcome)
    return list(differences(sequence, *folders))


def test_the_working_tree_reads_the_same_as_itself() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tools.compare", "--short"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1].startswith("0 differences, 0 of them accepted")


def test_each_difference_is_a_line(tmp_path: Path) -> None:
    """Records that changed in other fields have a line of their own, so that no pattern accepts them by mistake.

    States may differ: each side reads on from its own.
    """
    records = [row(1, SPEND=1), row(2), row(3), row(3), row(6)]
    older = Outcome(records={STREAM: records}, states={STREAM: {"DATE": "2027-01-19"}})
    older.accepted, older.endings = Counter({"ads/list": 1}), {STREAM: "INCOMPLETE 1 x transient_error"}
    records = [row(6, A=1), row(1, SPEND=2), row(3), row(4), row(5)]
    newer = Outcome(1, records={STREAM: records}, states={STREAM: {"DATE": "2027-01-18"}})
    newer.accepted, newer.rejected = Counter({"ads/list": 2}), {"ads/list 400"}
    newer.endings = {STREAM: "COMPLETE"}

    assert lines(tmp_path, [older], [newer]) == [
        f'{STREAM}, {DAY}, 1 records changed, such as CAMPAIGN_ID=6 DATE=2027-01-19: {{"A":null}} -> {{"A":1}}',
        f'{STREAM}, {DAY}, 1 records changed, such as CAMPAIGN_ID=1 DATE=2027-01-19: {{"SPEND":1}} -> {{"SPEND":2}}',
        f"{STREAM}, {DAY}, records lost, such as CAMPAIGN_ID=2 DATE=2027-01-19: 2 -> 0",
        f"{STREAM}, {DAY}, records added, such as CAMPAIGN_ID=4 DATE=2027-01-19: 0 -> 2",
        f"-, {DAY}, accepted requests ads/list: 1 -> 2",
        f"-, {DAY}, rejected requests ads/list 400: false -> true",
        f"{STREAM}, {DAY}, ending: INCOMPLETE 1 x transient_error -> COMPLETE",
        f"-, {DAY}, exit code: 0 -> 1",
    ]


def test_the_comparison_passes_only_if_every_difference_is_accepted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "accepted.tsv"
    file.write_text("pattern\treason\nads/list\tIt is read once more.\n^boards,\tThey are sorted.\n", encoding="utf-8")
    found = ["-, append 2027-01-20, accepted requests ads/list: 1 -> 2"]

    assert judge(found, accepted_in(file), 3) == 0
    assert judge([*found, "pins, append 2027-01-20, ending: COMPLETE -> INCOMPLETE"], accepted_in(file), 3) == 1
    assert capsys.readouterr().out.splitlines() == [
        "accepted.tsv: ^boards, fits no difference",
        "1 differences, 1 of them accepted (3 s)",
        "accepted.tsv: ^boards, fits no difference",
        "2 differences, 1 of them accepted (3 s)",
    ]


def test_a_commit_that_does_not_exist_ends_in_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--with", "no-such-commit"]) == 2
    assert capsys.readouterr().err == "This repository has no commit no-such-commit.\n"

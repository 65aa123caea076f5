"""What the comparison prints: nothing for equal sides, and one line for each difference."""

import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from integration_tests.simulator import World
from integration_tests.support.worktree import ROOT
from integration_tests.tools.compare.course import Course, Day, keep
from integration_tests.tools.compare.differences import differences
from integration_tests.tools.compare.outcome import Outcome, canonical
from integration_tests.tools.compare.run import accepted_in, judge, main
from integration_tests.tools.compare.worlds import courses

STREAM = "campaign_analytics"
DAY = "course 2027-01-20"
needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="there is no git here")


def row(campaign: int, **columns: Any) -> bytes:
    return canonical({"CAMPAIGN_ID": str(campaign), "DATE": "2027-01-19", **columns})


def state(accounts: Sequence[int], **cursor: Any) -> dict[str, Any]:
    entries = [{"partition": {"ad_account_id": str(account)}, "cursor": dict(cursor)} for account in accounts]
    return {STREAM: {"states": entries}}


def lines(tmp_path: Path, older: Sequence[Outcome], newer: Sequence[Outcome], **parts: Any) -> list[str]:
    course = Course(name="course", world=lambda now: World(now=now), days=tuple(range(len(older))), **parts)
    folders = [tmp_path / name for name in ("older", "newer")]
    for folder, side in zip(folders, (older, newer), strict=True):
        folder.mkdir()
        for number, outcome in enumerate(side):
            keep(folder, number, outcome)
    return list(differences(course, *folders))


def test_the_working_tree_reads_the_same_as_itself() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "integration_tests.tools.compare", "--short", "--processes", "2"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1].startswith("0 differences, 0 of them accepted")


def test_every_course_has_a_name_of_its_own_and_knows_its_keys() -> None:
    for name, course in courses().items():
        assert name == course.name
        assert all(course.key_of(stream) for stream in course.streams)


def test_a_changed_a_lost_and_an_added_record_are_a_line_each(tmp_path: Path) -> None:
    older = Outcome(records={STREAM: [row(1, SPEND=1), row(2), row(3), row(3)]})
    newer = Outcome(records={STREAM: [row(1, SPEND=2), row(3), row(4), row(5)]})

    assert lines(tmp_path, [older], [newer]) == [
        f'{STREAM}, {DAY}, 1 records changed, such as CAMPAIGN_ID=1 DATE=2027-01-19: {{"SPEND":1}} -> {{"SPEND":2}}',
        f"{STREAM}, {DAY}, records lost, such as CAMPAIGN_ID=2 DATE=2027-01-19: 2 -> 0",
        f"{STREAM}, {DAY}, records added, such as CAMPAIGN_ID=4 DATE=2027-01-19: 0 -> 2",
    ]


def test_records_that_changed_in_other_fields_are_a_line_of_their_own(tmp_path: Path) -> None:
    """A pattern that accepts the first would accept them too."""
    older = Outcome(records={STREAM: [row(1), row(2), row(3)]})
    newer = Outcome(records={STREAM: [row(1, A=1), row(2, A=2), row(3, A=3, B=3)]})

    first, second = (line.removeprefix(f"{STREAM}, {DAY}, ") for line in lines(tmp_path, [older], [newer]))
    assert first == '2 records changed, such as CAMPAIGN_ID=1 DATE=2027-01-19: {"A":null} -> {"A":1}'
    assert second == '1 records changed, such as CAMPAIGN_ID=3 DATE=2027-01-19: {"A":null,"B":null} -> {"A":3,"B":3}'


def test_the_order_of_records_and_of_partitions_makes_no_difference(tmp_path: Path) -> None:
    older = Outcome(records={STREAM: [row(1), row(2)]}, states=state([1, 2], DATE="2027-01-19"))
    newer = Outcome(records={STREAM: [row(2), row(1)]}, states=state([2, 1], DATE="2027-01-19"))

    assert lines(tmp_path, [older], [newer]) == []


def test_a_state_is_shown_where_it_differs(tmp_path: Path) -> None:
    older, newer = state([1, 2], DATE="2027-01-19"), state([2, 1], DATE="2027-01-19")
    older[STREAM]["states"][0]["cursor"] |= {"missing": [["2027-01-02", "2027-01-03"]]}

    assert lines(tmp_path, [Outcome(states=older)], [Outcome(states=newer)]) == [
        f'{STREAM}, {DAY}, state 1: {{"missing":[["2027-01-02","2027-01-03"]]}} -> {{"missing":null}}',
    ]


def test_requests_and_endings_are_counted(tmp_path: Path) -> None:
    older = Outcome(accepted=Counter({"ads/list": 1}), statuses={STREAM: "INCOMPLETE"})
    older.errors[STREAM]["transient_error"] = 1
    newer = Outcome(1, accepted=Counter({"ads/list": 2}), refused={"ads/list 400"}, statuses={STREAM: "COMPLETE"})

    assert lines(tmp_path, [older], [newer]) == [
        f"-, {DAY}, accepted requests ads/list: 1 -> 2",
        f"-, {DAY}, refused requests ads/list 400: false -> true",
        f"{STREAM}, {DAY}, ending: INCOMPLETE 1 x transient_error -> COMPLETE",
        f"-, {DAY}, exit code: 0 -> 1",
    ]


def test_a_killed_sync_counts_together_with_the_next_one(tmp_path: Path) -> None:
    older = [Outcome(-9, records={STREAM: [row(1), row(2)]}), Outcome(records={STREAM: [row(2), row(3)]})]
    newer = [Outcome(-9), Outcome(records={STREAM: [row(1), row(2)]})]

    assert lines(tmp_path, older, newer, calendar={0: Day(kill_after=("ads/list", 1))}) == [
        f"{STREAM}, course 2027-01-21, records lost, such as CAMPAIGN_ID=3 DATE=2027-01-19: 1 -> 0",
    ]


def test_the_comparison_passes_only_if_every_difference_is_accepted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "accepted.tsv"
    file.write_text("pattern\treason\nads/list\tIt is read once more.\n^boards,\tThey are sorted.\n", encoding="utf-8")
    found = ["-, append 2027-01-20, accepted requests ads/list: 1 -> 2"]

    assert judge(found, accepted_in(file), 3) == 0
    assert judge([*found, "pins, append 2027-01-20, state: 1 -> 2"], accepted_in(file), 3) == 1
    assert capsys.readouterr().out.splitlines() == [
        "accepted.tsv: ^boards, fits no difference",
        "1 differences, 1 of them accepted (3 s)",
        "accepted.tsv: ^boards, fits no difference",
        "2 differences, 1 of them accepted (3 s)",
    ]


# -- bad input


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Of one commit, whose connector needs a package that is not installed."""
    (tmp_path / "main.py").write_text("import a_package_that_is_nowhere\n", encoding="utf-8")
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)  # noqa: S607
    commit(tmp_path)
    return tmp_path


def commit(folder: Path) -> None:
    who = ("-c", "user.name=a", "-c", "user.email=a@localhost")
    for arguments in (("add", "."), (*who, "commit", "--quiet", "-m", "one")):
        subprocess.run(["git", *arguments], cwd=folder, check=True)  # noqa: S607


_NOWHERE = "ModuleNotFoundError: No module named 'a_package_that_is_nowhere'"


@needs_git
@pytest.mark.parametrize(
    ("commit", "sentence"),
    [
        ("v0", "This repository has no commit v0.\n"),
        ("HEAD", f"The connector of commit HEAD can't be imported with these packages ({_NOWHERE}).\n"),
    ],
)
def test_a_commit_that_cannot_be_read_ends_in_one_sentence(
    repository: Path, commit: str, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--with", commit], repository) == 2
    assert capsys.readouterr().err == sentence


@needs_git
def test_a_stream_that_one_side_lacks_is_named_and_not_read(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (repository / "main.py").write_text("import source_pinterest\n", encoding="utf-8")
    (package := repository / "source_pinterest").mkdir()
    (package / "__init__.py").touch()
    for side in ("Pins Boards", "Pins AdPins"):
        of_side = [f"class {name}:\n    stream_name = lambda: {name!r}\n\n" for name in side.split()]
        text = "".join([*of_side, f"STREAMS = ({', '.join(side.split())})\n"])
        (package / "streams.py").write_text(text, encoding="utf-8")
        if "Boards" in side:
            commit(repository)

    assert main(["--with", "HEAD", "--only", "no course"], repository) == 0
    assert [line for line in capsys.readouterr().out.splitlines() if "one side" in line] == [
        f"{stream}: only one side has this stream, so that no course reads it" for stream in ("AdPins", "Boards")
    ]


def test_a_course_reads_no_stream_that_it_is_without() -> None:
    for course in courses().values():
        assert set(course.without(frozenset({"pins"})).streams) == set(course.streams) - {"pins"}

"""Does the look at a real account work, and does its report hold none of its data? Tried on the local Pinterest."""

import json
import subprocess
import sys
from pathlib import Path

from integration_tests.live.questions import QUESTIONS, UNSEEN
from integration_tests.simulator import Fault, FaultKind, Rotation
from integration_tests.support.catalogs import ALL_STREAMS
from integration_tests.support.pinterest import Simulator
from integration_tests.support.secrets import assert_no_secret_in
from integration_tests.support.syncs import ROOT, clean_environment
from integration_tests.support.worlds import small_world


def report(sim: Simulator, path: Path) -> str:
    path.write_text(json.dumps(sim.config()), encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "integration_tests.live", str(path)],
        cwd=ROOT,
        env=clean_environment(sim.url),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def cells(text: str) -> dict[str, str]:
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    return {row[0]: row[1] for row in rows}


def test_it_reads_a_page_of_each_stream_and_answers_each_question(tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    with Simulator(small_world(), refresh_rotation=Rotation.REVOKE) as sim:
        text = report(sim, path)
        found = cells(text)
        assert text.startswith("check: passed")
        assert {name: found[name] for name in ALL_STREAMS if not found[name].endswith(" records")} == {}
        assert {
            question.title: found[question.title] for question in QUESTIONS if found[question.title] == UNSEEN
        } == {}
        assert json.loads(path.read_text(encoding="utf-8")) == sim.config()
        assert_no_secret_in(text, sim.secrets)
        personal = [
            record["id"] for name in ("boards", "ad_accounts", "campaigns") for record in sim.world.records(name)
        ]
        assert not [text_of for text_of in personal if str(text_of) in text]


def test_a_stream_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with Simulator(small_world(), faults=[Fault(FaultKind.MISSING_SCOPE, on="campaigns/list", times=None)]) as sim:
        found = cells(report(sim, tmp_path / "config.json"))
        assert found["campaigns"] == "ScopeMissingError, config_error"
        assert found["boards"].endswith(" records")


def test_each_question_stands_in_the_document() -> None:
    text = (ROOT / "docs" / "known-unknowns.md").read_text(encoding="utf-8")
    assert [question.title for question in QUESTIONS if f"### {question.title}" not in text] == []

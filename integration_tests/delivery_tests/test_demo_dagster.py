"""`make demo-dagster` reads its shards, and sees what is wrong with them."""

import json
import os
import re
from datetime import date
from pathlib import Path
from unittest import mock

import pytest
from airbyte_cdk.models import ConfiguredAirbyteCatalogSerializer, FailureType
from airbyte_cdk.utils import AirbyteTracedException

from integration_tests.support.pauses import SHORT_PAUSES
from integration_tests.tools.demo_dagster import run as demo_dagster
from integration_tests.tools.demo_dagster.agency import STREAMS, Shard
from integration_tests.tools.demo_dagster.orchestrator import Orchestrator, Outcome
from integration_tests.tools.demo_dagster.passes import (
    Pass,
    troubles_of_a_failure,
    troubles_of_both,
    troubles_of_the_state,
)
from integration_tests.tools.demo_dagster.run import main
from source_pinterest.cli.catalog import configured
from source_pinterest.cli.read import OutputFolder, without_secrets
from source_pinterest.engine.token_store import SAVE_TOKENS_VARIABLE
from source_pinterest.run import PinterestEntrypoint, WholeLines
from source_pinterest.source import SourcePinterest


def test_without_dagster_the_demo_says_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    python = tmp_path / "python"
    assert main(["--python", str(python)], tmp_path / "output") == 1
    [sentence] = capsys.readouterr().out.splitlines()
    assert sentence == f"The demo failed: {python} can't be started. Run `make demo-dagster`, which installs Dagster."


def test_a_folder_that_cannot_be_written_is_told_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert main([], tmp_path / "file" / "output") == 1
    [sentence] = capsys.readouterr().out.splitlines()
    assert (
        sentence == f"{tmp_path}/file/output can't be written (Not a directory). Move it away, or get write permission."
    )


class ReadingHere(Orchestrator):
    """Reads each shard in this process, and once more where another try may help, as the example has Dagster do."""

    def __init__(self, *_: object) -> None:
        """Neither Dagster nor an instance of it is needed."""

    def check_job(self) -> None:
        """The schema of Kubernetes is not in this environment."""

    def materialize(self, shards: Path, api_url: str) -> dict[str, Outcome]:
        with mock.patch.dict(os.environ, {"PINTEREST_API_URL": api_url, SAVE_TOKENS_VARIABLE: "1"}):
            return {shard.name: self._read(shard) for shard in sorted(shards.iterdir())}

    def _read(self, shard: Path, retries: int = 0) -> Outcome:
        config, folder, error = shard / "config.json", OutputFolder(shard / "output"), None
        with folder.opened():
            catalog = configured(STREAMS, json.loads(config.read_text(encoding="utf-8")))
            folder.catalog.write_text(json.dumps(ConfiguredAirbyteCatalogSerializer.dump(catalog)), encoding="utf-8")
            arguments = ["read", "--config", str(config), "--catalog", str(folder.catalog)]
            arguments += ["--state", str(folder.state)] if folder.state.exists() else []
            entrypoint = PinterestEntrypoint(SourcePinterest(SHORT_PAUSES), WholeLines(), [].append)
            lines: list[bytes] = []
            try:
                lines.extend(entrypoint.lines(entrypoint.parse_args(arguments)))
            except AirbyteTracedException as ended:
                error = ended
            folder.finish(folder.write(without_secrets(lines)))
        if error and error.failure_type is FailureType.transient_error and not retries:
            return self._read(shard, retries + 1)
        return Outcome(not error, retries, str(error.message) if error else "")


def test_the_demo_reads_three_shards_and_goes_on_from_their_states(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(demo_dagster, "Orchestrator", ReadingHere)

    assert demo_dagster.main([], tmp_path / "output") == 0, capsys.readouterr().out
    shown = capsys.readouterr().out
    assert re.search(r"^ *apac +2 +\d+ +1 +yes +complete", shown, re.MULTILINE)
    assert "Every record arrived, and the shard that failed stopped no other." in shown


def read_pass(folder: Path, day: str = "2026-01-31", **outcomes: Outcome) -> Pass:
    """A pass in which each shard reads one of its two campaigns, and a day; both campaigns were read before."""
    shards = {name: Shard(folder / name, (name,)) for name in outcomes}
    earlier = []
    for name in shards:
        output = folder / name / "output"
        output.mkdir(parents=True)
        for run, campaigns, when in ((1, ("1", "2"), "2026-01-01"), (2, ("2",), day)):
            records = [("campaigns", {"id": name + campaign}) for campaign in campaigns]
            records.append(("campaign_analytics", {"CAMPAIGN_ID": f"{name}1", "DATE": when}))
            lines = [
                json.dumps({"type": "RECORD", "record": {"stream": stream, "data": data, "emitted_at": 0}})
                for stream, data in records
            ]
            (output / f"messages-{run}.jsonl").write_text("\n".join(lines), encoding="utf-8")
        earlier.append(output / "messages-1.jsonl")
    return Pass(shards, outcomes, earlier, [name for name, outcome in outcomes.items() if outcome.succeeded])


WHOLE, AGAIN = Outcome(succeeded=True, retries=0, reason=""), Outcome(succeeded=True, retries=1, reason="")
DEAD = Outcome(succeeded=False, retries=0, reason="It is dead. Authenticate again.")


def test_a_pass_that_is_whole_is_right(tmp_path: Path) -> None:
    shown = read_pass(tmp_path, apac=AGAIN, emea=WHOLE)
    days = ("2026-01-01", "2026-01-31")
    truth = {
        "campaigns": {(f"{name}{number}",): {"id": f"{name}{number}"} for name in shown.shards for number in (1, 2)},
        "campaign_analytics": {
            (f"{name}1", day): {"CAMPAIGN_ID": f"{name}1", "DATE": day} for name in shown.shards for day in days
        },
    }
    assert troubles_of_both(shown, truth, {"apac"}) == []
    assert troubles_of_the_state(shown, date(2026, 1, 31)) == []
    truth["campaigns"]["apac3",] = {"id": "apac3"}
    assert troubles_of_both(shown, truth, set()) == [
        "Retries of apac: 1, not 0.",
        "campaigns is not what Pinterest has.",
    ]


def test_a_pass_that_begins_anew_is_wrong(tmp_path: Path) -> None:
    shown = read_pass(tmp_path, "2026-01-30", emea=WHOLE)
    assert troubles_of_the_state(shown, date(2026, 1, 31)) == ["emea did not go on from its state."]


def test_a_failure_is_right_where_it_is_meant_to_be(tmp_path: Path) -> None:
    shown = read_pass(tmp_path, apac=WHOLE, emea=DEAD)
    assert troubles_of_a_failure(shown, "emea") == []
    assert troubles_of_a_failure(shown, "apac") == [
        "apac succeeded.",
        "emea failed.",
        "It is not told what to do about apac.",
    ]
    assert troubles_of_both(shown, {}, set()) == [
        "emea failed: It is dead. Authenticate again.",
        "The new refresh token of emea was not saved.",
    ]

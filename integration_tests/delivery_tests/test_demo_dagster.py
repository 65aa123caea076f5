"""`make demo-dagster` reads its shards, and sees what is wrong with them."""

import json
import os
import re
from pathlib import Path
from unittest import mock

import pytest
from airbyte_cdk.models import ConfiguredAirbyteCatalogSerializer, FailureType
from airbyte_cdk.utils import AirbyteTracedException

from integration_tests.support.pauses import SHORT_PAUSES
from integration_tests.tools.demo_dagster import run as demo_dagster
from integration_tests.tools.demo_dagster.agency import STREAMS
from integration_tests.tools.demo_dagster.orchestrator import Orchestrator, Outcome
from source_pinterest.cli.catalog import configured
from source_pinterest.cli.read import OutputFolder, without_secrets
from source_pinterest.engine.token_store import SAVE_TOKENS_VARIABLE
from source_pinterest.run import PinterestEntrypoint, WholeLines
from source_pinterest.source import SourcePinterest


def test_without_dagster_or_room_to_write_the_demo_says_so_in_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    python = tmp_path / "python"
    assert demo_dagster.main(["--python", str(python)], tmp_path / "output") == 1
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert demo_dagster.main([], tmp_path / "file" / "output") == 1
    assert capsys.readouterr().out.splitlines() == [
        f"The demo failed: {python} can't be started. Run `make demo-dagster`, which installs Dagster.",
        f"{tmp_path}/file/output can't be written (Not a directory). Move it away, or get write permission.",
    ]


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


def test_the_demo_reads_three_shards_goes_on_from_their_states_and_sees_failures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(demo_dagster, "Orchestrator", ReadingHere)

    assert demo_dagster.main([], tmp_path / "output") == 0, capsys.readouterr().out
    shown = capsys.readouterr().out
    assert re.search(r"^ *apac +2 +\d+ +1 +yes +complete", shown, re.MULTILINE)
    said = " ".join(shown.split())
    assert "emea is to fail, and the others are to go on." in said
    assert said.endswith(
        "All went as meant: every record arrived, and emea, which was to fail, stopped no other shard."
    )

    monkeypatch.setattr(ReadingHere, "_read", lambda *_: Outcome(succeeded=False, retries=0, reason="It is dead."))
    assert demo_dagster.main([], tmp_path / "another") == 1
    assert "It is dead." in capsys.readouterr().out

"""The Kubernetes Job reads each shard with the image. `make demo-dagster` holds it against Kubernetes' schema."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from integration_tests.support.processes import ROOT
from source_pinterest.cli import read

JOB: dict[str, Any] = yaml.safe_load((ROOT / "examples" / "kubernetes" / "pinterest-shards.yaml").read_text("utf-8"))
POD: dict[str, Any] = JOB["spec"]["template"]["spec"]
CONTAINER: dict[str, Any] = POD["containers"][0]


def test_the_image_and_its_user_are_those_of_this_project() -> None:
    assert re.fullmatch(r"registry\.example\.com/source-pinterest@sha256:0{64}", CONTAINER["image"]), "the user's own"
    [user] = re.findall(r"^USER (\d+)$", (ROOT / "Dockerfile").read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert POD["securityContext"]["runAsUser"] == POD["securityContext"]["fsGroup"] == int(user)
    assert POD["automountServiceAccountToken"] is False, "it asks nothing of Kubernetes"


def test_the_command_reads_what_is_in_the_volume(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert CONTAINER["command"] == ["python", "-m", "source_pinterest.read"]
    mount = CONTAINER["volumeMounts"][0]["mountPath"]
    arguments = [argument.replace(mount, str(tmp_path)) for argument in CONTAINER["args"]]
    assert read.main(arguments) == 1
    assert capsys.readouterr().err.startswith(f"{tmp_path}/config.json does not exist.")
    (tmp_path / "config.json").write_text('{"access_token": "pina_false"}')
    (tmp_path / "output").touch()
    assert read.main(arguments) == 1
    assert capsys.readouterr().err.startswith(f"{tmp_path}/output can't be written")

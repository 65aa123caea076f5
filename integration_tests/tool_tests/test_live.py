"""`make live` records each kind of request once, and nothing of the account."""

import json
import logging
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from integration_tests.simulator import World
from integration_tests.simulator.faults.script import DOWNLOAD
from integration_tests.support.pinterest import Simulator
from integration_tests.support.secrets import assert_no_secret_in
from integration_tests.support.worlds import small_world
from tools import live

POLLS = {"analytics/get_report", "analytics/get_mmm_report", "analytics/get_conversion_product_report"}
CANARY = "Jane Canary 81234567"


@pytest.fixture(autouse=True)
def _log_again() -> Iterator[None]:
    """The command logs nothing; what is tested after it does."""
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run the command against a simulator, and return the exit code and what it has written."""

    def run(sim: Simulator, *request: str) -> tuple[int, str]:
        config, file = tmp_path / "config.json", tmp_path / "live.jsonl"
        config.write_text(json.dumps(sim.config()), encoding="utf-8")
        monkeypatch.setenv("PINTEREST_API_URL", sim.url)
        monkeypatch.setattr("builtins.input", lambda _: "yes")
        code = live.main([*request, "--config", str(config), "--record", str(file)])
        return code, file.read_text(encoding="utf-8") if file.exists() else ""

    return run


def world() -> World:
    return small_world(days=40, active_percent=100)


def texts_in(value: Any) -> Iterator[str]:
    """The texts and numbers of a response."""
    if isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from texts_in(part)
    elif isinstance(value, str | int | float) and not isinstance(value, bool):
        yield str(value)


def with_canaries(_entry: Any, answer: Any) -> Any:
    """Each object has a foreign key and a foreign value."""
    if isinstance(answer, dict):
        return {key: with_canaries(_entry, part) for key, part in answer.items()} | {CANARY: CANARY}
    return [with_canaries(_entry, part) for part in answer] if isinstance(answer, list) else answer


def test_each_request_is_recorded_once_without_anything_of_the_account(record: Any) -> None:
    came: set[str] = set()

    def seen(entry: Any, answer: Any) -> Any:
        came.update(texts_in(answer))
        return with_canaries(entry, answer)

    with Simulator(world(), profile="ample", report_seconds=0) as sim:
        operations = ("boards/list", "pins/list", "campaigns/list", "ad_accounts/list", "ads/list", "user_account/get")
        for operation in operations:
            sim.alter(operation, seen)
        code, text = record(sim)
        assert_no_secret_in(text, sim.secrets)
    exchanges = [json.loads(line) for line in text.splitlines()]
    sent = Counter(entry.operation_id for entry in sim.log)

    assert code == 0
    assert [sent[operation] for operation in (*operations, "board_sections/list", "campaigns/analytics")] == [1] * 8
    assert sent.keys() >= {*POLLS, DOWNLOAD}
    assert sent.total() < 250 < live.MOST_REQUESTS
    assert all({"request", "status", "headers", "bytes", "body"} == set(exchange) for exchange in exchanges)
    personal = {one for one in came if len(one) > 4 and one not in live.WORDS}
    assert len(personal) > 20
    assert [one for one in personal if one in text] == []
    assert "Jane" not in text
    assert "81234567" not in text


def test_values_keep_their_form_alone() -> None:
    body = {
        "items": [
            {"id": "549755012345", "name": "Sommer 2026", "status": "ACTIVE", "updated_time": 1234, "Jane": None}
        ],
        "message": "Board 549755012345 of Müller not found.",
        "code": 50,
        "SPEND_IN_DOLLAR": 12.75,
        "days": ["2026-11-01", "2026-11-02", "2026-11-03"],
    }
    assert live.masked(body) == {
        "items": [
            {"id": "000000000000", "name": "Xxxxxx 0000", "status": "ACTIVE", "updated_time": 1000, "Xxxx": None}
        ],
        "message": "Board 000000000000 of Xxxxxx not found.",
        "code": 50,
        "SPEND_IN_DOLLAR": 0.5,
        "days": ["0000-00-00", "0000-00-00", "3 in all"],
    }
    assert live.masked_body(b"AD_ID,DATE,Jane\n1,2,3") == "AD_ID,DATE,Xxxx"


def test_one_request_is_sent_and_only_one_that_changes_nothing(record: Any) -> None:
    with Simulator(world()) as sim:
        code, text = record(sim, "GET boards?page_size=1&bookmark=Jane")
        for wrong in ("DELETE boards/1", "POST boards {}", "boards"):
            with pytest.raises(SystemExit, match="Name a request"):
                record(sim, wrong)
    asked = {exchange["request"]: exchange["status"] for exchange in map(json.loads, text.splitlines())}
    assert (code, asked) == (0, {"GET boards?page_size=1&bookmark={bookmark}": 400, "POST oauth/token": 200})


def test_without_a_response_or_a_yes_nothing_is_written(
    record: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Simulator(world()) as sim:
        pass
    assert record(sim) == (1, "")
    monkeypatch.setattr("builtins.input", lambda _: "no")
    with pytest.raises(SystemExit, match="Nothing was sent"):
        live.main(["--config", str(tmp_path / "config.json")])

"""After the sign-in, a user picks the ad accounts to read by their names."""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from integration_tests.command_tests.consent import Desktop
from integration_tests.simulator import Fault
from integration_tests.support.pinterest import Simulator, World
from source_pinterest.cli import accounts


@pytest.fixture
def desktop(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Desktop:
    monkeypatch.delenv("PINTEREST_CLIENT_SECRET", raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    return Desktop(capsys)


def chosen(
    desktop: Desktop, path: Path, sim: Simulator, answers: Sequence[str] | None, monkeypatch: pytest.MonkeyPatch
) -> object:
    """Sign in with these answers; None: without a terminal. Return what the configuration names afterwards."""
    left = [*(answers or ()), EOFError()]

    def answer(_: str) -> str:
        given = left.pop(0)
        if isinstance(given, EOFError):
            raise given
        return given

    if answers is not None:
        monkeypatch.setattr("sys.stdin.isatty", lambda: True)
        monkeypatch.setattr("builtins.input", answer)
    assert desktop.authorize(sim, path, "--client-id", "1234567") == 0, desktop.said
    assert len(left) == 1, desktop.said
    return json.loads(path.read_text()).get("account_ids")


def test_numbers_pick_accounts_and_enter_keeps_them(
    desktop: Desktop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "config.json"
    with Simulator(World(boards=0, ad_accounts=40)) as sim:
        ids = list(map(sim.world.account_id, range(40)))
        assert chosen(desktop, path, sim, ["0", "41", "3-1", "x", "2, 4 - 5 2"], monkeypatch) == [ids[1], *ids[3:5]]
        rows = [line for line in desktop.said.splitlines() if any(account in line for account in ids)]
        assert len(rows) == 40
        assert max(map(len, rows)) <= 80
        assert desktop.said.count("Enter numbers from 1 to 40.") == 4
        assert chosen(desktop, path, sim, [""], monkeypatch) == [ids[1], *ids[3:5]]
        assert [f" *{number} " in desktop.said for number in (1, 2, 3, 4, 5)] == [False, True, False, True, True]
        assert chosen(desktop, path, sim, ["all"], monkeypatch) is None


@pytest.mark.parametrize(("accounts", "words"), [(0, "may read no ad account"), (1, "The ad account that is read:")])
def test_no_account_or_a_single_one_needs_no_choice(
    accounts: int, words: str, desktop: Desktop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Simulator(World(boards=0, ad_accounts=accounts)) as sim:
        assert chosen(desktop, tmp_path / "config.json", sim, [], monkeypatch) is None
    assert words in desktop.said


def test_without_a_terminal_no_account_is_listed(
    desktop: Desktop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Simulator(World(boards=0, ad_accounts=2)) as sim:
        assert chosen(desktop, tmp_path / "config.json", sim, None, monkeypatch) is None
        assert sim.calls("ad_accounts/list") == []


def test_an_account_that_can_not_be_read_any_more_is_named(
    desktop: Desktop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "config.json"
    path.write_text('{"account_ids": ["549755000001"]}')
    with Simulator(World(boards=0, ad_accounts=2)) as sim:
        assert chosen(desktop, path, sim, ["1"], monkeypatch) == [sim.world.account_id(0)]
    assert "may not read 549755000001" in desktop.said


def test_a_list_that_pinterest_rejects_changes_nothing(
    desktop: Desktop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "config.json"
    path.write_text('{"account_ids": ["549755000001"]}')
    with Simulator(World(boards=0, ad_accounts=2), faults=[Fault("forbidden", on="ad_accounts/list")]) as sim:
        assert chosen(desktop, path, sim, [], monkeypatch) == ["549755000001"]
    assert "Ad Account IDs stay as they are" in desktop.said


def test_permissions_of_any_form_are_shown_on_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """They come from Pinterest, and a terminal obeys what is not printable."""
    accounts._show([{"id": "1", "permissions": ["\x1b[2J"]}, {"id": "2", "permissions": 5}], [])

    said = capsys.readouterr().out
    assert "\x1b" not in said
    assert {"1", "2"} <= set(said.split())

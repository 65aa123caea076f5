"""`check` finds missing rights with few requests and never fails because of them."""

import logging
from collections.abc import Callable, Collection, Iterator
from typing import Any

import pytest
import requests_mock

from source_pinterest import check
from source_pinterest.api.errors import beta
from source_pinterest.cli.authorize import scopes
from source_pinterest.streams import STREAMS
from source_pinterest.streams.ads.accounts import AdAccounts, AdAccountStream
from source_pinterest.streams.ads.entities import Campaigns
from source_pinterest.streams.base.stream import PinterestStream
from source_pinterest.streams.business import BusinessEmployers, BusinessMembers
from source_pinterest.streams.catalogs.catalogs import Catalogs
from source_pinterest.streams.organic.boards import Boards
from source_pinterest.streams.organic.profile import UserAccountAnalytics
from source_pinterest.streams.organic.rankings import TopPins
from unit_tests.streams.pinterest import page, refused
from unit_tests.test_check import Checked

PROBED = frozenset({"boards:read", "pins:read", "user_accounts:read", "ads:read"})
SECRET = frozenset({"boards:read_secret", "pins:read_secret"})
USUAL = PROBED | SECRET
"""What the consent form asks for, but for what the streams below need."""


class LeadSheets(AdAccountStream):
    """A list of each account, in a beta."""

    path_template = "ad_accounts/{ad_account_id}/lead_sheets"
    access = beta("lead sheets")

    def get_json_schema(self) -> dict[str, Any]:  # type: ignore[override]
        return {"properties": {"id": {}}}


class Shelves(PinterestStream):
    """A list of its own, behind a permission."""

    path_template = "catalogs/shelves"
    scopes = ("shelves:read",)

    def get_json_schema(self) -> dict[str, Any]:  # type: ignore[override]
        return {"properties": {"id": {}}}


PATH = "ad_accounts/11/lead_sheets"
Told = Callable[..., list[str]]


@pytest.fixture
def mock() -> Iterator[requests_mock.Mocker]:
    with requests_mock.Mocker() as mocker:
        yield mocker


@pytest.fixture
def checked(mock: requests_mock.Mocker) -> Checked:
    return Checked(mock)


@pytest.fixture(autouse=True)
def two_more_streams(monkeypatch: pytest.MonkeyPatch) -> None:
    """And of the others a few, so that a stream more changes nothing here."""
    monkeypatch.setattr(check, "STREAMS", (Boards, AdAccounts, Campaigns, UserAccountAnalytics, LeadSheets, Shelves))


@pytest.fixture
def told(checked: Checked, caplog: pytest.LogCaptureFixture) -> Told:
    """What `check` says as information of a token that carries these permissions, or does not say which."""

    def messages(*granted: str) -> list[str]:
        checked.granted = frozenset(granted)
        with caplog.at_level(logging.INFO):
            assert checked.result() == (True, None)
        return [record.getMessage() for record in caplog.records if record.levelno == logging.INFO]

    return messages


def test_a_permission_that_the_token_does_not_tell_of_costs_no_call(checked: Checked, told: Told) -> None:
    checked.pinterest.lists(PATH)
    [sentence] = told(*USUAL)

    assert sentence == "The token lacks the permission shelves:read, which these streams need: shelves."
    assert not checked.pinterest.asked("catalogs/shelves")


def test_a_permission_is_told_with_each_stream_that_needs_it(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    more = type("MoreShelves", (Shelves,), {})
    monkeypatch.setattr(check, "STREAMS", (Boards, Shelves, more))

    assert told(*USUAL) == [
        "The token lacks the permission shelves:read, which these streams need: shelves, more_shelves."
    ]


def test_a_permission_without_which_no_stream_fails_is_told_with_what_is_lost(
    told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check, "STREAMS", (Boards,))

    assert told(*PROBED) == [
        "The token lacks the permission boards:read_secret, so secret boards are not read.",
        "The token lacks the permission pins:read_secret, so pins on secret boards are not read.",
    ]


def test_of_secret_boards_nothing_is_said_where_no_board_can_be_read(
    checked: Checked, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check, "STREAMS", (Boards,))
    checked.granted = USUAL - {"boards:read", "boards:read_secret"}
    checked.answers("boards", refused(401, 3))
    with caplog.at_level(logging.INFO):
        passed, said = checked.result()

    assert passed
    assert "boards:read" in str(said)
    assert "secret boards are not read" not in caplog.text


def test_each_permission_of_the_consent_form_is_missed_where_it_is_missing(
    told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check, "STREAMS", [stream for stream in STREAMS if not stream.access])
    said = " ".join(told(*PROBED))

    assert [scope for scope in scopes().split(",") if scope not in PROBED and f"permission {scope}," not in said] == []


@pytest.mark.parametrize("status", [403, 404])
def test_a_list_that_pinterest_does_not_give_lacks_no_permission(checked: Checked, told: Told, status: int) -> None:
    checked.pinterest.lists(PATH)
    checked.answers("catalogs/shelves", refused(status, 29))

    assert told() == []
    assert checked.pinterest.asked("catalogs/shelves")


def test_of_a_token_that_reads_nothing_nothing_more_is_asked(checked: Checked) -> None:
    for path in ("boards", "boards/0/pins", "user_account/analytics", "ad_accounts"):
        checked.answers(
            path, refused(401, 3, "Your token does not have sufficient permissions to perform this operation.")
        )

    assert not checked.result()[0]
    assert checked.calls == 4


def test_a_token_that_tells_nothing_is_tried_out(checked: Checked, told: Told) -> None:
    checked.pinterest.lists(PATH)
    checked.answers("catalogs/shelves", refused(401, 3))
    [sentence] = told()

    assert "shelves can't be read: the token lacks the permission shelves:read" in sentence


@pytest.mark.parametrize("answer", [refused(403, 29), refused(401, 29), refused(401, 3)], ids=str)
def test_a_right_that_is_missing_is_told(checked: Checked, told: Told, answer: dict[str, Any]) -> None:
    checked.answers(PATH, answer)
    [sentence] = told(*USUAL, "shelves:read")

    assert sentence.startswith("lead_sheets can't be read: it needs an app in Pinterest's beta of lead sheets.")
    assert len(checked.pinterest.asked(PATH)) == 1


@pytest.mark.parametrize("answer", [page(["1"]), refused(400, 1), refused(404, 4), refused(503)], ids=str)
def test_other_answers_tell_nothing(checked: Checked, told: Told, answer: dict[str, Any]) -> None:
    checked.answers(PATH, answer)

    assert told(*USUAL, "shelves:read") == []


def test_without_an_account_there_is_nothing_to_ask(checked: Checked, told: Told) -> None:
    checked.pinterest.lists("ad_accounts")
    checked.pinterest.lists("catalogs/shelves")

    assert told() == []


@pytest.mark.parametrize("granted", [USUAL, ()])
def test_a_permission_that_nobody_is_asked_for_is_not_missed(
    checked: Checked, told: Told, monkeypatch: pytest.MonkeyPatch, granted: Collection[str]
) -> None:
    monkeypatch.setattr(check, "STREAMS", (BusinessEmployers, BusinessMembers))

    assert told(*granted) == []
    assert not checked.pinterest.asked(BusinessEmployers.path_template)


def test_check_passes_and_says_it_in_the_log_alone(checked: Checked, caplog: pytest.LogCaptureFixture) -> None:
    checked.answers(PATH, refused(403, 29))
    checked.answers("catalogs/shelves", refused(401, 3))
    with caplog.at_level(logging.INFO):
        assert checked.result() == (True, None)

    assert [record.levelname for record in caplog.records if "beta of lead sheets" in record.message] == ["INFO"]
    assert "shelves:read" in caplog.text
    assert checked.calls == 4 + 2


def test_what_comes_in_one_answer_is_no_list_to_try_out(
    checked: Checked, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check, "STREAMS", (TopPins,))

    assert told() == []
    assert not checked.pinterest.asked(TopPins.path_template)


def test_few_streams_are_tried_out_however_many_need_a_right(
    checked: Checked, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = {letter: f"ad_accounts/{{ad_account_id}}/sheets_{letter}" for letter in "abcdefghij"}
    many = [type(f"Sheets{letter}", (LeadSheets,), {"path_template": path}) for letter, path in paths.items()]
    monkeypatch.setattr(check, "STREAMS", many)
    for path in paths.values():
        checked.answers(path.format(ad_account_id="11"), refused(403, 29))

    assert len(told(*USUAL)) == 6


def test_one_stream_tells_of_a_permission_that_several_need(
    checked: Checked, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    others = [type(f"Shelves{letter}", (Shelves,), {"path_template": f"shelves/{letter}"}) for letter in "abc"]
    monkeypatch.setattr(check, "STREAMS", (Shelves, *others))
    checked.answers(Shelves.path_template, refused(401, 3))

    assert len(told()) == 1
    assert checked.calls == 4 + 1


def test_a_stream_that_needs_two_rights_is_asked_once(
    checked: Checked, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check, "STREAMS", (type("BetaShelves", (Shelves,), {"access": beta("shelves")}),))
    checked.answers(Shelves.path_template, refused(403, 29))

    assert len(told()) == 1
    assert len(checked.pinterest.asked(Shelves.path_template)) == 1


def test_a_list_that_does_not_exist_for_this_user_lacks_no_right(
    checked: Checked, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(check, "STREAMS", (Catalogs,))
    checked.answers(Catalogs.path_template, refused(409, 4182))

    [message] = told()
    assert message.endswith("This list counts as empty.")


def test_check_asks_for_an_account_that_the_config_names(mock: requests_mock.Mocker) -> None:
    checked = Checked(mock, account_ids=["12"])
    checked.answers("ad_accounts/12", {"json": {"id": "12"}})
    checked.answers("ad_accounts/12/lead_sheets", page([]))
    checked.answers("catalogs/shelves", page([]))

    assert checked.result() == (True, None)
    assert checked.pinterest.asked("ad_accounts/12/lead_sheets")

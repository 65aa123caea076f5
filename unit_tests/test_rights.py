"""Does `check` find out which rights are missing, in few calls, and never fail of it?"""

import logging
from collections.abc import Iterator
from typing import Any

import pytest
import requests_mock

from source_pinterest import rights
from source_pinterest.api.access import beta
from source_pinterest.streams.ads.entities import AdAccounts, AdAccountStream, Campaigns
from source_pinterest.streams.base.stream import PinterestStream
from source_pinterest.streams.organic.boards import Boards
from source_pinterest.streams.organic.user_analytics import UserAccountAnalytics
from unit_tests.streams.pinterest import Pinterest, page, refused
from unit_tests.test_check import Checked

PROBED = frozenset({"boards:read", "pins:read", "user_accounts:read", "ads:read"})


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


@pytest.fixture
def mock() -> Iterator[requests_mock.Mocker]:
    with requests_mock.Mocker() as mocker:
        yield mocker


@pytest.fixture
def pinterest(mock: requests_mock.Mocker) -> Pinterest:
    return Pinterest(mock)


@pytest.fixture(autouse=True)
def two_more_streams(monkeypatch: pytest.MonkeyPatch) -> None:
    """And of the others a few, so that a stream more changes nothing here."""
    monkeypatch.setattr(rights, "STREAMS", (Boards, AdAccounts, Campaigns, UserAccountAnalytics, LeadSheets, Shelves))


def told(pinterest: Pinterest, account: str | None = "11", granted: frozenset[str] = frozenset()) -> list[str]:
    pinterest.sync.api.authenticator.granted = granted
    return list(rights.missing_rights(pinterest.sync, account, PROBED))


def test_a_permission_that_the_token_does_not_tell_of_costs_no_call(pinterest: Pinterest) -> None:
    pinterest.lists(PATH)
    [sentence] = told(pinterest, granted=PROBED)

    assert "shelves:read, which these streams need: shelves." in sentence
    assert not pinterest.asked("catalogs/shelves")


def test_a_token_that_tells_nothing_is_tried_out(pinterest: Pinterest) -> None:
    pinterest.lists(PATH)
    pinterest.answers("catalogs/shelves", refused(401, 3))
    [sentence] = told(pinterest)

    assert "shelves can't be read: the access was granted without the permission shelves:read" in sentence


@pytest.mark.parametrize("answer", [refused(403, 29), refused(401, 29), refused(401, 3)], ids=str)
def test_a_right_that_is_missing_is_told(pinterest: Pinterest, answer: dict[str, Any]) -> None:
    pinterest.answers(PATH, answer)
    [sentence] = told(pinterest, granted=PROBED | {"shelves:read"})

    assert sentence.startswith("lead_sheets can't be read: it needs an app in Pinterest's beta of lead sheets.")
    assert len(pinterest.asked(PATH)) == 1


@pytest.mark.parametrize("answer", [page(["1"]), refused(400, 1), refused(404, 4), refused(503)], ids=str)
def test_other_answers_tell_nothing(pinterest: Pinterest, answer: dict[str, Any]) -> None:
    pinterest.answers(PATH, answer)

    assert told(pinterest, granted=PROBED | {"shelves:read"}) == []


def test_without_an_account_there_is_nothing_to_ask(pinterest: Pinterest) -> None:
    pinterest.lists("catalogs/shelves")

    assert told(pinterest, account=None) == []


def test_check_passes_and_says_it_in_the_log_alone(
    mock: requests_mock.Mocker, caplog: pytest.LogCaptureFixture
) -> None:
    checked = Checked(mock)
    checked.answers(PATH, refused(403, 29))
    checked.answers("catalogs/shelves", refused(401, 3))
    with caplog.at_level(logging.INFO):
        assert checked.result() == (True, None)

    assert [record.levelname for record in caplog.records if "beta of lead sheets" in record.message] == ["INFO"]
    assert "shelves:read" in caplog.text
    assert checked.calls == 4 + 2


def test_check_asks_for_an_account_that_the_config_names(mock: requests_mock.Mocker) -> None:
    checked = Checked(mock, account_ids=["12"])
    checked.answers("ad_accounts/12", {"json": {"id": "12"}})
    checked.answers("ad_accounts/12/lead_sheets", page([]))
    checked.answers("catalogs/shelves", page([]))

    assert checked.result() == (True, None)
    assert checked.pinterest.asked("ad_accounts/12/lead_sheets")

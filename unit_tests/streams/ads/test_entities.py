"""Entities that changed are emitted once, and the ids of all go to their analytics."""

from collections.abc import Sequence
from typing import Any

import pytest
import requests_mock

from source_pinterest.api.errors import SliceError
from source_pinterest.streams.ads.accounts import AdAccounts
from source_pinterest.streams.ads.entities import Campaigns
from source_pinterest.streams.organic.boards import Boards
from unit_tests.streams.pinterest import Pinterest, page, slice_of

ACCOUNT = slice_of({"ad_account_id": "11"})


def ids(records: Sequence[dict[str, Any]]) -> list[str]:
    return [record["id"] for record in records]


def edit_times(pinterest: Pinterest) -> list[int]:
    """The time of each account in the state of the campaigns."""
    return [entry["cursor"]["updated_time"] for entry in pinterest.stream(Campaigns).checkpoint.state["states"]]


ENTITIES = [
    {"id": "1", "ad_account_id": "11", "status": "ACTIVE", "updated_time": 100},
    {"id": "2", "ad_account_id": "11", "status": "PAUSED", "updated_time": 200},
    {"id": "3", "ad_account_id": "11", "status": "ARCHIVED", "updated_time": 300},
    {"id": "4", "ad_account_id": "11", "status": "ACTIVE", "updated_time": 400},
]


STRANGE = [{"id": "5", "status": None}, {"id": "6"}, {"id": "7", "status": "NEW_ONE"}]


def test_entities_without_an_edit_time_leave_the_cursor_at_zero(
    pinterest: Pinterest,
) -> None:
    pinterest.lists("ad_accounts", "11", "12")
    pinterest.lists("ad_accounts/11/campaigns", "1", "2")
    pinterest.lists("ad_accounts/12/campaigns")

    assert ids(pinterest.read(Campaigns, ACCOUNT)) == ["1", "2"]
    assert pinterest.read(Campaigns, slice_of({"ad_account_id": "12"})) == []
    assert edit_times(pinterest) == [0]


def test_an_edit_time_may_be_a_text(pinterest: Pinterest, caplog: pytest.LogCaptureFixture) -> None:
    texts = ["2026-06-01T12:00:00", "2026-06-01 14:00:02+02:00", "1780315203"]
    found = [{"id": text, "status": "ACTIVE", "updated_time": text} for text in texts]
    pinterest.answers("ad_accounts/11/campaigns", page(found))

    assert ids(pinterest.read(Campaigns, ACCOUNT)) == texts
    assert edit_times(pinterest) == [1_780_315_203]
    assert caplog.records == []


EVERYTHING = slice_of({})


@pytest.mark.parametrize("body", ["[]", '{"name": "no id"}'])
def test_a_response_without_an_id_is_no_account(mock: requests_mock.Mocker, body: str) -> None:
    pinterest = Pinterest(mock, account_ids=["12"])
    pinterest.answers("ad_accounts/12", {"text": body})

    with pytest.raises(SliceError, match="a form that this version does not know"):
        pinterest.read(AdAccounts, EVERYTHING)


@pytest.mark.parametrize(("owner", "read"), [("7", {"id": "7"}), ({"id": "7"}, {"id": "7"}), ("", None), (None, None)])
def test_an_owner_that_is_a_text_is_its_id(mock: requests_mock.Mocker, owner: Any, read: Any) -> None:
    pinterest = Pinterest(mock, organic_per_ad_account=True)
    items = [{"id": "12", "owner": {"id": "7"}}, {"id": "11", "owner": owner}]
    pinterest.answers("ad_accounts", {"json": {"items": items}})

    assert pinterest.read(AdAccounts, EVERYTHING)[1].get("owner") == read
    assert [task["ad_account_id"] for task in pinterest.tasks(Boards)] == (["11"] if owner else ["11", "12"])

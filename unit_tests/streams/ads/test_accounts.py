"""The ad accounts that are read, and the failures of theirs that matter."""

import logging
from collections.abc import Sequence
from typing import Any

import pytest
import requests_mock

from source_pinterest.api.errors import AccountUnreadableError, SliceError
from source_pinterest.streams.ads.accounts import AdAccounts
from source_pinterest.streams.ads.entities import Campaigns
from source_pinterest.streams.ads.lists import Audiences
from unit_tests.streams.pinterest import Pinterest, list_bundles, page, records_of, refused, slice_of, state_of

EVERYTHING = slice_of({})
ACCOUNT = slice_of({"ad_account_id": "11"})


def ids(records: Sequence[dict[str, Any]]) -> list[str]:
    return [record["id"] for record in records]


# ---- Which accounts


@pytest.mark.parametrize(
    ("options", "pages", "by_id", "read"),
    [
        ({}, [["11"], ["12", "13"]], [], ["11", "12", "13"]),
        ({"account_id": "13", "account_ids": ["11"]}, [["11", "12"], ["13"]], [], ["11", "13"]),
        ({"account_ids": ["12"]}, [], ["12"], ["12"]),
        ({"account_ids": ["11", "14"]}, [["11", "12"]], ["14"], ["11", "14"]),
        ({"exclude_account_ids": ["12"]}, [["11", "12", "13"]], [], ["11", "13"]),
    ],
    ids=["all", "several named", "one named", "named and not listed", "excluded"],
)
def test_accounts_are_picked_from_the_list_or_asked_for_by_themselves(
    mock: requests_mock.Mocker, options: dict[str, Any], pages: list[list[str]], by_id: list[str], read: list[str]
) -> None:
    pinterest = Pinterest(mock, **options)
    answers = [page(accounts, "more" if accounts != pages[-1] else None) for accounts in pages]
    pinterest.answers("ad_accounts", *answers)
    for account in by_id:
        pinterest.answers(f"ad_accounts/{account}", {"json": {"id": int(account)}})

    assert ids(pinterest.read(AdAccounts, EVERYTHING)) == read
    assert len(pinterest.asked("ad_accounts")) == len(pages)
    assert mock.call_count == len(pages) + len(by_id)
    pinterest.answers("ad_accounts", *answers)
    assert [one["ad_account_id"] for one in pinterest.tasks(Campaigns)] == read


def test_named_accounts_that_refuse_are_all_told_after_the_others(mock: requests_mock.Mocker) -> None:
    pinterest = Pinterest(mock, account_ids=["11", "14", "15"])
    pinterest.lists("ad_accounts", "11")
    pinterest.answers("ad_accounts/14", refused(403, 29))
    pinterest.answers("ad_accounts/15", refused(404, 1))
    records = records_of(list_bundles(pinterest.stream(AdAccounts), EVERYTHING))

    assert next(records)["id"] == "11"
    with pytest.raises(AccountUnreadableError, match=r"^Ad account 14, 15 can't be read.*HTTP 403.*HTTP 404"):
        next(records)


def test_children_of_named_accounts_that_refuse_read_the_others_and_fail_for_each(mock: requests_mock.Mocker) -> None:
    pinterest = Pinterest(mock, account_ids=["11", "14"])
    pinterest.lists("ad_accounts", "11")
    pinterest.answers("ad_accounts/14", refused(403, 29))
    good, bad = pinterest.tasks(Audiences)

    assert (good["ad_account_id"], good.error) == ("11", None)
    assert bad["ad_account_id"] == "14"
    with pytest.raises(AccountUnreadableError, match="14"):
        pinterest.read(Audiences, bad)


@pytest.mark.parametrize("body", ["[]", '{"name": "no id"}'])
def test_an_account_that_is_none_is_never_taken(mock: requests_mock.Mocker, body: str) -> None:
    pinterest = Pinterest(mock, account_ids=["12"])
    pinterest.answers("ad_accounts/12", {"text": body})

    with pytest.raises(SliceError, match="a form that this version does not know"):
        pinterest.read(AdAccounts, EVERYTHING)


@pytest.mark.parametrize(("owner", "read"), [("7", {"id": "7"}), ({"id": "7"}, {"id": "7"}), ("", None), (None, None)])
def test_an_owner_that_is_a_text_is_its_id(pinterest: Pinterest, owner: Any, read: Any) -> None:
    items = [{"id": "12", "owner": {"id": "7"}}, {"id": "11", "owner": owner}]
    pinterest.answers("ad_accounts", {"json": {"items": items}})

    assert pinterest.read(AdAccounts, EVERYTHING)[1].get("owner") == read
    assert pinterest.stream(AdAccounts).one_per_owner() == (["11"] if owner else ["11", "12"])


# ---- Which failures of an account matter


def test_an_account_that_was_never_readable_is_left_out(pinterest: Pinterest, caplog: pytest.LogCaptureFixture) -> None:
    pinterest.answers("ad_accounts/11/campaigns", refused(403, 29))
    with caplog.at_level(logging.WARNING):
        assert pinterest.read(Campaigns, ACCOUNT) == []

    assert "campaigns: 11 is left out" in caplog.text


SYNCED_BEFORE = state_of("campaigns", "11", "12", updated_time=5)


@pytest.mark.parametrize(("state", "options"), [(None, {"account_ids": ["11"]}), (SYNCED_BEFORE, {})])
def test_an_account_that_is_named_or_was_synced_before_fails(
    mock: requests_mock.Mocker, state: Any, options: dict[str, Any]
) -> None:
    pinterest = Pinterest(mock, state, **options)
    pinterest.answers("ad_accounts/11/campaigns", refused(403, 29))

    with pytest.raises(AccountUnreadableError, match=r"^Ad account 11 can't be read. campaigns: .*Scripted refusal"):
        pinterest.read(Campaigns, ACCOUNT)


@pytest.mark.parametrize(
    ("options", "lost"), [({}, ["12"]), ({"exclude_account_ids": ["12"]}, []), ({"account_ids": ["11", "13"]}, [])]
)
def test_accounts_of_the_state_that_are_not_listed_fail_unless_the_user_dropped_them(
    mock: requests_mock.Mocker, options: dict[str, Any], lost: list[str]
) -> None:
    pinterest = Pinterest(mock, SYNCED_BEFORE, **options)
    pinterest.lists("ad_accounts", "11", "13")
    slices = pinterest.tasks(Campaigns)

    assert [one["ad_account_id"] for one in slices] == ["11", "13", *lost]
    failures = {one["ad_account_id"]: str(failure) for one in slices if (failure := one.error)}
    assert list(failures) == lost
    assert all(message.startswith(f"Ad account {account} can't be read") for account, message in failures.items())

"""The ad accounts that are read, and the failures of theirs that matter."""

import logging
from collections.abc import Sequence
from typing import Any

import pytest
import requests_mock

from source_pinterest.api.errors import AccountUnreadableError, UnavailableError
from source_pinterest.engine.slices import failure_of, partition_slice
from source_pinterest.streams.ads.accounts import AdAccounts
from source_pinterest.streams.ads.entities import Campaigns
from source_pinterest.streams.base.stream import ForeignKey
from unit_tests.streams.pinterest import Pinterest, page, records_of, refused, state_of

EVERYTHING = partition_slice({})
ACCOUNT = partition_slice({"ad_account_id": "11"})


def ids(records: Sequence[dict[str, Any]]) -> list[str]:
    return [record["id"] for record in records]


# ---- Which accounts


def test_without_a_choice_all_accounts_are_read(pinterest: Pinterest) -> None:
    pinterest.answers("ad_accounts", page(["11"], "b"), page(["12", "13"]))

    assert ids(pinterest.read(AdAccounts, EVERYTHING)) == ["11", "12", "13"]


def test_one_named_account_is_asked_for_by_itself(mock: requests_mock.Mocker) -> None:
    pinterest = Pinterest(mock, account_ids=["12"])
    pinterest.answers("ad_accounts/12", {"json": {"id": 12, "name": "Shop"}})

    assert pinterest.read(AdAccounts, EVERYTHING) == [{"id": "12", "name": "Shop"}]
    assert pinterest.asked("ad_accounts/12") == [{}]
    assert pinterest.asked("ad_accounts") == []


def test_several_named_accounts_are_picked_from_the_list(mock: requests_mock.Mocker) -> None:
    pinterest = Pinterest(mock, account_id="13", account_ids=["11"])
    pinterest.lists("ad_accounts", "11", "12", "13")

    assert ids(pinterest.read(AdAccounts, EVERYTHING)) == ["11", "13"]


def test_named_accounts_on_several_pages_are_not_asked_for_by_themselves(mock: requests_mock.Mocker) -> None:
    pinterest = Pinterest(mock, account_ids=["14", "11", "12"])
    pinterest.answers("ad_accounts", page(["11", "13"], "more"), page(["12", "14"]))

    assert ids(pinterest.read(AdAccounts, EVERYTHING)) == ["11", "12", "14"]
    assert len(mock.request_history) == 2


def test_a_named_account_that_is_not_listed_is_asked_for(mock: requests_mock.Mocker) -> None:
    pinterest = Pinterest(mock, account_ids=["11", "14"])
    pinterest.lists("ad_accounts", "11", "12")
    pinterest.answers("ad_accounts/14", {"json": {"id": "14"}})

    assert ids(pinterest.read(AdAccounts, EVERYTHING)) == ["11", "14"]


def test_excluded_accounts_are_left_out(mock: requests_mock.Mocker) -> None:
    pinterest = Pinterest(mock, exclude_account_ids=["12"])
    pinterest.lists("ad_accounts", "11", "12", "13")

    assert ids(pinterest.read(AdAccounts, EVERYTHING)) == ["11", "13"]
    assert [one["ad_account_id"] for one in pinterest.slices(Campaigns)] == ["11", "13"]


@pytest.mark.parametrize("answer", [refused(403, 29), refused(404, 1), refused(401, 7)])
def test_named_accounts_that_refuse_are_all_told_after_the_others(
    mock: requests_mock.Mocker, answer: dict[str, Any]
) -> None:
    pinterest = Pinterest(mock, account_ids=["11", "14", "15"])
    pinterest.lists("ad_accounts", "11")
    for account in ("14", "15"):
        pinterest.answers(f"ad_accounts/{account}", answer)
    records = records_of(pinterest.stream(AdAccounts).read_slice(EVERYTHING))

    assert next(records)["id"] == "11"
    said = rf"ad_accounts: Pinterest answered \"Scripted refusal\" \(HTTP {answer['status_code']}, code \d+\)"
    with pytest.raises(AccountUnreadableError, match=rf"^Ad account 14, 15 can't be read\. {said}\. {said}\. Ask its"):
        next(records)


def test_children_of_named_accounts_that_refuse_read_the_others_and_fail_for_each(mock: requests_mock.Mocker) -> None:
    pinterest = Pinterest(mock, account_ids=["11", "14"])
    pinterest.lists("ad_accounts", "11")
    pinterest.answers("ad_accounts/14", refused(403, 29))
    good, bad = pinterest.slices(Campaigns)

    assert (good["ad_account_id"], failure_of(good)) == ("11", None)
    assert bad["ad_account_id"] == "14"
    with pytest.raises(AccountUnreadableError, match="14"):
        pinterest.read(Campaigns, bad)


@pytest.mark.parametrize("body", ["[]", '{"name": "no id"}', '"11"', "<html>", ""])
def test_an_account_that_is_none_is_never_taken(mock: requests_mock.Mocker, body: str) -> None:
    pinterest = Pinterest(mock, account_ids=["12"])
    pinterest.answers("ad_accounts/12", {"text": body})

    with pytest.raises(UnavailableError):
        pinterest.read(AdAccounts, EVERYTHING)


def test_each_stream_of_ad_accounts_wants_their_ids_and_names_them_as_parents(pinterest: Pinterest) -> None:
    campaigns = pinterest.stream(Campaigns)
    campaigns.select()

    assert pinterest.stream(AdAccounts).ids.wanted
    assert campaigns.foreign_keys[0] == ForeignKey("ad_accounts", ("ad_account_id",))


# ---- Which failures of an account matter


def test_an_account_that_was_never_readable_is_left_out(pinterest: Pinterest, caplog: pytest.LogCaptureFixture) -> None:
    pinterest.answers("ad_accounts/11/campaigns", refused(403, 29))
    with caplog.at_level(logging.WARNING):
        assert pinterest.read(Campaigns, ACCOUNT) == []

    assert "campaigns: 11 is left out" in caplog.text


def test_an_account_that_is_named_fails(mock: requests_mock.Mocker) -> None:
    pinterest = Pinterest(mock, account_ids=["11"])
    pinterest.answers("ad_accounts/11/campaigns", refused(403, 29))

    with pytest.raises(AccountUnreadableError, match=r"^Ad account 11 can't be read. campaigns: .*Scripted refusal"):
        pinterest.read(Campaigns, ACCOUNT)


def test_an_account_that_was_synced_before_fails(mock: requests_mock.Mocker) -> None:
    pinterest = Pinterest(mock, state_of("campaigns", "11", updated_time=5))
    pinterest.answers("ad_accounts/11/campaigns", refused(403, 29))

    with pytest.raises(AccountUnreadableError, match="11"):
        pinterest.read(Campaigns, ACCOUNT)


def test_accounts_of_the_state_that_are_not_listed_fail_after_the_others(mock: requests_mock.Mocker) -> None:
    pinterest = Pinterest(mock, state_of("campaigns", "11", "12", updated_time=5))
    pinterest.lists("ad_accounts", "11", "13")

    slices = pinterest.slices(Campaigns)
    assert [one["ad_account_id"] for one in slices] == ["11", "13", "12"]
    assert [failure_of(one) is not None for one in slices] == [False, False, True]
    assert str(failure_of(slices[2])).startswith(
        "Ad account 12 can't be read. Pinterest does not list it for this user. Ask its owner"
    )


@pytest.mark.parametrize("options", [{"exclude_account_ids": ["12"]}, {"account_ids": ["11", "13"]}])
def test_accounts_of_the_state_that_the_user_dropped_are_no_matter(
    mock: requests_mock.Mocker, options: dict[str, Any]
) -> None:
    pinterest = Pinterest(mock, state_of("campaigns", "11", "12", updated_time=5), **options)
    pinterest.lists("ad_accounts", "11", "13")

    assert [one["ad_account_id"] for one in pinterest.slices(Campaigns)] == ["11", "13"]


def test_many_accounts_that_lost_access_do_not_stop_the_others(mock: requests_mock.Mocker) -> None:
    lost = [str(number) for number in range(20, 32)]
    pinterest = Pinterest(mock, account_ids=[*lost, "11"])
    for account in lost:
        pinterest.answers(f"ad_accounts/{account}/campaigns", refused(403, 29))
        with pytest.raises(AccountUnreadableError, match=account):
            pinterest.read(Campaigns, partition_slice({"ad_account_id": account}))
    pinterest.answers("ad_accounts/11/campaigns", page([{"id": "7", "ad_account_id": "11", "status": "ACTIVE"}]))

    assert ids(pinterest.read(Campaigns, ACCOUNT)) == ["7"]

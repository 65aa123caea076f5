"""Whose is a campaign that several ad accounts list, and how often are their lists looked through?"""

from collections.abc import Iterable, Mapping
from typing import Any

import pytest

from source_pinterest.api.errors import RefusedError
from source_pinterest.engine.progress import Notices
from source_pinterest.streams.ads.entities import Ownership

NAMELESS, STRANGE = {"id": "1"}, {"id": "1", "ad_account_id": "999"}
"""A record without an account, and one of an account out of reach."""


def of(account: int | str) -> dict[str, Any]:
    return {"id": "1", "ad_account_id": account}


class Lists:
    """What the ad accounts 2, 11 and 100 list, and which of the lists were looked through."""

    def __init__(self, held: Mapping[str, list[dict[str, Any]] | Exception]) -> None:
        self.looked_through: list[str] = []
        self._held = held
        self._ownership = Ownership(lambda: ["100", "2", "11"], self._list_of, Notices("campaigns"))

    def _list_of(self, account: str) -> Iterable[dict[str, Any]]:
        self.looked_through.append(account)
        found = self._held.get(account, [])
        if isinstance(found, Exception):
            raise found
        return found

    def owners(self, record: dict[str, Any]) -> list[str]:
        """The accounts that count the record as their own, where each of them lists it."""
        return [account for account in ("11", "100", "2") if self._ownership.owned_by(account, [record])]


@pytest.mark.parametrize("account", ["2", "11", "100", 11])
def test_a_record_is_of_the_account_that_it_names_and_no_list_is_looked_through(account: int | str) -> None:
    lists = Lists({})

    assert lists.owners(of(account)) == [str(account)]
    assert lists.looked_through == []


@pytest.mark.parametrize("record", [NAMELESS, STRANGE])
@pytest.mark.parametrize(
    "held",
    [
        {"2": [NAMELESS], "11": [NAMELESS]},
        {"2": [{"id": 1}]},
        {"2": [STRANGE], "11": [STRANGE]},
        {"2": [of("2")]},
    ],
)
def test_one_that_names_none_or_one_out_of_reach_is_of_the_smallest_that_lists_it(
    record: dict[str, Any], held: dict[str, Any]
) -> None:
    assert Lists(held).owners(record) == ["2"]


@pytest.mark.parametrize("smaller", [[], [{"id": "7"}], [of("11")], [of("100")]])
def test_an_account_keeps_what_no_smaller_one_lists_as_its_own(smaller: list[dict[str, Any]]) -> None:
    lists = Lists({"2": smaller})

    assert lists.owners(NAMELESS)[:1] == ["11"]


def test_no_account_gives_anything_away_to_a_larger_one() -> None:
    assert Lists({"11": [NAMELESS]}).owners(NAMELESS) == ["11", "2"]


def test_each_list_is_looked_through_once_however_many_records_need_it() -> None:
    lists = Lists({"2": [{"id": "3"}], "11": [{"id": "4"}]})
    for number in "56789":
        lists.owners({"id": number})

    assert lists.looked_through == ["2", "11"]


def test_a_smaller_account_whose_list_fails_hides_nothing() -> None:
    lists = Lists({"2": RefusedError("campaigns: Scripted refusal")})

    assert lists.owners(NAMELESS)[:1] == ["11"]


def test_a_warning_says_whose_it_is(caplog: pytest.LogCaptureFixture) -> None:
    Lists({}).owners(of("100"))

    [message] = caplog.messages
    assert message.startswith("campaigns: ad account 11 also lists 1, which belongs to ad account 100 and")

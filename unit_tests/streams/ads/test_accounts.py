"""The ad accounts that are read, and the failures of theirs that matter."""

from typing import Any

import pytest
import requests_mock

from source_pinterest.api.errors import SliceError
from source_pinterest.streams.ads.accounts import AdAccounts
from unit_tests.streams.pinterest import Pinterest, slice_of

EVERYTHING = slice_of({})


@pytest.mark.parametrize("body", ["[]", '{"name": "no id"}'])
def test_a_response_without_an_id_is_no_account(mock: requests_mock.Mocker, body: str) -> None:
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

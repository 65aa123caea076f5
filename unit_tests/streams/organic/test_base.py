"""Organic content is read on behalf of the right account, or of each owner of one."""

from typing import Any

import requests_mock
from airbyte_cdk.sources.types import StreamSlice

from source_pinterest.api.errors import Access, AccountUnreadableError
from source_pinterest.streams import STREAMS
from source_pinterest.streams.base.stream import ForeignKey, PinterestStream
from source_pinterest.streams.organic.base import OrganicStream
from source_pinterest.streams.organic.boards import Boards, BoardSections
from source_pinterest.streams.organic.pins import BoardPins, BoardSectionPins
from unit_tests.streams.pinterest import Pinterest, page, refused, slice_of

BOARD = slice_of({"board_id": "1"})
ASK_OWNER = "Ask the ad account's owner for it"
SECTION = slice_of({"board_id": "1", "board_section_id": "8"})

CALLS = [
    (Boards, "boards", slice_of({})),
    (BoardSections, "boards/1/sections", BOARD),
    (BoardPins, "boards/1/pins", BOARD),
    (BoardSectionPins, "boards/1/sections/8/pins", SECTION),
]


def list_once(pinterest: Pinterest, of: type[PinterestStream], stream_slice: StreamSlice) -> list[dict[str, Any]]:
    """The records of a slice that no cursor has planned."""
    stream = pinterest.stream(of)
    return [record for listed in stream.listing(stream.task(stream_slice.partition)) for record in listed.records]


def test_account_id_reads_on_behalf_of_its_owner_and_account_ids_do_not(mock: requests_mock.Mocker) -> None:
    for stream, path, stream_slice in CALLS:
        of_account, of_user = Pinterest(mock, account_id="549"), Pinterest(mock, account_ids=["549"])
        of_account.lists(path)
        list_once(of_account, stream, stream_slice)
        list_once(of_user, stream, stream_slice)

        assert of_account.queries(path) == [{"page_size": ["250"], "ad_account_id": ["549"]}, {"page_size": ["250"]}]


def accounts(pinterest: Pinterest, *pairs: tuple[str, str]) -> None:
    """Script the list of ad accounts: the id of each, and of its owner."""
    listed = [{"id": account, "owner": {"id": owner, "username": "a name"}} for account, owner in pairs]
    pinterest.answers("ad_accounts", page(listed))


def test_each_owner_of_ad_accounts_has_a_slice_under_the_lowest_account(mock: requests_mock.Mocker) -> None:
    pinterest = Pinterest(mock, organic_per_ad_account=True)
    accounts(pinterest, ("100", "1"), ("30", "2"), ("9", "1"), ("40", "2"))

    assert [dict(each) for each in pinterest.tasks(Boards)] == [{"ad_account_id": "9"}, {"ad_account_id": "30"}]


def test_accounts_whose_owner_is_not_told_stand_for_themselves(mock: requests_mock.Mocker) -> None:
    pinterest = Pinterest(mock, organic_per_ad_account=True)
    pinterest.answers("ad_accounts", page(["1", {"id": "2", "owner": None}, {"id": "3", "owner": {}}]))

    assert [each["ad_account_id"] for each in pinterest.tasks(Boards)] == ["1", "2", "3"]


def test_a_named_account_that_is_out_of_reach_is_a_slice_that_raises(mock: requests_mock.Mocker) -> None:
    pinterest = Pinterest(mock, organic_per_ad_account=True, account_ids=["9", "77"])
    accounts(pinterest, ("9", "1"))
    pinterest.answers("ad_accounts/77", refused(403, 29))
    good, bad = pinterest.tasks(Boards)

    assert (good["ad_account_id"], good.error) == ("9", None)
    assert bad["ad_account_id"] == "77"
    assert isinstance(bad.error, AccountUnreadableError)


def test_the_account_is_asked_for_and_stamped(mock: requests_mock.Mocker) -> None:
    pinterest = Pinterest(mock, organic_per_ad_account=True, account_id="7")
    for stream, path, stream_slice in CALLS:
        pinterest.lists(path, "5")
        account_task = slice_of({"ad_account_id": "549", **stream_slice.partition})
        (record,) = list_once(pinterest, stream, account_task)

        assert record == {"id": "5", **account_task.partition}, stream
        assert pinterest.queries(path)[0]["ad_account_id"] == ["549"], stream


def test_the_account_is_part_of_key_and_schema_only_if_the_option_is_on(mock: requests_mock.Mocker) -> None:
    for stream in [stream for stream in STREAMS if issubclass(stream, OrganicStream)]:
        plain, per_account = (Pinterest(mock, organic_per_ad_account=on).stream(stream) for on in (False, True))
        own_key = [plain.primary_key] if isinstance(plain.primary_key, str) else plain.primary_key

        assert per_account.primary_key == ["ad_account_id", *own_key], stream
        assert "ad_account_id" not in plain.get_json_schema()["properties"], stream
        (name, schema), *others = per_account.get_json_schema()["properties"].items()
        assert (name, schema["type"]) == ("ad_account_id", ["null", "string"]), stream
        assert dict(others) == plain.get_json_schema()["properties"], stream
        assert per_account.get_json_schema() is per_account.get_json_schema(), stream
        of_owner = {key._replace(fields=("ad_account_id", *key.fields)) for key in plain.foreign_keys}
        assert set(per_account.foreign_keys) == {ForeignKey("ad_accounts", ("ad_account_id",)), *of_owner}, stream
        assert per_account.access == (
            plain.access or Access("the role Admin or Analyst on the ad account", ASK_OWNER)
        ), stream

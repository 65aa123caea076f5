"""Organic content is read on behalf of the right account, or of each owner of one."""

import requests_mock

from source_pinterest.api.errors import Access
from source_pinterest.streams import STREAMS
from source_pinterest.streams.base.declaration import ForeignKey
from source_pinterest.streams.organic.base import OrganicStream
from source_pinterest.streams.organic.boards import Boards
from unit_tests.streams.pinterest import Pinterest, page

ASK_OWNER = "Ask the ad account's owner for it"


def test_accounts_without_an_owner_are_read_each(mock: requests_mock.Mocker) -> None:
    pinterest = Pinterest(mock, organic_per_ad_account=True)
    pinterest.answers("ad_accounts", page(["1", {"id": "2", "owner": None}, {"id": "3", "owner": {}}]))

    assert [each["ad_account_id"] for each in pinterest.tasks(Boards)] == ["1", "2", "3"]


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

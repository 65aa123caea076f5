"""The foreign keys that streams declare lead somewhere."""

from collections.abc import Sequence

import pytest

from integration_tests.support.foreign_keys import assert_foreign_keys_hold
from source_pinterest.streams.base.declaration import ForeignKey
from source_pinterest.streams.organic.base import OrganicStream
from tools.stream_pages import simulated
from tools.stream_table import every_stream, key_fields


def leads(keys: Sequence[ForeignKey]) -> list[tuple[str, tuple[str, ...]]]:
    return [(key.stream, key.fields) for key in keys]


@pytest.mark.parametrize("per_account", [False, True], ids=["one owner", "each owner"])
def test_each_key_has_fields_of_its_stream_and_as_many_as_the_other_ones_key(per_account: bool) -> None:
    streams = {stream.name: stream for stream in every_stream(organic_per_ad_account=per_account)}
    for stream in streams.values():
        for key in stream.foreign_keys:
            assert set(key.fields) <= set(stream.get_json_schema()["properties"]), (stream.name, key)
            named = key_fields(streams[key.stream])
            is_owned = isinstance(streams[key.stream], OrganicStream) and not isinstance(stream, OrganicStream)
            owners = {"ad_account_id"} if per_account and is_owned else set()
            assert len(key.fields) == len(set(named) - owners), (stream.name, key)
    assert leads(streams["campaigns"].foreign_keys)[0] == ("ad_accounts", ("ad_account_id",))
    owner, owners = ("ad_account_id",) if per_account else (), [("ad_accounts", ("ad_account_id",))]
    assert leads(streams["board_section_pins"].foreign_keys) == [
        *(owners if per_account else []),
        ("boards", (*owner, "board_id")),
        ("board_sections", (*owner, "board_id", "board_section_id")),
    ]
    assert ("pins", (*owner, "pin_id")) in leads(streams["pin_analytics"].foreign_keys)


def test_each_key_leads_to_a_record_of_the_simulated_world() -> None:
    """That these are the records which a sync brings, whole syncs show."""
    assert_foreign_keys_hold(every_stream(), simulated())

"""The foreign keys that streams declare lead somewhere."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from integration_tests.support.foreign_keys import assert_foreign_keys_hold
from integration_tests.tools.stream_pages import simulated
from integration_tests.tools.stream_table import every_stream, key_fields
from source_pinterest.streams.base.stream import ForeignKey, PinterestStream
from source_pinterest.streams.organic.base import OrganicStream

Records = dict[str, Sequence[Mapping[str, Any]]]


def streams_of(**options: Any) -> dict[str, PinterestStream]:
    return {stream.name: stream for stream in every_stream(**options)}


def leads(keys: Sequence[ForeignKey]) -> list[tuple[str, tuple[str, ...]]]:
    return [(key.stream, key.fields) for key in keys]


@pytest.mark.parametrize("per_account", [False, True], ids=["one owner", "each owner"])
def test_each_key_has_fields_of_its_stream_and_as_many_as_the_other_ones_key(per_account: bool) -> None:
    streams = streams_of(organic_per_ad_account=per_account)
    for stream in streams.values():
        for key in stream.foreign_keys:
            assert set(key.fields) <= set(stream.get_json_schema()["properties"]), (stream.name, key)
            named = key_fields(streams[key.stream])
            owners = {"ad_account_id"} if per_account and not isinstance(stream, OrganicStream) else set()
            assert len(key.fields) == len(set(named) - owners), (stream.name, key)


def test_each_key_leads_to_a_record_of_the_simulated_world() -> None:
    """That these are the records which a sync brings, whole syncs show."""
    assert_foreign_keys_hold(every_stream(), simulated())


@pytest.mark.parametrize(
    ("stream", "changed"),
    [
        ("ads", [{"ad_account_id": "1", "campaign_id": "2", "ad_group_id": "3"}]),
        ("ads", [{"id": "7"}]),
        ("boards", [{"id": "7"}]),
        ("board_sections", []),
    ],
    ids=["to no record", "empty everywhere", "from children to no record", "to a stream without records"],
)
def test_a_key_that_leads_nowhere_is_told(stream: str, changed: list[Mapping[str, Any]]) -> None:
    records: Records = {**simulated(), stream: changed}
    with pytest.raises(AssertionError):
        assert_foreign_keys_hold(every_stream(), records)


def test_the_ids_of_all_parents_are_keys_though_no_leaf_says_so() -> None:
    streams = streams_of()

    assert leads(streams["campaigns"].foreign_keys)[0] == ("ad_accounts", ("ad_account_id",))
    assert leads(streams["board_section_pins"].foreign_keys) == [
        ("boards", ("board_id",)),
        ("board_sections", ("board_id", "board_section_id")),
    ]


def test_each_owners_records_name_the_ad_account_too() -> None:
    streams = streams_of(organic_per_ad_account=True)

    assert leads(streams["board_section_pins"].foreign_keys) == [
        ("ad_accounts", ("ad_account_id",)),
        ("boards", ("ad_account_id", "board_id")),
        ("board_sections", ("ad_account_id", "board_id", "board_section_id")),
    ]
    assert ("pins", ("ad_account_id", "pin_id")) in leads(streams["pin_analytics"].foreign_keys)

"""Do the foreign keys that streams declare lead somewhere?"""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from integration_tests.stream_pages import simulated
from integration_tests.stream_table import every_stream, key_fields
from integration_tests.support.foreign_keys import assert_foreign_keys_hold
from source_pinterest.streams.analytics.entity_keys import entity_keys, report_keys
from source_pinterest.streams.base.foreign_keys import ForeignKey
from source_pinterest.streams.base.stream import PinterestStream
from source_pinterest.streams.organic.base import OrganicStream

Records = dict[str, Sequence[Mapping[str, Any]]]

ACCOUNT = [("ad_accounts", ("AD_ACCOUNT_ID",))]
CAMPAIGN = [*ACCOUNT, ("campaigns", ("CAMPAIGN_ID",))]
AD_GROUP = [*CAMPAIGN, ("ad_groups", ("AD_GROUP_ID",))]
AD = [*AD_GROUP, ("ads", ("AD_ID",)), ("ads", ("PIN_PROMOTION_ID",))]
PRODUCT_GROUP = ("product_group_promotions", ("PRODUCT_GROUP_ID",))
PIN = ("pins", ("PIN_ID",))
COLUMNS = ("AD_ACCOUNT_ID", "CAMPAIGN_ID", "AD_GROUP_ID", "AD_ID", "PIN_PROMOTION_ID", "PIN_ID", "PRODUCT_GROUP_ID")


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


@pytest.mark.parametrize(
    ("subject", "keys"),
    [
        (["AD_ACCOUNT_ID"], ACCOUNT),
        (["CAMPAIGN_ID"], CAMPAIGN),
        (["AD_GROUP_ID"], AD_GROUP),
        (["AD_ID"], [*AD, PIN]),
        (["PRODUCT_GROUP_ID"], [*AD_GROUP, PRODUCT_GROUP]),
        (["PRODUCT_GROUP_ID", "PIN_PROMOTION_ID"], [*AD, PRODUCT_GROUP, PIN]),
        (["PRODUCT_ITEM_ID"], ACCOUNT),
    ],
    ids=lambda value: "-".join(value) if isinstance(value[0], str) else None,
)
def test_a_row_names_what_it_is_about_and_what_that_lies_in(
    subject: list[str], keys: list[tuple[str, tuple[str, ...]]]
) -> None:
    assert leads(entity_keys(subject, COLUMNS)) == keys


def test_a_row_names_only_what_it_has_and_its_targeting() -> None:
    keys = entity_keys(["CAMPAIGN_ID", "TARGETING_TYPE", "TARGETING_VALUE"], ["CAMPAIGN_ID"])

    assert leads(keys) == [
        ("campaigns", ("CAMPAIGN_ID",)),
        ("targeting_options", ("TARGETING_TYPE", "TARGETING_VALUE")),
    ]


@pytest.mark.parametrize(
    ("level", "is_named"), [("PRODUCT_GROUP", True), ("PRODUCT_GROUP_TARGETING", True), ("KEYWORD", False)]
)
def test_only_rows_of_product_groups_name_one_for_sure(level: str, is_named: bool) -> None:
    assert (PRODUCT_GROUP in leads(report_keys(level, ["AD_ID", "PRODUCT_GROUP_ID"], COLUMNS))) is is_named

"""The records that rows of analytics and reports name."""

from collections.abc import Sequence

import pytest

from source_pinterest.streams.analytics.entity_keys import entity_keys, report_keys
from source_pinterest.streams.base.stream import ForeignKey

ACCOUNT = [("ad_accounts", ("AD_ACCOUNT_ID",))]
CAMPAIGN = [*ACCOUNT, ("campaigns", ("CAMPAIGN_ID",))]
AD_GROUP = [*CAMPAIGN, ("ad_groups", ("AD_GROUP_ID",))]
AD = [*AD_GROUP, ("ads", ("AD_ID",)), ("ads", ("PIN_PROMOTION_ID",))]
PRODUCT_GROUP = ("product_group_promotions", ("PRODUCT_GROUP_ID",))
PIN = ("pins", ("PIN_ID",))
COLUMNS = ("AD_ACCOUNT_ID", "CAMPAIGN_ID", "AD_GROUP_ID", "AD_ID", "PIN_PROMOTION_ID", "PIN_ID", "PRODUCT_GROUP_ID")


def leads(keys: Sequence[ForeignKey]) -> list[tuple[str, tuple[str, ...]]]:
    return [(key.stream, key.fields) for key in keys]


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


def test_the_record_that_a_row_names_may_be_missing_where_it_is_not_the_accounts_own() -> None:
    keys = entity_keys(["AD_ID", "TARGETING_TYPE", "TARGETING_VALUE"], COLUMNS)

    assert {key.stream: key.unless for key in keys if key.unless} == {
        "pins": "the pin is somebody else's or deleted",
        "targeting_options": "Pinterest has no list of such values",
    }

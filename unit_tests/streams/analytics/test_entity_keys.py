"""The records that rows of analytics and reports name."""

import pytest

from source_pinterest.streams.analytics.entity_keys import entity_keys, report_keys

ACCOUNT = ["AD_ACCOUNT_ID"]
AD_GROUP = [*ACCOUNT, "CAMPAIGN_ID", "AD_GROUP_ID"]
AD = [*AD_GROUP, "AD_ID", "PIN_PROMOTION_ID"]
COLUMNS = [*AD, "PIN_ID", "PRODUCT_GROUP_ID"]


@pytest.mark.parametrize(
    ("subject", "fields"),
    [
        (["AD_ACCOUNT_ID"], ACCOUNT),
        (["AD_GROUP_ID"], AD_GROUP),
        (["AD_ID"], [*AD, "PIN_ID"]),
        (["PRODUCT_GROUP_ID"], [*AD_GROUP, "PRODUCT_GROUP_ID"]),
        (["PRODUCT_GROUP_ID", "PIN_PROMOTION_ID"], [*AD, "PRODUCT_GROUP_ID", "PIN_ID"]),
        (["PRODUCT_ITEM_ID"], ACCOUNT),
    ],
    ids="-".join,
)
def test_a_row_names_what_it_is_about_and_what_that_lies_in(subject: list[str], fields: list[str]) -> None:
    assert [field for key in entity_keys(subject, COLUMNS) for field in key.fields] == fields


def test_a_row_names_only_what_it_has_and_its_targeting() -> None:
    keys = entity_keys(["CAMPAIGN_ID", "TARGETING_TYPE", "TARGETING_VALUE"], ["CAMPAIGN_ID"])

    assert [(key.stream, key.fields) for key in keys] == [
        ("campaigns", ("CAMPAIGN_ID",)),
        ("targeting_options", ("TARGETING_TYPE", "TARGETING_VALUE")),
    ]


def test_each_id_leads_to_its_stream_and_the_pin_may_be_missing() -> None:
    keys = {key.fields[0]: key for key in report_keys("PRODUCT_GROUP_TARGETING", COLUMNS, COLUMNS)}

    assert {field: key.stream for field, key in keys.items()} == {
        "AD_ACCOUNT_ID": "ad_accounts",
        "CAMPAIGN_ID": "campaigns",
        "AD_GROUP_ID": "ad_groups",
        "AD_ID": "ads",
        "PIN_PROMOTION_ID": "ads",
        "PRODUCT_GROUP_ID": "product_group_promotions",
        "PIN_ID": "pins",
    }
    assert {field: key.unless for field, key in keys.items() if key.unless} == {
        "PIN_ID": "the pin is somebody else's or deleted"
    }


def test_only_rows_of_product_groups_have_a_foreign_key_to_one() -> None:
    keys = report_keys("KEYWORD", ["AD_ID", "PRODUCT_GROUP_ID"], COLUMNS)

    assert ("PRODUCT_GROUP_ID",) not in [key.fields for key in keys]

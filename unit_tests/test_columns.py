"""The table of analytics columns against Pinterest's lists, and the schemas made from it against rows."""

import jsonschema
import pytest
from pinterestsdk.models.reporting_column_async import ReportingColumnAsync
from pinterestsdk.models.reporting_column_sync import ReportingColumnSync

from source_pinterest.columns import (
    ASYNC_COLUMNS,
    COLUMNS,
    DEFAULT_COLUMNS,
    ID_COLUMNS,
    LIVE_COLUMNS,
    SYNC_COLUMNS,
    analytics_schema,
    column_schema,
    may_be_requested,
    text_columns,
)

# What the official connector asks for, in its order: tables made with it have these columns.
OFFICIAL_COLUMNS = """
ADVERTISER_ID AD_ACCOUNT_ID AD_GROUP_ENTITY_STATUS AD_GROUP_ID AD_ID CAMPAIGN_DAILY_SPEND_CAP CAMPAIGN_ENTITY_STATUS
CAMPAIGN_ID CAMPAIGN_LIFETIME_SPEND_CAP CAMPAIGN_NAME CHECKOUT_ROAS CLICKTHROUGH_1 CLICKTHROUGH_1_GROSS CLICKTHROUGH_2
CPC_IN_MICRO_DOLLAR CPM_IN_DOLLAR CPM_IN_MICRO_DOLLAR CTR CTR_2 ECPCV_IN_DOLLAR ECPCV_P95_IN_DOLLAR ECPC_IN_DOLLAR
ECPC_IN_MICRO_DOLLAR ECPE_IN_DOLLAR ECPM_IN_MICRO_DOLLAR ECPV_IN_DOLLAR ECTR EENGAGEMENT_RATE ENGAGEMENT_1
ENGAGEMENT_2 ENGAGEMENT_RATE IDEA_PIN_PRODUCT_TAG_VISIT_1 IDEA_PIN_PRODUCT_TAG_VISIT_2 IMPRESSION_1 IMPRESSION_1_GROSS
IMPRESSION_2 INAPP_CHECKOUT_COST_PER_ACTION OUTBOUND_CLICK_1 OUTBOUND_CLICK_2 PAGE_VISIT_COST_PER_ACTION
PAGE_VISIT_ROAS PAID_IMPRESSION PIN_ID PIN_PROMOTION_ID REPIN_1 REPIN_2 REPIN_RATE SPEND_IN_DOLLAR
SPEND_IN_MICRO_DOLLAR TOTAL_CHECKOUT TOTAL_CHECKOUT_VALUE_IN_MICRO_DOLLAR TOTAL_CLICKTHROUGH TOTAL_CLICK_ADD_TO_CART
TOTAL_CLICK_CHECKOUT TOTAL_CLICK_CHECKOUT_VALUE_IN_MICRO_DOLLAR TOTAL_CLICK_LEAD TOTAL_CLICK_SIGNUP
TOTAL_CLICK_SIGNUP_VALUE_IN_MICRO_DOLLAR TOTAL_CONVERSIONS TOTAL_CUSTOM TOTAL_ENGAGEMENT TOTAL_ENGAGEMENT_CHECKOUT
TOTAL_ENGAGEMENT_CHECKOUT_VALUE_IN_MICRO_DOLLAR TOTAL_ENGAGEMENT_LEAD TOTAL_ENGAGEMENT_SIGNUP
TOTAL_ENGAGEMENT_SIGNUP_VALUE_IN_MICRO_DOLLAR TOTAL_IDEA_PIN_PRODUCT_TAG_VISIT TOTAL_IMPRESSION_FREQUENCY
TOTAL_IMPRESSION_USER TOTAL_LEAD TOTAL_OFFLINE_CHECKOUT TOTAL_PAGE_VISIT TOTAL_REPIN_RATE TOTAL_SIGNUP
TOTAL_SIGNUP_VALUE_IN_MICRO_DOLLAR TOTAL_VIDEO_3SEC_VIEWS TOTAL_VIDEO_AVG_WATCHTIME_IN_SECOND TOTAL_VIDEO_MRC_VIEWS
TOTAL_VIDEO_P0_COMBINED TOTAL_VIDEO_P100_COMPLETE TOTAL_VIDEO_P25_COMBINED TOTAL_VIDEO_P50_COMBINED
TOTAL_VIDEO_P75_COMBINED TOTAL_VIDEO_P95_COMBINED TOTAL_VIEW_ADD_TO_CART TOTAL_VIEW_CHECKOUT
TOTAL_VIEW_CHECKOUT_VALUE_IN_MICRO_DOLLAR TOTAL_VIEW_LEAD TOTAL_VIEW_SIGNUP TOTAL_VIEW_SIGNUP_VALUE_IN_MICRO_DOLLAR
TOTAL_WEB_CHECKOUT TOTAL_WEB_CHECKOUT_VALUE_IN_MICRO_DOLLAR TOTAL_WEB_CLICK_CHECKOUT
TOTAL_WEB_CLICK_CHECKOUT_VALUE_IN_MICRO_DOLLAR TOTAL_WEB_ENGAGEMENT_CHECKOUT
TOTAL_WEB_ENGAGEMENT_CHECKOUT_VALUE_IN_MICRO_DOLLAR TOTAL_WEB_SESSIONS TOTAL_WEB_VIEW_CHECKOUT
TOTAL_WEB_VIEW_CHECKOUT_VALUE_IN_MICRO_DOLLAR VIDEO_3SEC_VIEWS_2 VIDEO_LENGTH VIDEO_MRC_VIEWS_2 VIDEO_P0_COMBINED_2
VIDEO_P100_COMPLETE_2 VIDEO_P25_COMBINED_2 VIDEO_P50_COMBINED_2 VIDEO_P75_COMBINED_2 VIDEO_P95_COMBINED_2
WEB_CHECKOUT_COST_PER_ACTION WEB_CHECKOUT_ROAS WEB_SESSIONS_1 WEB_SESSIONS_2
"""


def test_the_columns_of_each_kind_of_endpoint_are_those_of_the_api() -> None:
    assert {column.value for column in ReportingColumnSync} == SYNC_COLUMNS
    assert {column.value for column in ReportingColumnAsync} == ASYNC_COLUMNS
    assert len({column.name for column in COLUMNS}) == len(COLUMNS)


def test_default_columns_are_those_of_the_official_connector_and_all_impressions() -> None:
    assert [name for name in DEFAULT_COLUMNS if name != "TOTAL_IMPRESSION"] == OFFICIAL_COLUMNS.split()
    assert set(DEFAULT_COLUMNS) <= SYNC_COLUMNS
    assert "TOTAL_IMPRESSION" in DEFAULT_COLUMNS


def test_a_description_begins_with_the_name_in_ads_manager_if_it_is_known() -> None:
    for name, beginning in [
        ("TOTAL_CLICKTHROUGH", "Pin clicks in Ads Manager. Clicks on the pin"),
        ("TOTAL_CHECKOUT_VALUE_IN_MICRO_DOLLAR", "Order value (Checkout) in Ads Manager. Value of"),
        ("ENGAGEMENT_RATE", "Paid engagements per"),
        ("TOTAL_HUGS", "In none of"),
    ]:
        assert column_schema([name])[name]["description"].startswith(beginning), name


def test_live_columns_are_in_no_list_of_the_api_nor_defined_by_an_advertiser() -> None:
    assert len(LIVE_COLUMNS) > 400
    assert not LIVE_COLUMNS & (SYNC_COLUMNS | ASYNC_COLUMNS)
    assert {"TOTAL_START_TRIAL", "WEB_CONTACT_ROAS", "SPEND_IN_US_DOLLAR"} <= LIVE_COLUMNS
    assert not [name for name in LIVE_COLUMNS if name.startswith("ADE_")]


def test_a_column_may_be_requested_if_its_list_has_it_or_no_list_does() -> None:
    for name in ("SPEND_IN_US_DOLLAR", "A_COLUMN_OF_NEXT_YEAR", "CAMPAIGN_STATUS"):
        assert may_be_requested(name, ASYNC_COLUMNS), name
        assert may_be_requested(name, SYNC_COLUMNS) is (name != "CAMPAIGN_STATUS"), name


def test_every_id_column_is_marked_as_one() -> None:
    assert {column.name for column in COLUMNS if column.name.endswith("_ID")} == ID_COLUMNS


def test_the_suffix_1_is_paid_and_2_is_earned() -> None:
    """Their descriptions would be easy to swap by hand."""
    described = {column.name: column.description.lower() for column in COLUMNS}
    pairs = [name.removesuffix("_1") for name in described if name.endswith("_1") and f"{name[:-1]}2" in described]

    assert pairs
    for name in pairs:
        assert "paid" in described[f"{name}_1"]
        assert "earned" not in described[f"{name}_1"]
        assert "earned" in described[f"{name}_2"]
        assert "paid" not in described[f"{name}_2"]


def test_a_column_that_the_table_lacks_has_a_type_by_its_name() -> None:
    for name, json_type in [
        ("TOTAL_HUGS", "number"),
        ("HUGS_IN_MICRO_DOLLAR", "number"),
        ("HUG_ID", "string"),
        ("HUG_NAME", "string"),
        ("HUG_STATUS", "string"),
        ("HUG_TYPE", "string"),
        ("IS_HUGGED", "string"),
    ]:
        schema = column_schema([name])[name]

        assert schema["type"] == ["null", json_type], (name, json_type)
        assert "by its name" in schema["description"], (name, json_type)
        assert (name in text_columns([name])) is (json_type == "string"), (name, json_type)


def test_analytics_schema_takes_what_pinterest_answers_and_no_number_as_an_id() -> None:
    schema = analytics_schema(["AD_ID", "TOTAL_CHECKOUT"])
    assert list(schema["properties"]) == ["DATE", "AD_ID", "TOTAL_CHECKOUT", "CURRENCY"]

    validator = jsonschema.Draft7Validator(schema)
    for values in ({"TOTAL_CHECKOUT": 3.5}, {"TOTAL_CHECKOUT": None}, {}, {"A_COLUMN_OF_NEXT_YEAR": 1}):
        validator.validate({"DATE": "2024-02-01", "AD_ID": "687195134316", **values})
    with pytest.raises(jsonschema.ValidationError, match="687195134316"):
        validator.validate({"AD_ID": 687195134316})

"""The options of marketing mix reports and of reports on the products of conversions."""

from typing import Any

from source_pinterest.config import Config, reports
from source_pinterest.dates import Granularity
from unit_tests.configs import TODAY, config

MIX, PRODUCTS = "marketing_mix_report", "brand_category_sku_reports"


def read(**options: Any) -> Config:
    return Config.from_mapping(config(**options), TODAY)


def test_empty_fields_of_special_reports_have_the_defaults() -> None:
    for empty in [{}, None, "", {"level": "", "columns": [], "targeting_types": None}]:
        found = read(**{MIX: empty, PRODUCTS: empty})

        assert found.marketing_mix == reports.USUAL_MARKETING_MIX, empty
        assert found.products == reports.USUAL_PRODUCTS, empty


def test_values_of_special_reports_are_read_in_any_case() -> None:
    mix = read(
        marketing_mix_report={"level": "ad_group_targeting", "granularity": "week", "targeting_types": ["gender"]}
    ).marketing_mix
    products = read(
        brand_category_sku_reports={
            "granularity": "Month",
            "columns": [" campaign_name ", "DATE"],
            "attribution_type": "brand_attribution",
        }
    ).products

    assert (mix.level, mix.granularity, mix.targeting_types) == ("AD_GROUP_TARGETING", Granularity.WEEK, ("GENDER",))
    assert mix.columns == ("AD_GROUP_ID", "AD_GROUP_NAME", *reports.USUAL_MARKETING_MIX.columns)
    assert (products.level, products.granularity, products.columns) == (
        "CAMPAIGN",
        Granularity.MONTH,
        ("CAMPAIGN_NAME",),
    )
    assert products.attribution_type == "BRAND_ATTRIBUTION"

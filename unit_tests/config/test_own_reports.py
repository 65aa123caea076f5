"""The options of marketing mix reports and of reports on the products of conversions."""

from typing import Any

import pytest
from airbyte_cdk.utils import AirbyteTracedException

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


def test_a_column_that_no_list_has_is_asked_for_with_a_word() -> None:
    found = read(marketing_mix_report={"columns": ["SPEND_IN_DOLAR"]})

    assert found.marketing_mix.columns == ("SPEND_IN_DOLAR",)
    [notice] = found.notices
    assert notice.startswith("Marketing Mix Report, Columns: ")
    assert "does not list SPEND_IN_DOLAR (did you mean SPEND_IN_DOLLAR?)" in notice


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({MIX: ["COUNTRY"]}, "Marketing Mix Report: enter the fields by their names"),
        ({MIX: {"level": "CAMPAIGN"}}, "Marketing Mix Report, Level: 'CAMPAIGN'"),
        ({MIX: {"targeting_types": ["REGION"]}}, "Marketing Mix Report, Targeting Types: 'REGION'"),
        ({MIX: {"columns": ["A B"]}}, "Marketing Mix Report, Columns: Pinterest has no column A B"),
        ({PRODUCTS: {"granularity": "DAY"}}, "Brand, Category and SKU Reports, Granularity: 'DAY'"),
        ({PRODUCTS: {"attribution_type": "ALL"}}, "Brand, Category and SKU Reports, Attribution Type: 'ALL'"),
        (
            {PRODUCTS: {"columns": ["CONVERSION_PRODUCT_ID", "CTR", "CONVERSION_PRODUCT_BRAND"]}},
            "Reports, Columns: CONVERSION_PRODUCT_ID, CONVERSION_PRODUCT_BRAND can't be chosen, because each",
        ),
    ],
    ids=str,
)
def test_an_unusable_value_is_refused_with_the_name_of_its_option(options: dict[str, Any], said: str) -> None:
    with pytest.raises(AirbyteTracedException) as refused:
        read(**options)

    assert said in str(refused.value.message)

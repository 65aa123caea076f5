"""Options of the form are read as they are meant, hidden ones included."""

from functools import partial
from itertools import product
from typing import Any

import jsonschema
import pytest
from pinterestsdk import models

from source_pinterest.columns import MMM_COLUMNS, PRODUCT_COLUMNS
from source_pinterest.config import Config
from source_pinterest.config.options import (
    ATTRIBUTION_WINDOWS,
    PRODUCT_TREND_REGIONS,
    TREND_REGIONS,
    choices,
    regions_of,
)
from source_pinterest.config.reports import OBJECTIVES
from source_pinterest.dates import Granularity
from unit_tests.configs import TODAY, config
from unit_tests.report_configs import report
from unit_tests.test_spec import FORM


def read(**options: Any) -> Config:
    return Config.from_mapping(config(**options), TODAY)


def test_the_attribution_windows_seen_live_are_offered_and_official_ones_are_read() -> None:
    whole = {f"{a}/{b}/{c}" for a in (1, 7, 30, 60) for b in (1, 7, 30, 60) for c in (1, 7, 30, 60) if a >= b >= c}
    assert next(iter(ATTRIBUTION_WINDOWS)) == "30/30/1"
    assert set(ATTRIBUTION_WINDOWS) == {*whole, "7/0/0", "1/0/0"}

    for click, view in product((0, 1, 7, 14, 30, 60), repeat=2):
        own = report(click_window_days=click, engagement_window_days=view, view_window_days=view)
        jsonschema.validate(config(custom_reports=[own]), FORM)


def test_choices_are_those_of_the_api() -> None:
    of_report, of_mix, of_products = (
        partial(choices, option) for option in ("custom_reports", "marketing_mix_report", "brand_category_sku_reports")
    )
    for ours, pinterests in [
        (TREND_REGIONS, models.TrendsSupportedRegion),
        (PRODUCT_TREND_REGIONS, models.ProductCategoryRegion),
        (of_report("level"), models.MetricsReportingLevel),
        ([one.value for one in Granularity], models.Granularity),
        (of_report("targeting_types"), models.AdAdsAnalyticsAsyncTargetingTypes),
        (of_report("campaign_statuses"), models.CampaignSummaryStatus),
        (of_report("ad_group_statuses"), models.AdGroupSummaryStatus),
        (of_report("ad_statuses"), models.PinPromotionSummaryStatus),
        (of_report("product_group_statuses"), models.ProductGroupSummaryStatus),
        (of_report("attribution_types"), models.ConversionReportAttributionType),
        (MMM_COLUMNS, models.MMMReportingColumn),
        (of_mix("level"), models.MMMReportLevel),
        (of_mix("granularity"), models.MMMReportGranularity),
        (of_mix("targeting_types"), models.MMMReportingTargetingType),
        (PRODUCT_COLUMNS, models.ConversionProductReportingColumn),
        ([*of_products("level"), "ADVERTISER"], models.ConversionProductReportLevel),
        ([*of_products("granularity"), "TOTAL"], models.ConversionProductReportGranularity),
        (of_products("attribution_type"), models.ConversionProductAttributionType),
        (OBJECTIVES, models.ConversionObjectiveType),
    ]:
        assert sorted(ours) == sorted(choice.value for choice in pinterests), pinterests
    assert set(PRODUCT_TREND_REGIONS) < set(TREND_REGIONS)


@pytest.mark.parametrize(
    ("countries", "regions", "found"),
    [
        ((), TREND_REGIONS, ()),
        (("MX", "CL"), TREND_REGIONS, ("MX+AR+CO+CL", "MX")),
        (("JP", "NZ"), TREND_REGIONS, ("AU+NZ",)),
        (("DE", "IE", "US"), PRODUCT_TREND_REGIONS, ("GB+IE", "US")),
        (("CO",), ("AR+CO", "CO"), ("CO",)),
    ],
)
def test_a_country_is_in_the_smallest_region_that_has_it(
    countries: tuple[str, ...], regions: tuple[str, ...], found: tuple[str, ...]
) -> None:
    assert regions_of(countries, regions) == found

"""The trend regions of countries."""

import pytest
from pinterestsdk import ProductCategoryRegion, TrendsSupportedRegion

from source_pinterest.config.options import PRODUCT_TREND_REGIONS, TREND_REGIONS, regions_of


def test_the_regions_are_those_of_the_api() -> None:
    assert set(TREND_REGIONS) == {one.value for one in TrendsSupportedRegion}
    assert set(PRODUCT_TREND_REGIONS) == {one.value for one in ProductCategoryRegion}
    assert set(PRODUCT_TREND_REGIONS) < set(TREND_REGIONS)


@pytest.mark.parametrize(
    ("countries", "regions"),
    [
        ((), ()),
        (("US",), ("US",)),
        (("DE",), ("DE",)),
        (("AT",), ("DE+AT+CH",)),
        (("MX", "CL"), ("MX+AR+CO+CL", "MX")),
        (("GB", "IE"), ("GB+IE",)),
        (("JP", "NZ"), ("AU+NZ",)),
    ],
)
def test_a_country_is_in_the_smallest_region_that_has_it(countries: tuple[str, ...], regions: tuple[str, ...]) -> None:
    assert regions_of(countries, TREND_REGIONS) == regions


@pytest.mark.parametrize("regions", [("AR+CO", "CO"), ("CO", "AR+CO")])
def test_the_order_of_the_regions_decides_nothing(regions: tuple[str, ...]) -> None:
    assert regions_of(("CO",), regions) == ("CO",)


def test_a_region_that_lacks_trends_of_products_is_none() -> None:
    assert regions_of(("DE", "IE", "US"), PRODUCT_TREND_REGIONS) == ("GB+IE", "US")

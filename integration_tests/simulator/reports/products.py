"""Split the conversions of an entity by brand, category or SKU of the products.

https://developers.pinterest.com/docs/api/v5/analytics-create_conversion_product_report
"""

from collections.abc import Iterator, Mapping
from zlib import crc32

from integration_tests.simulator.analytics.subjects import Subject
from integration_tests.simulator.world.seeding import mix

_BRAND, _CATEGORY, _SKU = "CONVERSION_PRODUCT_BRAND", "CONVERSION_PRODUCT_CATEGORY", "CONVERSION_PRODUCT_ID"
_BRANDS: tuple[str | None, ...] = ("Käse & Co", 'Acme, "the" Brand', None)
_CATEGORIES: tuple[str | None, ...] = ("Home > Kitchen", None)
_SKUS: tuple[str | None, ...] = ("WBC45678", "0042", "7,5-INCH")

_BRAND_AND_OTHERS = (3, 2)

BREAKDOWNS: Mapping[str, tuple[Mapping[str, str | None], ...]] = {
    "PRODUCT_BRAND": tuple({_BRAND: brand} for brand in _BRANDS),
    "PRODUCT_CATEGORY": tuple({_CATEGORY: category} for category in _CATEGORIES),
    "PRODUCT_BRAND_AND_CATEGORY": tuple(
        {_BRAND: brand, _CATEGORY: category} for brand in _BRANDS for category in _CATEGORIES
    ),
    "PRODUCT_SKU": tuple({_SKU: sku} for sku in _SKUS),
}
"""What a row says of its products. Conversion events need not name a brand or a category."""


def by_product(subject: Subject, breakdown: str, attribution_type: str) -> Iterator[Subject]:
    """An entity, once for each product, or each brand or category of products, which share its numbers out.

    Those of one brand are a part of all that its ads bring.
    """
    every = BREAKDOWNS[breakdown]
    if attribution_type == "BRAND_ATTRIBUTION":
        subject = next(subject.divided(_BRAND_AND_OTHERS, [{}]))
    weights = [32 + mix(subject.number, crc32(f"{breakdown}={products}".encode())) % 96 for products in every]
    told = [{name: value for name, value in products.items() if value is not None} for products in every]
    yield from subject.divided(weights, told)

"""Of which brands, categories and SKUs were the products in conversions? A stream for each breakdown of one report."""

from source_pinterest.streams.analytics.product_conversions import ProductConversionsReport

_BRAND, _CATEGORY, _SKU = "CONVERSION_PRODUCT_BRAND", "CONVERSION_PRODUCT_CATEGORY", "CONVERSION_PRODUCT_ID"


class BrandConversionsReport(ProductConversionsReport):
    """Conversions by brand of the products, as reports.

    https://developers.pinterest.com/docs/api/v5/analytics-create_conversion_product_report.
    """

    breakdown, products = "PRODUCT_BRAND", (_BRAND,)


class CategoryConversionsReport(ProductConversionsReport):
    """Conversions by category of the products, as reports.

    https://developers.pinterest.com/docs/api/v5/analytics-create_conversion_product_report.
    """

    breakdown, products = "PRODUCT_CATEGORY", (_CATEGORY,)


class BrandAndCategoryConversionsReport(ProductConversionsReport):
    """Conversions by brand and category of the products, as reports.

    https://developers.pinterest.com/docs/api/v5/analytics-create_conversion_product_report.
    """

    breakdown, products = "PRODUCT_BRAND_AND_CATEGORY", (_BRAND, _CATEGORY)


class SkuConversionsReport(ProductConversionsReport):
    """Conversions by SKU of the products, as reports.

    https://developers.pinterest.com/docs/api/v5/analytics-create_conversion_product_report.
    """

    breakdown, products = "PRODUCT_SKU", (_SKU,)


PRODUCT_CONVERSIONS: tuple[type[ProductConversionsReport], ...] = (
    BrandConversionsReport,
    CategoryConversionsReport,
    BrandAndCategoryConversionsReport,
    SkuConversionsReport,
)

"""Marketing mix reports and reports on the products of conversions, which have endpoints and limits of their own."""

from abc import ABC
from typing import ClassVar

from source_pinterest import limits
from source_pinterest.api.errors import beta, restricted
from source_pinterest.columns import MMM_COLUMNS, PRODUCT_COLUMNS, TARGETING_TYPE, TARGETING_VALUE
from source_pinterest.config import Config, attribution_of
from source_pinterest.config.reports import (
    BRAND_ATTRIBUTION,
    DEFAULT_ATTRIBUTION,
    MMM_BREAKDOWNS,
    OBJECTIVES,
)
from source_pinterest.dates import parse_day
from source_pinterest.engine.tasks import batches
from source_pinterest.reporting.client import ReportEndpoint
from source_pinterest.streams.analytics.report import ReportStream
from source_pinterest.streams.analytics.report_spec import ReportSpec, requested, variants_of
from source_pinterest.streams.base.sync import SyncContext

_ID_OF_MIX_LEVEL = {"CAMPAIGN_TARGETING": "CAMPAIGN_ID", "AD_GROUP_TARGETING": "AD_GROUP_ID"}
_ID_OF_PRODUCT_LEVEL = {"CAMPAIGN": "CAMPAIGN_ID", "AD_GROUP": "AD_GROUP_ID"}
_FIRST_DAYS = {
    DEFAULT_ATTRIBUTION: parse_day(limits.PRODUCT_REPORTS_FIRST_DAY),
    BRAND_ATTRIBUTION: parse_day(limits.BRAND_ATTRIBUTION_FIRST_DAY),
}
_BRAND, _CATEGORY, _SKU = "CONVERSION_PRODUCT_BRAND", "CONVERSION_PRODUCT_CATEGORY", "CONVERSION_PRODUCT_ID"

_ENGAGEMENT_WINDOW = "engagement_window_days"
"""The attribution option that reports on products do not have."""

_MIX_PATH = "ad_accounts/{ad_account_id}/mmm_reports"
_PRODUCTS_PATH = "ad_accounts/{ad_account_id}/reports/brand_category_sku"


def marketing_mix_spec(config: Config) -> ReportSpec:
    """Return what marketing mix reports are. They count no conversions. Pinterest has more columns than it documents.

    Their limits are those of other reports: Pinterest states none. Columns of the user's choice that divide an entity's
    rows further are part of the key.
    """
    report = config.marketing_mix_report
    ids = (_ID_OF_MIX_LEVEL[report.level],)
    return ReportSpec(
        level=report.level,
        ids=ids,
        columns=requested(ids, report.columns, {*MMM_COLUMNS, *report.columns}),
        breakdowns=(
            TARGETING_TYPE,
            TARGETING_VALUE,
            *(column for column in MMM_BREAKDOWNS if column in report.columns),
        ),
        granularity=report.granularity,
        endpoint=ReportEndpoint(_MIX_PATH, {"report_name": "source-pinterest marketing mix"}),
        variants=variants_of(report.targeting_types),
    )


class MarketingMixReport(ReportStream):
    """Delivery and spend for marketing mix models, as reports.

    https://developers.pinterest.com/docs/api/v5/analytics-create_mmm_report.
    """

    path_template = _MIX_PATH
    access = beta("marketing mix reports")

    def __init__(self, sync: SyncContext) -> None:
        super().__init__(sync, marketing_mix_spec(sync.config))


def product_spec(config: Config, breakdown: str, products: tuple[str, ...]) -> ReportSpec:
    """Return what reports on the products of conversions are. Pinterest has more columns than it documents.

    Default attribution windows are sent too, since Pinterest's documents contradict each other about the default. The
    way conversions are attributed to products is sent if it is not Pinterest's default. All campaign objectives are
    named, in several requests if Pinterest takes fewer in one: a request without objectives lacks most campaigns.

    Args:
        config: the options of the connection.
        breakdown: Pinterest's name of the breakdown, such as `PRODUCT_BRAND`.
        products: the columns that identify the product; conversion events may lack it.
    """
    report, chosen = config.brand_category_sku_reports, config.brand_category_sku_reports.attribution_type
    ids = (_ID_OF_PRODUCT_LEVEL[report.level],)
    attribution = {
        "click_window_days": limits.DEFAULT_ATTRIBUTION_WINDOW_DAYS,
        "view_window_days": limits.DEFAULT_VIEW_WINDOW_DAYS,
        **{name: value for name, value in attribution_of(config).items() if name != _ENGAGEMENT_WINDOW},
        **({} if chosen == DEFAULT_ATTRIBUTION else {"conversion_product_attribution_type": chosen}),
    }
    return ReportSpec(
        level=report.level,
        ids=ids,
        columns=requested(ids, (*products, *report.columns), {*PRODUCT_COLUMNS, *report.columns}),
        window_days=limits.PRODUCT_REPORT_WINDOW_DAYS,
        breakdowns=products,
        granularity=report.granularity,
        endpoint=ReportEndpoint(
            _PRODUCTS_PATH,
            {"report_name": "source-pinterest conversions"},
            least_days=limits.PRODUCT_REPORT_LEAST_DAYS,
            first_day=_FIRST_DAYS[chosen],
        ),
        fields={**attribution, "conversion_product_breakdown": breakdown},
        variants=[
            {"campaign_objective_types": list(batch)} for batch in batches(OBJECTIVES, limits.OBJECTIVES_PER_REPORT)
        ],
    )


class ProductConversionsReport(ReportStream, ABC):
    """Conversions by purchased product."""

    path_template = _PRODUCTS_PATH
    access = restricted("brand/category/SKU reports")
    breakdown: ClassVar[str]
    """Pinterest's name of the breakdown, such as `PRODUCT_BRAND`."""
    products: ClassVar[tuple[str, ...]]
    """The columns that identify the product."""

    def __init__(self, sync: SyncContext) -> None:
        super().__init__(sync, product_spec(sync.config, self.breakdown, self.products))


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

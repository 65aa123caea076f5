"""Marketing mix reports and reports on the products of conversions, which have endpoints and limits of their own."""

from abc import ABC
from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from source_pinterest import limits
from source_pinterest.api.errors import ObjectivesRefusedError, PinterestError, ReportRefusedError, beta, restricted
from source_pinterest.columns import MMM_COLUMNS, PRODUCT_COLUMNS
from source_pinterest.config import attribution_of
from source_pinterest.config.reports import (
    BRAND_ATTRIBUTION,
    DEFAULT_ATTRIBUTION,
    MMM_PARTS,
    NEWER_OBJECTIVES,
    OBJECTIVES,
    Reach,
)
from source_pinterest.dates import parse_day
from source_pinterest.engine.pages import Page
from source_pinterest.engine.tasks import Task
from source_pinterest.limits import ASYNC_HISTORY_DAYS, REPORT_WINDOW_DAYS
from source_pinterest.reporting.job import ReportEndpoint
from source_pinterest.state.day_cursor import KeyColumns
from source_pinterest.streams.analytics.report import ReportStream
from source_pinterest.streams.base.stream import Sync

_ID_OF_MIX_LEVEL = {"CAMPAIGN_TARGETING": "CAMPAIGN_ID", "AD_GROUP_TARGETING": "AD_GROUP_ID"}
_ID_OF_PRODUCT_LEVEL = {"CAMPAIGN": "CAMPAIGN_ID", "AD_GROUP": "AD_GROUP_ID"}
_FIRST_DAYS = {
    DEFAULT_ATTRIBUTION: parse_day(limits.PRODUCT_REPORTS_FIRST_DAY),
    BRAND_ATTRIBUTION: parse_day(limits.BRAND_ATTRIBUTION_FIRST_DAY),
}
_BRAND, _CATEGORY, _SKU = "CONVERSION_PRODUCT_BRAND", "CONVERSION_PRODUCT_CATEGORY", "CONVERSION_PRODUCT_ID"

_ENGAGEMENT_WINDOW = "engagement_window_days"
"""The attribution option that reports on products do not have."""

_NEWER_OBJECTIVES_BATCH = 1
"""The number of the request for campaigns of newer objectives."""


class MarketingMixReport(ReportStream):
    """Delivery and spend for marketing mix models, as reports.

    https://developers.pinterest.com/docs/api/v5/analytics-create_mmm_report.
    """

    endpoint = ReportEndpoint(
        "ad_accounts/{ad_account_id}/mmm_reports", {"report_name": "source-pinterest marketing mix"}
    )
    path_template = endpoint.path
    access = beta("marketing mix reports")

    def __init__(self, sync: Sync) -> None:
        self.report = sync.config.marketing_mix
        self.level, self.granularity = self.report.level, self.report.granularity
        self.id_columns = (_ID_OF_MIX_LEVEL[self.level],)
        super().__init__(sync)

    def reach(self) -> Reach:
        """Return the limits of other reports: Pinterest states none for these."""
        return Reach(ASYNC_HISTORY_DAYS, REPORT_WINDOW_DAYS)

    def part_columns(self) -> tuple[str, ...]:
        """Return the targeting columns, and the columns of the user's choice that divide an entity's rows further."""
        return (*super().part_columns(), *(column for column in MMM_PARTS if column in self.report.columns))

    def targeting_types(self) -> tuple[str, ...]:
        """Return the targeting types of the user's choice."""
        return self.report.targeting_types

    def wanted_columns(self) -> tuple[str, ...]:
        """Return the columns of the user's choice; by default, all that do not divide an entity's rows."""
        return self.report.columns

    def attribution(self) -> dict[str, object]:
        """Return nothing: these reports count no conversions."""
        return {}

    def accepts(self, column: str) -> bool:
        """Accept every column of the user's choice, since Pinterest has more columns than its documents list."""
        return column in MMM_COLUMNS or column in self.report.columns


def _refusal_of(body: Mapping[str, Any], message: str) -> PinterestError:
    """Return the error for a refused request: it may concern the newer objectives, if the request has no others."""
    newer = tuple(body["campaign_objective_types"]) == NEWER_OBJECTIVES
    return ObjectivesRefusedError(message) if newer else ReportRefusedError(message)


def _no_rows(task: Task) -> Generator[Page, None, KeyColumns | None]:
    """Read a task without rows."""
    del task
    yield from ()
    return None


def _is_about_objectives(message: str) -> bool:
    """Return whether Pinterest's message is about objectives. After another refusal, the days stay missing."""
    return "objective" in message.lower() or any(objective in message for objective in NEWER_OBJECTIVES)


class ProductConversionsReport(ReportStream, ABC):
    """Conversions by purchased product.

    Attributes:
        breakdown: Pinterest's name of the breakdown, such as `PRODUCT_BRAND`.
        products: the columns that identify the product.
    """

    endpoint = ReportEndpoint(
        "ad_accounts/{ad_account_id}/reports/brand_category_sku",
        {"report_name": "source-pinterest conversions"},
        least_days=limits.PRODUCT_REPORT_LEAST_DAYS,
        rejection_error=_refusal_of,
    )
    path_template = endpoint.path
    access = restricted("brand/category/SKU reports")
    breakdown: str
    products: tuple[str, ...]

    def __init__(self, sync: Sync) -> None:
        self.report = sync.config.products
        self.level, self.granularity = self.report.level, self.report.granularity
        self.id_columns = (_ID_OF_PRODUCT_LEVEL[self.level],)
        self.endpoint = replace(self.endpoint, first_day=_FIRST_DAYS[self.report.attribution_type])
        super().__init__(sync)
        self.days = replace(self.days, first_day=self.endpoint.first_day)

    def reach(self) -> Reach:
        """Return the limits of these reports: windows of a year."""
        return Reach(limits.ASYNC_HISTORY_DAYS, limits.PRODUCT_REPORT_WINDOW_DAYS)

    def part_columns(self) -> tuple[str, ...]:
        """Return the columns that identify the product; conversion events may lack it."""
        return self.products

    def wanted_columns(self) -> tuple[str, ...]:
        """Return the product's columns and those of the user's choice; by default, all."""
        return (*self.products, *self.report.columns)

    def attribution(self) -> dict[str, Any]:
        """Return the attribution options of other analytics.

        Default windows are sent too, since Pinterest's documents contradict each other about the default.
        """
        options = {
            "click_window_days": limits.DEFAULT_ATTRIBUTION_WINDOW_DAYS,
            "view_window_days": limits.DEFAULT_VIEW_WINDOW_DAYS,
            **attribution_of(self.config),
        }
        return {name: value for name, value in options.items() if name != _ENGAGEMENT_WINDOW}

    def own_fields(self) -> dict[str, Any]:
        """Return the breakdown, and the way conversions are attributed to products if it is not Pinterest's default."""
        chosen = self.report.attribution_type
        attribution = {} if chosen == DEFAULT_ATTRIBUTION else {"conversion_product_attribution_type": chosen}
        return {"conversion_product_breakdown": self.breakdown, **attribution}

    def accepts(self, column: str) -> bool:
        """Accept every column of the user's choice, since Pinterest has more columns than its documents list."""
        return column in PRODUCT_COLUMNS or column in self.report.columns

    def variants(self) -> list[dict[str, Any]]:
        """Return the campaign objectives in two chunks.

        Pinterest accepts 7 of the 9 objectives in a request. A request without objectives lacks most campaigns.
        """
        return [{"campaign_objective_types": list(objectives)} for objectives in (OBJECTIVES, NEWER_OBJECTIVES)]

    def account_tasks(self, accounts: Iterable[str]) -> Iterator[Task]:
        """Return a task for each report. If Pinterest does not know the newer objectives, their task has no rows."""
        for report in super().account_tasks(accounts):
            error = report.error
            if isinstance(error, ObjectivesRefusedError) and _is_about_objectives(error.quote):
                listed = ", ".join(NEWER_OBJECTIVES)
                self.notices.warn(listed, f"Pinterest knows no campaigns of the objectives {listed}. {error.quote}.")
                yield Task(report.partition, _no_rows, report.window, {"batch": _NEWER_OBJECTIVES_BATCH})
            else:
                yield report


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

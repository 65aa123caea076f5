"""Reports on the products of conversions, asked of Pinterest with endpoints and limits of their own."""

from abc import ABC
from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from airbyte_cdk.sources.types import StreamSlice

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
from source_pinterest.engine.slices import failure_of, window_slice
from source_pinterest.limits import ASYNC_HISTORY_DAYS, REPORT_WINDOW_DAYS
from source_pinterest.reporting.job import ReportEndpoint
from source_pinterest.state.day_cursor import KeyColumns, planned_window
from source_pinterest.streams.analytics.report import ReportStream, is_report
from source_pinterest.streams.base.stream import Sync

_ID_OF_MIX_LEVEL = {"CAMPAIGN_TARGETING": "CAMPAIGN_ID", "AD_GROUP_TARGETING": "AD_GROUP_ID"}


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
        """That of other reports: Pinterest states none for these."""
        return Reach(ASYNC_HISTORY_DAYS, REPORT_WINDOW_DAYS)

    def part_columns(self) -> tuple[str, ...]:
        """Type and value of targeting, and what else may split the rows of an entity, where it is asked for."""
        return (*super().part_columns(), *(column for column in MMM_PARTS if column in self.report.columns))

    def targeting_types(self) -> tuple[str, ...]:
        """Those that the user has chosen."""
        return self.report.targeting_types

    def wanted_columns(self) -> tuple[str, ...]:
        """Those that the user has chosen, or all that leave the rows of an entity whole."""
        return self.report.columns

    def attribution(self) -> dict[str, object]:
        """None: these reports count no conversions."""
        return {}

    def accepts(self, column: str) -> bool:
        """Whatever the user has named is asked for; Pinterest has more columns than its documents."""
        return column in MMM_COLUMNS or column in self.report.columns


_ID_OF_PRODUCT_LEVEL = {"CAMPAIGN": "CAMPAIGN_ID", "AD_GROUP": "AD_GROUP_ID"}
_FIRST_DAYS = {
    DEFAULT_ATTRIBUTION: parse_day(limits.PRODUCT_REPORTS_FIRST_DAY),
    BRAND_ATTRIBUTION: parse_day(limits.BRAND_ATTRIBUTION_FIRST_DAY),
}
_NEWER_BATCH = 1
_ENGAGEMENT_WINDOW = "engagement_window_days"
"""Of an engagement, which these reports don't know."""


def _refused(body: Mapping[str, Any], answer: str) -> PinterestError:
    """What is wrong with a request: the newer objectives, where it names no others, or all of it."""
    newer = tuple(body["campaign_objective_types"]) == NEWER_OBJECTIVES
    return ObjectivesRefusedError(answer) if newer else ReportRefusedError(answer)


def _is_about_objectives(answer: str) -> bool:
    """Whether Pinterest says so; it may refuse a request for another reason, and then its days are owed."""
    return "objective" in answer.lower() or any(objective in answer for objective in NEWER_OBJECTIVES)


class ProductConversionsReport(ReportStream, ABC):
    """Conversions by what was bought.

    Attributes:
        breakdown: Pinterest's word for what the products are told apart by.
        products: the columns that it fills.
    """

    endpoint = ReportEndpoint(
        "ad_accounts/{ad_account_id}/reports/brand_category_sku",
        {"report_name": "source-pinterest conversions"},
        least_days=limits.PRODUCT_REPORT_LEAST_DAYS,
        refused=_refused,
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

    def reach(self) -> Reach:
        """No earlier than the first day that there is; and windows of a year."""
        since = self.config.today.toordinal() - _FIRST_DAYS[self.report.attribution_type].toordinal()
        return Reach(min(limits.ASYNC_HISTORY_DAYS, since), limits.PRODUCT_REPORT_WINDOW_DAYS)

    def part_columns(self) -> tuple[str, ...]:
        """What the products are told apart by; conversion events may leave it open."""
        return self.products

    def wanted_columns(self) -> tuple[str, ...]:
        """Those that the user has chosen, or all."""
        return (*self.products, *self.report.columns)

    def attribution(self) -> dict[str, Any]:
        """That of other analytics; named even where it is Pinterest's default, which its documents give in two ways."""
        asked = {
            "click_window_days": limits.DEFAULT_ATTRIBUTION_WINDOW_DAYS,
            "view_window_days": limits.DEFAULT_VIEW_WINDOW_DAYS,
            **attribution_of(self.config),
        }
        return {name: value for name, value in asked.items() if name != _ENGAGEMENT_WINDOW}

    def own_fields(self) -> dict[str, Any]:
        """By what the products are told apart, and which conversions count, where that is not Pinterest's default."""
        chosen = self.report.attribution_type
        attribution = {} if chosen == DEFAULT_ATTRIBUTION else {"conversion_product_attribution_type": chosen}
        return {"conversion_product_breakdown": self.breakdown, **attribution}

    def accepts(self, column: str) -> bool:
        """Whatever the user has named is asked for; Pinterest has more columns than its documents."""
        return column in PRODUCT_COLUMNS or column in self.report.columns

    def variants(self) -> list[dict[str, Any]]:
        """Campaigns of every objective: a request that names none leaves most of them out, and may name 7 of the 9."""
        return [{"campaign_objective_types": list(objectives)} for objectives in (OBJECTIVES, NEWER_OBJECTIVES)]

    def account_slices(self, accounts: Iterable[str]) -> Iterator[StreamSlice]:
        """A slice for each report; one on objectives that Pinterest does not know has no rows."""
        for report in super().account_slices(accounts):
            error = failure_of(report)
            if isinstance(error, ObjectivesRefusedError) and _is_about_objectives(error.answer):
                listed = ", ".join(NEWER_OBJECTIVES)
                self.notices.warn(listed, f"Pinterest knows no campaigns of the objectives {listed}. {error.answer}.")
                yield window_slice(dict(report.partition), planned_window(report), {"batch": _NEWER_BATCH})
            else:
                yield report

    def read_slice(self, stream_slice: StreamSlice) -> Generator[Page, None, KeyColumns | None]:
        """The rows of a report, if there is one."""
        return (yield from super().read_slice(stream_slice)) if is_report(stream_slice) else None


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

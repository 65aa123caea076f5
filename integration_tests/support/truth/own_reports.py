"""Compute the records of a perfect sync of the reports with endpoints of their own, with the default options."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import NamedTuple

from integration_tests.simulator.analytics.day_rows import DEFAULT_ATTRIBUTION, Attribution
from integration_tests.simulator.reports.fields import OBJECTIVES
from integration_tests.simulator.reports.own_columns import MMM_COLUMNS, PRODUCT_COLUMNS, PRODUCT_PARTS
from integration_tests.simulator.reports.request import ReportRequest
from integration_tests.simulator.reports.rows import report_rows
from integration_tests.simulator.world.listing import Record
from integration_tests.simulator.world.world import World

_DAYS_BACK = 913
_MMM_TYPES = ("APPTYPE", "COUNTRY", "CREATIVE_TYPE", "GENDER", "LOCATION")
_NOT_ASKED = (
    "AD_GROUP_ID",
    "AD_GROUP_NAME",
    "SPEND_ORDER_LINE_PAID_TYPE",
    "PINNER_LIST_NAME",
    "CAMPAIGN_OBJECTIVE_TYPE",
    "ADS_CREDIT_SPEND_IN_DOLLAR",
    "ADVERTISER_PAID_SPEND_IN_DOLLAR",
    "ADVERTISER_PAID_ECPC_IN_DOLLAR",
    "ADVERTISER_PAID_ECPM_IN_DOLLAR",
)
"""What may split rows, and what only newer versions of the API have."""

_TARGETING = ("TARGETING_TYPE", "TARGETING_VALUE")


class OwnReport(NamedTuple):
    """A stream of such reports.

    Attributes:
        parts: of the key, beside the campaign and the day.
        breakdown: of the products of conversions; none in marketing mix.
    """

    parts: tuple[str, ...]
    breakdown: str = ""

    @property
    def key(self) -> tuple[str, ...]:
        return ("CAMPAIGN_ID", *self.parts, "DATE")

    def columns(self) -> tuple[str, ...]:
        """Those that are asked for where nobody chooses."""
        if not self.breakdown:
            return tuple(name for name in MMM_COLUMNS if name not in _NOT_ASKED)
        left_out = {*PRODUCT_PARTS, *_NOT_ASKED[:2]} - {*self.parts}
        return tuple(name for name in PRODUCT_COLUMNS if name not in left_out)

    def request(
        self,
        world: World,
        start: date | None,
        end: date | None,
        attribution: Attribution,
        targeting_types: tuple[str, ...] | None,
    ) -> ReportRequest:
        """The one report that has all rows of an account; in weeks, the first of which is whole."""
        first, last = start or world.today - timedelta(days=_DAYS_BACK), end or world.today
        if not self.breakdown:
            return ReportRequest(
                level="CAMPAIGN_TARGETING",
                start_date=first,
                end_date=last,
                columns=self.columns(),
                targeting_types=_MMM_TYPES if targeting_types is None else targeting_types,
            )
        return ReportRequest(
            level="CAMPAIGN",
            granularity="WEEK",
            start_date=first + timedelta(days=-first.weekday() % 7),
            end_date=last,
            columns=self.columns(),
            breakdown=self.breakdown,
            attribution=attribution,
            filters={"campaign_objective_types": OBJECTIVES},
        )

    def records(
        self,
        world: World,
        start: date | None,
        end: date | None,
        attribution: Attribution = DEFAULT_ATTRIBUTION,
        targeting_types: tuple[str, ...] | None = None,
    ) -> list[Record]:
        """Its rows, where nobody has chosen anything but days, attribution windows and targeting types."""
        return self.rows(world, self.request(world, start, end, attribution, targeting_types))

    def rows(self, world: World, request: ReportRequest) -> list[Record]:
        """Those of all accounts, each with its ad account, and an empty text where no brand or category is named."""
        return [
            {"AD_ACCOUNT_ID": world.account_id(account), **dict.fromkeys(self.parts, ""), **row.record}
            for account in world.account_indexes()
            for row in report_rows(world, account, request)
        ]


_BRAND, _CATEGORY, _SKU = "CONVERSION_PRODUCT_BRAND", "CONVERSION_PRODUCT_CATEGORY", "CONVERSION_PRODUCT_ID"

OWN_REPORTS: Mapping[str, OwnReport] = {
    "marketing_mix_report": OwnReport(_TARGETING),
    "brand_conversions_report": OwnReport((_BRAND,), "PRODUCT_BRAND"),
    "category_conversions_report": OwnReport((_CATEGORY,), "PRODUCT_CATEGORY"),
    "brand_and_category_conversions_report": OwnReport((_BRAND, _CATEGORY), "PRODUCT_BRAND_AND_CATEGORY"),
    "sku_conversions_report": OwnReport((_SKU,), "PRODUCT_SKU"),
}
OWN_REPORT_KEYS: Mapping[str, tuple[str, ...]] = {name: report.key for name, report in OWN_REPORTS.items()}

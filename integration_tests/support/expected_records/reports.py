"""List the streams that read asynchronous reports, and the reports that hold all records of each.

Pinterest keeps 914 days, 92 for product items; a connector stays a day inside of it. The reports with endpoints of
their own are those of the default options.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import NamedTuple

from integration_tests.simulator.analytics.columns import names_in
from integration_tests.simulator.analytics.day_rows import Attribution
from integration_tests.simulator.reports.columns import AD_COLUMNS, MMM_COLUMNS, PRODUCT_COLUMNS, PRODUCT_PARTS
from integration_tests.simulator.reports.fields import OBJECTIVES
from integration_tests.simulator.reports.request import (
    BETA_TARGETING,
    PRODUCT_ITEM_LEVELS,
    TARGETING_OF_ONE_LEVEL,
    TARGETING_SUFFIX,
    TARGETING_VALUES,
    ReportRequest,
)
from integration_tests.simulator.reports.rows import Row, report_rows
from integration_tests.simulator.world.listing import Record
from integration_tests.simulator.world.world import World
from integration_tests.support.expected_records.columns import REACH_COLUMNS

_DAYS_BACK = 913
_PRODUCT_ITEM_DAYS_BACK = 91
_TARGETING_KEYS = ("TARGETING_TYPE", "TARGETING_VALUE")
_OF_ADS = ("CAMPAIGN_ID", "AD_GROUP_ID", "AD_ID", "PIN_ID", "PRODUCT_GROUP_ID", "ENTITY_ID")
_OF_ITEMS = ("CAMPAIGN_ID", "AD_GROUP_ID", "PIN_ID", "PRODUCT_GROUP_ID", "PRODUCT_ITEM_ID", "ENTITY_ID")
_LEVELS: Mapping[str, str] = {
    "advertiser_report": "ADVERTISER",
    "advertiser_targeting_report": "ADVERTISER_TARGETING",
    "campaign_analytics_report": "CAMPAIGN",
    "campaign_targeting_report": "CAMPAIGN_TARGETING",
    "ad_group_report": "AD_GROUP",
    "ad_group_targeting_report": "AD_GROUP_TARGETING",
    "pin_promotion_report": "PIN_PROMOTION",
    "pin_promotion_targeting_report": "PIN_PROMOTION_TARGETING",
    "product_group_report": "PRODUCT_GROUP",
    "product_group_targeting_report": "PRODUCT_GROUP_TARGETING",
    "product_item_report": "PRODUCT_ITEM",
    "product_item_targeting_report": "PRODUCT_ITEM_TARGETING",
    "keyword_report": "KEYWORD",
}
_ENTITY_KEYS: Mapping[str, tuple[str, ...]] = {
    "ADVERTISER": ("AD_ACCOUNT_ID",),
    "CAMPAIGN": ("CAMPAIGN_ID",),
    "AD_GROUP": ("AD_GROUP_ID",),
    "PIN_PROMOTION": ("PIN_PROMOTION_ID",),
    "PRODUCT_GROUP": _OF_ADS,
    "PRODUCT_ITEM": _OF_ITEMS,
    "KEYWORD": (*_OF_ADS, *_TARGETING_KEYS),
}


def with_its_key(level: str, row: Row) -> Record:
    """A row of a report, with an empty text for each part of its key that Pinterest skips.

    Where a level may be finer than an entity a day, it also says under which id the file lists it.
    """
    parts = _ENTITY_KEYS[level.removesuffix(TARGETING_SUFFIX)]
    if "ENTITY_ID" not in parts:
        return row.record
    item = {"PRODUCT_ITEM_ID": row.entity_id} if "PRODUCT_ITEM_ID" in parts else {}
    ad = {"AD_ID": row.record["PIN_PROMOTION_ID"]} if "AD_ID" in parts and row.record.get("PIN_PROMOTION_ID") else {}
    return {**dict.fromkeys(parts, ""), **ad, **item, **row.record, "ENTITY_ID": row.entity_id}


def targeting_types_of(level: str) -> tuple[str, ...]:
    """Every way to break a level down that is open to all apps."""
    if not level.endswith(TARGETING_SUFFIX):
        return ()
    return tuple(
        name
        for name in TARGETING_VALUES
        if name not in BETA_TARGETING and TARGETING_OF_ONE_LEVEL.get(name, level) == level
    )


def usual_targeting_types_of(level: str) -> tuple[str, ...]:
    """Every way to break a level down that a sync requests where nobody chooses: few accounts have local stores."""
    return tuple(name for name in targeting_types_of(level) if name != "LOCAL_ADS_STORE_CODE")


class ReportStream(NamedTuple):
    """A level, and what makes its daily rows unique."""

    level: str
    key: tuple[str, ...]

    @property
    def days_back(self) -> int:
        return _PRODUCT_ITEM_DAYS_BACK if self.level in PRODUCT_ITEM_LEVELS else _DAYS_BACK

    def request(
        self,
        world: World,
        start: date | None,
        end: date | None,
        wanted_columns: tuple[str, ...],
        attribution: Attribution,
        targeting_types: tuple[str, ...] | None,
    ) -> ReportRequest:
        """The one report that has all rows of an account, longer than Pinterest would make it."""
        is_of_parts = self.level == "KEYWORD" or self.level.endswith(TARGETING_SUFFIX)
        rejected = {
            *(AD_COLUMNS if self.level in PRODUCT_ITEM_LEVELS else ()),
            *(REACH_COLUMNS if is_of_parts else ()),
        }
        return ReportRequest(
            level=self.level,
            start_date=start or world.today - timedelta(days=self.days_back),
            end_date=end or world.today,
            columns=tuple(name for name in dict.fromkeys((*wanted_columns, *self.key)) if name not in rejected),
            attribution=attribution,
            targeting_types=targeting_types_of(self.level) if targeting_types is None else targeting_types,
        )


def _stream(level: str) -> ReportStream:
    keys = _ENTITY_KEYS[level.removesuffix(TARGETING_SUFFIX)]
    return ReportStream(level, (*keys, *(_TARGETING_KEYS if level.endswith(TARGETING_SUFFIX) else ()), "DATE"))


REPORT_STREAMS: Mapping[str, ReportStream] = {name: _stream(level) for name, level in _LEVELS.items()}
REPORT_KEYS: Mapping[str, tuple[str, ...]] = {name: stream.key for name, stream in REPORT_STREAMS.items()}

_MMM_TYPES = ("APPTYPE", "COUNTRY", "CREATIVE_TYPE", "GENDER", "LOCATION")
_NOT_ASKED = names_in("""
    AD_GROUP_ID AD_GROUP_NAME SPEND_ORDER_LINE_PAID_TYPE PINNER_LIST_NAME CAMPAIGN_OBJECTIVE_TYPE
    ADS_CREDIT_SPEND_IN_DOLLAR ADVERTISER_PAID_SPEND_IN_DOLLAR ADVERTISER_PAID_ECPC_IN_DOLLAR
    ADVERTISER_PAID_ECPM_IN_DOLLAR
""")
"""What may split rows, and what only newer versions of the API have."""


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
        """Those that are requested where nobody chooses."""
        if not self.breakdown:
            return tuple(name for name in MMM_COLUMNS if name not in _NOT_ASKED)
        skipped = {*PRODUCT_PARTS, *_NOT_ASKED[:2]} - {*self.parts}
        return tuple(name for name in PRODUCT_COLUMNS if name not in skipped)

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

    def rows(self, world: World, request: ReportRequest) -> list[Record]:
        """Those of all accounts, each with its ad account, and an empty text where no brand or category is named."""
        return [
            {"AD_ACCOUNT_ID": world.account_id(account), **dict.fromkeys(self.parts, ""), **row.record}
            for account in world.account_indexes()
            for row in report_rows(world, account, request)
        ]


_BRAND, _CATEGORY, _SKU = "CONVERSION_PRODUCT_BRAND", "CONVERSION_PRODUCT_CATEGORY", "CONVERSION_PRODUCT_ID"

OWN_REPORTS: Mapping[str, OwnReport] = {
    "marketing_mix_report": OwnReport(_TARGETING_KEYS),
    "brand_conversions_report": OwnReport((_BRAND,), "PRODUCT_BRAND"),
    "category_conversions_report": OwnReport((_CATEGORY,), "PRODUCT_CATEGORY"),
    "brand_and_category_conversions_report": OwnReport((_BRAND, _CATEGORY), "PRODUCT_BRAND_AND_CATEGORY"),
    "sku_conversions_report": OwnReport((_SKU,), "PRODUCT_SKU"),
}
OWN_REPORT_KEYS: Mapping[str, tuple[str, ...]] = {name: report.key for name, report in OWN_REPORTS.items()}

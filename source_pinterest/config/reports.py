"""The options of reports: custom reports, marketing mix reports, and reports on the products of conversions.

Each custom report becomes a stream. Combinations that Pinterest's documentation forbids are rejected here; Pinterest
checks the others when it makes the report.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from airbyte_cdk.sources.utils.casing import camel_to_snake
from pendulum import Date

from source_pinterest import limits
from source_pinterest.columns import (
    AD_COLUMNS,
    MMM_COLUMNS,
    PRODUCT_COLUMNS,
    REACH_COLUMNS,
    TARGETING_TYPE,
    TARGETING_VALUE,
)
from source_pinterest.config.options import (
    ATTRIBUTION_WINDOWS,
    DEFAULT_WINDOW,
    FORM,
    choices,
    read_options,
    without_blanks,
)
from source_pinterest.dates import Granularity
from source_pinterest.limits import STATUSES_PER_REPORT, TABLE_NAME_CHARACTERS

_CUSTOM, _MIX, _PRODUCTS = "custom_reports", "marketing_mix_report", "brand_category_sku_reports"
"""The options of the form, which has their choices."""

USUAL_TARGETING_TYPES = (
    "KEYWORD",
    "APPTYPE",
    "GENDER",
    "LOCATION",
    "PLACEMENT",
    "COUNTRY",
    "TARGETED_INTEREST",
    "PINNER_INTEREST",
    "AUDIENCE_INCLUDE",
    "GEO",
    "AGE_BUCKET",
    "REGION",
)
"""Those that are open to all apps. If Pinterest rejects another one, it rejects the whole report."""

ONLY_LEVEL_OF_TARGETING_TYPE: Mapping[str, str] = {
    "MEDIA_TYPE": "PRODUCT_ITEM_TARGETING",
    "AUDIENCE_MULTIPLIER": "CAMPAIGN_TARGETING",
}

_CUSTOM_REPORTS = "Custom Reports"
_CUSTOM_FIELDS = FORM["properties"][_CUSTOM]["items"]["properties"]
_TARGETING = "_TARGETING"
"""The end of the levels that are broken down."""
STATUS_FILTERS: Mapping[str, tuple[str, ...]] = {
    "campaign_statuses": ("CAMPAIGN", "AD_GROUP", "PIN_PROMOTION", "PRODUCT_GROUP", "KEYWORD"),
    "ad_group_statuses": ("AD_GROUP", "PIN_PROMOTION", "PRODUCT_GROUP", "KEYWORD"),
    "ad_statuses": ("PIN_PROMOTION",),
    "product_group_statuses": (),
}
"""The filters by status, each with the levels at which a row is about entities of one status.

There, several requests may list the statuses, since no row is in two. At other levels, a row adds up entities of all
listed statuses. As seen in the official connector since August 2026.
"""
DEFAULT_ATTRIBUTION, BRAND_ATTRIBUTION = "DEFAULT", "BRAND_ATTRIBUTION"

USUAL_MMM_TARGETING_TYPES = ("APPTYPE", "COUNTRY", "CREATIVE_TYPE", "GENDER", "LOCATION")
OBJECTIVES = (
    *("AWARENESS", "CONSIDERATION", "WEB_CONVERSION", "CATALOG_SALES", "VIDEO_COMPLETION"),
    *("APP_INSTALL", "SALES", "LEADS", "CTV_CONSIDERATION"),  # since API 5.28
)
"""The campaign objectives that reports on products name. Without objectives, they lack most campaigns."""

_MMM_COLUMNS_SINCE_5_28 = (
    "ADS_CREDIT_SPEND_IN_DOLLAR",
    "ADVERTISER_PAID_ECPC_IN_DOLLAR",
    "ADVERTISER_PAID_ECPM_IN_DOLLAR",
    "ADVERTISER_PAID_SPEND_IN_DOLLAR",
    "CAMPAIGN_OBJECTIVE_TYPE",
)
"""Requested only if the user names them: more than five requests a minute would be needed to find a rejected one."""
MMM_BREAKDOWNS = ("SPEND_ORDER_LINE_PAID_TYPE", "PINNER_LIST_NAME")
"""Columns of marketing mix that may split the rows of an entity. Those that are requested are part of the key."""
PRODUCT_BREAKDOWNS = (
    "CONVERSION_PRODUCT_BRAND",
    "CONVERSION_PRODUCT_CATEGORY",
    "CONVERSION_PRODUCT_ID",
    "CONVERSION_PRODUCT_ID_GROUP",
)
"""Columns that identify the product of a conversion. Each stream adds those of its breakdown."""
_AD_GROUP_COLUMNS = ("AD_GROUP_ID", "AD_GROUP_NAME")
"""Not requested at the level of campaigns, whose rows they might split."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomReport:
    """A report as the user defined it; None and empty tuples represent fields that were left empty.

    https://developers.pinterest.com/docs/api/v5/analytics-create_report
    """

    name: str
    level: str
    granularity: Granularity
    columns: tuple[str, ...]
    targeting_types: tuple[str, ...] = ()
    click_window_days: int | None = None
    engagement_window_days: int | None = None
    view_window_days: int | None = None
    conversion_report_time: str | None = None
    attribution_types: tuple[str, ...] = ()
    start_date: Date | None = None
    campaign_statuses: tuple[str, ...] = ()
    ad_group_statuses: tuple[str, ...] = ()
    ad_statuses: tuple[str, ...] = ()
    product_group_statuses: tuple[str, ...] = ()

    @property
    def stream_name(self) -> str:
        """The name in states and catalogs: `MyReport One` becomes `custom__my_report _one`, with the space."""
        return camel_to_snake(f"custom_{self.name}")

    @property
    def table_name(self) -> str:
        """The part of the name by which destinations distinguish tables: letters, digits and `_`, without case."""
        return re.sub("[^a-z0-9_]", "_", self.stream_name.lower())[:TABLE_NAME_CHARACTERS]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnReport:
    """The chosen form of a report that the connector defines: marketing mix, or products of conversions.

    Attributes:
        level: the kind of entity that a row is about.
        granularity: the time that a row covers.
        columns: the requested columns without the ids.
        targeting_types: the breakdown of marketing mix.
        attribution_type: the rule by which conversions of products are credited to an ad.
    """

    level: str
    granularity: Granularity
    columns: tuple[str, ...]
    targeting_types: tuple[str, ...] = ()
    attribution_type: str = DEFAULT_ATTRIBUTION


USUAL_MARKETING_MIX = OwnReport(
    level="CAMPAIGN_TARGETING",
    granularity=Granularity.DAY,
    columns=tuple(
        column
        for column in MMM_COLUMNS
        if column not in (*MMM_BREAKDOWNS, *_MMM_COLUMNS_SINCE_5_28, *_AD_GROUP_COLUMNS)
    ),
    targeting_types=USUAL_MMM_TARGETING_TYPES,
)
# Without the level ADVERTISER: all objectives take two requests, whose rows for one ad account would have the same key.
USUAL_PRODUCTS = OwnReport(
    level="CAMPAIGN",
    granularity=Granularity.WEEK,
    columns=tuple(column for column in PRODUCT_COLUMNS if column not in (*PRODUCT_BREAKDOWNS, *_AD_GROUP_COLUMNS)),
)
_OWN_REPORTS: Mapping[str, OwnReport] = {_MIX: USUAL_MARKETING_MIX, _PRODUCTS: USUAL_PRODUCTS}
"""By option: the report if the user chooses nothing."""


def day_limits_of(level: str, granularity: Granularity) -> tuple[int, int]:
    """Return the number of days back that a report may start, and the number that it may cover, both inclusive.

    If the level and the granularity have limits, these are the tighter ones.
    """
    history_days, window_days = limits.ASYNC_HISTORY_DAYS, limits.REPORT_WINDOW_DAYS
    if is_about_product_items(level):
        history_days, window_days = limits.PRODUCT_ITEM_HISTORY_DAYS, limits.PRODUCT_ITEM_WINDOW_DAYS
    if granularity is Granularity.HOUR:
        history_days, window_days = limits.HOUR_HISTORY_DAYS, limits.HOUR_WINDOW_DAYS
    return history_days, window_days


def is_about_product_items(level: str) -> bool:
    """Return whether the rows are about product items, which do not belong to a single ad."""
    return level.startswith("PRODUCT_ITEM")


def is_targeting(level: str) -> bool:
    """Return whether the rows are broken down by `targeting_types`, which the request has to name."""
    return level.endswith(_TARGETING)


def may_be_finer(level: str) -> bool:
    """Return whether an entity may have several rows a day, such as one per ad. Pinterest does not document it."""
    return level == "KEYWORD" or level.startswith("PRODUCT_")


def unsuitable_columns(level: str) -> frozenset[str]:
    """Return the columns that are not requested at this level, because Pinterest may reject the report for them."""
    of_ads = AD_COLUMNS if is_about_product_items(level) else frozenset()
    return of_ads | (REACH_COLUMNS if is_targeting(level) or level == "KEYWORD" else frozenset())


def default_targeting_types(level: str) -> tuple[str, ...]:
    """Return the targeting types of the level that are open to all accounts; none if it has no breakdown."""
    if not is_targeting(level):
        return ()
    own = (name for name, only_level in ONLY_LEVEL_OF_TARGETING_TYPE.items() if only_level == level)
    return (*USUAL_TARGETING_TYPES, *own)


def read_reports(values: Mapping[str, Any], today: Date) -> tuple[dict[str, Any], list[str]]:
    """Read the reports of a config.

    Args:
        values: the options, as `read_options` returns them.
        today: this machine's day.

    Returns:
        The reports by option, and a message for each field or combination of fields that can't be used.
    """
    mistakes: list[str] = []
    custom: list[CustomReport] = []
    for position, entry in enumerate(values.get(_CUSTOM, ()), start=1):
        title, fields, wrong = _custom_fields(position, entry, today)
        wrong = wrong or [f"{title}{message}" for message in _forbidden(fields)]
        mistakes += wrong
        if not wrong:
            custom.append(_custom_report(fields))
    mistakes += _shared_tables(custom)
    reports: dict[str, Any] = {_CUSTOM: tuple(custom)}
    for key in (_MIX, _PRODUCTS):
        reports[key], wrong = _own_report(key, values.get(key, {}), today)
        mistakes += wrong
    return reports, mistakes


def _shared_tables(reports: Iterable[CustomReport]) -> Iterator[str]:
    """Yield a message for each two reports that a destination would write into one table."""
    names: dict[str, str] = {}
    for report in reports:
        if other := names.get(report.table_name):
            yield (
                f"{_CUSTOM_REPORTS}: {other!r} and {report.name!r} would both become the table {report.table_name}. "
                "Give one of them another Name."
            )
        names[report.table_name] = report.name


def _custom_fields(position: int, entry: Any, today: Date) -> tuple[str, dict[str, Any], list[str]]:
    """Return how messages about a custom report begin, its fields, and a message for each that can't be used."""
    name = entry.get("name") if isinstance(entry, Mapping) else None
    if not isinstance(name, str) or not name.strip():
        message = f"{_CUSTOM_REPORTS}: report {position} of the list has no Name. Give it a name or remove it."
        return "", {}, [message]
    title, filled = f"{_CUSTOM_REPORTS}: {name!r}, ", without_blanks(entry)
    if "attribution_window" in filled:
        filled = {key: value for key, value in filled.items() if key not in DEFAULT_WINDOW.days}
    fields, mistakes = read_options(FORM["properties"][_CUSTOM]["items"], filled, today, title)
    return title, {**fields, "name": name}, mistakes  # a stream is named after the name with its spaces


def _requested(fields: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the columns to request, without those that each row has."""
    return tuple(name for name in fields["columns"] if name not in (TARGETING_TYPE, TARGETING_VALUE))


def _forbidden(fields: Mapping[str, Any]) -> Iterator[str]:
    """Yield a message for each combination of fields with which rows would be missing or share a key."""
    if not _requested(fields):
        yield "Columns: this is missing. Enter at least one metric, such as SPEND_IN_DOLLAR."
    for key, values in _filters(fields).items():
        level = fields["level"]
        if len(values) > STATUSES_PER_REPORT and level.removesuffix(_TARGETING) not in STATUS_FILTERS[key]:
            yield (
                f"{_CUSTOM_FIELDS[key]['title']}: {len(values)} statuses are chosen, but Pinterest takes "
                f"{STATUSES_PER_REPORT} at most at level {level}. Choose {STATUSES_PER_REPORT} or fewer, or none to "
                "read all, or another level."
            )


def _filters(fields: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Return the statuses of each filter that limits a report. All statuses that there are limit nothing."""
    chosen = {key: fields[key] for key in STATUS_FILTERS if key in fields}
    return {key: values for key, values in chosen.items() if {*choices(_CUSTOM, key)}.difference(values)}


def _custom_report(fields: Mapping[str, Any]) -> CustomReport:
    window, level = fields.get("attribution_window"), fields["level"]
    chosen = {key: value for key, value in fields.items() if key not in ("attribution_window", *STATUS_FILTERS)}
    chosen |= _filters(fields)
    chosen |= ATTRIBUTION_WINDOWS[window].days if window else {}
    chosen["granularity"] = Granularity(fields["granularity"])
    chosen["columns"] = _requested(fields)
    chosen["targeting_types"] = fields.get("targeting_types") or default_targeting_types(level)
    return CustomReport(**chosen)


def _own_report(key: str, value: Mapping[str, Any], today: Date) -> tuple[OwnReport, list[str]]:
    """Return the report of an option, and a message for each field that can't be used."""
    usual = _OWN_REPORTS[key]
    fields, mistakes = read_options(FORM["properties"][key], value, today, f"{FORM['properties'][key]['title']}, ")
    report = replace(usual, **{key: value for key, value in fields.items() if value})
    if not fields.get("columns") and report.level.startswith("AD_GROUP"):
        report = replace(report, columns=(*_AD_GROUP_COLUMNS, *usual.columns))
    return replace(report, granularity=Granularity(report.granularity)), mistakes

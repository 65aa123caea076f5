"""The options of reports: custom reports, marketing mix reports, and reports on the products of conversions.

Each custom report becomes a stream. Combinations that Pinterest's documentation forbids are refused here; Pinterest
judges the others when it makes the report.
"""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, NamedTuple

from airbyte_cdk.sources.utils.casing import camel_to_snake
from pendulum import Date

from source_pinterest import limits
from source_pinterest.columns import (
    AD_COLUMNS,
    ASYNC_COLUMNS,
    DATE,
    LIVE_COLUMNS,
    MMM_COLUMNS,
    PRODUCT_COLUMNS,
    REACH_COLUMNS,
    TARGETING_TYPE,
    TARGETING_VALUE,
)
from source_pinterest.config.options import (
    DEFAULT_WINDOW,
    attribution_window,
    choices,
    column_names,
    one_of,
    refusal,
    several,
    some_of,
    start_day,
    unlisted_notice,
    without_blanks,
)
from source_pinterest.dates import Granularity
from source_pinterest.limits import REPORT_NAME_CHARACTERS, TABLE_NAME_CHARACTERS

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
"""Those that are open to all apps. If Pinterest refuses another one, it refuses the whole report."""

ONLY_LEVEL_OF_TARGETING_TYPE: Mapping[str, str] = {
    "MEDIA_TYPE": "PRODUCT_ITEM_TARGETING",
    "AUDIENCE_MULTIPLIER": "CAMPAIGN_TARGETING",
}

_CUSTOM_REPORTS = "Custom Reports"
_CONTROL_CATEGORIES = {"Cc", "Cs", "Zl", "Zp"}
"""Unicode categories that no name may contain: control characters, surrogates, line and paragraph separators."""
_KEY_COLUMNS = frozenset({DATE, TARGETING_TYPE, TARGETING_VALUE})
"""Columns that every row has, although no request may name them."""

DEFAULT_ATTRIBUTION, BRAND_ATTRIBUTION = "DEFAULT", "BRAND_ATTRIBUTION"

USUAL_MMM_TARGETING_TYPES = ("APPTYPE", "COUNTRY", "CREATIVE_TYPE", "GENDER", "LOCATION")
OBJECTIVES = ("AWARENESS", "CONSIDERATION", "WEB_CONVERSION", "CATALOG_SALES", "VIDEO_COMPLETION")
NEWER_OBJECTIVES = ("APP_INSTALL", "SALES", "LEADS", "CTV_CONSIDERATION")
"""Campaign objectives since API 5.28. A report that names no objectives leaves most campaigns out."""

_MMM_COLUMNS_SINCE_5_28 = (
    "ADS_CREDIT_SPEND_IN_DOLLAR",
    "ADVERTISER_PAID_ECPC_IN_DOLLAR",
    "ADVERTISER_PAID_ECPM_IN_DOLLAR",
    "ADVERTISER_PAID_SPEND_IN_DOLLAR",
    "CAMPAIGN_OBJECTIVE_TYPE",
)
"""Requested only if the user names them: more than five requests a minute would be needed to find a refused one."""
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


class DayLimits(NamedTuple):
    """The number of days back that a report may start, and the number of days that it may cover, both inclusive."""

    history_days: int
    window_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomReport:
    """A report as the user defined it; None and empty tuples stand for fields that were left empty.

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
    def names_windows(self) -> bool:
        """Whether the report sets other attribution windows than Pinterest's default. Some combinations are refused."""
        usual = DEFAULT_WINDOW
        own = (
            (self.click_window_days, usual.click),
            (self.engagement_window_days, usual.engagement),
            (self.view_window_days, usual.view),
        )
        return any(days not in (None, default) for days, default in own)

    @property
    def is_in_doubt(self) -> bool:
        """Whether Pinterest may refuse the report although its fields are valid."""
        return self.names_windows or not ASYNC_COLUMNS.issuperset(self.columns)

    @property
    def stream_name(self) -> str:
        """The name in states and catalogs: `MyReport One` becomes `custom__my_report _one`, with the space."""
        return camel_to_snake(f"custom_{self.name}")

    @property
    def table_name(self) -> str:
        """The part of the name by which destinations tell tables apart: letters, digits and `_`, without case."""
        return re.sub("[^a-z0-9_]", "_", self.stream_name.lower())[:TABLE_NAME_CHARACTERS]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnReport:
    """The chosen form of a report that the connector defines: marketing mix, or products of conversions.

    Attributes:
        level: the kind of entity that a row is about.
        granularity: the time that a row covers.
        columns: the requested columns beside the ids.
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
USUAL_PRODUCTS = OwnReport(
    level="CAMPAIGN",
    granularity=Granularity.WEEK,
    columns=tuple(column for column in PRODUCT_COLUMNS if column not in (*PRODUCT_BREAKDOWNS, *_AD_GROUP_COLUMNS)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnReportOption:
    """The option of the form that defines an `OwnReport`.

    Attributes:
        key: the key in the form.
        title: the title in the form.
        usual: the report if the user chooses nothing.
        listed: the columns that Pinterest's documentation lists.
        added: the columns that each stream adds by itself, and that can't be chosen.
    """

    key: str
    title: str
    usual: OwnReport
    listed: Collection[str]
    added: tuple[str, ...] = ()

    def read(self, value: Any) -> tuple[OwnReport, tuple[str, ...]]:
        """Read the option.

        Args:
            value: a mapping with the fields of `OwnReport`, each of which may be absent.

        Returns:
            The report, and notices about columns that Pinterest's documentation does not list.

        Raises:
            AirbyteTracedException: a field can't be used; the message names it.
        """
        if not isinstance(value, Mapping):
            raise refusal(f"{self.title}: enter the fields by their names, not {value!r}.")
        fields, usual = _Fields(self.key, self.title, without_blanks(value)), self.usual
        level = fields.choice("level", usual.level)
        columns = (*(_AD_GROUP_COLUMNS if level.startswith("AD_GROUP") else ()), *usual.columns)
        named = fields.columns({DATE})
        if added := [name for name in named if name in self.added]:
            raise refusal(
                f"{fields.title('columns')}: {', '.join(added)} can't be chosen, because each of these streams "
                "brings its own. Remove the column and select the stream that has it.",
            )
        report = OwnReport(
            level=level,
            granularity=Granularity(fields.choice("granularity", usual.granularity.value)),
            columns=named or columns,
            targeting_types=fields.choices("targeting_types") or usual.targeting_types,
            attribution_type=fields.choice("attribution_type", usual.attribution_type),
        )
        return report, unlisted_notice(fields.title("columns"), named, self.listed)


MARKETING_MIX = OwnReportOption(
    key=_MIX,
    title="Marketing Mix Report",
    usual=USUAL_MARKETING_MIX,
    listed=MMM_COLUMNS,
)
# Without the level ADVERTISER: all objectives take two requests, whose rows for one ad account would have the same key.
PRODUCTS = OwnReportOption(
    key=_PRODUCTS,
    title="Brand, Category and SKU Reports",
    usual=USUAL_PRODUCTS,
    listed=PRODUCT_COLUMNS,
    added=PRODUCT_BREAKDOWNS,
)


def day_limits_of(level: str, granularity: Granularity) -> DayLimits:
    """Return the limits of a level and a granularity; if both have limits, the tighter ones."""
    history_days, window_days = limits.ASYNC_HISTORY_DAYS, limits.REPORT_WINDOW_DAYS
    if is_about_product_items(level):
        history_days, window_days = limits.PRODUCT_ITEM_HISTORY_DAYS, limits.PRODUCT_ITEM_WINDOW_DAYS
    if granularity is Granularity.HOUR:
        history_days, window_days = limits.HOUR_HISTORY_DAYS, limits.HOUR_WINDOW_DAYS
    return DayLimits(history_days, window_days)


def is_about_product_items(level: str) -> bool:
    """Return whether the rows are about product items, which do not belong to a single ad."""
    return level.startswith("PRODUCT_ITEM")


def is_targeting(level: str) -> bool:
    """Return whether the rows are broken down by `targeting_types`, which the request has to name."""
    return level.endswith("_TARGETING")


def may_be_finer(level: str) -> bool:
    """Return whether an entity may have several rows a day, such as one per ad. Pinterest does not document it."""
    return level == "KEYWORD" or level.startswith("PRODUCT_")


def refused_columns(level: str) -> frozenset[str]:
    """Return the columns that Pinterest refuses at this level."""
    return AD_COLUMNS if is_about_product_items(level) else frozenset()


def unsuitable_columns(level: str) -> frozenset[str]:
    """Return the columns that are not requested at this level, because Pinterest may refuse the report for them."""
    return REACH_COLUMNS if is_targeting(level) or level == "KEYWORD" else frozenset()


def default_targeting_types(level: str) -> tuple[str, ...]:
    """Return the targeting types of the level that are open to all accounts; none if it has no breakdown."""
    if not is_targeting(level):
        return ()
    own = (name for name, only_level in ONLY_LEVEL_OF_TARGETING_TYPE.items() if only_level == level)
    return (*USUAL_TARGETING_TYPES, *own)


def read_custom_reports(value: Any, today: Date) -> tuple[tuple[CustomReport, ...], tuple[str, ...]]:
    """Read the list of custom reports.

    Args:
        value: a list of mappings with at least `name`, `level`, `granularity` and `columns`.
        today: the day that counts as today for the whole sync.

    Returns:
        The reports, and notices about start dates that were moved up and columns that may be refused or are left out.

    Raises:
        AirbyteTracedException: a report can't be used; the message names the report and its field.
    """
    entries = enumerate(several(_CUSTOM_REPORTS, value), start=1)
    read = [_custom_report(entry, position, today) for position, entry in entries]
    reports = tuple(report for report, _ in read)
    _refuse_shared(reports, "stream", attrgetter("stream_name"))
    return reports, tuple(notice for _, notices in read for notice in notices)


def refuse_shared_tables(reports: Iterable[CustomReport]) -> None:
    """Refuse reports that a destination would write into one table.

    Only reports that are read together concern each other, so that an older config with such reports still works.

    Raises:
        AirbyteTracedException: two reports share a table; the message names them.
    """
    _refuse_shared(reports, "table", attrgetter("table_name"))


def _refuse_shared(reports: Iterable[CustomReport], what: str, name_of: Callable[[CustomReport], str]) -> None:
    names: dict[str, str] = {}
    for report in reports:
        name = name_of(report)
        if name in names:
            raise refusal(
                f"{_CUSTOM_REPORTS}: {names[name]!r} and {report.name!r} would both become the {what} {name}. Give one "
                "of them another Name.",
            )
        names[name] = report.name


def _custom_report(entry: Any, position: int, today: Date) -> tuple[CustomReport, tuple[str, ...]]:
    name = _name(entry, position)
    fields = _Fields(_CUSTOM, f"{_CUSTOM_REPORTS}: {name!r}", without_blanks(entry))
    level = fields.choice("level")
    granularity = Granularity(fields.choice("granularity"))
    history_days = day_limits_of(level, granularity).history_days
    start_date, notices = start_day(fields.title("start_date"), fields.filled.get("start_date"), today, history_days)
    columns, column_notices = _columns(fields, level)
    click, engagement, view = fields.windows()
    report = CustomReport(
        name=name,
        level=level,
        granularity=granularity,
        columns=columns,
        targeting_types=_targeting_types(fields, level),
        click_window_days=click,
        engagement_window_days=engagement,
        view_window_days=view,
        conversion_report_time=fields.choice("conversion_report_time", "") or None,
        attribution_types=fields.choices("attribution_types"),
        start_date=start_date,
        campaign_statuses=fields.choices("campaign_statuses"),
        ad_group_statuses=fields.choices("ad_group_statuses"),
        ad_statuses=_ad_statuses(fields, level),
        product_group_statuses=fields.choices("product_group_statuses"),
    )
    return report, (*notices, *column_notices)


def _name(entry: Any, position: int) -> str:
    name = entry.get("name") if isinstance(entry, Mapping) else None
    if not isinstance(name, str) or not name.strip():
        raise refusal(f"{_CUSTOM_REPORTS}: report {position} of the list has no Name. Give it a name or remove it.")
    if len(name) > REPORT_NAME_CHARACTERS or any(unicodedata.category(one) in _CONTROL_CATEGORIES for one in name):
        raise refusal(
            f"{_CUSTOM_REPORTS}: the Name of report {position} is longer than {REPORT_NAME_CHARACTERS} characters, or "
            "holds a line break or another control character. Give it another name.",
        )
    return name


def _columns(fields: "_Fields", level: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the columns to request, and notices about columns that may be refused or are left out."""
    title, named = fields.title("columns"), fields.columns(_KEY_COLUMNS)
    unsuitable = [name for name in named if name in unsuitable_columns(level)]
    columns = tuple(name for name in named if name not in unsuitable)
    if not columns:
        raise refusal(f"{title}: this is missing. Enter at least one metric, such as SPEND_IN_DOLLAR.")
    if refused := [name for name in columns if name in refused_columns(level)]:
        raise refusal(
            f"{title}: level {level} has no column {', '.join(refused)}, because a product item does not belong to a "
            "single ad. Remove the column or choose another level.",
        )
    notices = unlisted_notice(title, columns, ASYNC_COLUMNS | LIVE_COLUMNS)
    if unsuitable:
        notices += (f"{title}: {', '.join(unsuitable)} does not go with level {level} and is left out.",)
    return columns, notices


def _targeting_types(fields: "_Fields", level: str) -> tuple[str, ...]:
    title, chosen = fields.title("targeting_types"), fields.choices("targeting_types")
    if chosen and not is_targeting(level):
        raise refusal(
            f"{title}: level {level} takes no targeting types. Remove them or choose a level that ends in _TARGETING.",
        )
    for name in chosen:
        if ONLY_LEVEL_OF_TARGETING_TYPE.get(name, level) != level:
            raise refusal(
                f"{title}: {name} exists at level {ONLY_LEVEL_OF_TARGETING_TYPE[name]} only, not at {level}. "
                "Remove it or change the level.",
            )
    return chosen or default_targeting_types(level)


def _ad_statuses(fields: "_Fields", level: str) -> tuple[str, ...]:
    chosen = fields.choices("ad_statuses")
    if chosen and is_about_product_items(level):
        raise refusal(
            f"{fields.title('ad_statuses')}: level {level} can't be filtered by ad status, because a product item does "
            "not belong to a single ad. Remove the statuses or choose another level.",
        )
    return chosen


@dataclass(frozen=True, slots=True)
class _Fields:
    """The fields of one report that the user has filled in.

    Attributes:
        option: the option of the form that has the choices.
        report: the report, as errors name it.
        filled: the fields that have a value.
    """

    option: str
    report: str
    filled: Mapping[str, Any]

    def title(self, key: str) -> str:
        return f"{self.report}, {key.replace('_', ' ').title()}"

    def choice(self, key: str, default: str | None = None) -> str:
        if key in self.filled:
            return one_of(self.title(key), self.filled[key], choices(self.option, key))
        if default is None:
            listed = ", ".join(choices(self.option, key))
            raise refusal(f"{self.title(key)}: this is missing. Choose one of: {listed}.")
        return default

    def choices(self, key: str) -> tuple[str, ...]:
        return some_of(self.title(key), self.filled.get(key, []), choices(self.option, key))

    def columns(self, left_out: Collection[str]) -> tuple[str, ...]:
        names = column_names(self.title("columns"), self.filled.get("columns", []))
        return tuple(name for name in names if name not in left_out)

    def windows(self) -> tuple[int | None, ...]:
        """Return the days of the chosen window, or those of the three fields that earlier versions had in its place."""
        if "attribution_window" in self.filled:
            window = attribution_window(self.title("attribution_window"), self.filled["attribution_window"])
            return window.click, window.engagement, window.view
        return tuple(self._window_days(f"{what}_window_days") for what in ("click", "engagement", "view"))

    def _window_days(self, key: str) -> int | None:
        value = self.filled.get(key)
        if value is None:
            return None
        offered = choices(self.option, key)
        if isinstance(value, bool) or value not in offered:
            days = ", ".join(map(str, offered))
            raise refusal(f"{self.title(key)}: {value!r} is not a valid choice. Choose one of: {days}.")
        return int(value)

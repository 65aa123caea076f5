"""Which custom reports did the user define?

Each becomes a stream. What Pinterest's documentation forbids is refused here; the rest is left to Pinterest.
"""

import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

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
)
from source_pinterest.config.options import (
    ATTRIBUTION_TYPES,
    CONVERSION_REPORT_TIMES,
    column_names,
    one_of,
    refusal,
    several,
    start_day,
    unlisted_notice,
    without_blanks,
)
from source_pinterest.dates import Granularity
from source_pinterest.limits import ATTRIBUTION_WINDOWS_DAYS, REPORT_NAME_CHARACTERS

_SUBJECTS = ("ADVERTISER", "CAMPAIGN", "AD_GROUP", "PIN_PROMOTION", "PRODUCT_GROUP", "PRODUCT_ITEM")
LEVELS = (*(level for subject in _SUBJECTS for level in (subject, f"{subject}_TARGETING")), "KEYWORD")

CAMPAIGN_STATUSES = (
    "RUNNING",
    "PAUSED",
    "NOT_STARTED",
    "COMPLETED",
    "ADVERTISER_DISABLED",
    "ARCHIVED",
    "DRAFT",
    "DELETED_DRAFT",
)
AD_GROUP_STATUSES = CAMPAIGN_STATUSES
AD_STATUSES = (
    "APPROVED",
    "PAUSED",
    "PENDING",
    "REJECTED",
    "ADVERTISER_DISABLED",
    "ARCHIVED",
    "DRAFT",
    "DELETED_DRAFT",
)
PRODUCT_GROUP_STATUSES = ("RUNNING", "PAUSED", "EXCLUDED", "ARCHIVED")

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
# In beta, or for a few accounts only. If Pinterest refuses one of them, it refuses the whole report.
_RARE_TARGETING_TYPES = ("AGE_BUCKET_AND_GENDER", "CREATIVE_ENHANCEMENTS", "LOCAL_ADS_STORE_CODE")

ONLY_LEVEL_OF_TARGETING_TYPE: Mapping[str, str] = {
    "MEDIA_TYPE": "PRODUCT_ITEM_TARGETING",
    "AUDIENCE_MULTIPLIER": "CAMPAIGN_TARGETING",
}
TARGETING_TYPES = (*USUAL_TARGETING_TYPES, *ONLY_LEVEL_OF_TARGETING_TYPE, *_RARE_TARGETING_TYPES)


class Reach(NamedTuple):
    """How many days back a report may start, and how many days it may cover, first and last day included."""

    history_days: int
    window_days: int


def reach_of(level: str, granularity: Granularity) -> Reach:
    """The days that Pinterest has for a level and a granularity; if both limit them, the tighter limit."""
    history_days, window_days = limits.ASYNC_HISTORY_DAYS, limits.REPORT_WINDOW_DAYS
    if is_about_product_items(level):
        history_days, window_days = limits.PRODUCT_ITEM_HISTORY_DAYS, limits.PRODUCT_ITEM_WINDOW_DAYS
    if granularity is Granularity.HOUR:
        history_days, window_days = limits.HOUR_HISTORY_DAYS, limits.HOUR_WINDOW_DAYS
    return Reach(history_days, window_days)


def is_about_product_items(level: str) -> bool:
    """Whether the rows are product items, which do not belong to a single ad."""
    return level.startswith("PRODUCT_ITEM")


def is_targeting(level: str) -> bool:
    """Whether the rows are broken down by `targeting_types`, which the request has to name."""
    return level.endswith("_TARGETING")


def may_be_finer(level: str) -> bool:
    """Whether an entity may have several rows a day, such as one for each ad that shows it; no document says."""
    return level == "KEYWORD" or level.startswith("PRODUCT_")


def refused_columns(level: str) -> frozenset[str]:
    """The columns that exist, but not at this level."""
    return AD_COLUMNS if is_about_product_items(level) else frozenset()


def unsuitable_columns(level: str) -> frozenset[str]:
    """The columns that are better not asked for at this level: one of them may cost the whole report."""
    return REACH_COLUMNS if is_targeting(level) or level == "KEYWORD" else frozenset()


def default_targeting_types(level: str) -> tuple[str, ...]:
    """Every targeting type of the level that is open to all accounts; none if the level isn't broken down."""
    if not is_targeting(level):
        return ()
    own = (name for name, only_level in ONLY_LEVEL_OF_TARGETING_TYPE.items() if only_level == level)
    return (*USUAL_TARGETING_TYPES, *own)


_TITLE = "Custom Reports"
_CONTROL = {"Cc", "Cs", "Zl", "Zp"}
"""Categories of Unicode: control characters, halves of characters, line and paragraph separators."""
_COME_UNASKED = frozenset({DATE, "TARGETING_TYPE", "TARGETING_VALUE"})


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
        """Whether the report sets attribution windows, some combinations of which Pinterest refuses."""
        return any(
            days is not None for days in (self.click_window_days, self.engagement_window_days, self.view_window_days)
        )

    @property
    def is_in_doubt(self) -> bool:
        """Whether only Pinterest knows if it makes the report."""
        return self.names_windows or not ASYNC_COLUMNS.issuperset(self.columns)

    @property
    def stream_name(self) -> str:
        """The name in saved states and catalogs: `MyReport One` becomes `custom__my_report _one`, space included."""
        return camel_to_snake(f"custom_{self.name}")


def read_custom_reports(value: Any, today: Date) -> tuple[tuple[CustomReport, ...], tuple[str, ...]]:
    """Read the list of custom reports.

    Args:
        value: the option's value: a list of mappings with at least `name`, `level`, `granularity` and `columns`.
        today: the day that counts as today for the whole sync.

    Returns:
        The reports, and a sentence for each start date that had to be moved up.

    Raises:
        AirbyteTracedException: a report can't be used; the message names the report and its field.
    """
    read = [_report(_Entry.parse(entry, place), today) for place, entry in enumerate(several(_TITLE, value), start=1)]
    reports = tuple(report for report, _ in read)
    _refuse_shared_streams(reports)
    return reports, tuple(notice for _, notices in read for notice in notices)


def _refuse_shared_streams(reports: Collection[CustomReport]) -> None:
    names: dict[str, str] = {}
    for report in reports:
        if report.stream_name in names:
            raise refusal(
                f"{_TITLE}: {names[report.stream_name]!r} and {report.name!r} would both become the stream "
                f"{report.stream_name}. Give one of them another Name.",
            )
        names[report.stream_name] = report.name


@dataclass(frozen=True, slots=True)
class _Entry:
    """One report of the list, as the user filled it in."""

    name: str
    options: Mapping[str, Any]

    @classmethod
    def parse(cls, entry: Any, place: int) -> Self:
        name = entry.get("name") if isinstance(entry, Mapping) else None
        if not isinstance(name, str) or not name.strip():
            raise refusal(f"{_TITLE}: report {place} of the list has no Name. Give it a name or remove it.")
        if len(name) > REPORT_NAME_CHARACTERS or any(unicodedata.category(letter) in _CONTROL for letter in name):
            raise refusal(
                f"{_TITLE}: the Name of report {place} is longer than {REPORT_NAME_CHARACTERS} characters, or holds "
                "a line break or another control character. Give it another name.",
            )
        return cls(name, without_blanks(entry))

    def title(self, key: str) -> str:
        return f"{_TITLE}: {self.name!r}, {key.replace('_', ' ').title()}"

    def choice(self, key: str, choices: Collection[str]) -> str:
        if key not in self.options:
            raise refusal(f"{self.title(key)}: this is missing. Choose one of: {', '.join(choices)}.")
        return one_of(self.title(key), self.options[key], choices)

    def optional_choice(self, key: str, choices: Collection[str]) -> str | None:
        return self.choice(key, choices) if key in self.options else None

    def choices(self, key: str, choices: Collection[str]) -> tuple[str, ...]:
        title = self.title(key)
        chosen = {one_of(title, entry, choices) for entry in several(title, self.options.get(key, []))}
        return tuple(choice for choice in choices if choice in chosen)

    def window_days(self, key: str) -> int | None:
        value = self.options.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or value not in ATTRIBUTION_WINDOWS_DAYS:
            days = ", ".join(map(str, ATTRIBUTION_WINDOWS_DAYS))
            raise refusal(f"{self.title(key)}: {value!r} is not a valid choice. Choose one of: {days}.")
        return int(value)


def _report(entry: _Entry, today: Date) -> tuple[CustomReport, tuple[str, ...]]:
    level = entry.choice("level", LEVELS)
    granularity = Granularity(entry.choice("granularity", [granularity.value for granularity in Granularity]))
    start_date, notices = _start_date(entry, today, reach_of(level, granularity).history_days)
    columns, column_notices = _columns(entry, level)
    report = CustomReport(
        name=entry.name,
        level=level,
        granularity=granularity,
        columns=columns,
        targeting_types=_targeting_types(entry, level),
        click_window_days=entry.window_days("click_window_days"),
        engagement_window_days=entry.window_days("engagement_window_days"),
        view_window_days=entry.window_days("view_window_days"),
        conversion_report_time=entry.optional_choice("conversion_report_time", CONVERSION_REPORT_TIMES),
        attribution_types=entry.choices("attribution_types", ATTRIBUTION_TYPES),
        start_date=start_date,
        campaign_statuses=entry.choices("campaign_statuses", CAMPAIGN_STATUSES),
        ad_group_statuses=entry.choices("ad_group_statuses", AD_GROUP_STATUSES),
        ad_statuses=_ad_statuses(entry, level),
        product_group_statuses=entry.choices("product_group_statuses", PRODUCT_GROUP_STATUSES),
    )
    return report, (*notices, *column_notices)


def _start_date(entry: _Entry, today: Date, history_days: int) -> tuple[Date | None, tuple[str, ...]]:
    if "start_date" not in entry.options:
        return None, ()
    return start_day(entry.title("start_date"), entry.options["start_date"], today, history_days)


def _columns(entry: _Entry, level: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The columns to ask for, and sentences on those that are in doubt."""
    title = entry.title("columns")
    named = tuple(name for name in column_names(title, entry.options.get("columns", [])) if name not in _COME_UNASKED)
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


def _targeting_types(entry: _Entry, level: str) -> tuple[str, ...]:
    title, chosen = entry.title("targeting_types"), entry.choices("targeting_types", TARGETING_TYPES)
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


def _ad_statuses(entry: _Entry, level: str) -> tuple[str, ...]:
    chosen = entry.choices("ad_statuses", AD_STATUSES)
    if chosen and is_about_product_items(level):
        raise refusal(
            f"{entry.title('ad_statuses')}: level {level} can't be filtered by ad status, because a product item does "
            "not belong to a single ad. Remove the statuses or choose another level.",
        )
    return chosen


DEFAULT_ATTRIBUTION, BRAND_ATTRIBUTION = PRODUCT_ATTRIBUTION_TYPES = ("DEFAULT", "BRAND_ATTRIBUTION")

MMM_LEVELS = ("CAMPAIGN_TARGETING", "AD_GROUP_TARGETING")
MMM_GRANULARITIES = ("DAY", "WEEK")
USUAL_MMM_TARGETING_TYPES = ("APPTYPE", "COUNTRY", "CREATIVE_TYPE", "GENDER", "LOCATION")
MMM_TARGETING_TYPES = (*USUAL_MMM_TARGETING_TYPES, "PLACEMENT", "AUDIENCE_INCLUDE")

PRODUCT_LEVELS = ("CAMPAIGN", "AD_GROUP")
"""Not ADVERTISER: it takes two requests to name all objectives, whose rows of an ad account can't be told apart."""
PRODUCT_GRANULARITIES = ("WEEK", "MONTH")
OBJECTIVES = ("AWARENESS", "CONSIDERATION", "WEB_CONVERSION", "CATALOG_SALES", "VIDEO_COMPLETION")
NEWER_OBJECTIVES = ("APP_INSTALL", "SALES", "LEADS", "CTV_CONSIDERATION")
"""Of campaigns, the newer ones since version 5.28 of the API; a report that names none leaves most of them out."""

_MMM_COLUMNS_SINCE_5_28 = (
    "ADS_CREDIT_SPEND_IN_DOLLAR",
    "ADVERTISER_PAID_ECPC_IN_DOLLAR",
    "ADVERTISER_PAID_ECPM_IN_DOLLAR",
    "ADVERTISER_PAID_SPEND_IN_DOLLAR",
    "CAMPAIGN_OBJECTIVE_TYPE",
)
"""Not asked for unless they are named: to find out which of them is refused takes more than five requests a minute."""
MMM_PARTS = ("SPEND_ORDER_LINE_PAID_TYPE", "PINNER_LIST_NAME")
"""Columns of marketing mix that may split the rows of an entity: those that are asked for belong to the key."""
PRODUCT_PARTS = (
    "CONVERSION_PRODUCT_BRAND",
    "CONVERSION_PRODUCT_CATEGORY",
    "CONVERSION_PRODUCT_ID",
    "CONVERSION_PRODUCT_ID_GROUP",
)
"""The same of conversions; the stream says which of them it is about."""
_OF_AD_GROUPS = ("AD_GROUP_ID", "AD_GROUP_NAME")
"""Not asked for at the level of campaigns, whose rows they might split."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnReport:
    """What one of these options says.

    Attributes:
        level: whose numbers a row has.
        granularity: how much time a row covers.
        columns: what is asked for beside the ids.
        targeting_types: by what marketing mix is broken down.
        attribution_type: which conversions of products count as those of an ad.
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
        column for column in MMM_COLUMNS if column not in (*MMM_PARTS, *_MMM_COLUMNS_SINCE_5_28, *_OF_AD_GROUPS)
    ),
    targeting_types=USUAL_MMM_TARGETING_TYPES,
)
USUAL_PRODUCTS = OwnReport(
    level="CAMPAIGN",
    granularity=Granularity.WEEK,
    columns=tuple(column for column in PRODUCT_COLUMNS if column not in (*PRODUCT_PARTS, *_OF_AD_GROUPS)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnReportOption:
    """One of these options, and what may be chosen in it.

    Attributes:
        title: what the form calls it.
        usual: what is asked for where nothing is chosen.
        levels: those that may be chosen, as are the next.
        granularities: the same of time.
        listed: the columns that Pinterest's documents list.
        targeting_types: none where the reports are not broken down by them.
        attribution_types: one where there is no choice.
        brought: the columns that each stream adds by itself.
    """

    title: str
    usual: OwnReport
    levels: tuple[str, ...]
    granularities: tuple[str, ...]
    listed: Collection[str]
    targeting_types: tuple[str, ...] = ()
    attribution_types: tuple[str, ...] = (DEFAULT_ATTRIBUTION,)
    brought: tuple[str, ...] = ()

    def read(self, value: Any) -> tuple[OwnReport, tuple[str, ...]]:
        """Read the option.

        Args:
            value: its value: a mapping with fields called like those of `OwnReport`, each of which may be left out.

        Returns:
            What is asked for, and sentences on the columns that are in doubt.

        Raises:
            AirbyteTracedException: a field can't be used; the message names it.
        """
        fields, usual = _Fields.of(self.title, value), self.usual
        level = fields.choice("level", self.levels, usual.level)
        columns, notices = fields.columns(_usual_columns(usual, level), self.listed)
        if brought := [name for name in columns if name in self.brought]:
            raise refusal(
                f"{fields.title('columns')}: {', '.join(brought)} can't be chosen, because each of these streams "
                "brings its own. Remove the column and select the stream that has it.",
            )
        report = OwnReport(
            level=level,
            granularity=Granularity(fields.choice("granularity", self.granularities, usual.granularity.value)),
            columns=columns,
            targeting_types=fields.choices("targeting_types", self.targeting_types) or usual.targeting_types,
            attribution_type=fields.choice("attribution_type", self.attribution_types, usual.attribution_type),
        )
        return report, notices


def _usual_columns(usual: OwnReport, level: str) -> tuple[str, ...]:
    return (*_OF_AD_GROUPS, *usual.columns) if level.startswith("AD_GROUP") else usual.columns


@dataclass(frozen=True, slots=True)
class _Fields:
    option: str
    filled: Mapping[str, Any]

    @classmethod
    def of(cls, option: str, value: Any) -> "_Fields":
        if not isinstance(value, Mapping):
            raise refusal(f"{option}: enter the fields by their names, not {value!r}.")
        return cls(option, without_blanks(value))

    def title(self, key: str) -> str:
        return f"{self.option}, {key.replace('_', ' ').title()}"

    def choice(self, key: str, choices: Collection[str], usual: str) -> str:
        return one_of(self.title(key), self.filled.get(key, usual), choices)

    def choices(self, key: str, choices: Collection[str]) -> tuple[str, ...]:
        title = self.title(key)
        chosen = {one_of(title, entry, choices) for entry in several(title, self.filled.get(key, []))}
        return tuple(choice for choice in choices if choice in chosen)

    def columns(self, usual: tuple[str, ...], listed: Collection[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        title = self.title("columns")
        named = tuple(name for name in column_names(title, self.filled.get("columns", [])) if name != DATE)
        return named or usual, unlisted_notice(title, named, listed)


MARKETING_MIX = OwnReportOption(
    title="Marketing Mix Report",
    usual=USUAL_MARKETING_MIX,
    levels=MMM_LEVELS,
    granularities=MMM_GRANULARITIES,
    listed=MMM_COLUMNS,
    targeting_types=MMM_TARGETING_TYPES,
)
PRODUCTS = OwnReportOption(
    title="Brand, Category and SKU Reports",
    usual=USUAL_PRODUCTS,
    levels=PRODUCT_LEVELS,
    granularities=PRODUCT_GRANULARITIES,
    listed=PRODUCT_COLUMNS,
    attribution_types=PRODUCT_ATTRIBUTION_TYPES,
    brought=PRODUCT_PARTS,
)

"""Which custom reports did the user define?

Each becomes a stream. What Pinterest's documentation forbids is refused here; the rest is left to Pinterest.
"""

import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Self

from airbyte_cdk.sources.utils.casing import camel_to_snake
from pendulum import Date

from source_pinterest.columns import ASYNC_COLUMNS, DATE, LIVE_COLUMNS
from source_pinterest.config.attribution import ATTRIBUTION_TYPES, CONVERSION_REPORT_TIMES
from source_pinterest.config.options import (
    column_names,
    one_of,
    refusal,
    several,
    start_day,
    unlisted_notice,
    without_blanks,
)
from source_pinterest.config.report_levels import (
    AD_GROUP_STATUSES,
    AD_STATUSES,
    CAMPAIGN_STATUSES,
    LEVELS,
    ONLY_LEVEL_OF_TARGETING_TYPE,
    PRODUCT_GROUP_STATUSES,
    TARGETING_TYPES,
    default_targeting_types,
    is_about_product_items,
    is_targeting,
    reach_of,
    refused_columns,
    unsuitable_columns,
)
from source_pinterest.granularity import Granularity
from source_pinterest.limits import ATTRIBUTION_WINDOWS_DAYS, REPORT_NAME_CHARACTERS

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

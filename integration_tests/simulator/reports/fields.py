"""These are the fields of a request for an asynchronous report.

As in Pinterest's OpenAPI document 5.28, without those that no stream sends. `rules` refuses values that are in beta.
"""

from integration_tests.simulator.analytics.operation import WINDOW_DAYS
from integration_tests.simulator.calls.fields import Field, ListField, NumberField, text
from integration_tests.simulator.calls.parameters import Choice, Day, Digits
from integration_tests.simulator.reports.columns import REPORT_COLUMNS
from integration_tests.simulator.reports.request import LEVELS, TARGETING_VALUES

_MOST_IDS = 500
_MOST_STATUSES = 6
_MOST_TARGETING_TYPES = 5
_LIFE = ("RUNNING", "PAUSED", "NOT_STARTED", "COMPLETED", "ADVERTISER_DISABLED", "ARCHIVED", "DRAFT", "DELETED_DRAFT")
_REVIEW = ("APPROVED", "PAUSED", "PENDING", "REJECTED", "ADVERTISER_DISABLED", "ARCHIVED", "DRAFT", "DELETED_DRAFT")


def choice(name: str, *values: str, required: bool = False, default: str | None = None) -> Field:
    return text(Choice(name, values=values, required=required, default=default))


def choices(name: str, values: tuple[str, ...], most: int | None = None, *, required: bool = False) -> Field:
    return ListField(name, item=choice(name, *values), max_items=most, required=required)


def window_days(name: str, default: int) -> Field:
    return NumberField(name, values=tuple(map(int, WINDOW_DAYS)), default=default)


_FILTER_FIELDS = (
    ListField("campaign_ids", item=text(Digits("campaign_ids")), max_items=_MOST_IDS),
    choices("campaign_statuses", _LIFE, _MOST_STATUSES),
    choices("ad_group_statuses", _LIFE, _MOST_STATUSES),
    choices("ad_statuses", _REVIEW, _MOST_STATUSES),
    choices("product_group_statuses", ("RUNNING", "PAUSED", "EXCLUDED", "ARCHIVED"), _MOST_STATUSES),
)
FILTERS = tuple(field.name for field in _FILTER_FIELDS)

REPORT_FIELDS: tuple[Field, ...] = (
    text(Day("start_date", required=True)),
    text(Day("end_date", required=True)),
    choice("granularity", "TOTAL", "DAY", "HOUR", "WEEK", "MONTH", required=True),
    choice("level", *LEVELS, required=True),
    choices("columns", REPORT_COLUMNS, required=True),
    choices("targeting_types", tuple(TARGETING_VALUES), _MOST_TARGETING_TYPES),
    *_FILTER_FIELDS,
    window_days("click_window_days", 30),
    window_days("engagement_window_days", 30),
    window_days("view_window_days", 1),
    choice("conversion_report_time", "TIME_OF_AD_ACTION", "TIME_OF_CONVERSION", default="TIME_OF_AD_ACTION"),
    choices("attribution_types", ("INDIVIDUAL", "HOUSEHOLD")),
    choice("report_format", "JSON", default="JSON"),
)

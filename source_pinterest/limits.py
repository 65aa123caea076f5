"""Which numbers does Pinterest impose, and which bounds do we set ourselves?

Each is named with its unit. Above the line they are Pinterest's, with the page that says so; below it they are ours.
"""

import re
from collections.abc import Mapping

# Lists. https://developers.pinterest.com/docs/reference/pagination/
PAGE_SIZE = 250  # the most a list endpoint returns a page; its default of 25 costs ten times the calls
PINS_PER_BOARD_LISTED = 100_000  # a board's pin list refuses to page beyond it; seen in use, on no page
MAX_ID_DIGITS = 18  # ids of ad accounts and of what is in them; a longer one is a 400. Pins and boards have no maximum
AD_GROUPS_PER_KEYWORDS_CALL = 250  # ad_group_ids. https://developers.pinterest.com/docs/api/v5/keywords-get

# Synchronous analytics. https://developers.pinterest.com/docs/api/v5/campaigns-analytics
IDS_PER_ANALYTICS_CALL = 250  # campaign_ids, ad_group_ids, ad_ids
ANALYTICS_WINDOW_DAYS = 90  # end_date at most so many days past start_date
SYNC_HISTORY_DAYS = 89  # 90, less a safety day: Pinterest's day is UTC, and a sync may cross midnight
PINS_PER_ANALYTICS_CALL = 100  # pin_ids. https://developers.pinterest.com/docs/api/v5/multi_pins-analytics
TOP_PINS = 50  # num_of_pins. https://developers.pinterest.com/docs/api/v5/user_account-analytics-top_pins
ATTRIBUTION_WINDOWS_DAYS = (0, 1, 7, 14, 30, 60)  # click_, engagement_ and view_window_days
DEFAULT_ATTRIBUTION_WINDOW_DAYS = 30  # click_window_days where a request names none

# Asynchronous reports. https://developers.pinterest.com/docs/api/v5/analytics-create_report
START_DATE_MAX_DAYS_BACK = 914  # nothing older exists for any report
REPORT_WINDOW_DAYS = 186  # a report, both ends counted, which both readings of "186 days" allow
PRODUCT_ITEM_WINDOW_DAYS = 31  # level PRODUCT_ITEM, counted alike
HOUR_WINDOW_DAYS = 3  # in hours: 3 days, which both readings of its text allow
TARGETING_TYPES_PER_REPORT = 5  # targeting_types
STATUSES_PER_REPORT = 6  # campaign_statuses and its like, of which there are 8
ASYNC_HISTORY_DAYS = 913  # 914, less the same safety day
PRODUCT_ITEM_HISTORY_DAYS = 91  # 92 for level PRODUCT_ITEM, less the same safety day
HOUR_HISTORY_DAYS = 7  # 8 in hours, less the same safety day

# Published for Standard access, per user and app: a first guess, which the headers of each response replace, up or
# down. Trial access has 1,000 calls a day. https://developers.pinterest.com/docs/reference/rate-limits/
CALLS_PER_SECOND = 100  # all categories together
CALLS_PER_MINUTE: Mapping[str, int] = {
    "ads_analytics": 300,
    "ads_read": 1_000,
    "org_analytics": 60,
    "org_read": 1_000,
    "catalogs_read": 100,
    "trends_read": 60,
}

# Pinterest's OpenAPI description names a category for each operation (`x-ratelimit-category`), responses do not.
# The first pattern found in the path holds.
_CATEGORY_BY_PATH: Mapping[re.Pattern[str], str] = {
    re.compile(r"/ad_accounts/.*/((targeting_)?analytics|reports)$|/metrics_ready_state$"): "ads_analytics",
    re.compile(r"/(user_account|pins)(/[^/]+)?/analytics"): "org_analytics",
    re.compile(r"/user_account/followers$|/(ad_accounts|resources|terms|integrations)\b"): "ads_read",
    re.compile(r"/(boards|media|oauth|pins|search|user_account|users)\b"): "org_read",
    re.compile(r"/businesses/"): "ads_read",
    re.compile(r"/catalogs\b"): "catalogs_read",
    re.compile(r"/trends/"): "trends_read",
}

_ID_IN_PATH = re.compile(r"/\d[^/]*")


def rate_category(path: str) -> str:
    """The quota that a GET of this path counts against."""
    for pattern, category in _CATEGORY_BY_PATH.items():
        if pattern.search(path):
            return category
    raise LookupError(f"No rate limit category is known for {path}.")


def rated_operation(method: str, path: str) -> str:
    """One name for all calls that count against the same quotas: their category, method and path, ids left out.

    Not the category alone: asking for a report counts against a quota that other analytics do not touch.
    """
    return f"{rate_category(path)} {method} {_ID_IN_PATH.sub('/*', path)}"


# ---- Ours from here on ----

ROWS_PER_ANALYTICS_CALL = 10_000  # ids x days; 22,500 rows of 112 columns are 70 to 120 MB of JSON
TARGETING_ROWS_A_DAY = 50  # of an entity, all targeting types together: an estimate, to keep calls below the above
SLICES_IN_LINE = 50  # of a stream of analytics: one that plans fast leaves the others their share of a small quota
ROWS_IN_MEMORY = 20_000  # bodies being parsed, all streams together

SETTLED_AFTER_DAYS = 2  # Pinterest's help, "Reporting dashboard overview": conversions take about 37 hours to arrive
LOOKBACK_MARGIN_DAYS = 3  # on top of the largest attribution window, for conversions that are processed late

EDIT_MARGIN_SECONDS = 300  # an entity cursor stays so far behind the server's clock: an edit in mid-sync is kept

STATE_EVERY_SECONDS = 10
STATE_EVERY_RECORDS = 10_000
ENTRIES_OF_A_FREQUENT_STATE = 1_000  # accounts or boards; at up to 200 bytes each, states stay below 20 bytes a record

"""The limits that Pinterest imposes, the connector's own limits, and the rate limit category of each request.

Each name has its unit. Pinterest's limits come first, each group with a link to the page that states them.
"""

import re
from collections.abc import Mapping

# Lists. https://developers.pinterest.com/docs/reference/pagination/
PAGE_SIZE = 250  # the maximum of a list endpoint; its default of 25 takes ten times the requests
PINS_PER_BOARD_LISTED = 100_000  # a board's pin list ends with an error beyond it; observed, not documented
KEYWORDS_PER_METRICS_REQUEST = (
    2_000  # keywords. https://developers.pinterest.com/docs/api/v5/country_keywords_metrics-get
)

# Synchronous analytics. https://developers.pinterest.com/docs/api/v5/campaigns-analytics
IDS_PER_ANALYTICS_REQUEST = 250  # campaign_ids, ad_group_ids, ad_ids
ANALYTICS_WINDOW_DAYS = 90  # end_date is at most this many days after start_date
SYNC_HISTORY_DAYS = 89  # back from today: 90 less a day of safety, since midnight may pass during a sync
PINS_PER_ANALYTICS_REQUEST = 100  # pin_ids. https://developers.pinterest.com/docs/api/v5/multi_pins-analytics
URL_CHARACTERS = (
    8_000  # of a URL: a CDN's limit is 8 KB. https://docs.fastly.com/products/network-services-resource-limits
)
TOP_PINS = 50  # num_of_pins. https://developers.pinterest.com/docs/api/v5/user_account-analytics-top_pins
TRENDING_KEYWORDS = 50  # limit. https://developers.pinterest.com/docs/api/v5/trending_keywords-list
PRODUCT_CATEGORIES_PER_REQUEST = (
    20  # https://developers.pinterest.com/docs/api/v5/trends_product_categories_details-list
)
DEFAULT_ATTRIBUTION_WINDOW_DAYS = 30  # click_window_days if a request names none
DEFAULT_VIEW_WINDOW_DAYS = 1  # view_window_days if a request names none

# Asynchronous reports. https://developers.pinterest.com/docs/api/v5/analytics-create_report
REPORT_WINDOW_DAYS = 186  # first and last day included; "186 days" may also mean one more
PRODUCT_ITEM_WINDOW_DAYS = 31  # level PRODUCT_ITEM, counted in the same way
HOUR_WINDOW_DAYS = 3  # granularity HOUR, counted in the same way
TARGETING_TYPES_PER_REPORT = 5  # targeting_types
OBJECTIVES_PER_REPORT = 7  # campaign_objective_types
STATUSES_PER_REPORT = 6  # campaign_statuses and the other filters by status; up to 8 statuses exist
ASYNC_HISTORY_DAYS = 913  # back from today: 914 less the same day of safety
PRODUCT_ITEM_HISTORY_DAYS = 91  # 92 for level PRODUCT_ITEM less the same day of safety
HOUR_HISTORY_DAYS = 7  # 8 for granularity HOUR less the same day of safety

# Marketing mix reports. https://developers.pinterest.com/docs/api/v5/analytics-create_mmm_report
MMM_REPORTS_PER_MINUTE = 5  # reports created for one ad account, while the endpoint is in beta

# Reports by brand, category and SKU. https://developers.pinterest.com/docs/api/v5/analytics-create_conversion_product_report
PRODUCT_REPORTS_FIRST_DAY = "2024-03-17"  # start_date is after 2024-03-16
BRAND_ATTRIBUTION_FIRST_DAY = "2025-04-02"  # start_date is after 2025-04-01 in these reports by brand attribution
PRODUCT_REPORT_WINDOW_DAYS = 365  # first and last day included; "a max of 1 year" may also mean one more
PRODUCT_REPORT_LEAST_DAYS = 8  # first and last day included; "7 day minimum" may also mean one less

# Published for Standard access, per user and app. The headers of each response replace them. Trial access has 1,000
# requests a day. https://developers.pinterest.com/docs/reference/rate-limits/
REQUESTS_PER_SECOND = 100  # all categories together
REQUESTS_PER_MINUTE: Mapping[str, int] = {
    "ads_analytics": 300,
    "ads_read": 1_000,
    "org_analytics": 60,
    "org_read": 1_000,
    "catalogs_read": 100,
    "trends_read": 60,
}

# The connector's own limits.

ROWS_PER_ANALYTICS_REQUEST = 10_000  # ids x days; 22,500 rows of 112 columns are 70 to 120 MB of JSON
TARGETING_ROWS_A_DAY = 50  # per entity, of all targeting types: an estimate that keeps requests below the limit above
SAFE_URL_CHARACTERS = 4_000  # half of the above: a shorter URL is rejected for other reasons
COLUMNS_CHARACTERS = 6_500  # of the columns in a URL, which leaves room for 25 ids
TASKS_IN_LINE = 50  # of one analytics stream, so that a stream that plans fast leaves the others their share of a quota

INTERESTS_LOOKED_UP = 500  # requests for one interest each: half of the daily quota of Trial access

PAGES_WITHOUT_NEWS = 50  # in a row, each with another bookmark: the list counts as endless
RESPONSE_BYTES = 256 * 1024**2  # of one response, decoded: two times the largest analytics response seen
ERROR_BYTES = 64 * 1024  # of an error or a token endpoint's response; Pinterest's have a few hundred
QUOTAS_OF_A_RESPONSE = 16  # that its headers list; Pinterest's list three at most
LONGEST_RESET_SECONDS = 31 * 86_400.0  # no quota has a longer interval; other APIs send an epoch, which is far larger
TOKEN_CHARACTERS = 4_096  # of a token; Pinterest's have at most a few hundred
JOINED_BYTES = 16 * 1024**2  # of a body that is parsed in memory at one time, such as a page of a list
MESSAGE_CHARACTERS = 2_000  # of an error message; the rest is cut off
TABLE_NAME_CHARACTERS = 63  # that PostgreSQL and others distinguish tables by
ROW_BYTES = 1024**2  # of one row of a response or of a report file
BATCH_BYTES = 1024**2  # of the records in one queued batch
REPORT_BYTES = 8 * 1024**3  # of a report file, which is on disk while it is read

FINAL_AFTER_DAYS = 2  # Pinterest's help, "Reporting dashboard overview": conversions arrive after about 37 hours
ORGANIC_FINAL_AFTER_DAYS = 7  # numbers of a profile or pin are final then. Live, days came one or two days late
ALL_PINS_AFTER_DAYS = 7  # with the option Only Pins with Activity, days until the next pass over all pins
LOOKBACK_MARGIN_DAYS = 3  # added to the largest attribution window, for conversions that Pinterest processes late

FAILED_SYNCS_BEFORE_WARNING = 3  # in which a pin that can't be read makes its stream incomplete

EDIT_MARGIN_SECONDS = (
    300  # cursors of entities and boards stay this far behind the server's clock, to keep edits during a sync
)

REPORT_THREADS = 16  # reports that are created or polled at the same time, for all streams together
REPORTS_IN_PROGRESS = 500  # of all streams. Pinterest names no bound, but a report is gone an hour after its creation
REPORTS_TO_READ = 20  # that have ended, and wait for a worker or are being read. A link expires after five minutes
REQUESTS_KEPT_PER_REPORT = 6  # in progress, of a quota that is not renewed in this sync: three read fewer reports

STATE_EVERY_SECONDS = 10
STATE_EVERY_RECORDS = 10_000
ENTRIES_OF_A_FREQUENT_STATE = 1_000  # accounts or boards of at most 200 bytes each: under 20 bytes of state per record

# The first pattern found in the path decides. Source: `x-ratelimit-category` in Pinterest's OpenAPI description.
_CATEGORY_BY_PATH: Mapping[re.Pattern[str], str] = {
    re.compile(r"/ad_accounts/.*/((targeting_)?analytics|reports)$|/metrics_ready_state$"): "ads_analytics",
    re.compile(r"/(user_account|pins)(/[^/]+)?/analytics"): "org_analytics",
    re.compile(r"/user_account/followers$|/(ad_accounts|resources|terms|integrations)\b"): "ads_read",
    re.compile(r"/(boards|media|oauth|pins|search|user_account|users)\b"): "org_read",
    re.compile(r"/businesses/"): "ads_read",
    re.compile(r"/catalogs\b"): "catalogs_read",
    re.compile(r"/trends/"): "trends_read",
}

_ID_IN_PATH = re.compile(
    r"/\d[^/]*|(?<=/trends/keywords)/[^/]+|(?<=/top)/[^/]+|(?<=/resources/targeting)/[A-Z_]+",
)  # an id, or a word in its place, such as a region

_REPORT_CREATION = re.compile(r"/ad_accounts/.*/(mmm_reports|reports/brand_category_sku)$")
"""A POST to these paths counts as analytics; the GET that polls the report does not."""

_WITH_OWN_QUOTA = re.compile(r" POST .*/mmm_reports$")
"""The operations that have a quota of their own for each ad account."""


def rate_category(path: str, method: str = "GET") -> str:
    """Return the rate limit category of a request, a key of `REQUESTS_PER_MINUTE`.

    Raises:
        LookupError: no pattern matches the path.
    """
    if method == "POST" and _REPORT_CREATION.search(path):
        return "ads_analytics"
    for pattern, category in _CATEGORY_BY_PATH.items():
        if pattern.search(path):
            return category
    raise LookupError(f"No rate limit category is known for {path}.")


def rated_operation(method: str, path: str) -> str:
    """Return a name that all requests share which count against the same quotas: category, method and path.

    The category is not enough: creating a report counts against a quota that other analytics don't use. Ids are
    replaced by `*`, unless the quota is per ad account.
    """
    whole = f"{rate_category(path, method)} {method} {path}"
    return whole if own_requests_per_minute(whole) else _ID_IN_PATH.sub("/*", whole)


def own_requests_per_minute(operation: str) -> int | None:
    """Return the requests per minute and ad account of an operation; None without such a quota."""
    return MMM_REPORTS_PER_MINUTE if _WITH_OWN_QUOTA.search(operation) else None

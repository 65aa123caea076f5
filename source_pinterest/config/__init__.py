"""The validated configuration of a connection.

`Config.from_mapping` reads configurations of this version and of every earlier one. Only this package reads the raw
mapping; it never writes to it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

from pendulum import Date

from source_pinterest.columns import DATE, LIVE_COLUMNS, SYNC_COLUMNS
from source_pinterest.config.credentials import (
    AccessTokenCredentials,
    AppCredentials,
    Credentials,
    OAuthCredentials,
    read_credentials,
)
from source_pinterest.config.files import in_current_form
from source_pinterest.config.options import (
    CONVERSION_REPORT_TIMES,
    TREND_REGIONS,
    AttributionWindow,
    NumberOption,
    attribution_window,
    choices,
    column_names,
    flag,
    hidden_notices,
    one_of,
    refusal,
    several,
    some_of,
    start_day,
    unlisted_notice,
    without_blanks,
)
from source_pinterest.config.reports import MARKETING_MIX, PRODUCTS, CustomReport, OwnReport, read_custom_reports
from source_pinterest.dates import utc_today
from source_pinterest.limits import ASYNC_HISTORY_DAYS, MAX_ID_DIGITS, SYNC_HISTORY_DAYS

__all__ = [
    "AccessTokenCredentials",
    "AppCredentials",
    "AttributionWindow",
    "Config",
    "Credentials",
    "CustomReport",
    "OAuthCredentials",
]

STATUSES: tuple[str, ...] = choices("status")
_STATUS = "Status of Campaigns, Ad Groups and Ads"
ONLY_ACTIVE_PINS = "Only Pins with Activity"

# Conversions change for at most 60 days; days older than the synchronous endpoints' history no longer change.
_LOOKBACK = NumberOption("lookback_days", "Lookback Window", 0, SYNC_HISTORY_DAYS)
_PIN_AGE = NumberOption("pin_analytics_max_age_days", "Maximum Age of Pins in Pin Analytics (Days)", 1, 36_500)
# Airbyte stops a source that emits nothing for two hours, see maxSecondsBetweenMessages in metadata.yaml.
_MAX_WAIT = NumberOption("max_wait_minutes", "Longest Wait for Quota", 0, 110)
_WORKERS = NumberOption("num_workers", "Number of Concurrent Workers", 1, 40)
_THREADS = NumberOption("num_threads", "Number of Concurrent Threads", 1, 40)
_TIMEOUT = NumberOption("request_timeout_seconds", "Request Timeout", 0.1, 3_600)
_RETRIES = NumberOption("max_retries", "Retries per Request", 0, 20)
_REPORT_JOBS = NumberOption("num_report_jobs", "Number of Concurrent Reports", 1, 50)
_REPORT_TIMEOUT = NumberOption("report_timeout_minutes", "Report Timeout", 0.01, 1_440)

_DEFAULT_MAX_WAIT_MINUTES = 15
DEFAULT_TIMEOUT_SECONDS = 120
_DEFAULT_RETRIES = 5
_DEFAULT_WORKERS = 10
_DEFAULT_REPORT_JOBS = 10
_DEFAULT_REPORT_TIMEOUT_MINUTES = 60

_ACCOUNT_ID = re.compile(rf"\d{{1,{MAX_ID_DIGITS}}}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """The options of one connection, validated and complete; None means the default of Pinterest or of the stream.

    Attributes:
        today: this machine's day. `Sync.today` is Pinterest's.
        statuses: the statuses of the campaigns, ad groups and ads to list; all of them if none was chosen.
        statuses_chosen: whether the user chose `statuses`.
        account_ids: the ad accounts to sync; empty means all that the token can see.
        organic_account_id: the ad account on behalf of which boards, pins and the profile are read.
        notices: what the sync logs about the options, such as a start date that was moved up.
    """

    credentials: Credentials
    today: Date
    start_date: Date | None
    statuses: tuple[str, ...]
    statuses_chosen: bool
    account_ids: tuple[str, ...]
    exclude_account_ids: frozenset[str]
    organic_account_id: str | None
    organic_per_ad_account: bool
    pin_metrics: bool
    pin_analytics_max_age_days: int | None
    pin_analytics_only_active: bool
    trend_regions: tuple[str, ...]
    analytics_columns: tuple[str, ...] | None
    lookback_days: int | None
    attribution_window: AttributionWindow | None
    conversion_report_time: str | None
    max_wait_seconds: float
    request_timeout_seconds: float
    max_retries: int
    num_workers: int
    custom_reports: tuple[CustomReport, ...]
    marketing_mix: OwnReport
    products: OwnReport
    num_report_jobs: int
    report_timeout_seconds: float
    notices: tuple[str, ...]

    @property
    def has_app_token(self) -> bool:
        """Whether requests carry a token of the app itself, which Pinterest accepts for about half of the streams."""
        return type(self.credentials) is AppCredentials

    @classmethod
    def from_mapping(cls, raw: Mapping[str, Any], today: Date | None = None) -> Self:
        """Read a config of this version or of any earlier one.

        Args:
            raw: the options by key, such as `{"credentials": {...}, "start_date": "2026-01-31"}`, as the platform or a
                file holds them; null and blank text count as absent, unknown keys are ignored.
            today: the day that counts as today for the whole sync; by default the current day in UTC.

        Raises:
            AirbyteTracedException: a value can't be used; the message names the option and says what to do.
        """
        if not isinstance(raw, Mapping):
            raise refusal("The configuration must be a JSON object that holds the options by name.")
        options = without_blanks(in_current_form(raw))
        # Credentials come first: reading them registers the secrets, which later error messages then mask.
        credentials = read_credentials(options)
        today = today or utc_today()
        start_date, notices = start_day("Start Date", options.get("start_date"), today, ASYNC_HISTORY_DAYS)
        organic_account_id, account_ids, exclude_account_ids = _accounts(options)
        statuses = some_of(_STATUS, options.get("status", []), STATUSES)
        analytics_columns, column_notices = _analytics_columns(options)
        custom_reports, report_notices = read_custom_reports(options.get("custom_reports", []), today)
        marketing_mix, mix_notices = MARKETING_MIX.read(options.get("marketing_mix_report", {}))
        products, product_notices = PRODUCTS.read(options.get("brand_category_sku_reports", {}))
        return cls(
            credentials=credentials,
            today=today,
            start_date=start_date,
            statuses=statuses or STATUSES,
            statuses_chosen=bool(statuses),
            account_ids=account_ids,
            exclude_account_ids=exclude_account_ids,
            organic_account_id=organic_account_id,
            organic_per_ad_account=flag("Organic Content per Ad Account", options.get("organic_per_ad_account", False)),
            pin_metrics=flag("Pin Totals", options.get("pin_metrics", False)),
            pin_analytics_max_age_days=_PIN_AGE.read_whole(options, None),
            pin_analytics_only_active=flag(ONLY_ACTIVE_PINS, options.get("pin_analytics_only_active", False)),
            trend_regions=some_of("Trend Regions", options.get("trend_regions", []), TREND_REGIONS),
            analytics_columns=analytics_columns,
            lookback_days=_LOOKBACK.read_whole(options, None),
            attribution_window=_attribution_window(options),
            conversion_report_time=_conversion_report_time(options),
            max_wait_seconds=60 * _MAX_WAIT.read(options, _DEFAULT_MAX_WAIT_MINUTES),
            request_timeout_seconds=_TIMEOUT.read(options, DEFAULT_TIMEOUT_SECONDS),
            max_retries=_RETRIES.read_whole(options, _DEFAULT_RETRIES),
            num_workers=_WORKERS.read_whole(options, _THREADS.read_whole(options, _DEFAULT_WORKERS)),
            custom_reports=custom_reports,
            marketing_mix=marketing_mix,
            products=products,
            num_report_jobs=_REPORT_JOBS.read_whole(options, _DEFAULT_REPORT_JOBS),
            report_timeout_seconds=60 * _REPORT_TIMEOUT.read(options, _DEFAULT_REPORT_TIMEOUT_MINUTES),
            notices=(
                *notices,
                *column_notices,
                *report_notices,
                *mix_notices,
                *product_notices,
                *hidden_notices(options),
            ),
        )


def attribution_of(config: Config) -> dict[str, Any]:
    """Return the request parameters of analytics and reports for attribution; none for Pinterest's defaults."""
    parameters: dict[str, Any] = {}
    if window := config.attribution_window:
        parameters |= {
            "click_window_days": window.click,
            "engagement_window_days": window.engagement,
            "view_window_days": window.view,
        }
    if config.conversion_report_time:
        parameters["conversion_report_time"] = config.conversion_report_time
    return parameters


def _accounts(options: Mapping[str, Any]) -> tuple[str | None, tuple[str, ...], frozenset[str]]:
    organic = _account_id("Ad Account ID", options["account_id"]) if "account_id" in options else None
    listed = _account_ids("Ad Account IDs", options.get("account_ids", []))
    excluded = frozenset(_account_ids("Excluded Ad Account IDs", options.get("exclude_account_ids", [])))
    chosen = tuple(dict.fromkeys([*([organic] if organic else []), *listed]))
    for account_id in chosen:
        if account_id in excluded:
            raise refusal(
                f"Excluded Ad Account IDs: {account_id} is also among the ad accounts to sync. "
                "Remove it from one of the two options.",
            )
    return organic, chosen, excluded


def _account_ids(title: str, value: Any) -> list[str]:
    return [_account_id(title, entry) for entry in several(title, value)]


def _account_id(title: str, value: Any) -> str:
    text = str(value)
    if not _ACCOUNT_ID.fullmatch(text):
        raise refusal(
            f"{title}: {value!r} is not the ID of an ad account. An ID is a number of at most {MAX_ID_DIGITS} digits, "
            "which Ads Manager shows next to the account's name.",
        )
    return text


def _analytics_columns(options: Mapping[str, Any]) -> tuple[tuple[str, ...] | None, tuple[str, ...]]:
    """Return the chosen columns, and a notice about those that Pinterest's documentation does not list."""
    title = "Analytics Columns"
    names = tuple(name for name in column_names(title, options.get("analytics_columns", [])) if name != DATE)
    return names or None, unlisted_notice(title, names, SYNC_COLUMNS | LIVE_COLUMNS)


def _attribution_window(options: Mapping[str, Any]) -> AttributionWindow | None:
    choice = options.get("attribution_window")
    return None if choice is None else attribution_window("Attribution Window", choice)


def _conversion_report_time(options: Mapping[str, Any]) -> str | None:
    choice = options.get("conversion_report_time")
    return None if choice is None else one_of("Conversion Report Time", choice, CONVERSION_REPORT_TIMES)

"""The validated configuration of a connection.

`Config.from_mapping` reads configurations of this version and of every official one, from 0.1 to 2.3. Only this package
reads the raw mapping; it never writes to it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from airbyte_cdk.utils import AirbyteTracedException
from pendulum import Date

from source_pinterest.columns import ACCOUNT_COLUMNS
from source_pinterest.config.credentials import AppCredentials, Credentials, read_credentials
from source_pinterest.config.files import in_current_form
from source_pinterest.config.options import (
    ATTRIBUTION_WINDOWS,
    FORM,
    AttributionWindow,
    choices,
    config_error,
    early_start_notice,
    read_options,
    unknown_fields,
    unknown_options,
    without_blanks,
)
from source_pinterest.config.reports import (
    USUAL_MARKETING_MIX,
    USUAL_PRODUCTS,
    CustomReport,
    OwnReport,
    read_reports,
)
from source_pinterest.dates import utc_today
from source_pinterest.limits import ASYNC_HISTORY_DAYS, COLUMNS_CHARACTERS

STATUSES: tuple[str, ...] = choices("status")
ONLY_ACTIVE_PINS = "Only Pins with Activity"

DEFAULT_TIMEOUT_SECONDS = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """The options of one connection, validated and complete; None means the default of Pinterest or of the stream.

    Attributes:
        today: this machine's day in UTC, which is Pinterest's.
        account_id: the ad account on behalf of which boards, pins and the profile are read.
        account_ids: the ad accounts to sync; empty means all that the token can see.
        notices: what the sync logs about the options, such as a start date that was moved up.
    """

    credentials: Credentials
    today: Date
    start_date: Date | None = None
    status: tuple[str, ...] = ()
    account_id: str | None = None
    account_ids: tuple[str, ...] = ()
    exclude_account_ids: frozenset[str] = frozenset()
    organic_per_ad_account: bool = False
    pin_metrics: bool = False
    pin_analytics_max_age_days: int | None = None
    pin_analytics_only_active: bool = False
    top_pins_filters: Mapping[str, str] = field(default_factory=dict)
    trend_regions: tuple[str, ...] = ()
    analytics_columns: tuple[str, ...] = ()
    lookback_days: int | None = None
    attribution_window: AttributionWindow | None = None
    conversion_report_time: str | None = None
    custom_reports: tuple[CustomReport, ...] = ()
    marketing_mix_report: OwnReport = USUAL_MARKETING_MIX
    brand_category_sku_reports: OwnReport = USUAL_PRODUCTS
    max_wait_minutes: float = 15
    request_timeout_seconds: float = DEFAULT_TIMEOUT_SECONDS
    max_retries: int = 5
    num_workers: int = 10
    report_timeout_minutes: float = 60
    notices: tuple[str, ...] = ()

    @property
    def statuses(self) -> tuple[str, ...]:
        """The statuses of the campaigns, ad groups and ads to list; all of them if none was chosen."""
        return self.status or STATUSES

    @property
    def has_app_token(self) -> bool:
        """Whether requests carry a token of the app itself, which Pinterest accepts for about half of the streams."""
        return type(self.credentials) is AppCredentials

    @classmethod
    def from_mapping(cls, raw: Mapping[str, Any], today: Date | None = None) -> Self:
        """Read a config of this version or of any earlier one.

        Args:
            raw: the options by key, such as `{"credentials": {...}, "start_date": "2026-01-31"}`, as the platform or a
                file holds them; null and blank text count as absent.
            today: the day that counts as today for the whole sync; by default the current day in UTC.

        Raises:
            AirbyteTracedException: an option is unknown or can't be used; the message names it and says what to do.
        """
        if not isinstance(raw, Mapping):
            raise config_error("The configuration must be a JSON object that holds the options by name.")
        options, today = without_blanks(in_current_form(raw)), today or utc_today()
        mistakes = list(unknown_options(options))
        unknown = tuple(unknown_fields(options))
        try:  # credentials come first: reading them registers the secrets, which later messages then mask
            credentials = read_credentials(options)
        except AirbyteTracedException as error:
            mistakes.append(str(error.message))
        values, wrong = read_options(FORM, options, today)
        accounts, wrong_accounts = _accounts(values)
        reports, wrong_reports = read_reports(values, today)
        form = FORM["properties"]["top_pins_filters"]
        filters, wrong_filters = read_options(form, values.get("top_pins_filters", {}), today, f"{form['title']}, ")
        mistakes += [*wrong, *wrong_accounts, *wrong_reports, *wrong_filters]
        if splitting := [name for name in values.get("analytics_columns", ()) if name in ACCOUNT_COLUMNS]:
            mistakes.append(
                f"Analytics Columns: {' and '.join(splitting)} may split the rows of an ad account. Remove the column "
                "here, and add a report of level ADVERTISER to Custom Reports."
            )
        if sum(len(name) + len("%2C") for name in values.get("analytics_columns", ())) > COLUMNS_CHARACTERS:
            mistakes.append(
                "Analytics Columns: these columns make the URL of a request too long for Pinterest. Remove some, or "
                "read them with Custom Reports, whose columns are not part of a URL."
            )
        if mistakes:
            raise config_error(" ".join((*mistakes, *unknown)))  # a misspelled field may be why another is missing
        if "attribution_window" in values:
            values["attribution_window"] = ATTRIBUTION_WINDOWS[values["attribution_window"]]
        if "num_threads" in values:
            values.setdefault("num_workers", values["num_threads"])
        early = early_start_notice("Start Date", values.get("start_date"), today, ASYNC_HISTORY_DAYS)
        notices = (*early, *unknown)
        values |= {**accounts, **reports, "top_pins_filters": filters}
        values |= {"credentials": credentials, "today": today, "notices": notices}
        return cls(**{key: value for key, value in values.items() if key in cls.__slots__})


def _accounts(values: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """Return the ad accounts to sync and to leave out, by option, and a message for each account that is in both."""
    single = [values["account_id"]] if "account_id" in values else []
    chosen = tuple(dict.fromkeys([*single, *values.get("account_ids", ())]))
    excluded = frozenset(values.get("exclude_account_ids", ()))
    mistakes = [
        f"Excluded Ad Account IDs: {account_id} is also among the ad accounts to sync. Remove it from one of the two "
        "options."
        for account_id in chosen
        if account_id in excluded
    ]
    return {"account_ids": chosen, "exclude_account_ids": excluded}, mistakes


def attribution_of(config: Config) -> dict[str, Any]:
    """Return the request parameters of analytics and reports for attribution; none for Pinterest's defaults."""
    parameters: dict[str, Any] = config.attribution_window.days if config.attribution_window else {}
    if config.conversion_report_time:
        parameters["conversion_report_time"] = config.conversion_report_time
    return parameters

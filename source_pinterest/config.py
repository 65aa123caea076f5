"""What did the user choose? The only reader of the raw config: every shape that configs have had becomes one `Config`.

Nothing is pushed back into it, and no other module sees the raw mapping.
"""

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

from pendulum import Date

from source_pinterest.attribution import ATTRIBUTION_WINDOWS, AttributionWindow
from source_pinterest.columns import DATE, SYNC_COLUMNS
from source_pinterest.credentials import AccessTokenCredentials, Credentials, OAuthCredentials, read_credentials
from source_pinterest.dates import days_before, parse_day, utc_today
from source_pinterest.limits import MAX_ID_DIGITS, START_DATE_MAX_DAYS_BACK, SYNC_HISTORY_DAYS
from source_pinterest.options import NumberOption, one_of, refusal, several, without_blanks

__all__ = ["AccessTokenCredentials", "AttributionWindow", "Config", "Credentials", "OAuthCredentials"]

STATUSES = ("ACTIVE", "PAUSED", "ARCHIVED")
CONVERSION_REPORT_TIMES = ("TIME_OF_AD_ACTION", "TIME_OF_CONVERSION")

# Conversions move for at most 60 days, and the days before the synchronous endpoints' history have settled for good.
_LOOKBACK = NumberOption("lookback_days", "Lookback Window", 0, SYNC_HISTORY_DAYS)
# Airbyte stops a source that says nothing for two hours, see maxSecondsBetweenMessages in metadata.yaml.
_MAX_WAIT = NumberOption("max_wait_minutes", "Longest Wait", 0, 110)
_WORKERS = NumberOption("num_workers", "Number of Concurrent Workers", 1, 40)
_THREADS = NumberOption("num_threads", "Number of Concurrent Threads", 1, 40)
_TIMEOUT = NumberOption("request_timeout_seconds", "Request Timeout", 0.1, 3_600)
_RETRIES = NumberOption("max_retries", "Retries per Request", 0, 20)

_DEFAULT_MAX_WAIT_MINUTES = 15
_DEFAULT_TIMEOUT_SECONDS = 120
_DEFAULT_RETRIES = 5
_DEFAULT_WORKERS = 10

_DAY_OR_MOMENT = re.compile(r"(\d{4}-\d{2}-\d{2})([T ]\d{2}:\d{2}.*)?")
_ACCOUNT_ID = re.compile(rf"\d{{1,{MAX_ID_DIGITS}}}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """The choices of one connection, checked and complete; None stands for Pinterest's or the stream's own default."""

    credentials: Credentials
    today: Date
    start_date: Date | None
    statuses: tuple[str, ...]
    account_ids: tuple[str, ...]
    exclude_account_ids: frozenset[str]
    organic_account_id: str | None
    analytics_columns: tuple[str, ...] | None
    lookback_days: int | None
    attribution_window: AttributionWindow | None
    conversion_report_time: str | None
    max_wait_seconds: float
    request_timeout_seconds: float
    max_retries: int
    num_workers: int
    notices: tuple[str, ...]

    @classmethod
    def from_mapping(cls, raw: Mapping[str, Any], today: Date | None = None) -> Self:
        """Read a config of any age.

        Args:
            raw: as the platform or a file gives it.
            today: the day that "today" means for the whole sync; by default the current one in UTC.

        Raises:
            AirbyteTracedException: a value can't be used; the message says which option, and what to do.
        """
        if not isinstance(raw, Mapping):
            raise refusal("The configuration must be a JSON object that holds the options by name.")
        options = without_blanks(raw)
        today = today or utc_today()
        start_date, notices = _start_date(options, today)
        organic_account_id, account_ids, exclude_account_ids = _accounts(options)
        return cls(
            credentials=read_credentials(options),
            today=today,
            start_date=start_date,
            statuses=_statuses(options),
            account_ids=account_ids,
            exclude_account_ids=exclude_account_ids,
            organic_account_id=organic_account_id,
            analytics_columns=_analytics_columns(options),
            lookback_days=_lookback_days(options),
            attribution_window=_attribution_window(options),
            conversion_report_time=_conversion_report_time(options),
            max_wait_seconds=60 * _MAX_WAIT.read(options, _DEFAULT_MAX_WAIT_MINUTES),
            request_timeout_seconds=_TIMEOUT.read(options, _DEFAULT_TIMEOUT_SECONDS),
            max_retries=_RETRIES.read_whole(options, _DEFAULT_RETRIES),
            num_workers=_WORKERS.read_whole(options, _THREADS.read_whole(options, _DEFAULT_WORKERS)),
            notices=notices,
        )


def _start_date(options: Mapping[str, Any], today: Date) -> tuple[Date | None, tuple[str, ...]]:
    text = options.get("start_date")
    if text is None:
        return None, ()
    match = _DAY_OR_MOMENT.fullmatch(text) if isinstance(text, str) else None
    try:
        chosen = parse_day(match[1] if match else str(text))
    except ValueError:
        raise refusal(f"Start Date: {text!r} is not a date. Write it as YYYY-MM-DD, such as {today}.") from None
    if chosen > today:
        raise refusal(f"Start Date: {chosen} lies in the future. Choose a day up to today, {today} (UTC).")
    earliest = days_before(today, START_DATE_MAX_DAYS_BACK)
    if chosen >= earliest:
        return chosen, ()
    notice = (
        f"Start Date {chosen} is older than the {START_DATE_MAX_DAYS_BACK} days that Pinterest keeps: "
        f"reading from {earliest} on."
    )
    return earliest, (notice,)


def _accounts(options: Mapping[str, Any]) -> tuple[str | None, tuple[str, ...], frozenset[str]]:
    organic = _account_id("Ad Account ID", options["account_id"]) if "account_id" in options else None
    listed = _account_ids("Ad Account IDs", options.get("account_ids", []))
    excluded = frozenset(_account_ids("Excluded Ad Account IDs", options.get("exclude_account_ids", [])))
    chosen = tuple(dict.fromkeys([*([organic] if organic else []), *listed]))
    for account_id in chosen:
        if account_id in excluded:
            raise refusal(
                f"Excluded Ad Account IDs: {account_id} is also among the ad accounts to sync. "
                "Remove it from one of the two lists.",
            )
    return organic, chosen, excluded


def _account_ids(title: str, value: Any) -> list[str]:
    return [_account_id(title, entry) for entry in several(title, value)]


def _account_id(title: str, value: Any) -> str:
    text = str(value) if isinstance(value, str | int) else ""
    if not _ACCOUNT_ID.fullmatch(text):
        raise refusal(
            f"{title}: {value!r} is not the ID of an ad account. It is a number of at most {MAX_ID_DIGITS} digits, "
            "which Ads Manager shows beside the account's name.",
        )
    return text


def _statuses(options: Mapping[str, Any]) -> tuple[str, ...]:
    chosen = {one_of("Status", entry, STATUSES) for entry in several("Status", options.get("status", []))}
    return tuple(status for status in STATUSES if status in chosen) or STATUSES


def _analytics_columns(options: Mapping[str, Any]) -> tuple[str, ...] | None:
    entries = several("Analytics Columns", options.get("analytics_columns", []))
    names = dict.fromkeys(str(entry).upper() for entry in entries)
    unknown = [name for name in names if name not in SYNC_COLUMNS | {DATE}]
    if unknown:
        raise refusal(f"Analytics Columns: {_unknown_columns(unknown)}")
    return tuple(name for name in names if name != DATE) or None


def _unknown_columns(names: Iterable[str]) -> str:
    hints = []
    for name in names:
        similar = difflib.get_close_matches(name, SYNC_COLUMNS, n=1)
        hints.append(f"{name} (did you mean {similar[0]}?)" if similar else name)
    return f"Pinterest has no column {', '.join(hints)}. Correct or remove it."


def _lookback_days(options: Mapping[str, Any]) -> int | None:
    return _LOOKBACK.read_whole(options, 0) if _LOOKBACK.key in options else None


def _attribution_window(options: Mapping[str, Any]) -> AttributionWindow | None:
    choice = options.get("attribution_window")
    if choice is None:
        return None
    return ATTRIBUTION_WINDOWS[one_of("Attribution Window", choice, ATTRIBUTION_WINDOWS)]


def _conversion_report_time(options: Mapping[str, Any]) -> str | None:
    choice = options.get("conversion_report_time")
    return None if choice is None else one_of("Conversion Report Time", choice, CONVERSION_REPORT_TIMES)

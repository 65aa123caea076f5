"""A config that works, and one for each way to fill in the form wrongly."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pendulum import Date

TODAY = Date(2026, 7, 1)

OAUTH = {
    "auth_method": "oauth2.0",
    "client_id": "1234567",
    "client_secret": "false-client-secret",
    "refresh_token": "false-refresh-token",
}
BASIC_TOKEN = "MTIzNDU2NzpmYWxzZS1jbGllbnQtc2VjcmV0"
SECRETS = ("false-client-secret", "false-refresh-token", "false-access-token", "false-number-8675309", BASIC_TOKEN)


def config(**options: Any) -> dict[str, Any]:
    return {"credentials": OAUTH, **options}


def signed_in_with(**credentials: Any) -> dict[str, Any]:
    return {"credentials": credentials}


def sample(name: str) -> dict[str, Any]:
    """One of the configs that a user may have saved, as its file has it."""
    samples = Path(__file__).parents[1] / "integration_tests/sample_configs"
    content: dict[str, Any] = json.loads((samples / f"{name}.json").read_text(encoding="utf-8"))
    return content


def without(key: str) -> dict[str, Any]:
    return signed_in_with(**{name: value for name, value in OAUTH.items() if name != key})


@dataclass(frozen=True)
class BadConfig:
    """A config, the option at fault, and what the error has to say about it."""

    id: str
    option: str
    raw: Any
    says: tuple[str, ...] = field(default=())


BAD_CONFIGS = (
    BadConfig("start_date-words", "start_date", config(start_date="yesterday"), ("'yesterday'", "YYYY-MM-DD")),
    BadConfig("start_date-no-such-day", "start_date", config(start_date="2026-02-30"), ("'2026-02-30'",)),
    BadConfig("start_date-number", "start_date", config(start_date=20260101), ("20260101",)),
    BadConfig("start_date-future", "start_date", config(start_date="2026-07-03"), ("2026-07-03", "2026-07-01")),
    BadConfig("status-unknown", "status", config(status=["ACTIVE", "RUNNING"]), ("'RUNNING'", "ACTIVE, PAUSED")),
    BadConfig("status-no-list", "status", config(status="ACTIVE"), ("list",)),
    BadConfig("region-unknown", "trend_regions", config(trend_regions=["JP"]), ("'JP'", "GB+IE")),
    BadConfig("region-no-list", "trend_regions", config(trend_regions="US"), ("list",)),
    BadConfig(
        "column-words",
        "analytics_columns",
        config(analytics_columns=["My column", "CTR", "my other"]),
        ("no column MY COLUMN, MY OTHER.",),
    ),
    BadConfig("column-number", "analytics_columns", config(analytics_columns=[7]), ("no column 7.",)),
    BadConfig("account-too-long", "account_ids", config(account_ids=["1234567890123456789"]), ("18 digits",)),
    BadConfig("account-name", "account_ids", config(account_ids=["My shop"]), ("'My shop'", "Ads Manager")),
    BadConfig("account-other-digits", "account_ids", config(account_ids=["\u0661\u0662"]), ("18 digits",)),
    BadConfig("account-bool", "account_ids", config(account_ids=[True]), ("True",)),
    BadConfig("account-single-bad", "account_id", config(account_id="act_1"), ("'act_1'",)),
    BadConfig(
        "organic-per-account-text",
        "organic_per_ad_account",
        config(organic_per_ad_account="yes"),
        ("on or off", "'yes'"),
    ),
    BadConfig("pin-totals-number", "pin_metrics", config(pin_metrics=1), ("true or false", "1")),
    BadConfig("pin-age-none", "pin_analytics_max_age_days", config(pin_analytics_max_age_days=0), ("from 1 to 36500",)),
    BadConfig("excluded-bad", "exclude_account_ids", config(exclude_account_ids=["x"]), ("'x'",)),
    BadConfig(
        "chosen-and-excluded",
        "exclude_account_ids",
        config(account_ids=["11", "12"], exclude_account_ids=[12]),
        ("12 is also among",),
    ),
    BadConfig(
        "window-illegal", "attribution_window", config(attribution_window="1/30/1"), ("'1/30/1'", "30/30/1, 0/0/0")
    ),
    BadConfig("window-longer-view", "attribution_window", config(attribution_window="7/7/30"), ("60/60/60",)),
    BadConfig(
        "report-time", "conversion_report_time", config(conversion_report_time="NOON"), ("'NOON'", "TIME_OF_AD_ACTION")
    ),
    BadConfig("lookback-negative", "lookback_days", config(lookback_days=-1), ("from 0 to 89", "-1")),
    BadConfig("lookback-fraction", "lookback_days", config(lookback_days=1.5), ("whole number", "1.5")),
    BadConfig("lookback-bool", "lookback_days", config(lookback_days=True), ("True",)),
    BadConfig("wait-text", "max_wait_minutes", config(max_wait_minutes="long"), ("'long'",)),
    BadConfig("wait-nan", "max_wait_minutes", config(max_wait_minutes=float("nan")), ("nan",)),
    BadConfig("workers-none", "num_workers", config(num_workers=0), ("from 1 to 40",)),
    BadConfig("threads-many", "num_threads", config(num_threads=41), ("from 1 to 40",)),
    BadConfig("timeout-zero", "request_timeout_seconds", config(request_timeout_seconds=0), ("from 0.1",)),
    BadConfig("report-jobs-none", "num_report_jobs", config(num_report_jobs=0), ("from 1 to 50",)),
    BadConfig("report-timeout-zero", "report_timeout_minutes", config(report_timeout_minutes=0), ("from 0.01",)),
    BadConfig("retries-many", "max_retries", config(max_retries=21), ("from 0 to 20",)),
    BadConfig("client_id-missing", "credentials", without("client_id"), ("the missing Client ID,",)),
    BadConfig(
        "refresh_token-missing", "credentials", without("refresh_token"), ("the missing Refresh Token,", "Authenticate")
    ),
    BadConfig(
        "refresh_token-blank",
        "credentials",
        signed_in_with(**{**OAUTH, "refresh_token": "  "}),
        ("the missing Refresh Token,",),
    ),
    BadConfig(
        "access_token-missing",
        "credentials",
        signed_in_with(auth_method="access_token"),
        ("the missing Access Token,",),
    ),
    BadConfig(
        "flat-secrets-missing",
        "credentials",
        {"client_id": "1"},
        ("the missing Client Secret and Refresh Token,",),
    ),
    BadConfig("nobody-signed-in", "credentials", {"start_date": "2026-01-01"}, ("there are no credentials yet",)),
    BadConfig("credentials-empty", "credentials", signed_in_with(), ("there are no credentials yet",)),
    BadConfig(
        "credentials-text",
        "credentials",
        {"credentials": "false-access-token"},
        ("OAuth2.0, App Credentials or Access Token",),
    ),
    BadConfig(
        "method-unknown",
        "credentials",
        signed_in_with(**{**OAUTH, "auth_method": "password"}),
        ("OAuth2.0, App Credentials or Access Token",),
    ),
    BadConfig(
        "secret-no-text",
        "credentials",
        signed_in_with(**{**OAUTH, "client_secret": ["false-client-secret"]}),
        ("Client Secret must be text",),
    ),
    BadConfig(
        "secret-half-a-character",
        "credentials",
        signed_in_with(**{**OAUTH, "client_secret": "false\ud800secret"}),
        ("Client Secret contains a space",),
    ),
    BadConfig(
        "column-half-a-character", "analytics_columns", config(analytics_columns=["\ud800"]), ("no column \ufffd.",)
    ),
)

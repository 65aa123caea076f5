"""A config that works, and one for each way to fill in the form wrongly."""

import json
from dataclasses import dataclass
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
METHODS = "oauth2.0, client_credentials (App Credentials) or access_token"
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


@dataclass(frozen=True)
class BadConfig:
    """A config that is rejected, the option at fault, and parts of the sentence about it."""

    option: str
    raw: Any
    says: tuple[str, ...]

    @property
    def id(self) -> str:
        return f"{self.option}: {self.says}"


def bad(option: str, value: Any, *says: str, **others: Any) -> BadConfig:
    """A config with one option that can't be used."""
    return BadConfig(option, config(**{option: value}, **others), says)


def bad_credentials(*says: str, **fields: Any) -> BadConfig:
    """A config with credentials of which some fields can't be used; those that are None are missing."""
    credentials = {name: value for name, value in {**OAUTH, **fields}.items() if value is not None}
    return BadConfig("credentials", signed_in_with(**credentials), says)


BAD_CONFIGS = (
    bad("start_date", "yesterday", "'yesterday'", "YYYY-MM-DD"),
    bad("start_date", "2026-02-30", "'2026-02-30'"),
    bad("start_date", 20260101, "20260101"),
    bad("start_date", "2026-07-03", "2026-07-03", "2026-07-01"),
    bad("status", ["ACTIVE", "RUNNING", "OLD"], "'RUNNING', 'OLD' can't be used", "ACTIVE, PAUSED"),
    bad("status", "ACTIVE", "list"),
    bad("trend_regions", ["JP"], "'JP'", "GB+IE"),
    bad(
        "analytics_columns",
        ["My column", "CTR", "my other"],
        "'My column', 'my other' can't be used",
        "such as SPEND_IN_DOLLAR.",
    ),
    bad("analytics_columns", [7], "7 can't"),
    bad("analytics_columns", ["\ud800"], r"'\ud800' can't"),
    bad("account_ids", ["1234567890123456789"], "digits only, at most 18"),
    bad("account_ids", ["My shop", "12"], ": 'My shop' can't"),
    bad("account_ids", ["\u0661\u0662"], "digits only"),
    bad("account_ids", [True], "True"),
    bad("account_id", "act_1", "'act_1'"),
    bad("organic_per_ad_account", "yes", "on or off", "'yes'"),
    bad("pin_metrics", 1, "true or false", "1"),
    bad("pin_analytics_max_age_days", 0, "from 1 to 36500"),
    bad("pin_analytics_only_active", "yes", "Only Pins with Activity", "on or off"),
    bad("top_pins_filters", {"pin_format": "IMAGE"}, "Filters of Top Pins, Pin Format", "'IMAGE'", "ORGANIC_IMAGE"),
    bad("exclude_account_ids", ["x"], "'x'"),
    bad("exclude_account_ids", [12], "12 is also among", account_ids=["11", "12"]),
    bad("attribution_window", "1/30/1", "'1/30/1'", "30/30/1, 60/60/60"),
    bad("attribution_window", "7/7/30", "60/60/60"),
    bad("conversion_report_time", "NOON", "'NOON'", "TIME_OF_AD_ACTION"),
    bad("lookback_days", -1, "from 0 to 89", "-1"),
    bad("lookback_days", 1.5, "whole number", "1.5"),
    bad("lookback_days", True, "True"),
    bad("max_wait_minutes", "long", "'long'"),
    bad("max_wait_minutes", float("nan"), "nan"),
    bad("num_workers", 0, "from 1 to 40"),
    bad("num_threads", 41, "from 1 to 40"),
    bad("request_timeout_seconds", 0, "from 0.1"),
    bad("report_timeout_minutes", 0, "from 0.01"),
    bad("max_retries", 21, "from 0 to 20"),
    bad_credentials("the missing Client ID,", client_id=None),
    bad_credentials("the missing Refresh Token,", "Authenticate", refresh_token="  "),
    bad_credentials("the missing Access Token,", auth_method="access_token"),
    bad_credentials(f"'password' can't be used. Choose {METHODS}", auth_method="password"),
    bad_credentials("Client Secret must be text", client_secret=["false-client-secret"]),
    bad_credentials("Client Secret contains a space", client_secret="false\ud800secret"),
    *(
        bad_credentials("token_expiry_date must be a time such as 2026-01-31T12:00:00Z", token_expiry_date=expiry)
        for expiry in ("soon", 1717243200, "P1D", ["2026-01-01"], "99999-01-01T00:00:00Z", "P99999999999D")
    ),
    bad_credentials("Refresh Token holds the access token", refresh_token="pina_false-access-token"),
    BadConfig("credentials", {"access_token": "pinr.false-access-token"}, ("Access Token holds the refresh token",)),
    BadConfig("credentials", {"client_id": "1234567"}, ("the missing Client Secret and Refresh Token,",)),
    BadConfig("credentials", {"start_date": "2026-01-01"}, ("there are no credentials yet",)),
    BadConfig("credentials", signed_in_with(), ("there are no credentials yet",)),
    bad_credentials(METHODS, auth_method="pina_false-access-token-0123456789"),
    bad_credentials("Access Token must be text", auth_method="access_token", access_token={"a": "false-access-token"}),
    BadConfig("credentials", {"access_token": ["false-access-token"]}, ("Access Token must be text",)),
    BadConfig("credentials", {"credentials": ["false-access-token"]}, (METHODS,)),
    BadConfig("credentials", {"credentials": "false-access-token"}, (METHODS,)),
)

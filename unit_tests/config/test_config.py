"""Configurations of every version mean the same as ever, and invalid ones are rejected with a reason."""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from logging import INFO, LogRecord
from pathlib import Path
from typing import Any

import pytest
from airbyte_cdk.models import FailureType
from airbyte_cdk.utils import AirbyteTracedException
from pendulum import Date

from source_pinterest.config import Config
from source_pinterest.config.credentials import OAuthCredentials
from source_pinterest.config.options import AttributionWindow
from source_pinterest.config.reports import USUAL_MARKETING_MIX, USUAL_PRODUCTS
from source_pinterest.dates import Granularity
from source_pinterest.engine.output import MaskedLogFormatter
from unit_tests.configs import BAD_CONFIGS, OAUTH, SECRETS, TODAY, config
from unit_tests.report_configs import BAD_REPORTS, MIX, PRODUCTS, report
from unit_tests.test_spec import OPTIONS

ROOT = Path(__file__).parents[2]
SPEC = json.loads((ROOT / "source_pinterest/spec.json").read_text(encoding="utf-8"))
TITLES = {name: option["title"] for name, option in SPEC["connectionSpecification"]["properties"].items()}


def read(**options: Any) -> Config:
    return Config.from_mapping(config(**options), TODAY)


def test_null_is_absent_and_a_key_of_an_older_form_is_ignored() -> None:
    optional = {name: None for name in TITLES if name != "credentials"}

    assert read(**optional) == read(window_in_days=30) == read()


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (
            {},
            {
                "credentials": OAuthCredentials("1234567", "false-client-secret", "false-refresh-token"),
                "statuses": ("ACTIVE", "PAUSED", "ARCHIVED"),
                "notices": (),
            },
        ),
        ({"start_date": "2026-07-02"}, {"start_date": Date(2026, 7, 2)}),
        ({"start_date": " 2026-06-01T00:00:00Z"}, {"start_date": Date(2026, 6, 1)}),
        ({"start_date": "2023-12-31"}, {"start_date": Date(2023, 12, 31), "notices": ()}),
        ({"status": []}, {"statuses": ("ACTIVE", "PAUSED", "ARCHIVED"), "status": ()}),
        ({"status": ["archived ", "PAUSED"]}, {"statuses": ("PAUSED", "ARCHIVED"), "status": ("PAUSED", "ARCHIVED")}),
        (
            {"account_id": 12, "account_ids": [" 15 ", "12", 11, 15, None, ""], "exclude_account_ids": [13, "13"]},
            {"account_ids": ("12", "15", "11"), "exclude_account_ids": {"13"}, "account_id": "12"},
        ),
        (
            {"account_ids": ["123456789012345678"]},
            {"account_ids": ("123456789012345678",), "account_id": None},
        ),
        (
            {"analytics_columns": ["spend_in_dollar", "DATE", "TOTAL_CHECKOUT", "SPEND_IN_DOLLAR"]},
            {"analytics_columns": ("SPEND_IN_DOLLAR", "TOTAL_CHECKOUT")},
        ),
        ({"analytics_columns": ["DATE", "currency"]}, {"analytics_columns": ()}),
        ({"attribution_window": "60/60/7"}, {"attribution_window": AttributionWindow(60, 60, 7)}),
        ({"trend_regions": [" gb+ie ", "US", "GB+IE"]}, {"trend_regions": ("US", "GB+IE")}),
        ({"lookback_days": 89.0}, {"lookback_days": 89}),
        ({"num_threads": 3, "num_workers": 40}, {"num_workers": 40}),
        ({"num_threads": 3, "num_workers": None}, {"num_workers": 3}),
        *(
            ({MIX: empty, PRODUCTS: empty}, {MIX: USUAL_MARKETING_MIX, PRODUCTS: USUAL_PRODUCTS})
            for empty in ({}, None, "", {"level": "", "columns": [], "targeting_types": None})
        ),
        (
            {MIX: {"level": "ad_group_targeting", "granularity": "week", "targeting_types": ["gender"]}},
            {
                MIX: replace(
                    USUAL_MARKETING_MIX,
                    level="AD_GROUP_TARGETING",
                    granularity=Granularity.WEEK,
                    targeting_types=("GENDER",),
                    columns=("AD_GROUP_ID", "AD_GROUP_NAME", *USUAL_MARKETING_MIX.columns),
                )
            },
        ),
        (
            {PRODUCTS: {"granularity": "Month", "columns": [" campaign_name ", "DATE"]}},
            {PRODUCTS: replace(USUAL_PRODUCTS, granularity=Granularity.MONTH, columns=("CAMPAIGN_NAME",))},
        ),
        (
            {PRODUCTS: {"attribution_type": "brand_attribution"}},
            {PRODUCTS: replace(USUAL_PRODUCTS, attribution_type="BRAND_ATTRIBUTION")},
        ),
    ],
    ids=str,
)
def test_an_option_is_obeyed(options: Mapping[str, Any], expected: Mapping[str, Any]) -> None:
    chosen = read(**options)

    assert {name: getattr(chosen, name) for name in expected} == expected


def test_a_start_date_before_the_oldest_day_of_pinterest_is_logged() -> None:
    chosen = read(start_date="2023-12-30")

    assert str(chosen.start_date) == "2023-12-30"
    assert chosen.notices[0] == (
        "Start Date 2023-12-30 is older than the 913 days that Pinterest keeps; reading starts on 2023-12-31."
    )


def without_keys(rejection: AirbyteTracedException) -> str:
    """A message without the spelling of options in a file, which follows their titles."""
    return re.sub(r" \([a-z_]+\)", "", str(rejection.message))


def test_a_bad_config_is_rejected_in_a_sentence_for_its_owner() -> None:
    for bad in (*BAD_CONFIGS, *BAD_REPORTS):
        with pytest.raises(AirbyteTracedException) as rejected:
            Config.from_mapping(bad.raw, TODAY)

        error, message = rejected.value, without_keys(rejected.value)
        assert error.failure_type is FailureType.config_error, bad.id
        assert TITLES[bad.option].startswith(re.split("[:,]", message)[0]), bad.id
        assert [part for part in bad.says if part not in message] == [], bad.id
        assert message.endswith("."), bad.id
        assert [secret for secret in SECRETS if secret in f"{message} {error!r}"] == [], bad.id
        assert error.internal_message == error.message, bad.id


def test_all_mistakes_of_a_config_are_named_at_once() -> None:
    raw = config(
        credentials={**OAUTH, "refresh_token": ""},
        lookback_days=90,
        status=["ACTIVE", "RUNNING"],
        account_ids=["11", "12"],
        exclude_account_ids=["12"],
        custom_reports=[
            report(level="AD", columns=None),
            report(name=""),
        ],
        brand_category_sku_reports={"granularity": "DAY"},
    )
    with pytest.raises(AirbyteTracedException) as rejected:
        Config.from_mapping(raw, TODAY)

    begins = (
        "Authorization Method: enter the missing Refresh Token",
        "Status of Campaigns, Ad Groups and Ads: 'RUNNING' can't",
        "Lookback Window (Days): enter a number from 0 to 89, not 90.",
        "Excluded Ad Account IDs: 12 is",
        "Custom Reports: 'Weekly', Level: 'AD' can't",
        "Custom Reports: 'Weekly', Columns: this is missing.",
        "Custom Reports: report 2 of the list has no Name.",
        "Brand, Category and SKU Reports, Granularity: 'DAY' can't",
    )
    assert "Status of Campaigns, Ad Groups and Ads (status): 'RUNNING' can't" in str(rejected.value.message)
    message = without_keys(rejected.value)
    places = [message.find(begin) for begin in begins]
    assert -1 not in places
    assert places == sorted(places)


@pytest.mark.parametrize("raw", [None, [], "false-access-token"])
def test_a_config_that_is_no_object_is_rejected(raw: Any) -> None:
    with pytest.raises(AirbyteTracedException, match="must be a JSON object"):
        Config.from_mapping(raw, TODAY)


APP_SECRET = "f00d" * 10
"""Nothing but its length tells it from a word."""


@pytest.mark.parametrize(
    "secret",
    [
        *(APP_SECRET, APP_SECRET.upper(), f"x{APP_SECRET[:32]}y"),
        *("pina_FALSE0123456789abcdefghijklmnopqrstuvwxyz", "false-client-secret"),
    ],
)
def test_a_secret_in_another_option_is_not_quoted(secret: str) -> None:
    placements = [{name: value} for name in TITLES for value in (secret, [secret], {"id": secret}, [{secret: secret}])]
    reports = [{"custom_reports": [report(**{name: value})]} for name in report() for value in (secret, [secret])]
    rejected = 0
    for options in [*placements, *reports, {secret: "x"}, {"analytics_columns": [f"A{secret}"], "num_threads": 3}]:
        raw = config(**options)
        try:
            said = [*Config.from_mapping(raw, TODAY).notices]
        except AirbyteTracedException as error:
            said = [f"{error.message} {error.internal_message}"]
            rejected += 1
        logged = [MaskedLogFormatter().format(LogRecord("airbyte", INFO, "", 1, text, (), None)) for text in said]
        assert secret[1:33].lower() not in "".join(logged).lower(), options
    assert rejected > 100


@pytest.mark.parametrize(
    ("raw", "notice"),
    [
        (
            {"credentials": {**OAUTH, "refresh_tokens": "false"}},
            "Authorization Method: refresh_tokens is not an option. Did you mean refresh_token?",
        ),
        (
            {"custom_reports": [report(), report(name="other", colums=["CTR"])]},
            "Custom Reports: colums is not an option. Did you mean columns?",
        ),
    ],
)
def test_an_unknown_field_of_an_option_is_named(raw: dict[str, Any], notice: str) -> None:
    assert Config.from_mapping(config(**raw), TODAY).notices == (notice,)


def test_the_documented_names_are_those_of_the_form_and_the_example_has_no_other() -> None:
    page = (Path(__file__).parents[2] / "docs/pinterest.md").read_text(encoding="utf-8")
    section = page.partition("### Options\n")[2].partition("\n## ")[0]
    [example] = map(json.loads, re.findall(r"```json\n(.*?)```", section, re.DOTALL))

    shown = [(option["title"], name) for name, option in OPTIONS.items() if not option.get("airbyte_hidden")]
    assert re.findall(r"^\| \*\*(.+?)\*\* \| `(\w+)` \|", section, re.MULTILINE) == shown, (
        "The table of options in docs/pinterest.md has other names than spec.json, or another order."
    )
    assert Config.from_mapping(example, TODAY).notices == ()

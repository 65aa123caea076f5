"""Configurations of every version mean the same as ever, and invalid ones are refused with a reason."""

import json
from collections.abc import Mapping
from dataclasses import FrozenInstanceError
from pathlib import Path
from typing import Any

import pytest
from airbyte_cdk.models import FailureType
from airbyte_cdk.utils import AirbyteTracedException
from pendulum import Date

from source_pinterest.columns import DEFAULT_COLUMNS, SYNC_COLUMNS
from source_pinterest.config import AttributionWindow, Config, OAuthCredentials
from source_pinterest.config.reports import USUAL_MARKETING_MIX, USUAL_PRODUCTS
from unit_tests.configs import BAD_CONFIGS, SECRETS, TODAY, BadConfig, config, sample
from unit_tests.report_configs import BAD_REPORTS, report

ROOT = Path(__file__).parents[2]
SPEC = json.loads((ROOT / "source_pinterest/spec.json").read_text(encoding="utf-8"))
TITLES = {name: option["title"] for name, option in SPEC["connectionSpecification"]["properties"].items()}

REFUSALS = dict(line.split("\t") for line in Path(__file__).with_name("refusals.txt").read_text("utf-8").splitlines())
"""By the ids of configs that can't be used."""


def read(**options: Any) -> Config:
    return Config.from_mapping(config(**options), TODAY)


def test_nothing_but_credentials_is_needed() -> None:
    assert read() == Config(
        credentials=OAuthCredentials("1234567", "false-client-secret", "false-refresh-token"),
        today=TODAY,
        start_date=None,
        statuses=("ACTIVE", "PAUSED", "ARCHIVED"),
        statuses_chosen=False,
        account_ids=(),
        exclude_account_ids=frozenset(),
        organic_account_id=None,
        organic_per_ad_account=False,
        pin_metrics=False,
        pin_analytics_max_age_days=None,
        trend_regions=(),
        analytics_columns=None,
        lookback_days=None,
        attribution_window=None,
        conversion_report_time=None,
        max_wait_seconds=900,
        request_timeout_seconds=120,
        max_retries=5,
        num_workers=10,
        custom_reports=(),
        marketing_mix=USUAL_MARKETING_MIX,
        products=USUAL_PRODUCTS,
        num_report_jobs=10,
        report_timeout_seconds=3_600,
        notices=(),
    )


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-07-01", Date(2026, 7, 1)),
        ("2026-06-01T00:00:00Z", Date(2026, 6, 1)),
        ("2026-06-01 23:59:59", Date(2026, 6, 1)),
        (" 2026-06-01 ", Date(2026, 6, 1)),
        ("2023-12-31", Date(2023, 12, 31)),
    ],
)
def test_a_start_date_is_a_day(text: str, day: Date) -> None:
    chosen = read(start_date=text)

    assert (chosen.start_date, chosen.notices) == (day, ())


@pytest.mark.parametrize("text", ["2023-12-30", "2019-02-01T00:00:00Z"])
def test_a_start_date_beyond_what_pinterest_keeps_is_told(text: str) -> None:
    chosen = read(start_date=text)

    assert str(chosen.start_date) == text[:10]
    assert chosen.notices == (
        f"Start Date {text[:10]} is older than the 913 days that Pinterest keeps; reading starts on 2023-12-31.",
    )


@pytest.mark.parametrize("status", [None, [], ["ARCHIVED", "PAUSED", "ACTIVE", "ACTIVE"]])
def test_no_status_means_every_status(status: Any) -> None:
    assert read(status=status).statuses == ("ACTIVE", "PAUSED", "ARCHIVED")


def test_a_chosen_status_is_the_only_one() -> None:
    chosen = read(status=["archived "])

    assert (chosen.statuses, chosen.statuses_chosen) == (("ARCHIVED",), True)


def test_accounts_are_joined_once_each_in_their_order() -> None:
    chosen = read(account_id=12, account_ids=[" 15 ", "12", 11, 15, None, ""], exclude_account_ids=[13, "13"])

    assert chosen.account_ids == ("12", "15", "11")
    assert chosen.exclude_account_ids == {"13"}
    assert chosen.organic_account_id == "12"


def test_several_accounts_never_act_for_one_of_them() -> None:
    assert read(account_ids=["549761668032"]).organic_account_id is None


def test_an_id_of_18_digits_is_exact() -> None:
    assert read(account_id="123456789012345678").account_ids == ("123456789012345678",)


def test_columns_are_kept_in_their_order_and_named_as_pinterest_does() -> None:
    chosen = read(analytics_columns=["spend_in_dollar", "DATE", "TOTAL_CHECKOUT", "SPEND_IN_DOLLAR"])

    assert chosen.analytics_columns == ("SPEND_IN_DOLLAR", "TOTAL_CHECKOUT")


@pytest.mark.parametrize("columns", [None, [], ["DATE"]])
def test_no_columns_mean_the_usual_ones(columns: Any) -> None:
    assert read(analytics_columns=columns).analytics_columns is None


def test_a_column_that_no_document_lists_is_taken_with_a_notice() -> None:
    chosen = read(analytics_columns=["spend_in_dolar", "TOTAL_START_TRIAL", "SPEND_IN_DOLLAR", "SPEND_IN_EURO"])

    assert chosen.analytics_columns == ("SPEND_IN_DOLAR", "TOTAL_START_TRIAL", "SPEND_IN_DOLLAR", "SPEND_IN_EURO")
    [notice] = chosen.notices
    assert notice == (
        "Analytics Columns: Pinterest's documentation does not list SPEND_IN_DOLAR (did you mean SPEND_IN_DOLLAR?), "
        "SPEND_IN_EURO here. The columns are requested all the same; those that Pinterest refuses are left out with a "
        "warning."
    )


def test_every_column_can_be_chosen() -> None:
    assert set(DEFAULT_COLUMNS) < SYNC_COLUMNS
    assert set(read(analytics_columns=sorted(SYNC_COLUMNS)).analytics_columns or ()) == SYNC_COLUMNS


def test_an_attribution_window_is_click_engagement_view() -> None:
    chosen = read(attribution_window="60/60/7").attribution_window

    assert chosen == AttributionWindow(click=60, engagement=60, view=7)
    assert chosen.largest == 60


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"lookback_days": 0}, {"lookback_days": 0}),
        ({"lookback_days": 89.0}, {"lookback_days": 89}),
        ({"conversion_report_time": "TIME_OF_CONVERSION"}, {"conversion_report_time": "TIME_OF_CONVERSION"}),
        ({"pin_analytics_max_age_days": 30}, {"pin_analytics_max_age_days": 30}),
        ({"organic_per_ad_account": True}, {"organic_per_ad_account": True, "pin_metrics": False}),
        ({"pin_metrics": True}, {"organic_per_ad_account": False, "pin_metrics": True}),
        ({"max_wait_minutes": 0}, {"max_wait_seconds": 0}),
        ({"max_wait_minutes": 0.5}, {"max_wait_seconds": 30}),
        ({"request_timeout_seconds": 2.5}, {"request_timeout_seconds": 2.5}),
        ({"max_retries": 0}, {"max_retries": 0}),
        ({"num_report_jobs": 50}, {"num_report_jobs": 50}),
        ({"report_timeout_minutes": 1.5}, {"report_timeout_seconds": 90}),
        ({"num_threads": 3}, {"num_workers": 3}),
        ({"num_threads": 3, "num_workers": 40}, {"num_workers": 40}),
        ({"num_threads": 3, "num_workers": None}, {"num_workers": 3}),
    ],
)
def test_an_option_is_obeyed(options: Mapping[str, Any], expected: Mapping[str, Any]) -> None:
    chosen = read(**options)

    assert {name: getattr(chosen, name) for name in expected} == expected


def test_notices_of_the_connection_and_of_its_reports_are_all_told() -> None:
    chosen = read(start_date="2019-02-01", custom_reports=[report(start_date="2019-03-01")])

    assert [("2019-02-01" in notice, "'Weekly'" in notice) for notice in chosen.notices] == [
        (True, False),
        (False, True),
    ]


def test_trend_regions_stand_once_each_in_pinterests_order() -> None:
    assert read(trend_regions=[" gb+ie ", "US", "GB+IE"]).trend_regions == ("US", "GB+IE")


def test_null_means_absent() -> None:
    optional = {name: None for name in TITLES if name != "credentials"}

    assert read(**optional) == read()


def test_unknown_keys_are_passed_over() -> None:
    assert read(report_template="later", window_in_days=30) == read()


def test_a_config_and_what_it_was_read_from_stay_as_they_are() -> None:
    raw = sample("every_option")
    before = json.dumps(raw)
    chosen = Config.from_mapping(raw, TODAY)

    with pytest.raises(FrozenInstanceError):
        chosen.num_workers = 1  # type: ignore[misc]
    assert json.dumps(raw) == before


@pytest.mark.parametrize("bad", [*BAD_CONFIGS, *BAD_REPORTS], ids=lambda bad: bad.id)
def test_a_bad_config_is_refused_in_a_sentence_for_its_owner(bad: BadConfig) -> None:
    with pytest.raises(AirbyteTracedException) as refused:
        Config.from_mapping(bad.raw, TODAY)

    error = refused.value
    message = str(error.message)
    assert error.failure_type is FailureType.config_error
    assert TITLES[bad.option].startswith(message.split(":", maxsplit=1)[0])
    assert [part for part in bad.says if part not in message] == []
    assert message == REFUSALS[bad.id]
    assert [secret for secret in SECRETS if secret in f"{message} {error.internal_message} {error!r}"] == []
    assert error.internal_message == message


@pytest.mark.parametrize("raw", [None, [], "false-access-token"])
def test_a_config_that_is_no_object_is_refused(raw: Any) -> None:
    with pytest.raises(AirbyteTracedException) as refused:
        Config.from_mapping(raw, TODAY)
    assert refused.value.message == "The configuration must be a JSON object that holds the options by name."


def test_the_invalid_config_is_refused() -> None:
    raw = json.loads((ROOT / "integration_tests/invalid_config.json").read_text(encoding="utf-8"))

    with pytest.raises(AirbyteTracedException, match="Start Date"):
        Config.from_mapping(raw)


@pytest.mark.parametrize("secret", ["pina_FALSE0123456789abcdefghijklmnopqrstuvwxyz", "false-client-secret"])
@pytest.mark.parametrize(
    "options",
    [
        lambda secret: {"account_ids": [secret]},
        lambda secret: {"start_date": secret},
        lambda secret: {"status": [secret]},
        lambda secret: {"analytics_columns": [f"{secret}!"]},
        lambda secret: {"custom_reports": [{"name": secret}]},
        lambda secret: {"num_workers": secret},
    ],
)
def test_a_secret_in_another_option_is_not_quoted(options: Any, secret: str) -> None:
    with pytest.raises(AirbyteTracedException) as raised:
        read(**options(secret))

    assert "****" in str(raised.value.message)
    assert secret.lower() not in str(raised.value.message).lower()

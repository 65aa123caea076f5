"""Targeting analytics are flat rows like those of the reports, with a key that can be trusted."""

from typing import Any

import pytest
import requests_mock
from pinterestsdk import models

from source_pinterest import limits
from source_pinterest.api.errors import RepeatedKeyError, UnavailableError
from source_pinterest.columns import TARGETING_TYPE, TARGETING_VALUE
from source_pinterest.dates import days_before
from source_pinterest.engine.request_size import request_shape
from source_pinterest.streams.analytics.level_reports import REPORTS
from source_pinterest.streams.analytics.levels import (
    AdAccountTargetingAnalytics,
    AdGroupTargetingAnalytics,
    AdTargetingAnalytics,
    CampaignTargetingAnalytics,
    TargetingAnalytics,
)
from unit_tests.configs import TODAY
from unit_tests.streams.analytics.test_query import call, days, rows_of
from unit_tests.streams.pinterest import Pinterest

PATH = "ad_accounts/11/campaigns/targeting_analytics"
TYPES_OF_THE_API = {
    AdAccountTargetingAnalytics: (models.AdsAnalyticsAccountTargetingType, 15),
    CampaignTargetingAnalytics: (models.AdsAnalyticsCampaignTargetingType, 14),
    AdGroupTargetingAnalytics: (models.AdsAnalyticsAdGroupTargetingType, 14),
    AdTargetingAnalytics: (models.AdsAnalyticsAdTargetingType, 14),
}
IN_BETA = {"AGE_BUCKET_AND_GENDER", "CREATIVE_ENHANCEMENTS"}


def item(value: Any = "female", kind: Any = "GENDER", **metrics: Any) -> dict[str, Any]:
    return {
        "targeting_type": kind,
        "targeting_value": value,
        "metrics": {"CAMPAIGN_ID": 7, "DATE": "2026-07-01", **metrics},
    }


def answers(pinterest: Pinterest, *items: Any) -> None:
    pinterest.answers(PATH, {"json": {"data": list(items)}})


def read(pinterest: Pinterest) -> list[dict[str, Any]]:
    return rows_of(pinterest, call(days(89, 0), "7"), CampaignTargetingAnalytics)


@pytest.mark.parametrize("stream", TYPES_OF_THE_API, ids=lambda stream: stream.__name__)
def test_each_level_asks_for_every_type_that_is_not_in_beta(stream: type[TargetingAnalytics]) -> None:
    declared, most = TYPES_OF_THE_API[stream]

    assert set(stream.targeting_types) == {member.value for member in declared} - IN_BETA
    assert len(stream.targeting_types) <= most


def test_every_level_is_here() -> None:
    assert set(TYPES_OF_THE_API) == set(TargetingAnalytics.__subclasses__())


def test_a_row_is_flat_and_its_names_are_text(pinterest: Pinterest) -> None:
    answers(pinterest, item(500, "LOCATION", SPEND_IN_DOLLAR=1.5))

    assert read(pinterest) == [
        {
            "AD_ACCOUNT_ID": "11",
            "CAMPAIGN_ID": "7",
            "DATE": "2026-07-01",
            "SPEND_IN_DOLLAR": 1.5,
            TARGETING_TYPE: "LOCATION",
            TARGETING_VALUE: "500",
        },
    ]


def test_the_account_that_a_row_names_is_kept(pinterest: Pinterest) -> None:
    answers(pinterest, item(AD_ACCOUNT_ID=11))

    assert read(pinterest)[0]["AD_ACCOUNT_ID"] == "11"


def test_the_rows_of_an_account_need_not_name_it(pinterest: Pinterest) -> None:
    row = {"targeting_type": "GENDER", "targeting_value": "male", "metrics": {"DATE": "2026-07-01"}}
    pinterest.answers("ad_accounts/11/targeting_analytics", {"json": {"data": [row]}})
    records = rows_of(pinterest, call(days(9, 0)), AdAccountTargetingAnalytics)

    assert [record["AD_ACCOUNT_ID"] for record in records] == ["11"]


def test_the_call_names_columns_types_and_ids(mock: requests_mock.Mocker) -> None:
    pinterest = Pinterest(mock, analytics_columns=["SPEND_IN_DOLLAR"])
    answers(pinterest)
    assert read(pinterest) == []
    [asked] = pinterest.queries(PATH)

    assert asked == {
        "start_date": ["2026-04-03"],
        "end_date": ["2026-07-01"],
        "granularity": ["DAY"],
        "columns": ["CAMPAIGN_ID,AD_ACCOUNT_ID,SPEND_IN_DOLLAR"],
        "targeting_types": [",".join(CampaignTargetingAnalytics.targeting_types)],
        "campaign_ids": ["7"],
    }


def test_key_and_columns_are_those_of_the_report(pinterest: Pinterest) -> None:
    [of_level] = [stream for stream in REPORTS if stream.stream_name() == "campaign_targeting_report"]
    stream, report = pinterest.stream(CampaignTargetingAnalytics), pinterest.stream(of_level)

    assert stream.primary_key == report.primary_key
    properties, of_report = (one.get_json_schema()["properties"] for one in (stream, report))
    assert {name: of_report[name] for name in properties.keys() & of_report.keys()} == {
        name: properties[name] for name in properties.keys() & of_report.keys()
    }
    assert set(properties) == set(of_report)


@pytest.mark.parametrize(
    "items",
    [
        [item(), item("male"), item(CTR=1)],
        [item(500, "LOCATION"), item("500", "LOCATION", CTR=1)],
        [item(None), item("", CTR=1)],
    ],
)
def test_a_key_that_repeats_costs_the_answer(mock: requests_mock.Mocker, items: list[Any]) -> None:
    pinterest = Pinterest(mock, max_retries=1)
    answers(pinterest, *items)

    with pytest.raises(RepeatedKeyError, match="CAMPAIGN_ID, TARGETING_TYPE, TARGETING_VALUE and DATE"):
        read(pinterest)


@pytest.mark.parametrize(
    "items",
    [
        [item(kind=None)],
        [item(CAMPAIGN_ID=None)],
        [item(DATE=None)],
        [{"metrics": {"CAMPAIGN_ID": 7, "DATE": "2026-07-01"}}],
    ],
)
def test_a_key_that_is_incomplete_costs_the_answer(pinterest: Pinterest, items: list[Any]) -> None:
    answers(pinterest, *items)

    with pytest.raises(UnavailableError, match="A row has no"):
        read(pinterest)


def test_a_value_that_pinterest_leaves_out_is_an_empty_text(pinterest: Pinterest) -> None:
    nameless = {name: value for name, value in item(kind="LOCALE").items() if name != "targeting_value"}
    answers(pinterest, item(), item(None), nameless)

    rows = [(row[TARGETING_TYPE], row[TARGETING_VALUE]) for row in read(pinterest)]
    assert rows == [("GENDER", "female"), ("GENDER", ""), ("LOCALE", "")]


def test_a_value_may_stand_among_the_metrics(pinterest: Pinterest) -> None:
    answers(pinterest, item(None, TARGETING_VALUE="male"), item("female", TARGETING_VALUE="other"))

    assert [row[TARGETING_VALUE] for row in read(pinterest)] == ["male", "female"]


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        "{}",
        "null",
        '{"data": null}',
        '{"data": {}}',
        '{"rows": []}',
        '{"inner": {"data": []}}',
        '{"data": [1]}',
        '{"data": [{"targeting_type": "GENDER"}]}',
        '{"data": [{"metrics": [1]}]}',
        '{"data": [{"targeting_type": "GENDER", "targeting_value": "male", "metrics": {"CAMPAIGN_ID": 7, "DATE": "1"}}',
        '{"data": []',
    ],
)
def test_a_broken_body_is_never_taken_in_part(pinterest: Pinterest, body: str) -> None:
    pinterest.answers(PATH, {"text": body})

    with pytest.raises(UnavailableError):
        read(pinterest)


def test_a_row_without_metrics_is_said_to_be_one(pinterest: Pinterest) -> None:
    answers(pinterest, {"targeting_type": "GENDER"})

    with pytest.raises(UnavailableError) as raised:
        read(pinterest)
    assert str(raised.value.message).endswith(" A row of targeting analytics has no metrics.")


def test_what_of_a_row_can_not_be_kept_is_told(pinterest: Pinterest, caplog: pytest.LogCaptureFixture) -> None:
    pinterest.answers(
        PATH,
        {
            "text": '{"data": [{"targeting_type": "GENDER", "targeting_value": "male", "metrics": '
            '{"CAMPAIGN_ID": 7, "DATE": "2026-07-01", "SPEND_IN_DOLLAR": 1e999}}]}'
        },
    )

    assert "SPEND_IN_DOLLAR" not in read(pinterest)[0]
    sentence = "Pinterest sent numbers out of range; they are replaced by null."
    assert f"campaign_targeting_analytics: {sentence}" in caplog.messages


def test_what_stands_beside_the_rows_does_not_matter(pinterest: Pinterest) -> None:
    pinterest.answers(PATH, {"json": {"paging": [1], "data": [item()], "more": {"data": [item("male")]}}})

    assert [row[TARGETING_VALUE] for row in read(pinterest)] == ["female"]


def test_other_types_would_be_other_numbers(pinterest: Pinterest) -> None:
    stream = pinterest.stream(CampaignTargetingAnalytics)
    before = stream.request_fingerprint()
    stream.targeting_types = ("GENDER",)  # type: ignore[misc]

    assert stream.request_fingerprint() != before


@pytest.mark.parametrize(("ids", "length"), [(1, 89), (3, 34), (250, 34), (1_000, 89)])
def test_a_call_holds_no_more_rows_than_any_analytics_call(ids: int, length: int) -> None:
    shape = request_shape(ids, length, limits.TARGETING_ROWS_A_DAY)

    assert min(ids, shape.ids) * shape.days * limits.TARGETING_ROWS_A_DAY <= limits.ROWS_PER_ANALYTICS_REQUEST


def test_no_day_is_read_that_only_reports_have(pinterest: Pinterest) -> None:
    pinterest.lists("ad_accounts", "11")
    pinterest.lists("ad_accounts/11/campaigns", "7")
    starts = [one["start_date"] for one in pinterest.slices(CampaignTargetingAnalytics)]

    assert min(starts) == str(days_before(TODAY, limits.SYNC_HISTORY_DAYS))

"""Targeting analytics are flat rows like those of the reports, with a key that can be trusted."""

from typing import Any

import pytest
import requests_mock
from pinterestsdk import models

from source_pinterest.api.errors import SliceError
from source_pinterest.columns import TARGETING_TYPE, TARGETING_VALUE
from source_pinterest.state.period import fingerprint
from source_pinterest.streams.analytics.level_reports import REPORTS
from source_pinterest.streams.analytics.levels import (
    AdAccountTargetingAnalytics,
    AdGroupTargetingAnalytics,
    AdTargetingAnalytics,
    CampaignAnalytics,
    CampaignTargetingAnalytics,
    TargetingAnalytics,
)
from source_pinterest.streams.analytics.query import QueryAnalytics
from unit_tests.streams.analytics.syncs import window
from unit_tests.streams.analytics.test_query import call, rows_of
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
    return rows_of(pinterest, call(window(89, 0), "7"), CampaignTargetingAnalytics)


def test_each_level_asks_for_every_type_that_is_not_in_beta() -> None:
    assert set(TYPES_OF_THE_API) == set(TargetingAnalytics.__subclasses__())
    for stream, (declared, most) in TYPES_OF_THE_API.items():
        assert set(stream.targeting_types) == {member.value for member in declared} - IN_BETA, stream
        assert len(stream.targeting_types) <= most, stream


def test_a_request_names_columns_types_and_ids(mock: requests_mock.Mocker) -> None:
    pinterest = Pinterest(mock, analytics_columns=["SPEND_IN_DOLLAR", "TOTAL_IMPRESSION_USER"])
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


def test_a_row_is_flat_and_its_names_are_text(pinterest: Pinterest) -> None:
    answers(pinterest, item(500, "LOCATION", SPEND_IN_DOLLAR=1.5), item(AD_ACCOUNT_ID=11))
    row = {"AD_ACCOUNT_ID": "11", "CAMPAIGN_ID": "7", "DATE": "2026-07-01"}

    assert read(pinterest) == [
        {**row, "SPEND_IN_DOLLAR": 1.5, TARGETING_TYPE: "LOCATION", TARGETING_VALUE: "500"},
        {**row, TARGETING_TYPE: "GENDER", TARGETING_VALUE: "female"},
    ]


def test_a_value_may_stand_among_the_metrics_or_be_left_out(pinterest: Pinterest) -> None:
    nameless = {name: value for name, value in item(kind="LOCALE").items() if name != "targeting_value"}
    answers(
        pinterest, item(None, TARGETING_VALUE="male"), item("female", TARGETING_VALUE="other"), item(None), nameless
    )

    rows = [(row[TARGETING_TYPE], row[TARGETING_VALUE]) for row in read(pinterest)]
    assert rows == [("GENDER", "male"), ("GENDER", "female"), ("GENDER", ""), ("LOCALE", "")]


def test_key_and_schema_are_those_of_the_report(pinterest: Pinterest) -> None:
    [of_level] = [stream for stream in REPORTS if stream.stream_name() == "campaign_targeting_report"]
    stream, report = pinterest.stream(CampaignTargetingAnalytics), pinterest.stream(of_level)

    assert stream.primary_key == report.primary_key
    assert dict(stream.get_json_schema()["properties"]) == dict(report.get_json_schema()["properties"])


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("{}", ""),
        ('{"data": []', ""),
        ('{"data": [{"targeting_type": "GENDER"}]}', "A row of targeting analytics has no metrics."),
        ('{"data": [{"metrics": [1]}]}', "A row of targeting analytics has no metrics."),
        ('{"data": [{"metrics": {"CAMPAIGN_ID": 7, "DATE": "2026-07-01"}}]}', "A row has no TARGETING_TYPE."),
    ],
)
def test_a_broken_body_is_never_taken_in_part(pinterest: Pinterest, body: str, says: str) -> None:
    pinterest.answers(PATH, {"text": body})

    with pytest.raises(SliceError) as raised:
        read(pinterest)
    assert str(raised.value.message).endswith(says)


@pytest.mark.parametrize(
    ("stream", "path", "body"),
    [
        (CampaignAnalytics, "campaigns/analytics", "[{}]"),
        (
            CampaignTargetingAnalytics,
            "campaigns/targeting_analytics",
            '{{"data": [{{"targeting_type": "X", "metrics": {}}}]}}',
        ),
    ],
)
def test_a_value_that_can_not_be_kept_is_told(
    pinterest: Pinterest, caplog: pytest.LogCaptureFixture, stream: type[QueryAnalytics], path: str, body: str
) -> None:
    row = '{"CAMPAIGN_ID": 7, "DATE": "2026-07-01", "SPEND_IN_DOLLAR": 1e999}'
    pinterest.answers(f"ad_accounts/11/{path}", {"text": body.format(row)})

    assert "SPEND_IN_DOLLAR" not in rows_of(pinterest, call(window(9, 0), "7"), stream)[0]
    sentence = "Pinterest sent numbers out of range; they are replaced by null."
    assert caplog.messages == [f"{stream.stream_name()}: {sentence}"]


def test_a_state_has_the_digest_of_types_columns_and_attribution(mock: requests_mock.Mocker) -> None:
    pinterest = Pinterest(mock, analytics_columns=["CTR"], attribution_window="7/7/1")
    windows = {"click_window_days": 7, "engagement_window_days": 7, "view_window_days": 1}
    types = ",".join(CampaignTargetingAnalytics.targeting_types)
    request = {"targeting_types": types, "columns": ["CAMPAIGN_ID", "AD_ACCOUNT_ID", "CTR"], **windows}

    assert pinterest.stream(CampaignTargetingAnalytics).checkpoint.state["asked"] == fingerprint(request)

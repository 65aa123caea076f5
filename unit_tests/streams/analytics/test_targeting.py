"""Targeting analytics are flat rows like those of the reports, with a key that can be trusted."""

from typing import Any

import pytest
from pinterestsdk import models

from source_pinterest.api.errors import SliceError
from source_pinterest.columns import TARGETING_TYPE, TARGETING_VALUE
from source_pinterest.streams.analytics.levels import (
    AdAccountTargetingAnalytics,
    AdGroupTargetingAnalytics,
    AdTargetingAnalytics,
    CampaignTargetingAnalytics,
    TargetingAnalytics,
)
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


def test_each_level_requests_every_type_that_is_not_in_beta() -> None:
    assert set(TYPES_OF_THE_API) == set(TargetingAnalytics.__subclasses__())
    for stream, (declared, most) in TYPES_OF_THE_API.items():
        assert set(stream.targeting_types) == {member.value for member in declared} - IN_BETA, stream
        assert len(stream.targeting_types) <= most, stream


def test_a_value_may_stand_among_the_metrics_or_be_left_out(pinterest: Pinterest) -> None:
    nameless = {name: value for name, value in item(kind="LOCALE").items() if name != "targeting_value"}
    answers(
        pinterest, item(None, TARGETING_VALUE="male"), item("female", TARGETING_VALUE="other"), item(None), nameless
    )

    rows = [(row[TARGETING_TYPE], row[TARGETING_VALUE]) for row in read(pinterest)]
    assert rows == [("GENDER", "male"), ("GENDER", "female"), ("GENDER", ""), ("LOCALE", "")]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ("{}", ""),
        ('{"data": []', ""),
        ('{"data": [{"targeting_type": "GENDER"}]}', "A row has no CAMPAIGN_ID and no DATE."),
        ('{"data": [{"metrics": [1]}]}', "A row has no CAMPAIGN_ID and no TARGETING_TYPE and no DATE."),
        ('{"data": [{"metrics": {"CAMPAIGN_ID": 7, "DATE": "2026-07-01"}}]}', "A row has no TARGETING_TYPE."),
    ],
)
def test_a_broken_body_is_never_taken_in_part(pinterest: Pinterest, body: str, says: str) -> None:
    pinterest.answers(PATH, {"text": body})

    with pytest.raises(SliceError) as raised:
        read(pinterest)
    assert str(raised.value.message).endswith(says)

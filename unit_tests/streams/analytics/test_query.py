"""The sizes of requests for analytics and of their URLs, the rows in memory, and rows by targeting."""

import math
from collections.abc import Iterator
from functools import partial
from typing import Any

import requests_mock
from pinterestsdk import models

from source_pinterest import limits
from source_pinterest.columns import TARGETING_TYPE, TARGETING_VALUE
from source_pinterest.dates import DateWindow
from source_pinterest.engine.bundles import Bundle
from source_pinterest.engine.tasks import Task
from source_pinterest.streams.analytics.levels import (
    AdAccountTargetingAnalytics,
    AdGroupTargetingAnalytics,
    AdTargetingAnalytics,
    CampaignAnalytics,
    CampaignTargetingAnalytics,
    TargetingAnalytics,
)
from source_pinterest.streams.analytics.query import QueryAnalytics, request_shape
from unit_tests.configs import TODAY
from unit_tests.streams.analytics.syncs import window
from unit_tests.streams.pinterest import Pinterest, records_of

PATH = "ad_accounts/11/campaigns/analytics"


def call(days: DateWindow, *ids: str) -> tuple[DateWindow, tuple[str, ...]]:
    return days, ids


def bundles_of(stream: QueryAnalytics, asked: tuple[DateWindow, tuple[str, ...]]) -> Iterator[Bundle]:
    """What is read of a task that no cursor has planned."""
    days, ids = asked
    read = partial(stream.read_query, ids)
    return Task({"ad_account_id": "11"}, read, days).bundles()


def rows_of(
    pinterest: Pinterest, asked: tuple[DateWindow, tuple[str, ...]], of: type[QueryAnalytics] = CampaignAnalytics
) -> list[dict[str, Any]]:
    return list(records_of(bundles_of(pinterest.stream(of), asked)))


def cost(ids: int, days: int, ids_per_call: int, days_per_call: int) -> tuple[int, int]:
    """The calls, and the windows that they make."""
    windows = math.ceil(days / days_per_call)
    return math.ceil(ids / ids_per_call) * windows, windows


def least_cost(ids: int, days: int) -> tuple[int, int]:
    shapes = [
        (min(limits.IDS_PER_ANALYTICS_REQUEST, limits.ROWS_PER_ANALYTICS_REQUEST // window), window)
        for window in range(1, limits.ANALYTICS_WINDOW_DAYS + 1)
    ]
    return min(cost(ids, days, *shape) for shape in shapes)


def test_the_shape_of_requests_is_the_cheapest() -> None:
    for ids in (0, 1, 2, 19, 40, 110, 111, 112, 125, 249, 250, 251, 333, 1_000, 5_000):
        for days in (1, 2, 12, 33, 40, 41, 45, 89, 90, 91, 180, 181, 913):
            assert cost(ids, days, *request_shape(ids, days)) == least_cost(ids, days), (ids, days)


def test_an_id_with_more_rows_than_a_request_may_have_is_requested_alone() -> None:
    assert request_shape(3, 90, rows_a_day=200) == (1, 90)


DAY = DateWindow(TODAY, TODAY)
LONGEST = [str(10**18 + number) for number in range(250)]
"""As many ids as a call may have, as long as they may be."""


def test_a_request_names_as_many_ids_as_fit_into_an_address(mock: requests_mock.Mocker) -> None:
    pinterest = Pinterest(mock, start_date=str(TODAY))
    pinterest.lists("ad_accounts/11/campaigns", *LONGEST)
    requests = pinterest.answers(PATH, {"json": []})
    for one in pinterest.tasks(CampaignAnalytics):
        pinterest.read(CampaignAnalytics, one)

    assert requests.call_count == 2
    assert max(len(request.url) for request in requests.request_history) <= limits.URL_CHARACTERS


TARGETING = "ad_accounts/11/campaigns/targeting_analytics"
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
    pinterest.answers(TARGETING, {"json": {"data": list(items)}})


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

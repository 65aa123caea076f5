"""The simulator refuses the days and bookmarks that Pinterest refuses."""

from datetime import timedelta
from typing import Any

import pytest

from integration_tests.simulator_tests.refusals import refusal
from integration_tests.support.api_client import Client, legal_calls
from integration_tests.support.pinterest import Simulator, World

ENTITY_ANALYTICS = {"campaigns/analytics": "campaign_ids", "ad_groups/analytics": "ad_group_ids"}
ADS_ANALYTICS = ("ad_account/analytics", *ENTITY_ANALYTICS, "ads/analytics")
ANALYTICS = (*ADS_ANALYTICS, "user_account/analytics")
LAST_90_DAYS = "You can only get data from the last 90 days."


# -- dates


def test_a_date_that_is_none_is_refused(api: Client) -> None:
    for day in ["2026-2-1", "20260201", "2026-02-30", "today", "", "2026-02-01T00:00:00"]:
        for operation_id in ANALYTICS:
            assert refusal(api.call(operation_id, start_date=day))[:2] == (400, 1), (operation_id, day)


@pytest.mark.parametrize("operation_id", ANALYTICS)
def test_dates_lie_in_the_last_90_days(sim: Simulator, api: Client, operation_id: str) -> None:
    def answer(start: int, end: int) -> Any:
        days = {"start_date": start, "end_date": end}
        return api.call(operation_id, **{n: str(sim.world.today + timedelta(days=d)) for n, d in days.items()})

    assert answer(-90, 0).status_code == 200
    assert answer(-1, 1).status_code == 200
    assert refusal(answer(-91, -80)) == (400, 1, LAST_90_DAYS)
    assert refusal(answer(-90, 1)).message == "end_date cannot be more than 90 days past start_date."
    assert refusal(answer(0, 2)).message == "end_date must not be in the future."
    assert refusal(answer(0, -1)).message == "start_date must not be after end_date."


def test_the_90_days_follow_the_time_of_the_world() -> None:
    with Simulator(World()) as sim, Client(sim) as api:
        path, query = legal_calls(sim.world)["campaigns/analytics"]
        sim.world.now += timedelta(days=86)

        assert refusal(api.get(path, query)).message == LAST_90_DAYS


@pytest.mark.parametrize(("start", "end", "complaint"), [(-9, -8, "8 days"), (-8, -4, "3 days"), (-3, 0, "simulated")])
def test_hourly_requests_are_shorter(sim: Simulator, api: Client, start: int, end: int, complaint: str) -> None:
    first, last = (str(sim.world.today + timedelta(days=days)) for days in (start, end))

    answer = api.call("campaigns/analytics", granularity="HOUR", start_date=first, end_date=last)

    assert complaint in refusal(answer).message


# -- bookmarks


def next_bookmark(api: Client, **query: Any) -> str:
    return str(api.call("boards/list_pins", **query).json()["bookmark"])


def test_a_bookmark_goes_on_where_the_page_ended(api: Client) -> None:
    whole = api.call("boards/list_pins", page_size=250).json()["items"]
    first = api.call("boards/list_pins", page_size=20).json()
    second = api.call("boards/list_pins", page_size=20, bookmark=first["bookmark"]).json()

    assert first["items"] + second["items"] == whole[:40]
    assert second["bookmark"] != first["bookmark"]
    assert api.call("boards/list_pins", page_size=20, bookmark=second["bookmark"]).json()["bookmark"] is None


def test_an_unknown_bookmark_is_refused(api: Client) -> None:
    for bookmark in ["nonsense", "", "MjV8MTIz", "ü"]:
        assert refusal(api.call("boards/list_pins", bookmark=bookmark))[:2] == (400, 1), bookmark


@pytest.mark.parametrize("change", [{"page_size": 21}, {"pin_metrics": "true"}], ids=str)
def test_a_bookmark_is_good_for_the_same_parameters_only(api: Client, change: dict[str, Any]) -> None:
    bookmark = next_bookmark(api, page_size=20)

    assert refusal(api.call("boards/list_pins", **{"page_size": 20, **change}, bookmark=bookmark))[:2] == (400, 1)


def test_a_bookmark_is_good_for_the_same_list_only(api: Client) -> None:
    bookmark = next_bookmark(api)

    assert refusal(api.call("boards/list", bookmark=bookmark))[:2] == (400, 1)


def test_a_bookmark_expires() -> None:
    with Simulator(World(pins_per_board=40)) as sim, Client(sim) as api:
        bookmark = next_bookmark(api)
        sim.advance(86_400 + 1)

        assert "expired" in refusal(api.call("boards/list_pins", bookmark=bookmark)).message

"""The simulator refuses the parameters that Pinterest refuses, one case for each rule."""

import pytest

from integration_tests.simulator.endpoints import ENDPOINTS
from integration_tests.simulator_tests.refusals import refusal
from integration_tests.support.api_client import Client, legal_calls
from integration_tests.support.pinterest import Simulator, World

OPERATION_IDS = sorted(operation.operation_id for operation in ENDPOINTS)
LISTS = ("boards/list", "board_sections/list", "boards/list_pins", "board_sections/list_pins", "ad_accounts/list")
ENTITIES = ("campaigns/list", "ad_groups/list", "ads/list")
ENTITY_ANALYTICS = {"campaigns/analytics": "campaign_ids", "ad_groups/analytics": "ad_group_ids"}
ADS_ANALYTICS = ("ad_account/analytics", *ENTITY_ANALYTICS, "ads/analytics")
ANALYTICS = (*ADS_ANALYTICS, "user_account/analytics")


def test_the_legal_call_is_answered(api: Client) -> None:
    for operation_id in OPERATION_IDS:
        answer = api.call(operation_id)

        assert answer.status_code == 200, operation_id
        assert answer.json(), operation_id


def test_an_unknown_parameter_is_refused(api: Client) -> None:
    for operation_id in OPERATION_IDS:
        assert refusal(api.call(operation_id, nonsense="1")) == (400, 1, "Unknown parameter 'nonsense'."), operation_id


def test_a_page_size_outside_1_to_250_is_refused(api: Client) -> None:
    for page_size in ["0", "251", "-1", "ten", "", "25.0"]:
        for operation_id in [*LISTS, *ENTITIES]:
            assert refusal(api.call(operation_id, page_size=page_size))[:2] == (400, 1), (operation_id, page_size)


def test_a_page_may_be_shorter_than_asked_for() -> None:
    with Simulator(World(boards=1, pins_per_board=7, sections_per_board=0), page_cap=3) as sim, Client(sim) as api:
        pages = api.pages(legal_calls(sim.world)["boards/list_pins"].path, page_size=250)

    assert [len(page) for page in pages] == [3, 3, 1]


def test_a_page_has_25_items_unless_asked_otherwise(api: Client) -> None:
    assert len(api.call("boards/list_pins").json()["items"]) == 25
    assert len(api.call("boards/list_pins", page_size=1).json()["items"]) == 1
    assert len(api.call("boards/list_pins", page_size=250).json()["items"]) == 46


def test_a_missing_parameter_is_refused(api: Client) -> None:
    for operation_id, name in (
        [(operation_id, name) for operation_id in ANALYTICS for name in ("start_date", "end_date")]
        + [(operation_id, name) for operation_id in ADS_ANALYTICS for name in ("columns", "granularity")]
        + list(ENTITY_ANALYTICS.items())
    ):
        answer = api.call(operation_id, **{name: None})

        assert refusal(answer) == (400, 1, f"Missing required parameter '{name}'."), (operation_id, name)


def test_a_value_outside_its_enumeration_is_refused(api: Client) -> None:
    for operation_id, name, value in [
        *((operation_id, "entity_statuses", "DELETED") for operation_id in ENTITIES),
        *((operation_id, "order", "UP") for operation_id in ENTITIES),
        *((operation_id, "granularity", "DAILY") for operation_id in ADS_ANALYTICS),
        *((operation_id, "columns", "SPEND_IN_DOLLAR,SPEND") for operation_id in ADS_ANALYTICS),
        *((operation_id, "columns", "") for operation_id in ADS_ANALYTICS),
        *((operation_id, "click_window_days", "2") for operation_id in ADS_ANALYTICS),
        *((operation_id, "engagement_window_days", "31") for operation_id in ADS_ANALYTICS),
        *((operation_id, "view_window_days", "") for operation_id in ADS_ANALYTICS),
        *((operation_id, "conversion_report_time", "TIME_OF_CLICK") for operation_id in ADS_ANALYTICS),
        *((operation_id, "reporting_timezone", "UTC") for operation_id in ADS_ANALYTICS),
        ("ad_groups/list", "translate_interests_to_names", "yes"),
        ("ad_accounts/list", "include_shared_accounts", "True"),
        ("boards/list", "privacy", "FRIENDS"),
        ("boards/list_pins", "creative_types", "GIF"),
        ("boards/list_pins", "pin_metrics", "1"),
        ("user_account/analytics", "metric_types", "CLOSEUP"),
        ("user_account/analytics", "split_field", "DAY"),
        ("user_account/analytics", "content_type", "BOTH"),
        ("user_account/analytics", "source", "MINE"),
        ("user_account/analytics", "app_types", "TV"),
        ("user_account/analytics", "pin_format", "GIF"),
        ("user_account/analytics", "from_claimed_content", "ALL"),
    ]:
        answer = refusal(api.call(operation_id, **{name: value}))

        assert answer[:2] == (400, 1), (operation_id, name, value)
        assert name in answer.message, (operation_id, name, value)


@pytest.mark.parametrize("date", [None, "yesterday", "2026-02-30"])
def test_a_ready_state_is_that_of_a_day(api: Client, date: str | None) -> None:
    assert refusal(api.call("metrics_ready_state/get", date=date))[:2] == (400, 1)


def test_a_parameter_given_twice_is_refused(api: Client) -> None:
    for name in ["granularity", "columns", "start_date", "click_window_days"]:
        value = {"granularity": "DAY", "columns": "CTR", "start_date": "2026-01-01", "click_window_days": "30"}[name]

        assert "given 2 times" in refusal(api.call("campaigns/analytics", **{name: [value, value]})).message, name


def test_ids_are_at_most_250_and_digits(api: Client) -> None:
    for operation_id, name in [
        *ENTITY_ANALYTICS.items(),
        ("ads/analytics", "ad_ids"),
        ("ads/list", "ad_ids"),
        ("campaigns/list", "campaign_ids"),
    ]:
        legal = [str(number) for number in range(100, 350)]

        assert api.call(operation_id, **{name: legal}).status_code == 200, (operation_id, name)
        assert api.call(operation_id, **{name: ",".join(legal)}).status_code == 200, (operation_id, name)
        assert "maximum is 250" in refusal(api.call(operation_id, **{name: [*legal, "7"]})).message, (
            operation_id,
            name,
        )
        assert "maximum is 250" in refusal(api.call(operation_id, **{name: ",".join([*legal, "7"])})).message, (
            operation_id,
            name,
        )
        assert refusal(api.call(operation_id, **{name: "12a"}))[:2] == (400, 1), (operation_id, name)
        assert refusal(api.call(operation_id, **{name: "1,,2"}))[:2] == (400, 1), (operation_id, name)


def test_pin_ids_are_at_most_100(api: Client) -> None:
    query = {"ad_ids": None, "campaign_ids": "1"}

    assert api.call("ads/analytics", **query, pin_ids=["1"] * 100).status_code == 200
    assert "maximum is 100" in refusal(api.call("ads/analytics", **query, pin_ids=["1"] * 101)).message


@pytest.mark.parametrize("name", ["campaign_ids", "ad_account_id"])
def test_ids_on_the_ads_side_are_at_most_18_digits(api: Client, name: str) -> None:
    operation_id = {"campaign_ids": "campaigns/list", "ad_account_id": "boards/list"}[name]

    answer = api.call(operation_id, **{name: "1" * 19})

    assert refusal(answer) == (400, 1, f"{name} is too long. The maximum length is 18 characters.")


def test_a_path_id_is_as_strict(api: Client) -> None:
    too_long = api.get(f"/ad_accounts/{'1' * 19}/campaigns")

    assert refusal(too_long).message == "ad_account_id is too long. The maximum length is 18 characters."
    assert refusal(api.get("/boards/first/pins"))[:2] == (400, 1)


def test_filters_exclude_each_other(api: Client) -> None:
    assert refusal(api.call("ad_groups/list", campaign_ids="1", ad_group_ids="2"))[:2] == (400, 1)
    assert refusal(api.call("ads/list", ad_ids="1", ad_group_ids="2"))[:2] == (400, 1)


def test_ads_are_named_in_one_way(api: Client) -> None:
    assert refusal(api.call("ads/analytics", ad_ids=None))[:2] == (400, 1)
    assert refusal(api.call("ads/analytics", ad_ids=None, campaign_ids="1"))[:2] == (400, 1)
    assert refusal(api.call("ads/analytics", campaign_ids="1", pin_ids="1"))[:2] == (400, 1)


@pytest.mark.parametrize(
    "beta", [{"aggregate_report_rows": "true"}, {"reporting_timezone": "AD_ACCOUNT_TIME_ZONE"}], ids=str
)
def test_beta_features_are_refused(api: Client, beta: dict[str, str]) -> None:
    assert refusal(api.call("campaigns/analytics", **beta))[:2] == (403, 29)

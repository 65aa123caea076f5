"""Does the simulator refuse what Pinterest refuses? One case for each rule."""

from collections.abc import Iterator
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any, NamedTuple

import pytest

from integration_tests.simulator import ALL_SCOPES, Kind, Settings
from integration_tests.simulator.endpoints import ENDPOINTS
from integration_tests.simulator.lists.ad_group_lists import KeywordBatches
from integration_tests.support.api_client import Client, legal_calls
from integration_tests.support.pinterest import Simulator, World

OPERATION_IDS = sorted(operation.operation_id for operation in ENDPOINTS)
LISTS = ("boards/list", "board_sections/list", "boards/list_pins", "board_sections/list_pins", "ad_accounts/list")
ENTITIES = ("campaigns/list", "ad_groups/list", "ads/list")
ENTITY_ANALYTICS = {"campaigns/analytics": "campaign_ids", "ad_groups/analytics": "ad_group_ids"}
ADS_ANALYTICS = ("ad_account/analytics", *ENTITY_ANALYTICS, "ads/analytics")
ANALYTICS = (*ADS_ANALYTICS, "user_account/analytics")
LAST_90_DAYS = "You can only get data from the last 90 days."


@pytest.fixture(scope="module")
def sim() -> Iterator[Simulator]:
    with Simulator(
        World(pins_per_board=40, ad_accounts=3, keyword_batches="answered"),
        profile="ample",
        open_betas=["multi_pins/analytics"],
    ) as simulator:
        yield simulator


@pytest.fixture(scope="module")
def api(sim: Simulator) -> Iterator[Client]:
    with Client(sim) as client:
        yield client


class Refusal(NamedTuple):
    """What a refused call is told."""

    status: int
    code: int
    message: str


def refusal(answer: Any) -> Refusal:
    body = answer.json()
    assert set(body) == {"code", "message", "status"}
    return Refusal(answer.status_code, body["code"], body["message"])


# -- parameters


@pytest.mark.parametrize("operation_id", OPERATION_IDS)
def test_the_legal_call_is_answered(api: Client, operation_id: str) -> None:
    answer = api.call(operation_id)

    assert answer.status_code == 200
    assert answer.json()


@pytest.mark.parametrize("operation_id", OPERATION_IDS)
def test_an_unknown_parameter_is_refused(api: Client, operation_id: str) -> None:
    assert refusal(api.call(operation_id, nonsense="1")) == (400, 1, "Unknown parameter 'nonsense'.")


@pytest.mark.parametrize("operation_id", [*LISTS, *ENTITIES])
@pytest.mark.parametrize("page_size", ["0", "251", "-1", "ten", "", "25.0"])
def test_a_page_size_outside_1_to_250_is_refused(api: Client, operation_id: str, page_size: str) -> None:
    assert refusal(api.call(operation_id, page_size=page_size))[:2] == (400, 1)


def test_a_page_may_be_shorter_than_asked_for() -> None:
    with Simulator(World(boards=1, pins_per_board=7, sections_per_board=0), page_cap=3) as sim, Client(sim) as api:
        pages = api.pages(legal_calls(sim.world)["boards/list_pins"].path, page_size=250)

    assert [len(page) for page in pages] == [3, 3, 1]


def test_a_page_has_25_items_unless_asked_otherwise(api: Client) -> None:
    assert len(api.call("boards/list_pins").json()["items"]) == 25
    assert len(api.call("boards/list_pins", page_size=1).json()["items"]) == 1
    assert len(api.call("boards/list_pins", page_size=250).json()["items"]) == 46


@pytest.mark.parametrize(
    ("operation_id", "name"),
    [(operation_id, name) for operation_id in ANALYTICS for name in ("start_date", "end_date")]
    + [(operation_id, name) for operation_id in ADS_ANALYTICS for name in ("columns", "granularity")]
    + list(ENTITY_ANALYTICS.items()),
)
def test_a_missing_parameter_is_refused(api: Client, operation_id: str, name: str) -> None:
    answer = api.call(operation_id, **{name: None})

    assert refusal(answer) == (400, 1, f"Missing required parameter '{name}'.")


@pytest.mark.parametrize(
    ("operation_id", "name", "value"),
    [
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
    ],
)
def test_a_value_outside_its_enumeration_is_refused(api: Client, operation_id: str, name: str, value: str) -> None:
    answer = refusal(api.call(operation_id, **{name: value}))

    assert answer[:2] == (400, 1)
    assert name in answer.message


@pytest.mark.parametrize("date", [None, "yesterday", "2026-02-30"])
def test_a_ready_state_is_that_of_a_day(api: Client, date: str | None) -> None:
    assert refusal(api.call("metrics_ready_state/get", date=date))[:2] == (400, 1)


@pytest.mark.parametrize("name", ["granularity", "columns", "start_date", "click_window_days"])
def test_a_parameter_given_twice_is_refused(api: Client, name: str) -> None:
    value = {"granularity": "DAY", "columns": "CTR", "start_date": "2026-01-01", "click_window_days": "30"}[name]

    assert "given 2 times" in refusal(api.call("campaigns/analytics", **{name: [value, value]})).message


@pytest.mark.parametrize(
    ("operation_id", "name"),
    [
        *ENTITY_ANALYTICS.items(),
        ("ads/analytics", "ad_ids"),
        ("ads/list", "ad_ids"),
        ("campaigns/list", "campaign_ids"),
    ],
)
def test_ids_are_at_most_250_and_digits(api: Client, operation_id: str, name: str) -> None:
    legal = [str(number) for number in range(100, 350)]

    assert api.call(operation_id, **{name: legal}).status_code == 200
    assert api.call(operation_id, **{name: ",".join(legal)}).status_code == 200
    assert "maximum is 250" in refusal(api.call(operation_id, **{name: [*legal, "7"]})).message
    assert "maximum is 250" in refusal(api.call(operation_id, **{name: ",".join([*legal, "7"])})).message
    assert refusal(api.call(operation_id, **{name: "12a"}))[:2] == (400, 1)
    assert refusal(api.call(operation_id, **{name: "1,,2"}))[:2] == (400, 1)


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


# -- dates


@pytest.mark.parametrize("operation_id", ANALYTICS)
@pytest.mark.parametrize("day", ["2026-2-1", "20260201", "2026-02-30", "today", "", "2026-02-01T00:00:00"])
def test_a_date_that_is_none_is_refused(api: Client, operation_id: str, day: str) -> None:
    assert refusal(api.call(operation_id, start_date=day))[:2] == (400, 1)


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


@pytest.mark.parametrize("bookmark", ["nonsense", "", "MjV8MTIz", "ü"])
def test_an_unknown_bookmark_is_refused(api: Client, bookmark: str) -> None:
    assert refusal(api.call("boards/list_pins", bookmark=bookmark))[:2] == (400, 1)


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


# -- access


@pytest.mark.parametrize("authorization", ["", "Bearer ", "Bearer pina_unknown", "Basic eDp5", "pina_unknown"])
def test_a_call_without_a_valid_token_is_refused(api: Client, authorization: str) -> None:
    answer = api.get("/boards", headers={"Authorization": authorization})

    assert refusal(answer)[:2] == (401, 2)


@pytest.mark.parametrize("operation_id", OPERATION_IDS)
def test_a_call_without_its_scopes_is_refused(operation_id: str) -> None:
    operation = next(operation for operation in ENDPOINTS if operation.operation_id == operation_id)
    for missing in operation.scopes:
        with Simulator(scopes=tuple(s for s in ALL_SCOPES if s != missing)) as sim, Client(sim) as api:
            answer = refusal(api.call(operation_id))

        assert answer[:2] == (401, 3)
        assert missing in answer.message


@pytest.mark.parametrize("path", ["", "/campaigns", "/ad_groups", "/ads"])
def test_the_account_of_somebody_else_is_refused(sim: Simulator, api: Client, path: str) -> None:
    assert refusal(api.get(f"/ad_accounts/{sim.world.foreign_account_id}{path}"))[:2] == (403, 29)


def test_organic_calls_for_an_account_of_somebody_else_are_refused(sim: Simulator, api: Client) -> None:
    assert refusal(api.call("boards/list", ad_account_id=sim.world.foreign_account_id))[:2] == (403, 29)
    assert api.call("boards/list", ad_account_id=sim.world.account_id(0)).status_code == 200


def test_an_unknown_board_or_section_is_not_found(sim: Simulator, api: Client) -> None:
    board = legal_calls(sim.world)["boards/get"].path
    other_board = api.get("/boards").json()["items"][1]["id"]
    section = api.get(f"{board}/sections").json()["items"][0]["id"]

    for path in ("/boards/1", "/boards/1/pins", "/boards/1/sections"):
        assert refusal(api.get(path))[:2] == (404, 40)
    assert refusal(api.get(f"{board}/sections/1/pins"))[:2] == (404, 2031)
    assert refusal(api.get(f"/boards/{other_board}/sections/{section}/pins"))[:2] == (404, 2031)


@pytest.mark.parametrize("path", ["/nothing", "/boards/", "/pin", "/ad_accounts/1/nothing"])
def test_an_unknown_path_is_not_found(api: Client, path: str) -> None:
    assert refusal(api.get(path))[:2] == (404, 404)


def test_an_unknown_method_is_refused(api: Client) -> None:
    assert refusal(api.get("/oauth/token"))[:2] == (405, 5)


# -- sizes and headers


def test_a_long_request_line_is_refused(api: Client) -> None:
    ids = [f"{number:018}" for number in range(250)]

    assert api.call("campaigns/list", campaign_ids=ids).status_code == 200
    with Simulator(max_url_length=5_000) as sim, Client(sim) as short:
        assert refusal(short.call("campaigns/list", campaign_ids=ids))[:2] == (414, 414)
        assert short.call("campaigns/list", campaign_ids=ids[:100]).status_code == 200


@pytest.mark.parametrize("status", [400, 414, 431, 503])
def test_a_long_request_line_is_refused_by_a_cdn_in_no_json(status: int) -> None:
    with Simulator(max_url_length=100, long_url_status=status) as sim, Client(sim) as api:
        answer = api.call("campaigns/analytics")
        assert answer.status_code == status
        assert answer.headers["Content-Type"].startswith("text/html")
        assert api.get("/boards").status_code == 200


def test_ids_may_be_joined_or_repeated(api: Client) -> None:
    assert api.call("campaigns/analytics", campaign_ids="1,2").status_code == 200
    assert api.call("campaigns/analytics", campaign_ids=["1", "2"]).status_code == 200


def test_a_very_long_request_line_reaches_the_rule(api: Client) -> None:
    assert refusal(api.call("boards/list", bookmark="x" * 40_000))[:2] == (414, 414)


def test_an_answer_of_too_many_rows_is_refused() -> None:
    with Simulator(max_rows=18) as sim, Client(sim) as api:
        assert api.call("campaigns/analytics").status_code == 200
        ids = [sim.world.entity_id(Kind.CAMPAIGNS, 0, index) for index in range(4)]
        assert refusal(api.call("campaigns/analytics", campaign_ids=ids))[:2] == (413, 413)


def test_an_answer_of_too_many_bytes_is_refused() -> None:
    with Simulator(max_body_bytes=900) as sim, Client(sim) as api:
        ids = [sim.world.entity_id(Kind.CAMPAIGNS, 0, index) for index in range(4)]
        assert api.call("campaigns/analytics", campaign_ids=ids[:1]).status_code == 200
        assert refusal(api.call("campaigns/analytics", campaign_ids=ids))[:2] == (413, 413)


def test_pinterest_is_as_strict_by_default_as_it_is() -> None:
    """What a test needs otherwise, it says."""
    plain, world = Settings(), World()

    assert (plain.profile, plain.open_betas, world.keyword_batches) == ("standard", (), KeywordBatches.RESTRICTED)
    assert (world.hour_column, world.product_item_column) == ("", "")
    assert plain.report_seconds >= 1
    assert plain.max_url_length <= 8 * 1024
    assert plain.max_body_bytes <= 128 * 1024**2


@pytest.mark.parametrize("path", ["/boards", "/nothing", "/boards/1"])
def test_every_response_tells_its_id_its_date_and_the_quota(api: Client, path: str) -> None:
    headers = [api.get(path).headers for _ in range(2)]

    assert headers[0]["x-pinterest-rid"] != headers[1]["x-pinterest-rid"]
    assert headers[0]["Date"].endswith("GMT")
    assert {"x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"} <= set(headers[0])


def test_the_date_runs_with_the_clock() -> None:
    with Simulator(clock=lambda: 1_000_000.0) as sim, Client(sim) as api:
        dates = []
        for seconds in (0, 600):
            sim.advance(seconds)
            dates.append(parsedate_to_datetime(api.get("/boards").headers["Date"]))

    assert dates[0] == sim.world.now.replace(microsecond=0)
    assert dates[1] - dates[0] == timedelta(seconds=600)

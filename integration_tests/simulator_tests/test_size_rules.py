"""The simulator refuses what is too large, and its headers say what Pinterest's do."""

from datetime import timedelta
from email.utils import parsedate_to_datetime

import pytest

from integration_tests.simulator import Kind, Settings
from integration_tests.simulator.lists.ad_group_lists import KeywordBatches
from integration_tests.simulator_tests.refusals import refusal
from integration_tests.support.api_client import Client
from integration_tests.support.pinterest import Simulator, World


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

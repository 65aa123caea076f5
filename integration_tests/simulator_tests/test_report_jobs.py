"""An asynchronous report lives and ends as Pinterest's do."""

from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from integration_tests.simulator import DOWNLOAD, Fault, HeaderStyle
from integration_tests.simulator.__main__ import parse
from integration_tests.simulator_tests.finished_reports import Clock, finished
from integration_tests.support.api_client import Client, download
from integration_tests.support.legal_orders import legal_order
from integration_tests.support.pinterest import Simulator, World


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sim(clock: Clock) -> Iterator[Simulator]:
    with Simulator(World(), clock=clock, report_seconds=20) as simulator:
        yield simulator


@pytest.fixture
def api(sim: Simulator) -> Iterator[Client]:
    with Client(sim) as client:
        yield client


# -- the job


def test_an_order_gives_a_token_and_is_in_progress(api: Client) -> None:
    answer = api.order().json()

    assert answer == {"report_status": "IN_PROGRESS", "token": answer["token"], "message": None}
    assert api.poll(answer["token"]) == {"report_status": "IN_PROGRESS", "url": None, "size": None}


def test_a_job_takes_its_time(api: Client, clock: Clock) -> None:
    token = api.order().json()["token"]
    clock.now += 19.9
    assert api.poll(token)["report_status"] == "IN_PROGRESS"

    clock.now += 0.1
    assert api.poll(token)["report_status"] == "FINISHED"


def test_a_report_is_kept_for_an_hour(api: Client, clock: Clock) -> None:
    token = finished(api, clock)
    clock.now += 3_599
    url = api.poll(token)["url"]
    assert download(url).status_code == 200

    clock.now += 1
    assert api.poll(token) == {"report_status": "EXPIRED", "url": None, "size": None}
    assert download(url).status_code == 404


def test_a_token_holds_for_its_account_only(api: Client, clock: Clock) -> None:
    token = finished(api, clock)

    assert api.poll(token, account=1)["report_status"] == "DOES_NOT_EXIST"
    assert api.poll("nonsense")["report_status"] == "DOES_NOT_EXIST"
    assert api.poll(token)["report_status"] == "FINISHED"


def test_a_token_must_be_escaped_in_the_query(sim: Simulator, api: Client, clock: Clock) -> None:
    token = finished(api, clock)
    unescaped = api.get(f"/ad_accounts/{sim.world.account_id(0)}/reports?token={token}")

    assert unescaped.json()["report_status"] == "DOES_NOT_EXIST"


def test_the_same_order_within_an_hour_is_the_same_job(api: Client, clock: Clock) -> None:
    token = finished(api, clock)

    assert api.order().json()["token"] == token
    assert api.order(1).json()["token"] != token
    assert api.order(columns=["CAMPAIGN_ID"]).json()["token"] != token
    clock.now += 3_600 - 20
    assert api.order().json()["token"] != token


def test_a_job_that_ended_badly_is_not_given_again(sim: Simulator, api: Client) -> None:
    sim.add_fault(Fault("report_failed"))
    token = api.order().json()["token"]
    assert api.poll(token)["report_status"] == "FAILED"

    assert api.order().json()["token"] != token


def test_the_same_order_may_always_be_a_job_of_its_own() -> None:
    with Simulator(reuse_report_tokens=False) as sim, Client(sim) as api:
        assert api.order().json()["token"] != api.order().json()["token"]


def test_a_report_takes_next_to_no_time_by_default() -> None:
    with Simulator() as sim, Client(sim) as api:
        token = api.order().json()["token"]
        sim.advance(0.05)

        assert api.poll(token)["report_status"] == "FINISHED"


def test_orders_and_polls_spend_the_quota_of_analytics(clock: Clock) -> None:
    clock.now -= clock.now % 60  # a quota's minute begins, and holds the whole test
    plain = Simulator(World(), clock=clock, report_seconds=20, header_style=HeaderStyle.PLAIN)
    with plain as sim, Client(sim) as api:

        def remaining() -> int:
            """Of the category's own quota, whichever is the tightest."""
            return int(api.call("campaigns/analytics").headers["x-ratelimit-remaining"])

        before = remaining()
        url = api.poll(finished(api, clock))["url"]
        assert before - remaining() == 3
        download(url)
        assert before - remaining() == 4
        assert {entry.category for entry in sim.log} == {"ads_analytics", ""}


# -- what tests see of it


def test_the_log_holds_orders_polls_and_downloads(sim: Simulator, api: Client, clock: Clock) -> None:
    token = finished(api, clock, level="AD_GROUP", columns=["AD_GROUP_ID", "CTR"])
    url = api.poll(token)["url"]
    download(url)
    order, poll, file = sim.log

    assert order.body == {**legal_order(sim.world), "level": "AD_GROUP", "columns": ["AD_GROUP_ID", "CTR"]}
    assert (order.operation_id, order.method) == ("analytics/create_report", "POST")
    assert (poll.operation_id, poll.values("token")) == ("analytics/get_report", [token])
    assert (file.operation_id, file.category, file.path) == (DOWNLOAD, "", urlsplit(url).path)
    assert {entry.level for entry in sim.log} == {"AD_GROUP"}
    assert {entry.account for entry in sim.log} == {sim.world.account_id(0)}
    assert {entry.status for entry in sim.log} == {200}


def test_a_link_is_a_secret(sim: Simulator, api: Client, clock: Clock) -> None:
    url = api.poll(finished(api, clock))["url"]
    download(url)
    signature = parse_qs(urlsplit(url).query)["X-Amz-Signature"][0]

    assert signature in sim.secrets
    assert signature not in str(sim.log)


def test_something_can_happen_between_order_and_download(sim: Simulator, api: Client, clock: Clock) -> None:
    first = download(api.poll(finished(api, clock))["url"]).content
    sim.after("analytics/get_report", 1, lambda world: world.restate(days_back=400))

    second = download(api.poll(finished(api, clock))["url"]).content

    assert second != first


# -- faults


def test_yesterday_and_today_can_be_ordered_too(sim: Simulator, api: Client, clock: Clock) -> None:
    days = {"start_date": str(sim.world.today - timedelta(days=1)), "end_date": str(sim.world.today)}

    assert download(api.poll(finished(api, clock, **days))["url"]).json()


def test_the_command_line_sizes_and_times_reports() -> None:
    options = ["--report-seconds", "20", "--reuse-report-tokens", "false", "--product-groups", "3", "--hour-column", ""]

    world, behaviour = parse(options)

    assert behaviour == {"report_seconds": 20, "reuse_report_tokens": False}
    assert world == {"product_groups": 3, "hour_column": ""}
    with Simulator(World(**world), **behaviour) as sim, Client(sim) as api:
        assert api.order().status_code == 200

"""Does an asynchronous report live and end as Pinterest's do, and go wrong as a test says?"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests

from integration_tests.simulator import (
    DOWNLOAD,
    FAULT_KINDS,
    REPORT_FAULT_KINDS,
    Fault,
    FaultKind,
    HeaderStyle,
    ReportStatus,
)
from integration_tests.simulator.__main__ import parse
from integration_tests.support.api_client import Client, download
from integration_tests.support.legal_orders import legal_order
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.truth import DEFAULT_COLUMNS

POLL_ENDINGS = {
    FaultKind.REPORT_FAILED: ReportStatus.FAILED,
    FaultKind.REPORT_CANCELLED: ReportStatus.CANCELLED,
    FaultKind.REPORT_EXPIRED: ReportStatus.EXPIRED,
}
DOWNLOAD_REFUSALS = {FaultKind.DOWNLOAD_EXPIRED: (403, b"expired"), FaultKind.DOWNLOAD_503: (503, b"SlowDown")}
TESTED_ALONE = (
    FaultKind.REPORT_DOES_NOT_EXIST,
    FaultKind.REPORT_SLOW,
    FaultKind.DOWNLOAD_CUT,
    FaultKind.DOWNLOAD_TRUNCATED,
)


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


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


def finished(api: Client, clock: Clock, **changes: Any) -> str:
    """The token of a report that has finished."""
    token = str(api.order(**changes).json()["token"])
    clock.now += 20
    return token


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


# -- the download


def test_the_file_lies_on_another_host(sim: Simulator, api: Client, clock: Clock) -> None:
    url = urlsplit(api.poll(finished(api, clock))["url"])

    assert url.hostname == "localhost"
    assert url.hostname != urlsplit(sim.url).hostname
    assert url.path.startswith("/async_reporting_v3/")
    assert url.path.endswith("/metrics_report.txt")
    assert "X-Amz-Signature" in parse_qs(url.query)
    assert requests.get(f"{sim.origin}{url.path}?{url.query}", timeout=5).status_code == 404
    assert download(f"http://{url.netloc}/v5/ad_accounts").status_code == 404


def test_the_host_refuses_a_token(sim: Simulator, api: Client, clock: Clock) -> None:
    url = api.poll(finished(api, clock))["url"]

    answer = download(url, headers={"Authorization": f"Bearer {sim.access_token()}"})

    assert answer.status_code == 400
    assert b"Only one auth mechanism allowed" in answer.content
    assert [entry.status for entry in sim.calls(DOWNLOAD)] == [400]


def test_the_host_knows_no_quota(api: Client, clock: Clock) -> None:
    answer = download(api.poll(finished(api, clock))["url"])

    assert not [name for name in answer.headers if name.lower().startswith(("x-ratelimit", "x-pinterest"))]


def test_a_link_holds_for_five_minutes_and_a_poll_gives_another(api: Client, clock: Clock) -> None:
    token = finished(api, clock)
    url = api.poll(token)["url"]
    clock.now += 299
    assert download(url).status_code == 200

    clock.now += 1
    answer = download(url)
    assert (answer.status_code, answer.headers["Content-Type"]) == (403, "application/xml")
    assert b"<Code>AccessDenied</Code>" in answer.content
    assert download(api.poll(token)["url"]).status_code == 200


@pytest.mark.parametrize("name", ["X-Amz-Signature", "X-Amz-Date"])
def test_a_link_can_not_be_forged(api: Client, clock: Clock, name: str) -> None:
    url = urlsplit(api.poll(finished(api, clock))["url"])
    query = {**{key: values[0] for key, values in parse_qs(url.query).items()}, name: "20300101T000000Z"}

    assert download(url._replace(query=urlencode(query)).geturl()).status_code == 403
    assert download(url._replace(query="").geturl()).status_code == 403


def test_a_small_file_tells_its_size(api: Client, clock: Clock) -> None:
    answer = api.poll(finished(api, clock))
    file = download(answer["url"])

    assert answer["size"] == len(file.content) == int(file.headers["Content-Length"])


def test_a_large_file_is_made_while_it_is_sent(sim: Simulator, api: Client, clock: Clock) -> None:
    answer = api.poll(finished(api, clock, columns=[*DEFAULT_COLUMNS]))
    file = download(answer["url"])

    assert answer["size"] is None
    assert "Content-Length" not in file.headers
    assert len(file.content) > 500_000
    assert sim.calls(DOWNLOAD)[0].body_bytes == len(file.content)


def test_an_empty_report_is_an_empty_object(api: Client, clock: Clock) -> None:
    answer = api.poll(finished(api, clock, campaign_ids=["1"]))

    assert answer["size"] == 2
    assert download(answer["url"]).content == b"{}"


def test_a_file_that_nobody_reads_to_its_end_does_not_hold_the_stop_up() -> None:
    world = World(campaigns=10_000, full_rows=True)
    with Simulator(world, report_seconds=0) as sim, Client(sim) as api:
        url = api.poll(api.order(columns=[*DEFAULT_COLUMNS]).json()["token"])["url"]
        with requests.Session() as session:
            answer = session.get(url, stream=True, timeout=5)
            assert answer.raw.read(1_000)
            answer.close()


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


def test_every_report_fault_is_tested_here() -> None:
    assert {*POLL_ENDINGS, *DOWNLOAD_REFUSALS, *TESTED_ALONE} == set(REPORT_FAULT_KINDS)
    assert set(REPORT_FAULT_KINDS) | set(FAULT_KINDS) == set(FaultKind)
    assert not set(REPORT_FAULT_KINDS) & set(FAULT_KINDS)


@pytest.mark.parametrize(("kind", "status"), POLL_ENDINGS.items())
def test_a_job_may_end_badly(sim: Simulator, api: Client, clock: Clock, kind: FaultKind, status: ReportStatus) -> None:
    sim.add_fault(Fault(kind, after=1))
    token = finished(api, clock)
    url = api.poll(token)["url"]

    assert [api.poll(token)["report_status"] for _ in range(2)] == [status, status]
    assert download(url).status_code == 404
    assert sim.fired(kind) == 1
    assert api.poll(finished(api, clock))["report_status"] == "FINISHED"


def test_a_token_may_be_unknown_for_a_moment(sim: Simulator, api: Client, clock: Clock) -> None:
    sim.add_fault(Fault("report_does_not_exist", times=2))
    token = finished(api, clock)

    assert [api.poll(token)["report_status"] for _ in range(3)] == ["DOES_NOT_EXIST", "DOES_NOT_EXIST", "FINISHED"]


def test_a_job_may_be_slow(sim: Simulator, api: Client, clock: Clock) -> None:
    sim.add_fault(Fault("report_slow", seconds=7_200))
    token = finished(api, clock)
    clock.now += 7_199
    assert api.poll(token)["report_status"] == "IN_PROGRESS"

    clock.now += 1
    assert api.poll(token)["report_status"] == "FINISHED"


@pytest.mark.parametrize("columns", [["CAMPAIGN_ID", "CTR"], [*DEFAULT_COLUMNS]], ids=["small", "large"])
def test_a_download_may_be_cut(sim: Simulator, api: Client, clock: Clock, columns: list[str]) -> None:
    sim.add_fault(Fault("download_cut"))
    url = api.poll(finished(api, clock, columns=columns))["url"]

    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        download(url)
    assert download(url).json()


@pytest.mark.parametrize("columns", [["CAMPAIGN_ID", "CTR"], [*DEFAULT_COLUMNS]], ids=["small", "large"])
def test_a_download_may_arrive_whole_and_hold_half(
    sim: Simulator, api: Client, clock: Clock, columns: list[str]
) -> None:
    sim.add_fault(Fault("download_truncated"))
    url = api.poll(finished(api, clock, columns=columns))["url"]
    half, whole = download(url), download(url)

    assert int(half.headers["Content-Length"]) == len(half.content)
    assert whole.content.startswith(half.content)
    with pytest.raises(requests.exceptions.JSONDecodeError):
        half.json()


@pytest.mark.parametrize(("kind", "expected"), DOWNLOAD_REFUSALS.items())
def test_a_download_may_be_refused(
    sim: Simulator, api: Client, clock: Clock, kind: FaultKind, expected: tuple[int, bytes]
) -> None:
    sim.add_fault(Fault(kind))
    url = api.poll(finished(api, clock))["url"]
    refused = download(url)

    assert refused.status_code == expected[0]
    assert expected[1] in refused.content
    assert download(url).status_code == 200


@pytest.mark.parametrize("operation_id", ["analytics/create_report", "analytics/get_report"])
@pytest.mark.parametrize(("kind", "status"), [("rate_limited", 429), ("503", 503)])
def test_orders_and_polls_know_the_faults_of_every_call(
    sim: Simulator, api: Client, operation_id: str, kind: str, status: int
) -> None:
    sim.add_fault(Fault(kind, on=operation_id))
    api.poll(str(api.order().json().get("token")))

    assert [entry.status for entry in sim.calls(operation_id)] == [status]
    assert api.order().status_code == 200


def test_a_fault_on_everything_spares_downloads_and_one_on_downloads_the_rest(
    sim: Simulator, api: Client, clock: Clock
) -> None:
    url = api.poll(finished(api, clock))["url"]
    sim.add_faults([Fault("503", times=None), Fault("reset_before_body", on=DOWNLOAD, after=1)])

    assert api.order().status_code == 503
    assert download(url).status_code == 200
    with pytest.raises(requests.exceptions.ConnectionError):
        download(url)


@pytest.mark.parametrize("kind", ["report_failed", "report_slow", "download_503"])
def test_a_fault_may_hit_one_account_or_level_only(sim: Simulator, api: Client, clock: Clock, kind: str) -> None:
    world = sim.world
    sim.add_fault(Fault(kind, account=world.account_id(1), level="AD_GROUP", times=None))

    def is_well(account: int, level: str) -> bool:
        token = api.order(account, level=level).json()["token"]
        clock.now += 20
        url = api.poll(token, account)["url"]
        return url is not None and download(url).status_code == 200

    assert is_well(0, "AD_GROUP")
    assert is_well(1, "CAMPAIGN")
    assert not is_well(1, "AD_GROUP")


def test_a_fault_keeps_to_its_own_step() -> None:
    with Simulator(faults=[Fault(kind, times=None) for kind in REPORT_FAULT_KINDS]) as sim, Client(sim) as api:
        assert api.call("campaigns/analytics").status_code == 200
        assert api.get("/boards").status_code == 200
        assert sim.fired("report_slow") == 0


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

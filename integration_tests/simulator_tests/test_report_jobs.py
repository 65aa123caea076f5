"""A report lives, is downloaded and goes wrong as Pinterest's do."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests

from integration_tests.simulator import DOWNLOAD, REPORT_STEPS, Fault, FaultKind, HeaderStyle, ReportStatus
from integration_tests.support.api_client import Client, download
from integration_tests.support.legal_orders import legal_order
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.truth import DEFAULT_COLUMNS

SMALL, LARGE = ["CAMPAIGN_ID", "CTR"], [*DEFAULT_COLUMNS]
"""Columns of a file that is sent at once, and of one that is made while it is sent."""
ENDINGS = {
    FaultKind.REPORT_FAILED: ReportStatus.FAILED,
    FaultKind.REPORT_CANCELLED: ReportStatus.CANCELLED,
    FaultKind.REPORT_EXPIRED: ReportStatus.EXPIRED,
}
REFUSED_DOWNLOADS = {FaultKind.DOWNLOAD_EXPIRED: (403, b"expired"), FaultKind.DOWNLOAD_503: (503, b"SlowDown")}


@pytest.fixture
def sim() -> Iterator[Simulator]:
    """On a clock that stands still until it is moved, at the beginning of a minute."""
    with Simulator(World(), clock=lambda: 1_200_000.0, report_seconds=20) as simulator:
        yield simulator


@pytest.fixture
def api(sim: Simulator) -> Iterator[Client]:
    with Client(sim) as client:
        yield client


def finished(sim: Simulator, api: Client, account: int = 0, /, **changes: Any) -> str:
    """The token of a report that has finished."""
    token = str(api.order(account, **changes).json()["token"])
    sim.advance(20)
    return token


def link(sim: Simulator, api: Client, **changes: Any) -> str:
    """The link to the file of a report that has finished."""
    return str(api.poll(finished(sim, api, **changes))["url"])


# -- the job


def test_a_job_takes_its_time_and_is_kept_for_an_hour(sim: Simulator, api: Client) -> None:
    answer = api.order().json()
    token = answer["token"]
    assert answer == {"report_status": "IN_PROGRESS", "token": token, "message": None}
    sim.advance(19.9)
    assert api.poll(token) == {"report_status": "IN_PROGRESS", "url": None, "size": None}
    sim.advance(0.1)
    assert api.poll(token)["report_status"] == "FINISHED"
    sim.advance(3_599)
    url = api.poll(token)["url"]
    assert download(url).status_code == 200
    sim.advance(1)
    assert api.poll(token) == {"report_status": "EXPIRED", "url": None, "size": None}
    assert download(url).status_code == 404


def test_a_token_holds_for_its_account_and_as_it_was_given(sim: Simulator, api: Client) -> None:
    token = finished(sim, api)
    unescaped = api.get(f"/ad_accounts/{sim.world.account_id(0)}/reports?token={token}").json()

    assert api.poll(token)["report_status"] == "FINISHED"
    for answer in (api.poll(token, account=1), api.poll("nonsense"), unescaped):
        assert answer["report_status"] == "DOES_NOT_EXIST"


def test_the_same_report_within_an_hour_has_the_same_token(sim: Simulator, api: Client) -> None:
    token = finished(sim, api)

    assert api.order().json()["token"] == token
    assert api.order(1).json()["token"] != token
    assert api.order(columns=["CAMPAIGN_ID"]).json()["token"] != token
    sim.advance(3_600 - 20)
    assert api.order().json()["token"] != token


def test_orders_and_polls_spend_the_quota_of_analytics_and_downloads_none() -> None:
    style = HeaderStyle.PLAIN
    with Simulator(clock=lambda: 1_200_000.0, report_seconds=20, header_style=style) as sim, Client(sim) as api:

        def remaining() -> int:
            return int(api.call("campaigns/analytics").headers["x-ratelimit-remaining"])

        before = remaining()
        answer = download(link(sim, api))
        assert before - remaining() == 3
        assert not [name for name in answer.headers if name.lower().startswith(("x-ratelimit", "x-pinterest"))]
        assert {entry.category for entry in sim.log} == {"ads_analytics", ""}


def test_the_log_holds_orders_polls_and_downloads_and_no_signature(sim: Simulator, api: Client) -> None:
    token = finished(sim, api, level="AD_GROUP", columns=["AD_GROUP_ID", "CTR"])
    url = api.poll(token)["url"]
    download(url)
    order, poll, file = sim.log

    assert order.body == {**legal_order(sim.world), "level": "AD_GROUP", "columns": ["AD_GROUP_ID", "CTR"]}
    assert (order.operation_id, order.method) == ("analytics/create_report", "POST")
    assert (poll.operation_id, poll.values("token")) == ("analytics/get_report", [token])
    assert (file.operation_id, file.category, file.path) == (DOWNLOAD, "", urlsplit(url).path)
    assert {(entry.level, entry.account, entry.status) for entry in sim.log} == {
        ("AD_GROUP", sim.world.account_id(0), 200)
    }
    signature = parse_qs(urlsplit(url).query)["X-Amz-Signature"][0]
    assert signature in sim.secrets
    assert signature not in str(sim.log)


# -- its file


def test_the_file_lies_on_another_host_that_refuses_a_token(sim: Simulator, api: Client) -> None:
    url = urlsplit(link(sim, api))

    assert url.hostname == "localhost"
    assert url.hostname != urlsplit(sim.url).hostname
    assert requests.get(f"{sim.origin}{url.path}?{url.query}", timeout=5).status_code == 404
    assert download(f"http://{url.netloc}/v5/ad_accounts").status_code == 404
    answer = download(url.geturl(), headers={"Authorization": f"Bearer {sim.access_token()}"})
    assert answer.status_code == 400
    assert b"Only one auth mechanism allowed" in answer.content


def test_a_link_holds_for_five_minutes_and_a_poll_gives_another(sim: Simulator, api: Client) -> None:
    token = finished(sim, api)
    url = api.poll(token)["url"]
    sim.advance(299)
    assert download(url).status_code == 200

    sim.advance(1)
    answer = download(url)
    assert (answer.status_code, answer.headers["Content-Type"]) == (403, "application/xml")
    assert b"<Code>AccessDenied</Code>" in answer.content
    assert download(api.poll(token)["url"]).status_code == 200


def test_a_link_can_not_be_forged(sim: Simulator, api: Client) -> None:
    url = urlsplit(link(sim, api))
    query = {key: values[0] for key, values in parse_qs(url.query).items()}

    for forged in ({}, {**query, "X-Amz-Signature": "1"}, {**query, "X-Amz-Date": "20300101T000000Z"}):
        assert download(url._replace(query=urlencode(forged)).geturl()).status_code == 403


def test_a_small_file_tells_its_size_and_a_large_one_is_made_while_it_is_sent(sim: Simulator, api: Client) -> None:
    empty, small, large = (
        api.poll(finished(sim, api, **changes))
        for changes in ({"campaign_ids": ["1"]}, {"columns": SMALL}, {"columns": LARGE})
    )

    assert (empty["size"], download(empty["url"]).content) == (2, b"{}")
    file = download(small["url"])
    assert small["size"] == len(file.content) == int(file.headers["Content-Length"])
    file = download(large["url"])
    assert large["size"] is None
    assert "Content-Length" not in file.headers
    assert len(file.content) > 500_000
    assert sim.calls(DOWNLOAD)[-1].body_bytes == len(file.content)


def test_a_file_that_nobody_reads_to_its_end_does_not_hold_the_stop_up() -> None:
    with Simulator(World(campaigns=10_000, full_rows=True), report_seconds=0) as sim, Client(sim) as api:
        url = api.poll(api.order(columns=LARGE).json()["token"])["url"]
        with requests.Session() as session:
            answer = session.get(url, stream=True, timeout=5)
            assert answer.raw.read(1_000)
            answer.close()


# -- what goes wrong


@pytest.mark.parametrize(("kind", "status"), ENDINGS.items())
def test_a_job_may_end_badly_and_is_not_given_again(
    sim: Simulator, api: Client, kind: FaultKind, status: ReportStatus
) -> None:
    sim.add_fault(Fault(kind, after=1))
    token = finished(sim, api)
    url = api.poll(token)["url"]

    assert [api.poll(token)["report_status"] for _ in range(2)] == [status, status]
    assert download(url).status_code == 404
    assert sim.fired(kind) == 1
    assert api.poll(finished(sim, api))["report_status"] == "FINISHED"


def test_a_job_may_be_slow_and_its_token_unknown_for_a_moment(sim: Simulator, api: Client) -> None:
    sim.add_faults([Fault("report_does_not_exist", times=2), Fault("report_slow", seconds=7_200)])
    token = finished(sim, api)
    sim.advance(7_199)
    told = [api.poll(token)["report_status"] for _ in range(3)]
    sim.advance(1)

    assert told == ["DOES_NOT_EXIST", "DOES_NOT_EXIST", "IN_PROGRESS"]
    assert api.poll(token)["report_status"] == "FINISHED"


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        (FaultKind.REPORT_IN_PROGRESS, {"report_status": "IN_PROGRESS"}),
        (FaultKind.REPORT_IN_LOWER_CASE, {"report_status": "finished"}),
        (FaultKind.REPORT_UNKNOWN_STATUS, {"report_status": "QUEUED"}),
        (FaultKind.REPORT_WITHOUT_STATUS, {}),
        (FaultKind.REPORT_WITHOUT_LINK, {"report_status": "FINISHED"}),
    ],
)
def test_a_poll_may_tell_a_finished_job_otherwise(
    sim: Simulator, api: Client, kind: FaultKind, told: dict[str, str]
) -> None:
    sim.add_fault(Fault(kind))
    token = finished(sim, api, columns=SMALL)
    first, second = api.poll(token), api.poll(token)

    has_link = kind is FaultKind.REPORT_IN_LOWER_CASE
    assert {name: value for name, value in first.items() if name not in {"url", "size"}} == told
    assert (bool(first["url"]), bool(first["size"])) == (has_link, has_link)
    assert (second["report_status"], bool(second["url"])) == ("FINISHED", True)


@pytest.mark.parametrize("columns", [SMALL, LARGE], ids=["small", "large"])
def test_a_download_may_be_cut_or_arrive_whole_and_hold_half(sim: Simulator, api: Client, columns: list[str]) -> None:
    url = link(sim, api, columns=columns)
    sim.add_faults([Fault("download_cut"), Fault("download_truncated")])

    with pytest.raises(requests.exceptions.ChunkedEncodingError):
        download(url)
    half, whole = download(url), download(url)
    assert int(half.headers["Content-Length"]) == len(half.content) < len(whole.content)
    assert whole.content.startswith(half.content)
    assert whole.json()


def test_a_download_may_be_refused(sim: Simulator, api: Client) -> None:
    url = link(sim, api)
    for kind, (status, told) in REFUSED_DOWNLOADS.items():
        sim.add_fault(Fault(kind))
        refused = download(url)

        assert refused.status_code == status
        assert told in refused.content
        assert download(url).status_code == 200


def test_faults_of_calls_hit_orders_and_polls_and_downloads_by_their_name_only(sim: Simulator, api: Client) -> None:
    url = link(sim, api)
    sim.add_faults([Fault("503", on="analytics/get_report"), Fault("rate_limited", on="analytics/create_report")])
    assert [api.order().status_code for _ in range(2)] == [429, 200]
    assert "url" not in api.poll("x")
    sim.add_faults([Fault("503", times=None), Fault("reset_before_body", on=DOWNLOAD, after=1)])
    assert api.order().status_code == 503
    assert download(url).status_code == 200
    with pytest.raises(requests.exceptions.ConnectionError):
        download(url)


@pytest.mark.parametrize("kind", ["report_failed", "report_slow", "download_503"])
def test_a_fault_may_hit_one_account_or_level_only(sim: Simulator, api: Client, kind: str) -> None:
    sim.add_fault(Fault(kind, account=sim.world.account_id(1), level="AD_GROUP", times=None, seconds=60))

    for account, level, is_well in [(0, "AD_GROUP", True), (1, "CAMPAIGN", True), (1, "AD_GROUP", False)]:
        url = api.poll(finished(sim, api, account, level=level), account)["url"]
        assert (url is not None and download(url).status_code == 200) is is_well, (account, level)


def test_a_fault_of_reports_keeps_to_its_own_step() -> None:
    with Simulator(faults=[Fault(kind, times=None) for kind in REPORT_STEPS]) as sim, Client(sim) as api:
        assert api.call("campaigns/analytics").status_code == 200
        assert api.get("/boards").status_code == 200
        assert sim.fired("report_slow") == 0

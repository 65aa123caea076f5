"""A report goes wrong in the way that a test says, and in no other."""

from collections.abc import Iterator

import pytest
import requests

from integration_tests.simulator import DOWNLOAD, FAULT_KINDS, REPORT_FAULT_KINDS, Fault, FaultKind, ReportStatus
from integration_tests.simulator_tests.finished_reports import Clock, finished
from integration_tests.support.api_client import Client, download
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

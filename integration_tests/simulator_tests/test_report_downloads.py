"""The file of a report lies where Pinterest's does, for as long, and for nobody else."""

from collections.abc import Iterator
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests

from integration_tests.simulator import DOWNLOAD
from integration_tests.simulator_tests.finished_reports import Clock, finished
from integration_tests.support.api_client import Client, download
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.truth import DEFAULT_COLUMNS


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

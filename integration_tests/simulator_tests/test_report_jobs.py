"""A report lives, is downloaded and goes wrong as Pinterest's do. Faults that a sync would notice are in the table."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from integration_tests.simulator_tests.api_client import Client, download
from integration_tests.support.pinterest import Simulator, World
from integration_tests.support.worlds import simulated

sim = simulated(World, clock=lambda: 1_200_000.0, report_seconds=20)
"""On a clock that stands still until it is moved, at the beginning of a minute."""


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


def test_the_file_lies_on_another_host_that_rejects_a_token(sim: Simulator, api: Client) -> None:
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

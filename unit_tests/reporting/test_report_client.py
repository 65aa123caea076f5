"""Reports are created with the requests that Pinterest expects."""

from dataclasses import replace
from typing import Any

import pytest
import requests

from source_pinterest.api import DEFAULT_BASE_URL
from source_pinterest.api.errors import (
    ConfigError,
    MissingEntitlementError,
    NotFoundError,
    PinterestError,
    TaskError,
    UnavailableError,
)
from source_pinterest.reporting.client import ReportEndpoint, ReportStatus
from unit_tests.answers import refused
from unit_tests.reporting.clients import CREATED, FILE, REPORTS, Client, days, finished, request


def test_a_report_is_requested_in_the_body_and_polled_by_its_token(client: Client) -> None:
    client.mock.post(REPORTS, [CREATED])

    assert client.reports.create(request(days(3), columns=["CTR"])) == "a token"
    [sent] = client.mock.request_history
    assert sent.json() == {
        "start_date": "2026-01-01",
        "end_date": "2026-01-03",
        "report_format": "JSON",
        "level": "CAMPAIGN",
        "granularity": "DAY",
        "columns": ["CTR"],
    }
    assert sent.qs == {}
    assert sent.headers["Authorization"] == "Bearer false-access-token"


def test_the_id_of_an_account_is_one_piece_of_the_path(client: Client) -> None:
    reports = f"{DEFAULT_BASE_URL}/ad_accounts/..%2F11%3Fx%3D1%23y/reports"
    client.mock.post(reports, [CREATED])
    client.mock.get(reports, [finished(FILE)])
    strange = request(account="../11?x=1#y")

    assert client.reports.create(strange) == "a token"
    assert client.reports.poll(strange, "a token")[:2] == (ReportStatus.FINISHED, FILE)


@pytest.mark.parametrize(("told", "token"), [("a token", "a token"), (2**62, str(2**62))])
def test_a_response_to_a_creation_needs_nothing_but_a_token(client: Client, told: Any, token: str) -> None:
    client.mock.post(REPORTS, json={"token": told})

    assert client.reports.create(request()) == token


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        (refused(400, 1, "Column LEVEL_ID is not available"), ConfigError, "this report.*LEVEL_ID"),
        (refused(400, 1, "Ad account has no billing profile"), TaskError, "2026-01-10 of ad account 11.*no billing"),
        *((refused(status), TaskError, f"of ad account 11.*HTTP {status}") for status in (302, 405, 410, 422, 501)),
        (refused(404, 1), NotFoundError, None),
        (refused(401, 3), MissingEntitlementError, None),
        ({"exc": requests.ReadTimeout}, UnavailableError, r"ad_accounts/\d+/reports"),
        ({"exc": requests.ConnectionError}, UnavailableError, "could not be reached"),
        ({"text": "<html>"}, UnavailableError, None),
        ({"text": "[]"}, TaskError, "does not know: ad_accounts/11/reports"),
        ({"json": {"token": None}}, TaskError, "does not know: ad_accounts/11/reports"),
        ({"json": {"token": ""}}, TaskError, "does not know: ad_accounts/11/reports"),
        ({"json": {"token": "x" * 8_001}}, TaskError, "does not know: ad_accounts/11/reports"),
    ],
)
def test_each_response_without_a_token_has_the_error_of_its_status(
    client: Client, answer: dict[str, Any], error: type[PinterestError], words: str | None
) -> None:
    client.mock.post(REPORTS, [answer])

    with pytest.raises(error, match=words):
        client.reports.create(request(columns=["LEVEL_ID"]))


MMM = f"{DEFAULT_BASE_URL}/ad_accounts/11/mmm_reports"
AS_MMM = replace(request(days(3), columns=["CTR"]), endpoint=ReportEndpoint("ad_accounts/{ad_account_id}/mmm_reports"))


@pytest.mark.parametrize("is_wrapped", [True, False])
def test_a_report_of_another_endpoint_is_created_and_polled_there(client: Client, is_wrapped: bool) -> None:
    """Answers were wrapped before version 5.28 of the API."""

    def answer(**told: str) -> dict[str, Any]:
        return {"json": {"code": 0, "status": "success", "data": told} if is_wrapped else told}

    client.mock.post(MMM, [answer(token="a token", report_status="IN_PROGRESS")])
    client.mock.get(MMM, [answer(report_status="FINISHED", url=FILE)])

    assert client.reports.create(AS_MMM) == "a token"
    assert client.reports.poll(AS_MMM, "a token")[:2] == (ReportStatus.FINISHED, FILE)
    assert client.mock.request_history[0].json() == AS_MMM.as_json()


def test_an_objective_that_pinterest_refuses_costs_itself(client: Client) -> None:
    client.mock.post(MMM, [refused(400, 1, "Not supported: CTV"), CREATED])
    wanted = replace(AS_MMM, body={**AS_MMM.body, "campaign_objective_types": ["SALES", "CTV"]})

    assert client.reports.create(wanted) == "a token"
    assert client.mock.request_history[-1].json()["campaign_objective_types"] == ["SALES"]

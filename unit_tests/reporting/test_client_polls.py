"""The status of a report is understood in every form of the response."""

from typing import Any

import pytest
import requests

from source_pinterest.api.errors import AccessLostError, InvalidRequestError
from source_pinterest.reporting.client import PollResult, ReportStatus
from unit_tests.answers import refused
from unit_tests.reporting.clients import FILE, REPORTS, Client, finished, request


@pytest.mark.parametrize(
    ("answer", "polled"),
    [
        ({"json": {"report_status": "FAILED"}}, PollResult(ReportStatus.FAILED)),
        ({"json": {"report_status": "in_progress", "url": FILE}}, PollResult(ReportStatus.IN_PROGRESS)),
        (refused(404, 1), PollResult(ReportStatus.DOES_NOT_EXIST)),
        (finished(FILE, "5000"), PollResult(ReportStatus.FINISHED, FILE)),
        (finished(FILE, None), PollResult(ReportStatus.FINISHED, FILE)),
        (finished("", 2), PollResult(ReportStatus.FINISHED, seems_empty=True)),
        (finished("", 3), PollResult(ReportStatus.FINISHED)),
    ],
)
def test_a_report_is_polled_by_its_token(client: Client, answer: dict[str, Any], polled: PollResult) -> None:
    client.mock.get(REPORTS, [answer])

    assert client.reports.poll(request(), "a token") == polled
    assert client.mock.request_history[0].qs == {"token": ["a token"]}


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        (refused(400, 1), InvalidRequestError, None),
        (refused(403, 29), AccessLostError, r"^campaign_report: .* ad_accounts/11/reports .*\(HTTP 403, code 29\)"),
    ],
)
def test_a_poll_that_pinterest_refuses_is_an_error(
    client: Client, answer: dict[str, Any], error: type[Exception], words: str | None
) -> None:
    client.mock.get(REPORTS, [answer])

    with pytest.raises(error, match=words):
        client.reports.poll(request(), "a token")


@pytest.mark.parametrize("answer", [refused(503), refused(520), {"exc": requests.ReadTimeout}])
def test_a_report_stays_in_progress_if_a_poll_times_out_or_gets_a_server_error(
    client: Client, answer: dict[str, Any]
) -> None:
    client.mock.get(REPORTS, [answer])

    polled = client.reports.poll(request(), "a token")
    assert (polled.status, polled.url) == (ReportStatus.IN_PROGRESS, "")
    assert polled.failure

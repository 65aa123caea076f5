"""The status of a report is understood in every form of the response."""

import json
import re
from typing import Any
from urllib.parse import quote_plus

import pytest
import requests

from source_pinterest.api.errors import AccessLostError, RejectedError, SliceError, UnavailableError
from source_pinterest.masking import SECRETS
from source_pinterest.reporting.client import Polled, ReportStatus
from unit_tests.answers import refused
from unit_tests.reporting.clients import FILE, REPORTS, Client, finished, request


@pytest.mark.parametrize(
    ("answer", "polled"),
    [
        ({"json": {"report_status": "FAILED"}}, Polled(ReportStatus.FAILED)),
        ({"json": {"report_status": "in_progress", "url": FILE}}, Polled(ReportStatus.IN_PROGRESS)),
        (refused(404, 1), Polled(ReportStatus.DOES_NOT_EXIST)),
        (finished(FILE, "5000"), Polled(ReportStatus.FINISHED, FILE, 5_000)),
        (finished(FILE, 1e3), Polled(ReportStatus.FINISHED, FILE, 1_000)),
        (finished(FILE, None), Polled(ReportStatus.FINISHED, FILE)),
        (finished(FILE, "many"), Polled(ReportStatus.FINISHED, FILE)),
    ],
)
def test_a_report_is_polled_by_its_token(client: Client, answer: dict[str, Any], polled: Polled) -> None:
    client.mock.get(REPORTS, [answer])

    assert client.reports.poll(request(), "a token") == polled
    assert client.mock.request_history[0].qs == {"token": ["a token"]}


@pytest.mark.parametrize(
    ("answer", "error", "words"),
    [
        (refused(400, 1), RejectedError, None),
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


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (finished("https://[files.example/report"), "The report's link is not a valid URL."),
    ],
)
def test_a_response_that_is_no_report_is_retried_and_then_an_error(
    client: Client, patient: Client, answer: dict[str, Any], why: str
) -> None:
    client.mock.get(REPORTS, [answer])
    with pytest.raises(SliceError, match=rf" {re.escape(why)}"):
        client.reports.poll(request(), "a token")

    patient.mock.get(REPORTS, [answer, finished(FILE)])
    assert patient.reports.poll(request(), "a token") == Polled(ReportStatus.FINISHED, FILE, 100)


def test_a_reports_link_needs_no_token_and_is_a_secret(client: Client) -> None:
    signed = "X-Amz-Credential=AKIAFALSE%2f20260101&X-Amz-Expires=300&X-Amz-Signature=false-signature&sig=%7e"
    as_sent = signed.replace("%2f", "%2F").replace("%7e", "~")
    client.mock.get(REPORTS, [finished(f"https://files.example/report?{signed}")])
    client.reports.poll(request(), "a token")

    assert SECRETS.mask(f"Max retries exceeded with url: /report?{as_sent}") == (
        "Max retries exceeded with url: /report?****"
    )
    assert SECRETS.mask(f"/report?{signed}") == "/report?****"
    for form in (quote_plus(signed), json.dumps({"url": signed}), "<SignatureProvided>false-signature</"):
        assert "false-signature" not in SECRETS.mask(form)


@pytest.mark.parametrize("name", ["X-Goog-Signature", "X-Goog-Credential", "X-Amz-Security-Token", "sig", "Token"])
def test_a_signature_is_masked_by_itself_whatever_host_it_is_for(name: str, client: Client) -> None:
    client.mock.get(REPORTS, [finished(f"https://files.example/report?a=1&{name}=false-{name}-8675309&z=2")])
    client.reports.poll(request(), "a token")

    assert SECRETS.mask(f"<Provided>false-{name}-8675309</") == "<Provided>****</"


def test_of_many_signatures_in_a_link_eight_are_masked_by_themselves(client: Client) -> None:
    query = "&".join(f"sig=false-{number}-8675309" for number in range(300))
    client.mock.get(REPORTS, [finished(f"https://files.example/report?{query}")])
    client.reports.poll(request(), "a token")

    masked = [SECRETS.mask(f"<{number}>false-{number}-8675309<") == f"<{number}>****<" for number in range(300)]
    assert masked == [True] * 8 + [False] * 292
    assert SECRETS.mask(query) == "****"


def test_a_link_of_more_than_8_000_characters_is_refused(client: Client) -> None:
    client.mock.get(REPORTS, [finished(f"https://files.example/report?signature={'1' * 8_000}")])

    with pytest.raises(UnavailableError, match=r"The link to a report has more than 8,000 characters\."):
        client.reports.poll(request(), "a token")

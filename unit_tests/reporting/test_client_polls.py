"""Is it understood how far a report is, whatever form the answer has?"""

import json
import re
from typing import Any
from urllib.parse import quote_plus, urlencode

import pytest

from source_pinterest.api.errors import AccessLostError, RejectedError, UnavailableError
from source_pinterest.masking import SECRETS
from source_pinterest.reporting.job import JobStatus
from unit_tests.answers import refused
from unit_tests.api.connections import Wire
from unit_tests.reporting.clients import FILE, REPORTS, Client, finished
from unit_tests.reporting.requests_for_reports import request


@pytest.mark.parametrize("status", list(JobStatus))
def test_a_report_is_asked_for_by_its_token(client: Client, status: JobStatus) -> None:
    client.mock.get(REPORTS, json={"report_status": status.value})

    assert client.reports.poll(request(), "a token") == (status, None)
    assert client.mock.request_history[0].qs == {"token": ["a token"]}
    assert client.mock.request_history[0].url.startswith(f"{REPORTS}?token=")


def test_a_finished_report_has_a_link(client: Client) -> None:
    client.mock.get(REPORTS, [finished(FILE)])

    assert client.reports.poll(request(), "a token") == (JobStatus.FINISHED, FILE)


def test_a_poll_that_pinterest_calls_wrong_fails_that_report_alone(client: Client) -> None:
    client.mock.get(REPORTS, [refused(400, 1)])

    with pytest.raises(RejectedError):
        client.reports.poll(request(), "a token")


def test_an_order_that_pinterest_took_and_does_not_know_is_lost(client: Client) -> None:
    client.mock.get(REPORTS, [refused(404, 1)])

    assert client.reports.poll(request(), "a token") == (JobStatus.DOES_NOT_EXIST, None)


def test_an_order_that_pinterest_took_and_does_not_show_is_a_loss(client: Client) -> None:
    client.mock.get(REPORTS, [refused(403, 29)])

    with pytest.raises(AccessLostError) as lost:
        client.reports.poll(request(), "a token")
    assert str(lost.value.message).startswith(
        "campaign_report: Pinterest gave the beginning of ad_accounts/11/reports "
    )
    assert str(lost.value.message).endswith('Pinterest answered "Scripted refusal" (HTTP 403, code 29).')


def test_a_link_that_is_no_address_is_asked_for_again(patient: Client) -> None:
    patient.mock.get(REPORTS, [finished("https://[files.example/report"), finished(FILE)])

    assert patient.reports.poll(request(), "a token") == (JobStatus.FINISHED, FILE)


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        ({"json": []}, "A report is an object."),
        ({"json": {"message": "Soon"}}, "A report has a status."),
        ({"json": {"token": "a token"}}, "A report has a status."),
        ({"json": {"data": {"message": "Soon"}}}, "A report has a status."),
        (finished("https://[files.example/report"), "A report has an address."),
    ],
)
def test_an_answer_that_is_no_report_is_told(client: Client, answer: dict[str, Any], why: str) -> None:
    client.mock.get(REPORTS, [answer])

    with pytest.raises(UnavailableError, match=rf" {re.escape(why)}"):
        client.reports.poll(request(), "a token")


@pytest.mark.parametrize("status", [None, "in_progress", "ARCHIVED", 7])
def test_a_status_that_nobody_knows_is_no_end(client: Client, status: object) -> None:
    client.mock.get(REPORTS, json={"report_status": status})

    assert client.reports.poll(request(), "a token") == (JobStatus.IN_PROGRESS, None)


def test_a_token_may_be_a_number(client: Client) -> None:
    client.mock.post(REPORTS, json={"token": 2**70, "report_status": "IN_PROGRESS"})

    assert client.reports.create(request()) == str(2**70)


def test_an_answer_may_come_in_pieces(client: Client) -> None:
    client.mock.get(REPORTS, body=Wire(b'{"report_sta', b'tus": "FAILED"}'))

    assert client.reports.poll(request(), "a token") == (JobStatus.FAILED, None)


def test_whoever_has_the_link_has_the_report_so_that_it_is_a_secret(client: Client) -> None:
    secrets = {
        "X-Amz-Credential": "AKIAFALSE/20260101/us-east-1/s3/aws4_request",
        "X-Amz-Security-Token": "false+token/" + "8" * 400,
        "X-Amz-Signature": "false-signature-" + "7" * 32,
        "AWSAccessKeyId": "AKIAFALSE0000",
        "Signature": "false/short=",
        "sig": "another-false-signature-of-more-than-32-characters",
        "h": "0123456789abcdef" * 2,
    }
    harmless = {"X-Amz-Date": "20260101T000000Z", "X-Amz-Expires": "300", "X-Amz-SignedHeaders": "host"}
    link = f"https://files.example/report?{urlencode({**harmless, **secrets})}"
    client.mock.get(REPORTS, [finished(link)])
    client.reports.poll(request(), "a token")

    shown = SECRETS.mask(f"{link} {json.dumps(secrets)}")
    assert [value for value in secrets.values() if value in shown or quote_plus(value) in shown] == []
    assert [value for value in harmless.values() if value not in shown] == []


@pytest.mark.parametrize(
    "name", ["Signature", "credential", "X-Amz-Security-Token", "AWSAccessKeyId", "secret", "Policy"]
)
def test_what_is_called_a_secret_is_one_however_short_it_is(client: Client, name: str) -> None:
    client.mock.get(REPORTS, [finished(f"https://files.example/report?{name}=false-one")])
    client.reports.poll(request(), "a token")

    assert SECRETS.mask("false-one") == "****"

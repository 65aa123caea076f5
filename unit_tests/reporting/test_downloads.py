"""A report's file is downloaded to its end, or not at all."""

from collections.abc import Iterator
from typing import Any

import pytest
import requests

from source_pinterest.api.errors import AccessLostError, TaskError, UnavailableError
from source_pinterest.reporting.client import PollResult, ReadyReport, ReportStatus
from source_pinterest.reporting.file import Filed
from unit_tests.answers import refused
from unit_tests.api.connections import Wire
from unit_tests.reporting.clients import FILE, FRESH_FILE, REPORTS, ROWS, Client, finished, read, request


def test_a_file_is_read_as_it_comes_and_counts_against_no_quota(client: Client) -> None:
    client.mock.get(FILE, body=Wire(b'{"1": [{"CAMPAIGN_ID": "1"}, ', b'{"CAMPAIGN_ID": "2"}]}'))

    assert client.content() == ROWS
    assert client.mock.call_count == 1
    assert client.api.usage.stream("campaign_report")["sent"] == 0


def test_a_finished_report_without_a_link_has_no_rows(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    empty = ReadyReport(request(), "a token", PollResult(ReportStatus.FINISHED, seems_empty=True))
    assert client.reports.fetch(empty, read) == {}
    assert client.mock.call_count == 0
    assert "campaign_report: The report of 2026-01-01 to 2026-01-10 has no link, so it has no rows" in caplog.text


@pytest.mark.parametrize(
    "broken",
    [
        {"status_code": 403, "text": "<Error><Code>AccessDenied</Code></Error>"},
        {"status_code": 204},
        {"status_code": 302, "headers": {"Location": "https://elsewhere.example/"}},
        {"text": '{"1": [{"CAMPAIGN_ID": "1"}, {"CAMPAIGN'},
        {"body": Wire(b"{}", breaks_off=True)},  # what came looks whole
        {"exc": requests.ConnectionError},
        {"exc": requests.ReadTimeout},
    ],
)
def test_a_file_that_does_not_come_whole_is_fetched_again_with_another_link(
    retrying_client: Client, broken: dict[str, Any]
) -> None:
    retrying_client.mock.get(FILE, [broken])
    retrying_client.mock.get(FRESH_FILE, json=ROWS)
    retrying_client.mock.get(REPORTS, [finished()])

    assert retrying_client.content() == ROWS
    assert retrying_client.mock.request_history[-2].qs == {"token": ["a token"]}
    assert (retrying_client.asked(FRESH_FILE), retrying_client.asked("https://elsewhere.example/")) == (1, 0)


@pytest.mark.parametrize(
    ("trouble", "last", "tries"),
    [
        ({"status_code": 503}, r"5 times in a row for the file of a report.* HTTP 503\.$", 5),
        # an outage of the host is nobody else's, and has no end that could be waited for
        ({"exc": requests.ConnectionError}, r"for the file of a report.* could be made \(ConnectionError\)", 6),
    ],
)
def test_a_file_is_given_up_after_five_failed_downloads(
    retrying_client: Client, trouble: dict[str, Any], last: str, tries: int
) -> None:
    retrying_client.mock.get(FILE, [trouble])
    retrying_client.mock.get(REPORTS, [finished(FILE, 5_000)])

    with pytest.raises(UnavailableError, match=rf"campaign_report.*{last}"):
        retrying_client.content()
    assert retrying_client.asked(FILE) == tries


def test_without_a_new_link_the_old_one_is_downloaded_again(retrying_client: Client) -> None:
    retrying_client.mock.get(FILE, [{"status_code": 503}, {"json": ROWS}])
    retrying_client.mock.get(REPORTS, json={"report_status": "IN_PROGRESS"})

    assert retrying_client.content() == ROWS


def test_an_error_of_the_rows_does_not_fetch_the_file_again(retrying_client: Client) -> None:
    retrying_client.mock.get(FILE, json=ROWS)

    def refuse(_: Iterator[Filed]) -> None:
        raise TaskError("Two rows have one key.")

    with pytest.raises(TaskError, match="one key"):
        retrying_client.content(read=refuse)
    assert retrying_client.mock.call_count == 1


def test_an_error_of_the_account_while_a_new_link_is_requested_is_raised(retrying_client: Client) -> None:
    retrying_client.mock.get(FILE, status_code=403)
    retrying_client.mock.get(REPORTS, [refused(403, 29)])

    with pytest.raises(AccessLostError):
        retrying_client.content()

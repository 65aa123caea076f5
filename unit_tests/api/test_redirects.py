"""The body of a redirect is not read, whoever sends it."""

import gzip
import socket
from collections.abc import Callable
from typing import Any

import pytest
import requests

from source_pinterest.api import BASE_URL_VARIABLE, Api
from source_pinterest.api.client import PinterestClient
from source_pinterest.api.errors import PinterestError
from source_pinterest.api.retries import Pauses
from source_pinterest.config import Config
from source_pinterest.engine.progress import Notices
from source_pinterest.engine.refused_names import RefusedNames
from source_pinterest.reporting.client import ReportClient
from source_pinterest.reporting.job import JobStatus, Polled, ReadyReport
from unit_tests.api.connections import connected, serving
from unit_tests.configs import TODAY, config
from unit_tests.reporting.requests_for_reports import request

MEBIBYTE = 1024 * 1024
PACKED = gzip.compress(bytes(20 * MEBIBYTE))


def list_boards(_: str) -> None:
    PinterestClient(connected(max_retries=1), "boards", ("boards:read",)).get("boards", {}, b"".join)


def get_token(_: str) -> None:
    settings = Config.from_mapping(config(max_retries=1, max_wait_minutes=0), TODAY)
    api = Api.connect(settings, lambda _: None, lambda: None, pauses=Pauses(first_seconds=0))
    api.authenticator(requests.Request("GET", f"{api.base_url}/boards").prepare())


def fetch_file(url: str) -> None:
    api = connected(max_retries=1)
    client = PinterestClient(api, "campaign_report", ("ads:read",))
    reports = ReportClient(api, client, "campaign_report", RefusedNames(Notices("campaign_report")))
    reports.poll = lambda *_: Polled(JobStatus.IN_PROGRESS)  # type: ignore[method-assign]
    reports.fetch(ReadyReport(request(), "a token", Polled(JobStatus.FINISHED, f"{url}/report")), list)


@pytest.mark.parametrize(
    ("ask", "path", "packed"), [(list_boards, b"", True), (get_token, b"\xff", False), (fetch_file, b"", False)]
)
def test_a_redirect_without_end_is_told_as_such(
    ask: Callable[[str], Any], path: bytes, packed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = []

    def redirect(connection: socket.socket) -> None:
        encoding = b"Content-Encoding: gzip\r\n" if packed else b""
        head = b"HTTP/1.1 302 Found\r\nLocation: https://elsewhere.example/%b\r\n%b\r\n"
        connection.sendall(head % (path, encoding))
        for _ in range(20):
            connection.sendall(PACKED if packed else bytes(MEBIBYTE))
            sent.append(len(PACKED) if packed else MEBIBYTE)

    with serving(redirect) as url:
        monkeypatch.setenv(BASE_URL_VARIABLE, url)
        with pytest.raises(PinterestError, match="HTTP 302"):
            ask(url)
    assert packed or sum(sent) < 10 * MEBIBYTE

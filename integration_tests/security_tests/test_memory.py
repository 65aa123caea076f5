"""Rows are parsed one by one, so that a response that unpacks to a large one does not fill the memory."""

import gzip
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from integration_tests.security_tests.servers import serving
from integration_tests.support.catalogs import catalog_of
from integration_tests.support.processes import clean_environment, run_to_its_end, telling_its_memory
from integration_tests.support.syncs import read_arguments

MEBIBYTE = 1024**2
MOST_MIB = 200

Answer = Callable[[str, str, int], tuple[bytes, Mapping[str, str]]]
"""Takes the host, the path and the number of a request, and gives the body and the headers of its answer."""


def peak_mib(stream: str, answer: Answer, folder: Path) -> float:
    """Read a stream from a server that answers like this; the most memory that the process took."""
    numbers = count()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body, headers = answer(self.headers["Host"], self.path.partition("?")[0], next(numbers))
            self.send_response(200)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            try:
                self.wfile.write(body)
            except ConnectionError:
                self.close_connection = True  # the connector has let go of the body

        do_POST = do_GET  # noqa: N815 - http.server's name

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with serving(Handler) as url:
        credentials = {"auth_method": "access_token", "access_token": "false-access-token"}
        yesterday = f"{datetime.now(UTC) - timedelta(days=1):%Y-%m-%d}"
        config = {"credentials": credentials, "max_retries": 0, "start_date": yesterday}
        arguments = read_arguments(folder, catalog_of([stream]), config)
        done = run_to_its_end(["main.py", *arguments], clean_environment(url), body=telling_its_memory)
    return int(done.stderr.split()[-1]) / MEBIBYTE


def zipped(beginning: bytes, values: Sequence[bytes], end: bytes) -> bytes:
    """A small answer with many values."""
    return gzip.compress(beginning + b",".join(values) + end)


LISTS = b"[%b]" % b",".join([b"[]"] * (MEBIBYTE // 3 - 100))
OBJECTS = b'{"a":' * 90 + b"1" + b"}" * 90
TEXT = b'"' + "\N{GRINNING FACE}".encode() + b"x" * 7 * MEBIBYTE + b'"'
ROW = b'{"CAMPAIGN_ID":5,"A":%b}' % LISTS
CASES: Mapping[str, tuple[str, Callable[[], bytes]]] = {
    "text in a page": ("boards", lambda: zipped(b'{"items":[{"id":"1","a":', [TEXT], b"}]}")),
    "objects in an item": ("user_account", lambda: zipped(b'{"id":"1","a":[', [OBJECTS] * 250, b"]}")),
    "lists in rows": ("campaign_analytics", lambda: zipped(b"[", [ROW] * 10, b"]")),
    "members beside rows": (
        "campaign_targeting_analytics",
        lambda: zipped(b'{"data":[],', [b'"%d":%b' % (n, LISTS) for n in range(10)], b"}"),
    ),
    "lists in a file": ("campaign_analytics_report", lambda: zipped(b"[", [ROW] * 10, b"]")),
    "spaces in a file": ("campaign_analytics_report", lambda: zipped(b"", [b" " * 150 * MEBIBYTE], b"[]")),
}
BODIES = {
    "boards": "/v5/boards",
    "user_account": "/v5/user_account",
    "campaign_analytics": "/v5/ad_accounts/11/campaigns/analytics",
    "campaign_targeting_analytics": "/v5/ad_accounts/11/campaigns/targeting_analytics",
    "campaign_analytics_report": "/file",
}


@pytest.mark.parametrize("case", CASES)
def test_rows_take_at_most_200_mib_whatever_they_unpack_to(case: str, tmp_path: Path) -> None:
    stream, make = CASES[case]
    content = make()
    assert len(content) < MEBIBYTE / 4

    def answer(host: str, path: str, _: int) -> tuple[bytes, Mapping[str, str]]:
        if path == BODIES[stream]:
            return content, {"Content-Encoding": "gzip"}
        link = f"http://{host}/file"  # ignore-https-check: it is on this machine
        others: Mapping[str, Any] = {
            "/v5/ad_accounts": {"items": [{"id": "11"}]},
            "/v5/ad_accounts/11/campaigns": {"items": [{"id": "5", "ad_account_id": "11"}]},
            "/v5/ad_accounts/11/reports": {"token": "1", "report_status": "FINISHED", "url": link},
        }
        return json.dumps(others[path]).encode(), {}

    assert peak_mib(stream, answer, tmp_path) < MOST_MIB


def test_answers_that_name_new_quotas_each_time_take_at_most_200_mib(tmp_path: Path) -> None:
    pages, quotas = 200, 1_500

    def answer(_host: str, _path: str, number: int) -> tuple[bytes, Mapping[str, str]]:
        named = ", ".join(f'900;w=60;name="{number}q{quota}"' for quota in range(quotas))
        limits = {"x-ratelimit-limit": f"900, {named}", "x-ratelimit-remaining": "99", "x-ratelimit-reset": "1"}
        more = b',"bookmark":"%d"' % number if number < pages else b""
        return b'{"items":[{"id":"%d"}]%b}' % (number, more), limits

    assert peak_mib("boards", answer, tmp_path) < MOST_MIB

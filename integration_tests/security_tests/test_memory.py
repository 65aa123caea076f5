"""No answer, however small it is and whatever it unpacks to, fills the memory of a process that reads it."""

import gzip
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler
from itertools import count
from pathlib import Path

import pytest

from integration_tests.security_tests.servers import serving
from integration_tests.support.catalogs import catalog_of
from integration_tests.support.processes import clean_environment, run_to_its_end, telling_its_memory
from integration_tests.support.syncs import read_arguments

MEBIBYTE = 1024**2
LEVELS = 90

Answer = Callable[[int], tuple[bytes, Mapping[str, str]]]
"""Takes the number of a call, and gives the body and the headers of its answer."""


def peak_mib(stream: str, answer: Answer, folder: Path) -> float:
    """Read a stream from a server that answers like this; the most memory that the process took."""
    numbers = count()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body, headers = answer(next(numbers))
            self.send_response(200)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with serving(Handler) as url:
        credentials = {"auth_method": "access_token", "access_token": "false-access-token"}
        arguments = read_arguments(folder, catalog_of([stream]), {"credentials": credentials, "max_retries": 0})
        done = run_to_its_end(["main.py", *arguments], clean_environment(url), body=telling_its_memory)
    return int(done.stderr.split()[-1]) / MEBIBYTE


@pytest.mark.parametrize(
    ("mebibytes", "most_mib"),
    [pytest.param(30, 200, id="more than is joined"), pytest.param(7.9, 600, id="as much as is joined")],
)
def test_an_answer_that_unpacks_to_millions_of_lists(mebibytes: float, most_mib: float, tmp_path: Path) -> None:
    nest = b"[" * LEVELS + b"]" * LEVELS
    body = gzip.compress(b"[%b]" % b",".join([nest] * int(mebibytes * MEBIBYTE / len(nest))))
    assert len(body) < MEBIBYTE / 8

    assert peak_mib("user_account", lambda _: (body, {"Content-Encoding": "gzip"}), tmp_path) < most_mib


def test_answers_that_name_other_quotas_each_time(tmp_path: Path) -> None:
    pages, quotas = 200, 1_500

    def answer(number: int) -> tuple[bytes, Mapping[str, str]]:
        named = ", ".join(f'900;w=60;name="{number}q{quota}"' for quota in range(quotas))
        limits = {"x-ratelimit-limit": f"900, {named}", "x-ratelimit-remaining": "99", "x-ratelimit-reset": "1"}
        more = b',"bookmark":"%d"' % number if number < pages else b""
        return b'{"items":[{"id":"%d"}]%b}' % (number, more), limits

    assert peak_mib("boards", answer, tmp_path) < 200

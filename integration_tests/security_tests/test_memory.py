"""No answer, however small it is and whatever it unpacks to, fills the memory of a process that reads it."""

import gzip
from pathlib import Path

import pytest

from integration_tests.security_tests.servers import answering
from integration_tests.support.catalogs import catalog_of
from integration_tests.support.processes import clean_environment, run_to_its_end, telling_its_memory
from integration_tests.support.syncs import read_arguments

MEBIBYTE = 1024**2
LEVELS = 90


def peak_mib(folder: Path, body: bytes, stream: str = "user_account", **headers: str) -> float:
    """Read a stream from a server that gives every call this answer; the most memory that the process took."""
    with answering(200, body, **headers) as (url, _):
        credentials = {"auth_method": "access_token", "access_token": "false-access-token"}
        config = {"credentials": credentials, "max_retries": 0}
        arguments = read_arguments(folder, catalog_of([stream]), config)
        done = run_to_its_end(["main.py", *arguments], clean_environment(url), body=telling_its_memory)
    assert done.returncode == 1
    return int(done.stderr.split()[-1]) / MEBIBYTE


@pytest.mark.parametrize(
    ("mebibytes", "most_mib"),
    [pytest.param(30, 200, id="more than is joined"), pytest.param(7.9, 600, id="as much as is joined")],
)
def test_an_answer_that_unpacks_to_millions_of_lists(mebibytes: float, most_mib: float, tmp_path: Path) -> None:
    nest = b"[" * LEVELS + b"]" * LEVELS
    body = gzip.compress(b"[%b]" % b",".join([nest] * int(mebibytes * MEBIBYTE / len(nest))))
    assert len(body) < MEBIBYTE / 8

    assert peak_mib(tmp_path, body, **{"Content-Encoding": "gzip"}) < most_mib

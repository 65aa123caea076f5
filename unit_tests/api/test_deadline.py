"""An exchange ends at its deadline, whatever the server drips."""

import socket
import threading
import time
from dataclasses import replace

import pytest
import requests

from source_pinterest.api import bounds
from source_pinterest.api.bounds import Bounds
from source_pinterest.api.client import PinterestClient
from source_pinterest.api.errors import BrokenResponseError, UnavailableError
from source_pinterest.api.session import ApiResponse, TimeoutSession
from unit_tests.api.connections import connected, serving
from unit_tests.threads import PATIENCE_SECONDS

HASTY = Bounds(most_bytes=1_000, seconds=0.05)
OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
LATE = r"^The response takes longer than 0\.05 s\.$"


@pytest.fixture(autouse=True)
def _a_watchdog_that_looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "_TICK_SECONDS", 0.01)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


class Drip:
    """A response that begins and then drips, for three seconds unless the client ends it."""

    def __init__(self, begun: bytes, drop: bytes, drops: int = 300) -> None:
        self.begun, self.drop, self.drops_left = begun, drop, drops

    def __call__(self, connection: socket.socket) -> None:
        connection.sendall(self.begun)
        while self.drops_left:
            connection.sendall(self.drop)
            self.drops_left -= 1
            time.sleep(0.01)


def exchange(url: str, bounds: Bounds = HASTY, session: requests.Session | None = None) -> bytes:
    found = session or TimeoutSession("source-pinterest/test", 120)
    assert isinstance(found, TimeoutSession)
    answer = found.exchange(requests.Request("GET", url), b"".join, bounds)
    assert isinstance(answer, ApiResponse)
    return answer.value


DRIPS = {
    "status line": Drip(b"HTTP/1.1 200 O", b"K"),
    "headers": Drip(OK + b"X-Drip: ", b"x"),
    "100 Continue": Drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "size of a chunk": Drip(CHUNKED + b"2;extension=", b"x"),
    "trailers": Drip(CHUNKED + b"2\r\n{}\r\n0\r\n", b"X-Drip: x\r\n"),
    "body": Drip(OK + b"Content-Length: 999\r\n\r\n", b"x"),
    "body of unknown length": Drip(OK + b"\r\n", b"x"),
}


@pytest.mark.parametrize("part", DRIPS)
def test_a_response_that_drips_is_cut_off_at_its_deadline(part: str) -> None:
    drip = DRIPS[part]
    with serving(drip) as url, pytest.raises(BrokenResponseError, match=LATE):
        exchange(url)
    assert drip.drops_left > 100


def test_a_proxy_that_drips_is_late_as_well() -> None:
    session = TimeoutSession("source-pinterest/test", 120)
    # Half a status line is no consent to TLS, whose socket Python 3.11 would leave open after this end.
    drip = Drip(b"HTTP/1.", b"1")
    with serving(drip) as url:
        session.proxies["https"] = url
        with pytest.raises(BrokenResponseError, match=LATE):
            exchange("https://api.pinterest.com/v5", session=session)
    assert drip.drops_left > 100


def test_a_connection_that_is_used_again_has_a_deadline_again() -> None:
    connections = []
    drip = Drip(OK + b"X-Drip: ", b"x")

    def serve(connection: socket.socket) -> None:
        connections.append(connection)
        connection.sendall(OK + b"Content-Length: 2\r\n\r\n{}")
        connection.recv(64 * 1024)
        drip(connection)

    session = TimeoutSession("source-pinterest/test", 120)
    with serving(serve) as url:
        assert exchange(url, Bounds(1_000), session) == b"{}"
        with pytest.raises(BrokenResponseError, match=LATE):
            exchange(url, session=session)
    assert len(connections) == 1
    assert drip.drops_left > 100


def test_an_error_that_drips_is_told_by_what_came_of_it() -> None:
    session = TimeoutSession("source-pinterest/test", 120)
    drip = Drip(b'HTTP/1.1 403 Forbidden\r\n\r\n{"code": 7}', b" ")
    with serving(drip) as url:
        answer = session.exchange(requests.Request("GET", url), b"".join, HASTY)

    assert not isinstance(answer, ApiResponse)
    assert answer.code == 7
    assert drip.drops_left > 100


def test_a_late_request_is_tried_again_like_one_that_times_out(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(Drip(OK + b"X-Drip: ", b"x")) as url:
        monkeypatch.setenv("PINTEREST_API_URL", url)
        api = replace(connected(max_retries=1), response_bounds=HASTY)
        with pytest.raises(UnavailableError, match=r"failed 2 times in a row for boards.*takes longer than 0\.05 s"):
            PinterestClient(api, "boards", ()).get("boards", {}, b"".join)


def test_a_file_is_bound_to_its_pace_alone_once_it_comes() -> None:
    paced = Bounds(most_bytes=1_000, seconds=0.05, bytes_a_second=10, pace_seconds=1)
    with serving(Drip(OK + b"\r\n", b"x", drops=10)) as url:
        assert exchange(url, paced) == b"x" * 10


@pytest.mark.parametrize("drop", [b"1;extension=x\r\nx\r\n", b"x"], ids=["chunks", "extension"])
def test_a_file_that_drips_is_let_go(drop: bytes) -> None:
    paced = Bounds(most_bytes=10_000, seconds=PATIENCE_SECONDS, bytes_a_second=10_000, pace_seconds=0.05)
    drip = Drip(CHUNKED + b"1\r\nx\r\n" + b"1;" * (drop == b"x"), drop)
    with (
        serving(drip) as url,
        pytest.raises(BrokenResponseError, match=r"^The file arrives at less than 10,000 bytes a second\.$"),
    ):
        exchange(url, paced)
    assert drip.drops_left > 100


def test_time_that_a_token_takes_is_not_counted() -> None:
    def asked(request: requests.PreparedRequest) -> requests.PreparedRequest:
        time.sleep(0.06)
        return request

    with serving(lambda connection: connection.sendall(OK + b"Content-Length: 2\r\n\r\n{}")) as url:
        session = TimeoutSession("source-pinterest/test", 120)
        session.auth = asked
        assert exchange(url, Bounds(1_000, seconds=0.05), session) == b"{}"


def test_the_watchdog_ends_when_there_is_nothing_to_watch() -> None:
    with serving(lambda connection: connection.sendall(OK + b"Content-Length: 2\r\n\r\n{}")) as url:
        exchange(url, Bounds(1_000))
    watchdogs = [thread for thread in threading.enumerate() if thread.name == "deadlines"]
    for thread in watchdogs:
        thread.join(PATIENCE_SECONDS)

    assert len(watchdogs) <= 1
    assert not [thread for thread in watchdogs if thread.is_alive()]

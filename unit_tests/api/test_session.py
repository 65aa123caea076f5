"""Requests are sent with a token, to the hosts that are allowed, and their responses are taken whole."""

import gzip
import socket

import pytest
import requests
import requests_mock

from source_pinterest import limits
from source_pinterest.api.error_mapping import ErrorResponse
from source_pinterest.api.session import TimeoutSession, path_of, server_time_of
from unit_tests.api.connections import serving

URL = "https://api.pinterest.com/v5/ad_accounts/1/campaigns"
MEBIBYTE = 1024 * 1024


@pytest.mark.parametrize(("given", "connecting", "silent"), [(120, 10, 120), (2, 2, 2)])
def test_a_request_has_our_name_and_a_timeout_whatever_the_caller_says(
    mock: requests_mock.Mocker, given: float, connecting: float, silent: float
) -> None:
    mock.get(URL)
    TimeoutSession("source-pinterest/test", given).get(URL, timeout=None, stream=False)

    assert mock.last_request.timeout == (connecting, silent)
    assert mock.last_request.stream is True
    assert mock.last_request.headers["User-Agent"] == "source-pinterest/test"
    assert mock.last_request.headers["Accept-Encoding"] == "gzip"


def test_a_malformed_header_is_no_reason_to_log_the_query(caplog: pytest.LogCaptureFixture) -> None:
    with serving(lambda connection: connection.sendall(b"HTTP/1.1 200 OK\r\nno header\r\n\r\n")) as url:
        TimeoutSession("source-pinterest/test", 2).exchange(
            requests.Request("GET", url, params={"signature": "false"}), b"".join, limits.RESPONSE_BYTES
        )

    assert "signature" not in caplog.text


@pytest.mark.parametrize(("path", "packed"), [(b"", True), (b"\xff", False)])
def test_the_body_of_a_redirect_is_read_no_further_than_that_of_an_error(path: bytes, *, packed: bool) -> None:
    encoding = b"Content-Encoding: gzip\r\n" if packed else b""
    sent = []

    def redirect(connection: socket.socket) -> None:
        head = b"HTTP/1.1 302 Found\r\nLocation: https://elsewhere.example/%b\r\n%b\r\n"
        connection.sendall(head % (path, encoding))
        for _ in range(20):
            connection.sendall(gzip.compress(bytes(20 * MEBIBYTE)) if packed else bytes(MEBIBYTE))
            sent.append(MEBIBYTE)

    with serving(redirect) as url:
        response = TimeoutSession("source-pinterest/test", 2).exchange(
            requests.Request("GET", url), b"".join, limits.RESPONSE_BYTES
        )
    assert isinstance(response, ErrorResponse)
    assert response.status == 302
    assert len(response.body) <= limits.ERROR_BYTES
    assert packed or sum(sent) < 10 * MEBIBYTE


FAR = {"Date": f"Wed, 01 Jul {'9' * 20} 00:00:05 GMT"}


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [({"Date": "Wed, 01 Jul 2026 00:00:05 GMT"}, 1_782_864_005), ({"Date": "soon"}, 7), ({}, 7), (FAR, 7)],
)
def test_the_servers_time_is_ours_where_it_does_not_say(
    headers: dict[str, str], seconds: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.time", lambda: 7.9)

    assert server_time_of(headers) == seconds


@pytest.mark.parametrize(
    ("ids", "path"),
    [
        ({"board_id": "12", "pin_id": 7}, "boards/12/pins/7"),
        ({"board_id": "../pins", "pin_id": "a?b=c"}, "boards/..%2Fpins/pins/a%3Fb%3Dc"),
        ({"board_id": "a#b", "pin_id": "a%2Fb"}, "boards/a%23b/pins/a%252Fb"),
        ({"board_id": "é {x}", "pin_id": "\n"}, "boards/%C3%A9%20%7Bx%7D/pins/%0A"),
    ],
)
def test_an_id_is_one_piece_of_a_path(ids: dict[str, object], path: str) -> None:
    assert path_of("boards/{board_id}/pins/{pin_id}", {**ids, "other": "?"}) == path


def test_dots_do_not_lead_upwards() -> None:
    path = path_of("boards/{board_id}/pins", {"board_id": ".."})
    sent = requests.Request("GET", f"https://api.pinterest.com/v5/{path}").prepare()

    assert str(sent.url) == "https://api.pinterest.com/v5/boards/%252E%252E/pins"


def test_no_cookie_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    baked = b"HTTP/1.1 200 OK\r\nSet-Cookie: session=false-cookie; Path=/\r\nContent-Length: 0\r\n\r\n"
    session = TimeoutSession("source-pinterest/test", 120)
    with serving(lambda connection: connection.sendall(baked)) as url:
        response = session.get(url)

    assert response.headers["Set-Cookie"]
    assert list(session.cookies) == []

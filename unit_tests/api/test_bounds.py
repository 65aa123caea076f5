"""Bodies arrive as they were sent, within bounds of size and time."""

import gzip
import socket
import time
import zlib
from collections.abc import Iterator, Mapping

import pytest
import requests

from source_pinterest import limits
from source_pinterest.api.bounds import API_RESPONSE, Bounds, Deadline, beginning_of, chunks_of
from source_pinterest.api.errors import BrokenResponseError, MalformedResponseError
from source_pinterest.api.session import ApiResponse, TimeoutSession
from unit_tests.api.connections import Wire, pieces_of, response, serving
from unit_tests.clocks import Clock

AMPLE = Bounds(most_bytes=1024**3)
MEBIBYTE = 1024 * 1024
TEXT = b'{"items": [1, 2, 3]}' * 1_000
GZIP = {"Content-Encoding": "gzip"}


@pytest.fixture
def clock() -> Clock:
    return Clock()


def arriving(
    wire: Wire, bounds: Bounds = AMPLE, clock: Clock | None = None, headers: Mapping[str, str] | None = None
) -> Iterator[bytes]:
    """The chunks of a body that arrives within its deadline."""
    deadline = Deadline(bounds, clock or Clock())
    deadline.begin()
    yield from chunks_of(response(wire, headers), bounds, deadline)


def body(*pieces: bytes, bounds: Bounds = AMPLE, **headers: str) -> bytes:
    """What comes of a body; `content_length` is the header of that name."""
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    return b"".join(arriving(Wire(*pieces), bounds, headers=told))


def beginning(wire: Wire, headers: Mapping[str, str] | None = None) -> bytes:
    """What is read of an error."""
    return beginning_of(response(wire, headers, status=502), API_RESPONSE, Deadline(API_RESPONSE))


def test_a_body_comes_as_it_was_sent() -> None:
    """Whatever the header says: a server may leave it out, and a proxy may unpack a body and leave it."""
    for encoding in ["", "identity", "x-gzip", " GZIP ", "br", "utf-8", "x" * 1_000]:
        for size in [1, 7, 100_000]:
            for sent in (TEXT, gzip.compress(TEXT)):
                assert body(*pieces_of(sent, size), content_encoding=encoding) == TEXT, (size, encoding)
    assert body() == body(gzip.compress(b""), content_encoding="gzip") == b""


def test_gzip_of_several_members_or_of_a_server_that_means_zlib_is_read() -> None:
    packed = gzip.compress(TEXT) + gzip.compress(b"") + gzip.compress(TEXT)

    for size in (1, 1_000_000):
        assert body(*pieces_of(packed, size), content_encoding="gzip") == TEXT + TEXT, size
    assert body(zlib.compress(TEXT), content_encoding="gzip") == TEXT


def test_a_connection_that_breaks_is_noticed() -> None:
    with pytest.raises(BrokenResponseError, match=r"breaks off \((?!NoneType)\w+\)"):
        list(arriving(Wire(b"{}", breaks_off=True)))
    with pytest.raises(BrokenResponseError, match="breaks off"):
        body(b"{}", content_length="50")


@pytest.mark.parametrize("missing", [1, 9, 100, 1_000, len(gzip.compress(bytes(range(256)) * 100))])
def test_gzip_without_its_end_is_noticed(missing: int) -> None:
    packed = gzip.compress(bytes(range(256)) * 100)

    with pytest.raises(BrokenResponseError, match=r"^The response breaks off\.$"):
        body(packed[:-missing], content_encoding="gzip")


@pytest.mark.parametrize("packed", [gzip.compress(TEXT)[:-8] + b"checksum", gzip.compress(TEXT) + TEXT])
def test_a_body_that_is_not_valid_gzip_is_refused(packed: bytes) -> None:
    with pytest.raises(MalformedResponseError, match="not valid gzip") as raised:
        body(packed, content_encoding="gzip")

    assert not isinstance(raised.value, BrokenResponseError), "a smaller request would be no better"


def test_a_body_that_grows_too_large_is_let_go_at_once() -> None:
    wire = Wire(*[b"x" * 600] * 10)

    assert body(b"x" * 600, b"x" * 400, bounds=Bounds(1_000)) == b"x" * 1_000
    with pytest.raises(BrokenResponseError, match="larger than 1,000 bytes"):
        list(arriving(wire, Bounds(1_000)))
    assert len(wire.left) == 8


@pytest.mark.parametrize("headers", [GZIP, {}])
def test_a_small_body_that_unpacks_to_a_huge_one_is_let_go_before_it_has(headers: Mapping[str, str]) -> None:
    bomb = gzip.compress(bytes(10 * MEBIBYTE))
    assert len(bomb) < MEBIBYTE
    sizes = []

    with pytest.raises(BrokenResponseError, match="larger than 1,048,576 bytes"):
        sizes.extend(len(chunk) for chunk in arriving(Wire(bomb), Bounds(MEBIBYTE), headers=headers))
    assert max(sizes) <= 128 * 1024
    assert sum(sizes) == MEBIBYTE


def test_a_gzip_header_without_end_counts_as_it_arrives() -> None:
    named = gzip.compress(b"")[:3] + b"\x08" + bytes(6)
    wire = Wire(named, *[b"x" * 600] * 10)

    with pytest.raises(BrokenResponseError, match="larger than 1,000 bytes"):
        list(arriving(wire, Bounds(1_000), headers=GZIP))
    assert len(wire.left) == 8


PACED = Bounds(most_bytes=1024**3, bytes_a_second=100, pace_seconds=60)


@pytest.mark.parametrize(("size", "count", "seconds"), [(1_000, 1_000, 10), (1_000_000, 10, 59)])
def test_a_download_may_take_long_at_a_fair_pace(clock: Clock, size: int, count: int, seconds: float) -> None:
    wire = Wire(*[b"x" * size] * count, clock=clock, seconds=seconds)

    assert len(list(arriving(wire, PACED, clock))) == count


def test_a_download_below_the_pace_is_let_go_after_a_minute(clock: Clock) -> None:
    wire = Wire(*[b"x" * 800] * 1_000, clock=clock, seconds=10)

    with pytest.raises(BrokenResponseError, match="less than 100 bytes a second"):
        list(arriving(wire, PACED, clock))
    assert 1_000 - len(wire.left) == 8


def test_a_download_that_began_fast_and_slows_down_is_let_go(clock: Clock) -> None:
    class Slowing(Wire):
        def read1(self, amount: int | None = None) -> bytes:
            clock.now += 0 if len(self.left) > 100 else 10
            return super().read1(amount)

    wire = Slowing(*[b"x" * 1_000_000] * 10, *[b"x"] * 100)
    with pytest.raises(BrokenResponseError, match="bytes a second"):
        list(arriving(wire, PACED, clock))
    assert clock.now == pytest.approx(1_070), "the fast beginning counts for a minute only"


@pytest.mark.parametrize("bounds", [PACED, Bounds(most_bytes=1024**3, seconds=60)])
def test_the_time_in_which_rows_are_worked_on_is_not_counted(clock: Clock, bounds: Bounds) -> None:
    pieces = []
    for piece in arriving(Wire(*[b"x" * 800] * 5, clock=clock, seconds=1), bounds, clock):
        clock.now += 1_000
        pieces.append(piece)
    assert pieces == [b"x" * 800] * 5


def test_of_an_error_the_beginning_is_read_as_far_as_it_comes() -> None:
    endless = Wire(*[b"x" * 1_000] * 1_000)

    assert beginning(Wire(b'{"code": 2', b"}")) == b'{"code": 2}'
    assert limits.ERROR_BYTES - 1_000 < len(beginning(endless)) <= limits.ERROR_BYTES
    assert len(endless.left) > 900
    assert beginning(Wire(b"<html>", breaks_off=True)) == b"<html>"
    assert beginning(Wire(b"\x1f\x8b"), GZIP) == b""


HASTY = Bounds(most_bytes=1_000, seconds=0.05)
OK = b"HTTP/1.1 200 OK\r\n"
LATE = r"^The response takes longer than 0\.05 s\.$"


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
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
    "body": Drip(OK + b"Content-Length: 999\r\n\r\n", b"x"),
    "body of unknown length": Drip(OK + b"\r\n", b"x"),
}


@pytest.mark.parametrize("part", DRIPS)
def test_a_body_that_drips_is_cut_off_at_its_deadline(part: str) -> None:
    drip = DRIPS[part]
    with serving(drip) as url, pytest.raises(BrokenResponseError, match=LATE):
        exchange(url)
    assert drip.drops_left > 100


def test_an_error_that_arrives_slowly_is_judged_by_the_bytes_that_came() -> None:
    session = TimeoutSession("source-pinterest/test", 120)
    drip = Drip(b'HTTP/1.1 403 Forbidden\r\n\r\n{"code": 7}', b" ")
    with serving(drip) as url:
        answer = session.exchange(requests.Request("GET", url), b"".join, Bounds(1_000, seconds=0.3))

    assert not isinstance(answer, ApiResponse)
    assert answer.code == 7
    assert drip.drops_left > 100


def test_time_that_a_token_takes_is_not_counted() -> None:
    def asked(request: requests.PreparedRequest) -> requests.PreparedRequest:
        time.sleep(0.16)
        return request

    with serving(lambda connection: connection.sendall(OK + b"Content-Length: 2\r\n\r\n{}")) as url:
        session = TimeoutSession("source-pinterest/test", 120)
        session.auth = asked
        assert exchange(url, Bounds(1_000, seconds=0.15), session) == b"{}"

"""Bounds on the size and the time of one HTTP exchange, and the decoded chunks of a body within them.

A socket's timeout begins anew with every byte, so that a server that drips could hold a thread forever. One watchdog
thread therefore shuts down the sockets of exchanges that are late: `shutdown` wakes a thread that reads, `close` does
not.
"""

import math
import socket
import threading
import time
import zlib
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any, Self

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection

from source_pinterest import limits
from source_pinterest.api.errors import BrokenResponseError, MalformedResponseError
from source_pinterest.api.threads import CLOSING, NoThreadError, starting

_CHUNK_BYTES = 128 * 1024
"""Larger chunks leave holes in the heap, between the rows made of them, that are never filled."""

_GZIP_OR_ZLIB = zlib.MAX_WBITS | 32
_ZIPPED = (b"\x1f", b"x\x01", b"x^", b"x\x9c", b"x\xda")
"""The first bytes of gzip and of zlib. No JSON begins with them."""

_PACE_SECONDS = 60.0

_TICK_SECONDS = 0.2
"""The interval of the watchdog, which ends when it has nothing to watch."""


@dataclass(frozen=True)
class Bounds:
    """How large a body may be, and how long an exchange may take.

    Attributes:
        most_bytes: the largest body, both as it arrives and decoded.
        seconds: from connecting to the last byte, without the time in which rows are worked on. If the body has a
            pace: to its first byte.
        bytes_a_second: the slowest pace of the body; 0 for none.
        pace_seconds: the time over which the pace is measured.
    """

    most_bytes: int
    seconds: float = limits.RESPONSE_SECONDS
    bytes_a_second: float = 0
    pace_seconds: float = _PACE_SECONDS

    def shortened(self, factor: float) -> Self:
        """Return bounds of the same size with a part of the time."""
        return replace(self, seconds=self.seconds * factor, pace_seconds=self.pace_seconds * factor)


API_RESPONSE = Bounds(limits.RESPONSE_BYTES)
TOKEN_RESPONSE = Bounds(limits.ERROR_BYTES, seconds=limits.TOKEN_RESPONSE_SECONDS)
REPORT_FILE = Bounds(limits.REPORT_BYTES, bytes_a_second=limits.DOWNLOAD_BYTES_PER_SECOND)


def chunks_of(response: requests.Response, bounds: Bounds, deadline: "Deadline") -> Iterator[bytes]:
    """Yield the decoded body of a response chunk by chunk.

    Args:
        response: a response whose body is unread.
        bounds: how large the body may be.
        deadline: the time of the exchange. It stands still while the caller works on a chunk.

    Raises:
        MalformedResponseError: the body breaks off, is not valid gzip, or exceeds the bounds.
    """
    return _bounded(_decoded(response, _bounded(_raw_chunks(response, deadline), bounds)), bounds)


def beginning_of(response: requests.Response, bounds: Bounds, deadline: "Deadline") -> bytes:
    """Return the first bytes of an error's body, also if it breaks off. It may be a proxy's web page of any size."""
    beginning = bytearray()
    try:
        for chunk in chunks_of(response, replace(bounds, most_bytes=limits.ERROR_BYTES), deadline):
            beginning += chunk
    except MalformedResponseError:
        pass
    return bytes(beginning)


def _bounded(chunks: Iterator[bytes], bounds: Bounds) -> Iterator[bytes]:
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > bounds.most_bytes:
            raise BrokenResponseError(f"The response is larger than {bounds.most_bytes:,} bytes.")
        yield chunk


def _decoded(response: requests.Response, encoded: Iterator[bytes]) -> Iterator[bytes]:
    """Yield a body as its first bytes say that it is encoded. Its header may be missing, or be left by a proxy.

    Without any bytes, gzip that the header announces has broken off.
    """
    is_announced = "gzip" in response.headers.get("Content-Encoding", "").lower()
    first = next(encoded, b"")
    whole = chain((first,), encoded)
    yield from _unzipped(whole) if first.startswith(_ZIPPED) or (is_announced and not first) else whole


def _unzipped(zipped: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the contents of gzip, which may have several members, in chunks of a bounded size."""
    unzip = zlib.decompressobj(_GZIP_OR_ZLIB)
    try:
        for chunk in zipped:
            rest = chunk
            while rest:
                if unzip.eof:
                    unzip = zlib.decompressobj(_GZIP_OR_ZLIB)
                yield unzip.decompress(rest, _CHUNK_BYTES)
                rest = unzip.unconsumed_tail or unzip.unused_data
        yield unzip.flush()
    except zlib.error as error:
        raise MalformedResponseError("The response is not valid gzip.") from error
    if not unzip.eof:
        raise BrokenResponseError("The response breaks off.")


def _raw_chunks(response: requests.Response, deadline: "Deadline") -> Iterator[bytes]:
    """Yield the bytes that have arrived, without waiting for more."""
    try:
        while chunk := response.raw.read1(_CHUNK_BYTES, decode_content=False):
            deadline.received(len(chunk))
            with deadline.standing_still():
                yield chunk
        deadline.received(0)
    except urllib3.exceptions.HTTPError as error:
        raise BrokenResponseError(f"The response breaks off ({type(error).__name__}).") from error


class Deadline:
    """The time left for one exchange, as a context manager. It turns the error of a socket shut down into a late one.

    Args:
        bounds: how long the exchange may take, and how fast its body must be.
        clock: a monotonic clock, in seconds.
    """

    def __init__(self, bounds: Bounds, clock: Callable[[], float] = time.monotonic) -> None:
        self._bounds, self._clock, self._closing = bounds, clock, CLOSING.get()
        self._due = math.inf
        self._bytes_due: float | None = None
        """Bytes that must arrive by then; None until the body of an exchange with a pace begins."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        _CURRENT.set(None)
        _WATCHDOG.unwatch(self)
        self._closing.check()
        if self.is_past and isinstance(error, requests.RequestException | MalformedResponseError):
            raise self._late() from error

    def begin(self) -> None:
        """Start the clock for the next request of this thread."""
        self._closing.check()
        self._due = self._clock() + self._bounds.seconds
        _CURRENT.set(self)

    @property
    def is_past(self) -> bool:
        """Whether the exchange is late, or its sync is closed."""
        return self._clock() > self._due or self._closing.is_over

    def received(self, count: int) -> None:
        """Count bytes of the body; 0 at its end.

        Raises:
            BrokenResponseError: the exchange is late.
        """
        if self.is_past:
            raise self._late()
        if not count:
            self._due = math.inf
        elif self._bounds.bytes_a_second:
            self._bytes_due = (self._bytes_due or 0) - count
            if self._bytes_due <= 0:
                self._bytes_due = self._bounds.bytes_a_second * self._bounds.pace_seconds
                self._due = self._clock() + self._bounds.pace_seconds

    @contextmanager
    def standing_still(self) -> Generator[None, None, None]:
        """Stop the clock during the block, in which the connector works on what has arrived."""
        left = self._due - self._clock()
        self._due = math.inf
        try:
            yield
        finally:
            self._due = self._clock() + left

    def _late(self) -> BrokenResponseError:
        if self._bytes_due is None:
            return BrokenResponseError(f"The response takes longer than {self._bounds.seconds:g} s.")
        return BrokenResponseError(f"The file arrives at less than {self._bounds.bytes_a_second:,} bytes a second.")


class _Watchdog:
    """The thread that shuts down the sockets of late exchanges. It runs while there are any exchanges."""

    def __init__(self) -> None:
        self._lock = threading.Condition()
        self._sockets: dict[Deadline, socket.socket] = {}
        self._thread: threading.Thread | None = None

    def watch(self, connected: Any) -> None:
        """Watch a duplicate of a socket for the exchange of this thread, because TLS detaches the socket itself."""
        deadline = _CURRENT.get()
        if deadline is None:
            return
        duplicate = socket.fromfd(connected.fileno(), socket.AF_INET, socket.SOCK_STREAM)
        self.unwatch(deadline)
        with self._lock:
            self._sockets[deadline] = duplicate
            if self._thread is None:
                thread = threading.Thread(target=self._run, name="deadlines", daemon=True)
                with starting():
                    thread.start()
                self._thread = thread

    def unwatch(self, deadline: Deadline) -> None:
        """Stop watching the socket of an exchange."""
        with self._lock:
            if duplicate := self._sockets.pop(deadline, None):
                duplicate.close()

    def _run(self) -> None:
        with self._lock:
            while self._sockets:
                for deadline, duplicate in self._sockets.items():
                    if deadline.is_past:
                        with suppress(OSError):  # the server closed it first
                            duplicate.shutdown(socket.SHUT_RDWR)
                self._lock.wait(_TICK_SECONDS)
            self._thread = None


_CURRENT: ContextVar[Deadline | None] = ContextVar("deadline", default=None)
_WATCHDOG = _Watchdog()


class _Watched(HTTPConnection):
    """A connection that is watched while an exchange uses it, from before its proxy or TLS to the last byte."""

    def _new_conn(self) -> socket.socket:
        connected = super()._new_conn()
        try:
            _WATCHDOG.watch(connected)
        except NoThreadError:
            connected.close()
            raise
        return connected

    def request(self, *args: Any, **kwargs: Any) -> None:
        """Send a request, often over the socket of an earlier one."""
        if self.sock is not None:
            _WATCHDOG.watch(self.sock)
        super().request(*args, **kwargs)


class WatchedAdapter(HTTPAdapter):
    """Has every connection of a session watched, whether it goes through a proxy or not."""

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:
        """Return the connection pool of a host, whose connections are watched."""
        pool: Any = super().get_connection_with_tls_context(*args, **kwargs)
        connection_class = pool.ConnectionCls  # read once: another thread may replace it meanwhile
        if not issubclass(connection_class, _Watched):
            pool.ConnectionCls = type("WatchedConnection", (_Watched, connection_class), {})
        return pool

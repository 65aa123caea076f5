"""The deadline of one HTTP exchange, from connecting to the last byte.

The timeout of a socket begins anew with every byte, so that a server that drips is waited for without end. One watchdog
thread shuts down the sockets of exchanges that are late: `shutdown` wakes a thread that reads, `close` does not.
"""

import math
import socket
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Any, Self

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection

from source_pinterest import limits
from source_pinterest.api.errors import BrokenResponseError, MalformedResponseError, NoThreadError
from source_pinterest.api.threads import CLOSING, starting

_CHUNK_BYTES = 128 * 1024
"""Larger ones tear holes into the heap, between the rows made of them, that are never filled."""
_GZIP_OR_ZLIB = zlib.MAX_WBITS | 32
_PACE_SECONDS = 60.0

Received = Callable[[int], object]


@dataclass(frozen=True)
class Bounds:
    """How large a body may be, and how long an exchange may take.

    Attributes:
        most_bytes: of the body, as it arrives and once it is decoded.
        seconds: from connecting to the last byte, or to the first of a body with a pace.
        bytes_a_second: the least over any minute; 0 where only the end counts.
        pace_seconds: over which the pace is measured.
    """

    most_bytes: int
    seconds: float = limits.RESPONSE_SECONDS
    bytes_a_second: float = 0
    pace_seconds: float = _PACE_SECONDS

    def shortened(self, factor: float) -> Self:
        """The same size in a part of the time, for whoever waits less than usual."""
        return replace(self, seconds=self.seconds * factor, pace_seconds=self.pace_seconds * factor)


ANSWER = Bounds(limits.RESPONSE_BYTES)
TOKEN_ANSWER = Bounds(limits.ERROR_BYTES, seconds=limits.TOKEN_RESPONSE_SECONDS)
REPORT_FILE = Bounds(limits.REPORT_BYTES, bytes_a_second=limits.DOWNLOAD_BYTES_PER_SECOND)


def chunks_of(response: requests.Response, bounds: Bounds, received: Received) -> Iterator[bytes]:
    """The decoded body of an answer, chunk by chunk.

    Args:
        response: whose body nobody has read yet.
        bounds: how large it may be.
        received: takes the number of bytes whenever some have come, and 0 at the end.

    Raises:
        MalformedResponseError: it breaks off, is encoded in a way that nobody asked for, or exceeds the bounds.
    """
    return _bounded(_decoded(response, _bounded(_received(response, received), bounds)), bounds)


def beginning_of(response: requests.Response, bounds: Bounds, received: Received) -> bytes:
    """The first bytes of an error's body, which may be a whole page of a proxy's; what came of one that breaks off."""
    found = bytearray()
    try:
        for chunk in chunks_of(response, replace(bounds, most_bytes=limits.ERROR_BYTES), received):
            found += chunk
    except MalformedResponseError:
        pass
    return bytes(found)


def _bounded(chunks: Iterator[bytes], bounds: Bounds) -> Iterator[bytes]:
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > bounds.most_bytes:
            raise BrokenResponseError(f"The answer is larger than {bounds.most_bytes:,} bytes.")
        yield chunk


def _decoded(response: requests.Response, packed: Iterator[bytes]) -> Iterator[bytes]:
    encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding in ("identity", ""):
        yield from packed
    elif encoding in ("gzip", "x-gzip"):
        yield from _unpacked(packed)
    else:
        raise MalformedResponseError("The answer has a Content-Encoding that was not asked for.")


def _unpacked(packed: Iterator[bytes]) -> Iterator[bytes]:
    """The contents of gzip, which may have several members, never more of them at once than a chunk."""
    unpacker = zlib.decompressobj(_GZIP_OR_ZLIB)
    try:
        for chunk in packed:
            left = chunk
            while left:
                if unpacker.eof:
                    unpacker = zlib.decompressobj(_GZIP_OR_ZLIB)
                yield unpacker.decompress(left, _CHUNK_BYTES)
                left = unpacker.unconsumed_tail or unpacker.unused_data
        yield unpacker.flush()
    except zlib.error as error:
        raise MalformedResponseError("The answer is no valid gzip.") from error
    if not unpacker.eof:
        raise BrokenResponseError("The answer breaks off.")


def _received(response: requests.Response, received: Received) -> Iterator[bytes]:
    """What has arrived, as soon as any has."""
    try:
        while chunk := response.raw.read1(_CHUNK_BYTES, decode_content=False):
            received(len(chunk))
            yield chunk
        received(0)
    except urllib3.exceptions.HTTPError as error:
        raise BrokenResponseError(f"The answer breaks off ({type(error).__name__}).") from error


_TICK_SECONDS = 0.2
"""How often the watchdog looks; it ends when it finds nothing to watch."""


class Deadline:
    """How long one exchange may still take. A context, at whose end a request that was cut off fails as late.

    Args:
        bounds: how long it may take, and how fast its body must be.
        clock: seconds that only grow.
    """

    def __init__(self, bounds: Bounds, clock: Callable[[], float] = time.monotonic) -> None:
        self._bounds, self._clock, self._closing = bounds, clock, CLOSING.get()
        self._due = math.inf
        self._least: float | None = None
        """Bytes that are due by then; None before a body with a pace has begun."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: BaseException | None, traceback: object) -> None:
        _CURRENT.set(None)
        _WATCHDOG.let_go(self)
        self._closing.check()
        if self.is_past and isinstance(error, requests.RequestException | MalformedResponseError):
            raise self._late() from error

    def begin(self) -> None:
        """Count the time from now on, for the next request of this thread."""
        self._closing.check()
        self._due = self._clock() + self._bounds.seconds
        _CURRENT.set(self)

    @property
    def is_past(self) -> bool:
        """Whether the exchange is late, or nobody waits for it any longer."""
        return self._clock() > self._due or self._closing.is_over

    def received(self, count: int) -> None:
        """Take note of bytes of the body; of 0 at its end.

        Raises:
            BrokenResponseError: the exchange is late.
        """
        if self.is_past:
            raise self._late()
        if not count:
            self._due = math.inf
        elif self._bounds.bytes_a_second:
            self._least = (self._least or 0) - count
            if self._least <= 0:
                self._least = self._bounds.bytes_a_second * self._bounds.pace_seconds
                self._due = self._clock() + self._bounds.pace_seconds

    def _late(self) -> BrokenResponseError:
        if self._least is None:
            return BrokenResponseError(f"The answer takes longer than {self._bounds.seconds:g} s.")
        return BrokenResponseError(f"The file comes in at less than {self._bounds.bytes_a_second:,} bytes a second.")


class _Watchdog:
    """The thread that shuts down the sockets of late exchanges. It lives while there are any exchanges."""

    def __init__(self) -> None:
        self._lock = threading.Condition()
        self._sockets: dict[Deadline, socket.socket] = {}
        self._thread: threading.Thread | None = None

    def watch(self, connected: Any) -> None:
        """Watch a socket for the exchange of this thread, in a duplicate: TLS takes the socket itself over."""
        deadline = _CURRENT.get()
        if deadline is None:
            return
        held = socket.fromfd(connected.fileno(), socket.AF_INET, socket.SOCK_STREAM)
        self.let_go(deadline)
        with self._lock:
            self._sockets[deadline] = held
            if self._thread is None:
                thread = threading.Thread(target=self._run, name="deadlines", daemon=True)
                with starting():
                    thread.start()
                self._thread = thread

    def let_go(self, deadline: Deadline) -> None:
        """Watch the socket of an exchange no longer."""
        with self._lock:
            if held := self._sockets.pop(deadline, None):
                held.close()

    def _run(self) -> None:
        with self._lock:
            while self._sockets:
                for deadline, held in self._sockets.items():
                    if deadline.is_past:
                        with suppress(OSError):  # the other side was faster
                            held.shutdown(socket.SHUT_RDWR)
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
        """Send a request, often over a socket that another one has left."""
        if self.sock is not None:
            _WATCHDOG.watch(self.sock)
        super().request(*args, **kwargs)


class WatchedAdapter(HTTPAdapter):
    """Has every connection of a session watched, whether it goes through a proxy or not."""

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> Any:
        """The connections to a host."""
        pool: Any = super().get_connection_with_tls_context(*args, **kwargs)
        if not issubclass(pool.ConnectionCls, _Watched):
            pool.ConnectionCls = type("WatchedConnection", (_Watched, pool.ConnectionCls), {})
        return pool

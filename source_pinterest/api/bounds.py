"""Bounds on the size and the time of one HTTP exchange, and the decoded chunks of a body within them.

A socket's timeout begins anew with every byte. So the time of a body is checked as each part of it arrives. Status
line, headers, sizes of chunks and trailers are not checked: a server that sends one byte of them within each timeout
can hold a thread. Nobody has seen Pinterest do this.
"""

import math
import time
import zlib
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import chain
from typing import Self

import requests
import urllib3

from source_pinterest import limits
from source_pinterest.api.errors import BrokenResponseError, MalformedResponseError

_CHUNK_BYTES = 128 * 1024
"""Larger chunks leave holes in the heap, between the rows made of them, that are never filled."""

_GZIP_OR_ZLIB = zlib.MAX_WBITS | 32
_ZIPPED = (b"\x1f", b"x\x01", b"x^", b"x\x9c", b"x\xda")
"""The first bytes of gzip and of zlib. No JSON begins with them."""

_PACE_SECONDS = 60.0


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
    """The time left for one exchange.

    Args:
        bounds: how long the exchange may take, and how fast its body must be.
        clock: a monotonic clock, in seconds.
    """

    def __init__(self, bounds: Bounds, clock: Callable[[], float] = time.monotonic) -> None:
        self._bounds, self._clock = bounds, clock
        self._due = math.inf
        self._bytes_due: float | None = None
        """Bytes that must arrive by then; None until the body of an exchange with a pace begins."""

    def begin(self) -> None:
        """Start the clock for the next request of this thread."""
        self._due = self._clock() + self._bounds.seconds

    def received(self, count: int) -> None:
        """Count bytes of the body; 0 at its end.

        Raises:
            BrokenResponseError: the exchange is late.
        """
        if self._clock() > self._due:
            if self._bytes_due is None:
                raise BrokenResponseError(f"The response takes longer than {self._bounds.seconds:g} s.")
            raise BrokenResponseError(f"The file arrives at less than {self._bounds.bytes_a_second:,} bytes a second.")
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

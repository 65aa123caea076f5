"""How is a body taken off the wire? In chunks as they arrive, within bounds of size and time."""

import time
import zlib
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Self

import requests
import urllib3

from source_pinterest import limits
from source_pinterest.api.errors import BrokenAnswerError, MalformedAnswerError

_CHUNK_BYTES = 128 * 1024
"""Larger ones tear holes into the heap, between the rows made of them, that are never filled."""
_GZIP_OR_ZLIB = zlib.MAX_WBITS | 32
_PACE_SECONDS = 60.0


@dataclass(frozen=True)
class Bounds:
    """How large a body may be, and how long it may take.

    Attributes:
        most_bytes: once decoded.
        seconds: in all; None where only the pace counts.
        bytes_a_second: the least over any minute; 0 where only the end counts.
        pace_seconds: over which the pace is measured.
    """

    most_bytes: int
    seconds: float | None = None
    bytes_a_second: float = 0
    pace_seconds: float = _PACE_SECONDS

    def hastened(self, factor: float) -> Self:
        """The same size in a part of the time, for whoever waits less than usual."""
        seconds = None if self.seconds is None else self.seconds * factor
        return replace(self, seconds=seconds, pace_seconds=self.pace_seconds * factor)


ANSWER = Bounds(limits.ANSWER_BYTES, seconds=limits.ANSWER_SECONDS)
TOKEN_ANSWER = Bounds(limits.ERROR_BYTES, seconds=limits.TOKEN_ANSWER_SECONDS)
REPORT_FILE = Bounds(limits.REPORT_BYTES, bytes_a_second=limits.DOWNLOAD_BYTES_PER_SECOND)


def chunks_of(
    response: requests.Response, bounds: Bounds, clock: Callable[[], float] = time.monotonic
) -> Iterator[bytes]:
    """The decoded body of an answer, chunk by chunk.

    Raises:
        MalformedAnswerError: it breaks off, is encoded in a way that nobody asked for, or exceeds the bounds.
    """
    watch = _Watch(bounds, clock)
    size = 0
    for chunk in _decoded(response, watch):
        size += len(chunk)
        if size > bounds.most_bytes:
            raise BrokenAnswerError(f"The answer is larger than {bounds.most_bytes:,} bytes.")
        yield chunk


def beginning_of(response: requests.Response, bounds: Bounds) -> bytes:
    """The first bytes of an error's body, which may be a whole page of a proxy's; what came of one that breaks off."""
    found = bytearray()
    try:
        for chunk in chunks_of(response, replace(bounds, most_bytes=limits.ERROR_BYTES)):
            found += chunk
    except MalformedAnswerError:
        pass
    return bytes(found)


class _Watch:
    """Looks at the time whenever bytes have come."""

    def __init__(self, bounds: Bounds, clock: Callable[[], float]) -> None:
        self._bounds, self._clock = bounds, clock
        self._began_at = clock()
        self._recent: deque[tuple[float, int]] = deque()
        self._recent_bytes = 0

    def received(self, count: int) -> None:
        """Take note of bytes.

        Raises:
            MalformedAnswerError: the body takes too long.
        """
        now, bounds = self._clock(), self._bounds
        if bounds.seconds is not None and now - self._began_at > bounds.seconds:
            raise BrokenAnswerError(f"The answer takes longer than {bounds.seconds:g} s.")
        if not bounds.bytes_a_second:
            return
        self._recent.append((now, count))
        self._recent_bytes += count
        while self._recent[0][0] < now - bounds.pace_seconds:
            self._recent_bytes -= self._recent.popleft()[1]
        least = bounds.bytes_a_second * bounds.pace_seconds
        if now - self._began_at > bounds.pace_seconds and self._recent_bytes < least:
            raise BrokenAnswerError(f"The file comes in at less than {bounds.bytes_a_second:,} bytes a second.")


def _decoded(response: requests.Response, watch: _Watch) -> Iterator[bytes]:
    encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding in ("identity", ""):
        yield from _received(response, watch)
    elif encoding in ("gzip", "x-gzip"):
        yield from _unpacked(_received(response, watch))
    else:
        raise MalformedAnswerError(f"The answer is encoded as {encoding[:40]!r}, which was not asked for.")


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
        raise MalformedAnswerError("The answer is no valid gzip.") from error
    if not unpacker.eof:
        raise BrokenAnswerError("The answer breaks off.")


def _received(response: requests.Response, watch: _Watch) -> Iterator[bytes]:
    """What has arrived, as soon as any has: a body that drips must not be waited for unseen."""
    try:
        while chunk := response.raw.read1(_CHUNK_BYTES, decode_content=False):
            watch.received(len(chunk))
            yield chunk
    except urllib3.exceptions.HTTPError as error:
        raise BrokenAnswerError(f"The answer breaks off ({type(error).__name__}).") from error

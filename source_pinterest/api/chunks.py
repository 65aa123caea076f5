"""How is a body taken off the wire? In chunks as they arrive, within bounds of size."""

import zlib
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
    seconds: float = limits.ANSWER_SECONDS
    bytes_a_second: float = 0
    pace_seconds: float = _PACE_SECONDS

    def hastened(self, factor: float) -> Self:
        """The same size in a part of the time, for whoever waits less than usual."""
        return replace(self, seconds=self.seconds * factor, pace_seconds=self.pace_seconds * factor)


ANSWER = Bounds(limits.ANSWER_BYTES)
TOKEN_ANSWER = Bounds(limits.ERROR_BYTES, seconds=limits.TOKEN_ANSWER_SECONDS)
REPORT_FILE = Bounds(limits.REPORT_BYTES, bytes_a_second=limits.DOWNLOAD_BYTES_PER_SECOND)


def chunks_of(response: requests.Response, bounds: Bounds, received: Received) -> Iterator[bytes]:
    """The decoded body of an answer, chunk by chunk.

    Args:
        response: whose body nobody has read yet.
        bounds: how large it may be.
        received: takes the number of bytes whenever some have come, and 0 at the end.

    Raises:
        MalformedAnswerError: it breaks off, is encoded in a way that nobody asked for, or exceeds the bounds.
    """
    return _bounded(_decoded(response, _bounded(_received(response, received), bounds)), bounds)


def beginning_of(response: requests.Response, bounds: Bounds, received: Received) -> bytes:
    """The first bytes of an error's body, which may be a whole page of a proxy's; what came of one that breaks off."""
    found = bytearray()
    try:
        for chunk in chunks_of(response, replace(bounds, most_bytes=limits.ERROR_BYTES), received):
            found += chunk
    except MalformedAnswerError:
        pass
    return bytes(found)


def _bounded(chunks: Iterator[bytes], bounds: Bounds) -> Iterator[bytes]:
    size = 0
    for chunk in chunks:
        size += len(chunk)
        if size > bounds.most_bytes:
            raise BrokenAnswerError(f"The answer is larger than {bounds.most_bytes:,} bytes.")
        yield chunk


def _decoded(response: requests.Response, packed: Iterator[bytes]) -> Iterator[bytes]:
    encoding = response.headers.get("Content-Encoding", "identity").strip().lower()
    if encoding in ("identity", ""):
        yield from packed
    elif encoding in ("gzip", "x-gzip"):
        yield from _unpacked(packed)
    else:
        raise MalformedAnswerError("The answer has a Content-Encoding that was not asked for.")


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


def _received(response: requests.Response, received: Received) -> Iterator[bytes]:
    """What has arrived, as soon as any has."""
    try:
        while chunk := response.raw.read1(_CHUNK_BYTES, decode_content=False):
            received(len(chunk))
            yield chunk
        received(0)
    except urllib3.exceptions.HTTPError as error:
        raise BrokenAnswerError(f"The answer breaks off ({type(error).__name__}).") from error

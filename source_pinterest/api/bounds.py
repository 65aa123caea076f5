"""The decoded chunks of a body, up to a largest size."""

from collections.abc import Iterator
from contextlib import suppress

import requests
import urllib3

from source_pinterest import limits
from source_pinterest.api.errors import BrokenResponseError

_CHUNK_BYTES = 128 * 1024
"""Larger chunks leave holes in the heap, between the rows made of them, that are never filled."""


def chunks_of(response: requests.Response, most_bytes: int) -> Iterator[bytes]:
    """Yield the decoded body of a response chunk by chunk.

    Args:
        response: a response whose body is unread.
        most_bytes: the largest body, decoded.

    Raises:
        BrokenResponseError: the body breaks off, can't be decoded, or is larger.
    """
    size = 0
    try:
        for chunk in response.raw.stream(_CHUNK_BYTES, decode_content=True):
            size += len(chunk)
            if size > most_bytes:
                raise BrokenResponseError(f"The response is larger than {most_bytes:,} bytes.")
            yield chunk
    except urllib3.exceptions.HTTPError as error:
        raise BrokenResponseError(f"The response breaks off ({type(error).__name__}).") from error


def beginning_of(response: requests.Response) -> bytes:
    """Return the first bytes of an error's body, also if it breaks off. It may be a proxy's web page of any size."""
    beginning = bytearray()
    with suppress(BrokenResponseError):
        for chunk in chunks_of(response, limits.ERROR_BYTES):
            beginning += chunk
    return bytes(beginning)

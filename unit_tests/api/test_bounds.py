"""Bodies arrive as they were sent, within a bound of size."""

import gzip

import pytest

from source_pinterest import limits
from source_pinterest.api.errors import BrokenResponseError
from source_pinterest.api.session import beginning_of, chunks_of
from unit_tests.api.connections import Wire, pieces_of, response

TEXT = b'{"items": [1, 2, 3]}' * 1_000


def body(*pieces: bytes, most_bytes: int = 1024**3, breaks_off: bool = False, **headers: str) -> bytes:
    """What comes of a body; `content_length` is the header of that name."""
    told = {name.replace("_", "-"): value for name, value in headers.items()}
    return b"".join(chunks_of(response(Wire(*pieces, breaks_off=breaks_off), told), most_bytes))


def test_a_body_comes_as_it_was_sent() -> None:
    for size in [1, 7, 100_000]:
        assert body(*pieces_of(TEXT, size)) == TEXT
        assert body(*pieces_of(gzip.compress(TEXT), size), content_encoding="gzip") == TEXT


def test_a_connection_that_breaks_is_noticed() -> None:
    with pytest.raises(BrokenResponseError, match="breaks off"):
        body(b"{}", breaks_off=True)
    with pytest.raises(BrokenResponseError, match="breaks off"):
        body(b"{}", content_length="50")
    with pytest.raises(BrokenResponseError, match="breaks off"):
        body(b"\x1f\x8b no gzip", content_encoding="gzip")


def test_a_body_that_grows_too_large_is_let_go() -> None:
    assert body(b"x" * 1_000, most_bytes=1_000) == b"x" * 1_000
    with pytest.raises(BrokenResponseError, match="larger than 1,000 bytes"):
        body(b"x" * 1_001, most_bytes=1_000)


def test_the_beginning_of_an_error_is_read() -> None:
    assert len(beginning_of(response(Wire(b"x" * 1_000_000), {}, status=502))) <= limits.ERROR_BYTES

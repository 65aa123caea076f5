"""Bookmarks mark where the next page starts and are bound to their request.

A bookmark is opaque to the client. It is only good for the request that it came from, with the same parameters, and
for a day.
"""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from itertools import count

from integration_tests.simulator.calls.errors import bad_request

LIFETIME_SECONDS = 86_400
_KEY = b"simulator"


class Bookmarks:
    """Issues bookmarks and reads them back."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._serial = count()

    def issue(self, offset: int, identity: str) -> str:
        """A bookmark to an offset in the list that `identity` requests; no two are alike."""
        body = f"{offset}|{self._clock()}|{next(self._serial)}"
        return urlsafe_b64encode(f"{body}|{_seal(body, identity)}".encode()).decode()

    def offset(self, bookmark: str, identity: str) -> int:
        try:
            body, _, seal = urlsafe_b64decode(bookmark.encode()).decode().rpartition("|")
            offset, issued, _ = body.split("|")
        except ValueError:
            raise bad_request("Invalid bookmark.") from None
        if not hmac.compare_digest(seal, _seal(body, identity)):
            raise bad_request("Invalid bookmark.")
        if self._clock() - float(issued) > LIFETIME_SECONDS:
            raise bad_request("The bookmark has expired.")
        return int(offset)


def _seal(body: str, identity: str) -> str:
    return hmac.new(_KEY, f"{body}\n{identity}".encode(), "sha256").hexdigest()[:16]

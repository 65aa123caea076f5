"""How does a stream make one call by itself? With a client that makes the first, and no other."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

from integration_tests.tools.live.calls import Calls, Sighting
from source_pinterest.api.session import ApiResponse

T = TypeVar("T")


class OneCallError(Exception):
    """The stream has made its call: it was refused, or another one would follow."""


class FirstCall:
    """Stands in for the client of a stream.

    Args:
        calls: asks Pinterest.
        stream: its name.
    """

    def __init__(self, calls: Calls, stream: str) -> None:
        self._calls, self._stream = calls, stream
        self.sighting: Sighting | None = None

    def get(self, path: str, params: Mapping[str, Any], parse: Callable[[Iterator[bytes]], T]) -> ApiResponse[T]:
        """Make the call.

        Raises:
            OneCallError: it was refused, or is not the first.
            MalformedResponseError: the parser does not take the answer.
        """
        if self.sighting is not None:
            raise OneCallError
        self.sighting = self._calls.get(self._stream, path, params, params.keys())
        if not self.sighting.is_fine:
            raise OneCallError
        return ApiResponse(parse(iter([json.dumps(self.sighting.body).encode()])), 0)

    def url_length(self, path: str, params: Mapping[str, Any]) -> int:
        """How many characters the address of a call has."""
        return self._calls.url_length(path, params)

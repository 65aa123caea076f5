"""`Reply` holds the response before a fault changes it."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import orjson

from integration_tests.simulator.calls.errors import ApiError

JSON = "application/json"


@dataclass
class Reply:
    """Status, body and headers of one answer; with a rest, the body is only its beginning."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)
    media_type: str = JSON
    rest: Iterator[bytes] | None = None  # what follows the body, where it is too much to be held


def rejection(error: ApiError) -> Reply:
    return Reply(error.status, orjson.dumps({"code": error.code, "message": error.message, "status": "failure"}))

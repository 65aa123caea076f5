"""The request log records each request and how it was answered.

Tests count calls and look at parameters here; secrets never get into it.
"""

from dataclasses import asdict, dataclass, field
from typing import Any

LOGGED_HEADERS = ("user-agent", "accept", "accept-encoding", "content-type", "connection")


@dataclass
class Entry:
    """One request and how it was answered; status 0 stands for no answer."""

    operation_id: str
    category: str
    method: str
    path: str
    time: float
    path_parameters: dict[str, str] = field(default_factory=dict)
    query: list[tuple[str, str]] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    account: str = ""  # the ad account of the path, of the query, or of the report
    level: str = ""  # of the report
    body: Any = None  # the JSON that was sent
    status: int = 0
    body_bytes: int = 0
    fault: str | None = None
    broken_rule: str = ""  # of the API, for which the request was refused

    def values(self, name: str) -> list[str]:
        """Every value of a query parameter, arrays taken apart whichever way they were sent."""
        return [item for key, value in self.query if key == name for item in value.split(",")]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

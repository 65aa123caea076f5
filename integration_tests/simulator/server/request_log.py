"""The request log records each request and how it was answered.

Tests count calls and look at parameters here; secrets never get into it.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Any


@dataclass
class Entry:
    """One request and how it was answered; status 0 represents no answer."""

    operation_id: str
    category: str
    method: str
    path: str
    time: float
    path_parameters: dict[str, str] = field(default_factory=dict)
    query: list[tuple[str, str]] = field(default_factory=list)
    account: str = ""  # the ad account of the path, of the query, or of the report
    level: str = ""  # of the report
    size: int = 0  # the rows of an analytics request, entities times days, or the days of a report
    body: Any = None  # the JSON that was sent
    status: int = 0
    fault: str | None = None
    broken_rule: str = ""  # of the API, for which the request was rejected

    def rows(self) -> int:
        """How many rows an analytics request is for at most: entities times days; 0 of any other request."""
        query = dict(self.query)
        if not {"start_date", "end_date"} <= query.keys():
            return 0
        try:
            days = date.fromisoformat(query["end_date"]) - date.fromisoformat(query["start_date"])
        except ValueError:
            return 0
        return (days.days + 1) * max(1, len(self.entities))

    @property
    def entities(self) -> list[str]:
        """The ids that the query names."""
        names = {name for name, _ in self.query if name.endswith("_ids")}
        return [value for name in names for value in self.values(name)]

    def values(self, name: str) -> list[str]:
        """Every value of a query parameter, arrays taken apart whichever way they were sent."""
        return [item for key, value in self.query if key == name for item in value.split(",")]

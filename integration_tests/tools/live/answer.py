"""What is an answer? What was seen, in names and numbers, and what it means for the connector."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from integration_tests.tools.live.calls import Sighting
from integration_tests.tools.live.shapes import number


class Answer(NamedTuple):
    """An answer to a question.

    Attributes:
        seen: facts without data of the account.
        means: a sentence or two.
    """

    seen: Mapping[str, Any]
    means: str


def outcome(sighting: Sighting) -> str:
    """How a call ended, in status and code."""
    if sighting.is_fine:
        return "taken"
    if not sighting.status:
        return "no answer"
    if sighting.verdict is None or not sighting.is_from_pinterest:
        return f"HTTP {sighting.status}, not JSON"
    return (
        f"HTTP {sighting.status}" if sighting.code is None else f"HTTP {sighting.status}, code {number(sighting.code)}"
    )

"""What a refused request is told."""

from typing import Any, NamedTuple


class Refusal(NamedTuple):
    """What a refused call is told."""

    status: int
    code: int
    message: str


def refusal(answer: Any) -> Refusal:
    body = answer.json()
    assert set(body) == {"code", "message", "status"}, body
    return Refusal(answer.status_code, body["code"], body["message"])

"""Values that break the rule of a parameter, and what a refused request is told."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from integration_tests.simulator.calls.parameters import (
    Choice,
    CommaArray,
    Day,
    DeepObject,
    Digits,
    Flag,
    Integer,
    Parameter,
    RepeatedArray,
    Text,
)


class Refusal(NamedTuple):
    """What a refused call is told."""

    status: int
    code: int
    message: str


def refusal(answer: Any) -> Refusal:
    body = answer.json()
    assert set(body) == {"code", "message", "status"}, body
    return Refusal(answer.status_code, body["code"], body["message"])


def legal(parameter: Parameter) -> str:
    """A value that the parameter takes and that is not its default."""
    if isinstance(parameter, Choice):
        return next((value for value in parameter.values if value != parameter.default), parameter.values[0])
    if isinstance(parameter, RepeatedArray | CommaArray):
        return legal(parameter.item)
    return {Flag: "false" if parameter.default else "true", Day: "2026-11-20"}.get(type(parameter), "1")


def too_long(parameter: Any) -> list[str]:
    """More characters than the parameter takes, if there is a bound."""
    return [] if parameter.max_length is None else ["1" * (parameter.max_length + 1)]


def wrong_items(array: Any) -> list[str]:
    """An item that is wrong beside one that is right, and more items than the array takes."""
    beside = [f"{legal(array.item)},{item}" for item in illegal(array.item) if isinstance(item, str)]
    return beside if array.max_items is None else [*beside, ",".join([legal(array.item)] * (array.max_items + 1))]


WRONG: Mapping[type, Callable[[Any], list[Any]]] = {
    Choice: lambda _: ["NONSENSE", ""],
    Flag: lambda _: ["True", "1", ""],
    Day: lambda _: ["2026-2-1", "20260201", "2026-02-30", "2026-02-01T00:00:00", "today", ""],
    DeepObject: lambda _: ["RETAIL", "[]"],
    Integer: lambda one: [one.minimum - 1, "1.0", "", *([one.maximum + 1] if one.maximum else [])],
    Digits: lambda one: ["12a", *too_long(one)],
    Text: lambda one: ["", *too_long(one)],
    RepeatedArray: wrong_items,
    CommaArray: wrong_items,
}


def illegal(parameter: Parameter) -> list[Any]:
    """Values that break the parameter's rule, each just so; None where it is missing."""
    missing = [None] if parameter.required else []
    twice = [] if isinstance(parameter, RepeatedArray) else [[legal(parameter)] * 2]
    return [*missing, *twice, *WRONG[type(parameter)](parameter)]

"""Alterations make a response differ from the truth without breaking it. Each is a function of its JSON.

A test names the operation: `sim.alter("campaigns/list", items_moved_by_one())`.
"""

from collections.abc import Callable
from typing import Any

from integration_tests.simulator.server.request_log import Entry

Row = dict[str, Any]
Alteration = Callable[[Entry, Any], Any]
"""Takes a request and the JSON that it deserves, and gives the JSON that it gets."""


def items_moved_by_one() -> Alteration:
    """An item is added at the top of a list while it is paged: a page begins with the last item of the one before."""
    last: dict[tuple[str, str], Any] = {}

    def alter(entry: Entry, page: Any) -> Any:
        list_of = (entry.path, "&".join(f"{name}={value}" for name, value in entry.query if name != "bookmark"))
        before = last.get(list_of) if entry.values("bookmark") else None
        if page["items"]:
            last[list_of] = page["items"][-1]
        return {**page, "items": [*([before] if before else []), *page["items"]]}

    return alter


def without(field: str, victim: str) -> Alteration:
    """One item of a list lacks a field: its key, or the object that has its key."""

    def lacks(item: Row) -> bool:
        return victim in (str(item[field]), str(item[field].get("id")) if isinstance(item[field], dict) else "")

    def alter(_: Entry, page: Any) -> Any:
        items = [
            {name: value for name, value in item.items() if name != field or not lacks(item)} for item in page["items"]
        ]
        return {**page, "items": items}

    return alter


def lacking(item_id: str, *fields: str) -> Alteration:
    """One item of a list, named by its ID, lacks some fields."""

    def alter(_: Entry, page: Any) -> Any:
        items = [
            {name: value for name, value in item.items() if item.get("id") != item_id or name not in fields}
            for item in page["items"]
        ]
        return {**page, "items": items}

    return alter


def each_row(value: Any, change: Callable[[Row], list[Row]]) -> Any:
    """The JSON with other rows instead of each row: an object of numbers by day, or a pin of a ranking."""
    if isinstance(value, dict):
        return {name: each_row(part, change) for name, part in value.items()}
    if not isinstance(value, list):
        return value
    return [new for row in value for new in (change(row) if _is_row(row) else [each_row(row, change)])]


def _is_row(value: Any) -> bool:
    return isinstance(value, dict) and bool(
        {"DATE", "date", "pin_id"} & {*value, *(value["metrics"] if isinstance(value.get("metrics"), dict) else ())}
    )


def with_field(row: Row, name: str, new: Callable[[Any], Any]) -> Row:
    """The row, or the metrics in it, with another value in a field that it has."""
    if name in row:
        return {**row, name: new(row[name])}
    metrics = row.get("metrics")
    return {**row, "metrics": with_field(metrics, name, new)} if isinstance(metrics, dict) and name in metrics else row

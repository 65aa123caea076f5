"""Alterations make a response differ from the truth without breaking it. Each is a function of its JSON.

A test names the operation: `sim.alter("campaigns/list", items_moved_by_one())`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import orjson

from integration_tests.simulator.server.reply import Reply
from integration_tests.simulator.server.request_log import Entry

Alteration = Callable[[Entry, Any], Any]
"""Takes a request and the JSON that it deserves, and gives the JSON that it gets."""


@dataclass
class Alterations:
    """The alterations of a simulator, by operation."""

    _by_operation: dict[str, list[Alteration]] = field(default_factory=dict)

    def add(self, operation_id: str, alteration: Alteration) -> None:
        self._by_operation.setdefault(operation_id, []).append(alteration)

    def clear(self) -> None:
        self._by_operation.clear()

    def apply(self, entry: Entry, reply: Reply) -> None:
        """Alters a proper answer; an error stays what it is."""
        if reply.status != 200:
            return
        alterations = self._by_operation.get(entry.operation_id, ())
        if alterations and reply.rest is not None:
            reply.body, reply.rest = b"".join((reply.body, *reply.rest)), None
        for alteration in alterations:
            reply.body = orjson.dumps(alteration(entry, orjson.loads(reply.body)))


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


def also_in(account: str, items: list[Any]) -> Alteration:
    """The list of one ad account also has these items, which are another's."""

    def alter(entry: Entry, page: Any) -> Any:
        foreign = items if entry.account == account and not entry.values("bookmark") else []
        return {**page, "items": [*page["items"], *foreign]}

    return alter

"""Which states may come in, and what do they say for each ad account?

Our own, the flat one of the official connector's 0.1 and 1 (`{"DATE": ...}`), and the nested one of its 2.x, whose
entity-level partitions fold into their account.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Cursor = dict[str, Any]

ACCOUNT_KEY = "ad_account_id"
FLAT_KEY = "flat"
"""Holds a flat cursor until every account that existed then has an entry of its own."""


@dataclass
class SavedState:
    """An incoming state, account by account.

    Attributes:
        accounts: the cursor of each account.
        flat: the value that holds for accounts without an entry, in the sync that first meets it.
    """

    accounts: dict[str, Cursor] = field(default_factory=dict)
    flat: Any = None


def read_state(state: Mapping[str, Any], cursor_field: str, older: Callable[[Any, Any], Any]) -> SavedState:
    """Understand any shape of state; what is not understood is left out.

    Args:
        state: as it comes in.
        cursor_field: `DATE` or `updated_time`.
        older: the lesser of two cursor values, also where an older connector wrote them as another type.
    """
    saved = SavedState()
    entries = state.get("states")
    for entry in map(_mapping, entries if isinstance(entries, list) else ()):
        account, cursor = _account_of(_mapping(entry.get("partition"))), _mapping(entry.get("cursor"))
        if account is None or cursor.get(cursor_field) is None:
            continue
        known = saved.accounts.get(account)
        if known is None:
            saved.accounts[account] = dict(cursor)
        else:
            known[cursor_field] = older(known[cursor_field], cursor[cursor_field])
    holds_for_all = state.get("use_global_cursor") or not saved.accounts
    for flat in (state.get(FLAT_KEY), state.get("state") if holds_for_all else None, state):
        if isinstance(flat, Mapping) and flat.get(cursor_field) is not None:
            saved.flat = flat[cursor_field]
            break
    return saved


def progress_of(state: Mapping[str, Any], cursor_field: str) -> tuple[str, int]:
    """How far a stream has come: its oldest cursor, and how many accounts have one. The least is furthest behind."""
    saved = read_state(state, cursor_field, lambda one, other: min(str(one), str(other)))
    cursors = [str(cursor[cursor_field]) for cursor in saved.accounts.values()]
    return min([*cursors, *([str(saved.flat)] if saved.flat else [])], default=""), len(cursors)


def write_state(saved: SavedState, cursor_field: str) -> dict[str, Any]:
    """The state to hand out, smallest account id first, so that equal states are equal text."""
    state: dict[str, Any] = {
        "states": [
            {"partition": {ACCOUNT_KEY: account}, "cursor": saved.accounts[account]}
            for account in sorted(saved.accounts)
        ],
    }
    if saved.flat is not None:
        state[FLAT_KEY] = {cursor_field: saved.flat}
    return state


def _account_of(partition: Mapping[str, Any]) -> str | None:
    """The ad account of a partition; in 2.x it is the outermost parent."""
    if ACCOUNT_KEY in partition:
        return str(partition[ACCOUNT_KEY])
    while parent := _mapping(partition.get("parent_slice")):
        partition = parent
    return str(partition["id"]) if "id" in partition else None


def _mapping(value: Any) -> Mapping[str, Any]:
    """The value if it is a mapping, else an empty one."""
    return value if isinstance(value, Mapping) else {}

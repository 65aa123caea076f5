"""The formats of saved states, read and written as one position for each ad account.

Three formats are read: this connector's, the flat one of the official connector's versions 0.1 and 1
(`{"DATE": ...}`), and the nested one of its 2.x. The latter has several partitions of an account: one for each entity
and, since 2.3, for each chunk of the statuses that a report requests. The oldest of them is the account's position.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Position = dict[str, Any]
"""How far an account was read: what the state has under `cursor`."""

ACCOUNT_KEY, PIN_KEY = "ad_account_id", "pin_id"
FLAT_KEY = "flat"
"""The key of a flat position, which a state keeps until every account of that time has its own entry."""

FORM_KEY = "form"
"""The part of a state that says how rows were emitted and how much time each covers. Other connectors have none."""

_BESIDE_POSITIONS = {
    *(FORM_KEY, "asked", "failed", "full_refresh", "just_read", "owed", "owners", "partition"),
    *("lookback_window", "parent_state", "use_global_cursor"),
}
"""The parts of a state that name no position: this connector's, and those of the official connector's 2.x."""

_OF_THE_FRAMEWORK = "__ab_"


@dataclass
class SavedState:
    """An incoming state, account by account.

    Attributes:
        accounts: the position of each account.
        flat: the cursor value of accounts without an entry; None once all accounts have one.
    """

    accounts: dict[str, Position] = field(default_factory=dict)
    flat: Any = None


def read_state(state: Mapping[str, Any], cursor_field: str, older: Callable[[Any, Any], Any]) -> SavedState:
    """Read a state of any of the formats. Unknown parts are ignored.

    Args:
        state: the incoming state.
        cursor_field: the name of the cursor value, such as `DATE` or `updated_time`.
        older: returns the lesser of two cursor values, which may differ in type.
    """
    saved = SavedState()
    entries = state.get("states")
    for entry in map(_mapping, entries if isinstance(entries, list) else ()):
        account, position = _account_of(_mapping(entry.get("partition"))), _mapping(entry.get("cursor"))
        if account is None or position.get(cursor_field) is None:
            continue
        known = saved.accounts.setdefault(account, dict(position))
        known[cursor_field] = older(known[cursor_field], position[cursor_field])
    holds_for_all = state.get("use_global_cursor") or not saved.accounts
    parts = (state.get(FLAT_KEY), state.get("state") if holds_for_all else None, state)
    values = (_mapping(part).get(cursor_field) for part in parts)
    saved.flat = next((value for value in values if value is not None), None)
    return saved


def has_position(state: Any) -> bool:
    """Return whether a state, or a part of one, names a position, in a form that is known or in another one."""
    match state:
        case Mapping():
            keys = (key for key in state if key not in _BESIDE_POSITIONS and not key.startswith(_OF_THE_FRAMEWORK))
            return any(has_position(state[key]) for key in keys)
        case list():
            return any(map(has_position, state))
        case _:
            return state not in (None, "")


def progress_of(state: Mapping[str, Any], cursor_field: str) -> tuple[str, int]:
    """Return the oldest position of a stream and how many accounts have one. The least such pair is furthest behind."""
    saved = read_state(state, cursor_field, lambda one, other: min(str(one), str(other)))
    positions = [str(position[cursor_field]) for position in saved.accounts.values()]
    return min([*positions, *([str(saved.flat)] if saved.flat else [])], default=""), len(positions)


def write_state(saved: SavedState, cursor_field: str) -> dict[str, Any]:
    """Write a state, ordered by account id, so that equal states are equal text."""
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
    """Return the ad account of a partition; in 2.x it is the outermost parent."""
    if ACCOUNT_KEY in partition:
        return str(partition[ACCOUNT_KEY])
    while parent := _mapping(partition.get("parent_slice")):
        partition = parent
    return str(partition["id"]) if "id" in partition else None


def _mapping(value: Any) -> Mapping[str, Any]:
    """Return the value if it is a mapping, otherwise an empty one."""
    return value if isinstance(value, Mapping) else {}

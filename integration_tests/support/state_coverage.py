"""Compute which records a state promises not to bring again. They must have come before it."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from integration_tests.support.assertions import Key
from integration_tests.support.outputs import Record

Promise = Callable[[Record], bool]
"""Whether a record is promised."""

_DAYS = {"from", "missing"}
_CURSORS: Mapping[str, set[str]] = {
    "DATE": {"DATE", *_DAYS},
    "date": {"date", *_DAYS},
    "updated_time": {"updated_time", "statuses"},
    "ad_created_time": {"ad_created_time"},
}
"""What a cursor may hold, by the field that it is known by."""


class UnknownStateError(Exception):
    """A state has a shape of which nobody knows what it promises."""


def covered_keys(state: Mapping[str, Any], expected_records: Mapping[Key, Record]) -> set[Key]:
    """The keys that a state covers.

    Raises:
        UnknownStateError: the state is of an unknown shape.
    """
    promises = list(_promises(state))
    unread = state.get("unread") or {}  # pins of ads, each under its ad account
    known = {key: record for key, record in expected_records.items() if "/".join(map(str, key)) not in unread}
    return {key for key, record in known.items() if any(promise(record) for promise in promises)}


def _promises(state: Mapping[str, Any]) -> Iterator[Promise]:
    own = {name: part for name, part in state.items() if name in _CURSORS["date"]} if "date" in state else {}
    if own:  # the days of the token's own user, beside everything else
        yield _both(_of_cursor(own), lambda record: "ad_account_id" not in record)
    for name, part in state.items():
        if name in _PARTS:
            yield from _PARTS[name](part)
        elif name not in own and name not in _PROMISE_NOTHING:
            raise UnknownStateError(f"{name} in {state}")


def _both(one: Promise, other: Promise) -> Promise:
    return lambda record: one(record) and other(record)


def _of_refresh(mark: Mapping[str, Any]) -> Iterator[Promise]:
    """A stream that has ended was read completely; of one that has not the cursor tells."""
    if not isinstance(mark, Mapping) or set(mark) != {"generation", "ended"}:
        raise UnknownStateError(f"full_refresh {mark}")
    if mark["ended"]:
        yield lambda _: True


def _of_account(entry: Mapping[str, Any]) -> Promise:
    if set(entry) != {"partition", "cursor"} or set(entry["partition"]) != {"ad_account_id"}:
        raise UnknownStateError(f"an entry {entry}")
    account = entry["partition"]["ad_account_id"]
    return _both(lambda record: _id_of(record, "ad_account_id") == account, _of_cursor(entry["cursor"]))


def _of_cursor(cursor: Mapping[str, Any]) -> Promise:
    fields = [field for field in _CURSORS if field in cursor]
    if len(fields) != 1 or not set(cursor) <= _CURSORS[fields[0]]:
        raise UnknownStateError(f"a cursor {cursor}")
    [field] = fields
    if field == "ad_created_time":
        return lambda _: True
    if field == "updated_time":
        return lambda record: "statuses" not in cursor or record.get("status") in cursor["statuses"]
    return lambda record: _covers(cursor, field, record[field])


def _covers(cursor: Mapping[str, Any], field: str, day: str) -> bool:
    is_missing = any(start <= day <= end for start, end in cursor.get("missing", ()))
    return bool(cursor.get("from", "") <= day <= cursor[field]) and not is_missing


def _of_board(name: str, modified_at: str) -> Promise:
    """All pins of a board, as long as it does not change; one of an owner is called by the ad account too."""
    *account, board = name.split("/")
    return lambda record: (
        record["board_id"] == board
        and record["board_pins_modified_at"] == modified_at
        and ([record["ad_account_id"]] if "ad_account_id" in record else []) == account
    )


def _of_reading(entry: Mapping[str, Any]) -> Promise:
    """The days of the pins that an unfinished pass has seen. It takes them by their last digits."""
    known = {"start_date", "end_date", "after"}
    if not known <= set(entry) <= {*known, "ad_account_id", "only_active"}:
        raise UnknownStateError(f"a reading {entry}")
    return lambda record: (
        record.get("ad_account_id") == entry.get("ad_account_id")
        and str(record["pin_id"])[::-1] <= entry["after"][::-1]
        and bool(entry["start_date"] <= record["date"] <= entry["end_date"])
    )


def _id_of(record: Record, name: str) -> str:
    return str(record.get(name) or record.get(name.upper()))


_PARTS: Mapping[str, Callable[[Any], Iterator[Promise]]] = {
    "full_refresh": _of_refresh,
    "states": lambda entries: map(_of_account, entries),
    "flat": lambda cursor: iter([_of_cursor(cursor)]),
    "boards": lambda boards: (_of_board(name, modified_at) for name, modified_at in boards.items()),
    "reading": lambda entries: map(_of_reading, entries),
}
_PROMISE_NOTHING = {"asked", "form", "just_read", "owed", "owners", "unread", "__ab_no_cursor_state_message"}

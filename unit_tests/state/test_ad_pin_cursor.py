"""Which pins of ads are known, by the ads that promote them and the state."""

from typing import Any

import pytest

from source_pinterest import limits
from source_pinterest.api.errors import FatalError, SliceError
from source_pinterest.engine.tasks import Task
from source_pinterest.state.ad_pin_cursor import AdPinCursor, PromotedPins
from unit_tests.state.stores import store

LISTED_AT = 10_000


def owed(**failures: int) -> list[dict[str, Any]]:
    return [{"ad_account_id": "11", "pin_id": pin, "failures": syncs} for pin, syncs in failures.items()]


def saved(cursor: int | str, *new: str, **failures: int) -> dict[str, Any]:
    """A state of the account, with pins that have not failed, and others that have."""
    states = [{"partition": {"ad_account_id": "11"}, "cursor": {"ad_created_time": cursor}}]
    state: dict[str, Any] = {"states": states, "unread": {f"11/{pin}": 0 for pin in new}}
    return {**state, "owed": owed(**failures)} if failures else state


def promoted(*ads: tuple[Any, ...]) -> PromotedPins:
    found = PromotedPins(LISTED_AT)
    for pin, *times in ads:
        found.add({"pin_id": pin, **dict(zip(("created_time", "updated_time"), times, strict=False))})
    return found


@pytest.mark.parametrize(
    ("state", "ads", "read", "cursor"),
    [
        ({}, [("a", 5), ("b", 7), ("a", 6), (None, 8)], ["a", "b"], 7),
        (saved(7), [("a", 5), ("b", 7)], [], 7),
        (saved("7"), [("a", 7), ("b", 8)], ["b"], 8),
        (saved(7), [("a", 5), ("a", 9)], [], 9),  # it is known by its older ad
        (saved(7), [("a", 5)], [], 7),
        (saved(7), [("a", 5, 9), ("b", 5, 7)], ["a"], 9),  # a draft that was published, or a new ad of an old pin
        (saved(7), [("a", None, 9)], ["a"], 9),
        (saved(7, b=2, a=1), [("a", 5), ("b", 6), ("c", 9)], ["c", "b", "a"], 9),
        (saved(7, gone=1), [("a", 5)], [], 7),  # no ad promotes it any more
        (saved(7), [("a", None), ("b", 5)], ["a"], 7),  # an ad without a time may be a new one
        ({}, [("a", LISTED_AT - 299)], ["a"], LISTED_AT - 300),
        (saved(LISTED_AT - 300), [("a", LISTED_AT - 299)], ["a"], LISTED_AT - 300),
    ],
)
def test_a_pin_is_known_by_an_ad_that_is_no_younger_than_the_cursor(
    state: dict[str, Any], ads: list[tuple[Any, ...]], read: list[str], cursor: int
) -> None:
    subject = AdPinCursor(store(state))
    new, due = subject.plan("11", promoted(*ads))

    assert [*new, *due] == read
    assert subject.state == saved(cursor, *new, **{pin: debt.failed_syncs for pin, debt in due.items()})


def test_an_edit_does_not_change_when_an_ad_was_made() -> None:
    assert promoted(("a", 5, 9), ("a", 3, 20), ("b", None, 4)).made == {"a": 5}


def of(account: str, pin: str) -> Task:
    return Task({"ad_account_id": account, "pin_id": pin}, lambda _: iter(()))


def test_a_pin_that_was_read_is_not_unread_and_one_that_failed_is_owed() -> None:
    subject = AdPinCursor(store({}))
    subject.plan("11", promoted(*((pin, 5) for pin in "abcd")))
    subject.commit(of("11", "a"))
    subject.fail(of("11", "b"), SliceError("no"))
    subject.fail(of("11", "d"), FatalError("no"))

    assert subject.state == saved(5, "c", "d", b=1)


def test_a_state_of_an_older_version_has_the_pins_that_failed_among_the_unread_ones() -> None:
    """A platform may have changed the order of the mapping, so that a list had that of the pins that failed."""
    unread = {"11/a": 9, "11/b": 1, "11/c": 0}
    assert AdPinCursor(store({"unread": unread})).state["owed"] == owed(a=9, b=1)
    assert AdPinCursor(store({"unread": unread, "behind": ["11/b", "11/a"]})).state["owed"] == owed(b=1, a=9)


def test_a_sync_asks_for_the_pins_of_its_accounts_that_have_waited_longest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "PINS_OWED_IN_A_SYNC", 2)
    subject = AdPinCursor(store({"unread": {"14/d": 1, "13/c": 5, "12/b": 1, "11/a": 9}}))
    assert subject.owed.due(["11", "12", "13"]) == {("13", "c"), ("12", "b")}
    subject.fail(of("13", "c"), SliceError("no"))
    assert [one["pin_id"] for one in subject.state["owed"]] == ["d", "b", "a", "c"]

"""Which pins of ads are known, by the ads that promote them and the state."""

from typing import Any

import pytest

from source_pinterest import limits
from source_pinterest.api.errors import FatalError, SliceError
from source_pinterest.engine.tasks import Task
from source_pinterest.state.ad_pin_cursor import AdPinCursor, PromotedPins
from unit_tests.state.stores import store

LISTED_AT = 10_000


def saved(cursor: int | str, **unread: int) -> dict[str, Any]:
    """A state of the account; the pins that have failed are behind in this order."""
    states = [{"partition": {"ad_account_id": "11"}, "cursor": {"ad_created_time": cursor}}]
    behind = [f"11/{pin}" for pin, syncs in unread.items() if syncs]
    state = {"states": states, "unread": {f"11/{pin}": syncs for pin, syncs in unread.items()}}
    return {**state, "behind": behind} if behind else state


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
    new, behind = subject.plan("11", promoted(*ads))
    syncs = {name.partition("/")[2]: syncs for name, syncs in state.get("unread", {}).items()}

    assert [*new, *behind] == read
    assert subject.state == saved(cursor, **{pin: syncs.get(pin, 0) for pin in read})


def test_an_edit_does_not_change_when_an_ad_was_made() -> None:
    assert promoted(("a", 5, 9), ("a", 3, 20), ("b", None, 4)).made == {"a": 5}


def of(account: str, pin: str) -> Task:
    return Task({"ad_account_id": account, "pin_id": pin}, lambda _: iter(()))


def test_a_pin_that_was_read_is_not_unread_and_one_that_failed_is_behind() -> None:
    subject = AdPinCursor(store({}))
    subject.plan("11", promoted(*((pin, 5) for pin in "abcd")))
    subject.commit(of("11", "a"))
    subject.fail(of("11", "b"), SliceError("no"))
    subject.fail(of("11", "c"))
    subject.fail(of("11", "d"), FatalError("no"))

    assert subject.state == saved(5, b=1, c=0, d=0)


def test_a_sync_asks_for_the_pins_of_its_accounts_that_have_waited_longest(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever order a platform gives the mapping, and also of a state of an older version, which has no list."""
    monkeypatch.setattr(limits, "PINS_BEHIND_IN_A_SYNC", 2)
    unread = {"11/a": 9, "12/b": 1, "13/c": 5, "14/d": 1, "11/e": 0}
    assert AdPinCursor(store({"unread": unread})).asked_for(["11", "12"]) == {("11", "a"), ("12", "b")}

    subject = AdPinCursor(store({"unread": unread, "behind": ["14/d", "13/c", "12/b", "11/a"]}))
    assert subject.asked_for(["11", "12", "13"]) == {("13", "c"), ("12", "b")}
    subject.fail(of("13", "c"), SliceError("no"))
    assert subject.state["behind"] == ["14/d", "12/b", "11/a", "13/c"]

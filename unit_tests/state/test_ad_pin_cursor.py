"""Which pins of ads are known, by the ads that promote them and the state."""

from typing import Any

import pytest

from source_pinterest.api.errors import FatalError, SliceError
from source_pinterest.engine.tasks import Task
from source_pinterest.state.ad_pin_cursor import AdPinCursor, PromotedPins
from unit_tests.state.stores import store

LISTED_AT = 10_000


def saved(cursor: int | str, **unread: int) -> dict[str, Any]:
    states = [{"partition": {"ad_account_id": "11"}, "cursor": {"ad_created_time": cursor}}]
    return {"states": states, "unread": {f"11/{pin}": syncs for pin, syncs in unread.items()}}


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
        (saved(7, a=2, b=1), [("a", 5), ("b", 6), ("c", 9)], ["c", "b", "a"], 9),
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
    planned = subject.plan("11", promoted(*ads))
    syncs = {name.partition("/")[2]: syncs for name, syncs in state.get("unread", {}).items()}

    assert list(planned) == read
    unread = {pin: syncs.get(pin, 0) for pin in read}
    assert subject.state == {**saved(cursor, **unread)}


def test_an_edit_does_not_change_when_an_ad_was_made() -> None:
    assert promoted(("a", 5, 9), ("a", 3, 20), ("b", None, 4)).made == {"a": 5}


def test_a_pin_that_was_read_is_not_unread_and_one_that_failed_counts() -> None:
    subject = AdPinCursor(store({}))
    subject.plan("11", promoted(*((pin, 5) for pin in "abcd")))
    of_pins = [{"ad_account_id": "11", "pin_id": pin} for pin in "abcd"]
    read, failed, untried, stopped = (Task(parents, lambda _: iter(())) for parents in of_pins)
    subject.commit(read)
    subject.fail(failed, SliceError("no"))
    subject.fail(untried)
    subject.fail(stopped, FatalError("no"))

    assert subject.state["unread"] == {"11/b": 1, "11/c": 0, "11/d": 0}

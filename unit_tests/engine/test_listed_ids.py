"""Parents are listed once, and whoever needs their ids waits for them."""

import threading
import tracemalloc
from collections.abc import Callable, Iterable
from concurrent.futures import Future

import pytest

from source_pinterest.api.errors import ConfigError, RefusedError
from source_pinterest.engine.listed_ids import ListedIds
from source_pinterest.engine.tasks import ParentIds
from unit_tests.threads import PATIENCE_SECONDS, in_thread, waits


class Listing:
    """Lists ids when it is asked, and counts how often."""

    def __init__(self, *ids: str, error: Exception | None = None) -> None:
        self.ids = ids
        self.error = error
        self.asked: list[ParentIds] = []
        self.may_answer = threading.Event()
        self.may_answer.set()
        self.is_asked = threading.Event()

    def __call__(self, key: ParentIds) -> Iterable[str]:
        self.asked.append(key)
        self.is_asked.set()
        assert self.may_answer.wait(PATIENCE_SECONDS)
        if self.error:
            raise self.error
        return self.ids


def asking(ids: ListedIds, key: ParentIds = ()) -> "Future[list[str]]":
    """A thread that asks for a listing."""
    return in_thread(lambda: list(ids.get(key)))


def promised(listing: Callable[[ParentIds], Iterable[str]]) -> ListedIds:
    """The ids of a parent stream that is selected together with a child, and has promised all of its listings."""
    ids = ListedIds("lead_forms", listing)
    ids.announce()
    ids.want()
    ids.promise(())
    ids.seal()
    return ids


def test_many_threads_share_one_fetch_of_each_listing() -> None:
    listing = Listing("1", "2")
    listing.may_answer.clear()
    ids = ListedIds("lead_forms", listing)
    futures = [asking(ids) for _ in range(3)]
    assert all(waits(future) for future in futures)
    listing.may_answer.set()

    assert [future.result(PATIENCE_SECONDS) for future in futures] == [["1", "2"]] * 3
    assert list(ids.get(())) == list(ids.get(("a",))) == ["1", "2"]
    assert listing.asked == [(), ("a",)]


def test_a_selected_parent_fills_what_others_wait_for_once_it_is_whole() -> None:
    listing = Listing()
    ids = promised(listing)
    future = asking(ids)
    assert waits(future)
    with ids.filling(()) as collected:
        collected.extend(["1"])
        assert waits(future)
        collected.extend(["2"])

    assert future.result(PATIENCE_SECONDS) == ["1", "2"]
    ids.release(())
    ids.promise(())
    assert list(ids.get(())) == ["1", "2"], "a release leaves what is read"
    assert listing.asked == []


def test_a_listing_not_promised_yet_is_waited_for_until_the_parent_is_sealed() -> None:
    listing = Listing("9")
    ids = ListedIds("lead_forms", listing)
    ids.announce()
    future = asking(ids, ("account",))
    assert waits(future)
    ids.seal()

    assert future.result(PATIENCE_SECONDS) == ["9"]
    assert listing.asked == [("account",)]


@pytest.mark.parametrize("failure", [RefusedError("no"), GeneratorExit()])
def test_a_listing_whose_reader_failed_is_fetched_by_a_waiter(failure: BaseException) -> None:
    listing = Listing("1", "2")
    ids = promised(listing)
    futures = [asking(ids) for _ in range(3)]
    with pytest.raises(type(failure)), ids.filling(()):
        raise failure

    assert [future.result(PATIENCE_SECONDS) for future in futures] == [["1", "2"]] * 3
    assert listing.asked == [()]


def test_a_released_promise_is_fetched_by_a_waiter() -> None:
    ids = promised(Listing("1"))
    future = asking(ids)
    assert waits(future)
    ids.release(())

    assert future.result(PATIENCE_SECONDS) == ["1"]


def test_a_release_does_not_take_a_listing_from_its_reader() -> None:
    """A stream whose slice failed releases it once more at its very end, when a waiter may be reading it already."""
    listing = Listing("1")
    listing.may_answer.clear()
    ids = promised(listing)
    first = asking(ids)
    with pytest.raises(RefusedError), ids.filling(()):
        raise RefusedError("no")
    assert listing.is_asked.wait(PATIENCE_SECONDS)
    ids.release(())
    second = asking(ids)
    assert waits(second)
    listing.may_answer.set()

    assert first.result(PATIENCE_SECONDS) == second.result(PATIENCE_SECONDS) == ["1"]
    assert listing.asked == [()]


def broken_after(ids: list[str], error: Exception) -> tuple[ListedIds, list[ParentIds]]:
    """A list that fails after these ids, and how often it was asked for."""
    calls: list[ParentIds] = []

    def listing(key: ParentIds) -> Iterable[str]:
        calls.append(key)
        yield from ids
        raise error

    return ListedIds("lead_forms", listing), calls


def test_an_error_on_a_later_page_reaches_everyone_after_the_ids_before_it() -> None:
    ids, calls = broken_after(["1", "2"], RefusedError("no more"))

    for _ in range(2):
        found, listing = [], ids.get(())
        with pytest.raises(RefusedError):
            found.extend(listing)
        assert found == list(ids.get_readable(())) == ["1", "2"]
    assert calls == [()]


@pytest.mark.parametrize(("before", "error"), [([], RefusedError("no")), (["1"], ConfigError("The token is gone"))])
def test_an_error_of_the_first_page_or_the_whole_stream_comes_at_once(before: list[str], error: Exception) -> None:
    ids, calls = broken_after(before, error)

    for _ in range(2):
        with pytest.raises(type(error)):
            ids.get(())
    assert calls == [()]


def test_a_stream_that_needs_ids_needs_those_of_its_parents() -> None:
    accounts = ListedIds("lead_forms", lambda _: ["1"])
    groups = ListedIds("lead_forms", lambda _: ["2"], lambda: [accounts])
    promotions = ListedIds("lead_forms", lambda _: ["3"], lambda: [groups])

    promotions.announce()

    assert [ids.wanted for ids in (accounts, groups, promotions)] == [True, True, False]


@pytest.mark.parametrize(
    "found",
    [
        ["1234567890123456789", "18446744073709551615"],
        ["18446744073709551616"],
        ["12", "board-7"],
        ["007"],
        ["-7"],
        ["1_000"],
        ["\u0661\u0662"],
        [],
    ],
)
def test_ids_come_back_as_they_were(found: list[str]) -> None:
    assert list(ListedIds("lead_forms", Listing(*found)).get(())) == found


def test_a_million_ids_are_kept_small() -> None:
    """As texts they would take 69 bytes each."""
    count, first = 10_000, 1_234_567_890_123_456_789
    ids = ListedIds("lead_forms", lambda _: (str(first + number) for number in range(count)))
    tracemalloc.start()
    try:
        last = max(ids.get(()))
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert last == str(first + count - 1)
    assert kept < 12 * count

"""Parents are listed once, and whoever needs their ids waits for them."""

import threading
import tracemalloc
from collections.abc import Callable, Iterable
from concurrent.futures import Future

import pytest

from source_pinterest.api.errors import AccountUnreadableError, RefusedError, SliceError, UnavailableError
from source_pinterest.engine.failures import FAILURES_IN_A_ROW
from source_pinterest.engine.parents import ParentIds
from source_pinterest.engine.slices import Key
from unit_tests.threads import PATIENCE_SECONDS, in_thread, waits


class Listing:
    """Lists ids when it is asked, and counts how often."""

    def __init__(self, *ids: str, error: Exception | None = None) -> None:
        self.ids = ids
        self.error = error
        self.asked: list[Key] = []
        self.may_answer = threading.Event()
        self.may_answer.set()
        self.is_asked = threading.Event()

    def __call__(self, key: Key) -> Iterable[str]:
        self.asked.append(key)
        self.is_asked.set()
        assert self.may_answer.wait(PATIENCE_SECONDS)
        if self.error:
            raise self.error
        return self.ids


def asking(ids: ParentIds, key: Key = ()) -> "Future[list[str]]":
    """A thread that asks for a listing."""
    return in_thread(lambda: list(ids.of(key)))


def selected(listing: Callable[[Key], Iterable[str]]) -> ParentIds:
    """The ids of a parent stream that is selected, together with a child."""
    ids = ParentIds(listing)
    ids.announce()
    ids.want()
    return ids


def end_with(failure: BaseException, after: list[str]) -> None:
    """A reader that breaks in the middle of its listing."""
    after.append("1")
    raise failure


def fill(ids: ParentIds, key: Key, *found: str) -> None:
    with ids.filling(key) as collected:
        collected.extend(found)


def test_a_parent_that_is_not_selected_is_fetched_at_once_and_once() -> None:
    listing = Listing("1", "2")
    ids = ParentIds(listing)
    ids.want()

    assert [list(ids.of(())) for _ in range(3)] == [["1", "2"]] * 3
    assert listing.asked == [()]


def test_many_threads_share_one_fetch() -> None:
    listing = Listing("1", "2")
    listing.may_answer.clear()
    ids = ParentIds(listing)
    futures = [asking(ids) for _ in range(8)]
    assert all(waits(future) for future in futures)
    listing.may_answer.set()

    assert [future.result(PATIENCE_SECONDS) for future in futures] == [["1", "2"]] * 8
    assert listing.asked == [()]


def test_listings_of_different_parents_are_apart() -> None:
    listing = Listing("7")
    ids = ParentIds(listing)

    assert list(ids.of(("a",))) == list(ids.of(("b",))) == ["7"]
    assert listing.asked == [("a",), ("b",)]


def test_a_selected_parent_fills_what_others_wait_for() -> None:
    listing = Listing()
    ids = selected(listing)
    ids.promise(())
    future = asking(ids)
    assert waits(future)
    fill(ids, (), "1", "2")

    assert future.result(PATIENCE_SECONDS) == ["1", "2"]
    assert listing.asked == []


def test_ids_are_out_only_when_the_listing_is_whole() -> None:
    ids = selected(Listing())
    ids.promise(())
    with ids.filling(()) as collected:
        collected.append("1")
        future = asking(ids)
        assert waits(future)
        collected.append("2")

    assert future.result(PATIENCE_SECONDS) == ["1", "2"]


def test_a_listing_not_promised_yet_is_waited_for_until_the_parent_is_sealed() -> None:
    listing = Listing("9")
    ids = selected(listing)
    future = asking(ids, ("account",))
    assert waits(future)
    ids.seal()

    assert future.result(PATIENCE_SECONDS) == ["9"]
    assert listing.asked == [("account",)]


def test_a_promised_listing_is_waited_for_also_after_the_seal() -> None:
    listing = Listing("9")
    ids = selected(listing)
    ids.promise(())
    ids.seal()
    future = asking(ids)
    assert waits(future)
    fill(ids, (), "1")

    assert future.result(PATIENCE_SECONDS) == ["1"]


@pytest.mark.parametrize("failure", [RefusedError("no"), RuntimeError("no"), GeneratorExit()])
def test_a_listing_whose_reader_failed_is_fetched_by_a_waiter(failure: BaseException) -> None:
    listing = Listing("1", "2")
    ids = selected(listing)
    ids.promise(())
    ids.seal()
    futures = [asking(ids) for _ in range(5)]
    with pytest.raises(type(failure)), ids.filling(()) as collected:
        end_with(failure, after=collected)

    assert [future.result(PATIENCE_SECONDS) for future in futures] == [["1", "2"]] * 5
    assert listing.asked == [()]


def test_a_released_promise_is_fetched_by_a_waiter() -> None:
    listing = Listing("1")
    ids = selected(listing)
    ids.promise(())
    ids.seal()
    future = asking(ids)
    assert waits(future)
    ids.release(())

    assert future.result(PATIENCE_SECONDS) == ["1"]


def test_a_release_does_not_take_a_listing_from_its_reader() -> None:
    """A stream whose slice failed releases it once more at its very end, when a waiter may be reading it already."""
    listing = Listing("1")
    listing.may_answer.clear()
    ids = selected(listing)
    ids.promise(())
    ids.seal()
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


def test_a_release_leaves_what_is_read() -> None:
    listing = Listing()
    ids = selected(listing)
    fill(ids, (), "1")
    ids.release(())
    ids.promise(())

    assert list(ids.of(())) == ["1"]
    assert listing.asked == []


def test_an_error_is_kept_for_everyone() -> None:
    listing = Listing(error=RefusedError("This user may not."))
    ids = ParentIds(listing)

    for _ in range(3):
        with pytest.raises(RefusedError, match="This user may not"):
            ids.of(())
    assert listing.asked == [()]


def test_an_error_of_a_generator_is_kept_for_everyone() -> None:
    def broken(_: Key) -> Iterable[str]:
        calls.append(1)
        yield "1"
        raise RefusedError("no more")

    calls: list[int] = []
    ids = ParentIds(broken)

    for _ in range(2):
        with pytest.raises(RefusedError):
            ids.of(())
    assert calls == [1]


def test_ids_come_back_as_they_were() -> None:
    for found in [
        ["1234567890123456789", "18446744073709551615"],
        ["18446744073709551616"],
        ["12", "board-7"],
        ["007"],
        [" 7"],
        ["+7"],
        ["-7"],
        ["1_000"],
        ["\u0661\u0662"],
        [""],
        [],
    ]:
        ids = ParentIds(Listing(*found))

        assert list(ids.of(())) == found, found
        assert list(ids.of(())) == found, found


def test_a_million_ids_are_kept_small() -> None:
    """As texts they would take 69 bytes each."""
    count, first = 50_000, 1_234_567_890_123_456_789
    ids = ParentIds(lambda _: (str(first + number) for number in range(count)))
    tracemalloc.start()
    try:
        last = max(ids.of(()))
        kept, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert last == str(first + count - 1)
    assert kept < 12 * count


def failing(*keys: Key, error: Exception | None = None) -> ParentIds:
    """Ids after listings of these keys have failed."""
    ids = ParentIds(Listing(error=error or UnavailableError("boards", "boards", "It said no", 6)))
    for key in keys:
        with pytest.raises(SliceError):
            ids.of(key)
    return ids


MANY = [str(number) for number in range(FAILURES_IN_A_ROW)]


def test_listings_of_many_accounts_that_fail_are_not_worth_another_try() -> None:
    assert failing(*((account,) for account in MANY[1:])).breaker.is_worth_retrying()
    assert not failing(*((account,) for account in MANY)).breaker.is_worth_retrying()


def test_listings_of_one_account_that_fail_say_nothing_of_the_others() -> None:
    assert failing(*(("11", campaign) for campaign in MANY)).breaker.is_worth_retrying()


def test_accounts_that_are_out_of_reach_say_nothing_of_the_others() -> None:
    error = AccountUnreadableError("11", "It is not listed")

    assert failing(*((account,) for account in MANY), error=error).breaker.is_worth_retrying()


def test_a_listing_that_is_read_makes_the_next_worth_another_try() -> None:
    listing = Listing(error=RefusedError("no"))
    ids = ParentIds(listing)
    for account in MANY:
        with pytest.raises(RefusedError):
            ids.of((account,))
    listing.error = None
    list(ids.of(("11", "1")))

    assert ids.breaker.is_worth_retrying()
    assert not ids.breaker.is_open_for((MANY[0],))


def test_an_account_of_which_a_listing_was_read_gets_more_than_one_try() -> None:
    listing = Listing()
    ids = ParentIds(listing)
    list(ids.of(("11", "1")))
    listing.error = UnavailableError("boards", "boards", "It said no", 6)
    for key in (*((account,) for account in MANY), ("11", "2")):
        with pytest.raises(UnavailableError):
            ids.of(key)

    assert not ids.breaker.is_worth_retrying()
    assert ids.breaker.is_open_for((MANY[0],))
    assert not ids.breaker.is_open_for(("11",))


def test_without_a_child_nothing_is_collected_for_anyone() -> None:
    listing = Listing("9")
    ids = ParentIds(listing)
    ids.announce()
    fill(ids, (), "1")
    ids.seal()

    assert list(ids.of(())) == ["9"]


def test_a_parent_that_is_not_selected_fills_nothing_however_it_is_read() -> None:
    ids = ParentIds(Listing("9"))
    ids.want()
    fill(ids, (), "1")

    assert list(ids.of(())) == ["9"]


def test_whoever_needs_ids_needs_those_of_their_parents() -> None:
    accounts = ParentIds(lambda _: ["1"])
    groups = ParentIds(lambda _: ["2"], lambda: [accounts])
    promotions = ParentIds(lambda _: ["3"], lambda: [groups])

    promotions.want()

    assert [ids.wanted for ids in (accounts, groups, promotions)] == [True, True, True]


def test_who_emits_a_list_needs_the_ids_that_it_is_asked_for_by() -> None:
    groups = ParentIds(lambda _: ["2"])
    promotions = ParentIds(lambda _: ["3"], lambda: [groups])

    promotions.announce()

    assert (groups.wanted, promotions.wanted) == (True, False)

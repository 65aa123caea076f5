"""A cursor moves only past complete slices, and its states go out at the right moments."""

import threading
from typing import Any
from unittest.mock import create_autospec

import pytest
from airbyte_cdk.models import AirbyteMessage
from airbyte_cdk.sources.message import InMemoryMessageRepository
from airbyte_cdk.sources.streams.concurrent.partitions.partition import Partition
from airbyte_cdk.sources.types import Record, StreamSlice

from source_pinterest import limits
from source_pinterest.state import cursor as cursors
from source_pinterest.state.cursor import FullRefresh, PinterestCursor
from unit_tests.state.stores import STREAM, states_in, store
from unit_tests.threads import PATIENCE_SECONDS, in_thread, waits


class Tally(PinterestCursor):
    """Counts the slices that it has moved past."""

    def __init__(self, repository: InMemoryMessageRepository, refresh: FullRefresh | None = None) -> None:
        super().__init__(store(repository=repository, refresh=refresh))
        self.passed: list[tuple[str, Any]] = []
        self.boards: dict[str, str] = {}

    @property
    def state(self) -> dict[str, Any]:
        return {"passed": len(self.passed), "boards": self.boards}

    def _move(self, stream_slice: StreamSlice, finding: Any) -> None:
        self.passed.append((stream_slice["ad_account_id"], finding))


class Clock:
    """Stands in for the time module's."""

    now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(cursors, "time", clock)
    return clock


@pytest.fixture
def repository() -> InMemoryMessageRepository:
    return InMemoryMessageRepository()


@pytest.fixture
def tally(clock: Clock, repository: InMemoryMessageRepository) -> Tally:
    del clock
    return Tally(repository)


def of_account(account: str) -> StreamSlice:
    return StreamSlice(partition={"ad_account_id": account}, cursor_slice={})


def passed(slices: int) -> dict[str, Any]:
    return {"passed": slices, "boards": {}}


def test_a_slice_that_was_read_whole_is_passed_with_what_was_found(tally: Tally) -> None:
    tally.commit(of_account("1"), "found")
    tally.commit(of_account("2"))

    assert tally.passed == [("1", "found"), ("2", None)]


def test_the_end_of_a_partition_passes_nothing(
    tally: Tally, clock: Clock, repository: InMemoryMessageRepository
) -> None:
    """The framework closes partitions that failed as well, and those whose slice is passed already."""
    clock.now += limits.STATE_EVERY_SECONDS
    tally.close_partition(create_autospec(Partition))

    assert tally.passed == []
    assert states_in(repository) == []


def test_a_state_is_emitted_every_10_seconds(tally: Tally, clock: Clock, repository: InMemoryMessageRepository) -> None:
    def pass_at(second: float) -> list[dict[str, Any]]:
        clock.now = 100 + second
        tally.commit(of_account("1"))
        return states_in(repository)

    assert pass_at(9) == []
    assert pass_at(10) == [passed(2)]
    assert pass_at(19) == []
    assert pass_at(20) == [passed(4)]


def test_a_state_is_emitted_every_10_000_records(tally: Tally, repository: InMemoryMessageRepository) -> None:
    def pass_after(records: int) -> list[dict[str, Any]]:
        tally.count(records, of_account("1"))
        tally.commit(of_account("1"))
        return states_in(repository)

    assert pass_after(9_999) == []
    assert pass_after(1) == [passed(2)]
    assert pass_after(9_999) == []


def test_a_commit_waits_while_another_thread_emits_a_state(clock: Clock) -> None:
    """Otherwise an older state could follow a newer one."""
    emitting, go_on = threading.Event(), threading.Event()

    class Blocked(InMemoryMessageRepository):
        def emit_message(self, message: AirbyteMessage) -> None:
            emitting.set()
            assert go_on.wait(PATIENCE_SECONDS)
            super().emit_message(message)

    repository = Blocked()
    tally = Tally(repository)
    clock.now += 10
    first = in_thread(lambda: tally.commit(of_account("1")))
    assert emitting.wait(PATIENCE_SECONDS)
    clock.now += 10
    second = in_thread(lambda: tally.commit(of_account("2")))

    assert waits(second)
    assert [account for account, _ in tally.passed] == ["1"]
    go_on.set()
    first.result(PATIENCE_SECONDS)
    second.result(PATIENCE_SECONDS)
    assert states_in(repository) == [passed(1), passed(2)]


def test_a_state_of_very_many_boards_comes_as_much_more_rarely(
    tally: Tally, clock: Clock, repository: InMemoryMessageRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "ENTRIES_OF_A_FREQUENT_STATE", 2)
    monkeypatch.setattr(limits, "STATE_EVERY_RECORDS", 10)
    tally.boards = dict.fromkeys("123456", "2026-01-01T00:00:00")

    def states_after(seconds: float, records: int = 0) -> int:
        clock.now += seconds
        tally.count(records, of_account("1"))
        tally.commit(of_account("1"))
        return len(states_in(repository))

    due = limits.STATE_EVERY_SECONDS
    assert states_after(due) == 1, "nobody knows how many there are"
    assert [states_after(3 * due - 1), states_after(1)] == [0, 1]
    assert [states_after(0, records=29), states_after(0, records=1)] == [0, 1]


def test_records_of_a_slice_that_failed_bring_no_state(
    tally: Tally, repository: InMemoryMessageRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "STATE_EVERY_RECORDS", 1)
    tally.count(1, of_account("1"))
    tally.close_partition(create_autospec(Partition))

    assert states_in(repository) == []


def test_the_last_state_always_goes_out(tally: Tally, repository: InMemoryMessageRepository) -> None:
    tally.ensure_at_least_one_state_emitted()

    assert states_in(repository) == [passed(0)]


def test_records_count_by_the_page_alone(
    tally: Tally, repository: InMemoryMessageRepository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "STATE_EVERY_RECORDS", 1)
    tally.observe(Record({"id": "1"}, STREAM))
    tally.commit(of_account("1"))

    assert states_in(repository) == []


def test_no_record_is_held_back(tally: Tally) -> None:
    assert tally.should_be_synced(Record({"id": "1"}, STREAM))


def test_a_state_is_what_the_next_sync_starts_from(repository: InMemoryMessageRepository) -> None:
    kept = store({"passed": 3}, repository)
    assert dict(kept.incoming())["passed"] == 3

    kept.emit({"passed": 4}, ended=False)
    assert states_in(repository) == [{"passed": 4}]
    assert dict(store(None).incoming()) == {}


def test_states_of_a_full_refresh_say_whose_they_are_and_whether_it_has_ended(
    clock: Clock, repository: InMemoryMessageRepository
) -> None:
    tally = Tally(repository, FullRefresh(7))
    clock.now += limits.STATE_EVERY_SECONDS
    tally.commit(of_account("1"))
    assert states_in(repository) == [{**passed(1), "full_refresh": {"generation": 7, "ended": False}}]
    tally.ensure_at_least_one_state_emitted()
    assert states_in(repository) == [{**passed(1), "full_refresh": {"generation": 7, "ended": True}}]

    tally.note_incomplete()
    tally.ensure_at_least_one_state_emitted()
    assert states_in(repository) == [{**passed(1), "full_refresh": {"generation": 7, "ended": False}}]


def test_a_full_refresh_goes_on_from_its_own_states_alone() -> None:
    ended = {"passed": 4, "full_refresh": {"generation": 7, "ended": True}}
    open_ = {"passed": 3, "full_refresh": {"generation": 7, "ended": False}}

    assert store(ended, refresh=FullRefresh(7)).has_ended()
    assert not store(ended, refresh=FullRefresh(8)).has_ended()
    assert not store(ended).has_ended()
    assert not store(open_, refresh=FullRefresh(7)).has_ended()
    assert dict(store(open_, refresh=FullRefresh(7)).incoming())["passed"] == 3
    assert dict(store(open_, refresh=FullRefresh(8)).incoming()) == {}


def test_a_state_that_names_no_account_comes_as_often_as_any(
    clock: Clock, repository: InMemoryMessageRepository
) -> None:
    class Flat(Tally):
        @property
        def state(self) -> dict[str, Any]:
            return {"passed": len(self.passed)}

    tally = Flat(repository)
    for slices in (1, 2):
        clock.now += limits.STATE_EVERY_SECONDS
        tally.commit(of_account("1"))
        assert states_in(repository) == [{"passed": slices}]

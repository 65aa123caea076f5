"""A cursor moves only past complete slices, and its states go out at the right moments."""

from types import SimpleNamespace
from typing import Any

import pytest
from airbyte_cdk.sources.message import InMemoryMessageRepository
from airbyte_cdk.sources.types import StreamSlice

from source_pinterest import limits
from source_pinterest.state import cursor as cursors
from source_pinterest.state.cursor import FullRefresh, PinterestCursor
from unit_tests.clocks import Clock
from unit_tests.state.stores import states_in, store


class Tally(PinterestCursor):
    """Counts the slices that it has moved past."""

    def __init__(self, repository: InMemoryMessageRepository, refresh: FullRefresh | None = None) -> None:
        super().__init__(store(repository=repository, refresh=refresh))
        self.passed: list[tuple[str, Any]] = []
        self.boards: dict[str, str] = {}

    @property
    def state(self) -> dict[str, Any]:
        return {"passed": len(self.passed), **({"boards": self.boards} if self.boards else {})}

    def _move(self, stream_slice: StreamSlice, finding: Any) -> None:
        self.passed.append((stream_slice["ad_account_id"], finding))


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(cursors, "time", SimpleNamespace(monotonic=clock))
    return clock


@pytest.fixture
def repository() -> InMemoryMessageRepository:
    return InMemoryMessageRepository()


@pytest.fixture
def tally(clock: Clock, repository: InMemoryMessageRepository) -> Tally:
    del clock
    return Tally(repository)


SLICE = StreamSlice(partition={"ad_account_id": "1"}, cursor_slice={})


@pytest.mark.parametrize(("boards", "factor"), [("12", 1), ("123456", 3)], ids=["few boards", "three times as many"])
def test_a_state_is_emitted_every_10_s_or_10_000_records_and_a_large_one_rarely(
    tally: Tally,
    clock: Clock,
    repository: InMemoryMessageRepository,
    monkeypatch: pytest.MonkeyPatch,
    boards: str,
    factor: int,
) -> None:
    monkeypatch.setattr(limits, "ENTRIES_OF_A_FREQUENT_STATE", 2)
    tally.boards = dict.fromkeys(boards, "2026-01-01T00:00:00")

    def states_after(seconds: float, records: int = 0) -> int:
        clock.now += seconds
        tally.count(records, SLICE)
        tally.commit(SLICE)
        return len(states_in(repository))

    assert [states_after(9), states_after(1)] == [0, 1], "nobody knows how many there are"
    assert [states_after(10 * factor - 1), states_after(1)] == [0, 1]
    assert [states_after(0, 10_000 * factor - 1), states_after(0, 1), states_after(0, 9_999)] == [0, 1, 0]


def marked(generation: Any, ended: Any) -> dict[str, Any]:
    return {"full_refresh": {"generation": generation, "ended": ended}}


@pytest.mark.parametrize(
    ("now", "before", "goes_on", "has_ended"),
    [
        (7, marked(7, ended=False), True, False),
        (7, marked(7, ended=True), True, True),
        (8, marked(7, ended=False), False, False),
        (8, marked(7, ended=True), False, False),
        (None, marked(7, ended=False), True, False),
        (None, marked(7, ended=True), False, False),
        (7, marked(None, ended=False), True, False),
        (7, marked("7", ended=True), False, False),  # what is no number is unknown
        (None, marked(None, ended=True), False, False),
        (7, {}, False, False),
        (7, {"full_refresh": True}, False, False),
        (7, marked(7, ended="no"), False, False),
    ],
)
def test_a_full_refresh_goes_on_from_its_own_states_alone(
    now: int | None, before: dict[str, Any], goes_on: bool, has_ended: bool
) -> None:
    kept = store(before, refresh=FullRefresh(now))

    assert bool(dict(kept.incoming())) is goes_on
    assert kept.has_ended() is has_ended

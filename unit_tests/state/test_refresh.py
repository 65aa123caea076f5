"""The states from which a full refresh goes on."""

from typing import Any

import pytest

from source_pinterest.state.cursor import FullRefresh
from unit_tests.state.stores import store
from unit_tests.streams.pinterest import configured


def state(generation: Any, ended: Any) -> dict[str, Any]:
    return {"full_refresh": {"generation": generation, "ended": ended}}


@pytest.mark.parametrize(
    ("now", "before", "goes_on", "has_ended"),
    [
        (7, state(7, ended=False), True, False),
        (7, state(7, ended=True), True, True),
        (8, state(7, ended=False), False, False),
        (8, state(7, ended=True), False, False),
        (None, state(7, ended=False), True, False),
        (None, state(7, ended=True), False, False),
        (7, state(None, ended=False), True, False),
        (7, state("7", ended=True), False, False),  # what is no number is unknown
        (None, state(None, ended=True), False, False),
        (7, {}, False, False),
        (7, {"full_refresh": True}, False, False),
        (7, state(7, ended="no"), False, False),
    ],
)
def test_a_full_refresh_goes_on_from_its_own_states_alone(
    now: int | None, before: dict[str, Any], goes_on: bool, has_ended: bool
) -> None:
    kept = store(before, refresh=FullRefresh(now))

    assert bool(dict(kept.incoming())) is goes_on
    assert kept.has_ended() is has_ended


def test_an_incremental_sync_goes_on_from_the_state_of_a_refresh_and_has_not_ended() -> None:
    assert dict(store(state(7, ended=True)).incoming())
    assert not store(state(7, ended=True)).has_ended()


def test_only_a_full_refresh_is_one() -> None:
    wanted = configured("full_refresh", "overwrite")
    wanted.generation_id = 7

    assert FullRefresh.of(wanted) == FullRefresh(7)
    assert FullRefresh.of(configured("incremental", "append")) is None
    assert FullRefresh.of(None) is None

"""The states from which a full refresh goes on."""

from typing import Any

import pytest

from source_pinterest.state.cursor import FullRefresh
from unit_tests.streams.pinterest import configured


def state(generation: Any, ended: Any) -> dict[str, Any]:
    return {"full_refresh": {"generation": generation, "ended": ended}, "states": []}


@pytest.mark.parametrize(
    ("now", "before", "ended", "goes_on", "has_ended"),
    [
        (7, 7, False, True, False),
        (7, 7, True, True, True),
        (8, 7, False, False, False),
        (8, 7, True, False, False),
        (None, 7, False, True, False),
        (None, 7, True, False, False),
        (7, None, False, True, False),
        (7, None, True, False, False),
        (None, None, False, True, False),
        (None, None, True, False, False),
        (0, 0, True, True, True),
        (0, None, True, False, False),
    ],
)
def test_which_attempt_goes_on(
    now: int | None, before: int | None, ended: bool, goes_on: bool, has_ended: bool
) -> None:
    refresh = FullRefresh(now)

    assert refresh.continues(state(before, ended)) is goes_on
    assert refresh.has_ended(state(before, ended)) is has_ended


@pytest.mark.parametrize(
    "mark",
    [{}, {"full_refresh": None}, {"full_refresh": True}, {"full_refresh": {}}, state(7, None), state(7, "no")],
    ids=str,
)
def test_a_state_without_a_whole_mark_is_of_no_refresh(mark: dict[str, Any]) -> None:
    assert not FullRefresh(7).continues(mark)
    assert not FullRefresh(7).has_ended(mark)


@pytest.mark.parametrize("generation", ["7", [7], {}], ids=str)
def test_a_generation_that_is_no_number_is_unknown(generation: Any) -> None:
    assert FullRefresh(7).continues(state(generation, ended=False))
    assert not FullRefresh(7).continues(state(generation, ended=True))


def test_only_a_full_refresh_is_one() -> None:
    wanted = configured("full_refresh", "overwrite")
    wanted.generation_id = 7

    assert FullRefresh.of(wanted) == FullRefresh(7)
    assert FullRefresh.of(configured("full_refresh", "overwrite")) == FullRefresh(None)
    assert FullRefresh.of(configured("incremental", "append")) is None
    assert FullRefresh.of(None) is None

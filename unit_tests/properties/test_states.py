"""Every state that was ever written is understood, and any other is no reason to fail or to skip anything."""

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from source_pinterest.api.errors import ConfigError
from source_pinterest.dates import DateWindow, days_before
from source_pinterest.state.board_cursor import BoardCursor
from source_pinterest.state.cursor import PinterestCursor, StateStore
from source_pinterest.state.day_cursor import AccountDayCursor, DayCursor
from source_pinterest.state.days import OPEN_START, Days
from source_pinterest.state.entity_cursor import EntityCursor
from source_pinterest.state.formats import SavedState, read_state, write_state
from source_pinterest.state.period import Period
from source_pinterest.state.pin_cursor import PinCursor
from unit_tests.properties.days import REACH_DAYS, TODAY, days, days_of, some_windows
from unit_tests.state.stores import store

FIELD = "DATE"
REACH_BEGINS = days_before(TODAY, REACH_DAYS)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
words = st.sampled_from(
    [
        *("states", "state", "use_global_cursor", "flat", "partition", "parent_slice", "id", "cursor", "ad_account_id"),
        *("date", "DATE", "updated_time", "from", "missing", "final", "reading", "boards", "statuses"),
        *("asked", "start_date", "end_date", "after", "full_refresh", "generation", "ended"),
    ]
)
state_like = st.recursive(
    json_values | days.map(str),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=5),
    max_leaves=16,
)
PERIOD = Period(REACH_BEGINS, REACH_BEGINS, TODAY, 3)
CURSORS: dict[str, Callable[[StateStore], PinterestCursor]] = {
    "days": lambda kept: AccountDayCursor(kept, PERIOD),
    "entities": lambda kept: EntityCursor(kept, ("ACTIVE",)),
    "boards": BoardCursor,
    "profiles": lambda kept: DayCursor(kept, PERIOD),
    "pins": lambda kept: PinCursor(kept, PERIOD),
}
texts = days.map(str)
accounts = st.integers(1, 5).map(str)


@pytest.mark.parametrize("make", CURSORS.values(), ids=CURSORS)
@given(state=st.dictionaries(words, state_like, max_size=6))
def test_a_state_can_be_read_or_is_a_config_error(
    make: Callable[[StateStore], PinterestCursor], state: dict[str, Any]
) -> None:
    with suppress(ConfigError):
        cursor = make(store(state))
        assert isinstance(cursor.state, dict)
        cursor.explain()


@given(st.dictionaries(accounts, texts), st.none() | texts)
def test_a_state_comes_back_as_it_went_out(cursors: dict[str, str], flat: str | None) -> None:
    saved = SavedState({account: {FIELD: day} for account, day in cursors.items()}, flat)

    assert read_state(write_state(saved, FIELD), FIELD, min) == saved


@given(days, st.none() | days, some_windows)
def test_a_history_comes_back_as_it_went_out(last: Any, first: Any, missing: list[Any]) -> None:
    """However its windows were edited, they are those between the first day and the last, each day once."""
    edited = {FIELD: str(last), "missing": [window.as_pair() for window in missing]}
    edited |= {"from": str(first)} if first else {}
    history = Days.from_state(edited, FIELD)
    within = days_of([DateWindow(first or REACH_BEGINS, last)]) if (first or REACH_BEGINS) <= last else set()

    assert (history.last, history.first) == (last, first or OPEN_START)
    assert days_of(history.missing) == days_of(missing) & within
    assert sum(window.days for window in history.missing) == len(days_of(missing) & within)
    assert Days.from_state(history.to_state(FIELD), FIELD) == history

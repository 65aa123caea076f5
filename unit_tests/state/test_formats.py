"""Every state that was ever written is understood; `properties/test_states.py` states the law of those we write."""

import time
from typing import Any

import pytest

from source_pinterest.state.entity_cursor import epoch_seconds
from source_pinterest.state.formats import SavedState, has_position, read_state

FIELD = "DATE"
ACCOUNT_OF_2X = {"partition": {"id": "549", "parent_slice": {}}, "cursor": {"DATE": "2026-02-01"}}
READ_2X = SavedState({"549": {"DATE": "2026-02-01"}})


def entity_of_2x(entity: str, account: str, date: Any) -> dict[str, Any]:
    return {"partition": {"id": entity, "parent_slice": {"id": account, "parent_slice": {}}}, "cursor": {FIELD: date}}


def chunk_of_2_3(account: str, date: str) -> dict[str, Any]:
    return {"partition": {"id": account, "parent_slice": {}, "ad_statuses_chunk": ["PAUSED"]}, "cursor": {FIELD: date}}


def read(state: dict[str, Any]) -> SavedState:
    return read_state(state, FIELD, min)


@pytest.mark.parametrize(
    ("state", "saved"),
    [
        ({"states": None}, SavedState()),
        ({"states": [{}, {"partition": None, "cursor": None}, {**ACCOUNT_OF_2X, "cursor": {}}]}, SavedState()),
        ({"states": [{"partition": {}, "cursor": {"DATE": "2026-01-01"}}]}, SavedState()),
        ({"__ab_no_cursor_state_message": True}, SavedState()),
        ({"DATE": None}, SavedState()),
        ({"DATE": "2021-06-09"}, SavedState(flat="2021-06-09")),
        ({"states": [ACCOUNT_OF_2X]}, READ_2X),
        ({"states": [entity_of_2x("626", "549", "2026-02-01")]}, READ_2X),
        ({"states": [chunk_of_2_3("549", "2026-02-03"), chunk_of_2_3("549", "2026-02-01")]}, READ_2X),
        ({"states": [{"partition": {"ad_account_id": 549}, "cursor": {"DATE": "2026-02-01"}}]}, READ_2X),
        (
            {"states": [ACCOUNT_OF_2X], "flat": {"DATE": "2025-12-31"}},
            SavedState({"549": {"DATE": "2026-02-01"}}, flat="2025-12-31"),
        ),
    ],
)
def test_each_form_of_a_state_is_read(state: dict[str, Any], saved: SavedState) -> None:
    assert read(state) == saved


@pytest.mark.parametrize(
    ("state", "has"),
    [
        ({}, False),
        ({"states": [], "asked": "5f", "failed": ["1"], "owners": {"7": "1"}}, False),
        ({"boards": {}, "full_refresh": {"generation": 7, "ended": False}}, False),
        ({"__ab_no_cursor_state_message": True}, False),
        ({"states": [{"partition": {"id": "5"}, "cursor": {"__ab_full_refresh_sync_complete": True}}]}, False),
        ({"use_global_cursor": True, "state": {}, "lookback_window": 12, "parent_state": {"a": {"b": "c"}}}, False),
        ({"DATE": None, "states": None, "flat": ""}, False),
        ({"foo": "bar"}, True),
        ({"states": "oops"}, True),
        ({"states": [{"partition": {}, "cursor": {"DATE": "2026-01-01"}}]}, True),
        ({"updated_time": 0}, True),
    ],
)
def test_a_state_with_a_position_is_recognised(state: dict[str, Any], has: bool) -> None:
    assert has_position(state) is has


@pytest.mark.parametrize("is_global", [True, False])
def test_the_state_of_all_accounts_is_used_beside_theirs_only_with_use_global_cursor(is_global: bool) -> None:
    shared = {"use_global_cursor": is_global, "state": {"DATE": "2026-01-01"}}

    assert read({**shared, "states": [ACCOUNT_OF_2X]}).flat == ("2026-01-01" if is_global else None)
    assert read({**shared, "states": []}).flat == "2026-01-01"


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        (1_782_907_200, 1_782_907_200),
        (" 1782907200 ", 1_782_907_200),
        ("2026-07-01T12:00:00", 1_782_907_200),
        ("2026-07-01T05:00:00-07:00", 1_782_907_200),
    ],
    ids=str,
)
def test_a_time_without_a_zone_is_of_utc_wherever_the_connector_runs(
    value: Any, seconds: int | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "America/Los_Angeles")
    time.tzset()
    try:
        assert epoch_seconds(value) == seconds
    finally:
        monkeypatch.undo()
        time.tzset()

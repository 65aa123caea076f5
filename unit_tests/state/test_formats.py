"""Every state that was ever written is understood, and ours is written so that it can be compared."""

from typing import Any

import pytest

from source_pinterest.state.formats import SavedState, progress_of, read_state, write_state

FIELD = "DATE"

ACCOUNT_OF_2X = {"partition": {"id": "549", "parent_slice": {}}, "cursor": {"DATE": "2026-02-01"}}


def entity_of_2x(entity: str, account: str, date: str) -> dict[str, Any]:
    return {
        "partition": {"id": entity, "parent_slice": {"id": account, "parent_slice": {}}},
        "cursor": {"DATE": date},
    }


def read(state: dict[str, Any]) -> SavedState:
    return read_state(state, FIELD, min)


@pytest.mark.parametrize(
    ("state", "saved"),
    [
        ({}, SavedState()),
        ({"states": []}, SavedState()),
        ({"states": None}, SavedState()),
        ({"__ab_no_cursor_state_message": True}, SavedState()),
        ({"DATE": None}, SavedState()),
        ({"DATE": "2021-06-09"}, SavedState(flat="2021-06-09")),
        ({"date": "2021-06-09"}, SavedState()),
        ({"states": [ACCOUNT_OF_2X]}, SavedState({"549": {"DATE": "2026-02-01"}})),
        ({"states": [entity_of_2x("626", "549", "2026-02-01")]}, SavedState({"549": {"DATE": "2026-02-01"}})),
        (
            {
                "states": [
                    entity_of_2x("1", "549", "2026-02-03"),
                    entity_of_2x("2", "549", "2026-02-01"),
                    entity_of_2x("3", "549", "2026-02-02"),
                    entity_of_2x("4", "777", "2026-02-09"),
                ]
            },
            SavedState({"549": {"DATE": "2026-02-01"}, "777": {"DATE": "2026-02-09"}}),
        ),
        (
            {
                "use_global_cursor": False,
                "states": [ACCOUNT_OF_2X],
                "state": {"DATE": "2026-02-07"},
                "lookback_window": 3,
                "parent_state": {"ad_accounts": {}},
            },
            SavedState({"549": {"DATE": "2026-02-01"}}),
        ),
        (
            {"use_global_cursor": True, "states": [], "state": {"DATE": "2026-02-07"}, "lookback_window": 3},
            SavedState(flat="2026-02-07"),
        ),
        (
            {
                "states": [
                    {
                        "partition": {"ad_account_id": "549"},
                        "cursor": {
                            "DATE": "2026-02-01",
                            "from": "2026-01-01",
                            "missing": [["2026-01-05", "2026-01-07"]],
                        },
                    }
                ],
                "flat": {"DATE": "2025-12-31"},
            },
            SavedState(
                {"549": {"DATE": "2026-02-01", "from": "2026-01-01", "missing": [["2026-01-05", "2026-01-07"]]}},
                flat="2025-12-31",
            ),
        ),
        (
            {"states": [{"partition": {"ad_account_id": 549}, "cursor": {"DATE": "2026-02-01"}}]},
            SavedState({"549": {"DATE": "2026-02-01"}}),
        ),
    ],
)
def test_reads(state: dict[str, Any], saved: SavedState) -> None:
    assert read(state) == saved


@pytest.mark.parametrize(
    "entry",
    [
        {},
        {"partition": None, "cursor": None},
        {"partition": {}, "cursor": {"DATE": "2026-02-01"}},
        {"partition": {"board": "7"}, "cursor": {"DATE": "2026-02-01"}},
        {"partition": {"ad_account_id": "549"}},
        {"partition": {"ad_account_id": "549"}, "cursor": {}},
        {"partition": {"ad_account_id": "549"}, "cursor": {"DATE": None}},
        {"partition": {"ad_account_id": "549"}, "cursor": {"updated_time": 7}},
    ],
)
def test_entries_that_say_nothing_are_left_out(entry: dict[str, Any]) -> None:
    assert read({"states": [entry, ACCOUNT_OF_2X]}) == SavedState({"549": {"DATE": "2026-02-01"}})


@pytest.mark.parametrize(
    "state",
    [
        {"states": [None]},
        {"states": ["549"]},
        {"states": {"549": {"DATE": "2026-02-01"}}},
        {"states": "2026-02-01"},
        {"states": [{"partition": "549", "cursor": {"DATE": "2026-02-01"}}]},
        {"states": [{"partition": {"ad_account_id": "549"}, "cursor": "2026-02-01"}]},
        {"states": [{"partition": {"id": "1", "parent_slice": "549"}, "cursor": {"DATE": "2026-02-01"}}]},
        {"flat": "2026-02-01"},
        {"state": "2026-02-01", "use_global_cursor": True},
    ],
)
def test_what_is_of_another_shape_is_left_out(state: dict[str, Any]) -> None:
    assert read(state).flat is None


def test_cursors_that_an_older_connector_wrote_as_text_fold_by_number() -> None:
    def older(one: Any, other: Any) -> int:
        return min(int(one), int(other))

    entries = [
        {"partition": {"id": "549", "parent_slice": {}}, "cursor": {"updated_time": value}}
        for value in ("1628867244", 999_999_999, "1700000000")
    ]

    assert read_state({"states": entries}, "updated_time", older).accounts == {"549": {"updated_time": 999_999_999}}


@pytest.mark.parametrize(
    ("state", "progress"),
    [
        ({}, ("", 0)),
        ({"states": []}, ("", 0)),
        ({"DATE": "2026-02-03"}, ("2026-02-03", 0)),
        ({"states": [ACCOUNT_OF_2X, entity_of_2x("7", "550", "2026-01-01")]}, ("2026-01-01", 2)),
        ({"states": [ACCOUNT_OF_2X], "flat": {"DATE": "2025-01-01"}}, ("2025-01-01", 1)),
        ({"states": [{"partition": {"id": "1"}, "cursor": {"DATE": 20_000}}, ACCOUNT_OF_2X]}, ("20000", 2)),
        ({"states": [{"partition": {"id": "1"}, "cursor": {"DATE": day}} for day in (7, "6", 8)]}, ("6", 1)),
    ],
)
def test_how_far_a_stream_has_come(state: dict[str, Any], progress: tuple[str, int]) -> None:
    assert progress_of(state, FIELD) == progress


def test_reading_leaves_the_incoming_state_as_it_is() -> None:
    state = {"states": [entity_of_2x("1", "549", "2026-02-03"), entity_of_2x("2", "549", "2026-02-01")]}
    saved = read(state)
    saved.accounts["549"]["DATE"] = "2026-03-01"

    assert state == {"states": [entity_of_2x("1", "549", "2026-02-03"), entity_of_2x("2", "549", "2026-02-01")]}


def test_writes_accounts_in_order() -> None:
    saved = SavedState({"9": {"DATE": "2026-02-01"}, "549": {"DATE": "2026-02-02"}}, flat="2025-12-31")

    assert write_state(saved, FIELD) == {
        "states": [
            {"partition": {"ad_account_id": "549"}, "cursor": {"DATE": "2026-02-02"}},
            {"partition": {"ad_account_id": "9"}, "cursor": {"DATE": "2026-02-01"}},
        ],
        "flat": {"DATE": "2025-12-31"},
    }


@pytest.mark.parametrize("saved", [SavedState(), SavedState({"549": {"DATE": "2026-02-01"}}, flat="2025-12-31")])
def test_what_is_written_is_read_again(saved: SavedState) -> None:
    assert read(write_state(saved, FIELD)) == saved


@pytest.mark.parametrize("is_global", [True, False])
def test_the_state_of_all_holds_beside_accounts_only_where_it_is_said_to(is_global: bool) -> None:
    shared = {"use_global_cursor": is_global, "state": {"DATE": "2026-01-01"}}

    assert read({**shared, "states": [ACCOUNT_OF_2X]}).flat == ("2026-01-01" if is_global else None)
    assert read({**shared, "states": []}).flat == "2026-01-01"

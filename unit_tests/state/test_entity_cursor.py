"""No edit is lost, little is read twice, and every older cursor is understood."""

import time
from collections.abc import Sequence
from typing import Any

import pytest
from airbyte_cdk.sources.types import StreamSlice

from source_pinterest.api.errors import ConfigError
from source_pinterest.limits import EDIT_MARGIN_SECONDS
from source_pinterest.state.entity_cursor import EntityCursor, Listing
from unit_tests.state.stores import STREAM, store

ALL = ("ACTIVE", "PAUSED", "ARCHIVED")
LISTED_AT = 1_750_000_000
SAFE = LISTED_AT - EDIT_MARGIN_SECONDS


def cursor(state: dict[str, Any] | None = None, statuses: Sequence[str] = ALL) -> EntityCursor:
    return EntityCursor(store(state), statuses)


def known(value: Any, account: str = "549", statuses: Sequence[str] | None = None) -> dict[str, Any]:
    entry: dict[str, Any] = {"updated_time": value}
    if statuses is not None:
        entry["statuses"] = list(statuses)
    return {"states": [{"partition": {"ad_account_id": account}, "cursor": entry}]}


def entity(updated_time: Any, status: str = "ACTIVE") -> dict[str, Any]:
    return {"id": "1", "status": status, "updated_time": updated_time}


def read(subject: EntityCursor, latest_edit: int | None, account: str = "549") -> dict[str, Any]:
    """Read an account whole; gives the state."""
    stream_slice = StreamSlice(partition={"ad_account_id": account}, cursor_slice={})
    subject.commit(stream_slice, Listing(latest_edit, LISTED_AT))
    return subject.state


def test_a_first_sync_takes_everything() -> None:
    changed = cursor().changed_since("549")

    assert all(map(changed, (entity(0), entity(None), entity(9_999_999_999))))


@pytest.mark.parametrize("statuses", [None, ALL])
def test_a_later_sync_takes_what_changed_since_the_cursor_itself_included(statuses: Sequence[str] | None) -> None:
    changed = cursor(known(1_000, statuses=statuses)).changed_since("549")

    assert [changed(entity(edit)) for edit in (999, 1_000, 1_001)] == [False, True, True]


def test_a_time_without_a_zone_is_of_utc_wherever_the_connector_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "America/Los_Angeles")
    time.tzset()
    try:
        changed = cursor(known("2026-07-01T12:00:00")).changed_since("549")
        noon = 1_782_907_200
        assert [changed(entity(edit)) for edit in (noon - 1, noon)] == [False, True]
        assert [changed(entity(text)) for text in ("2026-07-01T11:59:59", "2026-07-01T05:00:00-07:00")] == [False, True]
    finally:
        monkeypatch.undo()
        time.tzset()


def test_an_entity_without_an_edit_time_is_always_taken() -> None:
    changed = cursor(known(1_000)).changed_since("549")

    assert changed({"id": "1", "status": "ACTIVE"})
    assert changed(entity(None))
    assert changed(entity(0))


def test_a_status_newly_wanted_is_read_from_the_start() -> None:
    changed = cursor(known(1_000, statuses=["ACTIVE"])).changed_since("549")

    assert not changed(entity(5, "ACTIVE"))
    assert changed(entity(5, "ARCHIVED"))


def test_text_of_an_older_connector_is_a_number() -> None:
    changed = cursor(known("1000")).changed_since("549")

    assert [changed(entity(edit)) for edit in (999, 1_000)] == [False, True]


def test_a_time_to_come_counts_as_now() -> None:
    changed = cursor({"updated_time": 9_628_867_244}).changed_since("549")

    assert not changed(entity(int(time.time()) - 60))
    assert changed(entity(int(time.time()) + 60))


def test_accounts_do_not_share_a_cursor() -> None:
    subject = cursor(known(1_000))

    assert subject.changed_since("777")(entity(1))
    assert set(subject.accounts()) == {"549"}


@pytest.mark.parametrize(
    ("before", "latest_edit", "after"),
    [
        (None, 1_000, 1_000),
        (None, LISTED_AT - 1, SAFE),  # an entity of an earlier page may have been edited meanwhile
        (None, LISTED_AT + 50, SAFE),
        (1_000, 2_000, 2_000),
        (2_000, 1_000, 2_000),
        (1_000, None, 1_000),
        (LISTED_AT - 5, None, SAFE),
    ],
)
def test_where_the_cursor_moves(before: int | None, latest_edit: int | None, after: int) -> None:
    subject = cursor(None if before is None else known(before))

    assert read(subject, latest_edit)["states"] == [
        {"partition": {"ad_account_id": "549"}, "cursor": {"updated_time": after, "statuses": sorted(ALL)}},
    ]


def test_an_account_without_entities_stays_unread() -> None:
    assert read(cursor(), None) == {"states": []}


def test_an_account_that_was_not_read_keeps_its_entry() -> None:
    state = read(cursor(known(1_000, account="777", statuses=["ACTIVE"])), 5)

    assert state["states"][1] == known(1_000, account="777", statuses=["ACTIVE"])["states"][0]


def test_the_statuses_of_this_sync_are_remembered() -> None:
    subject = cursor(known(1_000, statuses=["ACTIVE"]), statuses=("PAUSED", "ACTIVE"))

    assert read(subject, 1_000)["states"][0]["cursor"]["statuses"] == ["ACTIVE", "PAUSED"]


def test_a_flat_cursor_holds_for_the_accounts_of_this_sync_and_then_goes() -> None:
    subject = cursor({"updated_time": "1000"})
    assert subject.state == {"states": [], "flat": {"updated_time": "1000"}}
    subject.keep_place("549")
    subject.retire_flat()

    assert not subject.changed_since("549")(entity(999))
    assert subject.state == known(1_000)
    assert cursor(subject.state).changed_since("777")(entity(1)), "an account that comes later is read whole"


def test_a_flat_cursor_does_not_replace_an_accounts_own() -> None:
    subject = cursor({**known(5_000), "flat": {"updated_time": 1_000}})
    subject.keep_place("549")

    assert subject.state["states"] == known(5_000)["states"]
    assert not subject.changed_since("549")(entity(4_999))


def test_entries_of_one_account_fold_into_the_oldest_whatever_their_type() -> None:
    entries = [known(value)["states"][0] for value in (3_000, "2000", 2_500)]
    changed = cursor({"states": entries}).changed_since("549")

    assert [changed(entity(edit)) for edit in (1_999, 2_000)] == [False, True]


# ---- Statuses that nobody asked for


def test_a_status_counts_as_covered_once_it_was_emitted() -> None:
    subject = cursor()
    stream_slice = StreamSlice(partition={"ad_account_id": "549"}, cursor_slice={})
    subject.commit(stream_slice, Listing(1_000, LISTED_AT, frozenset([None, "NEW_ONE", "ACTIVE"])))
    changed = cursor(subject.state).changed_since("549")

    assert subject.state["states"][0]["cursor"]["statuses"] == ["ACTIVE", "ARCHIVED", "NEW_ONE", None, "PAUSED"]
    old: list[dict[str, Any]] = [{"status": None}, {}, {"status": "NEW_ONE"}, {"status": "ARCHIVED"}]
    assert [changed({**one, "updated_time": 5}) for one in old] == [False] * 4
    assert changed({"status": "ANOTHER", "updated_time": 5})


@pytest.mark.parametrize("statuses", [7, "ACTIVE", {"ACTIVE": 1}])
def test_statuses_of_another_shape_say_nothing(statuses: Any) -> None:
    state = known(1_000)
    state["states"][0]["cursor"]["statuses"] = statuses

    assert not cursor(state).changed_since("549")(entity(5, "PAUSED"))


def test_a_cursor_may_be_the_text_of_a_time() -> None:
    changed = cursor(known("2026-06-01T12:00:00")).changed_since("549")

    assert [changed(entity(edit)) for edit in (1_780_315_199, 1_780_315_200)] == [False, True]


@pytest.mark.parametrize("value", ["soon", [1], "", {}])
def test_a_cursor_that_is_no_time_is_a_config_error(value: Any) -> None:
    with pytest.raises(ConfigError, match=f"{STREAM}: the saved state"):
        cursor(known(value))


@pytest.mark.parametrize(
    ("state", "warnings"),
    [
        (None, 0),
        ({"updated_time": 1_000}, 1),
        (known(1_000), 1),
        (known(1_000, statuses=ALL), 0),
    ],
    ids=["none", "flat", "without statuses", "ours"],
)
def test_what_an_earlier_version_left_out_is_warned_of(
    state: dict[str, Any] | None, warnings: int, caplog: pytest.LogCaptureFixture
) -> None:
    cursor(state).explain()

    assert caplog.text.count("Clear the stream once to read all of them.") == warnings

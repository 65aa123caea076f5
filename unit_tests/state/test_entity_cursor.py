"""No edit is lost, little is read twice, and every older cursor is understood.

`properties/test_entity_cursors.py` states the law: after a good sync the destination has every entity as it is now.
"""

import time
from collections.abc import Sequence
from typing import Any

import pytest
from airbyte_cdk.sources.types import StreamSlice

from source_pinterest.limits import EDIT_MARGIN_SECONDS
from source_pinterest.state.entity_cursor import EntityCursor, Listing
from unit_tests.state.stores import store

ALL = ("ACTIVE", "PAUSED", "ARCHIVED")
LISTED_AT = 1_750_000_000
SAFE = LISTED_AT - EDIT_MARGIN_SECONDS


def cursor(state: dict[str, Any] | None = None, statuses: Sequence[str] = ALL) -> EntityCursor:
    return EntityCursor(store(state), statuses)


def known(value: Any, account: str = "549", **more: Any) -> dict[str, Any]:
    return {"states": [{"partition": {"ad_account_id": account}, "cursor": {"updated_time": value, **more}}]}


def taken(state: dict[str, Any] | None, edits: Sequence[Any], account: str = "549", **more: str) -> list[bool]:
    """Whether a sync with this state takes entities that were edited at these times."""
    changed = cursor(state).changed_since(account)
    return [changed({"id": "1", "status": "ACTIVE", "updated_time": edit, **more}) for edit in edits]


def read(subject: EntityCursor, latest_edit: int | None, *statuses: str | None) -> dict[str, Any]:
    """Read an account whole, and return the state."""
    stream_slice = StreamSlice(partition={"ad_account_id": "549"}, cursor_slice={})
    subject.commit(stream_slice, Listing(latest_edit, LISTED_AT, frozenset(statuses)))
    return subject.state


def test_an_entity_without_an_edit_time_is_always_taken() -> None:
    assert taken(known(1_000), [None, 0, "soon"]) == [True] * 3


def test_a_time_without_a_zone_is_of_utc_wherever_the_connector_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "America/Los_Angeles")
    time.tzset()
    try:
        state, noon = known("2026-07-01T12:00:00"), 1_782_907_200
        edits = [noon - 1, noon, "2026-07-01T11:59:59", "2026-07-01T05:00:00-07:00"]
        assert taken(state, edits) == [False, True, False, True]
    finally:
        monkeypatch.undo()
        time.tzset()


def test_text_of_an_older_connector_is_a_number_and_its_entries_fold_into_the_oldest() -> None:
    entries = [known(value)["states"][0] for value in (3_000, "2000", 2_500)]

    assert taken({"states": entries}, [1_999, 2_000]) == [False, True]


def test_a_time_to_come_counts_as_now() -> None:
    now = int(time.time())

    assert taken({"updated_time": 9_628_867_244}, [now - 60, now + 60]) == [False, True]


@pytest.mark.parametrize(
    ("before", "latest_edit", "after"),
    [
        (None, 1_000, 1_000),
        (None, LISTED_AT - 1, SAFE),  # an entity of an earlier page may have been edited meanwhile
        (2_000, 1_000, 2_000),
        (1_000, None, 1_000),
        (LISTED_AT - 5, None, SAFE),
    ],
)
def test_the_cursor_moves_to_the_newest_edit_within_the_margin(
    before: int | None, latest_edit: int | None, after: int
) -> None:
    subject = cursor(None if before is None else known(before))

    assert read(subject, latest_edit) == known(after, statuses=sorted(ALL))


def test_a_flat_cursor_holds_for_the_accounts_of_this_sync_and_then_goes() -> None:
    subject = cursor({**known(5_000, account="777"), "flat": {"updated_time": "1000"}})
    assert subject.state["flat"] == {"updated_time": "1000"}
    for account in ("549", "777"):
        subject.keep_place(account)
    subject.retire_flat()

    assert subject.state == {"states": [*known(1_000)["states"], *known(5_000, account="777")["states"]]}
    assert taken(subject.state, [999]) == [False]
    assert taken(subject.state, [1], account="888") == [True], "an account that comes later is read whole"


@pytest.mark.parametrize(
    ("state", "warnings"),
    [(None, 0), ({"updated_time": 1_000}, 1), (known(1_000), 1), (known(1_000, statuses=ALL), 0)],
    ids=["none", "flat", "without statuses", "ours"],
)
def test_entities_that_an_earlier_version_left_out_are_warned_of(
    state: dict[str, Any] | None, warnings: int, caplog: pytest.LogCaptureFixture
) -> None:
    cursor(state).explain()

    assert caplog.text.count("Clear the stream once to read all of them.") == warnings

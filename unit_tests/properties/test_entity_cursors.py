"""The destination holds every entity as it is now, whatever was edited when, and whichever syncs failed.

A small world: entities are edited at any time, an edit shows up to five minutes late, lists take a while, and a sync
may fail or want other statuses. After a sync that went well the destination holds the newest version of each entity
that it wants, unless it was edited after the list had begun.
"""

import time
from dataclasses import dataclass
from typing import Any

from airbyte_cdk.sources.types import StreamSlice
from hypothesis import given
from hypothesis import strategies as st

from source_pinterest.limits import EDIT_MARGIN_SECONDS
from source_pinterest.state.entity_cursor import EntityCursor, Listing
from unit_tests.state.stores import store

ACCOUNT = "549"
STATUSES = ("ACTIVE", "PAUSED", "ARCHIVED")
START = int(time.time()) - 10_000_000


@dataclass(frozen=True)
class Edit:
    """An entity becomes different: at a time since the last event, and visibly so after a delay."""

    after: int
    entity: int
    status: str
    delay: int


@dataclass(frozen=True)
class Sync:
    """A sync wants some statuses; it goes well or not."""

    after: int
    statuses: tuple[str, ...]
    is_whole: bool


seconds = st.integers(1, 5_000)
edits = st.builds(Edit, seconds, st.integers(0, 3), st.sampled_from(STATUSES), st.integers(0, EDIT_MARGIN_SECONDS - 1))
wanted = st.sets(st.sampled_from(STATUSES), min_size=1).map(lambda found: tuple(sorted(found)))
syncs = st.builds(Sync, seconds, wanted, st.booleans())


@given(st.lists(edits | syncs, max_size=25), wanted)
def test_no_edit_is_lost(events: list[Edit | Sync], last: tuple[str, ...]) -> None:
    now, state = START, None
    versions: dict[int, list[tuple[int, int, str]]] = {}  # of each entity: visible from, edited at, status
    destination: dict[int, tuple[int, str]] = {}
    for event in [*events, Sync(EDIT_MARGIN_SECONDS, last, is_whole=True)]:
        now += event.after
        if isinstance(event, Edit):
            versions.setdefault(event.entity, []).append((now + event.delay, now, event.status))
            continue
        shown = {entity: _shown(history, now) for entity, history in versions.items()}
        listed = {entity: version for entity, version in shown.items() if version}
        state = _sync(event, now, state, listed, destination)
    assert {entity: version for entity, version in listed.items() if version[1] in last}.items() <= destination.items()


def _shown(history: list[tuple[int, int, str]], now: int) -> tuple[int, str] | None:
    visible = [(edited, status) for seen_from, edited, status in history if seen_from <= now]
    return max(visible) if visible else None


def _sync(
    sync: Sync,
    now: int,
    state: dict[str, Any] | None,
    listed: dict[int, tuple[int, str]],
    destination: dict[int, tuple[int, str]],
) -> dict[str, Any]:
    cursor = EntityCursor(store(state), sync.statuses)
    changed = cursor.changed_since(ACCOUNT)
    if sync.is_whole:
        destination |= {
            entity: (edited, status)
            for entity, (edited, status) in listed.items()
            if status in sync.statuses and changed({"id": str(entity), "status": status, "updated_time": edited})
        }
        stream_slice = StreamSlice(partition={"ad_account_id": ACCOUNT}, cursor_slice={})
        cursor.commit(stream_slice, Listing(max((edited for edited, _ in listed.values()), default=None), now))
    return cursor.state

"""Which campaigns, ad groups or ads have changed since an account was last read?"""

import logging
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from airbyte_cdk.sources.types import StreamSlice

from source_pinterest import limits
from source_pinterest.state.cursor import PinterestCursor, StateStore, reading_state
from source_pinterest.state.formats import ACCOUNT_KEY, read_state, write_state

LOGGER = logging.getLogger("airbyte")

FIELD = "updated_time"
_STATUSES = "statuses"


def edit_time(entity: Mapping[str, Any]) -> int | None:
    """When an entity was last edited, epoch seconds; None where it does not say, or says what is no time."""
    try:
        return _seconds(entity.get(FIELD) or None)
    except (ValueError, TypeError, OverflowError):
        return None


def status_of(entity: Mapping[str, Any]) -> str | None:
    """The status of an entity; None where it has none."""
    status = entity.get("status")
    return None if status is None else str(status)


@dataclass(frozen=True)
class Listing:
    """What reading an account's entities found out.

    Attributes:
        latest_edit: the greatest `updated_time`, epoch seconds; None for an empty list.
        listed_at: the time at the first page, epoch seconds, by the server's clock or our own, whichever is behind.
        statuses: those that were emitted.
    """

    latest_edit: int | None
    listed_at: int
    statuses: frozenset[str | None] = frozenset()


class EntityCursor(PinterestCursor):
    """Per account, the latest edit that was surely seen.

    Pinterest lists entities by id, so that one edited during the sync may have passed by: the cursor stays five
    minutes behind the server's clock, and entities are taken from it on, itself included.
    """

    def __init__(self, store: StateStore, statuses: Iterable[str]) -> None:
        super().__init__(store)
        self._statuses = frozenset(statuses)
        self._now = int(time.time())
        with reading_state(store.stream_name):
            self._saved = read_state(store.incoming(), FIELD, _older)
            self._incoming = {
                account: {**cursor, FIELD: _seconds(cursor[FIELD])} for account, cursor in self._saved.accounts.items()
            }
            self._flat = _seconds(self._saved.flat)

    @property
    def state(self) -> dict[str, Any]:
        """What to hand out now."""
        return write_state(self._saved, FIELD)

    def accounts(self) -> Iterable[str]:
        """Ad accounts that the incoming state names."""
        return self._incoming

    def explain(self) -> None:
        """Warn of what a connector that kept no statuses has left out, which no edit may ever bring."""
        if self._flat is not None or any(_STATUSES not in cursor for cursor in self._incoming.values()):
            LOGGER.warning(
                f"{self._stream_name}: the saved state was written by an earlier version, which left out what was "
                "archived or not edited since the start date. This sync reads what has changed since then. Clear the "
                "stream once to have everything.",
            )

    def keep_place(self, account: str) -> None:
        """Give an account of before the flat cursor's end an entry of its own."""
        if self._flat is not None:
            with self._lock:
                self._saved.accounts.setdefault(account, {FIELD: self._flat})

    def retire_flat(self) -> None:
        """Drop the flat cursor, now that every account has an entry of its own."""
        with self._lock:
            self._saved.flat = None

    def changed_since(self, account: str) -> Callable[[Mapping[str, Any]], bool]:
        """Tells whether an entity of the account may be new to the destination."""
        floor = self._floor_of(account)
        if floor is None:
            return lambda _: True
        kept = self._incoming.get(account, {}).get(_STATUSES)
        covered = kept if isinstance(kept, list) else None

        def is_new(entity: Mapping[str, Any]) -> bool:
            edited = edit_time(entity)
            return edited is None or edited >= floor or (covered is not None and status_of(entity) not in covered)

        return is_new

    def _floor_of(self, account: str) -> int | None:
        """The edit time to read an account from; a time to come counts as now."""
        value = self._incoming.get(account, {}).get(FIELD, self._flat)
        return None if value is None else min(value, self._now)

    def _move(self, stream_slice: StreamSlice, finding: Listing | None) -> None:
        if finding is None:
            return
        account = stream_slice[ACCOUNT_KEY]
        seen = [edit for edit in (self._floor_of(account), finding.latest_edit) if edit is not None]
        if seen:
            value = min(max(seen), finding.listed_at - limits.EDIT_MARGIN_SECONDS)
            covered = sorted(self._statuses | finding.statuses, key=str)
            self._saved.accounts[account] = {FIELD: value, _STATUSES: covered}


def _seconds(value: Any) -> int | None:
    """A time in epoch seconds, which may come as a number or as the text of a number or of a time, in UTC.

    Raises:
        ValueError, TypeError: it is no time.
    """
    if value is None:
        return None
    if not isinstance(value, str) or value.strip().isdecimal():
        return int(value)
    moment = datetime.fromisoformat(value.strip())
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


def _older(one: Any, other: Any) -> Any:
    return min(one, other, key=lambda value: _seconds(value) or 0)

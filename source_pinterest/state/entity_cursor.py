"""Which campaigns, ad groups or ads have changed since an account was last read?"""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from airbyte_cdk.sources.types import StreamSlice

from source_pinterest import limits
from source_pinterest.state.cursor import PinterestCursor, StateStore, reading_state
from source_pinterest.state.formats import ACCOUNT_KEY, read_state, write_state

FIELD = "updated_time"
_STATUSES = "statuses"


@dataclass(frozen=True)
class Listing:
    """What reading an account's entities found out.

    Attributes:
        latest_edit: the greatest `updated_time`, epoch seconds; None for an empty list.
        listed_at: the server's time at the first page, epoch seconds.
    """

    latest_edit: int | None
    listed_at: int


class EntityCursor(PinterestCursor):
    """Per account, the latest edit that was surely seen.

    Pinterest lists entities by id, so that one edited during the sync may have passed by: the cursor stays five
    minutes behind the server's clock, and entities are taken from it on, itself included.
    """

    def __init__(self, store: StateStore, statuses: Iterable[str]) -> None:
        super().__init__(store)
        self._statuses = sorted(statuses)
        self._now = int(time.time())
        with reading_state(store.stream_name):
            self._saved = read_state(store.incoming(), FIELD, _older)
            self._incoming = {
                account: {**cursor, FIELD: int(cursor[FIELD])} for account, cursor in self._saved.accounts.items()
            }
            self._flat = None if self._saved.flat is None else int(self._saved.flat)

    @property
    def state(self) -> dict[str, Any]:
        """What to hand out now."""
        return write_state(self._saved, FIELD)

    def accounts(self) -> Iterable[str]:
        """Ad accounts that the incoming state names."""
        return self._incoming

    def keep_place(self, account: str) -> None:
        """Give an account of before the flat cursor's end an entry of its own."""
        if self._flat is not None:
            with self._lock:
                self._saved.accounts.setdefault(account, {FIELD: int(self._flat)})

    def retire_flat(self) -> None:
        """Drop the flat cursor, now that every account has an entry of its own."""
        with self._lock:
            self._saved.flat = None

    def changed_since(self, account: str) -> Callable[[Mapping[str, Any]], bool]:
        """Tells whether an entity of the account may be new to the destination."""
        floor = self._floor_of(account)
        if floor is None:
            return lambda _: True
        covered = self._incoming.get(account, {}).get(_STATUSES)
        if covered is None:
            return lambda record: int(record.get(FIELD) or self._now) >= floor
        return lambda record: record.get("status") not in covered or int(record.get(FIELD) or self._now) >= floor

    def _floor_of(self, account: str) -> int | None:
        """The edit time to read an account from; a time to come counts as now."""
        value = self._incoming.get(account, {}).get(FIELD, self._flat)
        return None if value is None else min(int(value), self._now)

    def _move(self, stream_slice: StreamSlice, finding: Listing | None) -> None:
        if finding is None:
            return
        account = stream_slice[ACCOUNT_KEY]
        seen = [edit for edit in (self._floor_of(account), finding.latest_edit) if edit is not None]
        if seen:
            value = min(max(seen), finding.listed_at - limits.EDIT_MARGIN_SECONDS)
            self._saved.accounts[account] = {FIELD: value, _STATUSES: self._statuses}


def _older(one: Any, other: Any) -> int:
    return min(int(one), int(other))

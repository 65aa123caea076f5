"""The cursor of campaigns, ad groups and ads: it passes on those edited since their account was last read."""

import logging
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from source_pinterest import limits
from source_pinterest.engine.tasks import Task
from source_pinterest.state.cursor import PinterestCursor, StateStore, reading_state
from source_pinterest.state.formats import ACCOUNT_KEY, read_state, write_state

LOGGER = logging.getLogger("airbyte")

FIELD = "updated_time"
_STATUSES = "statuses"


def time_in(entity: Mapping[str, Any], field: str) -> int | None:
    """Return a time of an entity in epoch seconds; None if it has no such time or an unreadable one."""
    try:
        return epoch_seconds(entity.get(field) or None)
    except (ValueError, TypeError, OverflowError):
        return None


def status_of(entity: Mapping[str, Any]) -> str | None:
    """Return the status of an entity; None if it has none."""
    status = entity.get("status")
    return None if status is None else str(status)


@dataclass(frozen=True)
class Listing:
    """The outcome of listing an account's entities.

    Attributes:
        latest_edit: the greatest `updated_time`, in epoch seconds; None if the list has no entity that the user wants.
        listed_at: the time of the first page, in epoch seconds, by the server's clock or ours, whichever is earlier.
        statuses: the statuses of the entities that the user wants, emitted or unchanged.
    """

    latest_edit: int | None
    listed_at: int
    statuses: frozenset[str | None] = frozenset()


class EntityCursor(PinterestCursor):
    """Keeps for each account the time up to which all edits have been read.

    Pinterest lists entities by id, so an entity may be edited after its page was read. The cursor therefore stays five
    minutes behind the server's clock, and the next sync reads every entity edited at the cursor's time or later.

    Args:
        store: has the incoming state and takes the outgoing ones.
        statuses: the statuses that the stream requests.
    """

    def __init__(self, store: StateStore, statuses: Iterable[str]) -> None:
        super().__init__(store)
        self._statuses = frozenset(statuses)
        with reading_state(store.stream_name):
            self._saved = read_state(store.incoming(), FIELD, older)
            self._incoming = {
                account: {**position, FIELD: epoch_seconds(position[FIELD])}
                for account, position in self._saved.accounts.items()
            }
            self._flat = epoch_seconds(self._saved.flat)

    @property
    def state(self) -> dict[str, Any]:
        """The state to emit."""
        return write_state(self._saved, FIELD)

    def accounts(self) -> Iterable[str]:
        """Return the ad accounts of the incoming state."""
        return self._incoming

    def explain(self) -> None:
        """Warn of times in the future, and of a state without statuses: its connector skipped some entities."""
        warn_of_future(self._stream_name, {"": self._flat} | {of: at[FIELD] for of, at in self._incoming.items()})
        if self._flat is not None or any(_STATUSES not in position for position in self._incoming.values()):
            LOGGER.warning(
                f"{self._stream_name}: the saved state is of the official connector, which skips entities "
                "that are archived or not edited since the start date. This sync reads the entities that have changed "
                "since then. Clear the stream once to read all of them.",
            )

    def keep_place(self, account: str) -> None:
        """Give an account its own entry before the flat position is dropped."""
        if self._flat is not None:
            with self._lock:
                self._saved.accounts.setdefault(account, {FIELD: self._flat})

    def retire_flat(self) -> None:
        """Drop the flat position, now that every account has its own entry."""
        with self._lock:
            self._saved.flat = None

    def changed_since(self, account: str) -> Callable[[Mapping[str, Any]], bool]:
        """Return a predicate for entities of the account that the destination may lack in their present form.

        Nothing is emitted of an account that an earlier attempt of the same full refresh has read, nor of one whose
        time is in the future. Their positions stay, so that no edit since then is skipped.
        """
        if self._is_left_alone(account):
            return lambda _: False
        floor = self._incoming.get(account, {}).get(FIELD, self._flat)
        if floor is None:
            return lambda _: True
        statuses = self._incoming.get(account, {}).get(_STATUSES)
        read_before = statuses if isinstance(statuses, list) else None

        def is_new(entity: Mapping[str, Any]) -> bool:
            edited = time_in(entity, FIELD)
            if edited is None or edited >= floor:
                return True
            return read_before is not None and status_of(entity) not in read_before

        return is_new

    def _is_left_alone(self, account: str) -> bool:
        is_done = self._store.refresh is not None and account in self._incoming
        return is_done or is_in_future(self._incoming.get(account, {}).get(FIELD, self._flat))

    def _move(self, task: Task, finding: Listing | None) -> None:
        account = task[ACCOUNT_KEY]
        if finding is None or self._is_left_alone(account):
            return
        saved = self._incoming.get(account, {}).get(FIELD, self._flat)
        seen = [edit for edit in (saved, finding.latest_edit) if edit is not None]
        if seen:
            value = min(max(seen), finding.listed_at - limits.EDIT_MARGIN_SECONDS)
            statuses = sorted(self._statuses | finding.statuses, key=str)
            self._saved.accounts[account] = {FIELD: value, _STATUSES: statuses}


def is_in_future(saved: int | None) -> bool:
    """Return whether a saved time is in the future."""
    return saved is not None and saved > time.time()


def warn_of_future(stream: str, saved: Mapping[str, int | None]) -> None:
    """Warn of each account whose saved time is in the future; the empty id represents all accounts."""
    for account in (account for account, value in saved.items() if is_in_future(value)):
        whose = f" of ad account {account}" if account else ""
        LOGGER.warning(
            f"{stream}: the saved state{whose} is in the future, so nothing is read. Clear the stream's data to "
            "start again."
        )


def epoch_seconds(value: Any) -> int | None:
    """Convert a number, or the text of a number or of a time in UTC, to epoch seconds.

    Raises:
        ValueError, TypeError: the value is not a time.
    """
    if value is None:
        return None
    if not isinstance(value, str) or value.strip().isdecimal():
        return int(value)
    moment = datetime.fromisoformat(value.strip())
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


def older(one: Any, other: Any) -> Any:
    """Return the earlier of two times, in whichever form."""
    return min(one, other, key=lambda value: epoch_seconds(value) or 0)

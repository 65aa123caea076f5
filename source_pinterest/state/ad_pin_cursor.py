"""The cursor of the pins of ads: up to which ad the pins of an account are known, and which pins are still unread."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from operator import itemgetter
from typing import Any

from source_pinterest import limits
from source_pinterest.api.errors import TaskError
from source_pinterest.engine.tasks import Task
from source_pinterest.state.cursor import PinterestCursor, StateStore, reading_state
from source_pinterest.state.entity_cursor import epoch_seconds, is_in_future, older, time_in, warn_of_future
from source_pinterest.state.formats import ACCOUNT_KEY, PIN_KEY, read_state, write_state

FIELD = "ad_created_time"
_UNREAD, _JUST_READ = "unread", "just_read"


class PromotedPins:
    """The pins that the ads of one account promote, from a list that was read to its end.

    Attributes:
        changed: by pin, the earliest time at which one of its ads was created or last edited, in epoch seconds; None if
            no ad has a time.
        newest: the greatest of these times of all ads; 0 if no ad says it.
        made: when the newest ad of each pin was made, in epoch seconds.
        listed_at: the time of the first page, in epoch seconds, by the server's clock or ours, whichever is earlier.
    """

    def __init__(self, listed_at: int) -> None:
        self.changed: dict[str, int | None] = {}
        self.newest = 0
        self.made: dict[str, int] = {}
        self.listed_at = listed_at

    def add(self, ad: Mapping[str, Any]) -> None:
        """Take the pin of an ad, if it has one."""
        if not (pin := ad.get("pin_id")):
            return
        made, edited, known = time_in(ad, "created_time"), time_in(ad, "updated_time"), self.changed.get(pin)
        changed = max((time for time in (made, edited) if time is not None), default=None)
        self.changed[pin] = min((time for time in (changed, known) if time is not None), default=None)
        self.newest = max(self.newest, changed or 0)
        if made is not None:
            self.made[pin] = max(made, self.made.get(pin, made))


class AdPinCursor(PinterestCursor):
    """Keeps when the last known ad of each account was made or edited, and the pins that are still unread.

    A pin is known if an ad promotes it that was made and last edited at the cursor's time or earlier: a draft that is
    published is an edited ad, and a new ad may have the creation time of an old pin. The cursor stays five minutes
    behind the server's clock, because a list may lag. The state names the pins of younger ads that were read, each with
    the time of its ad. The cursor moves once the ads of an account were listed to the end. By then, every pin that is
    to be read is noted as unread, with the number of syncs in which it has failed.
    """

    def __init__(self, store: StateStore) -> None:
        super().__init__(store)
        self._unread: defaultdict[str, dict[str, int]] = defaultdict(dict)
        """The unread pins of each account, with the number of syncs in which each has failed."""
        self._young: dict[tuple[str, str], int] = {}
        """The times of the ads that are younger than the cursor of their account, by the pins that they promote."""
        incoming = store.incoming()
        with reading_state(store.stream_name):
            self._saved = read_state(incoming, FIELD, older)
            for position in self._saved.accounts.values():
                position[FIELD] = epoch_seconds(position[FIELD])
            for name, failed_syncs in (incoming.get(_UNREAD) or {}).items():
                account, pin = _ids_in(name)
                self._unread[account][pin] = int(failed_syncs)
            self._just_read = {_ids_in(name): int(time) for name, time in (incoming.get(_JUST_READ) or {}).items()}

    @property
    def state(self) -> dict[str, Any]:
        """The state to emit. Its parts about single pins are mappings, so that a large state is emitted less often."""
        pins = ((f"{account}/{pin}", n) for account, unread in self._unread.items() for pin, n in unread.items())
        just_read = {f"{account}/{pin}": time for (account, pin), time in sorted(self._just_read.items())}
        state = {**write_state(self._saved, FIELD), _UNREAD: dict(sorted(pins))}
        return {**state, _JUST_READ: just_read} if just_read else state

    def explain(self) -> None:
        """Warn of times in the future."""
        warn_of_future(self._stream_name, {of: at[FIELD] for of, at in self._saved.accounts.items()})

    def accounts(self) -> Iterable[str]:
        """Return the ad accounts of the state."""
        return tuple(self._saved.accounts)

    def plan(self, account: str, promoted: PromotedPins) -> dict[str, int]:
        """Note which pins of an account are to be read, and move the account's cursor.

        Returns:
            The pins, with the number of syncs in which each has failed. Those with the fewest come first. There are
            none if the account's time is in the future.
        """
        if is_in_future(self._known_until(account)):
            return {}
        with self._lock:
            pins = [pin for pin in promoted.changed if not self._is_known(account, pin, promoted)]
            self._unread[account] = {pin: self._unread[account].get(pin, 0) for pin in pins}
            if promoted.newest:
                self._move_to(account, promoted)
            self._just_read = {
                key: read for key, read in self._just_read.items() if key in self._young or key[0] != account
            }
            return dict(sorted(self._unread[account].items(), key=itemgetter(1)))

    def _is_known(self, account: str, pin: str, promoted: PromotedPins) -> bool:
        """Return whether an ad promotes the pin that an earlier sync knew."""
        changed, known_until = promoted.changed[pin], self._known_until(account)
        if changed is None or known_until is None or pin in self._unread[account]:
            return False
        return changed <= max(known_until, self._just_read.get((account, pin), known_until))

    def _known_until(self, account: str) -> int | None:
        return self._saved.accounts.get(account, {}).get(FIELD)

    def _move_to(self, account: str, promoted: PromotedPins) -> None:
        """Move the cursor of an account to its newest ad, and remember which pins have only younger ads."""
        newest = max(promoted.newest, self._known_until(account) or 0)
        cursor = min(newest, promoted.listed_at - limits.EDIT_MARGIN_SECONDS)
        self._saved.accounts[account] = {FIELD: cursor}
        for pin, changed in promoted.changed.items():
            if changed is not None and changed > cursor:
                self._young[account, pin] = changed

    def fail(self, task: Task, error: Exception) -> None:
        """Count a failure of a pin, unless the error is about all pins."""
        if PIN_KEY in task and isinstance(error, TaskError):
            with self._lock:
                self._unread[task[ACCOUNT_KEY]][task[PIN_KEY]] += 1

    def _move(self, task: Task, finding: Any) -> None:
        """Take a pin that was read out of the unread ones."""
        del finding
        account, pin = task[ACCOUNT_KEY], task[PIN_KEY]
        self._unread[account].pop(pin, None)
        if time := self._young.get((account, pin)):
            self._just_read[account, pin] = time


def _ids_in(name: str) -> tuple[str, str]:
    """Return the account and the pin that a key of the state names."""
    account, _, pin = name.partition("/")
    return account, pin

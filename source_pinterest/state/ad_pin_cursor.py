"""The cursor of the pins of ads: up to which ad the pins of an account are known, and which pins are still unread."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from itertools import islice
from typing import Any

from source_pinterest import limits
from source_pinterest.api.errors import SliceError
from source_pinterest.engine.tasks import Task
from source_pinterest.state.cursor import PinterestCursor, StateStore, reading_state
from source_pinterest.state.entity_cursor import epoch_seconds, older, time_in
from source_pinterest.state.formats import read_state, write_state

FIELD, PIN_KEY = "ad_created_time", "pin_id"
_UNREAD, _BEHIND = "unread", "behind"


class PromotedPins:
    """The pins that the ads of one account promote, from a list that was read to its end.

    Attributes:
        times: the least and the greatest time at which an ad of each pin was made or last edited, in epoch seconds;
            empty if no ad says it.
        made: when the newest ad of each pin was made, in epoch seconds.
        listed_at: the time of the first page, in epoch seconds, by the server's clock or ours, whichever is earlier.
    """

    def __init__(self, listed_at: int) -> None:
        self.times: dict[str, tuple[int, ...]] = {}
        self.made: dict[str, int] = {}
        self.listed_at = listed_at

    def add(self, ad: Mapping[str, Any]) -> None:
        """Take the pin of an ad, if it has one."""
        if pin := ad.get("pin_id"):
            made, edited = time_in(ad, "created_time"), time_in(ad, "updated_time")
            changed = max((time for time in (made, edited) if time is not None), default=None)
            known = self.times.get(pin, ()) if changed is None else (*self.times.get(pin, ()), changed)
            self.times[pin] = (min(known), max(known)) if known else ()
            if made is not None:
                self.made[pin] = max(made, self.made.get(pin, made))


class AdPinCursor(PinterestCursor):
    """Keeps when the last known ad of each account was made or edited, and the pins that are still unread.

    A pin is known if an ad promotes it that was made and last edited at the cursor's time or earlier: a draft that is
    published is an edited ad, and a new ad may have the creation time of an old pin. The cursor stays five minutes
    behind the server's clock, because a list may lag. It moves once the ads of an account were listed to the end. By
    then, every pin that is to be read is noted as unread. Those that have failed are behind the others, in the order in
    which they were asked for last.
    """

    def __init__(self, store: StateStore) -> None:
        super().__init__(store)
        self._new: defaultdict[str, set[str]] = defaultdict(set)
        """The unread pins of each account that have not failed."""
        self._behind: dict[tuple[str, str], int] = {}
        """The number of syncs in which a pin of an account has failed."""
        with reading_state(store.stream_name):
            incoming = store.incoming()
            self._saved = read_state(incoming, FIELD, older)
            for position in self._saved.accounts.values():
                position[FIELD] = epoch_seconds(position[FIELD])
            unread = dict(incoming.get(_UNREAD) or {})
            in_order = {name: unread.pop(name) for name in incoming.get(_BEHIND) or () if name in unread}
            for name, failed_syncs in {**in_order, **unread}.items():
                account, _, pin = name.partition("/")
                if int(failed_syncs):
                    self._behind[account, pin] = int(failed_syncs)
                else:
                    self._new[account].add(pin)

    @property
    def state(self) -> dict[str, Any]:
        """The state to emit. Unread pins are one mapping, so that a state with many of them is emitted less often.

        A platform may change the order of a mapping, so that a list has that of the pins behind.
        """
        behind = {f"{account}/{pin}": failed_syncs for (account, pin), failed_syncs in self._behind.items()}
        new = {f"{account}/{pin}": 0 for account, pins in self._new.items() for pin in pins}
        state = {**write_state(self._saved, FIELD), _UNREAD: dict(sorted({**new, **behind}.items()))}
        return {**state, _BEHIND: list(behind)} if behind else state

    def accounts(self) -> Iterable[str]:
        """Return the ad accounts of the state."""
        return tuple(self._saved.accounts)

    def asked_for(self, accounts: Collection[str]) -> frozenset[tuple[str, str]]:
        """Return the pins behind of some accounts that a sync asks for: those that were asked for longest ago."""
        behind = (key for key in self._behind if key[0] in accounts)
        return frozenset(islice(behind, limits.PINS_BEHIND_IN_A_SYNC))

    def plan(self, account: str, promoted: PromotedPins) -> tuple[list[str], dict[str, int]]:
        """Note which pins of an account are to be read, and move the account's cursor.

        Returns:
            The pins that have not failed, and those behind with the number of syncs in which each has failed.
        """
        with self._lock:
            known_until = self._saved.accounts.get(account, {}).get(FIELD)
            behind = {pin: failed_syncs for (of, pin), failed_syncs in self._behind.items() if of == account}
            unread = {*behind, *self._new[account]}
            wanted = [
                pin
                for pin, times in promoted.times.items()
                if pin in unread or known_until is None or not times or min(times) > known_until
            ]
            for pin in behind.keys() - wanted:
                del self._behind[account, pin]
                del behind[pin]
            new = [pin for pin in wanted if pin not in behind]
            self._new[account] = set(new)
            seen = [time for times in promoted.times.values() for time in times]
            if seen:
                newest = max(seen) if known_until is None else max(known_until, *seen)
                self._saved.accounts[account] = {FIELD: min(newest, promoted.listed_at - limits.EDIT_MARGIN_SECONDS)}
            return new, behind

    def fail(self, task: Task, error: Exception | None = None) -> None:
        """Put a pin that has failed behind the others, unless it was not tried or the error is about all pins."""
        if PIN_KEY in task and isinstance(error, SliceError):
            account, pin = task["ad_account_id"], task[PIN_KEY]
            with self._lock:
                self._new[account].discard(pin)
                self._behind[account, pin] = self._behind.pop((account, pin), 0) + 1

    def _move(self, task: Task, finding: Any) -> None:
        """Take a pin that was read out of the unread ones."""
        del finding
        account, pin = task["ad_account_id"], task[PIN_KEY]
        self._new[account].discard(pin)
        self._behind.pop((account, pin), None)

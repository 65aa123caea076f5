"""The cursor of the pins of ads: up to which ad the pins of an account are known, and which pins are still unread."""

from collections.abc import Iterable, Mapping
from typing import Any

from source_pinterest import limits
from source_pinterest.api.errors import SliceError
from source_pinterest.engine.tasks import Task
from source_pinterest.state.cursor import PinterestCursor, StateStore, reading_state
from source_pinterest.state.entity_cursor import epoch_seconds, older, time_in
from source_pinterest.state.formats import read_state, write_state

FIELD, PIN_KEY = "ad_created_time", "pin_id"
_UNREAD = "unread"


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
    """Keeps when the last known ad of each account was made or edited, and in how many syncs an unread pin has failed.

    A pin is known if an ad promotes it that was made and last edited at the cursor's time or earlier: a draft that is
    published is an edited ad, and a new ad may have the creation time of an old pin. The cursor stays five minutes
    behind the server's clock, because a list may lag. It moves once the ads of an account were listed to the end. By
    then, every pin that is to be read is noted as unread.
    """

    def __init__(self, store: StateStore) -> None:
        super().__init__(store)
        self._unread: dict[str, dict[str, int]] = {}
        with reading_state(store.stream_name):
            incoming = store.incoming()
            self._saved = read_state(incoming, FIELD, older)
            for cursor in self._saved.accounts.values():
                cursor[FIELD] = epoch_seconds(cursor[FIELD])
            for name, syncs in (incoming.get(_UNREAD) or {}).items():
                account, _, pin = name.partition("/")
                self._unread.setdefault(account, {})[pin] = int(syncs)

    @property
    def state(self) -> dict[str, Any]:
        """The state to emit. Unread pins are one mapping, so that a state with many of them is emitted less often."""
        unread = {f"{account}/{pin}": syncs for account, pins in self._unread.items() for pin, syncs in pins.items()}
        return {**write_state(self._saved, FIELD), _UNREAD: dict(sorted(unread.items()))}

    def accounts(self) -> Iterable[str]:
        """Return the ad accounts of the state."""
        return tuple(self._saved.accounts)

    def plan(self, account: str, promoted: PromotedPins) -> dict[str, int]:
        """Note which pins of an account are to be read, and move the account's cursor.

        Returns:
            The number of syncs in which each of these pins has failed, the fewest first.
        """
        with self._lock:
            known_until = self._saved.accounts.get(account, {}).get(FIELD)
            failed = self._unread.get(account, {})
            unread = {
                pin: failed.get(pin, 0)
                for pin, times in promoted.times.items()
                if pin in failed or known_until is None or not times or min(times) > known_until
            }
            self._unread[account] = unread
            seen = [time for times in promoted.times.values() for time in times]
            if seen:
                newest = max(seen) if known_until is None else max(known_until, *seen)
                self._saved.accounts[account] = {FIELD: min(newest, promoted.listed_at - limits.EDIT_MARGIN_SECONDS)}
            return dict(sorted(unread.items(), key=lambda item: item[1]))

    def fail(self, task: Task, error: Exception | None = None) -> None:
        """Count another sync in which a pin failed, unless it was not tried or the error is about all pins."""
        if PIN_KEY in task and isinstance(error, SliceError):
            with self._lock:
                self._unread[task["ad_account_id"]][task[PIN_KEY]] += 1

    def _move(self, task: Task, finding: Any) -> None:
        """Take a pin that was read out of the unread ones."""
        del finding
        del self._unread[task["ad_account_id"]][task[PIN_KEY]]

"""Which ad account does a campaign, an ad group or an ad belong to, where several accounts list it?"""

import threading
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from functools import cached_property

from source_pinterest.api.bodies import Record, text_of
from source_pinterest.api.errors import SliceError
from source_pinterest.engine.notices import Notices


class Ownership:
    """Gives each entity to the account that its record names, else to the smallest account that lists it.

    Pinterest's records name their account. For one that does not, or names an account out of reach, the lists of
    smaller accounts are looked through, once more each.

    Args:
        accounts: those of this sync.
        list_of: what an account lists, whosever it is.
        notices: of the stream, for a warning.
    """

    def __init__(
        self,
        accounts: Callable[[], Collection[str]],
        list_of: Callable[[str], Iterable[Record]],
        notices: Notices,
    ) -> None:
        self._list_accounts, self._list_of, self._notices = accounts, list_of, notices
        self._lock = threading.Lock()
        self._looked_through: set[str] = set()
        self._smallest: dict[str, str] = {}

    def own(self, account: str, records: Iterable[Record]) -> list[Record]:
        """The records in an account's list that belong to the account."""
        return [record for record in records if self._belongs(record, account)]

    def _belongs(self, record: Record, account: str) -> bool:
        named = _account_named_in(record)
        if named == account:
            return True
        identity = text_of(record["id"])
        owner = named if named in self._accounts else self._smallest_of(identity, account)
        if owner == account:
            return True
        self._notices.warn(
            "ownership",
            f"ad account {account} also lists {identity}, which belongs to ad account {owner}. What several ad "
            "accounts list is read with one of them.",
        )
        return False

    def _smallest_of(self, identity: str, account: str) -> str:
        """The smallest account that lists an entity, of those up to this one."""
        with self._lock:
            for smaller in self._accounts:
                if int(smaller) >= int(account):
                    break
                if smaller not in self._looked_through:
                    self._look_through(smaller)
            owner = self._smallest.get(identity, account)
        return min(owner, account, key=int)

    def _look_through(self, account: str) -> None:
        self._looked_through.add(account)
        with suppress(SliceError):  # which is raised where the account itself is read
            for record in self._list_of(account):
                if _account_named_in(record) not in self._accounts or _account_named_in(record) == account:
                    self._smallest.setdefault(text_of(record["id"]), account)

    @cached_property
    def _accounts(self) -> dict[str, None]:
        """From the smallest on."""
        return dict.fromkeys(sorted(self._list_accounts(), key=int))


def _account_named_in(record: Record) -> str:
    return text_of(record.get("ad_account_id"))

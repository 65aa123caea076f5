"""What the experiments share: the way to Pinterest, the notes, and the first lists of an ad account."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from integration_tests.tools.live.calls import Answer, Calls, Send, StoppedError
from integration_tests.tools.live.notes import Notes, values_at
from source_pinterest.engine.asks import named_in
from source_pinterest.streams.base.stream import Sync

_ACCOUNTS_TRIED = 3


@dataclass(frozen=True)
class Look:
    """One experiment with one account.

    Attributes:
        calls: sends requests.
        notes: takes what came.
        sync: the connector's streams and options.
        download: fetches the file behind a link.
        pause: waits for so many seconds.
    """

    calls: Calls
    notes: Notes
    sync: Sync
    download: Send
    pause: Callable[[float], None]

    def list(self, operation: str, path: str, page_size: int = 100, **params: Any) -> tuple[Answer, Sequence[Any]]:
        """Request a page of a list; return the response, and the items in it."""
        answer = self.calls.get(operation, path, {"page_size": page_size, **params})
        return answer, [item for item in values_at("items[]", answer.json) if isinstance(item, dict)]

    def without_refused(
        self, operation: str, names: Collection[str], send: Callable[[Sequence[str]], Answer]
    ) -> tuple[Answer, Sequence[str]]:
        """Send a request, once more without the columns that are refused by name; return those that were left."""
        answer = send(tuple(names))
        refused = named_in(str(values_at("message", answer.json)), names) if not answer.is_fine else set()
        for name in sorted(refused):
            self.calls.asked(operation, f"column {name}", answer)
        left = tuple(name for name in names if name not in refused)
        return (send(left) if refused else answer), left

    def account_with_campaigns(self) -> tuple[str, Sequence[Any]]:
        """Return the first ad account that has campaigns, and these, the newest first.

        Raises:
            StoppedError: there is none.
        """
        _, accounts = self.list("ad_accounts/list", "ad_accounts")
        listed = [str(account.get("id")) for account in accounts if account.get("id")]
        wanted = self.sync.config.account_ids or listed
        for account in [one for one in wanted if one not in self.sync.config.exclude_account_ids][:_ACCOUNTS_TRIED]:
            if campaigns := self.newest("campaigns", account):
                return account, campaigns
        raise StoppedError("There is no ad account with campaigns")

    def newest(self, entities: str, account: str) -> Sequence[Any]:
        """Return a page of campaigns, ad groups or ads, those that were edited last first."""
        _, items = self.list(f"{entities}/list", f"ad_accounts/{account}/{entities}")
        return sorted(items, key=lambda item: str(item.get("updated_time")), reverse=True)

    def days_ago(self, days: int) -> date:
        """Return the day so many days ago, in UTC."""
        return date.fromordinal(self.sync.config.today.toordinal() - days)

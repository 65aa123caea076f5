"""A stream of ad accounts that end as a test scripts."""

from collections.abc import Collection, Generator, Iterable, Mapping
from typing import Any

from airbyte_cdk.sources.types import StreamSlice

from source_pinterest.api.auth import AccessTokenAuthenticator
from source_pinterest.api.errors import Access, PinterestError
from source_pinterest.api.usage import Usage
from source_pinterest.config import AccessTokenCredentials
from source_pinterest.engine.failures import Failures
from source_pinterest.engine.pages import Page
from source_pinterest.engine.parents import ParentIds
from source_pinterest.engine.progress import Notices
from source_pinterest.engine.slices import partition_slice
from source_pinterest.streams.base.reader import SliceReader


def of_account(account: str) -> StreamSlice:
    return partition_slice({"ad_account_id": account})


def account_of(stream_slice: StreamSlice) -> str:
    return str(stream_slice.partition.get("ad_account_id", ""))


class Cursor:
    """Notes what it is told of each account."""

    def __init__(self) -> None:
        self.told: list[tuple[Any, ...]] = []
        self.failed: list[str] = []

    def count(self, records: int, stream_slice: StreamSlice) -> None:
        del stream_slice
        self.told.append(("count", records))

    def commit(self, stream_slice: StreamSlice, finding: Any = None) -> None:
        self.told.append(("commit", account_of(stream_slice), finding))

    def fail(self, stream_slice: StreamSlice) -> None:
        self.failed.append(account_of(stream_slice))

    def note_failure(self, stream_slice: StreamSlice) -> None:
        self.told.append(("failure", account_of(stream_slice)))


class Accounts:
    """Each account has two pages, of 3 and 4 records, and then its error or a finding."""

    name = "lead_forms"
    scopes = ("ads:read",)

    def __init__(
        self,
        errors: Mapping[str, PinterestError] | None = None,
        *,
        expected: Collection[str] = (),
        access: Access | None = None,
        granted: Iterable[str] = (),
        has_cursor: bool = True,
    ) -> None:
        self.errors = errors or {}
        self.expected = expected
        self.access = access
        self.cursor = Cursor()
        self.checkpoint: Any = self.cursor if has_cursor else None
        self.all_usage = Usage()
        self.usage, self.notices = self.all_usage.of(self.name), Notices(self.name)
        self.ids = ParentIds(lambda _: ["7"])
        self.read_accounts: list[str] = []
        self.ended: list[str] = []
        authenticator = AccessTokenAuthenticator(AccessTokenCredentials("false-access-token"))
        authenticator.granted = frozenset(granted)
        self.failures = Failures(self, authenticator)
        self.reader = SliceReader(self)

    def is_expected(self, stream_slice: StreamSlice) -> bool:
        return account_of(stream_slice) in self.expected

    def on_end(self, stream_slice: StreamSlice) -> None:
        self.ended.append(account_of(stream_slice))

    def read_slice(self, stream_slice: StreamSlice) -> Generator[Page, None, Any]:
        account = account_of(stream_slice)
        self.read_accounts.append(account)
        for count in (3, 4):
            yield Page(self.name, account.encode(), count)
        if account in self.errors:
            raise self.errors[account]
        return f"finding {account}"

    def read(self, accounts: Iterable[str], *, listed_first: bool = False) -> list[PinterestError]:
        """Read accounts as they are listed, or after that. Return the errors that are raised."""
        return self.read_slices(map(of_account, accounts), listed_first=listed_first)

    def read_slices(self, slices: Iterable[StreamSlice], *, listed_first: bool = False) -> list[PinterestError]:
        raised: list[PinterestError] = []
        planned = self.reader.planned(slices)
        try:
            for stream_slice in list(planned) if listed_first else planned:
                try:
                    list(self.reader.read(stream_slice))
                except PinterestError as error:
                    raised.append(error)
        except PinterestError as error:
            raised.append(error)
        return raised

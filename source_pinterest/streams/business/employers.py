"""For which businesses does the user work?

A user that is itself a business does not work for itself, so that Pinterest does not list it. It is known as well.
"""

from collections.abc import Generator, Iterator
from contextlib import suppress
from typing import Any

from airbyte_cdk.sources.types import StreamSlice

from source_pinterest.api.bodies import one_item, text_of
from source_pinterest.api.client import PinterestClient
from source_pinterest.api.errors import PinterestError
from source_pinterest.engine.pages import Page
from source_pinterest.engine.parent_ids import Key, ParentIds
from source_pinterest.streams.base.context import Sync
from source_pinterest.streams.base.stream import PinterestStream
from source_pinterest.streams.organic.profile import UserAccount

SCOPE = "biz_access:read"


class BusinessEmployers(PinterestStream):
    """Businesses that the user works for. https://developers.pinterest.com/docs/api/v5/get-business_employers."""

    path_template = "businesses/employers"
    scopes = (SCOPE,)

    def __init__(self, sync: Sync) -> None:
        super().__init__(sync)
        self.own = ParentIds(self._list_own)
        """The user itself, if it is a business."""
        self._profile = PinterestClient(sync.api, self.name, UserAccount.scopes)

    def read_slice(self, stream_slice: StreamSlice) -> Generator[Page, None, Any]:
        """The employers; where others need the user itself, it is asked for while calls are still counted."""
        found = yield from super().read_slice(stream_slice)
        if self.own.wanted:
            # Whoever else asks for it holds no worker meanwhile; what fails is raised again where it is needed.
            with suppress(PinterestError):
                self.own.of(())
        return found

    def _list_own(self, key: Key) -> Iterator[str]:
        del key
        [user] = self._profile.get(UserAccount.path_template, {}, one_item).value.items
        if user.get("account_type") == "BUSINESS":
            yield text_of(user["id"])

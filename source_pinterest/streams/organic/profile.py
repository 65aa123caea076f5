"""The user's profile."""

from collections.abc import Iterator

from source_pinterest.api.bodies import ListPage, one_item
from source_pinterest.streams.organic.base import OrganicStream


class UserAccount(OrganicStream):
    """The user's profile as it is. https://developers.pinterest.com/docs/api/v5/user_account-get."""

    path_template = "user_account"
    page_size = None
    cost = "1 a sync"
    scopes = ("user_accounts:read",)

    def parse(self, chunks: Iterator[bytes]) -> ListPage:
        """The profile, as a page of its own."""
        return one_item(chunks)

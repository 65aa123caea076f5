"""Whose organic content is read, and which boards are there?

`account_id` in the config makes these calls on behalf of that ad account's owner, as the official connector does;
`organic_per_ad_account` makes them on behalf of the owner of every ad account.
"""

from abc import ABC
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

import orjson
import requests
from airbyte_cdk.sources.types import StreamSlice

from source_pinterest import limits
from source_pinterest.api.access import role
from source_pinterest.api.errors import AccountUnreadableError, MalformedAnswerError
from source_pinterest.state.board_cursor import MODIFIED_AT
from source_pinterest.state.formats import ACCOUNT_KEY
from source_pinterest.streams.ads.entities import AdAccounts
from source_pinterest.streams.base.child import ChildStream
from source_pinterest.streams.base.context import Sync
from source_pinterest.streams.base.slices import failed_slice, partition_slice
from source_pinterest.streams.base.stream import PinterestStream, Record

TEXT = {"type": ["null", "string"]}


class OrganicStream(PinterestStream):
    """Content of the token's user, or of the owner of the configured ad account; or of each owner of an ad account.

    In the last case there is a slice for each owner, and the ad account is stamped on its records and part of the key.
    """

    stamped: Mapping[str, Mapping[str, Any]] = {}
    """Fields that Pinterest does not send, with their schemas: a record has them from the call that it comes from."""

    def __init__(self, sync: Sync) -> None:
        self._ad_accounts = sync.stream(AdAccounts) if sync.config.organic_per_ad_account else None
        if self._ad_accounts:
            own_key = [self.primary_key] if isinstance(self.primary_key, str) else self.primary_key
            self.primary_key = [ACCOUNT_KEY, *own_key]
            self.partition_keys = (ACCOUNT_KEY, *self.partition_keys)
            self.stamped = {ACCOUNT_KEY: TEXT, **self.stamped}
            self.access = self.access or role("Admin")
        super().__init__(sync)

    @cached_property
    def _stamped_schema(self) -> Mapping[str, Any]:
        schema = super().get_json_schema()
        return {**schema, "properties": {**self.stamped, **schema["properties"]}}

    def get_json_schema(self) -> Mapping[str, Any]:  # type: ignore[override]
        """The fields that Pinterest sends, and those that are stamped."""
        return self._stamped_schema

    def select(self) -> None:
        """Tell that this sync emits the stream, and that it needs the ad accounts where each has its slice."""
        super().select()
        if self._ad_accounts:
            self._ad_accounts.ids.want()

    def slices(self) -> Iterator[StreamSlice]:
        """The only slice, or one for each owner of an ad account; one that raises for a named account out of reach."""
        if self._ad_accounts is None:
            yield partition_slice({})
            return
        for account in self._ad_accounts.one_per_owner():
            yield partition_slice({ACCOUNT_KEY: account})
        for account in self._ad_accounts.unreadable():
            error = AccountUnreadableError(account, "Pinterest does not show it to this user")
            yield failed_slice({ACCOUNT_KEY: account}, error)

    def request_params(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The page, and on whose behalf it is read."""
        params = super().request_params(*args, **kwargs)
        account = (kwargs.get("stream_slice") or {}).get(ACCOUNT_KEY) or self.config.organic_account_id
        return {**params, "ad_account_id": account} if account else params


class OrganicDocument(OrganicStream, ABC):
    """Organic content that comes in one answer, without pages."""

    def request_params(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """On whose behalf it is read."""
        params = super().request_params(*args, **kwargs)
        del params["page_size"]
        return params


class UserAccount(OrganicDocument):
    """The user's profile as it is. https://developers.pinterest.com/docs/api/v5/user_account-get."""

    path_template = "user_account"
    cost = "1 a sync"
    scopes = ("user_accounts:read",)

    def parse(self, response: requests.Response) -> None:
        """Parse the profile, as a page of its own.

        Raises:
            MalformedAnswerError: it is none.
        """
        profile = orjson.loads(response.content)
        if not isinstance(profile, dict) or not profile.get("id"):
            raise MalformedAnswerError("A profile has an id.")
        response.page = {"items": [profile]}  # type: ignore[attr-defined]


class Boards(OrganicStream):
    """Boards the user owns or works on together with others. https://developers.pinterest.com/docs/api/v5/boards-list."""

    path_template = "boards"
    scopes = ("boards:read",)

    def __init__(self, sync: Sync) -> None:
        super().__init__(sync)
        self.modified: dict[str, str] = {}
        """When the pins of a board last changed, as told before they are listed."""

    def records(self, response: requests.Response, stream_slice: StreamSlice) -> Iterator[Record]:
        """The boards of a page; children are told when their pins last changed."""
        for record in super().records(response, stream_slice):
            if self.ids.wanted and record.get(MODIFIED_AT):
                self.modified[record["id"]] = record[MODIFIED_AT]
            yield record


class BoardSections(ChildStream, OrganicStream):
    """Sections of each board. https://developers.pinterest.com/docs/api/v5/board_sections-list."""

    primary_key: str | list[str] = ["board_id", "id"]  # noqa: RUF012 - the framework's attribute, never changed
    path_template = "boards/{board_id}/sections"
    cost = f"1 a board and page of {limits.PAGE_SIZE}"
    scopes = ("boards:read",)
    parent = Boards
    partition_keys = ("board_id",)

"""A client of a stream, against answers that come one after the other."""

import dataclasses
import json
from collections.abc import Callable, Iterator
from typing import Any

import requests_mock

from source_pinterest.api import DEFAULT_BASE_URL, Api, errors
from source_pinterest.api.auth import AccessTokenAuthenticator
from source_pinterest.api.client import PinterestClient
from source_pinterest.config import AccessTokenCredentials
from unit_tests.api.connections import connected

PATH = "ad_accounts/1/ads"
URL = f"{DEFAULT_BASE_URL}/{PATH}"
PAGE = {"json": {"items": []}}
SCOPES = ("boards:read", "pins:read")


class Authenticator(AccessTokenAuthenticator):
    """Notes what it is told."""

    def __init__(self, granted: frozenset[str] = frozenset()) -> None:
        super().__init__(AccessTokenCredentials("false-access-token"))
        self.granted = granted
        self.rejected: list[str] = []
        self.is_last: list[bool] = []
        self.taken: list[str] = []

    def replace(self, rejected: str, *, is_last: bool) -> None:
        self.rejected.append(rejected)
        self.is_last.append(is_last)

    def accepted(self, token: str) -> None:
        self.taken.append(token)


def parse(chunks: Iterator[bytes]) -> Any:
    """A body is an object with items."""
    body = b"".join(chunks)
    try:
        content = json.loads(body)
    except ValueError as error:
        raise errors.MalformedResponseError("The response is not JSON.") from error
    if "items" not in content:
        raise errors.FormError("The page is not a list of items with id.", "items")
    return content


class Calls:
    """A client against answers that come one after the other, the last for ever."""

    def __init__(self, mock: requests_mock.Mocker, *answers: dict[str, Any], **options: Any) -> None:
        self.mock = mock
        self.mock.get(URL, list(answers))
        self.authenticator = Authenticator(options.pop("granted", frozenset()))
        can_split = options.pop("can_split", False)
        self.api: Api = dataclasses.replace(connected(**options), authenticator=self.authenticator)
        self.client = PinterestClient(self.api, "board_pins", SCOPES, can_split=can_split)

    def get(self, read: Callable[[Iterator[bytes]], Any] = parse) -> Any:
        return self.client.get(PATH, {"page_size": 250}, read).value

    @property
    def made(self) -> int:
        return int(self.mock.call_count)

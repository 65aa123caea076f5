"""How does a test read one stream of a Pinterest whose answers it scripts?"""

from collections.abc import Sequence
from typing import Any, TypeVar

import requests_mock
from airbyte_cdk.models import SyncMode
from airbyte_cdk.sources.connector_state_manager import ConnectorStateManager
from airbyte_cdk.sources.message import InMemoryMessageRepository
from airbyte_cdk.sources.types import StreamSlice

from source_pinterest.api import DEFAULT_BASE_URL, Api
from source_pinterest.checkpoints import Checkpoints
from source_pinterest.config import Config
from source_pinterest.streams.base import PinterestStream
from source_pinterest.streams.sync import Sync
from unit_tests.configs import TODAY, signed_in_with

S = TypeVar("S", bound=PinterestStream)


class Pinterest:
    """A sync against scripted answers. Nothing is tried twice unless `max_retries` says so."""

    def __init__(self, mock: requests_mock.Mocker, state: Any = None, **options: Any) -> None:
        signed_in = signed_in_with(auth_method="access_token", access_token="false-access-token")
        config = Config.from_mapping({**signed_in, "max_retries": 0, "max_wait_minutes": 0, **options}, TODAY)
        self.sync = Sync(Api.connect(config, on_rotation=lambda _: None, before_wait=lambda: None), config)
        self._mock = mock
        self._checkpoints = Checkpoints(config, ConnectorStateManager(state or []), InMemoryMessageRepository())

    def stream(self, of: type[S]) -> S:
        """A stream with its cursor, as it is when it is not selected."""
        stream = self.sync.stream(of)
        self._checkpoints.attach(stream, None)
        return stream

    def answers(self, path: str, *answers: dict[str, Any], **options: Any) -> Any:
        """Script what a path answers, call after call, the last one for ever."""
        return self._mock.get(f"{DEFAULT_BASE_URL}/{path}", list(answers), **options)

    def lists(self, path: str, *ids: str) -> Any:
        """Script a list of one page."""
        return self.answers(path, page(ids))

    def asked(self, path: str) -> list[dict[str, list[str]]]:
        """The parameters of each call of a path."""
        return [request.qs for request in self._mock.request_history if request.path == f"/v5/{path}"]

    def read(self, of: type[PinterestStream], stream_slice: StreamSlice) -> list[dict[str, Any]]:
        """The records of a slice."""
        return list(self.stream(of).read_records(SyncMode.full_refresh, stream_slice=stream_slice))

    def slices(self, of: type[PinterestStream]) -> list[StreamSlice]:
        """The slices of a stream."""
        return list(self.stream(of).stream_slices(sync_mode=SyncMode.full_refresh))


def page(items: Sequence[str | dict[str, Any]], bookmark: str | None = None) -> dict[str, Any]:
    """A page of a list; an id alone stands for a record that has no more."""
    records = [{"id": item} if isinstance(item, str) else item for item in items]
    return {"json": {"items": records, "bookmark": bookmark}}


def refused(status: int, code: int | None = None, message: str = "Scripted refusal") -> dict[str, Any]:
    """An error of Pinterest's own shape."""
    return {"status_code": status, "json": {"code": code, "message": message}}

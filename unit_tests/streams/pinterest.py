"""One stream of a Pinterest whose responses a test scripts."""

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit
from weakref import WeakKeyDictionary

import requests_mock
from airbyte_cdk.models import (
    AirbyteStateMessage,
    AirbyteStateMessageSerializer,
    ConfiguredAirbyteStream,
    ConfiguredAirbyteStreamSerializer,
)
from airbyte_cdk.sources.connector_state_manager import ConnectorStateManager
from airbyte_cdk.sources.message import InMemoryMessageRepository
from airbyte_cdk.sources.types import StreamSlice

from source_pinterest.api import DEFAULT_BASE_URL, Api
from source_pinterest.api.errors import PinterestError
from source_pinterest.api.retries import Pauses
from source_pinterest.config import Config
from source_pinterest.engine.bundles import Bundle
from source_pinterest.engine.tasks import Task
from source_pinterest.reporting.runner import ReportRunner
from source_pinterest.state.cursor import StateStore
from source_pinterest.streams.analytics.custom_report import custom_report
from source_pinterest.streams.analytics.report import ReportStream
from source_pinterest.streams.base.declaration import Parent
from source_pinterest.streams.base.run import StreamRun
from source_pinterest.streams.base.stream import PinterestStream
from source_pinterest.streams.base.sync import Sync
from unit_tests.configs import TODAY, signed_in_with
from unit_tests.report_configs import read_report

S = TypeVar("S", bound=PinterestStream)


class Pinterest:
    """A sync against scripted answers: of ad account 11, and nothing is tried twice, unless a test says otherwise."""

    def __init__(self, mock: requests_mock.Mocker, state: Any = None, **options: Any) -> None:
        signed_in = signed_in_with(auth_method="access_token", access_token="false-access-token")
        config = Config.from_mapping({**signed_in, "max_retries": 0, "max_wait_minutes": 0, **options}, TODAY)
        self.sync = Sync(connected(config), config)
        vars(self.sync)["reports"] = ReportRunner(
            60 * config.report_timeout_minutes, clock=_leaps(), pauses=Pauses(first_poll_seconds=0, poll_seconds=0)
        )
        self._mock = mock
        self.lists("ad_accounts", "11")
        self._states = ConnectorStateManager(state or [])

    def stream(self, of: type[S]) -> S:
        """A stream with its cursor, unless it has one already, as it is when it is not selected."""
        stream = self.sync.stream(of)
        return stream if stream in _RUNS else self.attached(stream)

    def attached(self, stream: S, how: ConfiguredAirbyteStream | None = None) -> S:
        """The stream with its cursor, as the connection is set up."""
        messages = InMemoryMessageRepository().emit_message
        _RUNS[stream] = StreamRun(stream, None, self._states, messages)
        stream.open_state(how, StateStore(stream.name, self._states, messages))
        return stream

    def custom(self, how: ConfiguredAirbyteStream | None = None, **fields: Any) -> ReportStream:
        """A report of the user's own, with its cursor."""
        return self.attached(custom_report(self.sync, read_report(**fields)), how)

    def creates(self, *answers: dict[str, Any], account: str = "11") -> Any:
        """Script what becomes of requests for a report."""
        return self._mock.post(f"{DEFAULT_BASE_URL}/ad_accounts/{account}/reports", list(answers))

    def reports(self, rows: dict[str, Any], account: str = "11") -> list[dict[str, Any]]:
        """Have every report of an account finished at once, all with these rows; what was asked for fills the list."""
        asked: list[dict[str, Any]] = []

        def create(request: Any, _: Any) -> dict[str, Any]:
            asked.append(request.json())
            return {"token": f"token-{len(asked)}", "report_status": "IN_PROGRESS"}

        self.creates({"json": create}, account=account)
        path = f"ad_accounts/{account}/reports"
        self.answers(path, {"json": {"report_status": "FINISHED", "url": f"https://files.example/{account}"}})
        self._mock.get(f"https://files.example/{account}", json=rows)
        return asked

    def answers(self, path: str, *answers: dict[str, Any], **options: Any) -> Any:
        """Script what a path answers, call after call, the last one for ever."""
        return self._mock.get(f"{DEFAULT_BASE_URL}/{path}", list(answers), **options)

    def lists(self, path: str, *ids: str) -> Any:
        """Script a list of one page."""
        return self.answers(path, page(ids))

    def asked(self, path: str) -> list[dict[str, list[str]]]:
        """The parameters of each call of a path."""
        return [request.qs for request in self._mock.request_history if request.path == f"/v5/{path}"]

    def queries(self, path: str) -> list[dict[str, list[str]]]:
        """The same to the letter: `asked` has small letters alone, and none of what is empty."""
        addresses = [urlsplit(request.url) for request in self._mock.request_history]
        return [
            parse_qs(address.query, keep_blank_values=True) for address in addresses if address.path == f"/v5/{path}"
        ]

    def has_listed(self, of: type[PinterestStream], key: tuple[str, ...], *ids: str) -> None:
        """Have a parent stream listed these ids."""
        cache = self.sync.stream(of).ids
        cache.announce()
        self.sync.children[of].add(Parent(of))
        with cache.filling(key) as listed:
            listed.extend(ids)
        cache.seal()

    def read(self, of: type[PinterestStream], stream_slice: StreamSlice) -> list[dict[str, Any]]:
        """The records of a slice, in a sync."""
        return list(read_slice(self.stream(of), stream_slice))

    def tasks(self, of: type[PinterestStream]) -> list[Task]:
        """The tasks of a stream, in a sync."""
        run = run_of(self.stream(of))
        tasks = list(run.tasks())
        _end_parts(run, 1 - len(tasks))
        return tasks


_RUNS: WeakKeyDictionary[PinterestStream, StreamRun] = WeakKeyDictionary()
_OPEN: WeakKeyDictionary[StreamRun, int] = WeakKeyDictionary()
"""The parts of a run that have not ended, if it is read from its planning on."""


def run_of(stream: PinterestStream) -> StreamRun:
    """What plans and reads a stream that has its cursor, and keeps the consequences of failures."""
    return _RUNS[stream]


def read_slice(stream: PinterestStream, stream_slice: StreamSlice) -> Iterator[dict[str, Any]]:
    """The records of a slice in a sync, one by one as its bundles come."""
    is_task = isinstance(stream_slice, Task)
    task = stream_slice if is_task else stream.task(stream_slice.partition, stream_slice.cursor_slice)
    run = run_of(stream)
    try:
        yield from records_of(run.read(task))
    except PinterestError:
        _OPEN[run] = _OPEN.get(run, 1) - 1
        raise
    _end_parts(run, 1)


def _end_parts(run: StreamRun, parts: int) -> None:
    _OPEN[run] = _OPEN.get(run, 1) - parts
    if not _OPEN[run] and (error := run.judge_refusals()):
        raise error


def list_bundles(stream: PinterestStream, of: StreamSlice) -> Iterator[Bundle]:
    """The bundles of a list, without what a failure costs."""
    return stream.task(of.partition, of.cursor_slice).bundles()


def slice_of(parents: Mapping[str, str], named: Mapping[str, Any] | None = None) -> StreamSlice:
    """A slice as any caller of the framework's interface may make it."""
    return StreamSlice(partition=parents, cursor_slice=named or {})


def connected(config: Config) -> Api:
    """The way to Pinterest, without pauses between two tries."""
    return Api.connect(config, lambda _: None, pauses=Pauses(first_seconds=0))


def records_of(bundles: Iterable[Bundle]) -> Iterator[dict[str, Any]]:
    """The records of bundles, one by one as the bundles come."""
    for found in bundles:
        yield from found.records()


def state_of(stream: str, *accounts: str, **cursor: Any) -> list[AirbyteStateMessage]:
    """A state that has the same cursor for each of these ad accounts; without any, it is the cursor itself."""
    states = [{"partition": {"ad_account_id": account}, "cursor": cursor} for account in accounts]
    entry = {"stream_descriptor": {"name": stream}, "stream_state": {"states": states} if accounts else cursor}
    return [AirbyteStateMessageSerializer.load({"type": "STREAM", "stream": entry})]


def configured(
    sync_mode: str = "full_refresh", destination: str = "overwrite", name: str = "any"
) -> ConfiguredAirbyteStream:
    """How a connection reads a stream."""
    stream = {"name": name, "json_schema": {}, "supported_sync_modes": ["full_refresh", "incremental"]}
    return ConfiguredAirbyteStreamSerializer.load(
        {"stream": stream, "sync_mode": sync_mode, "destination_sync_mode": destination}
    )


def _leaps() -> Callable[[], float]:
    """A clock on which the time for a report is soon over, and that of a request is not."""
    looks = itertools.count()
    return lambda: 0.2 * next(looks)


def page(items: Sequence[str | dict[str, Any]], bookmark: str | None = None) -> dict[str, Any]:
    """A page of a list; an id alone stands for a record that has no more."""
    records = [{"id": item} if isinstance(item, str) else item for item in items]
    return {"json": {"items": records, "bookmark": bookmark}}

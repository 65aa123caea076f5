"""One page of each stream of a real account: does it come, and is it what the schema says?"""

import logging
from collections.abc import Iterator, Mapping
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import Any
from unittest import mock

import jsonschema
import requests
from airbyte_cdk.sources.connector_state_manager import ConnectorStateManager
from airbyte_cdk.sources.message import InMemoryMessageRepository
from airbyte_cdk.sources.types import StreamSlice
from urllib3 import HTTPResponse

from integration_tests.live.questions import Seen
from source_pinterest.api import Api
from source_pinterest.api.errors import PinterestError
from source_pinterest.api.tokens import Tokens
from source_pinterest.config import Config
from source_pinterest.dates import days_before, utc_today
from source_pinterest.engine.token_store import TokenStore
from source_pinterest.state.cursor import StateStore
from source_pinterest.state.day_cursor import planned_window
from source_pinterest.state.period import Period
from source_pinterest.streams import STREAMS
from source_pinterest.streams.analytics.daily_levels import CampaignAnalytics
from source_pinterest.streams.analytics.report import ReportStream
from source_pinterest.streams.analytics.report_slices import is_report
from source_pinterest.streams.base.context import Sync
from source_pinterest.streams.base.slices import failure_of, ids_of
from source_pinterest.streams.base.stream import PinterestStream

LOGGER = logging.getLogger("airbyte")
PAGE, DAYS = 250, 14
Told = dict[str, str]


def look(raw: Mapping[str, Any], config_path: Path) -> tuple[Told, Seen]:
    """What became of each stream, and all that was seen; a rotated token goes into the config file."""
    recently = str(days_before(utc_today(), DAYS))
    seen, settings = Seen(), Config.from_mapping({**raw, "start_date": recently})
    store = TokenStore(raw, lambda _: None, config_path)

    def rotated(tokens: Tokens) -> None:
        seen.rotated = True
        store.rotated(tokens)

    sync = Sync(Api.connect(settings, rotated, lambda: None), settings)
    manager, repository = ConnectorStateManager([]), InMemoryMessageRepository()
    streams = [sync.stream(stream_class) for stream_class in STREAMS]
    for stream in streams:
        stream.open_state(
            Period.of(stream.days, settings, configured=None), StateStore(stream.name, manager, repository)
        )
        if isinstance(stream, ReportStream):
            _order_one(stream)
    with mock.patch.object(requests.Session, "send", _noting(seen)):
        told = {stream.name: _one_page(stream, seen) for stream in streams}
    seen.rotated = bool(seen.rotated) if "refresh_token" in str(raw) else None
    return told, seen


def _noting(seen: Seen) -> Any:
    send = requests.Session.send

    def noting(session: requests.Session, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        response = send(session, request, **options)
        if "/oauth/token" not in str(request.url):
            _keep_body(response)
            seen.responses.append(response)
        return response

    return noting


def _keep_body(response: requests.Response) -> None:
    """Read a body to its end, and lay it out once more for the connector."""
    body = response.content
    response.headers.pop("Content-Encoding", None)
    response.raw = HTTPResponse(BytesIO(body), preload_content=False)


def _order_one(stream: ReportStream) -> None:
    stream.reports.order(lambda: islice(stream.plan(), 1))


def _one_page(stream: PinterestStream, seen: Seen) -> str:
    try:
        wanted = next(_readable(stream), None)
        if wanted is None:
            return "nothing to read"
        if isinstance(stream, CampaignAnalytics) and not is_report(wanted):
            seen.asked = len(ids_of(wanted) or ()), planned_window(wanted).window.days
        records = (record for page in stream.read_slice(wanted) for record in page.records())
        seen.records[stream.name] = list(islice(records, PAGE))
    except PinterestError as error:
        return f"{type(error).__name__}, {error.kind.value}"
    return _judged(stream, seen.records[stream.name])


def _readable(stream: PinterestStream) -> Iterator[StreamSlice]:
    for stream_slice in stream.slices():
        if (error := failure_of(stream_slice)) is not None:
            raise error
        yield stream_slice


def _judged(stream: PinterestStream, records: list[dict[str, Any]]) -> str:
    """How many records there were, which of their fields nobody knew, and which were not of their type."""
    schema = stream.get_json_schema()
    unknown = sorted({name for record in records for name in record} - set(schema["properties"]))
    validator = jsonschema.Draft7Validator(schema)
    wrong = sorted({".".join(map(str, e.absolute_path)) for record in records for e in validator.iter_errors(record)})
    told = [f"{len(records)} records"]
    told += [f"unknown fields: {', '.join(unknown)}"] if unknown else []
    told += [f"of another type: {', '.join(wrong)}"] if wrong else []
    return "; ".join(told)

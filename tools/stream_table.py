"""The README's table of streams, and what the documents say of a stream, made from the code."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]
from airbyte_cdk.sources.utils.casing import camel_to_snake

from integration_tests.support.documents import table
from source_pinterest.api import Api
from source_pinterest.api.errors import UNREQUESTED_SCOPES
from source_pinterest.config import Config
from source_pinterest.config.reports import is_targeting
from source_pinterest.reporting.client import ANALYTICS_REPORTS
from source_pinterest.streams.analytics.levels import TargetingAnalytics
from source_pinterest.streams.analytics.query import QueryAnalytics
from source_pinterest.streams.analytics.report import ReportStream
from source_pinterest.streams.base.stream import PinterestStream
from source_pinterest.streams.base.sync import SyncContext
from source_pinterest.streams.selection import streams_by_name

ROOT = Path(__file__).parents[1]

_CREDENTIALS = {"credentials": {"auth_method": "access_token", "access_token": "false-access-token"}}
_LINK = re.compile(r"https://developers\.pinterest\.com/docs/api/v5/([a-z_]+-[a-z_-]+)")
_ENTITIES_OF_LEVEL = {"ADVERTISER": "ad accounts", "PIN_PROMOTION": "ads"}
_BY_TARGETING = ", by targeting type and value"


def records_of(stream: PinterestStream) -> str:
    """What the records of a stream are."""
    if isinstance(stream, QueryAnalytics):
        entities = _words(type(stream.entity_stream).__name__) if stream.entity_stream else "ad accounts"
        return f"Daily metrics of {entities}{_BY_TARGETING if isinstance(stream, TargetingAnalytics) else ''}"
    if isinstance(stream, ReportStream) and stream.spec.endpoint is ANALYTICS_REPORTS:
        subject = stream.spec.level.removesuffix("_TARGETING")
        entities = _ENTITIES_OF_LEVEL.get(subject, subject.lower().replace("_", " ") + "s")
        return f"Daily metrics of {entities}{_BY_TARGETING if is_targeting(stream.spec.level) else ''}, as reports"
    told = _LINK.split(_docstring(type(stream)))[0].partition(". ")[0].strip(" .")
    return told or _words(type(stream).__name__).capitalize()


def requests_of(stream: PinterestStream) -> str:
    """The requests that a stream takes, as a sentence."""
    cost = stream.cost.replace("records", _plain(stream.name.removeprefix("catalogs_")))
    return f"{cost[0].upper()}{cost[1:]}"


def for_readers(stream: PinterestStream) -> tuple[str, ...]:
    """A row of the README's table."""
    link = f"[`{stream.name}`](docs/streams/{stream.name}.md)"
    return link, records_of(stream), as_code(key_fields(stream)), _cursor(stream)


def operation_of(stream: type[PinterestStream]) -> str:
    """The operation that a stream is made of, as its docstring links to it.

    Raises:
        LookupError: it does not.
    """
    return link_of(stream)[1].replace("-", "/", 1)


def for_index(stream: PinterestStream) -> tuple[str, ...]:
    """A row of the index of docs/streams, of few columns, since long names leave no room for more on a laptop."""
    cursor = f"; incremental by {_cursor(stream)}" if _cursor(stream) else ""
    records = f"[`{stream.name}`]({stream.name}.md)<br/>{records_of(stream)}{cursor}"
    return records, as_code(key_fields(stream)), needs_of(stream)


def suggested() -> Sequence[str]:
    """The streams that platforms suggest."""
    metadata = yaml.safe_load((ROOT / "metadata.yaml").read_text(encoding="utf-8"))
    return tuple(metadata["data"]["suggestedStreams"]["streams"])


def render() -> str:
    """The README's table of the suggested streams."""
    rows = (for_readers(stream) for stream in every_stream() if stream.name in suggested())
    return table(("Stream", "Records", "Primary key", "Incremental by"), rows)


def every_stream(**options: Any) -> list[PinterestStream]:
    """The streams of a sync; options as a config has them."""
    config = Config.from_mapping({**_CREDENTIALS, **options})
    sync = SyncContext(Api.connect(config, on_rotation=lambda _: None), config)
    return [make() for make in streams_by_name(sync).values()]


def link_of(stream: type[PinterestStream]) -> re.Match[str]:
    """The link to the operation that a stream is made of; its group is the operation.

    Raises:
        LookupError: its docstring has none.
    """
    link = _LINK.search(_docstring(stream))
    if link is None:
        raise LookupError(f"The docstring of {stream.stream_name()} has no link to its operation.")
    return link


def _docstring(stream: type[PinterestStream]) -> str:
    return " ".join((stream.__doc__ or "").split())


def _words(class_name: str) -> str:
    return _plain(camel_to_snake(class_name))


def _plain(name: str) -> str:
    return name.replace("_", " ")


def key_fields(stream: PinterestStream) -> tuple[str, ...]:
    """The fields of a stream's primary key."""
    return stream.key


def as_code(fields: Iterable[str]) -> str:
    """Names of fields in a sentence."""
    return ", ".join(f"`{field}`" for field in fields)


def needs_of(stream: PinterestStream) -> str:
    """The permissions and rights that a stream needs, with how to get those that no sign-in requests by itself."""
    asked = {scope: f" (sign in with `--scope {scope}`)" for scope in UNREQUESTED_SCOPES}
    scopes = [f"`{scope}`{asked.get(scope, '')}" for scope in stream.scopes]
    return ", ".join([*scopes, *([stream.access.needs] if stream.access else [])])


def _cursor(stream: PinterestStream) -> str:
    return f"`{stream.cursor_field}`" if stream.cursor_field else ""

"""Which streams are there, what do they need and what do they cost? The tables of the documents, made from the code.

`make docs` writes them; a test tells when they are stale.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import yaml
from airbyte_cdk.sources.utils.casing import camel_to_snake

from source_pinterest.api import Api
from source_pinterest.config import Config
from source_pinterest.config.report_levels import is_targeting
from source_pinterest.streams import STREAMS
from source_pinterest.streams.analytics.query import QueryAnalytics
from source_pinterest.streams.analytics.report import ReportStream
from source_pinterest.streams.analytics.targeting import TargetingAnalytics
from source_pinterest.streams.base.context import Sync
from source_pinterest.streams.base.stream import PinterestStream

ROOT = Path(__file__).parents[1]
BEGIN, END = "<!-- Streams: written by `make docs` -->", "<!-- End of streams -->"

_CREDENTIALS = {"credentials": {"auth_method": "access_token", "access_token": "false-access-token"}}
_LINK = re.compile(r"https://developers\.pinterest\.com/docs/api/v5/([a-z_]+-[a-z_-]+)")
_ENTITIES_OF_LEVEL = {"ADVERTISER": "ad accounts", "PIN_PROMOTION": "ads"}
_BY_TARGETING = ", by targeting type and value"

Row = Callable[[PinterestStream], tuple[str, ...]]


def records_of(stream: PinterestStream) -> str:
    """What the records of a stream are."""
    if isinstance(stream, QueryAnalytics):
        entities = _words(stream.entities.__name__) if stream.entities else "ad accounts"
        return f"Days of {entities}{_BY_TARGETING if isinstance(stream, TargetingAnalytics) else ''}"
    if isinstance(stream, ReportStream):
        subject = stream.level.removesuffix("_TARGETING")
        entities = _ENTITIES_OF_LEVEL.get(subject, subject.lower().replace("_", " ") + "s")
        return f"Days of {entities}{_BY_TARGETING if is_targeting(stream.level) else ''}, as reports"
    told = _LINK.split(_docstring(type(stream)))[0].partition(". ")[0].strip(" .")
    return told or _words(type(stream).__name__).capitalize()


def for_readers(stream: PinterestStream) -> tuple[str, ...]:
    """A row of the README's table."""
    return f"`{stream.name}`", records_of(stream), _key(stream), _cursor(stream), stream.cost


def operation_of(stream: type[PinterestStream]) -> str:
    """The operation that a stream is made of, as its docstring links to it.

    Raises:
        LookupError: it does not.
    """
    return _link(stream)[1].replace("-", "/", 1)


def for_users(stream: PinterestStream) -> tuple[str, ...]:
    """A row of the user page's table."""
    link = _link(type(stream))[0]
    level = f", {stream.level}" if isinstance(stream, ReportStream) else ""
    needs = [*(f"`{scope}`" for scope in stream.scopes), *([stream.access.needs] if stream.access else [])]
    return (
        f"`{stream.name}`",
        records_of(stream),
        f"[{operation_of(type(stream))}]({link}){level}",
        _key(stream),
        _cursor(stream),
        ", ".join(needs),
        stream.cost,
    )


def suggested() -> Sequence[type[PinterestStream]]:
    """The streams that platforms suggest."""
    names = yaml.safe_load((ROOT / "metadata.yaml").read_text(encoding="utf-8"))["data"]["suggestedStreams"]["streams"]
    return [stream for stream in STREAMS if stream.stream_name() in names]


class Table(NamedTuple):
    """A table of streams: its titles, its rows, and what makes a row of a stream."""

    titles: tuple[str, ...]
    streams: Sequence[type[PinterestStream]]
    row: Row


TABLES: Mapping[str, Table] = {
    "README.md": Table(("Stream", "Records", "Primary key", "Incremental by", "Calls"), suggested(), for_readers),
    "docs/pinterest.md": Table(
        ("Stream", "Records", "API", "Primary key", "Incremental by", "Needs", "Calls"), STREAMS, for_users
    ),
}


def table(document: str) -> str:
    """The table of a document."""
    titles, streams, row = TABLES[document]
    config = Config.from_mapping(_CREDENTIALS)
    sync = Sync(Api.connect(config, on_rotation=lambda _: None, before_wait=lambda: None), config)
    lines = (titles, ("---",) * len(titles), *(row(sync.stream(stream)) for stream in streams))
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def with_table(text: str, written: str) -> str:
    """A document with the table between its marks."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise LookupError(f"There is no place for the table: {BEGIN} and {END} are missing.")
    return f"{before}{BEGIN}\n\n{written}\n\n{END}{after}"


def stale() -> Iterator[tuple[Path, str]]:
    """The documents whose table is not that of the code, with the text that they should have."""
    for document in TABLES:
        path = ROOT / document
        text = path.read_text(encoding="utf-8")
        wanted = with_table(text, table(document))
        if text != wanted:
            yield path, wanted


def _link(stream: type[PinterestStream]) -> re.Match[str]:
    link = _LINK.search(_docstring(stream))
    if link is None:
        raise LookupError(f"The docstring of {stream.stream_name()} has no link to its operation.")
    return link


def _docstring(stream: type[PinterestStream]) -> str:
    return " ".join((stream.__doc__ or "").split())


def _words(class_name: str) -> str:
    return camel_to_snake(class_name).replace("_", " ")


def _key(stream: PinterestStream) -> str:
    keys = [stream.primary_key] if isinstance(stream.primary_key, str) else stream.primary_key
    return ", ".join(f"`{key}`" for key in keys)


def _cursor(stream: PinterestStream) -> str:
    return f"`{stream.cursor_field}`" if stream.cursor_field else ""


if __name__ == "__main__":
    for path, wanted in stale():
        path.write_text(wanted, encoding="utf-8")

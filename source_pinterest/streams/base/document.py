"""What comes in one answer, without pages, and has items without an id?"""

from abc import ABC
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

from airbyte_cdk.sources.types import StreamSlice

from source_pinterest.api.errors import BadRequestError, GoneError, MalformedAnswerError
from source_pinterest.api.rows import ListPage, Record, parse_json, write_texts
from source_pinterest.api.session import Answer
from source_pinterest.streams.base.listing import Listed
from source_pinterest.streams.base.stream import PinterestStream


class DocumentStream(PinterestStream, ABC):
    """Items of one answer, told apart by their key; what Pinterest does not know, such as a region, is left out."""

    page_size = None
    holder: ClassVar[str] = "items"
    """Under which name an answer holds its items, unless it is a list itself."""
    query_keys: ClassVar[tuple[str, ...]] = ()
    """What a slice is called by that its path does not name: parameters."""

    def request_params(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """What the slice is called by, as far as the path does not name it."""
        asked = kwargs.get("stream_slice") or {}
        return {**super().request_params(*args, **kwargs), **{name: asked[name] for name in self.query_keys}}

    def parse(self, chunks: Iterator[bytes]) -> ListPage:
        """Read the items of an answer.

        Raises:
            MalformedAnswerError: it holds none.
        """
        document = parse_json(b"".join(chunks), self.notices.replacement)
        items = document
        if isinstance(document, dict):
            has_none = not document or (self.holder in document and document[self.holder] is None)
            items = [] if has_none else document.get(self.holder)
        if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
            raise MalformedAnswerError(f"An answer of {self.name} holds a list of objects.")
        return ListPage(items, str(document.get("bookmark") or "") if isinstance(document, dict) else "")

    def answers(self, stream_slice: StreamSlice, **more: Any) -> Iterator[Answer[ListPage]]:
        """The answer of a slice.

        Raises:
            GoneError: Pinterest does not have what the slice is about.
        """
        try:
            yield from super().answers(stream_slice, **more)
        except BadRequestError as error:
            if not stream_slice.partition:
                raise
            raise GoneError(f"{self.name}: {error.answer}") from error

    def listing(self, stream_slice: StreamSlice) -> Iterator[Listed]:
        """The records of a slice, each key once."""
        seen: dict[tuple[str, ...], Record] = {}
        for answer in self.answers(stream_slice):
            yield Listed(list(self.keyed(self.records(answer.value, stream_slice), seen)), answer.server_time)

    def keyed(self, records: Iterable[Record], seen: dict[tuple[str, ...], Record]) -> Iterator[Record]:
        """The records that have a key of their own; a warning tells of others, unless they are the same again."""
        names = [self.primary_key] if isinstance(self.primary_key, str) else self.primary_key
        for record in records:
            write_texts(record, names)
            key = tuple(record.get(name) or "" for name in names)
            if not all(key):
                self.notices.warn("no key", f"Pinterest sent a record without {', '.join(names)}. It is left out.")
            elif key not in seen:
                seen[key] = record
                yield record
            elif seen[key] != record:
                self.notices.warn("key", f"Pinterest sent several records of {', '.join(key)}. The first one is kept.")

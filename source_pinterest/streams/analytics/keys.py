"""Is there one row for each key? Rows that share one would overwrite each other in the destination."""

from collections.abc import Sequence

from source_pinterest.api.bodies import Record, text_of
from source_pinterest.api.errors import MalformedAnswerError, RepeatedKeyError


class KeyCheck:
    """Looks at every row of an answer before the first is emitted. Keeps hashes: a report may have a million rows.

    Args:
        stream: whose rows they are.
        key: the columns that tell one row from another.
    """

    def __init__(self, stream: str, key: Sequence[str]) -> None:
        self._stream = stream
        self._key = tuple(key)
        self._seen: set[int] = set()

    def check(self, row: Record) -> None:
        """Take note of a row.

        Raises:
            MalformedAnswerError: a part of its key is no plain value.
            RepeatedKeyError: another row has its key, or a part of the key is missing.
        """
        values = tuple([row.get(column) for column in self._key])
        try:
            mark = hash(values)
        except TypeError as error:
            raise MalformedAnswerError("A part of a row's key is an object or a list.") from error
        if mark in self._seen or None in values or "" in values:
            texts = tuple("" if value is None else text_of(value) for value in values)
            raise RepeatedKeyError(self._stream, self._key, texts)
        self._seen.add(mark)

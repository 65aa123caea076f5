"""Is there one row for each key? Rows that share one would overwrite each other in the destination."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from source_pinterest.api.bodies import Record, text_of
from source_pinterest.api.errors import KeyInDoubtError, MalformedAnswerError, RepeatedKeyError
from source_pinterest.engine.notices import Notices


class RowKey(NamedTuple):
    """What tells the rows of an answer apart.

    Attributes:
        columns: its parts.
        optional: those of them that may be empty.
    """

    columns: tuple[str, ...]
    optional: frozenset[str] = frozenset()


class KeyDoubts:
    """What becomes of rows whose key is in doubt, in one stream.

    Args:
        notices: the warnings of the stream.
    """

    def __init__(self, notices: Notices) -> None:
        self._notices = notices
        self._merges_by_key = True

    def heed(self, *, merges_by_key: bool) -> None:
        """Take note of what the destination does: it replaces rows by their key, or it keeps every row."""
        self._merges_by_key = merges_by_key

    def judge(self, error: KeyInDoubtError) -> None:
        """Give the rows up where the destination would merge them by their key, or else warn that they are emitted.

        Raises:
            KeyInDoubtError: they are given up.
        """
        if self._merges_by_key:
            raise error
        self._notices.warn(error.about, error.emitted)


class KeyCheck:
    """Looks at every row of an answer before the first is emitted. Keeps hashes: a report may have a million rows.

    Args:
        stream: whose rows they are.
        key: what tells one row from another.
        judge: decides, of the first row whose key is in doubt, whether the answer is given up.
    """

    def __init__(self, stream: str, key: RowKey, judge: Callable[[KeyInDoubtError], None]) -> None:
        self._stream = stream
        self._key, self._judge = key.columns, judge
        self._needed: Sequence[int] = [at for at, column in enumerate(key.columns) if column not in key.optional]
        self._seen: set[int] = set()
        self._is_judged = False

    def check(self, row: Record) -> None:
        """Take note of a row.

        Raises:
            MalformedAnswerError: a part of its key is no plain value.
            RepeatedKeyError: another row has its key, or a part of the key is missing, and the answer is given up.
        """
        if self._is_judged:
            return
        values = tuple([row.get(column) for column in self._key])
        try:
            mark = hash(values)
        except TypeError as error:
            raise MalformedAnswerError("A part of a row's key is an object or a list.") from error
        if mark in self._seen or None in values or ("" in values and any(values[at] == "" for at in self._needed)):
            texts = tuple("" if value is None else text_of(value) for value in values)
            self._judge(RepeatedKeyError(self._stream, self._key, texts))
            self._is_judged = True
        self._seen.add(mark)

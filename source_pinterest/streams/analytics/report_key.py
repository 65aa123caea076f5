"""By what are the rows of a report told apart? By parts that are fixed for its level, whatever a file holds.

Pinterest may leave ids out, or refuse their columns. Such a part of a key is an empty text; it is never null, which no
destination would find equal to another null.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from source_pinterest.api.bodies import Record, text_of
from source_pinterest.columns import ENTITY_ID, ITEM_ID, TARGETING_TYPE, TARGETING_VALUE
from source_pinterest.state.keyed import KeyColumns
from source_pinterest.streams.analytics.keys import RowKey

_STAND_INS = {"AD_ID": "PIN_PROMOTION_ID", ITEM_ID: ENTITY_ID}
"""Where else an id may stand: under its older name, or as what the row is listed under."""

_EMPTY = (None, "")


@dataclass(frozen=True)
class ReportKey:
    """What tells the rows of one stream's reports apart.

    Attributes:
        columns: all parts but those that are stamped on the rows.
        ids: the parts that are ids and that a row may lack.
        keyed: with which of these ids the rows of an account were keyed in earlier syncs.
        refused: the columns that Pinterest is known to refuse by now.
        parts: those that say which part of an entity a row is about, which may be none in particular.
    """

    columns: tuple[str, ...]
    ids: tuple[str, ...] = ()
    keyed: Callable[[str], KeyColumns | None] = lambda _: None
    refused: Callable[[], frozenset[str]] = frozenset
    parts: tuple[str, ...] = (TARGETING_TYPE, TARGETING_VALUE)

    @property
    def row_key(self) -> RowKey:
        """The parts, some of which may be empty."""
        return RowKey(self.columns, frozenset((*self.ids, ENTITY_ID, *self.parts)))


class KeyFiller:
    """Fills the empty parts of the keys of one report, and counts them.

    Args:
        key: what tells its rows apart.
    """

    def __init__(self, key: ReportKey) -> None:
        self._ids = key.ids
        self._others = tuple(part for part in key.parts if part in key.columns)
        self._rows = 0
        self._lacking: Counter[str] = Counter()

    def fill(self, row: Record) -> None:
        """See to it that each part which Pinterest may leave out has a value."""
        self._rows += 1
        for column in self._ids:
            if row.get(column) in _EMPTY:
                row[column] = (column in _STAND_INS and row.get(_STAND_INS[column])) or ""
            if row[column] == "" or (column == ITEM_ID and text_of(row[column]) == row[ENTITY_ID]):
                self._lacking[column] += 1
        for column in self._others:
            if row.get(column) is None:
                row[column] = ""

    def key_columns(self) -> KeyColumns | None:
        """The ids that the rows so far have brought; None where there is nothing to know of."""
        return KeyColumns.counted(self._ids, self._rows, self._lacking) if self._ids else None

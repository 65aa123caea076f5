"""With which id columns were the rows of each ad account keyed? If they change, the same row gets another key.

Kept in the state of an account as `{"keyed": [columns that rows had], "partly": [those of them that some lacked]}`.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Self

_SEEN, _PARTLY = "keyed", "partly"


@dataclass(frozen=True)
class KeyColumns:
    """The id columns of some rows, where they hold an id.

    Attributes:
        seen: those that any row had.
        partly: those of them that any row lacked.
    """

    seen: frozenset[str]
    partly: frozenset[str] = frozenset()

    @classmethod
    def counted(cls, columns: Collection[str], rows: int, lacking: Mapping[str, int]) -> Self | None:
        """Of so many rows, so many of which lack a column; None where there are no rows.

        Args:
            columns: those that rows may have.
            rows: how many there are.
            lacking: how many of them have no id in a column.
        """
        seen = frozenset(column for column in columns if lacking.get(column, 0) < rows)
        return cls(seen, frozenset(column for column in seen if lacking.get(column))) if rows else None

    @classmethod
    def from_state(cls, cursor: Mapping[str, Any]) -> Self | None:
        """Read a cursor; None where it does not say."""
        seen, partly = cursor.get(_SEEN), cursor.get(_PARTLY)
        if not isinstance(seen, list):
            return None
        return cls(frozenset(map(str, seen)), frozenset(map(str, partly if isinstance(partly, list) else ())))

    def to_state(self) -> dict[str, Any]:
        """What the cursor says of them."""
        partly = {_PARTLY: sorted(self.partly)} if self.partly else {}
        return {_SEEN: sorted(self.seen), **partly}

    def change_to(self, found: "KeyColumns", refused: Collection[str]) -> str:
        """How other rows differ in a way that gives the same row another key, in words; nothing where they don't.

        A column that only some rows have may be missing by chance, unless Pinterest refuses it.
        """
        new = sorted(found.seen - self.seen)
        lost = sorted(
            column for column in self.seen - found.seen if column not in self.partly or column in set(refused)
        )
        parts = ((word, names) for word, names in (("with", new), ("without", lost)) if names)
        return " and ".join(f"{word} {', '.join(names)}" for word, names in parts)

    def joined(self, other: "KeyColumns") -> "KeyColumns":
        """The columns of both."""
        return KeyColumns(self.seen | other.seen, self.partly | other.partly | (self.seen ^ other.seen))


class KeyedAccounts:
    """What is known of each account, from the state and from the rows of this sync.

    Args:
        before: what the state says.
    """

    def __init__(self, before: Mapping[str, KeyColumns | None]) -> None:
        self._before = {account: columns for account, columns in before.items() if columns}
        self._now: dict[str, KeyColumns] = {}

    def before(self, account: str) -> KeyColumns | None:
        """With which columns the rows of earlier syncs were keyed; None if nobody knows."""
        return self._before.get(account)

    def note(self, account: str, columns: KeyColumns) -> None:
        """Rows with these columns have been emitted."""
        known = self._now.get(account)
        self._now[account] = known.joined(columns) if known else columns

    def to_state(self, account: str) -> dict[str, Any]:
        """What the cursor of an account says."""
        columns = self._now.get(account) or self._before.get(account)
        return columns.to_state() if columns else {}

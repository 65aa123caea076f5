"""What do small reports hold? They are ordered early and asked for late, and of a file the beginning is enough."""

from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, islice
from typing import Any
from urllib.parse import urlsplit

from integration_tests.tools.live.calls import Calls, CallsUsedUpError, Sighting
from integration_tests.tools.live.shapes import column_types, number, only_told, repeats, smallest_key
from source_pinterest.api.errors import MalformedResponseError, SliceError
from source_pinterest.reporting.file import Filed
from source_pinterest.reporting.job import ANALYTICS_REPORTS, JobStatus, ReadRows

MOST_ROWS = 5_000
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS, PATIENCE_SECONDS = 15.0, 120.0, 900.0
FILED_UNDER = "ENTITY_ID"
"""What rows are filed under, as if it were a column."""
_ITEM_ID = "PRODUCT_ITEM_ID"
_ID_COLUMNS = (
    "CAMPAIGN_ID",
    "AD_GROUP_ID",
    "AD_ID",
    "PIN_PROMOTION_ID",
    "PIN_ID",
    "PRODUCT_GROUP_ID",
    _ITEM_ID,
)
_OTHER_PARTS = ("TARGETING_TYPE", "TARGETING_VALUE", "DATE", "HOUR")
_RECORDED_HOST = "pinterest-waterloo.s3.amazonaws.com"

_LISTS = ("columns", "targeting_types")
_LEVELS_THAT_SUFFICE = 2
"""What so many levels have refused is not asked of others."""
NEVER_ASKED = "not asked for"

_EMPTY = {b"": "nothing at all", b"[": "[]", b"{": "{}"}
_FORMS = {b"[": "a list", b"{": "an object of lists by ID"}

Row = dict[str, Any]


@dataclass
class LevelSeen:
    """What came of one report.

    Attributes:
        level: Pinterest's word for what its rows are about.
        key: the columns that the connector tells its rows apart by.
        asked: the columns that were asked for.
        order: the answer to the order.
        refused: the columns or targeting types that were left out, since they were refused by name.
        ended: Pinterest's last word on it.
        form: of the file.
        host: of the file, in words.
        states_size: the size that Pinterest states of an empty file.
        rows: the first ones, with what they are filed under.
        has_more: whether the file goes on.
    """

    level: str
    key: tuple[str, ...]
    asked: tuple[str, ...]
    order: Sighting
    refused: frozenset[str] = frozenset()
    ended: str = NEVER_ASKED
    form: str = ""
    host: str = ""
    states_size: int | None = None
    rows: list[Row] = field(default_factory=list, repr=False)
    has_more: bool = False

    @property
    def is_accepted(self) -> bool:
        return self.order.is_fine

    @property
    def is_empty(self) -> bool:
        return self.form in _EMPTY.values()

    @property
    def is_late(self) -> bool:
        return self.is_accepted and self.ended in (NEVER_ASKED, JobStatus.IN_PROGRESS.value)

    @property
    def parts(self) -> list[str]:
        """The columns that hold parts of a key, of those that came."""
        held = {name for row in self.rows for name in row}
        return [name for name in (*_ID_COLUMNS, *_OTHER_PARTS) if name in held]

    @property
    def columns(self) -> list[Row]:
        """The rows without what they are filed under."""
        return [{name: value for name, value in row.items() if name != FILED_UNDER} for row in self.rows]

    @property
    def unasked(self) -> list[str]:
        """The parts of a key that came although nobody asked."""
        return [name for name in self.parts if name not in self.asked and name != "DATE"]

    def repeats_of(self, *key: str) -> int:
        return repeats(self.rows, key)

    @property
    def repeats_of_key(self) -> int:
        """How many rows repeat the connector's key; it takes what a row is filed under for the id of a product item."""
        if _ITEM_ID in self.parts:
            return self.repeats_of(*self.key)
        return self.repeats_of(*(FILED_UNDER if name == _ITEM_ID else name for name in self.key))

    def as_json(self) -> dict[str, Any]:
        """All that may be told of it."""
        told: dict[str, Any] = {"status": self.order.status, "code": number(self.order.code)}
        told |= {"ended": self.ended, "refused_by_name": only_told(self.refused)}
        if not self.form:
            return told
        told |= {"file": self.form, "host": self.host, "rows": number(len(self.rows)), "has_more": self.has_more}
        types, untold = column_types(self.columns)
        told |= {"columns": types, "columns_not_named_here": untold, "came_unasked": self.unasked}
        return told | ({"keys": self._keys()} if self.rows else {})

    def _keys(self) -> dict[str, Any]:
        """How the keys repeat."""
        always = [name for name in ("DATE", "HOUR") if name in self.parts]
        others = [FILED_UNDER, *(name for name in self.parts if name not in always)]
        return {
            "of_the_connector": list(self.key),
            "rows_that_repeat_it": number(self.repeats_of_key),
            "rows_that_repeat_what_they_are_filed_under_and_the_day": number(self.repeats_of(FILED_UNDER, "DATE")),
            "fewest_columns_without_a_repeat": smallest_key(self.rows, always, others),
        }


@dataclass
class _Ordered:
    what: str
    path: str
    token: str
    seen: LevelSeen
    read: ReadRows


class Reports:
    """The reports of a look.

    Args:
        calls: asks Pinterest.
        seen: takes what came of each.
    """

    def __init__(self, calls: Calls, seen: dict[str, LevelSeen]) -> None:
        self._calls, self._seen = calls, seen
        self._pending: deque[_Ordered] = deque()
        self._refusals: Counter[str] = Counter()
        self._patience = PATIENCE_SECONDS

    def order(
        self,
        what: str,
        path: str,
        body: Mapping[str, Any],
        key: Sequence[str],
        read: ReadRows = ANALYTICS_REPORTS.read,
    ) -> None:
        """Have a report made; once more without the names that Pinterest refuses.

        Args:
            what: a stream, or a question that no stream asks.
            path: where such a report is asked for.
            body: what is asked for.
            key: the columns that the connector tells its rows apart by.
            read: makes rows of the file.
        """
        left_out = frozenset(name for name, levels in self._refusals.items() if levels >= _LEVELS_THAT_SUFFICE)
        seen = self._ordered(what, path, body, key, left_out)
        if seen.order.named and not seen.order.named & set(key):
            self._refusals.update(seen.order.named)
            seen = self._ordered(what, path, body, key, left_out | seen.order.named)
        if isinstance(seen.order.body, Mapping) and (token := seen.order.body.get("token")):
            self._pending.append(_Ordered(what, path, str(token), seen, read))
            self._calls.hold_back_for(len(self._pending))

    def _ordered(
        self, what: str, path: str, body: Mapping[str, Any], key: Sequence[str], left_out: frozenset[str]
    ) -> LevelSeen:
        lists = {name: [one for one in body[name] if one not in left_out] for name in _LISTS if name in body}
        answer = self._calls.order(what, path, {**body, **lists}, [one for names in lists.values() for one in names])
        seen = self._seen[what] = LevelSeen(body["level"], tuple(key), tuple(lists["columns"]), answer, left_out)
        return seen

    def collect(self) -> None:
        """Fetch what becomes ready, as long as calls and patience last."""
        pause = FIRST_PAUSE_SECONDS
        while self._pending:
            ordered = self._pending.popleft()
            try:
                is_over = self._asked_for(ordered)
            except CallsUsedUpError:
                break
            self._calls.hold_back_for(len(self._pending))
            if is_over or pause > self._patience:
                continue
            self._pending.append(ordered)
            self._calls.pause(pause)
            self._patience -= pause
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
        self._pending.clear()
        self._calls.hold_back_for(0)

    def _asked_for(self, ordered: _Ordered) -> bool:
        """Whether the report has come to its end; its file is read by then."""
        answer, seen = self._calls.poll(ordered.what, ordered.path, ordered.token), ordered.seen
        body = answer.body if isinstance(answer.body, Mapping) else {}
        status = str(body.get("report_status"))
        other = "another status" if body else f"HTTP {answer.status}"
        seen.ended = status if status in JobStatus.__members__ else other
        if status == JobStatus.FINISHED.value and (url := body.get("url")):
            self._read(ordered, str(url))
            size = body.get("size")
            seen.states_size = size if seen.is_empty and isinstance(size, int) else None
        return seen.ended != JobStatus.IN_PROGRESS.value

    def _read(self, ordered: _Ordered, url: str) -> None:
        seen = ordered.seen
        host = urlsplit(url).hostname or ""
        is_s3 = host.endswith(".amazonaws.com") and "s3" in host
        seen.host = "as recorded" if host == _RECORDED_HOST else "another one of S3" if is_s3 else "elsewhere"
        found = self._calls.file(url, partial(_beginning, seen.asked, ordered.read))
        seen.form, rows = found or ("can't be had", [])
        seen.rows = [{**row, FILED_UNDER: entity} for entity, row in rows[:MOST_ROWS]]
        seen.has_more = len(rows) > MOST_ROWS


def _beginning(columns: Sequence[str], read: ReadRows, chunks: Iterator[bytes]) -> tuple[str, list[Filed]]:
    """The form of a file, and its first rows."""
    first = next(chunks, b"")
    opening = first.lstrip()[:1]
    try:
        rows = list(islice(read(chain([first], chunks), columns, None), MOST_ROWS + 1))
    except (MalformedResponseError, SliceError):
        return f"begins with {opening.decode()}, another shape" if opening in (
            b"[",
            b"{",
        ) else "another shape, not JSON", []
    return (_FORMS if rows else _EMPTY)[opening], rows

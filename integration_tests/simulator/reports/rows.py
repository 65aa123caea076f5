"""Generate the rows of an asynchronous report and write them in the format of its file.

The values are those of the synchronous endpoints. The file is one JSON object: under the id of each entity an array
of flat rows. It is made piece by piece, so that a report of any size costs no memory.
"""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from datetime import timedelta
from typing import NamedTuple

import orjson

from integration_tests.simulator.analytics.columns import is_conversion
from integration_tests.simulator.analytics.day_rows import MEASURES, DayRows
from integration_tests.simulator.analytics.subjects import Subject
from integration_tests.simulator.reports.request import ReportRequest
from integration_tests.simulator.reports.subjects import IDS, PARTS, reported
from integration_tests.simulator.world.listing import Record
from integration_tests.simulator.world.world import World

TARGETING_COLUMNS = ("TARGETING_TYPE", "TARGETING_VALUE")
_CHUNK_BYTES = 524_288
_HOURS_OF_A_DAY = (2, 1, 1, 1, 1, 2, 3, 4, 5, 5, 5, 6, 6, 6, 6, 7, 7, 8, 9, 10, 11, 10, 7, 4)
"""How the numbers of a day spread over its hours: by weight, from midnight on."""


class Row(NamedTuple):
    """A row and the entity under whose id it stands."""

    entity_id: str
    record: Record


def report_rows(world: World, account: int, request: ReportRequest) -> Iterator[Row]:
    """The rows of a report, in the order of the file."""
    hourly = request.granularity == "HOUR"
    asked = tuple(name for name in request.columns if not (hourly and is_conversion(name)))
    maker = DayRows(world, _shown(world, request, asked), request.attribution)
    for entity_id, subject in reported(world, account, request):
        made = (
            _hourly(world, maker, subject, request)
            if hourly
            else maker.rows(subject, request.start_date, request.end_date, request.granularity)
        )
        for record in made:
            if world.full_rows:
                yield Row(entity_id, record)
            elif (shown := as_reported(record, maker.wanted)) is not None:
                yield Row(entity_id, shown)


def _shown(world: World, request: ReportRequest, asked: tuple[str, ...]) -> tuple[str, ...]:
    """The columns that rows have: those requested, and what comes unasked; no document says which ids do."""
    unasked = (*TARGETING_COLUMNS, world.product_item_column) if world.product_item_column else TARGETING_COLUMNS
    if request.base_level in PARTS and world.report_ids == "all":
        return (*asked, *unasked, *IDS)
    return (*asked, *unasked)


def as_reported(record: Record, asked: AbstractSet[str]) -> Record | None:
    """A row as a JSON report shows it: without the metrics that are zero, None if that is all of them."""
    shown = {name: value for name, value in record.items() if value or name not in MEASURES}
    return None if MEASURES.isdisjoint(shown) and not MEASURES.isdisjoint(asked) else shown


def report_file(world: World, account: int, request: ReportRequest) -> Iterator[bytes]:
    """The file of a report in chunks of half a megabyte."""
    chunk = bytearray()
    rows = report_rows(world, account, request)
    for piece in _pieces(rows, world.empty_report.encode()):
        chunk += piece
        if len(chunk) >= _CHUNK_BYTES:
            yield bytes(chunk)
            chunk.clear()
    yield bytes(chunk)


def _pieces(rows: Iterator[Row], empty: bytes) -> Iterator[bytes]:
    opened: str | None = None
    for entity_id, record in rows:
        if entity_id == opened:
            yield b","
        else:
            yield (b"{" if opened is None else b"],") + orjson.dumps(entity_id) + b":["
            opened = entity_id
        yield orjson.dumps(record)
    yield empty if opened is None else b"]}"


def _hourly(world: World, maker: DayRows, subject: Subject, request: ReportRequest) -> Iterator[Record]:
    """The rows of each hour; conversions are not told by the hour."""
    by_hour = list(subject.divided(_HOURS_OF_A_DAY, [{}] * len(_HOURS_OF_A_DAY)))
    day = request.start_date
    while day <= request.end_date:
        for hour, part in enumerate(by_hour):
            for record in maker.rows(part, day, day):
                yield {**record, world.hour_column: hour} if world.hour_column else record
        day += timedelta(days=1)

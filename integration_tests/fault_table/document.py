"""Shows the kinds of stream and the faults as tables. Kinds that end alike share a line."""

from collections.abc import Mapping

from integration_tests.fault_table.columns import COLUMNS
from integration_tests.fault_table.endings import NOWHERE
from integration_tests.fault_table.rows import ROWS
from integration_tests.support.documents import table


def kinds() -> str:
    """The table of the kinds of stream."""
    rows = ([column.name, f"`{column.stream}`", ", ".join(dict.fromkeys(column.steps))] for column in COLUMNS)
    return table(["Kind", "Read here", "First, middle and last call"], rows)


def faults(ends: Mapping[str, Mapping[str, str]]) -> str:
    """The table of the faults.

    Args:
        ends: how each fault ended, by kind of stream.
    """
    lines = ([row.fault, end, whose] for row in ROWS for end, whose in _lines(ends[row.fault]))
    return table(["Fault", "Ends", "Kinds of stream"], lines)


def promised() -> str:
    """The same, as all cells must end."""
    return faults({row.fault: row.texts() for row in ROWS})


def _lines(cells: Mapping[str, str]) -> list[tuple[str, str]]:
    """Each ending and whose it is; that of most kinds comes last, and is that of all others where each kind has one."""
    by_end: dict[str, list[str]] = {}
    for kind, end in cells.items():
        by_end.setdefault(end, []).append(kind)
    nowhere = by_end.pop(NOWHERE, [])
    *others, usual = sorted(by_end, key=lambda end: len(by_end[end]))
    whose = {end: _named(by_end[end]) for end in (*others, usual)}
    if not nowhere:
        whose[usual] = "all others" if others else "all"
    return list(whose.items())


def _named(kinds: list[str]) -> str:
    """Kinds of stream in a cell, those that are read from files as one if all of them are there."""
    reports = {column.name for column in COLUMNS if column.takes_reports}
    if not reports <= set(kinds):
        return ", ".join(kinds)
    return ", ".join([*(kind for kind in kinds if kind not in reports), "all reports"])

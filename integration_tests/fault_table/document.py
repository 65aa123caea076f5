"""Writes the kinds of stream and the faults into docs/development/reliability.md. Equal outcomes share a line."""

from collections.abc import Mapping

from integration_tests.fault_table.columns import COLUMNS
from integration_tests.fault_table.outcomes import NOWHERE
from integration_tests.fault_table.rows import ROWS
from integration_tests.fault_table.scenario import scenarios
from integration_tests.support.documents import DOCS, table, with_section

DOCUMENT = DOCS / "development" / "reliability.md"
_ON_ALL = (
    "If kinds of one sort have the same outcome, the fault is injected into the first one. These faults are injected "
    f"into all kinds: {', '.join(row.fault for row in ROWS if row.on_all)}."
)


def section() -> str:
    """The section of docs/development/reliability.md: the faults, and how each ends."""
    return "\n\n".join([_kinds(), f"{_cells()} cells are run. {_ON_ALL}", _faults()])


def _kinds() -> str:
    kinds: dict[str, list[str]] = {}
    for column in COLUMNS:
        kinds.setdefault(column.sort, []).append(f"{column.name} (`{column.stream}`)")
    rows = ([sort, ", ".join(named)] for sort, named in kinds.items())
    return table(["Sort", "Kinds of stream, and what is read"], rows)


def _cells() -> int:
    return sum(len(scenario.places) for row in ROWS for scenario in scenarios(row))


def _faults() -> str:
    faults: dict[tuple[tuple[str, str], ...], list[str]] = {}
    for row in ROWS:
        faults.setdefault(tuple(_lines(row.texts())), []).append(row.fault)
    lines = (
        ["" if place else "; ".join(alike), end, whose]
        for ends, alike in faults.items()
        for place, (end, whose) in enumerate(ends)
    )
    return table(["Faults", "End", "Kinds of stream"], lines)


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


def written() -> str:
    """The document with its section as it has to be."""
    return with_section(DOCUMENT.read_text(encoding="utf-8"), "faults", section())


if __name__ == "__main__":
    DOCUMENT.write_text(written(), encoding="utf-8")

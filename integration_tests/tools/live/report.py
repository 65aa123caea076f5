"""The report of a look: live-report.json, and the tables that a person reads. Neither tells anything of the account."""

from collections import Counter
from collections.abc import Iterator, Mapping
from io import StringIO
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from integration_tests.tools.live.calls import FOR_TOKENS
from integration_tests.tools.live.questions import QUESTIONS, outcome
from integration_tests.tools.live.seen import Seen
from source_pinterest import __version__
from source_pinterest.streams import STREAMS

Report = dict[str, Any]

_STREAMS = frozenset(stream.stream_name() for stream in STREAMS)


def report_of(seen: Seen) -> Report:
    """The report of a look."""
    outcomes = Counter(f"{sighting.category}: {outcome(sighting)}" for sighting in seen.sightings)
    return {
        "connector": __version__,
        "calls": {
            "made": len(seen.sightings),
            "for_tokens_at_most": FOR_TOKENS,
            "outcomes": dict(sorted(outcomes.items())),
        },
        "stopped_because": seen.stopped or None,
        "not_reached": seen.not_reached,
        "questions": {question.name: question.told(seen) for question in QUESTIONS},
        "streams": {what: _stream(seen, what) for what in _streams(seen)},
        "reports": {what: _report(seen, what) for what in sorted(seen.reports)},
    }


def _streams(seen: Seen) -> list[str]:
    """What was asked for, and what there was nothing to ask with."""
    asked = (*(sighting.what for sighting in seen.sightings), *seen.shapes, *seen.nothing)
    return [what for what in dict.fromkeys(asked) if what in _STREAMS and what not in seen.reports]


def _stream(seen: Seen, what: str) -> Report:
    if what in seen.nothing:
        return {"call": f"not made: {seen.nothing[what]}"}
    call = seen.last(what)
    told: Report = {"call": outcome(call) if call else "taken"}
    if what in seen.unexpected:
        told["answer"] = "of a shape that nobody foresaw"
    shape = seen.shapes.get(what)
    return told | (shape.as_json() if shape else {})


def _report(seen: Seen, what: str) -> Report:
    shape = seen.shapes.get(what)
    return seen.reports[what].as_json() | (shape.differences() if shape else {})


WIDTH = 100
_NARROW = 39
_ALWAYS = ("records", "rows", "fits_the_schema")
Row = tuple[str, str]


def tables_of(report: Report) -> str:
    """The report for people."""
    written = StringIO()
    console = Console(file=written, width=WIDTH, color_system=None, highlight=False, markup=False, emoji=False)
    console.print(_head(report), soft_wrap=False)
    for title, rows, has_lines in (
        ("Questions of docs/known-unknowns.md", _question_rows(report), True),
        ("Streams, a page or a few days of each", _stream_rows(report), False),
        ("Small reports", _report_rows(report), True),
    ):
        table = Table(title=title, title_justify="left", width=WIDTH, show_header=False, show_lines=has_lines)
        table.add_column(width=_NARROW, overflow="fold")
        table.add_column(overflow="fold")
        for row in rows:
            table.add_row(*map(Text, row))
        console.print(table)
    return "\n".join(line.rstrip() for line in written.getvalue().splitlines())


def _head(report: Report) -> str:
    calls = report["calls"]
    head = f"{calls['made']} calls, besides those for tokens. "
    if report["stopped_because"]:
        head += f"{report['stopped_because']}. "
    left = report["not_reached"]
    return head + (f"Not reached: {', '.join(left)}." if left else "Everything was reached.")


def _question_rows(report: Report) -> Iterator[Row]:
    for name, told in report["questions"].items():
        title = told["question"]
        facts = f"\n{_facts(told['seen'])}" if told.get("seen") else ""
        yield name, f"{title[0].upper()}{title[1:]}: {told['state']}. {told['means']}{facts}"


def _stream_rows(report: Report) -> Iterator[Row]:
    for name, told in report["streams"].items():
        yield name, _facts(_worth_a_line(told))


def _report_rows(report: Report) -> Iterator[Row]:
    for name, told in report["reports"].items():
        yield name, _facts(_worth_a_line(told))


def _worth_a_line(told: Mapping[str, Any]) -> Mapping[str, Any]:
    """What is not empty, and whether anything came and fits."""
    return {name: value for name, value in told.items() if value or (name in _ALWAYS and value is not None)}


def _facts(facts: Mapping[str, Any]) -> str:
    return "; ".join(f"{_words(key)}: {_plain(_short(key, value))}" for key, value in facts.items())


def _words(key: str) -> str:
    """A key as words, unless it is a name of Pinterest's."""
    return key if key.isupper() else key.replace("_", " ")


def _short(key: str, value: Any) -> Any:
    """Of columns by their types only how many there are: the file has their names."""
    if key == "columns" and isinstance(value, Mapping):
        return {types: len(names) for types, names in value.items()}
    return value


def _plain(value: Any) -> str:
    """A value in words."""
    if isinstance(value, Mapping):
        return ", ".join(f"{_words(key)} {_plain(part)}" for key, part in value.items()) or "none"
    if isinstance(value, list):
        return " ".join(map(str, value)) if value else "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "none" if value is None else str(value)

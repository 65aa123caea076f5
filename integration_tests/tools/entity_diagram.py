"""Diagrams in Mermaid of the streams of an area: whose records name those of which other stream.

https://mermaid.js.org/syntax/flowchart.html
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from integration_tests.support.outputs import Record
from integration_tests.tools.stream_table import key_fields
from source_pinterest.streams.base.stream import ForeignKey, PinterestStream

Records = Mapping[str, Collection[Record]]
Parents = Mapping[str, Mapping[str, ForeignKey]]
"""For each stream, the streams that it names, each with the key that does."""

_ARROWS_SIDE_BY_SIDE = 2
"""As many fit, with their boxes, into 900 pixels."""


class Arrow(NamedTuple):
    """A foreign key that is drawn."""

    parent: str
    fields: tuple[str, ...]
    is_filled: bool


def diagram(area: Collection[str], streams: Sequence[PinterestStream], records: Records) -> str:
    """The streams of an area that name others or are named in it; empty if there are none.

    Streams without children that have the same arrows share a box.

    Args:
        area: names of streams.
        streams: all streams.
        records: some of each; they show which keys may be empty.
    """
    drawn = {name: arrows for name, arrows in every_arrow(streams, records).items() if name in area and arrows}
    above = {arrow.parent for arrows in drawn.values() for arrow in arrows}
    boxes: dict[object, list[str]] = {}
    for name, arrows in drawn.items():
        boxes.setdefault(name if name in above else arrows, []).append(name)
    lines = []
    for names in boxes.values():
        first, *_ = names
        label = "<br/>".join(names)
        child = f'{first}["{label}"]' if len(names) > 1 else first
        for arrow in drawn[first]:
            line = "-->" if arrow.is_filled else "-.->"
            lines.append(f'    {arrow.parent} {line}|"{"<br/>".join(arrow.fields)}"| {child}')
            child = first
    direction = "LR" if _depth(drawn) <= _ARROWS_SIDE_BY_SIDE else "TB"
    return "\n".join(("```mermaid", f"flowchart {direction}", *lines, "```")) if lines else ""


def _depth(drawn: Mapping[str, Sequence[Arrow]]) -> int:
    """The most arrows on one way."""
    longest: dict[str, int] = {}
    for name, arrows in drawn.items():  # parents stand before their children
        longest[name] = max(1 + longest.get(arrow.parent, 0) for arrow in arrows)
    return max(longest.values(), default=0)


def every_arrow(streams: Sequence[PinterestStream], records: Records) -> dict[str, tuple[Arrow, ...]]:
    """The foreign keys of each stream that always hold, but for those to what a longer way leads to as well."""
    parents = {stream.name: _parents_of(stream) for stream in streams}
    arrows = {}
    for name, keys in parents.items():
        filled = {parent for parent, key in keys.items() if is_always_filled(key, records[name])}
        passed = {above for parent in filled for above in _above(parent, parents)}
        arrows[name] = tuple(
            Arrow(parent, tuple(key.fields), parent in filled) for parent, key in keys.items() if parent not in passed
        )
    return arrows


def is_always_filled(key: ForeignKey, records: Collection[Record]) -> bool:
    """Whether each record names another one."""
    return all(record.get(field) for record in records for field in key.fields)


def _parents_of(stream: PinterestStream) -> dict[str, ForeignKey]:
    """Of several keys that lead to one stream the one that is part of the primary key, or else the first."""
    found: dict[str, ForeignKey] = {}
    for key in sorted(stream.foreign_keys, key=lambda key: not set(key.fields) <= set(key_fields(stream))):
        if not key.unless:
            found.setdefault(key.stream, key)
    return found


def _above(name: str, parents: Parents) -> Iterator[str]:
    """The streams that lie above one, at any height; none lies above itself."""
    for parent in parents[name]:
        if parent != name:
            yield parent
            yield from _above(parent, parents)

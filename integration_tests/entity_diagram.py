"""Which stream's records name those of which other one? A diagram in Mermaid, made from the foreign keys.

https://mermaid.js.org/syntax/entityRelationshipDiagram.html
"""

from collections.abc import Collection, Iterator, Mapping, Sequence

from integration_tests.stream_table import key_fields
from integration_tests.support.outputs import Record
from source_pinterest.streams.base.stream import ForeignKey, PinterestStream

Records = Mapping[str, Collection[Record]]
Parents = Mapping[str, Mapping[str, ForeignKey]]
"""For each stream, the streams that it names, each with the key that does."""


def diagram(streams: Sequence[PinterestStream], records: Records) -> str:
    """All streams, and a line for each foreign key that always holds, unless a longer way leads there as well.

    Args:
        streams: all of them.
        records: some of each; they show which keys may be empty.
    """
    parents = {stream.name: _parents_of(stream) for stream in streams}
    lines = [f"    {stream.name}" for stream in streams]
    for name, keys in parents.items():
        filled = {parent for parent, key in keys.items() if is_always_filled(key, records[name])}
        passed = {above for parent in filled for above in _above(parent, parents)}
        lines += [
            f'    {parent} {"||" if parent in filled else "|o"}--o{{ {name} : "{", ".join(key.fields)}"'
            for parent, key in keys.items()
            if parent not in passed
        ]
    return "\n".join(("```mermaid", "erDiagram", *lines, "```"))


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

"""Which options are in an answer about targeting? Objects of ids to names were seen; other shapes are read as well."""

from collections.abc import Iterator
from typing import Any

from source_pinterest.api.bodies import Record, text_of
from source_pinterest.api.errors import MalformedAnswerError

_CHILDREN = ("child_interests", "children", "child_options", "options", "items", "data", "values")


def options_in(document: Any) -> Iterator[Record]:
    """The options, each with an id, and as far as the answer tells with name, level and parent.

    Args:
        document: a list of objects of ids to names, of objects with id and name, or of texts; objects may hold others.
            Nothing stands for no options.

    Raises:
        MalformedAnswerError: it is none of these.
    """
    if document is not None and not isinstance(document, list) and not _may_hold_options(document):
        raise MalformedAnswerError("Targeting options are a list, or an object that holds some.")
    return _options(document, {})


def _options(node: Any, inherited: Record) -> Iterator[Record]:
    if isinstance(node, list):
        for item in node:
            yield from _options(item, inherited)
    elif not isinstance(node, dict):
        if node is not None and node != "":
            yield {"id": text_of(node), "name": text_of(node), **inherited}
    elif _is_object(node):
        yield from _of_object(node, inherited)
    else:
        yield from _of_map(node, inherited)


def _of_object(node: Record, inherited: Record) -> Iterator[Record]:
    """An option, and those it holds; the ids of its children are kept where they are no more than ids."""
    held = {name: node[name] for name in _CHILDREN if _holds_options(node.get(name))}
    option = {
        **inherited,
        **{name: value for name, value in node.items() if name not in held},
        "id": text_of(node["id"]),
    }
    yield option
    level = option.get("level")
    below = {"parent_id": option["id"], **({"level": level + 1} if isinstance(level, int) else {})}
    for children in held.values():
        yield from _options(children, below)


def _of_map(node: Record, inherited: Record) -> Iterator[Record]:
    """Ids to names, or to objects; or what wraps a list."""
    for key, value in node.items():
        if isinstance(value, list) and key in _CHILDREN:
            yield from _options(value, inherited)
        elif isinstance(value, dict):
            yield from _options({"id": key, **value} if "name" in value else value, inherited)
        elif not isinstance(value, list):
            yield {**inherited, "id": key, "name": None if value is None else text_of(value)}


def _may_hold_options(document: Any) -> bool:
    """Whether it is an object, and neither empty nor an error that came as a good answer."""
    is_error = isinstance(document, dict) and isinstance(document.get("code"), int) and "message" in document
    return bool(document) and isinstance(document, dict) and not is_error


def _is_object(node: Record) -> bool:
    """Whether it is one option; an id alone may also be a code that stands for a name, as that of Indonesian does."""
    return not {"name", "level"}.isdisjoint(node) and isinstance(node.get("id"), str | int)


def _holds_options(value: Any) -> bool:
    """Whether children are told with their names."""
    return isinstance(value, dict) or (isinstance(value, list) and any(isinstance(item, dict) for item in value))

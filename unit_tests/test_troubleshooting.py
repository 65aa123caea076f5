"""Does a user find every message of the connector in the troubleshooting tables, whatever is added to it?"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "source_pinterest"

FEWEST_WORDS = 4
"""What has fewer words is a name or a part of something, not a message."""

INTERNAL = {
    "AttributeError",
    "ArgumentParser",
    "ForeignKey",
    "LookupError",
    "MalformedAnswerError",
    "NumberOption",
    "RuntimeError",
    "TypeError",
    "ValueError",
    "add_argument",
    "compile",
    "_account_ids",
}
"""Calls whose texts no user of a sync sees: caught errors, help on the command line, titles of options, documents."""

UNSEEN = {
    "tuple[ReportRequest, ReportRequest] | None",
    "Excluded Ad Account IDs",
    "Organic Content per Ad Account",
    "Status of Campaigns, Ad Groups and Ads",
}


DESCRIPTIONS = {"column_words.py"}
"""Modules that say what fields mean, to those who look at a schema."""


def messages() -> dict[str, str]:
    """Every text of the package that says something, with where it stands; what is filled in is an ellipsis."""
    return {
        text: f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in PACKAGE.rglob("*.py")
        if path.name not in DESCRIPTIONS
        for node, text in texts(ast.parse(path.read_text(encoding="utf-8")))
        if len(re.findall(r"[^\s…]{2,}", text)) >= FEWEST_WORDS and text not in UNSEEN
    }


def texts(tree: ast.AST) -> Iterator[tuple[ast.JoinedStr | ast.Constant, str]]:
    skipped = {part for node in ast.walk(tree) for part in unseen_parts(node)}
    for node in ast.walk(tree):
        if node in skipped:
            continue
        if isinstance(node, ast.JoinedStr):
            parts = [part.value if isinstance(part, ast.Constant) else "…" for part in node.values]
            yield node, one_line("".join(map(str, parts)))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node, one_line(node.value)


def is_description(key: ast.expr | None) -> bool:
    """Whether a key of a dictionary is that of a schema's description of a field."""
    return isinstance(key, ast.Constant) and key.value == "description"


def unseen_parts(node: ast.AST) -> Iterator[ast.AST]:
    """What below a node is no text of its own: docstrings, internal errors, descriptions, pieces of a longer text."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        yield node.value
    elif (isinstance(node, ast.Call) and called(node) in INTERNAL) or is_for_documents(node):
        yield from ast.walk(node)
    elif isinstance(node, ast.JoinedStr):
        yield from (part for part in node.values if isinstance(part, ast.Constant))
    elif isinstance(node, ast.Dict):
        yield from (value for key, value in zip(node.keys, node.values, strict=True) if is_description(key))


def is_for_documents(node: ast.AST) -> bool:
    """Whether the text is for the pages of streams: what a sync of one costs, or when a parent is missing."""
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    names = {getattr(target, part, "") for target in targets for part in ("id", "attr")}
    return not names.isdisjoint({"cost", "parent_unless"})


def called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def quotes() -> list[list[str]]:
    """What the tables quote, each as the pieces around what is filled in."""
    page = (ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
    rows = [row.split(" | ")[0].removeprefix("| ") for row in page.splitlines() if "|" in row]
    cells = [row for row in rows if row != "What you see" and not row.startswith("---")]
    return [[piece.strip(" .") for piece in cell.split("…") if piece.strip(" .")] for cell in cells]


def is_quoted(message: str, pieces: list[str]) -> bool:
    """Whether the pieces stand in the message, one after the other, and enough of them to tell it from others."""
    at = 0
    for piece in pieces:
        at = message.find(piece, at)
        if at < 0:
            return False
        at += len(piece)
    return bool(pieces)


def test_there_is_something_to_explain() -> None:
    assert len(messages()) > 80
    assert len(quotes()) > 60


def test_every_message_is_explained() -> None:
    explained = quotes()
    missing = {
        where: message for message, where in messages().items() if not any(is_quoted(message, q) for q in explained)
    }
    assert missing == {}, "explain these in the tables of docs/troubleshooting.md"


def test_no_row_explains_what_is_never_said() -> None:
    said = [one_line(text) for path in PACKAGE.rglob("*.py") for _, text in texts(ast.parse(path.read_text("utf-8")))]
    assert [pieces for pieces in quotes() if not any(is_quoted(text, pieces) for text in said)] == []


@pytest.mark.parametrize(
    ("message", "pieces", "found"),
    [
        ("…: the state lies in the future (…).", ["lies in the future"], True),
        ("…: the state lies in the future (…).", ["in the future", "the state"], False),
        ("…: the state lies in the future (…).", ["the past"], False),
        ("anything", [], False),
    ],
)
def test_a_message_is_known_by_its_pieces(message: str, pieces: list[str], *, found: bool) -> None:
    assert is_quoted(message, pieces) is found

"""The functions and tests that docs/development/architecture.md names exist in the files that it names."""

import ast
import re
from pathlib import Path

from unit_tests.test_security import NAMED_TEST, missing_tests

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "source_pinterest"
TEXT = " ".join((ROOT / "docs" / "development" / "architecture.md").read_text(encoding="utf-8").split())
NAMED = re.compile(r"`(?P<name>[A-Za-z_]\w*(?:\.\w+)?)` (?:\(|in )`(?P<file>[\w/]+\.py)`")


def defined_in(path: Path) -> set[str]:
    """Return the names of a module, and those of the members of its classes."""
    names: set[str] = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef):
            names.add(node.name)
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        names.update(target.id for target in targets if isinstance(target, ast.Name))
        if isinstance(node, ast.ClassDef):
            names.update(f"{node.name}.{member.name}" for member in node.body if isinstance(member, ast.FunctionDef))
    return names


def test_each_function_is_in_its_file() -> None:
    named = [(found["name"], found["file"]) for found in NAMED.finditer(TEXT)]

    assert named
    assert [(name, file) for name, file in named if name not in defined_in(PACKAGE / file)] == []


def test_each_promise_is_held_by_tests_that_exist() -> None:
    rows = (
        (ROOT / "docs" / "development" / "architecture.md")
        .read_text(encoding="utf-8")
        .partition("\n| Behaviour | Test |\n")[2]
    )
    promises = rows.partition("\n\n")[0].splitlines()[1:]

    assert len(promises) == 10
    assert [promise for promise in promises if not NAMED_TEST.search(promise)] == []
    assert missing_tests(TEXT) == []

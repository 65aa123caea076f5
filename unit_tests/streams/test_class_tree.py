"""The tree of streams is as it is drawn."""

import importlib
import pkgutil
import re
from pathlib import Path

from source_pinterest import streams
from source_pinterest.streams.base import stream as top

ROOT = Path(__file__).parents[2]
PACKAGE = f"{streams.__name__}."


MODULES = [
    module.name.removeprefix(PACKAGE) for module in pkgutil.walk_packages(streams.__path__, PACKAGE) if not module.ispkg
]


def tree_in_the_code() -> str:
    """The tree at the top of the module of all streams, without what its lines say of the classes."""
    return re.sub(r"(\w+)( \(CDK\))?(  .*)?$", r"\1", str(top.__doc__).partition("\n\n")[2], flags=re.MULTILINE)


def tree_in_the_documents() -> str:
    text = (
        (ROOT / "docs" / "development" / "architecture.md")
        .read_text(encoding="utf-8")
        .partition("## The class tree")[2]
    )
    found = re.search(r"```text\n(.*?)```", text, flags=re.DOTALL)
    assert found is not None
    return found[1]


def test_the_class_tree_is_that_of_the_code() -> None:
    modules = [importlib.import_module(PACKAGE + module) for module in MODULES]
    classes = {name: value for module in modules for name, value in vars(module).items() if isinstance(value, type)}
    for tree in (tree_in_the_code(), tree_in_the_documents()):
        lines = [line for line in tree.partition("\n\n")[0].splitlines() if line.strip()]
        outermost = min(len(line) - len(line.lstrip()) for line in lines)
        above: list[str] = []
        for line in lines:
            depth, name = (len(line) - len(line.lstrip()) - outermost) // 2, line.strip()
            del above[depth:]
            assert all(issubclass(classes[name], classes[base]) for base in above), name
            above.append(name)
        assert lines

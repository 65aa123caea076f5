"""Imports between the floors go down only. They are read from the source text, nothing is imported."""

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = "source_pinterest"
SIMULATOR = "integration_tests/simulator"

# From the ground up. Modules of one row stand beside each other and may import each other.
LAYERS = (
    {"limits", "dates", "columns", "masking", "start"},
    {"config"},
    {"api"},
    {"engine"},
    {"state"},
    {"reporting"},
    {"streams"},
    {"check", "source"},
    {"cli", "run", "authorize", "catalog", "read", "page", "query", "__main__"},
)
FLOOR_OF = {name: floor for floor, names in enumerate(LAYERS) for name in names}


def modules(folder: str) -> list[Path]:
    return sorted(path.relative_to(ROOT) for path in (ROOT / folder).rglob("*.py"))


def imported_names(module: Path, *, types: bool = True) -> Iterator[tuple[int, str]]:
    """Each dotted name that a module imports, with its line; `from a import b` yields `a.b`.

    Args:
        module: the file.
        types: whether those that it imports for types alone count.
    """
    tree = ast.parse((ROOT / module).read_text(encoding="utf-8"))
    if not types:
        tree.body = [node for node in tree.body if not isinstance(node, ast.If)]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def floor_reached(name: str) -> int:
    """The floor that an imported name stands on; the package's own attributes, such as its version, are the ground."""
    _, _, inside = name.partition(f"{PACKAGE}.")
    return FLOOR_OF.get(inside.split(".")[0], 0)


def upward_imports(module: Path, floor: int) -> list[str]:
    return [
        f"{module}:{line} imports {name}"
        for line, name in imported_names(module)
        if name.split(".")[0] == PACKAGE and floor_reached(name) > floor
    ]


def inhabitants() -> list[Path]:
    """Every module that stands on a floor: all but the package's front door, which names the top one lazily."""
    return [path for path in modules(PACKAGE) if path != Path(PACKAGE, "__init__.py")]


def test_imports_go_down_only() -> None:
    for module in inhabitants():
        room = module.parts[1].removesuffix(".py")
        assert room in FLOOR_OF, f"{module} stands on no floor: name it in LAYERS"
        assert upward_imports(module, FLOOR_OF[room]) == [], str(module)


def test_no_module_imports_itself_through_others() -> None:
    """Imports for types count too, but in streams/base, where a declaration names the class that it is part of."""
    names = {".".join(path.with_suffix("").parts).removesuffix(".__init__"): path for path in inhabitants()}
    imports = {
        name: {
            found
            for _, imported in imported_names(path, types="streams/base" not in str(path))
            for found in (imported, imported.rpartition(".")[0])
            if found in names and found != name
        }
        for name, path in names.items()
    }
    while leaves := [name for name, wanted in imports.items() if not wanted & imports.keys()]:
        for name in leaves:
            del imports[name]
    assert not imports, sorted(imports)


def test_the_connector_knows_nothing_of_its_tests() -> None:
    for module in modules(PACKAGE):
        tops = {name.split(".")[0] for _, name in imported_names(module)}
        assert not tops & {"integration_tests", "tools", "unit_tests"}, str(module)


def test_the_simulator_knows_nothing_of_the_connector_nor_of_its_tests() -> None:
    own = SIMULATOR.replace("/", ".")
    for module in modules(SIMULATOR):
        ours = [
            name for _, name in imported_names(module) if name.split(".")[0] in {PACKAGE, "integration_tests", "tools"}
        ]
        assert [name for name in ours if not f"{name}.".startswith(f"{own}.")] == [], str(module)

"""Write the columns and types that dbt_pinterest expects of its sources, as its own macros list them.

`python -m integration_tests.tools.fivetran_columns FOLDER`, with the folder of the package, prints the file
integration_tests/delivery_tests/fivetran_columns.tsv.
"""

import sys
from pathlib import Path
from types import SimpleNamespace

import jinja2
import yaml

_TYPES = ("boolean", "int", "numeric", "string", "timestamp")


def columns_of(macro: Path) -> dict[str, str]:
    """The type of each column in the list that a macro of the package returns."""
    found: list[dict[str, str]] = []
    names = {f"type_{name}": lambda name=name: name for name in _TYPES}
    environment = jinja2.Environment(autoescape=False)  # noqa: S701  # no page, but names
    environment.globals |= {
        "dbt": SimpleNamespace(**names),
        "var": lambda _name: [],
        "pinterest_ads_add_passthrough_columns": lambda **_: "",
        "return": found.extend,
    }
    environment.from_string(f"{macro.read_text(encoding='utf-8')}{{{{ {macro.stem}() }}}}").render()
    return {column["name"]: column["datatype"] for column in found}


def main(folder: Path) -> str:
    """The package's version, and a line for each source with its columns."""
    project = yaml.safe_load((folder / "dbt_project.yml").read_text(encoding="utf-8"))
    lines = [f"dbt_{project['name']} {project['version']}"]
    for macro in sorted((folder / "macros" / "staging").glob("get_*_columns.sql")):
        columns = ", ".join(map(" ".join, columns_of(macro).items()))
        lines.append(f"{macro.stem.removeprefix('get_').removesuffix('_columns')}\t{columns}")
    return "".join(f"{line}\n" for line in lines)


if __name__ == "__main__":
    sys.stdout.write(main(Path(sys.argv[1])))

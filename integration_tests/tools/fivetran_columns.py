"""Write the columns and types that dbt_pinterest expects of its sources, as its own macros list them.

`python -m integration_tests.tools.fivetran_columns FOLDER`, with the folder of the package, prints the file
integration_tests/delivery_tests/fivetran_columns.json.
"""

import json
import re
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

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


def main(folder: Path) -> dict[str, Any]:
    """The package's version, and the columns of each source."""
    project = yaml.safe_load((folder / "dbt_project.yml").read_text(encoding="utf-8"))
    macros = sorted((folder / "macros" / "staging").glob("get_*_columns.sql"))
    sources = {re.sub("get_(.*)_columns", r"\1", macro.stem): columns_of(macro) for macro in macros}
    return {"package": f"dbt_{project['name']} {project['version']}", "sources": sources}


if __name__ == "__main__":
    sys.stdout.write(f"{json.dumps(main(Path(sys.argv[1])), indent=2)}\n")

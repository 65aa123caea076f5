"""How many of the mutants do tests notice? The table of docs/reliability.md, from the results that mutmut has left.

`make mutants` writes it, also when it has broken a part of the modules alone: what has no result counts as not run.
"""

import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from integration_tests.support.documents import DOCS, provenance, table, write_section
from integration_tests.support.processes import ROOT

RESULTS = ROOT / "mutants" / "source_pinterest"
NOTICED, NOT_NOTICED, NO_TEST, NOT_RUN = "Noticed", "Not noticed", "In the way of no unit test", "Not run"
COLUMNS = (NOTICED, NOT_NOTICED, NO_TEST, NOT_RUN)

ENDINGS = {0: NOT_NOTICED, 5: NO_TEST, 33: NO_TEST, None: NOT_RUN, 2: NOT_RUN, 34: NOT_RUN}
"""What mutmut writes for a mutant, as its `stats.py` lists it: any other number is a failure, a time-out or a crash."""


def counted(results: Path) -> dict[str, Counter[str]]:
    """How often each column of the table applies, by folder; a module in no folder goes by its name."""
    found: dict[str, Counter[str]] = {}
    for path in sorted(results.rglob("*.meta")):
        codes = json.loads(path.read_text(encoding="utf-8"))["exit_code_by_key"]
        [place, *inner] = path.relative_to(results).parts
        modules = f"`{place}/`" if inner else f"`{place.removesuffix('.py.meta')}`"
        found.setdefault(modules, Counter()).update(ENDINGS.get(code, NOTICED) for code in codes.values())
    return {modules: columns for modules, columns in found.items() if columns}


def rows(found: Mapping[str, Counter[str]]) -> Iterator[tuple[str, ...]]:
    """The rows of the table, the one of all modules last."""
    for modules, columns in (*found.items(), ("all", sum(found.values(), Counter()))):
        yield modules, f"{columns.total():,}", *(f"{columns[title]:,}" for title in COLUMNS)


def main() -> int:
    """Write the table; 1 if there are no results."""
    found = counted(RESULTS)
    if not found:
        sys.stderr.write("There are no results of mutants: run `make mutants`.\n")
        return 1
    written = table(("Modules", "Mutants", *COLUMNS), rows(found))
    write_section(DOCS / "reliability.md", "mutants", f"{provenance('make mutants')}\n\n{written}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

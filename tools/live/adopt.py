"""`make live-adopt FILE=` says what a volunteer's file confirms and contradicts, and adds it to the recorded forms.

`simulator_tests/test_recorded.py` then holds the simulator against it.
"""

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from integration_tests.recorded import Field, fields_of, folded, new_file, written

_MAY_BE_PERSONAL = re.compile(r"(?<!w=)\d{5}|://|@")
_MOST_CHARACTERS = 2_000


class Assumption(NamedTuple):
    """A line of `assumptions.tsv`: what the connector takes for granted, or expects.

    Attributes:
        question: its name in docs/development/known-unknowns.md.
        says: the assumption.
        about: the rows that show it, as a pattern of operation, records and field.
        holds: what such a row then has, as a pattern of type, form and seen.
    """

    question: str
    says: str
    about: str
    holds: str


ASSUMPTIONS: Sequence[Assumption] = tuple(
    Assumption(*line.split("\t"))
    for line in (Path(__file__).parent / "assumptions.tsv").read_text(encoding="utf-8").splitlines()[1:]
)


class Finding(NamedTuple):
    """What a file says of an assumption, and the rows that contradict it."""

    assumption: Assumption
    against: tuple[Field, ...]

    def __str__(self) -> str:
        """One line, and one more for the rows against it that are alike."""
        verdict = "contradicts" if self.against else "confirms"
        lines = [f"{verdict:11} {self.assumption.question}: {self.assumption.says}"]
        lines += [f"{'':12}{row}: {row.type} {row.form} {row.seen}".rstrip() for row in folded(self.against)]
        return "\n".join(lines)


def findings(fields: Iterable[Field]) -> Iterator[Finding]:
    """What the rows say of each assumption that they are about."""
    rows = tuple(fields)
    for assumption in ASSUMPTIONS:
        about = [row for row in rows if re.fullmatch(assumption.about, f"{row.operation} {row.records} {row.field}")]
        if about:
            holds = re.compile(assumption.holds)
            against = (row for row in about if not holds.fullmatch(f"{row.type} {row.form} {row.seen}"))
            yield Finding(assumption, tuple(against))


def read(path: Path) -> tuple[Field, ...]:
    """Return the rows of a volunteer's file.

    Raises:
        SystemExit: it is none, or a row has what looks like an ID, a link or an address.
    """
    try:
        fields = fields_of(path.read_text(encoding="utf-8"))
    except (OSError, TypeError, ValueError, AttributeError) as error:
        raise SystemExit(f"{path} is no file of make live ({type(error).__name__}).") from error
    for row in fields:
        if any(_MAY_BE_PERSONAL.search(part) or len(part) > _MOST_CHARACTERS or not part.isprintable() for part in row):
            raise SystemExit(f"{path}: the row {row} has what may be an ID, a link or an address. It was not added.")
    if not fields:
        raise SystemExit(f"{path} has no rows.")
    return fields


def main() -> int:
    """List what a file says, add it, and return the exit code 0.

    Raises:
        SystemExit: there is no such file, or it is not one of `make live`.
    """
    path = Path(sys.argv[1] if len(sys.argv) > 1 else "")
    experiment = re.search(r"experiment-([1-6])", path.name)
    if experiment is None:
        raise SystemExit("Name a file of make live, such as FILE=live-experiment-1.tsv.")
    fields = read(path)
    for finding in findings(fields):
        sys.stdout.write(f"{finding}\n")
    target = new_file(experiment[1])
    target.write_text(written(fields), encoding="utf-8")
    sys.stdout.write(f"Added as {target}. Write into docs/development/known-unknowns.md what it settles.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

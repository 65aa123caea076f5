"""Every promise of SECURITY.md is held by a test that exists, and its numbers are those of the code."""

import re
from pathlib import Path

from source_pinterest import limits
from source_pinterest.api.bounds import API_RESPONSE, REPORT_FILE, TOKEN_RESPONSE

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
ROW = re.compile(r"\| [^|]+ \| `[^:`]+::\w+`(, `[^:`]+::\w+`)* \|")
NAMED_TEST = re.compile(r"`(?P<file>[\w/]+\.py)::(?P<test>\w+)`")
MEBIBYTE = 1024**2


def rows() -> list[str]:
    return [line for line in TEXT.splitlines() if line.startswith("| ") and not line.startswith(("| Promise", "| ---"))]


def missing_tests(text: str) -> list[str]:
    """Return the tests that a document names, as `path::test`, and that do not exist."""
    return [
        found[0]
        for found in NAMED_TEST.finditer(text)
        if f"def {found['test']}(" not in (ROOT / found["file"]).read_text(encoding="utf-8")
    ]


def test_a_promise_is_held_by_a_test() -> None:
    assert [row for row in rows() if not ROW.fullmatch(row)] == []
    assert missing_tests(TEXT) == []


def test_the_bounds_are_those_that_are_promised() -> None:
    said = [row for row in rows() if "test_the_bounds_are_those_that_are_promised" in row]
    numbers = [[int(number) for number in re.findall(r"\b\d+\b", row.rpartition(" | `")[0])] for row in said]

    assert numbers[0] == [
        API_RESPONSE.most_bytes / MEBIBYTE,
        TOKEN_RESPONSE.most_bytes / 1024,
        REPORT_FILE.most_bytes / 1024**3,
        limits.ROW_BYTES / MEBIBYTE,
    ]
    assert TOKEN_RESPONSE.most_bytes == limits.ERROR_BYTES
    assert "ten minutes" in said[1]
    assert (API_RESPONSE.seconds, TOKEN_RESPONSE.seconds) == (10 * 60, 2 * 60)
    assert numbers[1] == [REPORT_FILE.bytes_a_second / 1024]
    assert numbers[2] == [limits.PAGES_WITHOUT_NEWS]
    assert f"{limits.MESSAGE_CHARACTERS:,} characters" in TEXT

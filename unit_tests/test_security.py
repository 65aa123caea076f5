"""The numbers of SECURITY.md are those of the code."""

import re
from pathlib import Path

from source_pinterest import limits
from source_pinterest.api.bounds import API_RESPONSE, REPORT_FILE, TOKEN_RESPONSE

TEXT = (Path(__file__).parents[1] / "SECURITY.md").read_text(encoding="utf-8")
MEBIBYTE = 1024**2


def test_the_bounds_are_those_that_are_promised() -> None:
    said = [row for row in TEXT.splitlines() if "test_the_bounds_are_those_that_are_promised" in row]
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

"""A key that is no option is warned of, with the nearest option at its place."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from source_pinterest.config import Config
from source_pinterest.config.options import unknown_key_notices
from unit_tests.configs import OAUTH, TODAY, config, sample
from unit_tests.report_configs import report
from unit_tests.test_spec import OPTIONS

SAMPLES = sorted((Path(__file__).parents[2] / "integration_tests/sample_configs").glob("*.json"))


@pytest.mark.parametrize(
    ("raw", "notice"),
    [
        ({"start_dat": "2026-01-01"}, "start_dat is not an option. Did you mean start_date?"),
        ({"Start_Date": "2026-01-01"}, "Start_Date is not an option. Did you mean start_date?"),
        ({"colour": "red"}, "colour is not an option."),
        (
            {"credentials": {**OAUTH, "refresh_tokens": "false"}},
            "Authorization Method: refresh_tokens is not an option. Did you mean refresh_token?",
        ),
        (
            {"custom_reports": [report(), report(colums=["CTR"])]},
            "Custom Reports: colums is not an option. Did you mean columns?",
        ),
    ],
)
def test_a_key_that_is_no_option_is_named(raw: dict[str, Any], notice: str) -> None:
    assert list(unknown_key_notices(config(**raw))) == [notice]


def test_keys_of_all_forms_and_of_platforms_are_not_warned_of() -> None:
    of_a_platform = {"_limit": 5, "__injected_components_py": "", "custom_reports": ["Weekly"]}
    blank = {"colour": None, "size": " "}
    for raw in [*(sample(path.stem) for path in SAMPLES), of_a_platform, blank]:
        assert list(unknown_key_notices(raw)) == [], raw


def test_the_documented_names_are_those_of_the_form_and_the_example_has_no_other() -> None:
    page = (Path(__file__).parents[2] / "docs/pinterest.md").read_text(encoding="utf-8")
    section = page.partition("### Options\n")[2].partition("\n## ")[0]
    [example] = map(json.loads, re.findall(r"```json\n(.*?)```", section, re.DOTALL))

    shown = [(option["title"], name) for name, option in OPTIONS.items() if not option.get("airbyte_hidden")]
    assert re.findall(r"^\| \*\*(.+?)\*\* \| `(\w+)` \|", section, re.MULTILINE) == shown, (
        "The table of options in docs/pinterest.md has other names than spec.json, or another order."
    )
    assert list(unknown_key_notices(example)) == []
    assert Config.from_mapping(example, TODAY).notices == ()

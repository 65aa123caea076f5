"""Configurations of older forms are converted into the current form; others stay as they are."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from source_pinterest.config.files import in_current_form
from unit_tests.configs import OAUTH, config, signed_in_with
from unit_tests.report_configs import report, reporting

ROOT = Path(__file__).parents[2]
FORM = json.loads((ROOT / "source_pinterest/spec.json").read_text(encoding="utf-8"))["connectionSpecification"]
WINDOWS = ("click_window_days", "engagement_window_days", "view_window_days")

OLDER = [
    pytest.param(config(account_id=549761668032), config(account_id="549761668032"), id="account-number"),
    pytest.param(
        config(account_ids=[549761668032, "12"], exclude_account_ids=[13]),
        config(account_ids=["549761668032", "12"], exclude_account_ids=["13"]),
        id="account-numbers",
    ),
    pytest.param(signed_in_with(**{**OAUTH, "client_id": 1234567}), config(), id="client-number"),
    pytest.param({"client_id": 1234567, "client_secret": 8}, {"client_id": "1234567", "client_secret": "8"}, id="flat"),
    *(
        pytest.param(reporting(report(), report(**{key: older})), reporting(report(), report(**newer)), id=f"{key}-{n}")
        for key in WINDOWS
        for n, (older, newer) in enumerate([([30], {key: 30}), ([0], {key: 0}), ([], {}), (None, {})])
    ),
]


@pytest.mark.parametrize(("older", "newer"), OLDER)
def test_an_older_config_becomes_one_of_today(older: dict[str, Any], newer: dict[str, Any]) -> None:
    before = json.dumps(older)

    assert in_current_form(older) == newer
    jsonschema.validate(newer, FORM)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(older, FORM)
    assert json.dumps(older) == before


@pytest.mark.parametrize(
    "raw",
    [
        {},
        config(account_id="549761668032", custom_reports=[report(view_window_days=7)], unknown={"account_id": 1}),
        config(account_id=None, account_ids=None, custom_reports=None),
        config(account_id=True, account_ids=[False, 1.5], custom_reports=["Weekly", None, {}]),
        config(account_ids=7, custom_reports={"view_window_days": [30]}),
        reporting(report(view_window_days=[1, 7]), report(view_window_days="30")),
        {"credentials": "false-access-token"},
    ],
)
def test_everything_else_stays_as_it_is(raw: dict[str, Any]) -> None:
    assert in_current_form(raw) == raw

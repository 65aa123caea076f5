"""`make live` answers each question as Pinterest behaves, tried on variants of the local one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from integration_tests.simulator import Fault, FaultKind, HeaderStyle, Rotation
from integration_tests.simulator.access.no_access import NoAccess
from integration_tests.simulator.faults.script import DOWNLOAD
from integration_tests.support.looks import looked_at, small_account
from integration_tests.support.pinterest import Simulator
from integration_tests.tools.live.questions import ANSWERED
from integration_tests.tools.live.quota_headers import ABSENT, LISTS, NAMELESS, NAMES, PLAIN, RECORDED

ALL = "all calls"
BY_ID, NESTED = "an object of lists by ID", "begins with {, another shape"


@dataclass(frozen=True)
class Variant:
    """A Pinterest, and what has to be seen of it.

    Attributes:
        seen: a part of what is seen of each question.
        settings: of the simulator.
        sizes: of its world.
        file: what becomes of each report.
    """

    seen: Mapping[str, Mapping[str, Any]]
    settings: Mapping[str, Any] = field(default_factory=dict)
    sizes: Mapping[str, Any] = field(default_factory=dict)
    file: Callable[[Any, Any], Any] | None = None


VARIANTS: Mapping[str, Variant] = {
    "as recorded": Variant(
        {
            "rate_limit_headers": {"forms": {RECORDED: ALL}, "read_by_the_connector": True},
            "report_columns": {"KEYWORD": "taken", "CAMPAIGN_TARGETING": "taken"},
            "report_file": {"files": [BY_ID], "hosts": ["elsewhere"]},
            "report_grain": {
                level: {"finer_than_one_entity_a_day": False, "rows_that_repeat_an_entity_and_day": 0}
                for level in ("KEYWORD", "PRODUCT_GROUP", "PRODUCT_ITEM")
            },
            "keyword_targeting": {"columns": ["TARGETING_TYPE", "TARGETING_VALUE"]},
            "product_item_ids": {"column_PRODUCT_ITEM_ID": False},
            "hourly_rows": {"column_HOUR": False},
            "reach_columns": {"call": "taken"},
            "column_types": {"columns": {"integer or string": ["ADVERTISER_ID", "AD_ACCOUNT_ID", "CAMPAIGN_ID"]}},
            "commas": {"ids": 2, "call": "taken"},
            "keyword_batches": {"call": "HTTP 401, code 3"},
            "several_pins": {"call": "HTTP 401, code 3"},
            "video_metrics": {"call": "taken", "refused_by_name": []},
            "protected_pins": {"call": "taken"},
            "boards_of_owner": {"boards_of_the_owner": 2, "boards_of_the_user": 2},
            "undocumented_columns": {"call": "HTTP 400, code 1"},
            "token_rotation": {"another_refresh_token_came": True},
            "profile_lag": {"newest_day_with_numbers_is_so_many_days_old": 1},
            "own_reports": {"files": [BY_ID]},
        },
        sizes={"active_percent": 100},
    ),
    "betas open, columns that come unasked": Variant(
        {
            "product_item_ids": {"column_PRODUCT_ITEM_ID": True},
            "hourly_rows": {"column_HOUR": True},
            "keyword_batches": {"call": "taken", "ad_groups_shown": 2, "other_parents_shown": 0},
            "several_pins": {"call": "taken"},
        },
        {"open_betas": ["multi_pins/analytics"]},
        {"keyword_batches": "answered", "hour_column": "HOUR", "product_item_column": "PRODUCT_ITEM_ID"},
    ),
    "betas refused, headers without names": Variant(
        {
            "rate_limit_headers": {"forms": {NAMELESS: ALL}},
            "several_pins": {"call": "HTTP 403, code 403"},
            "video_metrics": {"call": "HTTP 400, code 1", "refused_by_name": ["VIDEO_START"]},
            "keyword_batches": {"call": "HTTP 400, code 1"},
            "hourly_rows": {"column_HOUR": False},
            "product_item_ids": {"column_PRODUCT_ITEM_ID": False},
            "report_grain": {"PRODUCT_ITEM": {"finer_than_one_entity_a_day": False, "entity": ["ENTITY_ID"]}},
            "token_rotation": {"another_refresh_token_came": False},
        },
        {
            "header_style": HeaderStyle.NAMELESS,
            "no_access": {"multi_pins/analytics": NoAccess.BETA_CLOSED},
            "refused_names": ("VIDEO_START",),
            "refresh_rotation": Rotation.NONE,
        },
        {"keyword_batches": "rejected"},
    ),
    "a column refused by name, plain headers": Variant(
        {
            "rate_limit_headers": {"forms": {PLAIN: ALL}, "read_by_the_connector": True},
            "report_columns": {"KEYWORD": "taken without CTR", "CAMPAIGN": "taken without CTR"},
            "keyword_batches": {"call": "HTTP 401, code 3"},
            "profile_lag": {"newest_day_with_numbers_is_so_many_days_old": 3},
        },
        {"header_style": HeaderStyle.PLAIN, "refused_names": ("CTR",)},
        {"keyword_batches": "unauthorized", "organic_lag_days": 3},
    ),
    "a column refused without a name, headers in lists": Variant(
        {
            "rate_limit_headers": {"forms": {LISTS: ALL}, "read_by_the_connector": True},
            "report_columns": {"KEYWORD": "HTTP 400, code 1", "CAMPAIGN": "HTTP 400, code 1"},
            "keyword_batches": {"call": "HTTP 403, code 29"},
        },
        {"header_style": HeaderStyle.LIST, "refused_names": ("CTR",), "names_the_refused": False},
        {"keyword_batches": "refused"},
    ),
    "no headers, empty reports": Variant(
        {
            "rate_limit_headers": {"forms": {ABSENT: ALL}, "quotas": []},
            "empty_report": {"files": ["{}"], "stated_sizes": ["2"]},
            "keyword_batches": {"ad_groups_shown": 0, "other_parents_shown": 1},
        },
        {"header_style": HeaderStyle.ABSENT},
        {"keyword_batches": "ignored", "keywords": 0, "negative_keywords": 1, "product_groups": 0},
    ),
    "empty lists for empty reports": Variant(
        {"empty_report": {"files": ["[]"], "stated_sizes": ["2"]}}, sizes={"empty_report": "[]", "keywords": 0}
    ),
    "trial access, rows of each ad": Variant(
        {
            "daily_quota": {"quotas_of_an_hour_or_more": ["safety_net_app_id_user_id: 1000 in 86,400 s"]},
            "keyword_batches": {"ad_groups_shown": 1, "other_parents_shown": 0},
            "report_grain": {
                "KEYWORD": {
                    "finer_than_one_entity_a_day": True,
                    "told_apart_by": ["AD_GROUP_ID", "TARGETING_TYPE", "TARGETING_VALUE", "DATE", "AD_ID"],
                },
                "PRODUCT_GROUP": {"finer_than_one_entity_a_day": True},
            },
            "token_rotation": {"another_refresh_token_came": True},
            "own_reports": {"files": ["another shape, not JSON"]},
        },
        {"profile": "trial", "refresh_rotation": Rotation.REVOKE},
        {"keyword_batches": "last_one", "report_grain": "ad", "ads": 4, "own_report_form": "csv"},
    ),
    "standard access, rows that nothing tells apart": Variant(
        {
            "daily_quota": {"quotas_of_an_hour_or_more": []},
            "report_grain": {"PRODUCT_GROUP": {"finer_than_one_entity_a_day": True, "told_apart_by": None}},
            "column_types": {"columns": {"integer or string": None}},
            "own_reports": {"files": ["a list"]},
        },
        {"profile": "standard"},
        {"numeric_ids": False, "report_grain": "ad", "report_ids": "none", "ads": 4, "own_report_form": "list"},
    ),
    "long addresses refused, keywords without targeting": Variant(
        {
            "long_addresses": {"refused_with": "HTTP 400, not JSON"},
            "keyword_targeting": {"columns": []},
            "report_grain": {"KEYWORD": {"entity": ["AD_GROUP_ID", "ENTITY_ID"], "finer_than_one_entity_a_day": False}},
            "own_reports": {"files": ["begins with {, another shape"]},
        },
        {"max_url_length": 4_500, "long_url_status": 400},
        {"keyword_targeting": False, "own_report_form": "cells"},
    ),
    "files of another shape, a call throttled": Variant(
        {
            "report_file": {"files": [NESTED]},
            "throttled_call": {"code": 8, "headers": list(NAMES), "is_json": True},
            "rate_limit_headers": {"forms": {PLAIN: 1}},
        },
        {"faults": [Fault(FaultKind.RATE_LIMITED, on="campaigns/list", seconds=20)]},
        file=lambda _entry, file: {"report": file},
    ),
    "columns of reach refused, each day with a row": Variant(
        {
            "reach_columns": {"call": "HTTP 400, code 1", "refused_by_name": ["TOTAL_IMPRESSION_USER"]},
            "idle_days": {"campaigns": 2, "days": 14, "rows": 4},
        },
        {"refused_names": ("TOTAL_IMPRESSION_USER",)},
        {"full_rows": True, "active_percent": 100},
    ),
}


@pytest.mark.parametrize("name", VARIANTS)
def test_the_right_answer_is_seen(name: str, tmp_path: Path) -> None:
    variant = VARIANTS[name]
    with Simulator(small_account(**variant.sizes), **variant.settings) as sim:
        if variant.file:
            sim.alter(DOWNLOAD, variant.file)
        report = looked_at(sim, tmp_path)
    questions, made = report["questions"], report["calls"]["made"]
    forms = questions["rate_limit_headers"]["seen"]["forms"]
    forms |= {form: ALL for form, calls in forms.items() if calls == made}
    for question, expected in variant.seen.items():
        assert questions[question]["state"] == ANSWERED
        assert part_of(questions[question]["seen"], expected) == expected


def part_of(seen: Any, like: Any) -> Any:
    """What was seen, where something is expected of it."""
    if isinstance(seen, Mapping) and isinstance(like, Mapping):
        return {name: part_of(seen.get(name), part) for name, part in like.items()}
    return seen

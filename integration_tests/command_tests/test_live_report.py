"""The report of `make live` holds nothing of the account's, and each stream once."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from integration_tests.command_tests.looks_said import FIRST_LEVELS, NAMES, SPLITS
from integration_tests.simulator.faults.script import DOWNLOAD
from integration_tests.support.looks import looked_at, small_account
from integration_tests.support.pinterest import Simulator
from integration_tests.support.processes import ROOT
from integration_tests.support.secrets import assert_no_secret_in
from integration_tests.support.truth import REPORT_KEYS
from integration_tests.tools.live import calls
from integration_tests.tools.live.questions import QUESTIONS
from integration_tests.tools.live.table import tables_of

CANARY = "canary"
FOREIGN_KEYS = {
    "ADE_CANARY_SALE": 1,
    "Jane Canary": "jane@canary.example",
    "canary-with-a-dash": None,
    "canary_81234567": 5,
    "CANARY_81234567": 5,
    "jane.doe@canary.example": 5,
    "https://canary.example/a.b": 5,
}
"""Keys that are an advertiser's own, or hold an id."""
IDS = re.compile(r"\d{5}")
TOLD = re.compile(r"[A-Z][A-Z_0-9]*|[a-z_]+")
"""What may be one of Pinterest's words, such as a status, or one of ours."""


def with_canaries(_entry: Any, value: Any) -> Any:
    """The answer with a foreign key in each object and a foreign text in each new field."""
    if isinstance(value, list):
        return [with_canaries(_entry, part) for part in value]
    if not isinstance(value, dict):
        return value
    return {name: with_canaries(_entry, part) for name, part in value.items()} | FOREIGN_KEYS | {"new_field": CANARY}


def in_rows(_entry: Any, file: Any) -> Any:
    """A report whose rows alone have foreign keys."""
    return {entity: with_canaries(_entry, rows) for entity, rows in file.items()}


def texts_in(value: Any) -> Iterator[str]:
    """The texts of an answer."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for part in value:
            yield from texts_in(part)
    elif isinstance(value, str):
        yield value


def test_nothing_of_the_account_is_told(tmp_path: Path) -> None:
    """Not one text or number of an answer stands in the report, unless it is one of Pinterest's own words."""
    answers: list[Any] = []

    def kept(_entry: Any, value: Any) -> Any:
        answers.append(value)
        return value

    with Simulator(small_account()) as sim:
        for operation in {
            *("ad_accounts/list", "campaigns/list", "ad_groups/list", "ads/list", "boards/list", "pins/list"),
            *("keywords/get", "campaigns/analytics", "user_account/get", "user_account/analytics", "audiences/list"),
            *("catalogs/list", "feeds/list", "multi_pins/analytics", "campaign_targeting_analytics/get"),
            *("country_keywords_metrics/get", "items_issues/list", "reports/stats", "audience_insights/get"),
            *("get/business_employers", "get/business_members", "followers/list", "billing_invoices/get"),
            *("trending_keywords/list", "targeting_options/get", "labels/list"),
        }:
            sim.alter(operation, with_canaries)
            sim.alter(operation, kept)
        sim.alter(DOWNLOAD, in_rows)
        sim.alter(DOWNLOAD, kept)
        report = looked_at(sim, tmp_path)
        secrets = sim.secrets
    told = json.dumps(report) + tables_of(report)
    assert len(answers) > 20
    assert_no_secret_in(told, secrets)
    assert CANARY not in told.lower()
    assert IDS.findall(told) == []
    assert "://" not in told
    personal = {text for answer in answers for text in texts_in(answer) if len(text) > 4 and not TOLD.fullmatch(text)}
    assert len(personal) > 100
    assert [text for text in personal if text in told] == []
    assert report["streams"]["campaigns"]["fields_not_named_here"] >= len(FOREIGN_KEYS)
    assert report["streams"]["campaigns"]["fields_the_schema_lacks"]["new_field"] == ["string"]
    assert report["reports"]["keyword_report"]["columns_not_named_here"] == len(FOREIGN_KEYS)


OF_BUSINESSES = ("business_assets", "business_members", "business_partners")


def test_each_stream_and_each_level_is_asked_once_and_fits_its_schema(tmp_path: Path) -> None:
    with Simulator(small_account()) as sim:
        report = looked_at(sim, tmp_path)
    assert report["not_reached"] == []
    assert {*report["streams"], *report["reports"]} - {"hourly"} == NAMES
    assert {name for name, told in report["streams"].items() if told["call"] != "taken"} == set()
    assert {name for name, told in report["reports"].items() if told["ended"] != "FINISHED"} == set()
    told = {**report["streams"], **report["reports"]}
    assert {name for name in NAMES if told[name].get("fits_the_schema") is not True} == set()


def test_where_calls_are_short_each_operation_comes_before_more_of_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls, "MOST_CALLS", 100)
    with Simulator(small_account()) as sim:
        report = looked_at(sim, tmp_path)
    left = set(report["not_reached"])
    assert left
    assert left <= {*SPLITS, *(REPORT_KEYS.keys() - FIRST_LEVELS)}
    assert {*report["streams"], *report["reports"]} - {"hourly"} == NAMES - left


def test_a_stream_without_a_parent_says_of_which(tmp_path: Path) -> None:
    nothing = {"keywords": 0, "negative_keywords": 0, "catalogs": 0, "employers": 0, "trends": 0}
    with Simulator(small_account(**nothing)) as sim:
        streams = looked_at(sim, tmp_path)["streams"]
    assert {name: told["call"] for name, told in streams.items() if told["call"] != "taken"} == {
        "keyword_metrics": "not made: no keywords",
        "catalogs_distribution_stats": "not made: no catalogs",
        "catalogs_feed_processing_results": "not made: no catalogs_feeds",
        "catalogs_feed_ingestion_stats": "not made: no catalogs_feeds",
        "catalogs_feed_item_issues": "not made: no catalogs_feed_processing_results",
        "catalogs_product_groups": "HTTP 409, code 4182",
        "catalogs_product_group_counts": "not made: no catalogs_product_groups",
        "catalogs_product_group_products": "not made: no catalogs_product_groups",
        **dict.fromkeys(OF_BUSINESSES, "not made: no business_employers"),
    }


def test_issues_are_asked_of_a_catalog_that_has_their_numbers(tmp_path: Path) -> None:
    def alter(_entry: Any, page: Any) -> Any:
        first, *others = page["items"]
        return {**page, "items": [{**first, "catalog_type": "CREATIVE_ASSETS"}, *others]}

    with Simulator(small_account(catalogs=2)) as sim:
        sim.alter("catalogs/list", alter)
        sim.alter("feeds/list", lambda _entry, page: {**page, "items": page["items"][:1]})
        sim.alter("feeds/list", alter)
        streams = looked_at(sim, tmp_path)["streams"]
        [asked] = [entry for entry in sim.log if entry.operation_id == "reports/stats"]
    assert "DISTRIBUTION_ISSUES" in str(asked.query)
    assert streams["catalogs_distribution_stats"]["call"] == "taken"
    assert streams["catalogs_feed_ingestion_stats"]["call"] == "not made: no catalogs_feeds of products or hotels"


def test_an_item_without_an_id_is_the_one_that_its_row_is_filed_under(tmp_path: Path) -> None:
    with Simulator(small_account(product_item_column="")) as sim:
        report = looked_at(sim, tmp_path)["reports"]["product_item_report"]
    assert report["rows"] > 1
    assert report["keys"]["rows_that_repeat_it"] == 0


def test_a_field_of_another_type_is_told(tmp_path: Path) -> None:
    def alter(_entry: Any, page: Any) -> Any:
        return {**page, "items": [{**item, "name": ["a"], "is_new": True} for item in page["items"]]}

    with Simulator(small_account()) as sim:
        sim.alter("campaigns/list", alter)
        report = looked_at(sim, tmp_path)
    campaigns = report["streams"]["campaigns"]
    assert campaigns["fields_of_another_type"] == {"name": ["array"]}
    assert campaigns["fits_the_schema"] is False
    [told] = [line for line in tables_of(report).splitlines() if line.startswith("│ campaigns ")]
    assert "call: taken; records: 2; fits the schema: no" in told
    assert campaigns["fields_the_schema_lacks"]["is_new"] == ["boolean"]


def test_page_and_report_have_the_same_questions() -> None:
    """In the same words, and each with a sentence on what happens in either case."""
    page = (ROOT / "docs" / "known-unknowns.md").read_text(encoding="utf-8").partition("\n## Open\n")[2]
    headings = re.findall(r"^### (\w+): (.+)$", page, flags=re.MULTILINE)
    assert headings == [(question.name, question.title) for question in QUESTIONS]
    not_asked = {question.name for question in QUESTIONS if question.answer is None}
    texts = dict(re.findall(r"^### (\w+):.*\n\n((?:.+\n)+)", page, flags=re.MULTILINE))
    assert set(texts) == {question.name for question in QUESTIONS}
    assert {name for name, text in texts.items() if "`make live` does not ask" in text} == not_asked


@pytest.mark.parametrize("document", ["Makefile", "CONTRIBUTING.md", "docs/known-unknowns.md"])
def test_documents_name_the_number_of_calls(document: str) -> None:
    told = re.findall(r"in at most (\d+) calls", (ROOT / document).read_text(encoding="utf-8"))
    assert told == [str(calls.MOST_CALLS)]

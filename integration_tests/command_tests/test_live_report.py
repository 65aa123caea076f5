"""Does the report of `make live` hold nothing of the account's? And how does a look end that can't go on?"""

import json
import re
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from integration_tests.live import calls
from integration_tests.live.__main__ import main
from integration_tests.live.questions import ANSWERED, NOT_REACHED, NOT_SEEN, QUESTIONS
from integration_tests.live.quota_headers import RECORDED
from integration_tests.live.reports import FIRST_PAUSE_SECONDS, PATIENCE_SECONDS
from integration_tests.live.table import tables_of
from integration_tests.simulator import Fault, FaultKind, Rotation
from integration_tests.simulator.access.no_access import NoAccess
from integration_tests.simulator.faults.script import DOWNLOAD
from integration_tests.support.looks import assert_modest, looked_at, small_account
from integration_tests.support.pinterest import Simulator
from integration_tests.support.secrets import assert_no_secret_in
from integration_tests.support.syncs import ROOT, clean_environment
from integration_tests.support.truth import OWN_REPORT_KEYS, REPORT_KEYS
from source_pinterest.streams import STREAMS

NO_TOKEN = "Pinterest can't be reached for a token: check the network, and try again later."
CANARY = "canary"
FOREIGN_KEYS = {
    "ADE_CANARY_SALE": 1,
    "Jane Canary": "jane@canary.example",
    "canary-with-a-dash": None,
    "canary_81234567": 5,
    "CANARY_81234567": 5,
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


def state_of(report: Mapping[str, Any], question: str) -> tuple[str, str]:
    told = report["questions"][question]
    return told["state"], told["means"]


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


NAMES = {stream.stream_name() for stream in STREAMS}
SPLITS = {name for name in NAMES if name.startswith("user_account_analytics_by_")}
OF_BUSINESSES = ("business_assets", "business_members", "business_partners")
FIRST_LEVELS = {
    *("keyword_report", "product_group_report", "product_item_report"),
    *("campaign_analytics_report", "campaign_targeting_report"),
}


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


def test_a_stream_that_is_refused_is_told(tmp_path: Path) -> None:
    refused = {"campaigns/list": NoAccess.RESTRICTED}
    with Simulator(small_account(), no_access=refused) as sim:
        report = looked_at(sim, tmp_path)
    assert report["streams"]["campaigns"]["call"] == "HTTP 401, code 3"
    assert report["streams"]["boards"]["call"] == "taken"
    assert state_of(report, "commas") == (NOT_SEEN, "The account has no campaigns.")


def test_an_account_without_ads_has_organic_answers(tmp_path: Path) -> None:
    with Simulator(small_account(ad_accounts=0)) as sim:
        report = looked_at(sim, tmp_path)
    assert state_of(report, "report_grain") == (NOT_SEEN, "The account has no ad_accounts.")
    assert report["questions"]["profile_lag"]["state"] == ANSWERED
    assert report["streams"]["user_account_analytics_by_source"]["call"] == "taken"
    assert report["not_reached"] == []


def test_a_quota_that_is_used_up_leaves_what_was_seen(tmp_path: Path) -> None:
    with Simulator(small_account(), profile="trial", daily_share=0.02) as sim:
        report = looked_at(sim, tmp_path)
    assert report["stopped_because"] == "Pinterest allows no more calls for now"
    assert report["questions"]["throttled_call"]["seen"]["code"] == 8
    assert report["questions"]["rate_limit_headers"]["seen"]["forms"] == {RECORDED: report["calls"]["made"]}
    assert state_of(report, "profile_lag") == (NOT_REACHED, "Pinterest allows no more calls for now.")
    assert "pins" in report["not_reached"]
    assert report["streams"]["campaigns"]["records"] == 2


def test_reports_that_take_their_time_are_waited_for(tmp_path: Path) -> None:
    with Simulator(small_account(), report_seconds=100) as sim:
        report = looked_at(sim, tmp_path)
    assert {told["ended"] for told in report["reports"].values()} == {"FINISHED"}
    assert set(report["not_reached"]) <= {*SPLITS, *(REPORT_KEYS.keys() - FIRST_LEVELS)}


def test_whoever_interrupts_has_what_was_seen(tmp_path: Path) -> None:
    def interrupted(_seconds: float) -> None:
        raise KeyboardInterrupt

    with Simulator(small_account(), report_seconds=100) as sim:
        report = looked_at(sim, tmp_path, sleep=interrupted)
    assert report["stopped_because"] == "Interrupted"
    assert report["streams"]["pins"]["call"] == "taken"


def test_reports_that_never_come_are_told(tmp_path: Path) -> None:
    waited: list[float] = []

    def wait(seconds: float) -> None:
        waited.append(seconds)
        sim.advance(seconds)

    with Simulator(small_account(), report_seconds=100_000) as sim:
        report = looked_at(sim, tmp_path, sleep=wait)
    assert 600 < sum(seconds for seconds in waited if seconds >= FIRST_PAUSE_SECONDS) <= PATIENCE_SECONDS
    assert {*report["streams"]} >= NAMES - {*REPORT_KEYS, *OWN_REPORT_KEYS, *SPLITS}
    assert "FINISHED" not in {told["ended"] for told in report["reports"].values()}
    assert state_of(report, "report_grain") == (NOT_REACHED, "The report was not ready in time.")


def test_what_passes_is_asked_once_more(tmp_path: Path) -> None:
    faults = [
        Fault(FaultKind.TRANSIENT_400, on="campaigns/list"),
        Fault(FaultKind.UNAVAILABLE, on="pins/list"),
        Fault(FaultKind.TOKEN_EXPIRED, on="ads/list"),
    ]
    with Simulator(small_account(), faults=faults) as sim:
        streams = looked_at(sim, tmp_path)["streams"]
    assert {streams[name]["call"] for name in ("campaigns", "pins", "ads")} == {"taken"}


def test_a_body_that_is_no_json_is_told(tmp_path: Path) -> None:
    with Simulator(small_account(), faults=[Fault(FaultKind.MALFORMED_JSON, on="boards/list", times=None)]) as sim:
        report = looked_at(sim, tmp_path)
    assert report["streams"]["boards"]["call"] == "HTTP 200, not JSON"
    assert report["streams"]["pins"]["call"] == "taken"


def test_a_call_that_nobody_answers_costs_itself(tmp_path: Path) -> None:
    faults = [Fault(FaultKind.RESET_BEFORE_BODY, on="boards/list", times=None)]
    with Simulator(small_account(), faults=faults) as sim:
        streams = looked_at(sim, tmp_path)["streams"]
    assert streams["boards"]["call"] == "no answer"
    assert streams["pins"]["call"] == "taken"


def test_an_answer_in_a_shape_that_nobody_foresaw_costs_itself(tmp_path: Path) -> None:
    def alter(_entry: Any, answer: Any) -> Any:
        return {"all": {"daily_metrics": [{**day, "date": "soon"} for day in answer["all"]["daily_metrics"]]}}

    with Simulator(small_account()) as sim:
        sim.alter("user_account/analytics", alter)
        sim.alter("boards/list", lambda _entry, _page: {"boards": []})
        report = looked_at(sim, tmp_path)
    shape = {name for name, told in report["streams"].items() if "answer" in told}
    assert shape == {"user_account_analytics", "boards"}
    assert report["streams"]["pins"]["call"] == "taken"


@pytest.fixture
def report_path(tmp_path: Path) -> Path:
    return tmp_path / "live-report.json"


def test_the_command_prints_what_it_writes(tmp_path: Path, report_path: Path) -> None:
    """In tables that fit into a terminal; a rotated token is in the config file by then."""
    path = tmp_path / "config.json"
    with Simulator(small_account(), profile="ample", refresh_rotation=Rotation.REVOKE, report_seconds=0) as sim:
        path.write_text(json.dumps(sim.config()), encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "-m", "integration_tests.live", str(path), str(report_path)],
            cwd=ROOT,
            env=clean_environment(sim.url),
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert_modest(sim)
        assert json.loads(path.read_text(encoding="utf-8")) == sim.config()
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert max(map(len, lines)) <= 100
    assert "attach it to an issue" in done.stdout
    questions = json.loads(report_path.read_text(encoding="utf-8"))["questions"]
    shown = [line for line in lines if line.startswith("│")]
    assert {name for name in questions if not any(line.startswith(f"│ {name} ") for line in shown)} == set()


def ends_with(path: Path, report_path: Path) -> str:
    """The sentence with which the command ends, and the exit code 1."""
    with pytest.raises(SystemExit) as ended:
        main(path, report_path, lambda _: None)
    assert not report_path.exists()
    return str(ended.value.code)


def test_without_a_config_it_says_what_it_needs(tmp_path: Path, report_path: Path) -> None:
    path = tmp_path / "config.json"
    assert (
        ends_with(path, report_path)
        == f"make live needs {path}: a connector config with credentials of a Pinterest account."
    )


def test_a_token_that_is_refused_is_told(tmp_path: Path, report_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "config.json"
    sentence = (
        f"Pinterest does not take the token in {path}: get another one with python -m source_pinterest.authorize, "
        "and put it there."
    )
    with Simulator(small_account()) as sim:
        monkeypatch.setenv("PINTEREST_API_URL", sim.url)
        path.write_text(json.dumps({"credentials": {"auth_method": "access_token", "access_token": "false"}}))
        assert ends_with(path, report_path) == sentence
        config = sim.config()
        config["credentials"]["refresh_token"] = "false"
        path.write_text(json.dumps(config), encoding="utf-8")
        assert ends_with(path, report_path) == sentence


def test_a_token_costs_a_call_at_most_twice(tmp_path: Path, report_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "config.json"
    for kind in (FaultKind.RATE_LIMITED, FaultKind.UNAVAILABLE):
        with Simulator(small_account(), faults=[Fault(kind, on="oauth/token", times=None)]) as sim:
            monkeypatch.setenv("PINTEREST_API_URL", sim.url)
            path.write_text(json.dumps(sim.config()), encoding="utf-8")
            assert ends_with(path, report_path) == NO_TOKEN
            assert len(sim.log) == 1


@pytest.mark.parametrize(
    ("how", "sentence"),
    [("refresh_token", NO_TOKEN), ("access_token", "Pinterest can't be reached: check the network.")],
)
def test_without_a_network_it_says_so(
    how: str, sentence: str, tmp_path: Path, report_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "config.json"
    with Simulator(small_account()) as sim:
        config = sim.config() if how == "refresh_token" else sim.access_token_config()
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        monkeypatch.setenv("PINTEREST_API_URL", f"http://127.0.0.1:{unused.getsockname()[1]}/v5")
        path.write_text(json.dumps(config), encoding="utf-8")
        assert ends_with(path, report_path) == sentence


def test_page_and_report_have_the_same_questions() -> None:
    """In the same words, and each with a sentence on what happens in either case."""
    page = (ROOT / "docs" / "known-unknowns.md").read_text(encoding="utf-8").partition("\n## Open\n")[2]
    headings = re.findall(r"^### (\w+): (.+)$", page, flags=re.MULTILINE)
    assert headings == [(question.name, question.title) for question in QUESTIONS]
    not_asked = {question.name for question in QUESTIONS if question.answer is None}
    texts = dict(re.findall(r"^### (\w+):.*\n\n((?:.+\n)+)", page, flags=re.MULTILINE))
    assert set(texts) == {question.name for question in QUESTIONS}
    assert {name for name, text in texts.items() if "`make live` does not ask" in text} == not_asked


@pytest.mark.parametrize("document", ["Makefile", "CHANGELOG.md", "CONTRIBUTING.md", "docs/known-unknowns.md"])
def test_documents_name_the_number_of_calls(document: str) -> None:
    told = re.findall(r"in at most (\d+) calls", (ROOT / document).read_text(encoding="utf-8"))
    assert told == [str(calls.MOST_CALLS)]

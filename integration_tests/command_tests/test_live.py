"""`make live` answers each question as Pinterest behaves, tells nothing of the account, and ends with what was seen."""

import json
import re
import socket
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import requests_mock

from integration_tests.simulator import Fault, FaultKind, HeaderStyle, Rotation
from integration_tests.simulator.access.no_access import NoAccess
from integration_tests.simulator.faults.script import DOWNLOAD
from integration_tests.support.looks import assert_modest, looked_at, small_account
from integration_tests.support.pinterest import Simulator
from integration_tests.support.processes import ROOT, clean_environment, run_to_its_end
from integration_tests.support.secrets import assert_no_secret_in
from integration_tests.support.truth import OWN_REPORT_KEYS, REPORT_KEYS
from integration_tests.tools.live import calls
from integration_tests.tools.live.calls import Calls
from integration_tests.tools.live.pages import Pages
from integration_tests.tools.live.questions import ANSWERED, NOT_REACHED, NOT_SEEN, QUESTIONS
from integration_tests.tools.live.quota_headers import ABSENT, NAMELESS, NAMES, PLAIN, RECORDED
from integration_tests.tools.live.report import tables_of
from integration_tests.tools.live.reports import FIRST_PAUSE_SECONDS, PATIENCE_SECONDS
from integration_tests.tools.live.run import written
from integration_tests.tools.live.seen import Seen
from source_pinterest.api import BASE_URL_VARIABLE, Api
from source_pinterest.config import Config
from source_pinterest.streams import STREAMS
from source_pinterest.streams.base.listing import Listed
from source_pinterest.streams.base.stream import Sync
from source_pinterest.streams.organic.boards import Boards

ALL = "all calls"
BY_ID, NESTED = "an object of lists by ID", "begins with {, another shape"
STREAM_NAMES = {stream.stream_name() for stream in STREAMS}
SPLITS = {name for name in STREAM_NAMES if name.startswith("user_account_analytics_by_")}


def state_of(report: Mapping[str, Any], question: str) -> tuple[str, str]:
    told = report["questions"][question]
    return told["state"], told["means"]


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


TEXTS = ("AD_ACCOUNT_ID", "CAMPAIGN_ENTITY_STATUS", "CAMPAIGN_ID", "CAMPAIGN_NAME")
"""Columns of campaigns that are texts in rows as they were recorded; ADVERTISER_ID is a number."""

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
            "column_types": {
                "columns": {
                    "string": ["AD_ACCOUNT_ID", "CAMPAIGN_ENTITY_STATUS", "CAMPAIGN_ID", "CAMPAIGN_NAME", "DATE"]
                }
            },
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
    "no headers, empty reports": Variant(
        {
            "rate_limit_headers": {"forms": {ABSENT: ALL}, "quotas": []},
            "empty_report": {"files": ["{}"], "stated_sizes": ["2"]},
            "keyword_batches": {"ad_groups_shown": 0, "other_parents_shown": 1},
        },
        {"header_style": HeaderStyle.ABSENT},
        {"keyword_batches": "ignored", "keywords": 0, "negative_keywords": 1, "product_groups": 0},
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
    "files of another shape, a call throttled": Variant(
        {
            "report_file": {"files": [NESTED]},
            "throttled_call": {"code": 8, "headers": list(NAMES), "is_json": True},
            "rate_limit_headers": {"forms": {PLAIN: 1}},
        },
        {"faults": [Fault(FaultKind.RATE_LIMITED, on="campaigns/list", seconds=20)]},
        file=lambda _entry, file: {"report": file},
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


# ---- What the report holds


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


def test_each_stream_and_each_level_is_asked_once_and_fits_its_schema(tmp_path: Path) -> None:
    with Simulator(small_account()) as sim:
        report = looked_at(sim, tmp_path)
    assert report["not_reached"] == []
    assert {*report["streams"], *report["reports"]} - {"hourly"} == STREAM_NAMES
    assert {name for name, told in report["streams"].items() if told["call"] != "taken"} == set()
    assert {name for name, told in report["reports"].items() if told["ended"] != "FINISHED"} == set()
    told = {**report["streams"], **report["reports"]}
    assert {name for name in STREAM_NAMES if told[name].get("fits_the_schema") is not True} == set()


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
        **dict.fromkeys(
            ("business_assets", "business_members", "business_partners"), "not made: no business_employers"
        ),
    }


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
    for document in ("Makefile", "CONTRIBUTING.md", "docs/known-unknowns.md"):
        told = re.findall(r"in at\s+most (\d+) calls", (ROOT / document).read_text(encoding="utf-8"))
        assert told == [str(calls.MOST_CALLS)], document


# ---- How a look ends


def test_what_is_refused_broken_or_passes_costs_its_own_question(tmp_path: Path) -> None:
    faults = [
        Fault(FaultKind.TRANSIENT_400, on="ads/list"),
        Fault(FaultKind.UNAVAILABLE, on="pins/list"),
        Fault(FaultKind.TOKEN_EXPIRED, on="ad_groups/list"),
        Fault(FaultKind.MALFORMED_JSON, on="boards/list", times=None),
        Fault(FaultKind.RESET_BEFORE_BODY, on="audiences/list", times=None),
    ]

    def alter(_entry: Any, answer: Any) -> Any:
        return {"all": {"daily_metrics": [{**day, "date": "soon"} for day in answer["all"]["daily_metrics"]]}}

    with Simulator(small_account(), faults=faults, no_access={"campaigns/list": NoAccess.RESTRICTED}) as sim:
        sim.alter("user_account/analytics", alter)
        report = looked_at(sim, tmp_path)
    streams = report["streams"]
    assert {
        name: streams[name]["call"] for name in ("ads", "pins", "ad_groups", "boards", "audiences", "campaigns")
    } == {
        **dict.fromkeys(("ads", "pins", "ad_groups"), "taken"),
        "boards": "HTTP 200, not JSON",
        "audiences": "no answer",
        "campaigns": "HTTP 401, code 3",
    }
    assert {name for name, told in streams.items() if "answer" in told} == {"user_account_analytics"}
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
    assert {*report["streams"]} >= STREAM_NAMES - {*REPORT_KEYS, *OWN_REPORT_KEYS, *SPLITS}
    assert "FINISHED" not in {told["ended"] for told in report["reports"].values()}
    assert state_of(report, "report_grain") == (NOT_REACHED, "The report was not ready in time.")


class BoardsAtOnce(Boards):
    """Boards of which none is emitted before all are listed."""

    def listing(self, stream_slice: Any) -> Iterator[Listed]:
        yield from list(super().listing(stream_slice))

    def get_json_schema(self) -> Any:
        return {**self.shared.stream(Boards).get_json_schema()}


def test_a_stream_that_goes_on_by_itself_is_stopped_after_one_call(monkeypatch: pytest.MonkeyPatch) -> None:
    with Simulator(small_account(boards=3), page_cap=1) as sim:
        monkeypatch.setenv(BASE_URL_VARIABLE, sim.url)
        config = Config.from_mapping(sim.access_token_config())
        api = Api.connect(config, lambda _: None, lambda: None)
        pages = Pages(Sync(api, config), Calls(api, sim.advance), Seen())
        client = pages.sync.stream(BoardsAtOnce).client
        pages.read_by_itself(BoardsAtOnce, None)
        assert [entry.operation_id for entry in sim.log] == ["boards/list"]
        assert pages.sync.stream(BoardsAtOnce).client is client


@pytest.fixture
def report_path(tmp_path: Path) -> Path:
    return tmp_path / "live-report.json"


def test_the_command_prints_what_it_writes(tmp_path: Path, report_path: Path) -> None:
    """In tables that fit into a terminal; a rotated token is in the config file by then."""
    path = tmp_path / "config.json"
    with Simulator(small_account(), profile="ample", refresh_rotation=Rotation.REVOKE, report_seconds=0) as sim:
        path.write_text(json.dumps(sim.config()), encoding="utf-8")
        done = run_to_its_end(
            ["-m", "integration_tests.tools.live", str(path), str(report_path)], clean_environment(sim.url)
        )
        assert_modest(sim)
        assert json.loads(path.read_text(encoding="utf-8")) == sim.config()
    assert (done.returncode, done.stderr) == (0, b"")
    shown_text = done.stdout.decode()
    lines = shown_text.splitlines()
    assert max(map(len, lines)) <= 100
    assert "attach it to an issue" in shown_text
    questions = json.loads(report_path.read_text(encoding="utf-8"))["questions"]
    shown = [line for line in lines if line.startswith("│")]
    assert {name for name in questions if not any(line.startswith(f"│ {name} ") for line in shown)} == set()


def ends_with(path: Path, report_path: Path) -> str:
    """The sentence with which the command ends, and the exit code 1."""
    with pytest.raises(SystemExit) as ended:
        written(path, report_path, lambda _: None)
    assert not report_path.exists()
    return str(ended.value.code)


NO_TOKEN = "Pinterest can't be reached for a token: check the network, and try again later."


def test_without_a_config_or_a_token_that_works_it_says_what_it_needs(
    tmp_path: Path, report_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "config.json"
    assert ends_with(path, report_path).startswith(f"make live needs {path}: a connector config with credentials")
    with Simulator(small_account(), faults=[Fault(FaultKind.UNAVAILABLE, on="oauth/token")]) as sim:
        monkeypatch.setenv("PINTEREST_API_URL", sim.url)
        path.write_text(json.dumps(sim.config()), encoding="utf-8")
        assert ends_with(path, report_path) == NO_TOKEN
        assert len(sim.log) == 1, "a token costs one call"
        refused = {"credentials": {**sim.config()["credentials"], "refresh_token": "false"}}
        for config in (refused, {"credentials": {"auth_method": "access_token", "access_token": "false"}}):
            path.write_text(json.dumps(config), encoding="utf-8")
            assert ends_with(path, report_path).startswith(f"Pinterest does not take the token in {path}: get another")


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


@pytest.mark.parametrize(
    ("url", "found"),
    [("https://files.example/report", [b"[]"]), ("https://127.0.0.1/report", None), ("http://files.example/", None)],
)
def test_links_to_reports_are_checked_as_in_a_sync(
    url: str, found: list[bytes] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(BASE_URL_VARIABLE, raising=False)
    token = {"auth_method": "access_token", "access_token": "false-access-token"}
    api = Api.connect(Config.from_mapping({"credentials": token}), lambda _: None, lambda: None)
    with requests_mock.Mocker() as mock:
        mock.get(requests_mock.ANY, text="[]")
        assert Calls(api, lambda _: None).file(url, list) == found
    assert mock.called is bool(found)

"""`make live` sees the forms of Pinterest's answers and tells nothing else; `make live-adopt` takes what comes back."""

import json
import logging
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import requests
from requests.structures import CaseInsensitiveDict

from integration_tests import recorded
from integration_tests.recorded import Field, fields_of, written
from integration_tests.simulator import Fault, FaultKind, HeaderStyle, Rotation
from integration_tests.simulator.access.no_access import NoAccess
from integration_tests.support.experiments import account, experiment, not_shown
from integration_tests.support.pinterest import Simulator
from integration_tests.support.processes import ROOT
from integration_tests.support.secrets import assert_no_secret_in
from integration_tests.tools.live import adopt, forms, reports, run
from integration_tests.tools.live.calls import Answer, Calls, StoppedError
from integration_tests.tools.live.look import Look
from integration_tests.tools.live.notes import Notes
from source_pinterest.api import BASE_URL_VARIABLE, Api
from source_pinterest.config import Config
from source_pinterest.streams.base.stream import Sync


@dataclass(frozen=True)
class Seen:
    """What an experiment has to see.

    Attributes:
        experiment: its number.
        rows: some of its rows, each by operation, records, field, type and form, and what was seen.
        sizes: of the world.
        settings: of the simulator.
        alter: changes the responses of operations.
    """

    experiment: int
    rows: Sequence[tuple[str, ...]]
    sizes: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    alter: Mapping[str, Callable[[Any, Any], Any]] = field(default_factory=dict)


def each_row(**changes: Any) -> Callable[[Any, Any], Any]:
    """Change columns of every row of analytics."""
    return lambda _entry, rows: [{**row, **changes} for row in rows]


@pytest.fixture(autouse=True)
def _log_again() -> Iterator[None]:
    """The command logs nothing; what is tested after it does."""
    yield
    logging.disable(logging.NOTSET)


REFUSED, TAKEN = "refused", "taken"
REFRESH = "oauth/token (refresh_token)"
ACCOUNT, CAMPAIGNS, PINS = "ad_account/analytics", "campaigns/analytics", "pins/analytics"
CREATED, POLLED, TARGETED = "analytics/create_report", "analytics/get_report", "campaign_targeting_analytics/get"
OUR_KEY = (
    "key CAMPAIGN_ID, AD_GROUP_ID, AD_ID, PIN_ID, PRODUCT_GROUP_ID, ENTITY_ID, TARGETING_TYPE, TARGETING_VALUE, DATE"
)

MISSING = (
    "Your token does not have sufficient permissions to perform this operation. Please ensure your token is authorized "
    "with the correct set of scopes. Missing: ['billing:read']"
)

SEEN: Mapping[str, Seen] = {
    "permissions": Seen(
        1,
        [
            ("oauth", "redirect", "billing:read", "code", ""),
            (REFRESH, "rows", "refresh_token beside the old one", "another", ""),
            (REFRESH, "", "refresh_token_expires_at", "integer", "epoch seconds"),
            ("check", "", "status", "SUCCEEDED", ""),
            ("billing_profiles/get", "request", "with billing:read", TAKEN, "HTTP 200"),
            ("oauth/token (client_credentials)", "request", "tokens", TAKEN, "HTTP 200"),
            ("oauth/token (client_credentials)", "", "token_type", "string", "", '"bearer"'),
        ],
    ),
    "permissions that are not granted": Seen(
        1,
        [
            ("oauth/token (authorization_code, billing:read)", "", "scope", "string", "granted", '["ads:read"]'),
            (REFRESH, "rows", "refresh_token beside the old one", "absent", ""),
            ("billing_profiles/get", "request", "with billing:read", REFUSED, "HTTP 401, code 3"),
            ("user_account/get", "request", "App Credentials", REFUSED, "HTTP 401, code 3"),
            ("billing_profiles/get", "refusal", "message", "string", "HTTP 401, code 3", json.dumps(MISSING)),
        ],
        settings={"scopes": ("ads:read",), "refresh_rotation": Rotation.NONE},
    ),
    "analytics": Seen(
        2,
        [
            ("ad_groups/analytics", "[]", "CAMPAIGN_ID", "integer", "id"),
            (CAMPAIGNS, "[]", "CAMPAIGN_ID", "string", "id"),
            (CAMPAIGNS, "[]", "DATE", "string", "date"),
            (CAMPAIGNS, "[]", "CTR", "number", "0.5"),
            (CAMPAIGNS, "[]", "AD_ID", "absent", ""),
            (CAMPAIGNS, "rows", "a large request beside its halves", "equal", ""),
            (ACCOUNT, "[]", "AD_ACCOUNT_ID", "string", "id"),
            (ACCOUNT, "rows", "first day of a week", "a Monday", ""),
            (ACCOUNT, "request", "attribution window 7/0/0", TAKEN, "HTTP 200"),
            (ACCOUNT, "request", "attribution window 30/0/0", REFUSED, "HTTP 400, code 1"),
            ("ads/analytics", "request", "ids joined with commas", TAKEN, "HTTP 200"),
            ("any response", "headers", "x-ratelimit-remaining", "string", "n"),
        ],
    ),
    "analytics in other forms": Seen(
        2,
        [
            (CAMPAIGNS, "[]", "CAMPAIGN_ID", "number", "1.0"),
            (CAMPAIGNS, "[]", "DATE", "string", "time without a zone"),
            (CAMPAIGNS, "[]", "IMPRESSION_1", "string", "number as text"),
            (CAMPAIGNS, "[]", "CTR", "number", "1E5"),
            (CAMPAIGNS, "[]", "REPIN_1", "null", ""),
            (ACCOUNT, "[]", "AD_ACCOUNT_ID", "absent", ""),
            (ACCOUNT, "rows", "first day of a week", "a Sunday", ""),
            ("ads/analytics", "request", "column CTR_2", REFUSED, "HTTP 400, code 1"),
            ("ads/analytics", "[]", "CTR", "number", "0.5"),
            ("ad_groups/analytics", "rows", "a day without activity", "has none", ""),
            (ACCOUNT, "rows", "a day without activity", "has a row", ""),
        ],
        settings={"refused_names": ("CTR_2",)},
        alter={
            CAMPAIGNS: each_row(
                CAMPAIGN_ID=626747962992.0, DATE="2026-11-01T00:00:00", IMPRESSION_1="12", CTR=1e-9, REPIN_1=None
            ),
            ACCOUNT: lambda _, rows: [{"DATE": "2026-11-22", "SPEND_IN_DOLLAR": 0} for _ in rows],
            "ad_groups/analytics": lambda _, rows: rows[1:],
        },
    ),
    "pins": Seen(
        3,
        [
            (PINS, "request", "the connector's metrics of a picture", TAKEN, "HTTP 200"),
            (PINS, "request", "video metrics of a video", TAKEN, "HTTP 200"),
            (f"{PINS} (picture)", "all", "daily_metrics[].data_status", "string", "", '"PROCESSING"'),
            (f"{PINS} (picture)", "all", "daily_metrics[].metrics.VIDEO_START", "absent", ""),
            (f"{PINS} (video)", "all", "daily_metrics[].metrics.VIDEO_START", "integer", ""),
            (PINS, "rows", "summary_metrics.IMPRESSION beside the days", "equal", ""),
            (PINS, "request", "a pin that does not exist", REFUSED, "HTTP 404, code 50"),
            ("multi_pins/analytics", "request", "several pins", REFUSED, "HTTP 401, code 3"),
            ("pins/list", "rows", "pin_metrics.90d.impression beside the days", "smaller", ""),
        ],
    ),
    "pins in other forms": Seen(
        3,
        [
            (PINS, "request", "video metrics of a picture", REFUSED, "HTTP 400, code 1"),
            (PINS, "request", "standard metrics of a picture", TAKEN, "HTTP 200"),
            (PINS, "rows", "a pin without data", "days without metrics", ""),
            ("multi_pins/analytics", "*.all.daily_metrics[]", "date", "string", "date"),
        ],
        settings={"refused_names": ("VIDEO_START",), "open_betas": ["multi_pins/analytics"]},
        alter={
            PINS: lambda _, answer: {
                "all": {
                    "daily_metrics": [{**day, "metrics": {}} for day in answer["all"]["daily_metrics"]],
                    "summary_metrics": {},
                }
            }
        },
    ),
    "reports": Seen(
        4,
        [
            (f"{CREATED} (KEYWORD)", "request", "the connector's columns", TAKEN, "HTTP 200"),
            (f"{POLLED} (KEYWORD)", "file", "size beside the bytes that came", "equal", ""),
            (f"{POLLED} (KEYWORD)", "[]", "TARGETING_VALUE", "string", ""),
            (f"{POLLED} (KEYWORD)", "rows", OUR_KEY, "unique", ""),
            (f"{POLLED} (CAMPAIGN, without rows)", "file", "beginning", "object", "{}"),
            (f"{POLLED} (CAMPAIGN)", "url", "host", "another host", ""),
            (f"{POLLED} (CAMPAIGN)", "headers", "Content-Type", "string", "binary/octet-stream"),
            (
                *(f"{POLLED} (CAMPAIGN)", "rows", "statuses, one after another", "array", ""),
                '["IN_PROGRESS", "FINISHED"]',
            ),
            (TARGETED, "", "data", "array", ""),
        ],
        settings={"report_seconds": 8},
    ),
    "reports in other forms": Seen(
        4,
        [
            (f"{CREATED} (CAMPAIGN)", "request", "column CTR_2", REFUSED, "HTTP 400, code 1"),
            (f"{CREATED} (CAMPAIGN)", "request", "the other columns", TAKEN, "HTTP 200"),
            (f"{POLLED} (KEYWORD)", "rows", "key ENTITY_ID, DATE", "repeated", ""),
            (f"{POLLED} (CAMPAIGN, without rows)", "file", "beginning", "array", "[]"),
            (TARGETED, "", "data", "null", ""),
        ],
        sizes={"report_grain": "ad", "ads": 6, "empty_report": "[]"},
        settings={"refused_names": ("CTR_2",)},
        alter={TARGETED: lambda _, answer: {**answer, "data": None}},
    ),
    "files of another form": Seen(
        4,
        [
            (f"{POLLED} (CAMPAIGN)", "rows", "statuses, one after another", "array", "", '["FINISHED"]'),
            (f"{POLLED} (KEYWORD)", "rows", "statuses, one after another", "array", "", '["FAILED"]'),
            (TARGETED, "", "data", "absent", ""),
        ],
        sizes={"report_form": "csv"},
        settings={"faults": [Fault(FaultKind.REPORT_FAILED, level="KEYWORD")], "report_seconds": 0},
        alter={TARGETED: lambda *_: {}},
    ),
    "lists": Seen(
        5,
        [
            ("boards/list", "items[]", "id", "string", "id"),
            ("boards/list", "rows", "bookmark of the last page", "null", ""),
            ("campaigns/list", "request", "a page_size of 250", TAKEN, "HTTP 200"),
            ("boards/list_pins", "request", "a board that does not exist", REFUSED, "HTTP 404, code 40"),
            ("boards/list_pins", "refusal", "message", "string", "HTTP 404, code 40", '"Board not found."'),
            ("campaigns/list", "request", "a foreign ad account", REFUSED, "HTTP 403, code 29"),
            ("no operation", "request", "a path that does not exist", REFUSED, "HTTP 404, code 404"),
            (
                *("any response", "headers", "x-ratelimit-limit", "string"),
                'n, 100;w=1;name="safety_net_app_id_user_id", 1000;w=60;name="ads_read_app_id_user_id"',
            ),
        ],
    ),
    "lists in other forms": Seen(
        5,
        [
            ("boards/list", "rows", "bookmark of the last page", "empty", ""),
            ("ads/list", "rows", "bookmark of an empty page", "text", ""),
            ("campaigns/list", "items[]", "id", "absent", ""),
            ("campaigns/list", "", "bookmark", "null", ""),
            ("audiences/list", "request", "a page_size of 250", REFUSED, "HTTP 401, code 3"),
            ("any response", "headers", "x-ratelimit-limit", "string", "n, 100;w=1, 1000;w=60"),
        ],
        sizes={"ads": 8},
        settings={"header_style": HeaderStyle.NAMELESS, "no_access": {"audiences/list": NoAccess.RESTRICTED}},
        alter={
            "boards/list": lambda _, page: {**page, "bookmark": page["bookmark"] or ""},
            "ads/list": lambda _, page: {**page, "items": []},
            "campaigns/list": lambda _, page: {**page, "items": [{"name": "a"} for _ in page["items"]]},
        },
    ),
}


@pytest.mark.parametrize("name", SEEN)
def test_an_experiment_sees_the_forms(name: str) -> None:
    seen = SEEN[name]
    with Simulator(account(**seen.sizes), **seen.settings) as sim:
        for operation, alteration in seen.alter.items():
            sim.alter(operation, alteration)
        rows = experiment(sim, seen.experiment)
    found = {row[:length] for row in rows for length in (5, 6)}
    assert [row for row in seen.rows if row not in found] == []


# ---- What is told


CANARY = "canary"
FOREIGN: Mapping[str, Any] = {
    "ADE_CANARY_SALE": 81234567,
    "Jane Canary": "jane@canary.example",
    "canary-with-a-dash": None,
    "canary_field": [81234567.5, "https://canary.example/a.b"],
    "81234567": {"canary": CANARY},
}
KEPT = re.compile(r"\d+|[A-Z_]+|image|video|bearer|\d{4}-\d\d-\d\d.*", re.ASCII)
"""Texts that an experiment goes by: ids, constants, days. All others become canaries."""
NEEDED = {"token", "url", "bookmark", "access_token", "refresh_token", "scope", "media_type"}
TOLD = re.compile(
    r"[A-Z][A-Z_0-9]*|[a-z_:]+|[A-Za-z ,':_()\[\].]*(token|scopes|permi|found|exist)[A-Za-z ,':_()\[\].]*"
)
"""What may be one of Pinterest's words, and its known refusals."""


def with_canaries(value: Any, name: str = "") -> Any:
    """Each object has foreign keys, each text that is not needed and each number of a metric is a canary."""
    if isinstance(value, dict):
        return {key: with_canaries(part, key) for key, part in value.items()} | FOREIGN
    if isinstance(value, list):
        return [with_canaries(part, name) for part in value]
    if name == "scope":
        return f"{value} {CANARY}:read"
    if isinstance(value, str) and name not in NEEDED and not KEPT.fullmatch(value):
        return f"{CANARY} {value} 81234567"
    return 81234567.25 if isinstance(value, float) else value


def texts_in(value: Any) -> Iterator[str]:
    """The texts and keys of a response, and its numbers."""
    if isinstance(value, dict):
        yield from value
        value = list(value.values())
    if isinstance(value, list):
        for part in value:
            yield from texts_in(part)
    elif isinstance(value, str) or (isinstance(value, int | float) and not isinstance(value, bool)):
        yield str(value)


@pytest.mark.parametrize("number", run.EXPERIMENTS)
@pytest.mark.parametrize("form", ["entity", "csv"])
def test_nothing_of_the_account_is_told(number: int, form: str, tmp_path: Path) -> None:
    """With a canary in every field, header and file, no text or number of any response stands in the file."""
    came: set[str] = set()

    def alter(answer: Answer) -> Answer:
        limit = answer.headers.get("x-ratelimit-limit", "100")
        headers = CaseInsensitiveDict({name: f"{CANARY} {value}" for name, value in answer.headers.items()})
        headers.update(dict.fromkeys(("x-cdn", "Retry-After", "ETag"), f"{CANARY} 81234567"))
        headers["x-ratelimit-limit"] = f'{limit}, 81234567;w=81234567;name="{CANARY}_81234567"'
        try:
            body = with_canaries(json.loads(answer.body))
        except ValueError:
            lines = answer.body.decode().replace("\n", f",{CANARY},81234567\n")
            return replace(answer, headers=headers, body=f"{CANARY},{lines}".encode())
        came.update(texts_in(body), headers.values())
        return Answer(answer.status, headers, json.dumps(body).encode())

    with Simulator(account(report_form=form), no_access={"audiences/list": NoAccess.RESTRICTED}) as sim:
        text = written(experiment(sim, number, alter))
        assert_no_secret_in(text, sim.secrets)
    (tmp_path / "sent.tsv").write_text(text, encoding="utf-8")
    assert written(adopt.read(tmp_path / "sent.tsv")) == text
    came -= forms.NAMES
    personal = {one for one in came if len(one) > 4 and not TOLD.fullmatch(one)}
    assert len(personal) > 20
    assert CANARY not in text.lower()
    assert "jane" not in text.lower()
    assert re.findall(r"\d{5}", text.replace("86400", "")) == []
    assert "://" not in text
    assert [one for one in personal if one in text] == []


@pytest.mark.parametrize(
    ("body", "beginning"),
    [
        (
            b'{"626747962992":[{"AD_ID":1.50,"DATE":"2026-11-01","Jane":"x"}]}',
            '{"id":[{"AD_ID":0.5,"DATE":"date","text":"text"}]}',
        ),
        (b'[{"CTR":1E5,"IMPRESSION_1":12,"AD_NAME":null,"cut', '[{"CTR":1E5,"IMPRESSION_1":integer,"AD_NAME":null,'),
        (b"Ad ID,Date,Jane\n626747962992,2026-11-01,12.5\n", "Ad ID,Date,text / id,date,number as text"),
        (b"<html><body>Jane", "text"),
        (b"{" + b" " * 300 + b'"CTR":1}', "{"),
    ],
)
def test_the_beginning_of_a_file_is_told_in_forms(body: bytes, beginning: str) -> None:
    assert forms.beginning(body) == beginning


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Pin not found.", "Pin not found."),
        ("Jane's board 626747962992 is not found: Jané", "* board n is not found: *"),
        ("https://jane.example/x?y=1", "*=n"),
        ("Anna Müller 😀😀 (Berlin) is not permitted", "* * (*) is not permitted"),
    ],
)
def test_a_message_is_told_in_known_words(text: str, told: str) -> None:
    assert forms.message(text) == told


# ---- How an experiment begins and ends


def test_an_experiment_asks_first_and_prints_the_whole_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "config.json"
    with Simulator(account(), profile="ample") as sim:
        monkeypatch.setenv("PINTEREST_API_URL", sim.url)
        path.write_text(json.dumps(sim.config()), encoding="utf-8")
        monkeypatch.setattr("builtins.input", lambda _: "no")
        with pytest.raises(SystemExit, match="Nothing was sent"):
            run.main(["5", "--config", str(path)])
        assert sim.log == []
        assert re.search(r"at most 40 requests .* It only reads", capsys.readouterr().out)
        monkeypatch.setattr("builtins.input", lambda _: "yes")
        assert run.main(["5", "--config", str(path)]) == 0
    text = (tmp_path / "live-experiment-5.tsv").read_text(encoding="utf-8")
    before, whole, after = capsys.readouterr().out.partition(text)
    assert whole
    assert [bool(re.search(r"shar|issue|attach", part)) for part in (before, after)] == [False, True]
    assert written(fields_of(text)) == text


def test_the_consent_says_first_that_it_uses_no_token_of_a_connection(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("builtins.input", lambda _: "")
    with pytest.raises(SystemExit, match="Nothing was sent"):
        run.main(["1", "--config", str(tmp_path / "none.json")])
    assert "It uses no connection's token." in capsys.readouterr().out
    with Simulator(account()) as sim:
        rows = experiment(sim, 1)
        used = {dict(entry.headers).get("authorization", "") for entry in sim.log}
        assert rows
        assert not any(sim.config()["credentials"]["refresh_token"] in each for each in used)


def test_no_more_requests_are_sent_than_were_announced() -> None:
    assert max(one.requests for one in run.EXPERIMENTS.values()) <= 40
    calls = Calls("https://api.example/v5", lambda _: Answer(200, {}, b"{}"), Notes(), 2)
    assert [calls.get("boards/list", "boards").status for _ in range(2)] == [200, 200]
    with pytest.raises(StoppedError):
        calls.get("boards/list", "boards")


def test_a_declined_consent_leaves_what_was_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    def decline(url: str) -> None:
        Thread(target=requests.post, args=(url,), kwargs={"data": {"answer": "decline"}, "timeout": 10}).start()

    monkeypatch.setattr("integration_tests.support.experiments.agree", decline)
    with Simulator(account()) as sim:
        rows = experiment(sim, 1)
    told = {row.field: row.seen for row in rows if row[:2] == ("oauth", "redirect") and row.type == "refused"}
    assert set(told) == {"the default permissions", "billing:read"}
    assert all("access_denied" in seen for seen in told.values())
    assert ("oauth/token (client_credentials)", "request", "tokens", TAKEN) in {row[:4] for row in rows}


def test_a_used_up_quota_leaves_what_was_seen() -> None:
    with Simulator(account(), profile="trial", daily_share=0.005) as sim:
        rows = experiment(sim, 5)
    assert ("throttled", "code", "integer", "HTTP 429, code 8") in {row[1:5] for row in rows}
    says = {found.assumption.says: found.against for found in adopt.findings(rows)}
    assert says["HTTP 429 has code 8."] == ()
    assert says["No quota lasts a day."]


@pytest.mark.parametrize(
    ("url", "is_followed"),
    [("https://files.example/report", True), ("https://127.0.0.1/report", False), ("http://files.example/x", False)],
)
def test_links_to_reports_are_checked_as_in_a_sync(
    url: str, is_followed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(BASE_URL_VARIABLE, raising=False)
    config = Config.from_mapping({"credentials": {"auth_method": "access_token", "access_token": "false-access-token"}})
    api = Api.connect(config, lambda _: None, lambda: None)
    fetched: list[str] = []

    def download(request: requests.Request) -> Answer:
        fetched.append(request.url)
        return Answer(404)

    notes = Notes()
    calls = Calls(api.base_url, download, notes, 1)
    look = Look(calls, notes, Sync(api, config), download, lambda _: None)
    reports._finished(look, "CAMPAIGN", Answer(200, {}, json.dumps({"url": url}).encode()))
    assert fetched == ([url] if is_followed else [])


def test_an_unforeseen_form_leaves_what_was_seen() -> None:
    with Simulator(account()) as sim:
        sim.alter(PINS, lambda *_: {"all": {"daily_metrics": [{"metrics": [1]}]}})
        rows = experiment(sim, 3)
    assert ("pins/analytics", "request", "standard metrics of a picture", TAKEN) in {row[:4] for row in rows}


@pytest.mark.parametrize("levels", [900, 100_000])
def test_an_answer_that_is_nested_deeply_counts_as_none(levels: int) -> None:
    assert forms.parsed(b"[" * levels + b"]" * levels) is None


def test_without_a_response_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "config.json"
    with Simulator(account()) as sim:
        path.write_text(json.dumps(sim.access_token_config()), encoding="utf-8")
        monkeypatch.setenv("PINTEREST_API_URL", sim.url)
    monkeypatch.setattr("builtins.input", lambda _: "yes")
    with pytest.raises(SystemExit, match="No response came"):
        run.main(["2", "--config", str(path)])
    assert not list(tmp_path.glob("*.tsv"))


# ---- What comes back


def three_changes(answer: Answer) -> Answer:
    """IDs with a fraction, days with a time, and a count in words."""
    body = re.sub(rb'"CAMPAIGN_ID":"?(\d+)"?', rb'"CAMPAIGN_ID":\1.5', answer.body)
    body = re.sub(rb'"DATE":"(\d{4}-\d\d-\d\d)"', rb'"DATE":"\1 12:00:00"', body)
    return replace(answer, body=re.sub(rb'"IMPRESSION_1":[^,}]+', b'"IMPRESSION_1":"many"', body))


def test_a_file_with_three_changed_forms_is_adopted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with Simulator(account()) as sim:
        usual = experiment(sim, 2)
        changed = experiment(sim, 2, three_changes)

    def contradicted(rows: Sequence[Field]) -> dict[str, tuple[Field, ...]]:
        return {found.assumption.says: found.against for found in adopt.findings(rows) if found.against}

    news = {says: rows for says, rows in contradicted(changed).items() if says not in contradicted(usual)}
    assert {says: {(row.field, row.type, row.form) for row in rows} for says, rows in news.items()} == {
        "IDs are texts or whole numbers.": {("CAMPAIGN_ID", "number", "0.5")},
        "Metrics are numbers.": {("IMPRESSION_1", "string", "")},
        "DATE is YYYY-MM-DD.": {("DATE", "string", "time after a space")},
    }
    assert not_shown(2, usual) == []
    assert {row.field for row in not_shown(2, changed)} == {"CAMPAIGN_ID", "IMPRESSION_1", "DATE"}

    monkeypatch.setattr(recorded, "_FOLDER", tmp_path)
    sent = tmp_path / "sent" / "live-experiment-2.tsv"
    sent.parent.mkdir()
    sent.write_text(written(changed), encoding="utf-8")
    monkeypatch.setattr("sys.argv", ["adopt", str(sent)])
    assert adopt.main() == 0
    said = capsys.readouterr().out
    assert "contradicts column_types: DATE is YYYY-MM-DD." in said
    assert "confirms    commas: IDs are joined with commas." in said
    [added] = recorded.adopted_files()
    assert fields_of(added.read_text(encoding="utf-8")) == fields_of(sent.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "text", ["", "a\tb\n1\t2\n", "\t".join(Field._fields) + "\n" + "\t".join(["x"] * 6 + ["626747962992"]) + "\n"]
)
def test_a_file_without_forms_is_not_adopted(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorded, "_FOLDER", tmp_path)
    path = tmp_path / "live-experiment-2.tsv"
    path.write_text(text, encoding="utf-8")
    monkeypatch.setattr("sys.argv", ["adopt", str(path)])
    with pytest.raises(SystemExit, match=r"live-experiment-2\.tsv"):
        adopt.main()


def test_each_assumption_is_about_an_open_question_and_the_page_names_those_not_asked() -> None:
    page = (ROOT / "docs" / "development" / "known-unknowns.md").read_text(encoding="utf-8").partition("\n## Open\n")[2]
    texts = dict(re.findall(r"^### (\w+):.*\n\n((?:.+\n)+)", page, flags=re.MULTILINE))
    asked = {assumption.question for assumption in adopt.ASSUMPTIONS}
    assert asked <= set(texts)
    assert {name for name, text in texts.items() if "`make live` does not ask" in text} == set(texts) - asked

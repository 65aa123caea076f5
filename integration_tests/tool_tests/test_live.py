"""`make live` sees the forms of Pinterest's answers and tells nothing else; `make live-adopt` takes what comes back."""

import json
import logging
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
import requests
from requests.structures import CaseInsensitiveDict

from integration_tests import recorded
from integration_tests.recorded import Field, fields_of, written
from integration_tests.simulator import HeaderStyle, Rotation
from integration_tests.simulator.access.no_access import NoAccess
from integration_tests.simulator.faults.script import DOWNLOAD
from integration_tests.support.experiments import account, experiment, not_shown
from integration_tests.support.pinterest import Simulator
from integration_tests.support.processes import ROOT
from integration_tests.support.secrets import assert_no_secret_in
from tools.live import adopt, forms, run
from tools.live.look import Answer, Look, StoppedError


@pytest.fixture(autouse=True)
def _log_again() -> Iterator[None]:
    """The command logs nothing; what is tested after it does."""
    yield
    logging.disable(logging.NOTSET)


def each_row(**changes: Any) -> Callable[[Any, Any], Any]:
    """Change columns of every row of analytics."""
    return lambda _entry, rows: [{**row, **changes} for row in rows]


@dataclass(frozen=True)
class Case:
    """A Pinterest, and the assumptions that an experiment contradicts there.

    Attributes:
        experiment: its number.
        contradicted: the assumptions.
        sizes: of the world.
        settings: of the simulator.
        alter: changes the responses of operations.
    """

    experiment: int
    contradicted: set[str] = field(default_factory=set)
    sizes: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    alter: Mapping[str, Callable[[Any, Any], Any]] = field(default_factory=dict)


PINS = "pins/analytics"
NO_TOTALS = "Totals are the sum of the days."
CASES: Mapping[str, Case] = {
    "permissions": Case(1),
    "no other refresh token": Case(
        1, {"A refresh brings another refresh token."}, settings={"refresh_rotation": Rotation.NONE}
    ),
    "analytics": Case(2),
    "analytics in other forms": Case(
        2,
        {
            *("IDs are texts or whole numbers.", "Metrics are numbers.", "DATE is YYYY-MM-DD."),
            *("A column without a value is left out.", "A day without activity has no row.", "It is a Monday."),
        },
        alter={
            "campaigns/analytics": each_row(
                CAMPAIGN_ID=626747962992.0, DATE="2026-11-01T00:00:00", IMPRESSION_1="12", REPIN_1=None
            ),
            "ad_account/analytics": lambda _, rows: [{"DATE": "2026-11-22", "SPEND_IN_DOLLAR": 0} for _ in rows],
        },
    ),
    "days without activity": Case(2, alter={"ad_groups/analytics": lambda _, rows: rows[1:]}),
    "pins": Case(3, {NO_TOTALS}, settings={"open_betas": ["multi_pins/analytics"]}),
    "pins without video": Case(
        3,
        {NO_TOTALS, "This app may ask for several pins.", "Video metrics may be asked of any pin."},
        settings={"refused_names": ("VIDEO_START",)},
    ),
    "reports": Case(4, settings={"report_seconds": 8}),
    "a refused column": Case(4, {"Each level takes the connector's columns."}, settings={"refused_names": ("CTR_2",)}),
    "files of another form": Case(4, {"A file is an object of lists by ID."}, sizes={"report_form": "csv"}),
    "lists": Case(5),
    "lists in other forms": Case(
        5,
        {"A list takes a page_size of 250.", "The last page has no bookmark."},
        sizes={"ads": 8},
        settings={"header_style": HeaderStyle.NAMELESS, "no_access": {"audiences/list": NoAccess.RESTRICTED}},
        alter={"ads/list": lambda _, page: {**page, "items": []}},
    ),
    "a bulk file": Case(6, settings={"report_seconds": 8}),
    "a bulk file in another form": Case(
        6,
        {"A bulk file is JSON.", "A bulk file has no archived campaigns."},
        alter={
            "campaigns/list": lambda _, page: {
                **page,
                "items": [{**item, "status": "ARCHIVED"} for item in page["items"]],
            },
            DOWNLOAD: lambda _, file: json.dumps(file),
        },
    ),
    "a used-up quota": Case(5, {"No quota lasts a day."}, settings={"profile": "trial", "daily_share": 0.005}),
}


def test_each_assumption_is_judged_by_what_the_experiments_see() -> None:
    judged = set()
    for name, case in CASES.items():
        with Simulator(account(**case.sizes), **case.settings) as sim:
            for operation, alteration in case.alter.items():
                sim.alter(operation, alteration)
            found = list(adopt.findings(experiment(sim, case.experiment)))
        assert {one.assumption.says for one in found if one.against} == case.contradicted, name
        judged |= {one.assumption for one in found}
    assert judged == set(adopt.ASSUMPTIONS)


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
NEEDED = {"token", "url", "result_url", "bookmark", "access_token", "refresh_token", "scope", "media_type"}
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
        (b'{"626747962992":[{"AD_ID":1.50,"DATE":"2026-11-01","Jane":"x"}]}', "{id:[{...}]}"),
        (b'{"Jane":[],"x":1}', "{*:[]}"),
        (b"[{}]", "[{}]"),
        (b"Ad ID,DATE,Jane\n626747962992,2026-11-01,12.5\n", "Ad ID,DATE,*"),
        (b"<html><body>Jane", "*"),
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


def test_an_experiment_asks_first_and_prints_the_whole_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "config.json"
    with Simulator(account(), profile="ample") as sim:
        monkeypatch.setenv("PINTEREST_API_URL", sim.url)
        path.write_text(json.dumps(sim.config()), encoding="utf-8")
        monkeypatch.setattr("builtins.input", lambda _: "no")
        for number, said in (("1", "It uses no connection's token."), ("5", r"at most 40 requests .* It only reads")):
            with pytest.raises(SystemExit, match="Nothing was sent"):
                run.main([number, "--config", str(path)])
            assert re.search(said, capsys.readouterr().out)
        assert sim.log == []
        monkeypatch.setattr("builtins.input", lambda _: "yes")
        assert run.main(["5", "--config", str(path)]) == 0
    text = (tmp_path / "live-experiment-5.tsv").read_text(encoding="utf-8")
    before, whole, after = capsys.readouterr().out.partition(text)
    assert whole
    assert [bool(re.search(r"shar|issue|attach", part)) for part in (before, after)] == [False, True]
    assert written(fields_of(text)) == text


def test_no_more_requests_are_sent_than_were_announced() -> None:
    assert max(one.requests for one in run.EXPERIMENTS.values()) <= 40
    look = Look("https://api.example/v5", lambda _: Answer(200, {}, b"{}"), 2)
    assert [look.get("boards/list", "boards").status for _ in range(2)] == [200, 200]
    with pytest.raises(StoppedError):
        look.get("boards/list", "boards")


def test_a_declined_consent_leaves_what_was_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    def decline(url: str) -> None:
        Thread(target=requests.post, args=(url,), kwargs={"data": {"answer": "decline"}, "timeout": 10}).start()

    monkeypatch.setattr("integration_tests.support.experiments.agree", decline)
    with Simulator(account()) as sim:
        rows = experiment(sim, 1)
    told = {row.field: row.seen for row in rows if row[:2] == ("oauth", "redirect") and row.type == "refused"}
    assert set(told) == {"the default permissions", "billing:read"}
    assert all("access_denied" in seen for seen in told.values())
    assert ("oauth/token (client_credentials)", "request", "tokens", "taken") in {row[:4] for row in rows}


def test_a_link_to_a_report_that_a_sync_refuses_is_not_followed() -> None:
    with Simulator(account(), report_seconds=0) as sim:
        sim.alter("analytics/get_report", lambda _, answer: {**answer, "url": "http://files.example/report"})
        rows = experiment(sim, 4)
    assert {row.type for row in rows if row.records == "url"} == {"a link that is not followed"}
    assert {row.records for row in rows} & {"file"} == set()


def test_an_unforeseen_form_leaves_what_was_seen() -> None:
    with Simulator(account()) as sim:
        sim.alter(PINS, lambda *_: {"all": {"daily_metrics": [{"metrics": [1]}]}})
        rows = experiment(sim, 3)
    assert ("pins/analytics", "request", "standard metrics of a picture", "taken") in {row[:4] for row in rows}


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


def changed(answer: Answer) -> Answer:
    """IDs with a fraction."""
    return replace(answer, body=re.sub(rb'"CAMPAIGN_ID":"?(\d+)"?', rb'"CAMPAIGN_ID":\1.5', answer.body))


def test_a_file_is_adopted_and_what_the_simulator_does_not_show_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with Simulator(account()) as sim:
        rows = experiment(sim, 2, changed)
    assert {(row.field, row.form) for row in not_shown(2, rows)} == {("CAMPAIGN_ID", "0.5")}

    monkeypatch.setattr(recorded, "_FOLDER", tmp_path)
    sent = tmp_path / "sent" / "live-experiment-2.tsv"
    sent.parent.mkdir()
    sent.write_text(written(rows), encoding="utf-8")
    monkeypatch.setattr("sys.argv", ["adopt", str(sent)])
    assert adopt.main() == 0
    said = capsys.readouterr().out
    assert "contradicts column_types: IDs are texts or whole numbers." in said
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

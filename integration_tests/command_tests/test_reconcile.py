"""The command that compares numbers shows what agrees, and names what differs in the folder."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
import pytest

from integration_tests.simulator import Fault, FaultKind
from integration_tests.simulator.__main__ import parse
from integration_tests.simulator.access.oauth import Rotation
from integration_tests.support.assertions import assert_lawful
from integration_tests.support.pauses import SHORT_PAUSES
from integration_tests.support.pinterest import Simulator, World
from integration_tests.tools.demo.pinterest import WORLD
from source_pinterest.cli import read, reconcile

SPEND, CHECKOUTS = "SPEND_IN_MICRO_DOLLAR", "TOTAL_CHECKOUT"
METRICS = {
    "Spend": [SPEND],
    "Impressions": ["IMPRESSION_1", "IMPRESSION_2"],
    "Pin clicks": ["TOTAL_CLICKTHROUGH"],
    "Outbound clicks": ["OUTBOUND_CLICK_1", "OUTBOUND_CLICK_2"],
    "Saves": ["REPIN_1", "REPIN_2"],
    "Checkouts": [CHECKOUTS],
    "Order value": ["TOTAL_CHECKOUT_VALUE_IN_MICRO_DOLLAR"],
}
"""In Ads Manager's order, and what Pinterest counts for each."""
UNCOUNTED = ("oauth/token", "report/download", "metrics_ready_state/get", "analytics/get_report")
"""Requests without a quota, and such as are sent until Pinterest says yes."""
FOLDER = Path("output")
Command = Callable[..., tuple[int, str, str]]


@pytest.fixture
def sim(request: pytest.FixtureRequest) -> Iterator[Simulator]:
    """The Pinterest of `make demo`, with the options of a test."""
    options = {**getattr(request, "param", {})}
    sizes = {**parse(WORLD)[0], **options.pop("world", {})}
    with Simulator(World(**sizes), refresh_rotation=Rotation.REVOKE, **options) as pinterest:
        yield pinterest
        assert_lawful(pinterest.log)


@pytest.fixture
def compare(
    sim: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    """Runs the command in a new folder with a configuration."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PINTEREST_API_URL", sim.url)
    monkeypatch.setattr("source_pinterest.api.Pauses", lambda: SHORT_PAUSES)
    configure(sim.config())

    def run(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        return reconcile.main(arguments), *capsys.readouterr()

    return run


def configure(config: Mapping[str, Any]) -> None:
    path = Path("secrets/config.json")
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(config), encoding="utf-8")


def read_into_folder(sim: Simulator, *streams: str, **options: Any) -> None:
    start = sim.world.today - timedelta(days=10)
    configure({**json.loads(Path("secrets/config.json").read_bytes()), "start_date": str(start), **options})
    assert read.main(streams) == 0


def tables(said: str) -> list[dict[str, list[str]]]:
    """The table of each ad account: its titles, and the cells of each metric."""
    found = []
    for block in said.split("\nAd account ")[1:]:
        titles, *lines = block.split("\n\n")[1].splitlines()
        cells = {line[: max(map(len, METRICS))].strip(): line[max(map(len, METRICS)) :].split() for line in lines}
        found.append({"": re.split(r" {2,}", titles.strip()), **cells})
    return found


def edit_newest(stream: str, edit: Callable[[dict[str, Any]], dict[str, Any] | None]) -> None:
    """Change the records of a stream in the newest file of the folder; None removes one."""
    path = max(FOLDER.glob("messages-*.jsonl"))
    lines = []
    for message in map(orjson.loads, path.read_bytes().splitlines()):
        if message["type"] == "RECORD" and message["record"]["stream"] == stream:
            if (data := edit(message["record"]["data"])) is None:
                continue
            message["record"]["data"] = data
        lines.append(orjson.dumps(message) + b"\n")
    path.write_bytes(b"".join(lines))


def one_row(sim: Simulator, stream: str, *, ages: range, column: str) -> dict[str, Any]:
    """A row of the folder that is so many days old and has a number in this column."""
    records = read.OutputFolder(FOLDER).records([stream])
    days = {str(sim.world.today - timedelta(days=age)) for age in ages}
    return next(row for _, row in records if row["DATE"] in days and row.get(column))


def test_everything_agrees_in_the_world_of_the_demo_and_requests_are_told_first(
    sim: Simulator, compare: Command
) -> None:
    code, said, complaints = compare()
    assert (code, complaints) == (0, ""), said
    assert [table[""] for table in tables(said)] == [["Account", "Campaigns", "Ads"]] * 2
    assert not FOLDER.exists()
    told = int(re.match(r"At least (\d+) requests to Pinterest for 2 ad accounts", said)[1])  # type: ignore[index]
    reports = sum(entry.operation_id == "analytics/create_report" for entry in sim.log)
    assert (told, reports) == (1 + reports + sum(entry.operation_id not in UNCOUNTED for entry in sim.log), 4)

    read_into_folder(sim, "campaign_analytics", "ad_analytics")
    code, said, complaints = compare()
    assert (code, complaints) == (0, ""), said
    yesterday, first = (sim.world.today - timedelta(days=age) for age in (1, 7))
    for sentence in (
        f"Days: {first} to {yesterday}, in UTC. Not final yet: {yesterday}.",
        "Attribution window: 30/30/1 ",
        "Conversion report time: TIME_OF_AD_ACTION.",
        "archived campaigns, ad groups and ads too",
        "in millionths of EUR:",
    ):
        assert sentence in said
    for account, table in enumerate(tables(said)):
        assert table.pop("") == ["Account", "Campaigns", "Ads", "output: campaigns", "output: ads"]
        assert list(table) == list(METRICS)
        truth = sim.world.records("ad_analytics", start=first, end=yesterday)
        rows = [row for row in truth if row["AD_ACCOUNT_ID"] == sim.world.account_id(account)]
        for metric, cells in table.items():
            total = sum(row.get(column) or 0 for row in rows for column in METRICS[metric])
            assert cells == [f"{int(total):,}"] * 5
    assert said.count("All numbers agree.") == 2
    assert "Known reasons" not in said
    configure({**json.loads(Path("secrets/config.json").read_bytes()), "analytics_columns": [SPEND]})
    code, said, _ = compare()
    assert (code, tables(said)[0]["Saves"][-2:]) == (0, ["-", "-"]), "the folder is not expected to have them"


def test_a_row_that_is_missing_and_one_that_differs_are_named_with_ad_and_day(sim: Simulator, compare: Command) -> None:
    read_into_folder(sim, "ad_analytics")
    missing = one_row(sim, "ad_analytics", ages=range(5, 6), column=SPEND)
    edit_newest("ad_analytics", lambda row: None if row == missing else row)
    code, said, _ = compare()
    assert code == 1
    [sentence] = re.findall(r"^- (ad \d+ on .*)", said, flags=re.MULTILINE)
    whole = f"Spend 0 instead of {int(missing[SPEND]):,}, Impressions 0 instead of "
    assert sentence.startswith(f"ad {missing['AD_ID']} on {missing['DATE']}: missing, {whole}")
    [marked] = [table for table in tables(said) if table["Spend"][-1].endswith("*")]
    assert not marked["Spend"][0].endswith("*")
    assert "- output has the numbers of its last read. Read again" in said
    assert "- Checkouts and order value alone differ" not in said
    assert "- Pinterest" not in said, "no level differs, and the day is final"

    changed = one_row(sim, "ad_analytics", ages=range(3, 7), column=CHECKOUTS)
    edit_newest("ad_analytics", lambda row: {**row, CHECKOUTS: row[CHECKOUTS] + 1} if row == changed else row)
    code, said, _ = compare("--days", "6", "--account", changed["AD_ACCOUNT_ID"])
    assert (code, len(tables(said))) == (1, 1)
    sentences = re.findall(r"^- (ad \d+ on .*)", said, flags=re.MULTILINE)
    count = int(changed[CHECKOUTS])
    only = f"Checkouts {count + 1} instead of {count}"
    assert f"ad {changed['AD_ID']} on {changed['DATE']}: {only}" in sentences
    assert len(sentences) == 1 + (missing["AD_ACCOUNT_ID"] == changed["AD_ACCOUNT_ID"])

    read_into_folder(sim, lookback_days=10)
    code, said, _ = compare()
    assert code == 0, said


def test_each_reason_is_given_where_it_applies(sim: Simulator, compare: Command) -> None:
    read_into_folder(sim, "campaign_analytics", start_date=str(sim.world.today - timedelta(days=3)))
    code, said, _ = compare()
    assert code == 1
    assert "- Start Date is" in said
    assert "- campaign " in said
    sim.world.restate(days_back=4)
    read_into_folder(sim, lookback_days=10)
    edit_newest("campaign_analytics", lambda row: {**row, CHECKOUTS: (row.get(CHECKOUTS) or 0) + 1})
    code, said, _ = compare()
    reasons = [line for line in said.splitlines() if line.startswith("- ") and " on 2" not in line]
    assert code == 1
    assert [reason[:20] for reason in dict.fromkeys(reasons)] == [
        "- Checkouts and orde",
        "- Pinterest still co",
        "- output has the num",
    ]


@pytest.mark.parametrize("sim", [{"world": {"adds_up": False}}], indirect=True)
def test_numbers_of_pinterest_that_do_not_add_up_are_marked(compare: Command) -> None:
    code, said, _ = compare()
    assert code == 1
    for table in tables(said):
        assert [cell.endswith("*") for cell in table["Spend"]] == [False, True, True]
    assert "- Pinterest's totals and reports may lag behind each other." in said
    assert "output" not in said


@pytest.mark.parametrize("sim", [{"refused_names": ("REPIN_2",)}], indirect=True)
def test_what_pinterest_refuses_costs_a_number_or_an_account(sim: Simulator, compare: Command) -> None:
    first, second = map(sim.world.account_id, sim.world.account_indexes())
    sim.add_fault(Fault(FaultKind.FORBIDDEN, on="ad_account/analytics", account=first, times=None))
    code, said, complaints = compare()
    assert code == 1
    [table] = tables(said)
    assert table["Saves"] == ["-"] * 3
    assert "Spend" in table
    [sentence] = complaints.splitlines()
    assert sentence.startswith(f"Ad account {first} can't be compared. ")
    assert f"Ad account {second} " in said


def test_reports_that_are_never_ready_cost_every_account(sim: Simulator, compare: Command) -> None:
    configure(sim.config(report_timeout_minutes=0.01, num_report_jobs=1))
    sim.add_fault(Fault(FaultKind.REPORT_IN_PROGRESS, times=None))
    code, said, complaints = compare("--days", "1")
    assert (code, tables(said)) == (1, [])
    for sentence, account in zip(complaints.splitlines(), sim.world.account_indexes(), strict=True):
        assert sentence.startswith(f"Ad account {sim.world.account_id(account)} can't be compared. ")
        assert "report" in sentence


def test_what_can_not_be_compared_is_one_sentence(sim: Simulator, compare: Command) -> None:
    FOLDER.mkdir()
    for arguments, config, sentence in (
        (("--days", "0"), sim.config(), "--days: enter a number from 1 to 89, not 0."),
        (("--account", "mine"), sim.config(), "Ad Account IDs: 'mine' is not the ID of an ad account."),
        ((), sim.app_config(), "App Credentials read no reports, so the numbers can't be compared."),
    ):
        configure(config)
        code, said, complaints = compare(*arguments)
        assert (code, said) == (1, "")
        assert complaints.startswith(sentence)
    configure(sim.config())
    with read.OutputFolder(FOLDER).opened():
        code, said, complaints = compare()
    assert (code, said) == (1, "")
    assert complaints.startswith("output is in use by another run.")
    assert sim.log == []

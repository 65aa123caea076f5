"""The command that answers SQL about the folder of `read`."""

import io
import sys
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest

from source_pinterest.cli.catalog import NO_CREDENTIALS, configured
from source_pinterest.cli.query import main
from unit_tests.cli.page_folder import CAMPAIGNS, TODAY, Folder


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """A folder whose path is to be quoted; of campaign 1, an earlier read had another spend, and a read is going on."""
    folder = Folder(tmp_path / "the client's [1]")
    folder.path.mkdir()
    folder.options["custom_reports"] = [
        {"name": "reach", "level": "CAMPAIGN", "granularity": "MONTH", "columns": ["CTR"]}
    ]
    folder.delivered(CAMPAIGNS, "7", "2025-06-01", 20.5, CAMPAIGN_ID="1", CURRENCY="EUR")
    folder.delivered(CAMPAIGNS, "7", "2025-06-01", 10, TODAY - timedelta(days=1), CAMPAIGN_ID="1", CURRENCY="EUR")
    folder.delivered(CAMPAIGNS, "7", "2025-06-02", 4, CAMPAIGN_ID="1", CURRENCY="EUR")
    folder.record("campaigns", {"id": "1", "ad_account_id": "7", "name": "a\x1b[31m red one"})
    folder.record("custom_reach", {"DATE": "2025-06-01", "AD_ACCOUNT_ID": "7", "CAMPAIGN_ID": "1"})
    folder.streams += [CAMPAIGNS, "ads"]
    folder.write()
    (folder.path / "messages-2025-07-01T00-00-00-000000Z.jsonl.part").write_text('{"type":"RECORD","record":{"str')
    return folder


def asked(path: Path, query: str, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr("sys.stdin", io.StringIO(query))
    return main(["--output", str(path)])


def test_a_stream_is_a_table_with_the_newest_record_of_each_key(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    spend = "select name, date + 1 as next, spend_in_micro_dollar / 1e6 as spend, total_checkout as none\n"
    joined = "from campaign_analytics left join campaigns on id = campaign_id\n"
    counts = "select 'ads', count(*) from ads;\nselect 'months', count(*) from custom_reach"
    assert asked(folder.path, f"{spend}{joined}order by date\n\n{counts}", monkeypatch) == 0
    answers = capsys.readouterr().out
    assert "\x1b" not in answers
    found = [line.split("│")[1:-1] for line in answers.splitlines() if line.startswith("│")]
    rows = [[cell.strip() for cell in row] for row in found]
    assert ["a\\e[31m red one", "2025-06-02", "20.5", "NULL"] in rows
    assert ["a\\e[31m red one", "2025-06-03", "4.0", "NULL"] in rows
    assert ["ads", "0"] in rows
    assert ["months", "1"] in rows
    assert len(rows) == 3 * 2 + 4


def test_rows_wider_than_the_terminal_are_lines_of_all_their_columns(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    query = "from campaign_analytics order by date;\nselect c.* from campaign_analytics c, range(100) order by date"
    assert asked(folder.path, query, monkeypatch) == 0
    first, second, *others = capsys.readouterr().out.split("\n\n")
    rows = [dict(line.strip().split(" = ") for line in row.splitlines()) for row in (first, second)]
    columns = configured([CAMPAIGNS], NO_CREDENTIALS).streams[0].stream.json_schema["properties"]
    assert list(rows[0]) == [*columns, "_airbyte_extracted_at"]
    assert [(row["DATE"], row["SPEND_IN_MICRO_DOLLAR"], row["TOTAL_CHECKOUT"]) for row in rows] == [
        ("2025-06-01", "20500000.0", "NULL"),
        ("2025-06-02", "4000000.0", "NULL"),
    ]
    assert (len(others), others[-1]) == (100 + 1, "There are more rows; 100 are shown.\n")


def test_a_query_that_fails_is_an_error_and_the_next_one_is_answered(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    queries = "select 1 from boards;\nselect 1 from campaigns where x = 1;\nselect 12345;"
    assert asked(folder.path, queries, monkeypatch) == 1
    said = capsys.readouterr()
    unknown_table, unknown_column = said.err.split("Binder Error: ")
    assert unknown_table.startswith(
        "Catalog Error: Table with name boards does not exist!\n"
        "Tables: ads, campaign_analytics, campaigns, custom_reach"
    )
    assert unknown_column.startswith('Referenced column "x" not found in FROM clause!\nCandidate bindings: ')
    assert "12345" in said.out


def test_a_query_can_ask_what_the_page_shows_and_a_line_that_is_cut_is_passed_over(
    folder: Folder, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder.days(CAMPAIGNS, "7")
    folder.write()
    (folder.path / "messages-2025-06-29T00-00-00-000000Z.jsonl").write_text('{"type":"RECORD","record":{"str\n')
    query = "select name, spend::double from page.line where level = 'campaign' and kind = 'entity'"
    assert asked(folder.path, query, monkeypatch) == 0
    output = capsys.readouterr().out
    assert "red one │" in output
    assert "24.5 │" in output


def test_a_file_of_duckdb_is_asked_and_not_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    database = tmp_path / "pinterest.duckdb"
    with duckdb.connect(str(database)) as connection:
        connection.execute("create table campaigns as select 12345 as id")
    assert asked(database, "select * from campaigns", monkeypatch) == 0
    assert "12345" in capsys.readouterr().out
    assert asked(database, "drop table campaigns", monkeypatch) == 1


def test_without_messages_or_duckdb_the_command_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert asked(tmp_path, "select 1", monkeypatch) == 1
    assert "has no messages of a read. Read streams into it first (make read)." in capsys.readouterr().err
    monkeypatch.setitem(sys.modules, "duckdb", None)
    assert asked(tmp_path, "select 1", monkeypatch) == 1
    assert "DuckDB is missing. `make install` installs it" in capsys.readouterr().err

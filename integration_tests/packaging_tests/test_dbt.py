"""The dbt project makes the reports that Pinterest's data allow, and the demo says what it needs.

Most of it is asked without dbt: the models are rendered here and run on tables that have the columns of the streams.
"""

import re
from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

from integration_tests.packaging_tests.conftest import DBT, file_of, load_stream, needs_dbt
from integration_tests.simulator.resources import NAMELESS
from integration_tests.support.pinterest import World
from integration_tests.support.processes import ROOT
from integration_tests.support.worlds import small_world
from tools.demo.dbt_project import (
    BUILD,
    LOCAL_VARIABLES,
    MODELS,
    PROJECT,
    READ_INTO_DUCKDB,
    STREAMS,
    build,
)
from tools.demo.with_dbt import main


def declared(kind: str) -> list[dict[str, Any]]:
    files = (yaml.safe_load(path.read_text(encoding="utf-8")) for path in (PROJECT / "models").rglob("*.yml"))
    return [each for file in files for each in file.get(kind, [])]


QUERIES = {"docs/running-it.md": 2, "docs/streams-and-limits.md": 1, "docs/quick-start.md": 1, "docs/questions.md": 18}
"""How many queries each document has."""


def queries_of(document: str) -> list[str]:
    return re.findall(r"```sql\n(.*?)```", (ROOT / document).read_text(encoding="utf-8"), flags=re.DOTALL)


@pytest.mark.parametrize(("document", "count"), QUERIES.items())
def test_the_queries_of_the_documents_find_something(
    connection: duckdb.DuckDBPyConnection, document: str, count: int
) -> None:
    queries = queries_of(document)
    assert all(connection.execute(query).fetchone() for query in queries)
    assert len(queries) == count


def test_no_query_loses_spend_where_a_parent_is_missing(connection: duckdb.DuckDBPyConnection) -> None:
    """As with the option Status, or before all of a first read has arrived."""
    queries = [query for document in QUERIES for query in queries_of(document)]
    queries.append((ROOT / "examples" / "spend_by_campaign.sql").read_text(encoding="utf-8"))

    def spend() -> list[float]:
        found = [relation for relation in map(connection.sql, queries) if "spend" in relation.columns]
        return [float(total or 0) for relation in found for (total,) in relation.sum("spend").fetchall()]

    before = spend()
    for parent in ("ad_accounts", "campaigns", "ads", "ad_pins"):
        connection.execute(f"delete from {parent}")  # noqa: S608 - the names stand above
    assert spend() == pytest.approx(before)
    assert len(before) >= 9


def test_every_model_is_declared_with_its_key_and_columns(connection: duckdb.DuckDBPyConnection) -> None:
    models = {model["name"]: model for model in declared("models")}

    assert models.keys() == MODELS.keys()
    for model in models.values():
        tests = [test for column in model["columns"] for test in column.get("data_tests", [])]
        assert "not_null" in tests, model["name"]
        assert "unique" in tests or any("unique_together" in test for test in model["data_tests"]), model["name"]
        columns = {row[0] for row in connection.execute(f"describe {model['name']}").fetchall()}
        assert {column["name"] for column in model["columns"]} <= columns


def test_the_campaign_report_has_what_pinterest_has(connection: duckdb.DuckDBPyConnection, world: World) -> None:
    rows = connection.execute(
        "select campaign_id, cast(date_day as varchar), currency, spend, purchase_value, paid_impressions, "
        "paid_clicks, paid_and_earned_impressions, paid_and_earned_clicks, conversions, purchases, "
        "cpc, ctr, cpm, purchase_roas from pinterest__campaign_report"
    ).fetchall()
    currencies = {account["id"]: account["currency"] for account in world.records("ad_accounts")}
    accounts = {campaign["id"]: campaign["ad_account_id"] for campaign in world.records("campaigns")}
    expected_records = world.expected("campaign_analytics", start=world.today - timedelta(days=3))

    def count(row: Mapping[str, Any], *names: str) -> int:
        return sum(row.get(name) or 0 for name in names)

    assert {row[:2]: row[2:11] for row in rows} == {
        (campaign, day): (
            currencies[accounts[campaign]],
            Decimal(count(row, "SPEND_IN_MICRO_DOLLAR")) / 1_000_000,
            Decimal(count(row, "TOTAL_CHECKOUT_VALUE_IN_MICRO_DOLLAR")) / 1_000_000,
            count(row, "IMPRESSION_1"),
            count(row, "CLICKTHROUGH_1"),
            count(row, "IMPRESSION_1", "IMPRESSION_2"),
            count(row, "CLICKTHROUGH_1", "CLICKTHROUGH_2"),
            count(row, "TOTAL_CONVERSIONS"),
            count(row, "TOTAL_CHECKOUT"),
        )
        for (campaign, day), row in expected_records.items()
    }
    assert len(set(currencies.values())) == 2
    for campaign, day, *_, cpc, ctr, cpm, roas in rows:
        row = expected_records[campaign, day]
        ratios = (row["CPC_IN_MICRO_DOLLAR"] / 1_000_000, row["CTR"], row["CPM_IN_DOLLAR"], row.get("CHECKOUT_ROAS", 0))
        assert (cpc, ctr, cpm, roas) == pytest.approx(ratios)


def test_a_ratio_of_nothing_is_null(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(
        "update campaign_analytics set SPEND_IN_MICRO_DOLLAR = null, IMPRESSION_1 = null, CLICKTHROUGH_1 = null"
    )
    rows = connection.table("pinterest__campaign_report").select("cpc", "ctr", "cpm", "purchase_roas").distinct()

    assert rows.fetchall() == [(None, None, None, None)]


def test_a_report_has_all_the_spend(connection: duckdb.DuckDBPyConnection, world: World) -> None:
    for report, stream in {
        "advertiser": "ad_account_analytics",
        "ad_group": "ad_group_analytics",
        "ad": "ad_analytics",
        "url": "ad_analytics",
        "keyword": "keyword_report",
        "campaign_country": "campaign_analytics",
        "campaign_region": "campaign_analytics",
    }.items():
        expected_records = world.records(stream, start=world.today - timedelta(days=3))
        spent = sum(row.get("SPEND_IN_MICRO_DOLLAR") or 0 for row in expected_records)
        [[found]] = connection.table(f"pinterest__{report}_report").sum("spend").fetchall()

        assert found == Decimal(spent) / 1_000_000 > 0, report


def test_the_spend_of_what_is_not_listed_is_kept(connection: duckdb.DuckDBPyConnection) -> None:
    spent = [report for report in MODELS if "spend" in connection.table(report).columns]
    expected = {report: connection.table(report).sum("spend").fetchall() for report in spent}
    entities = ("ad_accounts", "campaigns", "ad_groups", "ads", "keywords")
    for stream in (*entities, "keyword_metrics", "targeting_options"):
        connection.execute(f"truncate {stream}")

    assert len(spent) == 16
    assert {report: connection.table(report).sum("spend").fetchall() for report in spent} == expected


@pytest.mark.parametrize("is_older", [True, False], ids=["rows of an earlier version", "accounts that are not listed"])
def test_the_currency_is_that_of_the_row_and_else_that_of_its_account(
    connection: duckdb.DuckDBPyConnection, *, is_older: bool
) -> None:
    def currencies() -> dict[str, set[Any]]:
        named = (
            name for name in MODELS if name.startswith("pinterest_") and "currency" in connection.table(name).columns
        )
        return {report: set(connection.table(report).select("currency").fetchall()) for report in named}

    expected = currencies()
    days = [stream for stream in STREAMS if "CURRENCY" in connection.table(stream).columns]
    for stream in days if is_older else ():
        connection.table(stream).update({"CURRENCY": duckdb.ConstantExpression(None)})
    if not is_older:
        connection.execute("truncate ad_accounts")

    assert currencies() == expected
    assert {len(found) for found in expected.values()} == {2}


@pytest.mark.parametrize(("grain", "ids"), [("ad", "all"), ("entity", "none")])
def test_a_keyword_has_one_row_however_fine_the_report_is(
    connection: duckdb.DuckDBPyConnection, grain: str, ids: str
) -> None:
    load_stream(
        connection, small_world(ad_accounts=2, ads=8, boards=1, report_grain=grain, report_ids=ids), "keyword_report"
    )
    arrived, rows = connection.table("keyword_report"), connection.table("pinterest__keyword_report")
    [micros] = arrived.sum("SPEND_IN_MICRO_DOLLAR").fetchone() or ()
    keys = rows.select("ad_account_id", "ad_group_id", "keyword", "date_day").distinct()

    assert len(keys) == len(rows) > 0
    assert len(rows) < len(arrived)
    assert rows.sum("spend").fetchone() == (Decimal(int(micros)) / 1_000_000,)


def test_every_targeting_value_but_one_has_its_name(connection: duckdb.DuckDBPyConnection, world: World) -> None:
    names = {(each["targeting_type"], each["id"]): each["name"] for each in world.records("targeting_options")}
    rows = connection.execute(
        "select campaign_id, targeting_type, targeting_value, cast(date_day as varchar), targeting_value_name, spend "
        "from pinterest__campaign_targeting_report"
    ).fetchall()
    expected_records = world.expected("campaign_targeting_analytics", start=world.today - timedelta(days=3))

    assert {row[:4]: row[4:] for row in rows} == {
        (campaign, targeting_type, str(value), day): (
            names.get((targeting_type, str(value))),
            Decimal(row.get("SPEND_IN_MICRO_DOLLAR") or 0) / 1_000_000,
        )
        for (campaign, targeting_type, value, day), row in expected_records.items()
    }
    nameless = {row[1:3] for row in rows if row[4] is None}
    assert nameless == {("GEO", NAMELESS)}
    assert len(nameless) == LOCAL_VARIABLES["targeting_values_without_name"]


def test_landing_urls_come_apart(connection: duckdb.DuckDBPyConnection, world: World) -> None:
    parts = ("url_host", "url_path", "utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term")
    rows = connection.table("stg_pinterest__ads").select("landing_url", *parts).fetchall()
    found = {row[0]: row[1:] for row in rows}

    assert found.keys() == {ad["destination_url"] for ad in world.records("ads")}
    for url, (host, path, source, medium, campaign, content, term) in found.items():
        assert (host, term) == ((None, None) if url is None else ("shop.example", None))
        if url is None or "?" not in url:
            assert (source, medium, campaign, content) == (None, None, None, None)
            continue
        assert path == url[len("https://shop.example") : url.index("?")]
        assert (source, medium) == ("pinterest", "paid")
        assert campaign == (path[1:] if "utm_campaign" in url else None)
        assert re.fullmatch(r"ü \d", content)


def test_creatives_are_the_ads_of_thirty_days_with_their_pictures(connection: duckdb.DuckDBPyConnection) -> None:
    world = small_world(ad_accounts=2, ads=8, boards=1, days=60)
    expected_records = list(world.records("ad_analytics", start=world.today - timedelta(days=60)))
    newest = max(row["DATE"] for row in expected_records)
    since = str(date.fromisoformat(newest) - timedelta(days=29))
    load_stream(connection, world, "ad_analytics", days=60)
    found = connection.execute(
        "select ad_id, pin_id, picture_url, is_pin_readable, spend, paid_clicks, ctr from pinterest__ad_creatives"
    ).fetchall()
    recent = [row for row in expected_records if row["DATE"] >= since]
    assert 0 < len(recent) < len(expected_records)
    ads, pins = ({key[-1]: each for key, each in world.expected(stream).items()} for stream in ("ads", "ad_pins"))

    def total(ad: str, name: str) -> int:
        return int(sum(row.get(name) or 0 for row in recent if row["AD_ID"] == ad))

    assert {row[0]: row[1:6] for row in found} == {
        ad: (
            pin["pin_id"],
            pin["image_url"] or pin["video_cover_url"],
            pin["is_readable"],
            Decimal(total(ad, "SPEND_IN_MICRO_DOLLAR")) / 1_000_000,
            total(ad, "CLICKTHROUGH_1"),
        )
        for ad in {row["AD_ID"] for row in recent}
        for pin in [pins[ads[ad]["pin_id"]]]
    }
    assert all(ctr == pytest.approx(clicks / total(ad, "IMPRESSION_1")) for ad, *_, clicks, ctr in found)


def test_metrics_of_the_profile_are_unnested(connection: duckdb.DuckDBPyConnection, world: World) -> None:
    every_day = list(world.records("user_account_analytics", start=world.today - timedelta(days=3)))
    days = [day for day in every_day if day["metrics"]]
    unnested = connection.sql(
        "select cast(date_day as varchar), metric, value from stg_pinterest__profile_days"
    ).fetchall()
    impressions = connection.sql(
        "select cast(date_day as varchar), impressions from pinterest__profile_report"
    ).fetchall()

    assert {row[:2]: row[2] for row in unnested} == {
        (day["date"], name): value for day in days for name, value in day["metrics"].items()
    }
    assert dict(impressions) == {day["date"]: day["metrics"].get("IMPRESSION", 0) for day in days}
    assert 0 < len(days) < len(every_day)


def test_pins_have_their_metrics(connection: duckdb.DuckDBPyConnection, world: World) -> None:
    days = world.records("pin_analytics", start=world.today - timedelta(days=3))
    found = connection.execute("select pin_id, cast(date_day as varchar), saves from pinterest__pin_report").fetchall()

    assert {row[:2]: row[2] for row in found} == {
        (day["pin_id"], day["date"]): day["metrics"].get("SAVE", 0) for day in days if day["metrics"]
    }


def test_the_readme_has_the_commands_that_the_demo_prints() -> None:
    lines = (PROJECT / "README.md").read_text(encoding="utf-8").splitlines()
    assert {READ_INTO_DUCKDB, BUILD} <= set(lines)


def test_without_dbt_the_demo_says_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--dbt", str(tmp_path / "dbt"), "--output", str(tmp_path / "output")]) == 1
    [sentence] = capsys.readouterr().out.splitlines()
    assert sentence == f"The demo failed: {tmp_path / 'dbt'} can't be started. Run `make demo-dbt`, which installs dbt."


@needs_dbt
def test_each_version_of_a_campaign_is_kept(database: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    copy = file_of(database, tmp_path)
    build(DBT, copy, tmp_path, LOCAL_VARIABLES)
    with duckdb.connect(str(copy)) as connection:
        [[campaign, name]] = connection.execute("select id, name from campaigns order by id limit 1").fetchall()
        connection.execute(
            "update campaigns set name = 'New name', updated_time = updated_time + 60 where id = ?", [campaign]
        )
    build(DBT, copy, tmp_path, LOCAL_VARIABLES)
    with duckdb.connect(str(copy)) as connection:
        history = connection.table("pinterest_reports_history.campaigns_history")
        versions = history.order("id, dbt_valid_from").select("id, name, dbt_valid_to is null").fetchall()

    assert [version[1:] for version in versions if version[0] == campaign] == [(name, False), ("New name", True)]
    assert len(versions) == len({version[0] for version in versions}) + 1

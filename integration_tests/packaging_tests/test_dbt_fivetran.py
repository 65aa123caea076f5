"""The views of `examples/dbt_fivetran` are the tables that Fivetran's dbt package reads, with Pinterest's numbers.

`fivetran_columns.tsv` has the columns and types that the package's own macros list (`get_*_columns.sql`). The views are
rendered here and run on tables that have the columns of the streams; dbt builds them where it is installed.
"""

import json
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import jinja2
import pytest
import yaml

from integration_tests.packaging_tests.conftest import DBT, file_of, load_stream, needs_dbt, rows_of
from integration_tests.packaging_tests.conftest import FIVETRAN as PROJECT
from integration_tests.packaging_tests.conftest import TABLES_OF_FIVETRAN as TABLES
from integration_tests.support.pinterest import World
from integration_tests.support.worlds import small_world
from tools.demo.dbt_project import build

_SOURCES = (Path(__file__).parent / "fivetran_columns.tsv").read_text(encoding="utf-8").splitlines()[1:]
EXPECTED: Mapping[str, Mapping[str, str]] = {
    table: dict(column.split(" ") for column in columns.split(", "))
    for table, columns in (source.split("\t") for source in _SOURCES)
}
TYPES = {
    "boolean": "BOOLEAN",
    "int": "BIGINT",
    "numeric": "DECIMAL(28,6)",
    "string": "VARCHAR",
    "timestamp": "TIMESTAMP",
}
OF_CUSTOM_REPORTS = ("total_conversions_quantity", "total_conversions_value_in_micro_dollar")
"""The conversions that no stream has."""

DUCKDB = SimpleNamespace(
    type_string=lambda: "varchar",
    type_bigint=lambda: "bigint",
    type_numeric=lambda: "numeric(28,6)",
    type_timestamp=lambda: "timestamp",
    dateadd=lambda unit, count, since: f"{since} + interval ({count}) {unit}",
    split_part=lambda text, separator, part: f"split_part({text}, {separator}, {part})",
)
"""The macros of dbt that the views call, as its adapter of DuckDB has them."""


def make_views(connection: duckdb.DuckDBPyConnection, custom_reports: Mapping[str, str] | None = None) -> None:
    """Make a view for each model, over the tables in the schema main."""
    connection.execute("create schema views")
    environment = jinja2.Environment(autoescape=False)  # noqa: S701  # no page, but SQL
    environment.globals |= {
        "dbt": DUCKDB,
        "target": SimpleNamespace(type="duckdb"),
        "var": {"custom_reports": custom_reports or {}, "history_schema": None}.__getitem__,
        "source": lambda _source, table: f"main.{environment.from_string(TABLES[table]).render()}",
    }
    macros = "".join(path.read_text(encoding="utf-8") for path in sorted((PROJECT / "macros").glob("*.sql")))
    for path in (PROJECT / "models").glob("*.sql"):
        query = environment.from_string(macros + path.read_text(encoding="utf-8")).render()
        connection.execute(f"create view views.{path.stem} as {query}")


def types_in_duckdb(columns: Mapping[str, str]) -> dict[str, str]:
    return {name: TYPES[kind] for name, kind in columns.items()}


def types_of_streams(table: str) -> dict[str, str]:
    return types_in_duckdb({name: kind for name, kind in EXPECTED[table].items() if name not in OF_CUSTOM_REPORTS})


def described(connection: duckdb.DuckDBPyConnection, view: str) -> dict[str, str]:
    return {name: type_ for name, type_, *_ in connection.execute(f"describe {view}").fetchall()}


@pytest.fixture
def views(connection: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyConnection:
    make_views(connection)
    return connection


def test_each_table_of_the_package_has_its_columns_and_types(views: duckdb.DuckDBPyConnection) -> None:
    for table in EXPECTED:
        assert described(views, f"views.{table}") == types_of_streams(table), table


def test_a_custom_report_has_the_quantity_and_value_of_conversions(connection: duckdb.DuckDBPyConnection) -> None:
    custom = {table: f"custom_{table}" for table in EXPECTED if table.endswith("_report")}
    for table, name in custom.items():
        stream = "campaign_analytics_report" if table == "campaign_report" else table
        connection.execute(f"alter table {stream} rename to {name}")
        for column in OF_CUSTOM_REPORTS:
            connection.execute(f"alter table {name} add column {column} double")
    make_views(connection, custom)

    for table, columns in EXPECTED.items():
        assert described(connection, f"views.{table}") == types_in_duckdb(columns), table


@pytest.mark.parametrize(
    ("table", "stream", "key"),
    [
        ("advertiser_report", "advertiser_report", ("advertiser_id",)),
        ("campaign_report", "campaign_analytics_report", ("campaign_id",)),
        ("ad_group_report", "ad_group_report", ("ad_group_id", "advertiser_id")),
        ("pin_promotion_report", "pin_promotion_report", ("pin_promotion_id",)),
        (
            *("pin_promotion_targeting_report", "pin_promotion_targeting_report"),
            ("pin_promotion_id", "targeting_type", "targeting_value", "campaign_id"),
        ),
    ],
)
def test_a_report_has_pinterests_numbers(
    views: duckdb.DuckDBPyConnection, world: World, table: str, stream: str, key: tuple[str, ...]
) -> None:
    numbers = ("impression_1", "impression_2", "clickthrough_1", "clickthrough_2", "spend_in_micro_dollar")
    counted = (*numbers, "total_conversions")
    found = views.execute(f"from views.{table} select {', '.join(('date', *key, *counted))}").fetchall()

    def told(row: Mapping[str, Any]) -> tuple[Any, ...]:
        ids = (str(row[name.upper().replace("ADVERTISER_ID", "AD_ACCOUNT_ID")]) for name in key)
        return (datetime.fromisoformat(row["DATE"]), *ids, *(row.get(name.upper()) for name in counted))

    assert sorted(found, key=str) == sorted((told(row) for row in rows_of(world, stream)), key=str)


def test_names_and_times_are_those_of_the_entities(views: duckdb.DuckDBPyConnection, world: World) -> None:
    accounts, campaigns, groups = (
        {row["id"]: row for row in rows_of(world, stream)} for stream in ("ad_accounts", "campaigns", "ad_groups")
    )
    owners = views.execute(
        "select id, owner_user_id, owner_username, permissions from views.advertiser_history"
    ).fetchall()
    caps = views.execute("select id, budget_spend_cap, created_time from views.campaign_history").fetchall()
    named = views.execute("select distinct ad_group_id, ad_group_name from views.ad_group_report").fetchall()

    assert {row[0]: (*row[1:3], json.loads(row[3])) for row in owners} == {
        id_: (row["owner"]["id"], row["owner"]["username"], row["permissions"]) for id_, row in accounts.items()
    }
    assert {row[0]: row[1:] for row in caps} == {
        id_: (row["daily_spend_cap"], datetime.fromtimestamp(row["created_time"], UTC).replace(tzinfo=None))
        for id_, row in campaigns.items()
    }
    assert dict(named) == {id_: groups[id_]["name"] for id_, _ in named}


def test_places_have_their_names_and_regions_their_country(views: duckdb.DuckDBPyConnection, world: World) -> None:
    options = rows_of(world, "targeting_options")
    countries, regions = (
        {row["id"]: row["name"] for row in options if row["targeting_type"] == kind} for kind in ("COUNTRY", "REGION")
    )
    of_country = views.execute("select country_id, country_name from views.targeting_geo").fetchall()
    of_region = views.execute("select region_id, region_name, country_id from views.targeting_geo_region").fetchall()

    assert dict(of_country) == countries
    assert {row[0]: row[1:] for row in of_region} == {
        id_: (name, id_.partition("-")[0]) for id_, name in regions.items()
    }


def test_a_keyword_has_its_ad_group_and_campaign_by_its_parent(views: duckdb.DuckDBPyConnection, world: World) -> None:
    campaigns = {row["id"]: row["campaign_id"] for row in rows_of(world, "ad_groups")}
    rows = views.execute("select id, parent_type, ad_group_id, campaign_id from views.keyword_history").fetchall()
    parents = {
        "adgroup": lambda parent: ("AD_GROUP", parent, campaigns[parent]),
        "campaign": lambda parent: ("CAMPAIGN", None, parent),
        "advertiser": lambda _: ("ADVERTISER", None, None),
    }

    assert {row[0]: row[1:] for row in rows} == {
        row["id"]: parents[row["parent_type"]](row["parent_id"]) for row in rows_of(world, "keywords")
    }
    assert {row[1] for row in rows} == {"AD_GROUP", "CAMPAIGN", "ADVERTISER"}


KEYWORD = {"parent_id": "7", "parent_type": "adgroup", "match_type": "BROAD", "value": "Tea"}


@pytest.mark.parametrize(
    ("keywords", "found"),
    [
        ([{"id": "3"}, {"id": "2", "match_type": "EXACT"}], "2"),
        ([{"id": "3"}, {"id": "2", "archived": True}], "3"),
        ([{"id": "3", "archived": True}, {"id": "2", "archived": True}], "2"),
        ([{"id": "3", "match_type": None}, {"id": "2", "match_type": "EXACT_NEGATIVE"}], "3"),
        ([{"id": "2", "parent_id": "8"}], "900"),
        ([{"id": "2", "value": "Coffee"}], "900"),
        ([{"id": "2"}, {"id": "900", "match_type": "EXACT"}], "900"),
    ],
)
def test_one_keyword_of_an_ad_group_has_the_numbers_of_its_words(
    connection: duckdb.DuckDBPyConnection, keywords: list[dict[str, Any]], found: str
) -> None:
    connection.execute("truncate keywords; truncate keyword_report")
    make_views(connection)
    for keyword in keywords:
        values = {**KEYWORD, "archived": False, **keyword}
        connection.execute(
            "insert into keywords (id, parent_id, parent_type, match_type, value, archived) values (?, ?, ?, ?, ?, ?)",
            [values[name] for name in ("id", *KEYWORD, "archived")],
        )
    connection.execute(
        "insert into keyword_report (AD_GROUP_ID, AD_ID, ENTITY_ID, TARGETING_VALUE, SPEND_IN_MICRO_DOLLAR) "
        "values ('7', '', '900', 'TEA', 5)"
    )

    rows = connection.execute("select keyword_id, pin_promotion_id, spend_in_micro_dollar from views.keyword_report")
    assert rows.fetchall() == [(found, None, 5)]


@pytest.mark.parametrize(("grain", "ids"), [("ad", "all"), ("entity", "all"), ("entity", "none")])
def test_keywords_have_all_the_spend_and_their_words(
    connection: duckdb.DuckDBPyConnection, grain: str, ids: str
) -> None:
    finer = small_world(ad_accounts=2, ads=8, boards=1, report_grain=grain, report_ids=ids)
    load_stream(connection, finer, "keyword_report")
    make_views(connection)
    spent = Counter[str]()
    for row in rows_of(finer, "keyword_report"):
        spent[row["TARGETING_VALUE"]] += int(row.get("SPEND_IN_MICRO_DOLLAR") or 0)
    found = connection.execute(
        "select history.value, sum(report.spend_in_micro_dollar) from views.keyword_report as report "
        "left join views.keyword_history as history on history.id = report.keyword_id group by all"
    ).fetchall()

    assert {words: int(micros) for words, micros in found} == spent


@pytest.mark.parametrize(("streams_schema", "is_rejected"), [("PINTEREST_ADS", True), ("main", False)])
def test_a_view_never_takes_the_place_of_a_streams_table(streams_schema: str, is_rejected: bool) -> None:
    rejected: list[str] = []
    environment = jinja2.Environment(autoescape=False)  # noqa: S701  # no page, but SQL
    environment.globals |= {
        "target": SimpleNamespace(schema="pinterest_ads"),
        "var": {"streams_schema": streams_schema}.__getitem__,
        "exceptions": SimpleNamespace(raise_compiler_error=rejected.append),
    }
    hook = yaml.safe_load((PROJECT / "dbt_project.yml").read_text(encoding="utf-8"))["on-run-start"]
    macro = (PROJECT / "macros" / "own_schema.sql").read_text(encoding="utf-8")
    environment.from_string(macro + hook).render()

    assert bool(rejected) is is_rejected
    assert all("would replace the tables of the streams in the schema pinterest_ads" in one for one in rejected)


@needs_dbt
def test_dbt_builds_the_views_and_its_tests_pass(database: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    copy = file_of(database, tmp_path)
    built = build(DBT, copy, tmp_path, {}, PROJECT)

    assert (built["model"], built["test"]) == (len(EXPECTED), 15)
    with duckdb.connect(str(copy)) as connection:
        for table in EXPECTED:
            assert described(connection, f"pinterest_ads.{table}") == types_of_streams(table), table

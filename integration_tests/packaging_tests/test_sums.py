"""The query of the sums, and the dbt model of the same, name each day on which a level does not add up."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pytest

from integration_tests.support.processes import ROOT
from tools.demo.dbt_project import load, make_view

QUERY = (ROOT / "examples" / "sums.sql").read_text(encoding="utf-8")
LEVELS = {
    "ad_account_analytics": "AD_ACCOUNT_ID",
    "campaign_analytics": "CAMPAIGN_ID",
    "ad_group_analytics": "AD_GROUP_ID",
    "ad_analytics": "AD_ID",
}
METRICS = (
    *("SPEND_IN_MICRO_DOLLAR", "IMPRESSION_1", "IMPRESSION_2", "CLICKTHROUGH_1", "CLICKTHROUGH_2"),
    *("OUTBOUND_CLICK_1", "OUTBOUND_CLICK_2", "REPIN_1", "REPIN_2", "TOTAL_CHECKOUT"),
    "TOTAL_CHECKOUT_VALUE_IN_MICRO_DOLLAR",
)
INITDB, PG_CTL, PSQL = map(shutil.which, ("initdb", "pg_ctl", "psql"))
Ask = Callable[[str], list[tuple[str, ...]]]


def row(stream: str, entity: str, day: int, share: int) -> dict[str, Any]:
    return {
        LEVELS[stream]: entity,
        "AD_ACCOUNT_ID": "7",
        "DATE": f"2026-01-{day:02}",
        **{metric: share * day * (at + 1) for at, metric in enumerate(METRICS) if (day + at) % 4 or share == 0},
    }


def loaded(connection: duckdb.DuckDBPyConnection) -> None:
    """Ten days of an account with two entities at each level. The last two days do not add up yet."""
    for stream in LEVELS:
        shares = {"7": 10} if stream == "ad_account_analytics" else {"1": 4, "2": 6}
        rows = [row(stream, entity, day, share) for day in range(1, 11) for entity, share in shares.items()]
        if stream == "ad_account_analytics":
            rows[-1]["IMPRESSION_1"] = 999_999
        load(connection, stream, rows)


@contextmanager
def postgres() -> Iterator[Path]:
    """A server on a socket in a folder, which belongs to the user that it may run as."""
    with tempfile.TemporaryDirectory() as name:
        folder, user = Path(name), "postgres" if os.geteuid() == 0 else None
        if user:
            shutil.chown(folder, user)
        run = {"stdout": subprocess.DEVNULL, "user": user, "cwd": name, "env": {**os.environ, "LC_ALL": "C"}}
        data = folder / "data"
        subprocess.run([INITDB, "--no-sync", "--auth", "trust", "--username", "tests", "-D", data], check=True, **run)
        options = f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off"
        start = [PG_CTL, "-D", data, "-o", options, "-l", folder / "log", "-w", "start"]
        subprocess.run(start, check=True, **run)
        try:
            yield folder
        finally:
            subprocess.run([PG_CTL, "-D", data, "-m", "immediate", "stop"], check=True, **run)


@contextmanager
def asked_of_duckdb(folder: Path) -> Iterator[Ask]:
    del folder
    with duckdb.connect() as connection:
        loaded(connection)

        def ask(query: str) -> list[tuple[str, ...]]:
            return [tuple(map(str, found)) for found in connection.execute(query).fetchall()]

        yield ask


@contextmanager
def asked_of_postgres(folder: Path) -> Iterator[Ask]:
    """The same tables, with names in small letters, as destinations make them."""
    columns = ("AD_ACCOUNT_ID", "DATE", "AD_ID", *METRICS)
    with postgres() as socket, duckdb.connect() as connection:
        loaded(connection)

        def ask(query: str) -> list[tuple[str, ...]]:
            command = [PSQL, "-h", str(socket), "-U", "tests", "-d", "postgres", "-v", "ON_ERROR_STOP=1"]
            done = subprocess.run([*command, "-At"], input=query, check=True, capture_output=True, text=True)
            return [tuple(line.split("|")) for line in done.stdout.splitlines()]

        for stream in LEVELS:
            file = folder / f"{stream}.csv"
            names = ", ".join(f'"{column}"' for column in columns)
            connection.execute(f"copy (select {names} from {stream}) to '{file}' (header false)")  # noqa: S608 - names are ours
            types = ", ".join(f"{name.lower()} {'double precision' if name in METRICS else 'text'}" for name in columns)
            ask(f"create table {stream} ({types});\n\\copy {stream} from '{file}' csv")
        yield ask


@pytest.mark.parametrize(
    "asked",
    [
        asked_of_duckdb,
        pytest.param(
            asked_of_postgres,
            marks=pytest.mark.skipif(not (INITDB and PG_CTL and PSQL), reason="there is no PostgreSQL on the path"),
        ),
    ],
)
def test_the_query_names_the_level_and_the_day_that_lack_rows(asked: Any, tmp_path: Path) -> None:
    query = QUERY.rstrip() + ";"
    with asked(tmp_path) as ask:
        assert [found for found in ask(query) if found[0]] == []
        ask("delete from ad_analytics where date = '2026-01-05' and ad_id = '2';")
        ask("delete from campaign_analytics where date = '2026-01-07';")
        found = ask(query)
    assert [(level, account, day[:10]) for level, account, day, *_ in found] == [
        ("campaigns", "7", "2026-01-07"),
        ("ads", "7", "2026-01-05"),
    ]
    assert [float(number) for number in found[1][3:5]] == [5e-05, 2e-05]


def test_the_model_of_the_dbt_project_says_the_same() -> None:
    query = "select level, ad_account_id, cast(date_day as varchar), agrees from pinterest__sums order by all"
    with duckdb.connect() as connection:
        loaded(connection)
        make_view(connection, "pinterest__sums", "main")
        rows = connection.execute(query).fetchall()
        assert len(rows) == 3 * 8
        assert all(row[-1] for row in rows)
        connection.execute("delete from ad_analytics where DATE = '2026-01-05' and AD_ID = '2'")
        wrong = [row for row in connection.execute(query).fetchall() if not row[-1]]
    assert wrong == [("ads", "7", "2026-01-05", False)]

"""The dbt project: the tables that it reads, and a build that counts the models and tests that succeeded."""

import json
import os
import subprocess
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import jinja2

from integration_tests.support.processes import ROOT
from source_pinterest.cli.tables import column_types
from source_pinterest.streams.base.stream import PinterestStream
from tools.demo.screen import DemoFailedError
from tools.stream_table import every_stream, key_fields


@cache
def _every_stream() -> Mapping[str, PinterestStream]:
    return {stream.name: stream for stream in every_stream()}


def load(connection: duckdb.DuckDBPyConnection, stream: str, records: Iterable[Mapping[str, Any]]) -> None:
    """Insert records into the table of a stream, which is made if there is none; they replace rows of the same key."""
    described = _every_stream()[stream]
    types = column_types(described.get_json_schema())
    columns = ", ".join(f'"{name}" {type_}' for name, type_ in types.items())
    arrival = "_airbyte_extracted_at timestamp default current_localtimestamp()"
    connection.execute(f"create table if not exists {stream} ({columns}, {arrival})")
    with tempfile.NamedTemporaryFile("w", suffix=".json") as lines:
        lines.writelines(f"{json.dumps(record)}\n" for record in records)
        lines.flush()
        # Names come from the connector, the path from here: nothing to escape.
        arrived = f"read_json('{lines.name}', format = 'newline_delimited', columns = {types})"
        same = " and ".join(f'old."{column}" = new."{column}"' for column in key_fields(described))
        connection.execute(f"delete from {stream} as old using {arrived} as new where {same}")
        connection.execute(f"insert into {stream} by name select * from {arrived}")


PROJECT = ROOT / "examples" / "dbt"
STREAMS = (
    *("ad_accounts", "campaigns", "ad_groups", "ads", "ad_pins", "keywords", "keyword_metrics", "targeting_options"),
    *("ad_account_analytics", "campaign_analytics", "ad_group_analytics", "ad_analytics"),
    *("campaign_targeting_analytics", "keyword_report", "user_account_analytics", "pins", "pin_analytics"),
)
"""What the project reads."""

MODELS: Mapping[str, Path] = {path.stem: path for path in sorted((PROJECT / "models").rglob("*.sql"))}
"""The files of the models, by their names."""

_DATABASE, _PROJECT = "output/pinterest.duckdb", "examples/dbt"
READ_INTO_DUCKDB = " ".join(
    (f".tmp/pyairbyte/bin/python examples/pyairbyte_duckdb.py secrets/config.json {_DATABASE}", *STREAMS)
)
BUILD = f"PINTEREST_DUCKDB={_DATABASE} .tmp/dbt/bin/dbt build --project-dir {_PROJECT} --profiles-dir {_PROJECT}"
"""What a user types to have the reports of an own account; examples/dbt/README.md has the same two lines."""

LOCAL_VARIABLES: Mapping[str, Any] = {"targeting_values_without_name": 1}
"""What the project's variables are for a local Pinterest."""

REPORTS = "pinterest_reports"
"""The schema of the reports."""


def make_view(connection: duckdb.DuckDBPyConnection, model: str, schema: str) -> None:
    """Make a view of a model and of those that it reads, without dbt; the streams lie in the schema."""
    macros = "".join(path.read_text(encoding="utf-8") for path in sorted((PROJECT / "macros").glob("*.sql")))

    def ref(parent: str) -> str:
        make_view(connection, parent, schema)
        return parent

    template = jinja2.Environment(autoescape=False).from_string(macros + MODELS[model].read_text(encoding="utf-8"))  # noqa: S701
    query = template.render(source=lambda _source, table: f"{schema}.{table}", ref=ref)
    connection.execute(f"create or replace temp view {model} as {query}")


def require(dbt: Path) -> None:
    """Ask for dbt before anything is read.

    Raises:
        DemoFailedError: there is no such command.
    """
    if not os.access(dbt, os.X_OK):
        raise DemoFailedError(f"{dbt} can't be started. Run `make demo-dbt`, which installs dbt.")


def build(
    dbt: Path, database: Path, output: Path, variables: Mapping[str, Any], project: Path = PROJECT
) -> Counter[str]:
    """Build all models and run all tests; how many there were, by their kind: model or test.

    Args:
        dbt: the command.
        database: the DuckDB file that has the streams, and gets the reports.
        output: the folder of dbt's own files.
        variables: those of the project that have other values than in `dbt_project.yml`.
        project: the folder of the project.

    Raises:
        DemoFailedError: not all of it succeeded.
    """
    target = output / "target"
    (target / "run_results.json").unlink(missing_ok=True)
    settings = {
        "PINTEREST_DUCKDB": str(database),
        "DBT_TARGET_PATH": str(target),
        "DBT_LOG_PATH": str(output / "logs"),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }
    folders = ("--project-dir", project, "--profiles-dir", project)
    line: list[str | Path] = [dbt, "build", *folders, "--vars", json.dumps(dict(variables))]
    environment = {**os.environ, **settings}
    done = subprocess.run(line, cwd=output, env=environment, check=False, capture_output=True, text=True)
    if not (target / "run_results.json").exists():
        raise DemoFailedError(f"dbt build ended with exit code {done.returncode}:\n{done.stdout}{done.stderr}")
    results = json.loads((target / "run_results.json").read_text(encoding="utf-8"))["results"]
    wrong = [f"{each['unique_id']}: {each['message']}" for each in results if each["status"] not in {"success", "pass"}]
    if done.returncode or wrong:
        raise DemoFailedError("\n".join(["Not everything in the dbt project succeeded.", *wrong]))
    return Counter(each["unique_id"].partition(".")[0] for each in results)

"""How do JSON lines get into DuckDB without PyAirbyte? Each stream has a table, and rows are replaced by key."""

import json
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from integration_tests.tools.demo.connector import Connector, Reading, Record

STREAMS = ("ad_accounts", "campaigns", "campaign_analytics")


class Loader:
    """Reads with the connector of this checkout, and keeps its state beside the database.

    Args:
        connector: the connector that reads.
        catalog: the file of the configured catalog.
        database: the file of the DuckDB database.
    """

    def __init__(self, connector: Connector, catalog: Path, database: Path) -> None:
        self._connector = connector
        self._catalog = catalog
        self._database = database
        self._state = database.with_suffix(".state.json")

    def load(self) -> Mapping[str, int]:
        """Read what is new into the tables; how many records of each stream arrived, by its name."""
        keys = self._connector.discover()
        state = self._state if self._state.exists() else None
        reading: Reading = self._connector.read(self._catalog, self._database.with_suffix(".jsonl"), state)
        with duckdb.connect(str(self._database)) as connection:
            for stream in STREAMS:
                replace(connection, stream, keys[stream], reading.records[stream])
        reading.save_states(self._state)
        return {stream: len(reading.records[stream]) for stream in STREAMS}


def replace(connection: duckdb.DuckDBPyConnection, table: str, key: Sequence[str], records: Sequence[Record]) -> None:
    """Insert records into a table, where they replace rows with the same key."""
    if not records:
        return
    with tempfile.NamedTemporaryFile("w", suffix=".json") as lines:
        lines.writelines(f"{json.dumps(record)}\n" for record in records)
        lines.flush()
        # The names of tables and columns come from the connector, and the path from here: nothing to escape.
        arrived = f"read_json('{lines.name}', format = 'newline_delimited', union_by_name = true)"
        same = " and ".join(f'old."{column}" = new."{column}"' for column in key)
        connection.execute(f"create table if not exists {table} as select * from {arrived} limit 0")
        connection.execute(f"delete from {table} as old using {arrived} as new where {same}")
        connection.execute(f"insert into {table} by name select * from {arrived}")

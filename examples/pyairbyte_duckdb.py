"""Reads Pinterest into DuckDB with PyAirbyte. The next run reads new days, and days whose numbers may have changed.

.tmp/pyairbyte/bin/python examples/pyairbyte_duckdb.py secrets/config.json pinterest.duckdb
"""

import json
import os
import sys
from pathlib import Path

os.environ.setdefault("DO_NOT_TRACK", "1")
os.environ.setdefault("AIRBYTE_OFFLINE_MODE", "1")

import airbyte

config_file, database = Path(sys.argv[1]), Path(sys.argv[2])


def keep_newest_token(config: dict) -> None:
    """Write the new refresh token into the configuration file: Pinterest replaces the token at each use."""
    config_file.write_text(json.dumps(config, indent=2), encoding="utf-8")


source = airbyte.get_source(
    "source-pinterest",
    config=json.loads(config_file.read_text(encoding="utf-8")),
    config_change_callback=keep_newest_token,
    local_executable=Path(sys.executable).with_name("source-pinterest"),
    streams=["ad_accounts", "campaigns", "campaign_analytics"],
)
source.check()
cache = airbyte.DuckDBCache(db_path=database)
source.read(cache=cache)
query = Path(__file__).with_name("spend_by_campaign.sql").read_text(encoding="utf-8")
print(*cache.run_sql_query(query)[-10:], sep="\n")

"""Reads Pinterest into DuckDB with PyAirbyte. The next run reads new days, and days whose numbers may have changed.

.tmp/pyairbyte/bin/python examples/pyairbyte_duckdb.py secrets/config.json output/pinterest.duckdb [further streams]
"""

import json
import os
import sys
import tempfile
import warnings
from collections import Counter
from pathlib import Path

if not sys.argv[2:]:
    sys.exit(__doc__)
config_file, database = Path(sys.argv[1]), Path(sys.argv[2])
if not config_file.is_file():
    sys.exit(
        f"There is no {config_file}. Sign in: .venv/bin/python -m source_pinterest.authorize --config {config_file}"
    )

os.environ.setdefault("DO_NOT_TRACK", "1")
os.environ.setdefault("AIRBYTE_OFFLINE_MODE", "1")
os.environ.setdefault("AIRBYTE_LOGGING_ROOT", str(Path(__file__).resolve().parents[1] / ".tmp" / "pyairbyte-logs"))
private = tempfile.TemporaryDirectory()  # for this user alone: in it, PyAirbyte lets every user read the configuration
os.environ["AIRBYTE_TEMP_DIR"] = private.name
warnings.simplefilter("ignore")  # packages of PyAirbyte warn of their own future

import airbyte
from rich.console import Console
from rich.markup import escape
from rich.table import Table


def keep_newest_token(config: dict) -> None:
    """Pinterest replaces the refresh token at each use: the next step needs the new one, and so does the next run."""
    source.set_config(config, validate=False)
    draft = config_file.with_suffix(".new")
    draft.unlink(missing_ok=True)  # one that a killed run has left keeps its mode
    draft.touch(mode=0o600, exist_ok=False)
    draft.write_text(json.dumps(config, indent=2), encoding="utf-8")
    draft.replace(config_file)


source = airbyte.get_source(
    "source-pinterest",
    config=json.loads(config_file.read_text(encoding="utf-8")),
    config_change_callback=keep_newest_token,
    local_executable=Path(sys.executable).with_name("source-pinterest"),
    streams=sorted({"ad_accounts", "campaigns", "campaign_analytics", *sys.argv[3:]}),
)
try:
    database.parent.mkdir(mode=0o700, exist_ok=True)
    cache = airbyte.DuckDBCache(db_path=database)
    source.check()
    source.read(cache=cache)
except airbyte.exceptions.PyAirbyteError as error:
    reason = (error.context or {}).get("failure_reason", "The reason is above.")
    sys.exit(f"{error.get_message()} {reason}")
except OSError as error:
    sys.exit(f"{database} can't be written ({error.strerror}). Name another file.")
query = Path(__file__).with_name("spend_by_campaign.sql").read_text(encoding="utf-8")
rows = cache.run_sql_query(query)
currency, *others = [name for name, _ in Counter(row["currency"] for row in rows).most_common()] or ["no currency"]
newest = sorted({row["day"] for row in rows})[-3:]
title = f"Campaigns in {currency} on the newest three days, whose numbers may still change"
table = Table("Campaign", "Day", title=title, title_justify="left")
for title in ("Spend", "Paid impressions", "Paid clicks"):
    table.add_column(title, justify="right")
for row in [row for row in rows if row["currency"] == currency and row["day"] in newest]:
    numbers = f"{row['spend']:,.2f}", f"{row['paid_impressions']:,}", f"{row['paid_clicks']:,}"
    table.add_row(escape(row["campaign"]), str(row["day"]), *numbers)
Console().print(table)
if others:
    print(f"Campaigns in {', '.join(others)} are in {database} as well.")

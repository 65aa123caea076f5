"""Writes what `make read` has read as Singer messages, for a Singer target such as target-postgres.

.venv/bin/python examples/singer.py output | .tmp/singer/bin/target-postgres --config postgres.json
"""

import json
import sys
from pathlib import Path

if not sys.argv[1:]:
    sys.exit(__doc__)
folder = Path(sys.argv[1])
if not (folder / "catalog.json").is_file():
    sys.exit(f"There is no {folder}/catalog.json. Read something with make read first.")

known = set()
for configured in json.loads((folder / "catalog.json").read_text(encoding="utf-8"))["streams"]:
    stream = configured["stream"]
    known.add(stream["name"])
    key = [field for [field] in stream["source_defined_primary_key"]]
    schema = {"stream": stream["name"], "schema": stream["json_schema"], "key_properties": key}
    print(json.dumps({"type": "SCHEMA", **schema}))

# The names of the files begin with the time of the read, and a target keeps the newest row of each key.
for file in sorted(folder.glob("messages-*.jsonl")):
    with file.open(encoding="utf-8") as lines:
        for message in map(json.loads, lines):
            if message["type"] == "RECORD" and message["record"]["stream"] in known:
                record = message["record"]
                print(json.dumps({"type": "RECORD", "stream": record["stream"], "record": record["data"]}))

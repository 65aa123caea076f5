"""States in files, beside the standard tests."""

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[1]


def state_file(name: str) -> dict[str, Any]:
    entries = json.loads((FOLDER / name).read_text(encoding="utf-8"))
    return {entry["stream"]["stream_descriptor"]["name"]: entry["stream"]["stream_state"] for entry in entries}

"""How does a user choose streams without a platform? `python -m source_pinterest.catalog boards ads > catalog.json`.

Discovers the streams and writes the configured catalog that `read` takes. Naming none takes them all.
"""

import argparse
import difflib
import json
import logging
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from airbyte_cdk.models import (
    AirbyteStream,
    ConfiguredAirbyteCatalog,
    ConfiguredAirbyteCatalogSerializer,
    ConfiguredAirbyteStream,
    DestinationSyncMode,
    SyncMode,
)
from airbyte_cdk.utils import AirbyteTracedException

from source_pinterest.config.options import refusal
from source_pinterest.source import SourcePinterest

_NOBODY = {"credentials": {"auth_method": "access_token", "access_token": "none"}}
"""Enough to discover the streams, which takes no call."""


def main(arguments: Sequence[str]) -> int:
    """Write the catalog to standard output; 0 if every name is known."""
    parser = argparse.ArgumentParser(prog="python -m source_pinterest.catalog", description=__doc__)
    parser.add_argument("streams", nargs="*", help="their names; none means every stream")
    parser.add_argument("--config", type=Path, help="for custom reports and analytics columns: your configuration")
    parser.add_argument("--append", action="store_true", help="for a destination that can't replace rows")
    given = parser.parse_args(arguments)
    logging.getLogger("airbyte").setLevel(logging.ERROR)
    try:
        catalog = configured(given.streams, _read(given.config), append=given.append)
    except AirbyteTracedException as error:
        sys.stderr.write(f"{error.message}\n")
        return 1
    json.dump(ConfiguredAirbyteCatalogSerializer.dump(catalog), sys.stdout, indent=2)
    sys.stdout.write("\n")
    return 0


def configured(names: Sequence[str], config: Mapping[str, Any], *, append: bool = False) -> ConfiguredAirbyteCatalog:
    """The named streams, each read as cheaply as it can be: what has a cursor incrementally, the rest whole.

    Raises:
        AirbyteTracedException: there is no stream of such a name.
    """
    found = {stream.name: stream for stream in SourcePinterest().discover(logging.getLogger("airbyte"), config).streams}
    for name in names:
        if name not in found:
            raise refusal(f"There is no stream {name}. {_advice(name, list(found))}")
    return ConfiguredAirbyteCatalog([_configured(found[name], append=append) for name in dict.fromkeys(names or found)])


def _configured(stream: AirbyteStream, *, append: bool) -> ConfiguredAirbyteStream:
    if SyncMode.incremental not in stream.supported_sync_modes:
        return ConfiguredAirbyteStream(stream, SyncMode.full_refresh, DestinationSyncMode.overwrite)
    return ConfiguredAirbyteStream(
        stream,
        SyncMode.incremental,
        DestinationSyncMode.append if append else DestinationSyncMode.append_dedup,
        cursor_field=stream.default_cursor_field,
        primary_key=stream.source_defined_primary_key,
    )


def _advice(name: str, known: Sequence[str]) -> str:
    similar = difflib.get_close_matches(name, known, n=1)
    return f"Did you mean {similar[0]}?" if similar else f"Choose among: {', '.join(known)}."


def _read(path: Path | None) -> Mapping[str, Any]:
    if path is None:
        return _NOBODY
    try:
        config: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise refusal(f"{path} can't be read as JSON ({error}). Name your configuration with --config.") from error
    return config

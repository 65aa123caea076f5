"""The command `python -m source_pinterest.catalog`, which prints a configured catalog for `read`.

For example: `python -m source_pinterest.catalog boards ads > catalog.json`.
"""

import argparse
import difflib
import json
import logging
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
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

from source_pinterest.cli.terminal import say
from source_pinterest.config.files import read_object
from source_pinterest.config.options import config_error
from source_pinterest.source import SourcePinterest

LOGGER = logging.getLogger("airbyte")

NO_CREDENTIALS = {"credentials": {"auth_method": "access_token", "access_token": "none"}}
"""A config that is sufficient to discover the streams, since that sends no request to Pinterest."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the catalog and return the exit code: 0 if every stream exists."""
    parser = argparse.ArgumentParser(
        prog="python -m source_pinterest.catalog",
        description="Print the configured catalog that read takes. "
        "Streams with a cursor are read incrementally, the others in full.",
    )
    parser.add_argument("streams", nargs="*", help="streams to read (default: every stream)")
    parser.add_argument("--config", type=Path, help="configuration with custom reports or chosen columns")
    parser.add_argument("--append", action="store_true", help="append rows, for a destination that can't replace them")
    options = parser.parse_args(arguments)
    LOGGER.setLevel(logging.ERROR)
    try:
        config = read_object(options.config) if options.config else NO_CREDENTIALS
        catalog = configured(options.streams, config, append=options.append)
    except AirbyteTracedException as error:
        say(str(error.message), sys.stderr)
        return 1
    json.dump(ConfiguredAirbyteCatalogSerializer.dump(catalog), sys.stdout, indent=2)
    sys.stdout.write("\n")
    return 0


def configured(names: Sequence[str], config: Mapping[str, Any], *, append: bool = False) -> ConfiguredAirbyteCatalog:
    """Return a catalog of the named streams. Streams with a cursor are read incrementally, the others in full.

    Args:
        names: the streams, in the order of the catalog, between commas or not; none means every stream.
        config: the configuration, `{"credentials": {...}, ...}`.
        append: whether rows are appended, for a destination that can't replace them by key.

    Raises:
        AirbyteTracedException: some of the streams do not exist; the message names them and suggests similar names.
    """
    streams = {stream.name: stream for stream in SourcePinterest().discover(LOGGER, config).streams}
    requested: list[str] = []
    for name in names:  # that of a custom report may have commas and spaces
        requested += [name] if name in streams else re.split(r"[,\s]+", name.strip(", "))
    if unknown := [name for name in dict.fromkeys(requested) if name not in streams]:
        raise config_error(" ".join(_advice(unknown, list(streams))))
    selected = [streams[name] for name in dict.fromkeys(requested or streams)]
    return ConfiguredAirbyteCatalog([_configured(stream, append=append) for stream in selected])


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


def _advice(unknown: Sequence[str], known: Sequence[str]) -> Iterator[str]:
    unlike = []
    for name in unknown:
        if similar := difflib.get_close_matches(name, known, n=1):
            yield f"There is no stream {name}. Did you mean {similar[0]}?"
        else:
            unlike.append(name)
    if unlike:
        yield f"There is no stream {' or '.join(unlike)}. Choose among: {', '.join(known)}."

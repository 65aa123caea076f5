"""Build configured catalogs as the platform would write them."""

from collections.abc import Iterable
from typing import Any

from airbyte_cdk.models import (
    ConfiguredAirbyteCatalog,
    ConfiguredAirbyteCatalogSerializer,
    DestinationSyncMode,
    SyncMode,
)

from integration_tests.support.expected_records import KEYS, PRIMARY_KEYS
from integration_tests.support.expected_records.analytics import BREAKDOWN_KEYS
from integration_tests.support.expected_records.reports import OWN_REPORT_KEYS, REPORT_KEYS

CURSOR_FIELDS = {
    "campaigns": "updated_time",
    "ad_groups": "updated_time",
    "ads": "updated_time",
    "ad_pins": "ad_created_time",
    "board_pins": "board_pins_modified_at",
    "board_section_pins": "board_pins_modified_at",
    **dict.fromkeys((name for name in PRIMARY_KEYS if name.startswith("user_account_analytics")), "date"),
    "pin_analytics": "date",
    "ad_account_analytics": "DATE",
    "campaign_analytics": "DATE",
    "ad_group_analytics": "DATE",
    "ad_analytics": "DATE",
}
"""The incremental streams, but for reports."""

CUSTOM = "custom_"
"""How the streams of custom reports begin."""

ALL_STREAMS = tuple(PRIMARY_KEYS)
ORGANIC = ("boards", "board_sections", "board_pins", "board_section_pins")
BOARDED = ("board_pins", "board_section_pins")
"""Incremental too, but board by board: nothing of a board that has not changed is emitted again."""

ENTITIES = ("campaigns", "ad_groups", "ads")
ADS_ANALYTICS = ("ad_account_analytics", "campaign_analytics", "ad_group_analytics", "ad_analytics")


def catalog_of(
    streams: Iterable[str] = ALL_STREAMS,
    destination: str = "append_dedup",
    sync_mode: str = "incremental",
) -> ConfiguredAirbyteCatalog:
    """A catalog of the named streams, in their order; one that has no cursor is always overwritten in full.

    Args:
        streams: their names.
        destination: what happens to the records of the incremental ones: append, append_dedup or overwrite.
        sync_mode: how the incremental ones are read: incremental or full_refresh.
    """
    configured = [_configured(name, DestinationSyncMode(destination), SyncMode(sync_mode)) for name in streams]
    return ConfiguredAirbyteCatalogSerializer.load({"streams": configured})


def _configured(name: str, destination: DestinationSyncMode, sync_mode: SyncMode) -> dict[str, Any]:
    cursor = CURSOR_FIELDS.get(name) or (
        "DATE" if name in {**REPORT_KEYS, **OWN_REPORT_KEYS, **BREAKDOWN_KEYS} or name.startswith(CUSTOM) else None
    )
    stream = {
        "name": name,
        "json_schema": {},
        "supported_sync_modes": ["full_refresh", "incremental"] if cursor else ["full_refresh"],
    }
    if cursor is None:
        return {"stream": stream, "sync_mode": "full_refresh", "destination_sync_mode": "overwrite"}
    return {
        "stream": {**stream, "source_defined_cursor": True, "default_cursor_field": [cursor]},
        "sync_mode": sync_mode.value,
        "destination_sync_mode": destination.value,
        "cursor_field": [cursor],
        "primary_key": [[key] for key in KEYS.get(name, ())],
    }

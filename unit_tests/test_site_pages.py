"""The pages for Airbyte's site have the headings and the migration guide that the site wants.

https://docs.airbyte.com/contributing-to-airbyte/resources/qa-checks
"""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from integration_tests.tools.stream_table import as_code, every_stream, key_fields
from source_pinterest import __version__

ROOT = Path(__file__).parents[1]
HEADINGS = (
    "Prerequisites",
    "Setup guide",
    "Step 1: Set up Pinterest",
    "Step 2: Set up the Pinterest connector in Airbyte",
    "Supported sync modes",
    "Supported Streams",
    "IP allow list",
    "Performance considerations",
    "Limitations & Troubleshooting",
    "Changelog",
)
"""What the site's check looks for in the page of a source, in this order."""

SITE = "https://docs.airbyte.com/integrations/sources/"


def text(name: str | Path) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def headings(page: str) -> list[str]:
    return re.findall(r"^#+ (.+)$", re.sub(r"```.*?```", "", page, flags=re.DOTALL), flags=re.MULTILINE)


def rows(page: str) -> list[list[str]]:
    """The cells of a page's tables."""
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in page.splitlines() if line.startswith("|")]


@pytest.fixture
def breaking_changes() -> dict[str, Any]:
    return yaml.safe_load(text("metadata.yaml"))["data"]["releases"]["breakingChanges"]


def test_the_headings_are_those_of_the_site_in_its_order() -> None:
    found = headings(text("docs/pinterest.md"))
    assert found[0] == "Pinterest"
    assert [heading for heading in found if heading in HEADINGS] == list(HEADINGS)


def test_the_migration_guide_is_where_the_metadata_links_to(breaking_changes: dict[str, Any]) -> None:
    guide = text("docs/pinterest-migrations.md")
    assert guide.startswith("# Pinterest Migration Guide\n")
    upgrades = [heading for heading in headings(guide) if heading.startswith("Upgrading to ")]
    assert upgrades == [f"Upgrading to {version}" for version in sorted(breaking_changes, reverse=True)]
    for version, change in breaking_changes.items():
        anchor = f"upgrading-to-{version.replace('.', '')}"
        assert change["migrationDocumentationUrl"] == f"{SITE}pinterest-migrations#{anchor}"


def test_the_migration_guide_has_the_new_key_of_each_affected_stream(breaking_changes: dict[str, Any]) -> None:
    affected = breaking_changes[__version__]["scopedImpact"][0]["impactedScopes"]
    keys = {f"`{stream.name}`": as_code(key_fields(stream)) for stream in every_stream()}
    guide = {cells[0]: cells[1] for cells in rows(text("docs/pinterest-migrations.md")) if cells[0] in keys}
    assert set(guide) == {f"`{stream}`" for stream in affected}
    assert {stream: key for stream, key in guide.items() if key != keys[stream]} == {}

"""Are the pages for Airbyte's site as the site wants them, and do links lead to a heading that exists?

https://docs.airbyte.com/contributing-to-airbyte/resources/qa-checks
"""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from integration_tests.stream_table import table
from source_pinterest import __version__

ROOT = Path(__file__).parents[1]
PAGES = ("docs/pinterest.md", "docs/pinterest-migrations.md")
DOCUMENTS = sorted({*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("*.md")})
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


def prose(page: str) -> str:
    """A page without its code and its comments."""
    return re.sub(r"```.*?```|`[^`\n]*`|<!--.*?-->", "", page, flags=re.DOTALL)


def headings(page: str) -> list[str]:
    return re.findall(r"^#+ (.+)$", re.sub(r"```.*?```", "", page, flags=re.DOTALL), flags=re.MULTILINE)


def anchors(page: str) -> set[str]:
    """The addresses of a page's headings, as GitHub and the site make them."""
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings(page)}


def links(page: str) -> list[str]:
    return re.findall(r"\]\(([^)\s]+)\)", page)


def rows(page: str) -> list[list[str]]:
    """The cells of a page's tables."""
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in page.splitlines() if line.startswith("|")]


def environments(page: str) -> list[str]:
    """The environments that a page has parts for, in their order.

    Raises:
        ValueError: a tag does not fit the one before it.
    """
    found: list[str] = []
    open_tag = ""
    for closing, name in re.findall(r"<!-- (/?)env:(\w+) -->", page):
        if bool(closing) != bool(open_tag) or (closing and name != open_tag):
            raise ValueError(f"{closing}env:{name} does not fit env:{open_tag}")
        open_tag = "" if closing else name
        found += [name] if open_tag else []
    if open_tag:
        raise ValueError(f"env:{open_tag} does not end")
    return found


@pytest.fixture
def breaking_changes() -> dict[str, Any]:
    return yaml.safe_load(text("metadata.yaml"))["data"]["releases"]["breakingChanges"]


def test_each_platform_has_its_part_of_the_setup() -> None:
    assert environments(text("docs/pinterest.md")) == ["oss", "cloud", "oss", "cloud", "oss"]


@pytest.mark.parametrize(
    "page",
    [
        "<!-- env:oss -->",
        "<!-- /env:oss -->",
        "<!-- env:oss --><!-- /env:cloud -->",
        "<!-- env:oss --><!-- env:cloud --><!-- /env:cloud --><!-- /env:oss -->",
    ],
)
def test_a_tag_without_its_other_half_is_seen(page: str) -> None:
    with pytest.raises(ValueError, match="env:"):
        environments(page)


def test_the_headings_are_those_of_the_site_in_its_order() -> None:
    found = headings(text("docs/pinterest.md"))
    assert found[0] == "Pinterest"
    assert [heading for heading in found if heading in HEADINGS] == list(HEADINGS)


@pytest.mark.parametrize("page", PAGES)
def test_a_page_of_the_site_holds_nothing_that_the_site_takes_for_code(page: str) -> None:
    tags = re.sub(r"</?(details|summary|HideInUI)>", "", prose(text(page)))
    assert re.findall(r"^.*[<{].*$", tags, flags=re.MULTILINE) == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_link_within_the_project_leads_to_a_heading(document: Path) -> None:
    for link in links(prose(text(document))):
        path, _, anchor = link.partition("#")
        if path.startswith(SITE):
            target = ROOT / "docs" / f"{path.removeprefix(SITE)}.md"
        elif "://" in path:
            continue
        else:
            target = document.parent / path if path else document
        assert target.exists(), link
        assert not anchor or anchor in anchors(text(target)), link


def test_the_changelog_folds_up_and_has_the_newest_version() -> None:
    section = text("docs/pinterest.md").partition("\n## Changelog\n")[2]
    folded = re.search(r"<details>\s*<summary>[^<]+</summary>\n\n(.*?)\n\n</details>", section, flags=re.DOTALL)
    newest = re.search(r"^## \[(.+?)\] - (\S+)", text("CHANGELOG.md"), flags=re.MULTILINE)
    assert folded is not None
    assert newest is not None
    titles, _, *versions = rows(folded[1])
    assert titles == ["Version", "Date", "Pull Request", "Subject"]
    assert tuple(versions[0][:2]) == newest.groups()
    assert all(all(cells) for cells in versions)


def test_the_migration_guide_is_where_the_metadata_links_to(breaking_changes: dict[str, Any]) -> None:
    guide = text("docs/pinterest-migrations.md")
    assert guide.startswith("# Pinterest Migration Guide\n")
    upgrades = [heading for heading in headings(guide) if heading.startswith("Upgrading to ")]
    assert upgrades == [f"Upgrading to {version}" for version in sorted(breaking_changes, reverse=True)]
    for change in breaking_changes.values():
        page, _, anchor = change["migrationDocumentationUrl"].partition("#")
        assert page == f"{SITE}pinterest-migrations"
        assert anchor in anchors(guide)


def test_a_breaking_change_is_told_in_three_sentences(breaking_changes: dict[str, Any]) -> None:
    for change in breaking_changes.values():
        assert len(re.findall(r"\.(?= |$)", change["message"].strip())) == 3


def test_the_migration_guide_has_the_new_key_of_each_affected_stream(breaking_changes: dict[str, Any]) -> None:
    affected = breaking_changes[__version__]["scopedImpact"][0]["impactedScopes"]
    keys = {cells[0]: cells[3] for cells in rows(table("docs/pinterest.md")) if cells[0].startswith("`")}
    guide = {cells[0]: cells[1] for cells in rows(text("docs/pinterest-migrations.md")) if cells[0] in keys}
    assert set(guide) == {f"`{stream}`" for stream in affected}
    assert {stream: key for stream, key in guide.items() if key != keys[stream]} == {}


def test_the_readme_is_short_and_has_two_commands_the_test_command_and_a_picture() -> None:
    readme = text("README.md")
    assert len(readme.splitlines()) < 100
    assert "```bash\nmake demo\nmake demo-duckdb\n```" in readme
    assert "```bash\nmake test\n```" in readme
    assert re.search(r"^make .*\btest\b", text(".ci/run"), flags=re.MULTILINE), "the command that the README names"
    assert readme.count("![") == 1

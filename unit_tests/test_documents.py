"""Documents that are written by a program are as it writes them, and links lead somewhere."""

import ast
import re
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from integration_tests.fault_table import document as fault_table
from integration_tests.tools import operation_table, quota_table, stream_pages, stream_table
from source_pinterest.cli.authorize import scopes

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted({*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("*.md")})
ACTION = re.compile(r"\b(choose|correct|copy|enter|fix|give|must|remove|rename|sign in|write)\b", re.IGNORECASE)
"""What a user can do about an option."""
SITE = "https://docs.airbyte.com/integrations/sources/"


def test_generated_documents_are_as_their_generators_write_them() -> None:
    stale = [path.name for generator in (stream_table, stream_pages, operation_table) for path, _ in generator.stale()]
    assert stale == [], "Run `make docs`."
    parts = {
        "docs/pinterest.md": [f"<!-- quotas: begin -->\n\n{quota_table.written()}\n\n<!-- quotas: end -->"],
        "docs/running-it.md": [f"<!-- sizes: begin -->\n\n{quota_table.sizes()}\n\n<!-- sizes: end -->"],
        "docs/development/reliability.md": [fault_table.kinds(), fault_table.promised()],
    }
    for document, texts in parts.items():
        assert all(text in (ROOT / document).read_text(encoding="utf-8") for text in texts), document


def test_the_hours_of_a_first_sync_are_those_of_its_requests() -> None:
    """For each account 6 for lists, 14 for 89 days of analytics and today, and 40 for the reports before that."""
    [row] = [row for row in quota_table.rows() if row[0] == "First sync, 913 days back"]
    standard = (quota_table.rounded(accounts * (14 + 40) / 300 / 60) for accounts in (10, 100, 1_000))
    assert row == ("First sync, 913 days back", "60", *standard, "0.1", "120", "1,416")


def test_links_within_the_project_lead_to_a_file_and_a_heading() -> None:
    for document in DOCUMENTS:
        for link in re.findall(r"\]\(([^)\s]+)\)", without_code(document)):
            path, _, anchor = link.partition("#")
            if path.startswith(SITE):
                target = ROOT / "docs" / f"{path.removeprefix(SITE)}.md"
            elif "://" in path:
                continue
            else:
                target = document.parent / path if path else document
            assert target.exists(), (document.name, link)
            assert not anchor or anchor in anchors(target), (document.name, link)


def without_code(document: Path) -> str:
    return re.sub(r"```.*?```|`[^`\n]*`|<!--.*?-->", "", document.read_text(encoding="utf-8"), flags=re.DOTALL)


def anchors(document: Path) -> set[str]:
    """The anchors of a document's headings, as GitHub and Airbyte's site make them."""
    text = re.sub(r"```.*?```", "", document.read_text(encoding="utf-8"), flags=re.DOTALL)
    headings = re.findall(r"^#+ (.+)$", text, flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_the_consent_page_by_hand_asks_for_the_same_permissions() -> None:
    text = (ROOT / "docs" / "pinterest.md").read_text(encoding="utf-8")
    assert re.findall(r"&scope=(\S+)$", text, flags=re.MULTILINE) == [scopes()]


def test_a_refusal_of_an_option_says_what_to_do_or_has_an_entry_in_troubleshooting() -> None:
    page = (ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
    entries = [pieces(words) for words in re.findall(r"\*\*([^*]+)\*\*", page)]
    assert [
        refusal
        for refusal in refusals()
        if not ACTION.search(refusal) and not any(re.search(entry, refusal) for entry in entries)
    ] == []


def pieces(words: str) -> str:
    """A pattern that finds the words of an entry in their order, whatever is filled in between."""
    return ".*".join(re.escape(piece.strip().removesuffix(".")) for piece in words.split("…"))


def refusals() -> Iterator[str]:
    """The sentences of config/, with an ellipsis for what is filled in."""
    for path in (ROOT / "source_pinterest" / "config").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "refusal":
                [sentence] = node.args
                module = import_module(f"source_pinterest.config.{path.stem}".removesuffix(".__init__"))
                parts = sentence.values if isinstance(sentence, ast.JoinedStr) else [sentence]
                yield "".join(shown(part, vars(module)) for part in parts)


def shown(part: ast.expr, constants: Mapping[str, Any]) -> str:
    """A part of a sentence, if it is always the same, else an ellipsis."""
    if isinstance(part, ast.Constant):
        return str(part.value)
    name = part.value.id if isinstance(part, ast.FormattedValue) and isinstance(part.value, ast.Name) else ""
    return str(constants.get(name, "…"))


def test_troubleshooting_is_short_entries_by_where_a_message_is_met() -> None:
    page = (ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
    introduction, *sections = page.split("\n## ")
    assert [section.splitlines()[0] for section in sections] == [
        "What INCOMPLETE means",
        "Signing in",
        "The connection test",
        "A stream",
        "A report",
        "Reading by hand, and the commands",
    ]
    assert "\n|" not in page, "A table of three columns can't be read on a phone."
    for section in sections[1:]:
        entries = re.split(r"^- ", section, flags=re.MULTILINE)[1:]
        assert all(re.match(r"\*\*[^*]+\*\*.*\w", entry, flags=re.DOTALL) for entry in entries)
    assert len(introduction.split()) < 100

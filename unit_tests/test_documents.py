"""Documents that a program writes are as it writes them; what others link to or name exists."""

import ast
import re
from pathlib import Path

import pytest
import yaml
from airbyte_cdk.utils import AirbyteTracedException

from source_pinterest import __version__
from source_pinterest.cli.authorize import scopes
from source_pinterest.config import Config
from tools import docs
from tools.stream_table import as_code, every_stream, key_fields
from unit_tests.configs import BAD_CONFIGS, TODAY
from unit_tests.report_configs import BAD_REPORTS

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted(
    {
        *ROOT.glob("*.md"),
        ROOT / "integration_tests/README.md",
        *(ROOT / "docs").rglob("*.md"),
        *(ROOT / "examples").rglob("*.md"),
    }
)
ACTION = re.compile(r"\b(choose|correct|copy|enter|fix|give|must|remove|rename|sign in|write)\b", re.IGNORECASE)
"""What a user can do about an option."""
SITE = "https://docs.airbyte.com/integrations/sources/"


def test_generated_documents_are_as_their_generators_write_them() -> None:
    assert [path.name for path, _ in docs.stale()] == [], "Run `make docs`."


def test_the_example_of_a_sync_test_is_the_one_that_runs() -> None:
    folder = ROOT / "integration_tests"
    example = (folder / "sync_tests/test_example.py").read_text(encoding="utf-8")
    assert f"```python\n{example}```" in (folder / "README.md").read_text(encoding="utf-8")


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


def test_the_units_of_times_are_documented_for_each_stream() -> None:
    page = (ROOT / "docs/running-it.md").read_text(encoding="utf-8")
    told = {one.name: str(one.get_json_schema()["properties"].get("created_time")) for one in every_stream()}
    for unit in ("seconds", "milliseconds"):
        [streams] = re.findall(rf"^\| `created_time`.* {unit} in ([^|;]*)", page, re.MULTILINE)
        named = set(re.findall(r"`(\w+)`", streams))
        assert named == {name for name, field in told.items() if f"epoch {unit}" in field}, f"{unit} in running-it.md"


def test_the_documented_consent_page_requests_the_same_permissions() -> None:
    text = (ROOT / "docs" / "pinterest.md").read_text(encoding="utf-8")
    assert re.findall(r"&scope=(\S+)$", text, flags=re.MULTILINE) == [scopes()]


def test_a_rejection_of_an_option_says_what_to_do_or_has_an_entry_in_troubleshooting() -> None:
    page = (ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
    entries = [pieces(words) for words in re.findall(r"\*\*([^*]+)\*\*", page)]
    for bad in (*BAD_CONFIGS, *BAD_REPORTS):
        with pytest.raises(AirbyteTracedException) as rejected:
            Config.from_mapping(bad.raw, TODAY)
        message = str(rejected.value.message)
        assert ACTION.search(message) or any(re.search(entry, message) for entry in entries), message


def pieces(words: str) -> str:
    """A pattern that finds the words of an entry in their order, whatever is filled in between."""
    return ".*".join(re.escape(piece.strip().removesuffix(".")) for piece in words.split("…"))


NAMED_TEST = re.compile(r"`(?P<file>[\w/]+\.py)::(?P<test>\w+)`")
NAMED = re.compile(r"`(?P<name>[A-Za-z_]\w*(?:\.\w+)?)` (?:\(|in )`(?P<file>[\w/]+\.py)`")
PROMISES = (
    ("docs/development/architecture.md", "\n| Behaviour | Test |\n"),
    ("SECURITY.md", "\n| Promise | Test |\n"),
)


@pytest.mark.parametrize(("document", "head"), PROMISES)
def test_each_promise_is_held_by_a_test_that_exists(document: str, head: str) -> None:
    _, *tables = (ROOT / document).read_text(encoding="utf-8").split(head)
    rows = [row for table in tables for row in table.partition("\n\n")[0].splitlines()[1:]]
    assert rows
    for row in rows:
        named = list(NAMED_TEST.finditer(row))
        assert named, row
        for found in named:
            assert f"def {found['test']}(" in (ROOT / found["file"]).read_text(encoding="utf-8"), found[0]


def test_each_function_that_the_architecture_names_is_in_its_file() -> None:
    text = " ".join((ROOT / "docs" / "development" / "architecture.md").read_text(encoding="utf-8").split())
    named = [(found["name"], found["file"]) for found in NAMED.finditer(text)]
    assert named
    assert [(name, file) for name, file in named if name not in defined_in(ROOT / "source_pinterest" / file)] == []


def defined_in(path: Path) -> set[str]:
    """The names of a module, and those of the members of its classes."""
    names: set[str] = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.ClassDef):
            names.update(f"{node.name}.{member.name}" for member in node.body if isinstance(member, ast.FunctionDef))
        targets = getattr(node, "targets", [getattr(node, "target", node)])
        names.update(getattr(target, "id", getattr(target, "name", "")) for target in targets)
    return names


def test_the_migration_guide_has_the_new_key_of_each_affected_stream() -> None:
    metadata = yaml.safe_load((ROOT / "metadata.yaml").read_text(encoding="utf-8"))["data"]
    affected = metadata["releases"]["breakingChanges"][__version__]["scopedImpact"][0]["impactedScopes"]
    text = (ROOT / "docs" / "pinterest-migrations.md").read_text(encoding="utf-8")
    keys = {f"`{stream.name}`": as_code(key_fields(stream)) for stream in every_stream()}
    guide = dict(re.findall(r"^\| (`\w+`) \| ([^|]+?) \|", text, flags=re.MULTILINE))
    assert guide == {f"`{stream}`": keys[f"`{stream}`"] for stream in affected}

"""THIRD-PARTY-NOTICES says of every package of the image, and of no other, what the package says of itself."""

import re
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

import pytest
from packaging.version import Version

from integration_tests.tools.third_party import NOTICES, Notice, pins

ROOT = Path(__file__).parents[1]
WRITTEN = NOTICES.read_text(encoding="utf-8")
LOCKED = pins((ROOT / "requirements.lock").read_text(encoding="utf-8"))
UNDER_GNU = ("unidecode",)


def installed_as_locked(name: str) -> bool:
    try:
        return distribution(name).version == LOCKED[name]
    except PackageNotFoundError:
        return False


def test_every_package_of_the_image_is_named_with_its_version() -> None:
    named = re.findall(r"^(\S+) (\S+)\n  Licence: ", WRITTEN, flags=re.MULTILINE)

    assert len(LOCKED) > 50
    assert named == list(LOCKED.items()), "make notices"


def test_each_has_a_licence_its_text_and_a_page() -> None:
    for entry in WRITTEN.split("\n\n")[-len(LOCKED) :]:
        assert re.search(r"\n  Licence: \S.*\n  Texts: \S.*\n(    \S.*\n)*  Page: https?://\S+", entry), entry


def test_what_is_said_of_a_package_is_what_it_says_itself() -> None:
    for name in filter(installed_as_locked, LOCKED):
        assert f"\n{Notice.of(name)}\n" in WRITTEN, name


def test_the_gnu_licence_is_spoken_of_where_it_holds() -> None:
    under = [f"{name} {LOCKED[name]}" for name in UNDER_GNU]

    assert f"\nUnder the GNU General Public License: {', '.join(under)}\n" in WRITTEN
    assert [name for name, _ in re.findall(r"^(\S+) (.*)\n  Licence: .*(?:GNU|GPL)", WRITTEN, re.MULTILINE)] == list(
        UNDER_GNU
    )


@pytest.mark.parametrize("name", UNDER_GNU)
def test_the_image_has_the_source_of_what_is_under_it(name: str) -> None:
    """As the file says: modules of Python, and nothing that was compiled."""
    assert Version(distribution(name).version).major == Version(LOCKED[name]).major
    suffixes = {file.suffix for file in distribution(name).files or () if file.parts[0] == name}
    assert suffixes <= {".py", ".pyc", ".pyi", ".typed"}


def test_a_package_that_says_nothing_of_itself_is_looked_at_by_somebody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("integration_tests.tools.third_party._texts", lambda _: iter(()))

    with pytest.raises(LookupError, match="pytest lacks"):
        Notice.of("pytest")

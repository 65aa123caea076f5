"""THIRD-PARTY-NOTICES says of every package of the image, and of no other, what the package says of itself."""

import re
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.version import Version

from tools.third_party import NOTICES, notice, pins

ROOT = Path(__file__).parents[1]
WRITTEN = NOTICES.read_text(encoding="utf-8")
LOCKED = pins((ROOT / "requirements.lock").read_text(encoding="utf-8"))
UNDER_GNU = ("unidecode",)


def installed_as_locked(name: str) -> bool:
    try:
        return distribution(name).version == LOCKED[name]
    except PackageNotFoundError:
        return False


def test_every_package_of_the_image_is_told_as_it_tells_itself() -> None:
    named = re.findall(r"^(\S+) (\S+)\n  Licence: ", WRITTEN, flags=re.MULTILINE)

    assert named == list(LOCKED.items()), "make notices"
    for entry in WRITTEN.split("\n\n")[-len(LOCKED) :]:
        assert re.search(r"\n  Licence: \S.*\n  Texts: \S.*\n(    \S.*\n)*  Page: https?://\S+", entry), entry
    for name in filter(installed_as_locked, LOCKED):
        assert f"\n{notice(name)}\n" in WRITTEN, name


def test_a_package_under_the_gnu_licence_is_named_and_ships_its_source() -> None:
    """As the file says: modules of Python, and nothing that was compiled."""
    under = [f"{name} {LOCKED[name]}" for name in UNDER_GNU]

    assert f"\nUnder the GNU General Public License: {', '.join(under)}\n" in WRITTEN
    assert [name for name, _ in re.findall(r"^(\S+) (.*)\n  Licence: .*(?:GNU|GPL)", WRITTEN, re.MULTILINE)] == list(
        UNDER_GNU
    )
    for name in UNDER_GNU:
        assert Version(distribution(name).version).major == Version(LOCKED[name]).major
        suffixes = {file.suffix for file in distribution(name).files or () if file.parts[0] == name}
        assert suffixes <= {".py", ".pyc", ".pyi", ".typed"}

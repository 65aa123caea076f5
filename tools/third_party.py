"""List the third-party software in the image, with its licences and where their texts are.

`make notices` runs this in the image's environment and writes THIRD-PARTY-NOTICES from what the installed packages say
of themselves.
"""

import re
import textwrap
from collections.abc import Iterable, Iterator
from importlib.metadata import Distribution, distribution
from pathlib import Path

ROOT = Path(__file__).parents[1]
NOTICES = ROOT / "THIRD-PARTY-NOTICES"

_PIN = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)", re.MULTILINE)
_LICENCE_FILE = re.compile(r"licen[cs]e|copying|notice|authors", re.IGNORECASE)
_LICENCE_AT_THE_HEAD = "Redistribution and use in source and binary forms"
_PAGES = ("source", "source code", "code", "repository", "homepage", "github")
_PAGES_ELSEWHERE = {"unidecode": "https://github.com/avian2/unidecode"}
"""Of packages that name none."""

_HEAD = """\
Third-party software in the image airbyte/source-pinterest

The connector is under the MIT License, see LICENSE. The image also holds the packages below, unmodified, in
/venv/lib/python3.11/site-packages. The texts of their licences, with the copyright notices, lie in that folder, in the
files named here; those of libraries inside a package lie there too. The page of a package leads to its source code.
Debian and Python come with the base image; their notices are in /usr/share/doc and in
/usr/local/lib/python3.11/LICENSE.txt.

`make notices` writes this file from requirements.lock and from what each package says of itself.
"""
_GNU = """\
Under the GNU General Public License: {names}

The framework (airbyte-cdk) requires this software; the connector does not import it. Whoever passes the image on passes
it on too, and has to keep to that licence: give its text, which is in the image, and the source code, which the image
holds as well, because this software consists of Python modules.
"""


def pins(lock: str) -> dict[str, str]:
    """The version of each package in the text of a lock."""
    return dict(_PIN.findall(lock))


def notice(name: str) -> str:
    """What an installed package says of itself.

    Raises:
        LookupError: it has no licence, no text of it or no page, so that somebody has to look.
    """
    found = distribution(name)
    told = {"Licence": _licence(found), "Texts": ", ".join(_texts(found)), "Page": _page(name, found)}
    if not all(told.values()):
        raise LookupError(f"{name} lacks something: {told}.")
    lines = (
        textwrap.fill(f"{what}: {said}", 118, initial_indent="  ", subsequent_indent="    ", break_on_hyphens=False)
        for what, said in told.items()
    )
    return "\n".join([f"{name} {found.version}", *lines])


def text(names: Iterable[str]) -> str:
    """The whole file. GNU's licences ask for the source code of what they cover."""
    notices = list(map(notice, names))
    gnu = [one.partition("\n")[0] for one in notices if re.search(r"\n  Licence: .*(GNU|GPL)", one)]
    parts = [_HEAD, *([_GNU.format(names=", ".join(gnu))] if gnu else []), *(f"{one}\n" for one in notices)]
    return "\n".join(parts)


def _licence(found: Distribution) -> str:
    metadata = found.metadata
    named = [line.rpartition(" :: ")[2] for line in metadata.get_all("Classifier", []) if line.startswith("License ::")]
    return (
        metadata.get("License-Expression")
        or " or ".join(named)
        or metadata.get("License", "").partition("\n")[0].strip()
    )


def _texts(found: Distribution) -> Iterator[str]:
    files = list(found.files or ())
    named = [str(file) for file in files if ".dist-info" in file.parts[0] and _LICENCE_FILE.search(file.name)]
    if named:
        yield from sorted(named)
        return
    modules = [file for file in files if file.suffix == ".py"]
    yield from sorted(
        {f"the head of each module in {file.parts[0]}/" for file in modules if _has_licence_in(file.locate())}
    )


def _has_licence_in(module: object) -> bool:
    return _LICENCE_AT_THE_HEAD in Path(str(module)).read_text(encoding="utf-8")


def _page(name: str, found: Distribution) -> str:
    entries = (entry.partition(", ") for entry in found.metadata.get_all("Project-URL", []))
    pages = {label.lower(): page for label, _, page in entries}
    homepage = found.metadata.get("Home-page")
    chosen = next((pages[label] for label in _PAGES if label in pages), homepage if homepage != "UNKNOWN" else None)
    return chosen or next(iter(pages.values()), "") or _PAGES_ELSEWHERE.get(name, "")


if __name__ == "__main__":
    locked = pins((ROOT / "requirements.lock").read_text(encoding="utf-8"))
    NOTICES.write_text(text(locked), encoding="utf-8")

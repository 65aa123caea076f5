"""Puts a new virtual environment into the place of an old one: `python .ci/move_environment.py NEW PLACE`.

An environment knows where it was made: its scripts name their Python, and its activation scripts the folder. Made
elsewhere and moved here, it leaves the old one as it is until it is whole.
"""

import shutil
import sys
from pathlib import Path


def move(new: Path, place: Path) -> None:
    """Move an environment, and let its files name the place where it then is."""
    before, after = str(new.absolute()).encode(), str(place.absolute()).encode()
    for path in (new / "pyvenv.cfg", *(new / "bin").iterdir()):
        if path.is_file() and not path.is_symlink() and before in (content := path.read_bytes()):
            path.write_bytes(content.replace(before, after))
    old = new.with_name(f"{new.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if place.exists():
        place.rename(old)
    new.rename(place)
    shutil.rmtree(old, ignore_errors=True)


if __name__ == "__main__":
    move(Path(sys.argv[1]), Path(sys.argv[2]))

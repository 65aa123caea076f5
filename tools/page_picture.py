"""Draws the page of README.md, that of the demos' shop on a day that never changes. It needs Chromium.

`python -m tools.page_picture` writes docs/images/page.png if the numbers have changed. Without that
file, it is always drawn.
"""

import hashlib
import io
import os
import shutil
import subprocess
import sys
import tempfile
from datetime import datetime
from pathlib import Path

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from integration_tests import network_guard
from integration_tests.network_guard import clock
from integration_tests.simulator.__main__ import parse
from integration_tests.support.pinterest import World
from integration_tests.support.processes import ROOT
from tools.demo.connector import READ
from tools.demo.into_duckdb import STREAMS
from tools.demo.pinterest import WORLD, local_pinterest

IMAGE = ROOT / "docs" / "images" / "page.png"
DAY = "2026-06-30"
_SIZE = (1120, 1290)
_COLOURS = 200
"""Few enough for a small file."""
_OPTIONS = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"),
    *("--disable-background-networking", "--disable-sync", "--hide-scrollbars", "--force-device-scale-factor=1"),
    "--host-resolver-rules=MAP * ~NOTFOUND",
)


def description() -> str:
    """What the picture says of itself, so that a picture of other numbers is noticed."""
    now = datetime.fromisoformat(f"{DAY}T12:00:00+00:00")
    world = World(**parse([*WORLD, "--now", now.isoformat()])[0])
    rows = world.expected("ad_account_analytics", wanted_columns=["SPEND_IN_MICRO_DOLLAR", "IMPRESSION_1"])
    digest = hashlib.sha256(repr(sorted(map(repr, rows.values()))).encode()).hexdigest()
    return f"{len(rows)} days of ad accounts, {digest}"


def told_by(image: Path) -> str:
    """What a picture says of itself."""
    with Image.open(image) as picture:
        return str(picture.info.get("Description"))


def main() -> int:
    """Read the shop, and write the picture, unless it shows these numbers already. Return the exit code."""
    if IMAGE.exists() and told_by(IMAGE) == description():
        return 0
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if chromium is None:
        sys.stderr.write("There is no Chromium, so docs/images/page.png was not drawn: apt install chromium\n")
        return 1
    os.environ |= {clock.DAY: DAY, "PYTHONPATH": network_guard.FOLDER}
    clock.play_on_the_test_day()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        with local_pinterest(folder) as pinterest:
            pinterest.connector.read(*STREAMS)
        picture, drawn = folder / "page.png", io.BytesIO()
        size = ",".join(map(str, _SIZE))
        line = [chromium, *_OPTIONS, f"--user-data-dir={folder / 'profile'}", f"--window-size={size}"]
        page = (folder / READ / "page.html").as_uri()
        subprocess.run([*line, f"--screenshot={picture}", page], check=True, capture_output=True, timeout=60)
        told = PngInfo()
        told.add_text("Description", description())
        with Image.open(picture) as shown:
            shown.convert("RGB").quantize(_COLOURS, Image.Quantize.MAXCOVERAGE).save(
                drawn, "png", pnginfo=told, optimize=True
            )
    IMAGE.write_bytes(drawn.getvalue())
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""A user signs in with a real browser, and the page about a folder of `read` fits a telephone and a desk in it."""

import html
import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import requests

from integration_tests.command_tests.consent import helping
from integration_tests.support.pinterest import Simulator
from unit_tests.cli.page_folder import ADS, CAMPAIGNS, OWN, Folder, day, with_sums

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
OPTIONS = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--window-size=720,433", "--dump-dom"),
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
)

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium: apt install chromium")

LONG = ("Prospecting_2026_Q4_DE_" * 12, "秋の新作コレクション" * 20, "A name of many words, which goes on and on. " * 8)
_MEASURE = """
<iframe style="width: {width}px; height: 3000px; border: 0" srcdoc="{page}"></iframe>
<script>
onload = () => {{
  const page = document.querySelector("iframe").contentDocument, right = page.documentElement.clientWidth + 1;
  page.querySelectorAll("details").forEach(one => one.open = true);
  const shown = [...page.querySelectorAll("body *:not(svg *, thead, thead *)")];
  const wide = shown.filter(one => one.getBoundingClientRect().right > right).map(one => one.outerHTML.slice(0, 200));
  const beyond = page.documentElement.scrollWidth - page.documentElement.clientWidth;
  document.body.dataset.seen = JSON.stringify([shown.length, beyond, ...wide.slice(0, 9)]);
}}
</script>
"""
"""Opens what is closed in a page, and tells its elements, how far it is too wide, and what reaches beyond the edge."""


def shown(url: str, profile: Path, *options: str) -> str:
    """A page as Chromium makes it of an address."""
    line = [str(CHROMIUM), *OPTIONS, *options, f"--user-data-dir={profile}", url]
    return subprocess.run(line, check=True, capture_output=True, text=True, timeout=60).stdout


def seen(page: str, width: int, folder: Path) -> list[int | str]:
    """What that tells of a page in a frame of a width."""
    harness = folder / "harness.html"
    harness.write_text(_MEASURE.format(width=width, page=html.escape(page)), encoding="utf-8")
    told = re.search(r'data-seen="([^"]*)"', shown(harness.as_uri(), folder / "profile"))
    assert told
    return list(json.loads(html.unescape(told[1])))


def test_after_consent_the_browser_shows_the_page_that_leads_back(tmp_path: Path) -> None:
    """CONSENT_PICTURES=docs/images draws the pictures of the documents anew."""
    path, profile = tmp_path / "config.json", tmp_path / "profile"
    pictures = Path(os.environ.get("CONSENT_PICTURES", tmp_path))
    with Simulator() as sim, helping(sim, "--no-browser", "--client-id", "1234567", "--config", str(path)) as helper:
        url = helper.consent_url()
        assert "Give access to app 1234567?" in shown(url, profile, f"--screenshot={pictures / 'consent_asked.png'}")
        agreed = requests.post(url, allow_redirects=False, timeout=10)
        page = shown(agreed.headers["Location"], profile, f"--screenshot={pictures / 'consent_done.png'}")
        assert "<h1>Return to the terminal</h1>" in page
        assert helper.end() == 0, helper.said
        assert path.exists()


def test_nothing_of_the_page_is_wider_than_a_telephone_or_a_desk(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "output")
    folder.path.mkdir()
    for account, currency in (("549755012345", "EUR"), ("549755012362", "JPY")):
        folder.account(account, name=f"{LONG[0]} {account}", currency=currency)
        with_sums(folder, account, range(88))
        for number, name in enumerate(LONG):
            ids = {"CAMPAIGN_ID": f"{account}{number}7", "AD_ID": f"{account}{number}8"}
            more = {"CAMPAIGN_NAME": name, "TOTAL_CONVERSIONS": 123_456, "TOTAL_CHECKOUT": 54_321}
            folder.delivered(CAMPAIGNS, account, day(3), 1_234_567, **ids, **more)
            folder.delivered(ADS, account, day(3), 1_234_567, **ids, **more)
            folder.record("ads", {"id": ids["AD_ID"], "name": name, "destination_url": "https://shop.example/"})
        folder.delivered(OWN, account, day(4), 4_444_444)
    folder.states[ADS]["states"][0]["cursor"]["missing"] = [[day(9), day(5)]]
    folder.end("boards", "INCOMPLETE", f"boards can't be read: {LONG[0]}")
    page = folder.page()
    for width in (400, 1280):
        elements, *beyond = seen(page, width, tmp_path)
        assert beyond == [0], width
        assert int(elements) > 500

"""A user signs in with a real browser, and goes on in the terminal."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
import requests

from integration_tests.command_tests.consent import helping
from integration_tests.support.pinterest import Simulator

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
OPTIONS = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--window-size=720,433", "--dump-dom"),
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
)

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium: apt install chromium")


def shown(url: str, picture: Path, profile: Path) -> str:
    """A page as Chromium makes it of an address, with a picture of it."""
    line = [str(CHROMIUM), *OPTIONS, f"--user-data-dir={profile}", f"--screenshot={picture}", url]
    return subprocess.run(line, check=True, capture_output=True, text=True, timeout=60).stdout


def test_after_consent_the_browser_shows_the_page_that_leads_back(tmp_path: Path) -> None:
    """CONSENT_PICTURES=docs/images draws the pictures of the documents anew."""
    path, pictures = tmp_path / "config.json", Path(os.environ.get("CONSENT_PICTURES", tmp_path))
    with Simulator() as sim, helping(sim, "--no-browser", "--client-id", "1234567", "--config", str(path)) as helper:
        url = helper.consent_url()
        assert "Give access to app 1234567?" in shown(url, pictures / "consent_asked.png", tmp_path / "profile")
        agreed = requests.post(url, allow_redirects=False, timeout=10)
        page = shown(agreed.headers["Location"], pictures / "consent_done.png", tmp_path / "profile")
        assert "<h1>Return to the terminal</h1>" in page
        assert helper.end() == 0, helper.said
        assert path.exists()

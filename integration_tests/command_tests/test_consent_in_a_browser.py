"""A user signs in with a real browser, and goes on in the terminal."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from integration_tests.command_tests.browser import CHROMIUM, Browser, opened
from integration_tests.command_tests.consent import helping
from integration_tests.support.pinterest import Simulator

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium: apt install chromium")


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with opened(tmp_path_factory.mktemp("profile")) as browser:
        yield browser


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Where pictures go: CONSENT_PICTURES=docs/images draws those of the documents anew."""
    return Path(os.environ.get("CONSENT_PICTURES", tmp_path))


def test_after_consent_the_browser_shows_the_page_that_leads_back(
    browser: Browser, pictures: Path, tmp_path: Path
) -> None:
    path = tmp_path / "config.json"
    with Simulator() as sim, helping(sim, "--no-browser", "--client-id", "1234567", "--config", str(path)) as helper:
        browser.open(helper.consent_url())
        assert "Give access to app 1234567?" in browser.value("document.body.innerText")
        browser.picture(pictures / "consent_asked.png")
        browser.click("Give access")
        assert browser.value("document.querySelector('h1').innerText") == "Return to the terminal"
        browser.picture(pictures / "consent_done.png")
        assert helper.end() == 0, helper.said
        assert path.exists()


def test_a_user_who_declines_reads_so_in_the_terminal(browser: Browser, tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    with Simulator() as sim, helping(sim, "--no-browser", "--client-id", "1234567", "--config", str(path)) as helper:
        browser.open(helper.consent_url())
        browser.click("Cancel")
        assert browser.value("document.querySelector('h1').innerText") == "Return to the terminal"
        assert helper.end() == 1
        assert "Pinterest granted no access" in helper.said
    assert not path.exists()

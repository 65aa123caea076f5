"""The consent page shows a user in a real browser how the sign-in ended."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from integration_tests.command_tests.browser import CHROMIUM, Browser, opened
from integration_tests.command_tests.consent import helping
from integration_tests.simulator import Fault, FaultKind
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


def test_who_agrees_reads_done_once_the_config_is_written(browser: Browser, pictures: Path, tmp_path: Path) -> None:
    path = tmp_path / "config.json"
    with Simulator() as sim, helping(sim, "--no-browser", "--client-id", "1234567", "--config", str(path)) as helper:
        browser.open(helper.consent_url())
        assert "Give access to app 1234567?" in browser.value("document.body.innerText")
        browser.picture(pictures / "consent_asked.png")
        browser.click("Give access")
        assert browser.value("document.querySelector('h1').innerText") == "Done"
        assert path.exists()
        assert "source-pinterest" in browser.value("document.title")
        browser.picture(pictures / "consent_done.png")
        assert helper.end() == 0, helper.said


@pytest.mark.parametrize(
    ("button", "words"),
    [("Give access", "Pinterest returned no refresh token (HTTP 503)."), ("Cancel", "Pinterest granted no access")],
)
def test_who_is_not_signed_in_reads_why(
    button: str, words: str, browser: Browser, pictures: Path, tmp_path: Path
) -> None:
    path = tmp_path / "config.json"
    fault = Fault(FaultKind.UNAVAILABLE, on="oauth/token", times=None)
    arguments = ("--no-browser", "--client-id", "1234567", "--config", str(path))
    with Simulator(faults=[fault]) as sim, helping(sim, *arguments) as helper:
        browser.open(helper.consent_url())
        browser.click(button)
        assert browser.value("document.querySelector('h1').innerText") == "Not signed in"
        assert words in browser.value("document.body.innerText")
        if button == "Give access":
            browser.picture(pictures / "consent_failed.png")
        assert helper.end() == 1
        assert words in helper.said
    assert not path.exists()

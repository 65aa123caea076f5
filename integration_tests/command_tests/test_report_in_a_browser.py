"""The page after a read, in a real browser without a network: it is quiet, fits, and asks for pictures alone."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from integration_tests.command_tests.browser import CHROMIUM, Browser, opened
from unit_tests.cli.report_folder import Folder, with_sums

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium: apt install chromium")

PICTURE = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with opened(tmp_path_factory.mktemp("profile")) as browser:
        yield browser


def page(folder: Path, *pictures: str) -> str:
    """The address of a page with ads that have these pictures."""
    made = Folder(folder)
    made.account("7", name="</style></script><img src=x onerror=alert(1)>")
    with_sums(made)
    made.states["campaign_analytics"]["states"][0]["cursor"]["missing"] = [["2025-06-01", "2025-06-02"]]
    for number, picture in enumerate(pictures, start=1):
        ad, pin = f"7{number}", f"p{number}"
        made.record("ads", {"id": ad, "ad_account_id": "7", "pin_id": pin, "destination_url": "https://shop.example/"})
        made.record("ad_pins", {"pin_id": pin, "ad_account_id": "7", "title": "Lamp " * 20, "image_url": picture})
    made.end("ads")
    made.end("ad_pins")
    made.page()
    return (folder / "report.html").as_uri()


def said(browser: Browser) -> list[str]:
    return [
        event["method"]
        for event in browser.events
        if event.get("method") in {"Log.entryAdded", "Runtime.consoleAPICalled"}
    ]


@pytest.mark.parametrize("width", [1280, 400])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_and_says_no_word_in_the_console(
    width: int, scheme: str, browser: Browser, tmp_path: Path
) -> None:
    address = page(tmp_path, PICTURE)
    browser.listen()
    browser.show(width, scheme)
    browser.open(address)
    assert browser.value("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
    back = browser.value("getComputedStyle(document.body).backgroundColor")
    assert back == ("rgb(255, 255, 255)" if scheme == "light" else "rgb(23, 24, 27)"), "the policy lets the style in"
    browser.picture(tmp_path / f"{width}-{scheme}.png")
    assert said(browser) == []


def test_nothing_but_pictures_is_asked_of_the_network(browser: Browser, tmp_path: Path) -> None:
    address = page(tmp_path, "https://pictures.example/1.jpg", "http://pictures.example/2.jpg")
    browser.listen()
    browser.open(address)
    browser.value("document.images[0].loading = 'eager'")
    browser.value("document.images[0].scrollIntoView()")
    requests = [event["params"] for event in browser.events if event.get("method") == "Network.requestWillBeSent"]
    asked = {(one["type"], one["request"]["url"]) for one in requests}
    assert asked <= {("Document", address), ("Image", "data:,"), ("Image", "https://pictures.example/1.jpg")}
    assert ("Image", "https://pictures.example/1.jpg") in asked

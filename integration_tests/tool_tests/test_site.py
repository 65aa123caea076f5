"""The site of the documents: its search finds the page that answers, and its navigation has the page of each stream."""

import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from integration_tests.support.processes import ROOT
from source_pinterest.streams import STREAMS

SITE = ROOT / ".tmp" / "site" / "html"
NODE = shutil.which("node")
SEARCH = Path(__file__).with_name("search_site.mjs")
PAGES: Mapping[str, str] = {
    "CTR": "docs/streams/columns/",
    "destination url": "docs/streams/ads/",
    "frequency": "docs/questions/",
    "video": "docs/questions/",
    "token expired": "docs/troubleshooting/",
    "spend lower than ads manager": "docs/questions/",
    "rate limit exceeded": "docs/streams-and-limits/",
    "run every day": "docs/running-it/",
    "time zone": "docs/questions/",
    "timezone": "docs/questions/",
    "app rejected": "docs/troubleshooting/",
    "duplicate rows append": "docs/questions/",
    "only 90 days": "docs/questions/",
    "missing days": "docs/questions/",
    "migrate from official connector": "docs/pinterest-migrations/",
    "roas definition": "docs/questions/",
    "cro": "docs/running-it/",
}
"""What a user searches for, and the page that comes first."""


@pytest.mark.skipif(NODE is None, reason="there is no Node.js: apt install nodejs")
def test_a_search_finds_the_page_that_answers_and_the_navigation_has_each_stream() -> None:
    if not list(ROOT.glob(".tmp/zensical-*/bin/zensical")):
        pytest.skip("`make site` installs what it needs")
    make = [str(shutil.which("make")), "--old-file", ".venv/.installed", "site"]
    subprocess.run(make, cwd=ROOT, check=True, capture_output=True)
    line = [str(NODE), str(SEARCH), str(SITE), *PAGES]
    answers = subprocess.run(line, check=True, capture_output=True, text=True, timeout=60).stdout.splitlines()
    first = {query: json.loads(answer)[0].partition("#")[0] for query, answer in zip(PAGES, answers, strict=True)}
    assert first == PAGES

    items = json.loads((SITE / "search.json").read_text(encoding="utf-8"))["items"]
    navigation = {item["location"]: item["path"][0] for item in items}
    pages = {f"docs/streams/{stream.stream_name()}/" for stream in STREAMS}
    assert {page: navigation[page] for page in pages if navigation[page] != "Streams"} == {}
    assert [place for place in navigation if place.startswith(("CHANGELOG", "CONTRIBUTING", "docs/development"))] == []

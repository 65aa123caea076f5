"""A folder as `read` leaves it, for tests of the page about it, and the text of that page."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from airbyte_cdk.models import ConfiguredAirbyteCatalogSerializer
from markupsafe import Markup

from source_pinterest.cli.catalog import configured
from source_pinterest.cli.page import main

TODAY = date(2025, 6, 30)
LAST_FINAL = TODAY - timedelta(days=2)
FIRST = TODAY - timedelta(days=89)
OWN, CAMPAIGNS, AD_GROUPS, ADS = (f"{level}_analytics" for level in ("ad_account", "campaign", "ad_group", "ad"))
TARGETING = "ad_account_targeting_analytics"
CREDENTIALS = {"credentials": {"auth_method": "access_token", "access_token": "false-token"}}
MILLION = 1_000_000


def day(back: int) -> str:
    """A day, counted back from the last one whose spend is final."""
    return str(LAST_FINAL - timedelta(days=back))


@cache
def _catalog(options: str, *, append: bool) -> Mapping[str, Any]:
    """What a configured catalog says of each stream. It takes half a second."""
    catalog = ConfiguredAirbyteCatalogSerializer.dump(configured((), CREDENTIALS | json.loads(options), append=append))
    return {entry["stream"]["name"]: entry for entry in catalog["streams"]}


@dataclass
class Folder:
    """A folder as `read` leaves it, after one run unless a test adds others."""

    path: Path
    append: bool = False
    options: dict[str, Any] = field(default_factory=lambda: {"start_date": str(FIRST)})
    states: dict[str, Any] = field(default_factory=dict)
    streams: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    def record(self, stream: str, data: Mapping[str, Any], at: date = TODAY) -> None:
        milliseconds = (at - date(1970, 1, 1)).days * 86_400_000
        self._add("RECORD", {"stream": stream, "data": data, "emitted_at": milliseconds})

    def account(self, account: str, name: str = "Shop", currency: str = "EUR") -> None:
        self.record("ad_accounts", {"id": account, "name": name, "currency": currency, "time_zone": "Europe/Berlin"})
        if "ad_accounts" not in self.streams:
            self.end("ad_accounts")

    def delivered(self, stream: str, account: str, on: str, spend: float, at: date = TODAY, **fields: Any) -> None:
        """A row of 1,000 paid and 200 earned impressions for each unit of spend."""
        ids = {OWN: "AD_ACCOUNT_ID", CAMPAIGNS: "CAMPAIGN_ID", AD_GROUPS: "AD_GROUP_ID", ADS: "AD_ID"}
        numbers = {
            "SPEND_IN_MICRO_DOLLAR": spend * MILLION,
            "IMPRESSION_1": spend * 1000,
            "IMPRESSION_2": spend * 200,
            "CLICKTHROUGH_1": spend * 10,
        }
        row = {ids[stream]: "1", "AD_ACCOUNT_ID": account, "DATE": on, **numbers, **fields}
        self.record(stream, row, at)

    def days(self, stream: str, *accounts: str, ending: str = "COMPLETE", **changes: Any) -> None:
        """The state of a stream of which all days were read, and its end. Changes are those of the cursors."""
        cursor = {"DATE": str(TODAY), "from": str(FIRST), **changes}
        entries = [{"partition": {"ad_account_id": account}, "cursor": cursor} for account in accounts]
        known = self.states.setdefault(stream, {"states": []})
        known["states"] += entries
        if stream not in self.streams:
            self.end(stream, ending)

    def end(self, stream: str, ending: str = "COMPLETE", error: str = "") -> None:
        self.streams.append(stream)
        name = {"stream_descriptor": {"name": stream}}
        self._add("TRACE", {"type": "STREAM_STATUS", "emitted_at": 1.0, "stream_status": {**name, "status": "STARTED"}})
        if error:
            self._add("TRACE", {"type": "ERROR", "emitted_at": 2.0, "error": {**name, "message": error}})
        if ending:
            self._add(
                "TRACE", {"type": "STREAM_STATUS", "emitted_at": 3.0, "stream_status": {**name, "status": ending}}
            )

    def run(self, on: date = TODAY, suffix: str = "") -> None:
        """Write the lines so far as the messages of a run."""
        path = self.path / f"messages-{on}T10-00-00-000000Z.jsonl{suffix}"
        path.write_text("".join(f"{line}\n" for line in self.lines), encoding="utf-8")
        self.lines.clear()

    def write(self) -> None:
        """Write what `read` leaves."""
        if self.lines:
            self.run()
        if self.streams:
            every = _catalog(json.dumps(self.options), append=self.append)
            self._write("catalog.json", {"streams": [every[stream] for stream in self.streams]})
        self._write("options.json", self.options)
        names = [
            {"type": "STREAM", "stream": {"stream_descriptor": {"name": name}, "stream_state": state}}
            for name, state in self.states.items()
        ]
        self._write("state.json", names)

    def page(self) -> str:
        """Write what `read` leaves, then the page; return it."""
        self.write()
        assert main(["--output", str(self.path)]) == 0
        return (self.path / "page.html").read_text(encoding="utf-8")

    def text(self) -> str:
        """The text of the page, with single spaces."""
        return text_of(self.page())

    def _add(self, kind: str, content: Mapping[str, Any]) -> None:
        self.lines.append(json.dumps({"type": kind, kind.lower(): content}))

    def _write(self, name: str, content: Any) -> None:
        (self.path / name).write_text(json.dumps(content), encoding="utf-8")


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.found.append((tag, dict(attrs)))


def tags_of(page: str) -> list[tuple[str, dict[str, str | None]]]:
    """The tags of a page, each with its attributes."""
    parser = _Tags()
    parser.feed(page)
    return parser.found


def text_of(page: str) -> str:
    """The text of a page, with single spaces."""
    shown = re.sub(r"<(style|title)\b.*?</\1>", "", page, flags=re.DOTALL)
    return re.sub(r"\s+([,.:])", r"\1", Markup(shown.replace("<", " <")).striptags())  # noqa: S704 - it is only read


def with_sums(folder: Folder, account: str = "7", backs: Iterable[int] = range(60)) -> Folder:
    """Two campaigns of two ads each, whose numbers are those of the account."""
    for back in backs:
        folder.delivered(OWN, account, day(back), 10)
        for stream, column in ((CAMPAIGNS, "CAMPAIGN_ID"), (ADS, "AD_ID")):
            folder.delivered(stream, account, day(back), 4, **{column: f"{account}1"}, CAMPAIGN_NAME="Spring")
            folder.delivered(stream, account, day(back), 6, **{column: f"{account}2"}, CAMPAIGN_NAME="Autumn")
    for stream in (OWN, CAMPAIGNS, ADS):
        folder.days(stream, account)
    return folder

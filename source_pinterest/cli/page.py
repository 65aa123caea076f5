"""The command `python -m source_pinterest.page`, which writes a page about a folder of `read`.

The page shows the account, the newest final numbers, the spend by day, which days are final or missing, whether the
sums agree, the ads with the most spend, and each stream. It is made of the files of the folder alone.
"""

import argparse
import base64
import glob
import hashlib
import logging
import math
import sys
import tempfile
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import orjson
from airbyte_cdk.utils import AirbyteTracedException
from jinja2 import Environment, StrictUndefined, Template
from pendulum import Date

from source_pinterest.cli.folder import OUTPUT, OutputFolder
from source_pinterest.cli.terminal import say
from source_pinterest.config.options import CONVERSION_REPORT_TIMES, refusal
from source_pinterest.engine.token_store import make_private, write_private_text

PAGE = "page.html"
MOST_LINES, MOST_ROWS = 50, 200
"""The most that the page shows of a list, and of a table that is closed at first."""
OWN, CAMPAIGNS_OF, AD_GROUPS_OF, ADS_OF = (
    f"{level}_analytics" for level in ("ad_account", "campaign", "ad_group", "ad")
)
PARTS = {CAMPAIGNS_OF: "campaigns", AD_GROUPS_OF: "ad groups", ADS_OF: "ads"}
_NAMED = ("ad_accounts", "campaigns", "ads", "ad_pins", OWN, *PARTS)
"""The streams that the numbers and names of the page come from."""
_COUNTS = """
    select (select count(*) from read_stream) as streams,
        (select count(*) from read_stream where ending <> 'COMPLETE') as failed,
        (select count(*) from lacking) as lacking, (select count(*) from strip) as strips,
        (select count(distinct currency) from account) as currencies
"""
_LISTS = ("account", "campaign", "ad", "day", "month", "curves")
"""The lists that the page shows for each currency, beside the line of the currency."""
_KINDS = ("final", "spend_final", "provisional", "missing", "gone")
_WHOLE_CURRENCIES = {"CLP", "ISK", "JPY", "KRW", "PYG", "UGX", "VND"}
"""Currencies without cents."""
_LINK_LENGTH, _PICTURE_LENGTH = 4_000, 200_000
"""The most characters of a link, and of a picture's address, that the page shows."""


class Metric(NamedTuple):
    """A metric by its name in Ads Manager.

    Attributes:
        name: the name.
        column: its column in the tables of page_numbers.sql.
        fields: the fields of the records that it is made of.
        form: how it is written: as `count`, `money`, `price` (always with cents), `share` or `ratio`.
        paid: the column of its paid part; empty if Pinterest does not tell that apart.
        better: 1 if more of it is better, -1 if less is; 0 if neither.
        grows: whether it counts conversions, which come in for weeks.
        is_main: whether each line of the page has it.
    """

    name: str
    column: str
    fields: tuple[str, ...]
    form: str = "count"
    paid: str = ""
    better: int = 0
    grows: bool = False
    is_main: bool = False

    @property
    def short(self) -> str:
        """The name as the head of a column."""
        return "Checkouts" if self.column == "checkouts" else self.name.replace(" (Checkout)", "")


_SPEND, _VALUE = "SPEND_IN_MICRO_DOLLAR", "TOTAL_CHECKOUT_VALUE_IN_MICRO_DOLLAR"
_IMPRESSIONS, _CLICKS = ("IMPRESSION_1", "IMPRESSION_2"), ("CLICKTHROUGH_1", "CLICKTHROUGH_2")
METRICS = (
    Metric("Spend", "spend", (_SPEND,), "money", is_main=True),
    Metric("Impressions", "impressions", _IMPRESSIONS, paid="paid_impressions", is_main=True),
    Metric("CTR", "ctr", (*_CLICKS, *_IMPRESSIONS), "share", paid="paid_ctr", better=1, is_main=True),
    Metric("CPC", "cpc", (_SPEND, *_CLICKS), "price", paid="paid_cpc", better=-1, is_main=True),
    Metric("CPM", "cpm", (_SPEND, "IMPRESSION_1"), "price", better=-1, is_main=True),
    Metric("Conversions", "conversions", ("TOTAL_CONVERSIONS",), better=1, grows=True, is_main=True),
    Metric("CPA", "cpa", (_SPEND, "TOTAL_CONVERSIONS"), "price", better=-1, grows=True, is_main=True),
    Metric("ROAS (Checkout)", "roas", (_SPEND, _VALUE), "ratio", better=1, grows=True, is_main=True),
    Metric("Pin clicks", "clicks", _CLICKS, paid="paid_clicks"),
    Metric("Outbound clicks", "outbound", ("OUTBOUND_CLICK_1", "OUTBOUND_CLICK_2"), paid="paid_outbound"),
    Metric("Saves", "saves", ("REPIN_1", "REPIN_2"), paid="paid_saves"),
    Metric("Conversions (Checkout)", "checkouts", ("TOTAL_CHECKOUT",), better=1, grows=True),
    Metric("Order value (Checkout)", "order_value", (_VALUE,), "money", better=1, grows=True),
)
_COMPARED = ("spend", "impressions", "clicks", "outbound", "saves", "checkouts", "order_value")
"""The columns in which the page compares the sums of campaigns, ad groups and ads with those of the ad account."""
_NAMES = {metric.column: metric.name for metric in METRICS}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code: 0 if the page is written."""
    parser = argparse.ArgumentParser(
        prog="python -m source_pinterest.page",
        description="Write a page about the folder of python -m source_pinterest.read: what arrived, which days are "
        "final or missing, and whether the sums agree. Nothing is asked of Pinterest.",
    )
    parser.add_argument("--output", type=Path, default=OUTPUT, help=f"folder of the records (default: {OUTPUT})")
    given = parser.parse_args(arguments)
    logging.getLogger("airbyte").setLevel(logging.ERROR)
    try:
        say(str(write_page(given.output)))
    except AirbyteTracedException as error:
        say(str(error.message), sys.stderr)
        return 1
    except OSError as error:
        say(f"{given.output} can't be read or written ({error.strerror}).", sys.stderr)
        return 1
    return 0


def write_page(folder: Path) -> Path:
    """Write the page of a folder, for its owner alone, and return its path.

    Raises:
        AirbyteTracedException: DuckDB is missing or can't read the files, or a file of the folder holds something else.
        OSError: a file can't be read or written, or the folder belongs to another user.
    """
    if not folder.is_dir():
        raise refusal(f"{folder} does not exist. Read streams into it first, or name another folder with --output.")
    make_private(folder)
    try:
        import duckdb  # noqa: PLC0415 - the image does without it
    except ModuleNotFoundError as error:
        raise refusal(
            "The page needs DuckDB. `make install` brings it; elsewhere: pip install 'airbyte-source-pinterest[page]'"
        ) from error
    with tempfile.TemporaryDirectory() as temporary, duckdb.connect() as connection:
        connection.execute("set threads = 2; set memory_limit = '350MB'; set preserve_insertion_order = false")
        connection.execute("set temp_directory = $folder", {"folder": temporary})
        try:
            text = _Page(folder, connection, Path(temporary)).text()
        except (duckdb.OutOfMemoryException, MemoryError) as error:
            raise refusal(f"The page about {folder} needs more memory than it may take.") from error
        except duckdb.Error as error:
            raise refusal(f"The files in {folder} can't be read: {error}") from error
    write_private_text(folder / PAGE, text)
    return folder / PAGE


class _Page:
    """Collects what the page shows.

    Args:
        folder: the folder.
        connection: a database in memory.
        temporary: an empty folder.
    """

    def __init__(self, folder: Path, connection: Any, temporary: Path) -> None:
        self._connection = connection
        output = OutputFolder(folder)
        self._files = output.messages()
        self._schemas = {selected.stream.name: selected.stream.json_schema for selected in output.configured().streams}
        self._days = output.days()
        self._load(temporary)
        known = [*output.states(), *_NAMED]
        self._streams = {row["name"]: row for row in self._rows("from read_stream where name in $known", known=known)}
        self._load_days()
        for statement in _part("page_numbers.sql").split(";\n") if self._files else ():
            self._connection.execute(statement)

    def _load(self, temporary: Path) -> None:
        """Load the files. One with a line that is cut is copied without it: it would take the next line with it."""
        find, *others = _part("page.sql").split(";\n") if self._files else [""]
        paths = {str(path): path for path in self._files}
        for row in self._rows(find, files=[glob.escape(path) for path in paths]):
            paths[row["filename"]] = copy = temporary / Path(row["filename"]).name
            with Path(row["filename"]).open("rb") as file, copy.open("wb") as whole:
                whole.writelines(line for line in file if _is_whole(line))
        files_now = {"files": [glob.escape(str(path)) for path in paths.values()]}
        for statement in others:
            self._connection.execute(statement, files_now if "$files" in statement else None)

    def text(self) -> str:
        """Return the page."""
        style = _part("page.css")
        return _template().render(
            style=style,
            style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
            read_at=_time_of(self._files[-1]) if self._files else None,
            part=next((path.name for path in self._files if path.suffix == ".part"), ""),
            accounts={row["account"]: row for row in self._rows("from account order by name, account")},
            days=self._days,
            config=self._days.config,
            report_time=self._days.config.conversion_report_time or CONVERSION_REPORT_TIMES[0],
            period=next(iter(self._rows("from period")), None),
            gaps=self._rows("from gap"),
            currencies=self._currencies(),
            metrics=self._metrics,
            strips=self._rows("from strip limit $most", most=MOST_ROWS),
            lacking=self._rows("from lacking limit $most", most=MOST_LINES),
            sums=self._sums(),
            was_read=self._streams,
            streams=self._rows("from read_stream order by ending = 'COMPLETE', name limit $most", most=MOST_ROWS),
            counts=next(iter(self._rows(_COUNTS)), None),
            most_lines=MOST_LINES,
            most_rows=MOST_ROWS,
        )

    def _rows(self, query: str, **values: Any) -> list[dict[str, Any]]:
        """Return the rows of a query by the names of their columns; none if the folder has no file."""
        if not self._files:
            return []
        result = self._connection.execute(query, values or None)
        names = [column[0] for column in result.description]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    def _load_days(self) -> None:
        """Load the windows of the days of each stream, and the compared metrics of each level, into the database."""
        self._metrics = {name: self._metrics_of(name) for name in (OWN, *PARTS) if name in self._streams}
        compared = [
            (stream, metric.column)
            for stream, metrics in self._metrics.items()
            for metric in metrics
            if metric.column in _COMPARED
        ]
        for table, rows in (("known", list(self._known_windows())), ("metric", compared)):
            if rows:
                columns = [list(column) for column in zip(*rows, strict=True)]
                values = ", ".join("unnest(?)" for _ in columns)
                self._connection.execute(f"insert into {table} select {values}", columns)

    def _known_windows(self) -> Iterator[tuple[str, str, str, str, str]]:
        """Yield each window of a stream and an ad account with its kind, such as final or missing."""
        for name, stream in self._streams.items():
            is_unfinished = stream["ending"] != "COMPLETE"
            for owner in self._days.owner_days(name, _day_of(stream["last_run"]), is_unfinished=is_unfinished):
                for kind in _KINDS:
                    for window in getattr(owner, kind):
                        yield owner.stream, owner.account, kind, str(window.start), str(window.end)

    def _metrics_of(self, stream: str) -> list[Metric]:
        """Return the metrics of a level that the last run asked for, or else that its records have."""
        if stream in self._schemas:
            asked = set(self._schemas[stream].get("properties", {}))
            if "SPEND_IN_DOLLAR" in asked:
                asked.add(_SPEND)
        else:
            [sums] = self._rows(
                "select max(columns(* exclude (stream, account, day))) from total where stream = $stream", stream=stream
            )
            asked = {field for metric in METRICS if sums.get(metric.column) for field in metric.fields}
        return [metric for metric in METRICS if asked.issuperset(metric.fields)]

    def _currencies(self) -> list[dict[str, Any]]:
        """Return the numbers of each currency, with those of its ad accounts, campaigns and ads, and its charts."""
        currencies: dict[str, dict[str, Any]] = {}
        for line in self._rows("from line"):
            if line["level"] == "currency":
                currencies[line["currency"]] = line | {name: [] for name in _LISTS}
            else:
                currencies[line["currency"]][line["level"]].append(line)
        for code, currency in currencies.items():
            for level in ("account", "campaign", "ad"):
                _add_up(currency[level], currency["spend"], 0 if code in _WHOLE_CURRENCIES else 2)
        for bar in self._rows("from bar where currency in (select currency from ranked) order by first_day"):
            currencies[bar["currency"]][bar["unit"]].append(bar)
        for curve in self._rows("from curve order by is_newest"):
            currencies[curve["currency"]]["curves"].append(curve)
        return list(currencies.values())

    def _sums(self) -> dict[str, Any]:
        """Return whether Pinterest's own totals agree with the sums over campaigns, ad groups and ads."""
        levels = self._rows("from compared_level")
        for level in levels:
            level["left_out"] = [_NAMES[column] for column in _COMPARED if column not in level["metrics"]]
        rows = self._rows("from difference limit $most", most=MOST_LINES)
        return {
            "levels": levels,
            "unread": [name for name in (OWN, *PARTS) if name not in self._streams],
            "differences": [{**row, "name": _NAMES[row["metric"]], "parts_of": PARTS[row["stream"]]} for row in rows],
            "count": sum(level["differences"] for level in levels),
            "of_catalogs": sum(level["of_catalogs"] for level in levels),
        }


@cache
def _template() -> Template:
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {"number": _number, "link": _link, "picture": _picture, "day": _day, "ticks": _ticks}
    environment.globals |= {"best_of": _best_of}
    return environment.from_string(_part("page.html"))


def _part(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _is_whole(line: bytes) -> bool:
    try:
        orjson.loads(line)
    except ValueError:
        return False
    return True


def _time_of(path: Path) -> datetime:
    """Return when a run began, by the name of its file, in UTC; else when the file was changed."""
    try:
        return datetime.strptime(path.name.split(".")[0], "messages-%Y-%m-%dT%H-%M-%S-%fZ").replace(tzinfo=UTC)
    except ValueError:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)


def _day_of(run: str) -> Date:
    day = _time_of(Path(run))
    return Date(day.year, day.month, day.day)


def _add_up(lines: list[dict[str, Any]], spend: Decimal, digits: int) -> None:
    """Round the last line that stands for several entities so that the rounded lines add up to the spend."""
    of_several = [line for line in lines if line["is_other"] or (line["is_rest"] and line["spend"])]
    for line in of_several[-1:]:
        others = sum(round(other["spend"], digits) for other in lines if other is not line)
        line["spend"] = round(spend, digits) - others


def _best_of(lines: list[dict[str, Any]], metrics: list[Metric]) -> dict[str, Any]:
    """Return the best number of each metric of which more or less is better, if the lines differ in it."""
    best = {}
    for metric in metrics:
        numbers = {line[metric.column] for line in lines if not (line["is_other"] or line["is_rest"])} - {None}
        if metric.better and len(numbers) > 1:
            best[metric.column] = max(numbers) if metric.better > 0 else min(numbers)
    return best


def _number(number: Decimal | float | None, form: str, currency: str = "") -> str:
    """Return a number as it is written in a form of `Metric`; a count has the digits behind the point that it has."""
    if number is None:
        return "-"
    if form == "count":
        return f"{number:,.6f}".rstrip("0").rstrip(".")
    if form == "share":
        return f"{number:.2%}"
    return f"{number:,.0f}" if form == "money" and currency in _WHOLE_CURRENCIES else f"{number:,.2f}"


def _day(day: date, *, with_year: bool = True) -> str:
    return f"{day.day} {day:%b %Y}" if with_year else f"{day.day} {day:%b}"


def _ticks(highest: Decimal) -> list[int | float]:
    """Return round numbers for the axis of a chart: two to five, the last one not below the highest bar."""
    power = 10.0 ** math.floor(math.log10(highest)) if highest > 0 else 1.0
    step = next(part * power for part in (0.2, 0.5, 1, 2) if 5 * part * power >= highest)
    return [step * number for number in range(1, math.ceil(float(highest) / step) + 1)] or [step]


def _link(url: str | None) -> str:
    """Return an address of the web; empty for any other."""
    try:
        is_link = bool(url) and len(url or "") <= _LINK_LENGTH and urlsplit(url).scheme in {"http", "https"}
    except ValueError:
        return ""
    return url or "" if is_link else ""


def _picture(url: str | None) -> str:
    """Return the address of a picture that the page may show."""
    is_picture = url and len(url) <= _PICTURE_LENGTH and url.startswith(("https://i.pinimg.com/", "data:image/"))
    return url if url and is_picture else ""

"""The command `python -m source_pinterest.page`, which writes a page about a folder of `read`.

The page shows the account, the newest final numbers, the spend by day, campaigns, ad groups and ads, conversions by
type, who saw the ads, which days are final or missing, whether the sums agree, and each stream. It is made of the files
of the folder alone.
"""

import argparse
import base64
import csv
import glob
import hashlib
import io
import logging
import math
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
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

from source_pinterest.cli.folder import MESSAGES, OUTPUT, OutputFolder
from source_pinterest.cli.terminal import say
from source_pinterest.config.options import CONVERSION_REPORT_TIMES, config_error
from source_pinterest.engine.token_store import make_private, write_private_text

PAGE = "page.html"
DAYS, MOST_DAYS = 30, 450
"""How many days the page is about unless it is told, and at most. As many before stand beside them."""
MOST_LINES, MOST_ROWS = 50, 200
"""The most that the page shows of a list, and of a table that is closed at first."""
OWN, CAMPAIGNS_OF, AD_GROUPS_OF, ADS_OF = (
    f"{level}_analytics" for level in ("ad_account", "campaign", "ad_group", "ad")
)
PARTS = {CAMPAIGNS_OF: "campaigns", AD_GROUPS_OF: "ad groups", ADS_OF: "ads"}
_NAMED = ("ad_accounts", "campaigns", "ad_groups", "ads", "ad_pins", OWN, *PARTS)
"""The streams that the numbers and names of the page come from."""
_COUNTS = """
    select (select count(*) from read_stream) as streams,
        (select count(*) from read_stream where ending <> 'COMPLETE') as failed,
        (select count(*) from lacking) as lacking, (select count(*) from strip) as strips,
        (select count(distinct currency) from account) as currencies
"""
_LISTS = ("account", "campaign", "ad_group", "ad", "day", "month", "curves", "videos", "viewers", "results")
"""The lists that the page shows for each currency, beside the line of the currency."""
_OF_CURRENCIES = {
    "bars": "from bar where currency in (select currency from ranked) order by first_day",
    "curves": "from curve order by is_newest",
    "videos": "from video where currency in (select currency from ranked)",
    "viewers": "from viewer where currency in (select currency from ranked)",
}
"""Queries whose rows belong to a currency, by the list that takes them; bars go into that of their unit."""
_KINDS = ("final", "spend_final", "provisional", "missing", "gone")
_RUN = "messages-%Y-%m-%dT%H-%M-%S-%fZ"
"""The names of the files of messages, before the dot."""
_WHOLE_CURRENCIES = {"CLP", "ISK", "JPY", "KRW", "PYG", "UGX", "VND"}
"""Currencies without cents."""
_RUNNING = {"ACTIVE", "RUNNING", "APPROVED", "ENABLED"}
"""The statuses of campaigns, ad groups and ads that run."""
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")
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
_TYPES = {
    "PAGE_VISIT": "Page visits",
    "ADD_TO_CART": "Carts",
    "CHECKOUT": "Checkouts",
    "LEAD": "Leads",
    "SIGNUP": "Sign-ups",
    "SUBSCRIBE": "Subscriptions",
    "ADD_TO_WISHLIST": "Wishlists",
    "APP_INSTALL": "App installs",
    "CUSTOM": "Custom events",
}
"""The types of conversions that the page tells apart, by Pinterest's names."""
VIDEO_VIEWS, VIDEO_COMPLETED = "TOTAL_VIDEO_MRC_VIEWS", "TOTAL_VIDEO_P95_COMBINED"


class _Fields(NamedTuple):
    """The fields of a type of conversions."""

    number: str
    value: str
    after_click: str
    after_view: str


def _fields_of(conversion: str) -> _Fields:
    names = (conversion, f"{conversion}_VALUE_IN_MICRO_DOLLAR", f"CLICK_{conversion}", f"VIEW_{conversion}")
    return _Fields(*(f"TOTAL_{name}" for name in names))


_MORE = (VIDEO_VIEWS, VIDEO_COMPLETED, *(field for conversion in _TYPES for field in _fields_of(conversion)))
"""The fields that only some tables of the page need, beside those of the metrics."""
_NAMED_ALREADY = {field for metric in METRICS for field in metric.fields}
_AUDIENCES = {
    "COUNTRY": "Countries",
    "AGE_BUCKET": "Ages",
    "GENDER": "Genders",
    "APPTYPE": "Devices",
}
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
    parser.add_argument("--last", type=_days, default=DAYS, help=f"days that the page is about (default: {DAYS})")
    options = parser.parse_args(arguments)
    logging.getLogger("airbyte").setLevel(logging.ERROR)
    try:
        say(str(write_page(options.output, options.last)))
    except AirbyteTracedException as error:
        say(str(error.message), sys.stderr)
        return 1
    except OSError as error:
        say(f"{options.output} can't be read or written ({error.strerror}).", sys.stderr)
        return 1
    return 0


def _days(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= MOST_DAYS:
        raise argparse.ArgumentTypeError(f"a number of days is from 1 to {MOST_DAYS}, not {text}")
    return int(text)


def write_page(folder: Path, last: int = DAYS) -> Path:
    """Write the page of a folder, for its owner alone, and return its path.

    Args:
        folder: the folder.
        last: how many days the page is about, beside as many before.

    Raises:
        AirbyteTracedException: DuckDB is missing or can't read the files, or a file of the folder holds something else.
        OSError: a file can't be read or written, or the folder belongs to another user.
    """
    if not folder.is_dir():
        raise config_error(
            f"{folder} does not exist. Read streams into it first, or name another folder with --output."
        )
    make_private(folder)
    if not OutputFolder(folder).messages():
        inner = sorted({str(path.parent) for path in folder.glob(f"*/{MESSAGES}")})
        advice = f"Its folder {' or '.join(inner[:3])} has." if inner else "Read streams into it first (make read)."
        raise config_error(f"{folder} has no messages of a read. {advice}")
    try:
        import duckdb  # noqa: PLC0415 - the image does without it
    except ModuleNotFoundError as error:
        raise config_error(
            "The page needs DuckDB. `make install` brings it; elsewhere: pip install 'airbyte-source-pinterest[page]'"
        ) from error
    with tempfile.TemporaryDirectory() as temporary, duckdb.connect() as connection:
        connection.execute("set threads = 2; set memory_limit = '350MB'; set preserve_insertion_order = false")
        connection.execute("set temp_directory = $folder", {"folder": temporary})
        try:
            text = _Page(folder, connection, Path(temporary), last).text()
        except (duckdb.OutOfMemoryException, MemoryError) as error:
            raise config_error(f"The page about {folder} needs more memory than it may take.") from error
        except duckdb.Error as error:
            raise config_error(f"The files in {folder} can't be read: {error}") from error
    write_private_text(folder / PAGE, text)
    return folder / PAGE


class _Page:
    """Collects what the page shows.

    Args:
        folder: the folder.
        connection: a database in memory.
        temporary: an empty folder.
        last: the number of days.
    """

    def __init__(self, folder: Path, connection: Any, temporary: Path, last: int) -> None:
        self._folder, self._connection = folder, connection
        output = OutputFolder(folder)
        self._files = output.messages()
        self._schemas = {selected.stream.name: selected.stream.json_schema for selected in output.configured().streams}
        self._days = output.days()
        self._load(temporary)
        known = [*output.states(), *_NAMED]
        self._streams = {row["name"]: row for row in self._rows("from read_stream where name in $known", known=known)}
        self._load_days()
        for statement in _part("page_numbers.sql").split(";\n"):
            self._connection.execute(statement, {"last": last} if "$last" in statement else None)

    def _load(self, temporary: Path) -> None:
        """Load the files. One with a line that is cut is copied without it: it would take the next line with it."""
        tables = _part("page.sql").replace("/* more */", ", ".join(f"{name}: record.data.{name}" for name in _MORE))
        kinds = "".join(f"{name} DECIMAL(28, 6), " for name in _MORE if name not in _NAMED_ALREADY)
        find, *others = tables.replace("/* more types */", kinds).split(";\n")
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
            read_at=_time_of(self._files[-1]),
            unnamed=[path.name for path in self._files if not _is_of_run(path)],
            part=next((path.name for path in self._files if path.suffix == ".part"), ""),
            accounts={row["account"]: row for row in self._rows("from account order by name, account")},
            days=self._days,
            config=self._days.config,
            report_time=self._days.config.conversion_report_time or CONVERSION_REPORT_TIMES[0],
            period=next(iter(self._rows("from period")), None),
            gaps=self._rows("from gap"),
            currencies=self._currencies(),
            metrics=self._metrics,
            metrics_of=self._metrics_of,
            audiences=_AUDIENCES,
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
        """Return the rows of a query by the names of their columns."""
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
            for owner in self._days.owner_days(
                name, _day_of(self._folder / stream["last_run"]), is_unfinished=is_unfinished
            ):
                for kind in _KINDS:
                    for window in getattr(owner, kind):
                        yield owner.stream, owner.account, kind, str(window.start), str(window.end)

    def _metrics_of(self, stream: str) -> list[Metric]:
        """Return the metrics of a level that were read."""
        requested = self._requested_fields(stream)
        return [metric for metric in METRICS if requested.issuperset(metric.fields)]

    def _requested_fields(self, stream: str) -> set[str]:
        """Return the fields of a level that the last run asked for, or else that its records have."""
        if stream in self._schemas:
            requested = set(self._schemas[stream].get("properties", {}))
            return {*requested, _SPEND} if "SPEND_IN_DOLLAR" in requested else requested
        [sums] = self._rows(
            "select max(columns(* exclude (stream, account, day))) from total where stream = $stream", stream=stream
        )
        [more] = self._rows(
            "select max(columns(*)) from (select unnest(more) from delivery where stream = $stream)", stream=stream
        )
        requested = {field for metric in METRICS if sums.get(metric.column) for field in metric.fields}
        return requested.union(field for field in _MORE if more.get(field) is not None)

    def _currencies(self) -> list[dict[str, Any]]:
        """Return the numbers of each currency, with those of its ad accounts, campaigns and ads, and its charts."""
        currencies: dict[str, dict[str, Any]] = {}
        for line in self._rows("select *, spend as exact_spend from line"):
            if line["level"] == "currency":
                currencies[line["currency"]] = line | {name: [] for name in _LISTS}
            else:
                currencies[line["currency"]][line["level"]].append(line)
        for code, currency in currencies.items():
            for level in ("account", "campaign", "ad_group", "ad"):
                _add_up(currency[level], currency["spend"], 0 if code in _WHOLE_CURRENCIES else 2)
        for name, query in _OF_CURRENCIES.items():
            for row in self._rows(query):
                currencies[row["currency"]][row.get("unit", name)].append(row)
        for sums in self._rows("from result where currency in (select currency from ranked)"):
            currencies[sums["currency"]]["results"] = self._results(sums)
        return list(currencies.values())

    def _results(self, sums: dict[str, Any]) -> list[dict[str, Any]]:
        """Return the conversions of a currency by type: of the types that were read, those that have any."""
        requested = self._requested_fields(self._rows("from period")[0]["lead"])
        results = []
        for conversion, name in _TYPES.items():
            fields = _fields_of(conversion)
            values = {
                key: sums[field] or Decimal() if field in requested else None for key, field in fields._asdict().items()
            }
            if any(values.values()):
                values["value"] = None if values["value"] is None else values["value"] / 1_000_000
                results.append({"name": name, **values})
        return results

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
    environment.filters |= {"words": _words}
    environment.globals |= {"best_of": _best_of, "csv_of": _csv_of, "is_idle": _is_idle}
    environment.globals |= {"rows_of": _rows_of, "audience_rows": _audience_rows, "video_rows": _video_rows}
    environment.globals |= {"result_rows": lambda lines: [list(line.values()) for line in lines]}
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
    if _is_of_run(path):
        return datetime.strptime(path.name.split(".")[0], _RUN).replace(tzinfo=UTC)
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


def _is_of_run(path: Path) -> bool:
    try:
        datetime.strptime(path.name.split(".")[0], _RUN)  # noqa: DTZ007 - only the form matters
    except ValueError:
        return False
    return True


def _day_of(path: Path) -> Date:
    day = _time_of(path)
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


def _csv_of(heads: Sequence[str], rows: Iterable[Sequence[Any]]) -> str:
    """Return a link to a table as CSV that needs no network. A text that a spreadsheet would compute gets a quote.

    Excel reads a name such as "Möbel" right only if the file begins with a byte order mark.
    """
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(heads)
    for row in rows:
        writer.writerow(f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULAS) else cell for cell in row)
    return f"data:text/csv;charset=utf-8;base64,{base64.b64encode(table.getvalue().encode('utf-8-sig')).decode()}"


def _rows_of(lines: list[dict[str, Any]], columns: Sequence[str]) -> Iterator[list[Any]]:
    """Yield the unrounded numbers of the lines of a level."""
    for line in lines:
        name = "Others" if line["is_other"] else "Rest" if line["is_rest"] else line["name"]
        numbers = (line["exact_spend" if column == "spend" else column] for column in columns)
        yield [line["key"], name, line["status"], *numbers]


def _audience_rows(lines: list[dict[str, Any]], *, has_conversions: bool) -> Iterator[list[Any]]:
    names = {6: "Others", 7: "Not told by Pinterest", 8: "Total"}
    for line in lines:
        numbers = [line[name] for name in ("spend", "impressions", "clicks")]
        conversions = [line["conversions"] or Decimal()] if has_conversions else []
        yield [_AUDIENCES[line["type"]], line["value"] or names.get(line["place"]), *numbers, *conversions]


def _video_rows(lines: list[dict[str, Any]]) -> Iterator[list[Any]]:
    for line in lines:
        one = [line["key"], line["name"]] if line["keys"] == 1 else ["", "Others"]
        yield [*(["", "Total"] if line["is_total"] else one), line["spend"], line["views"], line["completed"]]


def _is_idle(line: dict[str, Any]) -> bool:
    """Return whether a campaign, an ad group or an ad is known not to run."""
    return bool(line.get("status")) and line["status"] not in _RUNNING


def _words(name: str) -> str:
    """Return one of Pinterest's constants, such as `WEB_CONVERSION`, as words."""
    return name.replace("_", " ").capitalize()


def _number(number: Decimal | float | None, form: str, currency: str = "") -> str:
    """Return a number as it is written in a form of `Metric`; a count has the digits behind the point that it has."""
    if number is None:
        return "-"
    if form == "count":
        return f"{number:,.6f}".rstrip("0").rstrip(".")
    if form == "tiny":
        return f"{number:,.4f}"
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

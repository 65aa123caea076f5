"""The command `python -m source_pinterest.page`, which writes a page about the folder of `read`.

The page is made of the files of the folder alone. `page_data` collects what it shows; this module writes HTML and CSV.
"""

import argparse
import base64
import csv
import hashlib
import io
import logging
import math
import sys
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from airbyte_cdk.utils import AirbyteTracedException
from jinja2 import Environment, StrictUndefined

from source_pinterest.cli.folder import OUTPUT, OutputFolder
from source_pinterest.cli.page_data import DAYS, MOST_DAYS, WHOLE_CURRENCIES, Metric, PageData
from source_pinterest.cli.tables import open_tables
from source_pinterest.cli.terminal import say, working
from source_pinterest.engine.token_store import make_private, write_private_text

PAGE = "page.html"
_RUNNING = {"ACTIVE", "RUNNING", "APPROVED", "ENABLED"}
"""The statuses of campaigns, ad groups and ads that run."""
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")
_LINK_LENGTH, _PICTURE_LENGTH = 4_000, 200_000
"""The most characters of a link, and of a picture's address, that the page shows."""


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
        with working("Making the page"):
            page = write_page(options.output, options.last)
        say(str(page))
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
    """Write the page of a folder, readable only by its owner, and return its path.

    Args:
        folder: the folder.
        last: how many days the page is about. It compares them with as many earlier days.

    Raises:
        AirbyteTracedException: DuckDB is missing or can't read the files, or a file of the folder holds something else.
        OSError: a file can't be read or written, or the folder belongs to another user.
    """
    if folder.is_dir():
        make_private(folder)
    with open_tables(folder, threads="1", memory_limit="310MB") as connection:
        content = PageData(connection, OutputFolder(folder), last).content()
        style = _part("page.css")
        content |= {"style": style, "style_hash": base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()}
        text = _environment().from_string(_part("page.html")).render(content)
    write_private_text(folder / PAGE, text)
    return folder / PAGE


def _environment() -> Environment:
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {"number": _number, "link": _link, "picture": _picture, "day": _day, "ticks": _ticks}
    environment.filters |= {"words": _words}
    environment.globals |= {"csv_of": _csv_of, "is_idle": _is_idle}
    environment.globals |= {"is_growing": _is_growing}
    return environment


def _part(name: str) -> str:
    return files(__package__).joinpath(name).read_text(encoding="utf-8")


def _csv_of(rows: Iterable[Iterable[Any]]) -> str:
    """Return a link to a table as CSV that needs no network.

    Excel reads a name such as "Möbel" right only if the file begins with a byte order mark.
    """
    table = io.StringIO()
    csv.writer(table).writerows([_cell(value) for value in row] for row in rows)
    return f"data:text/csv;charset=utf-8;base64,{base64.b64encode(table.getvalue().encode('utf-8-sig')).decode()}"


def _cell(value: Any) -> Any:
    """Return a number without zeros at its end, and a text that a spreadsheet would compute after a quote."""
    if isinstance(value, Decimal | float):
        return f"{value:.10f}".rstrip("0").rstrip(".")
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULAS) else value


def _is_idle(line: dict[str, Any]) -> bool:
    """Return whether a campaign, an ad group or an ad is known not to run."""
    return bool(line.get("status")) and line["status"] not in _RUNNING


def _is_growing(line: dict[str, Any], metric: Metric) -> bool:
    """Return whether a metric of a line counts conversions, which come in for weeks."""
    is_of_result = metric.column in {"result", "cost_of_result"}
    return metric.grows and not (is_of_result and line["goal"] in {"Pin clicks", "Video views", "Paid impressions"})


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
    return f"{number:,.0f}" if form == "money" and currency in WHOLE_CURRENCIES else f"{number:,.2f}"


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

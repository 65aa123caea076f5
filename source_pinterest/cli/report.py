"""The command `python -m source_pinterest.report`, which writes a page about a folder of `read`.

The page shows the account, the newest final numbers, the spend by day, which days are final or missing, whether the
sums agree, the ads with the most spend, and each stream. It is made of the files of the folder alone.
"""

import argparse
import base64
import glob
import hashlib
import logging
import os
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from importlib.resources import files
from itertools import groupby
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import orjson
from airbyte_cdk.utils import AirbyteTracedException
from jinja2 import Environment, StrictUndefined, Template
from pendulum import Date

from source_pinterest.cli.folder_days import FolderDays, OwnerDays
from source_pinterest.cli.read import OUTPUT, OutputFolder
from source_pinterest.cli.terminal import say
from source_pinterest.config.files import read_configured_catalog, read_object
from source_pinterest.config.options import CONVERSION_REPORT_TIMES, refusal
from source_pinterest.dates import DateWindow, days_before, subtract_window
from source_pinterest.engine.token_store import write_private_text

PAGE = "report.html"
PATTERN = "messages-*.jsonl*"
"""The files of messages, those of runs that have not ended too."""
NEWEST_DAYS, CHART_DAYS = 30, 90
CAMPAIGNS, ADS, DIFFERENCES, SENTENCES = 10, 10, 50, 50
"""The most that the page shows of each."""
OWN, CAMPAIGNS_OF, AD_GROUPS_OF, ADS_OF = (
    f"{level}_analytics" for level in ("ad_account", "campaign", "ad_group", "ad")
)
PARTS = {CAMPAIGNS_OF: "campaigns", AD_GROUPS_OF: "ad groups", ADS_OF: "ads"}
_DOCUMENTS = Path(__file__).parents[2] / "docs" / "streams"
_HEIGHT = 100


class Metric(NamedTuple):
    """A metric by its name in Ads Manager.

    Attributes:
        name: the name.
        column: its column in the tables of report.sql.
        fields: the fields of the records that it is the sum of.
        paid: the column of what is paid of it; empty where Pinterest does not tell it apart.
        is_money: whether it is an amount in the account's currency.
        is_compared: whether the page says if the sums of the levels agree in it.
    """

    name: str
    column: str
    fields: tuple[str, ...]
    paid: str = ""
    is_money: bool = False
    is_compared: bool = True


METRICS = (
    Metric("Spend", "spend", ("SPEND_IN_MICRO_DOLLAR",), is_money=True),
    Metric("Impressions", "impressions", ("IMPRESSION_1", "IMPRESSION_2"), "paid_impressions"),
    Metric("Pin clicks", "clicks", ("CLICKTHROUGH_1", "CLICKTHROUGH_2"), "paid_clicks"),
    Metric("Outbound clicks", "outbound", ("OUTBOUND_CLICK_1", "OUTBOUND_CLICK_2"), "paid_outbound"),
    Metric("Saves", "saves", ("REPIN_1", "REPIN_2"), "paid_saves"),
    Metric("Conversions", "conversions", ("TOTAL_CONVERSIONS",), is_compared=False),
    Metric("Conversions (Checkout)", "checkouts", ("TOTAL_CHECKOUT",)),
    Metric("Order value (Checkout)", "order_value", ("TOTAL_CHECKOUT_VALUE_IN_MICRO_DOLLAR",), is_money=True),
)
_NAMES = {metric.column: metric.name for metric in METRICS}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code: 0 if the page is written."""
    parser = argparse.ArgumentParser(
        prog="python -m source_pinterest.report",
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
        OSError: a file can't be read or written.
    """
    if not folder.is_dir():
        raise refusal(f"{folder} does not exist. Read streams into it first, or name another folder with --output.")
    try:
        import duckdb  # noqa: PLC0415 - the image does without it
    except ModuleNotFoundError as error:
        raise refusal(
            "The page needs DuckDB. `make install` brings it; elsewhere: pip install 'airbyte-source-pinterest[report]'"
        ) from error
    with tempfile.TemporaryDirectory() as temporary, duckdb.connect() as connection:
        connection.execute("set threads = 2; set memory_limit = '350MB'; set preserve_insertion_order = false")
        connection.execute("set temp_directory = $folder", {"folder": temporary})
        try:
            text = _Page(folder, connection, Path(temporary)).text()
        except duckdb.Error as error:
            raise refusal(f"The files in {folder} can't be read: {error}") from error
    write_private_text(folder / PAGE, text)
    return folder / PAGE


@dataclass
class Stream:
    """A stream of the folder.

    Attributes:
        name: the stream.
        records: the number of records; one that came again counts again.
        last_run: the file of the last run that read it; empty if only its state is left.
        ending: COMPLETE or INCOMPLETE; empty if the run ended before the stream did.
        sentences: the errors of that run.
        days: the days of each ad account.
    """

    name: str
    records: int = 0
    last_run: str = ""
    ending: str = ""
    sentences: list[str] = field(default_factory=list)
    days: list[OwnerDays] = field(default_factory=list)

    @property
    def span(self) -> DateWindow | None:
        """The first and the last day that was read."""
        windows = [window for one in self.days for window in one.read]
        return DateWindow(min(windows).start, max(window.end for window in windows)) if windows else None

    @property
    def settled_until(self) -> Date | None:
        """The last day whose spend is final, of the ad account that has come furthest."""
        return max((window.end for one in self.days for window in one.settled), default=None)


class _Page:
    """Collects what the page shows.

    Args:
        folder: the folder.
        connection: a database in memory.
        temporary: an empty folder.
    """

    def __init__(self, folder: Path, connection: Any, temporary: Path) -> None:
        self._folder, self._connection = folder, connection
        self._files = sorted(folder.glob(PATTERN))
        catalog, options = folder / "catalog.json", folder / "options.json"
        self._catalog = read_configured_catalog(catalog) if catalog.exists() else None
        self._options = read_object(options) if options.exists() else None
        self._days = FolderDays(OutputFolder(folder).states(), self._catalog, self._options)
        self._load(temporary)
        self._streams = {stream.name: stream for stream in self._found_streams()}
        self._accounts = {one["account"]: one for one in self._rows("from account order by name, account")}
        self._load_what_is_final()

    def _load(self, temporary: Path) -> None:
        """Load the files. One with a line that is cut is copied without it: it would take the next line with it."""
        find, *others = _part("report.sql").split(";\n") if self._files else [""]
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
        style = _part("report.css")
        return _template().render(
            style=style,
            style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
            read_at=_time_of(self._files[-1]) if self._files else None,
            part=next((path.name for path in self._files if path.suffix == ".part"), ""),
            accounts=list(self._accounts.values()),
            names=self._accounts,
            days=self._days,
            knows_options=self._options is not None,
            config=self._days.config,
            report_time=self._days.config.conversion_report_time or CONVERSION_REPORT_TIMES[0],
            was_read=set(self._streams),
            overview=self._overview(),
            charts=list(self._charts()),
            strips=self._strips(),
            lacking=list(self._lacking()),
            sums=self._sums(),
            ads=self._ads(),
            streams=[(stream, self._document(stream)) for stream in self._streams.values()],
            most=SENTENCES,
        )

    def _rows(self, query: str, **values: Any) -> list[dict[str, Any]]:
        """Return the rows of a query by the names of their columns; none if the folder has no file."""
        if not self._files:
            return []
        result = self._connection.execute(query, values or None)
        names = [column[0] for column in result.description]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    def _found_streams(self) -> Iterator[Stream]:
        query = """
            with last as (
                select stream, max(run) as run, sum(records)::bigint as records
                from (select stream, run, records from arrived union all select stream, run, 0 from said)
                where stream is not null group by stream
            )
            select last.stream as name, last.run as last_run, any_value(last.records) as records,
                coalesce(max(status) filter (where status like '%COMPLETE'), '') as ending,
                coalesce(list(distinct error) filter (where error is not null), []) as sentences
            from last left join said on said.stream = last.stream and said.run = last.run
            group by last.stream, last.run order by last.stream
        """
        for row in self._rows(query):
            stream = Stream(**row)
            day = _time_of(Path(stream.last_run)).date()
            stream.days = self._days.of(
                stream.name, Date(day.year, day.month, day.day), is_unfinished=stream.ending != "COMPLETE"
            )
            yield stream

    def _load_what_is_final(self) -> None:
        """Load into the database which days of each level are final, and which metrics it has."""
        levels = [self._streams[name] for name in (OWN, *PARTS) if name in self._streams]
        for one in (one for stream in levels for one in stream.days):
            for window in one.settled:
                self._connection.execute(
                    "insert into final_day select $stream, $account, unnest(range($start, $end, interval 1 day))",
                    {
                        "stream": one.stream,
                        "account": one.account,
                        "start": date(*_parts(window.start)),
                        "end": date(*_parts(window.end)) + timedelta(days=1),
                    },
                )
        for stream in levels:
            for metric in self._metrics(stream.name):
                self._connection.execute("insert into metric values ($1, $2)", [stream.name, metric.column])

    def _metrics(self, stream: str) -> list[Metric]:
        """Return the metrics of a level: those that the last run asked for, or those that its records have."""
        configured = {one.stream.name: one.stream for one in (self._catalog.streams if self._catalog else ())}
        if stream in configured:
            asked = set((configured[stream].json_schema or {}).get("properties", {}))
            asked |= {"SPEND_IN_MICRO_DOLLAR"} if "SPEND_IN_DOLLAR" in asked else set()
            return [metric for metric in METRICS if asked.issuperset(metric.fields)]
        seen = ", ".join(f"coalesce(max({metric.column}), 0) > 0 as {metric.column}" for metric in METRICS)
        [found] = self._rows(f"select {seen} from total where stream = $stream", stream=stream)  # noqa: S608 - no data
        return [metric for metric in METRICS if found[metric.column]]

    def _first_read(self, *names: str) -> Stream | None:
        """Return the first of these streams of which the spend of a day is final."""
        return next((one for name in names if (one := self._streams.get(name)) and one.settled_until), None)

    def _overview(self) -> dict[str, Any] | None:
        """Return the newest final numbers beside those of the days before, by currency."""
        stream = self._first_read(OWN, *PARTS)
        if stream is None or stream.settled_until is None:
            return None
        newest, before = _periods(stream.settled_until)
        metrics = self._metrics(stream.name)
        names = dict.fromkeys(name for metric in metrics for name in (metric.column, metric.paid) if name)
        sums = ", ".join(f"coalesce(sum({name}), 0) as {name}" for name in names) or "count(*) as days"
        query = f"""
            select coalesce(account.currency, '') as currency, day >= $start::date as is_newest, {sums}
            from total join final_day using (stream, account, day) join account using (account)
            where stream = $stream and day between $first::date and $last::date group by all
        """  # noqa: S608 - the names are this module's
        given = {"start": str(newest.start), "first": str(before.start), "last": str(newest.end)}
        found = {(row["currency"], row["is_newest"]): row for row in self._rows(query, stream=stream.name, **given)}
        gaps = {one.account: [_missing_in(window, one) for window in (newest, before)] for one in stream.days}
        zero = dict.fromkeys(names, Decimal())
        return {
            "stream": stream.name,
            "newest": newest,
            "before": before,
            "gaps": {account: windows[0] for account, windows in gaps.items() if windows[0]},
            "has_before": not any(windows[1] for windows in gaps.values()),
            "currencies": [
                {
                    "currency": currency,
                    "spend": found.get((currency, True), zero).get("spend"),
                    "metrics": [
                        *_lines(metrics, found.get((currency, True), zero), found.get((currency, False), zero))
                    ],
                }
                for currency in sorted({currency for currency, _ in found})
            ],
        }

    def _charts(self) -> Iterator[dict[str, Any]]:
        """Yield the spend by day of each currency, whole and by campaign."""
        stream = self._first_read(*PARTS, OWN)
        if stream is None or stream.span is None:
            return
        window = DateWindow(max(days_before(stream.span.end, CHART_DAYS - 1), stream.span.start), stream.span.end)
        query = """
            select coalesce(account.currency, '') as currency, delivery.account, campaign, day, sum(spend) as spend,
                coalesce(max(entity.name), max(campaign_name), max(campaign), 'All campaigns') as name
            from delivery join account using (account)
            left join entity on entity.stream = 'campaigns' and entity.id = campaign
            where delivery.stream = $stream and day between $first::date and $last::date and spend > 0
            group by all order by currency
        """
        rows = self._rows(query, stream=stream.name, first=str(window.start), last=str(window.end))
        for currency, found in groupby(rows, lambda row: row["currency"]):
            accounts = {account for account, one in self._accounts.items() if (one["currency"] or "") == currency}
            owners = [one for one in stream.days if one.account in accounts]
            yield {"currency": currency, "stream": stream.name, **_chart(list(found), window, owners)}

    def _strips(self) -> dict[str, Any]:
        """Return a strip for each stream and each ad account; accounts with the same days share one."""
        days = [one for stream in self._streams.values() for one in stream.days]
        kinds = ("final", "spend_final", "provisional", "missing", "gone")
        windows = [window for one in days for kind in kinds for window in getattr(one, kind)]
        if not windows:
            return {"rows": []}
        whole = DateWindow(min(windows).start, max(window.end for window in windows))
        least = whole.days / 150  # so that a single day of years is seen
        rows: dict[tuple[str, str], dict[str, Any]] = {}
        for one in days:
            runs = [
                {
                    "kind": kind,
                    "x": (window.start - whole.start).days,
                    "width": max(window.days, least if kind in {"missing", "gone"} else 0),
                    "window": window,
                }
                for kind in kinds
                for window in getattr(one, kind)
            ]
            row = rows.setdefault((one.stream, str(runs)), {"stream": one.stream, "runs": runs, "accounts": []})
            row["accounts"].append(one.account)
        return {"whole": whole, "rows": list(rows.values())}

    def _lacking(self) -> Iterator[dict[str, Any]]:
        """Yield what is missing of each stream and ad account, and what is said about it."""
        for stream in self._streams.values():
            for one in stream.days:
                for kind in ("missing", "gone"):
                    for window in getattr(one, kind):
                        yield {"stream": stream.name, "account": one.account, "window": window, "kind": kind, "why": []}
            owners = {one.account for one in stream.days}
            for account in () if not owners or "" in owners else self._accounts.keys() - owners:
                query = """
                    select distinct coalesce(error, warning) as sentence from said
                    where run = $run and contains(coalesce(error, warning), $account)
                """
                why = [row["sentence"] for row in self._rows(query, run=stream.last_run, account=account)]
                yield {"stream": stream.name, "account": account, "window": None, "kind": "nothing", "why": why}

    def _sums(self) -> dict[str, Any]:
        """Return whether Pinterest's own totals agree with the sums over campaigns, ad groups and ads."""
        levels = self._rows(
            "select stream, count(distinct day) as days, count(distinct account) as accounts, "
            "count(*) filter (where own <> parts) as differences, list(distinct metric) as metrics "
            "from compared group by stream order by stream = 'ad_analytics', stream desc"
        )
        found = self._rows(
            "select *, make_timestamp(own_read_at * 1000)::date as own_read, "
            "make_timestamp(parts_read_at * 1000)::date as parts_read from compared where own <> parts "
            "order by day desc, account, stream, metric limit $most",
            most=DIFFERENCES,
        )
        for level in levels:
            names = {metric.name for metric in METRICS if metric.is_compared}
            level["left_out"] = sorted(names - {_NAMES[name] for name in level["metrics"]})
        return {
            "levels": levels,
            "unread": [name for name in (OWN, *PARTS) if name not in self._streams],
            "differences": [{**row, "name": _NAMES[row["metric"]], "parts_of": PARTS[row["stream"]]} for row in found],
            "count": sum(level["differences"] for level in levels),
        }

    def _ads(self) -> dict[str, Any] | None:
        """Return the ads with the most spend in the newest final days, by currency."""
        stream = self._first_read(ADS_OF)
        if stream is None or stream.settled_until is None:
            return None
        newest, _ = _periods(stream.settled_until)
        query = f"""
            with most as (
                select coalesce(account.currency, '') as currency, account, ad, sum(spend) as spend,
                    sum(paid_clicks) as clicks, sum(paid_impressions) as impressions, sum(conversions) as conversions
                from delivery join final_day using (stream, account, day) join account using (account)
                where stream = $stream and day between $first::date and $last::date
                group by account.currency, account, ad having sum(spend) > 0
                qualify row_number() over (partition by account.currency order by sum(spend) desc, ad) <= {ADS}
            )
            select most.*, coalesce(nullif(pins.title, ''), nullif(ads.name, ''), most.ad) as name,
                coalesce(ads.destination_url, pins.link) as url,
                coalesce(pins.image_url, pins.video_cover_url) as picture
            from most left join entity as ads on ads.stream = 'ads' and ads.id = most.ad
            left join entity as pins on pins.stream = 'ad_pins' and pins.pin_id = ads.pin_id
                and pins.ad_account_id = ads.ad_account_id
            order by currency, spend desc, ad
        """  # noqa: S608 - the number is this module's
        rows = self._rows(query, stream=ADS_OF, first=str(newest.start), last=str(newest.end))
        tables = {currency: list(found) for currency, found in groupby(rows, lambda row: row["currency"])}
        return {"window": newest, "tables": tables, "metrics": {metric.column for metric in self._metrics(ADS_OF)}}

    def _document(self, stream: Stream) -> str:
        """Return the path of the stream's page from the folder; empty outside of a checkout and for custom reports."""
        path = _DOCUMENTS / f"{stream.name}.md"
        return os.path.relpath(path, self._folder) if path.exists() else ""


@cache
def _template() -> Template:
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {"money": _money, "count": _count, "link": _link, "picture": _picture, "span": _span}
    return environment.from_string(_part("report.html"))


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


def _parts(day: Date) -> tuple[int, int, int]:
    return day.year, day.month, day.day


def _periods(last: Date) -> tuple[DateWindow, DateWindow]:
    """Return the newest days and as many before them."""
    first = days_before(last, NEWEST_DAYS - 1)
    return DateWindow(first, last), DateWindow(days_before(first, NEWEST_DAYS), days_before(first, 1))


def _missing_in(window: DateWindow, days: OwnerDays) -> list[DateWindow]:
    """Return the days of a window whose spend is not final."""
    left = [window]
    for settled in days.settled:
        left = subtract_window(left, settled)
    return left


def _lines(metrics: Iterable[Metric], newest: dict[str, Any], before: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the lines of the table of numbers: the metrics, then what is divided of their sums."""
    for metric in metrics:
        yield {
            "name": metric.name,
            "form": "money" if metric.is_money else "count",
            "total": newest[metric.column],
            "paid": newest[metric.paid] if metric.paid else None,
            "before": before[metric.column],
            "change": _ratio(newest[metric.column] - before[metric.column], before[metric.column]),
        }
    for name, form, part, whole, paid_part, paid_whole in (
        ("CTR", "share", "clicks", "impressions", "paid_clicks", "paid_impressions"),
        ("CPC", "money", "spend", "clicks", "spend", "paid_clicks"),
        ("ROAS (Checkout)", "ratio", "order_value", "spend", "", ""),
    ):
        if newest.keys() >= {part, whole}:
            total, earlier = (_ratio(row[part], row[whole]) for row in (newest, before))
            paid = _ratio(newest[paid_part], newest[paid_whole]) if paid_part else None
            change = _ratio(total - earlier, earlier) if total is not None and earlier else None
            yield {"name": name, "form": form, "total": total, "paid": paid, "before": earlier, "change": change}


def _chart(rows: list[dict[str, Any]], window: DateWindow, owners: list[OwnerDays]) -> dict[str, Any]:
    """Return the bars of a chart: those of all campaigns, and a line for each of the largest campaigns and the others.

    Args:
        rows: the spend of campaigns by day.
        window: the days of the chart.
        owners: the days of the ad accounts.
    """
    spend: dict[str, dict[int, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    whole: dict[int, Decimal] = defaultdict(Decimal)
    names = {row["campaign"]: row["name"] for row in rows}
    for row in rows:
        at = row["day"].toordinal() - window.start.toordinal()
        spend[row["campaign"]][at] += row["spend"]
        whole[at] += row["spend"]
    largest = sorted(spend, key=lambda one: -sum(spend[one].values()))
    others: dict[int, Decimal] = defaultdict(Decimal)
    for campaign in largest[CAMPAIGNS:]:
        for at, amount in spend[campaign].items():
            others[at] += amount
    lines = [(names[one], spend[one]) for one in largest[:CAMPAIGNS]]
    lines += [(f"{len(largest) - CAMPAIGNS:,} others", others)] if others else []
    top = max((amount for _, one in lines for amount in one.values()), default=Decimal(1))
    moving, missing = (
        {day for one in owners for part in getattr(one, kind) for day in _positions(part, window)}
        for kind in ("provisional", "missing")
    )
    highest = max(whole.values(), default=Decimal(1))
    return {
        "window": window,
        "sum": sum(whole.values()),
        "highest": highest,
        "bars": [
            {
                "x": at,
                "day": window.start.add(days=at),
                "spend": whole.get(at, Decimal()),
                "height": round(_HEIGHT * whole.get(at, Decimal()) / highest, 1),
                "is_moving": at in moving,
                "is_missing": at in missing,
            }
            for at in range(window.days)
        ],
        "lines": [
            {
                "name": name,
                "sum": sum(one.values()),
                "final": _path({at: amount / top for at, amount in one.items() if at not in moving}),
                "moving": _path({at: amount / top for at, amount in one.items() if at in moving}),
            }
            for name, one in lines
        ],
    }


def _positions(part: DateWindow, window: DateWindow) -> range:
    """Return the positions in a window of the days that are also in another one."""
    start = window.start.toordinal()
    return range(max(part.start.toordinal() - start, 0), min(part.end.toordinal() - start + 1, window.days))


def _path(heights: dict[int, Decimal]) -> str:
    """Return the bars of a line as one path of an SVG, each with its share of the height."""
    shown = ((at, round(_HEIGHT * share, 1)) for at, share in sorted(heights.items()))
    return "".join(f"M{at} {_HEIGHT}v-{height}h.9v{height}z" for at, height in shown)


def _ratio(part: Decimal, whole: Decimal) -> Decimal | None:
    return part / whole if whole else None


def _money(amount: Decimal | None, currency: str) -> str:
    return "-" if amount is None else f"{amount:,.2f} {currency or '(unknown currency)'}"


def _count(number: Decimal | None) -> str:
    """Return a number, with the digits behind the point that it has."""
    return "-" if number is None else f"{number:,.6f}".rstrip("0").rstrip(".")


def _span(window: DateWindow) -> str:
    return str(window.start if window.days == 1 else window)


def _link(url: str | None) -> str:
    """Return an address of the web; empty for any other."""
    try:
        return url if url and urlsplit(url).scheme in {"http", "https"} else ""
    except ValueError:
        return ""


def _picture(url: str | None) -> str:
    """Return the address of a picture that the page may show."""
    return url if url and url.startswith(("https://", "data:image/")) else ""

"""The command `python -m source_pinterest.reconcile`, which shows whether the numbers of ads agree, to the last digit.

For each ad account it prints Pinterest's total of the account, the sums over campaigns and over ads, which come from
reports, and the sums of the records in a folder of `read`, with the rows that differ from those of the reports.
"""

import argparse
import logging
import sys
from collections.abc import Collection, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

from airbyte_cdk.utils import AirbyteTracedException

from source_pinterest.api import Api
from source_pinterest.api.client import PinterestClient
from source_pinterest.api.errors import SliceError
from source_pinterest.api.rows import Record, one_item, rows_of
from source_pinterest.api.session import path_of
from source_pinterest.cli.read import CONFIG_FILE, OUTPUT, OutputFolder, configuration
from source_pinterest.cli.terminal import say
from source_pinterest.columns import AD_ACCOUNT_ID, ASYNC_COLUMNS, DATE, may_be_requested
from source_pinterest.config import Config, attribution_of
from source_pinterest.config.options import CONVERSION_REPORT_TIMES, DEFAULT_WINDOW, NumberOption, refusal
from source_pinterest.dates import DateWindow, days_before
from source_pinterest.engine.asks import Ask, Asks, RefusedNames
from source_pinterest.engine.progress import Notices
from source_pinterest.engine.tasks import END, START
from source_pinterest.engine.token_store import TokenStore
from source_pinterest.limits import SYNC_HISTORY_DAYS
from source_pinterest.reporting.client import ReportClient
from source_pinterest.reporting.file import Filed
from source_pinterest.reporting.job import ReadyReport, ReportRequest
from source_pinterest.reporting.life import FailedReport
from source_pinterest.streams.ads.accounts import AdAccounts
from source_pinterest.streams.ads.metrics_ready import MetricsReadyState
from source_pinterest.streams.analytics.daily import DailyAnalytics
from source_pinterest.streams.analytics.levels import AdAccountAnalytics, AdAnalytics, CampaignAnalytics
from source_pinterest.streams.analytics.query import COLUMNS
from source_pinterest.streams.analytics.rows import Expected
from source_pinterest.streams.base.stream import Sync

_METRICS: Mapping[str, tuple[str, ...]] = {
    "Spend": ("SPEND_IN_MICRO_DOLLAR",),
    "Impressions": ("IMPRESSION_1", "IMPRESSION_2"),
    "Pin clicks": ("CLICKTHROUGH_1", "CLICKTHROUGH_2"),
    "Outbound clicks": ("OUTBOUND_CLICK_1", "OUTBOUND_CLICK_2"),
    "Saves": ("REPIN_1", "REPIN_2"),
    "Checkouts": ("TOTAL_CHECKOUT",),
    "Order value": ("TOTAL_CHECKOUT_VALUE_IN_MICRO_DOLLAR",),
}
"""The metrics in Ads Manager's order, each with the columns that make it up: what is paid and what is earned."""
_CONVERSIONS = {"Checkouts", "Order value"}
_COLUMNS = tuple(column for columns in _METRICS.values() for column in columns)
_LEVELS: Mapping[type[DailyAnalytics], str] = {CampaignAnalytics: "campaign", AdAnalytics: "ad"}
"""The levels of the reports, each by the stream that has its rows in the folder."""
_LEAST_REQUESTS = 2 + 2 * len(_LEVELS)
"""Of an ad account: its name and currency, its total, and two for each report, which create it and find it finished."""
_ROWS_SHOWN = 20
_ZERO = Decimal()

Numbers = Mapping[str, Decimal]
"""The values of metrics. A metric is missing if one of its columns was refused, or was not asked for."""
RowKey = tuple[str, str]
"""A day, and the id of a campaign or ad."""


@dataclass
class Rows:
    """The rows of one ad account and level, in Pinterest's report or in the folder."""

    metrics: frozenset[str]
    by_key: dict[RowKey, Numbers] = field(default_factory=dict)

    def add(self, row: Record, id_column: str) -> None:
        """Add a row, or replace the one with its key."""
        self.by_key[row[DATE], row[id_column]] = _numbers(row, self.metrics)

    def totals(self) -> Numbers:
        """Return the sums of all rows."""
        return {name: sum((row[name] for row in self.by_key.values()), _ZERO) for name in self.metrics}


class Difference(NamedTuple):
    """A row of the folder that differs, as a sentence, and its day."""

    day: str
    sentence: str


AllRows = Mapping[tuple[str, type[DailyAnalytics]], Rows]
"""The rows of each ad account and level."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command and return its exit code: 0 if all numbers were read and agree."""
    parser = argparse.ArgumentParser(
        prog="python -m source_pinterest.reconcile",
        description="Compare, for each ad account, Pinterest's own total with the sums over campaigns and over ads, "
        "and with the records in the folder of python -m source_pinterest.read.",
    )
    parser.add_argument("--days", type=int, default=7, help="days to compare, the last is yesterday (default: 7)")
    parser.add_argument("--account", help="ID of an ad account (default: those of the configuration)")
    parser.add_argument("--config", type=Path, default=CONFIG_FILE, help=f"configuration (default: {CONFIG_FILE})")
    parser.add_argument("--output", type=Path, default=OUTPUT, help=f"folder of the records (default: {OUTPUT})")
    given = parser.parse_args(arguments)
    logging.getLogger("airbyte").setLevel(logging.ERROR)
    try:
        days = NumberOption("days", "--days", 1, SYNC_HISTORY_DAYS).read_whole(vars(given), 0)
        sync = _connected(given.config, given.account)
        with ExitStack() as stack:
            folder = OutputFolder(given.output) if given.output.is_dir() else None
            if folder:
                stack.enter_context(folder.opened())  # a read at the same time would use up the refresh token
            return Comparison(sync, days, folder, given.output.name or str(given.output)).show()
    except AirbyteTracedException as error:
        say(str(error.message), sys.stderr)
    except OSError as error:
        say(f"{given.output} can't be read ({error.strerror}). Name another folder with --output.", sys.stderr)
    return 1


def _connected(path: Path, account: str | None) -> Sync:
    """Return the connection with a configuration file, into which new tokens are written."""
    raw = configuration(path)
    chosen = {"account_ids": [account], "account_id": None, "exclude_account_ids": []} if account else {}
    config = Config.from_mapping({**raw, **chosen})
    if config.has_app_token:
        raise refusal(
            "App Credentials read no reports, so the numbers can't be compared. Choose OAuth2.0 as Authorization "
            "Method."
        )
    store = TokenStore(raw, lambda _: None, path, saves=True)
    return Sync(Api.connect(config, store.rotated, lambda: None), config)


class Comparison:
    """Reads the numbers of some days and prints them.

    Args:
        sync: the connection.
        days: the number of days, of which yesterday is the last.
        folder: the folder of the records, if there is one.
        name: the folder's name.
    """

    def __init__(self, sync: Sync, days: int, folder: OutputFolder | None, name: str) -> None:
        self._sync, self._config, self._days = sync, sync.config, days
        self._folder, self._name = folder, name
        self._client = PinterestClient(sync.api, "reconcile", ("ads:read",))
        self._notices = Notices("reconcile")
        self._errors: dict[str, SliceError] = {}

    def show(self) -> int:
        """Print a table for each ad account, and return the exit code.

        Raises:
            PinterestError: no account can be read.
        """
        accounts = list(self._config.account_ids) or list(self._sync.stream(AdAccounts).ids.of(()))
        listed = self._sync.api.usage.of(AdAccounts.stream_name()).sent
        noun = "ad account" if len(accounts) == 1 else "ad accounts"
        say(
            f"At least {listed + 1 + _LEAST_REQUESTS * len(accounts):,} requests to Pinterest for {len(accounts):,} "
            f"{noun}; more while it prepares the reports, which may take minutes."
        )
        records: dict[str, Record] = {}
        for account in accounts:
            with self._noting(account):
                [records[account]] = self._client.get(f"ad_accounts/{account}", {}, one_item).value.items
        today = self._sync.today()
        window = DateWindow(days_before(today, self._days), days_before(today, 1))
        pending = window.clamp(MetricsReadyState(self._sync).last_final_day().add(days=1))
        for line in _what_decides(self._config, window, pending):
            say(line)
        reported, held = self._reported(records, window), self._held(records, window)
        does_agree = True
        for account in accounts:
            if account not in self._errors:
                with self._noting(account):
                    columns, rows = self._compared(account, window, reported, held)
                    self._show_table(account, records[account], columns)
                    does_agree &= self._explain(columns, rows, window, pending)
            if error := self._errors.get(account):
                say(f"Ad account {account} can't be compared. {error.message}", sys.stderr)
        return 0 if does_agree and not self._errors else 1

    @contextmanager
    def _noting(self, account: str) -> Generator[None, None, None]:
        """Note an error that concerns one ad account."""
        try:
            yield
        except SliceError as error:
            self._errors[account] = error

    def _compared(
        self, account: str, window: DateWindow, reported: AllRows, held: AllRows
    ) -> tuple[dict[str, Numbers], list[Difference]]:
        """Return the columns of the table of an ad account, and the rows of the folder that differ from the reports."""
        columns: dict[str, Numbers] = {"Account": self._total(account, window)}
        columns |= {f"{noun.title()}s": reported[account, stream].totals() for stream, noun in _LEVELS.items()}
        rows: list[Difference] = []
        for stream, noun in _LEVELS.items():
            if ours := held.get((account, stream)):
                columns[f"{self._name}: {noun}s"] = ours.totals()
                rows += _differences(noun, reported[account, stream], ours)
        return columns, rows

    @staticmethod
    def _show_table(account: str, record: Record, columns: Mapping[str, Numbers]) -> None:
        currency = record.get("currency") or "its currency"
        sys.stdout.write("\n")
        say(f"Ad account {account} ({record.get('name')}); spend and order value in millionths of {currency}:")
        sys.stdout.write(f"\n{_table(columns)}\n\n")

    def _explain(
        self, columns: Mapping[str, Numbers], rows: Sequence[Difference], window: DateWindow, pending: DateWindow | None
    ) -> bool:
        """Print what the known reasons for the differences are, and the rows. Return whether there are none."""
        apart = _metrics_apart(columns)
        if not apart and not rows:
            say("All numbers agree. If Ads Manager shows others, choose there what stands above the table.")
            return True
        say("A number with a * differs from the first one of its line. Known reasons, the most frequent first:")
        for reason in self._reasons(columns, rows, window, pending):
            say(f"- {reason}")
        if rows:
            say(f"{self._name} differs from Pinterest's reports in these rows:")
        for row in rows[:_ROWS_SHOWN]:
            say(f"- {row.sentence}")
        if len(rows) > _ROWS_SHOWN:
            say(f"- {len(rows) - _ROWS_SHOWN:,} more")
        return False

    def _reasons(
        self, columns: Mapping[str, Numbers], rows: Sequence[Difference], window: DateWindow, pending: DateWindow | None
    ) -> Iterator[str]:
        """Yield the reasons that are known for such a difference, the most frequent first, each with what to do."""
        apart, start = _metrics_apart(columns), self._config.start_date
        levels_differ = bool(_metrics_apart(dict(islice(columns.items(), 1 + len(_LEVELS)))))
        if apart and _CONVERSIONS.issuperset(apart):
            yield (
                "Checkouts and order value alone differ where two attribution windows or conversion report times meet. "
                "Choose those above everywhere. If the options have changed since the last read, read into a new "
                "folder."
            )
        if pending and (levels_differ or any(row.day >= str(pending.start) for row in rows)):
            yield "Pinterest still counts the days that are not final, at each level by itself. Compare again later."
        if rows and start and start > window.start:
            yield f"Start Date is {start}. Choose an earlier one and read again, or compare fewer --days."
        if rows:
            yield (
                f"{self._name} has the numbers of its last read. Read again, then compare again. A folder that was "
                "read with --append has each day once, when it is final, and no later conversions: read into another "
                "one without it."
            )
        if levels_differ:
            yield "Pinterest's totals and reports may lag behind each other. Compare again later, then ask Pinterest."

    def _total(self, account: str, window: DateWindow) -> Numbers:
        """Return Pinterest's own total of an ad account."""
        stream = self._sync.stream(AdAccountAnalytics)
        expected = Expected(key=(AD_ACCOUNT_ID,), texts=(AD_ACCOUNT_ID,), numbers=frozenset(_COLUMNS), account=account)
        refused = RefusedNames(self._notices)

        def send(ask: Ask) -> list[Record]:
            start, end = ask.window.as_pair()
            columns = {COLUMNS: ",".join(ask.names[COLUMNS])}
            params = {START: start, END: end, "granularity": "TOTAL", **columns, **attribution_of(self._config)}
            return self._client.get(path_of(stream.path_template, {"ad_account_id": account}), params, parse).value

        def parse(chunks: Iterator[bytes]) -> list[Record]:
            return stream.gate.records(rows_of(chunks, on_replacement=self._notices.replacement), expected)

        rows = Asks(refused=refused).one(Ask(account, (), window, {COLUMNS: _COLUMNS}), send)
        return _numbers(rows[0] if rows else {}, _metrics_without(refused.of(account)))

    def _reported(self, accounts: Iterable[str], window: DateWindow) -> AllRows:
        """Return the rows of the reports on campaigns and on ads. An account without them has an error."""
        refused = RefusedNames(self._notices)
        client = ReportClient(self._sync.api, self._client, "reconcile", refused, self._notices.replacement)
        requests = [
            ReportRequest(account, window, _report_body(stream, self._config))
            for account in accounts
            for stream in _LEVELS
        ]
        reports = self._sync.reports.open(client, lambda: requests)
        found: dict[tuple[str, type[DailyAnalytics]], Rows] = {}
        for outcome in self._sync.reports.outcomes(reports):
            request = outcome.request
            account = request.ad_account_id
            [stream] = [one for one in _LEVELS if one.level == request.body["level"]]
            with self._noting(account):
                if isinstance(outcome, FailedReport):
                    raise outcome.error
                if isinstance(outcome, ReadyReport):
                    rows = client.fetch(outcome, partial(self._rows_in, self._sync.stream(stream), request))
                    all_rows = found.setdefault((account, stream), Rows(_metrics_without(refused.of(account))))
                    for row in rows:
                        all_rows.add(row, stream.id_column)
            self._sync.reports.release(reports, request)
        for account in accounts:  # if Pinterest finishes no report in time, the first error stands for all
            if not all((account, stream) in found for stream in _LEVELS):
                self._errors.setdefault(account, next(iter(self._errors.values())))
        return found

    @staticmethod
    def _rows_in(stream: DailyAnalytics, request: ReportRequest, filed: Iterator[Filed]) -> list[Record]:
        """Return the rows of a report's file. If it lacks the column of the id, the id of the file counts."""
        expected = Expected(
            key=(stream.id_column, DATE),
            texts=(stream.id_column, AD_ACCOUNT_ID),
            numbers=frozenset(_COLUMNS),
            days=request.window,
            account=request.ad_account_id,
        )
        rows = ({stream.id_column: entity, **row} if entity else row for entity, row in filed)
        return stream.gate.records(rows, expected)

    def _held(self, accounts: Collection[str], window: DateWindow) -> AllRows:
        """Return the rows in the folder, of those streams that were read into it."""
        read = self._folder.states() if self._folder else {}
        streams = {stream.stream_name(): stream for stream in _LEVELS if stream.stream_name() in read}
        found = {
            (account, stream): Rows(_metrics_without(set(_COLUMNS).difference(self._sync.stream(stream).columns)))
            for account in accounts
            for stream in streams.values()
        }
        start, end = window.as_pair()
        for name, row in self._folder.records(streams) if self._folder else ():
            if (row[AD_ACCOUNT_ID], streams[name]) in found and start <= row[DATE] <= end:
                found[row[AD_ACCOUNT_ID], streams[name]].add(row, streams[name].id_column)
        return found


def _report_body(stream: type[DailyAnalytics], config: Config) -> dict[str, Any]:
    wanted = (stream.id_column, AD_ACCOUNT_ID, *_COLUMNS)
    columns = [column for column in wanted if may_be_requested(column, ASYNC_COLUMNS)]
    return {"level": stream.level, "granularity": "DAY", COLUMNS: columns, **attribution_of(config)}


def _metrics_without(columns: Collection[str]) -> frozenset[str]:
    """Return the metrics that have none of these columns."""
    return frozenset(name for name, own in _METRICS.items() if not set(own).intersection(columns))


def _numbers(row: Record, metrics: Iterable[str]) -> Numbers:
    """Return the metrics of a row. Pinterest leaves out what is zero."""
    return {name: sum((_decimal(row.get(one)) for one in _METRICS[name]), _ZERO) for name in metrics}


def _decimal(value: Any) -> Decimal:
    try:
        return Decimal(str(value or 0))
    except InvalidOperation as error:
        raise refusal(f"{value!r} is not a number, so the numbers can't be compared. Please report it.") from error


def _metrics_apart(columns: Mapping[str, Numbers]) -> list[str]:
    """Return the metrics of which the columns of the table have different numbers."""
    return [name for name in _METRICS if len({numbers[name] for numbers in columns.values() if name in numbers}) > 1]


def _what_decides(config: Config, window: DateWindow, pending: DateWindow | None) -> Iterator[str]:
    """Yield the settings to choose in Ads Manager, so that it shows the same numbers."""
    unsettled = pending and (pending if pending.days > 1 else pending.start)
    yield f"Days: {window}, in UTC. Not final yet: {unsettled or 'none'}."
    yield f"Attribution window: {config.attribution_window or DEFAULT_WINDOW} (click/engagement/view)."
    yield f"Conversion report time: {config.conversion_report_time or CONVERSION_REPORT_TIMES[0]}."
    yield "Counted: archived campaigns, ad groups and ads too; impressions, clicks and saves paid and earned."


def _table(columns: Mapping[str, Numbers]) -> str:
    """Return a line for each metric. A number that differs from the first of its line is marked."""
    lines = [("", *(f"{title} " for title in columns))]
    for metric in _METRICS:
        values = [numbers.get(metric) for numbers in columns.values()]
        first = next((value for value in values if value is not None), None)
        lines.append((metric, *(f"{_shown(value)}{' ' if value in (None, first) else '*'}" for value in values)))
    label, *widths = (max(map(len, cells)) for cells in zip(*lines, strict=True))
    return "\n".join(
        name.ljust(label) + "".join(f"  {cell:>{width}}" for cell, width in zip(cells, widths, strict=True)).rstrip()
        for name, *cells in lines
    )


def _shown(value: Decimal | None) -> str:
    if value is None:
        return "-"
    return f"{int(value) if value == int(value) else value:,}"


def _differences(noun: str, reported: Rows, held: Rows) -> Iterator[Difference]:
    """Yield the rows of the folder that differ, by day. A row of zeros is as good as none."""
    metrics = [name for name in _METRICS if name in reported.metrics & held.metrics]
    for day, entity in sorted(reported.by_key.keys() | held.by_key.keys()):
        theirs, ours = reported.by_key.get((day, entity), {}), held.by_key.get((day, entity), {})
        pairs = [(name, ours.get(name, _ZERO), theirs.get(name, _ZERO)) for name in metrics]
        if numbers := [
            f"{name} {_shown(our)} instead of {_shown(their)}" for name, our, their in pairs if our != their
        ]:
            yield Difference(day, f"{noun} {entity} on {day}: {'' if ours else 'missing, '}{', '.join(numbers)}")

"""What the page about a folder of `read` shows: tables in DuckDB over the views of the streams, and their rows."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

from pendulum import Date

from source_pinterest.cli.folder import OutputFolder
from source_pinterest.config.options import CONVERSION_REPORT_TIMES

DAYS, MOST_DAYS = 30, 450
"""The default and the maximum number of days of the page. Each is compared with as many earlier days."""
MOST_LINES, MOST_ROWS = 50, 200
"""The most that the page shows of a list, and of a table that is closed at first."""
OWN, CAMPAIGNS_OF, AD_GROUPS_OF, ADS_OF = (
    f"{level}_analytics" for level in ("ad_account", "campaign", "ad_group", "ad")
)
PARTS = {CAMPAIGNS_OF: "campaigns", AD_GROUPS_OF: "ad groups", ADS_OF: "ads"}
_ENTITIES = ("ad_accounts", "campaigns", "ad_groups", "ads", "ad_pins")
_TARGETING = tuple(f"{level}_targeting_analytics" for level in ("ad_account", "campaign", "ad_group", "ad"))
_ORGANIC = ("user_account_analytics", "user_account_analytics_by_content_type", "pin_analytics", "top_pins")
_EVENT = "optimization_goal_metadata->>'$.conversion_tag_v3_goal_metadata.conversion_event'"
_COUNTS = """
    select (select count(*) from read_stream) as streams,
        (select count(*) from read_stream where ending <> 'COMPLETE') as failed,
        (select count(*) from lacking) as lacking, (select count(*) from strip) as strips,
        (select count(distinct currency) from account) as currencies
"""
_LISTS = {
    "day": "from bar where unit = 'day' order by first_day",
    "month": "from bar where unit = 'month' order by first_day",
    "curves": "from curve order by is_newest",
    "days": "from number where level = 'day' order by key",
    "over_budget": "from line where level = 'campaign' and kind = 'entity' and days_over > 0 "
    "order by days_over desc, rank",
    "of_accounts": "from line where level = 'campaign' and kind = 'entity' and accounts > 1 and rank_in_account <= 10 "
    "order by rank_in_account",
    "goals": "from by_goal where goal is not null",
    "videos": "from line where level = 'ad' and kind = 'entity' and views > 0 "
    "qualify row_number() over (partition by currency order by views desc, key) <= 10 order by views desc, key",
    "viewers": "from viewer",
    "results": "select currency, name, sum(columns(* exclude (currency, account, place, name))) from result "
    "group by currency, name, place order by place",
}
"""The lists that the page shows for each currency, in addition to the lines of its entities."""
_MOST_CURRENCIES = 40
_HEADS = {
    "Ad account ID": "account",
    "Ad account": "account.name",
    "Currency": "account.currency",
    "First day": "first_day",
    "Last day": "last_day",
}
"""The columns that each table to save begins with, by their heads."""
_ENTITY = {"ID": "key", "Name": "rows.name", "Status": "status"}
_BUDGET = {"Budget a day": "budget", "Spend a day, newest 7": "spend_a_day", "Days over budget": "days_over"}
_RESULT = {
    "Result": "goal",
    "Results": "result",
    "Cost of a result": "cost_of_result",
    "Spend before": "before.spend",
    "Results before": "before.result",
    "Cost of a result before": "before.cost_of_result",
}
_HEADS_OF = {
    "account": {},
    "account_day": {"First day": "left(key, 10)", "Last day": "left(key, 10)"},
    "campaign": {**_ENTITY, "Objective": "objective", **_BUDGET, **_RESULT},
    "ad_group": {**_ENTITY, "Campaign": "in_campaign", **_BUDGET, **_RESULT},
    "ad": {
        **_ENTITY,
        "Pin title": "pin_title",
        "Link": "url",
        "Picture": "picture",
        "Campaign": "in_campaign",
        "Ad group": "in_ad_group",
        **_RESULT,
    },
    "audience": {"Type": "type", "Value": "value"},
    "result": {
        "Type": "rows.name",
        "Conversions": "number",
        "Value": "value",
        "After a click": "after_click",
        "After a view": "after_view",
    },
}
"""The columns of each table to save that are no metrics, by their heads."""
_KINDS = ("final", "spend_final", "provisional", "missing", "gone")
WHOLE_CURRENCIES = {"CLP", "ISK", "JPY", "KRW", "PYG", "UGX", "VND"}
"""Currencies without cents."""
_RUN = "messages-%Y-%m-%dT%H-%M-%S-%fZ"
"""The names of the files of messages, before the dot."""


class Metric(NamedTuple):
    """A metric by its name in Ads Manager.

    Attributes:
        name: the name.
        column: its column in the tables of page_numbers.sql.
        fields: the fields of the records that it is made of.
        form: how it is written: as `count`, `money`, `price` (always with cents), `share` or `ratio`.
        paid: the column of its paid part; empty if Pinterest does not distinguish that.
        better: 1 if more of it is better, -1 if less is; otherwise 0.
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
    Metric("Conversions (Checkout)", "checkouts", ("TOTAL_CHECKOUT",), better=1, grows=True, is_main=True),
    Metric(
        "CPA (Checkout)", "cost_of_checkout", (_SPEND, "TOTAL_CHECKOUT"), "price", better=-1, grows=True, is_main=True
    ),
    Metric("ROAS (Checkout)", "roas", (_SPEND, _VALUE), "ratio", better=1, grows=True, is_main=True),
    Metric("Pin clicks", "clicks", _CLICKS, paid="paid_clicks"),
    Metric("Outbound clicks", "outbound", ("OUTBOUND_CLICK_1", "OUTBOUND_CLICK_2"), paid="paid_outbound"),
    Metric("Saves", "saves", ("REPIN_1", "REPIN_2"), paid="paid_saves"),
    Metric("Conversions", "conversions", ("TOTAL_CONVERSIONS",), better=1, grows=True),
    Metric("CPA", "cpa", (_SPEND, "TOTAL_CONVERSIONS"), "price", better=-1, grows=True),
    Metric("Conversions (Lead)", "leads", ("TOTAL_LEAD",), better=1, grows=True),
    Metric("Conversions (Signup)", "signups", ("TOTAL_SIGNUP",), better=1, grows=True),
    Metric("Order value (Checkout)", "order_value", (_VALUE,), "money", better=1, grows=True),
    Metric("Views of 2 seconds", "views", ("TOTAL_VIDEO_MRC_VIEWS",)),
    Metric("Views of 95%", "completed", ("TOTAL_VIDEO_P95_COMBINED",)),
)
ORGANIC = (
    Metric("Impressions", "impressions", ("IMPRESSION",), better=1),
    Metric("Engagements", "engagements", ("ENGAGEMENT",), better=1),
    Metric("Saves", "saves", ("SAVE",), better=1),
    Metric("Pin clicks", "clicks", ("PIN_CLICK",), better=1),
    Metric("Outbound clicks", "outbound", ("OUTBOUND_CLICK",), better=1),
)
"""The metrics of the profile and of its pins. Those of pins lack engagements."""
_ORGANIC_HEADS = {
    "profile_day": {"Day": "day", "Content type": "content_type"},
    "pin": {"ID": "pin_id", "Pin": "name", "Link": "link", "First day": "first_day", "Last day": "last_day"},
}
"""The columns of each organic table to save that are no metrics, by their heads."""
_PICTURES = """
    select id, coalesce(media->>'$.images."150x150".url', media->>'$.cover_image_url',
        media->>'$.items[0].images."150x150".url', media->>'$.items[0].cover_image_url') as picture
    from pins where id in $pins
"""
GOALS = {
    "Checkouts": "checkouts",
    "Leads": "leads",
    "Sign-ups": "signups",
    "All conversions": "conversions",
    "Pin clicks": "clicks",
    "Video views": "views",
    "Paid impressions": "paid_impressions",
}
"""The columns that count the results of a campaign, by its goal."""
RESULTS = [
    Metric("Results", "result", (), better=1, grows=True),
    Metric("Cost of a result", "cost_of_result", (), "price", better=-1, grows=True),
]
"""The results of a campaign, an ad group or an ad, which their goal decides."""
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
"""The types of conversions on the page, by Pinterest's names."""
_CONVERSION = ("TOTAL_{0}", "TOTAL_{0}_VALUE_IN_MICRO_DOLLAR", "TOTAL_CLICK_{0}", "TOTAL_VIEW_{0}")
"""The fields of a type of conversions: their number, their value, and those after a click and after a view."""
_MORE = [field.format(conversion) for conversion in _TYPES for field in _CONVERSION]
_NUMBERS = sorted({"SPEND_IN_DOLLAR", *_MORE, *(field for metric in METRICS for field in metric.fields)})
AUDIENCES = {
    "COUNTRY": "Countries",
    "AGE_BUCKET": "Ages",
    "GENDER": "Genders",
    "APPTYPE": "Devices",
}
_COMPARED = ("spend", "impressions", "clicks", "outbound", "saves", "checkouts", "order_value")
"""The columns in which the page compares the sums of campaigns, ad groups and ads with those of the ad account."""
_NAMES = {metric.column: metric.name for metric in METRICS}

_RECORD_TABLES = """
create schema page;
set search_path = 'page,main';
create table entity (stream varchar, id varchar, ad_account_id varchar, pin_id varchar, name varchar,
    objective_type varchar, currency varchar, time_zone varchar, title varchar, link varchar, destination_url varchar,
    image_url varchar, video_cover_url varchar, status varchar, summary_status varchar, start_time bigint,
    end_time bigint, daily_spend_cap decimal(28, 6), lifetime_spend_cap decimal(28, 6), budget_type varchar,
    budget_in_micro_currency decimal(28, 6), campaign_id varchar, conversion_event varchar);
create table analytics (stream varchar, date date, ad_account_id varchar,
    campaign_id varchar, campaign_name varchar, ad_group_id varchar, ad_id varchar, currency varchar,
    targeting_type varchar, targeting_value varchar, /* numbers */);
create table organic (stream varchar, date date, content_type varchar, pin_id varchar, sort_by varchar, start_date date,
    end_date date, impressions bigint, engagements bigint, saves bigint, clicks bigint, outbound bigint);
create table known (stream varchar, account varchar, kind varchar, first_day date, last_day date);
create table metric (stream varchar, metric varchar);
create table read_stream as
with last as (
    select stream, max(run) as run, count(*) filter (type = 'RECORD') as records
    from message where stream is not null group by stream
)
select last.stream as name, last.run as last_run, any_value(last.records) as records,
    coalesce(max(status) filter (status like '%COMPLETE'), '') as ending,
    coalesce(list(distinct error) filter (error is not null), []) as messages
from last left join message on message.stream = last.stream and message.run = last.run and type = 'TRACE'
group by last.stream, last.run;
"""
"""The tables of records that the page needs: of entities, of analytics of ads, and of profiles and pins.

`known` has the days of each stream and ad account by what the states say of them: final, spend_final, provisional,
missing or gone. `metric` has the metrics of each level. `read_stream` has each stream with its last run, its records
(one that came again counts again), and how that run ended: COMPLETE or INCOMPLETE, or empty if the run ended before the
stream did.
"""


class PageData:
    """The numbers of a folder of `read`, in tables of the schema `page`.

    Args:
        connection: the tables of the folder.
        folder: the folder.
        last: how many days the page is about.
    """

    def __init__(self, connection: Any, folder: OutputFolder, last: int = DAYS) -> None:
        self._connection = connection
        self._files = {path.name: path for path in folder.messages()}
        self._days = folder.days()
        views = self._rows(
            "select table_name as name, list(column_name) as columns from duckdb_columns() "
            "where table_name in (select view_name from duckdb_views() where not internal) group by table_name"
        )
        self._columns: dict[str, list[str]] = {row["name"]: row["columns"] for row in views}
        self.metrics = {name: self.metrics_of(name) for name in (OWN, *PARTS) if name in self._columns}
        numbers = ", ".join(f"{name} decimal(28, 6)" for name in _NUMBERS)
        connection.execute(_RECORD_TABLES.replace("/* numbers */", numbers))
        self._insert_records("entity", (*(name for name in _ENTITIES if name != "ad_groups"), "pins"))
        self._insert_records("entity", ("ad_groups",), computed=f", {_EVENT} as conversion_event")
        self._insert_records("analytics", (OWN, *PARTS))
        self._insert_records("analytics", _TARGETING, f"where targeting_type in {tuple(AUDIENCES)}")
        numbers = ", ".join(f"(metrics->>'{metric.fields[0]}')::bigint as {metric.column}" for metric in ORGANIC)
        self._insert_records("organic", _ORGANIC, computed=f", {numbers}")
        names = [*folder.states(), *_ENTITIES, OWN, *PARTS]
        self._streams = {row["name"]: row for row in self._rows("from read_stream where name in $names", names=names)}
        self._insert("known", self._known_windows())
        self._insert("metric", ((name, metric.column) for name, read in self.metrics.items() for metric in read))
        connection.execute("set variable last = $last", {"last": last})
        sql = files(__package__).joinpath("page_numbers.sql").read_text(encoding="utf-8")
        sql = sql.replace("/* more */", ", ".join(f"{name}: {name}" for name in _MORE))
        lead = next((self.metrics[stream] for stream in (OWN, *PARTS) if stream in self.metrics), [])
        read = {metric.column for metric in lead} | {metric.paid for metric in lead}
        goals = " ".join(f"when '{goal}' then {column}" for goal, column in GOALS.items() if column in read)
        sql = sql.replace("/* goals */", goals or "when '' then 0")
        connection.execute(sql.replace("/* types */", ", ".join(self._results())))

    def content(self) -> dict[str, Any]:
        """Return what the page shows, by the names of its template."""
        return {
            "read_at": _time_of(next(reversed(self._files.values()))),
            "part": next((name for name, path in self._files.items() if path.suffix == ".part"), ""),
            "accounts": {row["account"]: row for row in self._rows("from account order by name, account")},
            "days": self._days,
            "config": self._days.config,
            "report_time": self._days.config.conversion_report_time or CONVERSION_REPORT_TIMES[0],
            "period": next(iter(self._rows("from period")), None),
            "gaps": self._rows("from gap"),
            "currencies": self._currencies(),
            "result_metrics": RESULTS,
            "organic": self._organic(),
            "organic_metrics": ORGANIC,
            "organic_table": self.organic_table,
            "has_ads": not self._columns.keys().isdisjoint((*_ENTITIES, OWN, *PARTS, *_TARGETING)),
            "metrics": self.metrics,
            "metrics_of": self.metrics_of,
            "table_of": self.table_of,
            "audiences": AUDIENCES,
            "strips": self._rows("from strip limit $most", most=MOST_ROWS),
            "lacking": self._rows("from lacking limit $most", most=MOST_LINES),
            "sums": self._sums(),
            "was_read": self._streams,
            "streams": self._rows("from read_stream order by ending = 'COMPLETE', name limit $most", most=MOST_ROWS),
            "counts": self._rows(_COUNTS)[0],
            "most_lines": MOST_LINES,
            "most_rows": MOST_ROWS,
        }

    def metrics_of(self, stream: str) -> list[Metric]:
        """Return the metrics of a stream that were read."""
        fields = self._requested_fields(stream)
        return [metric for metric in METRICS if fields.issuperset(metric.fields)]

    def _requested_fields(self, stream: str) -> set[str]:
        fields = set(self._columns[stream])
        return {*fields, _SPEND} if "SPEND_IN_DOLLAR" in fields else fields

    def _rows(self, query: str, **values: Any) -> list[dict[str, Any]]:
        """Return the rows of a query by the names of their columns."""
        result = self._connection.execute(query, values or None)
        names = [column[0] for column in result.description]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    def _insert_records(self, table: str, streams: Sequence[str], condition: str = "", computed: str = "") -> None:
        """Insert the records of streams into a table, as far as both have a column."""
        wanted = {row["column_name"].lower() for row in self._rows(f"describe {table}")}
        for stream in streams:
            if stream in self._columns:
                columns = ", ".join(name for name in self._columns[stream] if name.lower() in wanted)
                source = f"select '{stream}' as stream, {columns}{computed} from {stream} {condition}"  # noqa: S608 - of names in the code
                self._connection.execute(f"insert into {table} by name {source}")

    def _insert(self, table: str, rows: Iterable[tuple[str, ...]]) -> None:
        if columns := [list(column) for column in zip(*rows, strict=True)]:
            values = ", ".join("unnest(?)" for _ in columns)
            self._connection.execute(f"insert into {table} select {values}", columns)

    def _known_windows(self) -> Iterator[tuple[str, str, str, str, str]]:
        """Yield each window of a stream and an ad account with its kind, such as final or missing."""
        for name, stream in self._streams.items():
            is_unfinished = stream["ending"] != "COMPLETE"
            day = _time_of(self._files[stream["last_run"]]).date()
            for owner in self._days.owner_days(name, Date(day.year, day.month, day.day), is_unfinished=is_unfinished):
                for kind in _KINDS:
                    for window in getattr(owner, kind):
                        yield owner.stream, owner.account, kind, str(window.start), str(window.end)

    def _currencies(self) -> list[dict[str, Any]]:
        """Return the numbers of each currency, with those of its ad accounts, campaigns and ads, and its charts."""
        levels = ("account", "campaign", "ad_group", "ad")
        lines = self._rows("from line where level = 'currency' limit $most", most=_MOST_CURRENCIES)
        currencies = {line["currency"]: line | {name: [] for name in (*levels, *_LISTS)} for line in lines}
        shown = {"line": "from line where level not in ('currency', 'day', 'account_day') and is_shown", **_LISTS}
        for name, query in shown.items():
            for row in self._rows(query):
                if row["currency"] in currencies:
                    currencies[row["currency"]][row["level"] if name == "line" else name].append(row)
        return list(currencies.values())

    def _results(self) -> Iterator[str]:
        """Yield the sums of each type of conversions in SQL; null if its field was not requested."""
        fields = next((set(self._columns[stream]) for stream in (OWN, *PARTS) if stream in self._columns), set())
        for place, (conversion, name) in enumerate(_TYPES.items()):
            sums = [
                f"coalesce(sum(more.{field}), 0)" if field in fields else "null::decimal(38, 6)"
                for field in (form.format(conversion) for form in _CONVERSION)
            ]
            number, value, after_click, after_view = sums
            yield (
                f"{{name: '{name}', place: {place}, number: {number}, value: {value} * 0.000001, "
                f"after_click: {after_click}, after_view: {after_view}}}"
            )

    def table_of(self, level: str, stream: str, currency: str) -> Iterator[Sequence[Any]]:
        """Yield the heads of a table to save, then a row for each entity, audience or type of conversions.

        Args:
            level: which table, such as campaign.
            stream: the stream that it is made of.
            currency: the currency of the ad accounts.
        """
        metrics = {metric.name: metric.column for metric in self.metrics_of(stream)}
        if level == "result":
            source, metrics = "select *, place as rank from result", {}
        elif level == "account_day":
            source = "select * exclude rank, key as rank from number where level = 'account_day'"
        elif level == "audience":
            source = "select *, -spend as rank from seen"
            counted = ("spend", "impressions", "clicks", "conversions")
            metrics = {name: column for name, column in metrics.items() if column in counted}
        else:
            source = f"from line where level = '{level}' and kind = 'entity'"
        columns = _HEADS | _HEADS_OF[level] | metrics
        yield list(columns)
        result = self._connection.execute(
            f"select {', '.join(columns.values())} from ({source}) as rows "  # noqa: S608 - of names in the code
            "join account using (account), period where account.currency = $currency order by rank",
            {"currency": currency},
        )
        while rows := result.fetchmany(1000):
            yield from rows

    def _organic(self) -> dict[str, Any] | None:
        """Return what the profile and its pins did; nothing if none of their streams was read."""
        profiles = {row["content_type"]: row for row in self._rows("from profile")}
        users = self._rows("from user_account") if "user_account" in self._columns else []
        pins = self._rows("from pin limit 10")
        pictures = self._rows(_PICTURES, pins=[pin["pin_id"] for pin in pins]) if "pins" in self._columns else []
        picture_of = {row["id"]: row["picture"] for row in pictures}
        organic = {
            "whole": profiles.pop("", None),
            "types": [*profiles.values()],
            "profile_bar": self._rows("from profile_bar"),
            "user": next(iter(users), None),
            "pins": [pin | {"picture": picture_of.get(pin["pin_id"])} for pin in pins],
        }
        return organic if any(organic.values()) else None

    def organic_table(self, name: str) -> Iterator[Sequence[Any]]:
        """Yield the heads of an organic table to save, then its rows."""
        metrics = {metric.name: metric.column for metric in ORGANIC if name != "pin" or metric.column != "engagements"}
        columns = _ORGANIC_HEADS[name] | metrics
        yield list(columns)
        yield from self._connection.execute(f"select {', '.join(columns.values())} from {name}").fetchall()  # noqa: S608 - of names in the code

    def _sums(self) -> dict[str, Any]:
        """Return whether Pinterest's own totals agree with the sums over campaigns, ad groups and ads."""
        levels = self._rows("from compared_level")
        for level in levels:
            level["skipped"] = [_NAMES[column] for column in _COMPARED if column not in level["metrics"]]
        rows = self._rows("from difference limit $most", most=MOST_LINES)
        return {
            "levels": levels,
            "unread": [name for name in (OWN, *PARTS) if name not in self._columns],
            "differences": [{**row, "name": _NAMES[row["metric"]], "parts_of": PARTS[row["stream"]]} for row in rows],
            "count": sum(level["differences"] for level in levels),
            "of_catalogs": sum(level["of_catalogs"] for level in levels),
        }


def _time_of(path: Path) -> datetime:
    """Return when a run began, by the name of its file, in UTC; otherwise when the file was changed."""
    try:
        return datetime.strptime(path.name.split(".")[0], _RUN).replace(tzinfo=UTC)
    except ValueError:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
